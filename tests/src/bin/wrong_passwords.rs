//! Tries wrong passwords on a PBES1 and a PBES2 key: none may be taken for right, and all of them must lead to one and
//! the same error (R52).
//!
//! ```sh
//! cargo run --release -p npki-tests --bin wrong_passwords -- 100000
//! ```
//!
//! COUNT is for each of the two keys. One wrong password in 256 leaves a padding that looks right; what is under it
//! is then refused by its shape. Passwords and keys follow from a fixed seed. The last line is the count; the exit
//! code is 1 if something was not as it must be.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{IsTerminal as _, stderr};
use std::process::ExitCode;
use std::time::Instant;

use npki_container::{Bounds, EncryptedPrivateKeyInfo, Password, SealScheme, Sealing};
use npki_core::RandomNumber;
use npki_key::{KeyKind, PrivateKey};
use npki_tests::generator;
use rand_core::CryptoRng;

/// What was seen of one key.
struct Outcome {
    /// Passwords that opened it although they were wrong.
    taken: Vec<String>,
    /// Error values, in all their forms, with how often each was seen.
    errors: BTreeMap<String, u64>,
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let count: u64 = match std::env::args().nth(1).as_deref().map(str::parse) {
        Some(Ok(count)) => count,
        _ => return Err("usage: wrong_passwords COUNT".into()),
    };
    let mut rng = generator();
    let r = RandomNumber::generate(&mut rng);
    let key =
        PrivateKey::generate(KeyKind::Rsa { bits: 2_048 }, &mut rng)?.with_random_number(&r)?;

    let mut errors = BTreeMap::new();
    let mut taken = 0;
    for scheme in [SealScheme::Pbes1Seed, SealScheme::Pbes2SeedSha1] {
        let sealing = Sealing::from(scheme).with_iterations(Sealing::MIN_ITERATIONS)?;
        let right = Password::new(RIGHT)?;
        let sealed = EncryptedPrivateKeyInfo::seal(&key, &right, sealing, &mut rng)?;
        // A key that nothing opens would pass every test.
        sealed.open(&right, &Bounds::DEFAULT)?;

        let start = Instant::now();
        let outcome = attack(&sealed, count, &mut rng, scheme.name())?;
        println!(
            "{}: {count} wrong passwords in {:.1} s, {} taken for right",
            sealed.scheme()?,
            start.elapsed().as_secs_f64(),
            outcome.taken.len()
        );
        for password in &outcome.taken {
            println!("TAKEN FOR RIGHT: {password:?}");
        }
        taken += outcome.taken.len();
        for (error, seen) in outcome.errors {
            *errors.entry(error).or_insert(0) += seen;
        }
    }
    for (error, seen) in &errors {
        println!("{seen} times: {error}");
    }
    let held = taken == 0 && errors.len() <= 1;
    println!(
        "{} wrong passwords, {taken} taken for right, {} error value{}",
        count * 2,
        errors.len(),
        if errors.len() == 1 { "" } else { "s" }
    );
    Ok(if held {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn attack(
    sealed: &EncryptedPrivateKeyInfo,
    count: u64,
    rng: &mut dyn CryptoRng,
    name: &str,
) -> Result<Outcome, Box<dyn Error>> {
    let mut outcome = Outcome {
        taken: Vec::new(),
        errors: BTreeMap::new(),
    };
    for tried in 1..=count {
        let text = wrong_password(tried, rng);
        match sealed.open(&Password::new(&text)?, &Bounds::DEFAULT) {
            Ok(_) => outcome.taken.push(text),
            Err(error) => {
                // Everything by which a caller could tell one from another.
                let source = Error::source(&error).map(ToString::to_string);
                let shown = format!("{error} ({error:?}, source {source:?})");
                *outcome.errors.entry(shown).or_insert(0) += 1;
            }
        }
        if tried % PROGRESS == 0 && stderr().is_terminal() {
            eprint!("\r{name}: {tried} of {count}");
        } else if tried % (PROGRESS * 10) == 0 {
            eprintln!("{name}: {tried} of {count}");
        }
    }
    Ok(outcome)
}

/// Every fourth is near the right one, every eighth has Hangul, which is tried in two encodings.
fn wrong_password(number: u64, rng: &mut dyn CryptoRng) -> String {
    let random = rng.next_u64();
    match number % 8 {
        0 => format!("한글-{random:x}"),
        1 => format!("{RIGHT}{random}"),
        5 => format!("{}{random:x}", RIGHT.to_lowercase()),
        _ => format!("{random:016x}"),
    }
}

const RIGHT: &str = "The-right-one-1!";
const PROGRESS: u64 = 2_000;
