use core::fmt::Debug;

use npki_core::HashAlgorithm;
use rand_core::CryptoRng;
use spki::SubjectPublicKeyInfoOwned;
use zeroize::Zeroizing;

use crate::DecryptError;

/// A handle on a private key that decrypts, in NPKI a key-management key (km).
///
/// Contract: an operation is blinded with `rng`; all failures that depend on the ciphertext are
/// [`DecryptError::Failed`]. `Debug` shows no secret.
pub trait Decryptor: Send + Sync + Debug {
    /// The public key that others encrypt to.
    fn public_key(&self) -> &SubjectPublicKeyInfoOwned;

    /// Decrypts RSAES-PKCS1-v1_5, rejecting implicitly: a ciphertext with wrong padding gives a
    /// message too, one that only key and ciphertext determine and that looks random.
    ///
    /// # Errors
    /// [`DecryptError::Failed`] when the ciphertext has not exactly as many octets as the modulus,
    /// or is a number not below it.
    ///
    /// # Security
    /// `Ok` does not mean that anybody encrypted this message. Never answer with whether what comes
    /// out is good: use it as the key of the next layer, and let that fail like any other.
    ///
    /// Source: RFC 8017 section 7.2.2; draft-irtf-cfrg-rsa-guidance section 7.2.
    fn decrypt_pkcs1(
        &self,
        ciphertext: &[u8],
        rng: &mut dyn CryptoRng,
    ) -> Result<Zeroizing<Vec<u8>>, DecryptError>;

    /// Decrypts RSAES-OAEP with this hash function, this hash function in MGF1, and this label
    /// (empty unless the protocol says otherwise).
    ///
    /// # Errors
    /// [`DecryptError::Failed`] for every ciphertext that does not open.
    ///
    /// Source: RFC 8017 section 7.1.2.
    fn decrypt_oaep(
        &self,
        hash: HashAlgorithm,
        mgf_hash: HashAlgorithm,
        label: &[u8],
        ciphertext: &[u8],
        rng: &mut dyn CryptoRng,
    ) -> Result<Zeroizing<Vec<u8>>, DecryptError>;
}
