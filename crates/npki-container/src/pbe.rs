use const_oid::ObjectIdentifier;
use der::{
    Sequence,
    asn1::{Any, OctetString, OctetStringRef, UintRef},
};
use npki_core::HashAlgorithm;
use pkcs5::pbes2::{PBES2_OID, PBKDF2_OID, Pbkdf2Params, Pbkdf2Prf};
use rand_core::CryptoRng;
use sha1::{Digest as _, Sha1};
use spki::{AlgorithmIdentifierOwned, AlgorithmIdentifierRef};
use zeroize::{Zeroize, Zeroizing};

use crate::{
    Bound, Bounds, CbcCipher, Derivation, Password, Role, Scheme, SchemeError,
    bounds::{BeyondBound, Budget},
    derivation::{self, Hash, Purpose},
};

/// A password-based encryption scheme with its parameters, read or about to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pbe {
    pub(crate) derivation: Derivation,
    pub(crate) cipher: CbcCipher,
    iterations: u64,
    salt: Vec<u8>,
    /// In PBES2; the other schemes derive theirs or have a fixed one.
    iv: Option<Vec<u8>>,
}

/// Why nothing was opened.
#[derive(Debug)]
pub(crate) enum PbeFailure {
    Scheme(SchemeError),
    WrongPasswordOrDamaged,
}

impl Pbe {
    /// Reads an AlgorithmIdentifier. Costs nothing and allocates the salt only.
    pub(crate) fn parse(algorithm: AlgorithmIdentifierRef<'_>) -> Result<Self, SchemeError> {
        let role = Role::EncryptionScheme;
        let oid = algorithm.oid;
        if oid == PBES2_OID {
            return Self::parse_pbes2(algorithm);
        }
        let (derivation, cipher) = PBES1
            .iter()
            .find(|row| row.oid == oid)
            .map(|row| (row.derivation, row.cipher))
            .ok_or(SchemeError::Unsupported { role, oid })?;
        let parameters: PbeParameter<'_> = parameters(role, algorithm)?;
        Self {
            derivation,
            cipher,
            iterations: count(parameters.iterations),
            salt: parameters.salt.as_bytes().to_vec(),
            iv: None,
        }
        .sensible(role, oid)
    }

    fn parse_pbes2(algorithm: AlgorithmIdentifierRef<'_>) -> Result<Self, SchemeError> {
        let pbes2: Pbes2Parameters<'_> = parameters(Role::EncryptionScheme, algorithm)?;
        let kdf = Pbkdf2::parse(pbes2.key_derivation)?;

        let role = Role::Cipher;
        let oid = pbes2.encryption.oid;
        let cipher = CbcCipher::from_oid(oid).ok_or(SchemeError::Unsupported { role, oid })?;
        let iv: &OctetStringRef = parameters(role, pbes2.encryption)?;
        // Some write the length of the key although the cipher knows it; another would be nonsense.
        let wrong_key = kdf
            .key_length
            .is_some_and(|length| usize::from(length) != cipher.key_len());
        if iv.as_bytes().len() != cipher.block_len() || wrong_key {
            return Err(SchemeError::Parameters {
                role,
                oid,
                source: None,
            });
        }
        Self {
            derivation: Derivation::Pbkdf2(kdf.hash.algorithm()),
            cipher,
            iterations: kdf.iterations,
            salt: kdf.salt.to_vec(),
            iv: Some(iv.as_bytes().to_vec()),
        }
        .sensible(Role::KeyDerivation, pbes2.key_derivation.oid)
    }

    /// New parameters with a fresh salt and initialization vector.
    pub(crate) fn generate(
        derivation: Derivation,
        cipher: CbcCipher,
        iterations: u32,
        salt_octets: usize,
        rng: &mut dyn CryptoRng,
    ) -> Self {
        let mut salt = vec![0; salt_octets];
        rng.fill_bytes(&mut salt);
        let iv = matches!(derivation, Derivation::Pbkdf2(_)).then(|| {
            let mut iv = vec![0; cipher.block_len()];
            rng.fill_bytes(&mut iv);
            iv
        });
        Self {
            derivation,
            cipher,
            iterations: u64::from(iterations),
            salt,
            iv,
        }
    }

    /// What can be told of it.
    pub(crate) fn scheme(&self) -> Scheme {
        Scheme {
            derivation: self.derivation,
            cipher: self.cipher,
            iterations: self.iterations,
            salt_octets: self.salt.len(),
        }
    }

    /// The AlgorithmIdentifier.
    ///
    /// PBES2 has neither a length of key nor, with SHA-1, a pseudorandom function: the shape that
    /// Korean software writes and compares with.
    pub(crate) fn encode(&self) -> der::Result<AlgorithmIdentifierOwned> {
        if let Some(row) = PBES1
            .iter()
            .find(|row| (row.derivation, row.cipher) == (self.derivation, self.cipher))
        {
            let count = self.iterations.to_be_bytes();
            let parameters = PbeParameter {
                salt: OctetStringRef::new(&self.salt)?,
                iterations: UintRef::new(&count)?,
            };
            return Ok(AlgorithmIdentifierOwned {
                oid: row.oid,
                parameters: Some(Any::encode_from(&parameters)?),
            });
        }
        let unknown = || der::Error::from(der::ErrorKind::Failed);
        let Derivation::Pbkdf2(hash) = self.derivation else {
            return Err(unknown());
        };
        // A longer salt is beyond what pkcs5 stores; we write 8 or 16 octets.
        if self.salt.len() > pkcs5::pbes2::Salt::MAX_LEN {
            return Err(unknown());
        }
        let kdf = Pbkdf2Params {
            salt: pkcs5::pbes2::Salt::new(&self.salt)?,
            iteration_count: u32::try_from(self.iterations)?,
            key_length: None,
            prf: prf(hash).ok_or_else(unknown)?,
        };
        let encryption = AlgorithmIdentifierOwned {
            oid: self.cipher.oid().ok_or_else(unknown)?,
            parameters: Some(Any::encode_from(&OctetString::new(
                self.iv.clone().ok_or_else(unknown)?,
            )?)?),
        };
        let kdf = AlgorithmIdentifierOwned {
            oid: PBKDF2_OID,
            parameters: Some(Any::encode_from(&kdf)?),
        };
        Ok(AlgorithmIdentifierOwned {
            oid: PBES2_OID,
            parameters: Some(Any::encode_from(&Pbes2Parameters {
                key_derivation: (&kdf).into(),
                encryption: (&encryption).into(),
            })?),
        })
    }

    /// Encrypts with the first form of the password.
    pub(crate) fn encrypt(
        &self,
        password: &Password,
        bounds: &Bounds,
        plaintext: &[u8],
    ) -> Result<Vec<u8>, SchemeError> {
        let iterations = self.check(bounds)?;
        let failed = SchemeError::Parameters {
            role: Role::EncryptionScheme,
            oid: PBES2_OID,
            source: None,
        };
        let attempts = self.attempts(password);
        let attempt = attempts.first().ok_or(failed.clone())?;
        let (key, iv) = self.derive(attempt, iterations);
        self.cipher
            .encrypt(&key, &iv, plaintext)
            .map_err(|_| failed)
    }

    /// Decrypts with one form of the password after the other, until `accept` takes what comes
    /// out.
    ///
    /// The cost of all forms is checked before the first is tried.
    pub(crate) fn decrypt<T>(
        &self,
        password: &Password,
        bounds: &Bounds,
        budget: &mut Budget,
        ciphertext: &[u8],
        mut accept: impl FnMut(Zeroizing<Vec<u8>>) -> Option<T>,
    ) -> Result<T, PbeFailure> {
        let iterations = self.check(bounds).map_err(PbeFailure::Scheme)?;
        let attempts = self.attempts(password);
        for attempt in &attempts {
            budget
                .spend(iterations, self.blocks(attempt))
                .map_err(|e| PbeFailure::Scheme(e.into()))?;
        }
        attempts
            .iter()
            .find_map(|attempt| {
                let (key, iv) = self.derive(attempt, iterations);
                accept(self.cipher.decrypt(&key, &iv, ciphertext).ok()?)
            })
            .ok_or(PbeFailure::WrongPasswordOrDamaged)
    }

    /// The cost against the bounds.
    pub(crate) fn check(&self, bounds: &Bounds) -> Result<u32, SchemeError> {
        bounds.check_len(Bound::Salt, &self.salt)?;
        check_iterations(bounds, self.iterations)
    }

    fn sensible(self, role: Role, oid: ObjectIdentifier) -> Result<Self, SchemeError> {
        if self.iterations == 0 {
            return Err(SchemeError::Parameters {
                role,
                oid,
                source: None,
            });
        }
        Ok(self)
    }

    /// In which forms the password is tried, and with which derivation.
    fn attempts(&self, password: &Password) -> Vec<Attempt> {
        let utf8 = || Zeroizing::new(password.utf8().to_vec());
        match self.derivation {
            // Two encodings of an empty password are in use: a terminator alone, and nothing.
            Derivation::Pkcs12 if password.utf8().is_empty() => {
                vec![
                    Attempt::new(self.derivation, password.bmp()),
                    Attempt::new(self.derivation, Zeroizing::new(Vec::new())),
                ]
            }
            Derivation::Pkcs12 => vec![Attempt::new(self.derivation, password.bmp())],
            Derivation::Pbkdf1 | Derivation::Pbkdf1FixedIv | Derivation::Pbkdf2(_) => {
                // R51a: UTF-8 first, then what old Windows clients typed.
                let forms: Vec<_> = [Some(utf8()), password.cp949()]
                    .into_iter()
                    .flatten()
                    .collect();
                let mut attempts: Vec<_> = forms
                    .iter()
                    .map(|form| Attempt::new(self.derivation, form.clone()))
                    .collect();
                if self.derivation == Derivation::Pbkdf1FixedIv {
                    // One reader of this rare scheme takes PBKDF2.
                    let pbkdf2 = Derivation::Pbkdf2(HashAlgorithm::Sha1);
                    attempts.extend(forms.into_iter().map(|form| Attempt::new(pbkdf2, form)));
                }
                attempts
            }
        }
    }

    /// Outputs of the hash function that [`derive`](Self::derive) needs.
    fn blocks(&self, attempt: &Attempt) -> usize {
        match attempt.derivation {
            Derivation::Pbkdf1 | Derivation::Pbkdf1FixedIv => 1,
            Derivation::Pbkdf2(hash) => {
                Hash::of(hash).map_or(1, |hash| hash.blocks(self.cipher.key_len()))
            }
            Derivation::Pkcs12 => Hash::Sha1
                .blocks(self.cipher.key_len())
                .saturating_add(Hash::Sha1.blocks(self.cipher.block_len())),
        }
    }

    /// The key and the initialization vector.
    fn derive(&self, attempt: &Attempt, iterations: u32) -> (Zeroizing<Vec<u8>>, Vec<u8>) {
        let mut key = Zeroizing::new(vec![0; self.cipher.key_len()]);
        let mut iv = self.iv.clone().unwrap_or_default();
        let (password, salt) = (attempt.password.as_slice(), self.salt.as_slice());
        match attempt.derivation {
            Derivation::Pbkdf1 | Derivation::Pbkdf1FixedIv => {
                let derived = derivation::pbkdf1_sha1(password, salt, iterations);
                let (for_key, for_iv) = derived.split_at(KEY_OF_PBKDF1);
                key.iter_mut().zip(for_key).for_each(|(k, d)| *k = *d);
                let mut hashed = Sha1::digest(for_iv);
                iv = match attempt.derivation {
                    Derivation::Pbkdf1 => hashed.iter().copied().take(KEY_OF_PBKDF1).collect(),
                    _ => FIXED_IV.to_vec(),
                };
                hashed.as_mut_slice().zeroize();
            }
            Derivation::Pbkdf2(hash) => {
                let hash = Hash::of(hash).unwrap_or(Hash::Sha1);
                derivation::pbkdf2(hash, password, salt, iterations, &mut key);
                if self.derivation == Derivation::Pbkdf1FixedIv {
                    iv = FIXED_IV.to_vec();
                }
            }
            Derivation::Pkcs12 => {
                iv = vec![0; self.cipher.block_len()];
                let fill = |purpose, octets: &mut [u8]| {
                    derivation::pkcs12(Hash::Sha1, purpose, password, salt, iterations, octets);
                };
                fill(Purpose::Key, &mut key);
                fill(Purpose::Iv, &mut iv);
            }
        }
        (key, iv)
    }
}

impl From<SchemeError> for PbeFailure {
    fn from(error: SchemeError) -> Self {
        Self::Scheme(error)
    }
}

impl From<BeyondBound> for PbeFailure {
    fn from(error: BeyondBound) -> Self {
        Self::Scheme(error.into())
    }
}

/// One form of the password and what it is fed to.
struct Attempt {
    derivation: Derivation,
    password: Zeroizing<Vec<u8>>,
}

impl Attempt {
    fn new(derivation: Derivation, password: Zeroizing<Vec<u8>>) -> Self {
        Self {
            derivation,
            password,
        }
    }
}

/// PBKDF2 with its parameters, in PBES2 and PBMAC1.
pub(crate) struct Pbkdf2<'a> {
    pub(crate) hash: Hash,
    pub(crate) salt: &'a [u8],
    pub(crate) iterations: u64,
    pub(crate) key_length: Option<u16>,
}

impl<'a> Pbkdf2<'a> {
    /// Not by `pkcs5`: it has 32 octets for a salt and 32 bits for a count, and what is longer
    /// would show as malformed where it is too costly.
    pub(crate) fn parse(algorithm: AlgorithmIdentifierRef<'a>) -> Result<Self, SchemeError> {
        let role = Role::KeyDerivation;
        if algorithm.oid != PBKDF2_OID {
            return Err(SchemeError::Unsupported {
                role,
                oid: algorithm.oid,
            });
        }
        let found: Pbkdf2Parameters<'a> = parameters(role, algorithm)?;
        let hash = match found.prf {
            None => Hash::Sha1,
            Some(prf) => parse_prf(prf)?,
        };
        Ok(Self {
            hash,
            salt: found.salt.as_bytes(),
            iterations: count(found.iterations),
            key_length: found.key_length,
        })
    }
}

/// HMAC with a hash function, as PBKDF2 and PBMAC1 name it.
pub(crate) fn parse_prf(prf: AlgorithmIdentifierRef<'_>) -> Result<Hash, SchemeError> {
    let role = Role::PseudoRandomFunction;
    let oid = prf.oid;
    match Pbkdf2Prf::try_from(prf) {
        Ok(Pbkdf2Prf::HmacWithSha1) => Ok(Hash::Sha1),
        Ok(Pbkdf2Prf::HmacWithSha224) => Ok(Hash::Sha224),
        Ok(Pbkdf2Prf::HmacWithSha256) => Ok(Hash::Sha256),
        Ok(Pbkdf2Prf::HmacWithSha384) => Ok(Hash::Sha384),
        Ok(Pbkdf2Prf::HmacWithSha512) => Ok(Hash::Sha512),
        Ok(_) => Err(SchemeError::Unsupported { role, oid }),
        Err(error) if matches!(error.kind(), der::ErrorKind::OidUnknown { .. }) => {
            Err(SchemeError::Unsupported { role, oid })
        }
        Err(error) => Err(SchemeError::Parameters {
            role,
            oid,
            source: Some(error),
        }),
    }
}

/// The count against its bound; then it fits into 32 bits, because the bound does.
pub(crate) fn check_iterations(bounds: &Bounds, iterations: u64) -> Result<u32, SchemeError> {
    bounds.check(Bound::Iterations, iterations)?;
    u32::try_from(iterations).map_err(|_| {
        BeyondBound {
            bound: Bound::Iterations,
            found: iterations,
            limit: bounds.limit(Bound::Iterations),
        }
        .into()
    })
}

/// A count; what does not fit is the largest number, and so beyond every bound.
pub(crate) fn count(integer: UintRef<'_>) -> u64 {
    let octets = integer.as_bytes();
    let mut count = [0; 8];
    match count.len().checked_sub(octets.len()) {
        Some(skipped) => {
            for (c, o) in count.iter_mut().skip(skipped).zip(octets) {
                *c = *o;
            }
            u64::from_be_bytes(count)
        }
        None => u64::MAX,
    }
}

/// The parameters of an algorithm, which must be there.
pub(crate) fn parameters<'a, T>(
    role: Role,
    algorithm: AlgorithmIdentifierRef<'a>,
) -> Result<T, SchemeError>
where
    T: der::Choice<'a> + der::DecodeValue<'a, Error = der::Error>,
{
    let malformed = |source| SchemeError::Parameters {
        role,
        oid: algorithm.oid,
        source,
    };
    algorithm
        .parameters
        .ok_or(malformed(None))?
        .decode_as()
        .map_err(|error| malformed(Some(error)))
}

const fn prf(hash: HashAlgorithm) -> Option<Pbkdf2Prf> {
    match hash {
        HashAlgorithm::Sha1 => Some(Pbkdf2Prf::HmacWithSha1),
        HashAlgorithm::Sha224 => Some(Pbkdf2Prf::HmacWithSha224),
        HashAlgorithm::Sha256 => Some(Pbkdf2Prf::HmacWithSha256),
        HashAlgorithm::Sha384 => Some(Pbkdf2Prf::HmacWithSha384),
        HashAlgorithm::Sha512 => Some(Pbkdf2Prf::HmacWithSha512),
        _ => None,
    }
}

/// `PBEParameter` and `pkcs-12PbeParams`, which are the same.
///
/// Source: RFC 8018 appendix A.3; RFC 7292 appendix C.
#[derive(Sequence)]
struct PbeParameter<'a> {
    salt: &'a OctetStringRef,
    iterations: UintRef<'a>,
}

/// Source: RFC 8018 appendix A.4.
#[derive(Sequence)]
struct Pbes2Parameters<'a> {
    key_derivation: AlgorithmIdentifierRef<'a>,
    encryption: AlgorithmIdentifierRef<'a>,
}

/// Source: RFC 8018 appendix A.2. A salt from another source than these octets is malformed to us.
#[derive(Sequence)]
struct Pbkdf2Parameters<'a> {
    salt: &'a OctetStringRef,
    iterations: UintRef<'a>,
    key_length: Option<u16>,
    prf: Option<AlgorithmIdentifierRef<'a>>,
}

/// A scheme whose one object identifier names derivation and cipher.
struct Row {
    oid: ObjectIdentifier,
    derivation: Derivation,
    cipher: CbcCipher,
}

const fn row(oid: &str, derivation: Derivation, cipher: CbcCipher) -> Row {
    Row {
        oid: ObjectIdentifier::new_unwrap(oid),
        derivation,
        cipher,
    }
}

/// The two schemes of KCAC.TS.ENC, and RFC 7292 appendix C without RC4.
const PBES1: &[Row] = &[
    row("1.2.410.200004.1.15", Derivation::Pbkdf1, CbcCipher::Seed),
    row(
        "1.2.410.200004.1.4",
        Derivation::Pbkdf1FixedIv,
        CbcCipher::Seed,
    ),
    row(
        "1.2.840.113549.1.12.1.3",
        Derivation::Pkcs12,
        CbcCipher::TripleDes,
    ),
    row(
        "1.2.840.113549.1.12.1.4",
        Derivation::Pkcs12,
        CbcCipher::TripleDesTwoKeys,
    ),
    row(
        "1.2.840.113549.1.12.1.5",
        Derivation::Pkcs12,
        CbcCipher::Rc2Bits128,
    ),
    row(
        "1.2.840.113549.1.12.1.6",
        Derivation::Pkcs12,
        CbcCipher::Rc2Bits40,
    ),
];

/// Octets of PBKDF1's output that are the key; the other four lead to the initialization vector.
const KEY_OF_PBKDF1: usize = 16;
/// The initialization vector of seedCBC named on its own.
const FIXED_IV: &[u8; 16] = b"0123456789012345";
