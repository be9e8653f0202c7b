//! Tables and their migrations. `PRAGMA user_version` tells how many steps a file has taken.

use std::{
    thread,
    time::{Duration, Instant},
};

use npki_ledger::{Frontier, LedgerError, MerkleHash};
use rusqlite::{Connection, ErrorCode, TransactionBehavior, config::DbConfig};

use crate::{error::Error, write};

/// Each step once, in order, and never changed after its release.
///
/// Tables have a rowid and a unique index beside it: with the octets inside an index that is keyed
/// by random octets, writing costs four times as much.
const STEPS: &[Step] = &[
    Step {
        sql: TABLES,
        fill: |_| Ok(()),
    },
    Step {
        sql: NODES,
        fill: fill_nodes,
    },
];

/// What a step does: its SQL, and what is computed out of rows that are there.
struct Step {
    sql: &'static str,
    fill: fn(&Connection) -> Result<(), Error>,
}

const TABLES: &str = "
    CREATE TABLE head (
        id       INTEGER PRIMARY KEY CHECK (id = 1),
        size     INTEGER NOT NULL,
        frontier BLOB NOT NULL,     -- 32 octets for each bit set in size
        time     INTEGER            -- Unix seconds
    ) STRICT;
    INSERT INTO head (id, size, frontier) VALUES (1, 0, x'');

    CREATE TABLE record (
        position   INTEGER PRIMARY KEY,
        stream     TEXT NOT NULL,
        version    INTEGER NOT NULL,
        commit_key BLOB,            -- at the first event of its commit
        leaf       BLOB NOT NULL CHECK (length(leaf) = 32),
        der        BLOB NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX record_version ON record (stream, version);
    CREATE UNIQUE INDEX record_commit ON record (commit_key) WHERE commit_key IS NOT NULL;

    CREATE TABLE claim (
        id    INTEGER PRIMARY KEY,
        key   BLOB NOT NULL,
        owner BLOB NOT NULL,
        ends  INTEGER               -- Unix seconds
    ) STRICT;
    CREATE UNIQUE INDEX claim_key ON claim (key);

    CREATE TABLE counter (
        id    INTEGER PRIMARY KEY,
        key   BLOB NOT NULL,
        value INTEGER NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX counter_key ON counter (key);

    CREATE TABLE entry (
        id    INTEGER PRIMARY KEY,
        name  TEXT NOT NULL,
        key   BLOB NOT NULL,
        value BLOB NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX entry_key ON entry (name, key);

    CREATE TABLE sealed (
        id        INTEGER PRIMARY KEY,
        sealed_id BLOB NOT NULL,
        kind      TEXT NOT NULL,
        sha256    BLOB NOT NULL,
        record    BLOB              -- DER; NULL once shredded
    ) STRICT;
    CREATE UNIQUE INDEX sealed_sealed_id ON sealed (sealed_id);
";

/// Nodes of the Merkle tree above its leaves: the roots of complete subtrees of 16^layer of them.
const NODES: &str = "
    CREATE TABLE node (
        layer  INTEGER NOT NULL,
        number INTEGER NOT NULL,
        hash   BLOB NOT NULL CHECK (length(hash) = 32),
        PRIMARY KEY (layer, number)
    ) STRICT, WITHOUT ROWID;
";

/// `npkL`: marks the file as ours.
const APPLICATION_ID: i64 = 0x6e70_6b4c;

/// How long a writer waits for its turn among other processes.
const BUSY: Duration = Duration::from_secs(20);

/// Between two tries at what SQLite does not wait for.
const PAUSE: Duration = Duration::from_millis(5);

/// More than there are in this crate, so that each is prepared once.
const STATEMENTS: usize = 64;

/// Four index pages for each event of the largest group.
const CACHE: i64 = 16_384;

/// Sets a connection up for writing and brings its file up to date.
pub(crate) fn prepare(connection: &mut Connection) -> Result<(), Error> {
    stable(connection)?;
    log_ahead(connection)?;
    // FULL: an fsync for each transaction. On macOS fsync alone does not reach the disk.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    // What is shredded is overwritten, not only unlinked.
    connection.pragma_update(None, "secure_delete", true)?;
    // A group looks its rows up and then writes them: until the end its pages stay where they are. In KiB, if negative.
    connection.pragma_update(None, "cache_size", -CACHE)?;
    migrate(connection)
}

/// Gives a new file its write-ahead log. In memory there is no such log, and none is needed.
///
/// SQLite does not call its busy handler where a reader becomes the writer, as here, since two of
/// them would wait for each other; it has then changed nothing.
fn log_ahead(connection: &Connection) -> Result<(), Error> {
    let start = Instant::now();
    loop {
        match connection.pragma_update(None, "journal_mode", "WAL") {
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                    && start.elapsed() < BUSY =>
            {
                thread::sleep(PAUSE);
            }
            done => return Ok(done?),
        }
    }
}

/// Sets a connection up for reading.
pub(crate) fn prepare_reader(connection: &Connection) -> Result<(), Error> {
    stable(connection)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(())
}

/// What both kinds of connection are told.
fn stable(connection: &Connection) -> Result<(), Error> {
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // Every statement has its index, whatever is bound. Without this some are planned anew at each binding, which costs
    // more than their rows.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

fn migrate(connection: &mut Connection) -> Result<(), Error> {
    let known = i64::try_from(STEPS.len())?;
    if state(connection)? == (APPLICATION_ID, known) {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Read again: another process may have been faster.
    let (application, version) = state(&transaction)?;
    let tables: i64 =
        transaction.query_row("SELECT count(*) FROM sqlite_schema", [], |r| r.get(0))?;
    let ours = application == APPLICATION_ID || (application == 0 && version == 0 && tables == 0);
    if !ours {
        return Err(Error::Ledger(LedgerError::Corrupt {
            what: "the file belongs to another program",
            cause: None,
        }));
    }
    if version > known {
        return Err(Error::Ledger(LedgerError::TooNew {
            found: u64::try_from(version)?,
            known: u64::try_from(known)?,
        }));
    }
    for step in STEPS.iter().skip(usize::try_from(version)?) {
        transaction.execute_batch(step.sql)?;
        (step.fill)(&transaction)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", known)?;
    transaction.commit()?;
    Ok(())
}

/// Computes the nodes over the leaves of a ledger that was written without them.
fn fill_nodes(connection: &Connection) -> Result<(), Error> {
    let mut leaves = connection.prepare("SELECT leaf FROM record ORDER BY position")?;
    let mut leaves = leaves.query([])?;
    let mut frontier = Frontier::new();
    let mut nodes = Vec::new();
    while let Some(row) = leaves.next()? {
        let leaf = MerkleHash::from_octets(row.get(0)?);
        frontier.push_noting(leaf, |at, node| nodes.push((at, node)));
        write::nodes(connection, &nodes)?;
        nodes.clear();
    }
    Ok(())
}

/// Whether this is a ledger of this version, without touching it.
pub(crate) fn check(connection: &Connection) -> Result<(), Error> {
    let known = i64::try_from(STEPS.len())?;
    let (application, version) = state(connection)?;
    Err(Error::Ledger(match (application, version) {
        (APPLICATION_ID, version) if version == known => return Ok(()),
        (APPLICATION_ID, version) if version > known => LedgerError::TooNew {
            found: u64::try_from(version)?,
            known: u64::try_from(known)?,
        },
        (APPLICATION_ID, _) => LedgerError::ReadOnly(None),
        _ => LedgerError::Corrupt {
            what: "the file belongs to another program",
            cause: None,
        },
    }))
}

fn state(connection: &Connection) -> Result<(i64, i64), Error> {
    let pragma = |name| connection.pragma_query_value(None, name, |row| row.get(0));
    Ok((pragma("application_id")?, pragma("user_version")?))
}
