use const_oid::{
    ObjectIdentifier,
    db::rfc5912::{ID_EC_PUBLIC_KEY, RSA_ENCRYPTION, SECP_256_R_1, SECP_384_R_1, SECP_521_R_1},
};
use der::{Sequence, SliceReader, asn1::UintRef};
use npki_core::HashAlgorithm;
use npki_key::{AlgorithmError, KeyError, SignatureAlgorithm};
use spki::SubjectPublicKeyInfoOwned;

/// Which hash functions and keys are strong enough to be trusted at an instant of today.
///
/// Reading and verifying reach further back (RSA from 1,024 bits, SHA-1), because certificates of
/// the first generation must be shown; trust does not, unless a `danger_` method asks for it.
///
/// | | trusted | only with danger |
/// |---|---|---|
/// | hash function | SHA-256, SHA-384, SHA-512 | SHA-1 |
/// | RSA modulus | 2,048 bits and more | 1,024 bits and more |
/// | curve | P-256, P-384, P-521 | |
///
/// Sources: NIST SP 800-131A revision 2; the move of NPKI to RSA-2048 and SHA-256 of 2012.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlgorithmPolicy {
    level: Level,
    min_rsa_bits: usize,
}

/// From which level on something is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Danger,
    Trusted,
}

/// What an [`AlgorithmPolicy`] refuses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WeakAlgorithm {
    /// Signed with a hash function that is not trusted.
    #[error("hash function {} is not trusted", .0.name())]
    Hash(HashAlgorithm),
    /// An RSA key that is too short.
    #[error("an RSA key of {bits} bits; {min} are wanted")]
    RsaBits {
        /// Bits of the modulus.
        bits: usize,
        /// Bits wanted.
        min: usize,
    },
    /// A key of an algorithm or curve that is not trusted.
    #[error("keys of kind {0} are not trusted")]
    Key(ObjectIdentifier),
    /// The signature algorithm is not known, or one whose signatures can be forged.
    #[error(transparent)]
    Signature(#[from] AlgorithmError),
    /// The key cannot be read or used.
    #[error("the public key cannot be used: {0}")]
    UnusableKey(#[from] KeyError),
}

impl AlgorithmPolicy {
    /// SHA-256 and longer, RSA from 2,048 bits, the three NIST curves.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            level: Level::Trusted,
            min_rsa_bits: MIN_RSA_BITS,
        }
    }

    /// Trusts SHA-1 signatures as well: for certificates of the first generation.
    ///
    /// # Security
    /// Collisions of SHA-1 have been computed since 2017; a certificate signed with it may be forged.
    #[must_use]
    pub const fn danger_trust_sha1(mut self) -> Self {
        self.level = Level::Danger;
        self
    }

    /// Trusts RSA keys from 1,024 bits as well: for certificates of the first generation.
    ///
    /// # Security
    /// Such keys are within reach of being factored.
    #[must_use]
    pub const fn danger_trust_rsa_1024(mut self) -> Self {
        self.min_rsa_bits = DANGER_MIN_RSA_BITS;
        self
    }

    /// Whether a signature of this kind is trusted.
    ///
    /// # Errors
    /// [`WeakAlgorithm::Hash`] with the hash function that is not.
    pub fn check_signature(self, algorithm: SignatureAlgorithm) -> Result<(), WeakAlgorithm> {
        let hash = algorithm.hash();
        HASHES
            .iter()
            .any(|(known, level)| *known == hash && *level >= self.level)
            .then_some(())
            .ok_or(WeakAlgorithm::Hash(hash))
    }

    /// Whether a key of this kind and length is trusted.
    ///
    /// # Errors
    /// [`WeakAlgorithm`] by what is wrong with it.
    pub fn check_key(self, key: &SubjectPublicKeyInfoOwned) -> Result<(), WeakAlgorithm> {
        let oid = key.algorithm.oid;
        if oid == RSA_ENCRYPTION {
            let bits = modulus_bits(key).ok_or(WeakAlgorithm::UnusableKey(KeyError::Parameters))?;
            if bits < self.min_rsa_bits {
                return Err(WeakAlgorithm::RsaBits {
                    bits,
                    min: self.min_rsa_bits,
                });
            }
            return Ok(());
        }
        if oid != ID_EC_PUBLIC_KEY {
            return Err(WeakAlgorithm::Key(oid));
        }
        let curve = key
            .algorithm
            .parameters
            .as_ref()
            .and_then(|p| p.decode_as::<ObjectIdentifier>().ok())
            .ok_or(WeakAlgorithm::UnusableKey(KeyError::Parameters))?;
        if CURVES.contains(&curve) {
            Ok(())
        } else {
            Err(WeakAlgorithm::Key(curve))
        }
    }
}

impl Default for AlgorithmPolicy {
    fn default() -> Self {
        Self::new()
    }
}

/// RSAPublicKey (RFC 8017 appendix A.1.1).
#[derive(Sequence)]
struct RsaPublicKey<'a> {
    modulus: UintRef<'a>,
    public_exponent: UintRef<'a>,
}

fn modulus_bits(key: &SubjectPublicKeyInfoOwned) -> Option<usize> {
    let octets = key.subject_public_key.as_bytes()?;
    let mut reader = SliceReader::new(octets).ok()?;
    let key: RsaPublicKey<'_> = der::Decode::decode(&mut reader).ok()?;
    let RsaPublicKey {
        modulus,
        public_exponent: _,
    } = key;
    let (first, rest) = modulus.as_bytes().split_first()?;
    let leading = usize::try_from(first.leading_zeros()).ok()?;
    Some(8 * (rest.len() + 1) - leading)
}

const HASHES: &[(HashAlgorithm, Level)] = &[
    (HashAlgorithm::Sha1, Level::Danger),
    (HashAlgorithm::Sha256, Level::Trusted),
    (HashAlgorithm::Sha384, Level::Trusted),
    (HashAlgorithm::Sha512, Level::Trusted),
];
const CURVES: &[ObjectIdentifier] = &[SECP_256_R_1, SECP_384_R_1, SECP_521_R_1];
const MIN_RSA_BITS: usize = 2_048;
const DANGER_MIN_RSA_BITS: usize = 1_024;

#[cfg(test)]
mod tests {
    use der::{Any, Decode as _, Encode as _, asn1::BitString};
    use spki::AlgorithmIdentifierOwned;

    use super::*;

    fn rsa(bits: usize) -> SubjectPublicKeyInfoOwned {
        let mut modulus = vec![0xff; bits.div_ceil(8)];
        modulus[0] >>= modulus.len() * 8 - bits;
        let key = RsaPublicKey {
            modulus: UintRef::new(&modulus).unwrap(),
            public_exponent: UintRef::new(&[1, 0, 1]).unwrap(),
        };
        info(RSA_ENCRYPTION, Some(Any::null()), &key.to_der().unwrap())
    }

    fn ec(curve: ObjectIdentifier) -> SubjectPublicKeyInfoOwned {
        let curve = Any::from_der(&curve.to_der().unwrap()).unwrap();
        info(ID_EC_PUBLIC_KEY, Some(curve), &[4])
    }

    fn info(
        oid: ObjectIdentifier,
        parameters: Option<Any>,
        key: &[u8],
    ) -> SubjectPublicKeyInfoOwned {
        SubjectPublicKeyInfoOwned {
            algorithm: AlgorithmIdentifierOwned { oid, parameters },
            subject_public_key: BitString::from_bytes(key).unwrap(),
        }
    }

    #[test]
    fn the_table() {
        let today = AlgorithmPolicy::new();
        let danger = today.danger_trust_rsa_1024();
        for (bits, trusted, with_danger) in [
            (1_016, false, false),
            (1_023, false, false),
            (1_024, false, true),
            (2_047, false, true),
            (2_048, true, true),
            (4_096, true, true),
        ] {
            assert_eq!(today.check_key(&rsa(bits)).is_ok(), trusted, "{bits}");
            assert_eq!(danger.check_key(&rsa(bits)).is_ok(), with_danger, "{bits}");
        }
        let secp256k1 = ObjectIdentifier::new_unwrap("1.3.132.0.10");
        for (curve, trusted) in [
            (SECP_256_R_1, true),
            (SECP_384_R_1, true),
            (SECP_521_R_1, true),
            (secp256k1, false),
        ] {
            assert_eq!(today.check_key(&ec(curve)).is_ok(), trusted, "{curve}");
        }
        assert!(today.check_key(&info(RSA_ENCRYPTION, None, &[])).is_err());
        assert!(
            today
                .check_key(&info(ID_EC_PUBLIC_KEY, None, &[4]))
                .is_err()
        );
        let ed25519 = ObjectIdentifier::new_unwrap("1.3.101.112");
        assert!(today.check_key(&info(ed25519, None, &[0; 32])).is_err());

        let danger = today.danger_trust_sha1();
        for (hash, trusted, with_danger) in [
            (HashAlgorithm::Sha1, false, true),
            (HashAlgorithm::Sha224, false, false),
            (HashAlgorithm::Sha256, true, true),
            (HashAlgorithm::Sha384, true, true),
            (HashAlgorithm::Sha512, true, true),
        ] {
            for algorithm in [
                SignatureAlgorithm::RsaPkcs1(hash),
                SignatureAlgorithm::Ecdsa(hash),
            ] {
                assert_eq!(today.check_signature(algorithm).is_ok(), trusted);
                assert_eq!(danger.check_signature(algorithm).is_ok(), with_danger);
            }
        }
    }
}
