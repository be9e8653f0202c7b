//! What a CA says of its certificates, judged by others: OCSP answers, whole, partitioned and delta lists, paths with
//! policies, by OpenSSL and GnuTLS; and by our own relying party, which takes a login by OCSP.
//!
//! A missing tool is named in one line and its test passed over; with `CI=true` the test fails.

#![expect(
    clippy::unwrap_used,
    reason = "a test that finds something else than it expects is to stop"
)]

mod issued;
mod others;
mod pair_client;

use std::fs;
use std::path::Path;
use std::process::Command;

use npki::relying_party::{
    Challenge, CrlScope, LoginAttempt, LoginCheck, LoginVerifier, OcspResponse, Purpose,
};
use npki_ca::CrlScope as Scope;
use npki_cert::{CertId, Certificate, OcspRequest, lint_ocsp};
use npki_core::{HashAlgorithm, Issuer, Product, RevocationReason};
use npki_lab::{Held, Lab, LabLedgers, Person};
use npki_sign::{cms::Profile, login::sign_login};
use npki_tests::{generator, now, tool};
use tempfile::TempDir;

const POLICY: &str = "2.999.410.1.4";

struct Scene<'a> {
    lab: Lab<'a>,
    held: Held,
    dir: TempDir,
}

impl<'a> Scene<'a> {
    fn new(ledgers: &'a LabLedgers) -> Self {
        let lab = Lab::new(5, now(), ledgers).unwrap();
        let held = lab
            .issue(
                Person::of("hong").unwrap(),
                Product::PersonalLimited,
                Some(Issuer::Yessign),
            )
            .unwrap();
        let scene = Self {
            lab,
            held,
            dir: tempfile::tempdir().unwrap(),
        };
        let responder = &scene.lab.authorities.ca(Issuer::Yessign).unwrap().ocsp;
        scene.write("root.pem", scene.lab.trust().0.to_pem());
        scene.write("ca.pem", scene.ca().to_pem());
        scene.write("ee.pem", scene.held.certificate.to_pem());
        scene.write("responder.pem", responder.certificate.to_pem());
        scene
    }

    fn ca(&self) -> Certificate {
        self.lab
            .ca(Issuer::Yessign)
            .unwrap()
            .settings()
            .certificate
            .clone()
    }

    fn write(&self, name: &str, octets: impl AsRef<[u8]>) {
        fs::write(self.dir.path().join(name), octets).unwrap();
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.dir.path().join(name)).unwrap()
    }

    /// What a command says, and whether it ended well.
    fn run(&self, program: &Path, line: &str) -> (bool, String) {
        let output = Command::new(program)
            .args(line.split(' '))
            .current_dir(self.dir.path())
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        (
            output.status.success(),
            String::from_utf8_lossy(&said).into_owned(),
        )
    }

    #[track_caller]
    fn says(&self, program: &Path, line: &str, words: &str) {
        let (_, said) = self.run(program, line);
        assert!(said.contains(words), "{line}: {said}");
    }

    /// The lab's responder answers the request in a file.
    fn answer(&self, request: &str, response: &str) -> OcspResponse {
        let responder = self.lab.ocsp(Issuer::Yessign).unwrap();
        let answered = responder
            .answer(&self.read(request), self.lab.now(), &mut generator())
            .unwrap();
        self.write(response, &answered.der);
        OcspResponse::parse(&answered.der).unwrap()
    }

    fn revoke(&self) {
        let serial = self.held.certificate.serial_number().octets();
        let ca = self.lab.ca(Issuer::Yessign).unwrap();
        let reason = RevocationReason::KeyCompromise;
        ca.revoke(serial, reason, &[9; 32], self.lab.now())
            .unwrap()
            .unwrap();
    }
}

/// OpenSSL asks, our responder answers, OpenSSL judges: good, then revoked, the nonce given back. The responder's
/// certificate is the root's, as in Korea, which OpenSSL takes when the root is trusted for it, and not otherwise.
#[test]
fn openssl_asks_and_judges_our_responder() {
    let Some(openssl) = tool("openssl") else {
        return;
    };
    let ledgers = LabLedgers::in_memory();
    let scene = Scene::new(&ledgers);
    let at = scene.lab.now().unix_seconds();
    let ask = "ocsp -issuer ca.pem -cert ee.pem -reqout ask.req";
    scene.run(&openssl, ask);
    // With the request the nonce is compared; with the certificate its state is told.
    let nonce =
        format!("ocsp -reqin ask.req -respin answer.resp -attime {at} -VAfile responder.pem");
    let judge = format!(
        "ocsp -issuer ca.pem -cert ee.pem -no_nonce -respin answer.resp -attime {at} -validity_period 1000000000 "
    );
    let trusted = format!("{judge}-VAfile responder.pem");
    let untrusted = format!("{judge}-CAfile root.pem");
    let own = OcspRequest::parse(&scene.read("ask.req")).unwrap();
    assert!(own.nonce().is_some());

    let answer = scene.answer("ask.req", "answer.resp");
    assert_eq!(lint_ocsp(&answer), []);
    scene.says(&openssl, &trusted, "Response verify OK");
    scene.says(&openssl, &trusted, "ee.pem: good");
    // RFC 6960 section 4.2.2.2 knows no responders of the root: a known deviation of the Korean PKI.
    scene.says(&openssl, &untrusted, "Response Verify Failure");
    scene.says(&openssl, &nonce, "Response verify OK");
    let (_, said) = scene.run(&openssl, &nonce);
    assert!(!said.to_lowercase().contains("nonce"), "{said}");
    scene.run(
        &openssl,
        "ocsp -issuer ca.pem -cert ee.pem -reqout other.req",
    );
    let other = nonce.replace("ask.req", "other.req");
    scene.says(&openssl, &other, "Nonce Verify error");

    // The root trusted for it.
    let (fine, said) = scene.run(
        &openssl,
        "x509 -in root.pem -addtrust OCSPSigning -trustout -out trusted.pem",
    );
    assert!(fine, "{said}");
    let by_root = format!("{judge}-CAfile trusted.pem");
    scene.says(&openssl, &by_root, "Response verify OK");

    scene.revoke();
    scene.answer("ask.req", "answer.resp");
    scene.says(&openssl, &trusted, "Response verify OK");
    scene.says(&openssl, &trusted, "ee.pem: revoked");
    scene.says(&openssl, &trusted, "keyCompromise");
}

/// Base and delta: OpenSSL reads both, and finds in the delta what the base does not know yet.
#[test]
fn openssl_reads_our_lists() {
    let Some(openssl) = tool("openssl") else {
        return;
    };
    let ledgers = LabLedgers::in_memory();
    let scene = Scene::new(&ledgers);
    let ca = scene.lab.ca(Issuer::Yessign).unwrap();
    let now = scene.lab.now();
    let base = ca.crl(now, &mut generator()).unwrap();
    scene.revoke();
    let delta = ca
        .delta_crl(Scope::Whole, now, &mut generator())
        .unwrap()
        .unwrap();
    for (name, crl) in [("base", &base), ("delta", &delta)] {
        scene.write(&format!("{name}.der"), crl.der());
        let line = format!("crl -inform DER -in {name}.der -CAfile ca.pem -noout -text");
        scene.says(&openssl, &line, "verify OK");
        let line = format!("crl -inform DER -in {name}.der -out {name}.pem");
        assert!(scene.run(&openssl, &line).0);
    }
    scene.says(
        &openssl,
        "crl -inform DER -in delta.der -noout -text",
        "Delta CRL Indicator: critical",
    );
    let at = now.unix_seconds();
    let verify = format!(
        "verify -CAfile root.pem -untrusted ca.pem -policy_check -policy {POLICY} -explicit_policy -purpose any -attime {at} \
         -crl_check -extended_crl -CRLfile base.pem"
    );
    let (fine, said) = scene.run(&openssl, &format!("{verify} ee.pem"));
    assert!(fine, "{said}");
    // Without freshestCRL in the certificate or base OpenSSL does not look for deltas; a whole list tells.
    let after = ca.crl(now, &mut generator()).unwrap();
    scene.write("after.der", after.der());
    assert!(
        scene
            .run(&openssl, "crl -inform DER -in after.der -out base.pem")
            .0
    );
    let (fine, said) = scene.run(&openssl, &format!("{verify} ee.pem"));
    assert!(!fine && said.contains("certificate revoked"), "{said}");
}

/// GnuTLS refuses the critical policyConstraints of every Korean CA: known, and expected. Our OCSP answers and lists it
/// reads.
#[test]
fn certtool_reads_what_we_issue() {
    let Some(certtool) = tool("certtool") else {
        return;
    };
    let ledgers = LabLedgers::in_memory();
    let scene = Scene::new(&ledgers);
    let ca = scene.lab.ca(Issuer::Yessign).unwrap();
    scene.revoke();
    let crl = ca.crl(scene.lab.now(), &mut generator()).unwrap();
    scene.write("crl.der", crl.der());
    scene.says(
        &certtool,
        "--crl-info --inder --infile crl.der",
        "Revoked certificates (1)",
    );
    for name in ["root.pem", "ca.pem", "ee.pem", "responder.pem"] {
        let (fine, said) = scene.run(&certtool, &format!("--certificate-info --infile {name}"));
        assert!(fine, "{name}: {said}");
    }
}

/// R40, R13: a login whose subscriber's state is told by OCSP, and the CA's by the root's list.
#[test]
fn a_login_by_ocsp() {
    let ledgers = LabLedgers::in_memory();
    let scene = Scene::new(&ledgers);
    let challenge =
        Challenge::from_octets(b"npki-login 1\nbank.example\n0123456789abcdef").unwrap();
    let key = scene.held.key.signing_key().unwrap();
    let cms = sign_login(
        &challenge,
        &*key,
        &scene.held.certificate,
        None,
        Profile::PLAIN,
        &mut generator(),
    )
    .unwrap()
    .cms;
    let id = CertId::new(HashAlgorithm::Sha1, &scene.ca(), &scene.held.certificate);
    scene.write("ask.req", OcspRequest::new([id], None).encode().unwrap());
    let (root, cas) = scene.lab.trust();
    let arl = scene
        .lab
        .authorities
        .arl(scene.lab.now(), &mut generator())
        .unwrap();
    let crls = [arl];
    let log_in = |ocsp: &[OcspResponse], covered| {
        let verifier = LoginVerifier::new([root.clone()])
            .intermediates(cas.clone())
            .danger_accept_lab_policies()
            .danger_crls_cover(covered);
        verifier
            .verify(&LoginAttempt {
                cms: &cms,
                challenge: &challenge,
                challenges: None,
                identity: None,
                purpose: Purpose::Bank,
                crls: &crls,
                ocsp,
                now: scene.lab.now(),
            })
            .map(drop)
            .map_err(|refusal| refusal.check)
    };
    let good = scene.answer("ask.req", "answer.resp");
    for covered in [CrlScope::Chain, CrlScope::Subscriber] {
        assert_eq!(log_in(std::slice::from_ref(&good), covered), Ok(()));
        assert_eq!(log_in(&[], covered), Err(LoginCheck::Revoked));
    }
    scene.revoke();
    let revoked = scene.answer("ask.req", "answer.resp");
    for covered in [CrlScope::Chain, CrlScope::Subscriber] {
        // The newer word wins over the older, in whatever order they come.
        for answers in [
            vec![revoked.clone()],
            vec![good.clone(), revoked.clone()],
            vec![revoked.clone(), good.clone()],
        ] {
            assert_eq!(log_in(&answers, covered), Err(LoginCheck::Revoked));
        }
    }
}
