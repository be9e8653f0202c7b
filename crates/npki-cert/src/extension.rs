//! The extensions that this room reads, one file per type.

mod authority_key_identifier;
mod constraints;
mod distribution_point;
mod general_name;
mod identify_data;
mod key_usage;
mod policies;

pub use authority_key_identifier::AuthorityKeyIdentifier;
pub(crate) use constraints::read_skip_certs;
pub use constraints::{BasicConstraints, PolicyConstraints, PolicyMapping};
pub use distribution_point::DistributionPoint;
pub(crate) use distribution_point::write_point_name;
pub(crate) use general_name::{GeneralName, general_name, write_uri};
pub use identify_data::IdentifyData;
pub use key_usage::KeyUsage;
pub use policies::{CertificatePolicies, PolicyInformation, PolicyQualifier, UserNotice};

use const_oid::ObjectIdentifier;

use crate::{
    Certificate,
    input::{BOOLEAN, OCTET_STRING},
    key_identifier, output,
};

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

/// Writes an Extension.
pub(crate) fn write_extension(oid: ObjectIdentifier, critical: bool, value: &[u8]) -> Vec<u8> {
    let critical: &[u8] = if critical { &[BOOLEAN, 1, 0xff] } else { &[] };
    output::sequence(&[
        &output::oid(oid),
        critical,
        &output::tlv(OCTET_STRING, value),
    ])
}

/// The authorityKeyIdentifier of what `issuer` signs: its key, its issuer, its serial.
pub(crate) fn authority_of(issuer: &Certificate) -> AuthorityKeyIdentifier {
    let key_identifier = match issuer.subject_key_identifier() {
        Some(octets) => octets.to_vec(),
        None => key_identifier(issuer.public_key()).to_vec(),
    };
    AuthorityKeyIdentifier {
        key_identifier: Some(key_identifier),
        issuer: Some(issuer.issuer().clone()),
        serial_number: Some(*issuer.serial_number()),
    }
}
