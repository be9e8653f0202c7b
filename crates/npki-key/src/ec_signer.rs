use core::fmt;

use npki_core::Digest;
use p256::ecdsa::signature::hazmat::{PrehashVerifier, RandomizedPrehashSigner};
use rand_core::CryptoRng;
use spki::SubjectPublicKeyInfoOwned;

use crate::{SignError, Signature, SignatureAlgorithm, SigningKey};

/// Signs with ECDSA on P-256 in this process.
///
/// The nonce comes from key, digest and `rng` together (RFC 6979 section 3.6), so that neither a
/// bad generator nor a fault in the digest alone gives the key away.
pub(crate) struct EcSigner {
    key: p256::ecdsa::SigningKey,
    verifying: p256::ecdsa::VerifyingKey,
    public_key: SubjectPublicKeyInfoOwned,
    algorithm: SignatureAlgorithm,
}

impl EcSigner {
    pub(crate) fn new(
        secret: p256::SecretKey,
        public_key: SubjectPublicKeyInfoOwned,
        algorithm: SignatureAlgorithm,
    ) -> Self {
        let key = p256::ecdsa::SigningKey::from(secret);
        Self {
            verifying: *key.verifying_key(),
            key,
            public_key,
            algorithm,
        }
    }
}

impl SigningKey for EcSigner {
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
        let signature: p256::ecdsa::Signature = self
            .key
            .sign_prehash_with_rng(rng, digest.octets())
            .map_err(|_| SignError::Faulty)?;
        self.verifying
            .verify_prehash(digest.octets(), &signature)
            .map_err(|_| SignError::Faulty)?;
        Ok(Signature::from_octets(
            signature.to_der().as_bytes().to_vec(),
        ))
    }
}

impl fmt::Debug for EcSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            key: _,
            verifying: _,
            public_key: _,
            algorithm,
        } = self;
        f.debug_struct("EcSigner")
            .field("algorithm", algorithm)
            .finish_non_exhaustive()
    }
}
