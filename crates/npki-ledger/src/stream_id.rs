use core::{fmt, str::FromStr};

use der::Length;

use crate::{NameError, StreamKind};

/// Names a stream: one history with gapless versions, such as `application/7f3a…`.
///
/// # Security
/// The name stands in every leaf for ever. Make it of random octets, serials or a
/// [`Pseudonym`](crate::Pseudonym), never of what names a person (R72).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamId {
    kind: StreamKind,
    name: String,
}

impl StreamId {
    /// The longest name in octets; a hex digest has 64.
    pub const NAME_MAX: usize = 128;

    /// The stream `kind/name`.
    ///
    /// # Errors
    /// [`NameError`] unless `name` has 1 to 128 visible ASCII characters (U+0021 to U+007E).
    pub fn new(kind: StreamKind, name: &str) -> Result<Self, NameError> {
        let visible = name.bytes().all(|b| matches!(b, 0x21..=0x7e));
        if name.is_empty() || name.len() > Self::NAME_MAX || !visible {
            return Err(NameError {
                what: "stream name",
                found: name.chars().take(80).collect(),
            });
        }
        Ok(Self {
            kind,
            name: name.to_owned(),
        })
    }

    /// What the stream is about.
    #[must_use]
    pub const fn kind(&self) -> &StreamKind {
        &self.kind
    }

    /// Its name among the streams of its kind.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.name)
    }
}

impl fmt::Debug for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StreamId({self})")
    }
}

/// Reads `kind/name`; the name may contain further slashes.
impl FromStr for StreamId {
    type Err = NameError;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        let (kind, name) = s.split_once('/').ok_or_else(|| NameError {
            what: "stream",
            found: s.chars().take(80).collect(),
        })?;
        Self::new(StreamKind::new(kind)?, name)
    }
}

/// Written as a UTF8String `kind/name`.
impl der::FixedTag for StreamId {
    const TAG: der::Tag = der::Tag::Utf8String;
}

impl der::EncodeValue for StreamId {
    fn value_len(&self) -> der::Result<Length> {
        self.kind.value_len()? + Length::ONE + Length::try_from(self.name.len())?
    }

    fn encode_value(&self, writer: &mut impl der::Writer) -> der::Result<()> {
        self.kind.encode_value(writer)?;
        writer.write_byte(b'/')?;
        writer.write(self.name.as_bytes())
    }
}

impl<'a> der::DecodeValue<'a> for StreamId {
    type Error = der::Error;

    fn decode_value<R: der::Reader<'a>>(reader: &mut R, header: der::Header) -> der::Result<Self> {
        let text = String::decode_value(reader, header)?;
        text.parse()
            .map_err(|_| der::Tag::Utf8String.value_error().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_form_reads_back() {
        for good in [
            "order/1",
            "crl/yessign/3",
            &format!("order/{}", "x".repeat(128)),
        ] {
            assert_eq!(good.parse::<StreamId>().unwrap().to_string(), good);
        }
        for bad in [
            "",
            "order",
            "order/",
            "/1",
            "Order/1",
            "order/a b",
            "order/홍길동",
            "order/a\0",
            &format!("order/{}", "x".repeat(129)),
        ] {
            assert!(bad.parse::<StreamId>().is_err(), "{bad:?}");
        }
    }
}
