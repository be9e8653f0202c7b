mod responder;

use core::time::Duration;

use npki_cert::{
    BasicOcspResponse, CertStatus, Certificate, Crl, OcspResponse, RevocationReason, SingleResponse,
};
use npki_core::Instant;

use crate::{AlgorithmPolicy, OcspError};

/// What an OCSP response says of one certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OcspVerdict {
    /// 유효: nothing is known against it.
    Good,
    /// 폐지. With [`RevocationReason::CertificateHold`] it is suspended (효력정지).
    Revoked {
        /// Since when.
        at: Instant,
        /// Why; unspecified when the answer does not say.
        reason: RevocationReason,
    },
    /// 확인 불가: the responder knows no such certificate. Not a reason to trust it.
    Unknown,
}

/// Of which certificate, and under which conditions, an OCSP response is to tell.
#[derive(Clone, Copy, Debug)]
pub struct OcspQuestion<'a> {
    /// The certificate in question.
    pub certificate: &'a Certificate,
    /// The certificate of the CA that issued it; that it is one, and valid, is the caller's matter (a
    /// [`Validator`](crate::Validator) judges the whole path).
    pub issuer: &'a Certificate,
    /// Whether the times in the response are judged.
    pub freshness: OcspFreshness,
    /// What the response has to say of the question's nonce.
    pub nonce: OcspNonce<'a>,
    /// The trust anchor that issued `issuer`. Responders that it has certified itself may answer, as
    /// those of the Korean CAs do. `None`: they may not.
    pub root: Option<&'a Certificate>,
    /// Responders that the caller trusts by themselves. They too must be certified for this by the
    /// issuer, or by who certified the issuer.
    pub responders: &'a [Certificate],
    /// Certificates that may be the responder's beside those in the response, trusted in nothing.
    pub pool: &'a [Certificate],
    /// CRLs that may tell the state of the responder's own certificate.
    pub crls: &'a [Crl],
    /// Whether that state has to be known.
    pub responder_state: ResponderState,
    /// Trusted algorithms.
    pub algorithms: AlgorithmPolicy,
}

/// Whether the times in a response are judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OcspFreshness {
    /// The answer has to hold at this instant, and the responder's certificate to be valid then.
    At(Instant),
    /// Not at all.
    ///
    /// # Security
    /// An answer of long ago says good of what was revoked since.
    DangerNotJudged,
}

/// What a response has to say of the question's nonce.
///
/// Source: RFC 6960 section 4.4.1; RFC 5019 section 4 for responders that answer without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OcspNonce<'a> {
    /// None was sent: whatever the response carries counts for nothing.
    NotSent,
    /// If the response carries a nonce it has to be this one; a response made beforehand has none.
    IfEchoed(&'a [u8]),
    /// The response has to carry this one: it was made for this question.
    Required(&'a [u8]),
}

/// Whether the state of the responder's own certificate has to be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum ResponderState {
    /// A CRL at hand that lists it counts; without one it is taken as good.
    #[default]
    AsAtHand,
    /// A good CRL has to cover it, unless it says id-pkix-ocsp-nocheck (RFC 6960 section 4.2.2.2.1).
    Required,
}

impl<'a> OcspQuestion<'a> {
    /// Asks about `certificate` at an instant, with nothing else at hand: no nonce, no root, today's
    /// algorithms.
    #[must_use]
    pub const fn new(certificate: &'a Certificate, issuer: &'a Certificate, at: Instant) -> Self {
        Self {
            certificate,
            issuer,
            freshness: OcspFreshness::At(at),
            nonce: OcspNonce::NotSent,
            root: None,
            responders: &[],
            pool: &[],
            crls: &[],
            responder_state: ResponderState::AsAtHand,
            algorithms: AlgorithmPolicy::new(),
        }
    }
}

/// Asks an OCSP response about one certificate.
///
/// Checked are: that it is an answer, its critical extensions, the nonce, that an answer names this
/// certificate of this issuer by name and key, its times, who signed and by what right, and the
/// signature. thisUpdate and nextUpdate are included; an answer without nextUpdate holds for a day
/// from its thisUpdate. Of several answers about the certificate the worst counts.
///
/// By right answers the issuer itself; a delegate that it has certified with id-kp-OCSPSigning (RFC
/// 6960 section 4.2.2.2); one that the root above it has certified so, where the question names a
/// root; or one of the question's own, certified by one of the two.
///
/// # Errors
/// [`OcspError`] by cause: the response then tells nothing of the certificate, neither good nor bad.
///
/// # Security
/// [`OcspVerdict::Unknown`] is an authentic answer too, and no reason to trust the certificate.
///
/// Source: RFC 6960 sections 3.2 and 4.2; RFC 5019.
pub fn judge_ocsp(
    response: &OcspResponse,
    question: &OcspQuestion<'_>,
) -> Result<OcspVerdict, OcspError> {
    let basic = match response.basic() {
        Some(basic) => basic,
        None if response.status() == npki_cert::OcspResponseStatus::Successful => {
            return Err(OcspError::UnknownType);
        }
        None => return Err(OcspError::NotAnswered(response.status())),
    };
    if let Some(oid) = basic.unknown_critical() {
        return Err(OcspError::UnknownCriticalExtension(oid));
    }
    check_nonce(basic, question.nonce)?;
    let verdict = worst_fresh(basic, question)?;
    responder::verify(basic, question)?;
    Ok(verdict)
}

/// Whether a response has anything to say of this certificate, before anything of it is judged.
pub(crate) fn is_about(
    response: &OcspResponse,
    issuer: &Certificate,
    certificate: &Certificate,
) -> bool {
    response.basic().is_some_and(|basic| {
        basic
            .responses()
            .iter()
            .any(|single| single.id().names(issuer, certificate))
    })
}

fn check_nonce(basic: &BasicOcspResponse, nonce: OcspNonce<'_>) -> Result<(), OcspError> {
    let fine = match (nonce, basic.nonce()) {
        (OcspNonce::NotSent, _) | (OcspNonce::IfEchoed(_), None) => true,
        (OcspNonce::IfEchoed(sent) | OcspNonce::Required(sent), Some(found)) => sent == found,
        (OcspNonce::Required(_), None) => false,
    };
    if fine { Ok(()) } else { Err(OcspError::Nonce) }
}

/// The worst of the answers about the certificate that hold at the instant.
fn worst_fresh(
    basic: &BasicOcspResponse,
    question: &OcspQuestion<'_>,
) -> Result<OcspVerdict, OcspError> {
    let mut worst: Option<OcspVerdict> = None;
    let mut why = OcspError::OtherCertificate;
    for single in basic
        .responses()
        .iter()
        .filter(|single| single.id().names(question.issuer, question.certificate))
    {
        match check_times(single, question.freshness) {
            Ok(()) => {
                let said = verdict(single.status());
                worst = Some(worst.map_or(said, |known| worse(known, said)));
            }
            Err(error) => why = error,
        }
    }
    worst.ok_or(why)
}

fn verdict(status: CertStatus) -> OcspVerdict {
    match status {
        CertStatus::Good => OcspVerdict::Good,
        CertStatus::Revoked { at, reason } => OcspVerdict::Revoked {
            at,
            reason: reason.unwrap_or(RevocationReason::Unspecified),
        },
        _ => OcspVerdict::Unknown,
    }
}

/// Revoked outweighs unknown, which outweighs good; of two revocations the first that was told.
pub(crate) const fn worse(a: OcspVerdict, b: OcspVerdict) -> OcspVerdict {
    match (a, b) {
        (OcspVerdict::Revoked { .. }, _) => a,
        (_, OcspVerdict::Revoked { .. }) => b,
        (OcspVerdict::Unknown, _) => a,
        _ => b,
    }
}

fn check_times(single: &SingleResponse, freshness: OcspFreshness) -> Result<(), OcspError> {
    let OcspFreshness::At(at) = freshness else {
        return Ok(());
    };
    let this_update = single.this_update();
    if at < this_update {
        return Err(OcspError::NotYetValid { this_update });
    }
    let until = single
        .next_update()
        .unwrap_or_else(|| this_update.saturating_add(WITHOUT_NEXT_UPDATE));
    if at > until {
        return Err(OcspError::Stale { until });
    }
    Ok(())
}

/// How long an answer holds that does not say until when: newer word is to be had at any time (RFC
/// 6960 section 4.2.2.1), so a stored one must not hold for ever. A bound of ours: the CAs' CRLs
/// come daily.
const WITHOUT_NEXT_UPDATE: Duration = Duration::from_secs(86_400);
