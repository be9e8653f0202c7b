//! Real certificates of Korean CAs and of yessign's test CA, read from the folder that `NPKI_VECTORS`
//! names. They are not the project's and are not shipped with it.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

use std::{fs, path::PathBuf};

use npki_cert::{Certificate, KeyUse, Name, Profile, lint};
use npki_core::{Issuer, Product, Severity};

/// The folder, or `None` (said in one line) when the variable is not set.
fn vectors() -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("NPKI_VECTORS").map(PathBuf::from) else {
        eprintln!("passed over: NPKI_VECTORS is not set, so there are no real files to read");
        return None;
    };
    let filled = fs::read_dir(&folder).is_ok_and(|mut entries| entries.next().is_some());
    assert!(
        filled,
        "NPKI_VECTORS names no folder with files: {folder:?}"
    );
    Some(folder)
}

fn read(folder: &str, name: &str) -> Option<Certificate> {
    let octets = fs::read(vectors()?.join(folder).join(name)).unwrap();
    let certificate = Certificate::parse(&octets).unwrap();
    assert_eq!(certificate.der(), octets);
    for name in [certificate.subject(), certificate.issuer()] {
        let text = name.to_npki_text();
        assert_eq!(Name::from_npki_text(&text).unwrap().der(), name.der());
        assert_eq!(name.to_folder_name(), text);
    }
    Some(certificate)
}

/// What the linter says, as far as it would keep us from issuing. Names, qualifiers and addresses of
/// real certificates are those of the profile.
fn errors(certificate: &Certificate, profile: Profile) -> Vec<&'static str> {
    let found = lint(certificate, profile);
    for part in ["subject", "issuer", "certificate-policies", "uri"] {
        let mut of_part = found.iter().filter(|f| f.rule.contains(part));
        assert_eq!(of_part.next(), None);
    }
    found
        .into_iter()
        .filter(|f| f.severity == Severity::Error)
        .map(|f| f.rule)
        .collect()
}

#[test]
fn a_subscriber_of_the_test_ca() {
    let Some(certificate) = read("npki-test-subscriber", "signCert.der") else {
        return;
    };
    assert_eq!(
        certificate.subject().to_npki_text(),
        "cn=HKD(KILDONG.HONG)009104120200225191000030,ou=INITECH,ou=personal4IB,o=yessign,c=kr"
    );
    assert_eq!(
        certificate.issuer().to_npki_text(),
        "cn=yessignCA-Test Class 4,ou=AccreditedCA,o=yessign,c=kr"
    );
    assert_eq!(certificate.display_name(), "HKD");
    assert_eq!(certificate.serial_number().to_string(), "4562037");
    assert_eq!(
        certificate.not_before().to_string(),
        "2020-02-25T00:00:00+09:00"
    );
    assert_eq!(
        certificate.not_after().to_string(),
        "2020-03-25T23:59:59+09:00"
    );
    assert_eq!(certificate.use_of_key(), KeyUse::Sign);
    let policy = certificate.policy().unwrap();
    assert_eq!(policy.oid.to_string(), "1.2.410.200005.1.1.4");
    assert_eq!(certificate.product(), Some(Product::PersonalLimited));
    assert_eq!(certificate.authority(), Some(Issuer::Yessign));
    let information = &certificate.policies().unwrap().0[0];
    assert_eq!(
        information.notice().map(str::trim),
        Some("이 인증서는 시험용 인증서입니다")
    );
    assert_eq!(
        information.cps_uri(),
        Some("http://snoopy.yessign.or.kr/cps.htm")
    );
    let data = certificate.identify_data().unwrap();
    assert_eq!(data.real_name, "HKD");
    assert_eq!(data.vid.as_ref().unwrap().octets().len(), 32);
    let authority = certificate.authority_key_identifier().unwrap();
    assert_eq!(
        authority.issuer.as_ref().unwrap().to_npki_text(),
        "cn=Kisa Test RootCA 7,ou=Korea Certification Authority Central,o=KISA,c=KR"
    );
    assert_eq!(authority.serial_number.unwrap().to_string(), "2");
    assert_eq!(
        certificate.crl_distribution_points()[0].partition(),
        Some("dp18p395")
    );
    assert_eq!(
        certificate.ocsp_uris(),
        ["http://snoopy.yessign.or.kr:4612"]
    );
    assert!(certificate.unknown_critical().is_empty());
    assert_eq!(
        errors(&certificate, Profile::SubscriberSign),
        Vec::<&str>::new()
    );
}

#[test]
fn roots_of_two_generations() {
    for (name, serial, fingerprint, not_after, rules) in [
        (
            "KISA-RootCA-1.der",
            "4",
            "6fdb3f76c8b801a75338d8a50a7c02879f6198b57e594d318d3832900fedcd79",
            "2025-08-24T17:05:46+09:00",
            &["cert.root.signature-algorithm"][..],
        ),
        (
            "KISA-RootCA-4.der",
            "1",
            "a002ff556c601863b08b9aa33a8e6666e97e72bbe552f66eb9f2395c68c7bc98",
            "2030-07-12T18:26:21+09:00",
            &[],
        ),
    ] {
        let Some(root) = read("korean-ca", name) else {
            return;
        };
        let hex: String = root
            .sha256_fingerprint()
            .iter()
            .map(|o| format!("{o:02x}"))
            .collect();
        assert_eq!(hex, fingerprint);
        assert_eq!(root.serial_number().to_string(), serial);
        assert_eq!(root.not_after().to_string(), not_after);
        assert!(root.is_self_issued() && root.is_ca());
        assert_eq!(root.use_of_key(), KeyUse::Ca);
        assert!(
            root.subject()
                .to_npki_text()
                .ends_with(",ou=Korea Certification Authority Central,o=KISA,c=KR")
        );
        assert_eq!(errors(&root, Profile::Root), rules, "{name}");
    }
}

#[test]
fn the_five_cas() {
    for (name, subject, serial, real_name) in [
        (
            "yessignCA-Class3.der",
            "cn=yessignCA Class 3,ou=AccreditedCA,o=yessign,c=kr",
            "4136",
            "금융결제원",
        ),
        (
            "SignKorea-CA4.der",
            "cn=SignKorea CA4,ou=AccreditedCA,o=SignKorea,c=KR",
            "4139",
            "(주)코스콤",
        ),
        (
            "signGATE-CA6.der",
            "cn=signGATE CA6,ou=AccreditedCA,o=KICA,c=KR",
            "4145",
            "한국정보인증",
        ),
        (
            "CrossCertCA4.der",
            "cn=CrossCertCA4,ou=AccreditedCA,o=CrossCert,c=KR",
            "4152",
            "한국전자인증",
        ),
        (
            "TradeSignCA4.der",
            "cn=TradeSignCA4,ou=AccreditedCA,o=TradeSign,c=KR",
            "4149",
            "한국무역정보통신",
        ),
    ] {
        let Some(ca) = read("korean-ca", name) else {
            return;
        };
        let root = read("korean-ca", "KISA-RootCA-4.der").unwrap();
        assert_eq!(ca.subject().to_npki_text(), subject);
        assert_eq!(ca.serial_number().to_string(), serial);
        assert!(ca.issuer().matches(root.subject()));
        assert_eq!(ca.identify_data().unwrap().real_name, real_name, "{name}");
        assert_eq!(ca.identify_data().unwrap().vid, None);
        assert_eq!(ca.use_of_key(), KeyUse::Ca);
        assert_eq!(ca.basic_constraints().unwrap().path_len, Some(0));
        assert_eq!(
            ca.policy_constraints().unwrap().require_explicit_policy,
            Some(0)
        );
        let policies = ca.policies().unwrap();
        assert!(policies.has_any_policy());
        assert!(
            policies.0[0]
                .notice()
                .unwrap()
                .starts_with("이 인증서는 공인인증서")
        );
        let authority = ca.authority_key_identifier().unwrap();
        assert_eq!(
            authority.key_identifier.as_deref(),
            root.subject_key_identifier()
        );
        assert!(ca.unknown_critical().is_empty());
        assert_eq!(
            errors(&ca, Profile::IssuingCa),
            Vec::<&str>::new(),
            "{name}"
        );
    }
}
