use const_oid::ObjectIdentifier;
use npki_container::ber::BerError;
use npki_core::HashAlgorithm;
use npki_key::{AlgorithmError, KeyError, SignError};

/// Why bytes are no SignedData that is read, or why its signatures do not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CmsError {
    /// No BER within the bounds.
    #[error("the message is no BER that is read")]
    Ber(#[from] BerError),
    /// Not the structure of RFC 5652, or bytes behind it.
    #[error("the message is no well-formed SignedData")]
    Malformed(#[source] der::Error),
    /// It would be written otherwise than it stands there.
    #[error("the message is not encoded as its types say")]
    NotCanonical,
    /// Another kind of message.
    #[error("the message is of type {0}, not SignedData")]
    NotSignedData(ObjectIdentifier),
    /// A content that is no OCTET STRING, as PKCS#7 allowed.
    #[error("the content is no OCTET STRING")]
    UnsupportedContent,
    /// More signers than are looked at.
    #[error("{found} signers; at most {max} are read")]
    TooManySigners {
        /// Signers found.
        found: usize,
        /// Signers read at most.
        max: usize,
    },
    /// Nobody signed it: certificates or CRLs are carried, nothing is said.
    #[error("the message has no signer")]
    NoSigner,
    /// The content is elsewhere and was not given.
    #[error("the content is detached and was not given")]
    NoContent,
    /// The content is in the message and was given too.
    #[error("the content is in the message; none may be given")]
    ContentGivenTwice,
    /// A signature does not hold.
    #[error("signer {index}: {fault}")]
    Signer {
        /// Which signer, counted from 0.
        index: usize,
        /// What is wrong.
        #[source]
        fault: SignerFault,
    },
}

/// Why one signer's signature does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignerFault {
    /// No certificate at hand has the name and number, or key identifier, of the signer.
    #[error("the signer's certificate is not at hand")]
    NoCertificate,
    /// A hash function that is not known.
    #[error("digest algorithm {0} is not supported")]
    UnknownDigest(ObjectIdentifier),
    /// A hash function that is not trusted.
    #[error("digests by {} are not trusted", .0.name())]
    UntrustedDigest(HashAlgorithm),
    /// The signature algorithm is not known, or does not go with the digest algorithm.
    #[error(transparent)]
    Algorithm(AlgorithmError),
    /// The certificate's key cannot be used.
    #[error("the signer's key cannot be used")]
    Key(#[source] KeyError),
    /// An attribute that has to be there is not.
    #[error("the signed attribute {0} is missing")]
    AttributeMissing(&'static str),
    /// An attribute that has to be there once, with one value, is there otherwise.
    #[error("the signed attribute {0} is not there exactly once with one value")]
    AttributeRepeated(&'static str),
    /// An attribute that cannot be read.
    #[error("the signed attribute {0} is malformed")]
    AttributeMalformed(&'static str),
    /// The attribute contentType is not the content's type.
    #[error("the signed contentType is {signed}, the content's {found}")]
    ContentType {
        /// What was signed.
        signed: ObjectIdentifier,
        /// What stands at the content.
        found: ObjectIdentifier,
    },
    /// The attribute messageDigest is not the content's digest: the content was changed.
    #[error("the content is not the one that was signed")]
    Content,
    /// A content without signed attributes that is itself a set of signed attributes: a signature
    /// over another message, taken for one over this.
    #[error("the content is a set of signed attributes")]
    ContentIsAttributes,
    /// The signature does not verify under the signer's key.
    #[error("the signature does not verify")]
    Signature,
}

impl CmsError {
    /// The stable name of the variant, as command and adapter print it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Ber(_) | Self::Malformed(_) | Self::NotCanonical => "cms-malformed",
            Self::NotSignedData(_) => "cms-not-signed-data",
            Self::UnsupportedContent => "cms-unsupported-content",
            Self::TooManySigners { .. } => "cms-too-many-signers",
            Self::NoSigner => "cms-no-signer",
            Self::NoContent => "cms-no-content",
            Self::ContentGivenTwice => "cms-content-given-twice",
            Self::Signer { fault, .. } => fault.name(),
        }
    }
}

impl SignerFault {
    /// The stable name of the variant, as command and adapter print it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::NoCertificate => "cms-no-certificate",
            Self::UnknownDigest(_) | Self::UntrustedDigest(_) => "cms-digest-algorithm",
            Self::Algorithm(_) => "cms-signature-algorithm",
            Self::Key(_) => "cms-key",
            Self::AttributeMissing(_)
            | Self::AttributeRepeated(_)
            | Self::AttributeMalformed(_)
            | Self::ContentType { .. } => "cms-attributes",
            Self::Content => "cms-content",
            Self::ContentIsAttributes => "cms-content-is-attributes",
            Self::Signature => "cms-signature",
        }
    }
}

/// Why nothing was signed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CmsSignError {
    /// The certificate holds another key than the one that is to sign.
    #[error("the certificate does not belong to the signing key")]
    KeyMismatch,
    /// The profile is for RSA keys, the key is not.
    #[error("the profile {0:?} is for RSA keys with PKCS#1 v1.5")]
    Profile(&'static str),
    /// A signing time before 1970 or after 9998, which no ASN.1 time of ours holds.
    #[error("the signing time cannot be written")]
    SigningTime,
    /// The key did not sign.
    #[error(transparent)]
    Key(#[from] SignError),
    /// Too long for DER lengths of this library (256 MiB).
    #[error("the message cannot be encoded")]
    Encoding(#[from] der::Error),
}
