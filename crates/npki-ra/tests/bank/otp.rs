//! The OTP centre on a ledger of its own: counted before judged, good once, one counter for all.

use std::sync::{
    Barrier,
    atomic::{AtomicUsize, Ordering},
};

use npki_core::{HashAlgorithm, Instant, PortError};
use npki_ledger::{
    Claim, Commit, Conflict, Head, IdempotencyKey, IndexEntry, IndexName, Key, Ledger, LedgerError,
    MemoryLedger, Receipt, RecordRow, Recorded, SealedId, SealedRow, SealingKey, SideRow,
    SideTable, Span, StreamId, audit,
    faults::{Fault, FaultyLedger, Then, When},
};
use npki_policy::Attempts;
use npki_ra::{
    LedgerOtpCentre, OtpDevice, OtpError, OtpKeys, RequestKey, TryId,
    ports::{DeviceSerial, Otp, OtpCentre, OtpVerdict, Secret},
};
use zeroize::Zeroizing;

use crate::world::{at, key, rng};

const SERIAL: &str = "7012345678";
const NOON: &str = "2026-11-23T12:00:00+09:00";

struct Centre<L> {
    ledger: L,
    keys: OtpKeys,
    device: OtpDevice,
}

impl<L: Ledger> Centre<L> {
    fn new(ledger: L) -> Self {
        let mut rng = rng(1);
        let centre = Self {
            ledger,
            keys: OtpKeys {
                names: RequestKey::generate(&mut rng),
                secrets: SealingKey::generate(b"otp-1", &mut rng).unwrap(),
            },
            device: OtpDevice::new(Zeroizing::new([9; 20]), 6, 60).unwrap(),
        };
        let enrolled = centre.at("KMB").enrol(
            &DeviceSerial::new(SERIAL),
            &centre.device,
            &key("enrol"),
            at(NOON),
            &mut rng,
        );
        enrolled.unwrap();
        centre
    }

    fn at<'a>(&'a self, institution: &'a str) -> LedgerOtpCentre<'a> {
        LedgerOtpCentre {
            ledger: &self.ledger,
            keys: &self.keys,
            institution,
            attempts: Attempts(10),
        }
    }

    fn code(&self, now: Instant) -> String {
        self.device.expose_code(now)
    }

    fn wrong_code(&self, now: Instant) -> String {
        let right = [
            "2026-11-23T11:59:00+09:00",
            NOON,
            "2026-11-23T12:01:00+09:00",
        ]
        .map(|now| self.code(at(now)));
        let right = [&right[..], &[self.code(now)]].concat();
        let mut codes = (0..).map(|n| format!("{n:06}"));
        codes.find(|code| !right.contains(code)).unwrap()
    }
}

fn ask<L: Ledger>(
    centre: &Centre<L>,
    institution: &str,
    name: &str,
    code: &str,
    now: Instant,
) -> Result<OtpVerdict, PortError> {
    let answer = Otp {
        serial: Secret::new(SERIAL),
        code: Secret::new(code),
    };
    centre
        .at(institution)
        .try_code(&id(name), &DeviceSerial::new(SERIAL), &answer, now)
}

fn id(name: &str) -> TryId {
    let digest = HashAlgorithm::Sha256.digest(name.as_bytes());
    TryId::from_octets(digest.octets()[..16].try_into().unwrap())
}

fn failures<L: Ledger>(centre: &Centre<L>) -> u32 {
    centre
        .at("KMB")
        .failures(&DeviceSerial::new(SERIAL))
        .unwrap()
}

#[test]
fn r32_one_counter_for_all_institutions_and_a_branch_lifts_the_lock() {
    let centre = Centre::new(MemoryLedger::new());
    let now = at(NOON);
    let wrong = centre.wrong_code(now);
    for n in 0..9 {
        let bank = ["KMB", "SHB", "NHB"][n % 3];
        let verdict = ask(&centre, bank, &format!("wrong {n}"), &wrong, now);
        assert_eq!(verdict, Ok(OtpVerdict::Wrong));
    }
    // One before the limit, then right: the count begins again.
    let right = centre.code(now);
    assert_eq!(
        ask(&centre, "SHB", "right", &right, now),
        Ok(OtpVerdict::Right)
    );
    assert_eq!(failures(&centre), 0);
    for n in 0..10 {
        // The same name at another bank is another try.
        let (bank, name) = (["KMB", "SHB"][n % 2], format!("again {}", n / 2));
        assert_eq!(
            ask(&centre, bank, &name, &wrong, now),
            Ok(OtpVerdict::Wrong)
        );
    }
    let later = at("2026-11-23T12:05:00+09:00");
    let next = centre.code(later);
    for bank in ["KMB", "SHB", "NHB"] {
        assert_eq!(
            ask(&centre, bank, "locked", &next, later),
            Ok(OtpVerdict::Locked)
        );
    }
    assert_eq!(failures(&centre), 10);
    let device = DeviceSerial::new(SERIAL);
    for _ in 0..2 {
        centre.at("NHB").lift(&id("lift"), &device, later).unwrap();
    }
    assert_eq!(
        ask(&centre, "KMB", "lifted", &next, later),
        Ok(OtpVerdict::Right)
    );
    assert_eq!(audit(&centre.ledger, None).unwrap(), []);
}

#[test]
fn rfc_6238_5_2_a_code_is_good_once() {
    let centre = Centre::new(MemoryLedger::new());
    let now = at(NOON);
    let code = centre.code(now);
    assert_eq!(
        ask(&centre, "KMB", "first", &code, now),
        Ok(OtpVerdict::Right)
    );
    // The same try, asked again because its answer was lost, is not a second use.
    let later = at("2026-11-23T13:00:00+09:00");
    assert_eq!(
        ask(&centre, "KMB", "first", &code, later),
        Ok(OtpVerdict::Right)
    );
    let soon = at("2026-11-23T12:00:59+09:00");
    for bank in ["KMB", "SHB"] {
        assert_eq!(
            ask(&centre, bank, "second", &code, soon),
            Ok(OtpVerdict::Used)
        );
    }
    assert_eq!(failures(&centre), 2);
    // The step before and the one after are codes of their own.
    for now in ["2026-11-23T12:01:00+09:00", "2026-11-23T12:02:00+09:00"] {
        let code = centre.code(at(now));
        assert_eq!(
            ask(&centre, "KMB", now, &code, at(now)),
            Ok(OtpVerdict::Right)
        );
    }
    // Another code under the name of a try that was made.
    let other = ask(&centre, "KMB", "first", "000000", later);
    assert!(other.is_err(), "{other:?}");
}

#[test]
fn another_device_is_wrong_and_an_unknown_one_refused() {
    let centre = Centre::new(MemoryLedger::new());
    let now = at(NOON);
    let answer = |serial| Otp {
        serial: Secret::new(serial),
        code: Secret::new(&centre.code(now)),
    };
    let (kmb, device) = (centre.at("KMB"), DeviceSerial::new(SERIAL));
    // Somebody else's device, even with its right code, is not the one that the bank knows.
    let other = kmb.try_code(&id("other"), &device, &answer("7012345679"), now);
    assert_eq!((other, failures(&centre)), (Ok(OtpVerdict::Wrong), 1));
    let unknown = kmb.try_code(&id("no"), &DeviceSerial::new("1"), &answer("1"), now);
    assert!(matches!(unknown, Err(PortError::Refused(_))));
    let twice = kmb.enrol(&device, &centre.device, &key("twice"), now, &mut rng(2));
    assert!(matches!(twice, Err(OtpError::Known)));
    kmb.enrol(&device, &centre.device, &key("enrol"), now, &mut rng(3))
        .unwrap();
}

#[test]
fn killed_at_every_commit_it_answers_the_same_and_counts_once() {
    for right in [true, false] {
        for call in 1..=2 {
            for when in [When::Before, When::After] {
                let centre = Centre::new(FaultyLedger::new(MemoryLedger::new()));
                let now = at(NOON);
                let code = if right {
                    centre.code(now)
                } else {
                    centre.wrong_code(now)
                };
                let before = centre.ledger.calls();
                let then = Then::GoesOn;
                centre.ledger.arm(Fault {
                    call: before + call,
                    when,
                    then,
                });
                let lost = ask(&centre, "KMB", "try", &code, now);
                assert!(lost.is_err(), "{call} {when:?}: {lost:?}");
                // Long afterwards the answer is still as of then.
                let later = at("2026-11-23T15:00:00+09:00");
                let wanted = if right {
                    OtpVerdict::Right
                } else {
                    OtpVerdict::Wrong
                };
                let counted = call == 2 || when == When::After;
                let again = ask(
                    &centre,
                    "KMB",
                    "try",
                    &code,
                    if counted { later } else { now },
                );
                assert_eq!(again, Ok(wanted), "{call} {when:?}");
                assert_eq!(failures(&centre), u32::from(!right));
            }
        }
    }
}

/// Counts how often a device's secret is read: nothing can be judged without it.
#[derive(Debug)]
struct Watched<L> {
    inner: L,
    opened: AtomicUsize,
}

#[test]
fn r32_ten_thousand_at_once_and_never_an_eleventh_evaluation() {
    never_an_eleventh(MemoryLedger::new(), 10_000);
}

/// Wrong tries from eight threads at once, at two institutions.
fn never_an_eleventh(ledger: impl Ledger, tries: usize) {
    let centre = Centre::new(Watched {
        inner: ledger,
        opened: AtomicUsize::new(0),
    });
    let now = at(NOON);
    let (wrong, threads) = (centre.wrong_code(now), 8);
    let (wrongs, locked) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let start = Barrier::new(threads);
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let (centre, wrong, start) = (&centre, &wrong, &start);
            let (wrongs, locked) = (&wrongs, &locked);
            scope.spawn(move || {
                start.wait();
                let bank = ["KMB", "SHB"][thread % 2];
                for n in 0..tries / threads {
                    let name = format!("{thread} {n}");
                    match ask(centre, bank, &name, wrong, now).unwrap() {
                        OtpVerdict::Wrong => wrongs.fetch_add(1, Ordering::Relaxed),
                        OtpVerdict::Locked => locked.fetch_add(1, Ordering::Relaxed),
                        other => panic!("{other:?}"),
                    };
                }
            });
        }
    });
    let tried = tries / threads * threads;
    assert_eq!(wrongs.into_inner(), 10);
    assert_eq!(locked.into_inner(), tried - 10);
    assert_eq!(centre.ledger.opened.load(Ordering::Relaxed), 10);
    println!("{tried} wrong tries, 10 evaluations");
}

impl<L: Ledger> Ledger for Watched<L> {
    fn commit(&self, commits: &[Commit]) -> Result<Vec<Result<Receipt, Conflict>>, LedgerError> {
        self.inner.commit(commits)
    }
    fn receipt(&self, key: &IdempotencyKey) -> Result<Option<Receipt>, LedgerError> {
        self.inner.receipt(key)
    }
    fn stream(&self, stream: &StreamId, from: u64) -> Result<Vec<Recorded>, LedgerError> {
        self.inner.stream(stream, from)
    }
    fn claim(&self, claim: &Key) -> Result<Option<Claim>, LedgerError> {
        self.inner.claim(claim)
    }
    fn counter(&self, counter: &Key) -> Result<u64, LedgerError> {
        self.inner.counter(counter)
    }
    fn index(
        &self,
        index: &IndexName,
        span: &Span,
        limit: usize,
    ) -> Result<Vec<IndexEntry>, LedgerError> {
        self.inner.index(index, span, limit)
    }
    fn sealed(&self, id: &SealedId) -> Result<Option<SealedRow>, LedgerError> {
        self.opened.fetch_add(1, Ordering::Relaxed);
        self.inner.sealed(id)
    }
    fn head(&self) -> Result<Head, LedgerError> {
        self.inner.head()
    }
    fn records(&self, from: u64, limit: usize) -> Result<Vec<Recorded>, LedgerError> {
        self.inner.records(from, limit)
    }
    fn rows(&self, from: u64, limit: usize) -> Result<Vec<RecordRow>, LedgerError> {
        self.inner.rows(from, limit)
    }
    fn side(
        &self,
        table: SideTable,
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<SideRow>, LedgerError> {
        self.inner.side(table, after, limit)
    }
}
