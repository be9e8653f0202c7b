//! A folder keeps the contract of a medium, and writes the layout that other software reads.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use chacha20::ChaCha20Rng;
use npki_container::{NewPassword, Password};
use npki_media::{
    EntryId, Medium, MediumError, MediumKind, Overwrite, Reseal, Unconfirmed, conformance,
};
use npki_media_folder::FolderMedium;
use rand_core::SeedableRng;
use tempfile::TempDir;

const NEW: &str = "lovely-Han-7";

fn generator() -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(6)
}

fn medium() -> (TempDir, FolderMedium) {
    let dir = tempfile::tempdir().unwrap();
    let medium = FolderMedium::at(dir.path().join("NPKI"));
    (dir, medium)
}

/// Every file below, relative, sorted.
fn tree(root: &Path) -> Vec<String> {
    fn walk(root: &Path, at: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.is_symlink() {
                walk(root, &path, found);
            } else {
                found.push(path.strip_prefix(root).unwrap().display().to_string());
            }
        }
    }
    let mut found = Vec::new();
    walk(root, root, &mut found);
    found.sort();
    found
}

fn password(text: &str) -> Password {
    Password::new(text).unwrap()
}

fn change(medium: &FolderMedium, id: &EntryId, old: &str, new: &str) -> Result<(), MediumError> {
    let new = NewPassword::check(new).unwrap();
    medium.change_password(id, &password(old), &new, Reseal::Same, &mut generator())
}

/// R60, R61.
#[test]
fn keeps_the_contract() {
    let dir = tempfile::tempdir().unwrap();
    let count = AtomicUsize::new(0);
    let make = || -> Box<dyn Medium> {
        let case = count.fetch_add(1, Ordering::Relaxed).to_string();
        fs::create_dir(dir.path().join(&case)).unwrap();
        Box::new(FolderMedium::at(dir.path().join(case).join("NPKI")))
    };
    assert_eq!(conformance::run(&make, &mut generator()), Ok(()));
}

const HONG: &str =
    "yessign/USER/cn=홍길동()009901202601010000001,ou=KFTC,ou=personal,o=yessign,c=kr";

/// R60.
#[test]
fn writes_the_layout_that_others_read() {
    let (_dir, medium) = medium();
    let id = medium
        .store(&conformance::subscriber().unwrap(), Overwrite::Refuse)
        .unwrap();
    assert_eq!(id.as_str(), HONG.replace("USER/", ""));
    let found = tree(medium.root());
    let [ca, rest @ ..] = found.as_slice() else {
        panic!("{found:?}")
    };
    let mut wanted = [
        "CaPubs",
        "kmCert.der",
        "kmPri.key",
        "signCert.der",
        "signPri.key",
    ]
    .map(|name| format!("{HONG}/{name}"));
    wanted.sort();
    // `USER` sorts before the CA certificate's name.
    let mut files: Vec<&String> = rest.iter().chain([ca]).collect();
    files.sort();
    let (ca, files): (Vec<_>, Vec<_>) = files
        .into_iter()
        .partition(|name| name.matches('/').count() == 1);
    assert_eq!(files, wanted.iter().collect::<Vec<_>>());
    assert!(
        matches!(ca.as_slice(), [name] if name.starts_with("yessign/yessignCA") && name.ends_with(".der"))
    );
    assert_eq!(medium.ca_certificates().unwrap().len(), 1);
    // The old file is the SEQUENCE OF that CMP delivers.
    let ca_pubs = fs::read(medium.root().join(HONG).join("CaPubs")).unwrap();
    assert!(ca_pubs.starts_with(&[0x30, 0x82]));
}

/// A stick may go from machine to machine (S139).
#[test]
#[cfg(unix)]
fn only_the_owner_gets_in() {
    use std::os::unix::fs::PermissionsExt as _;
    let (_dir, medium) = medium();
    medium
        .store(&conformance::subscriber().unwrap(), Overwrite::Refuse)
        .unwrap();
    let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(medium.root().join(HONG)), 0o700);
    assert_eq!(mode(medium.root().join(HONG).join("signPri.key")), 0o600);
    assert_eq!(mode(medium.root().join(HONG).join("signCert.der")), 0o600);
}

#[test]
fn names_that_no_folder_can_have_are_written_otherwise() {
    let (_dir, medium) = medium();
    let bundle = conformance::other_subscriber().unwrap();
    let id = medium.store(&bundle, Overwrite::Refuse).unwrap();
    let name = bundle.sign.certificate.subject().to_folder_name();
    assert_eq!(id.as_str(), format!("KICA/{name}"));
    assert!(
        name.contains("cn=김영희_지점_ _1") && !name.contains('/'),
        "{name}"
    );
    assert!(medium.root().join("KICA/USER").join(&name).is_dir());
}

#[test]
fn the_root_is_made_and_the_folder_above_is_not() {
    let (dir, medium) = medium();
    assert!(medium.list().unwrap().is_empty());
    assert!(!medium.root().exists());
    let gone = FolderMedium::new(dir.path().join("unplugged/NPKI"), MediumKind::Removable);
    assert_eq!(gone.kind(), MediumKind::Removable);
    assert!(matches!(gone.list(), Err(MediumError::Gone { .. })));
    let bundle = conformance::subscriber().unwrap();
    assert!(matches!(
        gone.store(&bundle, Overwrite::Refuse),
        Err(MediumError::Gone { .. })
    ));
    assert!(matches!(
        gone.open(&"a/b".into(), &password("")),
        Err(MediumError::Gone { .. })
    ));
}

#[test]
fn files_of_other_software_stay() {
    let (_dir, medium) = medium();
    let bundle = conformance::subscriber().unwrap();
    let id = medium.store(&bundle, Overwrite::Refuse).unwrap();
    let folder = medium.root().join(HONG);
    fs::write(folder.join("hong_0a1b2c3d.pfx"), b"exported").unwrap();
    fs::create_dir(folder.join("backup")).unwrap();
    fs::write(folder.join("backup/signPri.key"), b"old").unwrap();

    change(&medium, &id, conformance::PASSWORD, NEW).unwrap();
    let renewed = conformance::renewed_subscriber().unwrap();
    medium.store(&renewed, Overwrite::Replace).unwrap();
    assert_eq!(
        fs::read(folder.join("hong_0a1b2c3d.pfx")).unwrap(),
        b"exported"
    );
    assert_eq!(fs::read(folder.join("backup/signPri.key")).unwrap(), b"old");
    assert!(!folder.join("kmPri.key").exists());

    medium.delete(&id).unwrap();
    assert!(medium.list().unwrap().is_empty());
    assert_eq!(
        fs::read(folder.join("hong_0a1b2c3d.pfx")).unwrap(),
        b"exported"
    );
    // The place is not lost to an entry.
    assert_eq!(medium.store(&bundle, Overwrite::Refuse).unwrap(), id);
    assert_eq!(
        fs::read(folder.join("hong_0a1b2c3d.pfx")).unwrap(),
        b"exported"
    );
}

#[test]
fn an_entry_is_known_by_its_certificate_and_not_by_its_name() {
    // Cut, as one vendor's are; decomposed, as macOS has them; somebody's own.
    let decomposed: String = unicode_normalization::UnicodeNormalization::nfd(
        "cn=홍길동()009901202601010000001,ou=KFTC,ou=personal,o=yessign,c=kr",
    )
    .collect();
    for name in [
        "cn=홍길동()009901202601010000001,ou=KFTC,ou=personal,o=ye",
        &decomposed,
        "내 인증서",
    ] {
        let (_dir, medium) = medium();
        let bundle = conformance::subscriber().unwrap();
        medium.store(&bundle, Overwrite::Refuse).unwrap();
        let user = medium.root().join("yessign/User");
        fs::rename(medium.root().join("yessign/USER"), &user).unwrap();
        fs::rename(
            user.join(HONG.rsplit_once("USER/").unwrap().1),
            user.join(name),
        )
        .unwrap();
        let id = EntryId::new(format!("yessign/{name}"));

        assert!(matches!(
            medium.store(&bundle, Overwrite::Refuse),
            Err(MediumError::Exists { id: there }) if there == id
        ));
        let renewed = conformance::renewed_subscriber().unwrap();
        assert_eq!(medium.store(&renewed, Overwrite::Replace).unwrap(), id);
        change(&medium, &id, conformance::PASSWORD, NEW).unwrap();
        let opened = medium.open(&id, &password(NEW)).unwrap();
        assert_eq!(opened.certificate.der(), renewed.sign.certificate.der());
        assert_eq!(medium.list().unwrap().len(), 1, "{name}");
    }
}

#[test]
fn an_id_is_found_in_another_case_and_form() {
    let (_dir, medium) = medium();
    let id = medium
        .store(&conformance::subscriber().unwrap(), Overwrite::Refuse)
        .unwrap();
    let decomposed: String =
        unicode_normalization::UnicodeNormalization::nfd(id.as_str()).collect();
    for other in [decomposed, id.as_str().to_uppercase()] {
        assert_ne!(other, id.as_str());
        assert!(medium.load(&EntryId::new(other)).is_ok());
    }
}

#[test]
fn what_has_the_name_of_another_is_not_touched() {
    let (_dir, medium) = medium();
    let (one, other) = (
        conformance::subscriber().unwrap(),
        conformance::other_subscriber().unwrap(),
    );
    let wrong = one.sign.certificate.subject().to_folder_name();
    // 김영희's files in a folder with 홍길동's name, and in 홍길동's CA.
    let id = medium.store(&other, Overwrite::Refuse).unwrap();
    let user = medium.root().join("yessign/USER");
    fs::create_dir_all(&user).unwrap();
    let name = id.as_str().rsplit_once('/').unwrap().1;
    fs::rename(
        medium.root().join("KICA/USER").join(name),
        user.join(&wrong),
    )
    .unwrap();

    let stored = medium.store(&one, Overwrite::Replace).unwrap();
    assert_ne!(stored.as_str(), format!("yessign/{wrong}"));
    assert_eq!(medium.list().unwrap().len(), 2);
    for (id, bundle) in [
        (&stored, &one),
        (&EntryId::new(format!("yessign/{wrong}")), &other),
    ] {
        assert!(medium.load(id).unwrap().same_bytes(bundle));
    }
    // Found again.
    assert_eq!(medium.store(&one, Overwrite::Replace).unwrap(), stored);
}

#[test]
fn when_the_password_was_set_is_told() {
    let (_dir, medium) = medium();
    let id = medium
        .store(&conformance::subscriber().unwrap(), Overwrite::Refuse)
        .unwrap();
    let key = fs::File::options()
        .write(true)
        .open(medium.root().join(HONG).join("signPri.key"))
        .unwrap();
    let then = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_767_225_600);
    key.set_modified(then).unwrap();
    let written = |medium: &FolderMedium| medium.list().unwrap()[0].key_written.unwrap();
    assert_eq!(written(&medium).to_string(), "2026-01-01T09:00:00+09:00");
    change(&medium, &id, conformance::PASSWORD, NEW).unwrap();
    assert!(written(&medium).unix_seconds() > 1_767_225_600);
}

#[test]
fn nothing_passing_is_left() {
    let (_dir, medium) = medium();
    let (one, renewed) = (
        conformance::subscriber().unwrap(),
        conformance::renewed_subscriber().unwrap(),
    );
    let id = medium.store(&one, Overwrite::Refuse).unwrap();
    medium.store(&renewed, Overwrite::Replace).unwrap();
    change(&medium, &id, conformance::PASSWORD, NEW).unwrap();
    medium.delete(&id).unwrap();
    let left = tree(medium.root());
    assert!(
        left.iter()
            .all(|name| name.starts_with("yessign/yessignCA")),
        "{left:?}"
    );
}

/// What each interrupted command may leave, and what the next one makes of it.
#[test]
fn what_was_interrupted_is_put_right() {
    let (one, renewed) = (
        conformance::subscriber().unwrap(),
        conformance::renewed_subscriber().unwrap(),
    );
    let name = one.sign.certificate.subject().to_folder_name();
    // Kind of transaction; which bundle stands in the entry's place, in `old`, in `new` (1: first,
    // 2: renewed); which stands there afterwards.
    type Row = (&'static str, Option<u8>, Option<u8>, Option<u8>, Option<u8>);
    let table: &[Row] = &[
        ("put", None, None, Some(1), None),
        ("put", Some(1), None, None, Some(1)),
        ("replace", Some(1), None, Some(2), Some(1)),
        ("replace", Some(2), None, Some(1), Some(2)),
        ("replace", None, Some(1), Some(2), Some(1)),
        ("replace", None, Some(1), None, Some(1)),
        ("replace", Some(2), Some(1), None, Some(2)),
        ("replace", None, None, Some(1), Some(1)),
        ("replace", None, None, None, None),
        ("delete", Some(1), None, None, Some(1)),
        ("delete", None, Some(1), None, None),
        ("delete", Some(2), Some(1), None, Some(2)),
    ];
    for (row, (kind, place, old, new, wanted)) in table.iter().enumerate() {
        for list_first in [true, false] {
            let (_dir, medium) = medium();
            let user = medium.root().join("yessign/USER");
            let passing = user.join(format!(".npki-{kind}-1-0"));
            let holder = passing.join(&name);
            fs::create_dir_all(&holder).unwrap();
            let lay = |which: &Option<u8>, at: PathBuf| {
                if let Some(which) = which {
                    let bundle = if *which == 1 { &one } else { &renewed };
                    fs::create_dir(&at).unwrap();
                    fs::write(at.join("signCert.der"), bundle.sign.certificate.der()).unwrap();
                    fs::write(at.join("signPri.key"), bundle.sign.key.as_der()).unwrap();
                }
            };
            lay(place, user.join(&name));
            lay(old, holder.join("old"));
            lay(new, holder.join("new"));
            let id = EntryId::new(format!("yessign/{name}"));
            if list_first {
                medium.list().unwrap();
            }
            let found = medium.open(&id, &password(conformance::PASSWORD));
            let found = match found {
                Ok(opened) if opened.certificate.der() == one.sign.certificate.der() => Some(1),
                Ok(_) => Some(2),
                Err(MediumError::NotFound { .. }) => None,
                Err(error) => panic!("row {row}: {error}"),
            };
            assert_eq!(found, *wanted, "row {row}");
            assert!(!passing.exists(), "row {row}");
            assert_eq!(medium.list().unwrap().len(), usize::from(wanted.is_some()));
        }
    }
}

/// Half of a staged bundle, left by a lost process, is not taken for an entry.
#[test]
fn a_half_written_bundle_is_dropped() {
    for kind in ["put", "replace"] {
        let (_dir, medium) = medium();
        let one = conformance::subscriber().unwrap();
        let user = medium.root().join("yessign/USER");
        let new = user.join(format!(".npki-{kind}-77-3/cn=x,c=kr/new"));
        fs::create_dir_all(&new).unwrap();
        fs::write(new.join("signCert.der"), one.sign.certificate.der()).unwrap();
        fs::write(new.join("signPri.key"), &one.sign.key.as_der()[..400]).unwrap();
        assert!(medium.list().unwrap().is_empty());
        assert!(tree(medium.root()).is_empty());
    }
}

/// A pair that waits for its confirmation is whole while its certConf is there, which is written last and removed first.
#[test]
fn what_waits_for_its_confirmation_is_whole_or_not_there() {
    let (_dir, medium) = medium();
    let one = conformance::subscriber().unwrap();
    let id = medium.store(&one, Overwrite::Refuse).unwrap();
    let kept = Unconfirmed {
        bundle: conformance::renewed_subscriber().unwrap(),
        confirmation: vec![0x30, 0],
    };
    medium.keep_unconfirmed(&kept).unwrap();
    let waiting = medium.root().join("yessign/USER/.npki-unconfirmed");
    let name = fs::read_dir(&waiting).unwrap().next().unwrap().unwrap();
    let name = name.path();
    // Whatever a process that died had written, or still had to remove.
    for gone in [
        &["certConf.der"][..],
        &["certConf.der", "signPri.key"],
        &["signPri.key"],
        &["certConf.der", "signCert.der", "signPri.key"],
    ] {
        for file in gone {
            fs::remove_file(name.join(file)).unwrap();
        }
        assert_eq!(medium.unconfirmed().unwrap().len(), 0, "{gone:?}");
        assert_eq!(medium.list().unwrap().len(), 1);
        assert!(medium.load(&id).unwrap().same_bytes(&one));
        medium.keep_unconfirmed(&kept).unwrap();
        assert_eq!(medium.unconfirmed().unwrap().len(), 1, "{gone:?}");
    }
    // Other software's files in the way stop nobody who reads.
    fs::write(waiting.join("readme.txt"), b"").unwrap();
    assert_eq!(medium.unconfirmed().unwrap().len(), 1);
    medium
        .drop_unconfirmed(&kept.bundle.sign.certificate)
        .unwrap();
    assert!(!name.exists() && waiting.exists());
}

/// A medium that cannot be written to is listed as it is, an entry out of its place as well.
#[test]
#[cfg(unix)]
fn what_cannot_be_put_right_is_read_where_it_is() {
    use std::os::unix::fs::PermissionsExt as _;
    let (_dir, medium) = medium();
    let id = medium
        .store(&conformance::subscriber().unwrap(), Overwrite::Refuse)
        .unwrap();
    let user = medium.root().join("yessign/USER");
    let name = id.as_str().rsplit_once('/').unwrap().1;
    let holder = user.join(".npki-replace-1-0").join(name);
    fs::create_dir_all(&holder).unwrap();
    fs::rename(user.join(name), holder.join("old")).unwrap();
    let mode = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    mode(&user, 0o500);
    mode(&holder, 0o500);
    // Permissions do not bind root, who puts it right then.
    let entries = medium.list().unwrap();
    let opened = medium.open(&id, &password(conformance::PASSWORD));
    mode(&user, 0o700);
    if holder.exists() {
        mode(&holder, 0o700);
    }
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].id, id);
    assert!(opened.is_ok());
}
