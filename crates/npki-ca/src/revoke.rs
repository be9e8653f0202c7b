use der::Encode as _;
use npki_cert::{Certificate, KeyUse};
use npki_core::{Instant, RevocationReason};
use npki_ledger::Change;

use crate::{
    Ca, CaError, Refusal,
    event::{Event, Listed, Recorded, Revoked},
    kept::destroy,
    news::News,
    state::Outcome,
    store::{self, Committed, REVOKED, REVOKED_AT, SERIAL, TRIES, ledger_event, order_stream, put},
};

/// When and why a certificate was revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RevokedAt {
    /// When.
    pub at: Instant,
    /// Why.
    pub reason: RevocationReason,
}

/// What the CA says of a serial number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CertificateStatus {
    /// Confirmed and not revoked. Whether it has expired is told by its dates.
    Good,
    /// Revoked, superseded ones included.
    Revoked(RevokedAt),
    /// Signed and not confirmed yet (R18b), so not issued.
    Unconfirmed,
    /// Never signed here.
    Unknown,
}

impl Ca<'_> {
    /// Revokes a certificate, at once and for good (R13).
    ///
    /// A pair is revoked together, whichever of its two serial numbers is given: it is one order. A reason
    /// that would not be for good is refused: no list is to take anybody off again.
    ///
    /// `key` names the request: repeated with it, the first answer comes again. `serial` is
    /// big-endian without leading zeros.
    ///
    /// # Errors
    /// [`CaError`]; repeat the call.
    pub fn revoke(
        &self,
        serial: &[u8],
        reason: RevocationReason,
        key: &[u8; 32],
        now: Instant,
    ) -> Result<Result<RevokedAt, Refusal>, CaError> {
        if !reason.is_for_subscribers() {
            return Ok(Err(Refusal::ReasonRefused));
        }
        let Some(order) = self.order_at(&SERIAL, serial)? else {
            return Ok(Err(Refusal::UnknownCertificate));
        };
        for _ in 0..TRIES {
            let state = self.state(&order)?;
            let request = store::commit("revoke", &[order.octets(), key], now, vec![], vec![]);
            if let Some(revoked) = &state.revoked {
                let done = RevokedAt {
                    at: revoked.at,
                    reason: revoked.reason,
                };
                return Ok(match self.ledger.receipt(&request.key)? {
                    Some(_) => Ok(done),
                    None => Err(Refusal::AlreadyRevoked {
                        at: done.at,
                        reason: done.reason,
                    }),
                });
            }
            let (Some(recorded), Some(_)) = (&state.recorded, &state.signed) else {
                return Ok(Err(Refusal::UnknownCertificate));
            };
            let revoked = Revoked { at: now, reason };
            let mut changes = revoked_changes(recorded, &revoked)?;
            changes.push(News::Revoked.open(&order)?);
            let mut event = ledger_event(&order, &Event::Revoked(revoked), changes)?;
            destroy(&mut event, &state.deferred)?;
            let commit = npki_ledger::Commit {
                expected: vec![(order_stream(&order), state.version)],
                events: vec![event],
                ..request
            };
            match self.commit(&commit)? {
                Committed::Done | Committed::Stale => {}
                _ => return Err(CaError::Contended),
            }
        }
        Err(CaError::Contended)
    }

    /// What is so about a serial number now.
    ///
    /// # Errors
    /// [`CaError`].
    pub fn status(&self, serial: &[u8]) -> Result<CertificateStatus, CaError> {
        let Some(order) = self.order_at(&SERIAL, serial)? else {
            return Ok(CertificateStatus::Unknown);
        };
        let state = self.state(&order)?;
        Ok(match (state.revoked, state.outcome) {
            (Some(Revoked { at, reason }), _) => {
                CertificateStatus::Revoked(RevokedAt { at, reason })
            }
            (None, Some(Outcome::Confirmed { .. })) => CertificateStatus::Good,
            (None, _) if state.signed.is_some() => CertificateStatus::Unconfirmed,
            (None, _) => CertificateStatus::Unknown,
        })
    }

    /// A certificate issued here, whatever has become of it; `None` when there is none or it was shredded.
    ///
    /// # Errors
    /// [`CaError`].
    pub fn find(&self, serial: &[u8]) -> Result<Option<Certificate>, CaError> {
        let Some(order) = self.order_at(&SERIAL, serial)? else {
            return Ok(None);
        };
        let has = |found: &Certificate| found.serial_number().octets() == serial;
        match self.certificate_of(&order)?.filter(has) {
            Some(found) => Ok(Some(found)),
            None => Ok(self.km_certificate_of(&order)?.filter(has)),
        }
    }

    /// The signing certificate with this number, if it is good and within its validity. One for key
    /// management signs nothing.
    pub(crate) fn good_certificate(
        &self,
        serial: &[u8],
        now: Instant,
    ) -> Result<Option<Certificate>, CaError> {
        if self.status(serial)? != CertificateStatus::Good {
            return Ok(None);
        }
        Ok(self
            .find(serial)?
            .filter(|c| c.use_of_key() == KeyUse::Sign)
            .filter(|c| c.not_before() <= now && now <= c.not_after()))
    }
}

/// What a revocation changes in the indexes: both certificates of a pair.
pub(crate) fn revoked_changes(
    recorded: &Recorded,
    revoked: &Revoked,
) -> Result<Vec<Change>, CaError> {
    let mut changes = Vec::new();
    for (serial, partition) in recorded.serials() {
        let listed = Listed {
            at: revoked.at,
            reason: revoked.reason,
            partition,
        };
        let (der, at) = (listed.to_der()?, store::by_time(revoked.at, serial));
        changes.extend([put(REVOKED, serial, &der)?, put(REVOKED_AT, at, &der)?]);
    }
    Ok(changes)
}

impl CertificateStatus {
    /// A stable name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Revoked(_) => "revoked",
            Self::Unconfirmed => "unconfirmed",
            Self::Unknown => "unknown",
        }
    }
}
