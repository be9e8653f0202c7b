use npki_cert::Certificate;
use npki_cmp::{
    Body, CertOrEncCert, CertRepMessage, CertResponse, CertifiedKeyPair, ErrorMsgContent, FreeText,
    Header, InfoTypeAndValue, MacAlgorithm, Message, Protector, Status, StatusInfo, answer_header,
    oid,
};
use npki_core::{AuthorizationCode, Instant, OrderId, ReferenceNumber};
use rand_core::CryptoRng;

use super::{CmpCa, Refused, unwritable};
use crate::{CaError, Confirmation, Signed};

/// What goes back, before it is protected.
pub(super) struct Answer {
    body: Body,
    notes: Vec<InfoTypeAndValue>,
    /// freeText of the header.
    text: Option<&'static str>,
}

/// The other side has shown that it has the code of this order: answers are protected alike.
pub(super) struct Shown {
    pub(super) order: OrderId,
    pub(super) reference: ReferenceNumber,
    pub(super) mac: MacAlgorithm,
}

/// The certReqIds that an answer repeats.
pub(super) struct Ids {
    pub(super) sign: i64,
    /// That of a pair's second request.
    pub(super) km: Option<i64>,
}

/// Whom an answer goes to.
pub(super) struct To<'a> {
    /// The header of the request, if it could be read.
    pub(super) header: Option<&'a Header>,
    /// Our nonce.
    pub(super) nonce: [u8; 16],
    pub(super) shown: Option<&'a Shown>,
}

impl Answer {
    pub(super) const fn of(body: Body) -> Self {
        Self {
            body,
            notes: Vec::new(),
            text: None,
        }
    }

    /// The requests are right, and their certificates come later.
    pub(super) fn waiting(request: &Body, ids: &Ids) -> Self {
        let response = core::iter::once(ids.sign)
            .chain(ids.km)
            .map(|cert_req_id| CertResponse {
                cert_req_id,
                status: StatusInfo {
                    status: Status::Waiting,
                    ..StatusInfo::accepted()
                },
                certified_key_pair: None,
                rsp_info: None,
            })
            .collect();
        let ca_pubs = None;
        Self::of(answering(request, CertRepMessage { ca_pubs, response }))
    }

    pub(super) fn is_waiting(&self) -> bool {
        match &self.body {
            Body::Ip(content) | Body::Cp(content) | Body::Kup(content) => content
                .response
                .iter()
                .any(|response| response.status.status == Status::Waiting),
            _ => false,
        }
    }

    pub(super) fn with_text(self, text: &'static str) -> Self {
        Self {
            text: Some(text),
            ..self
        }
    }

    pub(super) const fn confirmed() -> Self {
        Self::of(Body::PkiConf(der::asn1::Null))
    }
}

/// The kind of answer that a kind of request has.
fn answering(request: &Body, content: CertRepMessage) -> Body {
    match request {
        Body::Ir(_) => Body::Ip(content),
        Body::Kur(_) => Body::Kup(content),
        _ => Body::Cp(content),
    }
}

impl CmpCa<'_> {
    /// The certificate, or the two of a pair, in the kind of answer that the kind of request has.
    pub(super) fn certificate_answer(
        &self,
        request: &Body,
        ids: &Ids,
        status: Status,
        signed: &Signed,
        with_ca_certificates: bool,
    ) -> Result<Answer, CaError> {
        let any = |certificate: &Certificate| -> Result<der::Any, CaError> {
            Ok(der::Decode::from_der(certificate.der())?)
        };
        // caPubs are trusted only as far as the protection is by a shared secret (RFC 9810 5.3.2).
        let ca_pubs = match with_ca_certificates {
            true => Some(self.authorities().map(any).collect::<Result<Vec<_>, _>>()?),
            false => None,
        };
        let given = |cert_req_id, certificate| -> Result<_, CaError> {
            Ok(CertResponse {
                cert_req_id,
                status: StatusInfo {
                    status,
                    ..StatusInfo::accepted()
                },
                certified_key_pair: Some(CertifiedKeyPair {
                    cert_or_enc_cert: CertOrEncCert::Certificate(any(certificate)?),
                    private_key: None,
                    publication_info: None,
                }),
                rsp_info: None,
            })
        };
        let km = ids.km.zip(signed.km_certificate.as_ref());
        let response = core::iter::once((ids.sign, &signed.certificate))
            .chain(km)
            .map(|(id, certificate)| given(id, certificate))
            .collect::<Result<_, _>>()?;
        let content = CertRepMessage { ca_pubs, response };
        let body = answering(request, content);
        let note = match signed.confirmation {
            Confirmation::Implicit => {
                InfoTypeAndValue::tell(oid::IMPLICIT_CONFIRM, &der::asn1::Null)
            }
            Confirmation::Explicit => {
                let seconds = u64::try_from(signed.confirm_by.unix_seconds()).unwrap_or_default();
                let by = der::asn1::GeneralizedTime::from_unix_duration(
                    core::time::Duration::from_secs(seconds),
                )?;
                InfoTypeAndValue::tell(oid::CONFIRM_WAIT_TIME, &by)
            }
        };
        Ok(Answer {
            notes: vec![note.map_err(unwritable)?],
            ..Answer::of(body)
        })
    }

    /// Protects an answer, or an `error` with the sentence of the refusal in Korean and in English.
    pub(super) fn send(
        &self,
        to: &To<'_>,
        answer: Result<Answer, Refused>,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<u8>, CaError> {
        let answer = match answer {
            Ok(answer) => answer,
            Err(Refused { failure, sentence }) => {
                let status = StatusInfo::rejection(failure, [&*sentence.ko, &*sentence.en])?;
                Answer::of(Body::Error(ErrorMsgContent {
                    status,
                    error_code: None,
                    error_details: None,
                }))
            }
        };
        self.protected(to, answer, now, rng)
    }

    fn protected(
        &self,
        to: &To<'_>,
        answer: Answer,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<u8>, CaError> {
        let Answer { body, notes, text } = answer;
        let code: AuthorizationCode;
        let (name, kid, with) = match to.shown {
            Some(shown) => {
                code = self.ca.keys.code.code(&shown.order);
                let with = Protector::Code {
                    code: &code,
                    mac: shown.mac.with_new_salt(rng),
                };
                let kid = shown.reference.as_str().as_bytes().to_vec();
                (self.ca.settings.certificate.subject(), Some(kid), with)
            }
            None => {
                let certificate = &self.keys.certificate;
                let kid = certificate.subject_key_identifier().map(<[u8]>::to_vec);
                (
                    certificate.subject(),
                    kid,
                    Protector::Key(&*self.keys.protection),
                )
            }
        };
        let mut header = answer_header(to.header, name, &to.nonce, now).map_err(unwritable)?;
        header.sender_kid = kid.map(der::asn1::OctetString::new).transpose()?;
        header.general_info = (!notes.is_empty()).then_some(notes);
        header.free_text = text.map(|text| FreeText::new([text])).transpose()?;
        let own = to.shown.is_none().then_some(&self.keys.certificate);
        let extra = own.into_iter().chain(self.authorities());
        let message = Message::protect(header, body, extra.map(Certificate::der), &with, rng)
            .map_err(unwritable)?;
        Ok(message.der().to_vec())
    }

    /// The nonce of our answer to a request: told again by any node, so that the next message of the
    /// transaction can be held to it.
    pub(super) fn nonce(&self, transaction: &[u8], request_sha256: &[u8; 32]) -> [u8; 16] {
        self.ca.keys.code.nonce(transaction, request_sha256)
    }

    /// The CA's own certificate and those above it.
    fn authorities(&self) -> impl Iterator<Item = &Certificate> {
        core::iter::once(&self.ca.settings.certificate).chain(&self.keys.chain)
    }
}
