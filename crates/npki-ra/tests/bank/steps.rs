//! The seven steps, and what the records of them say.

use npki_core::{Channel, Issuer, OrderAction, Product, ValidityRule};
use npki_ledger::{Ledger as _, audit};
use npki_policy::CertificateState;
use npki_ra::{Answer, Command, End, MoneyStage, Step, StepName, ports::NoticeKind};

use crate::world::*;

const NOON: &str = "2026-11-23T12:00:00+09:00";

/// R23; name and IDN of the order are those on record, the rest as written (R37). Done is done when it is confirmed
/// (R18b), and the subscriber is told at the number given (S85).
#[test]
fn r23_the_limited_certificate_has_no_fee_step() {
    let world = World::new();
    let mut walk = Walk::begin(&world, "limited", OrderAction::Issue, NOON);
    assert_eq!(walk.application().state().step(), StepName::Choose);
    walk.choose(Product::PersonalLimited, Issuer::Yessign);
    assert!(matches!(walk.application().next(), Step::Identify(_)));
    let application = walk.identify();
    assert!(matches!(application.next(), Step::Details(_)));
    walk.details();
    let order = walk.order();
    let Step::AtTheCa(at_the_ca) = walk.application().next() else {
        panic!("at the CA")
    };
    assert_eq!(at_the_ca.reference().as_str(), "93613");
    let again = walk.ra.registration(walk.id, walk.now).unwrap();
    assert_eq!(again.reference, *at_the_ca.reference());

    let written = world.set(|o| o.orders[&order].order.clone().unwrap());
    assert_eq!(world.order_idn(&written), IDN.replace('-', ""));
    assert_eq!(written.names.real_name, "홍길동");
    assert_eq!(written.names.english_name, "GILDONG HONG");
    assert_eq!(written.validity, ValidityRule::OneYear);
    assert_eq!(written.ends, at("2026-11-24T12:00:00+09:00"));

    let application = walk.issue(&order);
    assert!(matches!(
        application.next(),
        Step::Ended(End::Issued { .. })
    ));
    let subscriber = world.subscriber();
    let [certificate] = &subscriber.certificates[..] else {
        panic!("one certificate")
    };
    assert_eq!(certificate.state, CertificateState::Issued);
    assert_eq!(certificate.not_after, at("2027-11-23T23:59:59+09:00"));
    assert_eq!((certificate.paid_at, world.stages()), (None, vec![]));
    let sent: Vec<_> = world.set(|o| o.sent.values().copied().collect());
    assert_eq!(sent, [NoticeKind::Issued, NoticeKind::Issued]);
    assert_eq!(world.open_effects(), 0);
}

/// All seven steps (S36).
#[test]
fn r20_the_fee_is_reserved_then_captured() {
    let world = World::new();
    let mut walk = Walk::begin(&world, "general", OrderAction::Issue, NOON);
    walk.choose(Product::PersonalGeneral, Issuer::Kica);
    let application = walk.identify();
    let Step::ConfirmFee(fee) = application.next() else {
        panic!("step 4")
    };
    assert_eq!(fee.amount(), npki_policy::Krw(4_400));
    assert_eq!(world.stages(), Vec::<&str>::new());
    walk.pay();
    assert_eq!(world.stages(), ["reserved"]);
    walk.details();
    let order = walk.order();
    assert_eq!(world.stages(), ["reserved"]);
    let application = walk.issue(&order);
    assert_eq!(world.stages(), ["captured"]);
    assert_eq!(world.set(|o| o.balance), 5_600);
    let money = application.state().money.clone().unwrap();
    assert_eq!(money.stage, MoneyStage::Captured);
    assert_eq!(world.subscriber().certificates[0].paid_at, Some(at(NOON)));
}

#[test]
fn who_repeats_gets_the_same_answer_and_nothing_happens_twice() {
    let world = World::new();
    let mut walk = Walk::begin(&world, "repeat", OrderAction::Issue, NOON);
    let again = Walk::begin(&world, "repeat", OrderAction::Issue, NOON);
    assert_eq!(walk.id, again.id);
    walk.choose(Product::PersonalGeneral, Issuer::Kica);
    walk.identify();
    let Step::ConfirmFee(fee) = walk.application().next() else {
        panic!("step 4")
    };
    let command = fee.confirm(None);
    let key = walk.key();
    let size = |world: &World| world.store.head().unwrap().size;
    let first = walk
        .ra
        .handle(walk.id, &command, &key, walk.now, &mut rng(3))
        .unwrap();
    let after = size(&world);
    let second = walk
        .ra
        .handle(walk.id, &command, &key, walk.now, &mut rng(4))
        .unwrap();
    assert_eq!(size(&world), after);
    assert_eq!(first.done(), second.done());
    // The key names that request and no other.
    let other = walk
        .ra
        .handle(walk.id, &Command::Abandon, &key, walk.now, &mut rng(4));
    assert!(other.is_err());
    // A refusal is repeated too.
    let key = walk.key();
    let wrong = Command::ConfirmFee {
        amount: npki_policy::Krw(1),
        account: None,
    };
    let refusals: Vec<_> = (0..2)
        .map(|_| {
            walk.ra
                .handle(walk.id, &wrong, &key, walk.now, &mut rng(5))
                .unwrap()
        })
        .map(|answer| answer.refused().unwrap())
        .collect();
    assert_eq!(refusals[0], refusals[1]);
}

#[test]
fn r34_going_back_undoes_what_came_after() {
    let world = World::new();
    let mut walk = Walk::begin(&world, "back", OrderAction::Issue, NOON);
    walk.choose(Product::PersonalGeneral, Issuer::Kica);
    walk.identify();
    walk.pay();
    walk.details();
    let application = walk.go(&Command::GoBack(StepName::Choose));
    assert_eq!(world.stages(), ["released"]);
    assert!(application.state().extra.is_none());
    assert!(application.state().details.is_none());
    // Another choice, and all the way again; the fee is taken once.
    let order = walk.up_to_the_order(Product::PersonalGeneral, Issuer::Koscom);
    walk.issue(&order);
    let mut stages = world.stages();
    stages.sort_unstable();
    assert_eq!(stages, ["captured", "released"]);
    assert_eq!(world.set(|o| o.balance), 5_600);
    // There is no way forward, and none out of the end.
    let mut walk = Walk::begin(&world, "forward", OrderAction::Issue, NOON);
    assert_eq!(walk.refused(&Command::GoBack(StepName::Details)), ["R34"]);
    assert_eq!(walk.refused(&Command::GiveDetails(details())), ["R34"]);
    walk.go(&Command::Abandon);
    assert_eq!(walk.refused(&Command::Abandon), ["R19"]);
}

#[test]
fn r34_an_abandoned_application_leaves_nothing_reserved() {
    for by_deadline in [false, true] {
        let world = World::new();
        let mut walk = Walk::begin(&world, "abandoned", OrderAction::Issue, NOON);
        walk.choose(Product::PersonalGeneral, Issuer::Kica);
        walk.identify();
        walk.pay();
        if by_deadline {
            let before = at("2026-11-24T11:59:58+09:00");
            assert_eq!(walk.ra.reconcile(before, &mut rng(8)).unwrap().ended, 0);
            let due = at("2026-11-24T12:00:00+09:00");
            assert_eq!(walk.ra.reconcile(due, &mut rng(8)).unwrap().ended, 1);
            assert_eq!(walk.ra.reconcile(due, &mut rng(8)).unwrap().ended, 0);
        } else {
            walk.go(&walk.application().abandon());
        }
        assert_eq!(world.stages(), ["released"]);
        assert!(matches!(
            walk.application().next(),
            Step::Ended(End::Abandoned(_))
        ));
        assert_eq!(world.open_effects(), 0);
    }
}

#[test]
fn r33_at_a_branch_an_identity_card_stands_for_step_3() {
    let world = World::new();
    let ra = world.ra();
    let begin = npki_ra::Begin {
        session: npki_ra::Session::LoggedOut,
        ..begin(&world, OrderAction::Issue, Channel::Branch)
    };
    // At night too: a branch has no issuing hours (R16).
    let now = at("2026-11-23T00:30:00+09:00");
    let answer = ra.begin(&begin, &key("branch"), now, &mut rng(1)).unwrap();
    let id = answer.done().unwrap().id();
    let terms = world.terms.of_the_ca(Issuer::Yessign).cloned().collect();
    let mut step = 0;
    let mut go = |command: &Command| {
        step += 1;
        let key = key(&format!("branch {step}"));
        let answer = ra.handle(id, command, &key, now, &mut rng(step)).unwrap();
        answer.done().expect("done")
    };
    let Step::Choose(choose) = ra.application(id).unwrap().unwrap().next() else {
        panic!("step 2")
    };
    go(&choose.new_certificate(Product::PersonalLimited, None, terms, None));
    let card = npki_ra::Identification::DrivingLicence;
    let application = go(&Command::ShowIdentityCard(card));
    assert!(matches!(application.next(), Step::Details(_)));
    go(&Command::GiveDetails(details()));
    assert!(go(&Command::Order).state().open_order().is_some());
}

#[test]
fn r72_the_log_names_nobody_and_the_audit_finds_nothing() {
    let world = World::new();
    issued(&world, Product::PersonalGeneral, Issuer::Kica, NOON);
    assert_eq!(audit(&world.store, None).unwrap(), []);
    let mut text = Vec::new();
    for recorded in world.store.records(0, 10_000).unwrap() {
        text.extend_from_slice(recorded.der());
    }
    for secret in [
        USER,
        IDN,
        "0021223000000",
        "홍길동",
        "GILDONG",
        PASSWORD,
        OTP,
        "1234-5678",
        "01012345678",
        "8765-4321",
        "678456",
        "의사당대로",
        "gildong@example.com",
    ] {
        let found = text.windows(secret.len()).any(|w| w == secret.as_bytes());
        assert!(!found, "{secret}");
    }
    // The order, with its IDN, is shredded once the certificate is confirmed.
    let ra = world.ra();
    let id = world.subscriber().certificates[0].application;
    assert!(ra.registration(id, at(NOON)).is_err());
}

#[test]
fn an_answer_lost_and_asked_again_is_done() {
    let world = World::new();
    let walk = Walk::begin(&world, "answer", OrderAction::Issue, NOON);
    assert!(matches!(
        walk.ra.begin(
            &begin(&world, OrderAction::Issue, Channel::Pc),
            &key("answer begin"),
            walk.now,
            &mut rng(9)
        ),
        Ok(Answer::Done(_))
    ));
}
