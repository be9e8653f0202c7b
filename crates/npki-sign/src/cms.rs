//! Cryptographic Message Syntax: SignedData.
//!
//! [`SignedData::sign`] writes it, [`SignedData::parse`] reads DER and BER, and
//! [`SignedData::verify_signatures`] says whose keys signed the content.
//!
//! Source: RFC 5652 sections 3 to 5 and 11; RFC 5754.

mod asn1;
mod attributes;
mod error;
mod profile;
mod sign;
mod signed_data;
mod verify;

pub use error::{CmsError, CmsSignError, SignerFault};
pub use profile::Profile;
pub use sign::{Placement, Signing};
pub use signed_data::SignedData;
pub use verify::{TrustedHashes, Verification, VerifiedSigner};

#[cfg(test)]
mod tests;
