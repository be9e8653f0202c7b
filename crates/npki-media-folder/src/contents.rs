use std::time::{SystemTime, UNIX_EPOCH};

use npki_cert::Certificate;
use npki_container::{EncryptedPrivateKeyInfo, Password};
use npki_core::Instant;
use npki_media::{Bundle, Damage, Entry, EntryId, EntryState, MediumError, Opened, Pair, Part};

use crate::ca_pubs;
use crate::dir::{Dir, Item};
use crate::failed::Failed;
use crate::layout::{self, CA_PUBS, MAX_FILE};

/// What lies in the folder of an entry, each file read as what it is.
#[derive(Debug)]
pub(crate) struct Contents {
    sign: Half,
    km: Half,
    /// `CaPubs` as it is.
    pub(crate) ca_pubs: Option<Vec<u8>>,
    key_written: Option<Instant>,
}

/// A certificate and its key, as far as they are there.
#[derive(Debug)]
struct Half {
    certificate: Slot<Certificate>,
    key: Slot<EncryptedPrivateKeyInfo>,
}

#[derive(Debug)]
enum Slot<T> {
    Missing,
    /// The medium failed while it was read.
    Failed(Failed),
    /// It is not what it should be.
    Broken(MediumError),
    There(T),
}

impl Contents {
    /// Reads the folder. What cannot be read is told in its place.
    pub(crate) fn read(folder: &Dir) -> Result<Self, Failed> {
        let items = folder.items()?;
        let certificate = |part| {
            slot(folder, &items, part, |bytes| {
                Certificate::parse_any(bytes).map_err(Damage::NotACertificate)
            })
        };
        let key = |part| {
            slot(folder, &items, part, |bytes| {
                EncryptedPrivateKeyInfo::parse_any(bytes).map_err(Damage::NotAKey)
            })
        };
        let (sign_key, written) = key(Part::SignPri);
        Ok(Self {
            sign: Half {
                certificate: certificate(Part::SignCert).0,
                key: sign_key,
            },
            km: Half {
                certificate: certificate(Part::KmCert).0,
                key: key(Part::KmPri).0,
            },
            ca_pubs: layout::find(&items, CA_PUBS)
                .and_then(|item| folder.read(&item.name, MAX_FILE).ok())
                .map(|found| found.bytes),
            key_written: written.and_then(instant),
        })
    }

    /// The signing certificate, where it can be read, otherwise the other one.
    pub(crate) fn certificate(&self) -> Option<&Certificate> {
        [&self.sign, &self.km]
            .into_iter()
            .find_map(|half| half.certificate.there())
    }

    /// What the medium failed at while the certificates were read.
    pub(crate) fn failure(self) -> Option<Failed> {
        [self.sign, self.km]
            .into_iter()
            .find_map(|half| match half.certificate {
                Slot::Failed(failed) => Some(failed),
                _ => None,
            })
    }

    pub(crate) fn into_entry(self, id: EntryId, place: String) -> Entry {
        let sign = self.sign.certificate.there().cloned();
        let km = self.km.certificate.there().cloned();
        let key_written = self.key_written;
        let mut entry = Entry::new(id, self.into_state(), place);
        entry.sign = sign;
        entry.km = km;
        entry.key_written = key_written;
        entry
    }

    /// The bundle, if the entry is complete.
    pub(crate) fn into_bundle(mut self, id: &EntryId) -> Result<Bundle, MediumError> {
        let km = self.take_km(id)?;
        self.into_bundle_with(id, km)
    }

    /// Opens the signing pair whatever is wrong with the other.
    pub(crate) fn open(mut self, id: &EntryId, password: &Password) -> Result<Opened, MediumError> {
        let (km, fault) = match self.take_km(id) {
            Ok(km) => (km, None),
            Err(fault) => (None, Some(fault)),
        };
        let mut opened = self.into_bundle_with(id, km)?.open(password)?;
        if let Some(fault) = fault {
            opened.km = Err(fault);
        }
        Ok(opened)
    }

    fn into_bundle_with(self, id: &EntryId, km: Option<Pair>) -> Result<Bundle, MediumError> {
        let missing = self.sign.missing(Part::SignCert, Part::SignPri);
        match self.sign.into_pair()? {
            Some(sign) => Ok(Bundle {
                sign,
                km,
                ca_certificates: self
                    .ca_pubs
                    .as_deref()
                    .map(ca_pubs::decode)
                    .unwrap_or_default(),
            }),
            None => Err(half_pair(id, missing)),
        }
    }

    fn take_km(&mut self, id: &EntryId) -> Result<Option<Pair>, MediumError> {
        let missing = self.km.missing(Part::KmCert, Part::KmPri);
        let nothing = missing.len() == 2;
        let km = core::mem::replace(&mut self.km, Half::NOTHING);
        match km.into_pair()? {
            None if !nothing => Err(half_pair(id, missing)),
            pair => Ok(pair),
        }
    }

    fn into_state(self) -> EntryState {
        let mut missing = self.sign.missing(Part::SignCert, Part::SignPri);
        let km = self.km.missing(Part::KmCert, Part::KmPri);
        if km.len() == 1 {
            missing.extend(km);
        }
        for half in [self.sign, self.km] {
            if let Err(what) = half.into_pair() {
                let what = Box::new(what);
                return EntryState::Broken { what };
            }
        }
        if missing.is_empty() {
            EntryState::Complete
        } else {
            EntryState::HalfPair { missing }
        }
    }
}

impl Half {
    const NOTHING: Self = Self {
        certificate: Slot::Missing,
        key: Slot::Missing,
    };

    fn missing(&self, certificate: Part, key: Part) -> Vec<Part> {
        let mut missing = Vec::new();
        if matches!(self.certificate, Slot::Missing) {
            missing.push(certificate);
        }
        if matches!(self.key, Slot::Missing) {
            missing.push(key);
        }
        missing
    }

    /// Both, or nothing if one is not there; an error if one is there and cannot be read.
    fn into_pair(self) -> Result<Option<Pair>, MediumError> {
        let certificate = self.certificate.into_result()?;
        let key = self.key.into_result()?;
        Ok(certificate
            .zip(key)
            .map(|(certificate, key)| Pair { certificate, key }))
    }
}

impl<T> Slot<T> {
    fn there(&self) -> Option<&T> {
        match self {
            Self::There(value) => Some(value),
            _ => None,
        }
    }

    fn into_result(self) -> Result<Option<T>, MediumError> {
        match self {
            Self::Missing => Ok(None),
            Self::Failed(failed) => Err(failed.into()),
            Self::Broken(error) => Err(error),
            Self::There(value) => Ok(Some(value)),
        }
    }
}

fn slot<T>(
    folder: &Dir,
    items: &[Item],
    part: Part,
    parse: impl FnOnce(&[u8]) -> Result<T, Damage>,
) -> (Slot<T>, Option<SystemTime>) {
    let Some(item) = layout::find(items, part.file_name()) else {
        return (Slot::Missing, None);
    };
    match folder.read(&item.name, MAX_FILE) {
        Ok(found) => {
            let parsed = parse(&found.bytes).map_err(|damage| MediumError::Damaged {
                at: folder.path().join(&item.name).display().to_string(),
                damage,
            });
            (
                parsed.map_or_else(Slot::Broken, Slot::There),
                found.modified,
            )
        }
        // Gone since it was listed.
        Err(failed) if failed.is_not_found() => (Slot::Missing, None),
        Err(failed) if failed.is_of_the_medium() => (Slot::Failed(failed), None),
        Err(failed) => (Slot::Broken(failed.into()), None),
    }
}

fn half_pair(id: &EntryId, missing: Vec<Part>) -> MediumError {
    MediumError::HalfPair {
        id: id.clone(),
        missing,
    }
}

fn instant(time: SystemTime) -> Option<Instant> {
    let seconds = time.duration_since(UNIX_EPOCH).ok()?.as_secs();
    Instant::from_unix_seconds(i64::try_from(seconds).ok()?).ok()
}
