//! A CA (인증기관) of joint certificates: one order, one certificate.
//!
//! The bank hands over an [`Order`](npki_core::Order); [`Ca::register`] answers with a reference
//! number and an authorization code. Who shows both, and a new key that he holds, gets a [`Grant`]
//! from [`Ca::redeem`]: by then the certificate's TBS is linted and on record. [`Ca::sign`] signs these
//! very bytes, [`Ca::confirm`] makes the certificate good (R18b), and [`Ca::reconcile`] ends what
//! stays unconfirmed and brings the news to the bank. Revoking is [`Ca::revoke`], and
//! [`Ca::crl`] writes the list, whole, in partitions or as deltas; an [`OcspResponder`] answers for one
//! certificate. Everything is in the ledger and nothing in the process: another node, or the same after a
//! crash, goes on where this one stopped.
//!
//! It opens no socket: [`cmp`] answers octets with octets, and what it, or another transport, has decoded is
//! a [`Request`]; [`BareRequest`] is the form for a client in the same process. It decides nothing about
//! who may have a certificate: that is the bank's, asked once more by its port at the last moment (R16, R17).
//!
//! Sources: RFC 5280; KCAC.TS.CERTPROF; rules R10–R19 in `docs/RULES.md`.
//!
//! ```
//! # use npki_key::{KeyKind, PrivateKey};
//! use npki_ca::ceremony;
//! use npki_cert::{Name, Profile, lint};
//! use npki_core::Instant;
//! # #[derive(Debug)] struct Rng(u64);
//! # impl rand_core::TryRng for Rng { type Error = core::convert::Infallible;
//! #   fn try_next_u32(&mut self) -> Result<u32, Self::Error> { Ok(self.try_next_u64()? as u32) }
//! #   fn try_next_u64(&mut self) -> Result<u64, Self::Error> { self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407); Ok(self.0 ^ self.0 >> 32) }
//! #   fn try_fill_bytes(&mut self, b: &mut [u8]) -> Result<(), Self::Error> { for x in b { *x = (self.try_next_u64()? >> 24) as u8 } Ok(()) } }
//! # impl rand_core::TryCryptoRng for Rng {}
//! # let mut rng = Rng(1);
//!
//! let key = PrivateKey::generate(KeyKind::P256, &mut rng)?.signing_key()?;
//! let name = Name::from_npki_text("cn=Lab RootCA,ou=Lab Certification Authority Central,o=Lab,c=KR")?;
//! let from: Instant = "2026-01-01".parse()?;
//! let to: Instant = "2046-01-01".parse()?;
//! let root = ceremony::root(&*key, &name, from, to, &mut rng)?;
//! assert!(root.is_ca() && lint(&root, Profile::Root).is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod bank;
mod ca;
mod ca_key;
pub mod ceremony;
pub mod cmp;
mod code;
mod confirm;
mod crl;
mod error;
mod event;
mod kept;
mod naming;
mod news;
mod ocsp;
mod pairs;
mod redeem;
mod refusal;
mod register;
mod request;
mod revoke;
mod sign;
mod state;
mod store;
mod tbs;

pub use bank::BankPort;
pub use ca::{Ca, CaKeys, CaSettings};
pub use ca_key::{CertificateKey, CrlKey, OcspKey};
pub use code::CodeKey;
pub use confirm::{Cancelled, Confirmed};
pub use crl::CrlScope;
pub use error::CaError;
pub use news::Reconciled;
pub use ocsp::{OcspAnswered, OcspResponder, OcspSettings, PreparedAnswers};
pub use redeem::Grant;
pub use refusal::Refusal;
pub use request::{BareRequest, Confirmation, KmRequest, NewKeys, Possession, Protection, Request};
pub use revoke::{CertificateStatus, RevokedAt};
pub use sign::Signed;
