use core::{convert::Infallible, fmt};

use chacha20::{
    ChaCha20Rng,
    rand_core::{SeedableRng as _, TryCryptoRng, TryRng},
};
use npki_core::Instant;

/// The lab's generator: everything random in a lab comes from its seed, so that a run repeats.
///
/// # Security
/// Whoever knows the seed knows every key, nonce and R that came of it.
pub struct LabRng(ChaCha20Rng);

impl LabRng {
    /// The generator of this seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self::from_octets(seed.to_be_bytes())
    }

    /// The generator of a lab of this seed that begins at this instant: another one at another, so that no CA gives
    /// one serial number to two certificates.
    pub(crate) fn of(seed: u64, begins: Instant) -> Self {
        let begins = begins.unix_seconds().to_be_bytes();
        Self::from_octets(seed.to_be_bytes().into_iter().chain(begins))
    }

    fn from_octets(from: impl IntoIterator<Item = u8>) -> Self {
        let mut octets = [0; 32];
        octets
            .iter_mut()
            .zip(from)
            .for_each(|(to, from)| *to = from);
        Self(ChaCha20Rng::from_seed(octets))
    }
}

impl TryRng for LabRng {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        self.0.try_next_u32()
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        self.0.try_next_u64()
    }

    fn try_fill_bytes(&mut self, octets: &mut [u8]) -> Result<(), Self::Error> {
        self.0.try_fill_bytes(octets)
    }
}

impl TryCryptoRng for LabRng {}

impl fmt::Debug for LabRng {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LabRng(..)")
    }
}
