//! A client that is not ours gets a pair of certificates from our CA over CMP.

use std::fs;
use std::process::Command;

use npki_ca::CertificateStatus;
use npki_cert::{Certificate, Profile, lint};
use npki_core::{Issuer, Product, Severity};
use npki_lab::{Lab, LabLedgers, Person};
use npki_tests::{now, serve, tool, workspace_root};

use crate::others::{JARS, said};

/// Two requests in one message, each signed by its own key; PBM by Bouncy Castle; a lost answer asked for again; certConf
/// for both, twice. What our CA refuses it refuses in a way that Bouncy Castle believes.
#[test]
fn bouncy_castle_gets_a_pair() {
    let Some(java) = tool("java") else { return };
    let ledgers = LabLedgers::in_memory();
    let lab = Lab::new(1, now(), &ledgers).unwrap();
    let lab = lab.with_pairs(&[Product::PersonalLimited]).unwrap();
    let hong = Person::of("hong").unwrap();
    let order = lab.order(hong, Product::PersonalLimited, Some(Issuer::Yessign));
    let order = order.unwrap();
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    fs::write(path("root.der"), lab.trust().0.der()).unwrap();

    let answer = |message: &[u8]| {
        let ca = lab.cmp_ca(Issuer::Yessign).unwrap();
        let answered = ca.answer(message, lab.now(), &mut lab.rng());
        answered.unwrap().der
    };
    let told = serve(answer, |address| {
        let mut command = Command::new(java);
        command.args(["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", JARS]);
        command.arg(workspace_root().join("tests/judges/PairClient.java"));
        command.arg(format!("http://{address}/pkix/"));
        command.arg(order.reference.as_str());
        command.arg(order.authorization_code.expose_code());
        command.args(["root.der", "sign.der", "km.der"].map(path));
        said(&mut command)
    });
    let steps = [
        "a wrong code",
        "one key for two",
        "a pair",
        "the same octets again",
        "confirmed",
        "confirmed twice",
    ];
    let wanted: String = steps.iter().map(|step| format!("{step}: ok\n")).collect();
    assert_eq!(told, wanted);

    let ca = lab.ca(Issuer::Yessign).unwrap();
    for (name, profile) in [
        ("sign.der", Profile::SubscriberSign),
        ("km.der", Profile::SubscriberKm),
    ] {
        let certificate = Certificate::parse(&fs::read(path(name)).unwrap()).unwrap();
        // Without R there is no VID, which is worth a notice.
        let found = lint(&certificate, profile);
        let mut errors = found.iter().filter(|f| f.severity == Severity::Error);
        assert_eq!(errors.next(), None, "{name}");
        let serial = certificate.serial_number().octets();
        assert_eq!(ca.status(serial).unwrap(), CertificateStatus::Good);
    }
}
