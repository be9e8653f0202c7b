//! Private keys with the random number R, and the handles that sign, verify and decrypt: RSA and ECDSA.
//!
//! A [`PrivateKey`] keeps the bytes it came from. Everything above this room works with handles, behind
//! which a token or another library may stand as well: [`SigningKey`], [`Verifier`], [`Decryptor`].

#![cfg_attr(docsrs, feature(doc_cfg))]

mod bridge;
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
mod signature;
mod signature_algorithm;
mod signing_key;
mod verifier;

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
