//! The few types of RFC 5652 that SignedData needs, read and written as they stand.

use const_oid::ObjectIdentifier;
use der::{
    Any, Choice, Decode, DecodeValue, Encode, EncodeValue, FixedTag, Header, Length, Reader,
    Sequence, Tag, Writer, asn1::OctetString,
};
use spki::AlgorithmIdentifierOwned;

/// SignedData (section 5.1). Certificates and CRLs stay the bytes they are.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(super) struct SignedDataValue {
    pub(super) version: u8,
    pub(super) digest_algorithms: SetAsFound<AlgorithmIdentifierOwned>,
    pub(super) encap_content_info: EncapsulatedContentInfo,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", optional = "true")]
    pub(super) certificates: Option<SetAsFound<Any>>,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    pub(super) crls: Option<SetAsFound<Any>>,
    pub(super) signer_infos: SetAsFound<SignerInfo>,
}

/// EncapsulatedContentInfo (section 5.2). PKCS#7 allows other types than OCTET STRING as the
/// content; these are refused by name, so the field is open here.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(super) struct EncapsulatedContentInfo {
    pub(super) content_type: ObjectIdentifier,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    pub(super) content: Option<Any>,
}

/// SignerInfo (section 5.3).
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(super) struct SignerInfo {
    pub(super) version: u8,
    pub(super) sid: SignerIdentifier,
    pub(super) digest_algorithm: AlgorithmIdentifierOwned,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", optional = "true")]
    pub(super) signed_attributes: Option<SetAsFound<Attribute>>,
    pub(super) signature_algorithm: AlgorithmIdentifierOwned,
    pub(super) signature: OctetString,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    pub(super) unsigned_attributes: Option<SetAsFound<Attribute>>,
}

/// SignerIdentifier (section 5.3).
#[derive(Clone, Debug, PartialEq, Eq, Choice)]
pub(super) enum SignerIdentifier {
    IssuerAndSerialNumber(IssuerAndSerialNumber),
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT")]
    SubjectKeyIdentifier(OctetString),
}

/// IssuerAndSerialNumber (section 10.2.4). The serial number is the value of the INTEGER.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(super) struct IssuerAndSerialNumber {
    pub(super) issuer: Any,
    pub(super) serial_number: Any,
}

/// Attribute (section 5.3).
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(super) struct Attribute {
    pub(super) attr_type: ObjectIdentifier,
    pub(super) attr_values: SetAsFound<Any>,
}

/// A SET OF in the order in which it was found. `der`'s own type sorts while it reads, and then
/// what is written again are other bytes than those that were signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SetAsFound<T>(pub(super) Vec<T>);

impl<T: Encode> SetAsFound<T> {
    /// The elements in DER order: ascending by their encodings (X.690 section 11.6).
    ///
    /// Octet strings compare with the shorter one padded by zeros there; no two encodings differ
    /// only in that way, because each begins with its own length.
    pub(super) fn sorted(elements: Vec<T>) -> der::Result<Self> {
        let mut keyed = elements
            .into_iter()
            .map(|element| Ok((element.to_der()?, element)))
            .collect::<der::Result<Vec<_>>>()?;
        keyed.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(Self(
            keyed.into_iter().map(|(_, element)| element).collect(),
        ))
    }
}

impl<T> FixedTag for SetAsFound<T> {
    const TAG: Tag = Tag::Set;
}

impl<'a, T: Decode<'a, Error = der::Error>> DecodeValue<'a> for SetAsFound<T> {
    type Error = der::Error;

    fn decode_value<R: Reader<'a>>(reader: &mut R, _header: Header) -> der::Result<Self> {
        let mut elements = Vec::new();
        while !reader.is_finished() {
            if elements.len() == MAX_ELEMENTS {
                return Err(Tag::Set.value_error().into());
            }
            elements.push(T::decode(reader)?);
        }
        Ok(Self(elements))
    }
}

impl<T: Encode> EncodeValue for SetAsFound<T> {
    fn value_len(&self) -> der::Result<Length> {
        self.0.iter().try_fold(Length::ZERO, |length, element| {
            length + element.encoded_len()?
        })
    }

    fn encode_value(&self, writer: &mut impl Writer) -> der::Result<()> {
        self.0.iter().try_for_each(|element| element.encode(writer))
    }
}

/// Elements of one SET at most: an element of two octets would otherwise cost fifty times its size
/// in memory. A bound of ours; real messages have one signer and a handful of certificates.
const MAX_ELEMENTS: usize = 1_024;
