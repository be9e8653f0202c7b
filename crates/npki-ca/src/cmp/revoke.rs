use npki_cmp::{Body, FailureInfo, RevDetails, RevRepContent, StatusInfo, oid};
use npki_core::{Instant, PortError, RevocationReason};

use super::{Admitted, CmpCa, Refused, answer::Answer, credential::Sender};
use crate::{CaError, CertificateStatus, Refusal, store::SERIAL};

impl CmpCa<'_> {
    /// rr: the certificate whose key has signed is revoked, after the bank was asked (R13).
    pub(super) fn revocation(
        &self,
        admitted: &Admitted<'_>,
        details: &[RevDetails],
        now: Instant,
    ) -> Result<Result<Answer, Refused>, CaError> {
        let sender = match self.authenticate(admitted, &mut None, now)? {
            Ok(sender) => sender,
            Err(refused) => return Ok(Err(refused)),
        };
        let Sender::Certificate(certificate) = sender else {
            return Ok(Err(Refused::of(FailureInfo::NotAuthorized)));
        };
        let [details] = details else {
            return Ok(Err(Refused::of(FailureInfo::BadRequest)));
        };
        let serial = certificate.serial_number().octets();
        if !self.names(details, serial) {
            return Ok(Err(Refused::of(FailureInfo::BadCertId)));
        }
        let Some(reason) = reason(details) else {
            return Ok(Err(Refused::of(FailureInfo::BadDataFormat)));
        };
        if !reason.is_for_subscribers() {
            return Ok(Err(Refusal::ReasonRefused.into()));
        }
        let Some(order) = self.ca.order_at(&SERIAL, serial)? else {
            return Ok(Err(Refusal::UnknownCertificate.into()));
        };
        let transaction = admitted.incoming.transaction();
        let sha256 = &admitted.sha256;
        let known = self.ca.known_transaction(transaction, sha256)?;
        if known.is_none()
            && let Err(refusal) = self.ca.good_or_refusal(serial, now)?
        {
            return Ok(Err(refusal.into()));
        }
        if let Err(refusal) = self
            .ca
            .begin_transaction(&order, transaction, sha256, now)?
        {
            return Ok(Err(refusal.into()));
        }
        let issuer = self.ca.settings.issuer;
        let asked = self
            .ca
            .bank
            .revocation_by_certificate(issuer, serial, reason, sha256, now);
        match asked {
            Ok(()) => {}
            Err(PortError::Refused(sentence)) => return Ok(Err(Refusal::Bank(sentence).into())),
            Err(other) => return Err(CaError::Bank(other)),
        }
        // The bank may have had it revoked already; this is for one that only said yes.
        match self.ca.revoke(serial, reason, sha256, now)? {
            Ok(_) | Err(Refusal::AlreadyRevoked { .. }) => {}
            Err(refusal) => return Ok(Err(refusal.into())),
        }
        Ok(Ok(Answer::of(Body::Rp(RevRepContent {
            status: vec![StatusInfo::accepted()],
            rev_certs: None,
            crls: None,
        }))))
    }

    /// Whether the template names the certificate that has signed.
    fn names(&self, details: &RevDetails, serial: &[u8]) -> bool {
        let template = &details.cert_details;
        let named = template.serial_number.as_ref().is_some_and(|number| {
            let octets = number.as_bytes();
            octets.strip_prefix(&[0]).unwrap_or(octets) == serial
        });
        let issuer = template
            .issuer
            .as_ref()
            .and_then(|issuer| der::Encode::to_der(issuer).ok())
            .and_then(|der| npki_cert::Name::parse(&der).ok());
        named && issuer.is_none_or(|issuer| issuer.matches(self.ca.settings.certificate.subject()))
    }
}

impl crate::Ca<'_> {
    /// Only a certificate that is good may ask to be revoked.
    fn good_or_refusal(&self, serial: &[u8], now: Instant) -> Result<Result<(), Refusal>, CaError> {
        Ok(match self.status(serial)? {
            CertificateStatus::Revoked(revoked) => Err(Refusal::AlreadyRevoked {
                at: revoked.at,
                reason: revoked.reason,
            }),
            _ => match self.good_certificate(serial, now)? {
                Some(_) => Ok(()),
                None => Err(Refusal::UnknownCertificate),
            },
        })
    }
}

/// The reason in crlEntryDetails; unspecified when there is none, nothing when it cannot be read.
fn reason(details: &RevDetails) -> Option<RevocationReason> {
    let extension = details
        .crl_entry_details
        .iter()
        .flatten()
        .find(|extension| extension.oid == oid::CRL_REASON);
    let Some(extension) = extension else {
        return Some(RevocationReason::Unspecified);
    };
    match extension.value.as_bytes() {
        // ENUMERATED of one octet (RFC 5280 section 5.3.1).
        [0x0a, 1, code] => RevocationReason::from_code(*code),
        _ => None,
    }
}
