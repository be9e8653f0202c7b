//! What all ledgers have in common: judging commits and numbering their events. For adapters.

mod asked;

use std::collections::BTreeMap;

use npki_core::Instant;

pub use asked::Asked;

use crate::{
    Change, Claim, Commit, Conflict, Event, HeadState, IdempotencyKey, IndexName, Key, LedgerError,
    MerkleHash, NodeAt, Receipt, Record, Recorded, SealedDigest, SealedId, SealedRow, StreamId,
    Value,
};

/// Seconds that a commit's time may lie behind the head.
pub const CLOCK_SLACK: u64 = 60;

/// The rows that a group is judged by, as they were before it. What an adapter offers to [`Group`],
/// while it holds the lock on the head.
pub trait Rows {
    /// The adapter's private error.
    type Error: From<LedgerError>;

    /// The records of the commit with this key, all of them and in order; none when it is not recorded.
    ///
    /// # Errors
    /// The adapter's.
    fn commit(&mut self, key: &IdempotencyKey) -> Result<Vec<Recorded>, Self::Error>;

    /// The version of a stream, 0 when it has no event.
    ///
    /// # Errors
    /// The adapter's.
    fn version(&mut self, stream: &StreamId) -> Result<u64, Self::Error>;

    /// Who has taken a claim last and has not released it.
    ///
    /// # Errors
    /// The adapter's.
    fn claim(&mut self, claim: &Key) -> Result<Option<Claim>, Self::Error>;

    /// Where a counter stands.
    ///
    /// # Errors
    /// The adapter's.
    fn counter(&mut self, counter: &Key) -> Result<u64, Self::Error>;

    /// Whether there is, or ever was, a sealed record with this name.
    ///
    /// # Errors
    /// The adapter's.
    fn has_sealed(&mut self, id: &SealedId) -> Result<bool, Self::Error>;
}

/// A group of commits being judged, one after the other, under the lock on the head.
///
/// [`Group::admit`] answers each; [`Group::finish`] gives what is to be written in the one
/// transaction, each row once, whatever the number of commits that changed it.
#[derive(Debug)]
pub struct Group {
    head: HeadState,
    records: Vec<Recorded>,
    leaves: Vec<MerkleHash>,
    nodes: Vec<(NodeAt, MerkleHash)>,
    commits: BTreeMap<IdempotencyKey, (usize, usize)>,
    rows: Overlay,
}

/// What a group has to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The head after it.
    pub head: HeadState,
    /// The records to append, in order; the first event of each commit has `place` 1.
    pub records: Vec<Recorded>,
    /// Their leaves, in the same order.
    pub leaves: Vec<MerkleHash>,
    /// The nodes of the Merkle tree that they complete.
    pub nodes: Vec<(NodeAt, MerkleHash)>,
    /// Versions of the streams written to.
    pub versions: BTreeMap<StreamId, u64>,
    /// Claims as they are now; `None`: released.
    pub claims: BTreeMap<Key, Option<Claim>>,
    /// Counters as they are now; zero is no row.
    pub counters: BTreeMap<Key, u64>,
    /// Entries of indexes as they are now; `None`: removed.
    pub index: BTreeMap<(IndexName, Key), Option<Value>>,
    /// New sealed records.
    pub sealed: BTreeMap<SealedId, SealedRow>,
    /// Older sealed records whose octets are to be deleted.
    pub shredded: Vec<SealedId>,
}

impl Group {
    /// Begins a group behind this head.
    #[must_use]
    pub const fn new(head: HeadState) -> Self {
        Self {
            head,
            records: Vec::new(),
            leaves: Vec::new(),
            nodes: Vec::new(),
            commits: BTreeMap::new(),
            rows: Overlay::new(),
        }
    }

    /// Judges a commit and, if nothing speaks against it, adds its events.
    ///
    /// # Errors
    /// The adapter's; then the whole group is to be given up.
    pub fn admit<R: Rows>(
        &mut self,
        commit: &Commit,
        rows: &mut R,
    ) -> Result<Result<Receipt, Conflict>, R::Error> {
        if let Err(fault) = commit.check() {
            return Ok(Err(fault.into()));
        }
        if let Some(answer) = self.repeated(commit, rows)? {
            return Ok(answer);
        }
        if let Some(head) = self.head.time
            && head.saturating_duration_since(commit.now).as_secs() > CLOCK_SLACK
        {
            return Ok(Err(Conflict::ClockBehind {
                now: commit.now,
                head,
            }));
        }
        let mut draft = Draft {
            below: &self.rows,
            rows,
            now: commit.now,
            own: Overlay::new(),
            stored: BTreeMap::new(),
        };
        match draft.judge(commit) {
            Ok(()) => {}
            Err(Stop::Conflict(conflict)) => return Ok(Err(conflict)),
            Err(Stop::Error(error)) => return Err(error),
        }
        let versions = draft.number(commit)?;
        let own = draft.own;
        let receipt = self.append(commit, &versions).map_err(|cause| {
            R::Error::from(LedgerError::corrupt("a record to be written", cause))
        })?;
        self.rows.absorb(own);
        Ok(Ok(receipt))
    }

    /// Whether there is nothing to write: every commit was refused or recorded before.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Ends the group.
    #[must_use]
    pub fn finish(self) -> Written {
        let Overlay {
            versions,
            claims,
            counters,
            index,
            sealed,
            shredded,
        } = self.rows;
        Written {
            head: self.head,
            records: self.records,
            leaves: self.leaves,
            nodes: self.nodes,
            versions,
            claims,
            counters,
            index,
            sealed,
            shredded,
        }
    }

    fn repeated<R: Rows>(
        &self,
        commit: &Commit,
        rows: &mut R,
    ) -> Result<Option<Result<Receipt, Conflict>>, R::Error> {
        let stored;
        let records = match self.commits.get(&commit.key) {
            Some((from, to)) => self.records.get(*from..*to).unwrap_or_default(),
            None => {
                stored = rows.commit(&commit.key)?;
                &stored
            }
        };
        let Some(first) = records.first().map(Recorded::record) else {
            return Ok(None);
        };
        Ok(Some(if first.request_digest == commit.request_digest {
            Ok(Receipt::of(records)?)
        } else {
            Err(Conflict::KeyReused {
                position: first.position,
            })
        }))
    }

    fn append(&mut self, commit: &Commit, versions: &[u64]) -> der::Result<Receipt> {
        let of = u64::try_from(commit.events.len()).unwrap_or(u64::MAX);
        let mut frontier = self.head.frontier.clone();
        let mut receipt = Receipt {
            position: frontier.size(),
            events: of,
            time: commit.now,
            streams: Vec::new(),
        };
        let mut records = Vec::with_capacity(commit.events.len());
        let mut leaves = Vec::with_capacity(commit.events.len());
        let mut nodes = Vec::new();
        for ((event, version), place) in commit.events.iter().zip(versions).zip(1..) {
            let recorded = Recorded::write(Record {
                version: Record::VERSION,
                position: frontier.size(),
                place,
                of,
                stream: event.stream.clone(),
                stream_version: *version,
                kind: event.kind.clone(),
                time: commit.now,
                key: commit.key.clone(),
                request_digest: commit.request_digest,
                payload: event.payload.clone(),
                changes: event.changes.clone(),
                sealed: digests(event)?,
                shredded: event.shred.clone(),
            })?;
            let leaf = recorded.leaf();
            frontier.push_noting(leaf, |at, node| nodes.push((at, node)));
            leaves.push(leaf);
            receipt.note(&event.stream, *version);
            records.push(recorded);
        }
        let from = self.records.len();
        self.records.append(&mut records);
        self.leaves.append(&mut leaves);
        self.nodes.append(&mut nodes);
        self.commits
            .insert(commit.key.clone(), (from, self.records.len()));
        self.head.frontier = frontier;
        self.head.time = self.head.time.max(Some(commit.now));
        Ok(receipt)
    }
}

/// One commit being judged: its own rows lie over the group's, and those over the stored ones.
struct Draft<'a, R> {
    below: &'a Overlay,
    rows: &'a mut R,
    now: Instant,
    own: Overlay,
    /// Versions that were read already: a stream is most often expected and then written to.
    stored: BTreeMap<StreamId, u64>,
}

enum Stop<E> {
    Conflict(Conflict),
    Error(E),
}

impl<E> From<Conflict> for Stop<E> {
    fn from(conflict: Conflict) -> Self {
        Self::Conflict(conflict)
    }
}

impl<R: Rows> Draft<'_, R> {
    fn judge(&mut self, commit: &Commit) -> Result<(), Stop<R::Error>> {
        for (stream, expected) in &commit.expected {
            let found = self.version(stream).map_err(Stop::Error)?;
            if found != *expected {
                return Err(Stop::Conflict(Conflict::Version {
                    stream: stream.clone(),
                    expected: *expected,
                    found,
                }));
            }
        }
        for event in &commit.events {
            for change in &event.changes {
                self.change(change)?;
            }
            for entry in &event.sealed {
                if self.has_sealed(&entry.id)? {
                    return Err(Stop::Conflict(Conflict::SealedIdTaken(entry.id)));
                }
                let row = SealedRow {
                    kind: entry.kind.clone(),
                    sha256: entry.digest().map_err(unwritable)?,
                    record: Some(entry.record.clone()),
                };
                self.own.sealed.insert(entry.id, row);
            }
            for id in &event.shred {
                if !self.has_sealed(id)? {
                    return Err(Stop::Conflict(Conflict::SealedUnknown(*id)));
                }
                self.own.shredded.push(*id);
            }
        }
        Ok(())
    }

    /// Gives each event its number in its stream.
    fn number(&mut self, commit: &Commit) -> Result<Vec<u64>, R::Error> {
        let mut versions = Vec::with_capacity(commit.events.len());
        for event in &commit.events {
            let version = self.version(&event.stream)?.saturating_add(1);
            self.own.versions.insert(event.stream.clone(), version);
            versions.push(version);
        }
        Ok(versions)
    }

    fn change(&mut self, change: &Change) -> Result<(), Stop<R::Error>> {
        match change {
            Change::Take { claim, owner, end } => self.take(claim, owner, *end),
            Change::Pass { claim, from, to } => self.pass(claim, from, to),
            Change::Release { claim, owner } => self.release(claim, owner),
            Change::Add { counter, ceiling } => self.add(counter, *ceiling),
            Change::Reset { counter } => {
                self.own.counters.insert(counter.clone(), 0);
                Ok(())
            }
            Change::Put { index, key, value } => {
                let at = (index.clone(), key.clone());
                self.own.index.insert(at, Some(value.clone()));
                Ok(())
            }
            Change::Remove { index, key } => {
                self.own.index.insert((index.clone(), key.clone()), None);
                Ok(())
            }
        }
    }

    fn take(
        &mut self,
        claim: &Key,
        owner: &Key,
        end: Option<Instant>,
    ) -> Result<(), Stop<R::Error>> {
        match self.claim(claim)? {
            Some(held) if held.owner != *owner && held.is_held(self.now) => {
                Err(Stop::Conflict(Conflict::ClaimHeld {
                    claim: claim.clone(),
                    owner: held.owner,
                    end: held.end,
                }))
            }
            _ => {
                let owner = owner.clone();
                let taken = Some(Claim { owner, end });
                self.own.claims.insert(claim.clone(), taken);
                Ok(())
            }
        }
    }

    fn pass(&mut self, claim: &Key, from: &Key, to: &Key) -> Result<(), Stop<R::Error>> {
        let held = self.claim(claim)?.filter(|held| held.is_held(self.now));
        match held {
            Some(held) if held.owner == *from => {
                let passed = Claim {
                    owner: to.clone(),
                    end: held.end,
                };
                self.own.claims.insert(claim.clone(), Some(passed));
                Ok(())
            }
            other => Err(not_owner(claim, from, other)),
        }
    }

    fn release(&mut self, claim: &Key, owner: &Key) -> Result<(), Stop<R::Error>> {
        match self.claim(claim)? {
            Some(held) if held.owner == *owner => {
                self.own.claims.insert(claim.clone(), None);
                Ok(())
            }
            other => Err(not_owner(claim, owner, other)),
        }
    }

    fn add(&mut self, counter: &Key, ceiling: u64) -> Result<(), Stop<R::Error>> {
        let known = self.own.counters.get(counter);
        let value = match known.or_else(|| self.below.counters.get(counter)) {
            Some(value) => *value,
            None => self.rows.counter(counter).map_err(Stop::Error)?,
        };
        // A store counts to 2^63 - 1; no ceiling reaches beyond.
        if value >= ceiling.min(COUNTER_MAX) {
            return Err(Stop::Conflict(Conflict::CounterAtCeiling {
                counter: counter.clone(),
                value,
                ceiling,
            }));
        }
        self.own.counters.insert(counter.clone(), value + 1);
        Ok(())
    }

    fn version(&mut self, stream: &StreamId) -> Result<u64, R::Error> {
        let known = self.own.versions.get(stream);
        let known = known.or_else(|| self.below.versions.get(stream));
        if let Some(version) = known.or_else(|| self.stored.get(stream)) {
            return Ok(*version);
        }
        let version = self.rows.version(stream)?;
        self.stored.insert(stream.clone(), version);
        Ok(version)
    }

    fn claim(&mut self, claim: &Key) -> Result<Option<Claim>, Stop<R::Error>> {
        let known = self.own.claims.get(claim);
        match known.or_else(|| self.below.claims.get(claim)) {
            Some(held) => Ok(held.clone()),
            None => self.rows.claim(claim).map_err(Stop::Error),
        }
    }

    fn has_sealed(&mut self, id: &SealedId) -> Result<bool, Stop<R::Error>> {
        if self.own.sealed.contains_key(id) || self.below.sealed.contains_key(id) {
            return Ok(true);
        }
        self.rows.has_sealed(id).map_err(Stop::Error)
    }
}

/// Rows that are not stored yet.
#[derive(Debug, Default)]
struct Overlay {
    versions: BTreeMap<StreamId, u64>,
    claims: BTreeMap<Key, Option<Claim>>,
    counters: BTreeMap<Key, u64>,
    index: BTreeMap<(IndexName, Key), Option<Value>>,
    sealed: BTreeMap<SealedId, SealedRow>,
    shredded: Vec<SealedId>,
}

impl Overlay {
    const fn new() -> Self {
        Self {
            versions: BTreeMap::new(),
            claims: BTreeMap::new(),
            counters: BTreeMap::new(),
            index: BTreeMap::new(),
            sealed: BTreeMap::new(),
            shredded: Vec::new(),
        }
    }

    fn absorb(&mut self, own: Self) {
        self.versions.extend(own.versions);
        self.claims.extend(own.claims);
        self.counters.extend(own.counters);
        self.index.extend(own.index);
        self.sealed.extend(own.sealed);
        for id in own.shredded {
            // A record that this very group has written is not written at all.
            match self.sealed.get_mut(&id) {
                Some(row) => row.record = None,
                None => self.shredded.push(id),
            }
        }
    }
}

/// The greatest value of a counter: what a signed 64-bit column can hold.
const COUNTER_MAX: u64 = u64::MAX >> 1;

fn digests(event: &Event) -> der::Result<Vec<SealedDigest>> {
    let digest = |entry: &crate::SealedEntry| {
        Ok(SealedDigest {
            id: entry.id,
            kind: entry.kind.clone(),
            sha256: entry.digest()?,
        })
    };
    event.sealed.iter().map(digest).collect()
}

fn not_owner<E>(claim: &Key, owner: &Key, found: Option<Claim>) -> Stop<E> {
    Stop::Conflict(Conflict::NotOwner {
        claim: claim.clone(),
        owner: owner.clone(),
        found: found.map(|held| held.owner),
    })
}

fn unwritable<E: From<LedgerError>>(cause: der::Error) -> Stop<E> {
    Stop::Error(LedgerError::corrupt("a sealed record to be written", cause).into())
}
