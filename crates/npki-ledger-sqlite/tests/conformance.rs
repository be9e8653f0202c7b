//! The suite of `npki-ledger`, in memory, in files, and on one file with many handles.

use std::{sync::Arc, thread};

use npki_ledger::{Ledger, LedgerError, LedgerExt as _, MemoryLedger, audit, conformance};
use npki_ledger_sqlite::SqliteLedger;

#[test]
fn in_memory() {
    conformance::all(&|| Box::new(SqliteLedger::open_in_memory().unwrap()));
    let store = Arc::new(SqliteLedger::open_in_memory().unwrap());
    conformance::reopened(&|| Box::new(Arc::clone(&store)));
}

#[test]
fn in_files() {
    let folder = tempfile::tempdir().unwrap();
    let next = std::sync::atomic::AtomicU32::new(0);
    conformance::all(&|| {
        let n = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Box::new(SqliteLedger::open(folder.path().join(format!("{n}.ledger"))).unwrap())
    });
}

/// A handle for each caller, as separate processes have.
#[test]
fn one_file_and_many_handles() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bank.ledger");
    conformance::reopened(&|| Box::new(SqliteLedger::open(&path).unwrap()));
}

/// One handle for all callers, whose commits go in groups.
#[test]
fn one_file_and_one_handle() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(SqliteLedger::open(folder.path().join("bank.ledger")).unwrap());
    conformance::reopened(&|| Box::new(Arc::clone(&store)));
}

#[test]
fn the_file_is_made_once_by_many() {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..30 {
        let path = folder.path().join(format!("{round}.ledger"));
        let start = std::sync::Barrier::new(8);
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    start.wait();
                    SqliteLedger::open(&path).unwrap().head().unwrap()
                });
            }
        });
    }
}

#[test]
fn the_root_equals_that_in_memory() {
    let memory = MemoryLedger::new();
    conformance::record_script(&memory);
    let sqlite = SqliteLedger::open_in_memory().unwrap();
    conformance::record_script(&sqlite);
    assert_eq!(sqlite.head().unwrap(), memory.head().unwrap());
    assert_eq!(
        sqlite.records(0, 99).unwrap(),
        memory.records(0, 99).unwrap()
    );
    assert_eq!(audit(&sqlite, None).unwrap(), []);
    assert!(sqlite.commit(&[]).unwrap().is_empty());
    assert!(
        sqlite
            .index_value(&"i".parse().unwrap(), &"k".try_into().unwrap())
            .unwrap()
            .is_none()
    );
}

#[test]
fn files_of_others_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("text");
    std::fs::write(&text, "no database ".repeat(400)).unwrap();
    let error = SqliteLedger::open(&text).unwrap_err();
    assert!(matches!(error, LedgerError::Corrupt { .. }), "{error:?}");

    let other = folder.path().join("other");
    let connection = rusqlite::Connection::open(&other).unwrap();
    connection.execute_batch("CREATE TABLE t (x)").unwrap();
    drop(connection);
    let error = SqliteLedger::open(&other).unwrap_err();
    assert!(matches!(error, LedgerError::Corrupt { .. }), "{error:?}");

    let newer = folder.path().join("newer");
    drop(SqliteLedger::open(&newer).unwrap());
    let connection = rusqlite::Connection::open(&newer).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    let error = SqliteLedger::open(&newer).unwrap_err();
    assert!(
        matches!(error, LedgerError::TooNew { found: 99, .. }),
        "{error:?}"
    );

    let missing = folder.path().join("no/such/folder");
    let error = SqliteLedger::open(&missing).unwrap_err();
    assert!(matches!(error, LedgerError::Unavailable(_)), "{error:?}");
}

/// A new file is its owner's alone, with all that SQLite puts beside it; one that is there keeps its mode.
#[test]
#[cfg(unix)]
fn a_new_file_is_private() {
    use std::{fs::Permissions, os::unix::fs::PermissionsExt as _};

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bank.ledger");
    let ledger = SqliteLedger::open(&path).unwrap();
    conformance::record_script(&ledger);
    let files = std::fs::read_dir(folder.path())
        .unwrap()
        .map(Result::unwrap);
    let modes: Vec<_> = files
        .map(|file| file.metadata().unwrap().permissions().mode() & 0o777)
        .collect();
    assert_eq!(modes, [0o600; 3], "the file, its log and the log's index");
    drop(ledger);

    std::fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
    drop(SqliteLedger::open(&path).unwrap());
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
}
