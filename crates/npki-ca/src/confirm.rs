use npki_core::{CertificateFacts, Instant, OrderId, ReplacedBecause, RevocationReason};
use npki_ledger::{Change, Event as LedgerEvent, StreamId};

use crate::{
    Ca, CaError, Confirmation, Refusal,
    event::{Confirmed as ConfirmedEvent, Event, Lapsed, Revoked},
    kept::destroy,
    news::News,
    revoke::revoked_changes,
    state::{OrderState, Outcome},
    store::{
        self, Committed, DEADLINE, IDN, SERIAL, TRIES, UNSIGNED, ledger_event, order_stream,
        remove, sealed_id,
    },
};

/// A certificate that is issued: confirmed by the subscriber's side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirmed {
    /// Which certificate.
    pub certificate: CertificateFacts,
    /// Since when it is good.
    pub at: Instant,
}

/// What became of a cancelled order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cancelled {
    /// Nothing will come of it.
    Done {
        /// Since when.
        at: Instant,
    },
    /// Its certificate was confirmed before.
    TooLate {
        /// When.
        confirmed: Instant,
    },
}

impl Ca<'_> {
    /// Takes the confirmation of a signed certificate: from now on it is issued (R18b).
    ///
    /// `certificate_sha256` is of the signing certificate; the key-management certificate of a pair is
    /// confirmed by the same commit. The replaced certificate is superseded in it too, the order's IDN
    /// is destroyed, and the bank will be told. Confirming again gives the same answer.
    ///
    /// # Errors
    /// [`CaError`]; repeat the call.
    pub fn confirm(
        &self,
        order: &OrderId,
        certificate_sha256: &[u8; 32],
        now: Instant,
    ) -> Result<Result<Confirmed, Refusal>, CaError> {
        for _ in 0..TRIES {
            let state = self.state(order)?;
            let Some(signed) = &state.signed else {
                return Ok(Err(Refusal::OtherCertificate));
            };
            if signed.certificate_sha256.as_bytes() != certificate_sha256 {
                return Ok(Err(Refusal::OtherCertificate));
            }
            match state.outcome {
                Some(Outcome::Confirmed { at }) => {
                    return Ok(Ok(Confirmed {
                        certificate: facts(&state)?,
                        at,
                    }));
                }
                Some(Outcome::Lapsed { .. }) => {
                    return Ok(Err(Refusal::TooLate {
                        until: signed.confirm_by,
                    }));
                }
                None if now > signed.confirm_by => {
                    return Ok(Err(Refusal::TooLate {
                        until: signed.confirm_by,
                    }));
                }
                None => {}
            }
            // Revoked before anybody confirmed it: it is never issued.
            if let Some(Revoked { at, reason }) = state.revoked {
                return Ok(Err(Refusal::AlreadyRevoked { at, reason }));
            }
            let over = remove(DEADLINE, store::deadline(signed.confirm_by, order))?;
            let Confirming {
                expected: others,
                events,
            } = self.confirming(order, &state, Confirmation::Explicit, vec![over], now)?;
            let mut expected = vec![(order_stream(order), state.version)];
            expected.extend(others);
            let versions: Vec<_> = expected.iter().flat_map(|(_, v)| v.to_be_bytes()).collect();
            let commit = store::commit(
                "confirm",
                &[order.octets(), &versions],
                now,
                expected,
                events,
            );
            match self.commit(&commit)? {
                Committed::Done | Committed::Stale => {}
                _ => return Err(CaError::Contended),
            }
        }
        Err(CaError::Contended)
    }

    /// Takes the subscriber's rejection of a signed certificate: it is revoked and the order lapses.
    ///
    /// # Errors
    /// [`CaError`]; repeat the call.
    pub fn reject(&self, order: &OrderId, now: Instant) -> Result<Result<(), Refusal>, CaError> {
        match self.state(order)?.outcome {
            Some(Outcome::Confirmed { .. }) => Ok(Err(Refusal::Settled)),
            _ => self.lapse(order, now).map(Ok),
        }
    }

    /// Ends an order that the bank gives up. One that was never registered is refused from now on.
    ///
    /// # Errors
    /// [`CaError`]; repeat the call.
    pub fn cancel(&self, order: &OrderId, now: Instant) -> Result<Cancelled, CaError> {
        self.lapse(order, now)?;
        match self.state(order)?.outcome {
            Some(Outcome::Confirmed { at }) => Ok(Cancelled::TooLate { confirmed: at }),
            Some(Outcome::Lapsed { at }) => Ok(Cancelled::Done { at }),
            None => Err(CaError::Contended),
        }
    }

    /// Ends an order that nothing came of; what was signed for it is revoked, unless it was before.
    pub(crate) fn lapse(&self, order: &OrderId, now: Instant) -> Result<(), CaError> {
        for _ in 0..TRIES {
            let state = self.state(order)?;
            if state.outcome.is_some() {
                return Ok(());
            }
            let mut changes = vec![remove(UNSIGNED, order.octets())?, News::Lapsed.open(order)?];
            if let Some(registered) = &state.registered {
                let due = state
                    .signed
                    .as_ref()
                    .map_or(registered.ends, |s| s.confirm_by);
                changes.push(remove(DEADLINE, store::deadline(due, order))?);
            }
            let mut lapsed = ledger_event(order, &Event::Lapsed(Lapsed { at: now }), changes)?;
            if state.registered.is_some() {
                lapsed.shred = vec![sealed_id(order, &IDN)];
            }
            destroy(&mut lapsed, &state.deferred)?;
            let mut events = vec![lapsed];
            // Recorded is enough: a signature may have been made and lost by a process that died.
            if let (Some(recorded), None) = (&state.recorded, &state.revoked) {
                let revoked = Revoked {
                    at: now,
                    reason: RevocationReason::CessationOfOperation,
                };
                let changes = revoked_changes(recorded, &revoked)?;
                events.push(ledger_event(order, &Event::Revoked(revoked), changes)?);
            }
            let commit = store::commit(
                "lapse",
                &[order.octets(), &state.version.to_be_bytes()],
                now,
                vec![(order_stream(order), state.version)],
                events,
            );
            self.commit(&commit)?;
        }
        match self.state(order)?.outcome {
            Some(_) => Ok(()),
            None => Err(CaError::Contended),
        }
    }

    /// What a confirmation writes, besides `changes` of its own. An explicit one is the last that comes of
    /// requests that were kept; after an implicit one a poll may still ask again.
    pub(crate) fn confirming(
        &self,
        order: &OrderId,
        state: &OrderState,
        confirmation: Confirmation,
        mut changes: Vec<Change>,
        now: Instant,
    ) -> Result<Confirming, CaError> {
        changes.push(News::Confirmed.open(order)?);
        let mut confirmed = ledger_event(
            order,
            &Event::Confirmed(ConfirmedEvent { at: now }),
            changes,
        )?;
        confirmed.shred = vec![sealed_id(order, &IDN)];
        if confirmation == Confirmation::Explicit {
            destroy(&mut confirmed, &state.deferred)?;
        }
        let mut expected = vec![];
        let mut events = vec![confirmed];
        if let Some((old, event, version)) = self.superseded(state, confirmation, now)? {
            expected.push((order_stream(&old), version));
            events.push(event);
        }
        Ok(Confirming { expected, events })
    }

    /// What becomes of the replaced certificate, unless it is revoked already.
    fn superseded(
        &self,
        state: &OrderState,
        confirmation: Confirmation,
        now: Instant,
    ) -> Result<Option<(OrderId, LedgerEvent, u64)>, CaError> {
        let registered = state.registered.as_ref();
        let (Some(serial), Some(ReplacedBecause::Superseded)) = (
            registered.and_then(|r| r.replaces.as_ref()),
            registered.and_then(|r| r.because),
        ) else {
            return Ok(None);
        };
        let Some(old) = self.order_at(&SERIAL, serial.as_bytes())? else {
            return Ok(None);
        };
        let old_state = self.state(&old)?;
        let (Some(recorded), None) = (&old_state.recorded, &old_state.revoked) else {
            return Ok(None);
        };
        let revoked = Revoked {
            at: now,
            reason: RevocationReason::Superseded,
        };
        let mut changes = revoked_changes(recorded, &revoked)?;
        changes.push(News::Revoked.open(&old)?);
        let mut event = ledger_event(&old, &Event::Revoked(revoked), changes)?;
        // Where a renewal was asked for before the bank had named its order.
        if confirmation == Confirmation::Explicit {
            destroy(&mut event, &old_state.deferred)?;
        }
        Ok(Some((old, event, old_state.version)))
    }
}

/// What a confirmation writes: to its own order, and to that of the certificate it supersedes, whose
/// version is expected.
pub(crate) struct Confirming {
    pub(crate) expected: Vec<(StreamId, u64)>,
    pub(crate) events: Vec<LedgerEvent>,
}

/// What the bank is told of a certificate.
pub(crate) fn facts(state: &OrderState) -> Result<CertificateFacts, CaError> {
    let (Some(recorded), Some(signed)) = (&state.recorded, &state.signed) else {
        return Err(CaError::Damaged {
            what: "an order's certificate",
        });
    };
    Ok(CertificateFacts {
        serial: recorded.serial.clone(),
        not_before: recorded.not_before,
        not_after: recorded.not_after,
        sha256: signed.certificate_sha256.clone(),
    })
}
