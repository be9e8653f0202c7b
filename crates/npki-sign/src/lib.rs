//! Signing with joint certificates: CMS SignedData, PKCS#1, and login by a signed challenge.
//!
//! [`cms`] makes and verifies SignedData with a table of named [profiles](cms::Profile), since
//! Korean software writes several; [`pkcs1`] is the bare signature over a text; [`login`] asks for
//! a fresh challenge to be signed and names each check that a login can fail.
//!
//! This room says whose key signed which bytes. Whether that certificate is to be trusted (its
//! chain, validity, revocation, policy) is asked in `npki-trust`, and whether it belongs to a person
//! in `npki-cert`; the facade joins the three. Nothing is encrypted here yet: EnvelopedData, and
//! with it the transport of R, is still to come. Text has no meaning here either: bytes are signed,
//! and whether they are EUC-KR or UTF-8 is agreed between the two sides.
//!
//! Sources: RFC 5652, RFC 5754 (algorithm identifiers), RFC 8017, RFC 8933 (one digest algorithm),
//! and the output of PyPinkSign and OpenSSL for what others write.
//!
//! ```no_run
//! use npki_sign::{cms::{Profile, SignedData, Signing}, login::{Challenge, verify_login_signature}};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let (key, certificate): (Box<dyn npki_key::SigningKey>, npki_cert::Certificate) = todo!();
//! # let rng: &mut dyn rand_core::CryptoRng = todo!();
//! // The server asks …
//! let challenge = Challenge::generate("bank.example login", rng)?;
//! // … the subscriber signs …
//! let signed = SignedData::sign(
//!     &Signing::new(challenge.octets(), &certificate).profile(Profile::PLAIN),
//!     &*key,
//!     rng,
//! )?;
//! // … and the server reads who did.
//! let signer = verify_login_signature(signed.der(), &challenge)?;
//! println!("{}", signer.certificate().subject());
//! # Ok(())
//! # }
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod cms;
pub mod login;
pub mod pkcs1;
