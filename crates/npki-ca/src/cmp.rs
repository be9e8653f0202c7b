//! The CA over CMP: a message comes in, a message goes out, and nothing stays in the process.

mod answer;
mod confirm;
mod credential;
mod enrol;
mod keys;
mod poll;
mod refused;
mod revoke;

use core::time::Duration;

use npki_cmp::{Body, CmpError, FailureInfo, FreeText, Incoming, InfoTypeAndValue, Message, oid};
use npki_core::Instant;
use rand_core::CryptoRng;

use crate::{
    Ca, CaError,
    pairs::Pairs,
    store::{SERIAL, sha256},
};
use answer::{Answer, Shown, To};
use credential::{Credential, Sender};
use refused::Refused;

pub use keys::{CmpKeys, EncryptionKey};

/// A CA that speaks CMP: [`CmpCa::answer`] is all of it.
///
/// What a transaction needs to be remembered stands in the ledger, so any node may take any message
/// of it, and one that lost an answer asks again: the same bytes get the same certificate until it is
/// confirmed, or until it could have been, and so does a new transaction with the same key and
/// reference number, unless wrong codes have locked that (R32).
///
/// ```text
/// ir, cr, p10cr   by reference number and authorization code: what the bank has ordered
/// kur             by the certificate's signature: its renewal (R11)
/// cr, p10cr       by the certificate's signature: the reissue that the bank has ordered for it (R12)
/// pollReq         the answer to a request that could not be given at once
/// certConf        issued, or rejected (R18b)
/// rr              by the certificate's own signature (R13)
/// genm            the certificates of the CA, and whether a pair is to be asked for
/// ```
///
/// An order of a pair (R2) is asked for by two requests in one message, the signing key's first, and
/// answered by two responses; certConf takes both or neither. Each key signs its own request
/// (RFC 4211 section 4.1), the key-management key too. Any other several requests need a
/// transaction each.
/// A right request that cannot be answered now, because the bank or the signing key does not, is kept
/// in the ledger and answered with `waiting`; each poll works with it again.
///
/// A signed message names its signer (RFC 9483 sections 3.1 and 3.5): sender is the certificate's
/// subject, senderKID, where it is there, its subjectKeyIdentifier. A transaction that is known is told
/// to the certificate that began it, and to no other that signs the same octets. A new key vouches for
/// the one who asks: publicKeyMAC by the code, authInfo's sender or the renewed subject by a
/// signature, and oldCertId names the signer's certificate. What PKCS #10 and a `cr` say of the
/// subject is a wish, as stock clients have it, and binds nobody.
///
/// Every refusal is an `error` with the sentence of its rule in statusString, in Korean and English,
/// protected: by the code when the request has shown it, else by the CMP key's signature.
///
/// Source: RFC 9810; RFC 9483; KCAC.TS.CMP for EncryptedVID.
#[derive(Debug)]
pub struct CmpCa<'a> {
    ca: Ca<'a>,
    keys: &'a CmpKeys,
    /// How far messageTime may lie from now.
    window: Option<Duration>,
}

/// What became of a message.
#[derive(Debug)]
pub struct CmpAnswered {
    /// The DER of the PKIMessage to be sent.
    pub der: Vec<u8>,
    /// Why the CA could not do what was asked, where the message says no more than `systemUnavail` or
    /// `systemFailure`: for the CA's log.
    pub failure: Option<CaError>,
}

/// A message, and by what it is protected; who works with it verifies that.
struct Admitted<'a> {
    incoming: &'a Incoming,
    /// SHA-256 of its protected part: what names it towards ledger and bank.
    sha256: [u8; 32],
    by: Credential,
}

impl<'a> CmpCa<'a> {
    /// This CA, with these keys for its messages.
    #[must_use]
    pub const fn new(ca: Ca<'a>, keys: &'a CmpKeys) -> Self {
        Self {
            ca,
            keys,
            window: None,
        }
    }

    /// The same, for messages whose messageTime lies at most `window` before or after now; both ends
    /// included. Others, and those without one, are refused with `badTime`.
    ///
    /// Without it a message's time is not looked at: what was asked before is known by its transaction,
    /// and the clocks of people's machines are what they are.
    ///
    /// Source: RFC 9483 section 3.1 wants a messageTime; RFC 9810 section 5.2.3 for `badTime`.
    #[must_use]
    pub const fn with_message_time_window(self, window: Duration) -> Self {
        Self {
            window: Some(window),
            ..self
        }
    }

    /// The CA.
    #[must_use]
    pub const fn ca(&self) -> &Ca<'a> {
        &self.ca
    }

    /// Answers one DER PKIMessage with another.
    ///
    /// # Errors
    /// [`CaError`] when no answer can be made: the key does not sign, a field cannot be written. A
    /// CA that cannot work now is an answer, with `systemUnavail` or `systemFailure`, to be asked
    /// again with the same bytes; why is in [`CmpAnswered::failure`].
    pub fn answer(
        &self,
        request: &[u8],
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<CmpAnswered, CaError> {
        let mut shown = None;
        let mut failure = None;
        let der = match Incoming::accept(request) {
            Ok(incoming) => {
                let part = incoming.message().protected_part().map_err(unwritable)?;
                let sha256 = sha256(&part);
                let answer = match self.is_timely(&incoming, now) {
                    true => self.judge(&incoming, sha256, &mut shown, now, rng),
                    false => Ok(Err(Refused::of(FailureInfo::BadTime))),
                }
                .unwrap_or_else(|error| {
                    let refused = Refused::failed(&error);
                    failure = Some(error);
                    Err(refused)
                });
                let to = To {
                    header: Some(incoming.message().header()),
                    nonce: self.nonce(incoming.transaction(), &sha256),
                    shown: shown.as_ref(),
                };
                self.send(&to, answer, now, rng)?
            }
            Err(unacceptable) => {
                let to = To {
                    header: unacceptable.message.as_ref().map(Message::header),
                    nonce: self.nonce(&[], &sha256(request)),
                    shown: None,
                };
                self.send(&to, Err(Refused::of(unacceptable.failure)), now, rng)?
            }
        };
        Ok(CmpAnswered { der, failure })
    }

    fn is_timely(&self, incoming: &Incoming, now: Instant) -> bool {
        let header = incoming.message().header();
        self.window
            .is_none_or(|window| header.is_timely(now, window))
    }

    /// Verifies the protection and does what is asked. `shown` is the code once it is known that the
    /// other side has it too.
    fn judge(
        &self,
        incoming: &Incoming,
        sha256: [u8; 32],
        shown: &mut Option<Shown>,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Result<Answer, Refused>, CaError> {
        let message = incoming.message();
        let by = match self.credential(message)? {
            Ok(by) => by,
            Err(refused) => return Ok(Err(refused)),
        };
        let admitted = Admitted {
            incoming,
            sha256,
            by,
        };
        match message.body() {
            Body::Ir(_) | Body::Cr(_) | Body::Kur(_) | Body::P10cr(_) => {
                self.enrol(&admitted, shown, now, rng)
            }
            Body::PollReq(polls) => self.poll(&admitted, polls, shown, now, rng),
            Body::CertConf(statuses) => self.confirmation(&admitted, statuses, shown, now),
            Body::Rr(details) => self.revocation(&admitted, details, now),
            Body::Genm(questions) => self.information(&admitted, questions, shown, now),
            // The other side gives up; what was signed lapses in its time (RFC 9810 section 5.3.21).
            Body::Error(_) => Ok(self
                .authenticate(&admitted, shown, now)?
                .map(|_| Answer::confirmed())),
            _ => Ok(Err(Refused::of(FailureInfo::BadRequest))),
        }
    }

    fn information(
        &self,
        admitted: &Admitted<'_>,
        questions: &[InfoTypeAndValue],
        shown: &mut Option<Shown>,
        now: Instant,
    ) -> Result<Result<Answer, Refused>, CaError> {
        let order = match self.authenticate(admitted, shown, now)? {
            Ok(Sender::Order(order)) => Some(order),
            // Whoever has a pair renews a pair.
            Ok(Sender::Certificate(certificate)) => {
                let serial = certificate.serial_number();
                self.ca.order_at(&SERIAL, serial.octets())?
            }
            Err(refused) => return Ok(Err(refused)),
        };
        let mut answers = Vec::new();
        // A client of the old kind asks nothing and expects the certificate for EncryptedVID.
        let encryption = [
            InfoTypeAndValue::ask(oid::CA_PROT_ENC_CERT),
            InfoTypeAndValue::ask(oid::YESSIGN_KM_CERT),
        ];
        let questions = match questions {
            [] => encryption.as_slice(),
            questions => questions,
        };
        for question in questions {
            answers.extend(self.tell(question)?);
        }
        let answer = Answer::of(Body::Genp(answers));
        let pairs = order.map(|order| self.ca.order(&order)).transpose()?;
        Ok(Ok(match pairs.as_ref().map(Pairs::of).transpose()? {
            Some(Pairs::SigningAndKm) => answer.with_text(FreeText::KM_KEY_BY_USER),
            _ => answer,
        }))
    }

    /// What the CA knows of a question; nothing for one that it does not know (RFC 9810 section
    /// 5.3.19).
    fn tell(&self, question: &InfoTypeAndValue) -> Result<Option<InfoTypeAndValue>, CaError> {
        let oid = question.info_type;
        let certificate = |certificate: &npki_cert::Certificate| -> Result<der::Any, CaError> {
            Ok(der::Decode::from_der(certificate.der())?)
        };
        let told = match oid {
            oid::CA_PROT_ENC_CERT | oid::YESSIGN_KM_CERT => {
                match self.keys.encryption_certificate() {
                    Some(found) => Some(InfoTypeAndValue::tell(oid, &certificate(found)?)),
                    None => None,
                }
            }
            oid::CA_CERTS => {
                let all: Vec<_> = core::iter::once(&self.ca.settings.certificate)
                    .chain(&self.keys.chain)
                    .map(certificate)
                    .collect::<Result<_, _>>()?;
                Some(InfoTypeAndValue::tell(oid, &all))
            }
            _ => None,
        };
        told.transpose().map_err(unwritable)
    }
}

/// A field that cannot be written: lengths beyond what DER holds.
fn unwritable(error: CmpError) -> CaError {
    match error {
        CmpError::Sign(error) => CaError::Sign(error),
        other => CaError::Cmp(other),
    }
}
