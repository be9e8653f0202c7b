use const_oid::ObjectIdentifier;
use npki_cert::OcspResponseStatus;
use npki_core::Instant;

use crate::WeakAlgorithm;

/// Why an OCSP response tells nothing of a certificate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OcspError {
    /// The responder has not answered; what it says instead is not signed.
    #[error("the responder did not answer: {}", .0.name())]
    NotAnswered(OcspResponseStatus),
    /// An answer of another type than RFC 6960 defines.
    #[error("the answer is of an unknown type")]
    UnknownType,
    /// A critical extension that is not known here.
    #[error("the response has the unknown critical extension {0}")]
    UnknownCriticalExtension(ObjectIdentifier),
    /// No answer is about this certificate of this issuer.
    #[error("the response is about other certificates")]
    OtherCertificate,
    /// Made for another question, or for none in particular where this one wanted its own.
    #[error("the response does not carry the nonce of the question")]
    Nonce,
    /// Known to be so only later than the instant asked for.
    #[error("the answer holds from {this_update} on")]
    NotYetValid {
        /// When it was known to be so.
        this_update: Instant,
    },
    /// Newer word is to be had.
    #[error("the answer held until {until}")]
    Stale {
        /// nextUpdate; without one, thisUpdate and the age that is accepted.
        until: Instant,
    },
    /// Nobody at hand bears the name or key of the responder.
    #[error("the responder's certificate is not at hand")]
    NoSigner,
    /// Who signed may not answer for the certificate's issuer.
    #[error("the responder may not answer for this issuer: {0}")]
    Unauthorised(Unauthorised),
    /// The signature does not hold under the responder's key.
    #[error("the response's signature does not verify")]
    Signature,
    /// Signed with an algorithm that is not trusted.
    #[error("the response's signature: {0}")]
    Algorithm(WeakAlgorithm),
}

/// What a responder lacks.
///
/// Source: RFC 6960 section 4.2.2.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Unauthorised {
    /// Neither the issuer, nor the root above it, nor the caller has made it a responder.
    Issuer,
    /// Its certificate's signature does not hold.
    Signature,
    /// extendedKeyUsage without id-kp-OCSPSigning; anyExtendedKeyUsage is not enough.
    ExtendedKeyUsage,
    /// keyUsage without digitalSignature and nonRepudiation.
    KeyUsage,
    /// Its certificate is not valid at the instant asked for.
    Validity,
    /// Its certificate has a critical extension that is not known here.
    CriticalExtension,
    /// Its certificate is for the responder of another CA.
    OtherCa,
    /// Its certificate was revoked.
    Revoked,
    /// Its certificate's state is asked for and not told: no id-pkix-ocsp-nocheck, no CRL.
    StateUnknown,
}

impl core::fmt::Display for Unauthorised {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Issuer => "nobody who could has made it a responder",
            Self::Signature => "the signature of its certificate does not verify",
            Self::ExtendedKeyUsage => "its certificate is not for signing OCSP responses",
            Self::KeyUsage => "its key is not for signing",
            Self::Validity => "its certificate is not valid then",
            Self::CriticalExtension => "its certificate has an unknown critical extension",
            Self::OtherCa => "it is the responder of another CA",
            Self::Revoked => "its certificate was revoked",
            Self::StateUnknown => "nothing tells the state of its certificate",
        })
    }
}

impl OcspError {
    /// The stable name of the variant, as command and adapter print it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::NotAnswered(_) => "ocsp-not-answered",
            Self::UnknownType => "ocsp-type",
            Self::UnknownCriticalExtension(_) => "ocsp-unknown-critical-extension",
            Self::OtherCertificate => "ocsp-other-certificate",
            Self::Nonce => "ocsp-nonce",
            Self::NotYetValid { .. } => "ocsp-not-yet-valid",
            Self::Stale { .. } => "ocsp-stale",
            Self::NoSigner => "ocsp-no-signer",
            Self::Unauthorised(_) => "ocsp-unauthorised",
            Self::Signature => "ocsp-signature",
            Self::Algorithm(_) => "ocsp-algorithm",
        }
    }
}
