use base16ct::HexDisplay;
use core::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use npki_core::{Idn, IdnKind};
use rand_core::CryptoRng;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::{LengthError, sealing::key_id};

/// Stands for a person or an organisation in the log (가명): 32 octets, shown in hex.
///
/// HMAC-SHA256(key, kind ‖ IDN), where kind is `person` or `organisation` in ASCII and the IDN its
/// digits. Who has the key can find it again for a number; from the pseudonym no way leads back.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pseudonym([u8; 32]);

impl Pseudonym {
    /// The pseudonym with these octets, as read from a ledger.
    #[must_use]
    pub const fn from_octets(octets: [u8; 32]) -> Self {
        Self(octets)
    }

    /// The 32 octets.
    #[must_use]
    pub const fn octets(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Pseudonym {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::LowerHex::fmt(&HexDisplay(&self.0), f)
    }
}

impl fmt::Debug for Pseudonym {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pseudonym({self})")
    }
}

/// The key that makes pseudonyms, one for a ledger's whole life; wiped on drop, never shown.
///
/// Its id is kept beside pseudonyms and never a part of them. A change of key is an event that maps
/// old to new in every claim and index.
///
/// # Security
/// There are some 10^10 possible numbers: whoever has this key and the log knows everybody in it.
pub struct PseudonymKey {
    id: Vec<u8>,
    key: Zeroizing<[u8; 32]>,
}

impl PseudonymKey {
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
    /// [`LengthError`], as [`PseudonymKey::new`].
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

    /// The pseudonym of whom the number belongs to.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "HMAC takes keys of every length")]
    pub fn pseudonym(&self, idn: &Idn) -> Pseudonym {
        let kind: &[u8] = match idn.kind() {
            IdnKind::Organisation => b"organisation",
            // No third kind exists; a new one gets its own word here before it is used.
            _ => b"person",
        };
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&*self.key).expect("HMAC takes keys of every length");
        mac.update(kind);
        mac.update(idn.expose_digits().as_bytes());
        Pseudonym(mac.finalize().into_bytes().into())
    }
}

impl fmt::Debug for PseudonymKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, key: _ } = self;
        f.debug_struct("PseudonymKey")
            .field("id", &id.escape_ascii().to_string())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r72_a_pseudonym_is_an_hmac_of_kind_and_digits() {
        let key = PseudonymKey::new(b"p1", Zeroizing::new([1; 32])).unwrap();
        // Python: hmac.new(b"\x01" * 32, b"person0001223000000", "sha256").hexdigest()
        for (idn, wanted) in [
            (
                "000122-3000000",
                "a7a9fa6dd1a97d8367622a5285480303b31a60ac728e8ab25ed068a7bc8e2980",
            ),
            (
                "123-45-67890",
                "122a3d5044d769273f152d8caa7a4f38e49410816d6cfe323257d2bc979bc5f9",
            ),
        ] {
            let pseudonym = key.pseudonym(&Idn::parse(idn).unwrap());
            assert_eq!(pseudonym.to_string(), wanted);
            assert_eq!(Pseudonym::from_octets(*pseudonym.octets()), pseudonym);
        }
        assert_eq!(format!("{key:?}"), r#"PseudonymKey { id: "p1", .. }"#);
    }
}
