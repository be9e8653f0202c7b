use core::fmt;

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5912::{ID_EC_PUBLIC_KEY, RSA_ENCRYPTION, SECP_256_R_1};
use der::asn1::{AnyRef, BitString};
use der::{Decode, Encode};
use npki_core::{HashAlgorithm, RandomNumber};
use p256::elliptic_curve::Generate;
use pkcs1::{EncodeRsaPrivateKey, RsaPrivateKeyRef};
use rand_core::CryptoRng;
use rsa::RsaPrivateKey;
use rsa::traits::{PrivateKeyParts, PublicKeyParts};
use spki::{AlgorithmIdentifierOwned, AlgorithmIdentifierRef, SubjectPublicKeyInfoOwned};
use zeroize::Zeroizing;

use crate::ec_private_key::{self, EcPrivateKey};
use crate::ec_signer::EcSigner;
use crate::private_key_info::{self, PrivateKeyInfo};
use crate::rsa_decryptor::RsaDecryptor;
use crate::rsa_numbers::{self, RsaNumbers};
use crate::rsa_signer::RsaSigner;
use crate::signature_algorithm::is_null_or_absent;
use crate::wiped_stack::on_wiped_stack;
use crate::{
    Decryptor, Inconsistency, KeyError, KeyKind, SignatureAlgorithm, SigningKey, emsa, public_key,
};

/// A private key: the whole PKCS#8 `PrivateKeyInfo`, byte for byte as it was found.
///
/// The bytes are kept, so that the random number R, other attributes and a missing NULL survive
/// every password change, copy and export. Wiped on drop; no `Clone`; `Debug` shows the kind only.
///
/// ```compile_fail
/// fn copies<T: Clone>() {}
/// copies::<npki_key::PrivateKey>();
/// ```
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
    /// absent; P-256 with an `ECPrivateKey` inside. The shape is checked, the length and public exponent
    /// of RSA, and P-256's scalar; [`check`](Self::check) tells whether all numbers agree.
    ///
    /// # Errors
    /// [`KeyError`] by what is wrong.
    ///
    /// # Security
    /// `private_key_info` is copied; wiping the original is the caller's part.
    ///
    /// Source: RFC 5958 section 2; RFC 8017 appendix A.1.2; RFC 5915 section 3.
    pub fn parse(private_key_info: &[u8]) -> Result<Self, KeyError> {
        if private_key_info.len() > Self::MAX_OCTETS {
            return Err(KeyError::TooLarge {
                found: private_key_info.len(),
                max: Self::MAX_OCTETS,
            });
        }
        let (kind, public_key) =
            on_wiped_stack(|| describe(&PrivateKeyInfo::parse(private_key_info)?))?;
        Ok(Self {
            der: Zeroizing::new(private_key_info.to_vec()),
            kind,
            public_key,
        })
    }

    /// Makes a new key: RSA with 2,048, 3,072 or 4,096 bits and e = 65,537, or P-256. No R is in
    /// it yet.
    ///
    /// # Errors
    /// [`KeyError::ModulusSize`] for another length.
    ///
    /// Source: FIPS 186-5 appendix A.
    pub fn generate(kind: KeyKind, rng: &mut dyn CryptoRng) -> Result<Self, KeyError> {
        Self::parse(&match kind {
            KeyKind::Rsa { bits } => generate_rsa(bits, rng)?,
            KeyKind::P256 => on_wiped_stack(|| generate_p256(rng))?,
        })
    }

    /// The same key with R as its attribute `id-randomNum`, in place of one that is there already.
    /// Other attributes, and everything else, stay as they are.
    ///
    /// # Errors
    /// [`KeyError::TooLarge`] if the key would grow beyond what [`parse`](Self::parse) reads.
    ///
    /// Source: KCAC.TS.SIVID.
    pub fn with_random_number(self, r: &RandomNumber) -> Result<Self, KeyError> {
        let der = self.info()?.with_random_number(r)?;
        if der.len() > Self::MAX_OCTETS {
            return Err(KeyError::TooLarge {
                found: der.len(),
                max: Self::MAX_OCTETS,
            });
        }
        Ok(Self { der, ..self })
    }

    /// R, if the key holds it. Key-management keys and keys that went through other tools do not.
    #[must_use]
    pub fn random_number(&self) -> Option<RandomNumber> {
        self.info().ok()?.random_number
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
        let info = self.info()?;
        let own = self.public_key.subject_public_key.raw_bytes();
        let inner = match self.kind {
            KeyKind::Rsa { .. } => {
                rsa_numbers::check(&rsa(&info)?)?;
                None
            }
            KeyKind::P256 => {
                on_wiped_stack(|| EcPrivateKey::parse(info.private_key).map(|key| key.point))?
            }
        };
        // A public key may stand in two places, and a compressed point is the same point.
        for found in [info.public_key, inner].into_iter().flatten() {
            if found != own && !public_key::is_p256_point(found, own) {
                return Err(KeyError::Inconsistent(Inconsistency::PublicKey));
            }
        }
        Ok(())
    }

    /// Whether a certificate with this key belongs to this private key. Parameters NULL or absent
    /// are the same for RSA, and so are both forms of a point.
    #[must_use]
    pub fn matches(&self, certificate_key: &SubjectPublicKeyInfoOwned) -> bool {
        let own = &self.public_key;
        let (found, algorithm) = (
            &certificate_key.subject_public_key,
            &certificate_key.algorithm,
        );
        if algorithm.oid != own.algorithm.oid {
            return false;
        }
        match self.kind {
            KeyKind::Rsa { .. } => {
                is_null_or_absent(algorithm.parameters.as_ref().map(AnyRef::from))
                    && *found == own.subject_public_key
            }
            KeyKind::P256 => {
                algorithm.parameters == own.algorithm.parameters
                    && (*found == own.subject_public_key
                        || found.as_bytes().is_some_and(|point| {
                            public_key::is_p256_point(point, own.subject_public_key.raw_bytes())
                        }))
            }
        }
    }

    /// The `PrivateKeyInfo`, byte for byte as it was parsed.
    ///
    /// # Security
    /// This is the private key in the clear. Encrypt it before it goes anywhere.
    #[must_use]
    pub fn expose_der(&self) -> &[u8] {
        &self.der
    }

    /// What the `PrivateKeyInfo` wraps: `RSAPrivateKey` or `ECPrivateKey`, DER. Backends that refuse
    /// attributes, or RSA parameters that are absent, take this.
    ///
    /// # Errors
    /// None for a key that was parsed: [`KeyError`] as [`parse`](Self::parse) gives it.
    ///
    /// # Security
    /// As [`expose_der`](Self::expose_der).
    ///
    /// Source: RFC 8017 appendix A.1.2; RFC 5915 section 3.
    pub fn expose_key(&self) -> Result<&[u8], KeyError> {
        Ok(self.info()?.private_key)
    }

    /// A handle that signs with SHA-256: RSASSA-PKCS1-v1_5, or ECDSA.
    ///
    /// # Errors
    /// [`KeyError::Inconsistent`] if the numbers cannot be calculated with.
    pub fn signing_key(&self) -> Result<Box<dyn SigningKey>, KeyError> {
        self.signing_key_with(match self.kind {
            KeyKind::Rsa { .. } => SignatureAlgorithm::RsaPkcs1(HashAlgorithm::Sha256),
            KeyKind::P256 => SignatureAlgorithm::Ecdsa(HashAlgorithm::Sha256),
        })
    }

    /// A handle that signs with this algorithm.
    ///
    /// # Errors
    /// [`KeyError::WrongUse`] if the algorithm does not go with the key, or an encoding does not
    /// fit into its modulus; otherwise as [`signing_key`](Self::signing_key).
    pub fn signing_key_with(
        &self,
        algorithm: SignatureAlgorithm,
    ) -> Result<Box<dyn SigningKey>, KeyError> {
        let info = self.info()?;
        let public_key = self.public_key.clone();
        match (self.kind, algorithm) {
            (KeyKind::Rsa { bits }, SignatureAlgorithm::RsaPss { hash, salt_len, .. })
                if !emsa::pss_fits(hash, salt_len, bits) =>
            {
                Err(KeyError::WrongUse("the modulus is too short for the salt"))
            }
            (
                KeyKind::Rsa { .. },
                SignatureAlgorithm::RsaPkcs1(_) | SignatureAlgorithm::RsaPss { .. },
            ) => Ok(Box::new(RsaSigner {
                numbers: RsaNumbers::new(&rsa(&info)?)?,
                public_key,
                algorithm,
            })),
            (KeyKind::P256, SignatureAlgorithm::Ecdsa(_)) => {
                let signer = on_wiped_stack(|| {
                    let secret = EcPrivateKey::parse(info.private_key)?.secret;
                    EcSigner::new(secret, public_key, algorithm).map(Box::new)
                })?;
                Ok(signer)
            }
            _ => Err(KeyError::WrongUse("the algorithm is for other keys")),
        }
    }

    /// A handle that decrypts.
    ///
    /// # Errors
    /// [`KeyError::WrongUse`] unless it is an RSA key, [`KeyError::Inconsistent`] if its numbers
    /// do not agree.
    ///
    /// # Security
    /// The private operation takes blinded, fixed-width arithmetic and the padding is removed
    /// without branches, but RUSTSEC-2023-0071 stands against `rsa` and nobody has measured it
    /// quiet. Keys that decrypt what strangers send belong into a token, or behind another backend.
    pub fn decryptor(&self) -> Result<Box<dyn Decryptor>, KeyError> {
        match self.kind {
            KeyKind::Rsa { .. } => Ok(Box::new(RsaDecryptor {
                key: rsa_numbers::validated(&rsa(&self.info()?)?)?,
                public_key: self.public_key.clone(),
            })),
            KeyKind::P256 => Err(KeyError::WrongUse("only RSA keys decrypt")),
        }
    }

    fn info(&self) -> Result<PrivateKeyInfo<'_>, KeyError> {
        PrivateKeyInfo::parse(&self.der)
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

/// What a key is, and its public key. Everything that can be refused without calculating is refused
/// here.
fn describe(info: &PrivateKeyInfo<'_>) -> Result<(KeyKind, SubjectPublicKeyInfoOwned), KeyError> {
    let oid = info.algorithm.oid;
    if oid == RSA_ENCRYPTION {
        // TradeSign's keys of 2025 have no parameters.
        if !is_null_or_absent(info.algorithm.parameters) {
            return Err(KeyError::Parameters);
        }
        let key = rsa(info)?;
        let bits = public_key::check_rsa(
            &key.public_key(),
            PrivateKey::MIN_RSA_BITS,
            PrivateKey::MAX_RSA_BITS,
        )?;
        let public = SubjectPublicKeyInfoOwned {
            algorithm: identifier(RSA_ENCRYPTION, AnyRef::NULL),
            subject_public_key: BitString::from_bytes(&key.public_key().to_der()?)?,
        };
        Ok((KeyKind::Rsa { bits }, public))
    } else if oid == ID_EC_PUBLIC_KEY {
        public_key::expect_curve(info.algorithm.parameters, &[SECP_256_R_1])?;
        let key = EcPrivateKey::parse(info.private_key)?;
        Ok((KeyKind::P256, p256_info(&key.secret)?))
    } else {
        Err(KeyError::UnsupportedAlgorithm { oid })
    }
}

fn rsa<'a>(info: &PrivateKeyInfo<'a>) -> Result<RsaPrivateKeyRef<'a>, KeyError> {
    let key = RsaPrivateKeyRef::from_der(info.private_key)?;
    if key.other_prime_infos.is_some() {
        return Err(KeyError::MultiPrime);
    }
    Ok(key)
}

fn p256_info(secret: &p256::SecretKey) -> Result<SubjectPublicKeyInfoOwned, KeyError> {
    Ok(SubjectPublicKeyInfoOwned {
        algorithm: identifier(ID_EC_PUBLIC_KEY, AnyRef::from(&SECP_256_R_1)),
        subject_public_key: BitString::from_bytes(&secret.public_key().to_sec1_bytes())?,
    })
}

fn identifier(oid: ObjectIdentifier, parameters: AnyRef<'_>) -> AlgorithmIdentifierOwned {
    AlgorithmIdentifierOwned {
        oid,
        parameters: Some(parameters.into()),
    }
}

fn generate_rsa(bits: usize, rng: &mut dyn CryptoRng) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    if !GENERATED_RSA_BITS.contains(&bits) {
        return Err(KeyError::ModulusSize {
            bits,
            min: 2_048,
            max: 4_096,
        });
    }
    let found = RsaPrivateKey::new(rng, bits).map_err(|_| KeyError::Generation)?;
    // `rsa` takes d modulo (p-1)(q-1); FIPS 186-5 appendix A.1.1 wants the least, modulo their
    // least common multiple, and everybody writes the larger prime first.
    let [first, second] = found.primes() else {
        return Err(KeyError::Generation);
    };
    let (p, q) = if first.as_ref() > second.as_ref() {
        (first, second)
    } else {
        (second, first)
    };
    let key = RsaPrivateKey::from_p_q(p.as_ref().clone(), q.as_ref().clone(), found.e().clone())
        .map_err(|_| KeyError::Generation)?;
    let der = key.to_pkcs1_der().map_err(|_| KeyError::Generation)?;
    private_key_info::encode(
        &AlgorithmIdentifierRef {
            oid: RSA_ENCRYPTION,
            parameters: Some(AnyRef::NULL),
        },
        der.as_bytes(),
    )
}

fn generate_p256(rng: &mut dyn CryptoRng) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let secret = p256::SecretKey::try_generate_from_rng(rng).map_err(|_| KeyError::Generation)?;
    let point = secret.public_key().to_sec1_bytes();
    private_key_info::encode(
        &AlgorithmIdentifierRef {
            oid: ID_EC_PUBLIC_KEY,
            parameters: Some(AnyRef::from(&SECP_256_R_1)),
        },
        &ec_private_key::encode(&secret, &point)?,
    )
}

/// Bits of the moduli that are generated.
const GENERATED_RSA_BITS: [usize; 3] = [2_048, 3_072, 4_096];
