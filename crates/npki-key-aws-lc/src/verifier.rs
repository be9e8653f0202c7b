use std::fmt;
use std::sync::OnceLock;

use aws_lc_rs::signature::ParsedPublicKey;
use npki_core::Digest;
use npki_key::{KeyError, PublicKey, SignatureAlgorithm, Verifier, VerifyError, backend};
use spki::SubjectPublicKeyInfoOwned;

use crate::AwsLcError;
use crate::algorithm::{ROWS, Row};

/// Verifies with AWS-LC: RSA from 2,048 to 8,192 bits and P-256, with SHA-256, SHA-384 or SHA-512.
///
/// Other algorithms, SHA-1 among them, are [`VerifyError::Algorithm`]: npki-key's own verifier knows
/// them.
pub struct AwsLcVerifier {
    public_key: SubjectPublicKeyInfoOwned,
    /// For each row of the table the key as AWS-LC reads it, from the first use on.
    parsed: Box<[OnceLock<Option<ParsedPublicKey>>]>,
}

impl AwsLcVerifier {
    /// Reads the key of a certificate or request.
    ///
    /// # Errors
    /// [`AwsLcError::Key`] for what npki-key does not read either, and with
    /// [`KeyError::ModulusSize`] for a modulus that AWS-LC does not take.
    pub fn new(public_key: &SubjectPublicKeyInfoOwned) -> Result<Self, AwsLcError> {
        let (min, max) = RSA_BITS;
        match backend::rsa_bits(public_key)? {
            Some(bits) if !(min..=max).contains(&bits) => {
                return Err(KeyError::ModulusSize { bits, min, max }.into());
            }
            Some(_) => {}
            None => drop(PublicKey::parse(public_key)?),
        }
        Ok(Self {
            public_key: public_key.clone(),
            parsed: ROWS.iter().map(|_| OnceLock::new()).collect(),
        })
    }

    fn parsed(&self, place: usize, row: &Row) -> Option<&ParsedPublicKey> {
        // AWS-LC takes what stands in the BIT STRING: RSAPublicKey, or the point.
        let octets = self.public_key.subject_public_key.raw_bytes();
        self.parsed
            .get(place)?
            .get_or_init(|| ParsedPublicKey::new(row.verification, octets).ok())
            .as_ref()
    }
}

impl Verifier for AwsLcVerifier {
    fn public_key(&self) -> &SubjectPublicKeyInfoOwned {
        &self.public_key
    }

    fn verify_digest(
        &self,
        algorithm: &SignatureAlgorithm,
        digest: &Digest,
        signature: &[u8],
    ) -> Result<(), VerifyError> {
        let (place, row) = Row::of(*algorithm).ok_or(VerifyError::Algorithm)?;
        let digest = row.digest(digest).ok_or(VerifyError::Algorithm)?;
        let key = self.parsed(place, row).ok_or(VerifyError::Algorithm)?;
        key.verify_digest_sig(&digest, signature)
            .map_err(|_| VerifyError::Mismatch)
    }
}

impl fmt::Debug for AwsLcVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AwsLcVerifier")
            .field("algorithm", &self.public_key.algorithm.oid)
            .finish_non_exhaustive()
    }
}

/// What `RSA_PKCS1_2048_8192_…` takes.
const RSA_BITS: (usize, usize) = (2_048, 8_192);
