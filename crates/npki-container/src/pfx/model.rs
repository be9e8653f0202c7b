use const_oid::ObjectIdentifier;
use der::{
    Decode, Encode, Sequence, SliceReader, Tag,
    asn1::{AnyRef, OctetStringRef},
};
use spki::AlgorithmIdentifierOwned;
use zeroize::Zeroizing;

use super::mac::{Mac, MacData};
use crate::{
    PfxParseError, SchemeError,
    cms::{ContentInfo, EncryptedData, ID_DATA, ID_ENCRYPTED_DATA},
};

/// `PFX`.
///
/// Source: RFC 7292 section 4.
#[derive(Sequence)]
pub(super) struct PfxModel<'a> {
    pub(super) version: u8,
    pub(super) auth_safe: ContentInfo<'a>,
    pub(super) mac_data: Option<MacData<'a>>,
}

/// A PFX of version 3 whose `authSafe` is plain data, as DER.
#[derive(Clone)]
pub(super) struct Outer {
    der: Zeroizing<Vec<u8>>,
}

/// One `ContentInfo` of the `AuthenticatedSafe`.
#[derive(Clone)]
pub(super) enum Content {
    /// `SafeContents` in the clear, as DER. May hold a private key.
    Plain(Zeroizing<Vec<u8>>),
    /// Encrypted with the password.
    Encrypted {
        algorithm: AlgorithmIdentifierOwned,
        ciphertext: Vec<u8>,
    },
}

/// `SafeBag`.
///
/// The attributes are a SET OF whose order nobody keeps in BER, so they are taken as they come.
///
/// Source: RFC 7292 section 4.2.
#[derive(Clone, Copy, Debug, Sequence)]
pub(super) struct SafeBag<'a> {
    pub(super) id: ObjectIdentifier,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    pub(super) value: AnyRef<'a>,
    pub(super) attributes: Option<crate::cms::SetValue<'a>>,
}

/// `PKCS12Attribute`.
#[derive(Clone, Copy, Debug, Sequence)]
pub(super) struct BagAttribute<'a> {
    pub(super) id: ObjectIdentifier,
    pub(super) values: crate::cms::SetValue<'a>,
}

/// `CertBag`.
///
/// Source: RFC 7292 section 4.2.3.
#[derive(Clone, Copy, Debug, Sequence)]
pub(super) struct CertBag<'a> {
    pub(super) id: ObjectIdentifier,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    pub(super) value: AnyRef<'a>,
}

impl Outer {
    pub(super) fn parse(der: Zeroizing<Vec<u8>>) -> Result<Self, PfxParseError> {
        let model = PfxModel::from_der(&der)?;
        if model.version != VERSION {
            return Err(PfxParseError::Version {
                found: model.version,
            });
        }
        if model.auth_safe.content_type != ID_DATA {
            return Err(PfxParseError::Content {
                oid: model.auth_safe.content_type,
            });
        }
        octets(&model.auth_safe)?;
        Ok(Self { der })
    }

    pub(super) fn encode(&self) -> der::Result<Vec<u8>> {
        self.model()?.to_der()
    }

    /// The octets of the `AuthenticatedSafe`, over which the MAC is.
    pub(super) fn auth_safe(&self) -> der::Result<&[u8]> {
        octets(&self.model()?.auth_safe)
    }

    pub(super) fn mac(&self) -> Result<Option<Mac<'_>>, SchemeError> {
        // It was parsed before, so there is a model.
        match self.model().ok().and_then(|model| model.mac_data) {
            Some(data) => Mac::parse(data).map(Some),
            None => Ok(None),
        }
    }

    fn model(&self) -> der::Result<PfxModel<'_>> {
        PfxModel::from_der(&self.der)
    }
}

/// The values of a `SEQUENCE OF`.
pub(super) fn sequence_of<'a, T>(der: &'a [u8]) -> der::Result<Vec<T>>
where
    T: Decode<'a, Error = der::Error>,
{
    AnyRef::from_der(der)?.sequence(|reader| all(reader))
}

/// The values of a SET OF.
pub(super) fn set_of<'a, T>(set: crate::cms::SetValue<'a>) -> der::Result<Vec<T>>
where
    T: Decode<'a, Error = der::Error>,
{
    all(&mut SliceReader::new(set.0)?)
}

fn all<'a, T>(reader: &mut SliceReader<'a>) -> der::Result<Vec<T>>
where
    T: Decode<'a, Error = der::Error>,
{
    use der::Reader as _;

    let mut values = Vec::new();
    while !reader.is_finished() {
        values.push(T::decode(reader)?);
    }
    Ok(values)
}

/// The octets in a content of type data.
pub(super) fn octets<'a>(info: &ContentInfo<'a>) -> der::Result<&'a [u8]> {
    let content = info
        .content
        .ok_or_else(|| der::Error::from(Tag::OctetString.value_error()))?;
    Ok(content.decode_as::<&'a OctetStringRef>()?.as_bytes())
}

/// Data or data encrypted with the password.
pub(super) fn content(info: &ContentInfo<'_>) -> Result<Content, PfxParseError> {
    match info.content_type {
        ID_DATA => Ok(Content::Plain(Zeroizing::new(octets(info)?.to_vec()))),
        ID_ENCRYPTED_DATA => {
            let data = info
                .content
                .ok_or_else(|| der::Error::from(Tag::Sequence.value_error()))?
                .decode_as::<EncryptedData<'_>>()?
                .encrypted_content_info;
            Ok(Content::Encrypted {
                algorithm: data.algorithm.into(),
                ciphertext: data
                    .encrypted_content
                    .ok_or_else(|| der::Error::from(Tag::OctetString.value_error()))?
                    .into_owned(),
            })
        }
        oid => Err(PfxParseError::Content { oid }),
    }
}

/// RFC 7292 section 4.
pub(super) const VERSION: u8 = 3;
