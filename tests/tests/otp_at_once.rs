//! R32 on the stores that banks have: thousands of wrong one-time passwords at once, and never an eleventh evaluation.
//!
//! Tries come from sixteen threads at two institutions, on four handles of one store, as from four processes. An
//! evaluation opens the device's sealed secret, and these readings are counted. Some hundred tries in each run; 10,000
//! with `NPKI_OTP_TRIES=10000`, as `.ci/full otp` has it.

#![expect(
    clippy::unwrap_used,
    reason = "a test that finds something else than it expects is to stop"
)]

use std::sync::{
    Barrier,
    atomic::{AtomicUsize, Ordering},
};

use npki_ledger::{IdempotencyKey, Ledger, SealingKey, SideTable, audit, faults::FaultyLedger};
use npki_ledger_postgres::PostgresLedger;
use npki_ledger_sqlite::SqliteLedger;
use npki_policy::Attempts;
use npki_ra::{
    LedgerOtpCentre, OtpDevice, OtpKeys, RequestKey, TryId,
    ports::{DeviceSerial, Otp, OtpVerdict, Secret},
};
use npki_tests::{generator, now};
use zeroize::Zeroizing;

#[path = "../../crates/npki-ledger-postgres/tests/cluster/mod.rs"]
mod cluster;

const SERIAL: &str = "7012345678";
const HANDLES: usize = 4;
const THREADS: usize = 16;

#[test]
fn r32_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("otp.ledger");
    never_an_eleventh("SQLite", || SqliteLedger::open(&path).unwrap());
}

#[test]
fn r32_on_postgresql() {
    let Some(cluster) = cluster::Cluster::start(cluster::QUICK) else {
        return;
    };
    never_an_eleventh("PostgreSQL", || {
        PostgresLedger::open(cluster.url(), "otp").unwrap()
    });
}

fn never_an_eleventh<L: Ledger>(store: &str, open: impl Fn() -> L) {
    let tries = match std::env::var("NPKI_OTP_TRIES") {
        Ok(tries) => tries.parse().unwrap(),
        Err(_) => 320,
    };
    let mut rng = generator();
    let keys = OtpKeys {
        names: RequestKey::generate(&mut rng),
        secrets: SealingKey::generate(b"otp-1", &mut rng).unwrap(),
    };
    let handles: Vec<_> = (0..HANDLES).map(|_| FaultyLedger::new(open())).collect();
    let centre = |thread: usize| LedgerOtpCentre {
        ledger: handles.get(thread % HANDLES).unwrap(),
        keys: &keys,
        institution: ["KMB", "SHB"].get(thread % 2).unwrap(),
        attempts: Attempts(10),
    };
    let (serial, device) = (
        DeviceSerial::new(SERIAL),
        OtpDevice::new(Zeroizing::new([9; 20]), 6, 60).unwrap(),
    );
    let key = IdempotencyKey::new([1; 16]).unwrap();
    centre(0)
        .enrol(&serial, &device, &key, now(), &mut rng)
        .unwrap();
    let around = [-60, 0, 60].map(|seconds| {
        let at = now().unix_seconds() + seconds;
        device.expose_code(npki_core::Instant::from_unix_seconds(at).unwrap())
    });
    let wrong = (0..)
        .map(|n| format!("{n:06}"))
        .find(|code| !around.contains(code));
    let wrong = &wrong.unwrap();

    let (wrongs, locked, next) = (
        AtomicUsize::new(0),
        AtomicUsize::new(0),
        AtomicUsize::new(0),
    );
    let start = Barrier::new(THREADS);
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let (centre, serial) = (centre(thread), &serial);
            let (wrongs, locked, next, start) = (&wrongs, &locked, &next, &start);
            scope.spawn(move || {
                start.wait();
                loop {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    if n >= tries {
                        return;
                    }
                    let id = TryId::from_octets(u128::try_from(n).unwrap().to_be_bytes());
                    let answer = Otp {
                        serial: Secret::new(SERIAL),
                        code: Secret::new(wrong),
                    };
                    match centre.judge(&id, serial, &answer, now()).unwrap() {
                        OtpVerdict::Wrong => wrongs.fetch_add(1, Ordering::Relaxed),
                        OtpVerdict::Locked => locked.fetch_add(1, Ordering::Relaxed),
                        other => panic!("{other:?}"),
                    };
                }
            });
        }
    });
    let evaluations: u64 = handles.iter().map(FaultyLedger::sealed_reads).sum();
    println!("{store}: {tries} wrong tries, {evaluations} evaluations");
    assert_eq!(evaluations, 10);
    assert_eq!((wrongs.into_inner(), locked.into_inner()), (10, tries - 10));
    // What was refused has left nothing: enrolled, ten tries, ten verdicts, one claim and one counter.
    let ledger = handles.first().unwrap();
    assert_eq!(ledger.head().unwrap().size, 21);
    for table in [SideTable::Claims, SideTable::Counters] {
        assert_eq!(ledger.side(table, None, 99).unwrap().len(), 1);
    }
    assert_eq!(audit(ledger, None).unwrap(), []);
}
