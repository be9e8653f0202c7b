//! For an application that holds a person's certificate.
//!
//! A [`Medium`] lists, opens, stores and deletes; key files and PKCS#12 are in
//! [`npki_container`]; signing and answering a login's challenge in [`npki_sign`].

pub use npki_container as container;
pub use npki_media as media;
#[cfg(feature = "folder")]
pub use npki_media_folder as folder;
pub use npki_sign as sign;
