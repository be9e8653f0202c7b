use core::fmt;

use const_oid::ObjectIdentifier;
use der::{Any, Decode, Encode, Tag, Tagged};
use npki_cert::Certificate;
use npki_container::{
    ber::{Limits, ber_to_der},
    cms::{ContentInfo, ID_SIGNED_DATA},
};

use super::{asn1::SignedDataValue, error::CmsError};

/// A SignedData within its ContentInfo: a content, who signed it, and certificates that help to
/// find out who that is.
///
/// Source: RFC 5652 section 5.
#[derive(Clone)]
pub struct SignedData {
    der: Vec<u8>,
    pub(super) value: SignedDataValue,
    certificates: Vec<Certificate>,
}

impl SignedData {
    /// The longest message that is read, in octets: 16 MiB, the bound on any object read whole.
    pub const MAX_OCTETS: usize = Limits::DEFAULT.octets;

    /// How many signers are read. A bound of ours; each costs a signature to verify.
    pub const MAX_SIGNERS: usize = 32;

    /// Reads a ContentInfo with SignedData, DER or BER.
    ///
    /// BER is what OpenSSL's streaming, Bouncy Castle and NSS write; it is turned into DER first.
    /// What was signed stays octet by octet as it was, the order of a SET included.
    ///
    /// # Errors
    /// [`CmsError`] by what is wrong with the bytes. Signatures are not looked at.
    pub fn parse(bytes: &[u8]) -> Result<Self, CmsError> {
        let der = ber_to_der(bytes, Limits::DEFAULT)?.into_owned();
        let info = ContentInfo::from_der(&der).map_err(CmsError::Malformed)?;
        if info.content_type != ID_SIGNED_DATA {
            return Err(CmsError::NotSignedData(info.content_type));
        }
        let value = info
            .content
            .ok_or_else(|| CmsError::Malformed(Tag::Sequence.value_error().into()))?
            .decode_as::<SignedDataValue>()
            .map_err(CmsError::Malformed)?;
        let signers = value.signer_infos.0.len();
        if signers > Self::MAX_SIGNERS {
            return Err(CmsError::TooManySigners {
                found: signers,
                max: Self::MAX_SIGNERS,
            });
        }
        let content = &value.encap_content_info.content;
        if content
            .as_ref()
            .is_some_and(|c| c.tag() != Tag::OctetString)
        {
            return Err(CmsError::UnsupportedContent);
        }
        let signed_data = Self::new(value).map_err(CmsError::Malformed)?;
        if signed_data.der != der {
            return Err(CmsError::NotCanonical);
        }
        Ok(signed_data)
    }

    pub(super) fn new(value: SignedDataValue) -> der::Result<Self> {
        let content = Any::encode_from(&value)?;
        let der = ContentInfo {
            content_type: ID_SIGNED_DATA,
            content: Some((&content).into()),
        }
        .to_der()?;
        let mut certificates = Vec::new();
        for any in value.certificates.iter().flat_map(|set| &set.0) {
            // Other kinds (attribute certificates), and certificates that cannot be read, are of no
            // use for finding a signer.
            if any.tag() == Tag::Sequence
                && let Ok(certificate) = Certificate::parse(&any.to_der()?)
            {
                certificates.push(certificate);
            }
        }
        Ok(Self {
            der,
            value,
            certificates,
        })
    }

    /// The ContentInfo as DER.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The type of the content: usually id-data.
    #[must_use]
    pub const fn content_type(&self) -> ObjectIdentifier {
        self.value.encap_content_info.content_type
    }

    /// The content, unless it is detached.
    #[must_use]
    pub fn content(&self) -> Option<&[u8]> {
        self.value
            .encap_content_info
            .content
            .as_ref()
            .map(Any::value)
    }

    /// The certificates that came along and can be read, trusted in nothing.
    #[must_use]
    pub fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// How many signers there are.
    #[must_use]
    pub fn signers(&self) -> usize {
        self.value.signer_infos.0.len()
    }
}

/// Shows sizes, not the content, which may be somebody's.
impl fmt::Debug for SignedData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedData")
            .field("content_type", &self.content_type())
            .field("content_octets", &self.content().map(<[u8]>::len))
            .field("certificates", &self.certificates.len())
            .field("signers", &self.signers())
            .finish_non_exhaustive()
    }
}
