use const_oid::{ObjectIdentifier, db::rfc6960::ID_PKIX_OCSP_NONCE};
use spki::AlgorithmIdentifierOwned;

use super::{
    CertId, Seal, check_length, check_same, extensions::Extensions, nonce, read_version,
    unknown_critical,
};
use crate::{
    CertError, Certificate, Extension,
    extension::{GeneralName, general_name},
    input::{self, Input, OCTET_STRING, SEQUENCE, context_constructed},
    output,
};

/// What a relying party asks a responder: the state of one or more certificates.
///
/// Nothing is lenient: what is accepted is DER to its last octet, and [`OcspRequest::encode`] writes
/// the same octets again.
///
/// Source: RFC 6960 section 4.1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OcspRequest {
    tbs: Vec<u8>,
    /// The GeneralName in its `[1]`.
    requestor_name: Option<Vec<u8>>,
    asked: Vec<OcspAsked>,
    extensions: Extensions,
    seal: Option<Seal>,
}

/// One of the certificates that are asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OcspAsked {
    id: CertId,
    extensions: Extensions,
}

/// The signature that an [`OcspRequest`] may carry, borrowed.
#[derive(Clone, Copy, Debug)]
pub struct OcspRequestSignature<'a> {
    /// What it is over: the TBSRequest, as read.
    pub tbs_der: &'a [u8],
    /// How it was signed.
    pub algorithm: &'a AlgorithmIdentifierOwned,
    /// The octets.
    pub signature: &'a [u8],
}

impl OcspRequest {
    /// The most octets that are read. A bound of ours: a request about one certificate has some 100.
    pub const MAX_OCTETS: usize = 65_536;

    /// Asks about these certificates, unsigned; with a nonce that nobody guesses, when the answer has
    /// to be made for this question.
    ///
    /// Source: RFC 6960 section 4.1; RFC 8954 section 2.1: 32 random octets.
    #[must_use]
    pub fn new(ids: impl IntoIterator<Item = CertId>, nonce: Option<&[u8]>) -> Self {
        let mut extensions = Extensions::default();
        if let Some(nonce) = nonce {
            extensions.push(ID_PKIX_OCSP_NONCE, output::tlv(OCTET_STRING, nonce));
        }
        let asked = ids.into_iter().map(|id| OcspAsked {
            id,
            extensions: Extensions::default(),
        });
        let mut request = Self {
            tbs: Vec::new(),
            requestor_name: None,
            asked: asked.collect(),
            extensions,
            seal: None,
        };
        // The algorithm of a CertId is the only part whose writing may fail: one that was read, or
        // is a hash function's, never does.
        request.tbs = request.write_tbs().unwrap_or_default();
        request
    }

    /// Reads a DER OCSPRequest.
    ///
    /// # Errors
    /// [`CertError`], naming the type that could not be read; [`CertError::Version`] unless it is v1.
    pub fn parse(der: &[u8]) -> Result<Self, CertError> {
        check_length(der, Self::MAX_OCTETS, WHAT)?;
        let mut outer = input::open(der, SEQUENCE, WHAT)?;
        let tbs = outer.expect(SEQUENCE)?;
        let seal = match outer.optional(context_constructed(0))? {
            Some(tlv) => Some(Seal::read(input::open(tlv.value, SEQUENCE, "Signature")?)?),
            None => None,
        };
        outer.end()?;

        let mut input = Input::new(tbs.value, TBS);
        read_version(&mut input, TBS)?;
        let requestor_name = match input.optional(context_constructed(1))? {
            Some(tlv) => Some(read_requestor(tlv.value)?),
            None => None,
        };
        let mut list = input.nested(SEQUENCE, "requestList")?;
        let mut asked = Vec::new();
        while !list.is_empty() {
            asked.push(OcspAsked::read(list.nested(SEQUENCE, "Request")?)?);
        }
        let extensions = Extensions::read(&mut input, 2)?;
        input.end()?;

        let request = Self {
            tbs: tbs.raw.to_vec(),
            requestor_name,
            asked,
            extensions,
            seal,
        };
        check_same(&request.encode()?, der, WHAT)?;
        Ok(request)
    }

    /// The request written from its fields: of one that was read, the same octets.
    ///
    /// # Errors
    /// [`CertError::Malformed`] when an algorithm cannot be written, which no request gives that was
    /// read.
    pub fn encode(&self) -> Result<Vec<u8>, CertError> {
        let seal = match &self.seal {
            Some(seal) => output::tlv(
                context_constructed(0),
                &output::tlv(SEQUENCE, &seal.write()?),
            ),
            None => Vec::new(),
        };
        Ok(output::sequence(&[&self.write_tbs()?, &seal]))
    }

    /// The certificates asked about, in order.
    #[must_use]
    pub fn asked(&self) -> &[OcspAsked] {
        &self.asked
    }

    /// The nonce, if who asked sent one.
    #[must_use]
    pub fn nonce(&self) -> Option<&[u8]> {
        nonce(self.extensions.iter())
    }

    /// The extensions of the request as a whole, in order.
    pub fn extensions(&self) -> impl Iterator<Item = Extension<'_>> {
        self.extensions.iter()
    }

    /// A critical extension, of the request or of one question, that is not the nonce. Who answers
    /// refuses the request then (RFC 6960 section 4.4).
    #[must_use]
    pub fn unknown_critical(&self) -> Option<ObjectIdentifier> {
        let all = self
            .extensions
            .iter()
            .chain(self.asked.iter().flat_map(|asked| asked.extensions.iter()));
        unknown_critical(all, &[ID_PKIX_OCSP_NONCE])
    }

    /// The signature, if there is one.
    #[must_use]
    pub fn signature(&self) -> Option<OcspRequestSignature<'_>> {
        self.seal.as_ref().map(|seal| OcspRequestSignature {
            tbs_der: &self.tbs,
            algorithm: &seal.algorithm,
            signature: &seal.signature,
        })
    }

    /// The certificates that came with the signature and can be read.
    pub fn certificates(&self) -> impl Iterator<Item = Certificate> {
        self.seal.iter().flat_map(Seal::readable)
    }

    fn write_tbs(&self) -> Result<Vec<u8>, CertError> {
        let requestor = match &self.requestor_name {
            Some(name) => output::tlv(context_constructed(1), name),
            None => Vec::new(),
        };
        let mut list = Vec::new();
        for asked in &self.asked {
            list.extend_from_slice(&output::sequence(&[
                &asked.id.write()?,
                &asked.extensions.write(0),
            ]));
        }
        Ok(output::sequence(&[
            &requestor,
            &output::tlv(SEQUENCE, &list),
            &self.extensions.write(2),
        ]))
    }
}

impl OcspAsked {
    /// Which certificate.
    #[must_use]
    pub const fn id(&self) -> &CertId {
        &self.id
    }

    /// The extensions of this question, in order.
    pub fn extensions(&self) -> impl Iterator<Item = Extension<'_>> {
        self.extensions.iter()
    }

    fn read(mut input: Input<'_>) -> Result<Self, CertError> {
        let asked = Self {
            id: CertId::read(&mut input)?,
            extensions: Extensions::read(&mut input, 0)?,
        };
        input.end()?;
        Ok(asked)
    }
}

/// Checks that a GeneralName is one, and keeps it as it is.
fn read_requestor(octets: &[u8]) -> Result<Vec<u8>, CertError> {
    let mut input = Input::new(octets, "requestorName");
    let tlv = input.any()?;
    let _: GeneralName<'_> = general_name(tlv)?;
    input.end()?;
    Ok(tlv.raw.to_vec())
}

const WHAT: &str = "OCSPRequest";
const TBS: &str = "TBSRequest";
