//! What is refused, by which rule, and that nothing stays reserved.

use npki_core::{Channel, Holder, Idn, Issuer, OrderAction, Product};
use npki_ledger::Ledger as _;
use npki_policy::Krw;
use npki_ra::{
    Begin, Command, Consent, Counted, End, Identification, Session, Step,
    ports::{CallOutcome, CardCell, Half, UserId, Whereabouts},
};

use crate::world::*;

const CELL: CardCell = CardCell {
    cell: 1,
    half: Half::First,
};
const NOON: &str = "2026-11-23T12:00:00+09:00";

/// Terms (R35), hours (R16), session (R33), and who it is: user id and number name one customer (S41).
#[test]
fn step_1() {
    let world = World::new();
    let base = || begin(&world, OrderAction::Issue, Channel::Pc);
    let rows: Vec<(Begin, &str, &[&str])> = vec![
        (base(), "2026-11-23T00:59:59+09:00", &["R16"]),
        (base(), "2026-11-23T01:00:00+09:00", &[]),
        (base(), "2026-11-23T22:59:59+09:00", &[]),
        (base(), "2026-11-23T23:00:00+09:00", &["R16"]),
        (
            Begin {
                session: Session::LoggedOut,
                ..base()
            },
            NOON,
            &["R33"],
        ),
        (
            Begin {
                channel: Channel::App,
                ..base()
            },
            NOON,
            &["R33"],
        ),
        (
            Begin {
                channel: Channel::App,
                session: Session::LoggedOut,
                ..base()
            },
            NOON,
            &[],
        ),
        (
            Begin {
                terms: vec![],
                ..base()
            },
            NOON,
            &["R35"],
        ),
        (
            Begin {
                user: UserId::new("nobody"),
                ..base()
            },
            NOON,
            &["R36"],
        ),
        (
            Begin {
                idn: Idn::parse("0021223000001").unwrap(),
                ..base()
            },
            NOON,
            &["R36"],
        ),
        // A renewal has no hours (R16).
        (
            Begin {
                errand: OrderAction::Renew.into(),
                ..base()
            },
            "2026-11-23T00:30:00+09:00",
            &[],
        ),
    ];
    // In the order of time: the ledger refuses a clock that runs backwards.
    let mut rows: Vec<_> = rows.into_iter().enumerate().collect();
    rows.sort_by_key(|(_, (_, now, _))| at(now));
    for (n, (begin, now, rules)) in rows {
        let key = key(&format!("row {n}"));
        let answer = world
            .ra()
            .begin(&begin, &key, at(now), &mut rng(1))
            .unwrap();
        let found: Vec<_> = answer.refused().map_or(vec![], |r| {
            r.rules().iter().map(ToString::to_string).collect()
        });
        assert_eq!(found, rules, "row {n}");
    }
}

/// One way in: whoever comes for a new certificate and whoever lost one meet the same refusals.
#[test]
fn s22_issue_and_reissue_begin_alike() {
    for (now, session, rules) in [
        ("2026-11-23T00:59:59+09:00", Session::LoggedIn, &["R16"][..]),
        (NOON, Session::LoggedOut, &["R33"]),
        (NOON, Session::LoggedIn, &[]),
    ] {
        for action in [OrderAction::Issue, OrderAction::Reissue] {
            let world = World::new();
            let begin = Begin {
                session,
                ..begin(&world, action, Channel::Pc)
            };
            let key = key("one way in");
            let answer = world.ra().begin(&begin, &key, at(now), &mut rng(1));
            let found: Vec<_> = answer.unwrap().refused().map_or(vec![], |r| {
                r.rules().iter().map(ToString::to_string).collect()
            });
            assert_eq!(found, rules, "{action:?} {now}");
        }
    }
}

/// One product is chosen from the catalogue (S43), with terms (R35) and the issuing consent (R17).
#[test]
fn step_2() {
    let world = World::new();
    let mut walk = Walk::begin(&world, "choose", OrderAction::Issue, NOON);
    let choose = |walk: &Walk<'_>, product, issuer, terms, consent| {
        let Step::Choose(choose) = walk.application().next() else {
            panic!("step 2")
        };
        choose.new_certificate(product, Some(issuer), terms, consent)
    };
    let terms = |issuer| world.terms.of_the_ca(issuer).cloned().collect::<Vec<_>>();
    use Product::{BusinessLimited, PersonalGeneral, PersonalLimited};
    for (product, issuer, accepted, rules) in [
        (PersonalLimited, Issuer::Kica, Issuer::Kica, &["R2"][..]),
        (PersonalLimited, Issuer::Yessign, Issuer::Kica, &["R35"]),
        (PersonalGeneral, Issuer::Yessign, Issuer::Yessign, &["R2"]),
        (BusinessLimited, Issuer::Yessign, Issuer::Yessign, &["R2"]),
    ] {
        let command = choose(&walk, product, issuer, terms(accepted), None);
        let found = walk.refused(&command);
        assert_eq!(found, rules, "{product} {issuer}");
    }
    // R17: a no is recorded, and then refuses; online it stays.
    let ca = Issuer::Yessign;
    let no = choose(
        &walk,
        PersonalLimited,
        ca,
        terms(ca),
        Some(Consent::Withheld),
    );
    assert!(matches!(walk.go(&no).next(), Step::Choose(_)));
    for consent in [None, Some(Consent::Given)] {
        let command = choose(&walk, PersonalLimited, ca, terms(ca), consent);
        assert_eq!(walk.refused(&command), ["R17"]);
    }
    let user = UserId::new(USER);
    let (ra, now) = (world.ra(), at(NOON));
    let set = |channel, name| {
        ra.set_consent(&user, Consent::Given, channel, &key(name), now, &mut rng(1))
            .unwrap()
    };
    assert!(set(Channel::Pc, "online").is_err());
    assert!(set(Channel::Branch, "branch").is_ok());
    walk.choose(PersonalLimited, ca);
    // Why, in Korean and English, as it was told.
    let why = ra.why(walk.id).unwrap();
    assert_eq!(why.len(), 6);
    for refusal in &why {
        assert!(!refusal.why.is_empty() && refusal.policy.is_some());
        let sentence = refusal.sentence();
        assert!(
            sentence.ko.chars().any(|c| ('가'..='힣').contains(&c)),
            "{}",
            sentence.ko
        );
        assert!(!sentence.en.is_empty());
    }
}

/// The holder comes from the identified record (R37).
#[test]
fn r2_a_holder_that_the_row_does_not_offer() {
    let world = World::new();
    world.set(|o| o.holder = Holder::Corporation);
    let mut walk = Walk::begin(&world, "corporation", OrderAction::Issue, NOON);
    let Step::Choose(choose) = walk.application().next() else {
        panic!("step 2")
    };
    let terms = world.terms.of_the_ca(Issuer::Yessign).cloned().collect();
    let command = choose.new_certificate(Product::PersonalLimited, None, terms, None);
    assert_eq!(walk.refused(&command), ["R2"]);
}

#[test]
fn r30_the_telephone() {
    let world = World::new();
    let mut walk = Walk::begin(&world, "phone", OrderAction::Issue, NOON);
    walk.choose(Product::PersonalLimited, Issuer::Yessign);
    assert_eq!(walk.refused(&Command::CheckCall), ["R30"]);
    assert_eq!(walk.refused(&Command::CallPhone { phone: 1 }), ["R30"]);
    let application = walk.go(&Command::CallPhone { phone: 0 });
    assert!(walk.ra.approval_number(&application).is_some());
    let last = at("2026-11-23T12:02:59+09:00");
    let over = at("2026-11-23T12:03:00+09:00");
    for (outcome, now, fine) in [
        (CallOutcome::Silent, last, false),
        (CallOutcome::Wrong, last, false),
        (CallOutcome::Forwarded, last, false),
        (CallOutcome::Silent, over, false),
        (CallOutcome::Approved { at: over }, over, false),
        (CallOutcome::Approved { at: last }, over, true),
    ] {
        world.set(|o| o.phone = outcome);
        walk.now = now;
        if fine {
            walk.go(&Command::CheckCall);
        } else {
            assert_eq!(walk.refused(&Command::CheckCall), ["R30"], "{outcome:?}");
        }
    }
    assert_eq!(walk.application().state().extra, Some(Identification::Ars));
}

#[test]
fn r30_overseas_departure() {
    let world = World::new();
    let mut walk = Walk::begin(&world, "abroad", OrderAction::Issue, NOON);
    walk.choose(Product::PersonalLimited, Issuer::Yessign);
    assert_eq!(walk.refused(&Command::CheckDeparture), ["R30"]);
    world.set(|o| o.whereabouts = Whereabouts::Abroad);
    walk.go(&Command::CheckDeparture);
    let card = Command::ShowIdentityCard(Identification::Passport);
    assert_eq!(walk.refused(&card), ["R33"]);
}

#[test]
fn r20_not_enough_money() {
    for (balance, enough) in [(4_399, false), (4_400, true)] {
        let world = World::new();
        let mut walk = Walk::begin(&world, "poor", OrderAction::Issue, NOON);
        walk.choose(Product::PersonalGeneral, Issuer::Kica);
        walk.identify();
        world.set(|o| o.balance = balance);
        let command = Command::ConfirmFee {
            amount: Krw(4_400),
            account: None,
        };
        if enough {
            walk.go(&command);
        } else {
            assert_eq!(walk.refused(&command), ["R20"]);
            assert_eq!(world.stages(), Vec::<&str>::new());
        }
    }
}

#[test]
fn r20_the_systems_decline_a_reservation_that_the_policy_allowed() {
    let world = World::new();
    let mut walk = Walk::begin(&world, "declined", OrderAction::Issue, NOON);
    walk.choose(Product::PersonalGeneral, Issuer::Kica);
    walk.identify();
    // The money goes between the question for the balance and the reservation.
    let reservation = {
        world.set(|o| o.balance = 4_400);
        let calls = world.set(|o| o.calls);
        world.set(|o| o.fault = Some((calls + 4, PortFault::Down)));
        walk.go(&Command::ConfirmFee {
            amount: Krw(4_400),
            account: None,
        })
    };
    assert!(matches!(reservation.next(), Step::Waiting));
    assert_eq!(
        walk.refused(&Command::ConfirmFee {
            amount: Krw(4_400),
            account: None
        }),
        ["R34"]
    );
    world.set(|o| o.balance = 4_399);
    walk.ra.reconcile(walk.now, &mut rng(4)).unwrap();
    assert!(matches!(walk.application().next(), Step::ConfirmFee(_)));
    let told = walk.ra.why(walk.id).unwrap().pop().unwrap();
    assert!(told.sentence().en.contains("the balance is too low"));
    assert_eq!((world.stages(), world.open_effects()), (vec![], 0));
}

#[test]
fn r18b_a_ca_that_does_not_take_the_order() {
    let world = World::new();
    let mut walk = Walk::begin(&world, "not taken", OrderAction::Issue, NOON);
    walk.choose(Product::PersonalGeneral, Issuer::Kica);
    walk.identify();
    walk.pay();
    walk.details();
    world.set(|o| o.declines = true);
    assert_eq!(walk.refused(&Command::Order), ["R18b"]);
    walk.ra.reconcile(walk.now, &mut rng(4)).unwrap();
    assert_eq!(world.stages(), ["released"]);
    assert!(matches!(
        walk.application().next(),
        Step::Ended(End::Declined)
    ));
    // The place is free again.
    world.set(|o| o.declines = false);
    issued(
        &world,
        Product::PersonalGeneral,
        Issuer::Kica,
        "2026-11-23T12:00:01+09:00",
    );
}

#[test]
fn r18a_one_live_certificate_and_one_application_on_its_way() {
    let world = World::new();
    let walks: Vec<_> = ["a", "b"]
        .into_iter()
        .map(|name| {
            let mut walk = Walk::begin(&world, name, OrderAction::Issue, NOON);
            walk.choose(Product::PersonalLimited, Issuer::Yessign);
            walk.identify();
            walk.details();
            walk
        })
        .collect();
    let [mut a, mut b] = <[_; 2]>::try_from(walks).unwrap();
    let order = a.order();
    assert_eq!(b.refused(&Command::Order), ["R18a"]);
    a.issue(&order);
    assert_eq!(b.refused(&Command::Order), ["R18a"]);
    // One from another CA is allowed beside it.
    issued(
        &world,
        Product::PersonalGeneral,
        Issuer::Kica,
        "2026-11-23T12:00:01+09:00",
    );
    assert_eq!(world.subscriber().certificates.len(), 2);
}

#[test]
fn r16_r17_asked_again_when_the_order_is_redeemed() {
    let world = World::new();
    let mut walk = Walk::begin(
        &world,
        "redeem",
        OrderAction::Issue,
        "2026-11-23T22:50:00+09:00",
    );
    let order = walk.up_to_the_order(Product::PersonalLimited, Issuer::Yessign);
    let ask = |now: &str| {
        let answer = world
            .ra()
            .check_order(&order, at(now), &mut rng(6))
            .unwrap();
        answer.err().map_or(vec![], |r| {
            r.rules().iter().map(ToString::to_string).collect()
        })
    };
    assert_eq!(ask("2026-11-23T22:59:59+09:00"), Vec::<String>::new());
    assert_eq!(ask("2026-11-23T23:00:00+09:00"), ["R16"]);
    assert_eq!(ask("2026-11-24T00:59:59+09:00"), ["R16"]);
    assert_eq!(ask("2026-11-24T01:00:00+09:00"), Vec::<String>::new());
    let now = at("2026-11-24T01:00:00+09:00");
    let user = UserId::new(USER);
    let ra = world.ra();
    ra.set_consent(
        &user,
        Consent::Withheld,
        Channel::Pc,
        &key("no"),
        now,
        &mut rng(1),
    )
    .unwrap()
    .unwrap();
    assert_eq!(ask("2026-11-24T01:00:01+09:00"), ["R17"]);
    // After its end the order stands no longer.
    assert_eq!(ask("2026-11-24T22:50:00+09:00"), ["R19"]);
}

/// Account password, security card (S67), OTP and the bank's own certificate (S72).
#[test]
fn r32_counted_before_it_is_judged() {
    type Make = fn(&mut Walk<'_>) -> Command;
    type Row = (Counted, Make, Make, u64);
    let rows: [Row; 4] = [
        (
            Counted::AccountPassword,
            |_| account("0000"),
            |_| account(PASSWORD),
            5,
        ),
        (
            Counted::Otp,
            |_| Command::AnswerMeans(otp("000000")),
            |_| Command::AnswerMeans(otp(OTP)),
            10,
        ),
        (
            Counted::Card,
            |walk| walk.card("0000"),
            |walk| walk.card(CARD),
            5,
        ),
        (Counted::Pin, |_| pin("000000"), |_| pin(PIN), 5),
    ];
    for (what, wrong, right, limit) in rows {
        let world = World::new();
        let user = UserId::new(USER);
        let mut walk = match what {
            Counted::Pin => Walk::begin_in_the_app(&world, what.name(), NOON),
            _ => Walk::begin(&world, what.name(), OrderAction::Issue, NOON),
        };
        walk.choose(Product::PersonalLimited, Issuer::Yessign);
        // One before the limit, then right: the count begins again.
        for _ in 1..limit {
            assert_eq!(walk.refused_as(wrong), ["R31"], "{what}");
        }
        walk.go_as(right);
        for _ in 0..limit {
            assert_eq!(walk.refused_as(wrong), ["R31"], "{what}");
        }
        // Locked: not even a right answer is judged any more, from another node neither.
        let tries = world.set(|o| o.tries.len());
        assert_eq!(u64::try_from(tries).unwrap(), 2 * limit);
        assert_eq!(walk.refused_as(right), ["R32"], "{what}");
        assert_eq!(walk.refused_as(wrong), ["R32"], "{what}");
        assert_eq!(world.set(|o| o.tries.len()), tries);
        let locked = walk.ra.look_up(&user).unwrap().unwrap().locked;
        assert_eq!(locked, [what]);
        walk.ra
            .lift_lock(&user, what, &key("lift"), walk.now, &mut rng(1))
            .unwrap();
        walk.go_as(right);
    }
}

#[test]
fn r31_the_same_cells_are_asked_until_they_are_answered() {
    let world = World::new();
    let mut walks: Vec<_> = ["first", "second"]
        .into_iter()
        .map(|name| {
            let mut walk = Walk::begin(&world, name, OrderAction::Issue, NOON);
            walk.choose(Product::PersonalLimited, Issuer::Yessign);
            walk
        })
        .collect();
    let [first, second] = &mut walks[..] else {
        panic!("two")
    };
    // Nobody has asked yet: there is nothing to answer.
    let nothing = Command::AnswerMeans(card(CARD, &[CELL; 2]));
    assert_eq!(first.refused(&nothing), ["R31"]);
    assert_eq!(world.set(|o| o.tries.len()), 0);
    let asked = first.ask_card();
    for _ in 0..4 {
        assert_eq!(first.ask_card(), asked);
    }
    // A wrong answer, another application: the same cells.
    assert_eq!(first.refused_as(|walk| walk.card("0000")), ["R31"]);
    assert_eq!(second.ask_card(), asked);
    first.go_as(|walk| walk.card(CARD));
    // The question is answered: who was asked it too cannot answer it again.
    let same = Command::AnswerMeans(card(CARD, &asked));
    assert_eq!(second.refused(&same), ["R31"]);
    assert_ne!(second.ask_card(), asked);
    second.go_as(|walk| walk.card(CARD));
}

/// The bank's own certificate, with PIN and pattern (S18, S72).
#[test]
fn r31_the_apps_certificate_stands_for_card_and_otp_in_the_app_alone() {
    let world = World::new();
    let mut walk = Walk::begin(&world, "pc", OrderAction::Issue, NOON);
    walk.choose(Product::PersonalLimited, Issuer::Yessign);
    assert_eq!(walk.refused(&pin(PIN)), ["R31"]);
    let mut walk = Walk::begin_in_the_app(&world, "app", NOON);
    walk.choose(Product::PersonalLimited, Issuer::Yessign);
    walk.go(&pin(PIN));
}

#[test]
fn r32_ten_wrong_one_time_passwords_refuse_by_policy_too() {
    let world = World::new();
    let mut walk = Walk::begin(&world, "otp", OrderAction::Issue, NOON);
    walk.choose(Product::PersonalLimited, Issuer::Yessign);
    for _ in 0..10 {
        walk.refused(&Command::AnswerMeans(otp("1")));
    }
    let mut other = Walk::begin(&world, "otp 2", OrderAction::Issue, NOON);
    let Step::Choose(choose) = other.application().next() else {
        panic!("step 2")
    };
    let terms = world.terms.of_the_ca(Issuer::Yessign).cloned().collect();
    let command = choose.new_certificate(Product::PersonalLimited, None, terms, None);
    assert_eq!(other.refused(&command), ["R32"]);
}

#[test]
fn r32_a_repeated_try_counts_once_and_a_lost_answer_is_never_free() {
    let world = World::new();
    let mut walk = Walk::begin(&world, "repeat", OrderAction::Issue, NOON);
    walk.choose(Product::PersonalLimited, Issuer::Yessign);
    let key = walk.key();
    let calls = world.set(|o| o.calls);
    // Customer is fetched for the check, and again before the password is tried.
    world.set(|o| o.fault = Some((calls + 3, PortFault::LostAfter)));
    let lost = walk
        .ra
        .handle(walk.id, &account("0000"), &key, walk.now, &mut rng(1));
    assert!(lost.is_err());
    for _ in 0..3 {
        let again = walk
            .ra
            .handle(walk.id, &account("0000"), &key, walk.now, &mut rng(1))
            .unwrap();
        assert_eq!(again.refused().unwrap().rules()[0].to_string(), "R31");
    }
    // Another password under the same key is another request.
    assert!(
        walk.ra
            .handle(walk.id, &account(PASSWORD), &key, walk.now, &mut rng(1))
            .is_err()
    );
    for _ in 0..4 {
        assert_eq!(walk.refused(&account("0000")), ["R31"]);
    }
    assert_eq!(walk.refused(&account(PASSWORD)), ["R32"]);
}

/// R32, of an OTP (R31), be it a device or in a telephone (S73).
#[test]
fn r32_never_an_eleventh_evaluation() {
    let world = World::new();
    let mut walk = Walk::begin(&world, "parallel", OrderAction::Issue, NOON);
    walk.choose(Product::PersonalLimited, Issuer::Yessign);
    let (id, now) = (walk.id, walk.now);
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let world = &world;
            scope.spawn(move || {
                for n in 0..25 {
                    let key = key(&format!("{thread} {n}"));
                    let command = Command::AnswerMeans(otp("000000"));
                    // Who finds the ledger busy has been counted, or was not judged.
                    let _ = world.ra().handle(id, &command, &key, now, &mut rng(n));
                }
            });
        }
    });
    assert_eq!(world.set(|o| o.tries.len()), 10);
}

#[test]
fn ten_thousand_refusals_do_not_make_an_application_that_cannot_be_read() {
    let world = World::new();
    let mut walk = Walk::begin(&world, "long", OrderAction::Issue, NOON);
    let refused = npki_ra::Event::from(npki_ra::payload::Refused {
        command: "order".into(),
        why: Vec::new(),
        policy: [0; 32],
    });
    let stream = format!("application/{}", walk.id);
    for n in 0..160 {
        let event = npki_ledger::Event::new(
            stream.parse().unwrap(),
            refused.kind(),
            refused.payload().unwrap(),
        );
        let commit = npki_ledger::Commit {
            key: key(&format!("flood {n}")),
            request_digest: [0; 32],
            now: walk.now,
            expected: Vec::new(),
            events: vec![event; 64],
        };
        world.store.commit(&[commit]).unwrap().remove(0).unwrap();
    }
    walk.choose(Product::PersonalLimited, Issuer::Yessign);
    // Begun, chosen, and a copy of the terms handed over.
    assert_eq!(walk.application().state().version, 10_243);
    assert_eq!(walk.ra.why(walk.id).unwrap().len(), 10_240);
}
