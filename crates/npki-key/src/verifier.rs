use core::fmt::Debug;

use npki_core::Digest;
use spki::SubjectPublicKeyInfoOwned;

use crate::{SignatureAlgorithm, VerifyError};

/// A handle on a public key that verifies signatures.
pub trait Verifier: Send + Sync + Debug {
    /// The key.
    fn public_key(&self) -> &SubjectPublicKeyInfoOwned;

    /// Checks `signature` over `message`, which is digested here.
    ///
    /// # Errors
    /// [`VerifyError::Mismatch`] for a signature that does not hold, whatever is wrong with it;
    /// [`VerifyError::Algorithm`] when `algorithm` does not go with the key.
    ///
    /// # Security
    /// Which algorithms are strong enough (SHA-1 is not) is decided by the caller's policy.
    fn verify(
        &self,
        algorithm: &SignatureAlgorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), VerifyError> {
        self.verify_digest(algorithm, &algorithm.hash().digest(message), signature)
    }

    /// Checks `signature` over a message of which only the digest is at hand.
    ///
    /// # Errors
    /// As [`verify`](Self::verify), and [`VerifyError::Algorithm`] when `digest` was made by
    /// another function than `algorithm` names.
    fn verify_digest(
        &self,
        algorithm: &SignatureAlgorithm,
        digest: &Digest,
        signature: &[u8],
    ) -> Result<(), VerifyError>;
}
