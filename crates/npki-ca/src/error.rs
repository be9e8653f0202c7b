use npki_cert::{CertError, CrlError, CrlWriteError, OcspTbsError, ProfileError};
use npki_core::{Finding, PortError};
use npki_key::{KeyError, SignError};
use npki_ledger::{Conflict, LedgerError};

/// Why the CA itself could not do its work. What a subscriber is refused is a [`Refusal`](crate::Refusal).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CaError {
    /// The ledger failed. After [`LedgerError::Unknown`] repeat the call.
    #[error("the CA's ledger failed")]
    Ledger(#[from] LedgerError),
    /// The ledger refused a commit for a reason that no retry mends, such as a clock behind its head.
    #[error("the CA's ledger refused a commit")]
    Conflict(#[source] Conflict),
    /// Others were always faster. Repeat the call.
    #[error("too many others write to the same order; repeat the call")]
    Contended,
    /// The bank gave no answer. Repeat the call.
    #[error("the bank gave no answer")]
    Bank(#[source] PortError),
    /// What the ledger holds cannot be read.
    #[error("the ledger's record of {what} cannot be read")]
    Damaged {
        /// What was being read.
        what: &'static str,
    },
    /// The certificate asked for cannot be made after its profile.
    #[error("the certificate does not fit its profile")]
    Profile(#[from] ProfileError),
    /// The linter found errors in a TBS: nothing was recorded or signed.
    #[error("the linter found {} error(s), first: {}", .0.len(), .0.first().map_or_else(String::new, ToString::to_string))]
    Lint(Vec<Finding>),
    /// The order names a certificate profile that no subscriber gets.
    #[error("{0:?} is no profile of a subscriber's certificate")]
    NoProfile(String),
    /// No policy of this CA stands in the registry for the product.
    #[error("no policy for {product} of {issuer} stands in the registry")]
    NoPolicy {
        /// The product.
        product: npki_core::Product,
        /// The CA.
        issuer: npki_core::Issuer,
    },
    /// The certificate would outlive the CA's own.
    #[error("the certificate would end {not_after}, after the CA's own {ca_not_after}")]
    OutlivesCa {
        /// The end asked for.
        not_after: npki_core::Instant,
        /// The CA certificate's end.
        ca_not_after: npki_core::Instant,
    },
    /// The signing key failed.
    #[error("the CA's key did not sign")]
    Sign(#[from] SignError),
    /// A key of the CA is none.
    #[error("the CA's key cannot be used")]
    Key(#[from] KeyError),
    /// A certificate or CRL made here cannot be read back.
    #[error("what was made cannot be read back")]
    Certificate(#[from] CertError),
    /// A CRL cannot be made.
    #[error("the CRL cannot be made")]
    Crl(#[from] CrlError),
    /// A CMP message cannot be written.
    #[error("a CMP message cannot be written")]
    Cmp(#[source] npki_cmp::CmpError),
    /// A CRL could not be written.
    #[error("the CRL could not be written")]
    CrlWrite(#[from] CrlWriteError),
    /// The CRL has no such partition.
    #[error("the CRL has {partitions} partition(s), and no number {partition} (from 0 on)")]
    Partition {
        /// The one asked for, counted from 0.
        partition: u32,
        /// How many there are.
        partitions: u32,
    },
    /// The CRL is divided, and the address of its parts is one and the same. Nothing is issued or listed.
    #[error("the CRL has partitions, and its address {0:?} has no {{partition}} in it")]
    CrlAddress(String),
    /// An OCSP answer cannot be made.
    #[error("the OCSP answer cannot be made")]
    Ocsp(#[from] OcspTbsError),
    /// Something is too long for its encoding.
    #[error("cannot be encoded")]
    Der(#[from] der::Error),
}
