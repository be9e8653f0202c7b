use std::collections::BTreeMap;

use crate::{
    Claim, IdempotencyKey, IndexEntry, IndexName, Key, SealedId, SealedRow, SideRow, SideTable,
    Span, StreamId, Value,
};

/// The tables beside the log, in memory.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    pub(crate) commits: BTreeMap<IdempotencyKey, u64>,
    pub(crate) streams: BTreeMap<StreamId, u64>,
    pub(crate) claims: BTreeMap<Key, Claim>,
    pub(crate) counters: BTreeMap<Key, u64>,
    pub(crate) index: BTreeMap<(IndexName, Key), Value>,
    pub(crate) sealed: BTreeMap<SealedId, SealedRow>,
}

impl Tables {
    pub(crate) fn index(&self, index: &IndexName, span: &Span, limit: usize) -> Vec<IndexEntry> {
        self.index
            .iter()
            .filter(|((name, key), _)| name == index && span.contains(key.octets()))
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
            SideTable::Sealed => map(&self.sealed, SideRow::sealed),
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
