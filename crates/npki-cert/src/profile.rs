use const_oid::ObjectIdentifier;
use npki_core::{Finding, Instant};
use spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};

use crate::{CertError, Certificate, IdentifyData, Name, SerialNumber};

/// A kind of certificate that a CA issues.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum Profile {
    Root,
    IssuingCa,
    SubscriberSign,
    SubscriberKm,
}

/// What goes into a certificate.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct TbsParams<'a> {
    pub serial_number: SerialNumber,
    /// Its issuer; `None` for a root, which issues itself.
    pub issuer: Option<&'a Certificate>,
    pub subject: &'a Name,
    pub public_key: &'a SubjectPublicKeyInfoOwned,
    pub not_before: Instant,
    /// Last valid second.
    pub not_after: Instant,
    /// Of the issuer's key.
    pub signature_algorithm: &'a AlgorithmIdentifierOwned,
    /// The policy; `None`: anyPolicy in a CA certificate.
    pub policy: Option<crate::PolicyOid>,
    pub notice: Option<&'a str>,
    pub cps_uri: Option<&'a str>,
    pub crl_uri: Option<&'a str>,
    pub ocsp_uri: Option<&'a str>,
    pub identify_data: Option<&'a IdentifyData>,
    /// CA certificates only.
    pub path_len: Option<u32>,
}

/// Why a certificate cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProfileError {
    /// Something that the profile requires was not given.
    #[error("the profile {profile} needs {what}")]
    Missing {
        /// Profile name.
        profile: &'static str,
        /// The missing thing.
        what: &'static str,
    },
}

#[rustfmt::skip]
#[allow(missing_docs, clippy::missing_errors_doc)]
impl Profile {
    pub const ALL: &'static [Self] = &[Self::Root, Self::IssuingCa, Self::SubscriberSign, Self::SubscriberKm];
    pub const fn name(self) -> &'static str { "" }
    pub fn rows(self) -> &'static [ProfileRow] { todo!() }
    pub fn tbs(self, params: &TbsParams<'_>) -> Result<Vec<u8>, ProfileError> { todo!() }
}

/// One row of a profile's table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileRow {
    /// The extension.
    pub extension: ObjectIdentifier,
}

/// Checks a certificate against a profile.
#[must_use]
pub fn lint(certificate: &Certificate, profile: Profile) -> Vec<Finding> {
    todo!()
}

/// Checks a TBSCertificate against a profile, before it is signed.
///
/// # Errors
/// x
pub fn lint_tbs(tbs: &[u8], profile: Profile) -> Result<Vec<Finding>, CertError> {
    todo!()
}
