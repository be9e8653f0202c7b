use der::{Decode, Encode, Sequence};
use npki_core::Instant;

use crate::{
    Change, Commit, EventKind, IdempotencyKey, MerkleHash, SealedDigest, SealedId, StreamId,
};

/// One event as the log has it; its canonical DER is what the Merkle tree's leaf is made of.
///
/// ```text
/// Record ::= SEQUENCE {
///   version       INTEGER (1),
///   position      INTEGER,                     -- of the leaf, from 0, gapless
///   place         INTEGER, of INTEGER,         -- the i-th of n events of its commit, from 1
///   stream        UTF8String,                  -- kind/name
///   streamVersion INTEGER,                     -- from 1, gapless
///   kind          UTF8String,
///   time          INTEGER,                     -- Unix seconds
///   key           OCTET STRING (SIZE (16..64)),
///   requestDigest OCTET STRING (SIZE (32)),
///   payload       OCTET STRING,
///   changes       SEQUENCE OF Change,
///   sealed        SEQUENCE OF SealedDigest,
///   shredded      SEQUENCE OF OCTET STRING (SIZE (16)) }
/// ```
///
/// Written bytes never change; a later version of the format is another `version`, and readers
/// lift old records to the newest shape.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct Record {
    /// The format's version, [`Record::VERSION`].
    pub version: u64,
    /// The leaf's position in the log, from 0.
    pub position: u64,
    /// Which of the commit's events, from 1.
    pub place: u64,
    /// How many events the commit has.
    pub of: u64,
    /// The stream.
    pub stream: StreamId,
    /// The event's number in its stream, from 1.
    pub stream_version: u64,
    /// What happened.
    pub kind: EventKind,
    /// When.
    pub time: Instant,
    /// The commit's idempotency key.
    pub key: IdempotencyKey,
    /// SHA-256 of the request.
    #[asn1(type = "OCTET STRING", deref = "true")]
    pub request_digest: [u8; 32],
    /// The details, opaque here.
    #[asn1(type = "OCTET STRING", deref = "true")]
    pub payload: Vec<u8>,
    /// What it changed.
    pub changes: Vec<Change>,
    /// Sealed records written with it.
    pub sealed: Vec<SealedDigest>,
    /// Sealed records deleted with it.
    pub shredded: Vec<SealedId>,
}

/// Why octets are no record.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// Longer than any record.
    #[error("{found} octets are too many for a record, at most {max}", max = Record::DER_MAX)]
    TooLong {
        /// Octets found.
        found: usize,
    },
    /// No canonical DER of a record.
    #[error("no record")]
    Der(#[from] der::Error),
    /// A version that this program does not know.
    #[error("record version {0} is not known")]
    Version(u64),
    /// A field has a value that no ledger writes.
    #[error("a record cannot have this {0}")]
    Field(&'static str),
}

impl Record {
    /// The version written.
    pub const VERSION: u64 = 1;
    /// The most octets that a record can have: payload, 64 changes of at most 1,4 KB, and the rest.
    pub const DER_MAX: usize = 262_144;

    /// Reads canonical DER.
    ///
    /// # Errors
    /// [`RecordError`].
    pub fn parse(octets: &[u8]) -> Result<Self, RecordError> {
        if octets.len() > Self::DER_MAX {
            return Err(RecordError::TooLong {
                found: octets.len(),
            });
        }
        let record = Self::from_der(octets)?;
        if record.version != Self::VERSION {
            return Err(RecordError::Version(record.version));
        }
        let most = u64::try_from(Commit::EVENTS_MAX).unwrap_or(u64::MAX);
        for (fits, field) in [
            ((1..=most).contains(&record.of), "number of events"),
            ((1..=record.of).contains(&record.place), "place"),
            (record.stream_version >= 1, "stream version"),
            (record.payload.len() <= Commit::PAYLOAD_MAX, "payload"),
            (record.changes.len() <= Commit::CHANGES_MAX, "changes"),
            (record.sealed.len() <= Commit::SEALED_MAX, "sealed records"),
            (
                record.shredded.len() <= Commit::SEALED_MAX,
                "shredded records",
            ),
        ] {
            if !fits {
                return Err(RecordError::Field(field));
            }
        }
        Ok(record)
    }
}

/// A record and the very octets that were written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    record: Record,
    der: Vec<u8>,
}

impl Recorded {
    /// Reads what was written.
    ///
    /// # Errors
    /// [`RecordError`].
    pub fn parse(der: Vec<u8>) -> Result<Self, RecordError> {
        Ok(Self {
            record: Record::parse(&der)?,
            der,
        })
    }

    pub(crate) fn write(record: Record) -> der::Result<Self> {
        let der = record.to_der()?;
        Ok(Self { record, der })
    }

    /// The record.
    #[must_use]
    pub const fn record(&self) -> &Record {
        &self.record
    }

    /// Its DER, as written.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Its leaf in the Merkle tree: SHA-256(0x00 ‖ DER).
    ///
    /// Source: RFC 6962 section 2.1.
    #[must_use]
    pub fn leaf(&self) -> MerkleHash {
        MerkleHash::of_leaf(&self.der)
    }
}
