use const_oid::ObjectIdentifier;
use npki_cert::CertError;
use npki_key::{AlgorithmError, DecryptError, EncryptError, KeyError, SignError};

/// Why octets are no message, or a message cannot be made or worked with.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CmpError {
    /// More octets than the bound, found before anything was read.
    #[error("a message of {found} octets is over the bound of {max}")]
    TooLong {
        /// Octets found.
        found: usize,
        /// The bound.
        max: usize,
    },
    /// Not DER, or another type than wanted.
    #[error("{what} cannot be read or written")]
    Malformed {
        /// The type.
        what: &'static str,
        /// What the ASN.1 reader said.
        #[source]
        source: Option<der::Error>,
    },
    /// The message is not protected.
    #[error("the message is not protected")]
    Unprotected,
    /// The message is protected in a way that is not worked with.
    #[error("the message is protected by {oid}, which is not worked with")]
    Protection {
        /// The algorithm.
        oid: ObjectIdentifier,
    },
    /// The protection asks for more work, or less, than the bounds allow.
    #[error("the protection's {what} of {found} lies outside {min}..={max}")]
    OutOfBounds {
        /// What.
        what: &'static str,
        /// Found.
        found: u64,
        /// The least.
        min: u64,
        /// The most.
        max: u64,
    },
    /// MAC or signature is wrong: another secret, another key, or altered octets.
    #[error("the protection does not hold")]
    BadProtection,
    /// A signature algorithm that is not worked with.
    #[error("the signature's algorithm is not worked with")]
    Algorithm(#[from] AlgorithmError),
    /// A key that cannot be used.
    #[error("the key cannot be used")]
    Key(#[from] KeyError),
    /// A key that did not sign.
    #[error("the key did not sign")]
    Sign(#[from] SignError),
    /// R is encrypted to certificates for key management alone (keyEncipherment).
    #[error("the certificate is not for key management")]
    NotForEncryption,
    /// R cannot be encrypted.
    #[error("R cannot be encrypted to the CA's key")]
    Encrypt(#[from] EncryptError),
    /// What holds the key that R is encrypted to did not work.
    #[error("R cannot be decrypted now")]
    Decrypt(#[source] DecryptError),
    /// A certificate in a message that cannot be read.
    #[error("a certificate in the message cannot be read")]
    Certificate(#[from] CertError),
}
