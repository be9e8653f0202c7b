//! `PrivateKeyInfo` taken apart without copying, and put together with another R.

use const_oid::ObjectIdentifier;
use der::asn1::{AnyRef, BitStringRef};
use der::{Decode, Encode, Reader, SliceReader, Tag, TagNumber, Tagged};
use npki_core::RandomNumber;
use spki::AlgorithmIdentifierRef;
use zeroize::Zeroizing;

use crate::KeyError;

/// A `PrivateKeyInfo`, or a `OneAsymmetricKey` of version 1, borrowed.
///
/// Source: RFC 5958 section 2.
pub(crate) struct PrivateKeyInfo<'a> {
    pub(crate) algorithm: AlgorithmIdentifierRef<'a>,
    /// What is inside of the OCTET STRING.
    pub(crate) private_key: &'a [u8],
    /// What is inside of the BIT STRING that only version 1 has.
    pub(crate) public_key: Option<&'a [u8]>,
    pub(crate) random_number: Option<RandomNumber>,
    /// Version, algorithm and private key as they stand, tags and lengths included.
    head: &'a [u8],
    /// The attributes as they stand, each with its tag and length.
    attributes: Vec<&'a [u8]>,
    /// The public key as it stands.
    tail: &'a [u8],
}

impl<'a> PrivateKeyInfo<'a> {
    /// Reads it to the last octet. The order of the attributes is not asked for: the bytes are
    /// kept as they are, and nothing is signed over them.
    pub(crate) fn parse(der: &'a [u8]) -> Result<Self, KeyError> {
        let content = constructed(der, Tag::Sequence)?;
        let mut reader = SliceReader::new(content)?;
        let version: u8 = reader.decode()?;
        let algorithm = reader.decode()?;
        let private_key: AnyRef<'a> = reader.decode()?;
        private_key.tag().assert_eq(Tag::OctetString)?;
        let (head, _) = split(content, &reader)?;
        let attributes = match next_if(&mut reader, ATTRIBUTES)? {
            Some(field) => elements(field.value())?,
            None => Vec::new(),
        };
        let (_, tail) = split(content, &reader)?;
        let public_key = match next_if(&mut reader, PUBLIC_KEY)? {
            // IMPLICIT BIT STRING: the first octet counts unused bits.
            Some(field) => match field.value().split_first() {
                Some((0, octets)) => Some(octets),
                _ => return Err(malformed(PUBLIC_KEY)),
            },
            None => None,
        };
        reader.finish()?;
        // RFC 5958 section 2: version 1 if, and only if, there is a public key.
        if version != u8::from(public_key.is_some()) {
            return Err(malformed(Tag::Integer));
        }
        Ok(Self {
            algorithm,
            private_key: private_key.value(),
            public_key,
            random_number: random_number(&attributes)?,
            head,
            attributes,
            tail,
        })
    }

    /// The DER with `r` as its only R, the other attributes as they stand. R goes in front of the
    /// first attribute that DER sorts behind it.
    pub(crate) fn with_random_number(
        &self,
        r: &RandomNumber,
    ) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let attribute = random_number_attribute(r)?;
        let mut attributes = Vec::with_capacity(self.attributes.len() + 1);
        for other in &self.attributes {
            if attribute_type(other)? != ID_RANDOM_NUM {
                attributes.push(*other);
            }
        }
        let place = attributes
            .iter()
            .position(|other| *other > attribute.as_slice())
            .unwrap_or(attributes.len());
        attributes.insert(place, &attribute);
        let attributes = tlv(ATTRIBUTES, &attributes)?;
        tlv(Tag::Sequence, &[self.head, &attributes, self.tail])
    }
}

/// A new `PrivateKeyInfo` of version 0 without attributes.
pub(crate) fn encode(
    algorithm: &AlgorithmIdentifierRef<'_>,
    private_key: &[u8],
) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let algorithm = algorithm.to_der()?;
    let private_key = tlv(Tag::OctetString, &[private_key])?;
    tlv(Tag::Sequence, &[&[0x02, 1, 0], &algorithm, &private_key])
}

/// Tag, length and these parts one behind the other. The buffer never grows, so that no copy of a
/// secret stays behind.
pub(crate) fn tlv(tag: Tag, parts: &[&[u8]]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let length = parts.iter().map(|part| part.len()).sum::<usize>();
    let header = der::Header::new(tag, length.try_into()?).to_der()?;
    let mut der = Zeroizing::new(Vec::with_capacity(header.len() + length));
    der.extend_from_slice(&header);
    for part in parts {
        der.extend_from_slice(part);
    }
    Ok(der)
}

/// The content of the only element in `der`, which has this tag.
pub(crate) fn constructed(der: &[u8], tag: Tag) -> Result<&[u8], KeyError> {
    let element = AnyRef::from_der(der)?;
    element.tag().assert_eq(tag)?;
    Ok(element.value())
}

/// The next element if it has this tag.
pub(crate) fn next_if<'a>(
    reader: &mut SliceReader<'a>,
    tag: Tag,
) -> Result<Option<AnyRef<'a>>, KeyError> {
    if reader.is_finished() || Tag::peek(reader)? != tag {
        return Ok(None);
    }
    Ok(Some(reader.decode()?))
}

/// The elements in `content`, each as it stands.
fn elements(content: &[u8]) -> Result<Vec<&[u8]>, KeyError> {
    let mut reader = SliceReader::new(content)?;
    let mut elements = Vec::new();
    while !reader.is_finished() {
        let element = reader.tlv_bytes()?;
        attribute(element)?;
        elements.push(element);
    }
    Ok(elements)
}

/// What has been read of `content`, and what has not.
fn split<'a>(
    content: &'a [u8],
    reader: &SliceReader<'a>,
) -> Result<(&'a [u8], &'a [u8]), KeyError> {
    let read = usize::try_from(u32::from(reader.position())).unwrap_or(usize::MAX);
    content
        .split_at_checked(read)
        .ok_or_else(|| malformed(Tag::Sequence))
}

/// Type and values of an attribute.
fn attribute(der: &[u8]) -> Result<(ObjectIdentifier, &[u8]), KeyError> {
    let mut reader = SliceReader::new(constructed(der, Tag::Sequence)?)?;
    let oid = reader.decode()?;
    let values: AnyRef<'_> = reader.decode()?;
    values.tag().assert_eq(Tag::Set)?;
    reader.finish()?;
    Ok((oid, values.value()))
}

fn attribute_type(der: &[u8]) -> Result<ObjectIdentifier, KeyError> {
    attribute(der).map(|(oid, _)| oid)
}

/// R, where there is one: exactly one, of one BIT STRING without unused bits.
fn random_number(attributes: &[&[u8]]) -> Result<Option<RandomNumber>, KeyError> {
    let mut found = None;
    for der in attributes {
        let (oid, values) = attribute(der)?;
        if oid != ID_RANDOM_NUM {
            continue;
        }
        let octets = BitStringRef::from_der(values)
            .ok()
            .and_then(|bits| bits.as_bytes())
            .ok_or(KeyError::RandomNumber)?;
        let r = RandomNumber::from_octets(octets).map_err(|_| KeyError::RandomNumber)?;
        if found.replace(r).is_some() {
            return Err(KeyError::RandomNumber);
        }
    }
    Ok(found)
}

/// `SEQUENCE { id-randomNum, SET { BIT STRING } }`.
fn random_number_attribute(r: &RandomNumber) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let bits = tlv(Tag::BitString, &[&[0], r.expose_octets()])?;
    let values = tlv(Tag::Set, &[&bits])?;
    tlv(Tag::Sequence, &[&ID_RANDOM_NUM.to_der()?, &values])
}

fn malformed(tag: Tag) -> KeyError {
    KeyError::Malformed(tag.value_error().into())
}

/// `id-randomNum`, the attribute that holds R (KCAC.TS.SIVID).
const ID_RANDOM_NUM: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.410.200004.10.1.1.3");
/// `attributes [0] IMPLICIT`.
const ATTRIBUTES: Tag = Tag::ContextSpecific {
    constructed: true,
    number: TagNumber(0),
};
/// `publicKey [1] IMPLICIT`.
const PUBLIC_KEY: Tag = Tag::ContextSpecific {
    constructed: false,
    number: TagNumber(1),
};
