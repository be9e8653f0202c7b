//! Writing so that an entry is old or new, whatever happens (R65).
//!
//! Everything that is under way lies beside the entries, in one folder whose name begins with a dot:
//!
//! ```text
//! USER/.npki-<what>-<process>/<name of the entry>/new/   what will stand there, while it is written
//!                                                /old/   what stood there
//!                                                /ca/    CA certificates on their way to the CA's folder
//! ```
//!
//! The files are written, synced and read back in `new`, which then takes its place in one step: a
//! rename where nothing stood there, an exchange where the file system has one. Otherwise (FAT,
//! Windows) `new` is renamed once, to see that this loses nothing, the old folder moves to `old` and
//! the new one into its place; in between the name is missing, and [`settle`] puts it right. It needs nothing but these names:
//!
//! | kind | the name stands there | it does not |
//! |---|---|---|
//! | put | drop what is left | drop what is left: nothing stood there |
//! | replace | drop what is left | put `old` back; or else `new`, if that is complete |
//! | delete | drop what is left | drop what is left: it was to go |
//!
//! A transaction runs under an exclusive lock and begins with settling, so that there is only one.

use std::ffi::{OsStr, OsString};
use std::process;

use npki_media::EntryState;

use crate::contents::Contents;
use crate::dir::{Dir, Exchange, ItemKind};
use crate::failed::{Failed, Result, What};
use crate::layout::{self, MAX_FILE, PASSING};

/// A file to be written.
#[derive(Debug)]
pub(crate) struct NewFile {
    pub(crate) name: OsString,
    pub(crate) bytes: Vec<u8>,
}

/// Whether something stands where an entry is put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Put,
    Replace,
    Delete,
}

/// Writes an entry called `name` into `user`, and CA certificates that are not there yet into `ca`.
pub(crate) fn put(
    kind: Kind,
    user: &Dir,
    name: &OsStr,
    files: &[NewFile],
    ca: &Dir,
    ca_files: &[NewFile],
) -> Result<()> {
    let passing = Passing::begin(kind, user, name)?;
    let committed = passing
        .stage(files, ca, ca_files)
        .and_then(|()| passing.commit(files));
    match committed {
        Ok(()) => {}
        Err(Uncommitted::Before(failed)) => {
            // Whatever this does not clear away, the next command does.
            let _ = settle(user, &passing.name);
            return Err(failed);
        }
        // What stood there stays beside it, until the next command finds the new state on the disk.
        Err(Uncommitted::Perhaps(failed)) => return Err(failed),
    }
    let _ = settle(user, &passing.name);
    Ok(())
}

/// Takes the entry called `name` out of `user`.
pub(crate) fn delete(user: &Dir, name: &OsStr) -> Result<()> {
    let passing = Passing::begin(Kind::Delete, user, name)?;
    if let Err(failed) = passing.sync_down() {
        let _ = settle(user, &passing.name);
        return Err(failed);
    }
    if let Err(failed) = user.rename(name, &passing.holder, OsStr::new(OLD)) {
        let _ = settle(user, &passing.name);
        return Err(failed);
    }
    user.sync()?;
    passing.holder.sync()?;
    let _ = settle(user, &passing.name);
    Ok(())
}

/// Ends a transaction that was left behind under this name in `user`.
///
/// # Errors
/// When an entry that is not in its place could not be put there. That something could not be
/// cleared away is no error: it is not in the way.
pub(crate) fn settle(user: &Dir, passing: &OsStr) -> Result<()> {
    let folder = match user.folder(passing) {
        Ok(folder) => folder,
        Err(failed) if failed.is_not_found() => return Ok(()),
        // A file: not ours.
        Err(Failed {
            what: What::NotA { .. },
            ..
        }) => return Ok(()),
        Err(failed) => return Err(failed),
    };
    for item in folder.items()? {
        if item.kind != ItemKind::Folder {
            continue;
        }
        let holder = folder.folder(&item.name)?;
        if let Some(from) = stranded(user, passing, &item.name, &holder)? {
            holder.rename(OsStr::new(from), user, &item.name)?;
        }
        // What is dropped next must not be all that a loss of power leaves.
        user.sync()?;
        holder.sync()?;
        let _ = clear(user, &item.name, &holder).and_then(|()| folder.remove_folder(&item.name));
    }
    let _ = user.remove_folder(passing).and_then(|()| user.sync());
    Ok(())
}

/// Which of `holder`'s folders belongs into the place of `name`, if that is empty.
pub(crate) fn stranded(
    user: &Dir,
    passing: &OsStr,
    name: &OsStr,
    holder: &Dir,
) -> Result<Option<&'static str>> {
    if Kind::of(passing) != Some(Kind::Replace) || user.kind(name)?.is_some() {
        return Ok(None);
    }
    if holder.kind(OsStr::new(OLD))? == Some(ItemKind::Folder) {
        return Ok(Some(OLD));
    }
    if holder.kind(OsStr::new(NEW))? != Some(ItemKind::Folder) {
        return Ok(None);
    }
    // An exchange that a file system without a journal did not finish: this may be either state.
    let contents = Contents::read(&holder.folder(OsStr::new(NEW))?)?;
    let entry = contents.into_entry("".into(), String::new());
    Ok(matches!(entry.state, EntryState::Complete).then_some(NEW))
}

impl Kind {
    const fn word(self) -> &'static str {
        match self {
            Self::Put => "put",
            Self::Replace => "replace",
            Self::Delete => "delete",
        }
    }

    /// What the transaction with this name is. What we do not know we leave alone.
    pub(crate) fn of(passing: &OsStr) -> Option<Self> {
        let rest = passing.to_str()?.strip_prefix(PASSING)?;
        [Self::Put, Self::Replace, Self::Delete]
            .into_iter()
            .find(|kind| {
                rest.strip_prefix(kind.word())
                    .is_some_and(|rest| rest.starts_with('-'))
            })
    }
}

/// A transaction under way.
#[derive(Debug)]
struct Passing<'a> {
    kind: Kind,
    user: &'a Dir,
    /// Of the entry.
    target: &'a OsStr,
    /// Of the transaction's folder.
    name: OsString,
    folder: Dir,
    holder: Dir,
}

/// How far a commit came.
enum Uncommitted {
    /// The old state stands.
    Before(Failed),
    /// The new state stands, and may not be on the disk.
    Perhaps(Failed),
}

impl From<Failed> for Uncommitted {
    fn from(failed: Failed) -> Self {
        Self::Before(failed)
    }
}

impl<'a> Passing<'a> {
    fn begin(kind: Kind, user: &'a Dir, target: &'a OsStr) -> Result<Self> {
        let (name, folder) = Self::create(kind, user)?;
        let holder = match folder.create_folder(target) {
            Ok(holder) => holder,
            Err(failed) => {
                let _ = user.remove_folder(&name);
                return Err(failed);
            }
        };
        Ok(Self {
            kind,
            user,
            target,
            name,
            folder,
            holder,
        })
    }

    /// A name that nobody uses: another process may be here where locks do nothing.
    fn create(kind: Kind, user: &Dir) -> Result<(OsString, Dir)> {
        let mut attempt = 0;
        loop {
            let name = format!("{PASSING}{}-{}-{attempt}", kind.word(), process::id());
            let name = OsString::from(name);
            match user.create_folder(&name) {
                Ok(folder) => return Ok((name, folder)),
                Err(failed) if failed.is_there_already() && attempt < ATTEMPTS => attempt += 1,
                Err(failed) => return Err(failed),
            }
        }
    }

    fn stage(
        &self,
        files: &[NewFile],
        ca: &Dir,
        ca_files: &[NewFile],
    ) -> core::result::Result<(), Uncommitted> {
        let new = self.holder.create_folder(OsStr::new(NEW))?;
        write(&new, files)?;
        let wanted: Vec<&NewFile> = ca_files
            .iter()
            .filter(|file| !matches!(ca.kind(&file.name), Ok(Some(_))))
            .collect();
        if !wanted.is_empty() {
            let staged = self.holder.create_folder(OsStr::new(CA))?;
            for file in wanted {
                staged.write_new(&file.name, &file.bytes)?;
                match staged.rename(&file.name, ca, &file.name) {
                    Err(failed) if !failed.is_there_already() => return Err(failed.into()),
                    _ => {}
                }
            }
            ca.sync()?;
        }
        Ok(self.sync_down()?)
    }

    /// Makes sure that the folders of the transaction are on the disk before the step is.
    fn sync_down(&self) -> Result<()> {
        self.holder.sync()?;
        self.folder.sync()?;
        self.user.sync()
    }

    fn commit(&self, files: &[NewFile]) -> core::result::Result<(), Uncommitted> {
        let (new, old) = (OsStr::new(NEW), OsStr::new(OLD));
        let (user, holder, target) = (self.user, &self.holder, self.target);
        if self.kind == Kind::Put {
            holder.rename(new, user, target)?;
        } else if holder.exchange(new, user, target)? == Exchange::Unsupported {
            // There are drivers that lose what is in a folder when it is renamed (fusefat 0.1a): the
            // new one goes first, before the old one is touched.
            let tried = OsStr::new(TRIED);
            holder.rename(new, holder, tried)?;
            verify(&holder.folder(tried)?, files)?;
            user.rename(target, holder, old)?;
            // Both names of the old folder must not be lost together.
            holder.sync()?;
            user.sync()?;
            holder.rename(tried, user, target)?;
        }
        user.sync()
            .and_then(|()| holder.sync())
            .and_then(|()| verify(&user.folder(target)?, files))
            .map_err(Uncommitted::Perhaps)
    }
}

/// Writes the files down to the disk and reads them back.
pub(crate) fn write(folder: &Dir, files: &[NewFile]) -> Result<()> {
    for file in files {
        folder.write_new(&file.name, &file.bytes)?;
    }
    folder.sync()?;
    verify(folder, files)
}

/// Reads the files back.
fn verify(folder: &Dir, files: &[NewFile]) -> Result<()> {
    for file in files {
        let same = match folder.read(&file.name, MAX_FILE) {
            Ok(found) => found.bytes == file.bytes,
            Err(failed) if failed.is_not_found() => false,
            Err(failed) => return Err(failed),
        };
        if !same {
            let at = folder.path().join(&file.name);
            return Err(Failed::new(&at, What::NotAsWritten));
        }
    }
    Ok(())
}

/// Empties `holder`. What is not an entry's goes to where the entry is, for it is somebody's: Korean
/// software puts exported PFX files into the same folder.
fn clear(user: &Dir, name: &OsStr, holder: &Dir) -> Result<()> {
    for sub in holder.items()? {
        if sub.kind != ItemKind::Folder {
            holder.remove_file(&sub.name)?;
            continue;
        }
        let folder = holder.folder(&sub.name)?;
        let mut others = Vec::new();
        for item in folder.items()? {
            let of_a_file = matches!(item.kind, ItemKind::File | ItemKind::Link);
            if of_a_file && (sub.name == CA || layout::is_ours(&item.name)) {
                folder.remove_file(&item.name)?;
            } else {
                others.push(item.name);
            }
        }
        if !others.is_empty() {
            if user.kind(name)?.is_none() {
                user.create_folder(name)?;
            }
            let home = user.folder(name)?;
            for other in others {
                rescue(&folder, &other, &home)?;
            }
            home.sync()?;
        }
        holder.remove_folder(&sub.name)?;
    }
    Ok(())
}

/// Moves what is not ours, under another name if its own is taken.
fn rescue(from: &Dir, name: &OsStr, to: &Dir) -> Result<()> {
    let mut new_name = name.to_owned();
    for _ in 0..ATTEMPTS {
        match from.rename(name, to, &new_name) {
            Err(failed) if failed.is_there_already() => new_name.push("~"),
            done => return done,
        }
    }
    from.rename(name, to, &new_name)
}

const NEW: &str = "new";
const OLD: &str = "old";
/// `new`, after it was renamed once.
const TRIED: &str = "tried";
const CA: &str = "ca";
/// Names that are tried before one is said to be taken. Any number would do.
const ATTEMPTS: usize = 100;
