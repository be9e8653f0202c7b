use npki_core::{Channel, Holder, Instant, Purpose};
use npki_ledger::{IdempotencyKey, Pseudonym, Receipt};
use npki_policy::{Action, Ra as Registrar, Request, evaluate};
use rand_core::CryptoRng;

use super::{
    Ra, TRIES,
    batch::Batch,
    handle::{again, held_claim},
    load::damaged,
    register::use_up,
};
use crate::{
    ChallengeFor, Draft, Presented, RaError, Refusal, Report, Subscriber, SubscriberEvent,
    application::{certificate_ref, digest},
    names::{self, owner_request},
    ports::UserId,
    presented::{Seen, SeenCertificate},
    report::{Check, CheckName},
    subscriber::event::{LogInRefused, LoggedIn},
};

/// What became of a log-in by certificate.
#[derive(Debug)]
pub struct LogIn {
    /// Who it is; or why not, which is recorded when the certificate is somebody's.
    pub customer: Result<UserId, Refusal>,
    /// Every check.
    pub report: Report,
}

impl Ra<'_> {
    /// Logs a customer in by a certificate that this bank had issued or that is registered here (R40,
    /// R41). The challenge is [`ChallengeFor::LogIn`]'s, and serves once.
    ///
    /// R is not wanted: whose the certificate is was seen when it was issued or registered. Where it
    /// is shown nevertheless, it has to be right.
    ///
    /// # Errors
    /// [`RaError::Port`] when the state of the certificate cannot be fetched: repeat with the same
    /// key; [`RaError`].
    pub fn log_in(
        &self,
        presented: &Presented,
        key: &IdempotencyKey,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<LogIn, RaError> {
        let request = self.presented_digest(LOG_IN, &[], presented);
        let owner = owner_request(key);
        for _ in 0..TRIES {
            if let Some(receipt) = self.recorded(key, &request)? {
                return self.logged_in(&receipt);
            }
            let seen = self.see(presented, &ChallengeFor::LogIn, Some(&owner), now)?;
            let whose = match &seen.certificate {
                Some(certificate) => self.whose(certificate)?,
                None => None,
            };
            let Some((pseudonym, registrar)) = whose else {
                let report = self.log_in_report(&seen, None, now)?;
                let refusal = Refusal {
                    command: LOG_IN.to_owned(),
                    at: now,
                    why: report.why(),
                    policy: Some(digest(self.policy)),
                };
                return Ok(LogIn {
                    customer: Err(refusal),
                    report,
                });
            };
            let subscriber = self.subscriber(pseudonym)?;
            let report = self.log_in_report(&seen, Some((&subscriber, registrar)), now)?;
            let mut batch = Batch::new(self, now).subscriber(&subscriber);
            match (&seen.certificate, &presented.possession) {
                (Some(shown), Some(possession)) if report.is_passed() => {
                    let sha256 = shown.certificate.sha256_fingerprint();
                    batch.push(Draft::of_subscriber(LoggedIn { sha256, report }), rng)?;
                    batch.change(use_up(&possession.challenge, &owner));
                }
                _ => {
                    let policy = digest(self.policy);
                    batch.push(Draft::of_subscriber(LogInRefused { report, policy }), rng)?;
                }
            }
            match batch.commit(key, request)? {
                Ok(receipt) => return self.logged_in(&receipt),
                // Another request has used the challenge: the report says so in the next round.
                Err(conflict) if held_claim(&conflict).is_some() => {}
                Err(conflict) => again(conflict)?,
            }
        }
        Err(RaError::Busy)
    }

    /// Reads the answer off its record.
    fn logged_in(&self, receipt: &Receipt) -> Result<LogIn, RaError> {
        let records = self.ledger.records(receipt.position, 1)?;
        let record = records.first().ok_or(damaged("log-in"))?.record();
        match SubscriberEvent::parse(&record.kind, &record.payload)? {
            SubscriberEvent::LoggedIn(done) => {
                let user = self.user_in(&record.stream)?;
                Ok(LogIn {
                    customer: Ok(user),
                    report: done.report,
                })
            }
            SubscriberEvent::LogInRefused(refused) => Ok(LogIn {
                customer: Err(self.refusal_in(receipt)?.ok_or(damaged("log-in"))?),
                report: refused.report,
            }),
            _ => Err(damaged("log-in")),
        }
    }

    /// Whose certificate it is, and who had it issued.
    fn whose(&self, seen: &SeenCertificate) -> Result<Option<(Pseudonym, Registrar)>, RaError> {
        let sha256 = seen.certificate.sha256_fingerprint();
        if let Some((pseudonym, _)) = self.registration_of(&sha256)? {
            return Ok(Some((pseudonym, Registrar::Other)));
        }
        let Some((issuer, _)) = seen.product else {
            return Ok(None);
        };
        let name = certificate_ref(issuer, seen.certificate.serial_number().octets())?;
        // The same octets, not only the same name.
        let owned = self.owner(&name)?;
        let owned = owned.filter(|(_, held)| held.sha256 == sha256);
        Ok(owned.map(|(subscriber, _)| (subscriber.pseudonym, Registrar::Own)))
    }

    fn log_in_report(
        &self,
        seen: &Seen<'_>,
        whose: Option<(&Subscriber, Registrar)>,
        now: Instant,
    ) -> Result<Report, RaError> {
        let customer = match (whose, &seen.presented.random_number) {
            (Some((subscriber, _)), Some(_)) => {
                let stream = names::subscriber_stream(&subscriber.pseudonym);
                Some(self.customer_of(&self.user_in(&stream)?)?)
            }
            _ => None,
        };
        let mut report = seen.report(customer.as_ref().map(|customer| &customer.idn), now);
        let Some(certificate) = &seen.certificate else {
            return Ok(report);
        };
        report.add(Check::acts_here(whose.is_some()));
        let held = whose.and_then(|(_, registrar)| certificate.held(registrar));
        let Some(held) = held else {
            report.add(Check::not_asked(CheckName::Rule));
            return Ok(report);
        };
        let question = Request {
            action: Action::Use,
            now,
            channel: Channel::Pc,
            product: held.product,
            // The rules of use do not look at the holder.
            holder: Holder::Individual,
            facts: npki_policy::Facts {
                certificate: Some(held),
                purpose: Some(Purpose::Bank),
                ..npki_policy::Facts::default()
            },
        };
        for verdict in evaluate(self.policy, &question).verdicts() {
            report.add(Check::of(verdict));
        }
        Ok(report)
    }

    /// The user id of the subscriber with this stream.
    fn user_in(&self, stream: &npki_ledger::StreamId) -> Result<UserId, RaError> {
        let records = self.whole(stream)?;
        for recorded in &records {
            let record = recorded.record();
            if let SubscriberEvent::Enrolled(enrolled) =
                SubscriberEvent::parse(&record.kind, &record.payload)?
            {
                return self.user(stream, &enrolled.user);
            }
        }
        Err(damaged("subscriber"))
    }
}

const LOG_IN: &str = "log-in";
