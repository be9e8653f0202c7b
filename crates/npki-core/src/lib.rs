//! The few words that several rooms of the `npki` workspace share.
//!
//! An [`Instant`] and a [`KstDay`] for calendar rules in Korean time, the identification number
//! [`Idn`] and the random number [`RandomNumber`] that a [`Vid`] binds together, the names of
//! products, holders, issuers, channels and purposes, what a decision says ([`Verdict`]), what a
//! linter says ([`Finding`]), and the [`Order`] that a bank hands to a CA.
//!
//! This room holds values and their canonical bytes. It decides nothing, opens nothing, and reads
//! neither clock nor system randomness: time and randomness are arguments everywhere.
//!
//! Sources: RFC 5280 for times; KCAC.TS.SIVID for IDN, R and VID; the rules R… of this project
//! stand in `docs/RULES.md`.
//!
//! ```
//! use npki_core::{Instant, KstDay};
//!
//! // A certificate issued at any time of 29 February runs to the end of 28 February (R10).
//! let issued: Instant = "2028-02-29T10:30:00+09:00".parse()?;
//! let last_day = issued.kst_day().plus_one_year();
//! assert_eq!(last_day, KstDay::new(2029, 2, 28)?);
//! assert_eq!(last_day.last_second().to_string(), "2029-02-28T23:59:59+09:00");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]

mod channel;
mod finding;
mod handover;
mod hash;
mod idn;
mod instant;
mod issuer;
mod kst_day;
mod names;
mod order;
mod product;
mod purpose;
mod random_number;
mod revocation;
mod sealed;
mod sentence;
mod verdict;
mod vid;

pub use channel::Channel;
pub use finding::{Finding, Severity};
pub use handover::{
    AuthorizationCode, CertificateFacts, OrderNews, PortError, ReferenceNumber,
    ReferenceNumberError, Registration,
};
pub use hash::{Digest, HashAlgorithm, Hasher};
pub use idn::{Idn, IdnError, IdnKind};
pub use instant::{Instant, InstantError};
pub use issuer::Issuer;
pub use kst_day::{KstDay, KstDayError};
pub use names::UnknownName;

#[doc(hidden)]
pub use der; // for `named!`
pub use order::{
    Order, OrderAction, OrderId, Replaced, ReplacedBecause, SubjectNames, ValidityRule,
};
pub use product::{Holder, Product};
pub use purpose::Purpose;
pub use random_number::{RandomNumber, RandomNumberError};
pub use revocation::RevocationReason;
pub use sealed::Sealed;
pub use sentence::Sentence;
pub use verdict::{Fact, Outcome, Rule, RuleError, Verdict};
pub use vid::Vid;
