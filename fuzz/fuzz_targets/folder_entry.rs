//! An entry's folder whose five files hold whatever they hold: it is listed, and what loads is stored and loaded
//! again octet for octet.
//!
//! The input is, for each of signCert.der, signPri.key, kmCert.der, kmPri.key and CaPubs, a length of two octets and
//! the file; the length 0xFFFF says that there is no such file.
#![no_main]

use std::cell::RefCell;
use std::fs;
use std::path::Path;

use libfuzzer_sys::fuzz_target;
use npki_container::Password;
use npki_media::{Bundle, Medium, MemoryMedium, Overwrite};
use npki_media_folder::FolderMedium;
use tempfile::TempDir;

const FILES: [&str; 5] = [
    "signCert.der",
    "signPri.key",
    "kmCert.der",
    "kmPri.key",
    "CaPubs",
];
/// What opening may cost here; a medium itself allows much more.
const ITERATIONS: u64 = 2_048;

thread_local! {
    static FOLDER: RefCell<TempDir> = RefCell::new(tempfile::tempdir().expect("a folder"));
}

fuzz_target!(|data: &[u8]| {
    FOLDER.with_borrow(|folder| judge(folder.path(), data));
});

fn judge(folder: &Path, mut data: &[u8]) {
    let root = folder.join("NPKI");
    let entry = root.join("yessign/USER/cn=x,c=kr");
    fs::create_dir_all(&entry).expect("a folder");
    let mut contents = FILES.map(|_| None);
    for (name, content) in FILES.iter().zip(&mut contents) {
        *content = take(&mut data);
        match content {
            Some(bytes) => fs::write(entry.join(name), bytes).expect("a file"),
            None => {
                let _ = fs::remove_file(entry.join(name));
            }
        }
    }

    let medium = FolderMedium::at(&root);
    let entries = medium.list().expect("nothing in a file stops a listing");
    let some = contents.iter().take(4).any(Option::is_some);
    assert_eq!(entries.len(), usize::from(some));
    for entry in entries {
        let _ = format!("{entry:?} {:?}", entry.subject());
        let loaded = medium.load(&entry.id);
        assert_eq!(loaded.is_ok(), entry.is_complete(), "{entry:?} {loaded:?}");
        let Ok(bundle) = loaded else { continue };
        let memory = MemoryMedium::new();
        if let Ok(id) = memory.store(&bundle, Overwrite::Refuse) {
            assert!(memory.load(&id).expect("it is there").same_bytes(&bundle));
        } else {
            assert!(bundle.check().is_err());
        }
        if is_cheap(&bundle) {
            let password = Password::new("test-Pass-1").expect("short enough");
            let _ = medium.open(&entry.id, &password);
        }
    }
}

fn take(data: &mut &[u8]) -> Option<Vec<u8>> {
    let (length, rest) = data.split_first_chunk()?;
    *data = rest;
    let length = u16::from_be_bytes(*length);
    if length == u16::MAX {
        return None;
    }
    let (file, rest) = rest.split_at(rest.len().min(length.into()));
    *data = rest;
    Some(file.to_vec())
}

fn is_cheap(bundle: &Bundle) -> bool {
    [Some(&bundle.sign), bundle.km.as_ref()]
        .into_iter()
        .flatten()
        .all(|pair| {
            pair.key
                .scheme()
                .map_or(true, |s| s.iterations <= ITERATIONS)
        })
}
