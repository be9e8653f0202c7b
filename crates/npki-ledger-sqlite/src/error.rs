use std::sync::Arc;

use npki_ledger::LedgerError;
use rusqlite::ErrorCode;

/// What goes wrong in here; becomes a [`LedgerError`] once, in [`From`].
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error("a number does not fit its column")]
    Number(#[from] std::num::TryFromIntError),
}

/// For all but the last step of a commit: nothing was recorded.
impl From<Error> for LedgerError {
    fn from(error: Error) -> Self {
        match error {
            Error::Ledger(error) => error,
            Error::Number(error) => Self::corrupt("a number", error),
            Error::Sqlite(error) => match error.sqlite_error_code() {
                Some(ErrorCode::DiskFull) => Self::Full(Some(Arc::new(error))),
                Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
                    Self::ReadOnly(Some(Arc::new(error)))
                }
                Some(ErrorCode::DatabaseCorrupt) => Self::corrupt("the file", error),
                Some(ErrorCode::NotADatabase) => Self::corrupt("no SQLite file", error),
                // A second row where there can be one: another program has written.
                Some(ErrorCode::ConstraintViolation) => Self::corrupt("a unique row", error),
                Some(_) => Self::Unavailable(Some(Arc::new(error))),
                // Types and values of columns, which only a stranger can have changed.
                None => Self::corrupt("a row", error),
            },
        }
    }
}

/// For a row that cannot be what this crate wrote.
pub(crate) fn corrupt(
    what: &'static str,
    cause: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> Error {
    Error::Ledger(LedgerError::corrupt(what, cause))
}
