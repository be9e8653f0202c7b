//! The messages of the Online Certificate Status Protocol: what a relying party asks and what a
//! responder answers, one file per type.

mod cert_id;
mod extensions;
mod request;
mod responder_id;
mod response;
mod single_response;
mod tbs;

use const_oid::db::rfc6960::ID_PKIX_OCSP_NONCE;
use spki::AlgorithmIdentifierOwned;

pub use cert_id::CertId;
pub use request::{OcspAsked, OcspRequest, OcspRequestSignature};
pub use responder_id::ResponderId;
pub use response::{BasicOcspResponse, OcspResponse, OcspResponseStatus};
pub use single_response::{CertStatus, SingleResponse};
pub use tbs::{OcspAnswer, OcspParams, OcspTbsError, assemble_ocsp, tbs_ocsp};

use crate::{
    CertError, Extension,
    certificate::encode_algorithm,
    input::{self, BIT_STRING, Input, OCTET_STRING, SEQUENCE, context_constructed},
    output,
};

/// The most octets of a nonce that is taken or sent.
///
/// Source: RFC 9654 section 2.1, which widens the 32 of RFC 8954.
pub const MAX_NONCE: usize = 128;

/// The nonce among these extensions: the octets that who asked chose.
///
/// Lenient: software older than RFC 8954 puts the octets into the extension without an OCTET STRING
/// around them; they are then the nonce themselves.
fn nonce<'a>(mut extensions: impl Iterator<Item = Extension<'a>>) -> Option<&'a [u8]> {
    let extension = extensions.find(|e| e.oid == ID_PKIX_OCSP_NONCE)?;
    Some(
        input::whole(extension.value, OCTET_STRING, "Nonce")
            .map_or(extension.value, |tlv| tlv.value),
    )
}

/// The first extension that is critical and not among `known`.
fn unknown_critical<'a>(
    mut extensions: impl Iterator<Item = Extension<'a>>,
    known: &[const_oid::ObjectIdentifier],
) -> Option<const_oid::ObjectIdentifier> {
    extensions
        .find(|e| e.critical && !known.contains(&e.oid))
        .map(|e| e.oid)
}

/// `version [0] EXPLICIT INTEGER DEFAULT v1`: only v1, left out, as DER wants (X.690 11.5).
fn read_version(input: &mut Input<'_>, what: &'static str) -> Result<(), CertError> {
    let Some(tlv) = input.optional(context_constructed(0))? else {
        return Ok(());
    };
    match input::decode::<u64>(tlv.value, what)? {
        0 => Err(input.malformed()),
        found => Err(CertError::Version { what, found }),
    }
}

/// `SEQUENCE { signatureAlgorithm, signature BIT STRING, certs [0] EXPLICIT OPTIONAL }`, after what
/// was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Seal {
    algorithm: AlgorithmIdentifierOwned,
    signature: Vec<u8>,
    /// The DER of each certificate. `None`: the field is not there.
    certificates: Option<Vec<Vec<u8>>>,
}

impl Seal {
    fn read(mut input: Input<'_>) -> Result<Self, CertError> {
        let algorithm = input.decode(SEQUENCE)?;
        let (unused, signature) = input
            .expect(BIT_STRING)?
            .value
            .split_first()
            .ok_or_else(|| input.malformed())?;
        if *unused != 0 {
            return Err(input.malformed());
        }
        let certificates = match input.optional(context_constructed(0))? {
            None => None,
            Some(tlv) => {
                let mut list = input::open(tlv.value, SEQUENCE, "certs")?;
                let mut certificates = Vec::new();
                while !list.is_empty() {
                    if certificates.len() >= MAX_CERTIFICATES {
                        return Err(CertError::TooLong {
                            what: "certs",
                            found: certificates.len().saturating_add(1),
                            max: MAX_CERTIFICATES,
                        });
                    }
                    certificates.push(list.expect(SEQUENCE)?.raw.to_vec());
                }
                Some(certificates)
            }
        };
        input.end()?;
        Ok(Self {
            algorithm,
            signature: signature.to_vec(),
            certificates,
        })
    }

    /// The fields after what was signed.
    fn write(&self) -> Result<Vec<u8>, CertError> {
        let mut octets = encode_algorithm(&self.algorithm, "signatureAlgorithm")?;
        octets.extend_from_slice(&output::bit_string(&self.signature));
        if let Some(certificates) = &self.certificates {
            let list = output::tlv(SEQUENCE, &certificates.concat());
            octets.extend_from_slice(&output::tlv(context_constructed(0), &list));
        }
        Ok(octets)
    }

    /// Those of the certificates that can be read; one that cannot be helps nobody.
    fn readable(&self) -> impl Iterator<Item = crate::Certificate> {
        self.certificates
            .iter()
            .flatten()
            .filter_map(|der| crate::Certificate::parse(der).ok())
    }
}

fn check_length(der: &[u8], max: usize, what: &'static str) -> Result<(), CertError> {
    if der.len() <= max {
        return Ok(());
    }
    Err(CertError::TooLong {
        what,
        found: der.len(),
        max,
    })
}

/// Accepts what was read only when the same octets come of it again: then it was DER throughout.
fn check_same(written: &[u8], read: &[u8], what: &'static str) -> Result<(), CertError> {
    if written == read {
        Ok(())
    } else {
        Err(input::malformed(what))
    }
}

/// A bound of ours: real responses carry the responder's certificate and at most its chain.
const MAX_CERTIFICATES: usize = 16;
