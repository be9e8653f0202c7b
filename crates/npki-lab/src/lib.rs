//! A synthetic Korea for tests: a bank behind its ports, a root and CAs, invented people, published
//! keys.
//!
//! A [`Lab`] plays both sides over any two [`Ledger`](npki_ledger::Ledger)s: it wires a bank
//! ([`Lab::ra`]) and its CAs ([`Lab::ca`]) to each other, and the bank to a simulated outside world
//! ([`Outside`]) whose accounts, telephones and immigration office do what a test's scenario says.
//! The same seed and date give the same certificates. Time passes only when the test says so. The first
//! 26 subscribers' keys are ready; each after them takes as long as an RSA-2048 key takes to be made.
//!
//! Nothing here is for production: all keys are published, people are invented (R72), names begin
//! with `Lab-`, and policies stand in the test arc 2.999.410.
//!
//! ```
//! use npki_core::Product;
//! use npki_lab::{Lab, LabLedgers, Person};
//!
//! let ledgers = LabLedgers::in_memory();
//! let lab = Lab::new(1, "2026-11-23T10:00:00+09:00".parse()?, &ledgers)?;
//! let hong = Person::of("hong").ok_or("nobody")?;
//! let held = lab.issue(hong, Product::PersonalLimited, None)?;
//! assert_eq!(held.certificate.display_name(), "홍길동");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod authorities;
mod bridge;
mod elsewhere;
mod error;
pub mod http;
mod issuing;
mod key_pool;
mod lab;
mod otp;
mod outside;
mod person;
mod population;
mod rng;

pub use authorities::{Authorities, Authority};
pub use error::LabError;
pub use issuing::{Held, HeldKm};
pub use key_pool::KeyPool;
pub use lab::{Lab, LabLedgers};
pub use outside::{Outside, PhoneHabit, Port, Stage, Trouble};
pub use person::{PEOPLE, Person};
pub use population::{Condition, LabFile, Population, Specimen};
pub use rng::LabRng;
