use const_oid::{
    ObjectIdentifier,
    db::rfc6960::{ID_PKIX_OCSP_BASIC, ID_PKIX_OCSP_NONCE},
};
use npki_core::Instant;
use spki::AlgorithmIdentifierOwned;

use super::{
    OcspTbsError, ResponderId, Seal, SingleResponse, check_length, check_same,
    extensions::Extensions,
    nonce, read_version,
    single_response::{read_time, write_time},
    unknown_critical,
};
use crate::{
    CertError, Certificate, Extension,
    input::{self, ENUMERATED, Input, OCTET_STRING, OID, SEQUENCE, context_constructed},
    output,
};

/// What a responder sends: that it cannot answer, or a signed answer.
///
/// Nothing is lenient: what is accepted is DER to its last octet, and [`OcspResponse::encode`] writes
/// the same octets again. A successful response has an answer, and no other has one.
///
/// Source: RFC 6960 section 4.2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OcspResponse {
    status: OcspResponseStatus,
    body: Body,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Body {
    None,
    Basic(Box<BasicOcspResponse>),
    /// Another kind of answer, kept unread.
    Other(ObjectIdentifier, Vec<u8>),
}

/// How a responder took the question.
///
/// Source: RFC 6960 section 4.2.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OcspResponseStatus {
    /// There is an answer.
    Successful,
    /// The request could not be read.
    MalformedRequest,
    /// The responder is in an inconsistent state.
    InternalError,
    /// Later, perhaps.
    TryLater,
    /// Requests have to be signed.
    SigRequired,
    /// The responder does not answer about this, or to him.
    Unauthorized,
}

/// A signed answer about some certificates (BasicOCSPResponse).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BasicOcspResponse {
    tbs: Vec<u8>,
    responder: ResponderId,
    produced_at: Instant,
    responses: Vec<SingleResponse>,
    extensions: Extensions,
    seal: Seal,
}

impl OcspResponse {
    /// The most octets that are read. A bound of ours: an answer with its responder's certificate has
    /// some 2,000.
    pub const MAX_OCTETS: usize = 65_536;

    /// Reads a DER OCSPResponse.
    ///
    /// # Errors
    /// [`CertError`], naming the type that could not be read; [`CertError::Version`] unless it is v1.
    pub fn parse(der: &[u8]) -> Result<Self, CertError> {
        check_length(der, Self::MAX_OCTETS, WHAT)?;
        let mut input = input::open(der, SEQUENCE, WHAT)?;
        let status = match input.expect(ENUMERATED)?.value {
            [code] => OcspResponseStatus::from_code(*code).ok_or_else(|| input.malformed())?,
            _ => return Err(input.malformed()),
        };
        let body = match input.optional(context_constructed(0))? {
            None => Body::None,
            Some(tlv) => {
                let mut bytes = input::open(tlv.value, SEQUENCE, "ResponseBytes")?;
                let kind = bytes.decode(OID)?;
                let octets = bytes.expect(OCTET_STRING)?.value;
                bytes.end()?;
                match kind {
                    ID_PKIX_OCSP_BASIC => Body::Basic(Box::new(BasicOcspResponse::parse(octets)?)),
                    kind => Body::Other(kind, octets.to_vec()),
                }
            }
        };
        input.end()?;
        if (status == OcspResponseStatus::Successful) == (body == Body::None) {
            return Err(input::malformed(WHAT));
        }
        let response = Self { status, body };
        check_same(&response.encode()?, der, WHAT)?;
        Ok(response)
    }

    /// Says that there is no answer, and why; unsigned, as RFC 6960 section 2.3 has it. `None` for
    /// [`OcspResponseStatus::Successful`].
    #[must_use]
    pub fn refusal(status: OcspResponseStatus) -> Option<Self> {
        (status != OcspResponseStatus::Successful).then_some(Self {
            status,
            body: Body::None,
        })
    }

    /// The response written from its fields: of one that was read, the same octets.
    ///
    /// # Errors
    /// [`CertError::Malformed`] when an algorithm cannot be written, which no response gives that was
    /// read.
    pub fn encode(&self) -> Result<Vec<u8>, CertError> {
        let body = match &self.body {
            Body::None => Vec::new(),
            Body::Basic(basic) => write_bytes(ID_PKIX_OCSP_BASIC, &basic.encode()?),
            Body::Other(kind, octets) => write_bytes(*kind, octets),
        };
        Ok(output::sequence(&[
            &output::tlv(ENUMERATED, &[self.status.code()]),
            &body,
        ]))
    }

    /// How the responder took the question.
    #[must_use]
    pub const fn status(&self) -> OcspResponseStatus {
        self.status
    }

    /// The answer, if there is one of the only kind that RFC 6960 defines.
    #[must_use]
    pub fn basic(&self) -> Option<&BasicOcspResponse> {
        match &self.body {
            Body::Basic(basic) => Some(basic),
            _ => None,
        }
    }
}

impl OcspResponseStatus {
    const ALL: [Self; 6] = [
        Self::Successful,
        Self::MalformedRequest,
        Self::InternalError,
        Self::TryLater,
        Self::SigRequired,
        Self::Unauthorized,
    ];

    /// The number; 4 is not used.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Successful => 0,
            Self::MalformedRequest => 1,
            Self::InternalError => 2,
            Self::TryLater => 3,
            Self::SigRequired => 5,
            Self::Unauthorized => 6,
        }
    }

    /// The name in RFC 6960, such as `malformedRequest`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Successful => "successful",
            Self::MalformedRequest => "malformedRequest",
            Self::InternalError => "internalError",
            Self::TryLater => "tryLater",
            Self::SigRequired => "sigRequired",
            Self::Unauthorized => "unauthorized",
        }
    }

    fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.code() == code)
    }
}

impl BasicOcspResponse {
    fn parse(der: &[u8]) -> Result<Self, CertError> {
        let mut input = input::open(der, SEQUENCE, "BasicOCSPResponse")?;
        let tbs = input.expect(SEQUENCE)?;
        let seal = Seal::read(input)?;

        let mut input = Input::new(tbs.value, DATA);
        read_version(&mut input, DATA)?;
        let responder = ResponderId::read(&mut input)?;
        let produced_at = read_time(&mut input)?;
        let mut list = input.nested(SEQUENCE, "responses")?;
        let mut responses = Vec::new();
        while !list.is_empty() {
            responses.push(SingleResponse::read(
                list.nested(SEQUENCE, "SingleResponse")?,
            )?);
        }
        let extensions = Extensions::read(&mut input, 1)?;
        input.end()?;
        Ok(Self {
            tbs: tbs.raw.to_vec(),
            responder,
            produced_at,
            responses,
            extensions,
            seal,
        })
    }

    /// The ResponseData, as read: what the signature is over.
    #[must_use]
    pub fn tbs_der(&self) -> &[u8] {
        &self.tbs
    }

    /// How it was signed.
    #[must_use]
    pub const fn signature_algorithm(&self) -> &AlgorithmIdentifierOwned {
        &self.seal.algorithm
    }

    /// The octets of the signature.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.seal.signature
    }

    /// Who says that he answers.
    #[must_use]
    pub const fn responder(&self) -> &ResponderId {
        &self.responder
    }

    /// When it was signed.
    #[must_use]
    pub const fn produced_at(&self) -> Instant {
        self.produced_at
    }

    /// The answers, one for each certificate, in order.
    #[must_use]
    pub fn responses(&self) -> &[SingleResponse] {
        &self.responses
    }

    /// The nonce of the question that it answers; `None` when it was made for nobody in particular.
    #[must_use]
    pub fn nonce(&self) -> Option<&[u8]> {
        nonce(self.extensions.iter())
    }

    /// The extensions of the answer as a whole, in order.
    pub fn extensions(&self) -> impl Iterator<Item = Extension<'_>> {
        self.extensions.iter()
    }

    /// A critical extension, of the whole or of one answer, that is not the nonce.
    #[must_use]
    pub fn unknown_critical(&self) -> Option<ObjectIdentifier> {
        let all = self.extensions.iter().chain(
            self.responses
                .iter()
                .flat_map(|single| single.extensions.iter()),
        );
        unknown_critical(all, &[ID_PKIX_OCSP_NONCE])
    }

    /// The certificates that came with the answer and can be read: as a rule the responder's.
    ///
    /// # Security
    /// Sent by whoever sent the response, and so trusted in nothing.
    pub fn certificates(&self) -> impl Iterator<Item = Certificate> {
        self.seal.readable()
    }

    fn encode(&self) -> Result<Vec<u8>, CertError> {
        let tbs = self.write_tbs().map_err(|error| match error {
            OcspTbsError::Encode(error) => error,
            _ => input::malformed(DATA),
        })?;
        Ok(output::sequence(&[&tbs, &self.seal.write()?]))
    }

    fn write_tbs(&self) -> Result<Vec<u8>, OcspTbsError> {
        write_tbs(
            &self.responder,
            self.produced_at,
            &self.responses,
            &self.extensions,
        )
    }
}

pub(super) fn write_tbs(
    responder: &ResponderId,
    produced_at: Instant,
    responses: &[SingleResponse],
    extensions: &Extensions,
) -> Result<Vec<u8>, OcspTbsError> {
    let mut list = Vec::new();
    for single in responses {
        list.extend_from_slice(&single.write()?);
    }
    Ok(output::sequence(&[
        &responder.write(),
        &write_time(produced_at)?,
        &output::tlv(SEQUENCE, &list),
        &extensions.write(1),
    ]))
}

/// `responseBytes [0] EXPLICIT ResponseBytes`.
pub(super) fn write_bytes(kind: ObjectIdentifier, octets: &[u8]) -> Vec<u8> {
    let bytes = output::sequence(&[&output::oid(kind), &output::tlv(OCTET_STRING, octets)]);
    output::tlv(context_constructed(0), &bytes)
}

const WHAT: &str = "OCSPResponse";
const DATA: &str = "ResponseData";
