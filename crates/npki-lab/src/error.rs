use npki_ca::CaError;
use npki_cert::{CertError, NameTextError};
use npki_key::{KeyError, SignError};
use npki_ledger::{LedgerError, LengthError};

/// Why a lab could not do what it was asked for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LabError {
    /// Certificates of these CAs, which are a year older than their lab, would begin before 1970 or end after the
    /// last year there is.
    #[error("no CA can begin on {0}: certificates are of 1970 to 9998, a root of twenty years")]
    Date(npki_core::Instant),
    /// A CA failed.
    #[error("a CA of the lab failed")]
    Ca(#[from] CaError),
    /// The bank failed.
    #[error("the bank of the lab failed")]
    Ra(#[from] npki_ra::RaError),
    /// The bank refused.
    #[error("the bank refused: {}", .0.sentence())]
    RefusedByBank(npki_ra::Refusal),
    /// A CA refused.
    #[error("the CA refused: {}", .0.sentence())]
    RefusedByCa(npki_ca::Refusal),
    /// The application is not where the lab thinks it is.
    #[error("the application stands elsewhere: {0}")]
    Step(String),
    /// A ledger failed.
    #[error("a ledger of the lab failed")]
    Ledger(#[from] LedgerError),
    /// A name cannot be made.
    #[error("a name cannot be made")]
    Name(#[from] NameTextError),
    /// A certificate cannot be read.
    #[error("a certificate cannot be read")]
    Certificate(#[from] CertError),
    /// A key cannot be used.
    #[error("a key cannot be used")]
    Key(#[from] KeyError),
    /// A key did not sign.
    #[error("a key did not sign")]
    Sign(#[from] SignError),
    /// A key could not be encrypted.
    #[error("a key could not be encrypted")]
    Seal(#[from] npki_container::SealError),
    /// A key's name is too long.
    #[error("a key's name is too long")]
    KeyId(#[from] LengthError),
}
