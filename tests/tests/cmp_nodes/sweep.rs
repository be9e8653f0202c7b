//! One issue over CMP, of a certificate and of a pair, with every fault that a CA and the way to it can have.

use npki_core::HashAlgorithm;
use npki_ledger::faults::{Fault, FaultyLedger, Then, When};

use super::*;

/// What an order is of: a certificate, or a pair of them.
const PROFILES: [&str; 2] = [Order::SIGN, Order::SIGN_KM];

/// How somebody asks again whose answer was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Again {
    /// By the same octets.
    Octets,
    /// By a new transaction with the same keys: the program was started anew.
    Keys,
}

pub(super) fn client<'a>(registration: &'a Registration, profile: &str) -> Client<'a> {
    let client = Client::new(registration, 1, &[]);
    match profile == Order::SIGN_KM {
        true => client.with_km(30),
        false => client,
    }
}

/// The serial numbers of what was given.
pub(super) fn octets(certificates: &Issued<'_>) -> Vec<Vec<u8>> {
    let both = core::iter::once(certificates.certificate()).chain(certificates.km_certificate());
    both.map(|one| one.serial_number().octets().to_vec())
        .collect()
}

fn count(ledger: &dyn Ledger, kind: &str) -> usize {
    let records = ledger.records(0, 1_000).unwrap();
    let of_kind = records.iter().filter(|r| r.record().kind.as_str() == kind);
    of_kind.count()
}

/// Same bytes, same answer, by whichever node and after a restart; then certConf twice; then no more.
#[test]
fn what_one_node_begins_another_ends() {
    let scene = Scene::new();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ca.sqlite");
    let open = || SqliteLedger::open(&path).unwrap();
    let (one, two) = (open(), open());
    for (number, (profile, implicit)) in [
        (Order::SIGN, false),
        (Order::SIGN, true),
        (Order::SIGN_KM, false),
        (Order::SIGN_KM, true),
    ]
    .into_iter()
    .enumerate()
    {
        let registration = scene.order_of(&one, u32::try_from(number).unwrap() + 2, profile);
        let mut client = Client::new(&registration, u32::try_from(number).unwrap(), &[]);
        if profile == Order::SIGN_KM {
            client = client.with_km(28 + number);
        }
        let asking = client.ask(implicit);
        let message = asking.message().to_vec();
        // Its answer is lost; another node is asked, which was started just now.
        let _ = scene.answer(&one, &message, 1);
        let answer = scene.answer(&open(), &message, 2);
        let found = issued(asking, &answer).unwrap();
        assert_eq!(found.is_confirmed(), implicit);
        let given = octets(&found);
        assert_eq!(given.len() == 2, profile == Order::SIGN_KM);
        let ca = scene.ca(&two);
        let all_are = |status| {
            let mut found = given.iter().map(|serial| ca.status(serial).unwrap());
            found.all(|found| found == status)
        };
        if !implicit {
            assert!(all_are(CertificateStatus::Unconfirmed));
            let mut confirming = found.confirm(now(), &mut LabRng::new(4)).unwrap();
            for ledger in [&one, &two] {
                let answer = scene.answer(ledger, confirming.message(), 5);
                confirming.take(&answer, now()).unwrap();
            }
        }
        assert!(all_are(CertificateStatus::Good));
        // Confirmed, the same bytes get nothing more, unless the confirmation was implicit: then they do while it could
        // have been confirmed.
        let kind = |message: &[u8]| {
            let answer = Message::parse(&scene.answer(&two, message, 6)).unwrap();
            answer.body().name()
        };
        assert_eq!(kind(&message), if implicit { "ip" } else { "error" });
    }
    assert_eq!(serials(&two.records(0, 1_000).unwrap()).len(), 6);
}

/// One issue over CMP, as far as it gets; nothing when the CA could not answer.
fn live(
    scene: &Scene,
    ledger: &dyn Ledger,
    registration: &Registration,
    (profile, implicit): (&str, bool),
    again: Again,
) -> Option<()> {
    let mut client = client(registration, profile);
    if again == Again::Keys {
        client.rng = LabRng::new(42);
    }
    let asking = client.ask(implicit);
    let answer = scene.answer(ledger, asking.message(), 1);
    let found = issued(asking, &answer).ok()?;
    if !found.is_confirmed() {
        let mut confirming = found.confirm(now(), &mut LabRng::new(4)).unwrap();
        let answer = scene.answer(ledger, confirming.message(), 2);
        confirming.take(&answer, now()).ok()?;
    }
    Some(())
}

/// The CA dies, or loses what its ledger says, at every commit of an issue over CMP: whoever asks again gets the same
/// certificate, or the same two, what was signed is what was recorded, and it is confirmed once.
#[test]
fn every_commit_of_an_issue_may_fail() {
    let mut faults = 0;
    for profile in PROFILES {
        for implicit in [false, true] {
            let scene = Scene::new();
            let what = (profile, implicit);
            let calls = {
                let memory = MemoryLedger::new();
                let registration = scene.order_of(&memory, 1, profile);
                let counting = FaultyLedger::new(&memory);
                live(&scene, &counting, &registration, what, Again::Octets).unwrap();
                counting.calls()
            };
            // The record, the signature, and the confirmation.
            assert_eq!(calls, if implicit { 2 } else { 3 });
            for call in 1..=calls {
                for when in [When::Before, When::After] {
                    for then in [Then::Dies, Then::GoesOn] {
                        for again in [Again::Octets, Again::Keys] {
                            faults += 1;
                            after_a_fault(&scene, what, Fault { call, when, then }, again);
                        }
                    }
                }
            }
        }
    }
    println!("{faults} faults in issues of one and of two certificates");
}

/// The other side is told to ask again, and the CA's own people why.
#[test]
fn a_failure_is_told_to_both_sides() {
    let scene = Scene::new();
    let memory = MemoryLedger::new();
    let registration = scene.order(&memory, 1);
    let mut client = Client::new(&registration, 1, &[]);
    let asking = client.ask(false);
    let dying = FaultyLedger::new(&memory);
    dying.arm(Fault {
        call: 1,
        when: When::Before,
        then: Then::GoesOn,
    });
    let keys = &scene.authorities.ca(Issuer::Yessign).unwrap().cmp;
    let node = CmpCa::new(scene.ca(&dying), keys);
    let answer = || {
        let answered = node.answer(asking.message(), now(), &mut LabRng::new(1));
        answered.unwrap()
    };
    let failed = answer();
    assert!(matches!(failed.failure, Some(npki_ca::CaError::Ledger(_))));
    let Body::Error(error) = Message::parse(&failed.der).unwrap().body().clone() else {
        panic!("{failed:?}")
    };
    let told: Vec<_> = error.status.failures().collect();
    assert_eq!(told, [FailureInfo::SystemUnavail]);
    let again = answer();
    assert!(again.failure.is_none());
    assert_eq!(Message::parse(&again.der).unwrap().body().name(), "ip");
}

fn after_a_fault(scene: &Scene, what: (&str, bool), fault: Fault, again: Again) {
    let memory = MemoryLedger::new();
    let registration = scene.order_of(&memory, 1, what.0);
    let dying = FaultyLedger::new(&memory);
    dying.arm(fault);
    let first = live(scene, &dying, &registration, what, Again::Octets);
    let ca = scene.ca(&memory);
    // Whatever has happened by now has happened to both of a pair.
    let found: Vec<_> = serials(&memory.records(0, 1_000).unwrap())
        .iter()
        .map(|serial| {
            (
                ca.status(serial).unwrap(),
                ca.find(serial).unwrap().is_some(),
            )
        })
        .collect();
    assert!(
        found.iter().all(|one| Some(one) == found.first()),
        "{fault:?} {found:?}"
    );

    let second = live(scene, &memory, &registration, what, again);
    // Refused only when the confirmation had come through and its answer was lost.
    assert!(
        second.is_some() || count(&memory, "ca.confirmed") == 1,
        "{fault:?} {again:?} {first:?}"
    );
    for kind in ["ca.recorded", "ca.signed", "ca.confirmed"] {
        assert_eq!(count(&memory, kind), 1, "{fault:?} {again:?} {kind}");
    }
    assert_eq!(ca.unfinished().unwrap().len(), 0, "{fault:?}");
    ca.reconcile(now()).unwrap();
    let news = scene.bank.confirmed.lock().unwrap();
    let (_, told) = news.last().unwrap();

    // Both or one, and never one more.
    let records = memory.records(0, 1_000).unwrap();
    let given = serials(&records);
    assert_eq!(given.len(), if what.0 == Order::SIGN_KM { 2 } else { 1 });
    assert_eq!(given.first(), Some(told));
    // The digests that were recorded before the signatures stand in the record's payload.
    let is_recorded = |r: &&Recorded| r.record().kind.as_str() == "ca.recorded";
    let payload = &records.iter().find(is_recorded).unwrap().record().payload;
    for serial in &given {
        assert_eq!(ca.status(serial).unwrap(), CertificateStatus::Good);
        let certificate = ca.find(serial).unwrap().unwrap();
        let tbs = HashAlgorithm::Sha256.digest(certificate.tbs_der());
        let mut parts = payload.windows(32);
        assert!(parts.any(|part| part == tbs.octets()), "{fault:?}");
    }
    let of = |serial: &[u8]| ca.find(serial).unwrap();
    let last = of(given.last().unwrap()).unwrap();
    let next = last.serial_number().successor().unwrap();
    assert!(of(next.octets()).is_none(), "{fault:?}");
    if let [sign, km] = &given[..] {
        let after = of(sign).unwrap().serial_number().successor().unwrap();
        assert_eq!(after.octets(), &**km);
    }
}

/// A certificate whose certConf never comes lapses, and both of a pair do; one that comes too late is told so, and
/// nothing more is given.
#[test]
fn never_confirmed_lapses() {
    for profile in PROFILES {
        let scene = Scene::new();
        let ledger = MemoryLedger::new();
        let registration = scene.order_of(&ledger, 1, profile);
        let mut client = client(&registration, profile);
        let asking = client.ask(false);
        let message = asking.message().to_vec();
        let answer = scene.answer(&ledger, &message, 1);
        let found = issued(asking, &answer).unwrap();
        let given = octets(&found);
        let mut confirming = found.confirm(now(), &mut LabRng::new(4)).unwrap();
        let late = now().saturating_add(Duration::from_secs(601));
        let keys = &scene.authorities.ca(Issuer::Yessign).unwrap().cmp;
        let node = CmpCa::new(scene.ca(&ledger), keys);
        let answer = |message: &[u8]| {
            let answered = node.answer(message, late, &mut LabRng::new(5));
            answered.unwrap().der
        };
        match confirming
            .take(&answer(confirming.message()), late)
            .unwrap_err()
        {
            ClientError::Refused { failures, texts } => {
                let text = texts.join(" ");
                assert_eq!(failures, [FailureInfo::BadRequest]);
                assert!(text.contains("확인 기한"), "{text}");
            }
            other => panic!("{other:?}"),
        }
        let ca = scene.ca(&ledger);
        ca.reconcile(late).unwrap();
        for serial in &given {
            let status = ca.status(serial).unwrap();
            assert!(
                matches!(status, CertificateStatus::Revoked(_)),
                "{status:?}"
            );
        }
        let again = Message::parse(&answer(&message)).unwrap();
        assert_eq!(again.body().name(), "error");
        assert_eq!(serials(&ledger.records(0, 1_000).unwrap()), given);
    }
}

/// A pair whose ip was lost is given to these two keys and to no others.
#[test]
fn a_lost_pair_is_given_to_its_own_two_keys() {
    let scene = Scene::new();
    let ledger = MemoryLedger::new();
    let registration = scene.order_of(&ledger, 1, Order::SIGN_KM);
    let trusted = [scene
        .authorities
        .ca(Issuer::Yessign)
        .unwrap()
        .cmp
        .certificate
        .clone()];
    let ask = |client: Client<'_>, number: u64| {
        let mut client = Client {
            trust: &trusted,
            rng: LabRng::new(number),
            ..client
        };
        let asking = client.ask(false);
        let answer = scene.answer(&ledger, asking.message(), number);
        issued(asking, &answer).map(|found| octets(&found))
    };
    let sign = |number| Client::new(&registration, number, &[]);
    let first = ask(sign(1).with_km(30), 1).unwrap();
    for other in [sign(1).with_km(29), sign(2).with_km(30), sign(1)] {
        let error = ask(other, 2).unwrap_err();
        assert!(matches!(error, ClientError::Refused { .. }), "{error:?}");
    }
    assert_eq!(ask(sign(1).with_km(30), 3).unwrap(), first);
    assert_eq!(serials(&ledger.records(0, 1_000).unwrap()), first);
    assert_eq!(count(&ledger, "ca.signed"), 1);
}
