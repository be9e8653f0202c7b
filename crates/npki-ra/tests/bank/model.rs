//! Random histories against a small model that shares no code with the bank: whatever is asked in
//! whatever order, with ports that fail, the laws of money and of certificates hold.
//!
//! `PROPTEST_CASES` sets how many histories there are.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use npki_core::{
    Channel, Instant, Issuer, OrderAction, OrderId, OrderNews, Product, ReplacedBecause,
    RevocationReason,
};
use npki_ledger::{Change, Ledger as _, audit};
use npki_ra::{
    Answer, ApplicationId, BillKind, ChallengeFor, Choice, Command, Consent, Errand, RaError,
    ReservationId, Revocation, Revoke, Selection, Step, StepName, Subscriber,
    ports::{CallOutcome, UserId},
};
use proptest::prelude::*;

use crate::{
    other_bank::{Made, Wanted},
    world::*,
};

const BEGIN: &str = "2026-11-23T12:00:00+09:00";
const CAS: [Issuer; 2] = [Issuer::Kica, Issuer::Koscom];

/// What somebody does next. Numbers choose among what there is.
#[derive(Clone, Debug)]
enum Deed {
    Begin(Errand, Channel),
    /// From the first step to the confirmed certificate, as far as it goes.
    Whole(OrderAction, Channel, usize),
    /// So many steps of an application, as they come, rightly answered.
    Walk(usize, usize),
    /// A command that may come at the wrong time.
    Stray(usize, Stray),
    Redeem(usize),
    Confirm(usize),
    Lapse(usize),
    Revoke(usize, RevocationReason),
    RevokedAtTheCa(usize),
    ByCertificate(usize),
    /// Shows another bank's certificate, in whatever application.
    Register(usize),
    Deregister,
    Bill(usize, BillKind),
    Consent(Consent, Channel),
    Wait(Duration),
    /// To the edge of a day so many days on: the last second before, or the first.
    WaitForDay(i32, i64),
    Reconcile,
    Trouble(u64, PortFault),
}

#[derive(Clone, Copy, Debug)]
enum Stray {
    Abandon,
    Back(StepName),
    WrongCode,
    WrongPassword,
    WrongAmount,
    Order,
    Details,
}

/// A certificate, as its CA knows it.
#[derive(Clone, Debug)]
struct Issued {
    order: OrderId,
    product: Product,
    issuer: Issuer,
    serial: Vec<u8>,
    not_after: Instant,
    paid: bool,
    ended: Option<Instant>,
}

/// The world, and what the model knows of it.
struct Model {
    world: World,
    now: Instant,
    requests: Cell<u64>,
    applications: Vec<ApplicationId>,
    issued: Vec<Issued>,
    bills: BTreeSet<ReservationId>,
    /// Another bank's certificate of the same person.
    other: Made,
    refused: usize,
}

impl Model {
    fn new() -> Self {
        let world = World::new();
        world.set(|o| o.balance = 1_000_000);
        let other = world.other.certify(&Wanted {
            to: "2030-03-01T23:59:59+09:00",
            ..Wanted::default()
        });
        Self {
            other,
            world,
            now: at(BEGIN),
            requests: Cell::new(0),
            applications: Vec::new(),
            issued: Vec::new(),
            bills: BTreeSet::new(),
            refused: 0,
        }
    }

    /// Asks with a new key, and again with the same one until a port that failed has recovered.
    fn ask<T>(
        &self,
        mut act: impl FnMut(&npki_ra::Ra<'_>, &npki_ledger::IdempotencyKey) -> Result<T, RaError>,
    ) -> Option<T> {
        self.requests.set(self.requests.get() + 1);
        let key = key(&format!("model {}", self.requests.get()));
        for _ in 0..4 {
            match act(&self.world.ra(), &key) {
                Ok(answer) => return Some(answer),
                Err(RaError::Port(_)) => {}
                Err(RaError::NewsOutOfOrder | RaError::Shredded(_)) => return None,
                Err(error) => panic!("{error:?}"),
            }
        }
        panic!("the port does not recover")
    }

    fn deed(&mut self, deed: &Deed) {
        match deed {
            Deed::Walk(which, steps) => self.walk(*which, 0, *steps),
            Deed::Whole(action, channel, choice) => {
                let errand = Errand::from(*action);
                self.watched(|model| model.carry_out(&Deed::Begin(errand, *channel)));
                self.walk(0, *choice, 12);
                let order = |model: &Self| {
                    let state = model.world.ra().application(*model.applications.last()?);
                    Some(state.unwrap()?.state().open_order()?.order)
                };
                if let Some(order) = order(self) {
                    self.redeem(order);
                    self.confirm(order);
                }
            }
            deed => self.watched(|model| model.carry_out(deed)),
        }
        self.laws(deed);
    }

    /// Steps of an application; `choice` chooses the certificate.
    fn walk(&mut self, which: usize, choice: usize, steps: usize) {
        for _ in 0..steps {
            let Some(command) = self.next(which, choice) else {
                return;
            };
            self.watched(|model| model.tell(which, &command));
        }
    }

    /// R70: who is refused has changed nothing.
    fn watched(&mut self, act: impl FnOnce(&mut Self) -> bool) {
        let size = self.world.store.head().unwrap().size;
        let outside = self.outside();
        if act(self) {
            self.refused += 1;
            self.only_the_refusal(size);
            assert_eq!(self.outside(), outside);
        }
    }

    /// Carries a deed out; tells whether it was refused.
    fn carry_out(&mut self, deed: &Deed) -> bool {
        let now = self.now;
        match deed {
            Deed::Begin(action, channel) => {
                let mut begin = begin(&self.world, *action, *channel);
                if *channel != Channel::Pc {
                    begin.session = npki_ra::Session::LoggedOut;
                }
                match self.ask(|ra, key| ra.begin(&begin, key, now, &mut rng(1))) {
                    Some(Answer::Done(application)) => {
                        self.applications.push(application.id());
                        false
                    }
                    answer => answer.is_some(),
                }
            }
            Deed::Walk(..) | Deed::Whole(..) => false,
            Deed::Stray(which, stray) => {
                let command = match stray {
                    Stray::Abandon => Command::Abandon,
                    Stray::Back(to) => Command::GoBack(*to),
                    Stray::WrongCode => Command::AnswerMeans(otp("000000")),
                    Stray::WrongPassword => account("0000"),
                    Stray::WrongAmount => Command::ConfirmFee {
                        amount: npki_policy::Krw(1),
                        account: None,
                    },
                    Stray::Order => Command::Order,
                    Stray::Details => Command::GiveDetails(details()),
                };
                self.tell(*which, &command)
            }
            Deed::Redeem(which) => {
                let fits = |o: &CaOrder| o.order.is_some() && o.certificate.is_none();
                if let Some(order) = self.order(*which, fits) {
                    self.redeem(order);
                }
                false
            }
            Deed::Confirm(which) => {
                let fits = |o: &CaOrder| o.certificate.is_some() && o.confirmed.is_none();
                if let Some(order) = self.order(*which, fits) {
                    self.confirm(order);
                }
                false
            }
            Deed::Lapse(which) => {
                if let Some(order) =
                    self.order(*which, |o| o.cancelled.is_none() && o.confirmed.is_none())
                {
                    self.world
                        .set(|o| o.orders.get_mut(&order).unwrap().cancelled = Some(now));
                    let news = OrderNews::Lapsed { order, at: now };
                    self.ask(|ra, _| ra.news(&news, now, &mut rng(3)));
                }
                false
            }
            Deed::Revoke(which, reason) => {
                let Some(held) = self.held(*which) else {
                    return false;
                };
                let request = Revoke {
                    issuer: held.issuer,
                    serial: held.serial.clone(),
                    reason: *reason,
                };
                let answer =
                    self.ask(|ra, key| ra.revoke_by_certificate(&request, key, now, &mut rng(4)));
                matches!(answer, Some(Revocation::Refused(_)))
            }
            Deed::RevokedAtTheCa(which) => {
                let Some(held) = self.held(*which).filter(|held| held.ended.is_none()) else {
                    return false;
                };
                let (order, reason) = (held.order, RevocationReason::Unspecified);
                let at = self.world.set(|o| {
                    let entry = o.orders.get_mut(&order).unwrap();
                    entry.revoked.get_or_insert((reason, now)).1
                });
                let news = OrderNews::Revoked { order, reason, at };
                self.ask(|ra, _| ra.news(&news, now, &mut rng(4)));
                false
            }
            Deed::ByCertificate(which) => {
                let Some(held) = self.held(*which) else {
                    return false;
                };
                let renew = OrderAction::Renew;
                let answer = self.ask(|ra, key| {
                    ra.order_by_certificate(held.issuer, &held.serial, renew, key, now, &mut rng(5))
                });
                if let Some(Ok(order)) = answer {
                    self.world.set(|o| {
                        let entry = CaOrder::new(Some(order.clone()));
                        o.orders.entry(order.id).or_insert(entry);
                    });
                    return false;
                }
                answer.is_some()
            }
            Deed::Register(which) => {
                let Some(id) = pick(&self.applications, *which).copied() else {
                    return false;
                };
                let what = ChallengeFor::Register(id);
                let challenge = self.world.ra().challenge(&what, now, &mut rng(9));
                let presented = self.other.presented(&challenge);
                let answer = self.ask(|ra, key| ra.register(id, &presented, key, now, &mut rng(9)));
                answer.is_some_and(|done| matches!(done.answer, Answer::Refused(_)))
            }
            Deed::Deregister => {
                let (user, sha256) = (UserId::new(USER), self.other.sha256());
                let answer =
                    self.ask(|ra, key| ra.deregister(&user, &sha256, key, now, &mut rng(9)));
                matches!(answer, Some(Err(_)))
            }
            Deed::Bill(which, kind) => {
                let Some(held) = self.held(*which) else {
                    return false;
                };
                let user = UserId::new(USER);
                let answer = self.ask(|ra, key| {
                    ra.bill(
                        &user,
                        held.issuer,
                        &held.serial,
                        *kind,
                        key,
                        now,
                        &mut rng(6),
                    )
                });
                match answer {
                    Some(Ok(bill)) => {
                        self.bills.insert(bill.reservation);
                        false
                    }
                    answer => answer.is_some(),
                }
            }
            Deed::Consent(consent, channel) => {
                let user = UserId::new(USER);
                let answer = self.ask(|ra, key| {
                    ra.set_consent(&user, *consent, *channel, key, now, &mut rng(7))
                });
                matches!(answer, Some(Err(_)))
            }
            Deed::Wait(span) => {
                self.now = self.now.saturating_add(*span);
                false
            }
            Deed::WaitForDay(days, offset) => {
                let edge = self.now.kst_day().plus_days(*days).start().unix_seconds();
                let edge = Instant::from_unix_seconds(edge + offset).unwrap();
                self.now = self.now.max(edge);
                false
            }
            Deed::Reconcile => {
                self.ask(|ra, _| ra.reconcile(now, &mut rng(8)));
                false
            }
            Deed::Trouble(call, fault) => {
                self.world.set(|o| {
                    if o.fault.is_none() {
                        o.fault = Some((o.calls + call, *fault));
                    }
                });
                false
            }
        }
    }

    /// The command that an application waits for.
    fn next(&mut self, which: usize, choice: usize) -> Option<Command> {
        let id = *pick(&self.applications, which)?;
        let application = self.world.ra().application(id).unwrap().unwrap();
        let issuer = CAS[choice % 2];
        Some(match application.next() {
            Step::Choose(step) => {
                let action = step.action();
                let selection = if action == OrderAction::Issue {
                    let limited = choice.is_multiple_of(3);
                    Selection::New {
                        product: if limited {
                            Product::PersonalLimited
                        } else {
                            Product::PersonalGeneral
                        },
                        issuer: Some(if limited { Issuer::Yessign } else { issuer }),
                    }
                } else {
                    let held = self.held(choice)?;
                    let leaked = action == OrderAction::Reissue && choice.is_multiple_of(2);
                    Selection::InPlaceOf {
                        issuer: held.issuer,
                        serial: held.serial.clone(),
                        because: if leaked {
                            ReplacedBecause::Leaked
                        } else {
                            ReplacedBecause::Superseded
                        },
                    }
                };
                let issuer = match &selection {
                    Selection::New { issuer, .. } => issuer.unwrap(),
                    Selection::InPlaceOf { issuer, .. } => *issuer,
                    _ => unreachable!(),
                };
                Command::Choose(Choice {
                    selection,
                    terms: self.world.terms.of_the_ca(issuer).cloned().collect(),
                    consent: None,
                })
            }
            Step::Identify(step) if application.state().channel == Channel::Branch => {
                step.identity_card(npki_ra::Identification::Passport)
            }
            Step::Identify(step) if step.extra().is_none() => {
                if step.call_until().is_none_or(|until| until <= self.now) {
                    step.call_phone(0)
                } else {
                    let at = self.now;
                    self.world.set(|o| o.phone = CallOutcome::Approved { at });
                    step.phone_approved()
                }
            }
            Step::Identify(step) if !step.has_account() => {
                let Command::VerifyAccount { account, password } = account(PASSWORD) else {
                    unreachable!()
                };
                step.account(account, password)
            }
            Step::Identify(step) => step.means(otp(OTP)),
            Step::ConfirmFee(step) => {
                let account = (!step.has_account()).then_some(0);
                step.confirm(account)
            }
            Step::Details(step) => step.give(details()),
            Step::PasswordAndMedium(step) => step.order(),
            Step::Revoke(step) => {
                let held = self.held(choice)?;
                step.revoke(Revoke {
                    issuer: held.issuer,
                    serial: held.serial.clone(),
                    reason: RevocationReason::KeyCompromise,
                })
            }
            _ => return None,
        })
    }

    fn tell(&mut self, which: usize, command: &Command) -> bool {
        let Some(id) = pick(&self.applications, which).copied() else {
            return false;
        };
        let now = self.now;
        let answer = self.ask(|ra, key| ra.handle(id, command, key, now, &mut rng(2)));
        matches!(answer, Some(Answer::Refused(_)))
    }

    fn order(&self, which: usize, fits: impl Fn(&CaOrder) -> bool) -> Option<OrderId> {
        let orders = self.world.set(|o| {
            let all = o.orders.iter().filter(|(_, order)| fits(order));
            all.map(|(id, _)| *id).collect::<Vec<_>>()
        });
        pick(&orders, which).copied()
    }

    fn held(&self, which: usize) -> Option<Issued> {
        pick(&self.issued, which).cloned()
    }

    fn redeem(&self, order: OrderId) {
        let fits = |o: &CaOrder| o.order.is_some() && o.cancelled.is_none();
        // An order that was not registered yet is none that the CA has.
        if self.world.set(|o| o.orders.get(&order).is_some_and(fits)) {
            self.ask(|ra, _| self.world.redeem(ra, &order, self.now));
        }
    }

    /// The CA's part, and the model's: the new one lives, the old one is superseded.
    fn confirm(&mut self, id: OrderId) {
        let now = self.now;
        let fits =
            |o: &CaOrder| o.certificate.is_some() && o.confirmed.is_none() && o.cancelled.is_none();
        if !self.world.set(|o| o.orders.get(&id).is_some_and(fits)) {
            return;
        }
        self.tell_of_leaks();
        let news = self.world.confirm(&id, now);
        let entry = self.world.set(|o| o.orders[&id].clone());
        let order = entry.order.unwrap();
        let facts = entry.certificate.unwrap();
        let old = order.replaces.as_ref().map(|old| {
            let mut all = self.issued.iter_mut();
            all.find(|c| c.issuer == order.issuer && c.serial == old.serial.as_bytes())
                .expect("what is replaced was issued")
        });
        let mut paid = order.product == Product::PersonalGeneral;
        if let Some(old) = old {
            match order.action {
                // R12: a reissue never extends, and costs nothing.
                OrderAction::Reissue => {
                    assert_eq!(facts.not_after, old.not_after);
                    paid = false;
                }
                // R11: a renewal adds a year to the old end.
                _ => assert_eq!(
                    facts.not_after,
                    old.not_after.kst_day().plus_one_year().last_second()
                ),
            }
            old.ended.get_or_insert(now);
        }
        self.issued.push(Issued {
            order: id,
            product: order.product,
            issuer: order.issuer,
            serial: facts.serial.as_bytes().to_vec(),
            not_after: facts.not_after,
            paid,
            ended: None,
        });
        self.ask(|ra, _| ra.news(&news, now, &mut rng(3)));
    }

    /// News of what the CA has revoked because it leaked come before those of the successor.
    fn tell_of_leaks(&mut self) {
        let revoked: Vec<_> = self.world.set(|o| {
            let all = o.orders.iter();
            all.filter_map(|(id, order)| Some((*id, order.revoked?)))
                .collect()
        });
        for (order, (reason, at)) in revoked {
            if let Some(held) = self.issued.iter_mut().find(|c| c.order == order) {
                held.ended.get_or_insert(at);
                let now = self.now;
                let news = OrderNews::Revoked { order, reason, at };
                self.ask(|ra, _| ra.news(&news, now, &mut rng(3)));
            }
        }
    }

    /// Money and messages outside, for comparison.
    fn outside(&self) -> (Vec<(ReservationId, &'static str)>, i64, usize, usize) {
        self.world.set(|o| {
            let money = o.money.iter().map(|(id, (stage, _))| (*id, *stage));
            (money.collect(), o.balance, o.sent.len(), o.orders.len())
        })
    }

    /// Nothing is recorded but the refusal, and what is counted before it is judged.
    fn only_the_refusal(&self, from: u64) {
        for recorded in self.world.store.records(from, 1_000).unwrap() {
            let record = recorded.record();
            let counted = record.kind.as_str() == "application.tried";
            let refusal = matches!(
                record.kind.as_str(),
                "application.refused" | "application.registration-refused" | "subscriber.refused"
            );
            assert!(counted || refusal, "{}", record.kind);
            let changes = record.changes.iter();
            let harmless = |change: &Change| counted && matches!(change, Change::Add { .. });
            assert!(changes.clone().all(harmless), "{changes:?}");
            assert!(record.sealed.is_empty() && record.shredded.is_empty());
        }
    }

    fn laws(&mut self, deed: &Deed) {
        self.tell_ended();
        // R18a: never two live ones.
        let mut live = BTreeMap::new();
        for held in &self.issued {
            if held.ended.is_none() && self.now <= held.not_after {
                *live.entry((held.product, held.issuer)).or_insert(0) += 1;
            }
        }
        assert!(live.values().all(|count| *count == 1), "{deed:?}: {live:?}");
        // R18b, R20: taken once for each paid period that was confirmed, and for nothing else.
        let (money, ..) = self.outside();
        let taken = money
            .iter()
            .filter(|(_, stage)| matches!(*stage, "captured" | "refunded"));
        let paid = self.issued.iter().filter(|held| held.paid).count();
        assert!(taken.count() <= paid, "{deed:?}: {money:?}");
        // R22: what goes back has no receipt.
        let refunded = money.iter().filter(|(_, stage)| *stage == "refunded");
        for (reservation, _) in refunded {
            assert!(!self.bills.contains(reservation), "{deed:?}");
        }
        let subscriber = self.subscriber();
        // R41: one certificate is registered once.
        let live = subscriber
            .others
            .iter()
            .filter(|other| other.deregistered_at.is_none());
        assert!(live.count() <= 1, "{deed:?}");
        for held in &subscriber.certificates {
            if let Some(paid) = held.paid_with {
                assert!(!(subscriber.is_billed(&paid) && subscriber.is_refunded(&paid)));
            }
        }
    }

    /// As the ledger has it: ports may fail.
    fn subscriber(&self) -> Subscriber {
        let idn = npki_core::Idn::parse(IDN).unwrap();
        let pseudonym = self.world.keys.pseudonyms.pseudonym(&idn);
        self.world.ra().subscriber(pseudonym).unwrap()
    }

    /// What the CA has revoked has ended.
    fn tell_ended(&mut self) {
        self.world.set(|o| {
            for held in &mut self.issued {
                if let Some((_, at)) = o.orders[&held.order].revoked {
                    held.ended.get_or_insert(at);
                }
            }
        });
    }

    /// Days pass, everything that is open is settled: nothing is left over.
    fn end(mut self) {
        self.world.set(|o| o.fault = None);
        let orders: Vec<_> = self.world.set(|o| {
            let open = o.orders.iter().filter(|(_, order)| {
                order.confirmed.is_none()
                    && order.certificate.is_some()
                    && order.cancelled.is_none()
            });
            open.map(|(id, _)| *id).collect()
        });
        for order in orders {
            let now = self.now;
            self.world
                .set(|o| o.orders.get_mut(&order).unwrap().cancelled = Some(now));
            let news = OrderNews::Lapsed { order, at: now };
            self.ask(|ra, _| ra.news(&news, now, &mut rng(3)));
        }
        // A leaked reissue may be taken up again until the old end: longer than two years is none.
        for _ in 0..3 {
            self.now = self.now.saturating_add(Duration::from_secs(800 * 86_400));
            let now = self.now;
            self.ask(|ra, _| ra.reconcile(now, &mut rng(8)));
        }
        self.laws(&Deed::Reconcile);
        assert_eq!(self.world.open_effects(), 0);
        assert_eq!(self.world.ra().open_applications().unwrap(), []);
        let (money, balance, ..) = self.outside();
        let count = |wanted| money.iter().filter(|(_, stage)| *stage == wanted).count();
        assert_eq!(count("reserved"), 0);
        let paid = self.issued.iter().filter(|held| held.paid).count();
        assert_eq!(count("captured") + count("refunded"), paid);
        let captured = i64::try_from(count("captured")).unwrap();
        assert_eq!(balance, 1_000_000 - 4_400 * captured);
        // The bank knows what the CA has confirmed, and nothing else.
        let subscriber = self.subscriber();
        let known: BTreeSet<_> = subscriber.certificates.iter().map(|c| c.order).collect();
        let issued: BTreeSet<_> = self.issued.iter().map(|c| c.order).collect();
        assert_eq!(known, issued);
        assert_eq!(audit(&self.world.store, None).unwrap(), []);
    }
}

fn pick<T>(all: &[T], which: usize) -> Option<&T> {
    // The newest first, so that small numbers go on with what was begun.
    let at = which.checked_rem(all.len())?;
    all.get(all.len() - 1 - at)
}

fn deeds() -> impl Strategy<Value = Deed> {
    let action = prop_oneof![
        4 => Just(OrderAction::Issue),
        2 => Just(OrderAction::Reissue),
        1 => Just(OrderAction::Renew),
    ];
    let errand = prop_oneof![
        3 => action.clone().prop_map(Errand::from),
        1 => Just(Errand::Revoke),
        1 => Just(Errand::Register),
    ];
    let channel = prop_oneof![4 => Just(Channel::Pc), 1 => Just(Channel::Branch)];
    let which = || 0..4usize;
    let stray = prop_oneof![
        Just(Stray::Abandon),
        Just(Stray::Back(StepName::Choose)),
        Just(Stray::Back(StepName::Identify)),
        Just(Stray::Back(StepName::Details)),
        Just(Stray::WrongCode),
        Just(Stray::WrongPassword),
        Just(Stray::WrongAmount),
        Just(Stray::Order),
        Just(Stray::Details),
    ];
    let reason = prop_oneof![
        Just(RevocationReason::Unspecified),
        Just(RevocationReason::KeyCompromise),
    ];
    let kind = prop_oneof![Just(BillKind::Receipt), Just(BillKind::TaxBill)];
    let consent = prop_oneof![3 => Just(Consent::Given), 1 => Just(Consent::Withheld)];
    let span = prop_oneof![1..60u64, 60..3_600u64];
    let days = prop_oneof![1..9i32, Just(335), Just(336), Just(366)];
    let fault = prop_oneof![Just(PortFault::Down), Just(PortFault::LostAfter)];
    prop_oneof![
        4 => (errand, channel.clone()).prop_map(|(e, c)| Deed::Begin(e, c)),
        12 => (action, channel.clone(), 0..6usize).prop_map(|(a, c, n)| Deed::Whole(a, c, n)),
        8 => (which(), 1..12usize).prop_map(|(w, n)| Deed::Walk(w, n)),
        4 => (which(), stray).prop_map(|(w, s)| Deed::Stray(w, s)),
        7 => which().prop_map(Deed::Redeem),
        7 => which().prop_map(Deed::Confirm),
        1 => which().prop_map(Deed::Lapse),
        2 => (which(), reason).prop_map(|(w, r)| Deed::Revoke(w, r)),
        1 => which().prop_map(Deed::RevokedAtTheCa),
        2 => which().prop_map(Deed::ByCertificate),
        2 => which().prop_map(Deed::Register),
        1 => Just(Deed::Deregister),
        3 => (which(), kind).prop_map(|(w, k)| Deed::Bill(w, k)),
        1 => (consent, channel).prop_map(|(c, w)| Deed::Consent(c, w)),
        4 => span.prop_map(|s| Deed::Wait(Duration::from_secs(s))),
        3 => (days, prop_oneof![1 => Just(-1i64), 1 => Just(0), 6 => Just(36_000)])
            .prop_map(|(d, o)| Deed::WaitForDay(d, o)),
        3 => Just(Deed::Reconcile),
        2 => (1..9u64, fault).prop_map(|(n, f)| Deed::Trouble(n, f)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(24),
        max_shrink_iters: 400,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn the_laws_hold_in_every_history(history in prop::collection::vec(deeds(), 20..70)) {
        let mut model = Model::new();
        for deed in &history {
            model.deed(deed);
        }
        let (issued, refused) = (model.issued.len(), model.refused);
        model.end();
        println!("{} deeds, {issued} issued, {refused} refused", history.len());
    }
}
