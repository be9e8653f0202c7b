use const_oid::ObjectIdentifier;
use npki_core::Instant;

use crate::WeakAlgorithm;

/// Why a CRL tells nothing of a certificate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CrlError {
    /// No CRL at hand was issued under the name of the certificate's issuer.
    #[error("no CRL of the certificate's issuer is at hand")]
    Missing,
    /// Issued under another name than the certificate's issuer.
    #[error("the CRL was issued by somebody else")]
    WrongIssuer,
    /// The signature does not hold under the issuer's key.
    #[error("the CRL's signature does not verify")]
    Signature,
    /// Signed with an algorithm that is not trusted.
    #[error("the CRL's signature: {0}")]
    Algorithm(WeakAlgorithm),
    /// Whoever signed it may not sign CRLs (keyUsage without cRLSign).
    #[error("the CRL's signer may not sign CRLs")]
    KeyUsage,
    /// The CRL's signer is not the issuer itself, and its own path is not valid.
    #[error("the CRL's signer is not valid")]
    Signer,
    /// Issued later than the instant asked for.
    #[error("the CRL is valid from {this_update} on")]
    NotYetValid {
        /// When it was issued.
        this_update: Instant,
    },
    /// Its successor is due.
    #[error("the CRL was valid until {next_update}")]
    Stale {
        /// The instant by which its successor was due.
        next_update: Instant,
    },
    /// It does not say until when it is good (RFC 5280 section 5.1.2.5 requires it).
    #[error("the CRL has no nextUpdate")]
    NoNextUpdate,
    /// Its partition, or its kind of certificates, is not the one of the certificate.
    #[error("the CRL's scope does not cover the certificate")]
    Scope,
    /// A delta CRL, without a complete one that it amends.
    #[error("the CRL is a delta, and the complete one that it amends is not at hand")]
    NoBase,
    /// A critical extension that is not known here, of the CRL or of one of its entries.
    #[error("the CRL has the unknown critical extension {0}")]
    UnknownCriticalExtension(ObjectIdentifier),
    /// Something known that is not processed yet, and so refused.
    #[error("{0} is not supported")]
    Unsupported(&'static str),
    /// Not as RFC 5280 wants CRLs to be issued; asked only by
    /// [`require_conforming_certificates`](crate::Validator::require_conforming_certificates).
    #[error("the CRL breaks a rule of RFC 5280: {0}")]
    NotConforming(&'static str),
}

impl CrlError {
    /// The stable name of the variant, as command and adapter print it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Missing => "crl-missing",
            Self::WrongIssuer => "crl-wrong-issuer",
            Self::Signature => "crl-signature",
            Self::Algorithm(_) => "crl-algorithm",
            Self::KeyUsage => "crl-key-usage",
            Self::Signer => "crl-signer",
            Self::NotYetValid { .. } => "crl-not-yet-valid",
            Self::Stale { .. } => "crl-stale",
            Self::NoNextUpdate => "crl-no-next-update",
            Self::Scope => "crl-scope",
            Self::NoBase => "crl-no-base",
            Self::UnknownCriticalExtension(_) => "crl-unknown-critical-extension",
            Self::Unsupported(_) => "crl-unsupported",
            Self::NotConforming(_) => "crl-not-conforming",
        }
    }
}
