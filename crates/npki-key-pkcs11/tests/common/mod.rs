//! A SoftHSM of its own for each test, in a process of its own: a library is started once a process, and its
//! configuration comes from the environment.

#![allow(dead_code, reason = "each test binary uses a part of it")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use chacha20::ChaCha20Rng;
use chacha20::rand_core::SeedableRng;
use npki_key_pkcs11::{AfterLoss, KeyId, Module, Pin, Token};

pub(crate) const LABEL: &str = "npki test";
pub(crate) const PIN: &str = "918273";

pub(crate) fn rng() -> ChaCha20Rng {
    ChaCha20Rng::from_seed([5; 32])
}

pub(crate) fn id(octet: u8) -> KeyId {
    KeyId::new(&[octet]).unwrap()
}

/// The folder of a test's process, with its token and its library.
pub(crate) struct Hsm {
    dir: PathBuf,
}

impl Hsm {
    pub(crate) fn module(&self) -> Module {
        Module::load(Path::new(&env::var_os("NPKI_TEST_MODULE").unwrap())).unwrap()
    }

    pub(crate) fn log_in(&self, after_loss: AfterLoss) -> Token {
        self.module()
            .log_in(LABEL, Pin::new(PIN), after_loss)
            .unwrap()
    }

    /// Lets calls fail: the one of this name (`*`: any) that comes after so many, with this `CK_RV`, and every session
    /// with it. Rules that were there are gone.
    pub(crate) fn fail(&self, rules: &[(&str, usize, u32)]) {
        let line = |(name, after, code): &(&str, usize, u32)| format!("{name} {after} {code}\n");
        let rules: String = rules.iter().map(line).collect();
        fs::write(self.dir.join("fail"), rules).unwrap();
    }

    /// What the library was called with since this was asked last, a name a line.
    pub(crate) fn calls(&self) -> Vec<String> {
        let log = self.dir.join("calls");
        let calls = fs::read_to_string(&log).unwrap_or_default();
        fs::write(log, "").unwrap();
        calls.lines().map(str::to_owned).collect()
    }
}

/// Runs `body` in a process with a new token, straight on SoftHSM.
pub(crate) fn with_softhsm(test: &str, body: fn(&Hsm)) {
    with(test, body, |module, _| Some(module.to_owned()));
}

/// The same with `faulty.c` between: a library that fails on command.
pub(crate) fn with_faulty_softhsm(test: &str, body: fn(&Hsm)) {
    with(test, body, |module, dir| {
        let library = dir.join("faulty.so");
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/common/faulty.c");
        let module = module.to_str().unwrap();
        let dir = dir.to_str().unwrap();
        let compiled = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o"])
            .arg(&library)
            .arg(format!("-DMODULE=\"{module}\""))
            .arg(format!("-DDIR=\"{dir}\""))
            .args([source, "-ldl"])
            .output();
        match compiled {
            Ok(output) => {
                succeeded("cc", &output);
                Some(library)
            }
            Err(_) => pass_over("cc"),
        }
    });
}

fn with(test: &str, body: fn(&Hsm), library: impl FnOnce(&Path, &Path) -> Option<PathBuf>) {
    if let Some(dir) = env::var_os("NPKI_TEST_DIR") {
        return body(&Hsm { dir: dir.into() });
    }
    let Some(module) = softhsm() else { return };
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let Some(library) = library(&module, dir) else {
        return;
    };
    let conf = dir.join("softhsm2.conf");
    fs::create_dir(dir.join("tokens")).unwrap();
    fs::write(
        &conf,
        format!(
            "directories.tokendir = {}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n",
            dir.display()
        ),
    )
    .unwrap();
    let made = Command::new("softhsm2-util")
        .args(["--init-token", "--free", "--label", LABEL])
        .args(["--so-pin", "12345678", "--pin", PIN])
        .env("SOFTHSM2_CONF", &conf)
        .output()
        .unwrap();
    succeeded("softhsm2-util", &made);
    let output = Command::new(env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .env("SOFTHSM2_CONF", &conf)
        .env("NPKI_TEST_DIR", dir)
        .env("NPKI_TEST_MODULE", library)
        .output()
        .unwrap();
    succeeded(test, &output);
    assert!(
        String::from_utf8_lossy(&output.stdout).contains("1 passed"),
        "{test} is not the name of the test"
    );
}

fn softhsm() -> Option<PathBuf> {
    let found = PLACES.iter().map(PathBuf::from).find(|path| path.exists());
    found.or_else(|| pass_over("SoftHSM"))
}

fn pass_over(what: &str) -> Option<PathBuf> {
    assert!(env::var_os("CI").is_none(), "{what} is not there");
    eprintln!("passed over: {what} is not there");
    None
}

fn succeeded(what: &str, output: &Output) {
    let said = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
    assert!(
        output.status.success(),
        "{what}: {}\n{}",
        said(&output.stdout),
        said(&output.stderr)
    );
}

const PLACES: [&str; 4] = [
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
];
