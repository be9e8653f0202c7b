use core::fmt;

use ecdsa::hazmat::{sign_prehashed_rfc6979, verify_prehashed};
use npki_core::Digest;
use p256::{NistP256, ProjectivePoint, PublicKey, SecretKey};
use rand_core::CryptoRng;
use sha2::Sha256;
use spki::SubjectPublicKeyInfoOwned;
use zeroize::Zeroizing;

use crate::wiped_stack::on_wiped_stack;
use crate::{Inconsistency, KeyError, SignError, Signature, SignatureAlgorithm, SigningKey};

/// Signs with ECDSA on P-256 in this process.
///
/// The nonce comes from key, digest and `rng` together (RFC 6979 section 3.6), so that neither a
/// bad generator nor a fault in the digest alone gives the key away.
pub(crate) struct EcSigner {
    secret: SecretKey,
    point: ProjectivePoint,
    public_key: SubjectPublicKeyInfoOwned,
    algorithm: SignatureAlgorithm,
}

impl EcSigner {
    /// `public_key` has been calculated from `secret`; that is not done a second time, as it takes
    /// as long as a signature.
    pub(crate) fn new(
        secret: SecretKey,
        public_key: SubjectPublicKeyInfoOwned,
        algorithm: SignatureAlgorithm,
    ) -> Result<Self, KeyError> {
        let point = PublicKey::from_sec1_bytes(public_key.subject_public_key.raw_bytes())
            .map_err(|_| KeyError::Inconsistent(Inconsistency::PublicKey))?;
        Ok(Self {
            secret,
            point: point.to_projective(),
            public_key,
            algorithm,
        })
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
        let mut entropy = Zeroizing::new([0; 32]);
        rng.fill_bytes(entropy.as_mut_slice());
        let (signature, _) = on_wiped_stack(|| {
            let scalar = Zeroizing::new(self.secret.to_nonzero_scalar());
            sign_prehashed_rfc6979::<NistP256, Sha256>(&scalar, digest.octets(), entropy.as_slice())
        });
        verify_prehashed(&self.point, digest.octets(), &signature)
            .map_err(|_| SignError::Faulty)?;
        Ok(Signature::from_octets(
            signature.to_der().as_bytes().to_vec(),
        ))
    }
}

impl fmt::Debug for EcSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            secret: _,
            point: _,
            public_key: _,
            algorithm,
        } = self;
        f.debug_struct("EcSigner")
            .field("algorithm", algorithm)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use chacha20::ChaCha20Rng;
    use chacha20::rand_core::SeedableRng;
    use npki_core::HashAlgorithm;

    use super::*;
    use crate::{KeyKind, PrivateKey};

    #[test]
    fn what_does_not_verify_does_not_leave() {
        let rng = &mut ChaCha20Rng::from_seed([1; 32]);
        let key = PrivateKey::generate(KeyKind::P256, rng).unwrap();
        let secret = |octet| SecretKey::from_slice(&[octet; 32]).unwrap();
        let algorithm = SignatureAlgorithm::Ecdsa(HashAlgorithm::Sha256);
        // A fault: what signs is not what verifies.
        let signer = EcSigner::new(secret(1), key.public_key().clone(), algorithm).unwrap();
        assert!(matches!(signer.sign(b"m", rng), Err(SignError::Faulty)));
    }
}
