//! How many events a second a ledger records, beside the bare database that inserts the same rows.
//!
//! ```sh
//! cargo bench -p npki-benches --bench ledger
//! ```
//!
//! Writers are threads that share one handle; each call records a group of commits of one event. An event has 1,478
//! octets, takes a claim and puts an index entry. The bare database gets the same three rows an event into the same
//! tables, all of a call in one transaction: SQLite on one connection that the writers take in turns, with as much cache
//! as ours, PostgreSQL on a connection for each writer, one statement a call, without any lock. Both are durable:
//! `synchronous=FULL`, and `fsync=on`. Time is that of the clock on the wall, for a disk is waited for. Figures:
//! `benches/README.md`.

use std::error::Error;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use npki_benches::{median, rounds_or};
use npki_ledger::{
    Change, Commit, Event, EventKind, IdempotencyKey, IndexName, Key, Ledger, MerkleHash, Record,
    Value,
};
use npki_ledger_postgres::PostgresLedger;
use npki_ledger_sqlite::SqliteLedger;
use postgres::{Client, NoTls};
use rusqlite::{Connection, TransactionBehavior, params};

#[path = "../crates/npki-ledger-postgres/tests/cluster/mod.rs"]
mod cluster;

fn main() -> Result<(), Box<dyn Error>> {
    let rounds = rounds_or(7);
    println!("{rounds} rounds");
    let folder = tempfile::tempdir()?;
    let sqlite = SqliteLedger::open(folder.path().join("ours"))?;
    drop(SqliteLedger::open(folder.path().join("bare"))?);
    let bare = Mutex::new(bare_sqlite(&folder.path().join("bare"))?);
    let insert = |calls: &[Vec<Vec<Commit>>]| on_sqlite(&bare, calls);
    compare("SQLite", &sqlite, &insert, rounds, [Some(0.8), Some(0.8)]);

    if let Some(cluster) = cluster::Cluster::start(&[]) {
        let ledger = PostgresLedger::open(cluster.url(), "ours")?;
        drop(PostgresLedger::open(cluster.url(), "bare")?);
        let most = SHAPES.iter().map(|shape| shape.writers).max().unwrap_or(1);
        let clients: Result<Vec<_>, _> = (0..most).map(|_| bare_postgres(cluster.url())).collect();
        let clients: Vec<_> = clients?.into_iter().map(Mutex::new).collect();
        let insert = |calls: &[Vec<Vec<Commit>>]| on_postgres(&clients, calls);
        compare("PostgreSQL", &ledger, &insert, rounds, [None, Some(0.7)]);
    }
    Ok(())
}

/// How it is recorded.
#[derive(Clone, Copy)]
struct Shape {
    writers: usize,
    /// Commits in a call.
    group: usize,
    /// Calls of a writer in a round.
    calls: usize,
}

const fn shape(writers: usize, group: usize, calls: usize) -> Shape {
    Shape {
        writers,
        group,
        calls,
    }
}

const SHAPES: &[Shape] = &[
    shape(1, 1, 300),
    shape(1, 8, 150),
    shape(1, 64, 40),
    shape(4, 1, 100),
    shape(4, 8, 50),
    shape(4, 64, 12),
    shape(16, 1, 40),
    shape(16, 8, 16),
    shape(16, 64, 4),
];

/// What one measurement gives: events a second, and how long each call took.
struct Measured {
    rate: f64,
    calls: Vec<Duration>,
}

/// Writers' calls, each a group of commits.
type Calls = [Vec<Vec<Commit>>];

fn compare(
    name: &str,
    ours: &dyn Ledger,
    bare: &dyn Fn(&Calls) -> Measured,
    rounds: usize,
    [alone, grouped]: [Option<f64>; 2],
) {
    println!(
        "\n{name:<12} {:>7} {:>6} {:>12} {:>9} {:>12} {:>9} {:>8}",
        "writers", "group", "events/s", "p99 ms", "bare", "p99 ms", "ratio"
    );
    let mut next = 0;
    for shape in SHAPES {
        let (mut rates, mut bares, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        let (mut calls, mut bare_calls) = (Vec::new(), Vec::new());
        for round in 0..=rounds {
            let work = work(*shape, &mut next);
            let (we, they) = if round % 2 == 0 {
                let we = through(ours, &work);
                (we, bare(&work))
            } else {
                let they = bare(&work);
                (through(ours, &work), they)
            };
            // The first does not count.
            if round > 0 {
                rates.push(we.rate);
                bares.push(they.rate);
                ratios.push(we.rate / they.rate);
                calls.extend(we.calls);
                bare_calls.extend(they.calls);
            }
        }
        let ratio = median(ratios);
        let goal = match (shape.writers, shape.group) {
            (1, 1) => alone,
            (1, _) => grouped,
            _ => None,
        };
        println!(
            "{:<12} {:>7} {:>6} {:>12.0} {:>9.2} {:>12.0} {:>9.2} {ratio:>8.2}{}",
            "",
            shape.writers,
            shape.group,
            median(rates),
            p99(&mut calls),
            median(bares),
            p99(&mut bare_calls),
            goal.map_or(String::new(), |goal| {
                let met = if ratio >= goal { "met" } else { "MISSED" };
                format!("  goal {goal}: {met}")
            }),
        );
    }
}

fn work(shape: Shape, next: &mut u64) -> Vec<Vec<Vec<Commit>>> {
    let mut commits = core::iter::from_fn(|| {
        *next += 1;
        Some(commit(*next))
    });
    let call = |commits: &mut dyn Iterator<Item = Commit>| commits.take(shape.group).collect();
    let mut writer = || (0..shape.calls).map(|_| call(&mut commits)).collect();
    (0..shape.writers).map(|_| writer()).collect()
}

/// One event: what a CA records of a certificate.
fn commit(number: u64) -> Commit {
    let name = |salt: u64| {
        let (a, b) = (mix(number ^ salt), mix(number.wrapping_add(salt)));
        [a.to_be_bytes(), b.to_be_bytes()].concat()
    };
    let key = || Key::new(name(1)).expect("16 octets");
    let stream = format!("order/{:016x}", mix(number))
        .parse()
        .expect("a stream");
    let kind = EventKind::from_static("ca.recorded");
    let mut event = Event::new(stream, kind, vec![0x55; PAYLOAD]);
    event.changes = vec![
        Change::Take {
            claim: key(),
            owner: key(),
            end: None,
        },
        Change::Put {
            index: SERIAL,
            key: key(),
            value: Value::new(name(2)).expect("16 octets"),
        },
    ];
    Commit {
        key: IdempotencyKey::new(name(3)).expect("16 octets"),
        request_digest: [7; 32],
        now: npki_core::Instant::from_unix_seconds(1_767_193_200).expect("a time"),
        expected: vec![(event.stream.clone(), 0)],
        events: vec![event],
    }
}

/// Octets of a certificate of an individual.
const PAYLOAD: usize = 1_478;

const SERIAL: IndexName = IndexName::from_static("serial");

/// Scatters numbers, so that keys fall anywhere in an index (splitmix64).
const fn mix(number: u64) -> u64 {
    let z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Lets each writer make its calls, all at once.
fn in_parallel<W: Sync>(
    work: &[Vec<W>],
    events: usize,
    call: impl Fn(usize, &W) + Sync,
) -> Measured {
    let began = Instant::now();
    let calls = thread::scope(|scope| {
        let writers: Vec<_> = work
            .iter()
            .enumerate()
            .map(|(writer, mine)| {
                let call = &call;
                scope.spawn(move || {
                    let timed = mine.iter().map(|work| {
                        let began = Instant::now();
                        call(writer, work);
                        began.elapsed()
                    });
                    timed.collect::<Vec<_>>()
                })
            })
            .collect();
        let joined = writers.into_iter();
        joined
            .flat_map(|writer| writer.join().expect("no writer panics"))
            .collect()
    });
    let events = u32::try_from(events).expect("not so many");
    Measured {
        rate: f64::from(events) / began.elapsed().as_secs_f64(),
        calls,
    }
}

fn through(ledger: &dyn Ledger, work: &Calls) -> Measured {
    in_parallel(work, count(work), |_, group| {
        let answers = ledger.commit(group).expect("the ledger answers");
        assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    })
}

fn count(work: &Calls) -> usize {
    work.iter().flatten().map(Vec::len).sum()
}

/// The rows of an event, made before the time counts.
struct Rows {
    position: i64,
    stream: String,
    key: Vec<u8>,
    leaf: [u8; 32],
    der: Vec<u8>,
    claim: Vec<u8>,
    value: Vec<u8>,
}

/// The rows of each writer's calls. Positions go on where the last round's ended.
fn rows(work: &Calls, from: &Mutex<i64>) -> Vec<Vec<Vec<Rows>>> {
    let mut from = from.lock().expect("nobody panics");
    let mut one = |commit: &Commit| {
        let event = commit.events.first().expect("one event");
        let position = *from;
        *from += 1;
        let record = Record {
            version: Record::VERSION,
            position: position.unsigned_abs(),
            place: 1,
            of: 1,
            stream: event.stream.clone(),
            stream_version: 1,
            kind: event.kind.clone(),
            time: commit.now,
            key: commit.key.clone(),
            request_digest: commit.request_digest,
            payload: event.payload.clone(),
            changes: event.changes.clone(),
            sealed: vec![],
            shredded: vec![],
        };
        let der = der::Encode::to_der(&record).expect("a record");
        let [Change::Take { claim, .. }, Change::Put { value, .. }] = &*event.changes else {
            unreachable!("see `commit`")
        };
        Rows {
            position,
            stream: event.stream.to_string(),
            key: commit.key.octets().to_vec(),
            leaf: *MerkleHash::of_leaf(&der).octets(),
            der,
            claim: claim.octets().to_vec(),
            value: value.octets().to_vec(),
        }
    };
    let mut call = |group: &Vec<Commit>| group.iter().map(&mut one).collect();
    let mut writer = |calls: &Vec<Vec<Commit>>| calls.iter().map(&mut call).collect();
    work.iter().map(&mut writer).collect()
}

static SQLITE_NEXT: Mutex<i64> = Mutex::new(0);
static POSTGRES_NEXT: Mutex<i64> = Mutex::new(0);

fn bare_sqlite(path: &std::path::Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    // As ours: what is compared is what we do, not how much memory SQLite was given.
    connection.pragma_update(None, "cache_size", -16_384)?;
    Ok(connection)
}

fn on_sqlite(connection: &Mutex<Connection>, work: &Calls) -> Measured {
    let rows = rows(work, &SQLITE_NEXT);
    let insert = |rows: &[Rows]| -> rusqlite::Result<()> {
        let mut connection = connection.lock().expect("nobody panics");
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        {
            let mut record = transaction.prepare_cached(
                "INSERT INTO record (position, stream, version, commit_key, leaf, der)
                 VALUES (?1, ?2, 1, ?3, ?4, ?5)",
            )?;
            let mut claim = transaction
                .prepare_cached("INSERT INTO claim (key, owner, ends) VALUES (?1, ?2, NULL)")?;
            let mut entry = transaction
                .prepare_cached("INSERT INTO entry (name, key, value) VALUES ('serial', ?1, ?2)")?;
            for row in rows {
                record.execute(params![
                    row.position,
                    row.stream,
                    row.key,
                    row.leaf,
                    row.der
                ])?;
                claim.execute(params![row.claim, row.claim])?;
                entry.execute(params![row.claim, row.value])?;
            }
        }
        transaction.commit()
    };
    in_parallel(&rows, count(work), |_, rows| {
        insert(rows).expect("SQLite inserts");
    })
}

fn bare_postgres(url: &str) -> Result<Client, postgres::Error> {
    let mut client = Client::connect(url, NoTls)?;
    client.batch_execute("SET search_path = bare")?;
    Ok(client)
}

fn on_postgres(clients: &[Mutex<Client>], work: &Calls) -> Measured {
    let rows = rows(work, &POSTGRES_NEXT);
    let statements: Vec<_> = clients
        .iter()
        .map(|client| {
            client
                .lock()
                .expect("nobody panics")
                .prepare(INSERT)
                .expect("SQL")
        })
        .collect();
    let insert = |writer: usize, rows: &Vec<Rows>| {
        let column = |of: fn(&Rows) -> &[u8]| rows.iter().map(of).collect::<Vec<_>>();
        let positions: Vec<_> = rows.iter().map(|row| row.position).collect();
        let streams: Vec<_> = rows.iter().map(|row| &*row.stream).collect();
        let (client, statement) = clients
            .get(writer)
            .zip(statements.get(writer))
            .expect("a client each");
        let mut client = client.lock().expect("nobody panics");
        let inserted = client.execute(
            statement,
            &[
                &positions,
                &streams,
                &column(|row| &row.key),
                &column(|row| &row.leaf),
                &column(|row| &row.der),
                &column(|row| &row.claim),
                &column(|row| &row.value),
            ],
        );
        inserted.expect("PostgreSQL inserts");
    };
    in_parallel(&rows, count(work), insert)
}

/// A transaction of its own.
const INSERT: &str = "
    WITH r AS (
        INSERT INTO record (position, stream, version, commit_key, leaf, der)
        SELECT p, s, 1, k, l, d
          FROM unnest($1::bigint[], $2::text[], $3::bytea[], $4::bytea[], $5::bytea[]) AS t (p, s, k, l, d)
    ), c AS (
        INSERT INTO claim (key, owner) SELECT k, k FROM unnest($6::bytea[]) AS t (k)
    )
    INSERT INTO entry (name, key, value)
    SELECT 'serial', k, v FROM unnest($6::bytea[], $7::bytea[]) AS t (k, v)
";

fn p99(calls: &mut [Duration]) -> f64 {
    calls.sort_unstable();
    let at = calls.len().saturating_sub(1) * 99 / 100;
    calls
        .get(at)
        .map_or(f64::NAN, |call| call.as_secs_f64() * 1e3)
}
