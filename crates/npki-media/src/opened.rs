use core::fmt;

use npki_cert::Certificate;
use npki_core::RandomNumber;
use npki_key::{Decryptor, PrivateKey, SigningKey};

use crate::MediumError;

/// An entry that was opened with its password: it can sign.
#[derive(Debug)]
#[non_exhaustive]
pub struct Opened {
    /// The signing certificate.
    pub certificate: Certificate,
    /// The handle that signs, with SHA-256.
    pub signing_key: Box<dyn SigningKey>,
    /// R; without it the entry signs and fails every check of identity.
    pub random_number: Option<RandomNumber>,
    /// The signing key itself, where it may leave.
    pub exportable: Exportable,
    /// The key-management pair: `Ok(None)` where there is none, an error where there is one that did
    /// not open.
    pub km: Result<Option<OpenedKm>, MediumError>,
    /// The CA certificates that lie beside it, root first.
    pub ca_certificates: Vec<Certificate>,
}

/// An opened key-management pair: it can decrypt.
#[derive(Debug)]
#[non_exhaustive]
pub struct OpenedKm {
    /// The key-management certificate.
    pub certificate: Certificate,
    /// The handle that decrypts.
    pub decryptor: Box<dyn Decryptor>,
    /// The key itself, where it may leave.
    pub exportable: Exportable,
}

/// Whether a private key may leave its medium.
///
/// # Security
/// The key is in the clear in this process. Drop it as soon as it is sealed elsewhere.
#[derive(Debug)]
pub enum Exportable {
    /// It may: here it is.
    Key(PrivateKey),
    /// It stays where it is (R64).
    No(KeyStays),
}

/// Why a private key stays where it is (R64).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyStays {
    /// A security token made it, and never gives it out.
    InToken,
    /// The store it lies in marks it as not exportable, as some browsers' do.
    Marked,
}

impl Opened {
    /// What a medium has after opening.
    #[must_use]
    pub fn new(
        certificate: Certificate,
        signing_key: Box<dyn SigningKey>,
        random_number: Option<RandomNumber>,
        exportable: Exportable,
    ) -> Self {
        Self {
            certificate,
            signing_key,
            random_number,
            exportable,
            km: Ok(None),
            ca_certificates: Vec::new(),
        }
    }
}

impl OpenedKm {
    /// What a medium has after opening.
    #[must_use]
    pub fn new(
        certificate: Certificate,
        decryptor: Box<dyn Decryptor>,
        exportable: Exportable,
    ) -> Self {
        Self {
            certificate,
            decryptor,
            exportable,
        }
    }
}

impl Exportable {
    /// The key.
    ///
    /// # Errors
    /// [`MediumError::TokenKeyStays`] with the reason.
    pub const fn key(&self) -> Result<&PrivateKey, MediumError> {
        match self {
            Self::Key(key) => Ok(key),
            Self::No(reason) => Err(MediumError::TokenKeyStays(*reason)),
        }
    }
}

impl fmt::Display for KeyStays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InToken => "a security token never gives it out",
            Self::Marked => "its store marks it as not exportable",
        })
    }
}
