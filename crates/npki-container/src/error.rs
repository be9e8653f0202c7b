use crate::{BeyondBound, SchemeError};

/// Why bytes are no container.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseError {
    /// Neither an encrypted private key nor anything close to it.
    #[error("not an encrypted private key file: {0}")]
    NotAKeyFile(#[source] der::Error),
    /// A private key that is not encrypted.
    #[error("the private key is not encrypted")]
    NotEncrypted,
    /// More than our bound allows.
    #[error(transparent)]
    Cost(#[from] BeyondBound),
}

impl ParseError {
    /// The stable name of the variant, as command and adapter print it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::NotAKeyFile(_) => "not-a-key-file",
            Self::NotEncrypted => "not-encrypted",
            Self::Cost(error) => error.name(),
        }
    }
}

/// Why a container did not open (R52).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Told without the password: an unsupported algorithm, malformed parameters, too high a cost.
    #[error(transparent)]
    Scheme(#[from] SchemeError),
    /// Everything that goes wrong after decryption. Why is told to nobody.
    #[error("wrong password or damaged file")]
    WrongPasswordOrDamaged,
    /// The key is sound and belongs to another certificate.
    #[error("the private key belongs to another certificate")]
    OtherCertificate,
}

impl OpenError {
    /// The stable name of the variant, as command and adapter print it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Scheme(error) => error.name(),
            Self::WrongPasswordOrDamaged => "wrong-password-or-damaged",
            Self::OtherCertificate => "other-certificate",
        }
    }
}

/// Why nothing was sealed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// What was made did not open again with the same password, and was dropped: the key is
    /// inconsistent, or the machine miscalculated.
    #[error("what was sealed does not open again")]
    NotReadable,
    /// A private key and a certificate that should be a pair do not belong together.
    #[error("private key and certificate {index} of the PFX do not belong together")]
    NoPair {
        /// Which pair, from 0.
        index: usize,
    },
    /// The result would be beyond a bound of ours.
    #[error(transparent)]
    Scheme(#[from] SchemeError),
    /// Encoding failed: it would be longer than DER of ours can be.
    #[error("encoding failed: {0}")]
    Encoding(#[from] der::Error),
}

impl SealError {
    /// The stable name of the variant, as command and adapter print it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::NotReadable | Self::Encoding(_) => "not-sealed",
            Self::NoPair { .. } => "no-pair",
            Self::Scheme(error) => error.name(),
        }
    }
}
