//! Writing a group, inside its transaction.

use npki_ledger::{MerkleHash, NodeAt, group::Written};
use rusqlite::{Connection, Transaction, params};

use crate::{
    error::{Error, corrupt},
    read::signed,
};

pub(crate) fn write(transaction: &Transaction<'_>, written: &Written) -> Result<(), Error> {
    records(transaction, written)?;
    nodes(transaction, &written.nodes)?;
    claims(transaction, written)?;
    counters(transaction, written)?;
    entries(transaction, written)?;
    sealed(transaction, written)?;
    let Written { head, .. } = written;
    transaction
        .prepare_cached("UPDATE head SET size = ?1, frontier = ?2, time = ?3 WHERE id = 1")?
        .execute(params![
            signed(head.frontier.size())?,
            head.frontier.encode(),
            head.time.map(npki_core::Instant::unix_seconds),
        ])?;
    Ok(())
}

fn records(transaction: &Transaction<'_>, written: &Written) -> Result<(), Error> {
    let mut insert = transaction.prepare_cached(
        "INSERT INTO record (position, stream, version, commit_key, leaf, der)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    for (recorded, leaf) in written.records.iter().zip(&written.leaves) {
        let record = recorded.record();
        insert.execute(params![
            signed(record.position)?,
            record.stream.to_string(),
            signed(record.stream_version)?,
            (record.place == 1).then(|| record.key.octets()),
            leaf.octets(),
            recorded.der(),
        ])?;
    }
    Ok(())
}

/// Nodes of the Merkle tree.
pub(crate) fn nodes(connection: &Connection, nodes: &[(NodeAt, MerkleHash)]) -> Result<(), Error> {
    if nodes.is_empty() {
        return Ok(());
    }
    let mut insert =
        connection.prepare_cached("INSERT INTO node (layer, number, hash) VALUES (?1, ?2, ?3)")?;
    for (at, node) in nodes {
        insert.execute(params![at.layer, signed(at.number)?, node.octets()])?;
    }
    Ok(())
}

fn claims(transaction: &Transaction<'_>, written: &Written) -> Result<(), Error> {
    let mut put = transaction.prepare_cached(
        "INSERT INTO claim (key, owner, ends) VALUES (?1, ?2, ?3)
         ON CONFLICT (key) DO UPDATE SET owner = excluded.owner, ends = excluded.ends",
    )?;
    let mut remove = transaction.prepare_cached("DELETE FROM claim WHERE key = ?1")?;
    for (claim, held) in &written.claims {
        match held {
            Some(held) => put.execute(params![
                claim.octets(),
                held.owner.octets(),
                held.end.map(npki_core::Instant::unix_seconds),
            ])?,
            None => remove.execute([claim.octets()])?,
        };
    }
    Ok(())
}

fn counters(transaction: &Transaction<'_>, written: &Written) -> Result<(), Error> {
    let mut put = transaction.prepare_cached(
        "INSERT INTO counter (key, value) VALUES (?1, ?2)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    )?;
    let mut remove = transaction.prepare_cached("DELETE FROM counter WHERE key = ?1")?;
    for (counter, value) in &written.counters {
        match value {
            0 => remove.execute([counter.octets()])?,
            value => put.execute(params![counter.octets(), signed(*value)?])?,
        };
    }
    Ok(())
}

fn entries(transaction: &Transaction<'_>, written: &Written) -> Result<(), Error> {
    let mut put = transaction.prepare_cached(
        "INSERT INTO entry (name, key, value) VALUES (?1, ?2, ?3)
         ON CONFLICT (name, key) DO UPDATE SET value = excluded.value",
    )?;
    let mut remove =
        transaction.prepare_cached("DELETE FROM entry WHERE name = ?1 AND key = ?2")?;
    for ((name, key), value) in &written.index {
        match value {
            Some(value) => put.execute(params![name.as_str(), key.octets(), value.octets()])?,
            None => remove.execute(params![name.as_str(), key.octets()])?,
        };
    }
    Ok(())
}

fn sealed(transaction: &Transaction<'_>, written: &Written) -> Result<(), Error> {
    let mut insert = transaction.prepare_cached(
        "INSERT INTO sealed (sealed_id, kind, sha256, record) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for (id, row) in &written.sealed {
        let record = row.record.as_ref().map(der::Encode::to_der).transpose();
        insert.execute(params![
            id.octets(),
            row.kind.as_str(),
            row.sha256,
            record.map_err(|e| corrupt("a sealed record to be written", e))?,
        ])?;
    }
    let mut shred =
        transaction.prepare_cached("UPDATE sealed SET record = NULL WHERE sealed_id = ?1")?;
    for id in &written.shredded {
        shred.execute([id.octets()])?;
    }
    Ok(())
}
