//! Private keys with the random number R, and the handles that sign, verify and decrypt: RSA and ECDSA.
//!
//! A [`PrivateKey`] is the whole PKCS#8 `PrivateKeyInfo` byte for byte, so that R, other attributes
//! and a missing NULL survive whatever happens to the key. All who sign, verify or decrypt hold a
//! handle instead, behind which a token or another library may stand as well: [`SigningKey`],
//! [`Verifier`], [`Decryptor`]. [`Bridge`] shows a handle to x509-cert's builders.
//!
//! Handles of other crates build on [`backend`] and are held to the contract by [`conformance`].
//!
//! This room opens no encrypted key (npki-container does), decides nothing about which algorithms
//! are strong enough, tests no number for being prime, and asks no system for randomness. It refuses
//! keys of three primes, MD5 and older, curves other than P-256 (P-384 and P-521 are verified), and
//! to let a signature out that does not verify. The pre-release `rsa` shows in no signature.
//!
//! # Side channels
//!
//! The private operations of RSA run on fixed-width arithmetic and are blinded; PKCS#1 v1.5 and OAEP
//! padding is removed without branches on what it holds, and PKCS#1 v1.5 rejects implicitly. Not
//! constant time: the length of a decrypted message, which the caller sees anyway; making a key;
//! the conversion of a finished signature to octets, which is public. RUSTSEC-2023-0071 stands
//! against `rsa` all the same. P-256 is `p256`'s constant-time arithmetic.
//!
//! # What stays in memory
//!
//! What this room holds of a key is wiped on drop, and so is all that reading and checking a key
//! calculates with. Of a P-256 key nothing stays after signing either. An RSA handle leaves copies of
//! p and q when it is made, and more at each operation: crypto-bigint frees its Montgomery parameters
//! unwiped, where safe code cannot reach them, and the blinded values of the operation likewise.
//! d, dP, dQ, qInv, R and the DER do not stay. A process in which nothing may stay has a global
//! allocator that wipes what it frees; under one, nothing was found after signing and decrypting.
//! `tests/memory.rs` and `tests/memory_wiping_allocator.rs` look for all of this in the memory of a
//! Linux process; making a key was not looked at.
//!
//! Sources: RFC 8017 (PKCS #1), RFC 5958 (PKCS #8), RFC 5915, RFC 3279, RFC 4055, RFC 5480,
//! RFC 5758, RFC 6979, FIPS 186-5, draft-irtf-cfrg-rsa-guidance-10; KCAC.TS.SIVID for R.
//!
//! ```
//! use npki_core::RandomNumber;
//! use npki_key::{KeyKind, PrivateKey, PublicKey, Verifier};
//! # use chacha20::{ChaCha20Rng, rand_core::SeedableRng};
//! # let rng = &mut ChaCha20Rng::from_seed([0; 32]);
//!
//! let r = RandomNumber::generate(rng);
//! let key = PrivateKey::generate(KeyKind::P256, rng)?.with_random_number(&r)?;
//! assert_eq!(PrivateKey::parse(key.expose_der())?.random_number(), Some(r));
//!
//! let signing_key = key.signing_key()?;
//! let signature = signing_key.sign(b"message", rng)?;
//! let verifier = PublicKey::parse(signing_key.public_key())?;
//! verifier.verify(&signing_key.algorithm(), b"message", signature.octets())?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod backend;
mod bridge;
pub mod conformance;
mod decryptor;
mod ec_private_key;
mod ec_signer;
mod emsa;
mod error;
mod key_kind;
mod oaep;
mod private_key;
mod private_key_info;
mod public_key;
mod rsa_decryptor;
mod rsa_numbers;
mod rsa_signer;
mod secret_number;
mod signature;
mod signature_algorithm;
mod signing_key;
mod verifier;
mod wiped_stack;

pub use self::signature::Signature;
pub use bridge::{Bridge, BridgeKey};
pub use decryptor::Decryptor;
pub use error::{
    AlgorithmError, DecryptError, EncryptError, Inconsistency, KeyError, SignError, VerifyError,
};
pub use key_kind::KeyKind;
pub use private_key::PrivateKey;
pub use public_key::PublicKey;
pub use signature_algorithm::SignatureAlgorithm;
pub use signing_key::SigningKey;
pub use verifier::Verifier;
