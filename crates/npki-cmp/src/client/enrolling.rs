use core::fmt;

use der::{Any, Decode as _, Encode as _, asn1::BitString, asn1::OctetString};
use npki_cert::{Certificate, Name};
use npki_core::{HashAlgorithm, Instant, RandomNumber};
use npki_key::{SignatureAlgorithm, SigningKey};
use rand_core::CryptoRng;
use spki::SubjectPublicKeyInfoOwned;

use super::{ClientError, Credential, Trust, session::Session};
use crate::{
    AttributeTypeAndValue, Body, CertId, CertOrEncCert, CertRepMessage, CertReqMsg, CertRequest,
    CertResponse, CertStatus, CertTemplate, CmpError, EncryptedVid, FailureInfo, InfoTypeAndValue,
    Message, PollReq, PoposSigningKey, PoposSigningKeyInput, ProofOfPossession, Status, StatusInfo,
    header::directory_name,
    message::{any, malformed},
    oid,
};

/// What kind of certificate is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `ir`: the first one, and a reissue by code.
    Initial,
    /// `cr`: another one.
    Additional,
    /// `kur`: in the place of the certificate that shows it (R11).
    Renewal,
}

/// What a certificate is asked for with.
#[derive(Debug)]
pub struct Wanted<'a> {
    /// Which kind.
    pub kind: Kind,
    /// The new key, which signs the request.
    pub key: &'a dyn SigningKey,
    /// The handle by which a new key-management key signs its own request, the second of the message,
    /// where a pair is ordered: see [`Question::km_key`](super::Question::km_key).
    pub km_key: Option<&'a dyn SigningKey>,
    /// The name asked for. A Korean CA names by itself and wants none.
    pub subject: Option<&'a Name>,
    /// R, and the CA's certificate that it is encrypted to: [`Question::encryption_certificate`](super::Question::encryption_certificate).
    pub random_number: Option<(&'a RandomNumber, &'a Certificate)>,
    /// Whether no confirmation is to be sent. Then the certificate is good before it is stored.
    pub implicit_confirmation: bool,
}

/// A request on its way.
#[derive(Debug)]
pub struct Enrolling<'a> {
    session: Session<'a>,
    kind: Kind,
    /// Those asked for, the signing key first; their places are the certReqIds.
    public_keys: Vec<SubjectPublicKeyInfoOwned>,
    message: Message,
}

/// What comes after an answer.
#[derive(Debug)]
pub enum Step<'a> {
    /// Not ready: wait as many seconds, then send [`Enrolling::message`], which is another one now.
    Wait {
        /// How long, as the CA says; bound it.
        seconds: u32,
        /// The same request.
        then: Box<Enrolling<'a>>,
    },
    /// The certificate is there, and is to be stored before it is confirmed.
    Issued(Box<Issued<'a>>),
}

/// A certificate, or a pair of them, that was given and is not confirmed yet.
#[derive(Debug)]
pub struct Issued<'a> {
    session: Session<'a>,
    certificate: Certificate,
    km_certificate: Option<Certificate>,
    ca_certificates: Vec<Certificate>,
    implicit: bool,
}

/// A certConf on its way.
#[derive(Debug)]
pub struct Confirming<'a> {
    session: Session<'a>,
    message: Message,
}

impl<'a> Enrolling<'a> {
    /// Makes the request. `recipient` is the CA's name, and may be empty.
    ///
    /// # Errors
    /// [`CmpError::Sign`], [`CmpError::Encrypt`]; [`CmpError::Malformed`] for what cannot be written.
    pub fn begin(
        wanted: &Wanted<'_>,
        credential: &'a Credential<'a>,
        trust: &'a dyn Trust,
        recipient: &Name,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Self, CmpError> {
        let keys: Vec<_> = core::iter::once(wanted.key).chain(wanted.km_key).collect();
        let requests = (CERT_REQ_ID..)
            .zip(&keys)
            .map(|(id, key)| request(wanted, credential, id, *key, rng))
            .collect::<Result<_, CmpError>>()?;
        let body = match wanted.kind {
            Kind::Initial => Body::Ir(requests),
            Kind::Additional => Body::Cr(requests),
            Kind::Renewal => Body::Kur(requests),
        };
        let notes = match wanted.implicit_confirmation {
            true => vec![InfoTypeAndValue::tell(
                oid::IMPLICIT_CONFIRM,
                &der::asn1::Null,
            )?],
            false => vec![],
        };
        let mut session = Session::begin(credential, trust, recipient.clone(), rng);
        let message = session.write(body, notes, now, rng)?;
        Ok(Self {
            session,
            kind: wanted.kind,
            public_keys: keys.iter().map(|key| key.public_key().clone()).collect(),
            message,
        })
    }

    /// The octets to send, and to send again when the answer is lost.
    #[must_use]
    pub fn message(&self) -> &[u8] {
        self.message.der()
    }

    /// Takes the answer to [`Enrolling::message`].
    ///
    /// # Errors
    /// [`ClientError`], by what is wrong with it; the request can be sent again.
    pub fn take(
        mut self,
        answer: &[u8],
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Step<'a>, ClientError> {
        let answer = self.session.read(answer, now)?;
        let content = match (self.kind, answer.body()) {
            (Kind::Initial, Body::Ip(content))
            | (Kind::Additional, Body::Cp(content))
            | (Kind::Renewal, Body::Kup(content)) => content,
            (_, Body::PollRep(waits)) => {
                let seconds = waits.first().map_or(0, |wait| wait.check_after);
                let seconds = u32::try_from(seconds.max(0)).unwrap_or(u32::MAX);
                return self.poll(seconds, now, rng);
            }
            (_, other) => {
                return Err(ClientError::Unexpected {
                    sent: self.message.body().name(),
                    found: other.name(),
                });
            }
        };
        let statuses = || content.response.iter().map(|response| &response.status);
        if let Some(refused) =
            statuses().find(|status| !status.is_granted() && status.status != Status::Waiting)
        {
            return Err(ClientError::refused(refused));
        }
        if statuses().any(|status| status.status == Status::Waiting) {
            return self.poll(0, now, rng);
        }
        let mut certificates = self.certificates(content)?.into_iter();
        let certificate = certificates.next().ok_or(ClientError::NoCertificate)?;
        let implicit = answer.header().info(&oid::IMPLICIT_CONFIRM).is_some();
        Ok(Step::Issued(Box::new(Issued {
            certificate,
            km_certificate: certificates.next(),
            ca_certificates: ca_certificates(&answer, content),
            implicit,
            session: self.session,
        })))
    }

    /// A certificate for each key, in their order: all of them, or none.
    fn certificates(&self, content: &CertRepMessage) -> Result<Vec<Certificate>, ClientError> {
        if content.response.len() != self.public_keys.len() {
            return Err(ClientError::NoCertificate);
        }
        let old = old_certificate(self.kind, self.session.credential());
        (CERT_REQ_ID..)
            .zip(&self.public_keys)
            .map(|(id, key)| {
                let mut about = content.response.iter().filter(|r| r.cert_req_id == id);
                let certificate = certificate(about.next().ok_or(ClientError::NoCertificate)?)?;
                let same_name = |old: &Certificate| old.subject().matches(certificate.subject());
                if certificate.public_key() != key {
                    Err(ClientError::OtherKey)
                } else if !old.is_none_or(same_name) {
                    Err(ClientError::OtherSubject)
                } else {
                    Ok(certificate)
                }
            })
            .collect()
    }

    fn poll(
        mut self,
        seconds: u32,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Step<'a>, ClientError> {
        let ids = (CERT_REQ_ID..).zip(&self.public_keys);
        let body = Body::PollReq(
            ids.map(|(cert_req_id, _)| PollReq { cert_req_id })
                .collect(),
        );
        self.message = self.session.write(body, vec![], now, rng)?;
        Ok(Step::Wait {
            seconds,
            then: Box::new(self),
        })
    }
}

impl<'a> Issued<'a> {
    /// The certificate. Its key was compared, and in a renewal its subject with the old one's. Whether
    /// its path is good is the caller's to judge, and its name where a code asked for it.
    #[must_use]
    pub const fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The key-management certificate of a pair.
    #[must_use]
    pub const fn km_certificate(&self) -> Option<&Certificate> {
        self.km_certificate.as_ref()
    }

    /// Certificates of CAs that came along, the CA's own first.
    ///
    /// # Security
    /// Useful to build a path; no reason to trust a root.
    #[must_use]
    pub fn ca_certificates(&self) -> &[Certificate] {
        &self.ca_certificates
    }

    /// Whether the CA wants no confirmation: then there is nothing more to send.
    #[must_use]
    pub const fn is_confirmed(&self) -> bool {
        self.implicit
    }

    /// Makes the certConf that takes the certificate, or both of a pair. Store it first: afterwards it
    /// is good.
    ///
    /// # Errors
    /// As [`Enrolling::begin`].
    pub fn confirm(
        self,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Confirming<'a>, CmpError> {
        self.answer(None, now, rng)
    }

    /// Makes the certConf that does not take it, with a reason for people: it is revoked.
    ///
    /// # Errors
    /// As [`Enrolling::begin`].
    pub fn reject(
        self,
        reason: &str,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Confirming<'a>, CmpError> {
        let status = StatusInfo::rejection(FailureInfo::IncorrectData, [reason]);
        self.answer(Some(status.map_err(malformed("CertStatus"))?), now, rng)
    }

    fn answer(
        mut self,
        status_info: Option<StatusInfo>,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Confirming<'a>, CmpError> {
        let given = core::iter::once(&self.certificate).chain(&self.km_certificate);
        let statuses = (CERT_REQ_ID..)
            .zip(given)
            .map(|(cert_req_id, certificate)| {
                let digest = certificate_hash(certificate).digest(certificate.der());
                Ok(CertStatus {
                    cert_hash: OctetString::new(digest.octets())
                        .map_err(malformed("CertStatus"))?,
                    cert_req_id,
                    status_info: status_info.clone(),
                    hash_alg: None,
                })
            })
            .collect::<Result<_, CmpError>>()?;
        let message = self
            .session
            .write(Body::CertConf(statuses), vec![], now, rng)?;
        Ok(Confirming {
            session: self.session,
            message,
        })
    }
}

impl<'a> Confirming<'a> {
    /// The certConf that a process before has made of this certificate, of which nobody knows whether it
    /// was answered. Nothing, if these octets are none, or those of another credential.
    ///
    /// A CA that has taken it says so again (RFC 9810 section 5.3.18 has it answered by pkiConf); one whose
    /// time for it is over refuses.
    #[must_use]
    pub fn resume(
        octets: &[u8],
        certificate: &Certificate,
        credential: &'a Credential<'a>,
        trust: &'a dyn Trust,
    ) -> Option<Self> {
        let message = Message::parse(octets).ok()?;
        let Body::CertConf(statuses) = message.body() else {
            return None;
        };
        let digest = certificate_hash(certificate).digest(certificate.der());
        if !digest.equals(statuses.first()?.cert_hash.as_bytes()) {
            return None;
        }
        Some(Self {
            session: Session::resume(credential, trust, message.header())?,
            message,
        })
    }

    /// The octets to send, and to send again when the answer is lost.
    #[must_use]
    pub fn message(&self) -> &[u8] {
        self.message.der()
    }

    /// Takes the answer: pkiConf or, of a CA that has had the same confirmation before, the error
    /// certConfirmed (RFC 9810 section 5.2.3).
    ///
    /// # Errors
    /// [`ClientError`]; after [`ClientError::Refused`] the CA has not taken it.
    pub fn take(&mut self, answer: &[u8], now: Instant) -> Result<(), ClientError> {
        match self.session.read(answer, now) {
            Ok(answer) => match answer.body() {
                Body::PkiConf(_) => Ok(()),
                other => Err(ClientError::Unexpected {
                    sent: "certConf",
                    found: other.name(),
                }),
            },
            Err(ClientError::Refused { failures, .. })
                if self.accepts() && failures.contains(&FailureInfo::CertConfirmed) =>
            {
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// Whether it says that the certificates are taken.
    fn accepts(&self) -> bool {
        let Body::CertConf(statuses) = self.message.body() else {
            return false;
        };
        statuses.iter().all(|status| {
            let told = status.status_info.as_ref();
            told.is_none_or(StatusInfo::is_granted)
        })
    }
}

/// The certificate that is renewed, and whose name the new one has.
fn old_certificate<'a>(kind: Kind, credential: &Credential<'a>) -> Option<&'a Certificate> {
    match credential {
        Credential::Certificate { certificate, .. } if kind == Kind::Renewal => Some(certificate),
        _ => None,
    }
}

fn request(
    wanted: &Wanted<'_>,
    credential: &Credential<'_>,
    cert_req_id: i64,
    key: &dyn SigningKey,
    rng: &mut dyn CryptoRng,
) -> Result<CertReqMsg, CmpError> {
    let old = old_certificate(wanted.kind, credential);
    let subject = wanted.subject.or(old.map(Certificate::subject));
    let controls = old
        .map(|old| -> Result<_, CmpError> {
            let id = CertId {
                issuer: directory_name(old.issuer())?,
                serial_number: der::asn1::Int::from_der(&old.serial_number().to_der())
                    .map_err(malformed("CertId"))?,
            };
            Ok(vec![AttributeTypeAndValue {
                oid: oid::OLD_CERT_ID,
                value: any(&id)?,
            }])
        })
        .transpose()?;
    let cert_req = CertRequest {
        cert_req_id,
        cert_template: CertTemplate {
            subject: subject
                .map(|name| Any::from_der(name.der()).map_err(malformed("Name")))
                .transpose()?,
            public_key: Some(key.public_key().clone()),
            ..CertTemplate::default()
        },
        controls,
    };
    // Without a subject the signature is over a POPOSigningKeyInput (RFC 4211 section 4.1).
    let input = match (&cert_req.cert_template.subject, credential) {
        (Some(_), _) => None,
        (None, Credential::Code { code, .. }) => {
            let key = key.public_key().clone();
            Some(PoposSigningKeyInput::with_mac(key, code, rng)?)
        }
        (None, Credential::Certificate { certificate, .. }) => {
            let key = key.public_key().clone();
            Some(PoposSigningKeyInput::with_sender(
                key,
                certificate.subject(),
            )?)
        }
    };
    let octets = match &input {
        Some(input) => input.to_der(),
        None => cert_req.to_der(),
    }
    .map_err(malformed("POPOSigningKey"))?;
    let signature = key.sign(&octets, rng)?;
    // R goes with the signing key.
    let reg_info = wanted
        .random_number
        .filter(|_| cert_req_id == CERT_REQ_ID)
        .map(|(r, to)| EncryptedVid::seal(r, to, rng)?.to_reg_info())
        .transpose()?;
    Ok(CertReqMsg {
        cert_req,
        popo: Some(ProofOfPossession::Signature(PoposSigningKey {
            input,
            algorithm: key.algorithm().identifier(),
            signature: BitString::from_bytes(signature.octets())
                .map_err(malformed("POPOSigningKey"))?,
        })),
        reg_info: reg_info.map(|info| vec![info]),
    })
}

fn certificate(response: &CertResponse) -> Result<Certificate, ClientError> {
    let given = response.certified_key_pair.as_ref();
    match given.map(|pair| &pair.cert_or_enc_cert) {
        Some(CertOrEncCert::Certificate(certificate)) => {
            let der = certificate
                .to_der()
                .map_err(|_| ClientError::NoCertificate)?;
            Ok(Certificate::parse(&der).map_err(CmpError::Certificate)?)
        }
        _ => Err(ClientError::NoCertificate),
    }
}

/// What is in caPubs and extraCerts and is a CA's, once each.
fn ca_certificates(answer: &Message, content: &CertRepMessage) -> Vec<Certificate> {
    let pubs = content
        .ca_pubs
        .iter()
        .flatten()
        .filter_map(|any| any.to_der().ok());
    let mut found: Vec<Certificate> = Vec::new();
    for der in pubs.chain(answer.extra_certs()) {
        if let Ok(certificate) = Certificate::parse(&der)
            && certificate
                .basic_constraints()
                .is_some_and(|basic| basic.ca)
            && !found.iter().any(|known| known.der() == certificate.der())
        {
            found.push(certificate);
        }
    }
    found
}

/// The hash function of the certificate's signature (RFC 9810 section 5.3.18).
fn certificate_hash(certificate: &Certificate) -> HashAlgorithm {
    let identifier = der::referenced::OwnedToRef::owned_to_ref(certificate.signature_algorithm());
    SignatureAlgorithm::from_identifier(identifier)
        .map_or(HashAlgorithm::Sha256, SignatureAlgorithm::hash)
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Initial => "ir",
            Self::Additional => "cr",
            Self::Renewal => "kur",
        })
    }
}

/// The signing key's; that of a pair's key-management key is the next.
const CERT_REQ_ID: i64 = 0;
