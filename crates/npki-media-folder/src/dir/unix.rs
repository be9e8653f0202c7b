use std::ffi::OsStr;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::fs::{self, AtFlags, FileType, FlockOperation, Mode, OFlags};
use rustix::io::Errno;

use super::{Exchange, Item, ItemKind, LockKind, MAX_NAMES, Octets};
use crate::failed::{Failed, Result, What};

/// An open folder. `path` is for messages and for the first step only.
#[derive(Debug)]
pub(crate) struct Dir {
    fd: OwnedFd,
    path: PathBuf,
}

/// A lock that lasts until it is dropped.
#[derive(Debug)]
pub(crate) struct Lock {
    fd: Option<OwnedFd>,
}

impl Lock {
    /// Whether anybody is kept out.
    pub(crate) const fn is_held(&self) -> bool {
        self.fd.is_some()
    }
}

impl Dir {
    /// Opens the folder that the caller named; links on the way to it are the caller's own.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let fd = fs::open(path, FOLDER.difference(OFlags::NOFOLLOW), Mode::empty())
            .map_err(|error| Failed::io(path, error))?;
        Ok(Self {
            fd,
            path: path.to_owned(),
        })
    }

    /// Makes the folder that the caller named, if it is not there, and says it to the disk.
    pub(crate) fn open_or_create(path: &Path) -> Result<Self> {
        match Self::open(path) {
            Err(error) if error.is_not_found() => {}
            done => return done,
        }
        let parent = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let parent = Self::open(parent)?;
        match fs::mkdir(path, FOLDER_MODE) {
            Ok(()) => parent.sync()?,
            Err(Errno::EXIST) => {}
            Err(error) => return Err(Failed::io(path, error)),
        }
        Self::open(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Opens a folder in this one.
    pub(crate) fn folder(&self, name: &OsStr) -> Result<Self> {
        let path = self.join(name)?;
        let fd = fs::openat(&self.fd, name, FOLDER, Mode::empty()).map_err(|error| {
            match error {
                // What `O_DIRECTORY | O_NOFOLLOW` says of a file and of a link.
                Errno::NOTDIR | Errno::LOOP => self.not_a(name, "folder"),
                _ => Failed::io(&path, error),
            }
        })?;
        Ok(Self { fd, path })
    }

    /// Makes a folder in this one and opens it.
    pub(crate) fn create_folder(&self, name: &OsStr) -> Result<Self> {
        let path = self.join(name)?;
        fs::mkdirat(&self.fd, name, FOLDER_MODE).map_err(|error| Failed::io(&path, error))?;
        self.folder(name)
    }

    /// The names in this folder, sorted, at most [`MAX_NAMES`].
    pub(crate) fn items(&self) -> Result<Vec<Item>> {
        let failed = |error| Failed::io(&self.path, error);
        let mut items = Vec::new();
        for entry in fs::Dir::read_from(&self.fd).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = OsStr::from_bytes(entry.file_name().to_bytes());
            if name == "." || name == ".." {
                continue;
            }
            if items.len() == MAX_NAMES {
                break;
            }
            let kind = match entry.file_type() {
                FileType::Unknown => match self.kind(name) {
                    Ok(Some(kind)) => kind,
                    // Gone meanwhile.
                    Ok(None) => continue,
                    Err(error) => return Err(error),
                },
                known => kind_of(known),
            };
            items.push(Item {
                name: name.to_owned(),
                kind,
            });
        }
        items.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(items)
    }

    /// What has this name, if anything has.
    pub(crate) fn kind(&self, name: &OsStr) -> Result<Option<ItemKind>> {
        let path = self.join(name)?;
        match fs::statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Some(kind_of(FileType::from_raw_mode(stat.st_mode)))),
            Err(Errno::NOENT) => Ok(None),
            Err(error) => Err(Failed::io(&path, error)),
        }
    }

    /// Reads a file of at most `max` octets.
    pub(crate) fn read(&self, name: &OsStr, max: u64) -> Result<Octets> {
        let path = self.join(name)?;
        // Opening a device or a pipe can have effects, so what is no file is not even opened.
        match self.kind(name)? {
            Some(ItemKind::File) => {}
            Some(_) => return Err(self.not_a(name, "file")),
            None => return Err(Failed::io(&path, Errno::NOENT)),
        }
        // Should it be exchanged here: no link is followed, and nothing waits for a pipe's other end.
        let flags =
            OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let file: File = fs::openat(&self.fd, name, flags, Mode::empty())
            .map_err(|error| Failed::io(&path, error))?
            .into();
        let failed = |error| Failed::io(&path, error);
        let metadata = file.metadata().map_err(failed)?;
        if !metadata.is_file() {
            return Err(self.not_a(name, "file"));
        }
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

    /// Writes a new file that only its owner may read, down to the disk.
    pub(crate) fn write_new(&self, name: &OsStr, bytes: &[u8]) -> Result<()> {
        let path = self.join(name)?;
        let flags =
            OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mut file: File = fs::openat(&self.fd, name, flags, FILE_MODE)
            .map_err(|error| Failed::io(&path, error))?
            .into();
        let failed = |error| Failed::io(&path, error);
        file.write_all(bytes).map_err(failed)?;
        file.sync_all().map_err(failed)
    }

    /// Moves a name to another folder of the same file system, where nothing has that name.
    pub(crate) fn rename(&self, name: &OsStr, to: &Self, new_name: &OsStr) -> Result<()> {
        self.join(name)?;
        let path = to.join(new_name)?;
        let failed = |error| Failed::io(&path, error);
        #[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
        match fs::renameat_with(&self.fd, name, &to.fd, new_name, fs::RenameFlags::NOREPLACE) {
            Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {}
            done => return done.map_err(failed),
        }
        // A folder never takes the place of a file or of a folder with something in it.
        if to.kind(new_name)?.is_some() {
            return Err(failed(Errno::EXIST));
        }
        fs::renameat(&self.fd, name, &to.fd, new_name).map_err(failed)
    }

    /// Lets two folders change places in one step, where the file system can do that and a loss of
    /// power does not tear it.
    #[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
    pub(crate) fn exchange(
        &self,
        name: &OsStr,
        other: &Self,
        other_name: &OsStr,
    ) -> Result<Exchange> {
        self.join(name)?;
        let path = other.join(other_name)?;
        if other.tears_exchange() {
            return Ok(Exchange::Unsupported);
        }
        match fs::renameat_with(
            &self.fd,
            name,
            &other.fd,
            other_name,
            fs::RenameFlags::EXCHANGE,
        ) {
            Ok(()) => Ok(Exchange::Done),
            Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => Ok(Exchange::Unsupported),
            Err(error) => Err(Failed::io(&path, error)),
        }
    }

    #[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
    pub(crate) fn exchange(&self, _: &OsStr, _: &Self, _: &OsStr) -> Result<Exchange> {
        Ok(Exchange::Unsupported)
    }

    /// FAT has no journal: an exchange cut short leaves one folder under both names, and freeing one
    /// of them frees the other.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    fn tears_exchange(&self) -> bool {
        // MSDOS_SUPER_MAGIC and EXFAT_SUPER_MAGIC of linux/magic.h.
        fs::fstatfs(&self.fd).is_ok_and(|found| matches!(found.f_type, 0x4d44 | 0x2011_bab0))
    }

    #[cfg(target_vendor = "apple")]
    fn tears_exchange(&self) -> bool {
        false
    }

    /// Removes a file, or a link itself.
    pub(crate) fn remove_file(&self, name: &OsStr) -> Result<()> {
        let path = self.join(name)?;
        fs::unlinkat(&self.fd, name, AtFlags::empty()).map_err(|error| Failed::io(&path, error))
    }

    /// Removes an empty folder.
    pub(crate) fn remove_folder(&self, name: &OsStr) -> Result<()> {
        let path = self.join(name)?;
        fs::unlinkat(&self.fd, name, AtFlags::REMOVEDIR).map_err(|error| Failed::io(&path, error))
    }

    /// Brings the names in this folder down to the disk.
    pub(crate) fn sync(&self) -> Result<()> {
        match fs::fsync(&self.fd) {
            // Some file systems in user space know no such thing for folders.
            Ok(()) | Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => Ok(()),
            Err(error) => Err(Failed::io(&self.path, error)),
        }
    }

    /// Waits, but not for ever, until no other process is at this folder.
    ///
    /// The lock (`flock`) is on the folder itself, so that no file is left behind. A file system
    /// without locks gets none: transactions stay whole there, and the later of two may fail.
    pub(crate) fn lock(&self, kind: LockKind, patience: Duration) -> Result<Lock> {
        // A descriptor of its own: the lock is tied to it, and threads exclude each other as well.
        let fd = fs::openat(&self.fd, ".", FOLDER, Mode::empty())
            .map_err(|error| Failed::io(&self.path, error))?;
        let operation = match kind {
            LockKind::Shared => FlockOperation::NonBlockingLockShared,
            LockKind::Exclusive => FlockOperation::NonBlockingLockExclusive,
        };
        let begun = Instant::now();
        loop {
            match fs::flock(&fd, operation) {
                Ok(()) => return Ok(Lock { fd: Some(fd) }),
                Err(Errno::INTR) => {}
                Err(Errno::WOULDBLOCK) if begun.elapsed() < patience => {
                    std::thread::sleep(LOCK_INTERVAL);
                }
                Err(Errno::WOULDBLOCK) => return Err(Failed::new(&self.path, What::Busy)),
                Err(Errno::NOLCK | Errno::NOSYS | Errno::OPNOTSUPP | Errno::INVAL) => {
                    return Ok(Lock { fd: None });
                }
                Err(error) => return Err(Failed::io(&self.path, error)),
            }
        }
    }

    fn not_a(&self, name: &OsStr, wanted: &'static str) -> Failed {
        let found = match self.kind(name) {
            Ok(Some(kind)) => kind.name(),
            _ => "something else",
        };
        Failed::new(&self.path.join(name), What::NotA { wanted, found })
    }

    /// The path for messages; refuses what is not one plain name.
    fn join(&self, name: &OsStr) -> Result<PathBuf> {
        let path = self.path.join(name);
        let plain = !matches!(name.as_bytes(), b"" | b"." | b"..")
            && !name
                .as_bytes()
                .iter()
                .any(|octet| matches!(octet, b'/' | 0));
        if plain {
            return Ok(path);
        }
        Err(Failed::io(&path, Errno::INVAL))
    }
}

fn kind_of(file_type: FileType) -> ItemKind {
    match file_type {
        FileType::RegularFile => ItemKind::File,
        FileType::Directory => ItemKind::Folder,
        FileType::Symlink => ItemKind::Link,
        _ => ItemKind::Other,
    }
}

const FOLDER: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC);
/// `rwx------`.
const FOLDER_MODE: Mode = Mode::RWXU;
/// `rw-------`.
const FILE_MODE: Mode = Mode::RUSR.union(Mode::WUSR);
const LOCK_INTERVAL: Duration = Duration::from_millis(3);

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::Dir;

    #[test]
    fn names_are_one_component() {
        let root = tempfile::tempdir().unwrap();
        let dir = Dir::open(root.path()).unwrap();
        for name in ["", ".", "..", "a/b", "../x", "/etc", "a\0b"] {
            let name = OsStr::new(name);
            assert!(dir.create_folder(name).is_err(), "{name:?}");
            assert!(dir.write_new(name, b"x").is_err(), "{name:?}");
            assert!(dir.read(name, 1).is_err(), "{name:?}");
            assert!(dir.folder(name).is_err(), "{name:?}");
            assert!(dir.rename(name, &dir, OsStr::new("y")).is_err(), "{name:?}");
        }
        assert!(dir.items().unwrap().is_empty());
    }
}
