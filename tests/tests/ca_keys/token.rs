//! Keys that stay in a token.
//!
//! A PKCS#11 library takes its configuration from the environment and is started once a process, so the test runs itself
//! again in a process of its own.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use npki_core::HashAlgorithm;
use npki_key::{KeyKind, SignatureAlgorithm};
use npki_key_pkcs11::{AfterLoss, KeyId, Module, Pin, Select, Usage};
use npki_lab::LabLedgers;
use npki_tests::{output, tool};

use super::{issued, verified};

const LIBRARY: &str = "/usr/lib/softhsm/libsofthsm2.so";
const LABEL: &str = "lab-CA";
const PIN: &str = "482913";

#[test]
fn openssl_verifies_what_a_token_signed() {
    if let Some(dir) = env::var_os("NPKI_TOKEN_CA") {
        return issue_from_a_token(Path::new(&dir));
    }
    let (Some(util), Some(openssl)) = (tool("softhsm2-util"), tool("openssl")) else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let conf = dir.path().join("softhsm2.conf");
    let tokens = dir.path().join("tokens");
    fs::create_dir(&tokens).unwrap();
    fs::write(
        &conf,
        format!("directories.tokendir = {}\n", tokens.display()),
    )
    .unwrap();
    let run = |program: &Path, line: &str| {
        let mut command = Command::new(program);
        command.args(line.split(' ')).current_dir(dir.path());
        output(command.env("SOFTHSM2_CONF", &conf)).unwrap_or_else(|fault| panic!("{fault}"))
    };
    run(
        &util,
        &format!("--init-token --free --label lab-CA --so-pin 12345678 --pin {PIN}"),
    );
    let mut again = Command::new(env::current_exe().unwrap());
    again.args([
        "--exact",
        "token::openssl_verifies_what_a_token_signed",
        "--nocapture",
    ]);
    output(
        again
            .env("SOFTHSM2_CONF", &conf)
            .env("NPKI_TOKEN_CA", dir.path()),
    )
    .unwrap_or_else(|fault| panic!("{fault}"));

    for algorithm in ["rsa", "p256"] {
        verified(&openssl, dir.path(), algorithm);
    }
}

/// A lab in which yessign's keys are in the token; first RSA, then P-256.
fn issue_from_a_token(dir: &Path) {
    let token = Module::load(LIBRARY.as_ref())
        .unwrap()
        .log_in(LABEL, Pin::new(PIN), AfterLoss::AskAgain)
        .unwrap();
    let ledgers = [LabLedgers::in_memory(), LabLedgers::in_memory()];
    let sha256 = HashAlgorithm::Sha256;
    for (number, name, kind, algorithm) in [
        (
            0_u8,
            "rsa",
            KeyKind::Rsa { bits: 2_048 },
            SignatureAlgorithm::RsaPkcs1(sha256),
        ),
        (1, "p256", KeyKind::P256, SignatureAlgorithm::Ecdsa(sha256)),
    ] {
        let id = KeyId::new(&[number]).unwrap();
        let made = token.generate(kind, Usage::Sign, &id, name).unwrap();
        let handle = || {
            let key = Select::Id(id.clone());
            token.signing_key_with(&key, algorithm).unwrap()
        };
        let ledgers = ledgers.get(usize::from(number)).unwrap();
        issued(
            dir,
            name,
            made.public_key.as_ref().unwrap(),
            &handle,
            ledgers,
        );
    }
}
