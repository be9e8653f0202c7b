use core::fmt;

use npki_core::HashAlgorithm;
use rand_core::CryptoRng;
use rsa::traits::PublicKeyParts;
use rsa::{Pkcs1v15Encrypt, RsaPrivateKey};
use spki::SubjectPublicKeyInfoOwned;
use zeroize::Zeroizing;

use crate::oaep::{self, Decrypt};
use crate::{DecryptError, Decryptor};

/// Decrypts with RSA in this process.
///
/// The padding is removed by `rsa`, which rejects implicitly and without branches on the padding
/// (draft-irtf-cfrg-rsa-guidance-10 section 7.2); the draft's vectors are among our tests.
pub(crate) struct RsaDecryptor {
    pub(crate) key: RsaPrivateKey,
    pub(crate) public_key: SubjectPublicKeyInfoOwned,
}

impl Decryptor for RsaDecryptor {
    fn public_key(&self) -> &SubjectPublicKeyInfoOwned {
        &self.public_key
    }

    fn decrypt_pkcs1(
        &self,
        ciphertext: &[u8],
        rng: &mut dyn CryptoRng,
    ) -> Result<Zeroizing<Vec<u8>>, DecryptError> {
        self.key
            .decrypt_blinded(rng, Pkcs1v15Encrypt, ciphertext)
            .map(Zeroizing::new)
            .map_err(|_| DecryptError::Failed)
    }

    fn decrypt_oaep(
        &self,
        hash: HashAlgorithm,
        mgf_hash: HashAlgorithm,
        label: &[u8],
        ciphertext: &[u8],
        rng: &mut dyn CryptoRng,
    ) -> Result<Zeroizing<Vec<u8>>, DecryptError> {
        let work = Decrypt {
            key: &self.key,
            ciphertext,
            rng,
        };
        oaep::with(hash, mgf_hash, label, work)
            .map(Zeroizing::new)
            .map_err(|_| DecryptError::Failed)
    }
}

impl fmt::Debug for RsaDecryptor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, public_key: _ } = self;
        f.debug_struct("RsaDecryptor")
            .field("bits", &key.n().bits_vartime())
            .finish_non_exhaustive()
    }
}
