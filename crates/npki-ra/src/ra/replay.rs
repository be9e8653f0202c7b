use npki_ledger::{Conflict, IdempotencyKey, Receipt, Record};

use super::{Answer, Ra};
use crate::{
    Application, ApplicationId, Event, EventError, RaError, Refusal, SubscriberEvent, names,
};

impl Ra<'_> {
    /// The receipt of a request that is recorded already.
    pub(super) fn recorded(
        &self,
        key: &IdempotencyKey,
        request: &[u8; 32],
    ) -> Result<Option<Receipt>, RaError> {
        let Some(receipt) = self.ledger.receipt(key)? else {
            return Ok(None);
        };
        let first = self.ledger.records(receipt.position, 1)?;
        let same = first
            .first()
            .is_some_and(|r| r.record().request_digest == *request);
        if same {
            Ok(Some(receipt))
        } else {
            Err(RaError::Conflict(Conflict::KeyReused {
                position: receipt.position,
            }))
        }
    }

    /// Reads the answer to a recorded request off its records.
    pub(super) fn replay(&self, receipt: &Receipt, id: ApplicationId) -> Result<Answer, RaError> {
        if let Some(refusal) = self.refusal_in(receipt)? {
            return Ok(Answer::Refused(refusal));
        }
        Ok(Answer::Done(Application::new(self.state(id)?)))
    }

    /// The refusal that a commit has recorded, if it has.
    pub(super) fn refusal_in(&self, receipt: &Receipt) -> Result<Option<Refusal>, RaError> {
        let count = usize::try_from(receipt.events).unwrap_or(usize::MAX);
        for recorded in self.ledger.records(receipt.position, count)? {
            let record = recorded.record();
            if let Some(refusal) = read_refusal(record)? {
                return Ok(Some(refusal));
            }
        }
        Ok(None)
    }
}

pub(super) fn read_refusal(record: &Record) -> Result<Option<Refusal>, RaError> {
    Ok(Refusal::of_record(record)?)
}

impl Refusal {
    /// The refusal that a record of a bank's ledger tells, as it was given; `None` when it tells of
    /// something else. Needs no key: a refusal names no person.
    ///
    /// # Errors
    /// [`EventError`] when the record cannot be read.
    pub fn of_record(record: &Record) -> Result<Option<Self>, EventError> {
        refusal_of(record)
    }
}

fn refusal_of(record: &Record) -> Result<Option<Refusal>, EventError> {
    let (command, why, policy) = match record.stream.kind() {
        kind if *kind == names::APPLICATION => match Event::parse(&record.kind, &record.payload)? {
            Event::Refused(refused) => (refused.command, refused.why, Some(refused.policy)),
            Event::RegistrationRefused(refused) => (
                "register".to_owned(),
                refused.report.why(),
                Some(refused.policy),
            ),
            Event::FeeDeclined(declined) => ("confirm-fee".to_owned(), declined.why, None),
            Event::OrderDeclined(declined) => ("order".to_owned(), declined.why, None),
            _ => return Ok(None),
        },
        kind if *kind == names::SUBSCRIBER => {
            match SubscriberEvent::parse(&record.kind, &record.payload)? {
                SubscriberEvent::LogInRefused(refused) => (
                    "log-in".to_owned(),
                    refused.report.why(),
                    Some(refused.policy),
                ),
                SubscriberEvent::SubscriberRefused(refused) => {
                    (refused.command, refused.why, Some(refused.policy))
                }
                _ => return Ok(None),
            }
        }
        _ => return Ok(None),
    };
    Ok(Some(Refusal {
        command,
        at: record.time,
        why,
        policy,
    }))
}
