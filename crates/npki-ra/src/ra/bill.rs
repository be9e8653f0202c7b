use npki_core::{Channel, Holder, Instant, Issuer};
use npki_ledger::IdempotencyKey;
use npki_policy::{Action, Request, evaluate};
use rand_core::CryptoRng;

use super::{Ra, TRIES, batch::Batch, handle::again, load::damaged};
use crate::{
    Bill, BillKind, Certificate, Draft, MoneyStage, RaError, Refusal, Subscriber, Why,
    application::digest,
    ports::UserId,
    refusals,
    subscriber::event::{BillIssued, SubscriberRefused},
};

impl Ra<'_> {
    /// Makes out a receipt or a tax bill for the fee of a certificate's period (영수증, 세금계산서):
    /// from the eighth day on, and never for a fee that goes back (R22, R23). Asked for again, it is
    /// the same one.
    ///
    /// # Errors
    /// [`RaError`].
    ///
    /// # Security
    /// Whoever calls has made sure that it is the customer who asks.
    #[expect(clippy::too_many_arguments, reason = "what a request consists of")]
    pub fn bill(
        &self,
        user: &UserId,
        issuer: Issuer,
        serial: &[u8],
        kind: BillKind,
        key: &IdempotencyKey,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Result<Bill, Refusal>, RaError> {
        let request = self.keys.requests.digest(&[
            BILL.as_bytes(),
            user.expose_text().as_bytes(),
            issuer.name().as_bytes(),
            serial,
            kind.name().as_bytes(),
        ]);
        let customer = self.customer_of(user)?;
        let pseudonym = self.keys.pseudonyms.pseudonym(&customer.idn);
        for _ in 0..TRIES {
            if let Some(receipt) = self.recorded(key, &request)?
                && let Some(refusal) = self.refusal_in(&receipt)?
            {
                return Ok(Err(refusal));
            }
            let subscriber = self.subscriber(pseudonym)?;
            let certificate = subscriber.certificate(issuer, serial);
            let paid = certificate.and_then(|c| c.paid_with);
            let made = paid.and_then(|paid| subscriber.bill(&paid, kind));
            if let Some(made) = made {
                return Ok(Ok(made.clone()));
            }
            let mut batch = Batch::new(self, now).subscriber(&subscriber);
            let draft = match self.make_out(&subscriber, certificate, kind, now)? {
                Ok(issued) => Draft::of_subscriber(issued),
                Err(why) => Draft::of_subscriber(SubscriberRefused {
                    command: BILL.to_owned(),
                    why,
                    policy: digest(self.policy),
                }),
            };
            batch.push(draft, rng)?;
            if let Err(conflict) = batch.commit(key, request)? {
                again(conflict)?;
            }
        }
        Err(RaError::Busy)
    }

    fn make_out(
        &self,
        subscriber: &Subscriber,
        certificate: Option<&Certificate>,
        kind: BillKind,
        now: Instant,
    ) -> Result<Result<BillIssued, Vec<Why>>, RaError> {
        let Some(certificate) = certificate else {
            return Ok(Err(vec![refusals::not_the_customers()]));
        };
        let refunded = certificate
            .paid_with
            .is_some_and(|paid| subscriber.is_refunded(&paid));
        let question = Request {
            action: Action::Receipt,
            now,
            channel: Channel::Pc,
            product: certificate.product,
            // The rules of money do not look at the holder.
            holder: Holder::Individual,
            facts: npki_policy::Facts {
                certificate: Some(certificate.held()),
                last_event: subscriber.last_event,
                refunded: Some(refunded),
                ..npki_policy::Facts::default()
            },
        };
        let decision = evaluate(self.policy, &question);
        if !decision.allowed() {
            return Ok(Err(Why::of(decision.refusals())));
        }
        let (Some(reservation), Some(payer), Some(paid_at)) = (
            certificate.paid_with,
            certificate.paid_by,
            certificate.paid_at,
        ) else {
            return Err(damaged("payment"));
        };
        let money = self.state(payer)?.money.ok_or(damaged("payment"))?;
        if money.stage != MoneyStage::Captured {
            return Ok(Err(vec![refusals::not_taken_yet()]));
        }
        Ok(Ok(BillIssued {
            kind,
            reservation,
            issuer: certificate.name.issuer,
            serial: certificate.name.serial.clone(),
            product: certificate.product,
            amount: money.confirmed.amount,
            paid_at,
            at: now,
        }))
    }
}

const BILL: &str = "bill";
