use npki_cert::Certificate;
use npki_container::{
    Bounds, EncryptedPrivateKeyInfo, NewPassword, OpenError, Password, Pfx, PfxEntry, PfxPair,
    PfxParseError, PfxSealing, SealError, Sealing,
};
use rand_core::CryptoRng;

use crate::{Bundle, EntryId, Medium, MediumError, Overwrite, Pair};

/// What came in from a PFX.
#[derive(Debug)]
#[non_exhaustive]
pub struct ImportedPfx {
    /// The entry that was made.
    pub id: EntryId,
    /// Whether R came along; if not, tell the person.
    pub random_number: RandomNumberFound,
}

/// Whether a key holds R.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RandomNumberFound {
    /// It does.
    Present,
    /// It does not, most often because another program dropped it: the certificate signs, and fails
    /// every check of identity (VID).
    Absent,
}

/// Why a PFX was not made or not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PfxError {
    /// The bytes are no PFX.
    #[error(transparent)]
    Parse(#[from] PfxParseError),
    /// It did not open.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// No private key in it belongs to a certificate for signing.
    #[error("there is no signing pair in the PFX")]
    NoSigningPair,
    /// It was not made.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The medium said no.
    #[error(transparent)]
    Medium(#[from] MediumError),
}

impl PfxError {
    /// The stable name of the variant, as command and adapter print it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Parse(error) => error.name(),
            Self::Open(error) => error.name(),
            Self::NoSigningPair => "no-signing-pair",
            Self::Seal(error) => error.name(),
            Self::Medium(error) => error.name(),
        }
    }
}

/// Exports an entry as a PFX with both pairs, R, and the CA certificates that lie beside it (R62).
///
/// # Errors
/// [`PfxError::Medium`] with what opening says, [`MediumError::TokenKeyStays`] among it (R64);
/// [`PfxError::Seal`].
///
/// # Security
/// OpenSSL and most other software keep the file as it is and drop R when they convert it; tell the
/// person.
pub fn export_pfx(
    medium: &dyn Medium,
    id: &EntryId,
    password: &Password,
    new: &NewPassword,
    sealing: impl Into<PfxSealing>,
    rng: &mut dyn CryptoRng,
) -> Result<Pfx, PfxError> {
    let opened = medium.open(id, password)?;
    let km = opened.km?;
    let mut entries = vec![PfxEntry {
        key: opened.exportable.key()?,
        certificate: &opened.certificate,
        friendly_name: None,
    }];
    if let Some(km) = &km {
        entries.push(PfxEntry {
            key: km.exportable.key()?,
            certificate: &km.certificate,
            friendly_name: None,
        });
    }
    let chain: Vec<&Certificate> = opened.ca_certificates.iter().collect();
    Ok(Pfx::seal(&entries, &chain, new, sealing, rng)?)
}

/// Stores what is in a PFX on a medium, both pairs under `new`.
///
/// The signing pair is the one whose certificate's keyUsage says so; a key-management pair comes along
/// if it names the same subject. Of the other certificates those that are CA certificates are kept.
///
/// # Errors
/// [`PfxError::Open`]; [`PfxError::NoSigningPair`]; [`PfxError::Medium`] with what storing says.
pub fn import_pfx(
    pfx: &Pfx,
    password: &Password,
    medium: &dyn Medium,
    new: &NewPassword,
    sealing: Sealing,
    overwrite: Overwrite,
    rng: &mut dyn CryptoRng,
) -> Result<ImportedPfx, PfxError> {
    let pairs = pfx.open(password, &Bounds::DEFAULT)?.into_pairs();
    let sign = pairs.sign().ok_or(PfxError::NoSigningPair)?;
    let subject = sign.certificate.subject();
    let km = pairs
        .key_management()
        .filter(|km| km.certificate.subject().matches(subject));
    let mut seal = |pair: &PfxPair| -> Result<Pair, PfxError> {
        Ok(Pair {
            certificate: pair.certificate.clone(),
            key: EncryptedPrivateKeyInfo::seal(&pair.key, new, sealing, rng)?,
        })
    };
    let bundle = Bundle {
        sign: seal(sign)?,
        km: km.map(&mut seal).transpose()?,
        ca_certificates: root_first(&pairs.chain),
    };
    let random_number = if sign.has_random_number() {
        RandomNumberFound::Present
    } else {
        RandomNumberFound::Absent
    };
    let id = medium.store(&bundle, overwrite)?;
    Ok(ImportedPfx { id, random_number })
}

/// The CA certificates of a chain, self-issued ones first, as CaPubs has them.
fn root_first(chain: &[Certificate]) -> Vec<Certificate> {
    let mut cas: Vec<_> = chain.iter().filter(|c| c.is_ca()).cloned().collect();
    cas.sort_by_key(|c| !c.is_self_issued());
    cas
}
