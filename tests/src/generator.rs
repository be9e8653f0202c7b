//! A generator that gives the same numbers in every run.

use chacha20::ChaCha20Rng;
use rand_core::SeedableRng;

/// The seed of [`generator`]. Any number would do; it is fixed so that a failing run can be repeated.
pub const DEFAULT_SEED: u64 = 0x6e70_6b69; // "npki"

/// The generator that shared tests use where a function asks for `&mut dyn CryptoRng`.
#[must_use]
pub fn generator() -> ChaCha20Rng {
    generator_from(DEFAULT_SEED)
}

/// A generator of its own for tests that need several unlike streams.
///
/// # Security
/// Everything it yields follows from `seed`: keys made with it are public.
#[must_use]
pub fn generator_from(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

#[cfg(test)]
mod tests {
    use rand_core::CryptoRng;

    use super::{generator, generator_from};

    fn draw(rng: &mut dyn CryptoRng) -> [u8; 32] {
        let mut bytes = [0; 32];
        rng.fill_bytes(&mut bytes);
        bytes
    }

    #[test]
    fn repeats_itself_and_differs_by_seed() {
        assert_eq!(draw(&mut generator()), draw(&mut generator()));
        assert_ne!(draw(&mut generator()), draw(&mut generator_from(1)));
    }
}
