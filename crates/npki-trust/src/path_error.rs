use const_oid::ObjectIdentifier;
use npki_cert::RevocationReason;
use npki_core::Instant;

use crate::{BudgetKind, CrlError, OcspError, PolicySet, WeakAlgorithm};

/// Why a path is not valid: one variant per cause that a caller would act on.
///
/// `depth` counts from the leaf: 0 is the leaf, 1 the CA that issued it; the anchor stands above
/// the last of them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PathError {
    /// No chain of issuers leads to an anchor.
    #[error("no path leads from the certificate to a trust anchor")]
    NoPath,
    /// The issuer's name is not the subject's name of the certificate above.
    #[error("certificate {depth} does not name the one above it as its issuer")]
    NameChaining {
        /// Which certificate.
        depth: usize,
    },
    /// The signature does not hold under the issuer's key.
    #[error("the signature of certificate {depth} does not verify")]
    Signature {
        /// Which certificate.
        depth: usize,
    },
    /// Signed with, or for, an algorithm that is not trusted or not known.
    #[error("certificate {depth}: {why}")]
    Algorithm {
        /// Which certificate; one more than the last for the anchor.
        depth: usize,
        /// What is not trusted.
        why: WeakAlgorithm,
    },
    /// Used before its first second.
    #[error("certificate {depth} is valid from {not_before} on")]
    NotYetValid {
        /// Which certificate; one more than the last for the anchor.
        depth: usize,
        /// Its first valid second.
        not_before: Instant,
    },
    /// Used after its last second.
    #[error("certificate {depth} was valid until {not_after}")]
    Expired {
        /// Which certificate; one more than the last for the anchor.
        depth: usize,
        /// Its last valid second.
        not_after: Instant,
    },
    /// On the CRL.
    #[error("certificate {depth} was revoked at {at} ({reason:?})")]
    Revoked {
        /// Which certificate.
        depth: usize,
        /// Since when.
        at: Instant,
        /// Why.
        reason: RevocationReason,
    },
    /// No good CRL says anything of it.
    #[error("certificate {depth}: no CRL tells its state")]
    RevocationUnknown {
        /// Which certificate.
        depth: usize,
        /// What was wrong with the CRL that came nearest.
        #[source]
        why: CrlError,
    },
    /// The responder of its issuer knows no such certificate.
    #[error("certificate {depth} is not known to its issuer's OCSP responder")]
    NotIssued {
        /// Which certificate.
        depth: usize,
    },
    /// No CRL says anything of it, and the OCSP response about it does not count.
    #[error("certificate {depth}: no OCSP response tells its state")]
    OcspRefused {
        /// Which certificate.
        depth: usize,
        /// What was wrong with the response.
        #[source]
        why: OcspError,
    },
    /// An issuer that is no CA (basicConstraints).
    #[error("certificate {depth} issued another one and is no CA")]
    NotACa {
        /// Which certificate.
        depth: usize,
    },
    /// More CAs than a basicConstraints, or the caller, allows.
    #[error("too many CAs stand below certificate {depth}")]
    PathTooLong {
        /// The CA at which the count was used up.
        depth: usize,
    },
    /// An issuer whose keyUsage lacks keyCertSign.
    #[error("certificate {depth} may not sign certificates")]
    KeyUsage {
        /// Which certificate.
        depth: usize,
    },
    /// The extended key usage that the caller wants is not among those of this certificate.
    #[error("certificate {depth} is not for the wanted use {wanted}")]
    ExtendedKeyUsage {
        /// Which certificate.
        depth: usize,
        /// What the caller wants.
        wanted: ObjectIdentifier,
    },
    /// A name outside of the name constraints of a CA above.
    #[error("certificate {depth} has a name that a CA above does not permit")]
    NameNotPermitted {
        /// Which certificate.
        depth: usize,
    },
    /// A policy is required and the path has none of those that are accepted.
    #[error("the path is valid for none of the accepted policies")]
    PolicyRefused {
        /// The certificate at which the last policy was lost, or the leaf.
        depth: usize,
        /// What the caller accepts.
        accepted: PolicySet,
    },
    /// A critical extension that is not known here.
    #[error("certificate {depth} has the unknown critical extension {oid}")]
    UnknownCriticalExtension {
        /// Which certificate; one more than the last for the anchor.
        depth: usize,
        /// The extension.
        oid: ObjectIdentifier,
    },
    /// Something known that is not processed yet, and so refused.
    #[error("certificate {depth}: {what} is not supported")]
    Unsupported {
        /// Which certificate; one more than the last for the anchor.
        depth: usize,
        /// What.
        what: &'static str,
    },
    /// An extension that cannot be read, stands twice, or contradicts another.
    #[error("certificate {depth} has a malformed {what}")]
    Malformed {
        /// Which certificate; one more than the last for the anchor.
        depth: usize,
        /// What.
        what: &'static str,
    },
    /// Not as RFC 5280 wants certificates to be issued; asked only by
    /// [`require_conforming_certificates`](crate::Validator::require_conforming_certificates).
    #[error("certificate {depth} breaks a rule of RFC 5280: {rule}")]
    NotConforming {
        /// Which certificate; one more than the last for the anchor.
        depth: usize,
        /// What ought to be, with its section.
        rule: &'static str,
    },
    /// A bound on the work was reached before an answer was found.
    #[error("gave up: {0}")]
    Budget(BudgetKind),
}

impl PathError {
    /// The stable name of the variant, as command and adapter print it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::NoPath => "no-path",
            Self::NameChaining { .. } => "name-chaining",
            Self::Signature { .. } => "signature",
            Self::Algorithm { .. } => "algorithm",
            Self::NotYetValid { .. } => "not-yet-valid",
            Self::Expired { .. } => "expired",
            Self::Revoked { .. } => "revoked",
            Self::RevocationUnknown { .. } => "revocation-unknown",
            Self::NotIssued { .. } => "not-issued",
            Self::OcspRefused { .. } => "ocsp-refused",
            Self::NotACa { .. } => "not-a-ca",
            Self::PathTooLong { .. } => "path-too-long",
            Self::KeyUsage { .. } => "key-usage",
            Self::ExtendedKeyUsage { .. } => "extended-key-usage",
            Self::NameNotPermitted { .. } => "name-not-permitted",
            Self::PolicyRefused { .. } => "policy",
            Self::UnknownCriticalExtension { .. } => "unknown-critical-extension",
            Self::Unsupported { .. } => "unsupported",
            Self::Malformed { .. } => "malformed",
            Self::NotConforming { .. } => "not-conforming",
            Self::Budget(_) => "budget",
        }
    }

    /// Which certificate it is about, counted from the leaf at 0.
    #[must_use]
    pub const fn depth(&self) -> Option<usize> {
        match self {
            Self::NoPath | Self::Budget(_) => None,
            Self::NameChaining { depth }
            | Self::Signature { depth }
            | Self::Algorithm { depth, .. }
            | Self::NotYetValid { depth, .. }
            | Self::Expired { depth, .. }
            | Self::Revoked { depth, .. }
            | Self::RevocationUnknown { depth, .. }
            | Self::NotIssued { depth }
            | Self::OcspRefused { depth, .. }
            | Self::NotACa { depth }
            | Self::PathTooLong { depth }
            | Self::KeyUsage { depth }
            | Self::ExtendedKeyUsage { depth, .. }
            | Self::NameNotPermitted { depth }
            | Self::PolicyRefused { depth, .. }
            | Self::UnknownCriticalExtension { depth, .. }
            | Self::Unsupported { depth, .. }
            | Self::Malformed { depth, .. }
            | Self::NotConforming { depth, .. } => Some(*depth),
        }
    }
}
