//! The OTP centre on a ledger of its own: counted before judged, good once, one counter for all.

use std::sync::{
    Barrier,
    atomic::{AtomicUsize, Ordering},
};

use npki_core::{HashAlgorithm, Instant, PortError};
use npki_ledger::{
    Ledger, MemoryLedger, SealingKey, SideTable, audit,
    faults::{Fault, FaultyLedger, Then, When},
};
use npki_policy::Attempts;
use npki_ra::{
    LedgerOtpCentre, OtpDevice, OtpError, OtpKeys, RequestKey, TryId,
    ports::{DeviceSerial, Otp, OtpCentre, OtpVerdict, Secret},
};
use proptest::prelude::*;
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
                // Ten minutes afterwards, when the code has long passed, the answer is still as of then.
                let later = at("2026-11-23T12:10:00+09:00");
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

/// What was counted and not judged: so long the answer is as of then, and then it is wrong.
#[test]
fn a_try_is_judged_within_ten_minutes() {
    for (later, wanted) in [
        ("2026-11-23T12:10:00+09:00", OtpVerdict::Right),
        ("2026-11-23T12:10:01+09:00", OtpVerdict::Wrong),
    ] {
        let centre = Centre::new(FaultyLedger::new(MemoryLedger::new()));
        let code = centre.code(at(NOON));
        unjudged(&centre, "try", &code, at(NOON));
        assert_eq!(ask(&centre, "KMB", "try", &code, at(later)), Ok(wanted));
    }
}

/// Counts a try, and dies before it is judged.
fn unjudged(centre: &Centre<FaultyLedger<MemoryLedger>>, name: &str, code: &str, now: Instant) {
    centre.ledger.arm(Fault {
        call: centre.ledger.calls() + 2,
        when: When::Before,
        then: Then::GoesOn,
    });
    assert!(ask(centre, "KMB", name, code, now).is_err());
}

/// A device that is used with every code that it shows, for hours, has no more claims than steps within which a try can
/// be judged; and each code was good once.
#[test]
fn claims_on_steps_are_bounded() {
    let centre = Centre::new(MemoryLedger::new());
    let claims = || {
        centre
            .ledger
            .side(SideTable::Claims, None, 9_999)
            .unwrap()
            .len()
    };
    let mut most = 0;
    for minute in 0..240u64 {
        let now = at(NOON).saturating_add(core::time::Duration::from_secs(60 * minute));
        let code = centre.code(now);
        let ask = |name: &str| ask(&centre, "KMB", &format!("{name} {minute}"), &code, now);
        assert_eq!(ask("first"), Ok(OtpVerdict::Right), "{minute}");
        assert_eq!(ask("second"), Ok(OtpVerdict::Used), "{minute}");
        most = most.max(claims());
    }
    // 15 steps of a minute: the ten in which it can be judged, one for clocks that differ, two on either side; and the
    // enrolment.
    assert_eq!(most, 15 + 1);
    assert_eq!(audit(&centre.ledger, None).unwrap(), []);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Tries with one code, counted while it is accepted and judged whenever, with the codes of other steps between
    /// them: one of them at most is right, and none after ten minutes.
    #[test]
    fn however_late_a_try_is_judged_a_code_is_good_once(
        mut counted in proptest::collection::vec(0..120u64, 2..5),
        mut delays in proptest::collection::vec(0..1_500u64, 5),
        others in proptest::collection::vec(0..30u64, 0..4),
    ) {
        let centre = Centre::new(FaultyLedger::new(MemoryLedger::new()));
        let after = |seconds| at(NOON).saturating_add(core::time::Duration::from_secs(seconds));
        let code = centre.code(at(NOON));
        counted.sort_unstable();
        delays.sort_unstable();
        for (n, seconds) in counted.iter().enumerate() {
            unjudged(&centre, &format!("try {n}"), &code, after(*seconds));
        }
        let mut right = 0;
        for (n, (seconds, delay)) in counted.iter().zip(&delays).enumerate() {
            let judged = after(seconds + delay);
            for steps in &others {
                let between = judged.saturating_add(core::time::Duration::from_secs(60 * steps));
                if between <= after(counted.get(n + 1).map_or(0, |next| next + delays[n + 1])) {
                    let other = centre.code(between);
                    let _ = ask(&centre, "SHB", &format!("other {n} {steps}"), &other, between);
                }
            }
            let verdict = ask(&centre, "KMB", &format!("try {n}"), &code, judged);
            if let Ok(OtpVerdict::Right) = verdict {
                prop_assert!(*delay <= 600, "{delay} s");
                right += 1;
            }
        }
        prop_assert!(right <= 1, "{right} times");
    }
}

#[test]
fn r32_ten_thousand_at_once_and_never_an_eleventh_evaluation() {
    never_an_eleventh(MemoryLedger::new(), 10_000);
}

/// Wrong tries from eight threads at once, at two institutions.
fn never_an_eleventh(ledger: impl Ledger, tries: usize) {
    let centre = Centre::new(FaultyLedger::new(ledger));
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
    // Nothing can be judged without the device's secret.
    assert_eq!(centre.ledger.sealed_reads(), 10);
    println!("{tried} wrong tries, 10 evaluations");
}
