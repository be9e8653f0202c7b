//! With certificates as a bank has them issued: VID, chain, policy and revocation lists.

use crate::common::{Home, PASSWORD};
use npki_cert::Crl;
use npki_container::{EncryptedPrivateKeyInfo, Password, Sealing};
use npki_core::Product;
use npki_lab::{Lab, LabLedgers, Person};
use npki_media::{Bundle, Pair};

/// Kind and validity are shown (S100).
#[test]
fn what_a_bank_issued_proves_who_holds_it() {
    let ledgers = LabLedgers::in_memory();
    let lab = Lab::new(7, crate::common::NOW.parse().unwrap(), &ledgers).unwrap();
    let hong = Person::of("hong").unwrap();
    let held = lab.issue(hong, Product::PersonalLimited, None).unwrap();
    let password = Password::new(PASSWORD).unwrap();
    let home = Home::with(&[Bundle {
        sign: Pair {
            certificate: held.certificate.clone(),
            key: EncryptedPrivateKeyInfo::seal(
                &held.key,
                &password,
                Sealing::default(),
                &mut lab.rng(),
            )
            .unwrap(),
        },
        km: None,
        ca_certificates: Vec::new(),
    }]);

    let answer = home
        .npki(&["vid", "--json"], &[PASSWORD, &hong.idn_digits])
        .with(0)
        .json();
    assert_eq!(answer["check"], "matches");
    let answer = home
        .npki(&["vid", "--json"], &[PASSWORD, "9922024000002"])
        .with(1)
        .json();
    assert_eq!(answer["check"], "differs");
    let shown = home
        .npki(&["show", "--dn", "홍길동", "--json"], &[])
        .with(0)
        .json();
    assert_eq!(shown["product"], "personal-limited");
    assert_eq!(shown["real_name"], "홍길동");
    assert_eq!(shown["vid"]["hash"], "sha256");

    let (root, cas) = lab.trust();
    let mut trust = vec!["--anchor".to_owned(), home.write("root.der", root.der())];
    for (number, ca) in cas.iter().enumerate() {
        trust.extend([
            "--ca".to_owned(),
            home.write(&format!("ca{number}.der"), ca.der()),
        ]);
    }
    let file = home.write("file", b"text");
    home.npki(&["sign", &file], &[PASSWORD]).with(0);
    let signed = home.text("file.p7m");
    let verify = |crls: &[Crl], code: i32| {
        let mut args: Vec<String> = vec!["verify".into(), signed.clone(), "--json".into()];
        args.extend(trust.iter().cloned());
        for (number, crl) in crls.iter().enumerate() {
            args.extend([
                "--crl".to_owned(),
                home.write(&format!("{number}.crl"), crl.der()),
            ]);
        }
        let args: Vec<_> = args.iter().map(String::as_str).collect();
        home.npki(&args, &[]).with(code).json()
    };
    assert_eq!(
        verify(&lab.crls().unwrap(), 0)["signers"][0]["path"]["ok"],
        true
    );
    lab.revoke(&held, npki_core::RevocationReason::CessationOfOperation)
        .unwrap();
    let refused = verify(&lab.crls().unwrap(), 1);
    assert_eq!(refused["signers"][0]["path"]["error"], "revoked");

    let crl = home.write("a.crl", lab.crls().unwrap()[0].der());
    let shown = home.npki(&["show", &crl, "--json"], &[]).with(0).json();
    assert_eq!(shown["kind"], "crl");
}
