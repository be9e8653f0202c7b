//! Files made by OpenSSL; see `vectors/openssl/ORIGIN.md`.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

use std::{fs, path::Path, process::Command};

use npki_cert::{
    Certificate, Crl, KeyUsage, KeyUse, PolicyConstraints, Profile, RevocationReason, VidCheck,
    check_vid, lint,
};
use npki_core::{Idn, Product, RandomNumber};
use proptest::prelude::*;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/openssl");

fn read(name: &str) -> Vec<u8> {
    fs::read(Path::new(FOLDER).join(name)).unwrap()
}

fn certificate(name: &str) -> Certificate {
    Certificate::parse(&read(name)).unwrap()
}

#[test]
fn the_script_yields_no_difference() {
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("openssl-vectors");
    fs::create_dir_all(&out).unwrap();
    if Command::new("openssl").arg("version").output().is_err() {
        assert!(
            std::env::var_os("CI").is_none_or(|ci| ci != "true"),
            "openssl is missing"
        );
        eprintln!("passed over: the command `openssl` is not there");
        return;
    }
    let made = Command::new("sh")
        .arg(Path::new(FOLDER).join("make.sh"))
        .arg(&out)
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    for entry in fs::read_dir(&out).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        assert_eq!(fs::read(&path).unwrap(), read(&name), "{name}");
    }
}

#[test]
fn a_subscriber() {
    let subscriber = certificate("subscriber.der");
    assert_eq!(subscriber.der(), read("subscriber.der"));
    assert_eq!(
        subscriber.subject().to_npki_text(),
        "cn=홍길동()0099044202601010001,ou=KFTC,o=Lab-OpenSSL,c=kr"
    );
    assert_eq!(subscriber.display_name(), "홍길동");
    assert_eq!(subscriber.identify_data().unwrap().real_name, "홍길동");
    assert_eq!(
        subscriber.serial_number().to_hex(),
        "01FEDCBA98765432100123456789ABCDEF"
    );
    assert_eq!(subscriber.version(), 3);
    assert_eq!(
        subscriber.not_after().to_string(),
        "2026-12-31T23:59:59+09:00"
    );
    assert!(subscriber.is_valid_at(subscriber.not_before()));
    assert!(subscriber.is_valid_at(subscriber.not_after()));
    assert_eq!(subscriber.use_of_key(), KeyUse::Sign);
    assert_eq!(subscriber.product(), Some(Product::PersonalLimited));
    assert!(!subscriber.is_ca() && !subscriber.is_self_issued());
    let policies = subscriber.policies().unwrap();
    assert_eq!(
        policies.0[0].notice(),
        Some("이 인증서는 시험용 인증서입니다")
    );
    assert_eq!(policies.0[0].cps_uri(), Some("http://cps.example/cps.html"));
    assert_eq!(
        subscriber.crl_distribution_points()[0].partition(),
        Some("dp1p1")
    );
    assert_eq!(subscriber.ocsp_uris(), ["http://ocsp.example:4612"]);
    assert!(subscriber.unknown_critical().is_empty());
    assert_eq!(
        Certificate::parse_any(subscriber.to_pem().as_bytes()).unwrap(),
        subscriber
    );
    let spaced = [b"\r\n  ", subscriber.der(), b"\n\n"].concat();
    assert_eq!(Certificate::parse_any(&spaced).unwrap(), subscriber);
    let with_text = format!("subject=x\n\n{}\ntail", subscriber.to_pem());
    assert_eq!(
        Certificate::parse_any(with_text.as_bytes()).unwrap(),
        subscriber
    );
    // OpenSSL's configuration knows no notice in BMPString.
    let found = lint(&subscriber, Profile::SubscriberSign);
    let rules: Vec<_> = found.iter().map(|finding| finding.rule).collect();
    let notice_type = "cert.subscriber-sign.certificate-policies.notice-type";
    assert_eq!(rules, [notice_type]);

    let idn = Idn::parse("123456-1234567").unwrap();
    let r = hex_literal::hex!("79EA7568A2D3776604E18BCD3A1B1B85B7DA0872");
    let r = RandomNumber::from_octets(&r).unwrap();
    let other_r = RandomNumber::from_octets(&[1; 20]).unwrap();
    let other_idn = Idn::parse("1234561234568").unwrap();
    assert_eq!(check_vid(&subscriber, &idn, &r), VidCheck::Matches);
    assert_eq!(check_vid(&subscriber, &other_idn, &r), VidCheck::Differs);
    assert_eq!(check_vid(&subscriber, &idn, &other_r), VidCheck::Differs);
    assert_eq!(
        check_vid(&certificate("root.der"), &idn, &r),
        VidCheck::NoVid
    );
}

#[test]
fn a_root_and_what_names_it() {
    let root = certificate("root.der");
    assert!(root.is_ca() && root.is_self_issued());
    assert_eq!(root.use_of_key(), KeyUse::Ca);
    let subscriber = certificate("subscriber.der");
    assert!(subscriber.issuer().matches(root.subject()));
    let authority = subscriber.authority_key_identifier().unwrap();
    assert_eq!(
        authority.key_identifier.as_deref(),
        root.subject_key_identifier()
    );
    assert_eq!(authority.serial_number, Some(*root.serial_number()));
    assert!(authority.issuer.as_ref().unwrap().matches(root.issuer()));
    assert_eq!(
        root.subject_key_identifier().unwrap(),
        npki_cert::key_identifier(root.public_key())
    );
}

#[test]
fn extensions_of_all_kinds() {
    let odd = certificate("extensions-of-all-kinds.der");
    assert_eq!(
        odd.key_usage(),
        Some(KeyUsage::KEY_ENCIPHERMENT | KeyUsage::DATA_ENCIPHERMENT)
    );
    assert_eq!(odd.use_of_key(), KeyUse::KeyManagement);
    assert_eq!(odd.extended_key_usage().unwrap().len(), 2);
    let mapping = odd.policy_mappings()[0];
    assert_eq!(mapping.issuer_domain.to_string(), "1.2.3.4");
    assert_eq!(mapping.subject_domain.to_string(), "1.2.3.5");
    assert_eq!(
        odd.policy_constraints(),
        Some(PolicyConstraints {
            require_explicit_policy: Some(0),
            inhibit_policy_mapping: Some(1)
        })
    );
    assert_eq!(odd.inhibit_any_policy(), Some(2));
    assert!(odd.has_name_constraints());
    let unknown: Vec<_> = odd
        .unknown_critical()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(unknown, ["2.5.29.30", "1.2.3.4.5"]);
    assert_eq!(odd.critical_extensions().count(), 4);

    let rules: Vec<_> = lint(&odd, Profile::SubscriberSign)
        .iter()
        .map(|f| f.rule)
        .collect();
    for rule in [
        "cert.subscriber-sign.key-usage.critical",
        "cert.subscriber-sign.key-usage.value",
        "cert.subscriber-sign.certificate-policies.presence",
        "cert.subscriber-sign.serial-number.entropy",
        "cert.subscriber-sign.real-name.absent",
        "cert.subscriber-sign.extension.unexpected",
    ] {
        assert!(rules.contains(&rule), "{rule} {rules:?}");
    }
}

#[test]
fn an_end_after_2050() {
    let root = certificate("end-after-2050.der");
    assert_eq!(root.not_after().to_string(), "2051-01-01T09:00:00+09:00");
}

#[test]
fn a_partition() {
    let octets = read("partition.crl");
    let crl = Crl::parse(&octets).unwrap();
    assert_eq!(crl.der(), octets);
    assert_eq!(crl.version(), 2);
    assert!(crl.issuer().matches(certificate("root.der").subject()));
    assert_eq!(crl.this_update().to_string(), "2026-03-05T09:00:00+09:00");
    assert_eq!(
        crl.next_update().unwrap().to_string(),
        "2026-03-06T09:00:00+09:00"
    );
    assert_eq!(crl.number(), Some(&[7][..]));
    assert!(!crl.is_delta());
    let point = crl.issuing_distribution_point().unwrap();
    assert_eq!(
        point.point.as_ref().unwrap().uris,
        ["http://crl.example/dp1p1.crl"]
    );
    assert!(point.only_contains_user_certs && !point.indirect_crl);
    assert!(crl.unknown_critical().is_empty());
    assert!(crl.unknown_critical_in_entries().is_empty());
    assert_eq!(crl.len(), 4);
    let entries: Vec<_> = crl
        .entries()
        .map(|e| {
            (
                e.serial_number.to_hex(),
                e.reason,
                e.invalidity.map(|i| i.to_string()),
            )
        })
        .collect();
    assert_eq!(
        entries,
        [
            ("10".into(), Some(RevocationReason::KeyCompromise), None),
            ("11".into(), None, None),
            (
                "2222222222".into(),
                Some(RevocationReason::CaCompromise),
                Some("2026-02-01T09:00:00+09:00".into())
            ),
            (
                "01FEDCBA98765432100123456789ABCDEF".into(),
                Some(RevocationReason::CertificateHold),
                None
            ),
        ]
    );
    for entry in crl.entries() {
        assert_eq!(crl.find(&entry.serial_number), Some(entry));
    }
    for absent in [
        "1",
        "18",
        "999999999999",
        "99999999999999999999999999999999",
    ] {
        assert_eq!(crl.find(&absent.parse().unwrap()), None, "{absent}");
    }
}

#[test]
fn version_1() {
    let v1 = certificate("v1.der");
    assert_eq!(v1.version(), 1);
    assert_eq!(v1.extensions().count(), 0);
    assert_eq!(v1.key_usage(), None);
    assert_eq!(v1.use_of_key(), KeyUse::Both);
    assert_eq!(v1.policy(), None);
    let rules: Vec<_> = lint(&v1, Profile::SubscriberSign)
        .iter()
        .map(|f| f.rule)
        .collect();
    assert!(rules.contains(&"cert.subscriber-sign.version"), "{rules:?}");
}

/// One change to a sound root, and the error that it must give.
#[test]
fn what_parsers_disagree_on_is_refused() {
    for (what, from, to, error) in [
        (
            "v2",
            &[0xa0, 3, 2, 1, 2, 2][..],
            &[0xa0, 3, 2, 1, 1, 2][..],
            "version",
        ),
        (
            "v1 written out",
            &[0xa0, 3, 2, 1, 2, 2],
            &[0xa0, 3, 2, 1, 0, 2],
            "version",
        ),
        (
            "negative serial",
            &[2, 2, 1, 0, 0x30],
            &[2, 2, 0x81, 0, 0x30],
            "serial",
        ),
        (
            "padded serial",
            &[2, 2, 1, 0, 0x30],
            &[2, 2, 0, 1, 0x30],
            "serial",
        ),
        (
            "long length",
            &[2, 2, 1, 0, 0x30],
            &[2, 0x81, 1, 0, 0x30],
            "TBSCertificate",
        ),
        (
            "the same extension twice",
            &[0x55, 0x1d, 0x13],
            &[0x55, 0x1d, 0x0e],
            "twice",
        ),
        (
            "critical, but not TRUE",
            &[1, 1, 0xff, 4],
            &[1, 1, 1, 4],
            "Extension",
        ),
        (
            "CA, but not TRUE",
            &[0x30, 3, 1, 1, 0xff],
            &[0x30, 3, 1, 1, 1],
            "2.5.29.19",
        ),
        (
            "a date that is none",
            b"200101000000Z",
            b"201301000000Z",
            "Time",
        ),
        (
            "a date without Z",
            b"200101000000Z",
            b"200101000000+",
            "Time",
        ),
        (
            "another algorithm outside",
            &[0xf7, 0x0d, 1, 1, 0x0b, 5, 0, 3, 0x82],
            &[0xf7, 0x0d, 1, 1, 0x0c, 5, 0, 3, 0x82],
            "outside",
        ),
        (
            "unused bits of the signature",
            &[5, 0, 3, 0x82, 1, 1, 0],
            &[5, 0, 3, 0x82, 1, 1, 1],
            "Certificate",
        ),
    ] {
        let mut octets = read("root.der");
        let at = octets
            .windows(from.len())
            .rposition(|w| w == from)
            .unwrap_or_else(|| panic!("{what}: nothing to change"));
        octets[at..at + to.len()].copy_from_slice(to);
        let found = Certificate::parse(&octets).unwrap_err();
        assert!(found.to_string().contains(error), "{what}: {found}");
    }
}

#[test]
fn every_cut_is_refused() {
    for name in ["subscriber.der", "partition.crl"] {
        let octets = read(name);
        for cut in 0..octets.len() {
            assert!(Certificate::parse(&octets[..cut]).is_err());
            assert!(Certificate::parse_any(&octets[..cut]).is_err());
            assert!(Crl::parse(&octets[..cut]).is_err());
        }
        let trailing = [octets.as_slice(), &[0]].concat();
        let error = match name {
            "partition.crl" => Crl::parse(&trailing).unwrap_err(),
            _ => Certificate::parse(&trailing).unwrap_err(),
        };
        assert!(
            error
                .to_string()
                .starts_with("1 octets follow the end of Certificate")
        );
    }
}

#[test]
fn the_bounds() {
    let error = Certificate::parse(&vec![0x30; Certificate::MAX_OCTETS + 1]).unwrap_err();
    assert!(error.to_string().contains("over the bound"), "{error}");
    let octets = read("partition.crl");
    for (max, fine) in [(octets.len(), true), (octets.len() - 1, false)] {
        assert_eq!(Crl::parse_with_bound(octets.clone(), max).is_ok(), fine);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn mutated_certificates_are_kept_or_refused(
        name in prop_oneof![Just("subscriber.der"), Just("extensions-of-all-kinds.der"), Just("root.der")],
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut octets = read(name);
        for (at, octet) in changes {
            let at = at.index(octets.len());
            octets[at] = octet;
        }
        if let Ok(certificate) = Certificate::parse(&octets) {
            prop_assert_eq!(certificate.der(), &octets[..]);
            let _ = (certificate.display_name(), certificate.policy(), certificate.use_of_key());
            let _ = (certificate.subject().to_folder_name(), format!("{certificate:?}"));
            for profile in Profile::ALL {
                let _ = lint(&certificate, *profile);
            }
        }
    }

    #[test]
    fn mutated_crls_are_kept_or_refused(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut octets = read("partition.crl");
        for (at, octet) in changes {
            let at = at.index(octets.len());
            octets[at] = octet;
        }
        if let Ok(crl) = Crl::parse(&octets) {
            prop_assert_eq!(crl.der(), &octets[..]);
            prop_assert_eq!(crl.entries().count(), crl.len());
            for entry in crl.entries() {
                let found = crl.find(&entry.serial_number).map(|e| e.serial_number);
                prop_assert_eq!(found, Some(entry.serial_number));
            }
        }
    }
}
