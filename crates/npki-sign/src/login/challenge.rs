use core::fmt;

use rand_core::CryptoRng;
use subtle::ConstantTimeEq;

/// What a relying party wants signed, fresh for each login.
///
/// Ours is a short text, so that it can be shown to who signs it, and cannot be mistaken for a
/// document:
///
/// ```text
/// npki-login 1
/// <context>
/// <64 hexadecimal digits: 32 random octets>
/// ```
///
/// Korean servers make theirs otherwise, from 20 random octets up; [`Challenge::from_octets`] takes
/// any.
#[derive(Clone)]
pub struct Challenge(Vec<u8>);

/// Why bytes or a context make no challenge.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChallengeError {
    /// No octet, or too many.
    #[error("a challenge of {found} octets; 1 to {max} are taken")]
    Length {
        /// Octets found.
        found: usize,
        /// Octets at most.
        max: usize,
    },
    /// A context with a control character (a line break, say).
    #[error("the context of a challenge is one line of text")]
    Context,
}

impl Challenge {
    /// Octets at most: a bound of ours on what is signed and kept for one login.
    pub const MAX_OCTETS: usize = 65_536;
    /// Random octets in a challenge of ours.
    pub const RANDOM_OCTETS: usize = 32;

    /// Makes a fresh challenge for `context`: one line that says to whom and for what, such as
    /// `bank.example login`.
    ///
    /// # Errors
    /// [`ChallengeError::Context`] for control characters in the context,
    /// [`ChallengeError::Length`] for one that is too long.
    pub fn generate(context: &str, rng: &mut dyn CryptoRng) -> Result<Self, ChallengeError> {
        if context.chars().any(char::is_control) {
            return Err(ChallengeError::Context);
        }
        let mut random = [0; Self::RANDOM_OCTETS];
        rng.fill_bytes(&mut random);
        let random: String = random.iter().map(|octet| format!("{octet:02x}")).collect();
        Self::from_octets(format!("npki-login 1\n{context}\n{random}").as_bytes())
    }

    /// Takes a challenge that was made elsewhere.
    ///
    /// # Errors
    /// [`ChallengeError::Length`] unless there are 1 to 65,536 octets.
    ///
    /// # Security
    /// It must hold at least 16 random octets and be used once: otherwise an old signature, or one
    /// made for another server, logs in again.
    pub fn from_octets(octets: &[u8]) -> Result<Self, ChallengeError> {
        if octets.is_empty() || octets.len() > Self::MAX_OCTETS {
            return Err(ChallengeError::Length {
                found: octets.len(),
                max: Self::MAX_OCTETS,
            });
        }
        Ok(Self(octets.to_vec()))
    }

    /// The octets to be signed.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.0
    }

    /// Whether these are its octets; in constant time.
    #[must_use]
    pub fn equals(&self, octets: &[u8]) -> bool {
        self.0.as_slice().ct_eq(octets).into()
    }
}

impl fmt::Debug for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Challenge({} octets)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds() {
        for (length, fine) in [
            (0, false),
            (1, true),
            (Challenge::MAX_OCTETS, true),
            (Challenge::MAX_OCTETS + 1, false),
        ] {
            assert_eq!(Challenge::from_octets(&vec![7; length]).is_ok(), fine);
        }
    }

    #[test]
    fn equality_is_of_all_octets() {
        let challenge = Challenge::from_octets(b"abc").unwrap();
        for (octets, same) in [
            (&b"abc"[..], true),
            (b"abd", false),
            (b"ab", false),
            (b"", false),
        ] {
            assert_eq!(challenge.equals(octets), same);
        }
    }
}
