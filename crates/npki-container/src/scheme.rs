use core::fmt;

use const_oid::ObjectIdentifier;
use npki_core::HashAlgorithm;

use crate::{BeyondBound, CbcCipher};

/// How a container is encrypted: what can be told without the password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Scheme {
    /// How the key comes from the password.
    pub derivation: Derivation,
    /// The cipher.
    pub cipher: CbcCipher,
    /// Iterations of the derivation; what does not fit into 64 bits shows as the largest number.
    pub iterations: u64,
    /// Octets of the salt.
    pub salt_octets: usize,
}

/// How a key comes from a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Derivation {
    /// PBKDF1 with SHA-1 for the key and the initialization vector: seedCBCWithSHA1,
    /// 1.2.410.200004.1.15. The scheme of most joint certificates.
    ///
    /// Source: RFC 4269 section 2; KCAC.TS.ENC.
    Pbkdf1,
    /// PBKDF1 with SHA-1 for the key, the initialization vector being the ASCII digits
    /// `0123456789012345`: seedCBC, 1.2.410.200004.1.4, named on its own. Read only.
    ///
    /// Source: KCAC.TS.ENC, by the readers of PyPinkSign and others.
    Pbkdf1FixedIv,
    /// PBKDF2 with HMAC and this hash function, in PBES2.
    ///
    /// Source: RFC 8018 sections 5.2 and 6.2.
    Pbkdf2(HashAlgorithm),
    /// The derivation of PKCS #12 with SHA-1.
    ///
    /// Source: RFC 7292 appendices B and C.
    Pkcs12,
}

/// Why a container cannot be opened with whatever password. Told without one (R52).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SchemeError {
    /// An algorithm that is not supported.
    #[error("{role} {oid} is not supported")]
    Unsupported {
        /// What the algorithm is for.
        role: Role,
        /// What the file names.
        oid: ObjectIdentifier,
    },
    /// The parameters of a supported algorithm are malformed.
    #[error("the parameters of {role} {oid} are malformed")]
    Parameters {
        /// What the algorithm is for.
        role: Role,
        /// What the file names.
        oid: ObjectIdentifier,
        /// What is wrong; absent if it is well-formed and makes no sense, such as no iteration.
        source: Option<der::Error>,
    },
    /// It asks for more than our bound allows.
    #[error(transparent)]
    Cost(#[from] BeyondBound),
}

impl SchemeError {
    /// The stable name of the variant, as command and adapter print it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Unsupported { .. } => "unsupported-algorithm",
            Self::Parameters { .. } => "malformed-parameters",
            Self::Cost(error) => error.name(),
        }
    }
}

/// What an algorithm in a container is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Role {
    /// An encryption scheme with password.
    EncryptionScheme,
    /// A derivation of a key in PBES2 or PBMAC1.
    KeyDerivation,
    /// The function inside PBKDF2.
    PseudoRandomFunction,
    /// A cipher in PBES2.
    Cipher,
    /// The MAC of a PFX.
    Mac,
    /// A kind of content in a PFX.
    Content,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EncryptionScheme => "encryption scheme",
            Self::KeyDerivation => "key derivation",
            Self::PseudoRandomFunction => "pseudorandom function",
            Self::Cipher => "cipher",
            Self::Mac => "MAC algorithm",
            Self::Content => "content type",
        })
    }
}

impl fmt::Display for Derivation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pbkdf1 => f.write_str("PBKDF1-SHA1"),
            Self::Pbkdf1FixedIv => f.write_str("PBKDF1-SHA1 with a fixed IV"),
            Self::Pbkdf2(hash) => {
                write!(f, "PBKDF2-HMAC-{}", hash.name().to_ascii_uppercase())
            }
            Self::Pkcs12 => f.write_str("PKCS12-SHA1"),
        }
    }
}

/// `SEED-CBC, PBKDF1-SHA1, 2048 iterations`.
impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}, {}, {} iterations",
            self.cipher, self.derivation, self.iterations
        )
    }
}
