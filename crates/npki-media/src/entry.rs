use core::fmt;

use npki_cert::{Certificate, Name};
use npki_core::Instant;

use crate::MediumError;

/// One entry of a medium, as it was found; told without a password.
#[derive(Debug)]
#[non_exhaustive]
pub struct Entry {
    /// By what it is opened, deleted, copied.
    pub id: EntryId,
    /// Whether it can be used.
    pub state: EntryState,
    /// The signing certificate, where it can be read.
    pub sign: Option<Certificate>,
    /// The key-management certificate, where it can be read.
    pub km: Option<Certificate>,
    /// When the signing key was written last, that is when its password was set, where the medium
    /// knows (R43: a reminder after six months; unknown, no reminder).
    pub key_written: Option<Instant>,
    /// Where it lies, for a person to read.
    pub place: String,
}

/// The name of an entry on its medium: the CA's folder, `/`, and the subject's folder.
///
/// It stays the same while the entry stays where it is. Only the medium that listed it can say what
/// it leads to: it is compared with what is there, never taken for a path.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId(String);

/// Whether an entry can be used.
#[derive(Debug)]
#[non_exhaustive]
pub enum EntryState {
    /// A signing pair, and a key-management pair or nothing of it. That the keys open is not said.
    Complete,
    /// A certificate without its key, or a key without its certificate.
    HalfPair {
        /// What is not there.
        missing: Vec<Part>,
    },
    /// Something is there and cannot be read.
    Broken {
        /// The first thing that cannot be read.
        what: Box<MediumError>,
    },
}

/// One of the four files of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The signing certificate, `signCert.der`.
    SignCert,
    /// The signing key, `signPri.key`.
    SignPri,
    /// The key-management certificate, `kmCert.der`.
    KmCert,
    /// The key-management key, `kmPri.key`.
    KmPri,
}

impl Entry {
    /// An entry of which only the rest is to be filled in.
    #[must_use]
    pub const fn new(id: EntryId, state: EntryState, place: String) -> Self {
        Self {
            id,
            state,
            sign: None,
            km: None,
            key_written: None,
            place,
        }
    }

    /// Whether it can be used.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        matches!(self.state, EntryState::Complete)
    }

    /// Whose it is: the subject of the signing certificate, or of the other one.
    #[must_use]
    pub fn subject(&self) -> Option<&Name> {
        self.sign
            .as_ref()
            .or(self.km.as_ref())
            .map(Certificate::subject)
    }
}

impl EntryId {
    /// The id with this text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Part {
    /// All four, signing first.
    pub const ALL: [Self; 4] = [Self::SignCert, Self::SignPri, Self::KmCert, Self::KmPri];

    /// The name of its file, as every reader knows it.
    #[must_use]
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::SignCert => "signCert.der",
            Self::SignPri => "signPri.key",
            Self::KmCert => "kmCert.der",
            Self::KmPri => "kmPri.key",
        }
    }
}

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EntryId({:?})", self.0)
    }
}

impl From<&str> for EntryId {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.file_name())
    }
}
