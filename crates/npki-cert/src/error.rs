use const_oid::ObjectIdentifier;

use crate::SerialNumberError;

/// Why octets are no certificate, request, CRL or name that this room reads.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertError {
    /// More octets than the bound, found before anything was read.
    #[error("{what} of {found} octets is over the bound of {max}")]
    TooLong {
        /// The type that was read.
        what: &'static str,
        /// Octets found.
        found: usize,
        /// The bound.
        max: usize,
    },
    /// Not DER, or another type than wanted.
    #[error("{what} cannot be read")]
    Malformed {
        /// The type that was read.
        what: &'static str,
        /// What the ASN.1 reader said.
        #[source]
        source: Option<der::Error>,
    },
    /// Octets after the end of a value.
    #[error("{found} octets follow the end of {what}")]
    TrailingData {
        /// The type that was read.
        what: &'static str,
        /// How many octets were left.
        found: usize,
    },
    /// An OBJECT IDENTIFIER of a request that is malformed, or that cannot be held: a second arc over
    /// 39, such as 2.999, or more than 39 octets.
    #[error("{what} names an object identifier that is malformed or cannot be held")]
    ObjectIdentifier {
        /// The type that was read.
        what: &'static str,
    },
    /// A version that this type does not have, or fields that its version does not allow.
    #[error("{what} of version field {found} cannot hold what it holds")]
    Version {
        /// The type that was read.
        what: &'static str,
        /// The value of the version field (2 means v3).
        found: u64,
    },
    /// A serial number outside of 1 … 2^159 − 1.
    #[error("the serial number cannot be used")]
    SerialNumber(#[from] SerialNumberError),
    /// The algorithm inside of the signed part is not the one outside.
    #[error("the signed part names the algorithm {inner}, the outside {outer}")]
    AlgorithmsDiffer {
        /// Named inside.
        inner: ObjectIdentifier,
        /// Named outside.
        outer: ObjectIdentifier,
    },
    /// The same extension twice.
    #[error("the extension {0} stands there twice")]
    DuplicateExtension(ObjectIdentifier),
    /// An extension whose value is not what its type says.
    #[error("the extension {oid} cannot be read")]
    Extension {
        /// Which one.
        oid: ObjectIdentifier,
        /// What is wrong with it.
        #[source]
        source: Box<CertError>,
    },
    /// A PEM text that is broken or has another label than its type has.
    #[error("the PEM text cannot be read as {what}")]
    Pem {
        /// The type that was wanted.
        what: &'static str,
    },
}

impl CertError {
    /// The stable name of the variant, as command and adapter print it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::TooLong { .. } => "too-long",
            Self::Malformed { .. } | Self::ObjectIdentifier { .. } => "malformed",
            Self::TrailingData { .. } => "trailing-data",
            Self::Version { .. } => "version",
            Self::SerialNumber(_) => "serial-number",
            Self::AlgorithmsDiffer { .. } => "algorithms-differ",
            Self::DuplicateExtension(_) => "duplicate-extension",
            Self::Extension { .. } => "extension",
            Self::Pem { .. } => "pem",
        }
    }
}
