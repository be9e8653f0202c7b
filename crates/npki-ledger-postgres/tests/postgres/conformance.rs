//! The suite of `npki-ledger` on a real server: in empty schemas, with one handle, with many handles.

use std::{sync::Arc, thread};

use npki_ledger::{Ledger as _, LedgerError, MemoryLedger, Span, audit, conformance};
use npki_ledger_postgres::{OpenError, PostgresLedger};

use postgres::{Client, NoTls};

use crate::{new_name, server, sql};

#[test]
fn empty_schemas() {
    let Some(url) = server() else { return };
    conformance::all(&|| Box::new(PostgresLedger::open(url, &new_name()).unwrap()));
}

/// A handle for each caller, as separate processes have.
#[test]
fn one_schema_and_many_handles() {
    let Some(url) = server() else { return };
    let name = new_name();
    conformance::reopened(&|| Box::new(PostgresLedger::open(url, &name).unwrap()));
}

/// One handle for all callers, whose commits go in groups.
#[test]
fn one_schema_and_one_handle() {
    let Some(url) = server() else { return };
    let store = Arc::new(PostgresLedger::open(url, &new_name()).unwrap());
    conformance::reopened(&|| Box::new(Arc::clone(&store)));
}

#[test]
fn the_schema_is_made_once_by_many() {
    let Some(url) = server() else { return };
    let name = new_name();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| PostgresLedger::open(url, &name).unwrap().head().unwrap());
        }
    });
}

#[test]
fn the_root_equals_that_in_memory() {
    let Some(url) = server() else { return };
    let memory = MemoryLedger::new();
    conformance::record_script(&memory);
    let ledger = PostgresLedger::open(url, &new_name()).unwrap();
    conformance::record_script(&ledger);
    assert_eq!(ledger.head().unwrap(), memory.head().unwrap());
    assert_eq!(
        ledger.records(0, 99).unwrap(),
        memory.records(0, 99).unwrap()
    );
    assert_eq!(audit(&ledger, None).unwrap(), []);
}

/// Two ledgers in one database know nothing of each other.
#[test]
fn schemas_are_apart() {
    let Some(url) = server() else { return };
    let bank = PostgresLedger::open(url, &new_name()).unwrap();
    let ca = PostgresLedger::open(url, &new_name()).unwrap();
    conformance::record_script(&bank);
    assert_eq!(ca.head().unwrap().size, 0);
    conformance::record_script(&ca);
    assert_eq!(audit(&ca, None).unwrap(), []);
}

/// Every look-up has an index: what it costs does not grow with the ledger.
#[test]
fn no_table_is_scanned() {
    let Some(url) = server() else { return };
    let name = new_name();
    conformance::record_script(&PostgresLedger::open(url, &name).unwrap());
    let mut client = Client::connect(url, NoTls).unwrap();
    let mut counts = |after: i64| {
        let began = std::time::Instant::now();
        loop {
            // The server counts when a session ends, or a little later.
            let row = client
                .query_one(
                    "SELECT coalesce(sum(seq_scan), 0)::bigint, coalesce(sum(idx_scan), 0)::bigint
                       FROM pg_stat_user_tables
                      WHERE schemaname = $1 AND relname <> 'schema_version'",
                    &[&name],
                )
                .unwrap();
            let (scans, looks): (i64, i64) = (row.get(0), row.get(1));
            if looks > after {
                return (scans, looks);
            }
            assert!(began.elapsed().as_secs() < 20, "the server counts nothing");
            thread::sleep(std::time::Duration::from_millis(50));
        }
    };
    // Making the tables scanned them once.
    let (before, looks) = counts(0);
    let ledger = PostgresLedger::open(url, &name).unwrap();
    conformance::record_script(&ledger);
    assert_eq!(audit(&ledger, None).unwrap(), []);
    let one = ledger.records(0, 1).unwrap().remove(0);
    let record = one.record();
    assert!(ledger.receipt(&record.key).unwrap().is_some());
    assert!(!ledger.stream(&record.stream, 1).unwrap().is_empty());
    let effects = "effect.open".parse().unwrap();
    assert!(!ledger.index(&effects, &Span::all(), 9).unwrap().is_empty());
    assert!(
        ledger
            .claim(&"slot/1".try_into().unwrap())
            .unwrap()
            .is_some()
    );
    assert_eq!(ledger.counter(&"otp/2".try_into().unwrap()).unwrap(), 1);
    assert_eq!(ledger.nodes(0, 0, 9).unwrap().len(), 5);
    assert_eq!(ledger.nodes(1, 0, 9).unwrap(), []);
    drop(ledger);
    thread::sleep(std::time::Duration::from_millis(200));
    assert_eq!(counts(looks).0, before);
}

#[test]
fn schemas_of_others_and_newer_ones_are_refused() {
    let Some(url) = server() else { return };
    let name = new_name();
    sql(
        url,
        &format!("CREATE SCHEMA \"{name}\"; CREATE TABLE \"{name}\".t (x integer)"),
    );
    let error = PostgresLedger::open(url, &name).unwrap_err();
    let OpenError::Ledger(LedgerError::Corrupt { what, .. }) = error else {
        panic!("{error:?}")
    };
    assert!(what.contains("another program"), "{what}");

    let name = new_name();
    drop(PostgresLedger::open(url, &name).unwrap());
    sql(
        url,
        &format!("UPDATE \"{name}\".schema_version SET version = 99"),
    );
    let error = PostgresLedger::open(url, &name).unwrap_err();
    let newer = |error: &_| {
        matches!(
            error,
            OpenError::Ledger(LedgerError::TooNew { found: 99, .. })
        )
    };
    assert!(newer(&error), "{error:?}");
}

/// A role that may not create anything opens what was made for it; one that may not write is told so.
#[test]
fn rights_are_needed_where_they_are_used() {
    let Some(url) = server() else { return };
    let name = new_name();
    conformance::record_script(&PostgresLedger::open(url, &name).unwrap());
    sql(
        url,
        &format!(
            "CREATE ROLE writer LOGIN; GRANT USAGE ON SCHEMA \"{name}\" TO writer;
             GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA \"{name}\" TO writer;
             CREATE ROLE looker LOGIN; GRANT USAGE ON SCHEMA \"{name}\" TO looker;
             GRANT SELECT ON ALL TABLES IN SCHEMA \"{name}\" TO looker;"
        ),
    );
    let open = |role: &str| PostgresLedger::open(&url.replace("user=npki", role), &name).unwrap();
    // Recorded before: receipts need no writing.
    conformance::record_script(&open("user=writer"));
    let looker = open("user=looker");
    assert_eq!(audit(&looker, None).unwrap(), []);
    let one = looker.records(0, 1).unwrap().remove(0);
    let stream = one.record().stream.clone();
    let commit = npki_ledger::Commit {
        key: npki_ledger::IdempotencyKey::new([77; 16]).unwrap(),
        request_digest: [0; 32],
        now: looker.head().unwrap().time.unwrap(),
        expected: vec![],
        events: vec![npki_ledger::Event::new(
            stream,
            one.record().kind.clone(),
            vec![],
        )],
    };
    let error = looker.commit(std::slice::from_ref(&commit)).unwrap_err();
    assert!(matches!(error, LedgerError::ReadOnly(_)), "{error:?}");
    assert!(
        open("user=writer")
            .commit(&[commit])
            .unwrap()
            .iter()
            .all(Result::is_ok)
    );
}

#[test]
fn what_is_no_place_is_refused() {
    let open = |url: &str, name: &str| PostgresLedger::open(url, name).unwrap_err();
    for name in ["", "Bank", "a b", "a\"b", "a_b", "은행", &"a".repeat(49)] {
        let error = open("host=/nowhere user=npki", name);
        assert!(matches!(error, OpenError::Name(_)), "{name}: {error:?}");
    }
    for url in ["hostt=/nowhere", "postgresql://npki@[", "user"] {
        let error = open(url, "bank");
        assert!(matches!(error, OpenError::Url(_)), "{url}: {error:?}");
    }
    let error = open("host=/nowhere user=npki", "bank");
    let unavailable = |error: &_| matches!(error, OpenError::Ledger(LedgerError::Unavailable(_)));
    assert!(unavailable(&error), "{error:?}");
}

/// A row on each side: who may read along, and who said that nobody does.
#[test]
fn a_way_that_others_can_read_is_refused() {
    for (url, refused) in [
        ("host=db.example user=npki password=hush", true),
        ("host=192.0.2.1 user=npki sslmode=prefer", true),
        ("host=localhost hostaddr=192.0.2.1 user=npki", true),
        ("host=/nowhere,db.example user=npki", true),
        ("postgresql://npki@db.example/npki", true),
        ("host=/nowhere user=npki", false),
        ("host=127.0.0.1 port=1 user=npki", false),
        ("host=::1 port=1 user=npki", false),
        ("host=db.example hostaddr=127.0.0.1 port=1 user=npki", false),
        (
            "host=db.invalid user=npki sslmode=disable connect_timeout=1",
            false,
        ),
    ] {
        let error = PostgresLedger::open(url, "bank").unwrap_err();
        let is_refused = matches!(error, OpenError::Unprotected { .. });
        assert_eq!(is_refused, refused, "{url}: {error:?}");
        assert!(!format!("{error:?} {error}").contains("hush"));
    }
}
