//! Who signed a response, and by what right (RFC 6960 section 4.2.2.2).

use const_oid::{
    ObjectIdentifier,
    db::{rfc5912::ID_KP_OCSP_SIGNING, rfc6960::ID_PKIX_OCSP_NOCHECK},
};
use npki_cert::{BasicOcspResponse, Certificate, KeyUsage};
use spki::AlgorithmIdentifierOwned;

use super::{OcspFreshness, OcspQuestion, ResponderState};
use crate::{CrlVerdict, OcspError, Unauthorised, crl::prepare_verifying, judge_crls};

/// Finds who signed, checks his right, and verifies the signature.
pub(super) fn verify(
    basic: &BasicOcspResponse,
    question: &OcspQuestion<'_>,
) -> Result<(), OcspError> {
    let sent: Vec<Certificate> = basic.certificates().collect();
    let named = core::iter::once(question.issuer)
        .chain(question.responders)
        .chain(&sent)
        .chain(question.pool)
        .filter(|candidate| basic.responder().is(candidate));
    let mut why = OcspError::NoSigner;
    for (tried, candidate) in named.enumerate() {
        if tried >= MAX_CANDIDATES {
            break;
        }
        match try_one(basic, candidate, question) {
            Ok(()) => return Ok(()),
            Err(error) if rank(&error) > rank(&why) => why = error,
            Err(_) => {}
        }
    }
    Err(why)
}

fn try_one(
    basic: &BasicOcspResponse,
    candidate: &Certificate,
    question: &OcspQuestion<'_>,
) -> Result<(), OcspError> {
    let unauthorised = OcspError::Unauthorised;
    if !is_issuer_itself(candidate, question.issuer) {
        let by = authority(candidate, question).map_err(unauthorised)?;
        check_certificate(candidate, question).map_err(unauthorised)?;
        check_state(candidate, by, question).map_err(unauthorised)?;
    }
    holds(
        basic.signature_algorithm(),
        candidate,
        basic.tbs_der(),
        basic.signature(),
        question,
    )?
    .ok_or(OcspError::Signature)
}

/// Rule: the CA that issued the certificate answers itself. Its name and its key both count.
fn is_issuer_itself(candidate: &Certificate, issuer: &Certificate) -> bool {
    candidate.public_key() == issuer.public_key() && candidate.subject().matches(issuer.subject())
}

/// Who certified the responder, of those who may.
fn authority<'a>(
    candidate: &Certificate,
    question: &OcspQuestion<'a>,
) -> Result<Option<&'a Certificate>, Unauthorised> {
    let issuer = question.issuer;
    // A delegate of the CA.
    if candidate.issuer().matches(issuer.subject()) {
        return signed_by(candidate, issuer, question).map(|()| Some(issuer));
    }
    if !candidate.issuer().matches(issuer.issuer()) {
        return Err(Unauthorised::Issuer);
    }
    // A delegate of the root above the CA, as the Korean CAs have it.
    if let Some(root) = question
        .root
        .filter(|root| root.subject().matches(issuer.issuer()))
    {
        signed_by(issuer, root, question).map_err(|_| Unauthorised::Issuer)?;
        signed_by(candidate, root, question)?;
        return check_same_ca(candidate, issuer).map(|()| Some(root));
    }
    // One that the caller trusts, certified beside the CA.
    if question.responders.contains(candidate) && same_authority_key(candidate, issuer) {
        return check_same_ca(candidate, issuer).map(|()| None);
    }
    Err(Unauthorised::Issuer)
}

fn signed_by(
    certificate: &Certificate,
    by: &Certificate,
    question: &OcspQuestion<'_>,
) -> Result<(), Unauthorised> {
    holds(
        certificate.signature_algorithm(),
        by,
        certificate.tbs_der(),
        certificate.signature(),
        question,
    )
    .ok()
    .flatten()
    .ok_or(Unauthorised::Signature)
}

/// The root certifies the responders of all CAs below it; each answers for its own CA alone. What
/// they have in common with it is the organisation (O) in their names.
fn check_same_ca(candidate: &Certificate, issuer: &Certificate) -> Result<(), Unauthorised> {
    match (
        candidate.subject().organization(),
        issuer.subject().organization(),
    ) {
        (Some(own), Some(ca)) if own != ca => Err(Unauthorised::OtherCa),
        _ => Ok(()),
    }
}

/// Whether both name the same key of their common issuer, if they name one.
fn same_authority_key(a: &Certificate, b: &Certificate) -> bool {
    let key = |certificate: &Certificate| {
        certificate
            .authority_key_identifier()
            .and_then(|authority| authority.key_identifier.clone())
    };
    match (key(a), key(b)) {
        (Some(a), Some(b)) => a == b,
        _ => true,
    }
}

/// What the certificate of a delegate has to say, whoever made it.
fn check_certificate(
    candidate: &Certificate,
    question: &OcspQuestion<'_>,
) -> Result<(), Unauthorised> {
    // RFC 6960 section 4.2.2.2: id-kp-OCSPSigning itself.
    if !candidate
        .extended_key_usage()
        .is_some_and(|uses| uses.contains(&ID_KP_OCSP_SIGNING))
    {
        return Err(Unauthorised::ExtendedKeyUsage);
    }
    let signs = KeyUsage::DIGITAL_SIGNATURE | KeyUsage::NON_REPUDIATION;
    if candidate
        .key_usage()
        .is_some_and(|usage| !usage.intersects(signs))
    {
        return Err(Unauthorised::KeyUsage);
    }
    if candidate
        .unknown_critical()
        .iter()
        .any(|oid| !PROCESSED.contains(oid))
    {
        return Err(Unauthorised::CriticalExtension);
    }
    match question.freshness {
        OcspFreshness::At(at) if !candidate.is_valid_at(at) => Err(Unauthorised::Validity),
        _ => Ok(()),
    }
}

/// A CRL at hand that lists the responder counts, even against id-pkix-ocsp-nocheck.
fn check_state(
    candidate: &Certificate,
    by: Option<&Certificate>,
    question: &OcspQuestion<'_>,
) -> Result<(), Unauthorised> {
    let mut covered = false;
    if let (Some(by), OcspFreshness::At(at)) = (by, question.freshness) {
        match judge_crls(question.crls, by, candidate, at, question.algorithms) {
            Ok(CrlVerdict::Revoked { .. }) => return Err(Unauthorised::Revoked),
            Ok(CrlVerdict::Good) => covered = true,
            Err(_) => {}
        }
    }
    let needed = question.responder_state == ResponderState::Required
        && candidate.extension(ID_PKIX_OCSP_NOCHECK).is_none();
    if needed && !covered {
        return Err(Unauthorised::StateUnknown);
    }
    Ok(())
}

/// Whether a signature holds under the key of `signer`: `Ok(None)` when it does not.
fn holds(
    identifier: &AlgorithmIdentifierOwned,
    signer: &Certificate,
    message: &[u8],
    signature: &[u8],
    question: &OcspQuestion<'_>,
) -> Result<Option<()>, OcspError> {
    let verifying =
        prepare_verifying(identifier, signer, question.algorithms).map_err(OcspError::Algorithm)?;
    Ok(verifying.verify(message, signature))
}

/// Of several candidates, the cause of the one that came nearest is told.
const fn rank(error: &OcspError) -> u8 {
    match error {
        OcspError::NoSigner => 0,
        OcspError::Unauthorised(Unauthorised::Issuer | Unauthorised::Signature) => 1,
        OcspError::Unauthorised(_) => 2,
        _ => 3,
    }
}

/// Candidates of one name or key that are tried: a bound of ours. Each costs three signatures at most.
const MAX_CANDIDATES: usize = 8;

/// What may be critical beside what npki-cert reads.
const PROCESSED: &[ObjectIdentifier] = &[ID_PKIX_OCSP_NOCHECK];
