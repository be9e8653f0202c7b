use core::fmt;

use aes_gcm::{
    Aes256Gcm,
    aead::{Aead as _, KeyInit as _, Payload},
};
use der::asn1::OctetString;
use npki_core::Sealed;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::{LengthError, SealedKind, StreamId};

/// A key that seals personal data: AES-256, wiped on drop, never shown.
///
/// The database never has it. With each sealed record goes the key's id, so that keys can change.
///
/// # Security
/// Nonces are random: change the key before it has sealed 2^32 records (SP 800-38D section 8.3).
///
/// Source: R72; NIST SP 800-38D.
pub struct SealingKey {
    id: Vec<u8>,
    key: Zeroizing<[u8; 32]>,
}

/// A sealed record cannot be opened: another key, another context, or changed octets. Which, is
/// not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the sealed record cannot be opened")]
pub struct OpenError;

impl SealingKey {
    /// Takes a key of 32 random octets and its id, 1 to 64 octets that name it.
    ///
    /// # Errors
    /// [`LengthError`] for an id that is empty or longer than 64 octets.
    pub fn new(id: &[u8], key: Zeroizing<[u8; 32]>) -> Result<Self, LengthError> {
        Ok(Self {
            id: key_id(id)?,
            key,
        })
    }

    /// A new key.
    ///
    /// # Errors
    /// [`LengthError`], as [`SealingKey::new`].
    pub fn generate(id: &[u8], rng: &mut dyn CryptoRng) -> Result<Self, LengthError> {
        let mut key = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *key);
        Self::new(id, key)
    }

    /// The key's id.
    #[must_use]
    pub fn id(&self) -> &[u8] {
        &self.id
    }

    /// Seals `plaintext` for one `context` (associated data), without which it does not open.
    ///
    /// # Errors
    /// [`der::Error`] for a plaintext of 256 MiB and more.
    pub fn seal(
        &self,
        context: &[u8],
        plaintext: &[u8],
        rng: &mut dyn CryptoRng,
    ) -> der::Result<Sealed> {
        let mut nonce = [0; 12];
        rng.fill_bytes(&mut nonce);
        let payload = Payload {
            msg: plaintext,
            aad: context,
        };
        let ciphertext = Aes256Gcm::new((&*self.key).into())
            .encrypt(&nonce.into(), payload)
            .map_err(|_| der::ErrorKind::Overlength)?;
        Ok(Sealed {
            key_id: OctetString::new(self.id.as_slice())?,
            nonce: OctetString::new(nonce)?,
            ciphertext: OctetString::new(ciphertext)?,
        })
    }

    /// Opens what [`SealingKey::seal`] made for this context.
    ///
    /// # Errors
    /// [`OpenError`], one for all causes.
    pub fn open(&self, context: &[u8], sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let nonce: [u8; 12] = sealed.nonce.as_bytes().try_into().map_err(|_| OpenError)?;
        if sealed.key_id.as_bytes() != self.id {
            return Err(OpenError);
        }
        let payload = Payload {
            msg: sealed.ciphertext.as_bytes(),
            aad: context,
        };
        Aes256Gcm::new((&*self.key).into())
            .decrypt(&nonce.into(), payload)
            .map(Zeroizing::new)
            .map_err(|_| OpenError)
    }

    /// Seals a ledger's record: its context is the stream and the kind.
    ///
    /// # Errors
    /// As [`SealingKey::seal`].
    pub fn seal_for(
        &self,
        stream: &StreamId,
        kind: &SealedKind,
        plaintext: &[u8],
        rng: &mut dyn CryptoRng,
    ) -> der::Result<Sealed> {
        self.seal(&context(stream, kind), plaintext, rng)
    }

    /// Opens what [`SealingKey::seal_for`] made for this stream and kind.
    ///
    /// # Errors
    /// As [`SealingKey::open`].
    pub fn open_for(
        &self,
        stream: &StreamId,
        kind: &SealedKind,
        sealed: &Sealed,
    ) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        self.open(&context(stream, kind), sealed)
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, key: _ } = self;
        f.debug_struct("SealingKey")
            .field("id", &id.escape_ascii().to_string())
            .finish_non_exhaustive()
    }
}

/// `stream`, 0x00, `kind`: neither has an octet zero.
fn context(stream: &StreamId, kind: &SealedKind) -> Vec<u8> {
    format!("{stream}\0{kind}").into_bytes()
}

pub(crate) fn key_id(id: &[u8]) -> Result<Vec<u8>, LengthError> {
    if !(1..=64).contains(&id.len()) {
        return Err(LengthError {
            what: "key id",
            found: id.len(),
            min: 1,
            max: 64,
        });
    }
    Ok(id.to_vec())
}

#[cfg(test)]
mod tests {
    use chacha20::{ChaCha20Rng, rand_core::SeedableRng as _};
    use hex_literal::hex;

    use super::*;

    #[test]
    fn opens_with_its_key_and_context_only() {
        let mut rng = ChaCha20Rng::from_seed([1; 32]);
        let key = SealingKey::generate(b"k1", &mut rng).unwrap();
        let sealed = key.seal(b"order", b"0001223000000", &mut rng).unwrap();
        assert_eq!(*key.open(b"order", &sealed).unwrap(), b"0001223000000");
        assert_eq!(sealed.ciphertext.as_bytes().len(), 13 + 16);

        let same_id = SealingKey::generate(b"k1", &mut rng).unwrap();
        assert_eq!(same_id.open(b"order", &sealed), Err(OpenError));
        assert_eq!(key.open(b"ordes", &sealed), Err(OpenError));
        let other_id = SealingKey::new(b"k2", key.key.clone()).unwrap();
        assert_eq!(other_id.open(b"order", &sealed), Err(OpenError));
        for bit in 0..sealed.ciphertext.as_bytes().len() * 8 {
            let mut octets = sealed.ciphertext.as_bytes().to_vec();
            octets[bit / 8] ^= 1 << (bit % 8);
            let ciphertext = OctetString::new(octets).unwrap();
            let changed = Sealed {
                ciphertext,
                ..sealed.clone()
            };
            assert_eq!(key.open(b"order", &changed), Err(OpenError));
        }
        for (nonce, ciphertext) in [
            (&[0; 11][..], &[0; 16][..]),
            (&[0; 13], &[0; 16]),
            (&[0; 12], &[0; 15]),
        ] {
            let short = Sealed {
                nonce: OctetString::new(nonce).unwrap(),
                ciphertext: OctetString::new(ciphertext).unwrap(),
                ..sealed.clone()
            };
            assert_eq!(key.open(b"order", &short), Err(OpenError));
        }
        let stream: StreamId = "order/1".parse().unwrap();
        let kind = SealedKind::from_static("idn");
        let sealed = key.seal_for(&stream, &kind, b"x", &mut rng).unwrap();
        assert_eq!(*key.open(b"order/1\0idn", &sealed).unwrap(), b"x");
        assert!(
            key.open_for(&stream, &SealedKind::from_static("name"), &sealed)
                .is_err()
        );
        assert_eq!(*key.open_for(&stream, &kind, &sealed).unwrap(), b"x");
    }

    #[test]
    fn known_answer() {
        // The GCM specification's (McGrew, Viega) test case 14: key, nonce and plaintext of zeros.
        let key = SealingKey::new(b"k", Zeroizing::new([0; 32])).unwrap();
        let sealed = Sealed {
            key_id: OctetString::new(*b"k").unwrap(),
            nonce: OctetString::new([0; 12]).unwrap(),
            ciphertext: OctetString::new(hex!(
                "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"
            ))
            .unwrap(),
        };
        assert_eq!(*key.open(b"", &sealed).unwrap(), [0; 16]);
    }

    #[test]
    fn debug_shows_no_key() {
        let key = SealingKey::new(b"k1", Zeroizing::new([0xaa; 32])).unwrap();
        assert_eq!(format!("{key:?}"), r#"SealingKey { id: "k1", .. }"#);
        assert!(SealingKey::new(b"", Zeroizing::new([0; 32])).is_err());
        assert!(SealingKey::new(&[0; 64], Zeroizing::new([0; 32])).is_ok());
        assert!(SealingKey::new(&[0; 65], Zeroizing::new([0; 32])).is_err());
    }
}
