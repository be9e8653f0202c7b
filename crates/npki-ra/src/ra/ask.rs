use npki_core::{Channel, Instant, Issuer, Order, OrderAction, OrderId, ReplacedBecause};
use npki_ledger::{Change, Conflict, IdempotencyKey};
use npki_policy::evaluate;
use rand_core::CryptoRng;

use super::{
    Ra, TRIES,
    batch::Batch,
    handle::{again, nothing},
    load::{damaged, fresh},
    order::why_claimed,
};
use crate::{
    ApplicationId, Certificate, CertificateRef, Decision, Draft, Errand, Facts, Fresh, RaError,
    Refusal, Session, State, Subscriber, Why,
    application::{
        Subject, approval, certificate_ref, digest,
        event::{Chosen, Replaces, Started},
        rules,
    },
    ids::{derive, sub_key},
    names::{self, applicant_key, application_of, replacement, subscriber_stream},
    ports::{Customer, UserId},
    refusals,
    subscriber::event::SubscriberRefused,
};

impl Ra<'_> {
    /// Whether an order still stands, asked by the CA when it is redeemed: issuing hours (R16),
    /// consent (R17), and every other rule once more with the facts of this instant.
    ///
    /// # Errors
    /// [`RaError`].
    pub fn check_order(
        &self,
        order: &OrderId,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Result<(), Refusal>, RaError> {
        let Some(state) = self.of_order(order)? else {
            return Ok(Err(self.unrecorded(REDEEM, refusals::no_order(), now)));
        };
        let open = state.open_order().filter(|placed| placed.order == *order);
        let why = if open.is_none_or(|placed| now >= placed.ends) || state.is_cancelling() {
            vec![refusals::no_order()]
        } else {
            let customer = self.customer(&state)?;
            let subscriber = self.subscriber(state.pseudonym)?;
            let facts = Facts {
                otp_failures: self.otp_failures(&customer)?,
                ..self.facts(&customer, &subscriber, rng)?
            };
            Why::of(approval(&state, &facts, now, self.policy).refusals())
        };
        if why.is_empty() {
            return Ok(Ok(()));
        }
        let at = now.unix_seconds().to_be_bytes();
        let key = sub_key("check", &[&order.octets()[..], &at].concat());
        let request = derive("check", &[order.octets(), &at]);
        for _ in 0..TRIES {
            let state = self.state(state.id)?;
            let decision = Decision {
                why: why.clone(),
                ..Decision::default()
            };
            match self.record(&state, REDEEM, decision, &key, request, now, rng)? {
                Ok(receipt) => {
                    let refusal = self.refusal_in(&receipt)?;
                    return Ok(Err(refusal.ok_or(damaged("refusal"))?));
                }
                Err(conflict) => again(conflict)?,
            }
        }
        Err(RaError::Busy)
    }

    /// The order behind a request that an existing certificate has signed (`kur`): a renewal needs
    /// that certificate and nothing else (R11).
    ///
    /// An order that was placed at the bank for this certificate is given; else, for a renewal that
    /// costs nothing, one is written now. `key` names the CA's request: asked again with it, the
    /// bank gives the same order.
    ///
    /// # Errors
    /// [`RaError`].
    ///
    /// # Security
    /// The CA has checked the certificate's signature over the request.
    pub fn order_by_certificate(
        &self,
        issuer: Issuer,
        serial: &[u8],
        action: OrderAction,
        key: &IdempotencyKey,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Result<Order, Refusal>, RaError> {
        let name = certificate_ref(issuer, serial)?;
        let Some((subscriber, _)) = self.owner(&name)? else {
            let why = refusals::unknown_certificate();
            return Ok(Err(self.unrecorded(BY_CERTIFICATE, why, now)));
        };
        let request = derive(
            BY_CERTIFICATE,
            &[issuer.name().as_bytes(), serial, action.name().as_bytes()],
        );
        if let Some(receipt) = self.recorded(key, &request)? {
            return match self.refusal_in(&receipt)? {
                Some(refusal) => Ok(Err(refusal)),
                None => self.open_order_of(ApplicationId::begun_by(key), now),
            };
        }
        if let Some(held) = self.ledger.claim(&replacement(&name))?
            && let Some(id) = application_of(&held.owner)
            && let Some(state) = self.find(id)?
            && state.errand == Errand::Order(action)
            && state.open_order().is_some()
        {
            return self.open_order_of(id, now);
        }
        for _ in 0..TRIES {
            let subscriber = self.subscriber(subscriber.pseudonym)?;
            let certificate = subscriber.certificate(issuer, serial).cloned();
            let certificate = certificate.ok_or(damaged("certificate"))?;
            let made = self.renew_now(&subscriber, &certificate, action, key, request, now, rng)?;
            let why = match made {
                Ok(Ok(())) => return self.open_order_of(ApplicationId::begun_by(key), now),
                Ok(Err(conflict)) => match why_claimed(&conflict) {
                    Some(why) => vec![why],
                    None => {
                        again(conflict)?;
                        continue;
                    }
                },
                Err(why) => why,
            };
            let refused = SubscriberRefused {
                command: BY_CERTIFICATE.to_owned(),
                why,
                policy: digest(self.policy),
            };
            let mut batch = Batch::new(self, now).subscriber(&subscriber);
            batch.push(Draft::of_subscriber(refused), rng)?;
            match batch.commit(key, request)? {
                Ok(receipt) => {
                    let refusal = self.refusal_in(&receipt)?;
                    return Ok(Err(refusal.ok_or(damaged("refusal"))?));
                }
                Err(conflict) => again(conflict)?,
            }
        }
        Err(RaError::Busy)
    }

    /// Begins, chooses and orders in one commit; or tells why not.
    #[expect(clippy::too_many_arguments, reason = "what a renewal is made of")]
    fn renew_now(
        &self,
        subscriber: &Subscriber,
        certificate: &Certificate,
        action: OrderAction,
        key: &IdempotencyKey,
        request: [u8; 32],
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Result<Result<(), Conflict>, Vec<Why>>, RaError> {
        if action != OrderAction::Renew {
            // Issue and reissue want the seven steps.
            return Ok(Err(vec![refusals::no_order()]));
        }
        let user = subscriber.user.ok_or(damaged("subscriber"))?;
        let user = self.user(&subscriber_stream(&subscriber.pseudonym), &user)?;
        let customer = self.customer_of(&user)?;
        let facts = self.facts(&customer, subscriber, rng)?;
        let id = ApplicationId::begun_by(key);
        let begun = Begun {
            id,
            user: &user,
            customer: &customer,
            subscriber,
        };
        let started = begun.start(self, facts.fresh, now);
        let mut state = State::begin(id, &started);
        let replaced = &certificate.name;
        state.chosen = Some(begun.choose(self, certificate, None, Vec::new()));
        let decision = evaluate(
            self.policy,
            &Subject::of(&state).request(&facts, now, certificate.product, |known| {
                known.certificate = Some(certificate.held());
                known.others.retain(|other| *other != certificate.held());
            }),
        );
        let fee = decision.fee();
        if fee.is_some_and(|fee| fee > npki_policy::Krw::ZERO) {
            let mut why = Why::of(decision.refusals());
            why.push(refusals::fee_not_reserved());
            return Ok(Err(why));
        }
        let approved = match decision.approve() {
            Ok(approved) => approved,
            Err(refusal) => return Ok(Err(Why::of(refusal.verdicts()))),
        };
        let terms = *approved.order_terms().ok_or(RaError::Approval)?;
        let asked = rules(approved.decision());
        let chosen = begun.choose(self, certificate, fee.map(|fee| fee.0), asked.clone());
        let mut batch = Batch::new(self, now)
            .application(id, None)
            .subscriber(subscriber);
        begun.push_started(&mut batch, started, rng)?;
        batch.push(Draft::new(chosen), rng)?;
        let walked = batch.after().cloned().ok_or(damaged("batch"))?;
        debug_assert!(replaced.issuer == terms.issuer);
        let fresh = Fresh {
            sealed: fresh(rng).sealed,
            ..facts.fresh
        };
        self.write_order(
            &mut batch, &walked, &terms, asked, fresh, &customer, now, rng,
        )?;
        Ok(Ok(batch.commit(key, request)?.map(|_| ())))
    }

    fn open_order_of(
        &self,
        id: ApplicationId,
        now: Instant,
    ) -> Result<Result<Order, Refusal>, RaError> {
        let state = self.state(id)?;
        match state.open_order() {
            Some(placed) if now < placed.ends && !state.is_cancelling() => {
                Ok(Ok(self.order_record(&state)?))
            }
            _ => Ok(Err(self.unrecorded(
                BY_CERTIFICATE,
                refusals::no_order(),
                now,
            ))),
        }
    }

    pub(super) fn unrecorded(&self, command: &str, why: Why, now: Instant) -> Refusal {
        Refusal {
            command: command.to_owned(),
            at: now,
            why: vec![why],
            policy: Some(digest(self.policy)),
        }
    }
}

/// An application that begins without the applicant at the bank's door.
struct Begun<'b> {
    id: ApplicationId,
    user: &'b UserId,
    customer: &'b Customer,
    subscriber: &'b Subscriber,
}

impl Begun<'_> {
    fn start(&self, ra: &Ra<'_>, fresh: Fresh, now: Instant) -> Started {
        let user = fresh.sealed;
        Started {
            pseudonym: *self.subscriber.pseudonym.octets(),
            errand: OrderAction::Renew.into(),
            channel: Channel::Pc,
            session: Session::LoggedOut,
            holder: self.customer.holder,
            terms: Vec::new(),
            user,
            ends: now.saturating_add(ra.policy.parameters().order_end.duration()),
            policy: digest(ra.policy),
        }
    }

    fn choose(
        &self,
        ra: &Ra<'_>,
        certificate: &Certificate,
        fee: Option<i64>,
        rules: Vec<String>,
    ) -> Chosen {
        let CertificateRef { issuer, serial } = &certificate.name;
        Chosen {
            product: certificate.product,
            issuer: *issuer,
            fee,
            replaces: Some(Replaces {
                serial: serial.clone(),
                because: ReplacedBecause::Superseded,
                not_after: certificate.not_after,
            }),
            terms: Vec::new(),
            rules,
            policy: digest(ra.policy),
        }
    }

    fn push_started(
        &self,
        batch: &mut Batch<'_>,
        started: Started,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), RaError> {
        let user = started.user;
        let text = self.user.expose_text().into();
        let draft = Draft::new(started).seal(user, &names::USER, text);
        batch.push(draft, rng)?;
        batch.change(Change::Put {
            index: names::APPLICANTS,
            key: applicant_key(&self.subscriber.pseudonym, &self.id),
            value: nothing()?,
        });
        Ok(())
    }
}

const REDEEM: &str = "redeem";
const BY_CERTIFICATE: &str = "order-by-certificate";
