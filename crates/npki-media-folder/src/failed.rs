use std::io;
use std::path::{Path, PathBuf};

use npki_media::{Damage, MediumError};

/// What the file system refused, and where: this adapter's own error.
#[derive(Debug)]
pub(crate) struct Failed {
    pub(crate) at: PathBuf,
    pub(crate) what: What,
}

#[derive(Debug)]
pub(crate) enum What {
    Io(io::Error),
    NotA {
        wanted: &'static str,
        found: &'static str,
    },
    TooLarge {
        found: u64,
        max: u64,
    },
    NotAsWritten,
    #[cfg_attr(not(any(unix, windows)), expect(dead_code, reason = "no locks"))]
    Busy,
}

pub(crate) type Result<T> = core::result::Result<T, Failed>;

impl Failed {
    pub(crate) fn new(at: &Path, what: What) -> Self {
        Self {
            at: at.to_owned(),
            what,
        }
    }

    pub(crate) fn io(at: &Path, error: impl Into<io::Error>) -> Self {
        Self::new(at, What::Io(error.into()))
    }

    pub(crate) fn io_kind(&self) -> Option<io::ErrorKind> {
        match &self.what {
            What::Io(error) => Some(error.kind()),
            _ => None,
        }
    }

    pub(crate) fn is_not_found(&self) -> bool {
        self.io_kind() == Some(io::ErrorKind::NotFound)
    }

    /// Whether the medium failed: neither is anything missing or other than it should be, nor may this
    /// user not look.
    pub(crate) fn is_of_the_medium(&self) -> bool {
        match self.io_kind() {
            Some(io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied) => false,
            Some(_) => true,
            None => matches!(self.what, What::Busy | What::NotAsWritten),
        }
    }

    pub(crate) fn is_there_already(&self) -> bool {
        matches!(
            self.io_kind(),
            Some(io::ErrorKind::AlreadyExists | io::ErrorKind::DirectoryNotEmpty)
        )
    }
}

/// The one place where what a system says becomes what a caller can act on.
impl From<Failed> for MediumError {
    fn from(failed: Failed) -> Self {
        let at = failed.at.display().to_string();
        let error = match failed.what {
            What::NotA { wanted, found } => {
                let damage = Damage::NotA { wanted, found };
                return Self::Damaged { at, damage };
            }
            What::TooLarge { found, max } => {
                let damage = Damage::TooLarge { found, max };
                return Self::Damaged { at, damage };
            }
            What::NotAsWritten => return Self::NotAsWritten { at },
            What::Busy => return Self::Busy { at },
            What::Io(error) => error,
        };
        if error.raw_os_error().is_some_and(is_gone) {
            return Self::Gone {
                at,
                source: Some(error.into()),
            };
        }
        let kind = error.kind();
        let source = error.into();
        match kind {
            io::ErrorKind::StorageFull
            | io::ErrorKind::QuotaExceeded
            // A limit on the length of files: no more room for this process.
            | io::ErrorKind::FileTooLarge => Self::Full { at, source },
            io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly { at, source },
            io::ErrorKind::PermissionDenied => Self::Denied { at, source },
            io::ErrorKind::NotFound | io::ErrorKind::StaleNetworkFileHandle => Self::Gone {
                at,
                source: Some(source),
            },
            _ => Self::Io { at, source },
        }
    }
}

/// Whether a code of the system says that the device is not there. `std` has no kinds for them.
fn is_gone(code: i32) -> bool {
    GONE.contains(&code)
}

/// `ENXIO`, `ENODEV`, `ENOMEDIUM` (errno.h); macOS has no `ENOMEDIUM`.
#[cfg(unix)]
const GONE: &[i32] = &[6, 19, 123];
/// `ERROR_BAD_UNIT`, `ERROR_NOT_READY`, `ERROR_DEV_NOT_EXIST`, `ERROR_NO_SUCH_DEVICE`,
/// `ERROR_NO_MEDIA_IN_DRIVE`, `ERROR_DEVICE_NOT_CONNECTED` (winerror.h).
#[cfg(windows)]
const GONE: &[i32] = &[20, 21, 55, 433, 1112, 1167];
#[cfg(not(any(unix, windows)))]
const GONE: &[i32] = &[];

#[cfg(test)]
mod tests {
    use std::io;
    use std::path::Path;

    use npki_media::MediumError;

    use super::{Failed, What};

    fn kind(error: &MediumError) -> &'static str {
        match error {
            MediumError::Full { .. } => "full",
            MediumError::ReadOnly { .. } => "read-only",
            MediumError::Denied { .. } => "denied",
            MediumError::Gone { .. } => "gone",
            MediumError::Busy { .. } => "busy",
            MediumError::Damaged { .. } => "damaged",
            MediumError::NotAsWritten { .. } => "not as written",
            MediumError::Io { .. } => "io",
            _ => "other",
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn codes_of_linux_are_kinds() {
        for (code, wanted) in [
            (28, "full"),      // ENOSPC
            (122, "full"),     // EDQUOT
            (27, "full"),      // EFBIG
            (30, "read-only"), // EROFS
            (13, "denied"),    // EACCES
            (1, "denied"),     // EPERM
            (2, "gone"),       // ENOENT
            (6, "gone"),       // ENXIO
            (19, "gone"),      // ENODEV
            (123, "gone"),     // ENOMEDIUM
            (116, "gone"),     // ESTALE
            (5, "io"),         // EIO
            (22, "io"),        // EINVAL
        ] {
            let failed = Failed::io(Path::new("/x"), io::Error::from_raw_os_error(code));
            assert_eq!(kind(&failed.into()), wanted, "{code}");
        }
    }

    #[test]
    fn what_is_no_error_of_the_system_keeps_its_kind() {
        for (what, wanted) in [
            (What::Busy, "busy"),
            (What::NotAsWritten, "not as written"),
            (What::TooLarge { found: 2, max: 1 }, "damaged"),
            (
                What::NotA {
                    wanted: "file",
                    found: "folder",
                },
                "damaged",
            ),
        ] {
            assert_eq!(kind(&Failed::new(Path::new("/x"), what).into()), wanted);
        }
    }
}
