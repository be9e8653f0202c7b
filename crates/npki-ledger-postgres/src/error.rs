use std::{error::Error as StdError, sync::Arc};

use npki_ledger::{LedgerError, NameError};
use postgres::error::SqlState;

/// Why a ledger cannot be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The connection string cannot be read. The cause shows no value of it.
    #[error("no connection string of PostgreSQL")]
    Url(#[source] Box<dyn StdError + Send + Sync>),
    /// The schema's name.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The server is on another machine, and what goes there could be read on the way.
    #[error("the way to {host} is not encrypted; sslmode=disable says that nobody else is on it")]
    Unprotected {
        /// The server.
        host: String,
    },
    /// The ledger itself.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// What goes wrong in here; becomes a [`LedgerError`] once, in [`From`].
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Postgres(#[from] postgres::Error),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error("a number does not fit its column")]
    Number(#[from] std::num::TryFromIntError),
    #[error("the connection's thread does not start")]
    Thread(#[from] std::io::Error),
}

impl Error {
    /// Whether the connection is gone, or going: another one may do.
    pub(crate) fn is_lost(&self) -> bool {
        let Self::Postgres(error) = self else {
            return false;
        };
        match error.code() {
            // Class 57P: the server shuts down, crashed, starts, or an administrator ended the session.
            // 25P03: it was silent in a transaction for too long.
            Some(code) => code.code().starts_with("57P") || *code == IDLE,
            None => {
                error.is_closed()
                    || error
                        .source()
                        .is_some_and(<dyn StdError>::is::<std::io::Error>)
            }
        }
    }
}

/// For all but the last step of a commit: nothing was recorded.
impl From<Error> for LedgerError {
    fn from(error: Error) -> Self {
        match error {
            Error::Ledger(error) => error,
            Error::Number(error) => Self::corrupt("a number", error),
            Error::Thread(error) => Self::Unavailable(Some(Arc::new(error))),
            Error::Postgres(error) => match error.code() {
                Some(code) if *code == SqlState::DISK_FULL => Self::Full(Some(Arc::new(error))),
                Some(code) if READ_ONLY.contains(code) => Self::ReadOnly(Some(Arc::new(error))),
                Some(code) if DAMAGED.contains(code) => Self::corrupt("a table", error),
                _ => Self::Unavailable(Some(Arc::new(error))),
            },
        }
    }
}

/// For a row that cannot be what this crate wrote.
pub(crate) fn corrupt(
    what: &'static str,
    cause: impl Into<Box<dyn StdError + Send + Sync>>,
) -> Error {
    Error::Ledger(LedgerError::corrupt(what, cause))
}

const IDLE: SqlState = SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT;

const READ_ONLY: &[SqlState] = &[
    SqlState::READ_ONLY_SQL_TRANSACTION,
    SqlState::INSUFFICIENT_PRIVILEGE,
];

/// What a table says that others have changed; also a second row where there can be one.
const DAMAGED: &[SqlState] = &[
    SqlState::DATA_CORRUPTED,
    SqlState::INDEX_CORRUPTED,
    SqlState::UNDEFINED_TABLE,
    SqlState::UNDEFINED_COLUMN,
    SqlState::UNIQUE_VIOLATION,
    SqlState::CHECK_VIOLATION,
    SqlState::NOT_NULL_VIOLATION,
];
