use const_oid::db::rfc5912;

use super::{
    Criticality::{Critical, NonCritical},
    Presence::{Optional, Required},
    ProfileRow,
};

/// A kind of CRL that a CA issues: which extensions it has, in which order.
///
/// The writer ([`tbs_crl`](crate::tbs_crl), [`CrlStream`](crate::CrlStream)) writes by the same rows that
/// [`lint_crl`](crate::lint_crl) reads.
///
/// Source: RFC 5280 section 5.2; KCAC.TS.CRLPROF.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum CrlProfile {
    /// Every certificate of its issuer.
    Complete,
    /// The certificates of one distribution point, such as `ou=dp4p61157`.
    Partition,
    /// What has changed since a complete or partitioned one.
    Delta,
}

impl CrlProfile {
    /// Every kind.
    pub const ALL: &'static [Self] = &[Self::Complete, Self::Partition, Self::Delta];

    /// The stable name, such as `partition`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Partition => "partition",
            Self::Delta => "delta",
        }
    }

    /// The extensions, in the order in which they are written.
    #[must_use]
    pub const fn rows(self) -> &'static [ProfileRow] {
        match self {
            Self::Complete => COMPLETE,
            Self::Partition => PARTITION,
            Self::Delta => DELTA,
        }
    }
}

macro_rules! rows {
    ($profile:literal: $($oid:ident, $name:literal, $presence:ident, $criticality:ident, $source:literal;)+) => {
        &[$(ProfileRow {
            extension: rfc5912::$oid,
            name: $name,
            presence: $presence,
            criticality: $criticality,
            source: $source,
            presence_rule: concat!("crl.", $profile, ".", $name, ".presence"),
            criticality_rule: concat!("crl.", $profile, ".", $name, ".critical"),
        }),+]
    };
}

#[rustfmt::skip]
const COMPLETE: &[ProfileRow] = rows!["complete":
    ID_CE_AUTHORITY_KEY_IDENTIFIER, "authority-key-identifier", Required, NonCritical, "RFC 5280 5.2.1; KCAC.TS.CRLPROF";
    ID_CE_CRL_NUMBER, "crl-number", Required, NonCritical, "RFC 5280 5.2.3; KCAC.TS.CRLPROF";
    ID_CE_FRESHEST_CRL, "freshest-crl", Optional, NonCritical, "RFC 5280 5.2.6";
];

// Without issuingDistributionPoint a partition passes for the whole.
#[rustfmt::skip]
const PARTITION: &[ProfileRow] = rows!["partition":
    ID_CE_AUTHORITY_KEY_IDENTIFIER, "authority-key-identifier", Required, NonCritical, "RFC 5280 5.2.1; KCAC.TS.CRLPROF";
    ID_CE_CRL_NUMBER, "crl-number", Required, NonCritical, "RFC 5280 5.2.3; KCAC.TS.CRLPROF";
    ID_CE_ISSUING_DISTRIBUTION_POINT, "issuing-distribution-point", Required, Critical, "RFC 5280 5.2.5; KICA's partitions dp7p…";
    ID_CE_FRESHEST_CRL, "freshest-crl", Optional, NonCritical, "RFC 5280 5.2.6";
];

#[rustfmt::skip]
const DELTA: &[ProfileRow] = rows!["delta":
    ID_CE_AUTHORITY_KEY_IDENTIFIER, "authority-key-identifier", Required, NonCritical, "RFC 5280 5.2.1";
    ID_CE_CRL_NUMBER, "crl-number", Required, NonCritical, "RFC 5280 5.2.3";
    ID_CE_DELTA_CRL_INDICATOR, "delta-crl-indicator", Required, Critical, "RFC 5280 5.2.4";
    ID_CE_ISSUING_DISTRIBUTION_POINT, "issuing-distribution-point", Optional, Critical, "RFC 5280 5.2.5: that of the CRL that it amends";
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn rule_ids_are_unique_and_speak() {
        let mut seen = HashSet::new();
        for profile in CrlProfile::ALL {
            for row in profile.rows() {
                let prefix = format!("crl.{}.{}.", profile.name(), row.name);
                for rule in [row.presence_rule, row.criticality_rule] {
                    assert!(rule.starts_with(&prefix) && seen.insert(rule), "{rule}");
                }
                assert!(!row.source.is_empty());
            }
        }
    }
}
