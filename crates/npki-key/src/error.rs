use const_oid::ObjectIdentifier;
use npki_core::HashAlgorithm;

/// Why bytes are no key that this room works with, or a key cannot do what is asked.
///
/// No variant carries a part of a private key. Who decrypts a key container first must map all of
/// them to its one error (R52).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// More octets than any key within our bounds needs; nothing was parsed.
    #[error("a key of {found} octets; at most {max} are read")]
    TooLarge {
        /// Octets found.
        found: usize,
        /// Octets read at most.
        max: usize,
    },
    /// Not the DER that the standard says, or bytes behind it.
    #[error("the key is not well-formed DER: {0}")]
    Malformed(#[from] der::Error),
    /// A key of another algorithm.
    #[error("keys of algorithm {oid} are not supported")]
    UnsupportedAlgorithm {
        /// What the AlgorithmIdentifier names.
        oid: ObjectIdentifier,
    },
    /// An elliptic curve that is not supported.
    #[error("keys on curve {oid} are not supported")]
    UnsupportedCurve {
        /// What the parameters name.
        oid: ObjectIdentifier,
    },
    /// Algorithm parameters that do not belong to the algorithm.
    #[error("the key's algorithm parameters are wrong")]
    Parameters,
    /// An RSA key of three or more primes.
    #[error("RSA keys of more than two primes are not supported")]
    MultiPrime,
    /// An RSA modulus that is too short or too long.
    #[error("an RSA modulus of {bits} bits; {min} to {max} are supported")]
    ModulusSize {
        /// Bits of the modulus.
        bits: usize,
        /// Bits at least.
        min: usize,
        /// Bits at most.
        max: usize,
    },
    /// A public exponent that is even, below 3, or so long that verifying becomes costly.
    #[error("the RSA public exponent must be odd, at least 3 and below 2^33")]
    PublicExponent,
    /// Two numbers of the key contradict each other, or one is out of its range.
    #[error("the key is inconsistent: {0}")]
    Inconsistent(Inconsistency),
    /// The attribute with the random number R is there twice, or is no BIT STRING of whole octets.
    #[error("the random number R in the key is malformed")]
    RandomNumber,
    /// The key cannot be used with this algorithm, or not for this use.
    #[error("the key cannot be used so: {0}")]
    WrongUse(&'static str),
    /// The library beneath failed where it should not.
    #[error("key generation failed")]
    Generation,
}

impl KeyError {
    /// The stable name of the variant, as command and adapter print it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "key-too-large",
            Self::Malformed(_) => "key-malformed",
            Self::UnsupportedAlgorithm { .. } => "key-algorithm",
            Self::UnsupportedCurve { .. } => "key-curve",
            Self::Parameters => "key-parameters",
            Self::MultiPrime => "key-multi-prime",
            Self::ModulusSize { .. } => "key-modulus-size",
            Self::PublicExponent => "key-public-exponent",
            Self::Inconsistent(_) => "key-inconsistent",
            Self::RandomNumber => "key-random-number",
            Self::WrongUse(_) => "key-wrong-use",
            Self::Generation => "key-generation",
        }
    }
}

/// What in a key does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Inconsistency {
    /// An RSA number is even, zero, one, or longer than it may be.
    #[error("a number is out of its range")]
    Range,
    /// The modulus is not the product of the two primes.
    #[error("n is not p * q")]
    Modulus,
    /// The two primes are equal.
    #[error("p and q are equal")]
    EqualPrimes,
    /// The exponents do not undo each other.
    #[error("d * e is not 1 modulo p - 1 and q - 1")]
    PrivateExponent,
    /// dP or dQ is not d reduced.
    #[error("dP or dQ is not d modulo p - 1 or q - 1")]
    CrtExponent,
    /// qInv is not the inverse of q.
    #[error("qInv * q is not 1 modulo p")]
    CrtCoefficient,
    /// The secret scalar is zero or not below the curve's order.
    #[error("the scalar is out of its range")]
    Scalar,
    /// The public key written beside the private one is another key's.
    #[error("the public key does not belong to the private key")]
    PublicKey,
}

/// Why an AlgorithmIdentifier names no signature algorithm of ours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AlgorithmError {
    /// Known and refused, because signatures of this kind can be forged.
    #[error("signature algorithm {name} is refused")]
    Refused {
        /// Its usual name.
        name: &'static str,
    },
    /// Not known here.
    #[error("signature algorithm {oid} is not supported")]
    Unsupported {
        /// What the identifier names.
        oid: ObjectIdentifier,
    },
    /// The parameters do not belong to the algorithm, or name something unsupported.
    #[error("the parameters of signature algorithm {oid} are wrong or not supported")]
    Parameters {
        /// What the identifier names.
        oid: ObjectIdentifier,
    },
    /// The signature algorithm names another hash function than the message was digested with.
    #[error("the signature algorithm names {found:?}, the message was digested with {wanted:?}")]
    Digest {
        /// What the signature algorithm names.
        found: HashAlgorithm,
        /// What the message says.
        wanted: HashAlgorithm,
    },
}

/// Why nothing was signed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// The signature came out wrong and was destroyed: the key's numbers contradict each other, or
    /// the machine miscalculated.
    #[error("the signature did not verify and was withheld")]
    Faulty,
    /// The digest was made by another hash function than the key's algorithm names.
    #[error("the key signs {wanted:?} digests, not {found:?}")]
    Digest {
        /// The digest's function.
        found: HashAlgorithm,
        /// The function that the key's algorithm names.
        wanted: HashAlgorithm,
    },
    /// What stands behind the handle (a token, another library) failed.
    #[error("the signing backend failed")]
    Backend(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Why a signature does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// Malformed, of a wrong length, or made over something else or with another key.
    #[error("the signature does not verify")]
    Mismatch,
    /// The algorithm does not go with the key, or the digest not with the algorithm.
    #[error("the signature algorithm does not go with the key or the digest")]
    Algorithm,
}

/// Why a ciphertext gave nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecryptError {
    /// It cannot be opened. Why is not told, to nobody (R52).
    #[error("decryption failed")]
    Failed,
    /// What stands behind the handle (a token, another library) failed, whatever the ciphertext.
    #[error("the decryption backend failed")]
    Backend(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Why nothing was encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncryptError {
    /// Longer than the key's modulus leaves room for.
    #[error("a message of {found} octets; the key takes {max}")]
    TooLong {
        /// Octets of the message.
        found: usize,
        /// Octets at most.
        max: usize,
    },
    /// The key is not an RSA key.
    #[error("only RSA keys encrypt")]
    WrongKey,
}
