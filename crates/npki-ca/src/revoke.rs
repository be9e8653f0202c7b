use der::{Decode as _, Encode as _, referenced::OwnedToRef as _};
use npki_cert::{Certificate, KeyUse};
use npki_core::{Instant, RevocationReason};
use npki_key::{PublicKey, SignatureAlgorithm, Verifier as _};
use npki_ledger::{Change, EventKind, LedgerExt as _, StreamId, StreamKind};

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

    /// Revokes a certificate that a [`ceremony`](crate::ceremony) has made for a service of this CA, such as
    /// its CMP server's when the key was lost: in every list from now on, and by OCSP. No order knows of it,
    /// so it is given whole. Repeated, the first answer comes again.
    ///
    /// # Errors
    /// [`CaError`]; repeat the call. [`Refusal::UnknownCertificate`] for what this CA has not signed, and
    /// for a subscriber's.
    pub fn revoke_service(
        &self,
        certificate: &Certificate,
        reason: RevocationReason,
        now: Instant,
    ) -> Result<Result<RevokedAt, Refusal>, CaError> {
        if !reason.is_for_subscribers() {
            return Ok(Err(Refusal::ReasonRefused));
        }
        let serial = certificate.serial_number().octets();
        if !self.has_signed(certificate)? || self.order_at(&SERIAL, serial)?.is_some() {
            return Ok(Err(Refusal::UnknownCertificate));
        }
        let stream = StreamId::new(
            StreamKind::from_static("service"),
            &certificate.serial_number().to_string(),
        )
        .map_err(|_| CaError::Damaged {
            what: "a stream's name",
        })?;
        let partition = self.partition_named(certificate);
        let revoked = Revoked { at: now, reason };
        let mut event = npki_ledger::Event::new(
            stream.clone(),
            EventKind::from_static("ca.service-revoked"),
            revoked.to_der()?,
        );
        event.changes = listed(serial, partition, &revoked)?;
        let commit = store::commit(
            "revoke-service",
            &[serial],
            now,
            vec![(stream, 0)],
            vec![event],
        );
        let done = self.commit(&commit)?;
        match (done, self.listed(serial)?) {
            (Committed::Done | Committed::Stale, Some(done)) => Ok(Ok(done)),
            _ => Err(CaError::Contended),
        }
    }

    fn has_signed(&self, certificate: &Certificate) -> Result<bool, CaError> {
        let own = &self.settings.certificate;
        let identifier = certificate.signature_algorithm().owned_to_ref();
        let Ok(algorithm) = SignatureAlgorithm::from_identifier(identifier) else {
            return Ok(false);
        };
        let key = PublicKey::parse(own.public_key())?;
        let (tbs, signature) = (certificate.tbs_der(), certificate.signature());
        Ok(certificate.issuer().matches(own.subject())
            && key.verify(&algorithm, tbs, signature).is_ok())
    }

    /// What the CRL says of a serial number.
    fn listed(&self, serial: &[u8]) -> Result<Option<RevokedAt>, CaError> {
        let Ok(key) = npki_ledger::Key::new(serial) else {
            return Ok(None);
        };
        let row = self.ledger.index_value(&REVOKED, &key)?;
        let read = |row: npki_ledger::Value| {
            let Listed { at, reason, .. } = Listed::from_der(row.octets()).ok()?;
            Some(RevokedAt { at, reason })
        };
        let damaged = || CaError::Damaged {
            what: "a revocation",
        };
        row.map(|row| read(row).ok_or_else(damaged)).transpose()
    }

    /// What is so about a serial number now. Of a service's certificate no more is known than that it was
    /// revoked.
    ///
    /// # Errors
    /// [`CaError`].
    pub fn status(&self, serial: &[u8]) -> Result<CertificateStatus, CaError> {
        let Some(order) = self.order_at(&SERIAL, serial)? else {
            let revoked = self.listed(serial)?;
            return Ok(revoked.map_or(CertificateStatus::Unknown, CertificateStatus::Revoked));
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
        changes.extend(listed(serial, partition, revoked)?);
    }
    Ok(changes)
}

fn listed(
    serial: &[u8],
    partition: Option<u32>,
    revoked: &Revoked,
) -> Result<Vec<Change>, CaError> {
    let listed = Listed {
        at: revoked.at,
        reason: revoked.reason,
        partition,
    };
    let (der, at) = (listed.to_der()?, store::by_time(revoked.at, serial));
    Ok(vec![
        put(REVOKED, serial, &der)?,
        put(REVOKED_AT, at, &der)?,
    ])
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
