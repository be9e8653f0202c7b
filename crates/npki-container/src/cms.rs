//! The few types of CMS that a PFX stands on, read and written as DER.
//!
//! Source: RFC 5652 sections 3, 6.1 and 8.

use std::borrow::Cow;

use const_oid::ObjectIdentifier;
use der::{
    DecodeValue, EncodeValue, FixedTag, Header, Length, Reader, Sequence, SliceReader, Tag,
    TagNumber, Writer,
    asn1::{AnyRef, OctetStringRef},
};
use spki::AlgorithmIdentifierRef;

/// `id-data`.
pub const ID_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
/// `id-signedData`.
pub const ID_SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
/// `id-envelopedData`.
pub const ID_ENVELOPED_DATA: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.3");
/// `id-encryptedData`.
pub const ID_ENCRYPTED_DATA: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.6");

/// `ContentInfo`: a type and a content of this type.
///
/// Source: RFC 5652 section 3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Sequence)]
pub struct ContentInfo<'a> {
    /// The type.
    pub content_type: ObjectIdentifier,
    /// The content, `[0] EXPLICIT`.
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    pub content: Option<AnyRef<'a>>,
}

/// `EncryptedContentInfo`: how something is encrypted, and the ciphertext.
///
/// The ciphertext is `[0] IMPLICIT OCTET STRING`. Where BER has it in pieces, its tag does not say
/// that it is an OCTET STRING, so [`ber_to_der`](crate::ber::ber_to_der) leaves the pieces and
/// reading this type joins them; writing it writes them whole.
///
/// Source: RFC 5652 section 6.1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncryptedContentInfo<'a> {
    /// The type of what is encrypted.
    pub content_type: ObjectIdentifier,
    /// The cipher, or the encryption scheme with password.
    pub algorithm: AlgorithmIdentifierRef<'a>,
    /// The ciphertext, unless it is elsewhere.
    pub encrypted_content: Option<Cow<'a, [u8]>>,
}

/// `EncryptedData`. Unprotected attributes are read past.
///
/// Source: RFC 5652 section 8.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct EncryptedData<'a> {
    /// 0, or 2 with unprotected attributes.
    pub version: u8,
    /// The one content.
    pub encrypted_content_info: EncryptedContentInfo<'a>,
    /// `[1] IMPLICIT SET OF Attribute`, its value as it was found.
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    pub unprotected_attributes: Option<SetValue<'a>>,
}

/// The value of a SET OF, not looked into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SetValue<'a>(pub &'a [u8]);

impl<'a> DecodeValue<'a> for EncryptedContentInfo<'a> {
    type Error = der::Error;

    fn decode_value<R: Reader<'a>>(reader: &mut R, _header: Header) -> der::Result<Self> {
        Ok(Self {
            content_type: reader.decode()?,
            algorithm: reader.decode()?,
            encrypted_content: if reader.is_finished() {
                None
            } else {
                Some(join(reader.decode()?)?)
            },
        })
    }
}

impl EncryptedContentInfo<'_> {
    fn encrypted(&self) -> der::Result<Option<AnyRef<'_>>> {
        let tag = Tag::ContextSpecific {
            constructed: false,
            number: TagNumber(0),
        };
        self.encrypted_content
            .as_deref()
            .map(|octets| AnyRef::new(tag, octets))
            .transpose()
    }
}

impl EncodeValue for EncryptedContentInfo<'_> {
    fn value_len(&self) -> der::Result<Length> {
        use der::Encode as _;

        self.content_type.encoded_len()?
            + self.algorithm.encoded_len()?
            + self.encrypted()?.encoded_len()?
    }

    fn encode_value(&self, writer: &mut impl Writer) -> der::Result<()> {
        use der::Encode as _;

        self.content_type.encode(writer)?;
        self.algorithm.encode(writer)?;
        self.encrypted()?.encode(writer)
    }
}

impl<'a> Sequence<'a> for EncryptedContentInfo<'a> {}

impl<'a> DecodeValue<'a> for SetValue<'a> {
    type Error = der::Error;

    fn decode_value<R: Reader<'a>>(reader: &mut R, header: Header) -> der::Result<Self> {
        Ok(Self(reader.read_slice(header.length())?))
    }
}

impl EncodeValue for SetValue<'_> {
    fn value_len(&self) -> der::Result<Length> {
        Length::try_from(self.0.len())
    }

    fn encode_value(&self, writer: &mut impl Writer) -> der::Result<()> {
        writer.write(self.0)
    }
}

impl FixedTag for SetValue<'_> {
    const TAG: Tag = Tag::Set;
}

/// The octets of an `[0] IMPLICIT OCTET STRING`, whole or in pieces.
fn join(any: AnyRef<'_>) -> der::Result<Cow<'_, [u8]>> {
    use der::Tagged as _;

    match any.tag() {
        Tag::ContextSpecific {
            constructed: false,
            number: TagNumber(0),
        } => Ok(Cow::Borrowed(any.value())),
        Tag::ContextSpecific {
            constructed: true,
            number: TagNumber(0),
        } => {
            let mut reader = SliceReader::new(any.value())?;
            let mut octets = Vec::with_capacity(any.value().len());
            while !reader.is_finished() {
                octets.extend_from_slice(reader.decode::<&OctetStringRef>()?.as_bytes());
            }
            Ok(Cow::Owned(octets))
        }
        tag => Err(tag.unexpected_error(None).into()),
    }
}

#[cfg(test)]
mod tests {
    use der::{Decode, Encode};
    use hex_literal::hex;

    use super::*;

    #[test]
    fn a_ciphertext_in_pieces_is_joined() {
        let whole = hex!("3011 0609 2A864886F70D010701 3002 0600 8000");
        assert!(
            EncryptedContentInfo::from_der(&whole).is_err(),
            "an empty OID"
        );
        let whole = hex!("3017 0609 2A864886F70D010701 3005 0603 2A0304 8003 AABBCC");
        let pieces = hex!("301B 0609 2A864886F70D010701 3005 0603 2A0304 A007 0401AA 0402BBCC");
        let absent = hex!("3012 0609 2A864886F70D010701 3005 0603 2A0304");
        let read = EncryptedContentInfo::from_der(&whole).unwrap();
        assert_eq!(read.to_der().unwrap(), whole);
        let joined = EncryptedContentInfo::from_der(&pieces).unwrap();
        assert_eq!(joined.encrypted_content, read.encrypted_content);
        assert_eq!(joined.to_der().unwrap(), whole);
        let none = EncryptedContentInfo::from_der(&absent).unwrap();
        assert_eq!(none.encrypted_content, None);
        assert_eq!(none.to_der().unwrap(), absent);
    }
}
