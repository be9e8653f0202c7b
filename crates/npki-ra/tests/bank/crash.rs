//! Killed at every ledger write and at every port call, or with an answer lost there: who asks
//! again with the same keys comes to the same end, with one order, one fee and one certificate.

use npki_core::{Channel, Instant, Issuer, OrderAction, OrderId, Product, ReplacedBecause};
use npki_ledger::{
    Ledger, audit,
    faults::{Fault, FaultyLedger, Then, When},
};
use npki_policy::CertificateState;
use npki_ra::{
    Answer, Application, ApplicationId, Command, Consent, End, Errand, Ra, RaError, Refund,
    Revocation, Revoke, Selection, Step,
};

use crate::world::*;

const NOW: &str = "2026-11-23T12:00:00+09:00";

/// What is being done when it goes wrong.
#[derive(Clone, Copy, Debug)]
enum Story {
    Issue,
    Reissue(ReplacedBecause),
    Renew,
    Revoke,
    RevokeIdentified,
    Abandon,
}

/// A client that does not give up: every request keeps its key and is repeated until answered.
struct Client<'a> {
    world: &'a World,
    ledger: &'a FaultyLedger<&'a dyn Ledger>,
    now: Instant,
}

impl<'a> Client<'a> {
    /// Asks until answered; a process that has died is started again.
    fn ask<T>(&self, mut act: impl FnMut(&Ra<'a>) -> Result<T, RaError>) -> T {
        for _ in 0..4 {
            let alive: &dyn Ledger = if self.ledger.is_dead() {
                &self.world.store
            } else {
                self.ledger
            };
            let died = self.ledger.is_dead();
            let answer = act(&self.world.ra_on(alive));
            // Ledger and ports are used by one process: an answer from the one after the death of
            // the other reached nobody.
            let dies = (self.ledger.is_dead() && !died) || self.world.set(|o| o.dead);
            self.world.set(|o| o.dead = false);
            if let (Ok(answer), false) = (answer, dies) {
                return answer;
            }
        }
        panic!("no answer")
    }

    fn go(&self, id: ApplicationId, name: &str, command: &Command) -> Application {
        let answer = self.ask(|ra| ra.handle(id, command, &key(name), self.now, &mut rng(1)));
        match answer {
            Answer::Done(application) => application,
            Answer::Refused(refusal) => panic!("{name}: {}", refusal.sentence()),
        }
    }

    /// Until nothing is open outside.
    fn reconcile(&self) {
        for _ in 0..4 {
            let done = self.ask(|ra| ra.reconcile(self.now, &mut rng(2)));
            if done.open == 0 && self.world.open_effects() == 0 {
                return;
            }
        }
        panic!("effects stay open")
    }

    fn apply(&self, action: OrderAction, choice: &npki_ra::Choice) -> ApplicationId {
        let world = self.world;
        let begin = begin(world, action, Channel::Pc);
        let begun = self.ask(|ra| ra.begin(&begin, &key("begin"), self.now, &mut rng(3)));
        let id = begun.done().unwrap().id();
        self.go(id, "choose", &Command::Choose(choice.clone()));
        if action != OrderAction::Renew {
            self.identify(id);
        }
        id
    }

    fn identify(&self, id: ApplicationId) {
        let world = self.world;
        world.set(|o| o.phone = npki_ra::ports::CallOutcome::Approved { at: self.now });
        self.go(id, "call", &Command::CallPhone { phone: 0 });
        // A call whose placing was lost is placed again when the request is repeated, or by
        // the applicant who hears nothing.
        let rings = world.set(|o| !o.rings.is_empty());
        if !rings {
            self.go(id, "call again", &Command::CallPhone { phone: 0 });
        }
        self.go(id, "check", &Command::CheckCall);
        self.go(id, "account", &account(PASSWORD));
        self.go(id, "means", &Command::AnswerMeans(otp(OTP)));
    }

    fn pay(&self, id: ApplicationId) {
        let account = Some(0);
        let amount = npki_policy::Krw(4_400);
        self.go(id, "pay", &Command::ConfirmFee { amount, account });
        self.reconcile();
    }

    fn order(&self, id: ApplicationId) -> OrderId {
        self.go(id, "order", &Command::Order);
        self.reconcile();
        let state = self.world.ra().application(id).unwrap().unwrap();
        let Step::AtTheCa(_) = state.next() else {
            panic!("{:?}", state.next())
        };
        state.state().open_order().unwrap().order
    }

    fn issue(&self, order: &OrderId) {
        assert!(self.ask(|ra| self.world.redeem(ra, order, self.now)));
        let revoked = self.world.set(|o| {
            let revoked = |(id, entry): (&OrderId, &CaOrder)| Some((*id, entry.revoked?));
            o.orders.iter().find_map(revoked)
        });
        if let Some((order, (reason, at))) = revoked {
            let news = npki_core::OrderNews::Revoked { order, reason, at };
            self.ask(|ra| ra.news(&news, self.now, &mut rng(4)));
        }
        let news = self.world.confirm(order, self.now);
        for _ in 0..2 {
            self.ask(|ra| ra.news(&news, self.now, &mut rng(4)));
        }
        self.reconcile();
    }
}

/// Tells a story with one fault in it; gives the numbers of commits and port calls it had.
fn tell(
    story: Story,
    ledger_fault: Option<Fault>,
    port_fault: Option<(u64, PortFault)>,
) -> (u64, u64) {
    let world = World::new();
    world.set(|o| o.balance = 100_000);
    let old = match story {
        Story::Issue | Story::Abandon => None,
        _ => Some(issued(&world, Product::PersonalGeneral, Issuer::Kica, NOW)),
    };
    let now = match story {
        Story::Renew => "2027-11-01T12:00:00+09:00",
        _ => "2026-11-24T12:00:00+09:00",
    };
    world.set(|o| {
        o.rings.clear();
        o.calls = 0;
        o.fault = port_fault;
    });
    let store: &dyn Ledger = &world.store;
    let ledger = FaultyLedger::new(store);
    if let Some(fault) = ledger_fault {
        ledger.arm(fault);
    }
    let client = Client {
        world: &world,
        ledger: &ledger,
        now: at(now),
    };
    let serial = old.as_ref().map(|old| old.serial.as_bytes().to_vec());
    let choice = |because| npki_ra::Choice {
        selection: match &serial {
            None => Selection::New {
                product: Product::PersonalGeneral,
                issuer: Some(Issuer::Kica),
            },
            Some(serial) => Selection::InPlaceOf {
                issuer: Issuer::Kica,
                serial: serial.clone(),
                because,
            },
        },
        terms: world.terms.of_the_ca(Issuer::Kica).cloned().collect(),
        consent: Some(Consent::Given),
    };
    let superseded = ReplacedBecause::Superseded;
    match story {
        Story::Issue => {
            let id = client.apply(OrderAction::Issue, &choice(superseded));
            client.pay(id);
            client.go(id, "details", &Command::GiveDetails(details()));
            client.issue(&client.order(id));
        }
        Story::Reissue(because) => {
            let id = client.apply(OrderAction::Reissue, &choice(because));
            client.go(id, "details", &Command::GiveDetails(details()));
            client.issue(&client.order(id));
        }
        Story::Renew => {
            let id = client.apply(OrderAction::Renew, &choice(superseded));
            client.pay(id);
            client.issue(&client.order(id));
        }
        Story::Revoke => {
            let request = Revoke {
                issuer: Issuer::Kica,
                serial: serial.clone().unwrap(),
                reason: npki_core::RevocationReason::Unspecified,
            };
            let key = key("revoke");
            client.ask(|ra| ra.revoke_by_certificate(&request, &key, client.now, &mut rng(5)));
            client.reconcile();
            let answer =
                client.ask(|ra| ra.revoke_by_certificate(&request, &key, client.now, &mut rng(5)));
            let refund = Refund::Decided;
            assert_eq!(
                answer,
                Revocation::Revoked {
                    at: client.now,
                    refund
                }
            );
        }
        Story::RevokeIdentified => {
            let begin = begin(&world, Errand::Revoke, Channel::Pc);
            let begun = client.ask(|ra| ra.begin(&begin, &key("begin"), client.now, &mut rng(3)));
            let id = begun.done().unwrap().id();
            client.identify(id);
            let wanted = Revoke {
                issuer: Issuer::Kica,
                serial: serial.clone().unwrap(),
                reason: npki_core::RevocationReason::KeyCompromise,
            };
            let revoke = |ra: &Ra<'_>| {
                let key = key("revoke");
                ra.revoke_by_identification(id, &wanted, &key, client.now, &mut rng(5))
            };
            client.ask(revoke);
            client.reconcile();
            let refund = Refund::Decided;
            let at = client.now;
            assert_eq!(client.ask(revoke), Revocation::Revoked { at, refund });
        }
        Story::Abandon => {
            let id = client.apply(OrderAction::Issue, &choice(superseded));
            client.pay(id);
            client.go(id, "details", &Command::GiveDetails(details()));
            client.order(id);
            client.go(id, "abandon", &Command::Abandon);
            client.reconcile();
            let application = world.ra().application(id).unwrap().unwrap();
            assert!(matches!(application.next(), Step::Ended(End::Lapsed)));
        }
    }
    let calls = world.set(|o| {
        o.fault = None;
        o.calls
    });
    laws(story, &world);
    (ledger.calls(), calls)
}

fn laws(story: Story, world: &World) {
    use CertificateState::{Issued, Reissued, Renewed, Revoked};

    let states: Vec<_> = world
        .subscriber()
        .certificates
        .iter()
        .map(|c| c.state)
        .collect();
    let (wanted, money, orders): (&[_], &[_], usize) = match story {
        Story::Issue => (&[Issued], &["captured"], 1),
        Story::Reissue(ReplacedBecause::Leaked) => (&[Revoked, Issued], &["captured"], 2),
        Story::Reissue(_) => (&[Reissued, Issued], &["captured"], 2),
        Story::Renew => (&[Renewed, Issued], &["captured", "captured"], 2),
        Story::Revoke | Story::RevokeIdentified => (&[Revoked], &["refunded"], 1),
        Story::Abandon => (&[], &["released"], 1),
    };
    assert_eq!(states, wanted);
    assert_eq!(world.stages(), money);
    assert_eq!(world.set(|o| o.orders.len()), orders);
    // A copy of the terms for each application that had agreed to them (R35).
    let copies = match story {
        Story::Reissue(_) => 2,
        _ => 1,
    };
    assert_eq!(world.set(|o| o.handed_over.len()), copies);
    assert_eq!(world.open_effects(), 0);
    assert_eq!(audit(&world.store, None).unwrap(), []);
    assert!(world.ra().open_applications().unwrap().is_empty());
}

/// Every commit of the story, not recorded or recorded, with the process dead afterwards or alive;
/// then every port call in every way that it can fail.
fn sweep(story: Story) {
    let (commits, calls) = tell(story, None, None);
    assert!(commits > 3 && calls > 3, "{story:?}");
    for call in 1..=commits {
        for when in [When::Before, When::After] {
            for then in [Then::GoesOn, Then::Dies] {
                tell(story, Some(Fault { call, when, then }), None);
            }
        }
    }
    for call in 1..=calls {
        // Not done and done, each with the answer lost; alive or dead makes no difference to what
        // is outside, and is asked in the long run only.
        let every = std::env::var_os("NPKI_SWEEP").is_some_and(|how| how == "full");
        let faults = if every {
            &PortFault::ALL[..]
        } else {
            &PortFault::ALL[1..3]
        };
        for fault in faults.iter().copied() {
            tell(story, None, Some((call, fault)));
        }
    }
}

#[test]
fn issue() {
    sweep(Story::Issue);
}

#[test]
fn reissue() {
    sweep(Story::Reissue(ReplacedBecause::Superseded));
}

#[test]
fn reissue_of_a_leaked_one() {
    sweep(Story::Reissue(ReplacedBecause::Leaked));
}

#[test]
fn renew() {
    sweep(Story::Renew);
}

#[test]
fn revoke() {
    sweep(Story::Revoke);
}

#[test]
fn revoke_by_identification() {
    sweep(Story::RevokeIdentified);
}

#[test]
fn abandon() {
    sweep(Story::Abandon);
}
