//! The suite that every medium passes, as library code (feature-free, so that an adapter needs nothing
//! but this crate to be held to the contract).
//!
//! ```
//! use npki_media::{MemoryMedium, conformance};
//!
//! # let mut generator = <chacha20::ChaCha20Rng as rand_core::SeedableRng>::seed_from_u64(1);
//! conformance::run(&|| Box::new(MemoryMedium::new()), &mut generator).expect("keeps the contract");
//! ```

mod cases;
mod subscribers;

use core::fmt;

use rand_core::CryptoRng;

pub use subscribers::{PASSWORD, other_subscriber, renewed_subscriber, subscriber};

use crate::{Medium, MediumError, PfxError};

/// A promise of [`Medium`] that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Broken {
    /// Which one.
    pub promise: &'static str,
    /// What was seen.
    pub seen: String,
}

/// Runs the suite, each case on a new and empty medium from `make`.
///
/// A medium whose keys stay where they are (R64) passes over what needs the key itself.
///
/// # Errors
/// Every promise that does not hold.
pub fn run(make: &dyn Fn() -> Box<dyn Medium>, rng: &mut dyn CryptoRng) -> Result<(), Vec<Broken>> {
    let broken: Vec<Broken> = cases::CASES
        .iter()
        .filter_map(|(promise, case)| {
            let seen = case(make().as_ref(), rng).err()?;
            Some(Broken {
                promise,
                seen: seen.0,
            })
        })
        .collect();
    if broken.is_empty() {
        Ok(())
    } else {
        Err(broken)
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.promise, self.seen)
    }
}

impl std::error::Error for Broken {}

/// What a case saw where it wanted something else.
struct Seen(String);

impl Seen {
    fn unless(holds: bool, seen: impl FnOnce() -> String) -> Result<(), Self> {
        if holds { Ok(()) } else { Err(Self(seen())) }
    }
}

impl From<MediumError> for Seen {
    fn from(error: MediumError) -> Self {
        Self(format!("an error: {error}"))
    }
}

impl From<PfxError> for Seen {
    fn from(error: PfxError) -> Self {
        Self(format!("an error: {error}"))
    }
}
