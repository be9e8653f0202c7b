use der::{Decode as _, Encode as _, asn1::OctetString};
use npki_cert::{Certificate, Name};
use npki_core::{Instant, RevocationReason};
use rand_core::CryptoRng;

use super::{ClientError, Credential, Trust, session::Session};
use crate::{
    Body, CertTemplate, CmpError, Extension, FreeText, InfoTypeAndValue, Message, RevDetails,
    Status, message::malformed, oid,
};

/// Whether a CA wants to be asked for a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KmKey {
    /// Two requests: a signing key and a key-management key (암호화용), both made by the user's side.
    Wanted,
    /// One request; or the CA does not say.
    NotWanted,
}

/// One message and its answer: a question (genm), or a revocation (rr).
#[derive(Debug)]
pub struct Question<'a> {
    session: Session<'a>,
    message: Message,
    km_key: KmKey,
}

impl<'a> Question<'a> {
    /// A genm with these questions.
    ///
    /// # Errors
    /// [`CmpError`] when it cannot be written or signed.
    pub fn ask(
        questions: Vec<InfoTypeAndValue>,
        credential: &'a Credential<'a>,
        trust: &'a dyn Trust,
        recipient: &Name,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Self, CmpError> {
        Self::begin(
            Body::Genm(questions),
            credential,
            trust,
            recipient,
            now,
            rng,
        )
    }

    /// A genm for the certificate that R is encrypted to.
    ///
    /// # Errors
    /// As [`Question::ask`].
    pub fn encryption_certificate(
        credential: &'a Credential<'a>,
        trust: &'a dyn Trust,
        recipient: &Name,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Self, CmpError> {
        let questions = vec![InfoTypeAndValue::ask(oid::CA_PROT_ENC_CERT)];
        Self::ask(questions, credential, trust, recipient, now, rng)
    }

    /// An rr for the certificate that shows it (R13).
    ///
    /// # Errors
    /// As [`Question::ask`].
    pub fn revoke(
        certificate: &Certificate,
        reason: RevocationReason,
        credential: &'a Credential<'a>,
        trust: &'a dyn Trust,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Self, CmpError> {
        let write = malformed("RevDetails");
        let serial = certificate.serial_number().to_der();
        // CRLReason is an ENUMERATED of one octet (RFC 5280 section 5.3.1).
        let value = OctetString::new([0x0a, 1, reason.code()]).map_err(&write)?;
        let details = RevDetails {
            cert_details: CertTemplate {
                serial_number: Some(der::asn1::Int::from_der(&serial).map_err(&write)?),
                issuer: Some(der::Any::from_der(certificate.issuer().der()).map_err(&write)?),
                ..CertTemplate::default()
            },
            crl_entry_details: Some(vec![Extension {
                oid: oid::CRL_REASON,
                critical: false,
                value,
            }]),
        };
        let body = Body::Rr(vec![details]);
        Self::begin(body, credential, trust, certificate.issuer(), now, rng)
    }

    fn begin(
        body: Body,
        credential: &'a Credential<'a>,
        trust: &'a dyn Trust,
        recipient: &Name,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Self, CmpError> {
        let mut session = Session::begin(credential, trust, recipient.clone(), rng);
        let message = session.write(body, vec![], now, rng)?;
        Ok(Self {
            session,
            message,
            km_key: KmKey::NotWanted,
        })
    }

    /// The octets to send, and to send again when the answer is lost.
    #[must_use]
    pub fn message(&self) -> &[u8] {
        self.message.der()
    }

    /// Takes the answers to a genm.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn answers(
        &mut self,
        answer: &[u8],
        now: Instant,
    ) -> Result<Vec<InfoTypeAndValue>, ClientError> {
        let answer = self.session.read(answer, now)?;
        let text = answer.header().free_text.as_ref();
        if text.is_some_and(|text| text.texts().any(|text| text == FreeText::KM_KEY_BY_USER)) {
            self.km_key = KmKey::Wanted;
        }
        match answer.body() {
            Body::Genp(answers) => Ok(answers.clone()),
            other => Err(self.unexpected(other)),
        }
    }

    /// Takes the answer to [`Question::encryption_certificate`]; nothing when the CA has none.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn certificate(
        &mut self,
        answer: &[u8],
        now: Instant,
    ) -> Result<Option<Certificate>, ClientError> {
        let answers = self.answers(answer, now)?;
        let wanted = [oid::CA_PROT_ENC_CERT, oid::YESSIGN_KM_CERT];
        let found = answers
            .iter()
            .filter(|told| wanted.contains(&told.info_type))
            .find_map(|told| told.info_value.as_ref());
        found
            .map(|value| {
                let der = value.to_der().map_err(malformed("caProtEncCert"))?;
                Ok(Certificate::parse(&der).map_err(CmpError::Certificate)?)
            })
            .transpose()
    }

    /// Whether the answer that was taken wants a pair to be asked for. A Korean CA says so to whoever
    /// shows the code of such an order, or a certificate of a pair.
    #[must_use]
    pub const fn km_key(&self) -> KmKey {
        self.km_key
    }

    /// Takes the answer to an rr: the certificate is revoked.
    ///
    /// # Errors
    /// [`ClientError`]; after [`ClientError::Refused`] it is not.
    pub fn revoked(&mut self, answer: &[u8], now: Instant) -> Result<(), ClientError> {
        let answer = self.session.read(answer, now)?;
        let content = match answer.body() {
            Body::Rp(content) => content,
            other => return Err(self.unexpected(other)),
        };
        match content.status.first() {
            Some(status)
                if status.is_granted() || status.status == Status::RevocationNotification =>
            {
                Ok(())
            }
            Some(status) => Err(ClientError::refused(status)),
            None => Err(self.unexpected(answer.body())),
        }
    }

    fn unexpected(&self, found: &Body) -> ClientError {
        ClientError::Unexpected {
            sent: self.message.body().name(),
            found: found.name(),
        }
    }
}
