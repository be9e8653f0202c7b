use core::{fmt, ops::Range};

use const_oid::{ObjectIdentifier, db::rfc5912::ID_EXTENSION_REQ};
use der::{Decode, Encode};
use spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};
use x509_cert::request::{CertReq, ExtensionReq};

use crate::{
    CertError, Extension, Name,
    certificate::{MAX_EXTENSIONS, Signed, read_pem, write_pem},
    input::{self, INTEGER, SEQUENCE},
};

/// A request for a certificate (PKCS #10) that keeps its DER.
///
/// The signature is checked over [`CertificationRequest::info_der`], the octets that were signed.
/// It shows that whoever asks holds the private key, and nothing about who that is.
///
/// Nothing is lenient: what is accepted is DER to its last octet, and
/// [`CertificationRequest::encode`] writes the same octets again. The values of attributes other
/// than extensionRequest, a challengePassword among them, are kept and not read.
///
/// Source: RFC 2986 section 4; RFC 2985 section 5.4.2 for extensionRequest.
#[derive(Clone, PartialEq, Eq)]
pub struct CertificationRequest {
    der: Vec<u8>,
    info_range: Range<usize>,
    request: CertReq,
    subject: Name,
    extensions: ExtensionReq,
}

impl CertificationRequest {
    /// The most octets that are read. A bound of ours: requests have 400 to 2,000.
    pub const MAX_OCTETS: usize = 65_536;

    /// Reads a DER CertificationRequest.
    ///
    /// # Errors
    /// [`CertError`], naming the type that could not be read: [`CertError::Version`] unless it is
    /// v1, [`CertError::ObjectIdentifier`] for one that cannot be held,
    /// [`CertError::DuplicateExtension`] when the same extension is asked for twice.
    pub fn parse(der: &[u8]) -> Result<Self, CertError> {
        if der.len() > Self::MAX_OCTETS {
            return Err(CertError::TooLong {
                what: WHAT,
                found: der.len(),
                max: Self::MAX_OCTETS,
            });
        }
        let signed = Signed::read(der, WHAT)?;
        let version = input::open(signed.tbs, SEQUENCE, INFO)?.decode(INTEGER)?;
        if version != 0 {
            return Err(CertError::Version {
                what: WHAT,
                found: version,
            });
        }
        let request: CertReq = decode(der, WHAT)?;
        let subject = Name::parse(&encode(&request.info.subject, INFO)?)?;
        let extensions = requested(&request)?;
        Ok(Self {
            der: der.to_vec(),
            info_range: signed.tbs_range,
            request,
            subject,
            extensions,
        })
    }

    /// Reads DER or PEM with white space around it.
    ///
    /// # Errors
    /// As [`CertificationRequest::parse`], and [`CertError::Pem`].
    pub fn parse_any(octets: &[u8]) -> Result<Self, CertError> {
        let labels = [LABEL, "NEW CERTIFICATE REQUEST"];
        Self::parse(&read_pem(octets, WHAT, &labels, Self::MAX_OCTETS)?)
    }

    /// The whole request, as read.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The request as PEM text.
    #[must_use]
    pub fn to_pem(&self) -> String {
        write_pem(LABEL, &self.der)
    }

    /// The CertificationRequestInfo, as read: what the signature is over.
    #[must_use]
    pub fn info_der(&self) -> &[u8] {
        self.der.get(self.info_range.clone()).unwrap_or_default()
    }

    /// The request written again from its fields: the octets of [`CertificationRequest::der`].
    ///
    /// # Errors
    /// [`CertError::Malformed`] if the fields cannot be written, which no request gives that was
    /// read.
    pub fn encode(&self) -> Result<Vec<u8>, CertError> {
        encode(&self.request, WHAT)
    }

    /// Whom the certificate is to name.
    #[must_use]
    pub const fn subject(&self) -> &Name {
        &self.subject
    }

    /// The public key.
    #[must_use]
    pub const fn public_key(&self) -> &SubjectPublicKeyInfoOwned {
        &self.request.info.public_key
    }

    /// How it was signed.
    #[must_use]
    pub const fn signature_algorithm(&self) -> &AlgorithmIdentifierOwned {
        &self.request.algorithm
    }

    /// The octets of the signature.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        self.request.signature.raw_bytes()
    }

    /// The types of all attributes, in order.
    pub fn attribute_types(&self) -> impl Iterator<Item = ObjectIdentifier> {
        self.request.info.attributes.iter().map(|a| a.oid)
    }

    /// The extensions that are asked for, in order; none if there is no extensionRequest.
    ///
    /// # Security
    /// A wish. Who issues decides what a certificate says, and takes nothing over unseen.
    pub fn requested_extensions(&self) -> impl Iterator<Item = Extension<'_>> {
        self.extensions.0.iter().map(|extension| Extension {
            oid: extension.extn_id,
            critical: extension.critical,
            value: extension.extn_value.as_bytes(),
        })
    }
}

/// The subject alone, which is personal data.
impl fmt::Debug for CertificationRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CertificationRequest")
            .field("subject", self.subject())
            .finish_non_exhaustive()
    }
}

/// What the only value of the only extensionRequest asks for.
fn requested(request: &CertReq) -> Result<ExtensionReq, CertError> {
    let mut found = request
        .info
        .attributes
        .iter()
        .filter(|attribute| attribute.oid == ID_EXTENSION_REQ);
    let Some(attribute) = found.next() else {
        return Ok(ExtensionReq::default());
    };
    let mut values = attribute.values.iter();
    let (Some(value), None, None) = (values.next(), values.next(), found.next()) else {
        return Err(input::malformed(EXTENSIONS));
    };
    let extensions: ExtensionReq = decode(&encode(value, EXTENSIONS)?, EXTENSIONS)?;
    if extensions.0.is_empty() {
        return Err(input::malformed(EXTENSIONS));
    }
    // Looking for two of a kind takes the square of their number.
    if extensions.0.len() > MAX_EXTENSIONS {
        return Err(CertError::TooLong {
            what: EXTENSIONS,
            found: extensions.0.len(),
            max: MAX_EXTENSIONS,
        });
    }
    for (place, extension) in extensions.0.iter().enumerate() {
        let mut before = extensions.0.iter().take(place);
        if before.any(|other| other.extn_id == extension.extn_id) {
            return Err(CertError::DuplicateExtension(extension.extn_id));
        }
    }
    Ok(extensions)
}

/// Reads what, written again, gives the same octets: an explicit DEFAULT or a SET out of order is
/// no DER (X.690 11.5, 11.6), and not every reader says so.
fn decode<T>(der: &[u8], what: &'static str) -> Result<T, CertError>
where
    T: for<'a> Decode<'a, Error = der::Error> + Encode,
{
    let value = T::from_der(der).map_err(|source| match source.kind() {
        der::ErrorKind::OidMalformed => CertError::ObjectIdentifier { what },
        _ => CertError::Malformed {
            what,
            source: Some(source),
        },
    })?;
    if encode(&value, what)? == der {
        Ok(value)
    } else {
        Err(input::malformed(what))
    }
}

fn encode(value: &impl Encode, what: &'static str) -> Result<Vec<u8>, CertError> {
    value.to_der().map_err(|source| CertError::Malformed {
        what,
        source: Some(source),
    })
}

const WHAT: &str = "CertificationRequest";
const INFO: &str = "CertificationRequestInfo";
const EXTENSIONS: &str = "ExtensionRequest";
const LABEL: &str = "CERTIFICATE REQUEST";
