//! Revocation by identification: who asks has shown who he is, or nothing happens (R13, R30–R32).

use npki_core::{CertificateFacts, Channel, Issuer, Product, RevocationReason};
use npki_policy::CertificateState;
use npki_ra::{
    Answer, ChallengeFor, Command, End, Errand, Identification, Presented, RaError, Refund,
    Revocation, Revoke, Session, Step, StepName,
};

use crate::{other_bank::Wanted, world::*};

const ISSUED: &str = "2026-11-23T12:00:00+09:00";
const NEXT_DAY: &str = "2026-11-24T12:00:00+09:00";

fn of(facts: &CertificateFacts) -> Revoke {
    Revoke {
        issuer: Issuer::Kica,
        serial: facts.serial.as_bytes().to_vec(),
        reason: RevocationReason::KeyCompromise,
    }
}

fn general(world: &World) -> Revoke {
    of(&issued(
        world,
        Product::PersonalGeneral,
        Issuer::Kica,
        ISSUED,
    ))
}

fn state(world: &World) -> CertificateState {
    world.subscriber().certificates[0].state
}

fn ask(walk: &mut Walk<'_>, wanted: &Revoke) -> Revocation {
    let key = walk.key();
    walk.ra
        .revoke_by_identification(walk.id, wanted, &key, walk.now, &mut rng(3))
        .unwrap()
}

fn refused(walk: &mut Walk<'_>, wanted: &Revoke) -> Vec<String> {
    match ask(walk, wanted) {
        Revocation::Refused(refusal) => refusal.rules().iter().map(ToString::to_string).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn r13_identified_as_for_an_issue() {
    let world = World::new();
    let wanted = general(&world);
    let mut walk = Walk::begin(&world, "revoke", Errand::Revoke, NEXT_DAY);
    let now = walk.now;
    world.set(|o| o.phone = npki_ra::ports::CallOutcome::Approved { at: now });
    assert!(matches!(walk.application().next(), Step::Identify(_)));
    // Each part on its own is too little (R30, R31).
    assert_eq!(refused(&mut walk, &wanted), ["R13"]);
    for command in [
        Command::CallPhone { phone: 0 },
        Command::CheckCall,
        account(PASSWORD),
    ] {
        walk.go(&command);
        assert_eq!(refused(&mut walk, &wanted), ["R13"]);
    }
    walk.go(&Command::AnswerMeans(otp(OTP)));
    assert_eq!(state(&world), CertificateState::Issued);
    assert_eq!(walk.application().state().step(), StepName::CarryOut);
    let Step::Revoke(step) = walk.application().next() else {
        panic!("{:?}", walk.application().next())
    };
    let application = walk.go(&step.revoke(wanted.clone()));
    let Step::Ended(End::RevokeAsked(name)) = application.next() else {
        panic!("{:?}", application.next())
    };
    assert_eq!(name.serial.as_bytes(), wanted.serial);
    assert_eq!(state(&world), CertificateState::Revoked);
    // In time: the fee goes back (R21).
    assert_eq!(world.stages(), ["refunded"]);
    walk.ra.reconcile(now, &mut rng(4)).unwrap();
    assert_eq!(world.open_effects(), 0);
}

#[test]
fn r13_for_good_or_not_at_all() {
    let world = World::new();
    let wanted = general(&world);
    let mut walk = Walk::begin(&world, "revoke", Errand::Revoke, NEXT_DAY);
    walk.identify();
    for reason in RevocationReason::ALL.iter().copied() {
        if !reason.is_for_subscribers() {
            let wanted = Revoke {
                reason,
                ..wanted.clone()
            };
            assert_eq!(refused(&mut walk, &wanted), ["R13"], "{reason}");
            assert_eq!(state(&world), CertificateState::Issued);
        }
    }
    assert!(matches!(
        ask(&mut walk, &wanted),
        Revocation::Revoked { .. }
    ));
}

#[test]
fn r13_asked_again_it_is_the_same_revocation() {
    let world = World::new();
    let wanted = general(&world);
    let mut walk = Walk::begin(&world, "revoke", Errand::Revoke, NEXT_DAY);
    walk.identify();
    let key = key("the request");
    let ask = |wanted: &Revoke| {
        walk.ra
            .revoke_by_identification(walk.id, wanted, &key, walk.now, &mut rng(3))
    };
    world.set(|o| o.silent_ca = true);
    assert_eq!(ask(&wanted).unwrap(), Revocation::Open);
    world.set(|o| o.silent_ca = false);
    let revoked = Revocation::Revoked {
        at: walk.now,
        refund: Refund::Decided,
    };
    for _ in 0..2 {
        assert_eq!(ask(&wanted).unwrap(), revoked);
    }
    let another = Revoke {
        reason: RevocationReason::Unspecified,
        ..wanted
    };
    assert!(matches!(ask(&another), Err(RaError::Conflict(_))));
}

#[test]
fn r32_wrong_answers_are_counted_and_lock() {
    let world = World::new();
    let wanted = general(&world);
    let mut walk = Walk::begin(&world, "revoke", Errand::Revoke, NEXT_DAY);
    let now = walk.now;
    world.set(|o| o.phone = npki_ra::ports::CallOutcome::Approved { at: now });
    walk.go(&Command::CallPhone { phone: 0 });
    walk.go(&Command::CheckCall);
    // Five wrong passwords lock; the right one comes too late, in this errand and in the next.
    for _ in 0..5 {
        assert_eq!(walk.refused(&account("0000")), ["R31"]);
    }
    let tries = world.set(|o| o.tries.len());
    assert_eq!(walk.refused(&account(PASSWORD)), ["R32"]);
    let mut other = Walk::begin(&world, "another", Errand::Revoke, NEXT_DAY);
    assert_eq!(other.refused(&account(PASSWORD)), ["R32"]);
    assert_eq!(world.set(|o| o.tries.len()), tries, "nothing was judged");
    // Ten wrong codes do as well, at the OTP centre.
    for _ in 0..10 {
        assert_eq!(walk.refused(&Command::AnswerMeans(otp("000000"))), ["R31"]);
    }
    assert_eq!(walk.refused(&Command::AnswerMeans(otp(OTP))), ["R32"]);
    assert_eq!(refused(&mut walk, &wanted), ["R13"]);
    assert_eq!(state(&world), CertificateState::Issued);
}

#[test]
fn r13_by_the_certificates_own_signature() {
    let world = World::new();
    let made = own(&world, &Wanted::default(), ISSUED);
    let ra = world.ra();
    let wanted = Revoke {
        issuer: Issuer::Yessign,
        serial: made.certificate.serial_number().octets().to_vec(),
        reason: RevocationReason::CessationOfOperation,
    };
    let name = world.subscriber().certificates[0].name.clone();
    let of = |what: &ChallengeFor, now: &str| ra.challenge(what, at(now), &mut rng(31));
    let what = ChallengeFor::Revoke(name);
    let good = made.presented(&of(&what, NEXT_DAY));
    let stranger = world.other.certify(&Wanted::default());
    let early = "2026-11-24T11:55:00+09:00";
    let mut requests = 0;
    let mut ask = |presented: &Presented, now: &str| {
        requests += 1;
        let key = key(&format!("by signature {requests}"));
        ra.revoke_by_signature(&wanted, presented, &key, at(now), &mut rng(32))
    };
    for (name, presented, sentences) in [
        (
            "nothing signed",
            Presented {
                possession: None,
                ..made.presented(&of(&what, NEXT_DAY))
            },
            2,
        ),
        (
            "another certificate",
            stranger.presented(&of(&what, NEXT_DAY)),
            2,
        ),
        (
            "no certificate",
            Presented {
                certificate: vec![7],
                ..made.presented(&of(&what, NEXT_DAY))
            },
            2,
        ),
        (
            "another key",
            Presented {
                possession: Some(stranger.possession(&of(&what, NEXT_DAY))),
                ..made.presented(&of(&what, NEXT_DAY))
            },
            1,
        ),
        (
            "for a log-in",
            made.presented(&of(&ChallengeFor::LogIn, NEXT_DAY)),
            1,
        ),
        ("too old", made.presented(&of(&what, early)), 1),
    ] {
        let Revocation::Refused(refusal) = ask(&presented, NEXT_DAY).unwrap() else {
            panic!("{name}")
        };
        assert_eq!(refusal.why.len(), sentences, "{name}");
        assert!(
            refusal.rules().iter().all(|rule| rule.to_string() == "R13"),
            "{name}"
        );
    }
    assert_eq!(state(&world), CertificateState::Issued);
    assert!(matches!(
        ask(&good, NEXT_DAY).unwrap(),
        Revocation::Revoked { .. }
    ));
    // The challenge has served, and there is nothing left to revoke (R19).
    let Revocation::Refused(again) = ask(&good, NEXT_DAY).unwrap() else {
        panic!("revoked twice")
    };
    assert_eq!(again.rules().len(), 1);
    // Who lost the answer asks again with the same key, however much later.
    let late = at("2026-12-24T12:00:00+09:00");
    let answer = ra.revoke_by_signature(&wanted, &good, &key("by signature 7"), late, &mut rng(32));
    assert!(matches!(answer, Ok(Revocation::Revoked { at, .. }) if at < late));
}

#[test]
fn r33_at_a_branch_by_an_identity_card() {
    let world = World::new();
    let wanted = general(&world);
    let at_a_branch = npki_ra::Begin {
        session: Session::LoggedOut,
        ..begin(&world, Errand::Revoke, Channel::Branch)
    };
    let mut walk = Walk::begin_as(&world, "branch", &at_a_branch, NEXT_DAY);
    walk.go(&Command::ShowIdentityCard(Identification::ResidentCard));
    assert!(matches!(
        ask(&mut walk, &wanted),
        Revocation::Revoked { .. }
    ));
}

#[test]
fn r13_what_is_not_the_applicants_or_has_ended() {
    let world = World::new();
    let wanted = general(&world);
    let identified = |name: &str| {
        let mut walk = Walk::begin(&world, name, Errand::Revoke, NEXT_DAY);
        walk.identify();
        walk
    };
    let mut walk = identified("first");
    let unknown = Revoke {
        serial: vec![9; 20],
        ..wanted.clone()
    };
    assert_eq!(refused(&mut walk, &unknown), ["R13"]);
    assert!(matches!(
        ask(&mut walk, &wanted),
        Revocation::Revoked { .. }
    ));
    // This errand is over, another finds nothing left to revoke (R19).
    assert_eq!(refused(&mut walk, &wanted), ["R19"]);
    assert_eq!(refused(&mut identified("second"), &wanted), ["R19"]);
}

#[test]
fn r34_an_errand_knows_its_own_steps_alone() {
    let world = World::new();
    let wanted = general(&world);
    let mut walk = Walk::begin(&world, "revoke", Errand::Revoke, NEXT_DAY);
    walk.identify();
    for command in [
        Command::Order,
        Command::GiveDetails(details()),
        Command::GoBack(StepName::Choose),
    ] {
        assert_eq!(walk.refused(&command), ["R34"], "{command:?}");
    }
    // Going back takes the identification away.
    walk.go(&Command::GoBack(StepName::Identify));
    assert_eq!(refused(&mut walk, &wanted), ["R13"]);
    let abandoned = walk.go(&Command::Abandon);
    assert!(matches!(abandoned.next(), Step::Ended(End::Abandoned(_))));
    // An issue revokes nothing, however well its applicant is identified.
    let mut issue = Walk::begin(&world, "issue", npki_core::OrderAction::Issue, NEXT_DAY);
    issue.choose(Product::PersonalLimited, Issuer::Yessign);
    issue.identify();
    assert_eq!(refused(&mut issue, &wanted), ["R34"]);
    let key = issue.key();
    let late = at("2026-11-25T12:00:00+09:00");
    let mut walk = Walk::begin(&world, "late", Errand::Revoke, NEXT_DAY);
    walk.identify();
    let answer = walk
        .ra
        .handle(walk.id, &Command::Revoke(wanted), &key, late, &mut rng(3));
    assert!(matches!(answer, Ok(Answer::Refused(_))));
    assert_eq!(state(&world), CertificateState::Issued);
}
