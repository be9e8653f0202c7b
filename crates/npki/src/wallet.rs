//! For an application that holds a person's certificate.
//!
//! A [`Medium`](media::Medium) lists, opens, stores and deletes; the feature `folder` has the one for disks and
//! sticks. Key files, PKCS#12 and passwords are in [`container`]; signing, and answering a login's
//! challenge, in [`sign`]. A [`Wallet`] has certificates issued, renewed, reissued and revoked by a CA
//! over CMP.
//!
//! ```
//! use npki::wallet::container::EncryptedPrivateKeyInfo;
//!
//! // A file that is none is told apart before any password is asked for.
//! assert!(EncryptedPrivateKeyInfo::parse_any(b"not a key file").is_err());
//! ```
//!
//! A certificate by the two numbers that the bank gave; `post` brings a CMP message to the CA and its answer
//! back ([`cmp::http`] has the octets of that):
//!
//! ```
//! use std::time::Duration;
//!
//! use npki::wallet::{CmpTrust, EnrolError, NewKey, Stored, Wallet};
//! use npki::wallet::{container::{NewPassword, SealScheme}, media::Medium};
//! use npki::{AuthorizationCode, Certificate, KeyKind, ReferenceNumber};
//!
//! fn issue(
//!     (root, ca): (Certificate, &Certificate),
//!     medium: &dyn Medium,
//!     post: &dyn Fn(&[u8]) -> std::io::Result<Vec<u8>>,
//!     numbers: (&ReferenceNumber, &AuthorizationCode),
//!     password: &NewPassword,
//! ) -> Result<Stored, EnrolError> {
//!     let rng = &mut npki::system_rng();
//!     let wallet = Wallet {
//!         trust: &CmpTrust::new([root]),
//!         ca: ca.subject(),
//!         medium,
//!         post,
//!         wait: &|seconds| std::thread::sleep(Duration::from_secs(seconds.into())),
//!         now: &npki::now,
//!     };
//!     // What a process that ended before has left is finished first; then no key is needed.
//!     if let Some(stored) = wallet.finish_issue(numbers)? {
//!         return Ok(stored);
//!     }
//!     let key = NewKey::generate(KeyKind::Rsa { bits: 2_048 }, rng)?;
//!     wallet.issue(numbers, &key, password, SealScheme::Pbes1Seed.into(), rng)
//! }
//! ```

mod cmp_trust;
mod enrol;

pub use cmp_trust::CmpTrust;
pub use enrol::{EnrolError, NewKey, Stored, Wallet};
pub use npki_cmp as cmp;
pub use npki_container as container;
pub use npki_media as media;
#[cfg(feature = "folder")]
pub use npki_media_folder as folder;
pub use npki_sign as sign;
