use npki_ledger::{Conflict, LedgerError, OpenError};

/// Why an OTP centre cannot answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OtpError {
    /// The centre does not know the device.
    #[error("the device is not known")]
    Unknown,
    /// The centre knows the device already.
    #[error("the device is known already")]
    Known,
    /// The ledger failed; after [`LedgerError::Unknown`] ask again with the same try.
    #[error("the ledger failed")]
    Ledger(#[from] LedgerError),
    /// The ledger refused: the name of the try stands for another one, or the clock is behind.
    #[error("the ledger refused")]
    Conflict(#[source] Conflict),
    /// What is recorded contradicts itself.
    #[error("the record is damaged: {0}")]
    Damaged(&'static str),
    /// A sealed secret does not open: another key, or damaged.
    #[error("a sealed secret does not open")]
    Sealed(#[from] OpenError),
    /// DER that cannot be read or written.
    #[error("DER")]
    Der(#[from] der::Error),
}
