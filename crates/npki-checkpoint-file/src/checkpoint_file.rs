use std::{
    ffi::OsString,
    fs::File,
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
};

use npki_ledger::{PlaceError, SecondPlace, Stored};
use tempfile::NamedTempFile;

/// A checkpoint in a file, for its owner's eyes alone where files have a mode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckpointFile(PathBuf);

impl CheckpointFile {
    /// The file with this path. Its folder has to be there; the file is made by the first checkpoint.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    fn read(&self) -> io::Result<Option<String>> {
        let file = match File::open(&self.0) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                // A folder that is not there, a drive that is not mounted, is no place without a checkpoint.
                self.folder().metadata()?;
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        let mut note = String::new();
        file.take(NOTE_MAX + 1).read_to_string(&mut note)?;
        if u64::try_from(note.len()).unwrap_or(u64::MAX) > NOTE_MAX {
            return Err(io::Error::new(
                io::ErrorKind::FileTooLarge,
                "too long for a checkpoint",
            ));
        }
        Ok(Some(note))
    }

    fn replace(&self, last: Option<&str>, note: &str) -> io::Result<Stored> {
        let turn = self.turn()?;
        if self.read()?.as_deref() != last {
            return Ok(Stored::Outdated);
        }
        let mut staged = NamedTempFile::new_in(self.folder())?;
        staged.write_all(note.as_bytes())?;
        staged.as_file().sync_all()?;
        staged.persist(&self.0)?;
        sync_folder(self.folder())?;
        drop(turn);
        Ok(Stored::Done)
    }

    /// Waits for the lock; closed, the file gives it back.
    fn turn(&self) -> io::Result<File> {
        let mut name = OsString::from(&self.0);
        name.push(".lock");
        let mut options = File::options();
        let lock = options
            .create(true)
            .truncate(false)
            .write(true)
            .open(name)?;
        lock.lock()?;
        Ok(lock)
    }

    fn folder(&self) -> &Path {
        match self.0.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        }
    }
}

impl SecondPlace for CheckpointFile {
    fn load(&self) -> Result<Option<String>, PlaceError> {
        self.read().map_err(PlaceError::new)
    }

    fn store(&self, last: Option<&str>, note: &str) -> Result<Stored, PlaceError> {
        self.replace(last, note).map_err(PlaceError::new)
    }
}

/// Makes the new name durable. Other systems than Unix do so themselves, or have no way to ask for it.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Octets of a note: C2SP signed-note asks for room for 16 signatures of up to 5 kB.
const NOTE_MAX: u64 = 131_072;
