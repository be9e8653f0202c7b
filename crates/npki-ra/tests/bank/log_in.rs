//! Logging in by a certificate of this bank's, or one that is registered here (R40, R41).

use npki_core::{Issuer, Product};
use npki_ra::{ChallengeFor, CheckName, CheckOutcome, LogIn, Presented, ports::UserId};

use crate::{
    other_bank::{Made, Wanted},
    registration::registered,
    world::*,
};

const NOON: &str = "2026-11-23T12:00:00+09:00";

fn presented(world: &World, made: &Made, now: &str) -> Presented {
    let what = ChallengeFor::LogIn;
    made.presented(&world.ra().challenge(&what, at(now), &mut rng(50)))
}

fn log_in(world: &World, presented: &Presented, name: &str, now: &str) -> LogIn {
    let key = key(name);
    let done = world.ra().log_in(presented, &key, at(now), &mut rng(51));
    done.unwrap()
}

fn failed(done: &LogIn) -> Vec<CheckName> {
    done.report.failed().map(|check| check.name).collect()
}

#[test]
fn r41_a_registered_certificate_logs_in() {
    let world = World::new();
    let made = world.other.certify(&Wanted::default());
    let shown = presented(&world, &made, NOON);
    let stranger = log_in(&world, &shown, "before", NOON);
    assert_eq!(failed(&stranger), [CheckName::Registered]);
    assert!(stranger.customer.is_err());

    registered(&world, &made, NOON);
    let done = log_in(&world, &shown, "log in", NOON);
    assert_eq!(done.customer.unwrap(), UserId::new(USER));
    // Once for each challenge, and again for who lost the answer.
    let replayed = log_in(&world, &shown, "replayed", NOON);
    assert_eq!(failed(&replayed), [CheckName::Challenge]);
    let late = "2026-11-24T12:00:00+09:00";
    let again = log_in(&world, &shown, "log in", late);
    assert_eq!(again.customer.unwrap(), UserId::new(USER));
    assert_eq!(again.report, done.report);
    // A refusal of somebody who is known is recorded (R70).
    let user = UserId::new(USER);
    let overview = world.ra().look_up(&user).unwrap().unwrap();
    assert_eq!(overview.refusals, [replayed.customer.unwrap_err()]);

    let away = key("away");
    let sha256 = made.sha256();
    let gone = world
        .ra()
        .deregister(&user, &sha256, &away, at(late), &mut rng(52));
    assert_eq!(gone.unwrap(), Ok(()));
    let shown = presented(&world, &made, late);
    let after = log_in(&world, &shown, "after", late);
    assert_eq!(failed(&after), [CheckName::Registered]);
}

#[test]
fn r40_the_banks_own_logs_in_and_what_stands_against_it_is_named() {
    let world = World::new();
    let made = own(&world, &Wanted::default(), NOON);
    let now = "2026-11-24T12:00:00+09:00";
    let fine = log_in(&world, &presented(&world, &made, now), "fine", now);
    assert!(fine.report.is_passed() && fine.customer.is_ok());
    // R is not wanted; a wrong one is not passed over.
    for (name, r, wrong) in [
        ("without R", None, &[][..]),
        ("another R", Some([8; 20]), &[CheckName::Person]),
    ] {
        let mut shown = presented(&world, &made, now);
        shown.random_number = r.map(|r| npki_core::RandomNumber::from_octets(&r).unwrap());
        assert_eq!(failed(&log_in(&world, &shown, name, now)), wrong, "{name}");
    }
    // One with the same name and other octets is not the bank's.
    let double = world.other.certify(&Wanted::default());
    let done = log_in(&world, &presented(&world, &double, now), "double", now);
    assert_eq!(failed(&done), [CheckName::Registered]);

    world.set(|o| o.revoked.push(*made.certificate.serial_number()));
    let done = log_in(&world, &presented(&world, &made, now), "revoked", now);
    assert_eq!(failed(&done), [CheckName::Revocation, CheckName::Rule]);
    let after = "2027-03-02T00:00:00+09:00";
    let done = log_in(&world, &presented(&world, &made, after), "expired", after);
    assert_eq!(failed(&done), [CheckName::Period, CheckName::Rule]);
    let waits = done.report.check(CheckName::Revocation).unwrap();
    assert_eq!(waits.outcome, CheckOutcome::NotAsked);
}

#[test]
fn r4_not_for_banking_not_for_the_bank() {
    let world = World::new();
    let wanted = Wanted {
        product: Product::ETax,
        ..Wanted::default()
    };
    let made = own(&world, &wanted, NOON);
    assert_eq!(made.certificate.authority(), Some(Issuer::Yessign));
    let done = log_in(&world, &presented(&world, &made, NOON), "tax", NOON);
    let check = done.report.check(CheckName::Rule).unwrap();
    assert_eq!(failed(&done), [CheckName::Rule]);
    let all = done
        .report
        .failed()
        .map(|check| check.rule().unwrap().to_string());
    assert_eq!(all.collect::<Vec<_>>(), ["R4"], "{check:?}");
}
