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
//! ```
//! use npki_sign::cms::{Profile, SignedData, Signing};
//! use npki_sign::login::{Challenge, verify_login_signature};
//! # use chacha20::{ChaCha20Rng, rand_core::SeedableRng};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let rng = &mut ChaCha20Rng::from_seed([0; 32]);
//! # let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/cms/");
//! # let key = npki_key::PrivateKey::parse(&std::fs::read(format!("{folder}signer.p8"))?)?.signing_key()?;
//! # let certificate = npki_cert::Certificate::parse(&std::fs::read(format!("{folder}signer.der"))?)?;
//!
//! // The server asks …
//! let challenge = Challenge::generate("bank.example login", rng)?;
//! // … the subscriber signs …
//! let signing = Signing::new(challenge.octets(), &certificate).profile(Profile::PLAIN);
//! let signed = SignedData::sign(&signing, &*key, rng)?;
//! // … and the server reads who did.
//! let signer = verify_login_signature(signed.der(), &challenge)?;
//! assert_eq!(signer.certificate().subject().to_string(), "cn=signer,o=Lab-yessign,c=kr");
//! # Ok(())
//! # }
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod cms;
pub mod login;
pub mod pkcs1;
