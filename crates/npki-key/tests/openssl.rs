//! OpenSSL judges what we make, and we read what it makes. Passes over where there is no `openssl`, except with CI=true.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod common;

use std::path::Path;
use std::process::Command;

use common::{key, rng};
use der::Encode;
use npki_core::{HashAlgorithm, RandomNumber};
use npki_key::{KeyKind, PrivateKey, PublicKey, SignatureAlgorithm, Verifier};

const MESSAGE: &[u8] = b"what is signed";

#[test]
fn openssl_verifies_our_signatures() {
    let Some(folder) = folder() else { return };
    let pss = |hash, mgf_hash, salt_len| SignatureAlgorithm::RsaPss {
        hash,
        mgf_hash,
        salt_len,
    };
    let (sha1, sha256) = (HashAlgorithm::Sha1, HashAlgorithm::Sha256);
    for name in ["rsa-2048", "rsa-2048-e3", "rsa-1024", "p256"] {
        let key = key(name);
        let public = write(
            folder.path(),
            "public.der",
            &key.public_key().to_der().unwrap(),
        );
        let message = write(folder.path(), "message", MESSAGE);
        let mut algorithms: Vec<_> = HashAlgorithm::ALL
            .iter()
            .map(|hash| match key.kind() {
                KeyKind::P256 => SignatureAlgorithm::Ecdsa(*hash),
                _ => SignatureAlgorithm::RsaPkcs1(*hash),
            })
            .collect();
        if matches!(key.kind(), KeyKind::Rsa { .. }) {
            algorithms.extend([
                pss(sha256, sha256, 32),
                pss(sha256, sha1, 0),
                pss(sha1, sha256, 20),
            ]);
        }
        for algorithm in algorithms {
            let signing_key = key.signing_key_with(algorithm).unwrap();
            let signature = signing_key.sign(MESSAGE, &mut rng()).unwrap();
            let signature = write(folder.path(), "signature", signature.octets());
            let mut command = Command::new("openssl");
            command
                .args([
                    "dgst",
                    &format!("-{}", algorithm.hash().name()),
                    "-keyform",
                    "DER",
                ])
                .args(["-verify", &public, "-signature", &signature]);
            if let SignatureAlgorithm::RsaPss {
                mgf_hash, salt_len, ..
            } = algorithm
            {
                for option in [
                    "rsa_padding_mode:pss".to_owned(),
                    format!("rsa_pss_saltlen:{salt_len}"),
                    format!("rsa_mgf1_md:{}", mgf_hash.name()),
                ] {
                    command.args(["-sigopt", &option]);
                }
            }
            run(command.arg(&message));
        }
    }
}

#[test]
fn we_verify_openssls_signatures() {
    let Some(folder) = folder() else { return };
    let message = write(folder.path(), "message", MESSAGE);
    for name in ["rsa-2048", "p256"] {
        let key = key(name);
        let private = write(folder.path(), "private.der", key.expose_der());
        let verifier = PublicKey::parse(key.public_key()).unwrap();
        for hash in HashAlgorithm::ALL {
            let signature = run(Command::new("openssl")
                .args(["dgst", &format!("-{}", hash.name()), "-keyform", "DER"])
                .args(["-sign", &private, &message]));
            let algorithm = match key.kind() {
                KeyKind::P256 => SignatureAlgorithm::Ecdsa(*hash),
                _ => SignatureAlgorithm::RsaPkcs1(*hash),
            };
            assert_eq!(
                verifier.verify(&algorithm, MESSAGE, &signature),
                Ok(()),
                "{hash:?}"
            );
        }
    }
}

#[test]
fn openssl_finds_our_keys_sound() {
    let Some(folder) = folder() else { return };
    for kind in [KeyKind::Rsa { bits: 2048 }, KeyKind::P256] {
        let key = PrivateKey::generate(kind, &mut rng()).unwrap();
        let key = key
            .with_random_number(&RandomNumber::generate(&mut rng()))
            .unwrap();
        let file = write(folder.path(), "key.der", key.expose_der());
        run(Command::new("openssl")
            .args(["pkey", "-inform", "DER", "-in", &file, "-check", "-noout"]));
        let public = run(Command::new("openssl").args([
            "pkey", "-inform", "DER", "-in", &file, "-pubout", "-outform", "DER",
        ]));
        assert_eq!(public, key.public_key().to_der().unwrap(), "{kind:?}");
    }
}

#[test]
fn ciphertexts_cross_both_ways() {
    let Some(folder) = folder() else { return };
    let key = key("rsa-2048");
    let private = write(folder.path(), "private.der", key.expose_der());
    let public = write(
        folder.path(),
        "public.der",
        &key.public_key().to_der().unwrap(),
    );
    let message = write(folder.path(), "message", MESSAGE);
    let decryptor = key.decryptor().unwrap();
    let encryptor = PublicKey::parse(key.public_key()).unwrap();
    let (sha1, sha256) = (HashAlgorithm::Sha1, HashAlgorithm::Sha256);
    let rng = &mut rng();
    for (oaep, options) in [
        (None, vec!["rsa_padding_mode:pkcs1"]),
        (Some((sha1, sha1)), vec!["rsa_padding_mode:oaep"]),
        (
            Some((sha256, sha1)),
            vec![
                "rsa_padding_mode:oaep",
                "rsa_oaep_md:sha256",
                "rsa_mgf1_md:sha1",
            ],
        ),
    ] {
        let openssl = |verb: &str, input: &str, key: &[&str]| {
            let mut command = Command::new("openssl");
            command
                .args(["pkeyutl", verb, "-in", input, "-keyform", "DER"])
                .args(key);
            for option in &options {
                command.args(["-pkeyopt", option]);
            }
            run(&mut command)
        };
        let ciphertext = openssl("-encrypt", &message, &["-pubin", "-inkey", &public]);
        let opened = match oaep {
            None => decryptor.decrypt_pkcs1(&ciphertext, rng),
            Some((hash, mgf)) => decryptor.decrypt_oaep(hash, mgf, b"", &ciphertext, rng),
        };
        assert_eq!(**opened.unwrap(), *MESSAGE, "{options:?}");
        let ciphertext = match oaep {
            None => encryptor.encrypt_pkcs1(MESSAGE, rng),
            Some((hash, mgf)) => encryptor.encrypt_oaep(hash, mgf, b"", MESSAGE, rng),
        };
        let ciphertext = write(folder.path(), "ciphertext", &ciphertext.unwrap());
        assert_eq!(
            openssl("-decrypt", &ciphertext, &["-inkey", &private]),
            MESSAGE
        );
    }
}

/// A folder for one test, or nothing where there is no OpenSSL.
fn folder() -> Option<tempfile::TempDir> {
    let found = Command::new("openssl").arg("version").output().is_ok();
    if !found {
        assert!(
            std::env::var_os("CI").is_none_or(|ci| ci != "true"),
            "CI needs openssl"
        );
        eprintln!("no openssl found: passed over");
        return None;
    }
    Some(tempfile::tempdir().unwrap())
}

fn write(folder: &Path, name: &str, octets: &[u8]) -> String {
    let file = folder.join(name);
    std::fs::write(&file, octets).unwrap();
    file.into_os_string().into_string().unwrap()
}

fn run(command: &mut Command) -> Vec<u8> {
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{command:?}\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}
