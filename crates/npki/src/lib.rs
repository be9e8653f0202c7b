//! The Korean national PKI (NPKI, 공동인증서) in Rust: both sides of it.
//!
//! Three people, three doors, a feature each:
//!
//! - [`wallet`] (default): an application that holds a person's certificate: find it on a medium, open it,
//!   sign, log in, change the password, copy, export, import.
//! - [`relying_party`] (default): a server that is shown a certificate or a signature: verify signature, chain,
//!   policy, revocation and identity, and say which check failed.
//! - `authority`: a bank (RA), a CA, or a test lab that plays both.
//!
//! Adapters are features too, and none is on by default: `folder` (NPKI folders on disks), `sqlite`
//! (the embedded ledger; `sqlite-bundled` compiles SQLite along), `postgres` (the ledger of several
//! machines), `aws-lc` (faster signing), `pkcs11`
//! (keys in a token).
//!
//! This crate is thin: it wires the rooms `npki-…`, joins the checks of a login, and it alone reads the
//! system's clock ([`now`]) and randomness ([`system_rng`]). Every room is a crate of its own for who
//! needs only that.
//!
//! Sources: RFC 5280, RFC 5652, RFC 5958, RFC 7292, RFC 8018, RFC 4269; the KCAC technical
//! specifications as far as code and files show them; rules R… in `docs/RULES.md`.

#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "authority")]
pub mod authority;
#[cfg(feature = "relying-party")]
pub mod relying_party;
mod system;
#[cfg(feature = "wallet")]
pub mod wallet;

pub use npki_cert as cert;
pub use npki_cert::{Certificate, Name};
pub use npki_core::{
    AuthorizationCode, Idn, Instant, Issuer, KstDay, Product, Purpose, RandomNumber,
    ReferenceNumber, Registration, RevocationReason, Sentence,
};
pub use npki_key as key;
pub use npki_key::{KeyKind, PrivateKey, PublicKey, SigningKey};
#[cfg(feature = "aws-lc")]
pub use npki_key_aws_lc as aws_lc;
#[cfg(feature = "pkcs11")]
pub use npki_key_pkcs11 as pkcs11;
pub use system::{SystemRng, now, system_rng};
