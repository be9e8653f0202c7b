//! What is agreed to and confirmed at the desk: copies of the terms (R35), names of organisations (R37).

use npki_core::{Holder, Issuer, OrderAction, Product};
use npki_policy::Enrolment;
use npki_ra::{Command, RaError, StepName, Term, ports::UserId};

use crate::world::*;

const NOON: &str = "2026-11-23T12:00:00+09:00";

#[test]
fn r35_a_copy_of_what_was_agreed_to_is_handed_over_once() {
    let mut world = World::new();
    let text = "제1조(목적) 이 약관은 시험을 위한 것입니다.";
    let terms = core::mem::take(&mut world.terms);
    world.terms = terms
        .with_text(Term::FinanceBasic, None, "2026-07", text)
        .unwrap();
    let mut walk = Walk::begin(&world, "terms", OrderAction::Issue, NOON);
    walk.choose(Product::PersonalLimited, Issuer::Yessign);
    let user = UserId::new(USER);
    let agreed = walk.ra.agreements(&user).unwrap();
    // The bank's two and the CA's two, in the versions shown; the text's digest tells which it was.
    let named: Vec<_> = agreed
        .iter()
        .map(|a| (a.term.term, a.term.issuer))
        .collect();
    let ca = Some(Issuer::Yessign);
    assert_eq!(
        named,
        [
            (Term::FinanceService, None),
            (Term::FinanceBasic, None),
            (Term::CaService, ca),
            (Term::DataToCa, ca),
        ]
    );
    let basic = &agreed[1].term;
    assert_eq!(basic.version, "2026-07");
    let digest = npki_core::HashAlgorithm::Sha256.digest(text.as_bytes());
    assert_eq!(basic.sha256.as_ref().unwrap().as_bytes(), digest.octets());
    assert!(agreed.iter().all(|a| a.handed_over == Some(walk.now)));
    let copies = || world.set(|o| o.handed_over.values().cloned().collect::<Vec<_>>());
    let wanted: Vec<_> = agreed.iter().map(|a| a.term.clone()).collect();
    assert_eq!(copies(), [wanted]);
    // Another choice asks for other terms, and they are handed over too (a changed CA asks again).
    walk.go(&Command::GoBack(StepName::Choose));
    walk.choose(Product::PersonalGeneral, Issuer::Kica);
    assert_eq!(copies().len(), 2);
    assert_eq!(walk.ra.agreements(&user).unwrap().len(), 6);
    walk.ra.reconcile(walk.now, &mut rng(60)).unwrap();
    assert_eq!(copies().len(), 2);
    assert!(matches!(
        walk.ra.agreements(&UserId::new("nobody")),
        Err(RaError::NoCustomer)
    ));
}

#[test]
fn r37_the_name_of_an_organisation_is_confirmed() {
    for (holder, name, fine) in [
        (Holder::Corporation, Some("홍길동"), true),
        (Holder::Corporation, Some(" 홍길동 "), true),
        (Holder::Corporation, Some("홍길순"), false),
        (Holder::Corporation, None, false),
        (Holder::Association, None, false),
        (Holder::Association, Some("홍길동"), true),
        (Holder::Individual, None, true),
    ] {
        let world = World::new();
        let personal = holder == Holder::Individual;
        world.set(|o| {
            o.holder = holder;
            o.registered = npki_ra::ports::Registered::Yes;
            if !personal {
                o.enrolment = Enrolment::BusinessBanking;
            }
        });
        let mut walk = Walk::begin(&world, "name", OrderAction::Issue, NOON);
        let product = if personal {
            Product::PersonalLimited
        } else {
            Product::BusinessLimited
        };
        walk.choose(product, Issuer::Yessign);
        walk.identify();
        let mut given = details();
        if let Some(name) = name {
            given = given.confirm_name(name);
        }
        let command = Command::GiveDetails(given);
        if fine {
            walk.go(&command);
            assert_eq!(
                walk.application().state().step(),
                StepName::PasswordAndMedium
            );
        } else {
            assert_eq!(walk.refused(&command), ["R37"], "{holder} {name:?}");
        }
    }
}
