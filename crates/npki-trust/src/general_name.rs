use der::{Decode, Reader, SliceReader, Tag, TagNumber, asn1::AnyRef};
use npki_cert::Name;

/// A GeneralName (RFC 5280 section 4.2.1.6), as far as name constraints look at it.
#[derive(Clone, Debug)]
pub(crate) enum GeneralName {
    Rfc822(String),
    Dns(String),
    Directory(Name),
    Uri(String),
    Ip(Vec<u8>),
    /// otherName, x400Address, ediPartyName, registeredID: by tag number.
    Other(TagNumber),
}

impl GeneralName {
    pub(crate) fn read(any: AnyRef<'_>) -> Option<Self> {
        let Tag::ContextSpecific {
            constructed,
            number,
        } = any.header().tag()
        else {
            return None;
        };
        let text = || {
            let text = core::str::from_utf8(any.value()).ok()?;
            text.is_ascii().then(|| text.to_owned())
        };
        Some(match (number.value(), constructed) {
            (1, false) => Self::Rfc822(text()?),
            (2, false) => Self::Dns(text()?),
            (4, true) => Self::Directory(Name::parse(any.value()).ok()?),
            (6, false) => Self::Uri(text()?),
            (7, false) => Self::Ip(any.value().to_vec()),
            (0 | 3 | 5, true) | (8, false) => Self::Other(number),
            _ => return None,
        })
    }

    /// Reads GeneralNames: at least one.
    pub(crate) fn read_all(der: &[u8]) -> Option<Vec<Self>> {
        let names = elements(der)?
            .into_iter()
            .map(Self::read)
            .collect::<Option<Vec<_>>>()?;
        (!names.is_empty()).then_some(names)
    }
}

/// The elements of a SEQUENCE that fills `der`.
pub(crate) fn elements(der: &[u8]) -> Option<Vec<AnyRef<'_>>> {
    let sequence = AnyRef::from_der(der).ok()?;
    if sequence.header().tag() != Tag::Sequence {
        return None;
    }
    contents(sequence.value())
}

/// The values that fill `octets`, one after the other.
pub(crate) fn contents(octets: &[u8]) -> Option<Vec<AnyRef<'_>>> {
    let mut reader = SliceReader::new(octets).ok()?;
    let mut found = Vec::new();
    while !reader.is_finished() {
        found.push(AnyRef::decode(&mut reader).ok()?);
    }
    Some(found)
}
