use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::{
    Claim, Commit, Conflict, GROUP_MAX, Head, HeadState, IdempotencyKey, IndexEntry, IndexName,
    Key, Ledger, LedgerError, MerkleHash, NodeAt, READ_MAX, Receipt, RecordRow, Recorded, SealedId,
    SealedRow, SealedState, SideRow, SideTable, Span, StreamId, Value,
    group::{Group, Rows, Written},
    tables::Tables,
};

/// A ledger in memory: for tests, and the measure of all others. Gone when it is dropped.
#[derive(Debug, Default)]
pub struct MemoryLedger(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    head: HeadState,
    records: Vec<Recorded>,
    streams: BTreeMap<StreamId, Vec<usize>>,
    sealed: BTreeMap<SealedId, SealedRow>,
    tables: Tables,
}

impl MemoryLedger {
    /// An empty ledger.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Everything is judged before anything is written, and writing does not panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ledger for MemoryLedger {
    fn commit(&self, commits: &[Commit]) -> Result<Vec<Result<Receipt, Conflict>>, LedgerError> {
        if commits.len() > GROUP_MAX {
            return Err(LedgerError::GroupTooLarge {
                found: commits.len(),
            });
        }
        let mut state = self.lock();
        let mut group = Group::new(state.head.clone());
        let mut answers = Vec::with_capacity(commits.len());
        for commit in commits {
            answers.push(group.admit(commit, &mut *state)?);
        }
        state.write(group.finish());
        Ok(answers)
    }

    fn receipt(&self, key: &IdempotencyKey) -> Result<Option<Receipt>, LedgerError> {
        let records = self.lock().commit(key)?;
        (!records.is_empty())
            .then(|| Receipt::of(&records))
            .transpose()
    }

    fn stream(&self, stream: &StreamId, from: u64) -> Result<Vec<Recorded>, LedgerError> {
        let state = self.lock();
        let positions = state.streams.get(stream).map_or(&[][..], Vec::as_slice);
        let skip = usize::try_from(from.saturating_sub(1)).unwrap_or(usize::MAX);
        Ok(positions
            .iter()
            .skip(skip)
            .take(READ_MAX)
            .filter_map(|at| state.records.get(*at).cloned())
            .collect())
    }

    fn claim(&self, claim: &Key) -> Result<Option<Claim>, LedgerError> {
        Ok(self.lock().tables.claims.get(claim).cloned())
    }

    fn counter(&self, counter: &Key) -> Result<u64, LedgerError> {
        Ok(self
            .lock()
            .tables
            .counters
            .get(counter)
            .copied()
            .unwrap_or(0))
    }

    fn index(
        &self,
        index: &IndexName,
        span: &Span,
        limit: usize,
    ) -> Result<Vec<IndexEntry>, LedgerError> {
        Ok(self.lock().tables.index(index, span, limit.min(READ_MAX)))
    }

    fn sealed(&self, id: &SealedId) -> Result<Option<SealedRow>, LedgerError> {
        Ok(self.lock().sealed.get(id).cloned())
    }

    fn head(&self) -> Result<Head, LedgerError> {
        Ok(self.lock().head.head())
    }

    fn records(&self, from: u64, limit: usize) -> Result<Vec<Recorded>, LedgerError> {
        let from = usize::try_from(from).unwrap_or(usize::MAX);
        Ok(self
            .lock()
            .records
            .iter()
            .skip(from)
            .take(limit.min(READ_MAX))
            .cloned()
            .collect())
    }

    fn rows(&self, from: u64, limit: usize) -> Result<Vec<RecordRow>, LedgerError> {
        let records = self.records(from, limit)?;
        Ok((from..)
            .zip(records)
            .map(|(position, recorded)| RecordRow {
                position,
                leaf: recorded.leaf(),
                der: recorded.der().to_vec(),
            })
            .collect())
    }

    fn nodes(&self, layer: u8, from: u64, limit: usize) -> Result<Vec<MerkleHash>, LedgerError> {
        let (state, limit) = (self.lock(), limit.min(READ_MAX));
        if layer == 0 {
            let from = usize::try_from(from).unwrap_or(usize::MAX);
            let records = state.records.iter().skip(from).take(limit);
            return Ok(records.map(Recorded::leaf).collect());
        }
        let stored = state.tables.nodes.range(
            NodeAt {
                layer,
                number: from,
            }..=NodeAt {
                layer,
                number: u64::MAX,
            },
        );
        Ok(stored.take(limit).map(|(_, node)| *node).collect())
    }

    fn side(
        &self,
        table: SideTable,
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<SideRow>, LedgerError> {
        Ok(self.lock().tables.side(table, after, limit.min(READ_MAX)))
    }
}

impl Rows for State {
    type Error = LedgerError;

    fn commit(&mut self, key: &IdempotencyKey) -> Result<Vec<Recorded>, LedgerError> {
        let Some(position) = self.tables.commits.get(key) else {
            return Ok(Vec::new());
        };
        let from = usize::try_from(*position).unwrap_or(usize::MAX);
        let records = self.records.iter().skip(from);
        Ok(records
            .take_while(|r| r.record().key == *key)
            .cloned()
            .collect())
    }

    fn version(&mut self, stream: &StreamId) -> Result<u64, LedgerError> {
        Ok(self.tables.streams.get(stream).copied().unwrap_or(0))
    }

    fn claim(&mut self, claim: &Key) -> Result<Option<Claim>, LedgerError> {
        Ok(self.tables.claims.get(claim).cloned())
    }

    fn counter(&mut self, counter: &Key) -> Result<u64, LedgerError> {
        Ok(self.tables.counters.get(counter).copied().unwrap_or(0))
    }

    fn has_sealed(&mut self, id: &SealedId) -> Result<bool, LedgerError> {
        Ok(self.sealed.contains_key(id))
    }
}

impl State {
    fn write(&mut self, written: Written) {
        let Written {
            head,
            records,
            leaves: _,
            nodes,
            versions,
            claims,
            counters,
            index,
            sealed,
            shredded,
        } = written;
        for recorded in records {
            let record = recorded.record();
            let at = self.records.len();
            self.streams
                .entry(record.stream.clone())
                .or_default()
                .push(at);
            if record.place == 1 {
                self.tables
                    .commits
                    .insert(record.key.clone(), record.position);
            }
            self.records.push(recorded);
        }
        self.head = head;
        self.tables.nodes.extend(nodes);
        self.tables.streams.extend(versions);
        for (claim, held) in claims {
            set(&mut self.tables.claims, claim, held);
        }
        for (counter, value) in counters {
            set(
                &mut self.tables.counters,
                counter,
                Some(value).filter(|v| *v > 0),
            );
        }
        for (at, value) in index {
            let value: Option<Value> = value;
            set(&mut self.tables.index, at, value);
        }
        for (id, row) in sealed {
            let state = match row.record {
                Some(_) => SealedState::Kept,
                None => SealedState::Shredded,
            };
            let kind = row.kind.clone();
            self.tables.sealed.insert(id, (kind, row.sha256, state));
            self.sealed.insert(id, row);
        }
        for id in shredded {
            if let Some(row) = self.sealed.get_mut(&id) {
                row.record = None;
            }
            if let Some((_, _, state)) = self.tables.sealed.get_mut(&id) {
                *state = SealedState::Shredded;
            }
        }
    }
}

fn set<K: Ord, V>(rows: &mut BTreeMap<K, V>, key: K, value: Option<V>) {
    match value {
        Some(value) => {
            rows.insert(key, value);
        }
        None => {
            rows.remove(&key);
        }
    }
}
