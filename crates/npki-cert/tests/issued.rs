//! What this room writes, signed with P-256 keys and judged by OpenSSL, by x509-cert and by ourselves.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

use std::{fs, path::PathBuf, process::Command};

use npki_cert::{
    CertError, Certificate, Crl, CrlEntry, CrlError, CrlParams, Deviations, IdentifyData, KeyUse,
    Name, PolicyArc, PolicyKey, PolicyOid, Profile, ProfileError, RevocationReason, SerialNumber,
    TbsParams, VidCheck, assemble_certificate, assemble_crl, check_vid, compute_vid, lint,
    lint_tbs, lint_tbs_with, policy_oid, tbs_crl,
};
use npki_core::{HashAlgorithm, Idn, Instant, Issuer, Product, RandomNumber, Severity};
use p256::{
    ecdsa::{DerSignature, SigningKey, signature::Signer as _},
    pkcs8::EncodePublicKey as _,
};
use x509_cert::{
    der::{Decode as _, Encode as _},
    spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned},
};

/// Keys that everybody knows: the scalar is one octet, 32 times.
fn key(octet: u8) -> SigningKey {
    SigningKey::from_slice(&[octet; 32]).unwrap()
}

fn public_key(key: &SigningKey) -> SubjectPublicKeyInfoOwned {
    let der = key.verifying_key().to_public_key_der().unwrap();
    SubjectPublicKeyInfoOwned::from_der(der.as_bytes()).unwrap()
}

fn ecdsa_with_sha256() -> AlgorithmIdentifierOwned {
    AlgorithmIdentifierOwned {
        oid: "1.2.840.10045.4.3.2".parse().unwrap(),
        parameters: None,
    }
}

fn sign(key: &SigningKey, tbs: &[u8]) -> Vec<u8> {
    let signature: DerSignature = key.sign(tbs);
    signature.as_bytes().to_vec()
}

fn instant(text: &str) -> Instant {
    text.parse().unwrap()
}

fn policy() -> PolicyOid {
    policy_oid(
        Issuer::Yessign,
        Product::PersonalLimited,
        PolicyKey::Sign,
        PolicyArc::Lab,
    )
    .unwrap()
}

struct Made {
    root: Certificate,
    ca: Certificate,
    sign: Certificate,
    km: Certificate,
    crl: Crl,
}

impl Made {
    /// A subscriber's certificate under the profile, signed by this CA, for this key.
    fn subscriber<'a>(
        &'a self,
        signature_algorithm: &'a AlgorithmIdentifierOwned,
        public_key: &'a SubjectPublicKeyInfoOwned,
    ) -> TbsParams<'a> {
        TbsParams {
            serial_number: SerialNumber::from_octets(&[0xab; 17]).unwrap(),
            issuer: Some(&self.ca),
            subject: self.sign.subject(),
            public_key,
            not_before: instant("2026-03-01"),
            not_after: instant("2027-03-01"),
            signature_algorithm,
            policy: Some(policy()),
            notice: None,
            cps_uri: None,
            crl_uri: Some(CRL_URI),
            ocsp_uri: Some("http://ocsp.example"),
            identify_data: self.sign.identify_data(),
            path_len: None,
            deviations: Deviations::Korean,
        }
    }
}

const CRL_URI: &str = "http://crl.example/dp1p1.crl";

fn make() -> Made {
    let algorithm = ecdsa_with_sha256();
    let root_name =
        Name::from_npki_text("cn=Lab RootCA,ou=Korea Certification Authority Central,o=Lab,c=KR")
            .unwrap();
    let ca_name = Name::from_npki_text("cn=Lab CA,ou=AccreditedCA,o=Lab-yessign,c=kr").unwrap();
    let subject = Name::from_npki_text(
        "cn=홍길동()0004041202601010001,ou=KMB,ou=personal4IB,o=Lab-yessign,c=kr",
    )
    .unwrap();
    let issue = |profile: Profile, params: &TbsParams<'_>, key: &SigningKey| {
        let tbs = profile.tbs(params).unwrap();
        let findings = lint_tbs(&tbs, profile).unwrap();
        let worst: Vec<_> = findings
            .iter()
            .filter(|f| f.severity > Severity::Notice)
            .collect();
        assert!(worst.is_empty(), "{profile:?} {worst:?}");
        let certificate = assemble_certificate(&tbs, &algorithm, &sign(key, &tbs)).unwrap();
        assert_eq!(certificate.tbs_der(), tbs);
        assert_eq!(lint(&certificate, profile), findings);
        certificate
    };
    let serial =
        |n: u8| SerialNumber::from_octets(&[[n].as_slice(), &[0xab; 16]].concat()).unwrap();

    let root_key = public_key(&key(1));
    let root_params = TbsParams {
        serial_number: serial(1),
        issuer: None,
        subject: &root_name,
        public_key: &root_key,
        not_before: instant("2026-01-01"),
        not_after: instant("2045-12-31T23:59:59+09:00"),
        signature_algorithm: &algorithm,
        policy: None,
        notice: None,
        cps_uri: None,
        crl_uri: None,
        ocsp_uri: None,
        identify_data: None,
        path_len: None,
        deviations: Deviations::Korean,
    };
    let root = issue(Profile::Root, &root_params, &key(1));

    let ca_key = public_key(&key(2));
    let ca_data = IdentifyData {
        real_name: "시험 금융결제원".into(),
        vid: None,
    };
    let ca_params = TbsParams {
        serial_number: serial(2),
        issuer: Some(&root),
        subject: &ca_name,
        public_key: &ca_key,
        not_after: instant("2035-12-31T23:59:59+09:00"),
        notice: Some("이 인증서는 시험용 인증서입니다(This certificate is for tests)"),
        cps_uri: Some("http://cps.example/root.html"),
        crl_uri: Some("http://crl.example/arl.crl"),
        identify_data: Some(&ca_data),
        path_len: Some(0),
        ..root_params
    };
    let ca = issue(Profile::IssuingCa, &ca_params, &key(1));

    let idn = Idn::parse("0001223000000").unwrap();
    let random = RandomNumber::from_octets(&[9; 20]).unwrap();
    let data = IdentifyData {
        real_name: "홍길동".into(),
        vid: Some(compute_vid(HashAlgorithm::Sha256, &idn, &random)),
    };
    let subject_key = public_key(&key(3));
    let sign_params = TbsParams {
        serial_number: serial(3),
        issuer: Some(&ca),
        subject: &subject,
        public_key: &subject_key,
        not_before: instant("2026-03-01T10:00:00+09:00"),
        not_after: instant("2027-03-01T23:59:59+09:00"),
        policy: Some(policy()),
        notice: Some("이 인증서는 시험용 인증서입니다"),
        cps_uri: Some("http://cps.example/cps.html"),
        crl_uri: Some(CRL_URI),
        ocsp_uri: Some("http://ocsp.example:4612"),
        identify_data: Some(&data),
        ..root_params
    };
    let sign_certificate = issue(Profile::SubscriberSign, &sign_params, &key(2));
    let km_key = public_key(&key(4));
    let km_params = TbsParams {
        serial_number: sign_params.serial_number.successor().unwrap(),
        public_key: &km_key,
        identify_data: None,
        ..sign_params
    };
    let km = issue(Profile::SubscriberKm, &km_params, &key(2));
    assert_eq!(
        check_vid(&sign_certificate, &idn, &random),
        VidCheck::Matches
    );
    assert_eq!(check_vid(&km, &idn, &random), VidCheck::NoVid);

    let tbs = tbs_crl(
        &CrlParams {
            issuer: &ca,
            signature_algorithm: &algorithm,
            this_update: instant("2026-03-02"),
            next_update: instant("2026-03-03"),
            number: 300,
            distribution_point: Some(CRL_URI),
            base_number: None,
            freshest_crl: None,
        },
        entries(),
    )
    .unwrap();
    let crl = assemble_crl(&tbs, &algorithm, &sign(&key(2), &tbs)).unwrap();
    assert_eq!(crl.tbs_der(), tbs);
    Made {
        root,
        ca,
        sign: sign_certificate,
        km,
        crl,
    }
}

fn entries() -> Vec<CrlEntry> {
    let entry = |serial: &str, reason, invalidity: Option<&str>| CrlEntry {
        serial_number: serial.parse().unwrap(),
        revoked_at: instant("2026-03-01T12:00:00+09:00"),
        reason,
        invalidity: invalidity.map(instant),
    };
    vec![
        entry("1", None, None),
        entry("128", Some(RevocationReason::Superseded), None),
        entry(
            "70000",
            Some(RevocationReason::KeyCompromise),
            Some("2026-02-01"),
        ),
        entry(
            "340282366920938463463374607431768211456",
            Some(RevocationReason::CertificateHold),
            None,
        ),
    ]
}

#[test]
fn we_read_what_we_wrote() {
    let made = make();
    assert_eq!(made.sign.use_of_key(), KeyUse::Sign);
    assert_eq!(made.km.use_of_key(), KeyUse::KeyManagement);
    assert_eq!(made.sign.product(), Some(Product::PersonalLimited));
    assert_eq!(made.sign.authority(), Some(Issuer::Yessign));
    assert_eq!(made.sign.display_name(), "홍길동");
    assert!(made.ca.basic_constraints().unwrap().path_len == Some(0));
    for (certificate, issuer) in [
        (&made.ca, &made.root),
        (&made.sign, &made.ca),
        (&made.km, &made.ca),
    ] {
        let authority = certificate.authority_key_identifier().unwrap();
        assert_eq!(
            authority.key_identifier.as_deref(),
            issuer.subject_key_identifier()
        );
        assert_eq!(authority.issuer.as_ref(), Some(issuer.issuer()));
        assert_eq!(authority.serial_number, Some(*issuer.serial_number()));
    }
    let order: Vec<_> = made.sign.extensions().map(|e| e.oid).collect();
    let rows: Vec<_> = Profile::SubscriberSign
        .rows()
        .iter()
        .map(|r| r.extension)
        .collect();
    assert_eq!(order, rows);

    assert_eq!(made.crl.entries().collect::<Vec<_>>(), entries());
    assert_eq!(made.crl.number(), Some(&[1, 44][..]));
    let point = made.crl.issuing_distribution_point().unwrap();
    assert_eq!(point.point.as_ref().unwrap().uris, [CRL_URI]);
    for entry in entries() {
        assert_eq!(made.crl.find(&entry.serial_number), Some(entry));
    }
}

#[test]
fn x509_cert_reads_what_we_wrote() {
    let made = make();
    for certificate in [&made.root, &made.ca] {
        let theirs = x509_cert::Certificate::from_der(certificate.der()).unwrap();
        assert_eq!(theirs.to_der().unwrap(), certificate.der());
        assert_eq!(
            theirs.tbs_certificate().subject().to_der().unwrap(),
            certificate.subject().der()
        );
    }
    let theirs: x509_cert::crl::CertificateList =
        x509_cert::crl::CertificateList::from_der(made.crl.der()).unwrap();
    assert_eq!(theirs.to_der().unwrap(), made.crl.der());
}

#[test]
fn openssl_agrees() {
    if Command::new("openssl").arg("version").output().is_err() {
        assert!(
            std::env::var_os("CI").is_none_or(|ci| ci != "true"),
            "openssl is missing"
        );
        eprintln!("passed over: the command `openssl` is not there");
        return;
    }
    let made = make();
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("issued");
    fs::create_dir_all(&folder).unwrap();
    for (name, certificate) in [
        ("root.pem", &made.root),
        ("ca.pem", &made.ca),
        ("sign.pem", &made.sign),
        ("km.pem", &made.km),
    ] {
        fs::write(folder.join(name), certificate.to_pem()).unwrap();
    }
    fs::write(folder.join("crl.der"), made.crl.der()).unwrap();
    let openssl = |arguments: &str| {
        let output = Command::new("openssl")
            .args(arguments.split(' '))
            .current_dir(&folder)
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr);
        (output.status.success(), text)
    };

    // Not -x509_strict: it wants keyUsage in a root, and ours have none, like KISA's.
    let verify = "verify -check_ss_sig -CAfile root.pem -untrusted ca.pem";
    for name in ["sign.pem", "km.pem"] {
        let with = |policy: &str| {
            openssl(&format!(
                "{verify} -attime 1772500000 -policy_check -policy {policy} {name}"
            ))
        };
        let (fine, text) = with(&policy().to_string());
        assert!(fine, "{text}");
        let (fine, text) = with("1.2.3.4");
        assert!(!fine && text.contains("no explicit policy"), "{text}");
    }
    let (fine, text) = openssl("crl -inform DER -in crl.der -CAfile ca.pem -noout -text");
    assert!(fine && text.contains("verify OK"), "{text}");
    for wanted in [
        "Key Compromise",
        "Superseded",
        "Certificate Hold",
        "X509v3 Issuing Distribution Point: critical",
        CRL_URI,
        "Invalidity Date",
    ] {
        assert!(text.contains(wanted), "{wanted}: {text}");
    }
    fs::write(
        folder.join("crl.pem"),
        openssl("crl -inform DER -in crl.der").1,
    )
    .unwrap();
    let (fine, text) = openssl(&format!(
        "{verify} -attime 1772400000 -crl_check -CRLfile crl.pem sign.pem"
    ));
    assert!(fine, "{text}");

    let (_, text) = openssl("x509 -in sign.pem -noout -text -nameopt utf8,RFC2253,-esc_msb");
    for wanted in [
        "CN=홍길동()0004041202601010001,OU=KMB,OU=personal4IB,O=Lab-yessign,C=kr",
        "X509v3 Key Usage: critical",
        "Digital Signature, Non Repudiation",
        "X509v3 Certificate Policies: critical",
        "Policy: 2.999.410.1.4",
        "OCSP - URI:http://ocsp.example:4612",
        "Not After : Mar  1 14:59:59 2027 GMT",
    ] {
        assert!(text.contains(wanted), "{wanted}: {text}");
    }
}

/// Without the Korean ways: what was named is gone, and the linter wants it so.
#[test]
fn without_deviations() {
    let made = make();
    let algorithm = ecdsa_with_sha256();
    let own = public_key(&key(2));
    let rules = |tbs: &[u8], profile, deviations| -> Vec<_> {
        let found = lint_tbs_with(tbs, profile, deviations).unwrap();
        let found = found.iter().filter(|f| f.severity > Severity::Notice);
        found.map(|f| f.rule).collect()
    };
    let root = TbsParams {
        serial_number: SerialNumber::from_octets(&[0xab; 17]).unwrap(),
        issuer: None,
        subject: made.root.subject(),
        public_key: &own,
        not_before: instant("2026-01-01"),
        not_after: instant("2035-01-01"),
        signature_algorithm: &algorithm,
        policy: None,
        notice: None,
        cps_uri: None,
        crl_uri: None,
        ocsp_uri: None,
        identify_data: None,
        path_len: None,
        deviations: Deviations::None,
    };
    let ca = TbsParams {
        issuer: Some(&made.root),
        subject: made.ca.subject(),
        notice: Some("이 인증서는"),
        cps_uri: Some("http://cps.example"),
        crl_uri: Some(CRL_URI),
        path_len: Some(0),
        ..root
    };
    let sign = TbsParams {
        issuer: Some(&made.ca),
        subject: made.sign.subject(),
        not_after: instant("2026-12-31"),
        policy: Some(policy()),
        ocsp_uri: Some("http://ocsp.example"),
        identify_data: made.sign.identify_data(),
        path_len: None,
        ..ca
    };
    // What each linter says of what the other writes.
    for (profile, params, of_none, of_korean) in [
        (
            Profile::Root,
            root,
            vec![],
            vec!["cert.root.key-usage.presence"],
        ),
        (
            Profile::IssuingCa,
            ca,
            vec!["cert.issuing-ca.policy-constraints.presence"],
            vec![
                "cert.issuing-ca.extension.unexpected",
                "cert.issuing-ca.certificate-policies.qualifiers",
            ],
        ),
        (
            Profile::SubscriberSign,
            sign,
            vec![],
            vec!["cert.subscriber-sign.certificate-policies.qualifiers"],
        ),
    ] {
        let none = profile.tbs(&params).unwrap();
        let korean = profile
            .tbs(&TbsParams {
                deviations: Deviations::Korean,
                ..params
            })
            .unwrap();
        assert_ne!(none, korean);
        assert!(rules(&none, profile, Deviations::None).is_empty());
        assert!(rules(&korean, profile, Deviations::Korean).is_empty());
        assert_eq!(rules(&none, profile, Deviations::Korean), of_none);
        assert_eq!(rules(&korean, profile, Deviations::None), of_korean);
    }
}

#[test]
fn what_a_profile_needs() {
    let made = make();
    let algorithm = ecdsa_with_sha256();
    let subject_key = public_key(&key(3));
    let full = TbsParams {
        serial_number: "1".parse().unwrap(),
        ..made.subscriber(&algorithm, &subject_key)
    };
    let profile = Profile::SubscriberSign;
    assert!(profile.tbs(&full).is_ok());
    let missing = |what| ProfileError::Missing {
        profile: "subscriber-sign",
        what,
    };
    let nobody = Name::from_npki_text("").unwrap();
    for (params, error) in [
        (
            TbsParams {
                issuer: None,
                ..full
            },
            missing("issuer"),
        ),
        (
            TbsParams {
                policy: None,
                ..full
            },
            missing("certificate-policies"),
        ),
        (
            TbsParams {
                crl_uri: None,
                ..full
            },
            missing("crl-distribution-points"),
        ),
        (
            TbsParams {
                ocsp_uri: None,
                ..full
            },
            missing("authority-info-access"),
        ),
        (
            TbsParams {
                identify_data: None,
                ..full
            },
            missing("subject-alt-name"),
        ),
        (
            TbsParams {
                subject: &nobody,
                ..full
            },
            ProfileError::NoSubject,
        ),
        (
            TbsParams {
                not_after: full.not_before,
                ..full
            },
            ProfileError::Reversed {
                not_before: full.not_before,
                not_after: full.not_before,
            },
        ),
        (
            TbsParams {
                not_before: instant("1969-12-31"),
                ..full
            },
            ProfileError::Time(instant("1969-12-31")),
        ),
        (
            TbsParams {
                crl_uri: Some("http://한글"),
                ..full
            },
            ProfileError::Uri("http://한글".into()),
        ),
        (
            TbsParams {
                notice: Some("😀"),
                ..full
            },
            ProfileError::Notice("😀".into()),
        ),
    ] {
        assert_eq!(profile.tbs(&params).unwrap_err(), error);
    }

    // The linter's limits, on both sides.
    let year = instant("2027-03-01T23:59:59+09:00");
    let rules = |params: &TbsParams<'_>| -> Vec<_> {
        lint_tbs(&profile.tbs(params).unwrap(), profile)
            .unwrap()
            .iter()
            .map(|f| f.rule)
            .collect()
    };
    let short = "cert.subscriber-sign.serial-number.entropy";
    let long = "cert.subscriber-sign.validity.too-long";
    for (serial, end, expected) in [
        (vec![1; 16], year, vec![short]),
        ([[0x80].as_slice(), &[1; 15]].concat(), year, vec![]),
        (vec![1; 17], instant("2027-04-02"), vec![]),
        (
            vec![1; 17],
            instant("2027-04-02T00:00:01+09:00"),
            vec![long],
        ),
    ] {
        let params = TbsParams {
            serial_number: SerialNumber::from_octets(&serial).unwrap(),
            not_after: end,
            ..full
        };
        assert_eq!(rules(&params), expected, "{serial:02x?} {end}");
    }
}

/// The gate before a signature: names that pkilint refuses (`fatal itu.invalid_asn1_syntax`), of the
/// subject and of the issuer, and what is merely not usual.
#[test]
fn what_a_name_needs() {
    let made = make();
    let algorithm = ecdsa_with_sha256();
    let subject_key = public_key(&key(3));
    let params = made.subscriber(&algorithm, &subject_key);
    let profile = Profile::SubscriberSign;
    let long = "가".repeat(65);
    let named = |cn: &str| Name::from_values([("cn", cn), ("o", "Lab"), ("c", "KR")]).unwrap();
    let (fits, long) = (named(&long[3..]), named(&long));
    let ca = |subject: &Name| {
        let ca = TbsParams {
            issuer: Some(&made.root),
            subject,
            path_len: Some(0),
            policy: None,
            ..params
        };
        let tbs = Profile::IssuingCa.tbs(&ca).unwrap();
        assemble_certificate(&tbs, &algorithm, &sign(&key(1), &tbs)).unwrap()
    };
    let errors = |issuer: &Certificate, subject: &Name| -> Vec<_> {
        let params = TbsParams {
            issuer: Some(issuer),
            subject,
            ..params
        };
        let found = lint_tbs(&profile.tbs(&params).unwrap(), profile).unwrap();
        let errors = found.iter().filter(|f| f.severity == Severity::Error);
        errors
            .map(|f| f.rule.trim_start_matches("cert.subscriber-sign."))
            .collect()
    };
    for (issuer, subject, expected) in [
        (ca(&fits), named("홍길동"), None),
        (ca(&fits), fits.clone(), Some("issuer.self")),
        (ca(&long), named("홍길동"), Some("issuer.length")),
        (made.ca.clone(), fits.clone(), None),
        (made.ca.clone(), long, Some("subject.length")),
        (
            made.ca.clone(),
            named("홍길동\n"),
            Some("subject.characters"),
        ),
    ] {
        assert_eq!(
            errors(&issuer, &subject),
            Vec::from_iter(expected),
            "{subject}"
        );
    }
}

/// Addresses that are none, and a second distribution point: said, and no reason not to sign.
#[test]
fn what_an_address_needs() {
    let made = make();
    let algorithm = ecdsa_with_sha256();
    let subject_key = public_key(&key(3));
    let profile = Profile::SubscriberSign;
    let tbs = |crl, ocsp, cps| {
        let params = TbsParams {
            serial_number: SerialNumber::from_octets(&[0xab; 17]).unwrap(),
            issuer: Some(&made.ca),
            subject: made.sign.subject(),
            public_key: &subject_key,
            not_before: instant("2026-03-01"),
            not_after: instant("2027-03-01"),
            signature_algorithm: &algorithm,
            policy: Some(policy()),
            notice: Some("이 인증서는"),
            cps_uri: Some(cps),
            crl_uri: Some(crl),
            ocsp_uri: Some(ocsp),
            identify_data: made.sign.identify_data(),
            path_len: None,
            deviations: Deviations::Korean,
        };
        profile.tbs(&params).unwrap()
    };
    let rules = |tbs: &[u8]| -> Vec<_> {
        let found = lint_tbs(tbs, profile).unwrap();
        assert!(found.iter().all(|f| f.severity < Severity::Error));
        found
            .iter()
            .map(|f| f.rule.trim_start_matches("cert.subscriber-sign."))
            .collect()
    };
    let fine = "http://a.example/";
    for (crl, ocsp, cps, expected) in [
        (fine, fine, fine, &[][..]),
        (
            "a.example/1.crl",
            fine,
            fine,
            &["crl-distribution-points.uri-syntax"],
        ),
        (
            fine,
            "http://a.example/%zz",
            fine,
            &["authority-info-access.uri-syntax"],
        ),
        (
            fine,
            fine,
            "http://a.example/a b",
            &["certificate-policies.cps-uri"],
        ),
    ] {
        assert_eq!(rules(&tbs(crl, ocsp, cps)), expected, "{crl} {ocsp} {cps}");
    }

    // The point of an address of 20 octets has the room of two points of six octets each.
    let crl = "ldap://crl.example/1";
    let mut tbs = tbs(crl, fine, fine);
    let at = tbs.windows(20).position(|octets| octets == crl.as_bytes());
    let point = [&b"\x30\x0c\xa0\x0a\xa0\x08\x86\x06"[..], b"ldap:a"].concat();
    tbs.splice(at.unwrap() - 8..at.unwrap() + 20, point.repeat(2));
    assert_eq!(rules(&tbs), ["crl-distribution-points.one"]);
}

#[test]
fn what_a_crl_needs() {
    let made = make();
    let algorithm = ecdsa_with_sha256();
    let params = CrlParams {
        issuer: &made.ca,
        signature_algorithm: &algorithm,
        this_update: instant("2026-03-02"),
        next_update: instant("2026-03-03"),
        number: 0,
        distribution_point: None,
        base_number: None,
        freshest_crl: None,
    };
    let empty = tbs_crl(&params, []).unwrap();
    let crl = assemble_crl(&empty, &algorithm, &[1, 2, 3]).unwrap();
    assert!(crl.is_empty());
    assert_eq!(crl.number(), Some(&[][..]));
    assert_eq!(crl.issuing_distribution_point(), None);

    let mut twice = entries();
    twice[1] = twice[0];
    assert!(matches!(
        tbs_crl(&params, twice),
        Err(CrlError::Unsorted { .. })
    ));
    let mut removed = entries();
    removed[0].reason = Some(RevocationReason::RemoveFromCrl);
    assert!(matches!(
        tbs_crl(&params, removed),
        Err(CrlError::RemoveFromCrl(_))
    ));
    let reversed = CrlParams {
        next_update: params.this_update,
        ..params
    };
    assert!(matches!(
        tbs_crl(&reversed, []),
        Err(CrlError::Reversed { .. })
    ));
}

#[test]
fn the_algorithm_outside_is_the_one_inside() {
    let made = make();
    let other = AlgorithmIdentifierOwned {
        oid: "1.2.840.10045.4.3.3".parse().unwrap(),
        parameters: None,
    };
    assert!(matches!(
        assemble_certificate(made.sign.tbs_der(), &other, &[1]),
        Err(CertError::AlgorithmsDiffer { .. })
    ));
    assert!(matches!(
        assemble_crl(made.crl.tbs_der(), &other, &[1]),
        Err(CertError::AlgorithmsDiffer { .. })
    ));
}
