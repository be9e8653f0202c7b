use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use npki_cert::Certificate;
use npki_container::{NewPassword, Password};
use npki_media::{
    Bundle, Entry, EntryId, EntryState, Medium, MediumError, MediumKind, Opened, Overwrite, Reseal,
    Unconfirmed,
};
use rand_core::CryptoRng;

use crate::ca_pubs;
use crate::contents::Contents;
use crate::dir::{Dir, ItemKind, Lock, LockKind};
use crate::failed::Failed;
use crate::layout::{self, MAX_FILE};
use crate::target::{self, Target};
use crate::transaction::{self, Kind};
use crate::tree::{self, Spot};
use crate::waiting;

/// A folder named `NPKI` on a hard disk or a stick.
///
/// It keeps [`Medium`]'s contract. Where a file system exchanges two folders in one step (ext4, btrfs,
/// XFS, APFS) an entry is old or new at every moment; elsewhere (FAT, Windows) a replaced entry is
/// out of its place for a moment, and whatever command comes next, of this library, puts it there.
///
/// Facts are read from certificates, never from folder names; names are compared without regard to
/// case and to the form of Hangul. What is written has mode 0700 and 0600 on Unix. An entry's folder
/// may hold files of other software, which outlast everything.
#[derive(Clone, Debug)]
pub struct FolderMedium {
    root: PathBuf,
    kind: MediumKind,
}

impl FolderMedium {
    /// The medium in this folder, which is the one named `NPKI`. It need not be there yet; the folder
    /// above it must.
    #[must_use]
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self::new(root, MediumKind::Disk)
    }

    /// The same, on a medium of this kind.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>, kind: MediumKind) -> Self {
        Self {
            root: root.into(),
            kind,
        }
    }

    /// The folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The CA certificates that lie in the CAs' folders, of which other software keeps some there.
    ///
    /// Nothing is known of them but that they can be read: nobody is to trust one because it lies
    /// here.
    ///
    /// # Errors
    /// Those of the medium, as [`Medium::list`] has them.
    pub fn ca_certificates(&self) -> Result<Vec<Certificate>, MediumError> {
        let Some(root) = self.open()? else {
            return Ok(Vec::new());
        };
        let mut found = Vec::new();
        for ca in layout::folders(&root.items()?) {
            let Ok(folder) = root.folder(ca) else {
                continue;
            };
            let Ok(items) = folder.items() else { continue };
            let files = items.iter().filter(|item| {
                item.kind == ItemKind::File
                    && Path::new(&item.name)
                        .extension()
                        .is_some_and(|extension| extension.eq_ignore_ascii_case("der"))
            });
            found.extend(files.filter_map(|file| {
                let octets = folder.read(&file.name, MAX_FILE).ok()?;
                Certificate::parse_any(&octets.bytes).ok()
            }));
        }
        Ok(found)
    }

    /// The root; `None` if there is none and could be one.
    fn open(&self) -> Result<Option<Dir>, MediumError> {
        match Dir::open(&self.root) {
            Ok(root) => Ok(Some(root)),
            Err(failed) if failed.is_not_found() && self.could_be() => Ok(None),
            Err(failed) => Err(failed.into()),
        }
    }

    fn could_be(&self) -> bool {
        match self.root.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.is_dir(),
            _ => true,
        }
    }

    /// Waits for its turn to read, after putting right what an interrupted command left. What cannot
    /// be put right, on a medium that cannot be written to, is read where it is.
    fn lock_to_read(root: &Dir) -> Result<Lock, MediumError> {
        let shared = root.lock(LockKind::Shared, PATIENCE)?;
        let left_behind = tree::shelves(root)?
            .0
            .iter()
            .any(|shelf| shelf.left_behind(root).is_ok_and(|names| !names.is_empty()));
        // Without locks it may be somebody's who is at work right now: read it where it is.
        if !left_behind || !shared.is_held() {
            return Ok(shared);
        }
        drop(shared);
        let exclusive = root.lock(LockKind::Exclusive, PATIENCE)?;
        let _ = recover(root);
        Ok(exclusive)
    }

    /// Waits for its turn to write, after putting right what an interrupted command left.
    fn lock_to_write(root: &Dir) -> Result<Lock, MediumError> {
        let lock = root.lock(LockKind::Exclusive, PATIENCE)?;
        recover(root)?;
        Ok(lock)
    }

    /// Reads the folder of the entry with this id.
    fn read(&self, id: &EntryId) -> Result<Contents, MediumError> {
        let root = self.open()?.ok_or_else(|| not_found(id))?;
        let _lock = Self::lock_to_read(&root)?;
        let spot = locate(&root, id)?;
        Ok(Contents::read(&spot.open(&root)?)?)
    }
}

impl Medium for FolderMedium {
    fn kind(&self) -> MediumKind {
        self.kind
    }

    fn list(&self) -> Result<Vec<Entry>, MediumError> {
        let Some(root) = self.open()? else {
            return Ok(Vec::new());
        };
        let _lock = Self::lock_to_read(&root)?;
        let (spots, closed) = tree::spots(&root)?;
        let read = spots.into_iter().map(|spot| {
            let place = spot.place(&root);
            match spot.open(&root).and_then(|folder| Contents::read(&folder)) {
                Ok(contents) => contents.into_entry(spot.id, place),
                Err(why) => broken(spot.id, why, place),
            }
        });
        let closed = closed.into_iter().map(|closed| {
            let place = closed.why.at.display().to_string();
            broken(closed.id, closed.why, place)
        });
        let mut entries: Vec<Entry> = read.chain(closed).collect();
        entries.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(entries)
    }

    fn load(&self, id: &EntryId) -> Result<Bundle, MediumError> {
        self.read(id)?.into_bundle(id)
    }

    fn store(&self, bundle: &Bundle, overwrite: Overwrite) -> Result<EntryId, MediumError> {
        bundle.check()?;
        let root = Dir::open_or_create(&self.root)?;
        let _lock = Self::lock_to_write(&root)?;
        let target = Target::of(&root, &bundle.sign.certificate)?;
        if target.occupied && overwrite == Overwrite::Refuse {
            let id = target.shelf.id_of(&target.name);
            return Err(MediumError::Exists { id });
        }
        let files = target::files(bundle, ca_pubs_of(bundle));
        target.put(&root, &files, &target::ca_files(&bundle.ca_certificates))?;
        Ok(target.shelf.id_of(&target.name))
    }

    fn open(&self, id: &EntryId, password: &Password) -> Result<Opened, MediumError> {
        self.read(id)?.open(id, password)
    }

    fn delete(&self, id: &EntryId) -> Result<(), MediumError> {
        let root = self.open()?.ok_or_else(|| not_found(id))?;
        let _lock = Self::lock_to_write(&root)?;
        let spot = locate(&root, id)?;
        let user = spot.shelf.open(&root)?;
        if spot.kind == ItemKind::Link {
            user.remove_file(&spot.name)?;
            return Ok(user.sync()?);
        }
        Ok(transaction::delete(&user, &spot.name)?)
    }

    fn change_password(
        &self,
        id: &EntryId,
        old: &Password,
        new: &NewPassword,
        reseal: Reseal,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), MediumError> {
        let root = self.open()?.ok_or_else(|| not_found(id))?;
        // Held throughout, so that nobody stores another certificate in between.
        let _lock = Self::lock_to_write(&root)?;
        let spot = locate(&root, id)?;
        let mut contents = Contents::read(&spot.open(&root)?)?;
        let ca_pubs = contents.ca_pubs.take();
        let bundle = contents.into_bundle(id)?.resealed(old, new, reseal, rng)?;
        let target = Target {
            kind: Kind::Replace,
            occupied: true,
            shelf: spot.shelf,
            name: spot.name,
        };
        Ok(target.put(&root, &target::files(&bundle, ca_pubs), &[])?)
    }

    fn keep_unconfirmed(&self, unconfirmed: &Unconfirmed) -> Result<(), MediumError> {
        let Unconfirmed {
            bundle,
            confirmation,
        } = unconfirmed;
        bundle.check()?;
        let root = Dir::open_or_create(&self.root)?;
        let _lock = Self::lock_to_write(&root)?;
        let certificate = &bundle.sign.certificate;
        let target = Target::of(&root, certificate)?;
        let files = target::files(bundle, ca_pubs_of(bundle));
        Ok(target.keep(&root, &waiting::name_of(certificate), &files, confirmation)?)
    }

    fn unconfirmed(&self) -> Result<Vec<Unconfirmed>, MediumError> {
        let Some(root) = self.open()? else {
            return Ok(Vec::new());
        };
        let _lock = Self::lock_to_read(&root)?;
        Ok(waiting::all(&root)?)
    }

    fn drop_unconfirmed(&self, certificate: &Certificate) -> Result<(), MediumError> {
        let Some(root) = self.open()? else {
            return Ok(());
        };
        let _lock = Self::lock_to_write(&root)?;
        Ok(waiting::drop(&root, &waiting::name_of(certificate))?)
    }
}

/// What lies in an entry as `CaPubs`.
fn ca_pubs_of(bundle: &Bundle) -> Option<Vec<u8>> {
    match &bundle.ca_certificates[..] {
        [] => None,
        certificates => ca_pubs::encode(certificates).ok(),
    }
}

/// Puts right what an interrupted command left.
///
/// # Errors
/// When it cannot be told whether there is anything, or an entry could not be put into its place:
/// writing now might take that place.
fn recover(root: &Dir) -> Result<(), Failed> {
    let (shelves, closed) = tree::shelves(root)?;
    if let Some(closed) = closed.into_iter().find(|c| c.why.is_of_the_medium()) {
        return Err(closed.why);
    }
    for shelf in shelves {
        let names = match shelf.left_behind(root) {
            Ok(names) => names,
            Err(failed) if failed.is_of_the_medium() => return Err(failed),
            // Nothing can be written there either.
            Err(_) => continue,
        };
        if names.is_empty() {
            continue;
        }
        let user = shelf.open(root)?;
        for name in names {
            transaction::settle(&user, &name)?;
        }
    }
    Ok(())
}

/// The entry with this id: written just so, or else the only one that differs in case or in the form
/// of its Hangul.
fn locate(root: &Dir, id: &EntryId) -> Result<Spot, MediumError> {
    let (mut spots, closed) = tree::spots(root)?;
    if let Some(index) = spots.iter().position(|spot| spot.id == *id) {
        return Ok(spots.swap_remove(index));
    }
    let alike =
        |text: &EntryId| layout::same_name(OsStr::new(text.as_str()), OsStr::new(id.as_str()));
    spots.retain(|spot| alike(&spot.id));
    match (spots.pop(), spots.is_empty()) {
        (Some(spot), true) => Ok(spot),
        // It may be where we cannot look.
        _ => match closed.into_iter().next() {
            Some(closed) => Err(closed.why.into()),
            None => Err(not_found(id)),
        },
    }
}

fn broken(id: EntryId, why: Failed, place: String) -> Entry {
    let what = Box::new(why.into());
    Entry::new(id, EntryState::Broken { what }, place)
}

fn not_found(id: &EntryId) -> MediumError {
    MediumError::NotFound { id: id.clone() }
}

/// How long somebody else may write before we say so. A write takes milliseconds, on a slow stick a
/// second.
const PATIENCE: Duration = Duration::from_secs(30);
