use std::borrow::Cow;

use der::pem;

use crate::{CertError, input::Input};

/// The DER in `octets`: bare, or as PEM under one of `labels`, with white space around it and, for
/// PEM, any text before and after.
pub(crate) fn read_pem<'a>(
    octets: &'a [u8],
    what: &'static str,
    labels: &[&str],
    max: usize,
) -> Result<Cow<'a, [u8]>, CertError> {
    // Base64 with line ends has 1.4 octets for one; twice leaves room for texts around it.
    if octets.len() > max.saturating_mul(2).saturating_add(1024) {
        return Err(CertError::TooLong {
            what,
            found: octets.len(),
            max,
        });
    }
    let error = || CertError::Pem { what };
    // White space may end a DER value too: it is left out only where the value has ended.
    let mut input = Input::new(octets.trim_ascii_start(), what);
    let der = input.any();
    if let Ok(der) = &der
        && input.rest().trim_ascii().is_empty()
    {
        return Ok(Cow::Borrowed(der.raw));
    }
    let Some(begin) = find(octets, b"-----BEGIN ") else {
        der?;
        return Err(CertError::TrailingData {
            what,
            found: input.rest().len(),
        });
    };
    let text = octets.get(begin..).unwrap_or_default();
    let end = find(text, b"-----END ").ok_or_else(error)?;
    let footer = text.get(end..).unwrap_or_default();
    let line = footer
        .iter()
        .position(|o| matches!(o, b'\r' | b'\n'))
        .unwrap_or(footer.len());
    let text = text.get(..end.saturating_add(line)).unwrap_or_default();
    let (label, der) = pem::decode_vec(text.trim_ascii_end()).map_err(|_| error())?;
    if !labels.contains(&label) {
        return Err(error());
    }
    Ok(Cow::Owned(der))
}

/// PEM with lines of 64 characters (RFC 7468).
pub(crate) fn write_pem(label: &str, der: &[u8]) -> String {
    pem::encode_string(label, pem::LineEnding::LF, der).unwrap_or_default()
}

fn find(octets: &[u8], wanted: &[u8]) -> Option<usize> {
    octets.windows(wanted.len()).position(|w| w == wanted)
}
