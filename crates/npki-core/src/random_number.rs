use core::fmt;

use rand_core::CryptoRng;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// R: the random number that a subscriber keeps beside the private key.
///
/// Together with the IDN it gives the [`Vid`](crate::Vid); who knows R and the IDN can show that a
/// certificate belongs to the person. Wiped on drop; `Debug` shows its length only.
///
/// Source: KCAC.TS.SIVID (at least 160 bits; every client found makes 20 octets).
pub struct RandomNumber(Zeroizing<Vec<u8>>);

/// Why octets are no R.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RandomNumberError {
    /// Empty, or longer than any R seen.
    #[error("a random number R has 1 to {max} octets, not {found}", max = RandomNumber::MAX_OCTETS)]
    Length {
        /// Octets found.
        found: usize,
    },
}

impl RandomNumber {
    /// What clients make: 20 octets, 160 bits.
    pub const OCTETS: usize = 20;
    /// The longest that is read. A bound of ours; every sample has 20.
    pub const MAX_OCTETS: usize = 64;

    /// Makes a new R of 20 octets.
    #[must_use]
    pub fn generate(rng: &mut dyn CryptoRng) -> Self {
        let mut octets = Zeroizing::new(vec![0; Self::OCTETS]);
        rng.fill_bytes(&mut octets);
        Self(octets)
    }

    /// Takes the octets of an existing R. No entropy is asked for: real test keys hold R with ten
    /// leading zeros.
    ///
    /// # Errors
    /// [`RandomNumberError::Length`] unless there are 1 to 64 octets.
    pub fn from_octets(octets: &[u8]) -> Result<Self, RandomNumberError> {
        if octets.is_empty() || octets.len() > Self::MAX_OCTETS {
            return Err(RandomNumberError::Length {
                found: octets.len(),
            });
        }
        Ok(Self(Zeroizing::new(octets.to_vec())))
    }

    /// The octets.
    ///
    /// # Security
    /// Hand them only to the party that must check the VID, encrypted for it.
    #[must_use]
    pub fn expose_octets(&self) -> &[u8] {
        &self.0
    }
}

/// Compares in constant time.
impl PartialEq for RandomNumber {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_slice().ct_eq(other.0.as_slice()).into()
    }
}

impl Eq for RandomNumber {}

impl fmt::Debug for RandomNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(octets) = self;
        write!(f, "RandomNumber({} octets)", octets.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_bounds() {
        for (length, fine) in [(0, false), (1, true), (20, true), (64, true), (65, false)] {
            assert_eq!(
                RandomNumber::from_octets(&vec![7; length]).is_ok(),
                fine,
                "{length}"
            );
        }
    }

    #[test]
    fn debug_shows_no_octet() {
        let r = RandomNumber::from_octets(&[0xAB; 20]).unwrap();
        assert_eq!(format!("{r:?}"), "RandomNumber(20 octets)");
    }
}
