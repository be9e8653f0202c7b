use core::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError};

/// Where the last signed checkpoint of a ledger is kept, out of reach of whoever can write the ledger: another machine, a
/// folder of another account, a drive that is unplugged.
///
/// # Contract
/// - [`SecondPlace::load`] gives what was stored last, whole; nothing yet is `None`, never an error.
/// - [`SecondPlace::store`] replaces `last`, and only that: when something else is there by now, nothing is written and
///   the answer is [`Stored::Outdated`]. So of several nodes none puts an older checkpoint over a newer one.
/// - What was stored survives the loss of power when `store` returns.
pub trait SecondPlace: Debug + Send + Sync {
    /// The signed note that was stored last.
    ///
    /// # Errors
    /// [`PlaceError`] when the place cannot be reached or read.
    fn load(&self) -> Result<Option<String>, PlaceError>;

    /// Stores `note` in the place of `last`; `None`: where nothing is.
    ///
    /// # Errors
    /// [`PlaceError`]; either note may be there then.
    fn store(&self, last: Option<&str>, note: &str) -> Result<Stored, PlaceError>;
}

/// What became of a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored {
    /// It is there.
    Done,
    /// Somebody else's is: look again.
    Outdated,
}

/// The second place failed.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the second place of checkpoints failed")]
pub struct PlaceError(#[source] Arc<dyn std::error::Error + Send + Sync>);

impl PlaceError {
    /// With this cause.
    pub fn new(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(Arc::from(cause.into()))
    }
}

/// A second place in memory, for tests: as far away as the next variable.
#[derive(Debug, Default)]
pub struct MemoryPlace(Mutex<Option<String>>);

impl SecondPlace for MemoryPlace {
    fn load(&self) -> Result<Option<String>, PlaceError> {
        Ok(self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone())
    }

    fn store(&self, last: Option<&str>, note: &str) -> Result<Stored, PlaceError> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.as_deref() != last {
            return Ok(Stored::Outdated);
        }
        *kept = Some(note.to_owned());
        Ok(Stored::Done)
    }
}
