use const_oid::ObjectIdentifier;
use npki_core::Instant;
use spki::AlgorithmIdentifierOwned;

use crate::{AuthorityKeyIdentifier, CertError, DistributionPoint, Extension, Name, SerialNumber};

/// A certificate revocation list that keeps its DER.
#[derive(Clone, Debug)]
pub struct Crl {}

/// One revoked certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CrlEntry {
    /// Which certificate.
    pub serial_number: SerialNumber,
    /// When.
    pub revoked_at: Instant,
    /// Why.
    pub reason: Option<RevocationReason>,
    /// Since when the key is known or thought to be compromised.
    pub invalidity: Option<Instant>,
}

/// Why a certificate was revoked (RFC 5280 section 5.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum RevocationReason {
    Unspecified,
    KeyCompromise,
    CaCompromise,
    AffiliationChanged,
    Superseded,
    CessationOfOperation,
    /// 효력정지.
    CertificateHold,
    RemoveFromCrl,
    PrivilegeWithdrawn,
    AaCompromise,
}

/// A set of reasons (RFC 5280 section 4.2.1.13, ReasonFlags).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RevocationReasons(u16);

/// What a CRL covers (RFC 5280 section 5.2.5).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IssuingDistributionPoint {
    /// Its name.
    pub point: Option<DistributionPoint>,
    /// End-entity certificates only.
    pub only_contains_user_certs: bool,
    /// CA certificates only.
    pub only_contains_ca_certs: bool,
    /// These reasons only.
    pub only_some_reasons: Option<RevocationReasons>,
    /// Entries of other issuers too.
    pub indirect_crl: bool,
    /// Attribute certificates only.
    pub only_contains_attribute_certs: bool,
}

#[rustfmt::skip]
#[allow(missing_docs, clippy::missing_errors_doc)]
impl Crl {
    pub const MAX_OCTETS: usize = 64 << 20;
    pub fn parse(der: &[u8]) -> Result<Self, CertError> { todo!() }
    pub fn parse_with_bound(der: Vec<u8>, max_octets: usize) -> Result<Self, CertError> { todo!() }
    pub fn der(&self) -> &[u8] { todo!() }
    pub fn tbs_der(&self) -> &[u8] { todo!() }
    pub fn signature(&self) -> &[u8] { todo!() }
    pub fn signature_algorithm(&self) -> &AlgorithmIdentifierOwned { todo!() }
    pub fn issuer(&self) -> &Name { todo!() }
    pub fn this_update(&self) -> Instant { todo!() }
    pub fn next_update(&self) -> Option<Instant> { todo!() }
    pub fn number(&self) -> Option<&[u8]> { todo!() }
    pub fn authority_key_identifier(&self) -> Option<&AuthorityKeyIdentifier> { todo!() }
    pub fn issuing_distribution_point(&self) -> Option<&IssuingDistributionPoint> { todo!() }
    pub fn is_delta(&self) -> bool { todo!() }
    pub fn extensions(&self) -> impl Iterator<Item = Extension<'_>> { core::iter::empty() }
    pub fn unknown_critical(&self) -> Vec<ObjectIdentifier> { todo!() }
    pub fn unknown_critical_in_entries(&self) -> &[ObjectIdentifier] { todo!() }
    pub fn len(&self) -> usize { todo!() }
    pub fn is_empty(&self) -> bool { todo!() }
    pub fn entries(&self) -> impl Iterator<Item = CrlEntry> { core::iter::empty() }
    pub fn find(&self, serial: &SerialNumber) -> Option<CrlEntry> { todo!() }
}

/// What a CRL to be signed says of itself.
#[derive(Clone, Debug)]
pub struct CrlParams<'a> {
    /// The CA.
    pub issuer: &'a crate::Certificate,
    /// The algorithm that will sign.
    pub signature_algorithm: &'a AlgorithmIdentifierOwned,
    /// Now.
    pub this_update: Instant,
    /// When the next one comes at the latest.
    pub next_update: Instant,
    /// cRLNumber, greater than the last one's.
    pub number: u64,
    /// The partition's URI: makes the critical issuingDistributionPoint.
    pub distribution_point: Option<&'a str>,
}

/// Why a CRL cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CrlError {
    /// x
    #[error("x")]
    Unsorted,
}

/// Makes the TBSCertList.
///
/// # Errors
/// x
pub fn tbs_crl(
    params: &CrlParams<'_>,
    entries: impl IntoIterator<Item = CrlEntry>,
) -> Result<Vec<u8>, CrlError> {
    todo!()
}

/// Joins a TBSCertList, its algorithm and its signature.
///
/// # Errors
/// x
pub fn assemble_crl(
    tbs: &[u8],
    algorithm: &AlgorithmIdentifierOwned,
    signature: &[u8],
) -> Result<Vec<u8>, CertError> {
    todo!()
}
