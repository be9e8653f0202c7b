use core::fmt;

use npki_core::RandomNumber;
use rand_core::CryptoRng;
use spki::SubjectPublicKeyInfoOwned;
use zeroize::Zeroizing;

use crate::{Decryptor, KeyError, KeyKind, SignatureAlgorithm, SigningKey};

/// A private key: the whole PKCS#8 `PrivateKeyInfo`, byte for byte as it was found.
///
/// The bytes are kept, so that the random number R, other attributes and a missing NULL survive
/// every password change, copy and export. Wiped on drop; no `Clone`; `Debug` shows the kind only.
///
/// Source: RFC 5958; KCAC.TS.CM for `id-randomNum`.
pub struct PrivateKey {
    der: Zeroizing<Vec<u8>>,
    kind: KeyKind,
    public_key: SubjectPublicKeyInfoOwned,
}

impl PrivateKey {
    /// The longest `PrivateKeyInfo` that is read, in octets. An RSA key of 8,192 bits has about
    /// 4,700; the rest is room for attributes. A bound of ours.
    pub const MAX_OCTETS: usize = 16 * 1024;
    /// Bits of the shortest RSA modulus that is read: what CAs of the first generation certified.
    pub const MIN_RSA_BITS: usize = 1_024;
    /// Bits of the longest RSA modulus that is read. A bound of ours, on the cost of an operation.
    pub const MAX_RSA_BITS: usize = 8_192;

    /// Reads a DER `PrivateKeyInfo` (version 0) or `OneAsymmetricKey` (version 1).
    ///
    /// RSA of two primes with 1,024 to 8,192 bits, the parameters NULL or (as TradeSign writes)
    /// absent; P-256 with an `ECPrivateKey` inside. Only the shape is checked and that numbers are
    /// in their ranges; [`check`](Self::check) tells whether they agree with each other.
    ///
    /// # Errors
    /// [`KeyError`] by what is wrong.
    ///
    /// # Security
    /// `private_key_info` is copied; wiping the original is the caller's part.
    ///
    /// Source: RFC 5958 section 2; RFC 8017 appendix A.1.2; RFC 5915 section 3.
    pub fn parse(_private_key_info: &[u8]) -> Result<Self, KeyError> {
        todo!()
    }

    /// Makes a new key: RSA with 2,048, 3,072 or 4,096 bits and e = 65,537, or P-256. No R is in
    /// it yet.
    ///
    /// # Errors
    /// [`KeyError::ModulusSize`] for another length.
    ///
    /// Source: FIPS 186-5 appendix A.
    pub fn generate(_kind: KeyKind, _rng: &mut dyn CryptoRng) -> Result<Self, KeyError> {
        todo!()
    }

    /// The same key with R as its attribute `id-randomNum`, in place of one that is there already.
    /// Other attributes, and everything else, stay as they are.
    ///
    /// # Errors
    /// [`KeyError::TooLarge`] if the key would grow beyond what [`parse`](Self::parse) reads.
    ///
    /// Source: KCAC.TS.SIVID.
    pub fn with_random_number(self, _r: &RandomNumber) -> Result<Self, KeyError> {
        todo!()
    }

    /// R, if the key holds it. Key-management keys and keys that went through other tools do not.
    #[must_use]
    pub fn random_number(&self) -> Option<RandomNumber> {
        todo!()
    }

    /// Algorithm and length.
    #[must_use]
    pub const fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The public key, as a certificate holds it (RSA parameters NULL, P-256 uncompressed).
    #[must_use]
    pub const fn public_key(&self) -> &SubjectPublicKeyInfoOwned {
        &self.public_key
    }

    /// Whether all numbers of the key agree with each other.
    ///
    /// RSA: n = p · q, p and q odd, different and above 1, d · e = 1 modulo p - 1 and q - 1, d
    /// below n, dP, dQ and qInv right. P-256: the scalar in its range, and a public point that
    /// stands beside it the right one. That p and q are prime is *not* tested.
    ///
    /// # Errors
    /// [`KeyError::Inconsistent`] with the first thing that does not hold.
    pub fn check(&self) -> Result<(), KeyError> {
        todo!()
    }

    /// Whether a certificate with this key belongs to this private key. Parameters NULL or absent
    /// are the same for RSA, and so are both forms of a point.
    #[must_use]
    pub fn matches(&self, _certificate_key: &SubjectPublicKeyInfoOwned) -> bool {
        todo!()
    }

    /// The `PrivateKeyInfo`, byte for byte as it was parsed.
    ///
    /// # Security
    /// This is the private key in the clear. Encrypt it before it goes anywhere.
    #[must_use]
    pub fn expose_der(&self) -> &[u8] {
        &self.der
    }

    /// A handle that signs with SHA-256: RSASSA-PKCS1-v1_5, or ECDSA.
    ///
    /// # Errors
    /// [`KeyError::Inconsistent`] if the numbers cannot be calculated with.
    pub fn signing_key(&self) -> Result<Box<dyn SigningKey>, KeyError> {
        todo!()
    }

    /// A handle that signs with this algorithm.
    ///
    /// # Errors
    /// [`KeyError::WrongUse`] if the algorithm does not go with the key, otherwise as
    /// [`signing_key`](Self::signing_key).
    pub fn signing_key_with(
        &self,
        _algorithm: SignatureAlgorithm,
    ) -> Result<Box<dyn SigningKey>, KeyError> {
        todo!()
    }

    /// A handle that decrypts.
    ///
    /// # Errors
    /// [`KeyError::WrongUse`] unless it is an RSA key, [`KeyError::Inconsistent`] if its numbers
    /// do not agree.
    pub fn decryptor(&self) -> Result<Box<dyn Decryptor>, KeyError> {
        todo!()
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            der: _,
            kind,
            public_key: _,
        } = self;
        f.debug_tuple("PrivateKey").field(kind).finish()
    }
}
