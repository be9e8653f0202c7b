use core::error::Error;
use std::sync::Arc;

use npki_core::Instant;

use crate::{CommitFault, Key, SealedId, StreamId};

/// Why a commit was refused. Nothing of it is recorded; others in the same group are not touched.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Conflict {
    /// The commit breaks a bound: a mistake of the program.
    #[error(transparent)]
    Malformed(#[from] CommitFault),
    /// The idempotency key names another request.
    #[error("the key names another request, recorded at position {position}")]
    KeyReused {
        /// Where the first event of that request stands.
        position: u64,
    },
    /// The commit's time lies more than 60 s behind the newest record.
    #[error("the time {now} lies more than 60 s behind the head, {head}")]
    ClockBehind {
        /// The commit's time.
        now: Instant,
        /// The head's.
        head: Instant,
    },
    /// Somebody else has written to a stream since the caller read it: read again and decide again.
    #[error("{stream} has version {found}, expected {expected}")]
    Version {
        /// The stream.
        stream: StreamId,
        /// What the caller had read.
        expected: u64,
        /// What it has.
        found: u64,
    },
    /// Another owner holds the claim.
    #[error("{claim} is held by {owner}")]
    ClaimHeld {
        /// The claim.
        claim: Key,
        /// Who holds it.
        owner: Key,
        /// From when on it is free again.
        end: Option<Instant>,
    },
    /// The claim is not held by who passes or releases it.
    #[error("{claim} is not held by {owner}")]
    NotOwner {
        /// The claim.
        claim: Key,
        /// Who was to hold it.
        owner: Key,
        /// Who does, if anybody.
        found: Option<Key>,
    },
    /// The counter has reached its ceiling.
    #[error("{counter} stands at {value}, its ceiling is {ceiling}")]
    CounterAtCeiling {
        /// The counter.
        counter: Key,
        /// Where it stands.
        value: u64,
        /// Where it may stand at most.
        ceiling: u64,
    },
    /// There is a sealed record with this name.
    #[error("sealed record {0} is there already")]
    SealedIdTaken(SealedId),
    /// There never was a sealed record with this name.
    #[error("there is no sealed record {0}")]
    SealedUnknown(SealedId),
}

/// The ledger itself failed.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// Whether the group was recorded is not known: look every key up with
    /// [`Ledger::receipt`](crate::Ledger::receipt), or repeat the same commits.
    #[error("whether it was recorded is not known")]
    Unknown(#[source] Option<Cause>),
    /// Busy, locked or unreachable; nothing was recorded. Later it may go.
    #[error("the ledger cannot be reached")]
    Unavailable(#[source] Option<Cause>),
    /// No space is left; nothing was recorded.
    #[error("the ledger has no space left")]
    Full(#[source] Option<Cause>),
    /// It may be read but not written; nothing was recorded.
    #[error("the ledger is read only")]
    ReadOnly(#[source] Option<Cause>),
    /// What was read cannot have been written by a ledger. Stop, and audit.
    #[error("the ledger is damaged: {what}")]
    Corrupt {
        /// What was being read.
        what: &'static str,
        /// What went wrong.
        #[source]
        cause: Option<Cause>,
    },
    /// Written by a newer version of this program.
    #[error("the ledger has schema version {found}, this program knows up to {known}")]
    TooNew {
        /// The version found.
        found: u64,
        /// The newest version known.
        known: u64,
    },
    /// A group of more commits than [`GROUP_MAX`](crate::GROUP_MAX): a mistake of the program.
    #[error("{found} commits in one group, at most {max}", max = crate::GROUP_MAX)]
    GroupTooLarge {
        /// Commits in the group.
        found: usize,
    },
}

/// What an adapter's library said. Shared, because all callers of one group get it.
pub type Cause = Arc<dyn Error + Send + Sync>;

impl LedgerError {
    /// Something that was read is not what a ledger writes.
    pub fn corrupt(what: &'static str, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Corrupt {
            what,
            cause: Some(Arc::from(cause.into())),
        }
    }
}
