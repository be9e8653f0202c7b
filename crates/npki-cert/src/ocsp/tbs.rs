use const_oid::db::rfc6960::{ID_PKIX_OCSP_BASIC, ID_PKIX_OCSP_NONCE};
use npki_core::Instant;
use spki::AlgorithmIdentifierOwned;

use super::{
    CertId, CertStatus, OcspResponse, OcspResponseStatus, ResponderId, Seal, SingleResponse,
    extensions::Extensions,
    response::{write_bytes, write_tbs},
};
use crate::{
    CertError, Certificate,
    input::{ENUMERATED, OCTET_STRING},
    output,
};

/// What an answer that is to be signed says of itself.
#[derive(Clone, Debug)]
pub struct OcspParams<'a> {
    /// Who answers.
    pub responder: &'a ResponderId,
    /// When it is signed.
    pub produced_at: Instant,
    /// The nonce of the question; `None` when there was none, or when the answer is made beforehand
    /// (RFC 5019 section 2.2.1).
    pub nonce: Option<&'a [u8]>,
}

/// What an answer that is to be signed says of one certificate.
#[derive(Clone, Debug)]
pub struct OcspAnswer {
    /// Which certificate, in the words of the question.
    pub id: CertId,
    /// What is so.
    pub status: CertStatus,
    /// Since when this is known; not after `produced_at`.
    pub this_update: Instant,
    /// When newer word is to be had; not before `this_update`.
    pub next_update: Instant,
}

/// Why an answer cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OcspTbsError {
    /// A time before 1970, which does not stand in a GeneralizedTime here.
    #[error("the time {0} cannot be written")]
    Time(Instant),
    /// The next update would come before this one.
    #[error("the next update at {next} comes before this one at {this}")]
    Reversed {
        /// thisUpdate.
        this: Instant,
        /// nextUpdate.
        next: Instant,
    },
    /// An answer about nothing.
    #[error("an answer is about one certificate at least")]
    Empty,
    /// An algorithm cannot be written.
    #[error("an algorithm cannot be written")]
    Encode(#[from] CertError),
}

/// Makes the ResponseData of an answer, to be signed and handed to [`assemble_ocsp`].
///
/// # Errors
/// [`OcspTbsError`].
///
/// Source: RFC 6960 section 4.2.1; RFC 5019 section 2.2.4: nextUpdate is always there.
pub fn tbs_ocsp(
    params: &OcspParams<'_>,
    answers: impl IntoIterator<Item = OcspAnswer>,
) -> Result<Vec<u8>, OcspTbsError> {
    let mut responses = Vec::new();
    for answer in answers {
        if answer.next_update < answer.this_update {
            return Err(OcspTbsError::Reversed {
                this: answer.this_update,
                next: answer.next_update,
            });
        }
        responses.push(SingleResponse {
            id: answer.id,
            status: answer.status,
            this_update: answer.this_update,
            next_update: Some(answer.next_update),
            extensions: Extensions::default(),
        });
    }
    if responses.is_empty() {
        return Err(OcspTbsError::Empty);
    }
    let mut extensions = Extensions::default();
    if let Some(nonce) = params.nonce {
        extensions.push(ID_PKIX_OCSP_NONCE, output::tlv(OCTET_STRING, nonce));
    }
    write_tbs(
        params.responder,
        params.produced_at,
        &responses,
        &extensions,
    )
}

/// Joins a ResponseData, the algorithm and octets of its signature, and the certificates that who
/// reads it may need, into the DER of a successful OCSPResponse.
///
/// # Errors
/// [`CertError`] when the result is none that [`OcspResponse::parse`] reads.
pub fn assemble_ocsp(
    tbs: &[u8],
    algorithm: &AlgorithmIdentifierOwned,
    signature: &[u8],
    certificates: &[Certificate],
) -> Result<Vec<u8>, CertError> {
    let list: Vec<Vec<u8>> = certificates.iter().map(|c| c.der().to_vec()).collect();
    let seal = Seal {
        algorithm: algorithm.clone(),
        signature: signature.to_vec(),
        certificates: (!list.is_empty()).then_some(list),
    };
    let basic = output::sequence(&[tbs, &seal.write()?]);
    let der = output::sequence(&[
        &output::tlv(ENUMERATED, &[OcspResponseStatus::Successful.code()]),
        &write_bytes(ID_PKIX_OCSP_BASIC, &basic),
    ]);
    OcspResponse::parse(&der)?;
    Ok(der)
}
