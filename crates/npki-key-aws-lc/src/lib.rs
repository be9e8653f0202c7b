//! Key handles of npki-key over AWS-LC: RSA signatures at some three times the speed.
//!
//! [`AwsLcSigningKey`] takes a [`PrivateKey`](npki_key::PrivateKey) and signs with RSASSA-PKCS1-v1_5
//! or RSASSA-PSS (2,048 to 8,192 bits) or ECDSA on P-256; [`AwsLcVerifier`] verifies the same. It is
//! for a CA under load or a relying party that verifies all day. A command that signs once is better
//! off without: the library seeds its own generator first, which takes some 25 ms of processor time.
//!
//! This room makes no keys, decrypts nothing, and knows neither SHA-1 nor SHA-224 to sign with. The
//! generator that callers hand in is not asked: AWS-LC blinds RSA and takes nonces with its own. Each
//! RSA result is checked by the library itself with the public exponent before it gives it out, each
//! ECDSA signature is verified here. What it holds of a key is wiped when it is freed.
//!
//! Building it needs a C compiler, and on x86-64 and AArch64 Linux neither CMake nor Go.
//!
//! Sources: RFC 8017 (PKCS #1), FIPS 186-5.
//!
//! ```
//! use npki_key::{KeyKind, PrivateKey, SigningKey, Verifier};
//! use npki_key_aws_lc::{AwsLcSigningKey, AwsLcVerifier};
//! # use chacha20::{ChaCha20Rng, rand_core::SeedableRng};
//! # let rng = &mut ChaCha20Rng::from_seed([0; 32]);
//!
//! let key = PrivateKey::generate(KeyKind::P256, rng)?;
//! let signing_key = AwsLcSigningKey::new(&key)?;
//! let signature = signing_key.sign(b"message", rng)?;
//! let verifier = AwsLcVerifier::new(signing_key.public_key())?;
//! verifier.verify(&signing_key.algorithm(), b"message", signature.octets())?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]

mod algorithm;
mod error;
mod signing_key;
mod verifier;

pub use error::AwsLcError;
pub use signing_key::AwsLcSigningKey;
pub use verifier::AwsLcVerifier;
