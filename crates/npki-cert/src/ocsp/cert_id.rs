use const_oid::ObjectIdentifier;
use npki_core::HashAlgorithm;
use spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};

use crate::{
    CertError, Certificate, Name, SerialNumber,
    certificate::encode_algorithm,
    input::{INTEGER, Input, OCTET_STRING, SEQUENCE},
    output,
};

/// Which certificate is asked about: its serial number, and digests of its issuer's name and key.
///
/// Source: RFC 6960 section 4.1.1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertId {
    /// The hash function of both digests.
    pub hash_algorithm: AlgorithmIdentifierOwned,
    /// The digest of the issuer's Name, its DER as it stands in the certificate asked about.
    pub issuer_name_hash: Vec<u8>,
    /// The digest of the octets in the BIT STRING of the issuer's public key.
    pub issuer_key_hash: Vec<u8>,
    /// The serial number.
    pub serial_number: SerialNumber,
}

impl CertId {
    /// Names `certificate`, which `issuer` has issued. RFC 5019 section 2.1.1 asks for SHA-1, which
    /// every responder knows; nothing rests on its strength here.
    #[must_use]
    pub fn new(hash: HashAlgorithm, issuer: &Certificate, certificate: &Certificate) -> Self {
        Self::of(
            hash,
            certificate.issuer(),
            issuer.public_key(),
            *certificate.serial_number(),
        )
    }

    /// Names the certificate with this number of an issuer of this name and key.
    #[must_use]
    pub fn of(
        hash: HashAlgorithm,
        issuer: &Name,
        key: &SubjectPublicKeyInfoOwned,
        serial_number: SerialNumber,
    ) -> Self {
        Self {
            hash_algorithm: AlgorithmIdentifierOwned {
                oid: hash.oid(),
                // RFC 5912: parameters are absent or NULL; the implementations of twenty years
                // write, and some compare, NULL.
                parameters: Some(der::Any::null()),
            },
            issuer_name_hash: hash.digest(issuer.der()).octets().to_vec(),
            issuer_key_hash: hash
                .digest(key.subject_public_key.raw_bytes())
                .octets()
                .to_vec(),
            serial_number,
        }
    }

    /// Whether it names a certificate of an issuer of this name and key. No, when the hash function
    /// is not known here.
    #[must_use]
    pub fn is_of(&self, issuer: &Name, key: &SubjectPublicKeyInfoOwned) -> bool {
        let Some(hash) = HashAlgorithm::from_oid(self.hash_oid()) else {
            return false;
        };
        hash.digest(issuer.der()).octets() == self.issuer_name_hash
            && hash.digest(key.subject_public_key.raw_bytes()).octets() == self.issuer_key_hash
    }

    /// Whether it names `certificate`, which `issuer` has issued.
    #[must_use]
    pub fn names(&self, issuer: &Certificate, certificate: &Certificate) -> bool {
        self.serial_number == *certificate.serial_number()
            && self.is_of(certificate.issuer(), issuer.public_key())
    }

    /// The hash function's OID.
    #[must_use]
    pub const fn hash_oid(&self) -> ObjectIdentifier {
        self.hash_algorithm.oid
    }

    pub(super) fn read(input: &mut Input<'_>) -> Result<Self, CertError> {
        let mut input = input.nested(SEQUENCE, WHAT)?;
        let id = Self {
            hash_algorithm: input.decode(SEQUENCE)?,
            issuer_name_hash: input.expect(OCTET_STRING)?.value.to_vec(),
            issuer_key_hash: input.expect(OCTET_STRING)?.value.to_vec(),
            serial_number: SerialNumber::from_integer_contents(input.expect(INTEGER)?.value)?,
        };
        input.end()?;
        Ok(id)
    }

    pub(super) fn write(&self) -> Result<Vec<u8>, CertError> {
        Ok(output::sequence(&[
            &encode_algorithm(&self.hash_algorithm, WHAT)?,
            &output::tlv(OCTET_STRING, &self.issuer_name_hash),
            &output::tlv(OCTET_STRING, &self.issuer_key_hash),
            &self.serial_number.to_der(),
        ]))
    }
}

const WHAT: &str = "CertID";
