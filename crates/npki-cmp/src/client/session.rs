use core::{fmt, time::Duration};

use der::asn1::OctetString;
use npki_cert::{Certificate, Name};
use npki_core::{AuthorizationCode, Instant, ReferenceNumber};
use npki_key::{PublicKey, SigningKey};
use rand_core::CryptoRng;
use subtle::ConstantTimeEq as _;

use super::ClientError;
use crate::{
    Body, CmpError, Header, InfoTypeAndValue, MacAlgorithm, MacKind, Message, Protection,
    Protector, message::malformed,
};

/// What a requester shows.
pub enum Credential<'a> {
    /// A reference number and its code.
    Code {
        /// Names the order.
        reference: &'a ReferenceNumber,
        /// The secret.
        code: &'a AuthorizationCode,
        /// PBM unless the CA is known to speak PBMAC1.
        mac: MacKind,
    },
    /// An existing certificate, by its key.
    Certificate {
        /// The certificate.
        certificate: &'a Certificate,
        /// Its key.
        key: &'a dyn SigningKey,
    },
}

/// Who may sign answers.
///
/// This room follows no path: the caller says whether a signer is the CA it asks, by validating his
/// certificate's path or by knowing it.
pub trait Trust: fmt::Debug {
    /// Whether this certificate may protect the CA's answers at `now`. `others` came with it.
    ///
    /// # Security
    /// Whoever is trusted here can hand out certificates and CA certificates.
    fn trusts(&self, signer: &Certificate, others: &[Certificate], now: Instant) -> bool;

    /// Certificates that may have signed although they do not come along: OpenSSL sends no self-signed
    /// one.
    fn known(&self) -> &[Certificate] {
        &[]
    }

    /// How far an answer's messageTime may lie from now. Without it an answer's time is not looked at:
    /// that it answers our last message is known by its nonce, and clocks are what they are.
    ///
    /// Source: RFC 9483 section 3.5.
    fn message_time_window(&self) -> Option<Duration> {
        None
    }
}

/// These very certificates, within their validity.
impl Trust for &[Certificate] {
    fn trusts(&self, signer: &Certificate, _: &[Certificate], now: Instant) -> bool {
        signer.is_valid_at(now) && self.iter().any(|known| known.der() == signer.der())
    }

    fn known(&self) -> &[Certificate] {
        self
    }
}

/// One transaction as its requester remembers it.
pub(super) struct Session<'a> {
    credential: &'a Credential<'a>,
    trust: &'a dyn Trust,
    recipient: Name,
    transaction: [u8; 16],
    /// Our last nonce, which the next answer repeats.
    nonce: [u8; 16],
    /// The CA's last one.
    other_nonce: Option<OctetString>,
}

impl<'a> Session<'a> {
    pub(super) fn begin(
        credential: &'a Credential<'a>,
        trust: &'a dyn Trust,
        recipient: Name,
        rng: &mut dyn CryptoRng,
    ) -> Self {
        let mut transaction = [0; 16];
        rng.fill_bytes(&mut transaction);
        Self {
            credential,
            trust,
            recipient,
            transaction,
            nonce: [0; 16],
            other_nonce: None,
        }
    }

    /// The transaction of a message that this credential has written before; nothing if it was another.
    pub(super) fn resume(
        credential: &'a Credential<'a>,
        trust: &'a dyn Trust,
        header: &Header,
    ) -> Option<Self> {
        let kid = header.sender_kid.as_ref().map(OctetString::as_bytes);
        let own = match credential {
            Credential::Code { reference, .. } => kid == Some(reference.as_str().as_bytes()),
            Credential::Certificate { certificate, .. } => {
                let sender = header.sender_name();
                kid == certificate.subject_key_identifier()
                    && sender.is_some_and(|sender| sender.matches(certificate.subject()))
            }
        };
        let field = |field: &Option<OctetString>| field.as_ref()?.as_bytes().try_into().ok();
        Some(Self {
            credential,
            trust,
            recipient: header.recipient_name()?,
            transaction: field(&header.transaction_id)?,
            nonce: field(&header.sender_nonce)?,
            other_nonce: None,
        })
        .filter(|_| own)
    }

    pub(super) const fn credential(&self) -> &'a Credential<'a> {
        self.credential
    }

    pub(super) fn write(
        &mut self,
        body: Body,
        notes: Vec<InfoTypeAndValue>,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Message, CmpError> {
        rng.fill_bytes(&mut self.nonce);
        let octets = |octets: &[u8]| OctetString::new(octets).map_err(malformed("PKIHeader"));
        let nobody = Name::parse(&[0x30, 0])?;
        let (sender, kid, with, extra) = match self.credential {
            Credential::Code {
                reference,
                code,
                mac,
            } => {
                let mac = match mac {
                    MacKind::Pbm => MacAlgorithm::pbm(rng),
                    MacKind::Pbmac1 => MacAlgorithm::pbmac1(rng),
                };
                let kid = Some(reference.as_str().as_bytes());
                (&nobody, kid, Protector::Code { code, mac }, None)
            }
            Credential::Certificate { certificate, key } => {
                let kid = certificate.subject_key_identifier();
                let with = Protector::Key(*key);
                (certificate.subject(), kid, with, Some(certificate.der()))
            }
        };
        let mut header = Header::new(sender, &self.recipient)?;
        header.set_time(now);
        header.sender_kid = kid.map(octets).transpose()?;
        header.transaction_id = Some(octets(&self.transaction)?);
        header.sender_nonce = Some(octets(&self.nonce)?);
        header.recip_nonce = self.other_nonce.clone();
        header.general_info = (!notes.is_empty()).then_some(notes);
        Message::protect(header, body, extra, &with, rng)
    }

    /// Reads an answer and checks that it is one: protected by who may, in this transaction, to our
    /// last message. An `error` becomes [`ClientError::Refused`].
    pub(super) fn read(&mut self, answer: &[u8], now: Instant) -> Result<Message, ClientError> {
        let message = Message::parse(answer)?;
        self.check_protection(&message, now)?;
        let header = message.header();
        let is = |field: &Option<OctetString>, wanted: &[u8; 16]| {
            let found = field
                .as_ref()
                .map(OctetString::as_bytes)
                .unwrap_or_default();
            bool::from(found.ct_eq(wanted))
        };
        if !is(&header.transaction_id, &self.transaction) || !is(&header.recip_nonce, &self.nonce) {
            return Err(ClientError::OtherTransaction);
        }
        if let Some(window) = self.trust.message_time_window()
            && !header.is_timely(now, window)
        {
            let found = header.time();
            return Err(ClientError::BadTime { found, now });
        }
        if let Body::Error(error) = message.body() {
            return Err(ClientError::refused(&error.status));
        }
        self.other_nonce = header.sender_nonce.clone();
        Ok(message)
    }

    fn check_protection(&self, message: &Message, now: Instant) -> Result<(), ClientError> {
        match (Protection::of(message), self.credential) {
            (Ok(Protection::Mac(_)), Credential::Code { code, .. }) => message
                .verify_mac(code)
                .map_err(|_| ClientError::BadProtection),
            (Ok(Protection::Signature(_)), _) => self.check_signature(message, now),
            // A MAC by nobody's secret, no protection, or one that is not worked with.
            _ => Err(ClientError::BadProtection),
        }
    }

    /// The signer's certificate comes along, first (RFC 9483 section 3.3), or is known.
    fn check_signature(&self, message: &Message, now: Instant) -> Result<(), ClientError> {
        let sent: Vec<Certificate> = message
            .extra_certs()
            .filter_map(|der| Certificate::parse(&der).ok())
            .collect();
        let mut signed = false;
        for signer in sent.iter().chain(self.trust.known()) {
            let Ok(key) = PublicKey::parse(signer.public_key()) else {
                continue;
            };
            if message.verify_signature(&key).is_err() {
                continue;
            }
            signed = true;
            if self.trust.trusts(signer, &sent, now) {
                return Ok(());
            }
        }
        Err(match signed {
            true => ClientError::Untrusted,
            false => ClientError::BadProtection,
        })
    }
}

impl fmt::Debug for Credential<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code {
                reference,
                code: _,
                mac,
            } => f
                .debug_struct("Code")
                .field("reference", reference)
                .field("mac", mac)
                .finish_non_exhaustive(),
            Self::Certificate { certificate, key } => f
                .debug_struct("Certificate")
                .field("certificate", certificate)
                .field("key", key)
                .finish(),
        }
    }
}

impl fmt::Debug for Session<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("credential", self.credential)
            .field("transaction", &self.transaction)
            .finish_non_exhaustive()
    }
}
