use core::time::Duration;

use npki_cert::{
    CertId, CertStatus, Certificate, MAX_NONCE, OcspAnswer, OcspAsked, OcspParams, OcspRequest,
    OcspResponse, OcspResponseStatus, ResponderId, SerialNumber, assemble_ocsp, tbs_ocsp,
};
use npki_core::Instant;
use rand_core::CryptoRng;

use super::PreparedAnswers;
use crate::{Ca, CaError, CertificateStatus, OcspKey};

/// Answers OCSP requests about the certificates of one CA, out of its ledger.
///
/// Holds no state: it asks the ledger for every answer, so that after [`Ca::revoke`] has returned no
/// answer says good (R13). A certificate is good from its confirmation on; before, and when it was
/// never issued, it is unknown (R18b).
#[derive(Debug)]
pub struct OcspResponder<'a> {
    pub(super) ca: Ca<'a>,
    pub(super) settings: &'a OcspSettings,
    pub(super) key: &'a OcspKey,
}

/// What a responder is and how it answers.
#[derive(Clone, Debug)]
pub struct OcspSettings {
    /// Its certificate: of the root, as the Korean CAs have it, or of the CA
    /// ([`ceremony::ocsp_responder`](crate::ceremony::ocsp_responder)), or the CA's own.
    pub certificate: Certificate,
    /// How long an answer holds: nextUpdate is so much after thisUpdate.
    pub lifetime: Duration,
    /// The most certificates that one request may ask about.
    pub max_questions: usize,
}

/// What became of a request.
#[derive(Clone, Debug)]
pub struct OcspAnswered {
    /// The DER of the OCSPResponse to be sent.
    pub der: Vec<u8>,
    /// The serial numbers asked about that this CA has never given to a certificate: somebody may
    /// hold one that it has not issued. To be watched.
    pub never_issued: Vec<SerialNumber>,
}

impl<'a> OcspResponder<'a> {
    /// A responder for this CA.
    #[must_use]
    pub const fn new(ca: Ca<'a>, settings: &'a OcspSettings, key: &'a OcspKey) -> Self {
        Self { ca, settings, key }
    }

    /// Answers one request, the DER of an OCSPRequest, with a signature made for it. The nonce is
    /// given back; a signature of the request is not asked for and not looked at.
    ///
    /// What cannot be read, or is about another issuer, is answered without a signature, as RFC 6960
    /// section 2.3 has it.
    ///
    /// # Errors
    /// [`CaError`] when the ledger or the key fails; the transport then says
    /// [`OcspResponseStatus::InternalError`] or [`OcspResponseStatus::TryLater`].
    ///
    /// Source: RFC 6960 section 2; RFC 5019 section 2.2.3 for other issuers; RFC 9654 for the nonce.
    pub fn answer(
        &self,
        request: &[u8],
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<OcspAnswered, CaError> {
        match self.read(request) {
            Ok(request) => self.answer_read(&request, now, rng),
            Err(status) => refuse(status),
        }
    }

    /// As [`answer`](Self::answer), but with an answer that was signed beforehand where there is one
    /// that may still be sent and the request has no nonce.
    ///
    /// # Errors
    /// As [`answer`](Self::answer).
    pub fn answer_prepared(
        &self,
        prepared: &PreparedAnswers,
        request: &[u8],
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<OcspAnswered, CaError> {
        let request = match self.read(request) {
            Ok(request) => request,
            Err(status) => return refuse(status),
        };
        if let ([one], None) = (request.asked(), request.nonce())
            && let Some(der) = prepared.find(&self.ca, one.id(), now)?
        {
            return Ok(OcspAnswered {
                der: der.to_vec(),
                never_issued: Vec::new(),
            });
        }
        self.answer_read(&request, now, rng)
    }

    /// Reads a request and finds it to be one for this responder.
    fn read(&self, request: &[u8]) -> Result<OcspRequest, OcspResponseStatus> {
        let request =
            OcspRequest::parse(request).map_err(|_| OcspResponseStatus::MalformedRequest)?;
        let questions = request.asked().len();
        let fine = (1..=self.settings.max_questions).contains(&questions)
            && request.unknown_critical().is_none()
            && request
                .nonce()
                .is_none_or(|nonce| (1..=MAX_NONCE).contains(&nonce.len()));
        if !fine {
            return Err(OcspResponseStatus::MalformedRequest);
        }
        let own = &self.ca.settings().certificate;
        if !request
            .asked()
            .iter()
            .all(|asked| asked.id().is_of(own.subject(), own.public_key()))
        {
            return Err(OcspResponseStatus::Unauthorized);
        }
        Ok(request)
    }

    fn answer_read(
        &self,
        request: &OcspRequest,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<OcspAnswered, CaError> {
        let mut never_issued = Vec::new();
        let mut answers = Vec::new();
        for id in request.asked().iter().map(OcspAsked::id) {
            let status = self.ca.status(id.serial_number.octets())?;
            if status == CertificateStatus::Unknown {
                never_issued.push(id.serial_number);
            }
            answers.push(self.say(id.clone(), status, now));
        }
        let tbs = self.tbs(request.nonce(), answers, now)?;
        let signature = self.key.handle().sign(&tbs, rng)?;
        Ok(OcspAnswered {
            der: self.assemble(&tbs, signature.octets())?,
            never_issued,
        })
    }

    pub(super) fn say(&self, id: CertId, status: CertificateStatus, now: Instant) -> OcspAnswer {
        OcspAnswer {
            id,
            status: match status {
                CertificateStatus::Good => CertStatus::Good,
                CertificateStatus::Revoked(revoked) => CertStatus::Revoked {
                    at: revoked.at,
                    reason: Some(revoked.reason),
                },
                _ => CertStatus::Unknown,
            },
            this_update: now,
            next_update: now.saturating_add(self.settings.lifetime),
        }
    }

    pub(super) fn tbs(
        &self,
        nonce: Option<&[u8]>,
        answers: Vec<OcspAnswer>,
        now: Instant,
    ) -> Result<Vec<u8>, CaError> {
        let params = OcspParams {
            responder: &ResponderId::by_key_of(&self.settings.certificate),
            produced_at: now,
            nonce,
        };
        Ok(tbs_ocsp(&params, answers)?)
    }

    pub(super) fn assemble(&self, tbs: &[u8], signature: &[u8]) -> Result<Vec<u8>, CaError> {
        let algorithm = self.key.handle().algorithm().identifier();
        let own = core::slice::from_ref(&self.settings.certificate);
        Ok(assemble_ocsp(tbs, &algorithm, signature, own)?)
    }
}

fn refuse(status: OcspResponseStatus) -> Result<OcspAnswered, CaError> {
    let refusal = OcspResponse::refusal(status).ok_or(CaError::Damaged {
        what: "an OCSP refusal",
    })?;
    Ok(OcspAnswered {
        der: refusal.encode()?,
        never_issued: Vec::new(),
    })
}
