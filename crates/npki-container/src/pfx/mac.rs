use core::fmt;

use der::{
    Sequence,
    asn1::{OctetStringRef, UintRef},
};
use npki_core::HashAlgorithm;
use spki::AlgorithmIdentifierRef;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use const_oid::ObjectIdentifier;

use crate::{
    Bound, Bounds, Password, Role, SchemeError,
    bounds::Budget,
    derivation::{self, Hash, Purpose},
    pbe::{PbeFailure, Pbkdf2, check_iterations, count, parameters, parse_prf},
};

/// The MAC of a PFX: what can be told without the password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MacScheme {
    /// The hash function of the HMAC.
    pub hash: HashAlgorithm,
    /// How the key of the HMAC comes from the password.
    pub derivation: MacDerivation,
    /// Iterations of the derivation.
    pub iterations: u64,
    /// Octets of the salt.
    pub salt_octets: usize,
}

/// How the key of a MAC comes from the password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MacDerivation {
    /// The derivation of PKCS #12 with the MAC's hash function (RFC 7292 appendix B).
    Pkcs12,
    /// PBKDF2 with HMAC and this hash function: PBMAC1 (RFC 9579). Read only.
    Pbkdf2(HashAlgorithm),
}

/// A MAC with its parameters.
#[derive(Debug)]
pub(super) struct Mac<'a> {
    hash: Hash,
    derivation: Derivation,
    iterations: u64,
    salt: &'a [u8],
    digest: &'a [u8],
}

#[derive(Debug)]
enum Derivation {
    Pkcs12,
    Pbkdf2 { hash: Hash, key_length: usize },
}

/// `MacData`.
///
/// Source: RFC 7292 section 4.
#[derive(Clone, Copy, Debug, Sequence)]
pub(super) struct MacData<'a> {
    pub(super) mac: DigestInfo<'a>,
    pub(super) salt: &'a OctetStringRef,
    pub(super) iterations: Option<UintRef<'a>>,
}

/// `DigestInfo`.
///
/// Source: RFC 2315 section 9.4.
#[derive(Clone, Copy, Debug, Sequence)]
pub(super) struct DigestInfo<'a> {
    pub(super) algorithm: AlgorithmIdentifierRef<'a>,
    pub(super) digest: &'a OctetStringRef,
}

/// `PBMAC1-params`.
///
/// Source: RFC 8018 appendix A.5.
#[derive(Sequence)]
struct Pbmac1Parameters<'a> {
    key_derivation: AlgorithmIdentifierRef<'a>,
    mac: AlgorithmIdentifierRef<'a>,
}

impl<'a> Mac<'a> {
    pub(super) fn parse(data: MacData<'a>) -> Result<Self, SchemeError> {
        let role = Role::Mac;
        let algorithm = data.mac.algorithm;
        let oid = algorithm.oid;
        let malformed = || SchemeError::Parameters {
            role,
            oid,
            source: None,
        };
        let mac = if oid == PBMAC1 {
            let pbmac1: Pbmac1Parameters<'a> = parameters(role, algorithm)?;
            let kdf = Pbkdf2::parse(pbmac1.key_derivation)?;
            // RFC 9579 wants the length of the key to be there, because HMAC takes any.
            let key_length = usize::from(kdf.key_length.ok_or_else(malformed)?);
            if !(MIN_PBMAC1_KEY..=MAX_PBMAC1_KEY).contains(&key_length) {
                return Err(malformed());
            }
            Self {
                hash: parse_prf(pbmac1.mac)?,
                derivation: Derivation::Pbkdf2 {
                    hash: kdf.hash,
                    key_length,
                },
                iterations: kdf.iterations,
                salt: kdf.salt,
                digest: data.mac.digest.as_bytes(),
            }
        } else {
            // The parameters are NULL, or absent as in a vendor's files.
            let hash = HashAlgorithm::from_oid(oid)
                .and_then(Hash::of)
                .ok_or(SchemeError::Unsupported { role, oid })?;
            if algorithm.parameters.is_some_and(|p| !p.is_null()) {
                return Err(malformed());
            }
            Self {
                hash,
                derivation: Derivation::Pkcs12,
                iterations: data.iterations.map_or(1, count),
                salt: data.salt.as_bytes(),
                digest: data.mac.digest.as_bytes(),
            }
        };
        if mac.iterations == 0 || mac.digest.len() != mac.hash.len() {
            return Err(malformed());
        }
        Ok(mac)
    }

    pub(super) fn scheme(&self) -> MacScheme {
        MacScheme {
            hash: self.hash.algorithm(),
            derivation: match self.derivation {
                Derivation::Pkcs12 => MacDerivation::Pkcs12,
                Derivation::Pbkdf2 { hash, .. } => MacDerivation::Pbkdf2(hash.algorithm()),
            },
            iterations: self.iterations,
            salt_octets: self.salt.len(),
        }
    }

    pub(super) fn check(&self, bounds: &Bounds) -> Result<u32, SchemeError> {
        bounds.check_len(Bound::Salt, self.salt)?;
        check_iterations(bounds, self.iterations)
    }

    /// Whether the MAC over `message` is right, with any form of the password.
    pub(super) fn verify(
        &self,
        password: &Password,
        bounds: &Bounds,
        budget: &mut Budget,
        message: &[u8],
    ) -> Result<(), PbeFailure> {
        let iterations = self.check(bounds)?;
        let forms: Vec<Zeroizing<Vec<u8>>> = match self.derivation {
            // Two encodings of an empty password are in use: a terminator alone, and nothing.
            Derivation::Pkcs12 if password.utf8().is_empty() => {
                vec![password.bmp(), Zeroizing::new(Vec::new())]
            }
            Derivation::Pkcs12 => vec![password.bmp()],
            Derivation::Pbkdf2 { .. } => [
                Some(Zeroizing::new(password.utf8().to_vec())),
                password.cp949(),
            ]
            .into_iter()
            .flatten()
            .collect(),
        };
        let blocks = match self.derivation {
            Derivation::Pkcs12 => 1,
            Derivation::Pbkdf2 { hash, key_length } => hash.blocks(key_length),
        };
        for _ in &forms {
            budget.spend(iterations, blocks)?;
        }
        let right = forms.iter().any(|form| {
            self.compute(form, iterations, message)
                .ct_eq(self.digest)
                .into()
        });
        if right {
            Ok(())
        } else {
            Err(PbeFailure::WrongPasswordOrDamaged)
        }
    }

    fn compute(&self, password: &[u8], iterations: u32, message: &[u8]) -> Zeroizing<Vec<u8>> {
        match self.derivation {
            Derivation::Pkcs12 => pkcs12_mac(self.hash, password, self.salt, iterations, message),
            Derivation::Pbkdf2 { hash, key_length } => {
                let mut key = Zeroizing::new(vec![0; key_length]);
                derivation::pbkdf2(hash, password, self.salt, iterations, &mut key);
                derivation::hmac(self.hash, &key, message)
            }
        }
    }
}

/// The MAC of PKCS #12. `password` is a BMPString with its terminator, or empty.
pub(super) fn pkcs12_mac(
    hash: Hash,
    password: &[u8],
    salt: &[u8],
    iterations: u32,
    message: &[u8],
) -> Zeroizing<Vec<u8>> {
    let mut key = Zeroizing::new(vec![0; hash.len()]);
    derivation::pkcs12(hash, Purpose::MacKey, password, salt, iterations, &mut key);
    derivation::hmac(hash, &key, message)
}

/// `HMAC-SHA1, PKCS12, 2048 iterations`.
impl fmt::Display for MacScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HMAC-{}, ", self.hash.name().to_ascii_uppercase())?;
        match self.derivation {
            MacDerivation::Pkcs12 => f.write_str("PKCS12")?,
            MacDerivation::Pbkdf2(hash) => {
                write!(f, "PBKDF2-HMAC-{}", hash.name().to_ascii_uppercase())?;
            }
        }
        write!(f, ", {} iterations", self.iterations)
    }
}

/// `id-PBMAC1`.
const PBMAC1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.14");
/// RFC 9579 section 9 recommends to refuse a shorter one.
const MIN_PBMAC1_KEY: usize = 20;
/// Bouncy Castle wrote 256 octets where it meant bits. A bound of ours; each block is counted.
const MAX_PBMAC1_KEY: usize = 1_024;
