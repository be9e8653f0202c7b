use npki_core::Instant;
use spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};

use super::Extensions;
use crate::{
    CertError, Name, SerialNumber,
    input::{self, INTEGER, SEQUENCE, context, context_constructed},
    time,
};

/// The fields of a TBSCertificate.
#[derive(Clone, Debug)]
pub(crate) struct Tbs {
    pub(crate) version: u8,
    pub(crate) serial_number: SerialNumber,
    pub(crate) signature_algorithm: AlgorithmIdentifierOwned,
    pub(crate) issuer: Name,
    pub(crate) not_before: Instant,
    pub(crate) not_after: Instant,
    pub(crate) subject: Name,
    pub(crate) public_key: SubjectPublicKeyInfoOwned,
    pub(crate) public_key_der: Vec<u8>,
    pub(crate) extensions: Extensions,
}

impl Tbs {
    /// RFC 5280 section 4.1.2.
    pub(crate) fn read(der: &[u8]) -> Result<Self, CertError> {
        let mut input = input::open(der, SEQUENCE, WHAT)?;
        let version = match input.optional(context_constructed(0))? {
            Some(tlv) => {
                let number: u64 = input::decode(tlv.value, "Version")?;
                // 2 means v3; v1 is the DEFAULT and not written (X.690 11.5).
                if number != 2 {
                    return Err(version_error(number));
                }
                3
            }
            None => 1,
        };
        let serial_number = SerialNumber::from_integer_contents(input.expect(INTEGER)?.value)?;
        let signature_algorithm = input.decode(SEQUENCE)?;
        let issuer = Name::parse(input.expect(SEQUENCE)?.raw)?;
        let mut validity = input.nested(SEQUENCE, "Validity")?;
        let not_before = time::read(&mut validity)?;
        let not_after = time::read(&mut validity)?;
        validity.end()?;
        let subject = Name::parse(input.expect(SEQUENCE)?.raw)?;
        let public_key_der = input.expect(SEQUENCE)?.raw;
        let public_key = input::decode(public_key_der, "SubjectPublicKeyInfo")?;
        // issuerUniqueID and subjectUniqueID, of no use to anyone (RFC 5280 section 4.1.2.8).
        let issuer_id = input.optional(context(1))?;
        let subject_id = input.optional(context(2))?;
        let extensions = input.optional(context_constructed(3))?;
        if version == 1 && (issuer_id.is_some() || subject_id.is_some() || extensions.is_some()) {
            return Err(version_error(0));
        }
        let extensions = match extensions {
            Some(tlv) => Extensions::read(tlv.value)?,
            None => Extensions::default(),
        };
        input.end()?;
        Ok(Self {
            version,
            serial_number,
            signature_algorithm,
            issuer,
            not_before,
            not_after,
            subject,
            public_key,
            public_key_der: public_key_der.to_vec(),
            extensions,
        })
    }
}

const fn version_error(found: u64) -> CertError {
    CertError::Version { what: WHAT, found }
}

const WHAT: &str = "TBSCertificate";
