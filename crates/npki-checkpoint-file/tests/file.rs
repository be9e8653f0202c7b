//! The contract of a second place, in a file, by many at once, and where nothing can be kept.

use std::{fs, thread};

use npki_checkpoint_file::CheckpointFile;
use npki_ledger::{SecondPlace as _, Stored};

#[test]
fn it_is_replaced_whole_and_only_by_who_knows_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bank.checkpoint");
    let (one, other) = (CheckpointFile::new(&path), CheckpointFile::new(&path));
    assert_eq!(one.load().unwrap(), None);
    assert_eq!(one.store(Some("a"), "b").unwrap(), Stored::Outdated);
    assert_eq!(one.store(None, "a\n").unwrap(), Stored::Done);
    assert_eq!(other.store(None, "b\n").unwrap(), Stored::Outdated);
    assert_eq!(other.store(Some("a"), "b\n").unwrap(), Stored::Outdated);
    assert_eq!(other.store(Some("a\n"), "b\n").unwrap(), Stored::Done);
    assert_eq!(fs::read_to_string(&path).unwrap(), "b\n");
    // Nothing staged is left behind.
    let mut names: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["bank.checkpoint", "bank.checkpoint.lock"]);
}

/// Eight count up to 200 together: no count is lost, and none is told twice.
#[test]
fn many_take_turns() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bank.checkpoint");
    CheckpointFile::new(&path).store(None, "0").unwrap();
    let count = || {
        let place = CheckpointFile::new(&path);
        let mut done = 0;
        while done < 25 {
            let last = place.load().unwrap().unwrap();
            let next = (last.parse::<u32>().unwrap() + 1).to_string();
            if place.store(Some(&last), &next).unwrap() == Stored::Done {
                done += 1;
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(count);
        }
    });
    assert_eq!(fs::read_to_string(&path).unwrap(), "200");
}

#[test]
fn what_is_no_place_is_an_error_and_not_an_empty_one() {
    let folder = tempfile::tempdir().unwrap();
    // A drive that is not mounted must not look like a first start.
    let gone = CheckpointFile::new(folder.path().join("unmounted/bank.checkpoint"));
    assert!(gone.load().is_err() && gone.store(None, "a").is_err());
    let is_folder = CheckpointFile::new(folder.path());
    assert!(is_folder.load().is_err());
    for (octets, fine) in [(131_072, true), (131_073, false)] {
        let path = folder.path().join("long");
        fs::write(&path, "a".repeat(octets)).unwrap();
        let load = CheckpointFile::new(&path).load();
        assert_eq!(load.is_ok(), fine, "{octets}");
    }
    let path = folder.path().join("binary");
    fs::write(&path, [0xff, 0xfe]).unwrap();
    assert!(CheckpointFile::new(&path).load().is_err());
}

/// For its owner's eyes alone.
#[test]
#[cfg(unix)]
fn the_file_is_private() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    let place = CheckpointFile::new(folder.path().join("bank.checkpoint"));
    place.store(None, "a").unwrap();
    let mode = fs::metadata(place.path()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
