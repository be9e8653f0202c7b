use npki_core::{CertificateFacts, Instant, OrderAction, OrderId, OrderNews, ReplacedBecause};
use npki_ledger::{Conflict, IdempotencyKey, Key, Receipt};
use npki_policy::CertificateState;
use rand_core::CryptoRng;

use super::{Ra, TRIES, batch::Batch, handle::again, load::damaged, run::close};
use crate::{
    CertificateRef, Draft, Effect, End, MoneyStage, RaError, ReservationId, State, Why, Wish,
    application::event::{Confirmed, Dropped, Lapsed, OrderDeclined},
    effect::EffectKind,
    ids::{derive, sub_key},
    ports::NoticeKind,
    subscriber::event::CertificateConfirmed,
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
        // A leaked certificate is revoked before its successor is confirmed, and that news comes
        // first (R12).
        if chosen.replaces.as_ref().is_some_and(|old| {
            old.because == ReplacedBecause::Leaked
                && subscriber
                    .certificate(chosen.issuer, old.serial.as_bytes())
                    .is_some_and(|old| old.state == CertificateState::Issued)
        }) {
            return Err(RaError::NewsOutOfOrder);
        }
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
        let action = state.errand.order_action().ok_or(damaged("errand"))?;
        let notice = match action {
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
            action,
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
}

fn paid_with(state: &State) -> Option<ReservationId> {
    let money = state.money.as_ref()?;
    matches!(money.stage, MoneyStage::Reserved | MoneyStage::Captured)
        .then_some(money.confirmed.reservation)
}

/// The digest of news: the same for whoever tells it.
pub(super) fn same(label: &str, order: &OrderId) -> [u8; 32] {
    derive(label, &[order.octets()])
}
