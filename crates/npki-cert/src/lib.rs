//! Certificate models of the Korean national PKI: names, policy registry, certificates, CRLs, profiles, VID.
#![allow(
    dead_code,
    unused_variables,
    unused_imports,
    clippy::must_use_candidate,
    clippy::missing_errors_doc,
    clippy::todo
)] // until the bodies stand

mod certificate;
mod crl;
mod error;
mod extension;
mod input;
mod name;
mod output;
mod policy_oid;
mod policy_registry;
mod profile;
mod serial_number;
mod string;
mod time;
mod vid;

pub use certificate::{Certificate, KeyUse, assemble_certificate, key_identifier};
pub use crl::{
    Crl, CrlEntries, CrlEntry, CrlError, CrlParams, IssuingDistributionPoint, RevocationReason,
    RevocationReasons, assemble_crl, tbs_crl,
};
pub use error::CertError;
pub use extension::{
    AuthorityKeyIdentifier, BasicConstraints, CertificatePolicies, DistributionPoint, Extension,
    IdentifyData, KeyUsage, PolicyConstraints, PolicyInformation, PolicyMapping, PolicyQualifier,
    UserNotice,
};
pub use name::{Attribute, Name, NameTextError};
pub use policy_oid::{PolicyOid, PolicyOidError};
pub use policy_registry::{
    Confidence, HolderClass, PolicyArc, PolicyAuthority, PolicyKey, PolicyMedium, PolicyRow,
    PolicyScope, policy_oid, policy_row, policy_rows,
};
pub use profile::{
    Criticality, Presence, Profile, ProfileError, ProfileLimits, ProfileRow, TbsParams, lint,
    lint_tbs,
};
pub use serial_number::{SerialNumber, SerialNumberError};
pub use vid::{VidCheck, check_vid, compute_vid};
