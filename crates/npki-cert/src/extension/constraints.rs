use const_oid::ObjectIdentifier;

/// Whether the subject is a CA, and how many CAs may follow below it.
///
/// Source: RFC 5280 section 4.2.1.9.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BasicConstraints {
    /// The subject is a CA.
    pub ca: bool,
    /// CA certificates that may follow in a path, self-issued ones not counted.
    pub path_len: Option<u32>,
}

/// When a path must have an explicit policy, and when policies may no longer be mapped.
///
/// Source: RFC 5280 section 4.2.1.11.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PolicyConstraints {
    /// After so many further certificates an explicit policy is required.
    pub require_explicit_policy: Option<u32>,
    /// After so many further certificates policies are not mapped.
    pub inhibit_policy_mapping: Option<u32>,
}

/// The issuer holds two policies to be the same.
///
/// Source: RFC 5280 section 4.2.1.5.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PolicyMapping {
    /// The issuer's policy.
    pub issuer_domain: ObjectIdentifier,
    /// The subject's.
    pub subject_domain: ObjectIdentifier,
}
