//! The bare PKCS#1 signature over a text: no structure, no certificate, no time.
//!
//! Transactions and some sites (hometax) want it: the text and the signature travel side by side,
//! and the certificate is known from the login. Nothing in it says what the text is for; a login
//! is better done with [`login`](crate::login).
//!
//! Source: RFC 8017 section 8.2, RSASSA-PKCS1-v1_5.

use npki_cert::Certificate;
use npki_core::HashAlgorithm;
use npki_key::{KeyError, PublicKey, SignError, SignatureAlgorithm, SigningKey, Verifier};
use rand_core::CryptoRng;

/// Why nothing was signed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Pkcs1SignError {
    /// The handle signs with another algorithm.
    #[error("the key signs with {0:?}, not with RSASSA-PKCS1-v1_5")]
    Algorithm(SignatureAlgorithm),
    /// The key did not sign.
    #[error(transparent)]
    Key(#[from] SignError),
}

/// Why a signature does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Pkcs1VerifyError {
    /// The certificate's key cannot be used.
    #[error("the certificate's key cannot be used")]
    Key(#[from] KeyError),
    /// Made over another text, with another key or hash function, or damaged.
    #[error("the signature does not verify")]
    Mismatch,
}

/// Signs the octets of a text, with the hash function of the key's handle (SHA-256 unless it was
/// made otherwise). The signature has as many octets as the modulus.
///
/// # Errors
/// [`Pkcs1SignError::Algorithm`] unless the handle signs with RSASSA-PKCS1-v1_5.
///
/// # Security
/// Show people the text that they sign, in the encoding in which it is signed.
pub fn sign(
    text: &[u8],
    key: &dyn SigningKey,
    rng: &mut dyn CryptoRng,
) -> Result<Vec<u8>, Pkcs1SignError> {
    match key.algorithm() {
        SignatureAlgorithm::RsaPkcs1(_) => Ok(key.sign(text, rng)?.into_octets()),
        other => Err(Pkcs1SignError::Algorithm(other)),
    }
}

/// Checks a signature over the octets of a text with the key of a certificate.
///
/// # Errors
/// [`Pkcs1VerifyError::Mismatch`] whatever is wrong with the signature.
///
/// # Security
/// The certificate itself is not judged. With [`HashAlgorithm::Sha1`] another text may have the
/// same signature.
pub fn verify(
    text: &[u8],
    signature: &[u8],
    certificate: &Certificate,
    hash: HashAlgorithm,
) -> Result<(), Pkcs1VerifyError> {
    PublicKey::parse(certificate.public_key())?
        .verify(&SignatureAlgorithm::RsaPkcs1(hash), text, signature)
        .map_err(|_| Pkcs1VerifyError::Mismatch)
}
