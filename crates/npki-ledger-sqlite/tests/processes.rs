//! Several processes on one file: each commit is recorded once, whoever sends it.

use std::{
    env,
    fs::{self, File},
    io::Write as _,
    path::Path,
    process::{Child, Command},
    thread,
    time::Duration,
};

use npki_core::Instant;
use npki_ledger::{
    Change, Commit, Conflict, Event, EventKind, IdempotencyKey, Ledger as _, LedgerExt as _, audit,
};
use npki_ledger_sqlite::SqliteLedger;

const FILE: &str = "NPKI_LEDGER_SQLITE_TEST_FILE";
const ACKNOWLEDGED: &str = "NPKI_LEDGER_SQLITE_TEST_ACKNOWLEDGED";
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

/// Not a test of its own: records until it is killed, and writes down what was acknowledged.
#[test]
fn endless_child() {
    let (Some(path), Some(acknowledged)) = (env::var_os(FILE), env::var_os(ACKNOWLEDGED)) else {
        return;
    };
    let ledger = SqliteLedger::open(Path::new(&path)).unwrap();
    let mut acknowledged = File::options().append(true).open(acknowledged).unwrap();
    for n in ledger.head().unwrap().size.. {
        let one = commit(n.to_be_bytes().repeat(4), "own", u64::MAX);
        ledger.commit_one(&one).unwrap().unwrap();
        acknowledged.write_all(&n.to_be_bytes()).unwrap();
    }
}

#[test]
fn what_was_acknowledged_survives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let (path, list) = (folder.path().join("a.ledger"), folder.path().join("list"));
    File::create(&list).unwrap();
    let mut left = 0;
    for round in 0..8u64 {
        let mut child = start("endless_child", &path, &list);
        // Not before it has begun to record, and at another moment of its work each time.
        let begun = fs::metadata(&list).unwrap().len();
        while fs::metadata(&list).unwrap().len() <= begun {
            assert!(child.try_wait().unwrap().is_none(), "it records for ever");
            thread::sleep(Duration::from_millis(1));
        }
        thread::sleep(Duration::from_micros(700 * round));
        child.kill().unwrap();
        child.wait().unwrap();

        let ledger = SqliteLedger::open(&path).unwrap();
        let size = ledger.head().unwrap().size;
        let acknowledged = fs::read(&list).unwrap();
        let (numbers, rest) = acknowledged.as_chunks::<8>();
        assert!(rest.is_empty() && size > left, "round {round}");
        let last = u64::from_be_bytes(*numbers.last().unwrap());
        assert!(last < size, "{last} was acknowledged, {size} are there");
        assert!(
            size <= last + 2,
            "at most one was recorded and not answered"
        );
        assert_eq!(audit(&ledger, None).unwrap(), []);
        left = size;
    }
}

fn start(test: &str, path: &Path, acknowledged: &Path) -> Child {
    Command::new(env::current_exe().expect("a path"))
        .args(["--exact", test])
        .env(FILE, path)
        .env(ACKNOWLEDGED, acknowledged)
        .spawn()
        .expect("the child starts")
}
