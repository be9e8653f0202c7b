//! `openssl cmp` as the client of our CA: every kind of request, with and without implicit confirmation, by code and
//! by signature; and what is refused, with a protected error and our sentence.
//!
//! A missing tool is named in one line and its test passed over; with `CI=true` the test fails.

#![expect(
    clippy::unwrap_used,
    reason = "a test that finds something else than it expects is to stop"
)]

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;

use npki_ca::CertificateStatus;
use npki_cert::{Certificate, Profile, lint};
use npki_core::{Issuer, Product, Registration, ReplacedBecause, RevocationReason, Severity};
use npki_lab::{Held, Lab, LabLedgers, Person};
use npki_tests::{now, output, serve, tool};
use tempfile::TempDir;

/// A lab, a folder, and keys that OpenSSL has made.
struct Scene<'a> {
    lab: Lab<'a>,
    openssl: PathBuf,
    dir: TempDir,
}

impl<'a> Scene<'a> {
    fn new(ledgers: &'a LabLedgers) -> Option<Self> {
        let openssl = tool("openssl")?;
        let scene = Self {
            lab: Lab::new(1, now(), ledgers).unwrap(),
            openssl,
            dir: tempfile::tempdir().unwrap(),
        };
        let (root, _) = scene.lab.trust();
        scene.write("root.pem", root.to_pem());
        for name in ["one", "two"] {
            let line =
                format!("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out {name}.key");
            output(&mut scene.command(&line)).unwrap();
            let line = format!("req -new -key {name}.key -subj /CN=HONG -out {name}.csr");
            output(&mut scene.command(&line)).unwrap();
        }
        Some(scene)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn write(&self, name: &str, octets: impl AsRef<[u8]>) {
        fs::write(self.path(name), octets).unwrap();
    }

    fn command(&self, line: &str) -> Command {
        let mut command = Command::new(&self.openssl);
        command
            .args(line.split_whitespace())
            .current_dir(self.dir.path());
        command
    }

    /// Runs `openssl cmp` against the lab's yessign.
    fn cmp(&self, line: &str) -> Result<String, String> {
        let answer = |request: &[u8]| {
            let ca = self.lab.cmp_ca(Issuer::Yessign).unwrap();
            let answered = ca.answer(request, self.lab.now(), &mut self.lab.rng());
            answered.unwrap().der
        };
        serve(answer, |address: SocketAddr| {
            let attime = self.lab.now().unix_seconds();
            let line = format!(
                "cmp -config  -server {address} -path pkix/ -trusted root.pem -attime {attime} {line}"
            );
            let mut command = Command::new(&self.openssl);
            // An empty argument for -config.
            command.args(line.split(' ')).current_dir(self.dir.path());
            let done = command.output().unwrap();
            // Some of it goes to one, some to the other.
            let said = [done.stdout, done.stderr].concat();
            let said = String::from_utf8_lossy(&said).into_owned();
            if done.status.success() {
                Ok(said)
            } else {
                Err(said)
            }
        })
    }

    fn order(&self) -> Registration {
        let hong = Person::of("hong").unwrap();
        self.lab
            .order(hong, Product::PersonalLimited, Some(Issuer::Yessign))
            .unwrap()
    }

    /// What `openssl cmp` says of a refusal: it takes the error only when its protection holds.
    fn refused(&self, line: &str, wanted: &[&str]) {
        let line = match line.contains("rr ") || line.contains("-certout") {
            true => line.to_owned(),
            false => format!("{line} -certout none.pem"),
        };
        let said = self.cmp(&line).expect_err(&line);
        for wanted in wanted {
            assert!(said.contains(wanted), "{line}: {said}");
        }
        assert!(said.contains("PKIStatus: rejection"), "{line}: {said}");
    }

    /// 홍길동's certificate, with its key where OpenSSL finds it.
    fn held(&self) -> Held {
        let hong = Person::of("hong").unwrap();
        let held = self
            .lab
            .issue(hong, Product::PersonalLimited, Some(Issuer::Yessign))
            .unwrap();
        self.write("held.pem", held.certificate.to_pem());
        let key = held.key.expose_der();
        let pem = der::pem::encode_string("PRIVATE KEY", der::pem::LineEnding::LF, key).unwrap();
        self.write("held.key", pem);
        held
    }

    fn certificate(&self, name: &str) -> Certificate {
        Certificate::parse_any(&fs::read(self.path(name)).unwrap()).unwrap()
    }

    fn status(&self, certificate: &Certificate) -> CertificateStatus {
        let ca = self.lab.ca(Issuer::Yessign).unwrap();
        ca.status(certificate.serial_number().octets()).unwrap()
    }
}

fn by_code(registration: &Registration) -> String {
    let code = registration.authorization_code.expose_code();
    format!("-ref {} -secret pass:{code}", registration.reference)
}

/// A first certificate by code, and its state afterwards.
fn issued(scene: &Scene<'_>, request: &str) -> CertificateStatus {
    let order = scene.order();
    let line = format!("{request} {} -certout one.pem", by_code(&order));
    scene.cmp(&line).unwrap();
    let certificate = scene.certificate("one.pem");
    let found = lint(&certificate, Profile::SubscriberSign);
    assert!(
        found.iter().all(|f| f.severity != Severity::Error),
        "{found:?}"
    );
    // A stock client has no way to send R: the real name, and no VID.
    let identity = certificate.identify_data().unwrap();
    assert_eq!(
        (&*identity.real_name, identity.vid.is_some()),
        ("홍길동", false)
    );
    scene.status(&certificate)
}

#[test]
fn by_code_with_and_without_confirmation() {
    for request in [
        "-cmd ir -newkey one.key -subject /CN=HONG -cacertsout cas.pem",
        "-cmd ir -newkey one.key -subject /CN=HONG -implicit_confirm",
        "-cmd cr -newkey one.key -subject /CN=HONG -mac hmacWithSHA256 -digest sha512",
        "-cmd p10cr -csr one.csr",
        "-cmd p10cr -csr one.csr -implicit_confirm",
    ] {
        let ledgers = LabLedgers::in_memory();
        let Some(scene) = Scene::new(&ledgers) else {
            return;
        };
        assert_eq!(
            issued(&scene, request),
            CertificateStatus::Good,
            "{request}"
        );
    }
}

#[test]
fn not_confirmed_is_not_issued() {
    let ledgers = LabLedgers::in_memory();
    let Some(scene) = Scene::new(&ledgers) else {
        return;
    };
    let request = "-cmd ir -newkey one.key -subject /CN=HONG -disable_confirm";
    assert_eq!(issued(&scene, request), CertificateStatus::Unconfirmed);
}

#[test]
fn genm_by_code() {
    let ledgers = LabLedgers::in_memory();
    let Some(scene) = Scene::new(&ledgers) else {
        return;
    };
    let order = scene.order();
    // More often than a wrong code may be tried: a right one is not counted.
    for _ in 0..6 {
        scene
            .cmp(&format!("-cmd genm {}", by_code(&order)))
            .unwrap();
    }
}

#[test]
fn kur_renews_from_day_30_on() {
    for confirmation in ["", " -implicit_confirm"] {
        let ledgers = LabLedgers::in_memory();
        let Some(scene) = Scene::new(&ledgers) else {
            return;
        };
        let held = scene.held();
        let line = format!(
            "-cmd kur -cert held.pem -key held.key -newkey two.key -certout two.pem{confirmation}"
        );
        let day_31 = held.certificate.not_after().kst_day().plus_days(-31);
        scene.lab.wait_until(day_31.last_second());
        scene.refused(&line, &["notAuthorized", "갱신", "renew"]);
        assert_eq!(scene.status(&held.certificate), CertificateStatus::Good);

        scene.lab.wait_until(day_31.plus_days(1).start());
        scene.cmp(&line).unwrap();
        let renewed = scene.certificate("two.pem");
        assert!(renewed.subject().matches(held.certificate.subject()));
        assert_eq!(scene.status(&renewed), CertificateStatus::Good);
        match scene.status(&held.certificate) {
            CertificateStatus::Revoked(found) => {
                assert_eq!(found.reason, RevocationReason::Superseded);
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn cr_and_p10cr_by_signature_want_an_order_at_the_bank() {
    for request in [
        "-cmd cr -newkey two.key -subject /CN=HONG",
        "-cmd p10cr -csr two.csr",
    ] {
        let ledgers = LabLedgers::in_memory();
        let Some(scene) = Scene::new(&ledgers) else {
            return;
        };
        let held = scene.held();
        let line = format!("{request} -cert held.pem -key held.key -certout two.pem");
        scene.refused(&line, &["notAuthorized", "R19", "발급 요청이 없습니다"]);
        scene
            .lab
            .order_reissue(&held, ReplacedBecause::Superseded)
            .unwrap();
        scene.cmp(&line).unwrap();
        let reissued = scene.certificate("two.pem");
        assert_eq!(scene.status(&reissued), CertificateStatus::Good);
        assert_eq!(reissued.not_after(), held.certificate.not_after());
    }
}

#[test]
fn rr_revokes_at_once() {
    let ledgers = LabLedgers::in_memory();
    let Some(scene) = Scene::new(&ledgers) else {
        return;
    };
    let held = scene.held();
    let line = "-cmd rr -cert held.pem -key held.key -oldcert held.pem -revreason 5";
    // A hold, and its end, are not for good (R13).
    for reason in [6, 8] {
        let line = line.replace('5', &reason.to_string());
        scene.refused(&line, &["badRequest", "사유"]);
        assert_eq!(scene.status(&held.certificate), CertificateStatus::Good);
    }
    scene.cmp(line).unwrap();
    match scene.status(&held.certificate) {
        CertificateStatus::Revoked(found) => {
            assert_eq!(found.reason, RevocationReason::CessationOfOperation);
        }
        other => panic!("{other:?}"),
    }
    scene.refused(line, &["certRevoked", "폐지"]);
}

#[test]
fn refused_with_a_protected_error_and_our_sentence() {
    let ledgers = LabLedgers::in_memory();
    let Some(scene) = Scene::new(&ledgers) else {
        return;
    };
    let order = scene.order();
    let reference = &order.reference;
    let code = by_code(&order);
    let ir = "-cmd ir -newkey one.key -subject /CN=HONG";
    for (line, said) in [
        (
            format!("{ir} -ref {reference} -secret pass:guessed"),
            ["badMessageCheck", "인가코드"],
        ),
        (
            format!("{ir} -ref 1 -secret pass:guessed"),
            ["notAuthorized", "참조번호"],
        ),
        (
            format!("{ir} -ref nobody -secret pass:guessed"),
            ["notAuthorized", "참조번호"],
        ),
        (format!("{ir} {code} -popo -1"), ["badPOP", "개인키"]),
        (format!("{ir} {code} -popo 0"), ["badPOP", "개인키"]),
        (
            format!("{ir} {code} -unprotected_requests"),
            ["badMessageCheck", "보호"],
        ),
        (
            format!("-cmd rr {code} -oldcert root.pem"),
            ["notAuthorized", "전자서명"],
        ),
    ] {
        scene.refused(&line, &said);
    }

    // After all that the order still stands. Its messages are kept, and sent again later.
    scene
        .cmp(&format!(
            "{ir} {code} -certout one.pem -reqout ir.der,conf.der"
        ))
        .unwrap();
    scene.refused(
        &format!("{ir} {code} -reqin ir.der,conf.der"),
        &["badRequest", "이미"],
    );
    let other = "-cmd ir -newkey two.key -subject /CN=HONG";
    scene.refused(&format!("{other} {code}"), &["badRequest", "참조번호"]);
}

#[test]
fn five_wrong_codes_lock_the_order() {
    let ledgers = LabLedgers::in_memory();
    let Some(scene) = Scene::new(&ledgers) else {
        return;
    };
    let order = scene.order();
    let reference = &order.reference;
    let ir = "-cmd ir -newkey one.key -subject /CN=HONG";
    for said in ["맞지"; 5].into_iter().chain(["여러 번"]) {
        scene.refused(
            &format!("{ir} -ref {reference} -secret pass:guessed"),
            &[said],
        );
    }
    scene.refused(
        &format!("{ir} {}", by_code(&order)),
        &["notAuthorized", "여러 번"],
    );
}
