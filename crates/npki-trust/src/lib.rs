//! Path validation with certificate policies, and CRL judgement, without sockets.
//!
//! A [`Validator`] holds the trust [`Anchors`] and what a relying party (이용기관) asks for; it
//! takes a certificate, the certificates and CRLs at hand and an instant, and gives a
//! [`ValidPath`] with the policies it is valid for, or the one cause that stood against it
//! ([`PathError`]). [`judge_crl`] asks one CRL about one certificate.
//!
//! All of RFC 5280 section 6.1 is processed: signatures, validity, names, basic constraints, key
//! usage, name constraints, policies with their mappings and constraints. The last matter here:
//! every Korean CA requires an explicit policy of what it issues. Policies are kept as the graph of
//! RFC 9618, which no certificate can make explode.
//!
//! This room opens no connection and reads no clock: who calls it fetches CRLs and names the
//! instant. What it does not process it refuses by name: unknown critical extensions, delta and
//! indirect CRLs, CRLs for some reasons only, distribution points named relative to their issuer.
//! The work that hostile input can cause is bounded ([`Bounds`]). Host names are not matched here.
//!
//! Sources: RFC 5280 section 6, RFC 9618, RFC 5937 (an anchor's own constraints count),
//! KCAC.TS.CERTPROF and KCAC.TS.CRLPROF for what Korean certificates look like.
//!
//! ```no_run
//! use npki_cert::Certificate;
//! use npki_core::Instant;
//! use npki_trust::{Anchors, PolicySet, Request, Revocation, Validator};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let (root, ca, leaf): (Vec<u8>, Vec<u8>, Vec<u8>) = Default::default();
//! let validator = Validator::new(Anchors::new([Certificate::parse(&root)?]))
//!     .policies(PolicySet::of(["1.2.410.200005.1.1.4".parse()?]));
//! let path = validator.validate(&Request {
//!     pool: &[Certificate::parse(&ca)?],
//!     ..Request::new(&Certificate::parse(&leaf)?, "2026-11-22T10:00:00+09:00".parse()?)
//! })?;
//! println!("valid for {}", path.policies());
//! # Ok(())
//! # }
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]

mod algorithm_policy;
mod anchors;
mod budget;
mod crl;
mod crl_error;
mod general_name;
mod name_constraints;
mod path_error;
mod path_search;
mod path_walk;
mod policy_graph;
mod policy_set;
mod revocation;
mod valid_path;
mod validator;

pub use algorithm_policy::{AlgorithmPolicy, WeakAlgorithm};
pub use anchors::Anchors;
pub use budget::{Bounds, BudgetKind};
pub use crl::{CrlVerdict, judge_crl};
pub use crl_error::CrlError;
pub use path_error::PathError;
pub use policy_set::PolicySet;
pub use valid_path::ValidPath;
pub use validator::{Request, Revocation, Validator};
