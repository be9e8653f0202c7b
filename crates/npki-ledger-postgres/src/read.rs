//! Reading rows: what stands in a column becomes a checked type, or the ledger is damaged.

use der::Decode as _;
use npki_core::{Instant, Sealed};
use npki_ledger::{
    Claim, Frontier, HeadState, IdempotencyKey, IndexEntry, IndexName, Key, MerkleHash, NodeAt,
    RecordRow, Recorded, SealedId, SealedKind, SealedRow, SealedState, SideRow, SideTable, Span,
    StreamId, Value,
};
use postgres::{Row, types::ToSql};

use crate::{
    error::{Error, corrupt},
    session::{Session, column},
};

impl Session {
    pub(crate) fn head(&mut self) -> Result<HeadState, Error> {
        self.one(
            "SELECT size, frontier, time FROM head WHERE id = 1",
            &[],
            |row| head(column(row, 0)?, column(row, 1)?, column(row, 2)?),
        )?
        .ok_or_else(|| corrupt("head", "it is missing"))
    }

    pub(crate) fn commit(&mut self, key: &IdempotencyKey) -> Result<Vec<Recorded>, Error> {
        let first = self.one(
            "SELECT position, der FROM record WHERE commit_key = $1",
            &[&key.octets()],
            recorded,
        )?;
        match first {
            Some(first) => self.rest_of(first),
            None => Ok(Vec::new()),
        }
    }

    /// The records of the commit that begins with this one.
    pub(crate) fn rest_of(&mut self, first: Recorded) -> Result<Vec<Recorded>, Error> {
        let (position, of) = (first.record().position, first.record().of);
        let mut records = vec![first];
        if of > 1 {
            let (from, to) = (position.saturating_add(1), position.saturating_add(of));
            records.append(&mut self.many(
                "SELECT position, der FROM record WHERE position >= $1 AND position < $2
                 ORDER BY position",
                &[&signed(from)?, &signed(to)?],
                recorded,
            )?);
        }
        Ok(records)
    }

    pub(crate) fn stream(
        &mut self,
        stream: &StreamId,
        from: u64,
        limit: usize,
    ) -> Result<Vec<Recorded>, Error> {
        let Ok(from) = signed(from) else {
            return Ok(Vec::new());
        };
        self.many(
            "SELECT position, der FROM record WHERE stream = $1 AND version >= $2
             ORDER BY version LIMIT $3",
            &[&stream.to_string(), &from, &i64::try_from(limit)?],
            recorded,
        )
    }

    pub(crate) fn claim(&mut self, claim: &Key) -> Result<Option<Claim>, Error> {
        self.one(
            "SELECT owner, ends FROM claim WHERE key = $1",
            &[&claim.octets()],
            |row| held(column(row, 0)?, column(row, 1)?),
        )
    }

    pub(crate) fn counter(&mut self, counter: &Key) -> Result<u64, Error> {
        let value = self.one(
            "SELECT value FROM counter WHERE key = $1",
            &[&counter.octets()],
            |row| unsigned(column(row, 0)?),
        )?;
        Ok(value.unwrap_or(0))
    }

    pub(crate) fn index(
        &mut self,
        index: &IndexName,
        span: &Span,
        limit: usize,
    ) -> Result<Vec<IndexEntry>, Error> {
        let (name, from, limit) = (index.as_str(), span.from(), i64::try_from(limit)?);
        let entry = |row: &Row| {
            Ok(IndexEntry {
                key: key(column(row, 0)?)?,
                value: value(column(row, 1)?)?,
            })
        };
        match span.to() {
            Some(to) => self.many(
                "SELECT key, value FROM entry WHERE name = $1 AND key >= $2 AND key < $3
                 ORDER BY key LIMIT $4",
                &[&name, &from, &to, &limit],
                entry,
            ),
            None => self.many(
                "SELECT key, value FROM entry WHERE name = $1 AND key >= $2 ORDER BY key LIMIT $3",
                &[&name, &from, &limit],
                entry,
            ),
        }
    }

    pub(crate) fn sealed(&mut self, id: &SealedId) -> Result<Option<SealedRow>, Error> {
        self.one(
            "SELECT kind, sha256, record FROM sealed WHERE sealed_id = $1",
            &[&id.octets().as_slice()],
            |row| {
                let record: Option<&[u8]> = column(row, 2)?;
                Ok(SealedRow {
                    kind: sealed_kind(column(row, 0)?)?,
                    sha256: digest(column(row, 1)?)?,
                    record: record
                        .map(Sealed::from_der)
                        .transpose()
                        .map_err(|e| corrupt("sealed record", e))?,
                })
            },
        )
    }

    pub(crate) fn records(&mut self, from: u64, limit: usize) -> Result<Vec<Recorded>, Error> {
        let Ok(from) = signed(from) else {
            return Ok(Vec::new());
        };
        self.many(
            "SELECT position, der FROM record WHERE position >= $1 ORDER BY position LIMIT $2",
            &[&from, &i64::try_from(limit)?],
            recorded,
        )
    }

    pub(crate) fn record_rows(&mut self, from: u64, limit: usize) -> Result<Vec<RecordRow>, Error> {
        let Ok(from) = signed(from) else {
            return Ok(Vec::new());
        };
        self.many(
            "SELECT position, leaf, der FROM record WHERE position >= $1
             ORDER BY position LIMIT $2",
            &[&from, &i64::try_from(limit)?],
            |row| {
                Ok(RecordRow {
                    position: unsigned(column(row, 0)?)?,
                    leaf: MerkleHash::from_octets(digest(column(row, 1)?)?),
                    der: column(row, 2)?,
                })
            },
        )
    }

    pub(crate) fn nodes(
        &mut self,
        layer: u8,
        from: u64,
        limit: usize,
    ) -> Result<Vec<MerkleHash>, Error> {
        let Ok(from) = signed(from) else {
            return Ok(Vec::new());
        };
        let limit = i64::try_from(limit)?;
        let node = |row: &Row| Ok(MerkleHash::from_octets(digest(column(row, 0)?)?));
        if layer == 0 {
            return self.many(
                "SELECT leaf FROM record WHERE position >= $1 ORDER BY position LIMIT $2",
                &[&from, &limit],
                node,
            );
        }
        self.many(
            "SELECT hash FROM node WHERE layer = $1 AND number >= $2 ORDER BY number LIMIT $3",
            &[&i32::from(layer), &from, &limit],
            node,
        )
    }

    pub(crate) fn side(
        &mut self,
        table: SideTable,
        after: &[u8],
        limit: usize,
    ) -> Result<Vec<SideRow>, Error> {
        let limit = i64::try_from(limit)?;
        match table {
            SideTable::Commits => self.many(
                "SELECT commit_key, position FROM record
                 WHERE commit_key IS NOT NULL AND commit_key > $1 ORDER BY commit_key LIMIT $2",
                &[&after, &limit],
                |row| {
                    let key = IdempotencyKey::new(column::<&[u8]>(row, 0)?)
                        .map_err(|e| corrupt("commit key", e))?;
                    Ok(SideRow::commit(&key, unsigned(column(row, 1)?)?))
                },
            ),
            SideTable::Streams => self.many(
                "SELECT DISTINCT ON (stream) stream, version FROM record
                 WHERE stream > $1 ORDER BY stream, version DESC LIMIT $2",
                &[&text(after)?, &limit],
                |row| {
                    let stream = column::<&str>(row, 0)?;
                    let stream = stream.parse().map_err(|e| corrupt("stream", e))?;
                    Ok(SideRow::stream(&stream, unsigned(column(row, 1)?)?))
                },
            ),
            SideTable::Claims => self.many(
                "SELECT key, owner, ends FROM claim WHERE key > $1 ORDER BY key LIMIT $2",
                &[&after, &limit],
                |row| {
                    let held = held(column(row, 1)?, column(row, 2)?)?;
                    Ok(SideRow::claim(&key(column(row, 0)?)?, &held))
                },
            ),
            SideTable::Counters => self.many(
                "SELECT key, value FROM counter WHERE key > $1 ORDER BY key LIMIT $2",
                &[&after, &limit],
                |row| {
                    let value = unsigned(column(row, 1)?)?;
                    Ok(SideRow::counter(&key(column(row, 0)?)?, value))
                },
            ),
            SideTable::Index => {
                let (name, at) = SideRow::split_index(after).unwrap_or_default();
                self.many(
                    "SELECT name, key, value FROM entry
                     WHERE (name, key) > ($1, $2) ORDER BY name, key LIMIT $3",
                    &[&text(name)?, &at, &limit],
                    |row| {
                        let name = IndexName::new(column(row, 0)?)
                            .map_err(|e| corrupt("index name", e))?;
                        let (key, value) = (key(column(row, 1)?)?, value(column(row, 2)?)?);
                        Ok(SideRow::index(&name, &key, &value))
                    },
                )
            }
            SideTable::Sealed => self.many(
                "SELECT sealed_id, kind, sha256, record IS NULL FROM sealed
                 WHERE sealed_id > $1 ORDER BY sealed_id LIMIT $2",
                &[&after, &limit],
                |row| {
                    let id = column::<&[u8]>(row, 0)?
                        .try_into()
                        .map_err(|e| corrupt("name of a sealed record", e))?;
                    let state = match column(row, 3)? {
                        true => SealedState::Shredded,
                        false => SealedState::Kept,
                    };
                    Ok(SideRow::sealed(
                        &SealedId::from_octets(id),
                        &sealed_kind(column(row, 1)?)?,
                        &digest(column(row, 2)?)?,
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
                     WHERE (layer, number) > ($1, $2) ORDER BY layer, number LIMIT $3",
                    &[&i32::from(at.layer), &number, &limit],
                    |row| {
                        let at = NodeAt {
                            layer: column::<i32>(row, 0)?.try_into()?,
                            number: unsigned(column(row, 1)?)?,
                        };
                        let node = MerkleHash::from_octets(digest(column(row, 2)?)?);
                        Ok(SideRow::node(at, &node))
                    },
                )
            }
            _ => Ok(Vec::new()),
        }
    }

    fn one<T>(
        &mut self,
        sql: &'static str,
        parameters: &[&(dyn ToSql + Sync)],
        read: impl FnOnce(&Row) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        self.rows(sql, parameters)?.first().map(read).transpose()
    }

    fn many<T>(
        &mut self,
        sql: &'static str,
        parameters: &[&(dyn ToSql + Sync)],
        read: impl Fn(&Row) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        self.rows(sql, parameters)?.iter().map(read).collect()
    }
}

pub(crate) fn head(size: i64, frontier: &[u8], time: Option<i64>) -> Result<HeadState, Error> {
    Ok(HeadState {
        frontier: Frontier::parse(unsigned(size)?, frontier).map_err(|e| corrupt("head", e))?,
        time: time.map(instant).transpose()?,
    })
}

/// Columns `position, der`; they have to agree.
pub(crate) fn recorded(row: &Row) -> Result<Recorded, Error> {
    recorded_at(column(row, 0)?, column(row, 1)?)
}

pub(crate) fn recorded_at(position: i64, der: Vec<u8>) -> Result<Recorded, Error> {
    let recorded = Recorded::parse(der).map_err(|e| corrupt("record", e))?;
    if recorded.record().position != unsigned(position)? {
        return Err(corrupt("record", "it stands at another position"));
    }
    Ok(recorded)
}

pub(crate) fn held(owner: &[u8], ends: Option<i64>) -> Result<Claim, Error> {
    Ok(Claim {
        owner: key(owner)?,
        end: ends.map(instant).transpose()?,
    })
}

fn key(octets: &[u8]) -> Result<Key, Error> {
    Key::new(octets).map_err(|e| corrupt("key", e))
}

fn value(octets: &[u8]) -> Result<Value, Error> {
    Value::new(octets).map_err(|e| corrupt("index value", e))
}

fn sealed_kind(name: &str) -> Result<SealedKind, Error> {
    SealedKind::new(name).map_err(|e| corrupt("kind of sealed record", e))
}

pub(crate) fn digest(octets: &[u8]) -> Result<[u8; 32], Error> {
    octets.try_into().map_err(|e| corrupt("digest", e))
}

fn instant(seconds: i64) -> Result<Instant, Error> {
    Instant::from_unix_seconds(seconds).map_err(|e| corrupt("time", e))
}

fn text(octets: &[u8]) -> Result<&str, Error> {
    str::from_utf8(octets).map_err(|e| corrupt("row to go on from", e))
}

/// Positions and versions are counted in PostgreSQL's signed integers.
pub(crate) fn signed(number: u64) -> Result<i64, Error> {
    Ok(i64::try_from(number)?)
}

pub(crate) fn unsigned(number: i64) -> Result<u64, Error> {
    Ok(u64::try_from(number)?)
}
