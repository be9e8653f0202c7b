use const_oid::ObjectIdentifier;
use npki_core::{Issuer, Product};

/// One certificate policy that is known: a row of the registry.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PolicyRow {
    /// The policy.
    pub oid: ObjectIdentifier,
    /// Whose it is.
    pub authority: PolicyAuthority,
    /// Who holds such certificates.
    pub holder: HolderClass,
    /// What it is as a product of the bank, if it is one.
    pub product: Option<Product>,
    /// General-purpose or limited.
    pub scope: PolicyScope,
    /// Signing or key management.
    pub key: PolicyKey,
    /// Any medium or a token alone.
    pub medium: PolicyMedium,
    /// How sure the meaning is.
    pub confidence: Confidence,
    /// Real or lab.
    pub arc: PolicyArc,
    /// The meaning in Korean.
    pub ko: &'static str,
    /// The meaning in English.
    pub en: &'static str,
    /// Where the row comes from.
    pub source: &'static str,
}

/// Whose a policy is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum PolicyAuthority {
    /// One of the five CAs.
    Ca(Issuer),
    NcaSign,
    Inipass,
    Kisa,
    Gpki,
    Epki,
    Mpki,
    NationalPension,
    /// RFC 5280 itself: anyPolicy.
    Anyone,
}

/// Who holds certificates of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum HolderClass {
    Personal,
    Business,
    Institution,
    Server,
    CaService,
    Any,
}

/// What a policy is accepted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum PolicyScope {
    General,
    Limited,
    Service,
}

/// Which key of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum PolicyKey {
    Sign,
    KeyManagement,
}

/// Where the key lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum PolicyMedium {
    Any,
    SecureToken,
}

/// How sure a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum Confidence {
    Seen,
    Agreed,
    OneSource,
    Disputed,
}

/// Real policies, or the lab's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum PolicyArc {
    Real,
    Lab,
}

/// Every row.
#[must_use]
pub fn policy_rows() -> &'static [PolicyRow] {
    todo!()
}
/// The row.
#[must_use]
pub fn policy_row(oid: &ObjectIdentifier) -> Option<&'static PolicyRow> {
    todo!()
}
/// The OID under which `issuer` issues `product`.
#[must_use]
pub fn policy_oid(
    issuer: Issuer,
    product: Product,
    key: PolicyKey,
    arc: PolicyArc,
) -> Option<ObjectIdentifier> {
    todo!()
}
