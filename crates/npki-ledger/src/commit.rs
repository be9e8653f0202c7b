use npki_core::Instant;

use crate::{Change, EventKind, IdempotencyKey, SealedEntry, SealedId, StreamId};

/// One request to the ledger: all of its events are recorded, or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Names the request. Who repeats it with the same digest, gets the first receipt.
    pub key: IdempotencyKey,
    /// SHA-256 of the request as it came in; the same key with another digest is refused.
    pub request_digest: [u8; 32],
    /// The time recorded. Claims are judged by it. More than 60 s behind the head it is refused.
    pub now: Instant,
    /// The versions that the caller has read and decided upon: events in the stream, 0 for none.
    ///
    /// A stream may be named here and not written to, or written to and not named: then the events
    /// follow whatever is there.
    pub expected: Vec<(StreamId, u64)>,
    /// What happened, at least one event.
    pub events: Vec<Event>,
}

/// One thing that happened, and what it changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Whose history it belongs to.
    pub stream: StreamId,
    /// What happened.
    pub kind: EventKind,
    /// The details: DER of a type that the writing room owns. The ledger does not look inside.
    ///
    /// # Security
    /// Stands in the log for ever: pseudonyms, codes, amounts, times, nothing that names a person (R72).
    pub payload: Vec<u8>,
    /// Changes of claims, counters and indexes.
    pub changes: Vec<Change>,
    /// Sealed records written with it.
    pub sealed: Vec<SealedEntry>,
    /// Sealed records deleted with it; the log keeps their digests. Already deleted ones may be named.
    pub shred: Vec<SealedId>,
}

impl Event {
    /// An event that changes nothing but its stream.
    #[must_use]
    pub const fn new(stream: StreamId, kind: EventKind, payload: Vec<u8>) -> Self {
        Self {
            stream,
            kind,
            payload,
            changes: Vec::new(),
            sealed: Vec::new(),
            shred: Vec::new(),
        }
    }
}

/// How a commit breaks the ledger's bounds: a mistake of the program.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CommitFault {
    /// No event at all.
    #[error("a commit has at least one event")]
    NoEvent,
    /// More of something than allowed.
    #[error("{what}: {found}, at most {max}")]
    TooMany {
        /// What, with its unit.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many there may be.
        max: usize,
    },
    /// A stream is expected twice.
    #[error("{0} is expected twice")]
    ExpectedTwice(StreamId),
    /// A nonce without 12 octets, or a key id without 1 to 64.
    #[error("sealed record {0} has no nonce of 12 octets or no key id of 1 to 64")]
    SealedShape(SealedId),
}

impl Commit {
    /// Events in a commit.
    pub const EVENTS_MAX: usize = 64;
    /// Streams expected by a commit.
    pub const EXPECTED_MAX: usize = 64;
    /// Octets of an event's payload.
    pub const PAYLOAD_MAX: usize = 65_536;
    /// Changes of an event.
    pub const CHANGES_MAX: usize = 64;
    /// Sealed records written, and deleted, by an event.
    pub const SEALED_MAX: usize = 64;
    /// Octets of a sealed record's ciphertext.
    pub const CIPHERTEXT_MAX: usize = 65_536;

    /// Compares with the bounds. Every ledger does so before anything else.
    ///
    /// # Errors
    /// [`CommitFault`], the first found.
    pub fn check(&self) -> Result<(), CommitFault> {
        if self.events.is_empty() {
            return Err(CommitFault::NoEvent);
        }
        at_most("events", self.events.len(), Self::EVENTS_MAX)?;
        at_most("expected streams", self.expected.len(), Self::EXPECTED_MAX)?;
        let mut streams: Vec<_> = self.expected.iter().map(|(stream, _)| stream).collect();
        streams.sort_unstable();
        if let Some(twice) = streams.windows(2).find_map(|pair| match pair {
            [a, b] if a == b => Some(*a),
            _ => None,
        }) {
            return Err(CommitFault::ExpectedTwice(twice.clone()));
        }
        self.events.iter().try_for_each(Event::check)
    }
}

impl Event {
    fn check(&self) -> Result<(), CommitFault> {
        at_most("octets of payload", self.payload.len(), Commit::PAYLOAD_MAX)?;
        at_most("changes", self.changes.len(), Commit::CHANGES_MAX)?;
        at_most("sealed records", self.sealed.len(), Commit::SEALED_MAX)?;
        at_most("records to shred", self.shred.len(), Commit::SEALED_MAX)?;
        for entry in &self.sealed {
            let ciphertext = entry.record.ciphertext.as_bytes().len();
            at_most("octets of ciphertext", ciphertext, Commit::CIPHERTEXT_MAX)?;
            let nonce = entry.record.nonce.as_bytes().len();
            let key_id = entry.record.key_id.as_bytes().len();
            if nonce != 12 || !(1..=64).contains(&key_id) {
                return Err(CommitFault::SealedShape(entry.id));
            }
        }
        Ok(())
    }
}

const fn at_most(what: &'static str, found: usize, max: usize) -> Result<(), CommitFault> {
    if found > max {
        return Err(CommitFault::TooMany { what, found, max });
    }
    Ok(())
}
