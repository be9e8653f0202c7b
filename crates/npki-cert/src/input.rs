use crate::CertError;

/// A strict DER reader over a borrowed slice: one octet of tag, minimal definite lengths, no
/// recursion. Every error names the type that was being read.
#[derive(Clone, Debug)]
pub(crate) struct Input<'a> {
    rest: &'a [u8],
    what: &'static str,
}

/// One value: its tag octet, its contents, and its octets with tag and length.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tlv<'a> {
    pub(crate) tag: u8,
    pub(crate) value: &'a [u8],
    pub(crate) raw: &'a [u8],
}

pub(crate) const BOOLEAN: u8 = 0x01;
pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const NULL: u8 = 0x05;
pub(crate) const OID: u8 = 0x06;
pub(crate) const ENUMERATED: u8 = 0x0a;
pub(crate) const UTF8_STRING: u8 = 0x0c;
pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;
pub(crate) const UTC_TIME: u8 = 0x17;
pub(crate) const GENERALIZED_TIME: u8 = 0x18;
pub(crate) const IA5_STRING: u8 = 0x16;
pub(crate) const VISIBLE_STRING: u8 = 0x1a;
pub(crate) const BMP_STRING: u8 = 0x1e;

/// The tag octet of a primitive `[number]`.
pub(crate) const fn context(number: u8) -> u8 {
    0x80 | number
}

/// The tag octet of a constructed `[number]`.
pub(crate) const fn context_constructed(number: u8) -> u8 {
    0xa0 | number
}

impl<'a> Input<'a> {
    pub(crate) const fn new(octets: &'a [u8], what: &'static str) -> Self {
        Self { rest: octets, what }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// What is not read yet.
    pub(crate) const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(crate) const fn malformed(&self) -> CertError {
        malformed(self.what)
    }

    /// The next value, whatever its tag.
    pub(crate) fn any(&mut self) -> Result<Tlv<'a>, CertError> {
        let (tlv, rest) = split(self.rest).ok_or_else(|| self.malformed())?;
        self.rest = rest;
        Ok(tlv)
    }

    pub(crate) fn expect(&mut self, tag: u8) -> Result<Tlv<'a>, CertError> {
        match self.any()? {
            tlv if tlv.tag == tag => Ok(tlv),
            _ => Err(self.malformed()),
        }
    }

    pub(crate) fn optional(&mut self, tag: u8) -> Result<Option<Tlv<'a>>, CertError> {
        if self.rest.first() == Some(&tag) {
            return self.any().map(Some);
        }
        Ok(None)
    }

    /// The contents of the next value, to be read as part of `what`.
    pub(crate) fn nested(&mut self, tag: u8, what: &'static str) -> Result<Input<'a>, CertError> {
        let tlv = self.expect(tag)?;
        Ok(Input::new(tlv.value, what))
    }

    /// Decodes the next value with one of the types of `der`.
    pub(crate) fn decode<T: der::Decode<'a, Error = der::Error>>(
        &mut self,
        tag: u8,
    ) -> Result<T, CertError> {
        decode(self.expect(tag)?.raw, self.what)
    }

    pub(crate) const fn end(self) -> Result<(), CertError> {
        if self.rest.is_empty() {
            return Ok(());
        }
        Err(CertError::TrailingData {
            what: self.what,
            found: self.rest.len(),
        })
    }
}

/// The one value that `octets` are, with nothing after it.
pub(crate) fn whole<'a>(
    octets: &'a [u8],
    tag: u8,
    what: &'static str,
) -> Result<Tlv<'a>, CertError> {
    let mut input = Input::new(octets, what);
    let tlv = input.expect(tag)?;
    input.end()?;
    Ok(tlv)
}

/// The contents of the one value that `octets` are.
pub(crate) fn open<'a>(
    octets: &'a [u8],
    tag: u8,
    what: &'static str,
) -> Result<Input<'a>, CertError> {
    whole(octets, tag, what).map(|tlv| Input::new(tlv.value, what))
}

pub(crate) fn decode<'a, T: der::Decode<'a, Error = der::Error>>(
    octets: &'a [u8],
    what: &'static str,
) -> Result<T, CertError> {
    T::from_der(octets).map_err(|source| CertError::Malformed {
        what,
        source: Some(source),
    })
}

pub(crate) const fn malformed(what: &'static str) -> CertError {
    CertError::Malformed { what, source: None }
}

/// Splits the first value off. X.690 8.1.2, 8.1.3, 10.1: low tag numbers, shortest definite length.
fn split(octets: &[u8]) -> Option<(Tlv<'_>, &[u8])> {
    let (&tag, after_tag) = octets.split_first()?;
    if tag & 0x1f == 0x1f {
        return None;
    }
    let (&first, after_length) = after_tag.split_first()?;
    let (length, body) = match first {
        0..=0x7f => (usize::from(first), after_length),
        0x81..=0x84 => {
            let (length, body) = after_length.split_at_checked(usize::from(first & 0x7f))?;
            if length.first() == Some(&0) {
                return None;
            }
            let length = length.iter().try_fold(0_usize, |sum, octet| {
                sum.checked_mul(256)?.checked_add(usize::from(*octet))
            })?;
            if length < 0x80 {
                return None;
            }
            (length, body)
        }
        _ => return None,
    };
    let (value, rest) = body.split_at_checked(length)?;
    let raw = octets.get(..octets.len().checked_sub(rest.len())?)?;
    Some((Tlv { tag, value, raw }, rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::output;

    #[test]
    fn lengths_are_minimal_and_definite() {
        for (octets, fine) in [
            (&[0x04, 0x00][..], true),
            (&[0x04, 0x01, 0xff], true),
            (&[0x04, 0x81, 0x01, 0xff], false),
            (&[0x04, 0x82, 0x00, 0x80], false),
            (&[0x04, 0x80, 0x00, 0x00], false),
            (&[0x04, 0x85, 0, 0, 0, 0, 1, 7], false),
            (&[0x04, 0x84, 0xff, 0xff, 0xff, 0xff], false),
            (&[0x04, 0x02, 0xff], false),
            (&[0x1f, 0x81, 0x00, 0x00], false),
            (&[0x04], false),
            (&[], false),
        ] {
            assert_eq!(
                Input::new(octets, "test").any().is_ok(),
                fine,
                "{octets:02x?}"
            );
        }
    }

    #[test]
    fn reads_what_is_written() {
        for length in [0, 1, 127, 128, 255, 256, 65_535, 65_536, 70_000] {
            let value = vec![7; length];
            let octets = output::tlv(OCTET_STRING, &value);
            let tlv = whole(&octets, OCTET_STRING, "test").unwrap();
            assert_eq!(tlv.value, value);
            assert_eq!(tlv.raw, octets);
        }
    }

    proptest! {
        #[test]
        fn any_octets_are_read_or_refused(octets in proptest::collection::vec(any::<u8>(), 0..24)) {
            let mut input = Input::new(&octets, "test");
            while let Ok(tlv) = input.any() {
                prop_assert_eq!(output::tlv(tlv.tag, tlv.value), tlv.raw);
            }
        }
    }
}
