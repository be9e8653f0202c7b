use der::Decode;
use npki_core::{Instant, PortError, Rule, Sentence};
use npki_ledger::{Change, IdempotencyKey, Key, LedgerExt, Receipt};
use npki_policy::Krw;
use rand_core::CryptoRng;

use super::{Ra, TRIES, batch::Batch, handle::again, load::damaged};
use crate::{
    ApplicationId, Draft, Effect, EffectId, Event, MoneyStage, RaError, Refusal, ReservationId,
    State, Why, Wish,
    application::event::{
        Captured, Dropped, EffectRefused, FeeDeclined, FeeReserved, Notified, Refunded, Registered,
        Released, TermsHandedOver,
    },
    effect::EffectKind,
    ids::{derive, sub_key},
    names::{APPLICATION, EFFECTS},
    ports::{Cancellation, Notice, NoticeKind, PhoneNumber},
    refusals,
};

/// How an open effect fared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fared {
    /// Its outcome is recorded.
    Settled,
    /// No answer: it stays open.
    Open,
}

/// What a port has answered, in events.
enum Outcome {
    Record(Vec<Draft>, Vec<Wish>),
    /// The CA does not take the order: the application ends.
    Decline(Why),
    /// The order is ended at the CA.
    Lapse(Instant),
    Open,
}

impl Ra<'_> {
    /// Tries the effects that a commit has opened; gives the refusal that one of them has met.
    pub(super) fn run_effects_of(
        &self,
        receipt: &Receipt,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Option<Refusal>, RaError> {
        let mut refused = None;
        let count = usize::try_from(receipt.events).unwrap_or(usize::MAX);
        for recorded in self.ledger.records(receipt.position, count)? {
            for change in &recorded.record().changes {
                let Change::Put { index, key, value } = change else {
                    continue;
                };
                if *index != EFFECTS {
                    continue;
                }
                self.run_effect(key, now, rng)?;
                let id = Effect::from_der(value.octets())?.id;
                if let Some(outcome) = self.ledger.receipt(&outcome_key(&id))? {
                    refused = refused.or(self.refusal_in(&outcome)?);
                }
            }
        }
        Ok(refused)
    }

    /// Tries one open effect: asks its port, records the outcome. What is closed already is passed
    /// over.
    pub(super) fn run_effect(
        &self,
        at: &Key,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Fared, RaError> {
        let Some(value) = self.ledger.index_value(&EFFECTS, at)? else {
            return Ok(Fared::Settled);
        };
        let effect = Effect::from_der(value.octets())?;
        let key = outcome_key(&effect.id);
        let request = derive("outcome", &[effect.id.octets()]);
        if effect.what == EffectKind::Revoke {
            return self.run_revocation(&effect, at, &key, request, now, rng);
        }
        let id = application_of(&effect)?;
        let outcome = match self.ask_effect(&effect, &self.state(id)?, now) {
            // What had to be known first is not known now; the others are not to wait for it.
            Err(RaError::Port(_) | RaError::NoCustomer | RaError::Shredded(_)) => Outcome::Open,
            outcome => outcome?,
        };
        for _ in 0..TRIES {
            let state = self.state(id)?;
            let committed = match &outcome {
                Outcome::Open => return Ok(Fared::Open),
                Outcome::Lapse(lapsed) => self.lapse(
                    &state,
                    *lapsed,
                    Some((at, &effect)),
                    &key,
                    request,
                    now,
                    rng,
                )?,
                Outcome::Decline(why) => {
                    self.decline(&state, why, (at, &effect), &key, request, now, rng)?
                }
                Outcome::Record(drafts, wishes) => self.settle(
                    &state,
                    drafts,
                    wishes,
                    (at, &effect),
                    &key,
                    request,
                    now,
                    rng,
                )?,
            };
            match committed {
                Ok(_) => return Ok(Fared::Settled),
                Err(conflict) => again(conflict)?,
            }
        }
        Err(RaError::Busy)
    }

    /// Asks the port of an effect, unless nobody wants it any more.
    fn ask_effect(&self, effect: &Effect, state: &State, now: Instant) -> Result<Outcome, RaError> {
        let dropped = || {
            let (effect, what) = (effect.id, effect.what);
            record(Dropped { effect, what })
        };
        let bank = self.ports.bank;
        let money = effect.reservation;
        let (answer, done) = match effect.what {
            EffectKind::Reserve => {
                let Some(money) = being_reserved(state, money) else {
                    return Ok(dropped());
                };
                let account = self.account(state, &money.account)?;
                let amount = Krw(money.amount);
                let reservation = money.reservation;
                match bank.reserve(&reservation, &account, amount, money.until) {
                    Err(PortError::Refused(sentence)) => {
                        return Ok(record(FeeDeclined {
                            reservation,
                            why: vec![
                                refusals::told(Rule::new(20), &sentence),
                                refusals::declined_reservation(),
                            ],
                        }));
                    }
                    answer => (answer, Event::from(FeeReserved { reservation })),
                }
            }
            EffectKind::Capture => {
                let reservation = money.ok_or(damaged("effect"))?;
                (bank.capture(&reservation), Captured { reservation }.into())
            }
            EffectKind::Release => {
                let reservation = money.ok_or(damaged("effect"))?;
                (bank.release(&reservation), Released { reservation }.into())
            }
            EffectKind::Refund => {
                let reservation = money.ok_or(damaged("effect"))?;
                if stage_of(state, reservation) == Some(MoneyStage::Reserved) {
                    // The capture is still open; the refund follows it.
                    return Ok(Outcome::Open);
                }
                (bank.refund(&reservation), Refunded { reservation }.into())
            }
            EffectKind::Register => return self.register_order(state, now, dropped),
            EffectKind::Cancel => return self.cancel(state, effect, now, dropped),
            EffectKind::Notify | EffectKind::NotifyRegistered => {
                let notice = effect.notice.ok_or(damaged("effect"))?;
                let (Some(phone), Some((product, issuer))) =
                    (self.phone_for(state, effect.what)?, state.subject())
                else {
                    return Ok(dropped());
                };
                let text = Notice {
                    kind: notice,
                    product,
                    issuer,
                };
                let effect = effect.id;
                (
                    self.ports.messages.notify(&effect, &phone, &text),
                    Notified { effect, notice }.into(),
                )
            }
            EffectKind::HandOver => {
                let (Some(phone), Some(_)) = (self.phone_for(state, effect.what)?, &state.chosen)
                else {
                    // Gone back: the next choice has its own copy.
                    return Ok(dropped());
                };
                let (effect, terms) = (effect.id, state.terms.clone());
                (
                    self.ports.messages.hand_over(&effect, &phone, &terms),
                    TermsHandedOver { effect, terms }.into(),
                )
            }
            EffectKind::Revoke => return Err(damaged("effect")),
        };
        Ok(match answer {
            Ok(()) => {
                let refunded = effect.what == EffectKind::Refund;
                let told = Wish::tell(EffectKind::NotifyRegistered, NoticeKind::Refunded);
                let wishes = refunded.then_some(told).into_iter().collect();
                Outcome::Record(vec![Draft::new(done)], wishes)
            }
            Err(PortError::Refused(sentence)) => record(EffectRefused {
                effect: effect.id,
                what: effect.what,
                why: vec![refusals::told(rule_of(effect.what), &sentence)],
            }),
            Err(_) => Outcome::Open,
        })
    }

    fn register_order(
        &self,
        state: &State,
        now: Instant,
        dropped: impl Fn() -> Outcome,
    ) -> Result<Outcome, RaError> {
        let Some(ordered) = state.open_order().filter(|ordered| now < ordered.ends) else {
            return Ok(dropped());
        };
        let order = self.order_record(state)?;
        Ok(match self.ports.ca.register(&order, now) {
            Ok(registration) => record(Registered {
                order: ordered.order,
                reference: registration.reference.as_str().to_owned(),
            }),
            Err(PortError::Refused(sentence)) => {
                Outcome::Decline(refusals::told(rule_of(EffectKind::Register), &sentence))
            }
            Err(_) => Outcome::Open,
        })
    }

    fn cancel(
        &self,
        state: &State,
        effect: &Effect,
        now: Instant,
        dropped: impl Fn() -> Outcome,
    ) -> Result<Outcome, RaError> {
        let (Some(ordered), Some(chosen)) = (state.open_order(), &state.chosen) else {
            return Ok(dropped());
        };
        Ok(
            match self.ports.ca.cancel(chosen.issuer, &ordered.order, now) {
                Ok(Cancellation::Cancelled { at }) => Outcome::Lapse(at),
                Ok(Cancellation::Confirmed) => dropped(),
                Err(PortError::Refused(sentence)) => record(EffectRefused {
                    effect: effect.id,
                    what: effect.what,
                    why: vec![refusals::told(rule_of(effect.what), &sentence)],
                }),
                Err(_) => Outcome::Open,
            },
        )
    }

    /// Which telephone is told: that of step 5 where there is one, or a registered one.
    fn phone_for(&self, state: &State, what: EffectKind) -> Result<Option<PhoneNumber>, RaError> {
        if what == EffectKind::Notify
            && let Some(details) = self.details(state)?
        {
            return Ok(Some(details.notify()));
        }
        let customer = self.customer(state)?;
        Ok(customer.phones.into_iter().next().map(|phone| phone.number))
    }

    #[expect(clippy::too_many_arguments, reason = "what an outcome consists of")]
    fn settle(
        &self,
        state: &State,
        drafts: &[Draft],
        wishes: &[Wish],
        (at, effect): (&Key, &Effect),
        key: &IdempotencyKey,
        request: [u8; 32],
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Result<Receipt, npki_ledger::Conflict>, RaError> {
        let mut batch = Batch::new(self, now).application(state.id, Some(state));
        // Meanwhile the application may have ended, or gone back: then nobody wants it any more,
        // and what was done outside is undone by the effect that this has opened.
        let moot = match effect.what {
            EffectKind::Reserve => being_reserved(state, effect.reservation).is_none(),
            EffectKind::Register => state.open_order().is_none(),
            _ => false,
        };
        if moot {
            let (effect, what) = (effect.id, effect.what);
            batch.push(Draft::new(Dropped { effect, what }), rng)?;
        } else {
            for draft in drafts {
                let draft = Draft {
                    event: draft.event.clone(),
                    seal: Vec::new(),
                    changes: draft.changes.clone(),
                };
                batch.push(draft, rng)?;
            }
            for wish in wishes {
                batch.wish(wish)?;
            }
        }
        batch.change(close(at));
        batch.commit(key, request)
    }
}

/// Names the commit that records an effect's outcome.
fn outcome_key(id: &EffectId) -> IdempotencyKey {
    sub_key("outcome", id.octets())
}

/// Removes an effect from the open ones.
pub(super) fn close(at: &Key) -> Change {
    Change::Remove {
        index: EFFECTS,
        key: at.clone(),
    }
}

fn record(event: impl Into<Event>) -> Outcome {
    Outcome::Record(vec![Draft::new(event)], Vec::new())
}

fn application_of(effect: &Effect) -> Result<ApplicationId, RaError> {
    if *effect.stream.kind() != APPLICATION {
        return Err(damaged("effect"));
    }
    effect.stream.name().parse().map_err(|_| damaged("effect"))
}

fn being_reserved(
    state: &State,
    reservation: Option<ReservationId>,
) -> Option<&crate::application::event::FeeConfirmed> {
    let money = state.money.as_ref().filter(|_| state.end.is_none())?;
    let ours = Some(money.confirmed.reservation) == reservation;
    (ours && money.stage == MoneyStage::Reserving).then_some(&money.confirmed)
}

fn stage_of(state: &State, reservation: ReservationId) -> Option<MoneyStage> {
    let money = state.money.as_ref()?;
    (money.confirmed.reservation == reservation).then_some(money.stage)
}

/// The rule that an effect serves.
const fn rule_of(what: EffectKind) -> Rule {
    match what {
        EffectKind::Reserve | EffectKind::Capture | EffectKind::Release => Rule::new(20),
        EffectKind::Refund => Rule::new(21),
        EffectKind::Register | EffectKind::Cancel => Rule::with_letter(18, 'b'),
        EffectKind::Revoke => Rule::new(13),
        EffectKind::HandOver => Rule::new(35),
        EffectKind::Notify | EffectKind::NotifyRegistered => Rule::new(70),
    }
}

/// What a port has said, in words.
pub(super) fn said(what: EffectKind, sentence: &Sentence) -> Why {
    refusals::told(rule_of(what), sentence)
}
