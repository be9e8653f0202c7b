//! The extensions that this room reads, one file per type.

mod authority_key_identifier;
mod constraints;
mod distribution_point;
mod general_name;
mod identify_data;
mod key_usage;
mod policies;

pub use authority_key_identifier::AuthorityKeyIdentifier;
pub use constraints::{BasicConstraints, PolicyConstraints, PolicyMapping};
pub use distribution_point::DistributionPoint;
pub(crate) use general_name::{GeneralName, general_names};
pub use identify_data::IdentifyData;
pub use key_usage::KeyUsage;
pub use policies::{CertificatePolicies, PolicyInformation, PolicyQualifier, UserNotice};

use const_oid::ObjectIdentifier;

/// One extension as it stands in a certificate or CRL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extension<'a> {
    /// Which one.
    pub oid: ObjectIdentifier,
    /// Whether who does not know it must refuse.
    pub critical: bool,
    /// The contents of its OCTET STRING: one DER value.
    pub value: &'a [u8],
}
