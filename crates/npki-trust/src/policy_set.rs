use core::fmt;
use std::collections::BTreeSet;

use npki_cert::PolicyOid;

/// Certificate policies that a relying party takes, or that a path was found valid for.
///
/// Source: RFC 5280 section 6.1.1 (c) (user-initial-policy-set) and 6.1.6.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PolicySet {
    /// Every policy: the special value anyPolicy.
    Any,
    /// These policies. None of them is anyPolicy.
    Of(BTreeSet<PolicyOid>),
}

impl PolicySet {
    /// The set of these policies; [`PolicySet::Any`] when anyPolicy (2.5.29.32.0) is among them.
    #[must_use]
    pub fn of(policies: impl IntoIterator<Item = PolicyOid>) -> Self {
        let policies: BTreeSet<_> = policies.into_iter().collect();
        if policies.contains(&PolicyOid::ANY_POLICY) {
            return Self::Any;
        }
        Self::Of(policies)
    }

    /// Whether no policy is in the set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Any => false,
            Self::Of(policies) => policies.is_empty(),
        }
    }

    /// Whether `policy` is in the set.
    #[must_use]
    pub fn contains(&self, policy: PolicyOid) -> bool {
        match self {
            Self::Any => true,
            Self::Of(policies) => policies.contains(&policy),
        }
    }

    /// The object identifiers; anyPolicy alone for [`PolicySet::Any`].
    #[must_use]
    pub fn oids(&self) -> Vec<PolicyOid> {
        match self {
            Self::Any => vec![PolicyOid::ANY_POLICY],
            Self::Of(policies) => policies.iter().copied().collect(),
        }
    }
}

/// Shows the object identifiers, separated by blanks.
impl fmt::Display for PolicySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, oid) in self.oids().iter().enumerate() {
            if i > 0 {
                f.write_str(" ")?;
            }
            write!(f, "{oid}")?;
        }
        Ok(())
    }
}
