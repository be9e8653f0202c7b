use core::fmt;
use std::collections::BTreeMap;

use crate::{
    Change, Claim, IdempotencyKey, IndexEntry, IndexName, Key, MerkleHash, NodeAt, Record,
    SealedId, SealedKind, SealedState, SideRow, SideTable, Span, StreamId, Value,
};

/// How a record breaks the ledger's laws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unlawful {
    /// The events of a commit are not whole, or not together.
    Commit,
    /// The key was used before.
    Key,
    /// Not the stream's next version.
    StreamVersion,
    /// Its time lies more than 60 s behind a record before it.
    Clock,
    /// It takes, passes or releases a claim that it may not.
    Claim,
    /// It counts beyond the ceiling.
    Counter,
    /// It writes a sealed record whose name is taken, or shreds one that never was.
    Sealed,
}

impl fmt::Display for Unlawful {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Commit => "the events of a commit are not whole and together",
            Self::Key => "the idempotency key was used before",
            Self::StreamVersion => "not the next version of its stream",
            Self::Clock => "its time lies behind that of a record before it",
            Self::Claim => "a claim is not its own",
            Self::Counter => "a counter goes beyond its ceiling",
            Self::Sealed => "a sealed record is there already, or never was",
        })
    }
}

/// The tables beside the log, in memory.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    pub(crate) commits: BTreeMap<IdempotencyKey, u64>,
    pub(crate) streams: BTreeMap<StreamId, u64>,
    pub(crate) claims: BTreeMap<Key, Claim>,
    pub(crate) counters: BTreeMap<Key, u64>,
    pub(crate) index: BTreeMap<(IndexName, Key), Value>,
    pub(crate) sealed: BTreeMap<SealedId, (SealedKind, [u8; 32], SealedState)>,
    pub(crate) nodes: BTreeMap<NodeAt, MerkleHash>,
}

impl Tables {
    /// Does what a record says and tells what it could not have been allowed to do.
    pub(crate) fn apply(&mut self, record: &Record) -> Vec<Unlawful> {
        let mut unlawful = Vec::new();
        let mut law = |holds: bool, what| {
            if !holds {
                unlawful.push(what);
            }
        };
        if record.place == 1 {
            let key = record.key.clone();
            let before = self.commits.insert(key, record.position);
            law(before.is_none(), Unlawful::Key);
        }
        let version = record.stream_version;
        let before = self.streams.insert(record.stream.clone(), version);
        law(
            before.unwrap_or(0).checked_add(1) == Some(version),
            Unlawful::StreamVersion,
        );
        for change in &record.changes {
            let (holds, what) = self.change(change, record);
            law(holds, what);
        }
        for entry in &record.sealed {
            let row = (entry.kind.clone(), entry.sha256, SealedState::Kept);
            let before = self.sealed.insert(entry.id, row);
            law(before.is_none(), Unlawful::Sealed);
        }
        for id in &record.shredded {
            let row = self.sealed.get_mut(id);
            law(row.is_some(), Unlawful::Sealed);
            if let Some((_, _, state)) = row {
                *state = SealedState::Shredded;
            }
        }
        unlawful
    }

    fn change(&mut self, change: &Change, record: &Record) -> (bool, Unlawful) {
        let holds = match change {
            Change::Take { claim, owner, end } => {
                let held = Claim {
                    owner: owner.clone(),
                    end: *end,
                };
                let before = self.claims.insert(claim.clone(), held);
                before.is_none_or(|held| held.owner == *owner || !held.is_held(record.time))
            }
            Change::Pass { claim, from, to } => match self.claims.get_mut(claim) {
                Some(held) => {
                    let holds = held.owner == *from && held.is_held(record.time);
                    held.owner = to.clone();
                    holds
                }
                None => false,
            },
            Change::Release { claim, owner } => {
                let before = self.claims.remove(claim);
                before.is_some_and(|held| held.owner == *owner)
            }
            Change::Add { counter, ceiling } => {
                let value = self.counters.entry(counter.clone()).or_default();
                *value = value.saturating_add(1);
                return (*value <= *ceiling, Unlawful::Counter);
            }
            Change::Reset { counter } => {
                self.counters.remove(counter);
                true
            }
            Change::Put { index, key, value } => {
                let at = (index.clone(), key.clone());
                self.index.insert(at, value.clone());
                true
            }
            Change::Remove { index, key } => {
                self.index.remove(&(index.clone(), key.clone()));
                true
            }
        };
        (holds, Unlawful::Claim)
    }

    pub(crate) fn index(&self, index: &IndexName, span: &Span, limit: usize) -> Vec<IndexEntry> {
        let from = (index.clone(), Key::bound(span.from()));
        self.index
            .range(from..)
            .take_while(|((name, key), _)| name == index && span.contains(key.octets()))
            .take(limit)
            .map(|((_, key), value)| IndexEntry {
                key: key.clone(),
                value: value.clone(),
            })
            .collect()
    }

    pub(crate) fn side(
        &self,
        table: SideTable,
        after: Option<&[u8]>,
        limit: usize,
    ) -> Vec<SideRow> {
        let mut rows: Vec<SideRow> = match table {
            SideTable::Commits => map(&self.commits, |k, v| SideRow::commit(k, *v)),
            SideTable::Streams => map(&self.streams, |k, v| SideRow::stream(k, *v)),
            SideTable::Claims => map(&self.claims, SideRow::claim),
            SideTable::Counters => map(&self.counters, |k, v| SideRow::counter(k, *v)),
            SideTable::Index => map(&self.index, |(i, k), v| SideRow::index(i, k, v)),
            SideTable::Sealed => map(&self.sealed, |id, (kind, sha256, state)| {
                SideRow::sealed(id, kind, sha256, *state)
            }),
            SideTable::Nodes => map(&self.nodes, |at, node| SideRow::node(*at, node)),
        };
        rows.sort_unstable();
        rows.into_iter()
            .filter(|row| after.is_none_or(|after| row.key.as_slice() > after))
            .take(limit)
            .collect()
    }
}

fn map<K, V>(rows: &BTreeMap<K, V>, row: impl Fn(&K, &V) -> SideRow) -> Vec<SideRow> {
    rows.iter().map(|(k, v)| row(k, v)).collect()
}
