//! Reading rows: what stands in a column becomes a checked type, or the ledger is damaged.

use der::{Decode as _, asn1::OctetStringRef};
use npki_core::{Instant, Sealed};
use npki_ledger::{
    Claim, Frontier, HeadState, IdempotencyKey, IndexEntry, IndexName, Key, MerkleHash, NodeAt,
    RecordRow, Recorded, SealedId, SealedKind, SealedRow, SealedState, SideRow, SideTable, Span,
    StreamId, Value, group::Rows,
};
use rusqlite::{
    Connection, OptionalExtension as _, Params, Row, Statement, StatementStatus, params,
};

use crate::error::{Error, corrupt};

/// A connection, for reading.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a>(pub(crate) &'a Connection);

impl Reader<'_> {
    pub(crate) fn head(self) -> Result<HeadState, Error> {
        self.one(
            "SELECT size, frontier, time FROM head WHERE id = 1",
            [],
            |row| {
                let size = unsigned(row.get(0)?)?;
                let octets: Vec<u8> = row.get(1)?;
                Ok(HeadState {
                    frontier: Frontier::parse(size, &octets).map_err(|e| corrupt("head", e))?,
                    time: row.get::<_, Option<i64>>(2)?.map(instant).transpose()?,
                })
            },
        )?
        .ok_or_else(|| corrupt("head", "it is missing"))
    }

    pub(crate) fn commit(self, key: &IdempotencyKey) -> Result<Vec<Recorded>, Error> {
        let first = self.one(
            "SELECT position, der FROM record WHERE commit_key = ?1",
            [key.octets()],
            recorded,
        )?;
        let Some(first) = first else {
            return Ok(Vec::new());
        };
        let (position, of) = (first.record().position, first.record().of);
        let mut records = vec![first];
        if of > 1 {
            let (from, to) = (position.saturating_add(1), position.saturating_add(of));
            records.append(&mut self.many(
                "SELECT position, der FROM record WHERE position >= ?1 AND position < ?2
                 ORDER BY position",
                params![signed(from)?, signed(to)?],
                recorded,
            )?);
        }
        Ok(records)
    }

    pub(crate) fn version(self, stream: &StreamId) -> Result<u64, Error> {
        let version = self.one(
            "SELECT version FROM record WHERE stream = ?1 ORDER BY version DESC LIMIT 1",
            [stream.to_string()],
            |row| unsigned(row.get(0)?),
        )?;
        Ok(version.unwrap_or(0))
    }

    pub(crate) fn stream(
        self,
        stream: &StreamId,
        from: u64,
        limit: usize,
    ) -> Result<Vec<Recorded>, Error> {
        let Ok(from) = signed(from) else {
            return Ok(Vec::new());
        };
        self.many(
            "SELECT position, der FROM record WHERE stream = ?1 AND version >= ?2
             ORDER BY version LIMIT ?3",
            params![stream.to_string(), from, i64::try_from(limit)?],
            recorded,
        )
    }

    pub(crate) fn claim(self, claim: &Key) -> Result<Option<Claim>, Error> {
        self.one(
            "SELECT owner, ends FROM claim WHERE key = ?1",
            [claim.octets()],
            |row| held(row, 0),
        )
    }

    pub(crate) fn counter(self, counter: &Key) -> Result<u64, Error> {
        let value = self.one(
            "SELECT value FROM counter WHERE key = ?1",
            [counter.octets()],
            |row| unsigned(row.get(0)?),
        )?;
        Ok(value.unwrap_or(0))
    }

    pub(crate) fn index(
        self,
        index: &IndexName,
        span: &Span,
        limit: usize,
    ) -> Result<Vec<IndexEntry>, Error> {
        let limit = i64::try_from(limit)?;
        let entry = |row: &Row<'_>| {
            Ok(IndexEntry {
                key: key(row.get(0)?)?,
                value: value(row.get(1)?)?,
            })
        };
        match span.to() {
            Some(to) => self.many(
                "SELECT key, value FROM entry WHERE name = ?1 AND key >= ?2 AND key < ?3
                 ORDER BY key LIMIT ?4",
                params![index.as_str(), span.from(), to, limit],
                entry,
            ),
            None => self.many(
                "SELECT key, value FROM entry WHERE name = ?1 AND key >= ?2 ORDER BY key LIMIT ?3",
                params![index.as_str(), span.from(), limit],
                entry,
            ),
        }
    }

    pub(crate) fn sealed(self, id: &SealedId) -> Result<Option<SealedRow>, Error> {
        self.one(
            "SELECT kind, sha256, record FROM sealed WHERE sealed_id = ?1",
            [id.octets()],
            |row| {
                let record: Option<Vec<u8>> = row.get(2)?;
                Ok(SealedRow {
                    kind: sealed_kind(row.get(0)?)?,
                    sha256: digest(row.get(1)?)?,
                    record: record
                        .map(|der| Sealed::from_der(&der))
                        .transpose()
                        .map_err(|e| corrupt("sealed record", e))?,
                })
            },
        )
    }

    pub(crate) fn has_sealed(self, id: &SealedId) -> Result<bool, Error> {
        let found = self.one(
            "SELECT 1 FROM sealed WHERE sealed_id = ?1",
            [id.octets()],
            |_| Ok(()),
        )?;
        Ok(found.is_some())
    }

    pub(crate) fn records(self, from: u64, limit: usize) -> Result<Vec<Recorded>, Error> {
        let Ok(from) = signed(from) else {
            return Ok(Vec::new());
        };
        self.many(
            "SELECT position, der FROM record WHERE position >= ?1 ORDER BY position LIMIT ?2",
            params![from, i64::try_from(limit)?],
            recorded,
        )
    }

    pub(crate) fn rows(self, from: u64, limit: usize) -> Result<Vec<RecordRow>, Error> {
        let Ok(from) = signed(from) else {
            return Ok(Vec::new());
        };
        self.many(
            "SELECT position, leaf, der FROM record WHERE position >= ?1 ORDER BY position LIMIT ?2",
            params![from, i64::try_from(limit)?],
            |row| {
                Ok(RecordRow {
                    position: unsigned(row.get(0)?)?,
                    leaf: MerkleHash::from_octets(digest(row.get(1)?)?),
                    der: row.get(2)?,
                })
            },
        )
    }

    pub(crate) fn nodes(
        self,
        layer: u8,
        from: u64,
        limit: usize,
    ) -> Result<Vec<MerkleHash>, Error> {
        let Ok(from) = signed(from) else {
            return Ok(Vec::new());
        };
        let limit = i64::try_from(limit)?;
        let node = |row: &Row<'_>| Ok(MerkleHash::from_octets(digest(row.get(0)?)?));
        if layer == 0 {
            return self.many(
                "SELECT leaf FROM record WHERE position >= ?1 ORDER BY position LIMIT ?2",
                params![from, limit],
                node,
            );
        }
        self.many(
            "SELECT hash FROM node WHERE layer = ?1 AND number >= ?2 ORDER BY number LIMIT ?3",
            params![layer, from, limit],
            node,
        )
    }

    pub(crate) fn side(
        self,
        table: SideTable,
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<SideRow>, Error> {
        // No key is empty, so all of them are greater than nothing.
        let after = after.unwrap_or_default();
        let limit = i64::try_from(limit)?;
        match table {
            SideTable::Commits => self.many(
                "SELECT commit_key, position FROM record
                 WHERE commit_key IS NOT NULL AND commit_key > ?1 ORDER BY commit_key LIMIT ?2",
                params![after, limit],
                |row| {
                    let key: Vec<u8> = row.get(0)?;
                    let key = IdempotencyKey::new(key).map_err(|e| corrupt("commit key", e))?;
                    Ok(SideRow::commit(&key, unsigned(row.get(1)?)?))
                },
            ),
            SideTable::Streams => self.many(
                "SELECT stream, max(version) FROM record
                 WHERE stream > ?1 GROUP BY stream ORDER BY stream LIMIT ?2",
                params![text(after)?, limit],
                |row| {
                    let stream: String = row.get(0)?;
                    let stream = stream.parse().map_err(|e| corrupt("stream", e))?;
                    Ok(SideRow::stream(&stream, unsigned(row.get(1)?)?))
                },
            ),
            SideTable::Claims => self.many(
                "SELECT key, owner, ends FROM claim WHERE key > ?1 ORDER BY key LIMIT ?2",
                params![after, limit],
                |row| Ok(SideRow::claim(&key(row.get(0)?)?, &held(row, 1)?)),
            ),
            SideTable::Counters => self.many(
                "SELECT key, value FROM counter WHERE key > ?1 ORDER BY key LIMIT ?2",
                params![after, limit],
                |row| Ok(SideRow::counter(&key(row.get(0)?)?, unsigned(row.get(1)?)?)),
            ),
            SideTable::Index => {
                let (name, at) = SideRow::split_index(after).unwrap_or_default();
                self.many(
                    "SELECT name, key, value FROM entry
                     WHERE (name, key) > (?1, ?2) ORDER BY name, key LIMIT ?3",
                    params![text(name)?, at, limit],
                    |row| {
                        let name: String = row.get(0)?;
                        let name = IndexName::new(&name).map_err(|e| corrupt("index name", e))?;
                        Ok(SideRow::index(
                            &name,
                            &key(row.get(1)?)?,
                            &value(row.get(2)?)?,
                        ))
                    },
                )
            }
            SideTable::Sealed => self.many(
                "SELECT sealed_id, kind, sha256, record IS NULL FROM sealed
                 WHERE sealed_id > ?1 ORDER BY sealed_id LIMIT ?2",
                params![after, limit],
                |row| {
                    let id: [u8; 16] = row.get(0)?;
                    let state = match row.get(3)? {
                        true => SealedState::Shredded,
                        false => SealedState::Kept,
                    };
                    Ok(SideRow::sealed(
                        &SealedId::from_octets(id),
                        &sealed_kind(row.get(1)?)?,
                        &digest(row.get(2)?)?,
                        state,
                    ))
                },
            ),
            SideTable::Nodes => {
                // Layer 0 has no rows here.
                let at = SideRow::split_node(after).unwrap_or(NodeAt {
                    layer: 0,
                    number: 0,
                });
                // Behind the greatest number of all there is the next layer.
                let number = signed(at.number).unwrap_or(i64::MAX);
                self.many(
                    "SELECT layer, number, hash FROM node
                     WHERE (layer, number) > (?1, ?2) ORDER BY layer, number LIMIT ?3",
                    params![at.layer, number, limit],
                    |row| {
                        let at = NodeAt {
                            layer: row.get(0)?,
                            number: unsigned(row.get(1)?)?,
                        };
                        let node = MerkleHash::from_octets(digest(row.get(2)?)?);
                        Ok(SideRow::node(at, &node))
                    },
                )
            }
            _ => Ok(Vec::new()),
        }
    }

    fn one<T>(
        self,
        sql: &'static str,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        let mut statement = self.0.prepare_cached(sql)?;
        let found = statement
            .query_row(params, |row| Ok(read(row)))
            .optional()?;
        indexed(&statement, sql);
        found.transpose()
    }

    fn many<T>(
        self,
        sql: &'static str,
        params: impl Params,
        read: impl Fn(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let mut statement = self.0.prepare_cached(sql)?;
        let mut rows = statement.query(params)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(read(row)?);
        }
        drop(rows);
        indexed(&statement, sql);
        Ok(found)
    }
}

impl Rows for Reader<'_> {
    type Error = Error;

    fn commit(&mut self, key: &IdempotencyKey) -> Result<Vec<Recorded>, Error> {
        Reader::commit(*self, key)
    }

    fn version(&mut self, stream: &StreamId) -> Result<u64, Error> {
        Reader::version(*self, stream)
    }

    fn claim(&mut self, claim: &Key) -> Result<Option<Claim>, Error> {
        Reader::claim(*self, claim)
    }

    fn counter(&mut self, counter: &Key) -> Result<u64, Error> {
        Reader::counter(*self, counter)
    }

    fn has_sealed(&mut self, id: &SealedId) -> Result<bool, Error> {
        Reader::has_sealed(*self, id)
    }
}

/// Every look-up has an index: what it costs does not grow with the ledger. Tests run into this.
fn indexed(statement: &Statement<'_>, sql: &str) {
    debug_assert_eq!(
        statement.get_status(StatementStatus::FullscanStep),
        0,
        "a table is scanned by {sql}"
    );
}

/// Columns `position, der`; they have to agree.
fn recorded(row: &Row<'_>) -> Result<Recorded, Error> {
    let recorded = Recorded::parse(row.get(1)?).map_err(|e| corrupt("record", e))?;
    if recorded.record().position != unsigned(row.get(0)?)? {
        return Err(corrupt("record", "it stands at another position"));
    }
    Ok(recorded)
}

fn held(row: &Row<'_>, at: usize) -> Result<Claim, Error> {
    let ends: Option<i64> = row.get(at + 1)?;
    Ok(Claim {
        owner: key(row.get(at)?)?,
        end: ends.map(instant).transpose()?,
    })
}

fn key(octets: Vec<u8>) -> Result<Key, Error> {
    Key::new(octets).map_err(|e| corrupt("key", e))
}

fn value(octets: Vec<u8>) -> Result<Value, Error> {
    Value::new(octets).map_err(|e| corrupt("index value", e))
}

fn sealed_kind(name: String) -> Result<SealedKind, Error> {
    SealedKind::new(&name).map_err(|e| corrupt("kind of sealed record", e))
}

fn digest(octets: Vec<u8>) -> Result<[u8; 32], Error> {
    let octets = OctetStringRef::new(&octets).map_err(|e| corrupt("digest", e))?;
    octets
        .try_into()
        .map_err(|e: der::Error| corrupt("digest", e))
}

fn instant(seconds: i64) -> Result<Instant, Error> {
    Instant::from_unix_seconds(seconds).map_err(|e| corrupt("time", e))
}

fn text(octets: &[u8]) -> Result<&str, Error> {
    str::from_utf8(octets).map_err(|e| corrupt("row to go on from", e))
}

/// Positions and versions are counted in SQLite's signed integers.
pub(crate) fn signed(number: u64) -> Result<i64, Error> {
    Ok(i64::try_from(number)?)
}

fn unsigned(number: i64) -> Result<u64, Error> {
    Ok(u64::try_from(number)?)
}
