//! The suite that every handle passes, as library code: an adapter needs nothing but this crate to
//! be held to the contract of [`SigningKey`] and [`Decryptor`].
//!
//! ```
//! use npki_key::{KeyKind, PrivateKey, conformance};
//!
//! # let rng = &mut <chacha20::ChaCha20Rng as rand_core::SeedableRng>::seed_from_u64(1);
//! let key = PrivateKey::generate(KeyKind::P256, rng)?;
//! conformance::signing_key(&*key.signing_key()?, rng).expect("keeps the contract");
//! # Ok::<(), npki_key::KeyError>(())
//! ```

mod decrypts;
mod signs;

use core::fmt;

use rand_core::CryptoRng;

use crate::{Decryptor, SigningKey};

/// A promise that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Broken {
    /// Which one.
    pub promise: &'static str,
    /// What was seen.
    pub seen: String,
}

/// Holds a handle that signs to the contract of [`SigningKey`]; some thirty signatures.
///
/// # Errors
/// Every promise that does not hold.
pub fn signing_key(key: &dyn SigningKey, rng: &mut dyn CryptoRng) -> Result<(), Vec<Broken>> {
    run(signs::CASES
        .iter()
        .map(|(promise, case)| (*promise, case(key, rng))))
}

/// Holds a handle that decrypts to the contract of [`Decryptor`].
///
/// # Errors
/// Every promise that does not hold.
pub fn decryptor(key: &dyn Decryptor, rng: &mut dyn CryptoRng) -> Result<(), Vec<Broken>> {
    run(decrypts::CASES
        .iter()
        .map(|(promise, case)| (*promise, case(key, rng))))
}

/// `Err` says what was seen.
type Outcome = Result<(), String>;

fn run(outcomes: impl Iterator<Item = (&'static str, Outcome)>) -> Result<(), Vec<Broken>> {
    let broken: Vec<Broken> = outcomes
        .filter_map(|(promise, outcome)| {
            let seen = outcome.err()?;
            Some(Broken { promise, seen })
        })
        .collect();
    if broken.is_empty() {
        Ok(())
    } else {
        Err(broken)
    }
}

/// What an error says, as what was seen.
fn said(error: impl fmt::Debug) -> String {
    format!("{error:?}")
}

fn wanted(holds: bool, seen: impl FnOnce() -> String) -> Outcome {
    if holds { Ok(()) } else { Err(seen()) }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.promise, self.seen)
    }
}
