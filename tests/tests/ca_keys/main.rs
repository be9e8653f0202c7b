//! Where a CA's keys are: in a token, or in encrypted containers. What is signed with them, OpenSSL verifies.

#![expect(
    clippy::unwrap_used,
    reason = "a test that finds something else than it expects is to stop"
)]

mod sealed;
mod token;

use std::fs;
use std::path::Path;
use std::process::Command;

use npki_ca::{CertificateKey, CrlKey, ceremony};
use npki_cert::{Certificate, Crl};
use npki_core::{Issuer, Product, RevocationReason};
use npki_key::SigningKey;
use npki_lab::{KeyPool, Lab, LabLedgers, Person};
use npki_tests::{generator, now, output};
use spki::SubjectPublicKeyInfoOwned;

/// A lab whose yessign signs with this key: leaves a good certificate, a revoked one and the list in the folder.
fn issued(
    dir: &Path,
    name: &str,
    public_key: &SubjectPublicKeyInfoOwned,
    handle: &dyn Fn() -> Box<dyn SigningKey>,
    ledgers: &LabLedgers,
) {
    let write = |name: &str, octets: &[u8]| fs::write(dir.join(name), octets).unwrap();
    let mut lab = Lab::new(1, now(), ledgers).unwrap();
    let root_key = KeyPool::key(0).unwrap().signing_key().unwrap();
    let root = lab.authorities.root.clone();
    let mut cas = lab.authorities.cas.iter_mut();
    let ca = cas.find(|ca| ca.issuer == Issuer::Yessign).unwrap();
    let old: Certificate = ca.settings.certificate.clone();
    ca.settings.certificate = ceremony::issuing_ca(
        &root,
        &*root_key,
        &ceremony::IssuingCa {
            name: old.subject(),
            real_name: "시험용 인증기관",
            public_key,
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
    let own = |crl: &&Crl| crl.issuer().matches(old.subject());
    let crl = crls.iter().find(own).unwrap();
    let pem = der::pem::encode_string("X509 CRL", der::pem::LineEnding::LF, crl.der());
    write(&format!("{name}-crl.pem"), pem.unwrap().as_bytes());
    write("at", lab.now().unix_seconds().to_string().as_bytes());
}

/// The good one is verified with its policy, and the revoked one is found to be revoked.
fn verified(openssl: &Path, dir: &Path, name: &str) {
    let at = fs::read_to_string(dir.join("at")).unwrap();
    let verify = format!(
        "verify -CAfile root.pem -untrusted {name}-ca.pem -CRLfile {name}-crl.pem -crl_check -policy 2.999.410.1.4 \
         -explicit_policy -policy_check -attime {at}"
    );
    let command = |file: &str| {
        let mut command = Command::new(openssl);
        command.args(verify.split(' ')).arg(file).current_dir(dir);
        command
    };
    output(&mut command(&format!("{name}.pem"))).unwrap_or_else(|fault| panic!("{fault}"));
    let revoked = command(&format!("{name}-revoked.pem")).output().unwrap();
    let said = String::from_utf8_lossy(&revoked.stderr);
    assert!(said.contains("certificate revoked"), "{said}");
}
