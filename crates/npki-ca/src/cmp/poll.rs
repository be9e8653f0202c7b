use npki_cmp::{Body, CmpError, FailureInfo, Incoming, PollRep, PollReq};
use npki_core::{Instant, OrderId, PortError};
use npki_key::SignError;
use npki_ledger::SealedEntry;
use rand_core::CryptoRng;

use super::{
    Admitted, CmpCa, Refused,
    answer::{Answer, Ids, Shown},
    credential::{Credential, Sender},
};
use crate::{
    CaError,
    event::{Deferred, Event},
    kept::keep,
    store::{
        self, Committed, DEFERRED, REQUEST, SERIAL, key, ledger_event, octets, order_stream,
        request_id, sha256, transaction_claim,
    },
};

/// Seconds after which a client is to ask again (RFC 9810 section 5.3.22).
const CHECK_AFTER: i64 = 10;

/// Requests that are kept for one order, or for one certificate.
const KEPT: usize = 8;

/// Whether an error passes with time, while the request stays right: the bank did not answer, the token
/// did not sign or decrypt. The ledger's own errors are not among them: nothing could be kept.
pub(super) const fn passes(error: &CaError) -> bool {
    matches!(
        error,
        CaError::Bank(PortError::Unknown | PortError::Down)
            | CaError::Sign(SignError::Backend(_))
            | CaError::Cmp(CmpError::Decrypt(_))
    )
}

impl CmpCa<'_> {
    /// Keeps a request until it can be answered, and says so: `waiting`. Any node takes the poll.
    pub(super) fn defer(
        &self,
        admitted: &Admitted<'_>,
        ids: &Ids,
        order: Option<OrderId>,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Result<Answer, Refused>, CaError> {
        // Before the bank has named an order, it is kept with the certificate that asks.
        let order = match (order, &admitted.by) {
            (Some(order), _) => Some(order),
            (None, Credential::Certificate { certificate, .. }) => {
                let serial = certificate.serial_number();
                self.ca.order_at(&SERIAL, serial.octets())?
            }
            (None, Credential::Code { .. }) => None,
        };
        let Some(order) = order else {
            return Ok(Err(Refused::of(FailureInfo::SystemUnavail)));
        };
        let transaction = admitted.incoming.transaction();
        if let Some(row) = self.ca.ledger.sealed(&request_id(transaction))? {
            let own = self.ca.owns_transaction(transaction, &admitted.sha256)?;
            // Where its time is over, polls under this name find nothing.
            if !own || row.record.is_none() {
                return Ok(Err(crate::Refusal::TransactionInUse.into()));
            }
        } else if let Err(refused) = self.keep(admitted, &order, now, rng)? {
            return Ok(Err(refused));
        }
        let body = admitted.incoming.message().body();
        Ok(Ok(Answer::waiting(body, ids)))
    }

    /// Keeps a request, sealed, with its order.
    fn keep(
        &self,
        admitted: &Admitted<'_>,
        order: &OrderId,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Result<(), Refused>, CaError> {
        let transaction = admitted.incoming.transaction();
        let state = self.ca.state(order)?;
        if state.deferred.len() >= KEPT {
            return Ok(Err(Refused::of(FailureInfo::SystemUnavail)));
        }
        let deferred = Deferred {
            transaction: octets(transaction)?,
            request_sha256: octets(&admitted.sha256)?,
            until: self.ca.keep_until(&state, now),
        };
        let mut changes = vec![
            // The transaction's name belongs to these octets from now on.
            npki_ledger::Change::Take {
                claim: transaction_claim(transaction)?,
                owner: key(admitted.sha256)?,
                end: None,
            },
        ];
        changes.extend(keep(order, &deferred)?);
        let message = admitted.incoming.message().der();
        let sealing = &self.ca.keys.sealing;
        let mut event = ledger_event(order, &Event::Deferred(deferred), changes)?;
        event.sealed = vec![SealedEntry {
            id: request_id(transaction),
            kind: REQUEST,
            record: sealing.seal_for(&order_stream(order), &REQUEST, message, rng)?,
        }];
        let about: &[&[u8]] = &[order.octets(), transaction, &admitted.sha256];
        let commit = store::commit("defer", about, now, vec![], vec![event]);
        match self.ca.commit(&commit)? {
            Committed::Done => Ok(Ok(())),
            Committed::Claimed(_) => Ok(Err(crate::Refusal::TransactionInUse.into())),
            Committed::Stale | Committed::AtCeiling => Err(CaError::Contended),
        }
    }

    /// pollReq: works with the request of this transaction again, as if it had come just now.
    pub(super) fn poll(
        &self,
        admitted: &Admitted<'_>,
        polls: &[PollReq],
        shown: &mut Option<Shown>,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Result<Answer, Refused>, CaError> {
        let sender = match self.authenticate_following(admitted, shown, now)? {
            Ok(sender) => sender,
            Err(refused) => return Ok(Err(refused)),
        };
        let refused = || Ok(Err(Refused::of(FailureInfo::BadRequest)));
        let transaction = admitted.incoming.transaction();
        let Some(der) = self.kept(transaction)? else {
            return refused();
        };
        let Ok(first) = Incoming::accept(&der) else {
            return Err(CaError::Damaged { what: "a request" });
        };
        if !self.follows(admitted) {
            return Ok(Err(Refused::of(FailureInfo::BadRecipientNonce)));
        }
        let part = first
            .message()
            .protected_part()
            .map_err(super::unwritable)?;
        let by = match self.credential(first.message())? {
            Ok(by) => by,
            Err(refused) => return Ok(Err(refused)),
        };
        let again = Admitted {
            incoming: &first,
            sha256: sha256(&part),
            by,
        };
        let same = match (&sender, &again.by, &admitted.by) {
            (
                Sender::Order(_),
                Credential::Code { reference, .. },
                Credential::Code { reference: by, .. },
            ) => reference == by,
            (Sender::Certificate(by), Credential::Certificate { certificate, .. }, _) => {
                by.serial_number() == certificate.serial_number()
            }
            _ => false,
        };
        if !same {
            return refused();
        }
        let answered = self.enrol(&again, shown, now, rng)?;
        Ok(answered.map(|answer| match answer.is_waiting() {
            true => Answer::of(Body::PollRep(polls.iter().map(not_yet).collect())),
            false => answer,
        }))
    }

    /// The request that is kept for a transaction, if one is.
    fn kept(&self, transaction: &[u8]) -> Result<Option<Vec<u8>>, CaError> {
        let Some(order) = self.ca.order_at(&DEFERRED, &sha256(transaction))? else {
            return Ok(None);
        };
        let row = self.ca.ledger.sealed(&request_id(transaction))?;
        let Some(record) = row.and_then(|row| row.record) else {
            return Ok(None);
        };
        let stream = order_stream(&order);
        let opened = self.ca.keys.sealing.open_for(&stream, &REQUEST, &record);
        match opened {
            Ok(der) => Ok(Some(der.to_vec())),
            Err(_) => Err(CaError::Damaged { what: "a request" }),
        }
    }
}

const fn not_yet(poll: &PollReq) -> PollRep {
    PollRep {
        cert_req_id: poll.cert_req_id,
        check_after: CHECK_AFTER,
        reason: None,
    }
}
