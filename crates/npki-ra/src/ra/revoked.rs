use der::asn1::OctetString;
use npki_core::{Channel, Holder, Instant, OrderId, ReplacedBecause, RevocationReason};
use npki_ledger::{Change, Conflict, Receipt};
use npki_policy::{Action, CertificateState, Request, evaluate};
use rand_core::CryptoRng;

use super::{Ra, batch::Batch, load::damaged, news::same};
use crate::{
    Certificate, Draft, RaError, ReservationId, State, Subscriber, Wish,
    effect::EffectKind,
    ids::sub_key,
    names::{self, application_of, expiry_key, owner_certificate, replacement, slot},
    ports::NoticeKind,
    subscriber::event::CertificateRevoked,
};

impl Ra<'_> {
    /// Takes the news of a revocation.
    pub(super) fn revoked(
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
        self.drop_reminder(batch, certificate.not_after, name);
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
    ) -> Option<ReservationId> {
        let request = Request {
            action: Action::Refund,
            now: at,
            channel: Channel::Branch,
            product: certificate.product,
            holder: Holder::Individual,
            facts: npki_policy::Facts {
                certificate: Some(certificate.held()),
                last_event: subscriber.last_event,
                ..npki_policy::Facts::default()
            },
        };
        let allowed = evaluate(self.policy, &request).allowed();
        // A fee with a receipt stays, even if the CA's news of a revocation in time comes after it
        // (R22).
        let paid = certificate.paid_with.filter(|_| allowed)?;
        (!subscriber.is_billed(&paid) && !subscriber.is_refunded(&paid)).then_some(paid)
    }
}

fn because(state: &State) -> Option<ReplacedBecause> {
    Some(state.chosen.as_ref()?.replaces.as_ref()?.because)
}
