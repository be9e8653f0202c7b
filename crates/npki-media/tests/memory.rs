//! The medium in memory keeps the contract, and the suite finds a medium that does not.

use chacha20::ChaCha20Rng;
use npki_cert::Certificate;
use npki_container::{NewPassword, Password};
use npki_media::{
    Bundle, Entry, EntryId, Medium, MediumError, MediumKind, MemoryMedium, Opened, Overwrite,
    Reseal, Unconfirmed, conformance,
};
use rand_core::{CryptoRng, SeedableRng};

fn generator() -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(6)
}

#[test]
fn memory_keeps_the_contract() {
    let broken = conformance::run(&|| Box::new(MemoryMedium::new()), &mut generator());
    assert_eq!(broken, Ok(()));
}

/// Forgets the key-management pair, overwrites unasked, lists what was deleted, and stores what is not confirmed.
#[derive(Debug, Default)]
struct Careless(MemoryMedium);

impl Medium for Careless {
    fn kind(&self) -> MediumKind {
        self.0.kind()
    }

    fn list(&self) -> Result<Vec<Entry>, MediumError> {
        self.0.list()
    }

    fn load(&self, id: &EntryId) -> Result<Bundle, MediumError> {
        self.0.load(id)
    }

    fn store(&self, bundle: &Bundle, _: Overwrite) -> Result<EntryId, MediumError> {
        let mut bundle = bundle.clone();
        bundle.km = None;
        self.0.store(&bundle, Overwrite::Replace)
    }

    fn open(&self, id: &EntryId, password: &Password) -> Result<Opened, MediumError> {
        self.0.open(id, password)
    }

    fn delete(&self, _: &EntryId) -> Result<(), MediumError> {
        Ok(())
    }

    fn change_password(
        &self,
        id: &EntryId,
        old: &Password,
        new: &NewPassword,
        reseal: Reseal,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), MediumError> {
        self.0.change_password(id, old, new, reseal, rng)
    }

    fn keep_unconfirmed(&self, unconfirmed: &Unconfirmed) -> Result<(), MediumError> {
        self.store(&unconfirmed.bundle, Overwrite::Replace)?;
        self.0.keep_unconfirmed(unconfirmed)
    }

    fn unconfirmed(&self) -> Result<Vec<Unconfirmed>, MediumError> {
        self.0.unconfirmed()
    }

    fn drop_unconfirmed(&self, certificate: &Certificate) -> Result<(), MediumError> {
        self.0.drop_unconfirmed(certificate)
    }
}

#[test]
fn the_suite_finds_what_is_broken() {
    let broken = conformance::run(&|| Box::new(Careless::default()), &mut generator());
    let promises: Vec<_> = broken.unwrap_err().iter().map(|b| b.promise).collect();
    for wanted in [
        "what was stored is listed, loaded and opened",
        "an entry is not overwritten unless asked to",
        "what was deleted is not found",
        "what waits for its confirmation lies beside the entry (R65)",
        "a PFX carries both pairs and R out and in (R62)",
    ] {
        assert!(promises.contains(&wanted), "{wanted}: {promises:?}");
    }
}
