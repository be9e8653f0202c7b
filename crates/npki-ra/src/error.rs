use npki_ledger::{Conflict, LedgerError, OpenError};

use crate::{ApplicationId, EventError, ports::PortError};

/// Why the bank cannot answer. A refusal is none of these: it is an answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RaError {
    /// The ledger failed. After [`LedgerError::Unknown`], repeat with the same key.
    #[error("the ledger failed")]
    Ledger(#[from] LedgerError),
    /// The ledger refused for a reason that deciding again does not change: the key names another
    /// request, or the clock is behind.
    #[error("the ledger refused")]
    Conflict(#[source] Conflict),
    /// Others kept writing to the same streams; repeat with the same key.
    #[error("others kept writing; try again")]
    Busy,
    /// A port gave no answer to what had to be known first; repeat with the same key.
    #[error("a port gave no answer")]
    Port(#[from] PortError),
    /// There is no such application.
    #[error("there is no application {0}")]
    NoApplication(ApplicationId),
    /// The bank does not know this customer, or does so no longer.
    #[error("there is no such customer")]
    NoCustomer,
    /// News of a certificate whose confirmation has not arrived yet; tell it again later.
    #[error("the news of the confirmation has not arrived yet")]
    NewsOutOfOrder,
    /// An approval that is too old, or for something else.
    #[error("the approval is not for this order, or too old: ask the policy again")]
    Approval,
    /// What is recorded was written by a newer program, or is damaged.
    #[error("a recorded event cannot be read")]
    Event(#[from] EventError),
    /// What is recorded contradicts itself.
    #[error("the record is damaged: {0}")]
    Damaged(&'static str),
    /// A sealed record is shredded.
    #[error("the sealed {0} is shredded")]
    Shredded(&'static str),
    /// A sealed record does not open: another key, or damaged.
    #[error("a sealed record does not open")]
    Sealed(#[from] OpenError),
    /// DER that cannot be read or written.
    #[error("DER")]
    Der(#[from] der::Error),
}
