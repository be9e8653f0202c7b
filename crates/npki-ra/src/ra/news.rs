use core::time::Duration;

use der::asn1::OctetString;
use npki_core::{
    CertificateFacts, Instant, OrderAction, OrderId, OrderNews, ReplacedBecause, RevocationReason,
};
use npki_ledger::{Change, Conflict, IdempotencyKey, Key, Receipt, Value};
use npki_policy::{Action, CertificateState, Request, evaluate};
use rand_core::CryptoRng;

use super::{Ra, TRIES, batch::Batch, handle::again, load::damaged, run::close};
use crate::{
    Certificate, CertificateRef, Draft, Effect, End, MoneyStage, RaError, State, Subscriber, Why,
    Wish,
    application::{
        certificate_ref,
        event::{Confirmed, Dropped, Lapsed, OrderDeclined},
    },
    effect::EffectKind,
    ids::{derive, sub_key},
    names::{
        self, application_of, expiry_key, owner_application, owner_certificate, replacement,
        serial_key, slot,
    },
    ports::NoticeKind,
    subscriber::event::{CertificateConfirmed, CertificateRevoked},
};

impl Ra<'_> {
    /// Takes what the CA tells of an order, once: told again, nothing happens.
    ///
    /// # Errors
    /// [`RaError::NewsOutOfOrder`]: tell it again later; [`RaError`].
    pub fn news(
        &self,
        news: &OrderNews,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), RaError> {
        for _ in 0..TRIES {
            let committed = match news {
                OrderNews::Confirmed {
                    order,
                    certificate,
                    at,
                } => self.confirmed(order, certificate, *at, now, rng)?,
                OrderNews::Lapsed { order, at } => self.lapsed(order, *at, now, rng)?,
                OrderNews::Revoked { order, reason, at } => {
                    self.revoked(order, *reason, *at, now, rng)?
                }
                _ => return Err(damaged("news of a newer CA")),
            };
            match committed {
                None => return Ok(()),
                Some(Ok(receipt)) => {
                    self.run_effects_of(&receipt, now, rng)?;
                    return Ok(());
                }
                Some(Err(conflict)) => again(conflict)?,
            }
        }
        Err(RaError::Busy)
    }

    fn confirmed(
        &self,
        order: &OrderId,
        certificate: &CertificateFacts,
        at: Instant,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Option<Result<Receipt, Conflict>>, RaError> {
        let state = self.of_order(order)?.ok_or(damaged("news of an order"))?;
        if matches!(state.end, Some(End::Issued { .. })) {
            return Ok(None);
        }
        let placed = state.open_order().filter(|placed| placed.order == *order);
        let (Some(placed), Some(chosen)) = (placed, &state.chosen) else {
            return Err(damaged("a confirmation of an order that has ended"));
        };
        let subscriber = self.subscriber(state.pseudonym)?;
        let new = CertificateRef {
            issuer: chosen.issuer,
            serial: certificate.serial.clone(),
        };
        let mut batch = Batch::new(self, now)
            .application(state.id, Some(&state))
            .subscriber(&subscriber);
        let confirmed = Confirmed {
            order: *order,
            serial: certificate.serial.clone(),
            at,
        };
        batch.push(Draft::new(confirmed), rng)?;
        batch.shred(placed.record);
        for account in state.accounts() {
            batch.shred(account);
        }
        if let Some(reservation) = state.open_reservation() {
            batch.wish(&Wish::money(EffectKind::Capture, reservation))?;
        }
        let notice = match state.action {
            OrderAction::Reissue => NoticeKind::Reissued,
            OrderAction::Renew => NoticeKind::Renewed,
            _ => NoticeKind::Issued,
        };
        batch.wish(&Wish::tell(EffectKind::Notify, notice))?;
        batch.wish(&Wish::tell(EffectKind::NotifyRegistered, notice))?;
        let replaces = chosen.replaces.as_ref();
        let event = CertificateConfirmed {
            order: *order,
            application: state.id,
            action: state.action,
            product: chosen.product,
            issuer: chosen.issuer,
            serial: certificate.serial.clone(),
            not_before: certificate.not_before,
            not_after: certificate.not_after,
            sha256: certificate.sha256.clone(),
            at,
            replaces: replaces.map(|old| old.serial.clone()),
            because: replaces.map(|old| old.because),
            paid_with: paid_with(&state),
        };
        batch.push(Draft::of_subscriber(event), rng)?;
        self.hand_over(&mut batch, &state, &new, certificate.not_after)?;
        Ok(Some(batch.commit(
            &sub_key("confirmed", order.octets()),
            same("confirmed", order),
        )?))
    }

    /// The slot goes to the new certificate (R18a), the indexes name it.
    fn hand_over(
        &self,
        batch: &mut Batch<'_>,
        state: &State,
        new: &CertificateRef,
        not_after: Instant,
    ) -> Result<(), RaError> {
        let chosen = state.chosen.as_ref().ok_or(damaged("choice"))?;
        let claim = slot(&state.pseudonym, chosen.product, chosen.issuer);
        let owner = owner_certificate(new);
        batch.change(Change::Pass {
            claim: claim.clone(),
            from: owner_application(&state.id),
            to: owner.clone(),
        });
        batch.change(Change::Take {
            claim,
            owner,
            end: Some(not_after.saturating_add(Duration::from_secs(1))),
        });
        if let Some(old) = &chosen.replaces {
            let name = certificate_ref(chosen.issuer, old.serial.as_bytes())?;
            batch.change(Change::Release {
                claim: replacement(&name),
                owner: owner_application(&state.id),
            });
            batch.change(Change::Remove {
                index: names::EXPIRIES,
                key: expiry_key(old.not_after, &name),
            });
        }
        let pseudonym =
            || Value::new(*state.pseudonym.octets()).map_err(|_| damaged("index value"));
        batch.change(Change::Put {
            index: names::SERIALS,
            key: serial_key(new),
            value: pseudonym()?,
        });
        batch.change(Change::Put {
            index: names::EXPIRIES,
            key: expiry_key(not_after, new),
            value: pseudonym()?,
        });
        Ok(())
    }

    fn lapsed(
        &self,
        order: &OrderId,
        at: Instant,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Option<Result<Receipt, Conflict>>, RaError> {
        let state = self.of_order(order)?.ok_or(damaged("news of an order"))?;
        let open = state
            .open_order()
            .is_some_and(|placed| placed.order == *order);
        if !open {
            return Ok(None);
        }
        let key = sub_key("lapsed", order.octets());
        let committed = self.lapse(&state, at, None, &key, same("lapsed", order), now, rng)?;
        Ok(Some(committed))
    }

    /// Records that nothing comes of the order; closes the effect that found it out, if one did.
    #[expect(clippy::too_many_arguments, reason = "what an outcome consists of")]
    pub(super) fn lapse(
        &self,
        state: &State,
        at: Instant,
        effect: Option<(&Key, &Effect)>,
        key: &IdempotencyKey,
        request: [u8; 32],
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Result<Receipt, Conflict>, RaError> {
        let subscriber = self.subscriber(state.pseudonym)?;
        let mut batch = Batch::new(self, now)
            .application(state.id, Some(state))
            .subscriber(&subscriber);
        match (state.open_order(), effect) {
            (Some(placed), _) => {
                let (order, record) = (placed.order, placed.record);
                batch.push(Draft::new(Lapsed { order, at }), rng)?;
                batch.shred(record);
                self.let_go(&mut batch, state, &subscriber)?;
                batch.wish(&Wish::tell(EffectKind::Notify, NoticeKind::Lapsed))?;
            }
            (None, Some((_, effect))) => {
                let (effect, what) = (effect.id, effect.what);
                batch.push(Draft::new(Dropped { effect, what }), rng)?;
            }
            (None, None) => return Err(damaged("order")),
        }
        if let Some((at, _)) = effect {
            batch.change(close(at));
        }
        batch.commit(key, request)
    }

    /// Records that the CA does not take the order.
    #[expect(clippy::too_many_arguments, reason = "what an outcome consists of")]
    pub(super) fn decline(
        &self,
        state: &State,
        why: &Why,
        (at, effect): (&Key, &Effect),
        key: &IdempotencyKey,
        request: [u8; 32],
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Result<Receipt, Conflict>, RaError> {
        let subscriber = self.subscriber(state.pseudonym)?;
        let mut batch = Batch::new(self, now)
            .application(state.id, Some(state))
            .subscriber(&subscriber);
        match state.open_order() {
            Some(placed) => {
                let declined = OrderDeclined {
                    order: placed.order,
                    why: vec![why.clone()],
                };
                let record = placed.record;
                batch.push(Draft::new(declined), rng)?;
                batch.shred(record);
                self.let_go(&mut batch, state, &subscriber)?;
            }
            None => {
                let (effect, what) = (effect.id, effect.what);
                batch.push(Draft::new(Dropped { effect, what }), rng)?;
            }
        }
        batch.change(close(at));
        batch.commit(key, request)
    }

    /// Gives back what an order held: the fee, and the claims. One that replaces a leaked
    /// certificate keeps its place, because it can be taken up again (R12).
    fn let_go(
        &self,
        batch: &mut Batch<'_>,
        state: &State,
        subscriber: &Subscriber,
    ) -> Result<(), RaError> {
        if batch.after().is_none_or(|after| after.end.is_none()) {
            return Ok(());
        }
        for account in state.accounts() {
            batch.shred(account);
        }
        if let Some(reservation) = state.open_reservation() {
            batch.wish(&Wish::money(EffectKind::Release, reservation))?;
        }
        self.free_claims(batch, state, subscriber)
    }

    /// Releases the claims that an application holds.
    pub(super) fn free_claims(
        &self,
        batch: &mut Batch<'_>,
        state: &State,
        subscriber: &Subscriber,
    ) -> Result<(), RaError> {
        let Some(chosen) = &state.chosen else {
            return Ok(());
        };
        let owner = owner_application(&state.id);
        let is_ours = |claim: &Key| -> Result<bool, RaError> {
            let held = self.ledger.claim(claim)?;
            Ok(held.is_some_and(|held| held.owner == owner))
        };
        let claim = slot(&state.pseudonym, chosen.product, chosen.issuer);
        let place_is_ours = is_ours(&claim)?;
        let mut back_to = None;
        if let Some(old) = &chosen.replaces {
            let name = certificate_ref(chosen.issuer, old.serial.as_bytes())?;
            let replacing = replacement(&name);
            if is_ours(&replacing)? {
                batch.change(Change::Release {
                    claim: replacing,
                    owner: owner.clone(),
                });
            }
            let certificate = subscriber.certificate(name.issuer, name.serial.as_bytes());
            back_to = certificate.filter(|old| old.state == CertificateState::Issued);
        }
        if place_is_ours {
            batch.change(Change::Release {
                claim: claim.clone(),
                owner,
            });
            if let Some(old) = back_to {
                // The old certificate stays as it was, its place too (R18b).
                batch.change(Change::Take {
                    claim,
                    owner: owner_certificate(&old.name),
                    end: Some(old.not_after.saturating_add(Duration::from_secs(1))),
                });
            }
        }
        Ok(())
    }

    fn revoked(
        &self,
        order: &OrderId,
        reason: RevocationReason,
        at: Instant,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Option<Result<Receipt, Conflict>>, RaError> {
        // A superseded one ends with the confirmation of the one that takes its place.
        let state = self.of_order(order)?.ok_or(damaged("news of an order"))?;
        let subscriber = self.subscriber(state.pseudonym)?;
        let Some(certificate) = subscriber.of_order(order) else {
            // One that was never confirmed is none of the bank's; one that may be yet, is.
            return if state.open_order().is_some_and(|open| open.order == *order) {
                Err(RaError::NewsOutOfOrder)
            } else {
                Ok(None)
            };
        };
        if certificate.state != CertificateState::Issued || reason == RevocationReason::Superseded {
            return Ok(None);
        }
        let mut batch = Batch::new(self, now).subscriber(&subscriber);
        self.revoke_here(&mut batch, &subscriber, certificate, reason, at, rng)?;
        let key = sub_key("revoked", order.octets());
        Ok(Some(batch.commit(&key, same("revoked", order))?))
    }

    /// Records a revocation with what follows from it: the fee back when in time (R21), the slot
    /// free or with the reissue that a leak has led to (R12), the subscriber told.
    pub(super) fn revoke_here(
        &self,
        batch: &mut Batch<'_>,
        subscriber: &Subscriber,
        certificate: &Certificate,
        reason: RevocationReason,
        at: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), RaError> {
        let name = &certificate.name;
        let replacing = match self.ledger.claim(&replacement(name))? {
            Some(held) => match application_of(&held.owner) {
                Some(id) => self.find(id)?.filter(|state| state.end.is_none()),
                None => None,
            },
            None => None,
        };
        let leaked_for = replacing
            .filter(|state| because(state) == Some(ReplacedBecause::Leaked))
            .filter(|_| reason == RevocationReason::KeyCompromise)
            .map(|state| state.id);
        let refunds = match leaked_for {
            // A revocation that belongs to a reissue never refunds (R21).
            Some(_) => None,
            None => self.refundable(subscriber, certificate, at),
        };
        let event = CertificateRevoked {
            issuer: name.issuer,
            serial: OctetString::new(name.serial.as_bytes())?,
            reason,
            at,
            leaked_for,
            refunds,
        };
        batch.push(Draft::of_subscriber(event), rng)?;
        let claim = slot(&subscriber.pseudonym, certificate.product, name.issuer);
        let owner = owner_certificate(name);
        if let Some(held) = self.ledger.claim(&claim)? {
            batch.change(if held.owner == owner {
                Change::Release { claim, owner }
            } else {
                // An order has the place; taking it again says that it still does when this is
                // recorded, so that the order's end cannot give it back to a revoked certificate.
                Change::Take {
                    claim,
                    owner: held.owner,
                    end: held.end,
                }
            });
        }
        batch.change(Change::Remove {
            index: names::EXPIRIES,
            key: expiry_key(certificate.not_after, name),
        });
        if let (Some(reservation), Some(payer)) = (refunds, certificate.paid_by) {
            batch.wish_of(payer, &Wish::money(EffectKind::Refund, reservation))?;
        }
        let told = Wish::tell(EffectKind::NotifyRegistered, NoticeKind::Revoked);
        batch.wish_of(certificate.application, &told)
    }

    /// The reservation that goes back when this certificate is revoked at `at` (R21).
    fn refundable(
        &self,
        subscriber: &Subscriber,
        certificate: &Certificate,
        at: Instant,
    ) -> Option<crate::ReservationId> {
        let request = Request {
            action: Action::Refund,
            now: at,
            channel: npki_core::Channel::Branch,
            product: certificate.product,
            holder: npki_core::Holder::Individual,
            facts: npki_policy::Facts {
                certificate: Some(certificate.held()),
                last_event: subscriber.last_event,
                ..npki_policy::Facts::default()
            },
        };
        let allowed = evaluate(self.policy, &request).allowed();
        certificate.paid_with.filter(|_| allowed)
    }
}

fn paid_with(state: &State) -> Option<crate::ReservationId> {
    let money = state.money.as_ref()?;
    matches!(money.stage, MoneyStage::Reserved | MoneyStage::Captured)
        .then_some(money.confirmed.reservation)
}

fn because(state: &State) -> Option<ReplacedBecause> {
    Some(state.chosen.as_ref()?.replaces.as_ref()?.because)
}

/// The digest of news: the same for whoever tells it.
fn same(label: &str, order: &OrderId) -> [u8; 32] {
    derive(label, &[order.octets()])
}
