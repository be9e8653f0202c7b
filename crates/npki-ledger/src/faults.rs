//! A ledger that fails when it is told to: for crash tests of the rooms that stand on one.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::{
    Claim, Commit, Conflict, Head, IdempotencyKey, IndexEntry, IndexName, Key, Ledger, LedgerError,
    MerkleHash, Receipt, RecordRow, Recorded, SealedId, SealedRow, SideRow, SideTable, Span,
    StreamId,
};

/// What is to go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// At which call of [`Ledger::commit`], counted from 1.
    pub call: u64,
    /// Before it records, or after.
    pub when: When,
    /// What comes after.
    pub then: Then,
}

/// Where in a call of [`Ledger::commit`] the fault lies. The caller gets
/// [`LedgerError::Unknown`] in both cases: it cannot tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Nothing is recorded.
    Before,
    /// All is recorded, and the answer is lost.
    After,
}

/// What comes after the fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// All goes on: an answer was lost.
    GoesOn,
    /// Every further call, reading too, gives [`LedgerError::Unavailable`]: the process died.
    Dies,
}

/// A ledger that hands everything to another one, until its fault comes.
///
/// ```
/// use npki_ledger::{LedgerError, Ledger, MemoryLedger, faults::{Fault, FaultyLedger, Then, When}};
///
/// let store = MemoryLedger::new();
/// let dying = FaultyLedger::new(&store);
/// dying.arm(Fault { call: 1, when: When::After, then: Then::Dies });
/// assert!(matches!(dying.commit(&[]), Err(LedgerError::Unknown(_))));
/// assert!(matches!(dying.head(), Err(LedgerError::Unavailable(_))));
/// assert!(store.head().is_ok()); // what survives is in the store
/// ```
#[derive(Debug)]
pub struct FaultyLedger<L> {
    inner: L,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    calls: u64,
    sealed_reads: u64,
    fault: Option<Fault>,
    dead: bool,
}

impl<L: Ledger> FaultyLedger<L> {
    /// Wraps a ledger; nothing fails before [`FaultyLedger::arm`].
    pub const fn new(inner: L) -> Self {
        Self {
            inner,
            state: Mutex::new(State {
                calls: 0,
                sealed_reads: 0,
                fault: None,
                dead: false,
            }),
        }
    }

    /// Sets the fault. It happens once; [`Fault::call`] counts from the wrapper's first commit.
    pub fn arm(&self, fault: Fault) {
        self.state().fault = Some(fault);
    }

    /// Calls of [`Ledger::commit`] so far: how many points a sweep has to visit.
    pub fn calls(&self) -> u64 {
        self.state().calls
    }

    /// How often a sealed record was read: who counts a try before he opens the secret that judges it has not read it
    /// more often than he counted.
    pub fn sealed_reads(&self) -> u64 {
        self.state().sealed_reads
    }

    /// Whether the fault has come and [`Then::Dies`].
    pub fn is_dead(&self) -> bool {
        self.state().dead
    }

    /// What is wrapped.
    pub const fn inner(&self) -> &L {
        &self.inner
    }

    /// What is wrapped, if the wrapper is alive.
    fn living(&self) -> Result<&L, LedgerError> {
        if self.state().dead {
            return Err(LedgerError::Unavailable(None));
        }
        Ok(&self.inner)
    }

    /// The fault of this call, if it has one.
    fn due(&self) -> Option<Fault> {
        let mut state = self.state();
        state.calls += 1;
        let calls = state.calls;
        let due = state.fault.take_if(|fault| fault.call == calls)?;
        state.dead = due.then == Then::Dies;
        Some(due)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<L: Ledger> Ledger for FaultyLedger<L> {
    fn commit(&self, commits: &[Commit]) -> Result<Vec<Result<Receipt, Conflict>>, LedgerError> {
        let inner = self.living()?;
        match self.due().map(|fault| fault.when) {
            None => inner.commit(commits),
            Some(When::Before) => Err(LedgerError::Unknown(None)),
            Some(When::After) => {
                inner.commit(commits)?;
                Err(LedgerError::Unknown(None))
            }
        }
    }

    fn receipt(&self, key: &IdempotencyKey) -> Result<Option<Receipt>, LedgerError> {
        self.living()?.receipt(key)
    }

    fn stream(&self, stream: &StreamId, from: u64) -> Result<Vec<Recorded>, LedgerError> {
        self.living()?.stream(stream, from)
    }

    fn claim(&self, claim: &Key) -> Result<Option<Claim>, LedgerError> {
        self.living()?.claim(claim)
    }

    fn counter(&self, counter: &Key) -> Result<u64, LedgerError> {
        self.living()?.counter(counter)
    }

    fn index(
        &self,
        index: &IndexName,
        span: &Span,
        limit: usize,
    ) -> Result<Vec<IndexEntry>, LedgerError> {
        self.living()?.index(index, span, limit)
    }

    fn sealed(&self, id: &SealedId) -> Result<Option<SealedRow>, LedgerError> {
        self.state().sealed_reads += 1;
        self.living()?.sealed(id)
    }

    fn head(&self) -> Result<Head, LedgerError> {
        self.living()?.head()
    }

    fn records(&self, from: u64, limit: usize) -> Result<Vec<Recorded>, LedgerError> {
        self.living()?.records(from, limit)
    }

    fn rows(&self, from: u64, limit: usize) -> Result<Vec<RecordRow>, LedgerError> {
        self.living()?.rows(from, limit)
    }

    fn nodes(&self, layer: u8, from: u64, limit: usize) -> Result<Vec<MerkleHash>, LedgerError> {
        self.living()?.nodes(layer, from, limit)
    }

    fn side(
        &self,
        table: SideTable,
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<SideRow>, LedgerError> {
        self.living()?.side(table, after, limit)
    }
}

#[cfg(test)]
mod tests {
    use npki_core::Instant;

    use super::*;
    use crate::{Event, EventKind, LedgerExt as _, MemoryLedger, audit};

    /// Three commits that follow each other; who does not know an outcome repeats.
    fn client(ledger: &dyn Ledger) -> Result<(), LedgerError> {
        for n in 0..3u8 {
            let stream: StreamId = "order/1".parse().unwrap();
            let kind = EventKind::from_static("happened");
            let commit = Commit {
                key: IdempotencyKey::new([n; 16]).unwrap(),
                request_digest: [n; 32],
                now: Instant::from_unix_seconds(0).unwrap(),
                expected: vec![(stream.clone(), u64::from(n))],
                events: vec![Event::new(stream, kind, vec![])],
            };
            let answer = match ledger.commit_one(&commit) {
                Err(LedgerError::Unknown(_)) => ledger.commit_one(&commit),
                answer => answer,
            };
            assert_eq!(answer?.unwrap().position, u64::from(n));
        }
        Ok(())
    }

    #[test]
    fn a_client_that_repeats_ends_the_same_after_every_fault() {
        for call in 1..=3 {
            for when in [When::Before, When::After] {
                for then in [Then::GoesOn, Then::Dies] {
                    let store = MemoryLedger::new();
                    let faulty = FaultyLedger::new(&store);
                    faulty.arm(Fault { call, when, then });
                    let answer = client(&faulty);
                    assert_eq!(answer.is_err(), then == Then::Dies);
                    assert_eq!(faulty.is_dead(), then == Then::Dies);
                    let recorded = match (then, when) {
                        (Then::GoesOn, _) => 3,
                        (Then::Dies, When::Before) => call - 1,
                        (Then::Dies, When::After) => call,
                    };
                    assert_eq!(store.head().unwrap().size, recorded);
                    client(&store).unwrap();
                    assert_eq!(store.head().unwrap().size, 3);
                    assert_eq!(audit(&store, None).unwrap(), []);
                }
            }
        }
        let store = FaultyLedger::new(MemoryLedger::new());
        client(&store).unwrap();
        assert_eq!(store.calls(), 3);
    }
}
