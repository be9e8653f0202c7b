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
