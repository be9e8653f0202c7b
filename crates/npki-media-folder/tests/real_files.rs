//! Files that other software made, in the folder that `NPKI_VECTORS` names.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use chacha20::ChaCha20Rng;
use npki_container::{NewPassword, Password, SealScheme, Sealing};
use npki_media::{EntryId, Exportable, Medium, Reseal};
use npki_media_folder::FolderMedium;
use rand_core::SeedableRng;

/// Published with the test data of PyPinkSign.
const PASSWORD: &str = "WTuA8Ev0lWXVFSiI!";
const R: &str = "7858B4328390805129F01C97FE6CA4A520CBD479";

fn vectors() -> Option<PathBuf> {
    let Some(folder) = env::var_os("NPKI_VECTORS") else {
        eprintln!("passes over: NPKI_VECTORS names no folder with real files");
        return None;
    };
    let folder = PathBuf::from(folder).join("npki-test-subscriber");
    assert!(
        folder.is_dir(),
        "NPKI_VECTORS is set, and {} is no folder",
        folder.display()
    );
    Some(folder)
}

fn lay(from: &Path, root: &Path) {
    let folder = root.join("YesSign/User/cn=cut,ou=…,o=ye");
    fs::create_dir_all(&folder).unwrap();
    for (file, name) in [
        ("signCert.der", "SignCert.der"),
        ("signPri.key", "signPRI.key"),
    ] {
        fs::copy(from.join(file), folder.join(name)).unwrap();
    }
}

fn r_of(medium: &FolderMedium, id: &EntryId, password: &str) -> String {
    let opened = medium.open(id, &Password::new(password).unwrap()).unwrap();
    let r = opened.random_number.expect("R");
    r.expose_octets()
        .iter()
        .map(|octet| format!("{octet:02X}"))
        .collect()
}

#[test]
fn a_real_entry_in_mixed_case_is_listed_opened_and_changed() {
    let Some(vectors) = vectors() else { return };
    let dir = tempfile::tempdir().unwrap();
    let medium = FolderMedium::at(dir.path().join("npki"));
    lay(&vectors, medium.root());

    let entries = medium.list().unwrap();
    let [entry] = entries.as_slice() else {
        panic!("{entries:?}")
    };
    assert!(entry.is_complete());
    assert_eq!(r_of(&medium, &entry.id, PASSWORD), R);

    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let plain = fs::read(vectors.join("plainSignPriFull.der")).unwrap();
    let mut old = PASSWORD;
    for (new, reseal) in [
        ("lovely-Han-7", Reseal::Same),
        (
            "lovelier-Han-8",
            Reseal::With(Sealing::from(SealScheme::Pbes2SeedSha1)),
        ),
    ] {
        let new_password = NewPassword::check(new).unwrap();
        let old_password = Password::new(old).unwrap();
        medium
            .change_password(&entry.id, &old_password, &new_password, reseal, &mut rng)
            .unwrap();
        assert_eq!(r_of(&medium, &entry.id, new), R);
        let opened = medium.open(&entry.id, &new_password).unwrap();
        let Exportable::Key(key) = opened.exportable else {
            panic!("it may leave")
        };
        assert_eq!(key.expose_der(), plain, "octet for octet");
        old = new;
    }
    // Written in our spelling now, where it was.
    let folder = medium.root().join("YesSign/User/cn=cut,ou=…,o=ye");
    assert!(folder.join("signPri.key").is_file());
    assert!(!folder.join("signPRI.key").exists());
}
