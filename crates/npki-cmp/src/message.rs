use core::fmt;

use der::{Any, Decode as _, Encode as _, Sequence, asn1::BitString};

use crate::{Body, CmpError, Header, bounds::MESSAGE_OCTETS};

/// PKIMessage, with the octets that it was read from or written to.
///
/// Read strictly: what is accepted is DER to its last octet and is written again the same. Nothing of
/// it is checked by that: [`Message::protection`] is verified apart.
///
/// Source: RFC 9810 section 5.1.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    der: Vec<u8>,
    header: Header,
    body: Body,
    protection: Option<BitString>,
    extra_certs: Option<Vec<Any>>,
}

/// What a message is made of, body and header still as they are.
#[derive(Sequence)]
struct Envelope {
    header: Any,
    body: Any,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    protection: Option<BitString>,
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
    extra_certs: Option<Vec<Any>>,
}

/// What the protection is over (RFC 9810 section 5.1.3).
#[derive(Sequence)]
struct ProtectedPart {
    header: Any,
    body: Any,
}

impl Message {
    /// The most octets that are read.
    pub const MAX_OCTETS: usize = MESSAGE_OCTETS;

    /// Reads a DER PKIMessage of any version.
    ///
    /// # Errors
    /// [`CmpError::TooLong`] before anything is read, [`CmpError::Malformed`] naming the type.
    pub fn parse(der: &[u8]) -> Result<Self, CmpError> {
        if der.len() > Self::MAX_OCTETS {
            return Err(CmpError::TooLong {
                found: der.len(),
                max: Self::MAX_OCTETS,
            });
        }
        let envelope = Envelope::from_der(der).map_err(malformed(WHAT))?;
        let header = envelope
            .header
            .decode_as()
            .map_err(malformed("PKIHeader"))?;
        let message = Self {
            der: der.to_vec(),
            header,
            body: Body::read(&envelope.body)?,
            protection: envelope.protection,
            extra_certs: envelope.extra_certs,
        };
        // A SET out of order or a DEFAULT that is written is no DER (X.690 11.5, 11.6), and not every
        // reader says so.
        match message.encode()? == der {
            true => Ok(message),
            false => Err(CmpError::Malformed {
                what: WHAT,
                source: None,
            }),
        }
    }

    /// Joins the parts. The caller has made `protection` over [`protected_part`] of the same.
    pub(crate) fn assemble(
        header: Header,
        body: Body,
        protection: Option<BitString>,
        extra_certs: Option<Vec<Any>>,
    ) -> Result<Self, CmpError> {
        let mut message = Self {
            der: Vec::new(),
            header,
            body,
            protection,
            extra_certs,
        };
        message.der = message.encode()?;
        Ok(message)
    }

    /// The message, as read or written.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The message written again from its fields: the octets of [`Message::der`].
    ///
    /// # Errors
    /// [`CmpError::Malformed`] never for what was read.
    pub fn encode(&self) -> Result<Vec<u8>, CmpError> {
        Envelope {
            header: any(&self.header)?,
            body: self.body.tagged()?,
            protection: self.protection.clone(),
            extra_certs: self.extra_certs.clone(),
        }
        .to_der()
        .map_err(malformed(WHAT))
    }

    /// Who speaks to whom.
    #[must_use]
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// What is said.
    #[must_use]
    pub const fn body(&self) -> &Body {
        &self.body
    }

    /// The octets of MAC or signature, if there is one.
    #[must_use]
    pub fn protection(&self) -> Option<&[u8]> {
        self.protection.as_ref().and_then(BitString::as_bytes)
    }

    /// The octets that the protection is over.
    ///
    /// # Errors
    /// [`CmpError::Malformed`] never for what was read.
    pub fn protected_part(&self) -> Result<Vec<u8>, CmpError> {
        protected_part(&self.header, &self.body)
    }

    /// The certificates sent along, each as its DER.
    pub fn extra_certs(&self) -> impl Iterator<Item = Vec<u8>> {
        self.extra_certs
            .iter()
            .flatten()
            .filter_map(|certificate| certificate.to_der().ok())
    }
}

/// The octets that a protection is made over.
pub(crate) fn protected_part(header: &Header, body: &Body) -> Result<Vec<u8>, CmpError> {
    ProtectedPart {
        header: any(header)?,
        body: body.tagged()?,
    }
    .to_der()
    .map_err(malformed("ProtectedPart"))
}

/// What a value is as an ANY.
pub(crate) fn any(value: &impl der::Encode) -> Result<Any, CmpError> {
    value
        .to_der()
        .and_then(|der| Any::from_der(&der))
        .map_err(malformed(WHAT))
}

pub(crate) fn malformed(what: &'static str) -> impl Fn(der::Error) -> CmpError {
    move |source| CmpError::Malformed {
        what,
        source: Some(source),
    }
}

/// Names of persons stand in it, so little is shown.
impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("header", &self.header)
            .field("body", &self.body.name())
            .finish_non_exhaustive()
    }
}

const WHAT: &str = "PKIMessage";
