use npki_cert::CertError;
use npki_container::{ChangePasswordError, OpenError, ParseError, SchemeError, SealError};

use crate::{BundleRefused, EntryId, KeyStays, Part};

/// Why a medium did not do what was asked.
///
/// Each variant is one thing that a caller does differently: ask for another password, another
/// medium, another name, or give up on this entry.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MediumError {
    /// There is no such entry.
    #[error("there is no entry {id}")]
    NotFound {
        /// What was asked for.
        id: EntryId,
    },
    /// The subject has an entry there already, and it was not to be replaced.
    #[error("there is an entry {id} already")]
    Exists {
        /// The entry that is there.
        id: EntryId,
    },
    /// The entry lacks a half of a pair.
    #[error("the entry {id} is not complete: {} missing", names(missing))]
    HalfPair {
        /// The entry.
        id: EntryId,
        /// What is not there.
        missing: Vec<Part>,
    },
    /// Something is there that is not what it should be. Told without the password.
    #[error("{at}: {damage}")]
    Damaged {
        /// Where: a file or folder.
        at: String,
        /// What is wrong with it.
        #[source]
        damage: Damage,
    },
    /// The key's encryption is not supported, malformed, or too costly. Told without the password.
    #[error(transparent)]
    Scheme(#[from] SchemeError),
    /// Everything that goes wrong after decryption (R52). It has no source, and why is told to nobody.
    #[error("wrong password or damaged key")]
    WrongPasswordOrDamaged,
    /// The key is sound and belongs to another certificate than the one beside it (R52).
    #[error("the private key belongs to another certificate")]
    OtherCertificate,
    /// A bundle that no medium takes.
    #[error(transparent)]
    Refused(#[from] BundleRefused),
    /// The key must not leave where it is (R64).
    #[error("the key cannot be exported or copied: {0}")]
    TokenKeyStays(KeyStays),
    /// A key could not be encrypted.
    #[error("the key was not encrypted")]
    Seal(#[source] SealError),
    /// What was read back is not what was written; the old state stands.
    #[error("{at}: what was read back is not what was written")]
    NotAsWritten {
        /// Where.
        at: String,
    },
    /// No room left, or a quota is used up.
    #[error("{at}: the medium is full")]
    Full {
        /// Where.
        at: String,
        /// What the system said.
        #[source]
        source: Source,
    },
    /// The medium is write-protected.
    #[error("{at}: the medium is read-only")]
    ReadOnly {
        /// Where.
        at: String,
        /// What the system said.
        #[source]
        source: Source,
    },
    /// The medium does not let this user in.
    #[error("{at}: permission denied")]
    Denied {
        /// Where.
        at: String,
        /// What the system said.
        #[source]
        source: Source,
    },
    /// The medium is not there any more, or was never there.
    #[error("{at}: the medium is not there")]
    Gone {
        /// Where it was.
        at: String,
        /// What the system said, if it was asked.
        #[source]
        source: Option<Source>,
    },
    /// Another program has been writing for too long.
    #[error("{at}: another program is writing to the medium")]
    Busy {
        /// Where.
        at: String,
    },
    /// Another failure of the medium.
    #[error("{at}: {source}")]
    Io {
        /// Where.
        at: String,
        /// What the system said.
        #[source]
        source: Source,
    },
}

impl MediumError {
    /// The stable name of the variant, as command and adapter print it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "not-found",
            Self::Exists { .. } => "exists",
            Self::HalfPair { .. } => "half-pair",
            Self::Damaged { damage, .. } => damage.name(),
            Self::Scheme(error) => error.name(),
            Self::WrongPasswordOrDamaged => "wrong-password-or-damaged",
            Self::OtherCertificate => "other-certificate",
            Self::Refused(_) => "bundle-refused",
            Self::TokenKeyStays(_) => "key-stays",
            Self::Seal(error) => error.name(),
            Self::NotAsWritten { .. } => "not-as-written",
            Self::Full { .. } => "medium-full",
            Self::ReadOnly { .. } => "medium-read-only",
            Self::Denied { .. } => "medium-denied",
            Self::Gone { .. } => "medium-gone",
            Self::Busy { .. } => "medium-busy",
            Self::Io { .. } => "medium-io",
        }
    }
}

/// An error of the system or of a library beneath an adapter.
pub(crate) type Source = Box<dyn std::error::Error + Send + Sync>;

/// What is wrong with something that lies on a medium.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Damage {
    /// Not a certificate.
    #[error("not a certificate")]
    NotACertificate(#[source] CertError),
    /// Not an encrypted private key.
    #[error("not an encrypted private key")]
    NotAKey(#[source] ParseError),
    /// A folder, a link, a device or a pipe where a file should be, or a file where a folder should.
    #[error("a {found} where a {wanted} should be")]
    NotA {
        /// What should be there.
        wanted: &'static str,
        /// What is there.
        found: &'static str,
    },
    /// Larger than anything of its kind; it was not read.
    #[error("{found} octets; at most {max} are read")]
    TooLarge {
        /// Octets found.
        found: u64,
        /// Octets read at most.
        max: u64,
    },
}

impl Damage {
    /// The stable name of the variant, as command and adapter print it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::NotACertificate(_) => "not-a-certificate",
            Self::NotAKey(_) => "not-a-key-file",
            Self::TooLarge { .. } => "too-long",
            _ => "damaged",
        }
    }
}

impl From<OpenError> for MediumError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Scheme(error) => Self::Scheme(error),
            OpenError::OtherCertificate => Self::OtherCertificate,
            // What this room does not know must not tell more than the one error does.
            _ => Self::WrongPasswordOrDamaged,
        }
    }
}

impl From<SealError> for MediumError {
    fn from(error: SealError) -> Self {
        Self::Seal(error)
    }
}

impl From<ChangePasswordError> for MediumError {
    fn from(error: ChangePasswordError) -> Self {
        match error {
            ChangePasswordError::Open(error) => error.into(),
            ChangePasswordError::Seal(error) => error.into(),
            _ => Self::WrongPasswordOrDamaged,
        }
    }
}

fn names(parts: &[Part]) -> String {
    let names: Vec<_> = parts.iter().map(|part| part.file_name()).collect();
    names.join(", ")
}
