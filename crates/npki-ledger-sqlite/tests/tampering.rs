//! The audit finds what somebody with the file in hand has changed.

#![expect(clippy::unwrap_used, reason = "a test's helper")]

use npki_ledger::{
    AuditFinding, Checkpoint, Commit, Event, EventKind, IdempotencyKey, Ledger, LedgerError,
    LedgerExt as _, SideTable, Unlawful, audit, check_head, conformance,
};
use npki_ledger_sqlite::SqliteLedger;
use rusqlite::Connection;

/// A ledger with five records, changed by `sql`, and what the audit says of it.
fn findings(sql: &str) -> Vec<AuditFinding> {
    findings_of(|_| {}, sql)
}

/// The same with what `more` records.
fn findings_of(more: impl Fn(&SqliteLedger), sql: &str) -> Vec<AuditFinding> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bank.ledger");
    let ledger = SqliteLedger::open(&path).unwrap();
    conformance::record_script(&ledger);
    more(&ledger);
    let checkpoint = Checkpoint::of("bank.example/ledger", &ledger.head().unwrap()).unwrap();
    drop(ledger);
    Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    let ledger = SqliteLedger::open(&path).unwrap();
    audit(&ledger, Some(&checkpoint)).unwrap()
}

#[test]
fn a_ledger_that_is_looked_at_is_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bank.ledger");
    assert!(SqliteLedger::open_read_only(&path).is_err() && !path.exists());
    let ledger = SqliteLedger::open(&path).unwrap();
    conformance::record_script(&ledger);
    let head = ledger.head().unwrap();
    // Beside one that writes, and alone.
    for alone in [false, true] {
        if alone {
            drop(SqliteLedger::open(&path).unwrap());
        }
        let seen = SqliteLedger::open_read_only(&path).unwrap();
        assert_eq!(seen.head().unwrap(), head);
        assert_eq!(audit(&seen, None).unwrap(), []);
        let commit = Commit {
            key: IdempotencyKey::new([77; 16]).unwrap(),
            request_digest: [77; 32],
            now: head.time.unwrap(),
            expected: Vec::new(),
            events: vec![Event::new(
                "later/1".parse().unwrap(),
                EventKind::new("happened").unwrap(),
                vec![5, 0],
            )],
        };
        let refused = seen.commit_one(&commit);
        assert!(
            matches!(refused, Err(LedgerError::ReadOnly(_))),
            "{refused:?}"
        );
    }
    drop(ledger);
    let strangers = folder.path().join("strangers");
    let connection = Connection::open(&strangers).unwrap();
    connection
        .execute_batch("CREATE TABLE song (title TEXT)")
        .unwrap();
    let refused = SqliteLedger::open_read_only(&strangers);
    assert!(matches!(refused, Err(LedgerError::Corrupt { .. })));
}

#[test]
fn an_untouched_ledger_is_sound() {
    assert_eq!(findings(""), []);
}

#[test]
fn changed_records_are_named() {
    let found = findings(
        "UPDATE record SET der = CAST(substr(der, 1, length(der) - 1) || x'02' AS BLOB) WHERE position = 2",
    );
    assert!(
        found
            .iter()
            .any(|f| matches!(f, AuditFinding::Changed { position: 2 })),
        "{found:?}"
    );
    let found = findings("UPDATE record SET leaf = zeroblob(32) WHERE position = 1");
    assert!(
        found
            .iter()
            .any(|f| matches!(f, AuditFinding::Changed { position: 1 })),
        "{found:?}"
    );
    let found = findings("UPDATE record SET der = x'3000' WHERE position = 3");
    assert!(
        found
            .iter()
            .any(|f| matches!(f, AuditFinding::Unreadable { position: 3, .. })),
        "{found:?}"
    );
}

#[test]
fn removed_exchanged_and_cut_records_are_named() {
    let found = findings("DELETE FROM record WHERE position = 2");
    assert!(
        found.contains(&AuditFinding::Missing {
            position: 2,
            next: 3
        }),
        "{found:?}"
    );
    let found = findings(
        "UPDATE record SET position = 99 WHERE position = 1;
         UPDATE record SET position = 1 WHERE position = 4;
         UPDATE record SET position = 4 WHERE position = 99;",
    );
    assert!(
        found.contains(&AuditFinding::Moved {
            position: 1,
            says: 4
        }),
        "{found:?}"
    );
    let found = findings("DELETE FROM record WHERE position = 4");
    assert!(
        found.contains(&AuditFinding::Truncated {
            found: 4,
            wanted: 5
        }),
        "{found:?}"
    );
    let what = Unlawful::Commit;
    assert!(
        found.contains(&AuditFinding::Unlawful { position: 3, what }),
        "{found:?}"
    );
}

#[test]
fn changed_rows_beside_the_log_are_named() {
    for (table, sql) in [
        (SideTable::Claims, "UPDATE claim SET owner = x'33'"),
        (SideTable::Claims, "UPDATE claim SET ends = NULL"),
        (SideTable::Claims, "DELETE FROM claim"),
        (
            SideTable::Claims,
            "INSERT INTO claim (key, owner) VALUES (x'01', x'02')",
        ),
        (SideTable::Counters, "UPDATE counter SET value = 0"),
        (SideTable::Counters, "DELETE FROM counter"),
        (SideTable::Index, "UPDATE entry SET value = x'00'"),
        (SideTable::Index, "DELETE FROM entry"),
        (
            SideTable::Streams,
            "UPDATE record SET version = 9 WHERE position = 4",
        ),
        (
            SideTable::Commits,
            "UPDATE record SET commit_key = NULL WHERE position = 0",
        ),
        (SideTable::Sealed, "DELETE FROM sealed"),
        (SideTable::Sealed, "UPDATE sealed SET record = NULL"),
        (SideTable::Sealed, "UPDATE sealed SET sha256 = zeroblob(32)"),
    ] {
        let found = findings(sql);
        assert!(
            found
                .iter()
                .any(|f| matches!(f, AuditFinding::Side { table: t, .. } if *t == table)),
            "{sql}: {found:?}"
        );
        assert!(!found.iter().any(|f| f.to_string().is_empty()));
    }
    let found = findings("UPDATE sealed SET record = x'3000' WHERE record IS NOT NULL");
    assert!(
        found
            .iter()
            .any(|f| matches!(f, AuditFinding::Sealed { .. })),
        "{found:?}"
    );
}

/// A node that was changed, removed, added or exchanged is named, with the records below it.
#[test]
fn changed_nodes_of_the_tree_are_named() {
    for (sql, name, node) in [
        (
            "UPDATE node SET hash = zeroblob(32) WHERE layer = 1 AND number = 1",
            "row-changed",
            "node 1 of layer 1, over the records 16 to 31",
        ),
        (
            "DELETE FROM node WHERE layer = 1 AND number = 2",
            "row-removed",
            "node 2 of layer 1, over the records 32 to 47",
        ),
        (
            "INSERT INTO node VALUES (2, 0, zeroblob(32))",
            "row-inserted",
            "node 0 of layer 2, over the records 0 to 255",
        ),
        (
            "UPDATE node SET number = 9 WHERE layer = 1 AND number = 0",
            "row-inserted",
            "node 9 of layer 1, over the records 144 to 159",
        ),
    ] {
        let found = findings_of(|ledger| conformance::record_more(ledger), sql);
        let named = |f: &AuditFinding| f.name() == name && f.to_string().contains(node);
        assert!(found.iter().any(named), "{sql}: {found:?}");
    }
    let short = "PRAGMA ignore_check_constraints = 1; UPDATE node SET hash = x'00'";
    let found = findings_of(|ledger| conformance::record_more(ledger), short);
    let unreadable = |f: &_| {
        matches!(
            f,
            AuditFinding::Rows {
                table: SideTable::Nodes,
                ..
            }
        )
    };
    assert!(found.iter().any(unreadable), "{found:?}");
}

/// A file of before the nodes were stored gets them when it is opened to be written.
#[test]
fn an_older_file_gets_its_nodes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bank.ledger");
    let ledger = SqliteLedger::open(&path).unwrap();
    conformance::record_script(&ledger);
    conformance::record_more(&ledger);
    let (head, nodes) = (ledger.head().unwrap(), ledger.nodes(1, 0, 99).unwrap());
    assert_eq!(nodes.len(), 4);
    drop(ledger);
    Connection::open(&path)
        .unwrap()
        .execute_batch("DROP TABLE node; PRAGMA user_version = 1")
        .unwrap();
    let refused = SqliteLedger::open_read_only(&path);
    assert!(matches!(refused, Err(LedgerError::ReadOnly(_))));
    let ledger = SqliteLedger::open(&path).unwrap();
    assert_eq!(ledger.nodes(1, 0, 99).unwrap(), nodes);
    assert_eq!(ledger.head().unwrap(), head);
    assert_eq!(audit(&ledger, None).unwrap(), []);
    // And goes on from there.
    let before = Checkpoint::of("bank.example/ledger", &head).unwrap();
    conformance::record_more(&ledger);
    check_head(&ledger, &before).unwrap();
    assert_eq!(audit(&ledger, None).unwrap(), []);
}

#[test]
fn an_old_copy_is_found_at_start() {
    let folder = tempfile::tempdir().unwrap();
    let (path, copy) = (
        folder.path().join("a.ledger"),
        folder.path().join("b.ledger"),
    );
    let origin = "bank.example/ledger";
    let empty = SqliteLedger::open(&copy).unwrap();
    let ledger = SqliteLedger::open(&path).unwrap();
    let before = Checkpoint::of(origin, &ledger.head().unwrap()).unwrap();
    conformance::record_script(&ledger);
    let after = Checkpoint::of(origin, &ledger.head().unwrap()).unwrap();
    check_head(&ledger, &before).unwrap();
    check_head(&ledger, &after).unwrap();
    check_head(&empty, &after).unwrap_err();
    drop(ledger);
    // The head alone is put back.
    let connection = Connection::open(&path).unwrap();
    connection
        .execute_batch("UPDATE head SET size = 4, frontier = zeroblob(32)")
        .unwrap();
    let ledger = SqliteLedger::open(&path).unwrap();
    check_head(&ledger, &after).unwrap_err();
    check_head(&ledger, &before).unwrap_err();
}
