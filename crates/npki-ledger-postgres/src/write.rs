//! Writing a group, inside its transaction: one statement, whatever there is to write.

use npki_ledger::group::Written;

use crate::{
    error::{Error, corrupt},
    read::signed,
    session::Session,
};

pub(crate) fn write(session: &mut Session, written: &Written) -> Result<(), Error> {
    let records = Records::of(written)?;
    let held = written
        .claims
        .iter()
        .filter_map(|(key, held)| held.as_ref().map(|held| (key, held)));
    let (claims, held): (Vec<_>, Vec<_>) = held.map(|(key, held)| (key.octets(), held)).unzip();
    let owners: Vec<_> = held.iter().map(|held| held.owner.octets()).collect();
    let ends: Vec<_> = held
        .iter()
        .map(|held| held.end.map(npki_core::Instant::unix_seconds))
        .collect();
    let released = written.claims.iter().filter(|(_, held)| held.is_none());
    let released: Vec<_> = released.map(|(key, _)| key.octets()).collect();

    let mut counters = (Vec::new(), Vec::new());
    let mut zero = Vec::new();
    for (counter, value) in &written.counters {
        match value {
            0 => zero.push(counter.octets()),
            value => {
                counters.0.push(counter.octets());
                counters.1.push(signed(*value)?);
            }
        }
    }

    let mut entries = (Vec::new(), Vec::new(), Vec::new());
    let mut removed = (Vec::new(), Vec::new());
    for ((name, key), value) in &written.index {
        match value {
            Some(value) => {
                entries.0.push(name.as_str());
                entries.1.push(key.octets());
                entries.2.push(value.octets());
            }
            None => {
                removed.0.push(name.as_str());
                removed.1.push(key.octets());
            }
        }
    }

    let mut sealed = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (id, row) in &written.sealed {
        let record = row.record.as_ref().map(der::Encode::to_der).transpose();
        sealed.0.push(id.octets().as_slice());
        sealed.1.push(row.kind.as_str());
        sealed.2.push(row.sha256.as_slice());
        sealed
            .3
            .push(record.map_err(|e| corrupt("a sealed record to be written", e))?);
    }
    let shredded: Vec<_> = written
        .shredded
        .iter()
        .map(|id| id.octets().as_slice())
        .collect();

    let mut nodes = (Vec::new(), Vec::new(), Vec::new());
    for (at, node) in &written.nodes {
        nodes.0.push(i32::from(at.layer));
        nodes.1.push(signed(at.number)?);
        nodes.2.push(node.octets().as_slice());
    }

    let head = &written.head;
    session.rows(
        WRITE,
        &[
            &records.positions,
            &records.streams,
            &records.versions,
            &records.keys,
            &records.leaves,
            &records.der,
            &claims,
            &owners,
            &ends,
            &released,
            &counters.0,
            &counters.1,
            &zero,
            &entries.0,
            &entries.1,
            &entries.2,
            &removed.0,
            &removed.1,
            &sealed.0,
            &sealed.1,
            &sealed.2,
            &sealed.3,
            &shredded,
            &signed(head.frontier.size())?,
            &head.frontier.encode(),
            &head.time.map(npki_core::Instant::unix_seconds),
            &nodes.0,
            &nodes.1,
            &nodes.2,
        ],
    )?;
    Ok(())
}

/// The columns of `record`.
struct Records<'a> {
    positions: Vec<i64>,
    streams: Vec<String>,
    versions: Vec<i64>,
    keys: Vec<Option<&'a [u8]>>,
    leaves: Vec<&'a [u8]>,
    der: Vec<&'a [u8]>,
}

impl<'a> Records<'a> {
    fn of(written: &'a Written) -> Result<Self, Error> {
        let all = written
            .records
            .iter()
            .map(|recorded| (recorded, recorded.record()));
        Ok(Self {
            positions: all
                .clone()
                .map(|(_, r)| signed(r.position))
                .collect::<Result<_, _>>()?,
            streams: all.clone().map(|(_, r)| r.stream.to_string()).collect(),
            versions: all
                .clone()
                .map(|(_, r)| signed(r.stream_version))
                .collect::<Result<_, _>>()?,
            keys: all
                .clone()
                .map(|(_, r)| (r.place == 1).then(|| r.key.octets()))
                .collect(),
            leaves: written
                .leaves
                .iter()
                .map(|leaf| &leaf.octets()[..])
                .collect(),
            der: all.map(|(recorded, _)| recorded.der()).collect(),
        })
    }
}

/// Each row stands in one of the parts, so that their order is of no matter.
const WRITE: &str = "
    WITH w1 AS (
        INSERT INTO record (position, stream, version, commit_key, leaf, der)
        SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bytea[], $5::bytea[], $6::bytea[])
    ), w2 AS (
        INSERT INTO claim (key, owner, ends)
        SELECT * FROM unnest($7::bytea[], $8::bytea[], $9::bigint[])
        ON CONFLICT (key) DO UPDATE SET owner = excluded.owner, ends = excluded.ends
    ), w3 AS (
        DELETE FROM claim WHERE key = ANY ($10::bytea[])
    ), w4 AS (
        INSERT INTO counter (key, value)
        SELECT * FROM unnest($11::bytea[], $12::bigint[])
        ON CONFLICT (key) DO UPDATE SET value = excluded.value
    ), w5 AS (
        DELETE FROM counter WHERE key = ANY ($13::bytea[])
    ), w6 AS (
        INSERT INTO entry (name, key, value)
        SELECT * FROM unnest($14::text[], $15::bytea[], $16::bytea[])
        ON CONFLICT (name, key) DO UPDATE SET value = excluded.value
    ), w7 AS (
        DELETE FROM entry USING unnest($17::text[], $18::bytea[]) AS gone (name, key)
        WHERE entry.name = gone.name AND entry.key = gone.key
    ), w8 AS (
        INSERT INTO sealed (sealed_id, kind, sha256, record)
        SELECT * FROM unnest($19::bytea[], $20::text[], $21::bytea[], $22::bytea[])
    ), w9 AS (
        UPDATE sealed SET record = NULL WHERE sealed_id = ANY ($23::bytea[])
    ), w10 AS (
        INSERT INTO node (layer, number, hash)
        SELECT * FROM unnest($27::integer[], $28::bigint[], $29::bytea[])
    )
    UPDATE head SET size = $24, frontier = $25, time = $26 WHERE id = 1
";
