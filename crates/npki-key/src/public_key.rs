use core::fmt;

use npki_core::{Digest, HashAlgorithm};
use rand_core::CryptoRng;
use spki::SubjectPublicKeyInfoOwned;

use crate::{EncryptError, KeyError, SignatureAlgorithm, Verifier, VerifyError};

/// A public key, ready to verify and to encrypt to.
///
/// RSA with 1,024 to 16,384 bits and an odd exponent from 3 to 2^33 - 1 (the KISA RootCA 1 has 3),
/// and the curves P-256, P-384 and P-521.
#[derive(Clone)]
pub struct PublicKey {
    info: SubjectPublicKeyInfoOwned,
}

impl PublicKey {
    /// Reads the key of a certificate or request.
    ///
    /// # Errors
    /// [`KeyError`] by what is wrong: algorithm, parameters, curve, size, exponent, or DER.
    ///
    /// Source: RFC 3279 section 2.3.1; RFC 5480 section 2.
    pub fn parse(_info: &SubjectPublicKeyInfoOwned) -> Result<Self, KeyError> {
        todo!()
    }

    /// Encrypts `message` with RSAES-PKCS1-v1_5: at most as many octets as the modulus less 11.
    ///
    /// # Errors
    /// [`EncryptError::TooLong`], [`EncryptError::WrongKey`] unless it is an RSA key.
    ///
    /// Source: RFC 8017 section 7.2.1.
    pub fn encrypt_pkcs1(
        &self,
        _message: &[u8],
        _rng: &mut dyn CryptoRng,
    ) -> Result<Vec<u8>, EncryptError> {
        todo!()
    }

    /// Encrypts `message` with RSAES-OAEP: at most as many octets as the modulus less 2 and two
    /// digests of `hash`.
    ///
    /// # Errors
    /// [`EncryptError::TooLong`], [`EncryptError::WrongKey`] unless it is an RSA key.
    ///
    /// Source: RFC 8017 section 7.1.1.
    pub fn encrypt_oaep(
        &self,
        _hash: HashAlgorithm,
        _mgf_hash: HashAlgorithm,
        _label: &[u8],
        _message: &[u8],
        _rng: &mut dyn CryptoRng,
    ) -> Result<Vec<u8>, EncryptError> {
        todo!()
    }
}

impl Verifier for PublicKey {
    fn public_key(&self) -> &SubjectPublicKeyInfoOwned {
        &self.info
    }

    fn verify_digest(
        &self,
        _algorithm: &SignatureAlgorithm,
        _digest: &Digest,
        _signature: &[u8],
    ) -> Result<(), VerifyError> {
        todo!()
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PublicKey")
            .field(&self.info.algorithm.oid)
            .finish()
    }
}
