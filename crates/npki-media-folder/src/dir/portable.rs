use std::ffi::OsStr;
use std::fs::{self, File, FileType, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Component, Path, PathBuf};
use std::time::Duration;
#[cfg(windows)]
use std::time::Instant;

use super::{Exchange, Item, ItemKind, LockKind, MAX_NAMES, Octets};
use crate::failed::{Failed, Result, What};

/// A folder by its path. Each name is looked at before it is used, without following a link; a name
/// that is exchanged in between is followed, which only descriptors could prevent.
#[derive(Debug)]
pub(crate) struct Dir {
    path: PathBuf,
}

/// A lock that lasts until it is dropped.
#[derive(Debug)]
pub(crate) struct Lock {
    file: Option<File>,
}

impl Lock {
    /// Whether anybody is kept out.
    pub(crate) const fn is_held(&self) -> bool {
        self.file.is_some()
    }
}

impl Dir {
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let metadata = fs::metadata(path).map_err(|error| Failed::io(path, error))?;
        if !metadata.is_dir() {
            return Err(Failed::io(path, io::ErrorKind::NotADirectory));
        }
        Ok(Self {
            path: path.to_owned(),
        })
    }

    pub(crate) fn open_or_create(path: &Path) -> Result<Self> {
        match fs::create_dir(path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                Err(Failed::io(path, error))
            }
            _ => Self::open(path),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn folder(&self, name: &OsStr) -> Result<Self> {
        let path = self.join(name)?;
        match self.kind(name)? {
            Some(ItemKind::Folder) => Ok(Self { path }),
            Some(found) => Err(Failed::new(
                &path,
                What::NotA {
                    wanted: "folder",
                    found: found.name(),
                },
            )),
            None => Err(Failed::io(&path, io::ErrorKind::NotFound)),
        }
    }

    pub(crate) fn create_folder(&self, name: &OsStr) -> Result<Self> {
        let path = self.join(name)?;
        fs::create_dir(&path).map_err(|error| Failed::io(&path, error))?;
        Ok(Self { path })
    }

    pub(crate) fn items(&self) -> Result<Vec<Item>> {
        let failed = |error| Failed::io(&self.path, error);
        let mut items = Vec::new();
        for entry in fs::read_dir(&self.path).map_err(failed)?.take(MAX_NAMES) {
            let entry = entry.map_err(failed)?;
            items.push(Item {
                name: entry.file_name(),
                kind: kind_of(entry.file_type().map_err(failed)?),
            });
        }
        items.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(items)
    }

    pub(crate) fn kind(&self, name: &OsStr) -> Result<Option<ItemKind>> {
        let path = self.join(name)?;
        match fs::symlink_metadata(&path) {
            Ok(metadata) => Ok(Some(kind_of(metadata.file_type()))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Failed::io(&path, error)),
        }
    }

    pub(crate) fn read(&self, name: &OsStr, max: u64) -> Result<Octets> {
        let path = self.join(name)?;
        match self.kind(name)? {
            Some(ItemKind::File) => {}
            Some(found) => {
                let wanted = "file";
                let found = found.name();
                return Err(Failed::new(&path, What::NotA { wanted, found }));
            }
            None => return Err(Failed::io(&path, io::ErrorKind::NotFound)),
        }
        let failed = |error| Failed::io(&path, error);
        let file = File::open(&path).map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        let too_large = |found| Failed::new(&path, What::TooLarge { found, max });
        if metadata.len() > max {
            return Err(too_large(metadata.len()));
        }
        let mut bytes = Vec::new();
        file.take(max + 1).read_to_end(&mut bytes).map_err(failed)?;
        let found = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if found > max {
            return Err(too_large(found));
        }
        Ok(Octets {
            bytes,
            modified: metadata.modified().ok(),
        })
    }

    pub(crate) fn write_new(&self, name: &OsStr, bytes: &[u8]) -> Result<()> {
        let path = self.join(name)?;
        let failed = |error| Failed::io(&path, error);
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&path)
            .map_err(failed)?;
        file.write_all(bytes).map_err(failed)?;
        file.sync_all().map_err(failed)
    }

    pub(crate) fn rename(&self, name: &OsStr, to: &Self, new_name: &OsStr) -> Result<()> {
        let from = self.join(name)?;
        let path = to.join(new_name)?;
        if to.kind(new_name)?.is_some() {
            return Err(Failed::io(&path, io::ErrorKind::AlreadyExists));
        }
        fs::rename(from, &path).map_err(|error| Failed::io(&path, error))
    }

    #[expect(clippy::unused_self, reason = "the signature of the other one")]
    pub(crate) fn exchange(&self, _: &OsStr, _: &Self, _: &OsStr) -> Result<Exchange> {
        Ok(Exchange::Unsupported)
    }

    pub(crate) fn remove_file(&self, name: &OsStr) -> Result<()> {
        let path = self.join(name)?;
        fs::remove_file(&path).map_err(|error| Failed::io(&path, error))
    }

    pub(crate) fn remove_folder(&self, name: &OsStr) -> Result<()> {
        let path = self.join(name)?;
        fs::remove_dir(&path).map_err(|error| Failed::io(&path, error))
    }

    /// There is no way to say it for a folder; NTFS keeps the order of names by its journal.
    #[expect(clippy::unused_self, reason = "the signature of the other one")]
    pub(crate) fn sync(&self) -> Result<()> {
        Ok(())
    }

    /// Waits until no other process is at this folder.
    ///
    /// Windows cannot lock a folder. A file that nobody else may open and that vanishes when it is
    /// closed, whatever becomes of the process, does the same, for readers as well. A medium that
    /// cannot be written to needs no lock.
    #[cfg(windows)]
    pub(crate) fn lock(&self, _: LockKind, patience: Duration) -> Result<Lock> {
        use std::os::windows::fs::OpenOptionsExt as _;
        let path = self.path.join(LOCK_FILE);
        let begun = Instant::now();
        loop {
            let opened = OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(false)
                .share_mode(0)
                .custom_flags(FILE_FLAG_DELETE_ON_CLOSE)
                .open(&path);
            match opened {
                Ok(file) => return Ok(Lock { file: Some(file) }),
                Err(error) if error.raw_os_error() == Some(ERROR_SHARING_VIOLATION) => {
                    if begun.elapsed() >= patience {
                        return Err(Failed::new(&self.path, What::Busy));
                    }
                    std::thread::sleep(LOCK_INTERVAL);
                }
                // Writing will say why, if anybody writes.
                Err(_) => return Ok(Lock { file: None }),
            }
        }
    }

    /// There is no way to wait for others.
    #[cfg(not(windows))]
    #[expect(clippy::unused_self, reason = "the signature of the other one")]
    pub(crate) fn lock(&self, _: LockKind, _: Duration) -> Result<Lock> {
        Ok(Lock { file: None })
    }

    fn join(&self, name: &OsStr) -> Result<PathBuf> {
        let path = self.path.join(name);
        let mut components = Path::new(name).components();
        let plain = matches!(components.next(), Some(Component::Normal(part)) if part == name)
            && components.next().is_none();
        if plain {
            return Ok(path);
        }
        Err(Failed::io(&path, io::ErrorKind::InvalidInput))
    }
}

fn kind_of(file_type: FileType) -> ItemKind {
    if file_type.is_file() {
        ItemKind::File
    } else if file_type.is_dir() {
        ItemKind::Folder
    } else if file_type.is_symlink() {
        ItemKind::Link
    } else {
        ItemKind::Other
    }
}

#[cfg(windows)]
const LOCK_FILE: &str = ".npki-lock";
#[cfg(windows)]
const LOCK_INTERVAL: Duration = Duration::from_millis(3);
/// winbase.h
#[cfg(windows)]
const FILE_FLAG_DELETE_ON_CLOSE: u32 = 0x0400_0000;
/// winerror.h
#[cfg(windows)]
const ERROR_SHARING_VIOLATION: i32 = 32;
