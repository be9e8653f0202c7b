mod crl_lint;
mod crl_table;
mod deviations;
mod findings;
mod generation;
mod lint;
mod name_lint;
mod ocsp_lint;
mod policy_lint;
mod table;
mod tbs;
mod uri_lint;

use const_oid::{ObjectIdentifier, db::rfc5912};

pub use crl_lint::lint_crl;
pub use crl_table::CrlProfile;
pub use deviations::Deviations;
pub use generation::Generation;
pub use lint::{lint, lint_tbs, lint_tbs_with, lint_with};
pub use ocsp_lint::lint_ocsp;
pub use tbs::{ProfileError, TbsParams};

use crate::KeyUsage;

/// A kind of certificate that a CA issues: which extensions it has, in which order, and its limits.
///
/// [`Profile::tbs`] writes by the same rows that [`lint`] reads.
///
/// The rows are those of the second and third generation; what tells these apart is a [`Generation`].
///
/// Source: KCAC.TS.CERTPROF as real certificates of its second generation show it; RFC 5280.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Profile {
    /// 최상위인증기관: a root, which signs itself.
    Root,
    /// 인증기관: a CA below the root that issues to subscribers.
    IssuingCa,
    /// A subscriber's signing certificate (서명용).
    SubscriberSign,
    /// A subscriber's key-management certificate (암호화용).
    SubscriberKm,
    /// What a CA protects its CMP messages with (RFC 9810 section 5.1.3.3).
    CmpServer,
    /// A server's key-management certificate: banks and offices publish it for envelopes.
    ServerKm,
    /// An OCSP responder's certificate: issued by the root, as in the Korean PKI, or by the CA that it
    /// answers for.
    OcspResponder,
    /// A time stamp authority's certificate, issued by the root.
    TimeStamping,
}

/// One row of a profile: an extension.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProfileRow {
    /// The extension.
    pub extension: ObjectIdentifier,
    /// Its name in rule ids, such as `key-usage`.
    pub name: &'static str,
    /// Whether it must be there.
    pub presence: Presence,
    /// Whether it is critical.
    pub criticality: Criticality,
    /// The document and section that say so.
    pub source: &'static str,
    /// The id of the rule on its presence: `cert.subscriber-sign.key-usage.presence`.
    pub presence_rule: &'static str,
    /// The id of the rule on its criticality: `cert.subscriber-sign.key-usage.critical`.
    pub criticality_rule: &'static str,
}

/// Whether an extension must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Presence {
    /// It must.
    Required,
    /// It may.
    Optional,
}

/// Whether an extension is critical.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Criticality {
    /// It is.
    Critical,
    /// It is not.
    NonCritical,
}

/// The limits of a profile beside its extensions.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProfileLimits {
    /// The longest validity, in days of 86,400 seconds.
    pub max_validity_days: u32,
    /// Where that comes from.
    pub max_validity_source: &'static str,
    /// Uses of which each must be in keyUsage, when there is one.
    pub key_usage_required: KeyUsage,
    /// Uses that may be there beside them.
    pub key_usage_allowed: KeyUsage,
    /// The fewest bits of a serial number of ours.
    pub min_serial_bits: u32,
}

impl Profile {
    /// Every profile.
    pub const ALL: &'static [Self] = &[
        Self::Root,
        Self::IssuingCa,
        Self::SubscriberSign,
        Self::SubscriberKm,
        Self::CmpServer,
        Self::ServerKm,
        Self::OcspResponder,
        Self::TimeStamping,
    ];

    /// The stable name, such as `subscriber-sign`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::IssuingCa => "issuing-ca",
            Self::SubscriberSign => "subscriber-sign",
            Self::SubscriberKm => "subscriber-km",
            Self::CmpServer => "cmp-server",
            Self::ServerKm => "server-km",
            Self::OcspResponder => "ocsp-responder",
            Self::TimeStamping => "time-stamping",
        }
    }

    /// The profile with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|p| p.name() == name)
    }

    /// The extensions, in the order in which they are written, as the Korean PKI has them.
    #[must_use]
    pub const fn rows(self) -> &'static [ProfileRow] {
        self.rows_with(Deviations::Korean)
    }

    /// The extensions, in the order in which they are written, with or without the ways of the Korean PKI.
    #[must_use]
    pub const fn rows_with(self, deviations: Deviations) -> &'static [ProfileRow] {
        table::rows(self, deviations)
    }

    /// The limits.
    #[must_use]
    pub const fn limits(self) -> &'static ProfileLimits {
        table::limits(self)
    }

    /// The only use that extendedKeyUsage names, where the profile has it.
    #[must_use]
    pub const fn extended_key_usage(self) -> Option<ObjectIdentifier> {
        match self {
            Self::OcspResponder => Some(rfc5912::ID_KP_OCSP_SIGNING),
            Self::TimeStamping => Some(rfc5912::ID_KP_TIME_STAMPING),
            Self::CmpServer => Some(CMC_CA),
            _ => None,
        }
    }

    /// Whether it is a person's or an organisation's, who have a VID.
    #[must_use]
    pub const fn is_subscriber(self) -> bool {
        matches!(self, Self::SubscriberSign | Self::SubscriberKm)
    }

    /// Whether it is a CA's profile.
    #[must_use]
    pub const fn is_ca(self) -> bool {
        matches!(self, Self::Root | Self::IssuingCa)
    }
}

/// id-kp-cmcCA (RFC 9810 section 4.5).
const CMC_CA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.27");

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn rule_ids_are_unique_and_speak() {
        let mut seen = HashSet::new();
        for profile in Profile::ALL {
            assert_eq!(Profile::from_name(profile.name()), Some(*profile));
            for row in profile.rows() {
                assert!(seen.insert(row.presence_rule), "{}", row.presence_rule);
                assert!(
                    seen.insert(row.criticality_rule),
                    "{}",
                    row.criticality_rule
                );
                let prefix = format!("cert.{}.{}.", profile.name(), row.name);
                assert!(row.presence_rule.starts_with(&prefix));
                assert!(row.criticality_rule.starts_with(&prefix));
                assert!(!row.source.is_empty());
            }
        }
    }
}
