use const_oid::ObjectIdentifier;
use der::{
    Any, Sequence, Tagged as _,
    asn1::{Null, OctetString},
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use npki_core::{AuthorizationCode, HashAlgorithm};
use rand_core::CryptoRng;
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};
use spki::AlgorithmIdentifierOwned;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::{
    CmpError, bounds,
    message::{any, malformed},
    oid,
};

/// A MAC by a secret that both sides have: salt, rounds and functions, all within the bounds.
///
/// Source: RFC 9481 section 6.1; RFC 4211 section 4.4; RFC 8018 section 7.1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MacAlgorithm {
    kind: MacKind,
    salt: Vec<u8>,
    /// PBM: the one-way function. PBMAC1: the hash of PBKDF2's HMAC.
    derivation: HashAlgorithm,
    iterations: u32,
    /// Octets of the HMAC's key in PBMAC1; PBM takes the whole output of its function.
    key_octets: usize,
    mac: HashAlgorithm,
    /// How the identifiers were written, so that an answer is written alike.
    form: Form,
}

/// Which of the two constructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MacKind {
    /// id-PasswordBasedMac, which everybody speaks.
    Pbm,
    /// id-PBMAC1, by PBKDF2.
    Pbmac1,
}

/// OIDs and parameters of the inner algorithms as the other side writes them.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Form {
    null: bool,
    mac: ObjectIdentifier,
}

/// PBMParameter (RFC 4211 section 4.4).
#[derive(Sequence)]
struct PbmParameter {
    salt: OctetString,
    owf: AlgorithmIdentifierOwned,
    iteration_count: u64,
    mac: AlgorithmIdentifierOwned,
}

/// PBMAC1-params (RFC 8018 appendix A.5).
#[derive(Sequence)]
struct Pbmac1Params {
    key_derivation_func: AlgorithmIdentifierOwned,
    message_auth_scheme: AlgorithmIdentifierOwned,
}

/// PBKDF2-params (RFC 8018 appendix A.2); `salt` is the `specified` of the CHOICE.
#[derive(Sequence)]
struct Pbkdf2Params {
    salt: OctetString,
    iteration_count: u64,
    #[asn1(optional = "true")]
    key_length: Option<u64>,
    #[asn1(optional = "true")]
    prf: Option<AlgorithmIdentifierOwned>,
}

impl MacAlgorithm {
    /// Rounds that we write: what a code of 64 random bits does not need, and a short one does.
    const ITERATIONS: u32 = 10_000;

    /// PBM with SHA-256, 10,000 rounds and HMAC-SHA-256, with a new salt.
    #[must_use]
    pub fn pbm(rng: &mut dyn CryptoRng) -> Self {
        Self::sha256(MacKind::Pbm, rng)
    }

    /// PBMAC1 with PBKDF2 by HMAC-SHA-256, 10,000 rounds and HMAC-SHA-256, with a new salt.
    #[must_use]
    pub fn pbmac1(rng: &mut dyn CryptoRng) -> Self {
        Self::sha256(MacKind::Pbmac1, rng)
    }

    /// The same functions and rounds with a new salt: what an answer is protected with.
    #[must_use]
    pub fn with_new_salt(&self, rng: &mut dyn CryptoRng) -> Self {
        Self {
            salt: salt(rng),
            ..self.clone()
        }
    }

    /// Which construction.
    #[must_use]
    pub const fn kind(&self) -> MacKind {
        self.kind
    }

    /// How many rounds.
    #[must_use]
    pub const fn iterations(&self) -> u32 {
        self.iterations
    }

    fn sha256(kind: MacKind, rng: &mut dyn CryptoRng) -> Self {
        Self {
            kind,
            salt: salt(rng),
            derivation: HashAlgorithm::Sha256,
            iterations: Self::ITERATIONS,
            key_octets: 32,
            mac: HashAlgorithm::Sha256,
            form: Form {
                // RFC 9481 section 6.1.1 leaves parameters of SHA-2 absent; HMACs of RFC 8018 have NULL.
                null: kind == MacKind::Pbmac1,
                mac: oid_of(HMACS, HashAlgorithm::Sha256),
            },
        }
    }

    /// `None` for an algorithm that is no MAC.
    pub(crate) fn read(algorithm: &AlgorithmIdentifierOwned) -> Result<Option<Self>, CmpError> {
        match algorithm.oid {
            oid::PASSWORD_BASED_MAC => Self::read_pbm(algorithm).map(Some),
            oid::PBMAC1 => Self::read_pbmac1(algorithm).map(Some),
            _ => Ok(None),
        }
    }

    fn read_pbm(algorithm: &AlgorithmIdentifierOwned) -> Result<Self, CmpError> {
        let found: PbmParameter = parameters(algorithm)?;
        let derivation = HashAlgorithm::from_oid(found.owf.oid)
            .ok_or(CmpError::Protection { oid: found.owf.oid })?;
        Ok(Self {
            kind: MacKind::Pbm,
            iterations: iterations(found.iteration_count)?,
            salt: salt_within(&found.salt)?,
            derivation,
            key_octets: derivation.digest_len(),
            mac: hmac(&found.mac)?,
            form: Form {
                null: has_null(&found.mac),
                mac: found.mac.oid,
            },
        })
    }

    fn read_pbmac1(algorithm: &AlgorithmIdentifierOwned) -> Result<Self, CmpError> {
        let found: Pbmac1Params = parameters(algorithm)?;
        let kdf = &found.key_derivation_func;
        if kdf.oid != oid::PBKDF2 {
            return Err(CmpError::Protection { oid: kdf.oid });
        }
        let kdf: Pbkdf2Params = parameters(kdf)?;
        let mac = hmac(&found.message_auth_scheme)?;
        let derivation = kdf.prf.as_ref().map_or(Ok(HashAlgorithm::Sha1), hmac)?;
        let length = kdf
            .key_length
            .unwrap_or_else(|| mac.digest_len().try_into().unwrap_or(u64::MAX));
        let length = within("key length", length, &bounds::KEY)?;
        Ok(Self {
            kind: MacKind::Pbmac1,
            iterations: iterations(kdf.iteration_count)?,
            salt: salt_within(&kdf.salt)?,
            derivation,
            key_octets: usize::try_from(length).unwrap_or_default(),
            mac,
            form: Form {
                null: has_null(&found.message_auth_scheme),
                mac: found.message_auth_scheme.oid,
            },
        })
    }

    pub(crate) fn identifier(&self) -> Result<AlgorithmIdentifierOwned, CmpError> {
        let salt = OctetString::new(self.salt.as_slice()).map_err(malformed(WHAT))?;
        let mac = self.inner(self.form.mac)?;
        let (oid, parameters) = match self.kind {
            MacKind::Pbm => (
                oid::PASSWORD_BASED_MAC,
                any(&PbmParameter {
                    salt,
                    owf: self.inner(self.derivation.oid())?,
                    iteration_count: self.iterations.into(),
                    mac,
                })?,
            ),
            MacKind::Pbmac1 => {
                let kdf = Pbkdf2Params {
                    salt,
                    iteration_count: self.iterations.into(),
                    key_length: Some(self.key_octets.try_into().unwrap_or(u64::MAX)),
                    prf: Some(self.inner(oid_of(HMACS, self.derivation))?),
                };
                let params = Pbmac1Params {
                    key_derivation_func: AlgorithmIdentifierOwned {
                        oid: oid::PBKDF2,
                        parameters: Some(any(&kdf)?),
                    },
                    message_auth_scheme: mac,
                };
                (oid::PBMAC1, any(&params)?)
            }
        };
        Ok(AlgorithmIdentifierOwned {
            oid,
            parameters: Some(parameters),
        })
    }

    fn inner(&self, oid: ObjectIdentifier) -> Result<AlgorithmIdentifierOwned, CmpError> {
        let parameters = self.form.null.then(|| any(&Null)).transpose()?;
        Ok(AlgorithmIdentifierOwned { oid, parameters })
    }

    /// The MAC over `message`.
    pub(crate) fn compute(&self, code: &AuthorizationCode, message: &[u8]) -> Vec<u8> {
        let secret = code.expose_code().as_bytes();
        let key = match self.kind {
            MacKind::Pbm => self.base_key(secret),
            MacKind::Pbmac1 => self.pbkdf2(secret),
        };
        keyed(self.mac, &key, message)
    }

    pub(crate) fn verify(
        &self,
        code: &AuthorizationCode,
        message: &[u8],
        wanted: &[u8],
    ) -> Result<(), CmpError> {
        match self.compute(code, message).ct_eq(wanted).into() {
            true => Ok(()),
            false => Err(CmpError::BadProtection),
        }
    }

    /// The function applied to secret and salt, then again and again to its output. All of it keys
    /// the HMAC, as OpenSSL and Bouncy Castle read RFC 4211 section 4.4.
    fn base_key(&self, secret: &[u8]) -> Zeroizing<Vec<u8>> {
        let times = self.iterations;
        match self.derivation {
            HashAlgorithm::Sha1 => iterated::<Sha1>(secret, &self.salt, times),
            HashAlgorithm::Sha224 => iterated::<Sha224>(secret, &self.salt, times),
            HashAlgorithm::Sha384 => iterated::<Sha384>(secret, &self.salt, times),
            HashAlgorithm::Sha512 => iterated::<Sha512>(secret, &self.salt, times),
            _ => iterated::<Sha256>(secret, &self.salt, times),
        }
    }

    fn pbkdf2(&self, secret: &[u8]) -> Zeroizing<Vec<u8>> {
        let derive = match self.derivation {
            HashAlgorithm::Sha1 => pbkdf2::pbkdf2_hmac::<Sha1>,
            HashAlgorithm::Sha224 => pbkdf2::pbkdf2_hmac::<Sha224>,
            HashAlgorithm::Sha384 => pbkdf2::pbkdf2_hmac::<Sha384>,
            HashAlgorithm::Sha512 => pbkdf2::pbkdf2_hmac::<Sha512>,
            _ => pbkdf2::pbkdf2_hmac::<Sha256>,
        };
        let mut key = Zeroizing::new(vec![0; self.key_octets]);
        derive(secret, &self.salt, self.iterations, &mut key);
        key
    }
}

fn iterated<D: Digest>(secret: &[u8], salt: &[u8], times: u32) -> Zeroizing<Vec<u8>> {
    let mut state = D::new().chain_update(secret).chain_update(salt).finalize();
    for _ in 1..times {
        state = D::digest(&state);
    }
    let key = Zeroizing::new(state.to_vec());
    zeroize::Zeroize::zeroize(state.as_mut_slice());
    key
}

fn keyed(hash: HashAlgorithm, key: &[u8], message: &[u8]) -> Vec<u8> {
    macro_rules! hmac {
        ($hash:ty) => {
            Hmac::<$hash>::new_from_slice(key)
                .expect("HMAC takes any key length")
                .chain_update(message)
                .finalize()
                .into_bytes()
                .to_vec()
        };
    }
    match hash {
        HashAlgorithm::Sha1 => hmac!(Sha1),
        HashAlgorithm::Sha224 => hmac!(Sha224),
        HashAlgorithm::Sha384 => hmac!(Sha384),
        HashAlgorithm::Sha512 => hmac!(Sha512),
        _ => hmac!(Sha256),
    }
}

fn salt(rng: &mut dyn CryptoRng) -> Vec<u8> {
    let mut salt = vec![0; 16];
    rng.fill_bytes(&mut salt);
    salt
}

fn parameters<T>(algorithm: &AlgorithmIdentifierOwned) -> Result<T, CmpError>
where
    T: for<'a> der::Decode<'a, Error = der::Error>
        + for<'a> der::DecodeValue<'a, Error = der::Error>
        + der::FixedTag,
{
    algorithm
        .parameters
        .as_ref()
        .ok_or(CmpError::Protection { oid: algorithm.oid })?
        .decode_as()
        .map_err(malformed(WHAT))
}

fn hmac(algorithm: &AlgorithmIdentifierOwned) -> Result<HashAlgorithm, CmpError> {
    HMACS
        .iter()
        .find_map(|(hash, oid)| (*oid == algorithm.oid).then_some(*hash))
        .ok_or(CmpError::Protection { oid: algorithm.oid })
}

fn has_null(algorithm: &AlgorithmIdentifierOwned) -> bool {
    algorithm
        .parameters
        .as_ref()
        .is_some_and(|any: &Any| any.tag() == der::Tag::Null)
}

fn iterations(found: u64) -> Result<u32, CmpError> {
    let found = within("iteration count", found, &bounds::ITERATIONS)?;
    Ok(u32::try_from(found).unwrap_or(u32::MAX))
}

fn salt_within(salt: &OctetString) -> Result<Vec<u8>, CmpError> {
    let octets = salt.as_bytes();
    within(
        "salt length",
        octets.len().try_into().unwrap_or(u64::MAX),
        &bounds::SALT,
    )?;
    Ok(octets.to_vec())
}

fn within(
    what: &'static str,
    found: u64,
    bounds: &core::ops::RangeInclusive<u64>,
) -> Result<u64, CmpError> {
    if bounds.contains(&found) {
        return Ok(found);
    }
    Err(CmpError::OutOfBounds {
        what,
        found,
        min: *bounds.start(),
        max: *bounds.end(),
    })
}

fn oid_of(table: &[(HashAlgorithm, ObjectIdentifier)], wanted: HashAlgorithm) -> ObjectIdentifier {
    table
        .iter()
        .find_map(|(hash, oid)| (*hash == wanted).then_some(*oid))
        .expect("the table names every hash function; a test holds it")
}

/// HMACs by RFC 8018 appendix B.1, and the one of RFC 4210 that `openssl cmp` sends by default.
const HMACS: &[(HashAlgorithm, ObjectIdentifier)] = &[
    (
        HashAlgorithm::Sha1,
        ObjectIdentifier::new_unwrap("1.2.840.113549.2.7"),
    ),
    (
        HashAlgorithm::Sha1,
        ObjectIdentifier::new_unwrap("1.3.6.1.5.5.8.1.2"),
    ),
    (
        HashAlgorithm::Sha224,
        ObjectIdentifier::new_unwrap("1.2.840.113549.2.8"),
    ),
    (
        HashAlgorithm::Sha256,
        ObjectIdentifier::new_unwrap("1.2.840.113549.2.9"),
    ),
    (
        HashAlgorithm::Sha384,
        ObjectIdentifier::new_unwrap("1.2.840.113549.2.10"),
    ),
    (
        HashAlgorithm::Sha512,
        ObjectIdentifier::new_unwrap("1.2.840.113549.2.11"),
    ),
];

const WHAT: &str = "protectionAlg";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_hash_has_an_hmac() {
        for hash in [
            HashAlgorithm::Sha1,
            HashAlgorithm::Sha224,
            HashAlgorithm::Sha256,
            HashAlgorithm::Sha384,
            HashAlgorithm::Sha512,
        ] {
            assert!(HMACS.iter().any(|(h, _)| *h == hash));
        }
    }

    #[test]
    fn bounds_are_checked_on_both_sides() {
        for (found, fine) in [
            (0, false),
            (99, false),
            (100, true),
            (100_000, true),
            (100_001, false),
            (u64::MAX, false),
        ] {
            assert_eq!(iterations(found).is_ok(), fine, "{found}");
        }
        for (octets, fine) in [(7, false), (8, true), (128, true), (129, false)] {
            let salt = OctetString::new(vec![0; octets]).unwrap();
            assert_eq!(salt_within(&salt).is_ok(), fine, "{octets}");
        }
    }
}
