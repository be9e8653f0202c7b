//! Programs that are killed (SIGKILL) at random instants of a life of certificates, and started again.
//!
//! A process of its own plays subscriber, bank and CA over SQLite files or over PostgreSQL; the outside world, with its
//! accounts, outlasts it in a file, and the subscriber's diary does. The process is killed at a random instant, perhaps
//! once more while it takes up what was left, and then lives to the end, which must be the end of a life in peace: the
//! laws hold ([`end::End`]), every fee is captured or paid back once and none is left reserved, everything that was
//! acknowledged is there, and the audits find nothing.
//!
//! `NPKI_KILLS` says how many lives: on SQLite, and on PostgreSQL (`100 20` if it is not set). `NPKI_KILLS_SEED`
//! repeats a run's instants, as far as instants repeat.

#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that finds something else than it expects is to stop"
)]

#[path = "../../../crates/npki-ledger-postgres/tests/cluster/mod.rs"]
mod cluster;
mod diary;
#[path = "../crash_lifecycle/end.rs"]
mod end;
mod subscriber;

use core::time::Duration;
use std::env;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use std::thread;
use std::time::Instant;

use npki_core::{Issuer, Product, ReplacedBecause};
use npki_lab::{Lab, LabLedgers, Outside};
use npki_ledger::{Ledger, MemoryLedger};
use npki_ledger_postgres::{OpenError, PostgresLedger};
use npki_ledger_sqlite::SqliteLedger;

use cluster::{Cluster, QUICK};
use diary::Diary;
use end::End;
use subscriber::Subscriber;

/// Issued and paid for, reissued after a leak; issued, revoked in time, paid back.
fn paid(subscriber: &mut Subscriber<'_>) -> End {
    let general = Product::PersonalGeneral;
    let held = subscriber.issue("first", general, Issuer::Kica);
    subscriber.wait("first", DAY);
    let held = subscriber.reissue("leaked", &held, ReplacedBecause::Leaked);
    subscriber.wait("leaked", 9 * DAY);
    subscriber.revoke("late", &held);
    let held = subscriber.issue("second", general, Issuer::Kica);
    subscriber.wait("second", DAY);
    subscriber.revoke("in time", &held);
    subscriber.end(&["first", "leaked", "second"])
}

/// Issued for nothing, renewed by signature, reissued after a leak.
fn free(subscriber: &mut Subscriber<'_>) -> End {
    let held = subscriber.issue("first", Product::PersonalLimited, Issuer::Yessign);
    let day = held.certificate.not_after().kst_day().plus_days(-20);
    subscriber.wait_until(
        "first",
        day.start().saturating_add(Duration::from_secs(10 * 3600)),
    );
    let held = subscriber.renew("renewed", &held);
    subscriber.wait("renewed", DAY);
    subscriber.reissue("leaked", &held, ReplacedBecause::Leaked);
    subscriber.end(&["first", "renewed", "leaked"])
}

const DAY: Duration = Duration::from_secs(86_400);

/// Not a test of its own: the process that is killed.
#[test]
fn child() {
    let Ok(life) = env::var(LIFE) else { return };
    let folder = env::var_os(FOLDER).unwrap();
    let folder = Path::new(&folder);
    let used = if life == "paid" {
        "ca-KICA"
    } else {
        "ca-yessign"
    };
    let ledgers = LabLedgers::open(|name| open(folder, name, used)).unwrap();
    let seed = env::var(SEED).unwrap().parse().unwrap();
    let lab = Lab::new(1, npki_tests::now(), &ledgers).unwrap();
    let mut lab = lab.node(seed);
    lab.outside = Arc::new(Outside::shared(&folder.join("outside")).unwrap());
    let diary = Diary::open(&folder.join("diary"));
    let mut subscriber = Subscriber::new(lab, &ledgers, diary);
    println!("\n{SAYS}begins");
    let end = match &*life {
        "paid" => paid(&mut subscriber),
        _ => free(&mut subscriber),
    };
    println!("\n{SAYS}{end:?}");
}

/// CAs that a life does not need have their ledgers in memory.
fn open(folder: &Path, name: &str, used: &str) -> Result<Box<dyn Ledger>, OpenError> {
    if name != "bank" && name != used {
        return Ok(Box::new(MemoryLedger::new()));
    }
    Ok(match env::var(URL) {
        Ok(url) => {
            let world = folder.file_name().unwrap().to_str().unwrap();
            let schema = format!("{world}-{}", name.to_lowercase());
            Box::new(PostgresLedger::open(&url, &schema)?)
        }
        Err(_) => Box::new(SqliteLedger::open(folder.join(name))?),
    })
}

#[test]
fn on_sqlite() {
    lives("SQLite", None, count(0));
}

#[test]
fn on_postgres() {
    if let Some(cluster) = Cluster::start(QUICK) {
        lives("PostgreSQL", Some(cluster.url()), count(1));
    }
}

fn count(nth: usize) -> usize {
    let counts = env::var("NPKI_KILLS").unwrap_or_else(|_| "100 20".into());
    counts.split(' ').nth(nth).unwrap().parse().unwrap()
}

/// So many lives, two at a time, each killed once or twice.
fn lives(store: &str, url: Option<&str>, count: usize) {
    let folder = tempfile::tempdir().unwrap();
    let world = |name: String, life| {
        let folder = folder.path().join(name);
        std::fs::create_dir(&folder).unwrap();
        World { folder, life, url }
    };
    let peace = ["paid", "free"].map(|life| {
        let world = world(format!("peace-{life}"), life);
        let mut program = world.start(1);
        assert_eq!(program.says().as_deref(), Some("begins"));
        let began = Instant::now();
        let end = program.says().expect("a life in peace has an end");
        (life, end, began.elapsed())
    });
    let seed: u64 = env::var("NPKI_KILLS_SEED").map_or(1, |seed| seed.parse().unwrap());
    let (next, kills) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let live = || {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count {
                return;
            }
            let (life, end, lasts) = &peace[number % 2];
            let world = world(format!("w{number}"), life);
            let mut random = Random(seed.wrapping_mul(1_000_003) + u64::try_from(number).unwrap());
            let (ended, killed) = world.live(&mut random, *lasts);
            assert_eq!(&ended, end, "{store}, life {number}, seed {seed}");
            kills.fetch_add(killed, Ordering::Relaxed);
        }
    };
    thread::scope(|scope| {
        [scope.spawn(live), scope.spawn(live)].map(|lives| lives.join().unwrap())
    });
    let kills = kills.into_inner();
    println!("{store}: {kills} kills in {count} lives");
    // Most instants lie within the life that they are to end; of a few lives, perhaps none.
    assert!(count < 10 || kills * 3 >= count, "{kills} kills");
}

/// Where a life is lived.
struct World<'a> {
    folder: std::path::PathBuf,
    life: &'a str,
    url: Option<&'a str>,
}

impl World<'_> {
    /// Gives the end, and how often the program was killed before it came there.
    fn live(&self, random: &mut Random, lasts: Duration) -> (String, usize) {
        let times = 1 + usize::from(random.below(4) == 0);
        let mut killed = 0;
        for _ in 0..times {
            let mut program = self.start(random.next());
            assert_eq!(program.says().as_deref(), Some("begins"));
            let lasts = u64::try_from(lasts.as_micros()).unwrap();
            thread::sleep(Duration::from_micros(random.below(lasts)));
            if program.kill() {
                killed += 1;
            }
        }
        let mut program = self.start(random.next());
        assert_eq!(program.says().as_deref(), Some("begins"));
        let end = program.says().expect("what is not killed lives to the end");
        (end, killed)
    }

    fn start(&self, seed: u64) -> Program {
        let mut command = Command::new(env::current_exe().unwrap());
        command
            .args(["--exact", "child", "--nocapture"])
            .env(LIFE, self.life)
            .env(FOLDER, &self.folder)
            .env(SEED, seed.to_string())
            .stdout(Stdio::piped());
        if let Some(url) = self.url {
            command.env(URL, url);
        }
        let mut process = command.spawn().unwrap();
        let out = BufReader::new(process.stdout.take().unwrap());
        Program { process, out }
    }
}

struct Program {
    process: Child,
    out: BufReader<ChildStdout>,
}

impl Program {
    /// The next that the process has to say; `None` when it has gone.
    fn says(&mut self) -> Option<String> {
        let mut line = String::new();
        while self.out.read_line(&mut line).unwrap() > 0 {
            if let Some(says) = line.strip_prefix(SAYS) {
                return Some(says.trim_end().to_owned());
            }
            line.clear();
        }
        None
    }

    /// Whether there was something to kill.
    fn kill(mut self) -> bool {
        self.process.kill().unwrap();
        let status = self.process.wait().unwrap();
        std::os::unix::process::ExitStatusExt::signal(&status).is_some()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Numbers that look random (xorshift64*).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, limit: u64) -> u64 {
        (self.next() >> 16) % limit.max(1)
    }
}

const LIFE: &str = "NPKI_KILLED_LIFE";
const FOLDER: &str = "NPKI_KILLED_FOLDER";
const SEED: &str = "NPKI_KILLED_NODE";
const URL: &str = "NPKI_KILLED_URL";

/// Before what the process has to say, among what the test's frame prints.
const SAYS: &str = "killed-lifecycle: ";
