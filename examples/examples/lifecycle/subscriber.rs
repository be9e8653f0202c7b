//! The subscriber's side: keys, media, passwords.

use std::{error::Error, path::Path};

use npki::wallet::{
    container::{Bounds, EncryptedPrivateKeyInfo, NewPassword, Password, PfxPreset, SealScheme},
    folder::FolderMedium,
    media::{self, Bundle, CopyMode, EntryId, Medium, MediumKind, Overwrite, Pair, Reseal},
    sign::{
        cms::Profile,
        login::{Challenge, LoginResponse, sign_login},
    },
};
use npki::{Certificate, PrivateKey};
use npki_lab::LabRng;

pub(crate) const PASSWORD: &str = "Hong!gildong1";
pub(crate) const NEW_PASSWORD: &str = "Gildong#2027!";
pub(crate) const STICK_PASSWORD: &str = "Usb-stick-99!";

/// Disk and USB stick, each with an NPKI folder.
#[derive(Debug)]
pub(crate) struct Subscriber {
    pub(crate) disk: FolderMedium,
    pub(crate) stick: FolderMedium,
    pub(crate) chain: Vec<Certificate>,
}

impl Subscriber {
    pub(crate) fn new(dir: &Path, chain: Vec<Certificate>) -> std::io::Result<Self> {
        let (disk, stick) = (dir.join("disk"), dir.join("usb"));
        std::fs::create_dir_all(&disk)?;
        std::fs::create_dir_all(&stick)?;
        Ok(Self {
            disk: FolderMedium::at(disk.join("NPKI")),
            stick: FolderMedium::new(stick.join("NPKI"), MediumKind::Removable),
            chain,
        })
    }

    /// Seals the key under the password and stores the pair, before the CA is told that it arrived.
    pub(crate) fn store(
        &self,
        certificate: &Certificate,
        key: &PrivateKey,
        password: &str,
        rng: &mut LabRng,
    ) -> Result<EntryId, Box<dyn Error>> {
        let password = NewPassword::check(password)?;
        let sealed = EncryptedPrivateKeyInfo::seal(key, &password, SealScheme::Pbes1Seed, rng)?;
        let bundle = Bundle {
            sign: Pair {
                certificate: certificate.clone(),
                key: sealed,
            },
            km: None,
            ca_certificates: self.chain.clone(),
        };
        Ok(self.disk.store(&bundle, Overwrite::Replace)?)
    }

    /// Opens the entry and signs the challenge; R goes along.
    pub(crate) fn log_in(
        &self,
        id: &EntryId,
        password: &str,
        challenge: &Challenge,
        rng: &mut LabRng,
    ) -> Result<LoginResponse, Box<dyn Error>> {
        let opened = self.disk.open(id, &Password::new(password)?)?;
        Ok(sign_login(
            challenge,
            &*opened.signing_key,
            &opened.certificate,
            opened.random_number,
            Profile::PLAIN,
            rng,
        )?)
    }

    pub(crate) fn change_password(
        &self,
        id: &EntryId,
        rng: &mut LabRng,
    ) -> Result<(), Box<dyn Error>> {
        let old = Password::new(PASSWORD)?;
        let new = NewPassword::check(NEW_PASSWORD)?;
        Ok(self
            .disk
            .change_password(id, &old, &new, Reseal::Same, rng)?)
    }

    /// Copies to the stick under the stick's own password (R61).
    pub(crate) fn copy(&self, id: &EntryId, rng: &mut LabRng) -> Result<EntryId, Box<dyn Error>> {
        let old = Password::new(NEW_PASSWORD)?;
        let new = NewPassword::check(STICK_PASSWORD)?;
        let mode = CopyMode::Reencrypt {
            old: &old,
            new: &new,
            reseal: Reseal::Same,
        };
        Ok(media::copy(
            &self.disk,
            id,
            &self.stick,
            &mode,
            Overwrite::Refuse,
            rng,
        )?)
    }

    /// Exports to a PFX and reads it back: how many keys, and whether R is there.
    pub(crate) fn export(
        &self,
        id: &EntryId,
        file: &Path,
        rng: &mut LabRng,
    ) -> Result<(usize, bool), Box<dyn Error>> {
        let password = Password::new(NEW_PASSWORD)?;
        let new = NewPassword::check(STICK_PASSWORD)?;
        let pfx = media::export_pfx(&self.disk, id, &password, &new, PfxPreset::Aes, rng)?;
        std::fs::write(file, pfx.as_bytes())?;
        let read = npki::wallet::container::Pfx::parse(&std::fs::read(file)?, &Bounds::DEFAULT)?;
        let pairs = read
            .open(&Password::new(STICK_PASSWORD)?, &Bounds::DEFAULT)?
            .into_pairs();
        let with_r = pairs.pairs.iter().any(|pair| pair.has_random_number());
        Ok((pairs.pairs.len(), with_r))
    }
}
