//! A tamper-evident ledger: commits of events with claims, counters and indexes, a Merkle log,
//! sealed records.
//!
//! A bank and a CA each keep one. A [`Commit`] says which request it answers, at which versions
//! the streams were read, and what happened: [`Event`]s with their [`Change`]s. The ledger records
//! it whole or refuses it with a [`Conflict`]; repeated, it gets its first [`Receipt`]. Each event
//! becomes a [`Record`], whose DER is a leaf of a Merkle tree (RFC 6962); the tables beside the log
//! can be rebuilt from the records, and are audited against them.
//!
//! This room knows nothing of banks and certificates: payloads are octets to it. It opens no file
//! and no socket: [`MemoryLedger`] lives here, others are adapters (`npki-ledger-sqlite`) that pass
//! the suite in [`conformance`]. No person stands in a leaf: people appear as [`Pseudonym`]s, their
//! data as sealed records ([`SealingKey`]) that can be shredded without breaking the log (R72).
//!
//! A sound old copy of a ledger tells nothing of its age. So signed heads ([`Checkpoint`]) are kept in a [`SecondPlace`],
//! and [`GuardedLedger`] compares them before anything is recorded or signed.
//!
//! Sources: RFC 6962 section 2.1 (tree and proofs); C2SP tlog-checkpoint and signed-note (signed
//! heads); NIST SP 800-38D (AES-GCM); RFC 2104 (HMAC).
//!
//! ```
//! use npki_core::Instant;
//! use npki_ledger::{Change, Commit, Event, EventKind, IdempotencyKey, Key, Ledger, LedgerExt, MemoryLedger};
//!
//! let ledger = MemoryLedger::new();
//! let stream: npki_ledger::StreamId = "application/7f3a".parse()?;
//! let mut event = Event::new(stream.clone(), EventKind::new("applied")?, vec![0x05, 0x00]);
//! event.changes = vec![Change::Take { claim: "slot/a".try_into()?, owner: "7f3a".try_into()?, end: None }];
//! let commit = Commit {
//!     key: IdempotencyKey::new([1; 16])?,
//!     request_digest: [2; 32],
//!     now: "2026-04-24T13:00:00+09:00".parse::<Instant>()?,
//!     expected: vec![(stream.clone(), 0)],
//!     events: vec![event],
//! };
//! let receipt = ledger.commit_one(&commit)??;
//! assert_eq!(receipt.version(&stream), Some(1));
//! assert_eq!(ledger.commit_one(&commit)??, receipt); // repeated: the first receipt
//! assert_eq!(ledger.claim(&"slot/a".try_into()?)?.unwrap().owner, Key::try_from("7f3a")?);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]

mod audit;
mod change;
mod checkpoint;
mod commit;
mod conflict;
mod guarded;
mod head;
mod key;
mod ledger;
mod memory;
mod merkle;
mod name;
mod pseudonym;
mod receipt;
mod record;
mod sealed_entry;
mod sealing;
mod second_place;
mod side;
mod span;
mod stream_id;
mod tables;

pub mod conformance;
pub mod faults;
pub mod group;

pub use audit::{AuditFinding, audit};
pub use change::Change;
pub use checkpoint::{Checkpoint, CheckpointError, HeadError, check_head};
pub use commit::{Commit, CommitFault, Event};
pub use conflict::{Cause, Conflict, LedgerError};
pub use guarded::{GuardError, GuardedLedger, Start};
pub use head::{Head, HeadState};
pub use key::{IdempotencyKey, Key, LengthError, Value};
pub use ledger::{Claim, GROUP_MAX, IndexEntry, Ledger, LedgerExt, READ_MAX, RecordRow};
pub use memory::MemoryLedger;
pub use merkle::{
    Frontier, FrontierError, MerkleHash, NodeAt, ProofError, ProveError, consistency_proof,
    inclusion_proof, root, verify_consistency, verify_inclusion,
};
pub use name::{EventKind, IndexName, NAME_MAX, NameError, SealedKind, StreamKind};
pub use pseudonym::{Pseudonym, PseudonymKey};
pub use receipt::Receipt;
pub use record::{Record, RecordError, Recorded};
pub use sealed_entry::{SealedDigest, SealedEntry, SealedId, SealedRow};
pub use sealing::{OpenError, SealingKey};
pub use second_place::{MemoryPlace, PlaceError, SecondPlace, Stored};
pub use side::{SealedState, SideRow, SideTable};
pub use span::Span;
pub use stream_id::StreamId;
pub use tables::Unlawful;
