use const_oid::ObjectIdentifier;

/// The policies under which a certificate was issued.
///
/// Source: RFC 5280 section 4.2.1.4.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificatePolicies(pub Vec<PolicyInformation>);

/// One policy and what is said about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyInformation {
    /// The policy's OID.
    pub policy: ObjectIdentifier,
    /// In the order of the certificate.
    pub qualifiers: Vec<PolicyQualifier>,
}

/// What is said about a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PolicyQualifier {
    /// Where the certification practice statement stands.
    CpsUri(String),
    /// A text to be shown.
    UserNotice(UserNotice),
    /// Another kind, by its OID.
    Other(ObjectIdentifier),
}

/// A text that a relying party may show to its user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserNotice {
    /// The text, read from any of the four kinds of DisplayText.
    pub explicit_text: Option<String>,
    /// The organisation of the noticeRef.
    pub organization: Option<String>,
}
