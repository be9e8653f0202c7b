use std::ffi::{OsStr, OsString};

use npki_cert::{Certificate, Name};
use npki_core::HashAlgorithm;
use npki_media::{Bundle, Part, ca_folder};

use crate::contents::Contents;
use crate::dir::{Dir, ItemKind};
use crate::failed::Failed;
use crate::layout::{self, CA_PUBS, USER};
use crate::transaction::{self, Kind, NewFile};
use crate::tree::{self, Shelf, Spot};
use crate::waiting;

/// Where a bundle goes.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) kind: Kind,
    /// Whether an entry stands there.
    pub(crate) occupied: bool,
    pub(crate) shelf: Shelf,
    pub(crate) name: OsString,
}

impl Target {
    /// The place of the entry that this subject has already, or a new one.
    pub(crate) fn of(root: &Dir, certificate: &Certificate) -> Result<Self, Failed> {
        let ca = OsString::from(ca_folder(certificate));
        let name = OsString::from(certificate.subject().to_folder_name());
        let (mut shelves, closed) = tree::shelves(root)?;
        shelves.retain(|shelf| layout::same_name(&shelf.ca, &ca));
        // What cannot be looked into may hold the entry that is not to be doubled.
        if let Some(closed) = closed.into_iter().find(|c| layout::same_name(&c.ca, &ca)) {
            return Err(closed.why);
        }
        // The shelf that is called exactly so comes first.
        shelves.sort_by_key(|shelf| shelf.ca != ca);
        let mut theirs: Option<Spot> = None;
        let mut nobodys: Option<Spot> = None;
        for shelf in &shelves {
            for spot in shelf.spots(root)? {
                let Some(found) = subject_of(root, &spot)? else {
                    if spot.name == name {
                        nobodys = Some(spot);
                    }
                    continue;
                };
                // Of two that other software left, the one with the right name.
                if found.matches(certificate.subject()) && (theirs.is_none() || spot.name == name) {
                    theirs = Some(spot);
                }
            }
        }
        if let Some(spot) = theirs.or(nobodys) {
            return Ok(Self {
                kind: Kind::Replace,
                occupied: true,
                shelf: spot.shelf,
                name: spot.name,
            });
        }
        let shelf = match shelves.into_iter().next() {
            Some(shelf) => shelf,
            None => Self::new_shelf(root, ca)?,
        };
        let free = Self::free_name(root, &shelf, certificate, name)?;
        Ok(Self {
            kind: free.0,
            occupied: false,
            shelf,
            name: free.1,
        })
    }

    /// A CA's folder without USER, or none at all.
    fn new_shelf(root: &Dir, ca: OsString) -> Result<Shelf, Failed> {
        let items = root.items()?;
        let there = ca
            .to_str()
            .and_then(|ca| layout::find(&items, ca))
            .map(|item| item.name.clone());
        Ok(Shelf::new(there.unwrap_or(ca), OsString::from(USER)))
    }

    /// The subject's own name, unless something else has it: a file, or the entry of another subject
    /// that somebody put under this name. Nothing of that is touched.
    fn free_name(
        root: &Dir,
        shelf: &Shelf,
        certificate: &Certificate,
        name: OsString,
    ) -> Result<(Kind, OsString), Failed> {
        let user = match shelf.open(root) {
            Ok(user) => user,
            Err(failed) if failed.is_not_found() => return Ok((Kind::Put, name)),
            Err(failed) => return Err(failed),
        };
        let items = user.items()?;
        let taken = |name: &OsStr| {
            items
                .iter()
                .find(|item| layout::same_name(&item.name, name))
        };
        let Some(there) = taken(&name) else {
            return Ok((Kind::Put, name));
        };
        if there.kind == ItemKind::Folder {
            let folder = user.folder(&there.name)?;
            // A folder that is no entry becomes one; what is in it stays.
            if !layout::is_entry(&folder.items()?) {
                return Ok((Kind::Replace, there.name.clone()));
            }
        }
        let text = name.to_string_lossy();
        let mark = fingerprint(certificate.subject().der());
        let name = OsString::from(format!(
            "{}~{mark}",
            cut(&text, MAX_NAME_OCTETS - 1 - MARK_DIGITS)
        ));
        match taken(&name) {
            None => Ok((Kind::Put, name)),
            Some(item) => Err(Failed::io(
                &user.path().join(&item.name),
                std::io::ErrorKind::AlreadyExists,
            )),
        }
    }

    /// Keeps the files of a pair beside the entries until it is confirmed.
    pub(crate) fn keep(
        &self,
        root: &Dir,
        name: &OsStr,
        files: &[NewFile],
        confirmation: &[u8],
    ) -> Result<(), Failed> {
        let (ca, _) = make(root, &self.shelf.ca)?;
        let (user, _) = make(&ca, &self.shelf.user)?;
        waiting::keep(&user, name, files, confirmation)
    }

    /// Writes the files, making the CA's folder and USER where they are not there.
    pub(crate) fn put(
        &self,
        root: &Dir,
        files: &[NewFile],
        ca_files: &[NewFile],
    ) -> Result<(), Failed> {
        let (ca, new_ca) = make(root, &self.shelf.ca)?;
        let made = make(&ca, &self.shelf.user);
        let done = made.and_then(|(user, new_user)| {
            let done = transaction::put(self.kind, &user, &self.name, files, &ca, ca_files);
            if done.is_err() && new_user {
                // Empty again, or it stays.
                let _ = ca.remove_folder(&self.shelf.user);
            }
            done
        });
        if done.is_err() && new_ca {
            let _ = root.remove_folder(&self.shelf.ca);
        }
        done
    }
}

/// Opens a folder, or makes it and brings its name to the disk; whether it is new.
fn make(parent: &Dir, name: &OsStr) -> Result<(Dir, bool), Failed> {
    match parent.folder(name) {
        Err(failed) if failed.is_not_found() => {}
        found => return found.map(|folder| (folder, false)),
    }
    let folder = parent.create_folder(name)?;
    parent.sync()?;
    Ok((folder, true))
}

/// Whose entry it is, as far as it can be read. A failure of the medium is not taken for an entry of
/// nobody's; what this user may not read, or what is no certificate, is.
fn subject_of(root: &Dir, spot: &Spot) -> Result<Option<Name>, Failed> {
    let contents = match spot.open(root).and_then(|folder| Contents::read(&folder)) {
        Ok(contents) => contents,
        Err(failed) if failed.is_of_the_medium() => return Err(failed),
        Err(_) => return Ok(None),
    };
    let subject = contents.certificate().map(|c| c.subject().clone());
    match contents.failure() {
        Some(failed) if subject.is_none() => Err(failed),
        _ => Ok(subject),
    }
}

/// The files of an entry.
pub(crate) fn files(bundle: &Bundle, ca_pubs: Option<Vec<u8>>) -> Vec<NewFile> {
    let file = |name: &str, bytes: &[u8]| NewFile {
        name: name.into(),
        bytes: bytes.to_vec(),
    };
    let part = |part: Part, bytes: &[u8]| file(part.file_name(), bytes);
    let mut files = vec![
        part(Part::SignCert, bundle.sign.certificate.der()),
        part(Part::SignPri, bundle.sign.key.as_der()),
    ];
    if let Some(km) = &bundle.km {
        files.push(part(Part::KmCert, km.certificate.der()));
        files.push(part(Part::KmPri, km.key.as_der()));
    }
    files.extend(ca_pubs.map(|der| file(CA_PUBS, &der)));
    files
}

/// The CA certificates as files of the CA's folder, each under a name that belongs to it alone.
pub(crate) fn ca_files(certificates: &[Certificate]) -> Vec<NewFile> {
    let file = |certificate: &Certificate| {
        let name = certificate.subject().common_name().unwrap_or_default();
        let name: String = name
            .chars()
            .map(|c| if c.is_alphanumeric() { c } else { '_' })
            .take(MAX_CA_NAME)
            .collect();
        let mark = fingerprint(certificate.der());
        NewFile {
            name: format!("{name}_{mark}.der").into(),
            bytes: certificate.der().to_vec(),
        }
    };
    certificates.iter().map(file).collect()
}

/// As much of the text as fits into so many octets.
fn cut(text: &str, octets: usize) -> &str {
    let fits = |(start, c): (usize, char)| Some(start + c.len_utf8()).filter(|end| *end <= octets);
    let end = text.char_indices().map_while(fits).last().unwrap_or(0);
    text.get(..end).unwrap_or_default()
}

/// The first eight hexadecimal digits of SHA-256.
pub(crate) fn fingerprint(octets: &[u8]) -> String {
    let digest = HashAlgorithm::Sha256.digest(octets);
    let mut digits = base16ct::lower::encode_string(digest.octets());
    digits.truncate(MARK_DIGITS);
    digits
}

/// Octets of a folder's name on ext4.
const MAX_NAME_OCTETS: usize = 255;
const MARK_DIGITS: usize = 8;
/// Characters of a CA's name in a file's name. A bound of ours.
const MAX_CA_NAME: usize = 40;
