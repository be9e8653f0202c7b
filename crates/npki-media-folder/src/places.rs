use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use npki_media::MediumKind;

use crate::environment::{Environment, System};
use crate::layout;

/// A row of [`PLACES`]: a folder that may hold an NPKI folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PlaceRow {
    /// On which system.
    pub system: System,
    /// From where the path goes.
    pub from: Base,
    /// The path, with `/` between its parts. The last part is the NPKI folder.
    pub path: &'static str,
    /// What software uses it.
    pub who: &'static str,
}

/// From where a path of [`PLACES`] goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Base {
    /// The user's home folder.
    Home,
    /// Each folder of installed programs.
    ProgramFiles,
    /// The root of each drive or mounted medium.
    Mount,
    /// Each shared storage of a phone.
    Storage,
}

/// An NPKI folder, or where one would be.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Place {
    /// The folder.
    pub path: PathBuf,
    /// What it is on.
    pub kind: MediumKind,
    /// Why it is looked for there.
    pub row: &'static PlaceRow,
}

/// Where NPKI folders are, the place that is written to first.
///
/// Source: KCAC.TS.UI for the paths, as a dozen open readers have them.
pub const PLACES: &[PlaceRow] = {
    use Base::{Home, Mount, ProgramFiles, Storage};
    use System::{Android, Linux, MacOs, Windows};
    &[
        row(
            Windows,
            Home,
            "AppData/LocalLow/NPKI",
            "Windows Vista and later",
        ),
        row(Windows, ProgramFiles, "NPKI", "Windows XP and old clients"),
        row(Windows, Mount, "NPKI", "removable and other drives"),
        row(MacOs, Home, "Library/Preferences/NPKI", "clients for macOS"),
        row(MacOs, Home, "Documents/NPKI", "some clients for macOS"),
        row(MacOs, Home, "NPKI", "some clients for macOS"),
        row(MacOs, Mount, "NPKI", "removable media"),
        row(Linux, Home, "NPKI", "clients for Linux"),
        row(Linux, Home, ".pki/NPKI", "an open project for Linux"),
        row(Linux, Mount, "NPKI", "removable media"),
        row(
            Android,
            Storage,
            "NPKI",
            "clients for Android before scoped storage",
        ),
    ]
};

/// Where NPKI folders may be on this machine, whether they are there or not. Touches no disk.
#[must_use]
pub fn candidates(environment: &Environment) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::new();
    for row in PLACES.iter().filter(|row| row.system == environment.system) {
        for (base, kind) in bases(environment, row.from) {
            let path = row.path.split('/').fold(base, |path, part| path.join(part));
            if !places.iter().any(|place| place.path == path) {
                places.push(Place { path, kind, row });
            }
        }
    }
    places
}

/// The NPKI folders that are there, whatever the case of their name.
#[must_use]
pub fn find_roots(environment: &Environment) -> Vec<Place> {
    let mut found: Vec<Place> = Vec::new();
    for place in candidates(environment) {
        for path in spellings(&place.path) {
            if !found.iter().any(|place| place.path == path) {
                found.push(Place { path, ..place });
            }
        }
    }
    found
}

fn bases(environment: &Environment, from: Base) -> Vec<(PathBuf, MediumKind)> {
    let on_disk = |path: &PathBuf| (path.clone(), MediumKind::Disk);
    match from {
        Base::Home => environment.home.iter().map(on_disk).collect(),
        Base::ProgramFiles => environment.program_files.iter().map(on_disk).collect(),
        Base::Mount => {
            let mounts = environment.mounts.iter();
            mounts
                .map(|mount| (mount.root.clone(), mount.kind))
                .collect()
        }
        Base::Storage => {
            let storage = environment.storage.iter();
            storage
                .map(|path| (path.clone(), MediumKind::Phone))
                .collect()
        }
    }
}

/// The folders that are called like `path` but for the case of the last part, exactly so first.
fn spellings(path: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    if path.is_dir() {
        found.push(path.to_owned());
    }
    let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
        return found;
    };
    let Ok(entries) = fs::read_dir(parent) else {
        return found;
    };
    let mut others: Vec<PathBuf> = entries
        .take(crate::dir::MAX_NAMES)
        .filter_map(Result::ok)
        .filter(|entry| is_other_spelling(&entry.file_name(), name))
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect();
    others.sort();
    // A file system that does not tell case apart lists one folder, under another spelling.
    let known = found.first().and_then(|path| path.canonicalize().ok());
    others.retain(|path| known.is_none() || path.canonicalize().ok() != known);
    found.extend(others);
    found
}

fn is_other_spelling(found: &OsStr, name: &OsStr) -> bool {
    found != name && layout::same_name(found, name)
}

const fn row(system: System, from: Base, path: &'static str, who: &'static str) -> PlaceRow {
    PlaceRow {
        system,
        from,
        path,
        who,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use npki_media::MediumKind;

    use super::{candidates, find_roots};
    use crate::environment::{Environment, Mount, System};

    fn machine(system: System) -> Environment {
        Environment {
            home: Some("/home/hong".into()),
            program_files: vec!["/pf".into(), "/pf86".into()],
            mounts: vec![Mount {
                root: "/media/hong/STICK".into(),
                kind: MediumKind::Removable,
            }],
            storage: vec!["/sdcard".into()],
            ..Environment::new(system)
        }
    }

    #[test]
    fn each_system_has_its_places() {
        use MediumKind::{Disk, Phone, Removable};
        let table: &[(System, &[(&str, MediumKind)])] = &[
            (
                System::Windows,
                &[
                    ("/home/hong/AppData/LocalLow/NPKI", Disk),
                    ("/pf/NPKI", Disk),
                    ("/pf86/NPKI", Disk),
                    ("/media/hong/STICK/NPKI", Removable),
                ],
            ),
            (
                System::MacOs,
                &[
                    ("/home/hong/Library/Preferences/NPKI", Disk),
                    ("/home/hong/Documents/NPKI", Disk),
                    ("/home/hong/NPKI", Disk),
                    ("/media/hong/STICK/NPKI", Removable),
                ],
            ),
            (
                System::Linux,
                &[
                    ("/home/hong/NPKI", Disk),
                    ("/home/hong/.pki/NPKI", Disk),
                    ("/media/hong/STICK/NPKI", Removable),
                ],
            ),
            (System::Android, &[("/sdcard/NPKI", Phone)]),
        ];
        for (system, wanted) in table {
            let found: Vec<(PathBuf, MediumKind)> = candidates(&machine(*system))
                .into_iter()
                .map(|place| (place.path, place.kind))
                .collect();
            let wanted: Vec<(PathBuf, MediumKind)> = wanted
                .iter()
                .map(|(path, kind)| (PathBuf::from(path), *kind))
                .collect();
            assert_eq!(found, wanted, "{system:?}");
        }
    }

    #[test]
    fn only_folders_are_found_in_any_case() {
        let home = tempfile::tempdir().unwrap();
        let stick = tempfile::tempdir().unwrap();
        let environment = Environment {
            home: Some(home.path().into()),
            mounts: vec![Mount {
                root: stick.path().into(),
                kind: MediumKind::Removable,
            }],
            ..Environment::new(System::Linux)
        };
        assert!(find_roots(&environment).is_empty());
        fs::write(home.path().join("NPKI"), b"a file").unwrap();
        fs::create_dir(stick.path().join("npki")).unwrap();
        let found: Vec<PathBuf> = find_roots(&environment)
            .into_iter()
            .map(|place| place.path)
            .collect();
        assert_eq!(found, [stick.path().join("npki")]);
    }
}
