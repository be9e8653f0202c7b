use npki_cert::{Certificate, KeyUse};
use npki_container::{Bounds, EncryptedPrivateKeyInfo, Password};
use npki_key::{KeyError, PrivateKey};
use rand_core::CryptoRng;

use crate::{Exportable, MediumError, Opened, OpenedKm, Reseal};

/// What is stored together: the pairs of one subject, the keys sealed, and the CA certificates.
#[derive(Clone, Debug)]
pub struct Bundle {
    /// The signing pair (서명용).
    pub sign: Pair,
    /// The key-management pair (암호화용), which not everybody has.
    pub km: Option<Pair>,
    /// The certificates above, root first; may be empty.
    pub ca_certificates: Vec<Certificate>,
}

/// A certificate with its private key, which is sealed.
#[derive(Clone, Debug)]
pub struct Pair {
    /// The certificate.
    pub certificate: Certificate,
    /// The key, as `signPri.key` and `kmPri.key` hold it.
    pub key: EncryptedPrivateKeyInfo,
}

/// Why no medium takes a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BundleRefused {
    /// The signing certificate is for key management only.
    #[error("the signing certificate is for key management")]
    SignCertificate,
    /// The key-management certificate is for signing only.
    #[error("the key-management certificate is for signing")]
    KmCertificate,
    /// The two certificates name different subjects.
    #[error("the two certificates name different subjects")]
    SubjectsDiffer,
    /// The CA certificates together are longer than they may be.
    #[error("{found} octets of CA certificates; at most {max} are stored", max = Bundle::MAX_CA_OCTETS)]
    CaCertificates {
        /// Octets found.
        found: usize,
    },
}

impl Bundle {
    /// Octets that the CA certificates may have together. A bound of ours: a chain of two has some
    /// 2,500.
    pub const MAX_CA_OCTETS: usize = 60_000;

    /// Whether a medium may take it. Each medium asks this before it writes.
    ///
    /// Whether the keys belong to the certificates shows only when they are opened.
    ///
    /// # Errors
    /// [`BundleRefused`], by what is wrong.
    pub fn check(&self) -> Result<(), BundleRefused> {
        if self.sign.certificate.use_of_key() == KeyUse::KeyManagement {
            return Err(BundleRefused::SignCertificate);
        }
        if let Some(km) = &self.km {
            if km.certificate.use_of_key() == KeyUse::Sign {
                return Err(BundleRefused::KmCertificate);
            }
            if !km
                .certificate
                .subject()
                .matches(self.sign.certificate.subject())
            {
                return Err(BundleRefused::SubjectsDiffer);
            }
        }
        let found = self.ca_certificates.iter().map(|c| c.der().len()).sum();
        if found > Self::MAX_CA_OCTETS {
            return Err(BundleRefused::CaCertificates { found });
        }
        Ok(())
    }

    /// Opens the pairs: what [`Medium::open`](crate::Medium::open) does where keys are files.
    ///
    /// # Errors
    /// As there.
    pub fn open(&self, password: &Password) -> Result<Opened, MediumError> {
        let key = self.sign.open(password)?;
        let signing_key = key.signing_key().map_err(after_decryption)?;
        let km = match &self.km {
            Some(pair) => pair.open_km(password).map(Some),
            None => Ok(None),
        };
        Ok(Opened {
            certificate: self.sign.certificate.clone(),
            signing_key,
            random_number: key.random_number(),
            exportable: Exportable::Key(key),
            km,
            ca_certificates: self.ca_certificates.clone(),
        })
    }

    /// The same bundle with its keys under another password, octet for octet the same keys.
    ///
    /// # Errors
    /// As [`open`](Self::open); both keys must open with `old`. [`MediumError::Seal`].
    pub fn resealed(
        &self,
        old: &Password,
        new: &Password,
        reseal: Reseal,
        rng: &mut dyn CryptoRng,
    ) -> Result<Self, MediumError> {
        let mut pair = |pair: &Pair| -> Result<Pair, MediumError> {
            let key = pair.open(old)?;
            let sealing = reseal.sealing(&pair.key)?;
            Ok(Pair {
                certificate: pair.certificate.clone(),
                key: EncryptedPrivateKeyInfo::seal(&key, new, sealing, rng)?,
            })
        };
        Ok(Self {
            sign: pair(&self.sign)?,
            km: self.km.as_ref().map(pair).transpose()?,
            ca_certificates: self.ca_certificates.clone(),
        })
    }

    /// Whether certificates and keys are the same octets.
    #[must_use]
    pub fn same_bytes(&self, other: &Self) -> bool {
        let km = match (&self.km, &other.km) {
            (Some(ours), Some(theirs)) => ours.same_bytes(theirs),
            (None, None) => true,
            _ => false,
        };
        let ca = |bundle: &Self| -> Vec<Vec<u8>> {
            bundle
                .ca_certificates
                .iter()
                .map(|c| c.der().to_vec())
                .collect()
        };
        km && self.sign.same_bytes(&other.sign) && ca(self) == ca(other)
    }
}

impl Pair {
    /// Opens the key and holds it against the certificate.
    ///
    /// # Errors
    /// [`MediumError::Scheme`], [`MediumError::WrongPasswordOrDamaged`],
    /// [`MediumError::OtherCertificate`] (R52).
    pub fn open(&self, password: &Password) -> Result<PrivateKey, MediumError> {
        Ok(self
            .key
            .open_for(password, &self.certificate, &Bounds::DEFAULT)?)
    }

    fn open_km(&self, password: &Password) -> Result<OpenedKm, MediumError> {
        let key = self.open(password)?;
        Ok(OpenedKm {
            certificate: self.certificate.clone(),
            decryptor: key.decryptor().map_err(after_decryption)?,
            exportable: Exportable::Key(key),
        })
    }

    fn same_bytes(&self, other: &Self) -> bool {
        self.certificate.der() == other.certificate.der() && self.key.as_der() == other.key.as_der()
    }
}

/// R52: whatever a decrypted key turns out to be is one error.
fn after_decryption(_: KeyError) -> MediumError {
    MediumError::WrongPasswordOrDamaged
}
