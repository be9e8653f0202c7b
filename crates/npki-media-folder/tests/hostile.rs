//! What lies in an NPKI folder is anybody's: nothing of it stops a listing, panics, or leads outside.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use npki_container::Password;
use npki_media::{Damage, Entry, EntryState, Medium, MediumError, Overwrite, Part, conformance};
use npki_media_folder::FolderMedium;
use tempfile::TempDir;

/// A medium with one whole entry, and the folder that entries are in.
fn medium() -> (TempDir, FolderMedium, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let medium = FolderMedium::at(dir.path().join("NPKI"));
    medium
        .store(&conformance::other_subscriber().unwrap(), Overwrite::Refuse)
        .unwrap();
    let user = medium.root().join("KICA/USER");
    (dir, medium, user)
}

fn lay(folder: &Path, files: &[(&str, &[u8])]) {
    fs::create_dir_all(folder).unwrap();
    for (name, bytes) in files {
        fs::write(folder.join(name), bytes).unwrap();
    }
}

/// The entry that is not the whole one.
fn strange(medium: &FolderMedium) -> Entry {
    let mut entries = medium.list().unwrap();
    let whole = entries
        .iter()
        .position(|entry| entry.is_complete() && entry.id.as_str().contains("김영희"))
        .expect("the whole entry is listed whatever lies beside it");
    entries.remove(whole);
    assert_eq!(entries.len(), 1, "{entries:?}");
    entries.remove(0)
}

fn opens_nothing(medium: &FolderMedium, entry: &Entry) -> MediumError {
    let password = Password::new(conformance::PASSWORD).unwrap();
    let error = medium.open(&entry.id, &password).unwrap_err();
    assert!(medium.load(&entry.id).is_err());
    error
}

#[test]
fn half_pairs_are_listed_as_what_they_are() {
    let one = conformance::subscriber().unwrap();
    let km = one.km.as_ref().unwrap();
    let (sc, sk) = (one.sign.certificate.der(), one.sign.key.as_der());
    let (kc, kk) = (km.certificate.der(), km.key.as_der());
    type Row<'a> = (&'a [(&'a str, &'a [u8])], &'a [Part]);
    let table: &[Row<'_>] = &[
        (&[("signCert.der", sc)], &[Part::SignPri]),
        (&[("signPri.key", sk)], &[Part::SignCert]),
        (
            &[("kmCert.der", kc), ("kmPri.key", kk)],
            &[Part::SignCert, Part::SignPri],
        ),
        (
            &[
                ("signCert.der", sc),
                ("signPri.key", sk),
                ("kmCert.der", kc),
            ],
            &[Part::KmPri],
        ),
        (
            &[("signCert.der", sc), ("signPri.key", sk), ("kmPri.key", kk)],
            &[Part::KmCert],
        ),
        (
            &[("signCert.der", sc), ("kmPri.key", kk)],
            &[Part::SignPri, Part::KmCert],
        ),
    ];
    for (files, wanted) in table {
        let (_dir, medium, user) = medium();
        lay(&user.join("cn=half,c=kr"), files);
        let entry = strange(&medium);
        let EntryState::HalfPair { missing } = &entry.state else {
            panic!("{:?}", entry.state)
        };
        assert_eq!(missing, wanted);
        let password = Password::new(conformance::PASSWORD).unwrap();
        let opened = medium.open(&entry.id, &password);
        if wanted.contains(&Part::SignCert) || wanted.contains(&Part::SignPri) {
            assert!(matches!(opened, Err(MediumError::HalfPair { .. })));
        } else {
            // The signing pair is there and opens; the other says what it lacks.
            let km = opened.unwrap().km;
            assert!(matches!(km, Err(MediumError::HalfPair { missing, .. }) if missing == *wanted));
        }
        assert!(matches!(
            medium.load(&entry.id),
            Err(MediumError::HalfPair { .. })
        ));
        medium.delete(&entry.id).unwrap();
        assert_eq!(medium.list().unwrap().len(), 1);
    }
}

#[test]
fn files_cut_at_every_length_are_broken() {
    let one = conformance::subscriber().unwrap();
    let (certificate, key) = (one.sign.certificate.der(), one.sign.key.as_der());
    let (_dir, medium, user) = medium();
    let folder = user.join("cn=cut,c=kr");
    for (name, whole, other, other_bytes) in [
        ("signCert.der", certificate, "signPri.key", key),
        ("signPri.key", key, "signCert.der", certificate),
    ] {
        for length in (0..whole.len()).step_by(37) {
            lay(&folder, &[(name, &whole[..length]), (other, other_bytes)]);
            let entry = strange(&medium);
            assert!(
                matches!(entry.state, EntryState::Broken { .. }),
                "{name} {length}"
            );
            assert!(matches!(
                opens_nothing(&medium, &entry),
                MediumError::Damaged { .. }
            ));
        }
    }
}

#[test]
fn what_is_no_file_is_not_read() {
    let one = conformance::subscriber().unwrap();
    let certificate = one.sign.certificate.der();
    let (_dir, medium, user) = medium();
    let folder = user.join("cn=odd,c=kr");

    lay(&folder, &[("signCert.der", certificate)]);
    fs::create_dir(folder.join("signPri.key")).unwrap();
    assert!(is_not_a(&strange(&medium), "folder"));
    fs::remove_dir(folder.join("signPri.key")).unwrap();

    // 10 MB
    fs::write(folder.join("signPri.key"), vec![0x30; 10_000_000]).unwrap();
    let entry = strange(&medium);
    let EntryState::Broken { what } = &entry.state else {
        panic!("{:?}", entry.state)
    };
    assert!(matches!(
        **what,
        MediumError::Damaged {
            damage: Damage::TooLarge {
                found: 10_000_000,
                max: 65_536
            },
            ..
        }
    ));
    fs::remove_file(folder.join("signPri.key")).unwrap();

    #[cfg(unix)]
    {
        use std::os::unix::fs::symlink;
        // A good key, elsewhere.
        let elsewhere = user.parent().unwrap().join("key");
        fs::write(&elsewhere, one.sign.key.as_der()).unwrap();
        symlink(&elsewhere, folder.join("signPri.key")).unwrap();
        assert!(is_not_a(&strange(&medium), "symbolic link"));
        fs::remove_file(folder.join("signPri.key")).unwrap();

        // A pipe, which nobody writes to: a reader would wait for ever.
        let made = std::process::Command::new("mkfifo")
            .arg(folder.join("signPri.key"))
            .status();
        if made.is_ok_and(|status| status.success()) {
            assert!(is_not_a(&strange(&medium), "device or pipe"));
        } else {
            eprintln!("passes over the pipe: no mkfifo here");
        }
        fs::remove_file(folder.join("signPri.key")).unwrap();
        fs::remove_file(elsewhere).unwrap();
    }
    // A whole entry takes its place.
    fs::create_dir(folder.join("signPri.key")).unwrap();
    fs::rename(
        &folder,
        user.join(one.sign.certificate.subject().to_folder_name()),
    )
    .unwrap();
    fs::rename(medium.root().join("KICA"), medium.root().join("yessign")).unwrap();
    let id = medium.store(&one, Overwrite::Replace).unwrap();
    assert!(medium.load(&id).unwrap().same_bytes(&one));
}

fn is_not_a(entry: &Entry, wanted: &str) -> bool {
    let EntryState::Broken { what } = &entry.state else {
        panic!("{:?}", entry.state)
    };
    matches!(&**what, MediumError::Damaged { damage: Damage::NotA { found, .. }, .. } if *found == wanted)
}

#[test]
#[cfg(unix)]
fn links_are_not_followed() {
    use std::os::unix::fs::symlink;
    let outside = tempfile::tempdir().unwrap();
    lay(outside.path(), &[("precious", b"x")]);
    let one = conformance::subscriber().unwrap();

    // A loop, and a link to the whole entry, among the entries.
    let (_dir, medium, user) = medium();
    symlink("..", user.join("loop")).unwrap();
    let entry = strange(&medium);
    assert!(is_not_a(&entry, "symbolic link"));
    medium.delete(&entry.id).unwrap();
    assert!(user.is_dir());

    // A CA's folder that leads outside.
    symlink(outside.path(), medium.root().join("yessign")).unwrap();
    assert_eq!(medium.list().unwrap().len(), 1);
    assert!(medium.store(&one, Overwrite::Replace).is_err());
    fs::remove_file(medium.root().join("yessign")).unwrap();

    // A USER that leads outside.
    fs::create_dir(medium.root().join("yessign")).unwrap();
    symlink(outside.path(), medium.root().join("yessign/USER")).unwrap();
    assert_eq!(medium.list().unwrap().len(), 1);
    assert!(medium.store(&one, Overwrite::Replace).is_err());
    fs::remove_file(medium.root().join("yessign/USER")).unwrap();

    // An entry that leads outside is replaced by nobody.
    fs::create_dir(medium.root().join("yessign/USER")).unwrap();
    let name = one.sign.certificate.subject().to_folder_name();
    symlink(
        outside.path(),
        medium.root().join("yessign/USER").join(&name),
    )
    .unwrap();
    let stored = medium.store(&one, Overwrite::Replace);
    assert!(
        stored.is_ok() || matches!(stored, Err(MediumError::Damaged { .. })),
        "{stored:?}"
    );

    // A transaction that leads outside is not settled.
    symlink(outside.path(), user.join(".npki-delete-1-1")).unwrap();
    medium.list().unwrap();

    let left: Vec<_> = fs::read_dir(outside.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, [OsStr::new("precious")]);
}

#[test]
#[cfg(unix)]
fn names_in_no_encoding_we_know_are_listed_and_opened() {
    use std::os::unix::ffi::OsStrExt as _;
    let one = conformance::subscriber().unwrap();
    for name in [
        // cn=홍길동 in CP949, what old archives unpack to.
        &b"cn=\xc8\xab\xb1\xe6\xb5\xbf()0001,ou=KFTC,o=yessign,c=kr"[..],
        b"\xff\xfe\x80",
        b"50% %41,\n\x1b[31m",
        b"...",
        b"con\\..\\x",
    ] {
        let (_dir, medium, user) = medium();
        let folder = user.join(OsStr::from_bytes(name));
        if name == b"..." {
            // Begins with a dot: passed over, like other software does.
            lay(&folder, &[("signCert.der", one.sign.certificate.der())]);
            assert_eq!(medium.list().unwrap().len(), 1);
            continue;
        }
        lay(
            &folder,
            &[
                ("SIGNCERT.DER", one.sign.certificate.der()),
                ("SignPri.key", one.sign.key.as_der()),
            ],
        );
        let entries = medium.list().unwrap();
        assert_eq!(entries.len(), 2);
        let entry = entries
            .iter()
            .find(|entry| !entry.id.as_str().contains("김영희"))
            .unwrap();
        assert!(entry.is_complete(), "{entry:?}");
        assert!(!entry.id.as_str().chars().any(char::is_control));
        let password = Password::new(conformance::PASSWORD).unwrap();
        assert!(medium.open(&entry.id, &password).is_ok());
        medium.delete(&entry.id).unwrap();
        assert!(!folder.exists());
    }
}

#[test]
fn two_spellings_of_user_are_two_shelves() {
    let one = conformance::subscriber().unwrap();
    let (_dir, medium, user) = medium();
    let other = user.parent().unwrap().join("User");
    if other.exists() {
        eprintln!("passes over: this file system does not tell case apart");
        return;
    }
    let name = fs::read_dir(&user)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .file_name();
    lay(
        &other.join(&name),
        &[("signCert.der", one.sign.certificate.der())],
    );
    let ids: Vec<String> = medium
        .list()
        .unwrap()
        .iter()
        .map(|entry| entry.id.to_string())
        .collect();
    let name = name.to_str().unwrap();
    assert_eq!(ids, [format!("KICA/User/{name}"), format!("KICA/{name}")]);
}

#[test]
fn stray_files_and_folders_are_no_entries() {
    let (_dir, medium, user) = medium();
    lay(medium.root(), &[("readme.txt", b"x")]);
    lay(&medium.root().join("KICA"), &[("broken.der", b"x")]);
    lay(&user, &[("cn=file,c=kr", b"x")]);
    lay(&user.join("cn=empty,c=kr"), &[]);
    lay(&user.join("cn=other,c=kr"), &[("hong.pfx", b"x")]);
    lay(&user.join(".npki-put-x"), &[]);
    lay(&user.join(".npki-unknown-1"), &[("file", b"x")]);
    assert_eq!(medium.list().unwrap().len(), 1);
    assert!(user.join("cn=other,c=kr/hong.pfx").exists());
    assert!(user.join(".npki-unknown-1/file").exists());
    assert_eq!(medium.ca_certificates().unwrap().len(), 1);
}

/// An attacker exchanges the entries' folder for a link to elsewhere while we save, list and delete.
#[test]
#[cfg(unix)]
fn a_folder_that_becomes_a_link_leads_nowhere() {
    use std::os::unix::fs::symlink;
    use std::sync::atomic::{AtomicBool, Ordering};
    let outside = tempfile::tempdir().unwrap();
    lay(outside.path(), &[("precious", b"x")]);
    let (_dir, medium, _) = medium();
    let user = medium.root().join("yessign/USER");
    let aside = medium.root().join("yessign/aside");
    let one = conformance::subscriber().unwrap();
    medium.store(&one, Overwrite::Refuse).unwrap();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Acquire) {
                let _ = fs::rename(&user, &aside);
                let _ = symlink(outside.path(), &user);
                let _ = fs::remove_file(&user);
                let _ = fs::rename(&aside, &user);
            }
        });
        let mut stored = 0_u32;
        for _ in 0..300 {
            if let Ok(id) = medium.store(&one, Overwrite::Replace) {
                stored += 1;
                let _ = medium.delete(&id);
            }
            let _ = medium.list();
        }
        done.store(true, Ordering::Release);
        assert!(stored > 0);
    });
    let left: Vec<_> = fs::read_dir(outside.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, [OsStr::new("precious")]);
}
