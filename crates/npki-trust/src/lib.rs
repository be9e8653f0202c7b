//! Path validation with certificate policies, and the judgement of CRLs and OCSP responses, without
//! sockets.
//!
//! A [`Validator`] holds the trust [`Anchors`] and what a relying party (이용기관) asks for; it
//! takes a certificate, the certificates and CRLs at hand and an instant, and gives a
//! [`ValidPath`] with the policies it is valid for, or the one cause that stood against it
//! ([`PathError`]). [`judge_crl`] asks one CRL about one certificate, [`judge_crls`] all at hand with their
//! deltas, [`judge_ocsp`] one OCSP response.
//!
//! All of RFC 5280 section 6.1 is processed: signatures, validity, names, basic constraints, key
//! usage, name constraints, policies with their mappings and constraints. The last matter here:
//! every Korean CA requires an explicit policy of what it issues. Policies are kept as the graph of
//! RFC 9618, which no certificate can make explode.
//!
//! This room opens no connection and reads no clock: who calls it fetches CRLs and OCSP
//! responses and names the instant. What it does not process it refuses by name: unknown critical extensions,
//! indirect CRLs, CRLs for some reasons only, distribution points named relative to their issuer.
//! The work that hostile input can cause is bounded ([`Bounds`]). Host names are not matched here.
//!
//! Sources: RFC 5280 section 6, RFC 6960, RFC 9618, RFC 5937 (an anchor's own constraints count),
//! KCAC.TS.CERTPROF and KCAC.TS.CRLPROF for what Korean certificates look like.
//!
//! ```
//! use npki_cert::Certificate;
//! use npki_trust::{Anchors, PathError, PolicySet, Request, Validator};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/paths/basic/");
//! # let read = |name| Certificate::parse(&std::fs::read(format!("{folder}{name}.der")).unwrap());
//!
//! let (root, ca, leaf) = (read("root")?, read("ca")?, read("leaf")?);
//! let limited = PolicySet::of(["1.2.410.200005.1.1.4".parse()?]);
//! let request = Request {
//!     pool: &[ca],
//!     ..Request::new(&leaf, "2025-01-01T10:00:00+09:00".parse()?)
//! };
//! let validator = Validator::new(Anchors::new([root])).policies(limited.clone());
//! assert_eq!(validator.validate(&request)?.policies(), &limited);
//!
//! // The same certificate where only general-purpose ones are taken:
//! let general = PolicySet::of(["1.2.410.200005.1.1.1".parse()?]);
//! let refused = validator.policies(general).validate(&request).unwrap_err();
//! assert!(matches!(refused, PathError::PolicyRefused { depth: 0, .. }));
//! # Ok(())
//! # }
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]

mod algorithm_policy;
mod anchors;
mod budget;
mod conformance;
mod crl;
mod crl_error;
mod crls;
mod general_name;
mod name_constraints;
mod ocsp;
mod ocsp_error;
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
pub use crls::judge_crls;
pub use ocsp::{OcspFreshness, OcspNonce, OcspQuestion, OcspVerdict, ResponderState, judge_ocsp};
pub use ocsp_error::{OcspError, Unauthorised};
pub use path_error::PathError;
pub use policy_set::PolicySet;
pub use valid_path::ValidPath;
pub use validator::{Request, Revocation, Validator};
