//! Tables and their migrations. The one row of `schema_version` tells how many steps a schema has taken.

use npki_ledger::{Frontier, LedgerError, MerkleHash};
use postgres::{Client, GenericClient, Transaction};

use crate::{
    error::Error,
    read::{digest, signed},
    session::{Place, column},
};

/// Each step once, in order, and never changed after its release.
///
/// Octets of records do not shrink, so none are compressed. Streams are ordered by octets, whatever
/// the language of the database, and their newest version comes first.
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
    fill: fn(&mut Transaction<'_>) -> Result<(), Error>,
}

const TABLES: &str = "
    CREATE TABLE head (
        id       integer PRIMARY KEY CHECK (id = 1),
        size     bigint NOT NULL,
        frontier bytea NOT NULL,    -- 32 octets for each bit set in size
        time     bigint             -- Unix seconds
    ) WITH (fillfactor = 10);
    INSERT INTO head (id, size, frontier) VALUES (1, 0, '');

    CREATE TABLE record (
        position   bigint PRIMARY KEY,
        stream     text COLLATE \"C\" NOT NULL,
        version    bigint NOT NULL,
        commit_key bytea,           -- at the first event of its commit
        leaf       bytea NOT NULL CHECK (octet_length(leaf) = 32),
        der        bytea NOT NULL
    );
    ALTER TABLE record ALTER COLUMN der SET STORAGE EXTERNAL;
    CREATE UNIQUE INDEX record_version ON record (stream, version DESC);
    CREATE UNIQUE INDEX record_commit ON record (commit_key) WHERE commit_key IS NOT NULL;

    CREATE TABLE claim (
        key   bytea PRIMARY KEY,
        owner bytea NOT NULL,
        ends  bigint                -- Unix seconds
    );

    CREATE TABLE counter (
        key   bytea PRIMARY KEY,
        value bigint NOT NULL
    );

    CREATE TABLE entry (
        name  text COLLATE \"C\" NOT NULL,
        key   bytea NOT NULL,
        value bytea NOT NULL,
        PRIMARY KEY (name, key)
    );

    CREATE TABLE sealed (
        sealed_id bytea PRIMARY KEY,
        kind      text COLLATE \"C\" NOT NULL,
        sha256    bytea NOT NULL,
        record    bytea             -- DER; NULL once shredded
    );
    ALTER TABLE sealed ALTER COLUMN record SET STORAGE EXTERNAL;
";

/// Nodes of the Merkle tree above its leaves: the roots of complete subtrees of 16^layer of them.
const NODES: &str = "
    CREATE TABLE node (
        layer  integer NOT NULL,
        number bigint NOT NULL,
        hash   bytea NOT NULL CHECK (octet_length(hash) = 32),
        PRIMARY KEY (layer, number)
    );
";

/// Brings the schema up to date; makes it when there is none.
pub(crate) fn migrate(client: &mut Client, place: &Place) -> Result<(), Error> {
    let known = i64::try_from(STEPS.len())?;
    if version(client)? == Some(known) {
        return Ok(());
    }
    let mut transaction = client.transaction()?;
    // Processes that start at the same time take turns. The lock ends with the transaction.
    transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK])?;
    transaction.batch_execute(&format!(
        "CREATE SCHEMA IF NOT EXISTS \"{}\"",
        place.schema()
    ))?;
    let version = match version(&mut transaction)? {
        Some(version) => version,
        None => {
            refuse_tables_of_others(&mut transaction, place)?;
            transaction.batch_execute(
                "CREATE TABLE schema_version (
                     id integer PRIMARY KEY CHECK (id = 1), version bigint NOT NULL);
                 INSERT INTO schema_version VALUES (1, 0);",
            )?;
            0
        }
    };
    if version > known {
        return Err(Error::Ledger(LedgerError::TooNew {
            found: u64::try_from(version)?,
            known: u64::try_from(known)?,
        }));
    }
    for step in STEPS.iter().skip(usize::try_from(version)?) {
        transaction.batch_execute(step.sql)?;
        (step.fill)(&mut transaction)?;
    }
    transaction.execute("UPDATE schema_version SET version = $1", &[&known])?;
    transaction.commit()?;
    Ok(())
}

/// Computes the nodes over the leaves of a ledger that was written without them.
fn fill_nodes(transaction: &mut Transaction<'_>) -> Result<(), Error> {
    // Who writes meanwhile, with an older program, would leave gaps.
    transaction.batch_execute("LOCK TABLE head IN ACCESS EXCLUSIVE MODE")?;
    let mut frontier = Frontier::new();
    let mut last = -1_i64;
    loop {
        let rows = transaction.query(
            "SELECT position, leaf FROM record WHERE position > $1 ORDER BY position LIMIT $2",
            &[&last, &PAGE],
        )?;
        let Some(end) = rows.last() else {
            return Ok(());
        };
        last = column(end, 0)?;
        let (mut layers, mut numbers, mut hashes) = (Vec::new(), Vec::new(), Vec::new());
        for row in &rows {
            let leaf = MerkleHash::from_octets(digest(column(row, 1)?)?);
            frontier.push_noting(leaf, |at, node| {
                layers.push(i32::from(at.layer));
                numbers.push(at.number);
                hashes.push(node.octets().to_vec());
            });
        }
        let numbers: Vec<_> = numbers.into_iter().map(signed).collect::<Result<_, _>>()?;
        transaction.execute(
            "INSERT INTO node (layer, number, hash)
             SELECT * FROM unnest($1::integer[], $2::bigint[], $3::bytea[])",
            &[&layers, &numbers, &hashes],
        )?;
    }
}

/// Leaves read at once.
const PAGE: i64 = 10_000;

fn version(client: &mut impl GenericClient) -> Result<Option<i64>, Error> {
    let there = client.query_one("SELECT to_regclass('schema_version') IS NOT NULL", &[])?;
    if !column::<bool>(&there, 0)? {
        return Ok(None);
    }
    let row = client.query_opt("SELECT version FROM schema_version WHERE id = 1", &[])?;
    row.map(|row| column(&row, 0)).transpose()
}

fn refuse_tables_of_others(client: &mut impl GenericClient, place: &Place) -> Result<(), Error> {
    let tables = client.query_one(
        "SELECT count(*) FROM pg_class WHERE relnamespace = (
             SELECT oid FROM pg_namespace WHERE nspname = $1)",
        &[&place.schema()],
    )?;
    if column::<i64>(&tables, 0)? != 0 {
        return Err(Error::Ledger(LedgerError::Corrupt {
            what: "the schema belongs to another program",
            cause: None,
        }));
    }
    Ok(())
}

/// `npkL`: the advisory lock under which schemas are made.
const LOCK: i64 = 0x6e70_6b4c;
