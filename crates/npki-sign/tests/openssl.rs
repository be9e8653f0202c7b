//! What OpenSSL signs we verify, and what we sign OpenSSL verifies.

#![expect(clippy::unwrap_used, reason = "helpers of tests panic as tests do")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use chacha20::{ChaCha20Rng, rand_core::SeedableRng};
use npki_cert::Certificate;
use npki_key::{PrivateKey, SigningKey};
use npki_sign::cms::{
    CmsError, Placement, Profile, SignedData, SignerFault, Signing, Verification,
};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/cms")
}

fn read(name: &str) -> Vec<u8> {
    fs::read(folder().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn certificate(name: &str) -> Certificate {
    Certificate::parse(&read(&format!("{name}.der"))).unwrap()
}

fn key(name: &str) -> Box<dyn SigningKey> {
    PrivateKey::parse(&read(&format!("{name}.p8")))
        .unwrap()
        .signing_key()
        .unwrap()
}

fn rng() -> ChaCha20Rng {
    ChaCha20Rng::from_seed([7; 32])
}

/// Every `good-` file verifies, every `bad-` file is refused; nobody edits a list.
#[test]
fn what_openssl_signs() {
    let content = read("content.bin");
    let certificates = [
        certificate("signer"),
        certificate("other"),
        certificate("p256"),
    ];
    let mut cases = 0;
    for entry in fs::read_dir(folder()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if !name.ends_with(".p7") {
            continue;
        }
        cases += 1;
        let message = SignedData::parse(&read(&name)).unwrap_or_else(|e| panic!("{name}: {e}"));
        let detached = message.content().is_none();
        let verification = Verification {
            content: detached.then_some(&content),
            certificates: &certificates,
            ..Verification::default()
        };
        let outcome = message.verify_signatures(&verification);
        assert_eq!(detached, name.contains("detached"), "{name}");
        if name.starts_with("bad-") {
            assert!(outcome.is_err(), "{name}");
            continue;
        }
        let signers = outcome.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(signers.len(), message.signers(), "{name}");
        assert_eq!(
            signers[0].signing_time().is_some(),
            !name.contains("noattr"),
            "{name}"
        );
        // BER or DER, a second pass changes nothing.
        let again = SignedData::parse(message.der()).unwrap();
        assert_eq!(again.der(), message.der(), "{name}");
        if !name.contains("stream") {
            assert_eq!(message.der(), read(&name), "{name}");
        }
        // Any other content is not what was signed.
        if detached {
            let wrong = Verification {
                content: Some(b"something else"),
                ..verification
            };
            assert!(message.verify_signatures(&wrong).is_err(), "{name}");
        }
    }
    assert!(cases >= 12, "{cases} vectors");
}

#[test]
fn the_certificate_may_come_from_elsewhere() {
    let message = SignedData::parse(&read("good-noattr-nocerts.p7")).unwrap();
    assert!(message.certificates().is_empty());
    let fault = |certificates: &[Certificate]| {
        message
            .verify_signatures(&Verification {
                certificates,
                ..Verification::default()
            })
            .map(|signers| signers[0].certificate().der().to_vec())
            .map_err(|error| match error {
                CmsError::Signer { fault, .. } => fault,
                other => panic!("{other}"),
            })
    };
    assert_eq!(fault(&[]), Err(SignerFault::NoCertificate));
    assert_eq!(
        fault(&[certificate("other")]),
        Err(SignerFault::NoCertificate)
    );
    let signer = certificate("signer");
    assert_eq!(
        fault(&[certificate("other"), signer.clone()]),
        Ok(signer.der().to_vec())
    );
}

#[test]
fn openssl_verifies_what_we_sign() {
    if !openssl_is_there() {
        return;
    }
    let content = read("content.bin");
    let signing_time = "2026-11-22T10:00:00+09:00".parse().unwrap();
    for signer in ["signer", "p256"] {
        for profile in Profile::ALL {
            for placement in [Placement::Attached, Placement::Detached] {
                for timed in [false, true] {
                    let certificate = certificate(signer);
                    let mut signing = Signing::new(&content, &certificate)
                        .profile(*profile)
                        .placement(placement);
                    if timed {
                        signing = signing.signing_time(signing_time);
                    }
                    let message = SignedData::sign(&signing, &*key(signer), &mut rng()).unwrap();
                    let case = format!("{signer} {} {placement:?} {timed}", profile.name());
                    assert_openssl_verifies(&message, placement, &content, signer, &case);

                    let detached = placement == Placement::Detached;
                    let ours = SignedData::parse(message.der()).unwrap();
                    let signers = ours
                        .verify_signatures(&Verification {
                            content: detached.then_some(&content),
                            ..Verification::default()
                        })
                        .unwrap();
                    assert_eq!(signers[0].certificate().der(), certificate.der(), "{case}");
                    let attributes = *profile == Profile::PLAIN;
                    let told = signers[0].signing_time();
                    assert_eq!(
                        told,
                        (timed && attributes).then_some(signing_time),
                        "{case}"
                    );
                }
            }
        }
    }
}

fn assert_openssl_verifies(
    message: &SignedData,
    placement: Placement,
    content: &[u8],
    signer: &str,
    case: &str,
) {
    let dir = std::env::temp_dir().join(format!("npki-sign-{}", std::process::id()));
    fs::create_dir_all(&dir).unwrap();
    let path = |name: &str| dir.join(name).to_str().unwrap().to_owned();
    fs::write(path("ours.p7"), message.der()).unwrap();
    fs::write(path("content"), content).unwrap();
    let ca = folder().join(format!("{signer}.der"));
    let pem = Command::new("openssl")
        .args(["x509", "-inform", "DER", "-in"])
        .arg(&ca)
        .args(["-out", &path("ca.pem")])
        .status()
        .unwrap();
    assert!(pem.success());
    let (ours, out, ca) = (path("ours.p7"), path("out"), path("ca.pem"));
    let mut command = Command::new("openssl");
    command.args([
        "cms", "-verify", "-binary", "-inform", "DER", "-purpose", "any",
    ]);
    command.args(["-in", &ours, "-out", &out, "-CAfile", &ca]);
    if placement == Placement::Detached {
        command.args(["-content", &path("content")]);
    }
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{case}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(fs::read(path("out")).unwrap(), content, "{case}");
    fs::remove_dir_all(&dir).unwrap();
}

fn openssl_is_there() -> bool {
    let there = Command::new("openssl").arg("version").output().is_ok();
    if !there {
        assert!(
            std::env::var_os("CI").is_none_or(|value| value != "true"),
            "openssl is wanted in CI"
        );
        eprintln!("passing over: openssl is not installed");
    }
    there
}
