use core::fmt::Debug;
use std::sync::Arc;

use npki_core::Instant;

use crate::{
    Commit, Conflict, Frontier, GuardedLedger, Head, IdempotencyKey, IndexName, Key, LedgerError,
    MerkleHash, ProveError, Receipt, Recorded, SealedId, SealedRow, SideRow, SideTable, Span,
    StreamId, Value, merkle::Tree,
};

/// Commits in one group.
pub const GROUP_MAX: usize = 1024;

/// Rows in one answer of a reading method; a larger limit is cut to it.
pub const READ_MAX: usize = 10_000;

/// A ledger: commits in, records out.
///
/// # Contract
/// - **Atomic.** Each commit is recorded whole, with all of its changes, or not at all; a refused
///   one does not touch the others of its group. Commits of a group follow each other in its order,
///   and each is judged by what those before it have done.
/// - **Durable.** When `commit` returns, what it says was recorded survives the loss of power.
/// - **Once.** A commit whose key is recorded is not recorded again: with the same request digest
///   it gets the first receipt, whatever else has changed since; with another one it is refused.
/// - **One log.** Positions and stream versions have no gaps. Any number of threads, and of
///   processes on one store, may write; they take turns.
/// - **Reads** see whole groups only, the newest that was recorded when the read began.
///   Not found is `None`, zero or empty, never an error.
pub trait Ledger: Debug + Send + Sync {
    /// Records a group of commits, each alone and whole; one answer for each, in their order.
    ///
    /// # Errors
    /// [`LedgerError::Unknown`] when the outcome is not known: look every key up. After any other
    /// error nothing was recorded.
    fn commit(&self, commits: &[Commit]) -> Result<Vec<Result<Receipt, Conflict>>, LedgerError>;

    /// The receipt of the commit with this key, if it was recorded.
    ///
    /// # Errors
    /// [`LedgerError`], as all that read.
    fn receipt(&self, key: &IdempotencyKey) -> Result<Option<Receipt>, LedgerError>;

    /// The events of a stream from version `from` on (the first is 1), in order; at most [`READ_MAX`].
    ///
    /// # Errors
    /// [`LedgerError`].
    fn stream(&self, stream: &StreamId, from: u64) -> Result<Vec<Recorded>, LedgerError>;

    /// Who has taken a claim last and has not released it. Its end may have passed: compare.
    ///
    /// # Errors
    /// [`LedgerError`].
    fn claim(&self, claim: &Key) -> Result<Option<Claim>, LedgerError>;

    /// Where a counter stands.
    ///
    /// # Errors
    /// [`LedgerError`].
    fn counter(&self, counter: &Key) -> Result<u64, LedgerError>;

    /// The first `limit` entries of a stretch of an index, ordered by their keys' octets.
    ///
    /// # Errors
    /// [`LedgerError`].
    fn index(
        &self,
        index: &IndexName,
        span: &Span,
        limit: usize,
    ) -> Result<Vec<IndexEntry>, LedgerError>;

    /// A sealed record, or what is left of it.
    ///
    /// # Errors
    /// [`LedgerError`].
    fn sealed(&self, id: &SealedId) -> Result<Option<SealedRow>, LedgerError>;

    /// Where the log stands.
    ///
    /// # Errors
    /// [`LedgerError`].
    fn head(&self) -> Result<Head, LedgerError>;

    /// At most `limit` records from position `from` on.
    ///
    /// # Errors
    /// [`LedgerError`].
    fn records(&self, from: u64, limit: usize) -> Result<Vec<Recorded>, LedgerError>;

    /// At most `limit` rows of the log itself from position `from` on, unread. For the audit.
    ///
    /// # Errors
    /// [`LedgerError`].
    fn rows(&self, from: u64, limit: usize) -> Result<Vec<RecordRow>, LedgerError>;

    /// At most `limit` nodes of a layer of the Merkle tree from number `from` on, as stored: the leaves in layer 0,
    /// the roots of complete subtrees of 16^`layer` leaves above ([`NodeAt`](crate::NodeAt)). For proofs.
    ///
    /// A store has them as rows beside the log. Without an override they are computed from all the leaves below.
    ///
    /// # Errors
    /// [`LedgerError`].
    fn nodes(&self, layer: u8, from: u64, limit: usize) -> Result<Vec<MerkleHash>, LedgerError> {
        if layer == 0 {
            let rows = self.rows(from, limit)?;
            return Ok(rows.into_iter().map(|row| row.leaf).collect());
        }
        let numbers = from..from.saturating_add(u64::try_from(limit).unwrap_or(u64::MAX));
        let mut nodes = Vec::new();
        let mut frontier = Frontier::new();
        loop {
            let leaves = self.nodes(0, frontier.size(), READ_MAX)?;
            if leaves.is_empty() {
                return Ok(nodes);
            }
            for leaf in leaves {
                frontier.push_noting(leaf, |at, node| {
                    if at.layer == layer && numbers.contains(&at.number) {
                        nodes.push(node);
                    }
                });
            }
        }
    }

    /// At most `limit` rows of a table beside the log, ordered by their keys' octets, behind the
    /// row with the key `after`. For the audit.
    ///
    /// # Errors
    /// [`LedgerError`].
    fn side(
        &self,
        table: SideTable,
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<SideRow>, LedgerError>;
}

/// A claim that somebody has taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Who.
    pub owner: Key,
    /// From this instant on it is free again.
    pub end: Option<Instant>,
}

impl Claim {
    /// Whether it is held at this instant.
    #[must_use]
    pub fn is_held(&self, now: Instant) -> bool {
        self.end.is_none_or(|end| now < end)
    }
}

/// A row of the log as it is stored, unread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordRow {
    /// Where it stands.
    pub position: u64,
    /// The leaf that was computed when it was written.
    pub leaf: MerkleHash,
    /// The record's DER.
    pub der: Vec<u8>,
}

/// An entry of an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexEntry {
    /// Where.
    pub key: Key,
    /// What it says.
    pub value: Value,
}

/// What is often wanted of a [`Ledger`].
pub trait LedgerExt: Ledger {
    /// Records one commit.
    ///
    /// # Errors
    /// As [`Ledger::commit`].
    fn commit_one(&self, commit: &Commit) -> Result<Result<Receipt, Conflict>, LedgerError> {
        self.commit(core::slice::from_ref(commit))?
            .pop()
            .ok_or(LedgerError::Unknown(None))
    }

    /// The value of one entry of an index.
    ///
    /// # Errors
    /// As [`Ledger::index`].
    fn index_value(&self, index: &IndexName, key: &Key) -> Result<Option<Value>, LedgerError> {
        let found = self.index(index, &Span::one(key.octets()), 1)?;
        Ok(found.into_iter().next().map(|entry| entry.value))
    }

    /// At most `limit` leaves of the Merkle tree from position `from` on, as stored.
    ///
    /// # Errors
    /// As [`Ledger::nodes`].
    fn leaves(&self, from: u64, limit: usize) -> Result<Vec<MerkleHash>, LedgerError> {
        self.nodes(0, from, limit)
    }

    /// The Merkle root over the first `size` records. Reads a number of rows that grows with the logarithm of `size`,
    /// as the proofs do.
    ///
    /// # Errors
    /// [`ProveError::Proof`] when the log has fewer records.
    ///
    /// Source: RFC 6962 section 2.1.
    fn root_at(&self, size: u64) -> Result<MerkleHash, ProveError> {
        Ok(Tree::new(self, size, self.head()?.size)?.root()?)
    }

    /// The nodes that prove that the record at `position` is among the first `size`: see
    /// [`verify_inclusion`](crate::verify_inclusion).
    ///
    /// # Errors
    /// [`ProveError::Proof`] unless `position` is below `size`, and `size` not above the log's.
    ///
    /// Source: RFC 6962 section 2.1.1.
    fn prove_inclusion(&self, position: u64, size: u64) -> Result<Vec<MerkleHash>, ProveError> {
        Tree::new(self, size, self.head()?.size)?.inclusion_proof(position)
    }

    /// The nodes that prove that the first `size` records go on from the first `old`: see
    /// [`verify_consistency`](crate::verify_consistency).
    ///
    /// # Errors
    /// [`ProveError::Proof`] unless `old` is 1 to `size`, and `size` not above the log's.
    ///
    /// Source: RFC 6962 section 2.1.2.
    fn prove_consistency(&self, old: u64, size: u64) -> Result<Vec<MerkleHash>, ProveError> {
        Tree::new(self, size, self.head()?.size)?.consistency_proof(old)
    }
}

impl<L: Ledger + ?Sized> LedgerExt for L {}

macro_rules! forward {
    ($([$($generics:tt)*] $type:ty;)+) => {$(
        impl<$($generics)*> Ledger for $type {
            fn commit(
                &self,
                commits: &[Commit],
            ) -> Result<Vec<Result<Receipt, Conflict>>, LedgerError> {
                (**self).commit(commits)
            }
            fn receipt(&self, key: &IdempotencyKey) -> Result<Option<Receipt>, LedgerError> {
                (**self).receipt(key)
            }
            fn stream(&self, stream: &StreamId, from: u64) -> Result<Vec<Recorded>, LedgerError> {
                (**self).stream(stream, from)
            }
            fn claim(&self, claim: &Key) -> Result<Option<Claim>, LedgerError> {
                (**self).claim(claim)
            }
            fn counter(&self, counter: &Key) -> Result<u64, LedgerError> {
                (**self).counter(counter)
            }
            fn index(
                &self,
                index: &IndexName,
                span: &Span,
                limit: usize,
            ) -> Result<Vec<IndexEntry>, LedgerError> {
                (**self).index(index, span, limit)
            }
            fn sealed(&self, id: &SealedId) -> Result<Option<SealedRow>, LedgerError> {
                (**self).sealed(id)
            }
            fn head(&self) -> Result<Head, LedgerError> {
                (**self).head()
            }
            fn records(&self, from: u64, limit: usize) -> Result<Vec<Recorded>, LedgerError> {
                (**self).records(from, limit)
            }
            fn rows(&self, from: u64, limit: usize) -> Result<Vec<RecordRow>, LedgerError> {
                (**self).rows(from, limit)
            }
            fn nodes(
                &self,
                layer: u8,
                from: u64,
                limit: usize,
            ) -> Result<Vec<MerkleHash>, LedgerError> {
                (**self).nodes(layer, from, limit)
            }
            fn side(
                &self,
                table: SideTable,
                after: Option<&[u8]>,
                limit: usize,
            ) -> Result<Vec<SideRow>, LedgerError> {
                (**self).side(table, after, limit)
            }
        }
    )+};
}

forward! {
    [L: Ledger + ?Sized] &L;
    [L: Ledger + ?Sized] Box<L>;
    [L: Ledger + ?Sized] Arc<L>;
    [L: Ledger] GuardedLedger<L>;
}
