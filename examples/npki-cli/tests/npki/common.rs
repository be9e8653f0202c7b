//! A way to run the command as people run it.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use npki_media::{Bundle, Medium as _, Overwrite, conformance};
use npki_media_folder::FolderMedium;
use serde_json::Value;
use tempfile::TempDir;

/// At which the test subscribers' certificates are valid.
pub(crate) const NOW: &str = "2026-12-01T12:00:00+09:00";
/// Their password, and two that may be new.
pub(crate) const PASSWORD: &str = conformance::PASSWORD;
pub(crate) const NEW: &str = "Second-pass-2!";
pub(crate) const OTHER: &str = "Third-pass-3!";

/// What a run left.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The same, when it ended so.
    #[track_caller]
    pub(crate) fn with(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:?}");
        self
    }
}

/// Runs `npki` in English, secrets from standard input when there are any.
pub(crate) fn npki(args: &[&str], secrets: &[&str]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_npki"));
    command.args(args);
    if !secrets.is_empty() {
        command.arg("--password-stdin");
    }
    run(command, &secrets.join("\n"))
}

pub(crate) fn run(mut command: Command, input: &str) -> Ran {
    let mut child = command
        .env_remove("NPKI_PASSWORD")
        .env_remove("NPKI_NEW_PASSWORD")
        .env_remove("LC_ALL")
        .env_remove("LC_MESSAGES")
        .env("LANG", "en_US.UTF-8")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The command may end without reading.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    Ran {
        code: output.status.code().expect("no signal ended it"),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A folder with an NPKI folder in it, which goes away.
#[derive(Debug)]
pub(crate) struct Home(TempDir);

impl Home {
    /// With these entries.
    pub(crate) fn with(bundles: &[Bundle]) -> Self {
        let home = Self(tempfile::tempdir().unwrap());
        for bundle in bundles {
            home.medium().store(bundle, Overwrite::Refuse).unwrap();
        }
        home
    }

    /// With 홍길동, who has two pairs.
    pub(crate) fn of_hong() -> Self {
        Self::with(&[conformance::subscriber().unwrap()])
    }

    pub(crate) fn medium(&self) -> FolderMedium {
        FolderMedium::at(self.path("NPKI"))
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    pub(crate) fn write(&self, name: &str, octets: &[u8]) -> String {
        std::fs::write(self.path(name), octets).unwrap();
        self.text(name)
    }

    /// Runs a command on this NPKI folder at [`NOW`].
    pub(crate) fn npki(&self, args: &[&str], secrets: &[&str]) -> Ran {
        let dir = self.text("NPKI");
        let mut all = vec!["--dir", dir.as_str(), "--now", NOW];
        all.extend_from_slice(args);
        npki(&all, secrets)
    }

    /// Every file with its octets, by its path.
    pub(crate) fn tree(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut found = Vec::new();
        let mut folders = vec![self.0.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    found.push((path.clone(), std::fs::read(path).unwrap()));
                }
            }
        }
        found.sort();
        found
    }

    /// R of the one entry.
    pub(crate) fn random_number(&self, password: &str) -> Vec<u8> {
        random_number(&self.path("NPKI"), password)
    }
}

/// R of the one entry of an NPKI folder.
pub(crate) fn random_number(folder: &Path, password: &str) -> Vec<u8> {
    let medium = FolderMedium::at(folder);
    let entry = medium.list().unwrap().pop().unwrap();
    let password = npki_container::Password::new(password).unwrap();
    let opened = medium.open(&entry.id, &password).unwrap();
    opened.random_number.unwrap().expose_octets().to_vec()
}

/// Whether a program is there. Without it the test passes over, or fails where `CI=true`.
pub(crate) fn is_there(name: &str) -> bool {
    let found = Command::new(name).arg("--version").output().is_ok();
    assert!(found || std::env::var_os("CI").is_none_or(|ci| ci != "true"));
    if !found {
        eprintln!("passed over: the command `{name}` is missing");
    }
    found
}
