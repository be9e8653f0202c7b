//! What is recorded reads back, to the same octets; what is not known is not passed over.

use npki_core::{Channel, Issuer, OrderAction, OrderNews, Product, ReplacedBecause};
use npki_ledger::{EventKind, Ledger as _};
use npki_ra::{
    Command, Event, EventError, State, StepName, SubscriberEvent, evolve, payload::Captured,
};
use proptest::prelude::*;

use crate::world::*;

const NOON: &str = "2026-11-23T12:00:00+09:00";

/// Kind and payload of every event of a few lives.
fn recorded() -> Vec<(EventKind, Vec<u8>)> {
    let world = World::new();
    let old = issued(&world, Product::PersonalGeneral, Issuer::Kica, NOON);
    let mut walk = Walk::begin(&world, "reissue", OrderAction::Reissue, NOON);
    assert_eq!(walk.refused(&Command::Order), ["R34"]);
    let serial = old.serial.as_bytes();
    walk.choose_in_place_of(Issuer::Kica, serial, ReplacedBecause::Superseded);
    walk.refused(&account("0000"));
    walk.identify();
    walk.go(&Command::GoBack(StepName::Identify));
    walk.identify();
    walk.details();
    let order = walk.order();
    let lapsed = OrderNews::Lapsed {
        order,
        at: at(NOON),
    };
    world.ra().news(&lapsed, at(NOON), &mut rng(1)).unwrap();
    let mut walk = Walk::begin(&world, "abandoned", OrderAction::Issue, NOON);
    walk.go(&Command::Abandon);
    let no = npki_ra::Consent::Withheld;
    let user = npki_ra::ports::UserId::new(USER);
    let ra = world.ra();
    ra.set_consent(&user, no, Channel::Pc, &key("no"), at(NOON), &mut rng(1))
        .unwrap()
        .unwrap();
    let records = world.store.records(0, 10_000).unwrap();
    let rows = records.iter().map(|r| r.record());
    rows.map(|r| (r.kind.clone(), r.payload.clone())).collect()
}

fn again(kind: &EventKind, payload: &[u8]) -> Result<Vec<u8>, EventError> {
    if kind.as_str().starts_with("application.") {
        Event::parse(kind, payload).map(|event| event.payload().unwrap())
    } else {
        SubscriberEvent::parse(kind, payload).map(|event| event.payload().unwrap())
    }
}

#[test]
fn every_recorded_event_reads_back() {
    for (kind, payload) in recorded() {
        assert_eq!(again(&kind, &payload).unwrap(), payload, "{kind}");
        let mut trailing = payload.clone();
        trailing.push(0);
        assert!(again(&kind, &trailing).is_err(), "{kind}");
        for cut in 0..payload.len() {
            assert!(again(&kind, &payload[..cut]).is_err(), "{kind} {cut}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn accepted_octets_are_the_ones_that_would_be_written(at in any::<prop::sample::Index>(), bit in 0u8..8) {
        for (kind, mut payload) in recorded() {
            let at = at.index(payload.len());
            payload[at] ^= 1 << bit;
            if let Ok(written) = again(&kind, &payload) {
                prop_assert_eq!(written, payload);
            }
        }
    }
}

#[test]
fn an_event_of_a_newer_program_is_an_error() {
    let kind = EventKind::from_static("application.blessed");
    assert!(matches!(
        Event::parse(&kind, &[0x30, 0x00]),
        Err(EventError::UnknownKind(found)) if found == kind
    ));
    let kind = EventKind::from_static("subscriber.blessed");
    assert!(SubscriberEvent::parse(&kind, &[0x30, 0x00]).is_err());
}

#[test]
fn what_cannot_follow_is_an_error() {
    let world = World::new();
    let mut walk = Walk::begin(&world, "over", OrderAction::Issue, NOON);
    walk.go(&Command::Abandon);
    let over: State = walk.application().state().clone();
    let details = npki_ra::payload::DetailsGiven {
        details: npki_ledger::SealedId::from_octets([1; 16]),
    };
    assert!(evolve(over.clone(), &details.into()).is_err());
    let money = Captured {
        reservation: npki_ra::ReservationId::from_octets([1; 16]),
    };
    assert!(evolve(over, &money.into()).is_ok());
}
