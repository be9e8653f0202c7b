//! Pairs that wait for their confirmation (R65), beside the entries:
//!
//! ```text
//! USER/.npki-unconfirmed/<fingerprint of the certificate>/
//!     signCert.der  signPri.key  [kmCert.der  kmPri.key]  [CaPubs]
//!     certConf.der      written last and removed first: without it there is nothing
//! ```
//!
//! Other software passes over what begins with a dot, and so does the listing of entries.

use std::ffi::{OsStr, OsString};

use npki_cert::Certificate;
use npki_media::{EntryId, Unconfirmed};

use crate::contents::Contents;
use crate::dir::{Dir, ItemKind};
use crate::failed::Result;
use crate::layout::{MAX_FILE, UNCONFIRMED};
use crate::target;
use crate::transaction::{self, NewFile};
use crate::tree;

/// Writes the files into `user`, the confirmation last, and reads them back.
pub(crate) fn keep(user: &Dir, name: &OsStr, files: &[NewFile], confirmation: &[u8]) -> Result<()> {
    let waiting = folder(user, OsStr::new(UNCONFIRMED))?;
    clear(&waiting, name)?;
    let place = folder(&waiting, name)?;
    transaction::write(&place, files)?;
    let last = NewFile {
        name: CONFIRMATION.into(),
        bytes: confirmation.to_vec(),
    };
    transaction::write(&place, &[last])
}

/// What waits on any shelf and is whole.
pub(crate) fn all(root: &Dir) -> Result<Vec<Unconfirmed>> {
    let mut found = Vec::new();
    for shelf in tree::shelves(root)?.0 {
        let waiting = match shelf
            .open(root)
            .and_then(|user| user.folder(OsStr::new(UNCONFIRMED)))
        {
            Ok(waiting) => waiting,
            Err(failed) if failed.is_of_the_medium() => return Err(failed),
            Err(_) => continue,
        };
        for item in waiting.items()? {
            if item.kind != ItemKind::Folder {
                continue;
            }
            match waiting.folder(&item.name).and_then(|place| read(&place)) {
                Ok(whole) => found.extend(whole),
                Err(failed) if failed.is_of_the_medium() => return Err(failed),
                // What this user may not read.
                Err(_) => {}
            }
        }
    }
    Ok(found)
}

/// Removes what waits under this name on any shelf.
pub(crate) fn drop(root: &Dir, name: &OsStr) -> Result<()> {
    for shelf in tree::shelves(root)?.0 {
        let user = shelf.open(root)?;
        match user.folder(OsStr::new(UNCONFIRMED)) {
            Ok(waiting) => clear(&waiting, name)?,
            Err(failed) if failed.is_not_found() => continue,
            Err(failed) => return Err(failed),
        }
        // With others in it, it stays.
        let _ = user.remove_folder(OsStr::new(UNCONFIRMED));
    }
    Ok(())
}

/// The name under which a pair waits.
pub(crate) fn name_of(certificate: &Certificate) -> OsString {
    target::fingerprint(certificate.der()).into()
}

fn read(place: &Dir) -> Result<Option<Unconfirmed>> {
    let confirmation = match place.read(OsStr::new(CONFIRMATION), MAX_FILE) {
        Ok(octets) => octets.bytes,
        Err(failed) if failed.is_not_found() => return Ok(None),
        Err(failed) => return Err(failed),
    };
    let bundle = Contents::read(place)?.into_bundle(&EntryId::new(UNCONFIRMED));
    Ok(bundle.ok().map(|bundle| Unconfirmed {
        bundle,
        confirmation,
    }))
}

fn clear(waiting: &Dir, name: &OsStr) -> Result<()> {
    let place = match waiting.folder(name) {
        Ok(place) => place,
        Err(failed) if failed.is_not_found() => return Ok(()),
        Err(failed) => return Err(failed),
    };
    match place.remove_file(OsStr::new(CONFIRMATION)) {
        Err(failed) if !failed.is_not_found() => return Err(failed),
        _ => place.sync()?,
    }
    for item in place.items()? {
        place.remove_file(&item.name)?;
    }
    waiting.remove_folder(name)?;
    waiting.sync()
}

/// Opens a folder, or makes it and brings its name to the disk.
fn folder(parent: &Dir, name: &OsStr) -> Result<Dir> {
    match parent.folder(name) {
        Err(failed) if failed.is_not_found() => {
            let made = parent.create_folder(name)?;
            parent.sync()?;
            Ok(made)
        }
        found => found,
    }
}

const CONFIRMATION: &str = "certConf.der";
