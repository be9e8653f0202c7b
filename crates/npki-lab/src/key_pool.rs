use der::pem;
use npki_key::{KeyError, PrivateKey};
use zeroize::Zeroizing;

/// The pool of published test keys: 32 RSA-2048 private keys that everybody has.
///
/// # Security
/// **Never** use one outside of a test.
#[derive(Clone, Copy, Debug)]
pub struct KeyPool;

impl KeyPool {
    /// How many keys there are.
    pub const LEN: usize = 32;

    /// The key with this number; numbers wrap around.
    ///
    /// # Errors
    /// [`KeyError`] never, unless the pool in this crate was damaged.
    pub fn key(number: usize) -> Result<PrivateKey, KeyError> {
        read(POOL, number % Self::LEN)
    }

    /// How many keys CAs have to be encrypted to.
    pub(crate) const ENCRYPTION_LEN: usize = 5;

    /// The key that a CA's EncryptedVID is made for; numbers wrap around. Apart, so that no subscriber
    /// gets one.
    pub(crate) fn encryption_key(number: usize) -> Result<PrivateKey, KeyError> {
        read(ENCRYPTION, number % Self::ENCRYPTION_LEN)
    }
}

fn read(pool: &str, number: usize) -> Result<PrivateKey, KeyError> {
    let block = pool
        .split_inclusive("-----END PRIVATE KEY-----\n")
        .nth(number)
        .unwrap_or_default();
    let der = pem::decode_vec(block.as_bytes())
        .map_or_else(|_| Zeroizing::default(), |(_, der)| Zeroizing::new(der));
    PrivateKey::parse(&der)
}

const POOL: &str = include_str!("../keys/pool.pem");
const ENCRYPTION: &str = include_str!("../keys/encryption.pem");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_sound_and_another() {
        let mut keys: Vec<_> = (0..KeyPool::LEN)
            .map(|i| KeyPool::key(i).unwrap())
            .chain((0..KeyPool::ENCRYPTION_LEN).map(|i| KeyPool::encryption_key(i).unwrap()))
            .inspect(|key| key.check().unwrap())
            .map(|key| key.expose_der().to_vec())
            .collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), KeyPool::LEN + KeyPool::ENCRYPTION_LEN);
    }
}
