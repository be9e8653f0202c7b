use der::asn1::OctetString;
use npki_cert::{Certificate, KeyUse};
use npki_cmp::{CmpError, FailureInfo, Header, MacAlgorithm, Message, Protection as CmpProtection};
use npki_core::{Instant, OrderAction, OrderId, ReferenceNumber};
use npki_key::{PublicKey, SignatureAlgorithm, Verifier as _};

use super::{Admitted, CmpCa, Refused, answer::Shown, unwritable};
use crate::{
    CaError, Protection, Refusal,
    redeem::ByCode,
    store::{DEFERRED, TRANSACTION, sha256},
};

/// By what a message is protected; not verified yet.
pub(super) enum Credential {
    /// A reference number and its code.
    Code {
        reference: ReferenceNumber,
        mac: MacAlgorithm,
    },
    /// A certificate of this CA, as the ledger has it. The message names it as its sender.
    Certificate {
        certificate: Box<Certificate>,
        algorithm: SignatureAlgorithm,
        message: Vec<u8>,
        signature: Vec<u8>,
    },
}

/// Who has protected a message, verified.
pub(super) enum Sender {
    /// Whoever has the code of this order.
    Order(OrderId),
    /// Whoever has the key of this certificate, whatever has become of it.
    Certificate(Box<Certificate>),
}

impl Credential {
    /// The same, as [`crate::Ca::admit`] takes it.
    pub(super) fn protection<'a>(
        &'a self,
        message: &'a Message,
        action: OrderAction,
    ) -> Protection<'a> {
        match self {
            Self::Code { reference, .. } => Protection::CmpCode { reference, message },
            Self::Certificate {
                certificate,
                algorithm,
                message,
                signature,
            } => Protection::Certificate {
                serial: certificate.serial_number().octets(),
                action,
                message,
                algorithm: *algorithm,
                signature,
            },
        }
    }
}

impl CmpCa<'_> {
    /// Finds out by what a message is protected, within the bounds and before anything is verified.
    ///
    /// The signer's certificate comes along unprotected, so the protected header has to name the same one:
    /// otherwise whoever has a certificate may sign what somebody else has said.
    pub(super) fn credential(
        &self,
        message: &Message,
    ) -> Result<Result<Credential, Refused>, CaError> {
        let protection = match CmpProtection::of(message) {
            Ok(protection) => protection,
            Err(CmpError::Unprotected) => {
                return Ok(Err(Refused::of(FailureInfo::BadMessageCheck)));
            }
            Err(_) => return Ok(Err(Refused::of(FailureInfo::BadAlg))),
        };
        Ok(match protection {
            CmpProtection::Mac(mac) => match reference(message) {
                Some(reference) => Ok(Credential::Code { reference, mac }),
                None => Err(Refusal::UnknownReference.into()),
            },
            CmpProtection::Signature(algorithm) => match self.signer(message)? {
                Some(certificate) if names(message.header(), &certificate) => {
                    Ok(Credential::Certificate {
                        certificate: Box::new(certificate),
                        algorithm,
                        message: message.protected_part().map_err(unwritable)?,
                        signature: message.protection().unwrap_or_default().to_vec(),
                    })
                }
                Some(_) => Err(Refusal::OtherSigner.into()),
                None => Err(Refusal::UnknownCertificate.into()),
            },
            _ => Err(Refused::of(FailureInfo::BadAlg)),
        })
    }

    /// Verifies the protection of a message from which no certificate is made. A wrong code is counted, and a
    /// right one forgets what was counted, before anything comes of it.
    pub(super) fn authenticate(
        &self,
        admitted: &Admitted<'_>,
        shown: &mut Option<Shown>,
        now: Instant,
    ) -> Result<Result<Sender, Refused>, CaError> {
        self.authenticate_in([None; 2], admitted, shown, now)
    }

    /// The same for a message that goes on with a transaction: its code was counted when that began, and what
    /// has been given or kept since is not lost to guesses that lock the code.
    ///
    /// Who knows the transaction's name can tell a right code from a wrong one here, however often he tries:
    /// he has seen a MAC by that code, and needs no CA for it.
    pub(super) fn authenticate_following(
        &self,
        admitted: &Admitted<'_>,
        shown: &mut Option<Shown>,
        now: Instant,
    ) -> Result<Result<Sender, Refused>, CaError> {
        // Read before the code is judged: what is right and what is wrong take the same time.
        let transaction = sha256(admitted.incoming.transaction());
        let begun = [
            self.ca.order_at(&TRANSACTION, &transaction)?,
            self.ca.order_at(&DEFERRED, &transaction)?,
        ];
        self.authenticate_in(begun, admitted, shown, now)
    }

    fn authenticate_in(
        &self,
        begun: [Option<OrderId>; 2],
        admitted: &Admitted<'_>,
        shown: &mut Option<Shown>,
        now: Instant,
    ) -> Result<Result<Sender, Refused>, CaError> {
        let message = admitted.incoming.message();
        match &admitted.by {
            Credential::Code { reference, mac } => {
                let message = ByCode {
                    protection: &Protection::CmpCode { reference, message },
                    reference,
                    sha256: &admitted.sha256,
                };
                let locked = self.ca.is_locked(reference)?;
                let order = match self.ca.judge_code(message, now)? {
                    Ok(order) => order,
                    Err(refusal) => return Ok(Err(refusal.into())),
                };
                if !begun.contains(&Some(order))
                    && let Err(refusal) = self.ca.proved(&order, message, locked, now)?
                {
                    return Ok(Err(refusal.into()));
                }
                *shown = Some(Shown {
                    order,
                    reference: reference.clone(),
                    mac: mac.clone(),
                });
                Ok(Ok(Sender::Order(order)))
            }
            Credential::Certificate {
                certificate,
                algorithm,
                message,
                signature,
            } => {
                let unknown = || Ok(Err(Refusal::UnknownCertificate.into()));
                let key = PublicKey::parse(certificate.public_key())?;
                match key.verify(algorithm, message, signature) {
                    // A key for key management protects nothing.
                    Ok(()) if certificate.use_of_key() != KeyUse::Sign => unknown(),
                    Ok(()) => Ok(Ok(Sender::Certificate(certificate.clone()))),
                    Err(_) => unknown(),
                }
            }
        }
    }

    /// The certificate that says it has signed: the first one sent along that names this CA (RFC 9483
    /// section 3.3). Nothing but its number is believed; the certificate is the one in the ledger.
    fn signer(&self, message: &Message) -> Result<Option<Certificate>, CaError> {
        let own = self.ca.settings.certificate.subject();
        let sent = message
            .extra_certs()
            .filter_map(|der| Certificate::parse(&der).ok())
            .find(|certificate| certificate.issuer().matches(own));
        match sent {
            Some(sent) => self.ca.find(sent.serial_number().octets()),
            None => Ok(None),
        }
    }
}

/// Whether a header says that this certificate protects the message: sender is its subject, and
/// senderKID, where it is there, its subjectKeyIdentifier.
///
/// Source: RFC 9483 sections 3.1 and 3.5; RFC 9810 section 5.1.1.
fn names(header: &Header, certificate: &Certificate) -> bool {
    let kid = header.sender_kid.as_ref().map(OctetString::as_bytes);
    let sender = header.sender_name();
    sender.is_some_and(|sender| sender.matches(certificate.subject()))
        && kid.is_none_or(|kid| certificate.subject_key_identifier() == Some(kid))
}

/// The reference number stands in senderKID, in ASCII.
fn reference(message: &Message) -> Option<ReferenceNumber> {
    let kid = message.header().sender_kid.as_ref()?;
    ReferenceNumber::parse(core::str::from_utf8(kid.as_bytes()).ok()?).ok()
}
