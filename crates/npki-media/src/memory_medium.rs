use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use npki_cert::Certificate;
use npki_container::{NewPassword, Password};
use rand_core::CryptoRng;

use crate::{
    Bundle, Entry, EntryId, EntryState, Medium, MediumError, MediumKind, Opened, Overwrite, Reseal,
    Unconfirmed, ca_folder,
};

/// A medium in this process's memory, for tests and for what must not touch a disk.
///
/// It keeps bundles with their keys sealed, and forgets them when it is dropped.
#[derive(Debug, Default)]
pub struct MemoryMedium {
    entries: Mutex<BTreeMap<EntryId, Bundle>>,
    /// By the signing certificate.
    unconfirmed: Mutex<BTreeMap<Vec<u8>, Unconfirmed>>,
}

impl MemoryMedium {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<EntryId, Bundle>> {
        // A map of whole bundles is in order whatever a thread that panicked was doing.
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_unconfirmed(&self) -> MutexGuard<'_, BTreeMap<Vec<u8>, Unconfirmed>> {
        self.unconfirmed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Medium for MemoryMedium {
    fn kind(&self) -> MediumKind {
        MediumKind::Memory
    }

    fn list(&self) -> Result<Vec<Entry>, MediumError> {
        let entry = |(id, bundle): (&EntryId, &Bundle)| Entry {
            sign: Some(bundle.sign.certificate.clone()),
            km: bundle.km.as_ref().map(|km| km.certificate.clone()),
            ..Entry::new(id.clone(), EntryState::Complete, id.to_string())
        };
        Ok(self.lock().iter().map(entry).collect())
    }

    fn load(&self, id: &EntryId) -> Result<Bundle, MediumError> {
        self.lock().get(id).cloned().ok_or_else(|| not_found(id))
    }

    fn store(&self, bundle: &Bundle, overwrite: Overwrite) -> Result<EntryId, MediumError> {
        bundle.check()?;
        let id = id_of(bundle);
        let mut entries = self.lock();
        // One name may be spelt in several ways: case, string types.
        let there = entries
            .iter()
            .find(|(there, bundle_there)| **there == id || same_subject(bundle_there, bundle))
            .map(|(there, _)| there.clone());
        match (there, overwrite) {
            (Some(id), Overwrite::Refuse) => Err(MediumError::Exists { id }),
            (Some(id), Overwrite::Replace) => {
                entries.insert(id.clone(), bundle.clone());
                Ok(id)
            }
            (None, _) => {
                entries.insert(id.clone(), bundle.clone());
                Ok(id)
            }
        }
    }

    fn open(&self, id: &EntryId, password: &Password) -> Result<Opened, MediumError> {
        self.load(id)?.open(password)
    }

    fn delete(&self, id: &EntryId) -> Result<(), MediumError> {
        let removed = self.lock().remove(id);
        removed.map(drop).ok_or_else(|| not_found(id))
    }

    fn change_password(
        &self,
        id: &EntryId,
        old: &Password,
        new: &NewPassword,
        reseal: Reseal,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), MediumError> {
        // Held throughout, so that nobody stores another bundle in between.
        let mut entries = self.lock();
        let bundle = entries.get_mut(id).ok_or_else(|| not_found(id))?;
        *bundle = bundle.resealed(old, new, reseal, rng)?;
        Ok(())
    }

    fn keep_unconfirmed(&self, unconfirmed: &Unconfirmed) -> Result<(), MediumError> {
        unconfirmed.bundle.check()?;
        let name = unconfirmed.bundle.sign.certificate.der().to_vec();
        self.lock_unconfirmed().insert(name, unconfirmed.clone());
        Ok(())
    }

    fn unconfirmed(&self) -> Result<Vec<Unconfirmed>, MediumError> {
        Ok(self.lock_unconfirmed().values().cloned().collect())
    }

    fn drop_unconfirmed(&self, certificate: &Certificate) -> Result<(), MediumError> {
        self.lock_unconfirmed().remove(certificate.der());
        Ok(())
    }
}

fn id_of(bundle: &Bundle) -> EntryId {
    let certificate = &bundle.sign.certificate;
    let folder = certificate.subject().to_folder_name();
    EntryId::new(format!("{}/{folder}", ca_folder(certificate)))
}

fn same_subject(one: &Bundle, other: &Bundle) -> bool {
    let (one, other) = (&one.sign.certificate, &other.sign.certificate);
    one.subject().matches(other.subject()) && ca_folder(one) == ca_folder(other)
}

fn not_found(id: &EntryId) -> MediumError {
    MediumError::NotFound { id: id.clone() }
}
