use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use npki_media::MediumKind;

/// What is known of a machine, to look for NPKI folders on it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Environment {
    /// The operating system.
    pub system: System,
    /// The user's home folder: `%USERPROFILE%`, `$HOME`.
    pub home: Option<PathBuf>,
    /// Folders of installed programs: `%ProgramFiles%`, `%ProgramFiles(x86)%`.
    pub program_files: Vec<PathBuf>,
    /// Roots of drives and mounted media.
    pub mounts: Vec<Mount>,
    /// Shared storage of a phone: `/sdcard`.
    pub storage: Vec<PathBuf>,
}

/// An operating system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
#[allow(missing_docs, reason = "their names say what they are")]
pub enum System {
    Windows,
    MacOs,
    Linux,
    Android,
}

/// The root of a drive or a mounted medium.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    /// Where it is.
    pub root: PathBuf,
    /// What it is.
    pub kind: MediumKind,
}

impl Environment {
    /// One of which nothing is known but the system.
    #[must_use]
    pub const fn new(system: System) -> Self {
        Self {
            system,
            home: None,
            program_files: Vec::new(),
            mounts: Vec::new(),
            storage: Vec::new(),
        }
    }

    /// This machine, as its environment variables and its list of mounts have it. What cannot be read
    /// is left out.
    #[must_use]
    pub fn from_system() -> Self {
        let system = System::HERE;
        let home = match system {
            System::Windows => "USERPROFILE",
            _ => "HOME",
        };
        let mut environment = Self {
            home: variable(home),
            ..Self::new(system)
        };
        match system {
            System::Windows => {
                let names = ["ProgramFiles", "ProgramFiles(x86)"];
                environment.program_files = names.into_iter().filter_map(variable).collect();
                environment.mounts = drives(variable("SystemDrive").as_deref());
            }
            System::MacOs => environment.mounts = below(Path::new("/Volumes")),
            System::Linux => environment.mounts = linux_mounts(),
            System::Android => {
                environment.storage = ANDROID_STORAGE.iter().map(PathBuf::from).collect();
            }
        }
        environment
    }
}

impl System {
    /// The one that this program runs on. What is none of them is treated like Linux.
    pub const HERE: Self = if cfg!(windows) {
        Self::Windows
    } else if cfg!(target_vendor = "apple") {
        Self::MacOs
    } else if cfg!(target_os = "android") {
        Self::Android
    } else {
        Self::Linux
    };
}

fn variable(name: &str) -> Option<PathBuf> {
    env::var_os(name)
        .filter(|value| !value.is_empty())
        .map(PathBuf::from)
}

/// Drives `A:` to `Z:` that answer. Whether one can be taken out is not known without asking Windows;
/// all but the system's are taken for such.
fn drives(system_drive: Option<&Path>) -> Vec<Mount> {
    ('A'..='Z')
        .map(|letter| (format!("{letter}:"), PathBuf::from(format!("{letter}:\\"))))
        .filter(|(_, root)| root.is_dir())
        .map(|(name, root)| Mount {
            kind: if system_drive == Some(Path::new(&name)) {
                MediumKind::Disk
            } else {
                MediumKind::Removable
            },
            root,
        })
        .collect()
}

/// What is mounted where media are mounted, and the folders there: `/media/<user>/<medium>` is a mount
/// point, `/mnt` may be one itself.
fn linux_mounts() -> Vec<Mount> {
    let listed = fs::read("/proc/self/mounts").unwrap_or_default();
    let mut mounts = mounts_of(&listed);
    for parent in MOUNT_PARENTS {
        for mount in below(Path::new(parent)) {
            if !mounts.contains(&mount) {
                mounts.push(mount);
            }
        }
    }
    mounts
}

/// The mount points below the usual places in a table like `/proc/self/mounts`.
pub(crate) fn mounts_of(table: &[u8]) -> Vec<Mount> {
    let table = String::from_utf8_lossy(table);
    table
        .lines()
        .take(MAX_MOUNTS)
        .filter_map(|line| line.split_ascii_whitespace().nth(1))
        .map(|field| PathBuf::from(unescaped(field)))
        .filter(|root| MOUNT_PARENTS.iter().any(|parent| root.starts_with(parent)))
        .map(|root| Mount {
            root,
            kind: MediumKind::Removable,
        })
        .collect()
}

/// The kernel writes a blank, tab, line feed and backslash as three octal digits (proc(5)).
fn unescaped(field: &str) -> String {
    let mut text = String::with_capacity(field.len());
    let mut rest = field;
    while let Some((before, after)) = rest.split_once('\\') {
        text.push_str(before);
        let code = after
            .get(..3)
            .and_then(|digits| u8::from_str_radix(digits, 8).ok());
        match code {
            Some(code) => {
                text.push(char::from(code));
                rest = after.get(3..).unwrap_or_default();
            }
            None => {
                text.push('\\');
                rest = after;
            }
        }
    }
    text.push_str(rest);
    text
}

fn below(parent: &Path) -> Vec<Mount> {
    let Ok(entries) = fs::read_dir(parent) else {
        return Vec::new();
    };
    let mut roots: Vec<PathBuf> = entries
        .take(MAX_MOUNTS)
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .map(|entry| entry.path())
        .collect();
    roots.sort();
    let mount = |root| Mount {
        root,
        kind: MediumKind::Removable,
    };
    roots.into_iter().map(mount).collect()
}

/// Where Linux desktops and people mount media.
const MOUNT_PARENTS: [&str; 3] = ["/media", "/run/media", "/mnt"];
/// Shared storage of Android, under its names of today and before.
const ANDROID_STORAGE: [&str; 3] = ["/sdcard", "/mnt/sdcard", "/storage/emulated/0"];
/// A bound of ours.
const MAX_MOUNTS: usize = 1_000;

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::mounts_of;

    #[test]
    fn mount_points_are_read_with_their_escapes() {
        let table = b"/dev/sda1 / ext4 rw 0 0\n\
            /dev/sdb1 /media/hong/MY\\040STICK vfat rw 0 0\n\
            /dev/sdc1 /run/media/hong/\xea\xb0\x80 vfat rw 0 0\n\
            tmpfs /mediated tmpfs rw 0 0\n\
            broken\n\
            /dev/sdd1 /mnt/a\\b vfat\n";
        let mounts = mounts_of(table);
        let roots: Vec<&Path> = mounts.iter().map(|mount| mount.root.as_path()).collect();
        assert_eq!(
            roots,
            [
                Path::new("/media/hong/MY STICK"),
                Path::new("/run/media/hong/가"),
                Path::new("/mnt/a\\b"),
            ]
        );
    }
}
