use npki_core::HashAlgorithm;
use rand_core::CryptoRng;

use crate::{CbcCipher, Derivation, pbe::Pbe};

/// With which scheme a private key is encrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SealScheme {
    /// seedCBCWithSHA1: the default, because every reader of joint certificates takes it.
    #[default]
    Pbes1Seed,
    /// PBES2 with PBKDF2-HMAC-SHA1 and SEED, in the shape that yessign's files have.
    Pbes2SeedSha1,
    /// PBES2 with PBKDF2-HMAC-SHA256 and SEED. Read by OpenSSL; an extension of ours to Korean
    /// software.
    Pbes2SeedSha256,
    /// PBES2 with PBKDF2-HMAC-SHA256 and ARIA-256. An extension like the one before.
    Pbes2AriaSha256,
    /// PBES2 with PBKDF2-HMAC-SHA256 and AES-256. An extension like the one before.
    Pbes2Aes256Sha256,
}

/// A [`SealScheme`] with its count of iterations.
///
/// ```
/// use npki_container::{SealScheme, Sealing};
///
/// assert_eq!(Sealing::default().iterations(), 2_048);
/// let sealing = Sealing::from(SealScheme::Pbes2AriaSha256).with_iterations(300_000)?;
/// assert_eq!(sealing.iterations(), 300_000);
/// # Ok::<(), npki_container::IterationsError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sealing {
    scheme: SealScheme,
    iterations: u32,
}

/// A count of iterations that is not written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{found} iterations; {min} to {max} are written")]
pub struct IterationsError {
    /// What was asked for.
    pub found: u32,
    /// At least.
    pub min: u32,
    /// At most.
    pub max: u32,
}

impl SealScheme {
    /// Each of them.
    pub const ALL: &'static [Self] = &[
        Self::Pbes1Seed,
        Self::Pbes2SeedSha1,
        Self::Pbes2SeedSha256,
        Self::Pbes2AriaSha256,
        Self::Pbes2Aes256Sha256,
    ];

    /// Its lower-case name: `pbes1-seed`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pbes1Seed => "pbes1-seed",
            Self::Pbes2SeedSha1 => "pbes2-seed-sha1",
            Self::Pbes2SeedSha256 => "pbes2-seed-sha256",
            Self::Pbes2AriaSha256 => "pbes2-aria-sha256",
            Self::Pbes2Aes256Sha256 => "pbes2-aes256-sha256",
        }
    }

    /// The scheme with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|s| s.name() == name)
    }

    /// Iterations unless the caller says otherwise: 2,048 with SHA-1, which is what Korean files
    /// hold; 100,000 with SHA-256, which only newer software reads.
    #[must_use]
    pub const fn default_iterations(self) -> u32 {
        match self {
            Self::Pbes1Seed | Self::Pbes2SeedSha1 => 2_048,
            Self::Pbes2SeedSha256 | Self::Pbes2AriaSha256 | Self::Pbes2Aes256Sha256 => 100_000,
        }
    }
}

impl Sealing {
    /// The fewest iterations that are written: what RFC 8018 section 4.2 recommends at least.
    pub const MIN_ITERATIONS: u32 = 1_000;

    /// With this count instead of the default.
    ///
    /// # Errors
    /// [`IterationsError`] below 1,000 and above 10,000,000, which we would not read.
    pub fn with_iterations(mut self, iterations: u32) -> Result<Self, IterationsError> {
        check_written(iterations)?;
        self.iterations = iterations;
        Ok(self)
    }

    /// The scheme.
    #[must_use]
    pub const fn scheme(self) -> SealScheme {
        self.scheme
    }

    /// The count of iterations.
    #[must_use]
    pub const fn iterations(self) -> u32 {
        self.iterations
    }

    pub(crate) fn generate(self, rng: &mut dyn CryptoRng) -> Pbe {
        let sha256 = Derivation::Pbkdf2(HashAlgorithm::Sha256);
        let (derivation, cipher, salt_octets) = match self.scheme {
            // Naive readers look for a salt of 8 octets at a fixed offset.
            SealScheme::Pbes1Seed => (Derivation::Pbkdf1, CbcCipher::Seed, 8),
            SealScheme::Pbes2SeedSha1 => {
                (Derivation::Pbkdf2(HashAlgorithm::Sha1), CbcCipher::Seed, 8)
            }
            // NIST SP 800-132 section 5.1 wants 128 bits.
            SealScheme::Pbes2SeedSha256 => (sha256, CbcCipher::Seed, 16),
            SealScheme::Pbes2AriaSha256 => (sha256, CbcCipher::Aria256, 16),
            SealScheme::Pbes2Aes256Sha256 => (sha256, CbcCipher::Aes256, 16),
        };
        Pbe::generate(derivation, cipher, self.iterations, salt_octets, rng)
    }
}

impl Default for Sealing {
    fn default() -> Self {
        SealScheme::default().into()
    }
}

impl From<SealScheme> for Sealing {
    fn from(scheme: SealScheme) -> Self {
        Self {
            scheme,
            iterations: scheme.default_iterations(),
        }
    }
}

/// Whether a count of iterations is one that we write.
pub(crate) const fn check_written(iterations: u32) -> Result<(), IterationsError> {
    let max = MAX_ITERATIONS;
    if iterations < Sealing::MIN_ITERATIONS || iterations > max {
        return Err(IterationsError {
            found: iterations,
            min: Sealing::MIN_ITERATIONS,
            max,
        });
    }
    Ok(())
}

/// The most iterations that are written: the most that are read.
const MAX_ITERATIONS: u32 = 10_000_000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Bound, Bounds};

    #[test]
    fn what_is_written_is_read() {
        assert_eq!(
            u64::from(MAX_ITERATIONS),
            Bounds::DEFAULT.limit(Bound::Iterations)
        );
    }

    #[test]
    fn iterations() {
        for (iterations, fine) in [
            (0, false),
            (999, false),
            (1_000, true),
            (10_000_000, true),
            (10_000_001, false),
            (u32::MAX, false),
        ] {
            let sealing = Sealing::default().with_iterations(iterations);
            assert_eq!(sealing.is_ok(), fine, "{iterations}");
        }
    }

    #[test]
    fn names_lead_back() {
        for scheme in SealScheme::ALL {
            assert_eq!(SealScheme::from_name(scheme.name()), Some(*scheme));
        }
        assert_eq!(SealScheme::from_name("pbes1"), None);
    }
}
