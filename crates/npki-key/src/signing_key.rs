use core::fmt::Debug;

use npki_core::Digest;
use rand_core::CryptoRng;
use spki::SubjectPublicKeyInfoOwned;

use crate::{KeyError, PublicKey, SignError, Signature, SignatureAlgorithm, Verifier};

/// A handle on a private key that signs with one algorithm: in this process, in a token, elsewhere.
///
/// Contract: a signature is checked before it leaves; an RSA operation is blinded with `rng`; a
/// call blocks until it is done. `Debug` shows no secret.
pub trait SigningKey: Send + Sync + Debug {
    /// The public key that verifies what this handle signs.
    fn public_key(&self) -> &SubjectPublicKeyInfoOwned;

    /// What it signs with.
    fn algorithm(&self) -> SignatureAlgorithm;

    /// Signs `message`, which is digested here.
    ///
    /// # Errors
    /// [`SignError::Faulty`] when the signature did not verify; [`SignError::Backend`] when the
    /// key cannot be reached.
    fn sign(&self, message: &[u8], rng: &mut dyn CryptoRng) -> Result<Signature, SignError> {
        self.sign_digest(&self.algorithm().hash().digest(message), rng)
    }

    /// Signs a message of which only the digest is at hand, such as a streamed CRL.
    ///
    /// # Errors
    /// As [`sign`](Self::sign), and [`SignError::Digest`] when `digest` was made by another
    /// function than [`algorithm`](Self::algorithm) names.
    ///
    /// # Security
    /// The holder signs what was digested without seeing it.
    fn sign_digest(&self, digest: &Digest, rng: &mut dyn CryptoRng)
    -> Result<Signature, SignError>;

    /// Signs each of `messages`; one answer each, in their order. A backend that works in lanes
    /// overrides it.
    fn sign_batch(
        &self,
        messages: &[&[u8]],
        rng: &mut dyn CryptoRng,
    ) -> Vec<Result<Signature, SignError>> {
        messages.iter().map(|m| self.sign(m, rng)).collect()
    }

    /// Signs each of `digests`; one answer each, in their order.
    fn sign_digest_batch(
        &self,
        digests: &[Digest],
        rng: &mut dyn CryptoRng,
    ) -> Vec<Result<Signature, SignError>> {
        digests.iter().map(|d| self.sign_digest(d, rng)).collect()
    }

    /// A verifier of anybody's public key, by the library that this handle signs with: who signs much,
    /// as a CA does, verifies as much. Without one of its own it is [`PublicKey`].
    ///
    /// # Errors
    /// [`KeyError`] for a key that is not read.
    fn verifier(
        &self,
        public_key: &SubjectPublicKeyInfoOwned,
    ) -> Result<Box<dyn Verifier>, KeyError> {
        Ok(Box::new(PublicKey::parse(public_key)?))
    }
}

/// Refuses a digest that the handle's algorithm does not name.
///
/// # Errors
/// [`SignError::Digest`] with both functions.
pub fn expect_hash(algorithm: SignatureAlgorithm, digest: &Digest) -> Result<(), SignError> {
    if digest.algorithm() == algorithm.hash() {
        Ok(())
    } else {
        Err(SignError::Digest {
            found: digest.algorithm(),
            wanted: algorithm.hash(),
        })
    }
}
