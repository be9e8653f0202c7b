//! The encrypted container of a private key: `signPri.key`, `kmPri.key` and PFX.
//!
//! [`EncryptedPrivateKeyInfo`] is the key file of joint certificates (공동인증서): SEED, ARIA, AES
//! and triple DES under PBES1 or PBES2. [`Pfx`] carries pairs of keys and certificates from one
//! place to another. Both keep the whole `PrivateKeyInfo` octet for octet, so that the random number
//! R survives. [`Password`] opens; [`NewPassword`] has passed the rules for new ones.
//!
//! # What it refuses
//!
//! - To spend what a file asks for before it is compared with [`Bounds`].
//! - To tell what went wrong after decryption: it is one error (R52), and a key comes out only if its
//!   numbers agree with each other.
//! - To write the bare seedCBC scheme with its fixed initialization vector, RC2, or a count of
//!   iterations that it would not read.
//! - BER anywhere but in a PFX (and, for the room of CMS, in [`ber`]).
//! - To open files or to ask for time or randomness: bytes and a generator are arguments.
//!
//! # What it follows
//!
//! RFC 4269 and KCAC.TS.ENC for SEED, RFC 5794 for ARIA; RFC 5958 and RFC 8018 (PKCS #5); RFC 7292
//! and RFC 9579 (PKCS #12); RFC 5652 for the contents of a PFX; X.690. Where files differ from
//! documents, PyPinkSign and the files of Korean software decide. The rules R50 to R52 and R62
//! stand in `docs/RULES.md`.
//!
//! A new scheme is a row of the table in `pbe.rs`, a new cipher a variant of [`CbcCipher`].
//!
//! # Example
//!
//! ```
//! use npki_container::{Bounds, EncryptedPrivateKeyInfo, OpenError, Password};
//!
//! let file = include_bytes!("../tests/vectors/openssl/pbes2-seed-sha1.key");
//! let sealed = EncryptedPrivateKeyInfo::parse_any(file)?;
//! assert_eq!(
//!     sealed.scheme()?.to_string(),
//!     "SEED-CBC, PBKDF2-HMAC-SHA1, 2048 iterations"
//! );
//!
//! let key = sealed.open(&Password::new("test-Pass-1")?, &Bounds::DEFAULT)?;
//! println!("{:?}, R: {}", key.kind(), key.random_number().is_some());
//!
//! let wrong = sealed.open(&Password::new("test-Pass-2")?, &Bounds::DEFAULT);
//! assert_eq!(wrong.unwrap_err(), OpenError::WrongPasswordOrDamaged);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod ber;
mod bounds;
mod cipher;
pub mod cms;
mod derivation;
mod encrypted_private_key_info;
mod error;
mod lint;
mod new_password;
mod password;
mod pbe;
mod pfx;
mod scheme;
mod sealing;

pub use bounds::{BeyondBound, Bound, Bounds};
pub use cipher::{CbcCipher, CbcError};
pub use encrypted_private_key_info::{ChangePasswordError, EncryptedPrivateKeyInfo};
pub use error::{OpenError, ParseError, SealError};
pub use lint::{lint_key_file, lint_pfx};
pub use new_password::{
    NewPassword, PasswordOwner, PasswordRefused, PasswordRule, PasswordWarning,
};
pub use password::{Password, PasswordTooLong};
pub use pfx::{
    Integrity, MacDerivation, MacScheme, PassedOver, Pfx, PfxCertificate, PfxContents, PfxEntry,
    PfxKey, PfxPair, PfxPairs, PfxParseError, PfxPreset, PfxSealing,
};
pub use scheme::{Derivation, Role, Scheme, SchemeError};
pub use sealing::{IterationsError, SealScheme, Sealing};
