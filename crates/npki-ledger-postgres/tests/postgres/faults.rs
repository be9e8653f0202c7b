//! Connections, servers and disks that fail: what was answered is there, and what was not can be found out.

use std::{
    env,
    ffi::OsStr,
    fs::{self, Permissions},
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    path::PathBuf,
    process::Command,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use npki_ledger::{
    Change, Commit, Event, EventKind, IdempotencyKey, Key, Ledger, LedgerError, LedgerExt as _,
    audit,
};
use npki_ledger_postgres::PostgresLedger;

use crate::{
    cluster::{Cluster, QUICK},
    new_name,
    proxy::{Cut, Proxy},
    server, sql,
};

fn commit(n: u64) -> Commit {
    let stream = "order/faults".parse().unwrap();
    let mut event = Event::new(stream, EventKind::from_static("tried"), vec![0x05, 0x00]);
    // A counter for each: recorded twice, it would be refused.
    event.changes = vec![Change::Add {
        counter: counter(n),
        ceiling: 1,
    }];
    Commit {
        key: IdempotencyKey::new(n.to_be_bytes().repeat(2)).unwrap(),
        request_digest: [0; 32],
        now: npki_core::Instant::from_unix_seconds(1_767_193_200).unwrap(),
        expected: vec![],
        events: vec![event],
    }
}

fn counter(n: u64) -> Key {
    Key::new(n.to_be_bytes()).unwrap()
}

#[test]
fn a_connection_lost_at_the_commit_leaves_it_unknown() {
    let Some(url) = server() else { return };
    let proxy = Proxy::of(url);
    for (cut, recorded) in [(Cut::Before, false), (Cut::After, true)] {
        let ledger = PostgresLedger::open(&proxy.url(url), &new_name()).unwrap();
        ledger.commit_one(&commit(1)).unwrap().unwrap();
        proxy.cut(cut);
        let group = [commit(2), commit(3)];
        let error = ledger.commit(&group).unwrap_err();
        assert!(
            matches!(error, LedgerError::Unknown(Some(_))),
            "{cut:?}: {error:?}"
        );
        for one in &group {
            let receipt = ledger.receipt(&one.key).unwrap();
            assert_eq!(receipt.is_some(), recorded, "{cut:?}");
        }
        // Who asks again gets the answer that was lost, or the first.
        let answers = ledger.commit(&group).unwrap();
        let positions: Vec<_> = answers
            .iter()
            .map(|a| a.as_ref().unwrap().position)
            .collect();
        assert_eq!(positions, [1, 2], "{cut:?}");
        assert_eq!(ledger.head().unwrap().size, 3);
        assert_eq!(audit(&ledger, None).unwrap(), []);
    }
}

/// A connection that was ended while nothing was under way is nobody's business.
#[test]
fn an_idle_connection_is_made_anew() {
    let Some(url) = server() else { return };
    let name = new_name();
    let ledger = PostgresLedger::open(&format!("{url} application_name={name}"), &name).unwrap();
    for n in 1..4 {
        ledger.commit_one(&commit(n)).unwrap().unwrap();
        assert_eq!(ledger.head().unwrap().size, n);
        assert_eq!(ledger.counter(&counter(n)).unwrap(), 1);
        sql(
            url,
            &format!(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
                 WHERE application_name = '{name}'"
            ),
        );
    }
    assert_eq!(audit(&ledger, None).unwrap(), []);
}

/// A writer that stands still with the lock in its hand loses it.
#[test]
fn a_writer_waits_for_its_turn() {
    let Some(url) = server() else { return };
    let name = new_name();
    let ledger = PostgresLedger::open(url, &name).unwrap();
    let mut other = postgres::Client::connect(url, postgres::NoTls).unwrap();
    let lock = format!("BEGIN; SELECT * FROM \"{name}\".head FOR UPDATE");
    other.batch_execute(&lock).unwrap();
    thread::scope(|scope| {
        let waiting = scope.spawn(|| ledger.commit_one(&commit(1)));
        thread::sleep(Duration::from_millis(100));
        assert!(!waiting.is_finished());
        // Reading goes on meanwhile.
        assert_eq!(ledger.head().unwrap().size, 0);
        other.batch_execute("ROLLBACK").unwrap();
        assert_eq!(waiting.join().unwrap().unwrap().unwrap().position, 0);
    });
}

/// The server is killed again and again while two callers record; each asks until it is answered.
#[test]
fn a_server_that_is_restarted_loses_nothing_that_was_answered() {
    let Some(mut cluster) = Cluster::start(QUICK) else {
        return;
    };
    let ledger = PostgresLedger::open(cluster.url(), "bank").unwrap();
    let end = AtomicBool::new(false);
    let record = |first: u64| {
        let mut recorded = Vec::new();
        let mut unanswered = 0;
        for n in (first..).step_by(2) {
            let one = commit(n);
            let began = Instant::now();
            let receipt = loop {
                match ledger.commit_one(&one) {
                    Ok(answer) => break answer.unwrap(),
                    Err(LedgerError::Unknown(_) | LedgerError::Unavailable(_)) => unanswered += 1,
                    Err(error) => panic!("{error:?}"),
                }
                assert!(began.elapsed() < Duration::from_secs(30), "no server");
                thread::sleep(Duration::from_millis(10));
            };
            recorded.push((one, receipt));
            if end.load(Ordering::Relaxed) {
                return (recorded, unanswered);
            }
        }
        unreachable!("it records until it is told to end")
    };
    let (recorded, unanswered) = thread::scope(|scope| {
        let writers = [1, 2].map(|first| scope.spawn(move || record(first)));
        for _ in 0..3 {
            thread::sleep(Duration::from_millis(150));
            cluster.restart();
        }
        end.store(true, Ordering::Relaxed);
        let ends = writers.map(|writer| writer.join().unwrap());
        let unanswered: u32 = ends.iter().map(|end| end.1).sum();
        (
            ends.into_iter().flat_map(|end| end.0).collect::<Vec<_>>(),
            unanswered,
        )
    });
    assert!(unanswered > 0, "the server was never missed");
    for (one, receipt) in &recorded {
        assert_eq!(ledger.receipt(&one.key).unwrap().as_ref(), Some(receipt));
    }
    assert_eq!(
        ledger.head().unwrap().size,
        u64::try_from(recorded.len()).unwrap()
    );
    assert_eq!(audit(&ledger, None).unwrap(), []);
}

/// A full disk: nothing of what does not fit is recorded, and with more space all goes on.
#[test]
fn a_full_disk_is_told_and_damages_nothing() {
    let Some(disk) = SmallDisk::of(1 << 20) else {
        return;
    };
    let variables: [(&str, &OsStr); 2] = [
        ("LD_PRELOAD", disk.library.as_os_str()),
        ("SMALL_DISK", disk.place.as_os_str()),
    ];
    let Some(cluster) = Cluster::start_with(QUICK, &variables) else {
        return;
    };
    let url = cluster.url();
    let place = disk.place.display();
    sql(url, &format!("CREATE TABLESPACE small LOCATION '{place}'"));
    let url = format!("{url} options='-c default_tablespace=small'");
    let ledger = PostgresLedger::open(&url, &new_name()).unwrap();
    let large = |n| {
        let mut large = commit(n);
        large.events[0].payload = vec![0x55; Commit::PAYLOAD_MAX];
        large
    };
    let mut recorded = 0;
    let error = loop {
        match ledger.commit_one(&large(recorded)) {
            Ok(answer) => assert_eq!(answer.unwrap().position, recorded),
            Err(error) => break error,
        }
        recorded += 1;
        assert!(recorded < 100, "the disk is not small");
    };
    assert!(matches!(error, LedgerError::Full(Some(_))), "{error:?}");
    assert!(recorded > 0);
    assert_eq!(ledger.head().unwrap().size, recorded);
    assert_eq!(ledger.receipt(&large(recorded).key).unwrap(), None);
    assert_eq!(audit(&ledger, None).unwrap(), []);
    disk.resize(16 << 20);
    let receipt = ledger.commit_one(&large(recorded)).unwrap().unwrap();
    assert_eq!(receipt.position, recorded);
    assert_eq!(audit(&ledger, None).unwrap(), []);
}

/// A folder in which files do not grow beyond a size: `small_disk.c`, which the server is started with.
struct SmallDisk {
    _folder: tempfile::TempDir,
    place: PathBuf,
    library: PathBuf,
}

impl SmallDisk {
    /// `None`, and a line to standard error, where there is no C compiler, or no Linux.
    fn of(size: u64) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().canonicalize().unwrap();
        let (source, library) = (path.join("small_disk.c"), path.join("small_disk.so"));
        fs::write(&source, include_str!("small_disk.c")).unwrap();
        let compiled = Command::new("cc")
            .args(["-O1", "-shared", "-fPIC", "-o"])
            .args([&library, &source])
            .arg("-ldl")
            .status()
            .is_ok_and(|status| status.success());
        if !compiled || !cfg!(target_os = "linux") {
            assert!(env::var("CI").as_deref() != Ok("true"), "no C compiler");
            eprintln!("passed over: no C compiler, or no LD_PRELOAD");
            return None;
        }
        let disk = Self {
            _folder: folder,
            place: path.join("disk"),
            library,
        };
        fs::create_dir(&disk.place).unwrap();
        disk.resize(size);
        // The server's user, which is another one if this is root, is to read here and to write there.
        fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
        if fs::metadata(&path).unwrap().uid() == 0 {
            let mut chown = Command::new("chown");
            assert!(
                chown
                    .arg("postgres")
                    .arg(&disk.place)
                    .status()
                    .unwrap()
                    .success()
            );
        }
        Some(disk)
    }

    fn resize(&self, size: u64) {
        fs::write(self.place.with_extension("size"), size.to_string()).unwrap();
    }
}
