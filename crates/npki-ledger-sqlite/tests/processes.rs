//! Several processes on one file: each commit is recorded once, whoever sends it.

use std::{env, path::Path, process::Command};

use npki_core::Instant;
use npki_ledger::{
    Change, Commit, Conflict, Event, EventKind, IdempotencyKey, Ledger as _, LedgerExt as _, audit,
};
use npki_ledger_sqlite::SqliteLedger;

const FILE: &str = "NPKI_LEDGER_SQLITE_TEST_FILE";
const COMMITS: u8 = 20;

/// Not a test of its own: what the processes of the test below run.
#[test]
fn child() {
    let Some(path) = env::var_os(FILE) else {
        return;
    };
    let ledger = SqliteLedger::open(Path::new(&path)).unwrap();
    for n in 0..COMMITS {
        // The same requests from all, and one claim of each process's own.
        let shared = commit([[n; 16], [1; 16]].concat(), "shared", 1);
        ledger.commit_one(&shared).unwrap().unwrap();
        let pid = std::process::id().to_be_bytes().repeat(4);
        let own = commit([&pid[..], &[n; 16]].concat(), "own", u64::from(COMMITS));
        match ledger.commit_one(&own).unwrap() {
            Ok(_) | Err(Conflict::CounterAtCeiling { .. }) => {}
            Err(other) => panic!("{other}"),
        }
    }
}

fn commit(key: Vec<u8>, name: &str, ceiling: u64) -> Commit {
    let key = IdempotencyKey::new(key).expect("32 octets");
    let stream = format!("order/{name}").parse().expect("a stream");
    let mut event = Event::new(stream, EventKind::from_static("tried"), vec![0x05, 0x00]);
    // Shared: a counter for each request, so that recording it twice would be refused.
    let counter = match name {
        "shared" => key.octets().to_vec(),
        _ => b"own".to_vec(),
    };
    let counter = npki_ledger::Key::new(counter).expect("a key");
    event.changes = vec![Change::Add { counter, ceiling }];
    Commit {
        key,
        request_digest: [0; 32],
        now: Instant::from_unix_seconds(1_767_193_200).expect("a time"),
        expected: vec![],
        events: vec![event],
    }
}

#[test]
fn processes_take_turns() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.ledger");
    let mut children: Vec<_> = (0..3)
        .map(|_| {
            Command::new(env::current_exe().unwrap())
                .args(["--exact", "child"])
                .env(FILE, &path)
                .spawn()
                .unwrap()
        })
        .collect();
    for child in &mut children {
        assert!(child.wait().unwrap().success());
    }
    let ledger = SqliteLedger::open(&path).unwrap();
    let events = |name: &str| ledger.stream(&name.parse().unwrap(), 1).unwrap().len();
    assert_eq!(events("order/shared"), usize::from(COMMITS));
    assert_eq!(events("order/own"), usize::from(COMMITS));
    assert_eq!(audit(&ledger, None).unwrap(), []);
}
