use core::fmt;

use der::{
    Decode, Encode, Sequence,
    asn1::{AnyRef, OctetStringRef},
    pem::PemLabel,
};
use npki_cert::Certificate;
use npki_key::PrivateKey;
use pkcs8::{EncryptedPrivateKeyInfoRef, PrivateKeyInfoRef};
use rand_core::CryptoRng;
use spki::{AlgorithmIdentifierOwned, AlgorithmIdentifierRef};
use zeroize::Zeroizing;

use crate::{
    Bound, Bounds, OpenError, ParseError, Password, Scheme, SchemeError, SealError, Sealing,
    bounds::Budget,
    pbe::{Pbe, PbeFailure},
};

/// An encrypted private key, as `signPri.key` and `kmPri.key` hold it (개인키 파일).
///
/// Keeps its DER. [`scheme`](Self::scheme) tells without the password how it is encrypted,
/// [`open`](Self::open) gives the key.
///
/// ```text
/// EncryptedPrivateKeyInfo ::= SEQUENCE {
///     encryptionAlgorithm  AlgorithmIdentifier,
///     encryptedData        OCTET STRING }
/// ```
///
/// Source: RFC 5958 section 3; RFC 4269 section 2; RFC 8018; KCAC.TS.ENC.
#[derive(Clone, PartialEq, Eq)]
pub struct EncryptedPrivateKeyInfo {
    der: Vec<u8>,
    algorithm: AlgorithmIdentifierOwned,
    encrypted_data: Vec<u8>,
}

impl EncryptedPrivateKeyInfo {
    /// Reads DER: one whole `EncryptedPrivateKeyInfo` and nothing behind it.
    ///
    /// The algorithm may be one that is not supported; [`scheme`](Self::scheme) says so.
    ///
    /// # Errors
    /// [`ParseError::Cost`] for more than 65,536 octets, [`ParseError::NotEncrypted`] for a key
    /// that is not encrypted, [`ParseError::NotAKeyFile`] for everything else.
    pub fn parse(der: &[u8]) -> Result<Self, ParseError> {
        Bounds::DEFAULT.check_len(Bound::KeyFile, der)?;
        let model = Model::from_der(der).map_err(|error| {
            if PrivateKeyInfoRef::from_der(der).is_ok() {
                ParseError::NotEncrypted
            } else {
                ParseError::NotAKeyFile(error)
            }
        })?;
        Ok(Self {
            der: der.to_vec(),
            algorithm: model.algorithm.into(),
            encrypted_data: model.encrypted_data.as_bytes().to_vec(),
        })
    }

    /// Reads a file: DER or PEM, with white space before and behind it.
    ///
    /// Korean software writes bare DER; some readers of the field take the rest as well.
    ///
    /// # Errors
    /// As [`parse`](Self::parse).
    pub fn parse_any(file: &[u8]) -> Result<Self, ParseError> {
        // Twice the bound: Base64 and line breaks.
        Bounds::DEFAULT.check_len(
            Bound::KeyFile,
            file.get(..file.len() / 2).unwrap_or_default(),
        )?;
        let trimmed = file.trim_ascii_start();
        if trimmed.starts_with(b"-----") {
            return Self::parse_pem(trimmed.trim_ascii_end());
        }
        // The last octets of DER may look like white space, so its length decides where it ends.
        match AnyRef::from_der_partial(trimmed) {
            Ok((_, rest)) if rest.trim_ascii().is_empty() => {
                let length = trimmed.len().saturating_sub(rest.len());
                Self::parse(trimmed.get(..length).unwrap_or(trimmed))
            }
            _ => Self::parse(trimmed),
        }
    }

    fn parse_pem(pem: &[u8]) -> Result<Self, ParseError> {
        let (label, der) =
            der::pem::decode_vec(pem).map_err(|error| ParseError::NotAKeyFile(error.into()))?;
        // What is not encrypted is a secret, and this copy of it is ours.
        let der = Zeroizing::new(der);
        if label == PrivateKeyInfoRef::<'_>::PEM_LABEL {
            return Err(ParseError::NotEncrypted);
        }
        EncryptedPrivateKeyInfoRef::<'_>::validate_pem_label(label)
            .map_err(|error| ParseError::NotAKeyFile(error.into()))?;
        Self::parse(&der)
    }

    /// The DER, octet for octet as it was read.
    #[must_use]
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// The DER written again from what was read: the same octets.
    ///
    /// # Errors
    /// None that bytes which were read can cause.
    pub fn encode(&self) -> Result<Vec<u8>, der::Error> {
        encode(&self.algorithm, &self.encrypted_data)
    }

    /// How it is encrypted; tells nothing that needs the password.
    ///
    /// # Errors
    /// [`SchemeError::Unsupported`] with the object identifier, [`SchemeError::Parameters`].
    pub fn scheme(&self) -> Result<Scheme, SchemeError> {
        Ok(self.pbe()?.scheme())
    }

    /// Opens the key and checks that its numbers agree with each other.
    ///
    /// A password with characters outside of ASCII is tried as UTF-8 and then as CP949 (R51a).
    ///
    /// # Errors
    /// [`OpenError::Scheme`] for what can be told without the password, before anything is spent;
    /// [`OpenError::WrongPasswordOrDamaged`] for everything that goes wrong after decryption.
    ///
    /// # Security
    /// Encryption without a MAC cannot tell a wrong password from damage, so all of that is one
    /// error (R52): padding, DER, a key that is not supported or inconsistent.
    pub fn open(&self, password: &Password, bounds: &Bounds) -> Result<PrivateKey, OpenError> {
        self.decrypt(password, bounds, |plaintext| read_key(&plaintext))
    }

    /// Opens the key that belongs to `certificate`.
    ///
    /// # Errors
    /// As [`open`](Self::open), and [`OpenError::OtherCertificate`] if the key is sound and belongs
    /// to another certificate.
    pub fn open_for(
        &self,
        password: &Password,
        certificate: &Certificate,
        bounds: &Bounds,
    ) -> Result<PrivateKey, OpenError> {
        let key = self.open(password, bounds)?;
        if !key.matches(certificate.public_key()) {
            return Err(OpenError::OtherCertificate);
        }
        Ok(key)
    }

    /// The decrypted `PrivateKeyInfo`, its DER checked and its numbers not.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    ///
    /// # Security
    /// This is the private key in the clear, and a damaged one may come out here that
    /// [`open`](Self::open) refuses.
    pub fn expose_private_key_info(
        &self,
        password: &Password,
        bounds: &Bounds,
    ) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        self.decrypt(password, bounds, |plaintext| {
            PrivateKeyInfoRef::from_der(&plaintext).ok()?;
            Some(plaintext)
        })
    }

    /// Encrypts the whole `PrivateKeyInfo` of `key`, octet for octet, with a new salt.
    ///
    /// The result is opened again and compared before it is returned.
    ///
    /// # Errors
    /// [`SealError::NotReadable`] if it does not open again.
    pub fn seal(
        key: &PrivateKey,
        password: &Password,
        sealing: impl Into<Sealing>,
        rng: &mut dyn CryptoRng,
    ) -> Result<Self, SealError> {
        let sealed = Self::seal_with(&sealing.into().generate(rng), key, password)?;
        let opened = sealed
            .open(password, &Bounds::DEFAULT)
            .map_err(|_| SealError::NotReadable)?;
        if opened.expose_der() != key.expose_der() {
            return Err(SealError::NotReadable);
        }
        Ok(sealed)
    }

    /// Opens with one password and seals with another; the key inside stays octet for octet.
    ///
    /// # Errors
    /// As [`open`](Self::open) and [`seal`](Self::seal).
    pub fn change_password(
        &self,
        old: &Password,
        new: &Password,
        sealing: impl Into<Sealing>,
        bounds: &Bounds,
        rng: &mut dyn CryptoRng,
    ) -> Result<Self, ChangePasswordError> {
        let key = self.open(old, bounds)?;
        Ok(Self::seal(&key, new, sealing, rng)?)
    }

    pub(crate) fn seal_with(
        pbe: &Pbe,
        key: &PrivateKey,
        password: &Password,
    ) -> Result<Self, SealError> {
        let encrypted_data = pbe.encrypt(password, &Bounds::DEFAULT, key.expose_der())?;
        let algorithm = pbe.encode()?;
        Ok(Self {
            der: encode(&algorithm, &encrypted_data)?,
            algorithm,
            encrypted_data,
        })
    }

    fn pbe(&self) -> Result<Pbe, SchemeError> {
        Pbe::parse((&self.algorithm).into())
    }

    fn decrypt<T>(
        &self,
        password: &Password,
        bounds: &Bounds,
        accept: impl FnMut(Zeroizing<Vec<u8>>) -> Option<T>,
    ) -> Result<T, OpenError> {
        bounds
            .check_len(Bound::KeyFile, &self.der)
            .map_err(SchemeError::from)?;
        Ok(self.pbe()?.decrypt(
            password,
            bounds,
            &mut Budget::new(bounds),
            &self.encrypted_data,
            accept,
        )?)
    }
}

impl fmt::Debug for EncryptedPrivateKeyInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            der: _,
            algorithm,
            encrypted_data,
        } = self;
        f.debug_struct("EncryptedPrivateKeyInfo")
            .field("algorithm", &algorithm.oid)
            .field("octets", &encrypted_data.len())
            .finish_non_exhaustive()
    }
}

/// Why a password was not changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChangePasswordError {
    /// The old password did not open the container.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The new container was not made.
    #[error(transparent)]
    Seal(#[from] SealError),
}

impl From<PbeFailure> for OpenError {
    fn from(failure: PbeFailure) -> Self {
        match failure {
            PbeFailure::Scheme(error) => Self::Scheme(error),
            PbeFailure::WrongPasswordOrDamaged => Self::WrongPasswordOrDamaged,
        }
    }
}

/// A key whose numbers agree, or nothing: why not is told to nobody (R52).
pub(crate) fn read_key(private_key_info: &[u8]) -> Option<PrivateKey> {
    PrivateKeyInfoRef::from_der(private_key_info).ok()?;
    let key = PrivateKey::parse(private_key_info).ok()?;
    key.check().ok()?;
    Some(key)
}

fn encode(algorithm: &AlgorithmIdentifierOwned, data: &[u8]) -> Result<Vec<u8>, der::Error> {
    Model {
        algorithm: algorithm.into(),
        encrypted_data: OctetStringRef::new(data)?,
    }
    .to_der()
}

#[derive(Sequence)]
struct Model<'a> {
    algorithm: AlgorithmIdentifierRef<'a>,
    encrypted_data: &'a OctetStringRef,
}
