//! A CA whose keys stay in a token: what SoftHSM signs for it, OpenSSL verifies.
//!
//! A PKCS#11 library takes its configuration from the environment and is started once a process, so the test runs itself
//! again in a process of its own.

#![expect(
    clippy::unwrap_used,
    reason = "a test that finds something else than it expects is to stop"
)]

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use npki_ca::{CertificateKey, CrlKey, ceremony};
use npki_cert::Certificate;
use npki_core::{HashAlgorithm, Issuer, Product, RevocationReason};
use npki_key::{KeyKind, SignatureAlgorithm};
use npki_key_pkcs11::{AfterLoss, KeyId, Module, Pin, Select, Usage};
use npki_lab::{KeyPool, Lab, LabLedgers, Person};
use npki_tests::{generator, now, output, tool};

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
        "openssl_verifies_what_a_token_signed",
        "--nocapture",
    ]);
    output(
        again
            .env("SOFTHSM2_CONF", &conf)
            .env("NPKI_TOKEN_CA", dir.path()),
    )
    .unwrap_or_else(|fault| panic!("{fault}"));

    let at = fs::read_to_string(dir.path().join("at")).unwrap();
    for algorithm in ["rsa", "p256"] {
        let verify = format!(
            "verify -CAfile root.pem -untrusted {algorithm}-ca.pem -CRLfile {algorithm}-crl.pem -crl_check \
             -policy 2.999.410.1.4 -explicit_policy -policy_check -attime {at}"
        );
        run(&openssl, &format!("{verify} {algorithm}.pem"));
        let revoked = Command::new(&openssl)
            .args(format!("{verify} {algorithm}-revoked.pem").split(' '))
            .current_dir(dir.path())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&revoked.stderr);
        assert!(said.contains("certificate revoked"), "{said}");
    }
}

/// A lab in which yessign's keys are in the token; first RSA, then P-256.
fn issue_from_a_token(dir: &Path) {
    let write = |name: &str, octets: &[u8]| fs::write(dir.join(name), octets).unwrap();
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
        let mut lab = Lab::new(1, now(), ledgers.get(usize::from(number)).unwrap()).unwrap();
        let root_key = KeyPool::key(0).unwrap().signing_key().unwrap();
        let root = lab.authorities.root.clone();
        let ca = lab.authorities.cas.iter_mut();
        let ca = ca
            .into_iter()
            .find(|ca| ca.issuer == Issuer::Yessign)
            .unwrap();
        let old: Certificate = ca.settings.certificate.clone();
        ca.settings.certificate = ceremony::issuing_ca(
            &root,
            &*root_key,
            &ceremony::IssuingCa {
                name: old.subject(),
                real_name: "시험용 인증기관",
                public_key: made.public_key.as_ref().unwrap(),
                not_before: old.not_before(),
                not_after: old.not_after(),
                notice: "이 인증서는 시험용 인증서입니다",
                cps_uri: "http://rootca.lab.example/cps.html",
                arl_uri: "http://rootca.lab.example/arl.crl",
            },
            &mut generator(),
        )
        .unwrap();
        ca.keys.certificate = CertificateKey::new(handle());
        ca.keys.crl = CrlKey::new(handle());
        write(
            &format!("{name}-ca.pem"),
            ca.settings.certificate.to_pem().as_bytes(),
        );
        write("root.pem", root.to_pem().as_bytes());

        let issue = |person: &str| {
            let person = Person::of(person).unwrap();
            lab.issue(person, Product::PersonalLimited, Some(Issuer::Yessign))
                .unwrap()
        };
        let (good, revoked) = (issue("hong"), issue("lim"));
        lab.revoke(&revoked, RevocationReason::KeyCompromise)
            .unwrap();
        write(&format!("{name}.pem"), good.certificate.to_pem().as_bytes());
        write(
            &format!("{name}-revoked.pem"),
            revoked.certificate.to_pem().as_bytes(),
        );
        let crls = lab.crls().unwrap();
        let issued = |crl: &&npki_cert::Crl| crl.issuer().matches(old.subject());
        let crl = crls.iter().find(issued).unwrap();
        let pem = der::pem::encode_string("X509 CRL", der::pem::LineEnding::LF, crl.der());
        write(&format!("{name}-crl.pem"), pem.unwrap().as_bytes());
        write("at", lab.now().unix_seconds().to_string().as_bytes());
    }
}
