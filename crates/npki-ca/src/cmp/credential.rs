use npki_cert::{Certificate, KeyUse};
use npki_cmp::{CmpError, FailureInfo, MacAlgorithm, Message, Protection as CmpProtection};
use npki_core::{Instant, OrderAction, OrderId, ReferenceNumber};
use npki_key::{PublicKey, SignatureAlgorithm, Verifier as _};

use super::{Admitted, CmpCa, Refused, answer::Shown, unwritable};
use crate::{CaError, Protection, Refusal};

/// By what a message is protected; not verified yet.
pub(super) enum Credential {
    /// A reference number and its code.
    Code {
        reference: ReferenceNumber,
        mac: MacAlgorithm,
    },
    /// A certificate of this CA.
    Certificate {
        serial: Vec<u8>,
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
                serial,
                algorithm,
                message,
                signature,
            } => Protection::Certificate {
                serial,
                action,
                message,
                algorithm: *algorithm,
                signature,
            },
        }
    }
}

impl CmpCa<'_> {
    /// Finds out by what a message is protected, within the bounds and without any work.
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
            CmpProtection::Signature(algorithm) => match self.signer(message) {
                Some(serial) => Ok(Credential::Certificate {
                    serial,
                    algorithm,
                    message: message.protected_part().map_err(unwritable)?,
                    signature: message.protection().unwrap_or_default().to_vec(),
                }),
                None => Err(Refusal::UnknownCertificate.into()),
            },
            _ => Err(Refused::of(FailureInfo::BadAlg)),
        })
    }

    /// Verifies the protection of a message that asks for no certificate. A code is counted before
    /// it is judged, and forgotten when it was right.
    pub(super) fn authenticate(
        &self,
        admitted: &Admitted<'_>,
        shown: &mut Option<Shown>,
        now: Instant,
    ) -> Result<Result<Sender, Refused>, CaError> {
        let message = admitted.incoming.message();
        match &admitted.by {
            Credential::Code { reference, mac } => {
                let protection = Protection::CmpCode { reference, message };
                let sha256 = &admitted.sha256;
                Ok(
                    match self.ca.admit_by_code(&protection, reference, sha256, now)? {
                        Ok(order) => {
                            self.ca.proved(&order, reference, sha256, now)?;
                            *shown = Some(Shown {
                                order,
                                reference: reference.clone(),
                                mac: mac.clone(),
                            });
                            Ok(Sender::Order(order))
                        }
                        Err(refusal) => Err(refusal.into()),
                    },
                )
            }
            Credential::Certificate {
                serial,
                algorithm,
                message,
                signature,
            } => {
                let unknown = || Ok(Err(Refusal::UnknownCertificate.into()));
                let Some(certificate) = self.ca.find(serial)? else {
                    return unknown();
                };
                let key = PublicKey::parse(certificate.public_key())?;
                match key.verify(algorithm, message, signature) {
                    // A key for key management protects nothing.
                    Ok(()) if certificate.use_of_key() != KeyUse::Sign => unknown(),
                    Ok(()) => Ok(Ok(Sender::Certificate(Box::new(certificate)))),
                    Err(_) => unknown(),
                }
            }
        }
    }

    /// The serial number of the certificate that says it has signed: the first one sent along that
    /// names this CA (RFC 9483 section 3.3). What is verified with is the one in the ledger.
    fn signer(&self, message: &Message) -> Option<Vec<u8>> {
        let own = self.ca.settings.certificate.subject();
        message
            .extra_certs()
            .filter_map(|der| Certificate::parse(&der).ok())
            .find(|certificate| certificate.issuer().matches(own))
            .map(|certificate| certificate.serial_number().octets().to_vec())
    }
}

/// The reference number stands in senderKID, in ASCII.
fn reference(message: &Message) -> Option<ReferenceNumber> {
    let kid = message.header().sender_kid.as_ref()?;
    ReferenceNumber::parse(core::str::from_utf8(kid.as_bytes()).ok()?).ok()
}
