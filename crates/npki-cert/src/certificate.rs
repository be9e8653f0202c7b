use const_oid::ObjectIdentifier;
use npki_core::{Instant, Issuer, Product};
use spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};

use crate::{
    AuthorityKeyIdentifier, BasicConstraints, CertError, CertificatePolicies, DistributionPoint,
    Extension, IdentifyData, KeyUsage, Name, PolicyConstraints, PolicyMapping, PolicyRow,
    SerialNumber,
};

/// A certificate that keeps its DER.
#[derive(Clone, Debug)]
pub struct Certificate {}

/// What the key of a certificate is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyUse {
    /// Signing (서명용).
    Sign,
    /// Key management (암호화용, 키분배용).
    KeyManagement,
    /// Both, or not restricted.
    Both,
    /// Signing certificates or CRLs.
    Ca,
}

#[rustfmt::skip]
#[allow(missing_docs, clippy::missing_errors_doc)]
impl Certificate {
    pub const MAX_OCTETS: usize = 65_536;
    pub fn parse(der: &[u8]) -> Result<Self, CertError> { todo!() }
    pub fn parse_any(input: &[u8]) -> Result<Self, CertError> { todo!() }
    pub fn der(&self) -> &[u8] { todo!() }
    pub fn tbs_der(&self) -> &[u8] { todo!() }
    pub fn to_pem(&self) -> String { todo!() }
    pub fn signature(&self) -> &[u8] { todo!() }
    pub fn signature_algorithm(&self) -> &AlgorithmIdentifierOwned { todo!() }
    pub fn version(&self) -> u8 { todo!() }
    pub fn serial_number(&self) -> &SerialNumber { todo!() }
    pub fn issuer(&self) -> &Name { todo!() }
    pub fn subject(&self) -> &Name { todo!() }
    pub fn not_before(&self) -> Instant { todo!() }
    pub fn not_after(&self) -> Instant { todo!() }
    pub fn is_valid_at(&self, now: Instant) -> bool { todo!() }
    pub fn public_key(&self) -> &SubjectPublicKeyInfoOwned { todo!() }
    pub fn public_key_der(&self) -> &[u8] { todo!() }
    pub fn sha256_fingerprint(&self) -> [u8; 32] { todo!() }
    pub fn extensions(&self) -> impl Iterator<Item = Extension<'_>> { core::iter::empty() }
    pub fn extension(&self, oid: ObjectIdentifier) -> Option<Extension<'_>> { todo!() }
    pub fn critical_extensions(&self) -> impl Iterator<Item = ObjectIdentifier> { core::iter::empty() }
    pub fn unknown_critical(&self) -> Vec<ObjectIdentifier> { todo!() }
    pub fn key_usage(&self) -> Option<KeyUsage> { todo!() }
    pub fn basic_constraints(&self) -> Option<BasicConstraints> { todo!() }
    pub fn policies(&self) -> Option<&CertificatePolicies> { todo!() }
    pub fn authority_key_identifier(&self) -> Option<&AuthorityKeyIdentifier> { todo!() }
    pub fn subject_key_identifier(&self) -> Option<&[u8]> { todo!() }
    pub fn crl_distribution_points(&self) -> &[DistributionPoint] { todo!() }
    pub fn ocsp_uris(&self) -> &[String] { todo!() }
    pub fn extended_key_usage(&self) -> Option<&[ObjectIdentifier]> { todo!() }
    pub fn policy_constraints(&self) -> Option<PolicyConstraints> { todo!() }
    pub fn policy_mappings(&self) -> &[PolicyMapping] { todo!() }
    pub fn inhibit_any_policy(&self) -> Option<u32> { todo!() }
    pub fn has_name_constraints(&self) -> bool { todo!() }
    pub fn identify_data(&self) -> Option<&IdentifyData> { todo!() }
    pub fn use_of_key(&self) -> KeyUse { todo!() }
    pub fn policy(&self) -> Option<&'static PolicyRow> { todo!() }
    pub fn product(&self) -> Option<Product> { todo!() }
    pub fn authority(&self) -> Option<Issuer> { todo!() }
    pub fn display_name(&self) -> String { todo!() }
    pub fn is_ca(&self) -> bool { todo!() }
    pub fn is_self_issued(&self) -> bool { todo!() }
}

/// Joins a TBSCertificate, its algorithm and its signature.
///
/// # Errors
/// x
pub fn assemble_certificate(
    tbs: &[u8],
    algorithm: &AlgorithmIdentifierOwned,
    signature: &[u8],
) -> Result<Vec<u8>, CertError> {
    todo!()
}
