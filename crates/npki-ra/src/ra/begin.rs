use npki_core::{Channel, Instant};
use npki_ledger::{Change, IdempotencyKey};
use rand_core::CryptoRng;

use super::{
    Answer, Ra, TRIES,
    batch::Batch,
    handle::{again, nothing},
    load::fresh,
    request::BEGIN,
};
use crate::{
    ApplicationId, Begin, Draft, Errand, RaError, Refusal, Session, TermsAndIdentity,
    application::{admit, digest},
    names::{self, applicant_key},
    refusals,
    subscriber::event::{Enrolled, SubscriberRefused},
};

impl Ra<'_> {
    /// The handle of step 1.
    #[must_use]
    pub fn apply(
        &self,
        errand: impl Into<Errand>,
        channel: Channel,
        session: Session,
    ) -> TermsAndIdentity {
        TermsAndIdentity {
            errand: errand.into(),
            channel,
            session,
            terms: self.terms.of_the_bank().cloned().collect(),
        }
    }

    /// Step 1: terms and identity. Begins an application, or refuses.
    ///
    /// The key names the request: repeated with it, the answer is the same. A refusal is recorded
    /// once the applicant is known, that is, once user id and IDN match.
    ///
    /// # Errors
    /// [`RaError`].
    pub fn begin(
        &self,
        begin: &Begin,
        key: &IdempotencyKey,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Answer, RaError> {
        let id = ApplicationId::begun_by(key);
        let request = self.begin_digest(begin);
        if let Some(receipt) = self.recorded(key, &request)? {
            return self.replay(&receipt, id);
        }
        let customer = self.ports.bank.customer(&begin.user)?;
        let Some(customer) = customer.filter(|customer| customer.idn == begin.idn) else {
            return Ok(Answer::Refused(Refusal {
                command: BEGIN.to_owned(),
                at: now,
                why: vec![refusals::unknown_applicant()],
                policy: Some(digest(self.policy)),
            }));
        };
        let pseudonym = self.keys.pseudonyms.pseudonym(&customer.idn);
        for _ in 0..TRIES {
            let subscriber = self.subscriber(pseudonym)?;
            let facts = self.facts(&customer, &subscriber, rng)?;
            let decision = admit(begin, pseudonym, &facts, now, self.policy);
            let mut batch = Batch::new(self, now).subscriber(&subscriber);
            if decision.is_allowed() {
                batch = batch.application(id, None);
                for draft in decision.events {
                    batch.push(draft, rng)?;
                }
                batch.change(Change::Put {
                    index: names::APPLICANTS,
                    key: applicant_key(&pseudonym, &id),
                    value: nothing()?,
                });
                if subscriber.user.is_none() {
                    let user = fresh(rng).sealed;
                    let text = begin.user.expose_text().into();
                    let draft = Draft::of_subscriber(Enrolled { user });
                    batch.push(draft.seal(user, &names::USER, text), rng)?;
                }
            } else {
                let refused = SubscriberRefused {
                    command: BEGIN.to_owned(),
                    why: decision.why,
                    policy: digest(self.policy),
                };
                batch.push(Draft::of_subscriber(refused), rng)?;
            }
            match batch.commit(key, request)? {
                Ok(receipt) => return self.replay(&receipt, id),
                Err(conflict) => again(conflict)?,
            }
        }
        Err(RaError::Busy)
    }
}
