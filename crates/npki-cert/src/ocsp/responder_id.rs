use crate::{
    CertError, Certificate, Name,
    input::{Input, OCTET_STRING, context_constructed},
    key_identifier, output,
};

/// Who answers: by name, or by the digest of the key.
///
/// Source: RFC 6960 section 4.2.1.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResponderId {
    /// The subject of the responder's certificate.
    ByName(Name),
    /// SHA-1 over the octets in the BIT STRING of the responder's key.
    ByKey(Vec<u8>),
}

impl ResponderId {
    /// Names the holder of `certificate` by its key.
    #[must_use]
    pub fn by_key_of(certificate: &Certificate) -> Self {
        Self::ByKey(key_identifier(certificate.public_key()).to_vec())
    }

    /// Names the holder of `certificate` by its subject.
    #[must_use]
    pub fn by_name_of(certificate: &Certificate) -> Self {
        Self::ByName(certificate.subject().clone())
    }

    /// Whether it names the holder of `certificate`.
    #[must_use]
    pub fn is(&self, certificate: &Certificate) -> bool {
        match self {
            Self::ByName(name) => name.matches(certificate.subject()),
            Self::ByKey(digest) => digest == &key_identifier(certificate.public_key()),
        }
    }

    pub(super) fn read(input: &mut Input<'_>) -> Result<Self, CertError> {
        let tlv = input.any()?;
        let mut inner = Input::new(tlv.value, "ResponderID");
        match tlv.tag {
            BY_NAME => Name::parse(tlv.value).map(Self::ByName),
            BY_KEY => {
                let digest = inner.expect(OCTET_STRING)?.value.to_vec();
                inner.end()?;
                Ok(Self::ByKey(digest))
            }
            _ => Err(inner.malformed()),
        }
    }

    pub(super) fn write(&self) -> Vec<u8> {
        match self {
            Self::ByName(name) => output::tlv(BY_NAME, name.der()),
            Self::ByKey(digest) => output::tlv(BY_KEY, &output::tlv(OCTET_STRING, digest)),
        }
    }
}

const BY_NAME: u8 = context_constructed(1);
const BY_KEY: u8 = context_constructed(2);
