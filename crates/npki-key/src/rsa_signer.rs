use core::fmt;

use crypto_bigint::BoxedUint;
use npki_core::Digest;
use rand_core::CryptoRng;
use rsa::hazmat::rsa_decrypt_and_check;
use rsa::traits::PublicKeyParts;
use spki::SubjectPublicKeyInfoOwned;

use crate::rsa_numbers::RsaNumbers;
use crate::{SignError, Signature, SignatureAlgorithm, SigningKey, emsa};

/// Signs with RSA in this process.
pub(crate) struct RsaSigner {
    pub(crate) numbers: RsaNumbers,
    pub(crate) public_key: SubjectPublicKeyInfoOwned,
    pub(crate) algorithm: SignatureAlgorithm,
}

impl SigningKey for RsaSigner {
    fn public_key(&self) -> &SubjectPublicKeyInfoOwned {
        &self.public_key
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    fn sign_digest(
        &self,
        digest: &Digest,
        rng: &mut dyn CryptoRng,
    ) -> Result<Signature, SignError> {
        crate::signing_key::expect_hash(self.algorithm, digest)?;
        // Both encodings fit: the handle is made only for a modulus that is long enough.
        let encoded = self.encode(digest, rng).ok_or(SignError::Faulty)?;
        let number = BoxedUint::from_be_slice(&encoded, self.numbers.n_bits_precision())
            .map_err(|_| SignError::Faulty)?;
        // Blinded, and compared with what was to be signed by the public operation (RFC 8017
        // section 5.2.2): a fault in one of the two halves would give the key away.
        let signature = rsa_decrypt_and_check(&self.numbers, Some(rng), &number)
            .map_err(|_| SignError::Faulty)?;
        octets(&signature, self.numbers.size())
            .map(Signature::from_octets)
            .ok_or(SignError::Faulty)
    }
}

impl RsaSigner {
    fn encode(&self, digest: &Digest, rng: &mut dyn CryptoRng) -> Option<Vec<u8>> {
        match self.algorithm {
            SignatureAlgorithm::RsaPkcs1(_) => emsa::pkcs1(digest, self.numbers.size()),
            SignatureAlgorithm::RsaPss {
                mgf_hash, salt_len, ..
            } => {
                let mut salt = vec![0; usize::from(salt_len)];
                rng.fill_bytes(&mut salt);
                emsa::pss(digest, mgf_hash, &salt, self.numbers.bits())
            }
            SignatureAlgorithm::Ecdsa(_) => None,
        }
    }
}

impl fmt::Debug for RsaSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            numbers,
            public_key: _,
            algorithm,
        } = self;
        f.debug_struct("RsaSigner")
            .field("bits", &numbers.bits())
            .field("algorithm", algorithm)
            .finish_non_exhaustive()
    }
}

/// A number that is no secret (a signature, an encoded message) in exactly so many octets,
/// big-endian; `None` if it is larger.
///
/// Source: RFC 8017 section 4.1.
pub(crate) fn octets(number: &BoxedUint, wanted: usize) -> Option<Vec<u8>> {
    let trimmed = number.to_be_bytes_trimmed_vartime();
    let mut octets = vec![0; wanted.checked_sub(trimmed.len())?];
    octets.extend_from_slice(&trimmed);
    Some(octets)
}
