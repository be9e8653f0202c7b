use const_oid::{ObjectIdentifier, db::rfc5912};
use npki_core::Instant;

use super::RevocationReason;
use crate::{
    CertError, SerialNumber,
    certificate::read_extension,
    input::{self, ENUMERATED, INTEGER, Input, SEQUENCE, malformed},
    time,
};

/// One revoked certificate.
///
/// Source: RFC 5280 sections 5.1.2.6 and 5.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CrlEntry {
    /// Which certificate.
    pub serial_number: SerialNumber,
    /// When it was revoked.
    pub revoked_at: Instant,
    /// Why. A number that RFC 5280 does not know reads as `Unspecified`: revoked is revoked.
    pub reason: Option<RevocationReason>,
    /// Since when the key is known or thought to be compromised.
    pub invalidity: Option<Instant>,
}

/// The entries of a [`Crl`](super::Crl), read as they are asked for.
#[derive(Clone, Debug)]
pub struct CrlEntries<'a> {
    input: Input<'a>,
}

impl<'a> CrlEntries<'a> {
    /// Over entries that [`index`] has read before.
    pub(super) const fn new(octets: &'a [u8]) -> Self {
        Self {
            input: Input::new(octets, WHAT),
        }
    }
}

impl Iterator for CrlEntries<'_> {
    type Item = CrlEntry;

    fn next(&mut self) -> Option<CrlEntry> {
        if self.input.is_empty() {
            return None;
        }
        read(&mut self.input, |_| ()).ok()
    }
}

/// What one pass over all entries gives.
pub(super) struct Index {
    pub(super) by_serial: Vec<u32>,
    pub(super) unknown_critical: Vec<ObjectIdentifier>,
}

/// Reads every entry once, so that nothing can fail later.
pub(super) fn index(octets: &[u8]) -> Result<Index, CertError> {
    let mut by_serial = Vec::new();
    let mut unknown_critical = Vec::new();
    let mut input = Input::new(octets, WHAT);
    let mut ascending = true;
    let mut previous = None;
    while !input.is_empty() {
        let offset = octets.len().saturating_sub(input.rest().len());
        let entry = read(&mut input, |oid| {
            // A list of a few, bounded: what matters is that it is not empty.
            if unknown_critical.len() < MAX_UNKNOWN && !unknown_critical.contains(&oid) {
                unknown_critical.push(oid);
            }
        })?;
        by_serial.push(u32::try_from(offset).map_err(|_| malformed(WHAT))?);
        ascending &= previous <= Some(entry.serial_number);
        previous = Some(entry.serial_number);
    }
    if !ascending {
        by_serial.sort_by_key(|offset| serial_at(octets, *offset));
    }
    Ok(Index {
        by_serial,
        unknown_critical,
    })
}

/// The serial number of the entry that begins at `offset`.
pub(super) fn serial_at(octets: &[u8], offset: u32) -> Option<SerialNumber> {
    let entry = octets.get(usize::try_from(offset).ok()?..)?;
    let mut entry = Input::new(entry, WHAT).nested(SEQUENCE, WHAT).ok()?;
    SerialNumber::from_integer_contents(entry.expect(INTEGER).ok()?.value).ok()
}

/// Reads one entry; critical extensions that are not known are told to `unknown`.
fn read(
    input: &mut Input<'_>,
    mut unknown: impl FnMut(ObjectIdentifier),
) -> Result<CrlEntry, CertError> {
    let mut fields = input.nested(SEQUENCE, WHAT)?;
    let mut entry = CrlEntry {
        serial_number: SerialNumber::from_integer_contents(fields.expect(INTEGER)?.value)?,
        revoked_at: time::read(&mut fields)?,
        reason: None,
        invalidity: None,
    };
    if !fields.is_empty() {
        let mut extensions = fields.nested(SEQUENCE, "crlEntryExtensions")?;
        while !extensions.is_empty() {
            let extension = read_extension(extensions.nested(SEQUENCE, "Extension")?)?;
            let twice = CertError::DuplicateExtension(extension.oid);
            match extension.oid {
                rfc5912::ID_CE_CRL_REASONS => {
                    let reason = read_reason(extension.value)?;
                    if entry.reason.replace(reason).is_some() {
                        return Err(twice);
                    }
                }
                rfc5912::ID_CE_INVALIDITY_DATE => {
                    let invalidity = time::read_generalized(extension.value)?;
                    if entry.invalidity.replace(invalidity).is_some() {
                        return Err(twice);
                    }
                }
                oid if extension.critical => unknown(oid),
                _ => {}
            }
        }
    }
    fields.end()?;
    Ok(entry)
}

fn read_reason(octets: &[u8]) -> Result<RevocationReason, CertError> {
    match input::whole(octets, ENUMERATED, "CRLReason")?.value {
        [code] => Ok(RevocationReason::from_code(*code).unwrap_or(RevocationReason::Unspecified)),
        _ => Err(malformed("CRLReason")),
    }
}

const WHAT: &str = "revokedCertificates";
const MAX_UNKNOWN: usize = 16;
