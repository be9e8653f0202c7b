use core::fmt;

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5912::{
    ID_EC_PUBLIC_KEY, RSA_ENCRYPTION, SECP_256_R_1, SECP_384_R_1, SECP_521_R_1,
};
use crypto_bigint::BoxedUint;
use crypto_bigint::modular::BoxedMontyForm;
use der::Decode;
use der::asn1::AnyRef;
use ecdsa::signature::hazmat::PrehashVerifier;
use npki_core::{Digest, HashAlgorithm};
use pkcs1::RsaPublicKeyRef;
use rand_core::CryptoRng;
use rsa::traits::PublicKeyParts;
use rsa::{Pkcs1v15Encrypt, RsaPublicKey};
use spki::SubjectPublicKeyInfoOwned;

use crate::oaep::{self, Encrypt};
use crate::rsa_signer::octets;
use crate::signature_algorithm::is_null_or_absent;
use crate::{EncryptError, KeyError, SignatureAlgorithm, Verifier, VerifyError, emsa};

/// A public key, ready to verify and to encrypt to.
///
/// RSA with 1,024 to 16,384 bits and an odd exponent from 3 to 2^33 - 1 (the KISA RootCA 1 has 3),
/// and the curves P-256, P-384 and P-521.
#[derive(Clone)]
pub struct PublicKey {
    info: SubjectPublicKeyInfoOwned,
    key: Key,
}

#[derive(Clone)]
enum Key {
    Rsa(Box<RsaPublicKey>),
    P256(p256::ecdsa::VerifyingKey),
    P384(p384::ecdsa::VerifyingKey),
    P521(p521::ecdsa::VerifyingKey),
}

impl PublicKey {
    /// Bits of the shortest RSA modulus that is read: what CAs of the first generation certified.
    pub const MIN_RSA_BITS: usize = 1_024;
    /// Bits of the longest RSA modulus that is read. A bound of ours, on the cost of a
    /// verification.
    pub const MAX_RSA_BITS: usize = 16_384;

    /// Reads the key of a certificate or request.
    ///
    /// # Errors
    /// [`KeyError`] by what is wrong: algorithm, parameters, curve, size, exponent, or DER.
    ///
    /// Source: RFC 3279 section 2.3.1; RFC 5480 section 2.
    pub fn parse(info: &SubjectPublicKeyInfoOwned) -> Result<Self, KeyError> {
        let key = match Written::read(info)? {
            Written::Rsa { key, .. } => Key::Rsa(Box::new(rsa_key(&key)?)),
            Written::Ec { curve, point } => ec_key(curve, point)?,
        };
        Ok(Self {
            info: info.clone(),
            key,
        })
    }

    /// Bits of the modulus of an RSA key; nothing for a curve.
    #[must_use]
    pub fn rsa_bits(&self) -> Option<usize> {
        match &self.key {
            Key::Rsa(key) => Some(modulus_bits(key)),
            Key::P256(_) | Key::P384(_) | Key::P521(_) => None,
        }
    }

    /// Encrypts `message` with RSAES-PKCS1-v1_5: at most as many octets as the modulus less 11.
    ///
    /// # Errors
    /// [`EncryptError::TooLong`], [`EncryptError::WrongKey`] unless it is an RSA key.
    ///
    /// Source: RFC 8017 section 7.2.1.
    pub fn encrypt_pkcs1(
        &self,
        message: &[u8],
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<u8>, EncryptError> {
        let key = self.rsa_for(message, 11)?;
        key.encrypt(rng, Pkcs1v15Encrypt, message)
            .map_err(|_| EncryptError::WrongKey)
    }

    /// Encrypts `message` with RSAES-OAEP: at most as many octets as the modulus less 2 and two
    /// digests of `hash`.
    ///
    /// # Errors
    /// [`EncryptError::TooLong`], [`EncryptError::WrongKey`] unless it is an RSA key.
    ///
    /// Source: RFC 8017 section 7.1.1.
    pub fn encrypt_oaep(
        &self,
        hash: HashAlgorithm,
        mgf_hash: HashAlgorithm,
        label: &[u8],
        message: &[u8],
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<u8>, EncryptError> {
        let key = self.rsa_for(message, 2 * hash.digest_len() + 2)?;
        let work = Encrypt { key, message, rng };
        oaep::with(hash, mgf_hash, label, work).map_err(|_| EncryptError::WrongKey)
    }

    /// Whether the algorithm goes with the key, and its encoding fits into the modulus.
    pub(crate) fn signs_with(&self, algorithm: SignatureAlgorithm) -> bool {
        match (&self.key, algorithm) {
            (Key::Rsa(_), SignatureAlgorithm::RsaPkcs1(_)) => true,
            (Key::Rsa(key), SignatureAlgorithm::RsaPss { hash, salt_len, .. }) => {
                emsa::pss_fits(hash, salt_len, modulus_bits(key))
            }
            (Key::P256(_) | Key::P384(_) | Key::P521(_), SignatureAlgorithm::Ecdsa(_)) => true,
            _ => false,
        }
    }

    /// The RSA key, if `message` fits beside so many octets of padding.
    fn rsa_for(&self, message: &[u8], padding: usize) -> Result<&RsaPublicKey, EncryptError> {
        let Key::Rsa(key) = &self.key else {
            return Err(EncryptError::WrongKey);
        };
        match key.size().checked_sub(padding) {
            Some(max) if message.len() <= max => Ok(key),
            max => Err(EncryptError::TooLong {
                found: message.len(),
                max: max.unwrap_or(0),
            }),
        }
    }
}

impl Verifier for PublicKey {
    fn public_key(&self) -> &SubjectPublicKeyInfoOwned {
        &self.info
    }

    fn verify_digest(
        &self,
        algorithm: &SignatureAlgorithm,
        digest: &Digest,
        signature: &[u8],
    ) -> Result<(), VerifyError> {
        if digest.algorithm() != algorithm.hash() {
            return Err(VerifyError::Algorithm);
        }
        let fine = match (&self.key, *algorithm) {
            (Key::Rsa(key), SignatureAlgorithm::RsaPkcs1(_)) => {
                open_rsa(key, signature, key.size()).is_some_and(|encoded| {
                    emsa::pkcs1(digest, key.size()).is_some_and(|wanted| wanted == encoded)
                })
            }
            (
                Key::Rsa(key),
                SignatureAlgorithm::RsaPss {
                    mgf_hash, salt_len, ..
                },
            ) => {
                let bits = modulus_bits(key);
                let wanted = bits.saturating_sub(1).div_ceil(8);
                open_rsa(key, signature, wanted)
                    .is_some_and(|encoded| emsa::is_pss(digest, mgf_hash, salt_len, bits, &encoded))
            }
            (Key::P256(key), SignatureAlgorithm::Ecdsa(_)) => ecdsa::Signature::from_der(signature)
                .is_ok_and(|signature| key.verify_prehash(digest.octets(), &signature).is_ok()),
            (Key::P384(key), SignatureAlgorithm::Ecdsa(_)) => ecdsa::Signature::from_der(signature)
                .is_ok_and(|signature| key.verify_prehash(digest.octets(), &signature).is_ok()),
            (Key::P521(key), SignatureAlgorithm::Ecdsa(_)) => ecdsa::Signature::from_der(signature)
                .is_ok_and(|signature| key.verify_prehash(digest.octets(), &signature).is_ok()),
            _ => return Err(VerifyError::Algorithm),
        };
        if fine {
            Ok(())
        } else {
            Err(VerifyError::Mismatch)
        }
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match &self.key {
            Key::Rsa(key) => return write!(f, "PublicKey(Rsa {} bits)", key.n().bits_vartime()),
            Key::P256(_) => "P256",
            Key::P384(_) => "P384",
            Key::P521(_) => "P521",
        };
        f.debug_tuple("PublicKey").field(&name).finish()
    }
}

/// The encoded message in a signature of exactly as many octets as the modulus and below it.
///
/// Source: RFC 8017 sections 8.1.2 and 8.2.2, step 1 and 2.
fn open_rsa(key: &RsaPublicKey, signature: &[u8], wanted: usize) -> Option<Vec<u8>> {
    if signature.len() != key.size() {
        return None;
    }
    let number = BoxedUint::from_be_slice(signature, key.n_bits_precision()).ok()?;
    if number >= *key.n().as_ref() {
        return None;
    }
    octets(&raise(key, number), wanted)
}

/// RSAVP1: a number below the modulus, raised to the public exponent by squaring and multiplying.
/// `rsa_encrypt` keeps its time free of what it raises, which is no secret here, and takes twice as much.
///
/// Source: RFC 8017 section 5.2.2.
fn raise(key: &RsaPublicKey, number: BoxedUint) -> BoxedUint {
    let base = BoxedMontyForm::new(number, key.n_params());
    let exponent = key.e();
    let mut power = base.clone();
    for bit in (0..exponent.bits_vartime().saturating_sub(1)).rev() {
        power = power.square();
        if exponent.bit_vartime(bit) {
            power = power.mul(&base);
        }
    }
    power.retrieve()
}

fn modulus_bits(key: &RsaPublicKey) -> usize {
    usize::try_from(key.n().bits_vartime()).unwrap_or(usize::MAX)
}

/// Makes it ready to verify, which costs a fifth of a verification.
fn rsa_key(key: &RsaPublicKeyRef<'_>) -> Result<RsaPublicKey, KeyError> {
    RsaPublicKey::new_with_size_limits(
        BoxedUint::from_be_slice_vartime(key.modulus.as_bytes()),
        BoxedUint::from_be_slice_vartime(key.public_exponent.as_bytes()),
        PublicKey::MIN_RSA_BITS..=PublicKey::MAX_RSA_BITS,
    )
    .map_err(|_| KeyError::Inconsistent(crate::Inconsistency::Range))
}

fn ec_key(curve: ObjectIdentifier, point: &[u8]) -> Result<Key, KeyError> {
    let wrong = |_| KeyError::Inconsistent(crate::Inconsistency::PublicKey);
    if curve == SECP_256_R_1 {
        p256::ecdsa::VerifyingKey::from_sec1_bytes(point)
            .map(Key::P256)
            .map_err(wrong)
    } else if curve == SECP_384_R_1 {
        p384::ecdsa::VerifyingKey::from_sec1_bytes(point)
            .map(Key::P384)
            .map_err(wrong)
    } else {
        p521::ecdsa::VerifyingKey::from_sec1_bytes(point)
            .map(Key::P521)
            .map_err(wrong)
    }
}

/// A key as it is written, of a size that is read.
pub(crate) enum Written<'a> {
    Rsa {
        key: RsaPublicKeyRef<'a>,
        bits: usize,
    },
    Ec {
        curve: ObjectIdentifier,
        point: &'a [u8],
    },
}

impl<'a> Written<'a> {
    pub(crate) fn read(info: &'a SubjectPublicKeyInfoOwned) -> Result<Self, KeyError> {
        let parameters = info.algorithm.parameters.as_ref().map(AnyRef::from);
        let octets = info
            .subject_public_key
            .as_bytes()
            .ok_or(KeyError::Malformed(
                der::Tag::BitString.value_error().into(),
            ))?;
        match info.algorithm.oid {
            RSA_ENCRYPTION if !is_null_or_absent(parameters) => Err(KeyError::Parameters),
            RSA_ENCRYPTION => {
                let key = RsaPublicKeyRef::from_der(octets)?;
                let bits = check_rsa(&key, PublicKey::MIN_RSA_BITS, PublicKey::MAX_RSA_BITS)?;
                Ok(Self::Rsa { key, bits })
            }
            ID_EC_PUBLIC_KEY => Ok(Self::Ec {
                curve: expect_curve(parameters, CURVES)?,
                point: octets,
            }),
            oid => Err(KeyError::UnsupportedAlgorithm { oid }),
        }
    }
}

/// The bits of the modulus, when it is odd and within these, and the exponent within ours. What is
/// refused here has cost nothing.
pub(crate) fn check_rsa(
    key: &RsaPublicKeyRef<'_>,
    min: usize,
    max: usize,
) -> Result<usize, KeyError> {
    let modulus = key.modulus.as_bytes();
    let top = modulus.first().map_or(0, |octet| octet.leading_zeros());
    let bits = (modulus.len() * 8).saturating_sub(usize::try_from(top).unwrap_or(0));
    if !(min..=max).contains(&bits) {
        return Err(KeyError::ModulusSize { bits, min, max });
    }
    if is_even(modulus) {
        return Err(KeyError::Inconsistent(crate::Inconsistency::Range));
    }
    let octets = key.public_exponent.as_bytes();
    let exponent = octets
        .iter()
        .fold(0_u64, |value, octet| (value << 8) | u64::from(*octet));
    let fits = octets.len() <= 8 && (MIN_EXPONENT..=MAX_EXPONENT).contains(&exponent);
    if !fits || is_even(octets) {
        return Err(KeyError::PublicExponent);
    }
    Ok(bits)
}

/// The curve that EC parameters name, when it is one of these.
pub(crate) fn expect_curve(
    parameters: Option<AnyRef<'_>>,
    curves: &[ObjectIdentifier],
) -> Result<ObjectIdentifier, KeyError> {
    // RFC 5480 section 2.1.1: a named curve, nothing else.
    let oid: ObjectIdentifier = parameters
        .and_then(|parameters| parameters.decode_as().ok())
        .ok_or(KeyError::Parameters)?;
    if curves.contains(&oid) {
        Ok(oid)
    } else {
        Err(KeyError::UnsupportedCurve { oid })
    }
}

/// Whether `point` is, in whatever form of SEC 1, the uncompressed point `own` of P-256.
pub(crate) fn is_p256_point(point: &[u8], own: &[u8]) -> bool {
    p256::PublicKey::from_sec1_bytes(point).is_ok_and(|key| *key.to_sec1_bytes() == *own)
}

fn is_even(octets: &[u8]) -> bool {
    octets.last().is_none_or(|octet| octet & 1 == 0)
}

const CURVES: &[ObjectIdentifier] = &[SECP_256_R_1, SECP_384_R_1, SECP_521_R_1];
const MIN_EXPONENT: u64 = 3;
/// What `rsa`, ring and others take as the largest, against keys made to be slow.
const MAX_EXPONENT: u64 = (1 << 33) - 1;
