//! Key handles of npki-key on keys that stay in a PKCS #11 token (보안토큰, HSM).
//!
//! A [`Module`] is the vendor's library, a [`Token`] one token of it that is logged in to. Keys are
//! made in it ([`Token::generate`]) and found by id or label ([`Select`]);
//! [`Token::signing_key`] and [`Token::decryptor`] give the handles. RSA from 2,048 bits and P-256.
//!
//! A session that was lost (the token pulled, the library restarted) is opened again, once for each
//! operation. A PIN is tried once: whoever wants a server to log in again by itself says so with
//! [`AfterLoss::LogInAgain`], and then a PIN that is refused is forgotten. It stands in no message,
//! no error and no `Debug`. Every signature is verified in this process before it leaves.
//!
//! This room keeps no certificates (the medium `npki-media-token` will), exports no key, unlocks no
//! token, and asks no PIN pad.
//!
//! Sources: PKCS #11 v2.40 (OASIS), base specification and current mechanisms; RFC 8017; RFC 5480.
//!
//! ```no_run
//! use npki_key::{KeyKind, SigningKey};
//! use npki_key_pkcs11::{AfterLoss, KeyId, Module, Pin, Select, Usage};
//!
//! # fn sign(rng: &mut dyn rand_core::CryptoRng) -> Result<(), Box<dyn std::error::Error>> {
//! let module = Module::load("/usr/lib/softhsm/libsofthsm2.so".as_ref())?;
//! let token = module.log_in("lab CA", Pin::new("1234"), AfterLoss::AskAgain)?;
//! let id = KeyId::new(b"\x01")?;
//! token.generate(KeyKind::Rsa { bits: 3_072 }, Usage::Sign, &id, "certificates 2026")?;
//! let signing_key = token.signing_key(&Select::Id(id))?;
//! let signature = signing_key.sign(b"message", rng)?;
//! # Ok(())
//! # }
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]

mod decryptor;
mod error;
mod key;
mod module;
mod pin;
mod public_key;
mod session;
mod signing_key;
mod token;
mod unpad;

pub use error::TokenError;
pub use key::{KeyId, KeyInfo, Select, Usage};
pub use module::{Module, TokenInfo};
pub use pin::{AfterLoss, Pin, PinTries};
pub use token::Token;
