//! The rules of a bank that issues joint certificates (공동인증서), as one table: decisions that
//! explain themselves.
//!
//! Ask [`evaluate`] with a [`Policy`] and a [`Request`]; it asks every rule that the action has to
//! answer to and gives a [`Decision`]: each verdict with its rule number, the facts it used, until
//! when a refusal by time stands, and a sentence in Korean and English. [`Decision::approve`] turns
//! one that refuses nothing into [`Approved`], which an order consumes.
//!
//! What a bank sets for itself is data: [`Parameters`] and [`Catalogue`], with the shipped ones as
//! default, or read from a policy file ([`Policy::from_toml`]). When time alone will change an
//! answer, [`timeline()`] and the small what-if answers of [`Policy`] tell. What the rules say stands in one table, from which [`rules_markdown`] writes
//! `docs/RULES.md`.
//!
//! This room is pure. It reads no clock and no file, keeps nothing, names no person, and does not
//! judge what others judge: password composition, chains, signatures and revocation lists.
//!
//! Sources: the certificate guides of KB Kookmin Bank, row by row (S…), as settled in the rules (R…).
//!
//! ```
//! use npki_core::{Channel, Holder, Product, Rule};
//! use npki_policy::{Action, Facts, Policy, Request, evaluate};
//!
//! let request = Request {
//!     action: Action::Issue,
//!     now: "2026-11-23T00:59:59+09:00".parse()?,
//!     channel: Channel::Pc,
//!     product: Product::PersonalLimited,
//!     holder: Holder::Individual,
//!     facts: Facts::default(),
//! };
//! let decision = evaluate(&Policy::shipped(), &request);
//! assert_eq!(decision.refusing_rules().collect::<Vec<_>>(), [Rule::new(16)]);
//! assert_eq!(decision.opens_at(), Some("2026-11-23T01:00:00+09:00".parse()?));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod action;
mod answer;
mod asked;
mod case;
mod catalogue;
mod checks;
mod decision;
mod evaluate;
mod facts;
mod parameters;
mod policy;
mod policy_file;
mod request;
mod rules;
mod timeline;
mod told;
mod units;
mod what_if;

pub use action::Action;
pub use catalogue::{Catalogue, Enrolment, Offer, Origin, Pairs, ProductRow, Validity};
pub use decision::{Approved, Decision, OrderTerms, Refusal};
pub use evaluate::evaluate;
pub use facts::{
    AskedBy, CertificateState, EventKind, Facts, HeldCertificate, LastEvent, MediumKind, Ra,
    Standing,
};
pub use parameters::{ParameterRow, Parameters};
pub use policy::{Policy, PolicyError};
pub use policy_file::{PolicyFileError, PolicyFileTrouble};
pub use request::Request;
pub use rules::{Row as RuleRow, row as rule_row, rules, rules_markdown};
pub use timeline::{TimelineEntry, timeline};
pub use units::{Attempts, DailyWindow, Days, Hours, Krw, Minutes, Months, Switch, TimeOfDay};
