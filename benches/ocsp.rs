//! OCSP answers a second, signed for the question and signed beforehand, beside the bare signature.
//!
//! ```sh
//! cargo bench -p npki-benches --bench ocsp
//! ```
//!
//! The lab's CA has issued one certificate and answers questions about it from a ledger in memory: the request is parsed,
//! the state looked up, the answer made and signed by an RSA-2048 key in each backend. Figures: `benches/README.md`.

use std::error::Error;
use std::time::Duration;

use npki::system_rng;
use npki_benches::{Row, Table, rounds};
use npki_ca::{OcspKey, OcspResponder, OcspSettings, ceremony};
use npki_cert::{CertId, Name, OcspRequest};
use npki_core::{HashAlgorithm, Issuer, Product};
use npki_key::{PrivateKey, SigningKey};
use npki_key_aws_lc::AwsLcSigningKey;
use npki_lab::{KeyPool, Lab, LabLedgers, Person};

fn main() -> Result<(), Box<dyn Error>> {
    println!("{} rounds", rounds());
    let ledgers = LabLedgers::in_memory();
    let lab = Lab::new(1, "2026-11-23T10:00:00+09:00".parse()?, &ledgers)?;
    let hong = Person::of("hong").ok_or("nobody")?;
    let held = lab.issue(hong, Product::PersonalLimited, Some(Issuer::Yessign))?;
    let ca = || lab.ca(Issuer::Yessign).ok_or("no CA");
    let of_the_lab = ca()?;
    let own = &of_the_lab.settings().certificate;
    let id = || CertId::new(HashAlgorithm::Sha1, own, &held.certificate);
    let plain = OcspRequest::new([id()], None).encode()?;
    let with_nonce = OcspRequest::new([id()], Some(&[7; 32])).encode()?;

    let key = PrivateKey::parse(RSA)?;
    let handles: [Handles; 2] = [
        ("npki-key", key.signing_key()?, key.signing_key()?),
        (
            "npki-key-aws-lc",
            Box::new(AwsLcSigningKey::new(&key)?),
            Box::new(AwsLcSigningKey::new(&key)?),
        ),
    ];
    for (name, bare, handle) in handles {
        println!("\n{name}");
        let service = ceremony::Service {
            name: &Name::from_npki_text("cn=Bench OCSP,ou=AccreditedCA,o=Lab-yessign,c=KR")?,
            real_name: "시험 인증기관",
            public_key: handle.public_key(),
            not_before: own.not_before(),
            not_after: own.not_after(),
            policy: "2.999.410.1.10".parse()?,
            notice: None,
            cps_uri: None,
            crl_uri: Some("http://root.bench.example/arl.crl"),
        };
        let root_key = KeyPool::key(0)?.signing_key()?;
        let (root, _) = lab.trust();
        let settings = OcspSettings {
            certificate: ceremony::ocsp_responder(&root, &*root_key, &service, &mut lab.rng())?,
            lifetime: Duration::from_secs(3_600),
            max_questions: 1,
        };
        let key = OcspKey::new(handle);
        let responder = OcspResponder::new(ca()?, &settings, &key);
        let serial = *held.certificate.serial_number();
        let prepared = responder.prepare([serial], lab.now(), &mut system_rng())?;

        let mut table = Table::default();
        table.add(Row::here("the bare signature", 20, || {
            bare.sign(&[0x5a; 300], &mut system_rng())
        }));
        table.add(Row::here("signed for the question (goal 1.05)", 20, || {
            responder.answer(&with_nonce, lab.now(), &mut system_rng())
        }));
        table.add(Row::here("signed beforehand", 200, || {
            responder.answer_prepared(&prepared, &plain, lab.now(), &mut system_rng())
        }));
        table.run(rounds());
        table.print((1e3, "µs"));
    }
    Ok(())
}

/// A backend, and two handles of the same key: to be measured bare, and to answer.
type Handles = (&'static str, Box<dyn SigningKey>, Box<dyn SigningKey>);

const RSA: &[u8] = include_bytes!("../crates/npki-key/tests/vectors/keys/rsa-2048.der");
