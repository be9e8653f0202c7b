use npki_cert::Certificate;
use npki_cmp::{CertStatus, FailureInfo, StatusInfo};
use npki_core::{HashAlgorithm, Instant, OrderId};
use npki_key::SignatureAlgorithm;

use super::{
    Admitted, CmpCa, Refused,
    answer::{Answer, Shown},
    credential::Sender,
};
use crate::{
    CaError, Refusal,
    store::{TRANSACTION, sha256},
};

impl CmpCa<'_> {
    /// certConf: the certificate of this transaction is taken, or not; of a pair both or neither. Said
    /// again, the answer is the same.
    pub(super) fn confirmation(
        &self,
        admitted: &Admitted<'_>,
        statuses: &[CertStatus],
        shown: &mut Option<Shown>,
        now: Instant,
    ) -> Result<Result<Answer, Refused>, CaError> {
        let sender = match self.authenticate_following(admitted, shown, now)? {
            Ok(sender) => sender,
            Err(refused) => return Ok(Err(refused)),
        };
        let transaction = admitted.incoming.transaction();
        let Some(order) = self.ca.order_at(&TRANSACTION, &sha256(transaction))? else {
            return Ok(Err(Refused::of(FailureInfo::BadRequest)));
        };
        if !self.follows(admitted) {
            return Ok(Err(Refused::of(FailureInfo::BadRecipientNonce)));
        }
        if !self.belongs(&sender, &order)? {
            return Ok(Err(Refused::of(FailureInfo::BadRequest)));
        }
        let Some(certificate) = self.ca.certificate_of(&order)? else {
            return Ok(Err(Refused::of(FailureInfo::BadRequest)));
        };
        let km = self.ca.km_certificate_of(&order)?;
        let given: Vec<_> = core::iter::once(&certificate).chain(&km).collect();
        if statuses.len() > given.len() {
            return Ok(Err(Refused::of(FailureInfo::BadRequest)));
        }
        let named = |status| given.iter().any(|given| names(status, given));
        if !statuses.iter().all(named) {
            return Ok(Err(Refusal::OtherCertificate.into()));
        }
        let takes = |certificate: &Certificate| {
            let mut about = statuses.iter().filter(|s| names(s, certificate));
            let takes = |status: &CertStatus| {
                let info = status.status_info.as_ref();
                info.is_none_or(StatusInfo::is_granted)
            };
            about.next().is_some_and(takes) && about.next().is_none()
        };
        // What is not named is rejected (RFC 9810 section 5.3.18), and half a pair is none.
        let taken = given.iter().all(|given| takes(given));
        let done = match taken {
            true => self
                .ca
                .confirm(&order, &certificate.sha256_fingerprint(), now)?
                .map(drop),
            false => self.ca.reject(&order, now)?,
        };
        Ok(done.map(|()| Answer::confirmed()).map_err(Refused::from))
    }

    /// Whether the message answers one of ours in its transaction.
    pub(super) fn follows(&self, admitted: &Admitted<'_>) -> bool {
        let nonce = &admitted.incoming.message().header().recip_nonce;
        let nonce = nonce.as_ref().map(der::asn1::OctetString::as_bytes);
        let transaction = admitted.incoming.transaction();
        let code = &self.ca.keys.code;
        nonce.is_some_and(|nonce| code.is_nonce(transaction, nonce))
    }

    /// Whether the sender is the one whose certificate it is: by the code of the same order, or by
    /// the signature of the certificate that is replaced.
    fn belongs(&self, sender: &Sender, order: &OrderId) -> Result<bool, CaError> {
        Ok(match sender {
            Sender::Order(own) => own == order,
            Sender::Certificate(certificate) => {
                let serial = certificate.serial_number();
                self.ca.state(order)?.replaces(serial.octets())
            }
        })
    }
}

/// Whether certHash is that of the certificate: by the hash function of its signature, or by the one
/// that is named (RFC 9810 section 5.3.18).
fn names(status: &CertStatus, certificate: &Certificate) -> bool {
    let hash = match &status.hash_alg {
        Some(named) => HashAlgorithm::from_oid(named.oid),
        None => {
            let identifier = certificate.signature_algorithm();
            let identifier = der::referenced::OwnedToRef::owned_to_ref(identifier);
            SignatureAlgorithm::from_identifier(identifier)
                .ok()
                .map(SignatureAlgorithm::hash)
        }
    };
    hash.is_some_and(|hash| {
        hash.digest(certificate.der())
            .equals(status.cert_hash.as_bytes())
    })
}
