use npki_cert::Certificate;

use crate::PolicySet;

/// A path that held, and what it holds for.
#[derive(Clone, Debug)]
pub struct ValidPath {
    pub(crate) certificates: Vec<Certificate>,
    pub(crate) anchor: Certificate,
    pub(crate) policies: PolicySet,
}

impl ValidPath {
    /// The certificates, the leaf first, without the anchor. At least the leaf.
    #[must_use]
    pub fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// The anchor that the path leads to.
    #[must_use]
    pub const fn anchor(&self) -> &Certificate {
        &self.anchor
    }

    /// The user-constrained-policy-set: the accepted policies for which the path is valid.
    ///
    /// Empty when no policy was required and none survived. [`PolicySet::Any`] when every
    /// certificate says anyPolicy and every policy was accepted.
    ///
    /// Source: RFC 5280 section 6.1.6.
    #[must_use]
    pub const fn policies(&self) -> &PolicySet {
        &self.policies
    }
}
