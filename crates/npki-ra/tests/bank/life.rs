//! After issue: renewal, reissue, revocation, and news in every order.

use npki_core::{
    CertificateFacts, Issuer, OrderAction, OrderId, OrderNews, Product, ReplacedBecause,
    RevocationReason, ValidityRule,
};
use npki_policy::{CertificateState, Krw};
use npki_ra::{
    Bill, BillKind, Certificate, Command, End, RaError, Refund, Revocation, Revoke, Step,
    ports::{NoticeKind, UserId},
};

use crate::world::*;

const ISSUED: &str = "2026-11-23T12:00:00+09:00";
const KICA: Issuer = Issuer::Kica;
const YESSIGN: Issuer = Issuer::Yessign;

fn limited(world: &World) -> CertificateFacts {
    issued(world, Product::PersonalLimited, YESSIGN, ISSUED)
}

fn general(world: &World) -> CertificateFacts {
    issued(world, Product::PersonalGeneral, KICA, ISSUED)
}

fn states(world: &World) -> Vec<CertificateState> {
    world
        .subscriber()
        .certificates
        .iter()
        .map(|c| c.state)
        .collect()
}

fn newest(world: &World) -> Certificate {
    world.subscriber().certificates.last().unwrap().clone()
}

fn revoke(world: &World, facts: &CertificateFacts, issuer: Issuer, now: &str) -> Revocation {
    let request = Revoke {
        issuer,
        serial: facts.serial.as_bytes().to_vec(),
        reason: RevocationReason::CessationOfOperation,
    };
    let key = key(&format!("revoke {now}"));
    world
        .ra()
        .revoke_by_certificate(&request, &key, at(now), &mut rng(9))
        .unwrap()
}

fn kur(
    world: &World,
    facts: &CertificateFacts,
    issuer: Issuer,
    name: &str,
    now: &str,
) -> Result<npki_core::Order, Vec<String>> {
    let answer = world.ra().order_by_certificate(
        issuer,
        facts.serial.as_bytes(),
        OrderAction::Renew,
        &key(name),
        at(now),
        &mut rng(9),
    );
    answer
        .unwrap()
        .map_err(|r| r.rules().iter().map(ToString::to_string).collect())
}

/// What a CA does with an order that it got through `order_by_certificate`.
fn take(world: &World, order: &npki_core::Order) {
    world.set(|o| {
        let entry = CaOrder {
            order: Some(order.clone()),
            certificate: None,
            confirmed: None,
            cancelled: None,
            revoked: None,
        };
        o.orders.entry(order.id).or_insert(entry);
    });
}

fn tell(world: &World, news: &OrderNews, now: &str) -> Result<(), RaError> {
    world.ra().news(news, at(now), &mut rng(9))
}

fn settle(world: &World, order: &OrderId, now: &str) {
    assert!(world.redeem(&world.ra(), order, at(now)).unwrap());
    let news = world.confirm(order, at(now));
    tell(world, &news, now).unwrap();
}

#[test]
fn r11_a_free_renewal_needs_the_certificate_alone() {
    let world = World::new();
    let old = limited(&world);
    // Expiry 2027-11-23: renewal opens on 2027-10-24 at 00:00.
    assert_eq!(
        kur(&world, &old, YESSIGN, "early", "2027-10-23T23:59:59+09:00").unwrap_err(),
        ["R11"]
    );
    let now = "2027-10-24T00:00:00+09:00";
    let order = kur(&world, &old, YESSIGN, "in time", now).unwrap();
    assert_eq!(kur(&world, &old, YESSIGN, "in time", now).unwrap(), order);
    // Another request finds the order that is open.
    assert_eq!(kur(&world, &old, YESSIGN, "another", now).unwrap(), order);
    assert_eq!(
        order.validity,
        ValidityRule::Until(at("2028-11-23T23:59:59+09:00"))
    );
    assert_eq!(
        order.replaces.as_ref().unwrap().because,
        ReplacedBecause::Superseded
    );
    assert_eq!(world.order_idn(&order), IDN.replace('-', ""));
    take(&world, &order);
    settle(&world, &order.id, now);
    assert_eq!(
        states(&world),
        [CertificateState::Renewed, CertificateState::Issued]
    );
    // The old one is superseded; the news of that changes nothing.
    let first = world.subscriber().certificates[0].order;
    let superseded = OrderNews::Revoked {
        order: first,
        reason: RevocationReason::Superseded,
        at: at(now),
    };
    tell(&world, &superseded, now).unwrap();
    assert_eq!(states(&world)[0], CertificateState::Renewed);
    assert_eq!(
        kur(&world, &old, YESSIGN, "old again", now).unwrap_err(),
        ["R13"]
    );
    assert_eq!(world.ra().reconcile(at(now), &mut rng(1)).unwrap().open, 0);
}

/// R11, R19, R23: a first issue again (S23), with its fee (S54).
#[test]
fn r11_after_expiry_it_is_issued_anew() {
    let world = World::new();
    let old = limited(&world);
    let after = "2027-11-24T12:00:00+09:00";
    assert_eq!(
        kur(&world, &old, YESSIGN, "late", after).unwrap_err(),
        ["R11"]
    );
    issued(&world, Product::PersonalLimited, YESSIGN, after);
    assert_eq!(
        states(&world),
        [CertificateState::Issued, CertificateState::Issued]
    );
}

/// R20, R23.
#[test]
fn r20_a_paid_renewal_reserves_its_fee_at_the_bank() {
    let world = World::new();
    let old = general(&world);
    let now = "2027-11-01T12:00:00+09:00";
    assert_eq!(kur(&world, &old, KICA, "unpaid", now).unwrap_err(), ["R20"]);
    let mut walk = Walk::begin(&world, "renew", OrderAction::Renew, now);
    walk.choose_in_place_of(KICA, old.serial.as_bytes(), ReplacedBecause::Superseded);
    let Step::ConfirmFee(fee) = walk.application().next() else {
        panic!("a renewal has neither identification nor details")
    };
    assert_eq!((fee.amount(), fee.has_account()), (Krw(4_400), false));
    walk.go(&fee.confirm(Some(0)));
    let order = walk.order();
    assert_eq!(kur(&world, &old, KICA, "paid", now).unwrap().id, order);
    walk.issue(&order);
    assert_eq!(world.stages(), ["captured", "captured"]);
    assert_eq!(newest(&world).paid_at, Some(at(now)));
    assert_eq!(newest(&world).not_after, at("2028-11-23T23:59:59+09:00"));
}

#[test]
fn r12_a_reissue_keeps_the_end_and_costs_nothing() {
    let world = World::new();
    let old = general(&world);
    let now = "2026-11-25T12:00:00+09:00";
    let mut walk = Walk::begin(&world, "reissue", OrderAction::Reissue, now);
    walk.choose_in_place_of(KICA, old.serial.as_bytes(), ReplacedBecause::Superseded);
    let application = walk.identify();
    assert!(matches!(application.next(), Step::Details(_)));
    walk.details();
    let order = walk.order();
    // Until it is confirmed, the old one stays as it was (R18b).
    assert_eq!(states(&world), [CertificateState::Issued]);
    walk.issue(&order);
    assert_eq!(
        states(&world),
        [CertificateState::Reissued, CertificateState::Issued]
    );
    let new = newest(&world);
    assert_eq!(new.not_after, at("2027-11-23T23:59:59+09:00"));
    assert_eq!(
        (new.paid_at, world.stages()),
        (Some(at(ISSUED)), vec!["captured"])
    );
    // R21: the days of the refund go on, and are counted from the issue that was paid.
    let facts = world.facts(&order);
    let revocation = revoke(&world, &facts, KICA, "2026-11-29T23:59:59+09:00");
    assert!(matches!(
        revocation,
        Revocation::Revoked {
            refund: Refund::Decided,
            ..
        }
    ));
    assert_eq!(world.stages(), ["refunded"]);
}

#[test]
fn r21_the_fee_comes_back_for_seven_days() {
    for (now, stage, refund) in [
        ("2026-11-29T23:59:59+09:00", "refunded", Refund::Decided),
        ("2026-11-30T00:00:00+09:00", "captured", Refund::None),
    ] {
        let world = World::new();
        let facts = general(&world);
        let revocation = revoke(&world, &facts, KICA, now);
        assert_eq!(
            revocation,
            Revocation::Revoked {
                at: at(now),
                refund
            }
        );
        world.ra().reconcile(at(now), &mut rng(1)).unwrap();
        assert_eq!((world.stages(), world.open_effects()), (vec![stage], 0));
        let told = world.set(|o| o.sent.values().any(|kind| *kind == NoticeKind::Refunded));
        assert_eq!(told, refund == Refund::Decided);
        // Asked with the same key: the same answer. With another: there is nothing to revoke.
        assert_eq!(revoke(&world, &facts, KICA, now), revocation);
        let later = "2026-12-01T12:00:00+09:00";
        let Revocation::Refused(refusal) = revoke(&world, &facts, KICA, later) else {
            panic!("revoked twice")
        };
        assert!(
            refusal.rules().iter().any(|r| r.to_string() == "R19"),
            "{:?}",
            refusal.rules()
        );
        // What was revoked can be issued anew, with its fee.
        issued(&world, Product::PersonalGeneral, KICA, later);
    }
}

#[test]
fn r13_a_ca_that_does_not_answer_is_asked_again() {
    let world = World::new();
    let facts = general(&world);
    world.set(|o| o.silent_ca = true);
    let now = "2026-11-24T12:00:00+09:00";
    assert_eq!(revoke(&world, &facts, KICA, now), Revocation::Open);
    assert_eq!(world.ra().reconcile(at(now), &mut rng(1)).unwrap().open, 1);
    assert_eq!(states(&world), [CertificateState::Issued]);
    let later = "2026-11-24T12:00:05+09:00";
    let Revocation::Refused(refusal) = revoke(&world, &facts, KICA, later) else {
        panic!("asked twice")
    };
    assert_eq!(refusal.rules()[0].to_string(), "R19");
    world.set(|o| o.silent_ca = false);
    world.ra().reconcile(at(later), &mut rng(1)).unwrap();
    assert_eq!(
        (states(&world), world.stages()),
        (vec![CertificateState::Revoked], vec!["refunded"])
    );
    // The CA's own news of it come too, and change nothing.
    let order = newest(&world).order;
    let news = OrderNews::Revoked {
        order,
        reason: RevocationReason::CessationOfOperation,
        at: at(later),
    };
    tell(&world, &news, later).unwrap();
    assert_eq!(
        (world.stages(), world.open_effects()),
        (vec!["refunded"], 0)
    );
}

#[test]
fn r13_a_revocation_asked_of_the_ca_refunds_as_well() {
    let world = World::new();
    general(&world);
    let order = newest(&world).order;
    let now = "2026-11-24T12:00:00+09:00";
    let news = OrderNews::Revoked {
        order,
        reason: RevocationReason::Unspecified,
        at: at(now),
    };
    for _ in 0..2 {
        tell(&world, &news, now).unwrap();
    }
    assert_eq!(
        (states(&world), world.stages()),
        (vec![CertificateState::Revoked], vec!["refunded"])
    );
    let unknown = CertificateFacts {
        serial: der::asn1::OctetString::new([99]).unwrap(),
        ..world.facts(&order)
    };
    assert!(matches!(
        revoke(&world, &unknown, KICA, now),
        Revocation::Refused(_)
    ));
}

#[test]
fn r12_a_leaked_key_is_revoked_at_once_and_its_reissue_can_be_taken_up_again() {
    let world = World::new();
    let old = general(&world);
    let now = "2026-11-25T12:00:00+09:00";
    let mut walk = Walk::begin(&world, "leaked", OrderAction::Reissue, now);
    walk.choose_in_place_of(KICA, old.serial.as_bytes(), ReplacedBecause::Leaked);
    walk.identify();
    walk.details();
    let lost = walk.order();
    // The CA has revoked at the registration, and says so.
    let (reason, revoked_at) =
        world.set(|o| o.orders.values().find_map(|order| order.revoked).unwrap());
    assert_eq!(reason, RevocationReason::KeyCompromise);
    let first = world.subscriber().certificates[0].order;
    tell(
        &world,
        &OrderNews::Revoked {
            order: first,
            reason,
            at: revoked_at,
        },
        now,
    )
    .unwrap();
    assert_eq!(states(&world), [CertificateState::Revoked]);
    assert_eq!(
        world.stages(),
        ["captured"],
        "a revocation that belongs to a reissue never refunds"
    );
    // Nothing comes of the order; months later it is taken up again.
    let lapsed = OrderNews::Lapsed {
        order: lost,
        at: at("2026-11-26T12:10:00+09:00"),
    };
    tell(&world, &lapsed, "2026-11-26T12:10:00+09:00").unwrap();
    let application = walk.application();
    assert!(matches!(application.next(), Step::PasswordAndMedium(_)));
    // Nobody else takes its place meanwhile.
    let mut other = Walk::begin(
        &world,
        "other",
        OrderAction::Issue,
        "2026-11-27T12:00:00+09:00",
    );
    other.choose(Product::PersonalGeneral, KICA);
    other.identify();
    other.pay();
    other.details();
    assert_eq!(other.refused(&Command::Order), ["R18a"]);
    other.go(&Command::Abandon);
    walk.now = at("2027-11-23T22:00:00+09:00");
    let order = walk.order();
    assert_ne!(order, lost);
    walk.issue(&order);
    assert_eq!(
        states(&world),
        [CertificateState::Revoked, CertificateState::Issued]
    );
    assert_eq!(newest(&world).not_after, old.not_after);
}

#[test]
fn r18b_not_confirmed_in_time_leaves_the_old_one_as_it_was() {
    let world = World::new();
    let old = limited(&world);
    let now = "2026-11-25T12:00:00+09:00";
    let mut walk = Walk::begin(&world, "lapse", OrderAction::Reissue, now);
    walk.choose_in_place_of(YESSIGN, old.serial.as_bytes(), ReplacedBecause::Superseded);
    walk.identify();
    walk.details();
    let order = walk.order();
    // Another application for the same certificate waits.
    let mut other = Walk::begin(&world, "lapse 2", OrderAction::Reissue, now);
    other.choose_in_place_of(YESSIGN, old.serial.as_bytes(), ReplacedBecause::Superseded);
    other.identify();
    other.details();
    assert_eq!(other.refused(&Command::Order), ["R19"]);
    let lapsed = OrderNews::Lapsed { order, at: at(now) };
    for _ in 0..2 {
        tell(&world, &lapsed, now).unwrap();
    }
    assert_eq!(states(&world), [CertificateState::Issued]);
    // Its place is its own again.
    let mut anew = Walk::begin(&world, "anew", OrderAction::Issue, now);
    let Step::Choose(choose) = anew.application().next() else {
        panic!("step 2")
    };
    let terms = world.terms.of_the_ca(YESSIGN).cloned().collect();
    let command = choose.new_certificate(Product::PersonalLimited, None, terms, None);
    assert_eq!(anew.refused(&command), ["R18a"]);
    let order = other.order();
    other.issue(&order);
    assert_eq!(
        states(&world),
        [CertificateState::Reissued, CertificateState::Issued]
    );
}

#[test]
fn r18b_an_order_that_lapses_releases_its_fee() {
    let world = World::new();
    let mut walk = Walk::begin(&world, "lapse", OrderAction::Issue, ISSUED);
    let order = walk.up_to_the_order(Product::PersonalGeneral, KICA);
    assert_eq!(world.stages(), ["reserved"]);
    tell(
        &world,
        &OrderNews::Lapsed {
            order,
            at: walk.now,
        },
        ISSUED,
    )
    .unwrap();
    assert_eq!(
        (world.stages(), world.set(|o| o.balance)),
        (vec!["released"], 10_000)
    );
    assert!(matches!(
        walk.application().next(),
        Step::Ended(End::Lapsed)
    ));
    let asked = world
        .ra()
        .check_order(&order, walk.now, &mut rng(1))
        .unwrap();
    assert!(asked.is_err());
    // Revoked by the CA because nobody confirmed it: none of the bank's.
    let revoked = OrderNews::Revoked {
        order,
        reason: RevocationReason::Unspecified,
        at: walk.now,
    };
    tell(&world, &revoked, ISSUED).unwrap();
    assert_eq!(states(&world), []);
    general(&world);
}

#[test]
fn an_overdue_or_abandoned_order_is_ended_through_the_ca() {
    // (abandoned by the applicant?, confirmed at the CA meanwhile?)
    for (abandoned, confirmed) in [(true, false), (false, false), (true, true), (false, true)] {
        let world = World::new();
        let mut walk = Walk::begin(&world, "cancel", OrderAction::Issue, ISSUED);
        let order = walk.up_to_the_order(Product::PersonalGeneral, KICA);
        let news = confirmed.then(|| {
            assert!(world.redeem(&walk.ra, &order, walk.now).unwrap());
            world.confirm(&order, walk.now)
        });
        world.set(|o| o.silent_ca = true);
        let mut now = "2026-11-23T12:00:01+09:00";
        if abandoned {
            walk.go(&Command::Abandon);
            assert_eq!(walk.refused(&Command::Abandon), ["R19"]);
        } else {
            now = "2026-11-24T12:10:00+09:00";
            let before = at("2026-11-24T12:09:59+09:00");
            assert_eq!(walk.ra.reconcile(before, &mut rng(1)).unwrap().ended, 0);
            assert_eq!(walk.ra.reconcile(at(now), &mut rng(1)).unwrap().ended, 1);
        }
        assert_eq!(walk.ra.reconcile(at(now), &mut rng(1)).unwrap().ended, 0);
        assert_eq!(
            (world.stages(), world.open_effects()),
            (vec!["reserved"], 1)
        );
        world.set(|o| o.silent_ca = false);
        walk.ra.reconcile(at(now), &mut rng(1)).unwrap();
        if let Some(news) = news {
            assert_eq!(world.stages(), ["reserved"]);
            tell(&world, &news, now).unwrap();
            assert_eq!(world.stages(), ["captured"]);
        } else {
            assert_eq!(world.stages(), ["released"]);
            assert!(matches!(
                walk.application().next(),
                Step::Ended(End::Lapsed)
            ));
        }
        assert_eq!(world.open_effects(), 0);
    }
}

#[test]
fn news_in_another_order_are_told_again() {
    let world = World::new();
    let mut walk = Walk::begin(&world, "early", OrderAction::Issue, ISSUED);
    let order = walk.up_to_the_order(Product::PersonalGeneral, KICA);
    let now = "2026-11-23T12:00:05+09:00";
    let revoked = OrderNews::Revoked {
        order,
        reason: RevocationReason::Unspecified,
        at: at(now),
    };
    assert!(matches!(
        tell(&world, &revoked, now),
        Err(RaError::NewsOutOfOrder)
    ));
    assert!(world.redeem(&walk.ra, &order, walk.now).unwrap());
    let confirmed = world.confirm(&order, walk.now);
    for _ in 0..2 {
        tell(&world, &confirmed, now).unwrap();
    }
    assert_eq!(world.stages(), ["captured"]);
    tell(&world, &revoked, now).unwrap();
    assert_eq!(
        (states(&world), world.stages()),
        (vec![CertificateState::Revoked], vec!["refunded"])
    );
}

/// R42; the choices of a step too: issuing states (R3), masked telephones (R30).
#[test]
fn r42_look_up() {
    let world = World::new();
    general(&world);
    let ra = world.ra();
    let overview = ra.look_up(&UserId::new(USER)).unwrap().unwrap();
    assert_eq!(overview.applications.len(), 1);
    assert_eq!(overview.subscriber.certificates.len(), 1);
    assert_eq!(overview.consent, Some(npki_ra::Consent::Given));
    assert!(ra.look_up(&UserId::new("nobody")).unwrap().is_none());
    let choices = ra.choices(overview.applications[0]).unwrap();
    assert_eq!(choices.phones, ["010-****-5678"]);
    assert!(ra.open_applications().unwrap().is_empty());
}

fn bill(
    world: &World,
    facts: &CertificateFacts,
    issuer: Issuer,
    kind: BillKind,
    now: &str,
) -> Result<Bill, Vec<String>> {
    let (user, serial) = (UserId::new(USER), facts.serial.as_bytes());
    let key = key(&format!("{kind} {now}"));
    let ra = world.ra();
    let answer = ra.bill(&user, issuer, serial, kind, &key, at(now), &mut rng(9));
    answer
        .unwrap()
        .map_err(|r| r.rules().iter().map(ToString::to_string).collect())
}

#[test]
fn r22_a_receipt_from_the_eighth_day_on_and_never_beside_a_refund() {
    let world = World::new();
    let paid = general(&world);
    let (last, first) = ("2026-11-29T23:59:59+09:00", "2026-11-30T00:00:00+09:00");
    for kind in [BillKind::Receipt, BillKind::TaxBill] {
        assert_eq!(bill(&world, &paid, KICA, kind, last).unwrap_err(), ["R22"]);
    }
    let receipt = bill(&world, &paid, KICA, BillKind::Receipt, first).unwrap();
    assert_eq!((receipt.amount, receipt.paid_at), (Krw(4_400), at(ISSUED)));
    // Asked for again, whenever, it is the same paper.
    let again = bill(
        &world,
        &paid,
        KICA,
        BillKind::Receipt,
        "2026-12-24T12:00:00+09:00",
    );
    assert_eq!(again.unwrap(), receipt);
    let tax = bill(
        &world,
        &paid,
        KICA,
        BillKind::TaxBill,
        "2026-12-24T12:00:00+09:00",
    )
    .unwrap();
    assert_eq!((tax.supply_value(), tax.vat()), (Krw(4_000), Krw(400)));
    assert_eq!(world.subscriber().bills, [receipt, tax]);
    // Somebody else's, or nobody's.
    let unknown = CertificateFacts {
        serial: der::asn1::OctetString::new([99]).unwrap(),
        ..paid
    };
    let now = "2026-12-25T12:00:00+09:00";
    assert_eq!(
        bill(&world, &unknown, KICA, BillKind::Receipt, now).unwrap_err(),
        ["R22"]
    );
}

#[test]
fn r22_what_came_back_has_no_receipt_and_what_has_one_does_not_come_back() {
    let world = World::new();
    let paid = general(&world);
    revoke(&world, &paid, KICA, "2026-11-29T23:59:59+09:00");
    assert_eq!(world.stages(), ["refunded"]);
    let late = "2026-12-10T12:00:00+09:00";
    let refused = bill(&world, &paid, KICA, BillKind::Receipt, late).unwrap_err();
    assert_eq!(refused, ["R22"]);

    // The CA's news of a revocation in time come when the receipt is made out already.
    let world = World::new();
    let paid = general(&world);
    let order = newest(&world).order;
    let first = "2026-11-30T00:00:00+09:00";
    bill(&world, &paid, KICA, BillKind::Receipt, first).unwrap();
    let news = OrderNews::Revoked {
        order,
        reason: RevocationReason::Unspecified,
        at: at("2026-11-29T23:59:59+09:00"),
    };
    tell(&world, &news, "2026-11-30T00:00:01+09:00").unwrap();
    assert_eq!(states(&world), [CertificateState::Revoked]);
    assert_eq!(
        (world.stages(), world.open_effects()),
        (vec!["captured"], 0)
    );
}

#[test]
fn r23_what_was_free_has_no_receipt() {
    let world = World::new();
    let free = limited(&world);
    let late = "2026-12-10T12:00:00+09:00";
    for kind in [BillKind::Receipt, BillKind::TaxBill] {
        assert_eq!(
            bill(&world, &free, YESSIGN, kind, late).unwrap_err(),
            ["R23"]
        );
    }
}

#[test]
fn r43_reminded_once_from_thirty_days_before_the_end() {
    let reminded = |world: &World| {
        world.set(|o| {
            let all = o.sent.values();
            all.filter(|kind| **kind == NoticeKind::Expiring).count()
        })
    };
    let reconcile = |world: &World, now: &str| world.ra().reconcile(at(now), &mut rng(1)).unwrap();
    let world = World::new();
    limited(&world);
    for (now, count) in [
        ("2027-10-23T23:59:59+09:00", 0),
        ("2027-10-24T00:00:00+09:00", 1),
        ("2027-10-24T00:00:01+09:00", 0),
        ("2027-11-23T23:59:59+09:00", 0),
    ] {
        assert_eq!(reconcile(&world, now).reminded, count, "{now}");
    }
    assert_eq!((reminded(&world), world.open_effects()), (1, 0));

    // One that was renewed, revoked, or found expired needs none; its successor's turn comes.
    let world = World::new();
    let old = limited(&world);
    revoke(&world, &old, YESSIGN, "2027-10-23T12:00:00+09:00");
    assert_eq!(reconcile(&world, "2027-10-24T00:00:00+09:00").reminded, 0);
    let world = World::new();
    let old = limited(&world);
    let now = "2027-10-24T00:00:00+09:00";
    let order = kur(&world, &old, YESSIGN, "renewed", now).unwrap();
    take(&world, &order);
    settle(&world, &order.id, now);
    assert_eq!(reconcile(&world, "2027-11-23T12:00:00+09:00").reminded, 0);
    assert_eq!(reconcile(&world, "2028-10-24T00:00:00+09:00").reminded, 1);
    let world = World::new();
    limited(&world);
    assert_eq!(reconcile(&world, "2027-11-24T00:00:00+09:00").reminded, 0);
    assert_eq!((reminded(&world), world.open_effects()), (0, 0));
}

#[test]
fn r3_the_choice_shows_what_is_held_and_until_when() {
    let world = World::new();
    general(&world);
    let now = "2026-11-24T12:00:00+09:00";
    let walk = Walk::begin(&world, "offers", OrderAction::Issue, now);
    let held = |now| -> Vec<_> {
        let offers = walk.ra.offers(walk.id, at(now)).unwrap();
        let line = |o: &npki_ra::Offered| (o.product, o.issuer, o.fee, o.held_until);
        offers.iter().map(line).collect()
    };
    let (limited, general) = (Product::PersonalLimited, Product::PersonalGeneral);
    let end = Some(at("2027-11-23T23:59:59+09:00"));
    let lines = held(now);
    assert!(lines.contains(&(limited, YESSIGN, Some(Krw(0)), None)));
    assert!(lines.contains(&(general, KICA, Some(Krw(4_400)), end)));
    assert!(lines.contains(&(general, Issuer::Koscom, Some(Krw(4_400)), None)));
    assert_eq!(lines.len(), 4, "{lines:?}");
    let after = held("2027-11-24T00:00:00+09:00");
    assert!(after.iter().all(|(.., until)| until.is_none()));
}
