//! RSAES-OAEP for every pair of hash functions: from values to `rsa`'s type parameters.

use npki_core::HashAlgorithm;
use rand_core::CryptoRng;
use rsa::traits::PaddingScheme;
use rsa::{Oaep, RsaPrivateKey, RsaPublicKey};
use sha1::Sha1;
use sha2::{Sha224, Sha256, Sha384, Sha512};

/// What is done once the padding has its types.
pub(crate) trait Work {
    fn with(self, padding: impl PaddingScheme) -> rsa::Result<Vec<u8>>;
}

pub(crate) struct Encrypt<'a> {
    pub(crate) key: &'a RsaPublicKey,
    pub(crate) message: &'a [u8],
    pub(crate) rng: &'a mut dyn CryptoRng,
}

pub(crate) struct Decrypt<'a> {
    pub(crate) key: &'a RsaPrivateKey,
    pub(crate) ciphertext: &'a [u8],
    pub(crate) rng: &'a mut dyn CryptoRng,
}

impl Work for Encrypt<'_> {
    fn with(self, padding: impl PaddingScheme) -> rsa::Result<Vec<u8>> {
        self.key.encrypt(self.rng, padding, self.message)
    }
}

impl Work for Decrypt<'_> {
    fn with(self, padding: impl PaddingScheme) -> rsa::Result<Vec<u8>> {
        self.key.decrypt_blinded(self.rng, padding, self.ciphertext)
    }
}

/// Does `work` with the padding of these hash functions and this label.
pub(crate) fn with(
    hash: HashAlgorithm,
    mgf_hash: HashAlgorithm,
    label: &[u8],
    work: impl Work,
) -> rsa::Result<Vec<u8>> {
    macro_rules! mgf {
        ($hash:ty) => {
            match mgf_hash {
                HashAlgorithm::Sha1 => padded::<$hash, Sha1>(label, work),
                HashAlgorithm::Sha224 => padded::<$hash, Sha224>(label, work),
                HashAlgorithm::Sha256 => padded::<$hash, Sha256>(label, work),
                HashAlgorithm::Sha384 => padded::<$hash, Sha384>(label, work),
                HashAlgorithm::Sha512 => padded::<$hash, Sha512>(label, work),
                _ => Err(rsa::Error::InvalidPaddingScheme),
            }
        };
    }
    match hash {
        HashAlgorithm::Sha1 => mgf!(Sha1),
        HashAlgorithm::Sha224 => mgf!(Sha224),
        HashAlgorithm::Sha256 => mgf!(Sha256),
        HashAlgorithm::Sha384 => mgf!(Sha384),
        HashAlgorithm::Sha512 => mgf!(Sha512),
        _ => Err(rsa::Error::InvalidPaddingScheme),
    }
}

fn padded<D, M>(label: &[u8], work: impl Work) -> rsa::Result<Vec<u8>>
where
    Oaep<D, M>: PaddingScheme,
    D: Default,
    M: Default,
{
    work.with(Oaep {
        digest: D::default(),
        mgf_digest: M::default(),
        label: Some(label.into()),
    })
}
