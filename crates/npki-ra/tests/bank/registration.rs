//! Other institutions' certificates: what is checked of them, and what a registration leads to (R41).

use npki_cert::{PolicyArc, Profile};
use npki_core::{Holder, Instant, Issuer, OrderAction, Product};
use npki_ledger::{IdempotencyKey, Ledger as _, audit};
use npki_policy::{EventKind, Parameters, Policy, Switch};
use npki_ra::{
    Answer, Challenge, ChallengeFor, CheckName, CheckOutcome, Command, End, Errand, Presented,
    RaError, Registering, Report, Step,
    ports::{NoticeKind, UserId},
};

use crate::{
    other_bank::{Made, OtherBank, Wanted},
    world::*,
};

const NOON: &str = "2026-11-23T12:00:00+09:00";

/// Somebody who has come to register, identified or not yet.
fn errand<'a>(world: &'a World, name: &str, now: &str) -> Walk<'a> {
    Walk::begin(world, name, Errand::Register, now)
}

fn identified<'a>(world: &'a World, name: &str, now: &str) -> Walk<'a> {
    let mut walk = errand(world, name, now);
    walk.identify();
    walk
}

fn challenge(walk: &Walk<'_>) -> Challenge {
    let what = ChallengeFor::Register(walk.id);
    walk.ra.challenge(&what, walk.now, &mut rng(20))
}

fn register(walk: &Walk<'_>, presented: &Presented, key: &IdempotencyKey) -> Registering {
    walk.ra
        .register(walk.id, presented, key, walk.now, &mut rng(21))
        .unwrap()
}

/// Shows a certificate with everything that belongs to it.
fn show(walk: &mut Walk<'_>, made: &Made) -> Registering {
    let presented = made.presented(&challenge(walk));
    let key = walk.key();
    register(walk, &presented, &key)
}

/// A certificate that is registered.
pub(crate) fn registered(world: &World, made: &Made, now: &str) {
    let done = show(&mut identified(world, "registered", now), made);
    assert!(done.report.is_passed(), "{:?}", done.report);
}

fn failed(report: &Report) -> Vec<CheckName> {
    report.failed().map(|check| check.name).collect()
}

fn not_asked(report: &Report) -> Vec<CheckName> {
    let all = report.checks().iter();
    let waiting = all.filter(|check| check.outcome == CheckOutcome::NotAsked);
    waiting.map(|check| check.name).collect()
}

#[test]
fn r41_registered_looked_up_and_deregistered() {
    let world = World::new();
    let made = world.other.certify(&Wanted::default());
    let mut walk = identified(&world, "register", NOON);
    assert!(matches!(walk.application().next(), Step::Register(_)));
    let done = show(&mut walk, &made);
    assert!(done.report.is_passed(), "{:?}", done.report);
    let Step::Ended(End::Registered(name)) = done.answer.done().unwrap().next() else {
        panic!("not registered")
    };
    assert_eq!(name.issuer, Issuer::Yessign);
    assert_eq!(
        name.serial.as_bytes(),
        made.certificate.serial_number().octets()
    );

    // By subscriber, and by certificate.
    let subscriber = world.subscriber();
    let other = subscriber.registered(&made.sha256()).unwrap().clone();
    assert_eq!(other.registered_at, walk.now);
    let (pseudonym, found) = walk.ra.registration_of(&made.sha256()).unwrap().unwrap();
    assert_eq!((pseudonym, &found), (subscriber.pseudonym, &other));
    let kept = walk.ra.registered_certificate(pseudonym, &found).unwrap();
    assert_eq!(kept.der(), made.certificate.der());

    let user = UserId::new(USER);
    let away = |name: &str| {
        let key = key(name);
        let sha256 = made.sha256();
        walk.ra
            .deregister(&user, &sha256, &key, walk.now, &mut rng(22))
            .unwrap()
    };
    for _ in 0..2 {
        assert_eq!(away("away"), Ok(()));
    }
    let refusal = away("away again").unwrap_err();
    assert_eq!(refusal.rules(), ["R41".parse().unwrap()]);
    assert_eq!(walk.ra.registration_of(&made.sha256()).unwrap(), None);
    let gone = world.subscriber().others[0].clone();
    assert_eq!(gone.deregistered_at, Some(walk.now));
    assert!(matches!(
        walk.ra.registered_certificate(pseudonym, &gone),
        Err(RaError::Shredded(_))
    ));
    let told: Vec<_> = world.set(|o| o.sent.values().copied().collect());
    assert_eq!(told.len(), 2);
    assert!(told.contains(&NoticeKind::Registered) && told.contains(&NoticeKind::Deregistered));

    // What was deregistered can be registered again.
    let mut again = identified(&world, "again", NOON);
    assert!(show(&mut again, &made).report.is_passed());
    assert_eq!(audit(&world.store, None).unwrap(), []);
}

#[test]
fn r41_each_check_on_its_own() {
    use CheckName::{
        Chain, Challenge as Asked, KeyUsage, Period, Person, Possession, Product as Kind, Readable,
        Registered, Revocation, Rule,
    };
    type Spoil = fn(&mut Presented, &Walk<'_>, &Made);
    let fine: Spoil = |_, _, _| {};
    let day_before = "2027-03-02T00:00:00+09:00";
    for (name, wanted, now, spoil, wrong, waiting) in [
        ("fine", Wanted::default(), NOON, fine, &[][..], &[][..]),
        (
            "the last second",
            Wanted::default(),
            "2027-03-01T23:59:59+09:00",
            fine,
            &[],
            &[],
        ),
        (
            "expired",
            Wanted::default(),
            day_before,
            fine,
            &[Period, Rule],
            &[Revocation],
        ),
        (
            "not begun",
            Wanted {
                from: "2026-11-23T12:00:01+09:00",
                ..Wanted::default()
            },
            NOON,
            fine,
            &[Period, Rule],
            &[Revocation],
        ),
        (
            "for e-tax alone",
            Wanted {
                product: Product::ETax,
                ..Wanted::default()
            },
            NOON,
            fine,
            &[Rule],
            &[],
        ),
        (
            "of an arc that is not accepted",
            Wanted {
                arc: PolicyArc::Real,
                ..Wanted::default()
            },
            NOON,
            fine,
            &[Kind],
            &[Rule],
        ),
        (
            "for key management",
            Wanted {
                profile: Profile::SubscriberKm,
                ..Wanted::default()
            },
            NOON,
            fine,
            &[KeyUsage, Person],
            &[],
        ),
        (
            "somebody else's",
            Wanted {
                idn: "002122-3000001",
                ..Wanted::default()
            },
            NOON,
            fine,
            &[Person],
            &[],
        ),
        (
            "another R",
            Wanted::default(),
            NOON,
            |p, _, _| {
                let r = npki_core::RandomNumber::from_octets(&[8; 20]);
                p.random_number = Some(r.unwrap());
            },
            &[Person],
            &[],
        ),
        (
            "no R",
            Wanted::default(),
            NOON,
            |p, _, _| p.random_number = None,
            &[Person],
            &[],
        ),
        (
            "nothing signed",
            Wanted::default(),
            NOON,
            |p, _, _| p.possession = None,
            &[Asked, Possession],
            &[],
        ),
        (
            "signed with another key",
            Wanted::default(),
            NOON,
            |p, walk, _| {
                let another = walk.world.other.certify(&Wanted::default());
                p.possession = Some(another.possession(&challenge(walk)));
            },
            &[Possession],
            &[],
        ),
        (
            "a signature of something else",
            Wanted::default(),
            NOON,
            |p, walk, _| {
                if let Some(possession) = &mut p.possession {
                    possession.challenge = challenge(walk);
                }
            },
            &[Possession],
            &[],
        ),
        (
            "a challenge for another application",
            Wanted::default(),
            NOON,
            |p, walk, made| {
                let other = errand(walk.world, "other", NOON);
                p.possession = Some(made.possession(&challenge(&other)));
            },
            &[Asked],
            &[],
        ),
        (
            "a challenge for a log-in",
            Wanted::default(),
            NOON,
            |p, walk, made| {
                let what = ChallengeFor::LogIn;
                let given = walk.ra.challenge(&what, walk.now, &mut rng(23));
                p.possession = Some(made.possession(&given));
            },
            &[Asked],
            &[],
        ),
        (
            "a challenge of long ago",
            Wanted::default(),
            NOON,
            |p, walk, made| {
                let what = ChallengeFor::Register(walk.id);
                let ago = Instant::from_unix_seconds(walk.now.unix_seconds() - 300).unwrap();
                let given = walk.ra.challenge(&what, ago, &mut rng(23));
                p.possession = Some(made.possession(&given));
            },
            &[Asked],
            &[],
        ),
        (
            "of another root",
            Wanted::default(),
            NOON,
            |p, walk, _| {
                let stranger = OtherBank::new().certify(&Wanted::default());
                *p = stranger.presented(&challenge(walk));
            },
            &[Chain],
            &[Revocation, Kind, Rule],
        ),
        (
            "no certificate at all",
            Wanted::default(),
            NOON,
            |p, _, _| p.certificate = b"not it".to_vec(),
            &[Readable],
            &[
                Chain, Period, Revocation, KeyUsage, Kind, Registered, Possession, Person, Rule,
            ],
        ),
        (
            "everything at once",
            Wanted {
                idn: "002122-3000001",
                profile: Profile::SubscriberKm,
                product: Product::ETax,
                ..Wanted::default()
            },
            day_before,
            |p, _, _| {
                p.possession = None;
                p.random_number = None;
            },
            &[Period, KeyUsage, Asked, Possession, Person, Rule],
            &[Revocation],
        ),
    ] {
        let world = World::new();
        let mut walk = identified(&world, name, now);
        let made = world.other.certify(&wanted);
        let mut presented = made.presented(&challenge(&walk));
        spoil(&mut presented, &walk, &made);
        // Dry, then in earnest: the same report; only the latter is recorded.
        let size = world.store.head().unwrap().size;
        let dry = walk
            .ra
            .prepare_registration(walk.id, &presented, walk.now, &mut rng(24))
            .unwrap();
        assert_eq!(world.store.head().unwrap().size, size, "{name}");
        let key = walk.key();
        let done = register(&walk, &presented, &key);
        assert_eq!(done.report, dry, "{name}");
        assert_eq!(failed(&dry), wrong, "{name}");
        assert_eq!(not_asked(&dry), waiting, "{name}");
        for check in dry.checks() {
            let said = check.sentence();
            assert!(
                !said.ko.is_empty() && !said.en.is_empty(),
                "{name} {check:?}"
            );
        }
        let registered = world.subscriber().registered(&made.sha256()).is_some();
        assert_eq!(registered, wrong.is_empty(), "{name}");
        if !wrong.is_empty() {
            let refusal = done.answer.refused().unwrap();
            assert_eq!(refusal.why.len(), wrong.len(), "{name}");
            assert_eq!(walk.ra.why(walk.id).unwrap(), [refusal], "{name}");
            // Put right, the same errand goes on.
            let right = world.other.certify(&Wanted {
                to: "2027-06-01T23:59:59+09:00",
                serial: 4,
                ..Wanted::default()
            });
            assert!(show(&mut walk, &right).report.is_passed(), "{name}");
        }
    }
}

#[test]
fn r41_revoked_or_nobody_can_tell() {
    for (tells, cause) in [(true, "revoked"), (false, "no CRL")] {
        let world = World::new();
        let made = world.other.certify(&Wanted::default());
        world.set(|o| {
            o.revoked.push(*made.certificate.serial_number());
            o.no_lists = !tells;
        });
        let mut walk = identified(&world, "revoked", NOON);
        let done = show(&mut walk, &made);
        let check = done.report.check(CheckName::Revocation).unwrap();
        assert_eq!(check.outcome, CheckOutcome::Failed);
        assert!(check.facts()[0].value.contains(cause), "{check:?}");
        // The policy is told of a revocation, not of silence.
        let rules = if tells { 2 } else { 1 };
        assert_eq!(failed(&done.report).len(), rules);
    }
}

#[test]
fn r41_waits_for_the_identification() {
    let world = World::new();
    let made = world.other.certify(&Wanted::default());
    let mut walk = errand(&world, "register", NOON);
    let rules = |walk: &mut Walk<'_>| -> Vec<String> {
        let done = show(walk, &made);
        let refusal = done.answer.refused().unwrap();
        refusal.rules().iter().map(ToString::to_string).collect()
    };
    assert_eq!(rules(&mut walk), ["R36"]);
    world.set(|o| o.wrong_codes = 10);
    assert_eq!(rules(&mut walk), ["R32", "R36"]);
    world.set(|o| o.wrong_codes = 0);
    walk.identify();
    assert!(show(&mut walk, &made).report.is_passed());
    // Nothing but a registration comes of such an errand, and of no other one.
    let mut issue = Walk::begin(&world, "issue", OrderAction::Issue, NOON);
    assert_eq!(rules(&mut issue), ["R19"]);
    assert_eq!(rules(&mut walk), ["R19"]);
    let mut other = errand(&world, "other", NOON);
    assert_eq!(other.refused(&Command::Register), ["R41"]);
}

#[test]
fn r41_once_and_not_the_banks_own() {
    let world = World::new();
    let made = world.other.certify(&Wanted::default());
    assert!(
        show(&mut identified(&world, "first", NOON), &made)
            .report
            .is_passed()
    );
    let twice = show(&mut identified(&world, "second", NOON), &made);
    assert_eq!(failed(&twice.report), [CheckName::Registered]);

    // A certificate that this bank had issued: the policy says that it acts here already.
    let another = Wanted {
        serial: 7,
        ..Wanted::default()
    };
    let made = own(&world, &another, NOON);
    let done = show(&mut identified(&world, "own", NOON), &made);
    assert_eq!(failed(&done.report), [CheckName::Rule]);
}

#[test]
fn r41_groups_are_the_banks_choice() {
    for (groups, holder, allowed) in [
        (Switch::On, Holder::Association, true),
        (Switch::Off, Holder::Association, false),
        (Switch::Off, Holder::SoleProprietor, false),
        (Switch::Off, Holder::Individual, true),
    ] {
        let mut world = World::new();
        let parameters = Parameters {
            groups_may_register: groups,
            ..world.policy.parameters().clone()
        };
        world.policy = Policy::new(parameters, world.policy.catalogue().clone()).unwrap();
        world.set(|o| o.holder = holder);
        let made = world.other.certify(&Wanted::default());
        let done = show(&mut identified(&world, "group", NOON), &made);
        assert_eq!(done.report.is_passed(), allowed, "{holder} {groups:?}");
    }
}

#[test]
fn r15_a_registration_blocks_loans_as_the_policy_wants() {
    let world = World::new();
    issued(&world, Product::PersonalLimited, Issuer::Yessign, NOON);
    let later = "2026-11-25T12:00:00+09:00";
    let made = world.other.certify(&Wanted::default());
    assert!(
        show(&mut identified(&world, "register", later), &made)
            .report
            .is_passed()
    );
    let subscriber = world.subscriber();
    let event = subscriber.blocks_loans(&world.policy).unwrap();
    assert_eq!((event.kind, event.at), (EventKind::Register, at(later)));
    // Where registrations do not count, the issue before still does.
    let parameters = Parameters {
        registration_blocks_loans: Switch::Off,
        ..world.policy.parameters().clone()
    };
    let policy = Policy::new(parameters, world.policy.catalogue().clone()).unwrap();
    assert_eq!(
        subscriber.blocks_loans(&policy).unwrap().kind,
        EventKind::Issue
    );
}

#[test]
fn r41_asked_again_the_answer_is_the_same() {
    let world = World::new();
    let made = world.other.certify(&Wanted::default());
    let walk = identified(&world, "register", NOON);
    let presented = made.presented(&challenge(&walk));
    let key = key("the request");
    // Silent lists are no answer; nothing is recorded, nothing used up.
    world.set(|o| o.silent_lists = true);
    let size = world.store.head().unwrap().size;
    let silent = walk
        .ra
        .register(walk.id, &presented, &key, walk.now, &mut rng(25));
    assert!(matches!(silent, Err(RaError::Port(_))));
    assert_eq!(world.store.head().unwrap().size, size);
    world.set(|o| o.silent_lists = false);
    let first = register(&walk, &presented, &key);
    // A day later too, when challenge and lists are long over.
    let late = at("2026-11-24T12:00:00+09:00");
    let again = walk
        .ra
        .register(walk.id, &presented, &key, late, &mut rng(25))
        .unwrap();
    assert_eq!(again.report, first.report);
    assert!(matches!(again.answer, Answer::Done(_)));
    let other = made.presented(&challenge(&walk));
    let reused = walk
        .ra
        .register(walk.id, &other, &key, walk.now, &mut rng(25));
    assert!(matches!(reused, Err(RaError::Conflict(_))));
}
