//! The audit finds what somebody with rights on the tables has changed.

use npki_ledger::{
    AuditFinding, Checkpoint, Ledger as _, SideTable, Unlawful, audit, check_head, conformance,
};
use npki_ledger_postgres::PostgresLedger;
use postgres::{Client, NoTls};

use crate::{new_name, server, sql};

/// A ledger with five records, changed by `sql`, and what the audit says of it.
fn findings(url: &str, sql: &str) -> Vec<AuditFinding> {
    findings_of(url, |_| {}, sql)
}

/// The same with what `more` records.
fn findings_of(url: &str, more: impl Fn(&PostgresLedger), sql: &str) -> Vec<AuditFinding> {
    let name = new_name();
    let ledger = PostgresLedger::open(url, &name).unwrap();
    conformance::record_script(&ledger);
    more(&ledger);
    let checkpoint = Checkpoint::of("bank.example/ledger", &ledger.head().unwrap()).unwrap();
    let mut client = Client::connect(url, NoTls).unwrap();
    client
        .batch_execute(&format!("SET search_path = \"{name}\"; {sql}"))
        .unwrap();
    audit(&ledger, Some(&checkpoint)).unwrap()
}

#[test]
fn changed_removed_and_exchanged_records_are_named() {
    let Some(url) = server() else { return };
    assert_eq!(findings(url, ""), []);
    for (sql, wanted) in [
        (
            "UPDATE record SET der = substr(der, 1, length(der) - 1) || '\\x02' WHERE position = 2",
            AuditFinding::Changed { position: 2 },
        ),
        (
            "UPDATE record SET leaf = sha256('') WHERE position = 1",
            AuditFinding::Changed { position: 1 },
        ),
        (
            "DELETE FROM record WHERE position = 2",
            AuditFinding::Missing {
                position: 2,
                next: 3,
            },
        ),
        (
            "UPDATE record SET position = 99 WHERE position = 1;
             UPDATE record SET position = 1 WHERE position = 4;
             UPDATE record SET position = 4 WHERE position = 99",
            AuditFinding::Moved {
                position: 1,
                says: 4,
            },
        ),
        (
            "DELETE FROM record WHERE position = 4",
            AuditFinding::Truncated {
                found: 4,
                wanted: 5,
            },
        ),
        (
            "DELETE FROM record WHERE position = 4",
            AuditFinding::Unlawful {
                position: 3,
                what: Unlawful::Commit,
            },
        ),
        (
            "UPDATE head SET time = 0",
            AuditFinding::Head { what: "time" },
        ),
        ("DELETE FROM head", AuditFinding::Head { what: "form" }),
    ] {
        let found = findings(url, sql);
        assert!(found.contains(&wanted), "{sql}: {found:?}");
    }
    let found = findings(url, "UPDATE record SET der = '\\x3000' WHERE position = 3");
    let unreadable = |f: &_| matches!(f, AuditFinding::Unreadable { position: 3, .. });
    assert!(found.iter().any(unreadable), "{found:?}");
}

#[test]
fn changed_rows_beside_the_log_are_named() {
    let Some(url) = server() else { return };
    for (table, sql) in [
        (SideTable::Claims, "UPDATE claim SET owner = '\\x33'"),
        (SideTable::Claims, "UPDATE claim SET ends = NULL"),
        (
            SideTable::Claims,
            "INSERT INTO claim (key, owner) VALUES ('\\x01', '\\x02')",
        ),
        (SideTable::Counters, "UPDATE counter SET value = 0"),
        (SideTable::Counters, "DELETE FROM counter"),
        (SideTable::Index, "UPDATE entry SET value = '\\x00'"),
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
        (SideTable::Sealed, "UPDATE sealed SET sha256 = sha256('')"),
    ] {
        let found = findings(url, sql);
        let named = |f: &_| matches!(f, AuditFinding::Side { table: t, .. } if *t == table);
        assert!(found.iter().any(named), "{sql}: {found:?}");
    }
    let found = findings(
        url,
        "UPDATE sealed SET record = '\\x3000' WHERE record IS NOT NULL",
    );
    let named = |f: &_| matches!(f, AuditFinding::Sealed { .. });
    assert!(found.iter().any(named), "{found:?}");
    // A column of another type is a damaged row, and no panic.
    let found = findings(url, "ALTER TABLE counter ALTER COLUMN value TYPE text");
    let unreadable = |f: &_| {
        matches!(
            f,
            AuditFinding::Rows {
                table: SideTable::Counters,
                ..
            }
        )
    };
    assert!(found.iter().any(unreadable), "{found:?}");
}

/// A node that was changed, removed, added or exchanged is named, with the records below it.
#[test]
fn changed_nodes_of_the_tree_are_named() {
    let Some(url) = server() else { return };
    for (sql, name, node) in [
        (
            "UPDATE node SET hash = sha256('') WHERE layer = 1 AND number = 1",
            "row-changed",
            "node 1 of layer 1, over the records 16 to 31",
        ),
        (
            "DELETE FROM node WHERE layer = 1 AND number = 2",
            "row-removed",
            "node 2 of layer 1, over the records 32 to 47",
        ),
        (
            "INSERT INTO node VALUES (2, 0, sha256(''))",
            "row-inserted",
            "node 0 of layer 2, over the records 0 to 255",
        ),
    ] {
        let found = findings_of(url, |ledger| conformance::record_more(ledger), sql);
        let named = |f: &AuditFinding| f.name() == name && f.to_string().contains(node);
        assert!(found.iter().any(named), "{sql}: {found:?}");
    }
}

/// A schema of before the nodes were stored gets them when it is opened.
#[test]
fn an_older_schema_gets_its_nodes() {
    let Some(url) = server() else { return };
    let name = new_name();
    let ledger = PostgresLedger::open(url, &name).unwrap();
    conformance::record_script(&ledger);
    conformance::record_more(&ledger);
    let (head, nodes) = (ledger.head().unwrap(), ledger.nodes(1, 0, 99).unwrap());
    assert_eq!(nodes.len(), 4);
    drop(ledger);
    sql(
        url,
        &format!("DROP TABLE \"{name}\".node; UPDATE \"{name}\".schema_version SET version = 1"),
    );
    let ledger = PostgresLedger::open(url, &name).unwrap();
    assert_eq!(ledger.nodes(1, 0, 99).unwrap(), nodes);
    assert_eq!(ledger.head().unwrap(), head);
    conformance::record_more(&ledger);
    assert_eq!(audit(&ledger, None).unwrap(), []);
}

/// The server's copy of last night is found before the first signature.
#[test]
fn an_old_copy_is_found_at_start() {
    let Some(url) = server() else { return };
    let name = new_name();
    let ledger = PostgresLedger::open(url, &name).unwrap();
    let before = Checkpoint::of("bank.example/ledger", &ledger.head().unwrap()).unwrap();
    conformance::record_script(&ledger);
    let after = Checkpoint::of("bank.example/ledger", &ledger.head().unwrap()).unwrap();
    check_head(&ledger, &before).unwrap();
    check_head(&ledger, &after).unwrap();
    let empty = PostgresLedger::open(url, &new_name()).unwrap();
    check_head(&empty, &after).unwrap_err();
}
