//! What the programs in the README run on.

use std::error::Error;
use std::path::{Path, PathBuf};

use npki_container::{EncryptedPrivateKeyInfo, NewPassword, SealScheme};
use npki_core::{Issuer, Product};
use npki_lab::{Held, Lab, LabLedgers, Person};
use npki_media::{Bundle, Medium as _, Overwrite, Pair};
use npki_media_folder::FolderMedium;
use tempfile::TempDir;

use crate::now;

/// The password of the entry in [`folder_of_hong`]. Everybody knows it.
pub const PASSWORD: &str = "Hong!gildong1";

/// A temporary folder `NPKI` with one joint certificate of 홍길동, who does not exist; it goes with this value.
#[derive(Debug)]
pub struct TempNpkiFolder {
    // Held for its drop, which removes the folder.
    _dir: TempDir,
    path: PathBuf,
}

impl TempNpkiFolder {
    /// The folder `NPKI` itself.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Has a limited certificate issued to 홍길동 by the lab at [`now`], and stores it under [`PASSWORD`] as other Korean
/// software would: `signCert.der` and a `signPri.key` under PBES1 with SEED.
///
/// # Errors
/// When the lab does not issue, or the temporary folder cannot be written.
pub fn folder_of_hong() -> Result<TempNpkiFolder, Box<dyn Error>> {
    let ledgers = LabLedgers::in_memory();
    let lab = Lab::new(1, now(), &ledgers)?;
    let hong = Person::of("hong").ok_or("홍길동 is not there")?;
    let held = lab.issue(hong, Product::PersonalLimited, Some(Issuer::Yessign))?;

    let dir = tempfile::tempdir()?;
    let path = dir.path().join("NPKI");
    FolderMedium::at(&path).store(&bundle(&lab, &held, PASSWORD)?, Overwrite::Refuse)?;
    Ok(TempNpkiFolder { _dir: dir, path })
}

/// What the holder of a lab's certificate stores: the pair, its key under PBES1 with SEED, and the chain above it.
///
/// # Errors
/// When the password may not be used for a new key (R50).
pub fn bundle(lab: &Lab<'_>, held: &Held, password: &str) -> Result<Bundle, Box<dyn Error>> {
    let password = NewPassword::check(password)?;
    let mut rng = lab.rng();
    let key = EncryptedPrivateKeyInfo::seal(&held.key, &password, SealScheme::Pbes1Seed, &mut rng)?;
    let ca = lab.authorities.ca(held.issuer).ok_or("no such CA")?;
    Ok(Bundle {
        sign: Pair {
            certificate: held.certificate.clone(),
            key,
        },
        km: None,
        ca_certificates: vec![
            lab.authorities.root.clone(),
            ca.settings.certificate.clone(),
        ],
    })
}

#[cfg(test)]
mod tests {
    use npki_container::Password;
    use npki_media::Medium as _;
    use npki_media_folder::FolderMedium;

    use super::{PASSWORD, folder_of_hong};

    #[test]
    fn the_folder_holds_one_entry_that_opens_with_r() -> Result<(), Box<dyn std::error::Error>> {
        let folder = folder_of_hong()?;
        assert!(folder.path().ends_with("NPKI"));
        let medium = FolderMedium::at(folder.path());
        let entries = medium.list()?;
        assert_eq!(entries.len(), 1);
        let opened = medium.open(&entries[0].id, &Password::new(PASSWORD)?)?;
        assert_eq!(opened.certificate.display_name(), "홍길동");
        assert!(opened.random_number.is_some());

        let path = folder.path().to_path_buf();
        drop(folder);
        assert!(!path.exists());
        Ok(())
    }
}
