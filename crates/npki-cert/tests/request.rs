//! PKCS#10 requests: made by OpenSSL, judged by OpenSSL, and bent; see `vectors/openssl/ORIGIN.md`.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use der::Encode;
use npki_cert::{CertError, Certificate, CertificationRequest};
use proptest::prelude::*;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/openssl");

fn read(name: &str) -> Vec<u8> {
    fs::read(Path::new(FOLDER).join(name)).unwrap()
}

fn request(name: &str) -> CertificationRequest {
    CertificationRequest::parse(&read(name)).unwrap()
}

#[test]
fn what_a_request_says() {
    let subscriber = Certificate::parse(&read("subscriber.der")).unwrap();
    for (name, types, extensions) in [
        ("request.csr", &[][..], &[][..]),
        (
            "request-with-attributes.csr",
            &[
                "1.2.840.113549.1.9.2",
                "1.2.840.113549.1.9.7",
                "1.2.840.113549.1.9.14",
            ],
            &[
                ("2.5.29.15", true, &[3, 2, 6, 0xc0][..]),
                (
                    "2.5.29.37",
                    false,
                    &[0x30, 10, 6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 2],
                ),
                // 2.999.410.1.4: inside of a value, any OID may stand.
                (
                    "2.5.29.32",
                    false,
                    &[0x30, 10, 0x30, 8, 6, 6, 0x88, 0x37, 0x83, 0x1a, 1, 4],
                ),
            ],
        ),
    ] {
        let request = request(name);
        assert!(request.subject().matches(subscriber.subject()), "{name}");
        assert_eq!(request.public_key(), subscriber.public_key());
        assert_eq!(
            request.signature_algorithm(),
            subscriber.signature_algorithm()
        );
        assert_eq!(request.signature().len(), 256);
        assert_eq!(request.der(), read(name));
        assert_eq!(request.encode().unwrap(), read(name));
        // The signed part stands between the outer header and the algorithm.
        assert_eq!(
            request.info_der(),
            &read(name)[4..][..request.info_der().len()]
        );
        assert_eq!(request.info_der()[0], 0x30);
        let found: Vec<_> = request.attribute_types().map(|t| t.to_string()).collect();
        assert_eq!(found, types, "{name}");
        let found: Vec<_> = request
            .requested_extensions()
            .map(|e| (e.oid.to_string(), e.critical, e.value.to_vec()))
            .collect();
        let wanted: Vec<_> = extensions
            .iter()
            .map(|(oid, critical, value)| ((*oid).to_owned(), *critical, value.to_vec()))
            .collect();
        assert_eq!(found, wanted, "{name}");
        let shown = format!("{request:?}");
        assert!(shown.ends_with("c=kr), .. }"), "{shown}");
    }
}

#[test]
fn pem_and_white_space() {
    let request = request("request.csr");
    let pem = request.to_pem();
    assert!(pem.starts_with("-----BEGIN CERTIFICATE REQUEST-----\n"));
    let old = pem.replace("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST");
    for text in [&pem, &old, &format!("Subject: x\n\n{pem}\n")] {
        assert_eq!(
            CertificationRequest::parse_any(text.as_bytes()).unwrap(),
            request
        );
    }
    let other = pem.replace("CERTIFICATE REQUEST", "CERTIFICATE");
    let error = CertificationRequest::parse_any(other.as_bytes()).unwrap_err();
    assert!(matches!(error, CertError::Pem { .. }), "{error}");
}

#[test]
fn openssl_verifies_what_is_written_again() {
    if Command::new("openssl").arg("version").output().is_err() {
        assert!(
            std::env::var_os("CI").is_none_or(|ci| ci != "true"),
            "openssl is missing"
        );
        eprintln!("passed over: the command `openssl` is not there");
        return;
    }
    for name in ["request.csr", "request-with-attributes.csr"] {
        let request = request(name);
        let openssl = |arguments: &[&str], input: &[u8]| {
            let mut child = Command::new("openssl")
                .args(arguments)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            child.stdin.take().unwrap().write_all(input).unwrap();
            let output = child.wait_with_output().unwrap();
            assert!(output.status.success(), "{arguments:?}");
            output.stdout
        };
        let encoded = request.encode().unwrap();
        openssl(&["req", "-inform", "DER", "-verify", "-noout"], &encoded);
        let key = openssl(&["req", "-inform", "DER", "-pubkey", "-noout"], &encoded);
        let key = openssl(&["pkey", "-pubin", "-outform", "DER"], &key);
        assert_eq!(request.public_key().to_der().unwrap(), key, "{name}");
        let pem = request.to_pem();
        let der = openssl(&["req", "-outform", "DER"], pem.as_bytes());
        assert_eq!(der, request.der(), "{name}");
    }
}

/// A request put together of parts; each row bends one.
#[test]
fn what_is_no_request_is_refused() {
    let key_usage = extension(&[0x55, 0x1d, 0x0f], &[], &[3, 2, 6, 0xc0]);
    let key_identifier = extension(&[0x55, 0x1d, 0x0e], &[], &[4, 1, 7]);
    let asked = sequence(&[&key_usage, &key_identifier]);
    let fine = attribute(&EXTENSION_REQUEST, &[&asked]);
    let challenge = attribute(&CHALLENGE, &[&tlv(0x0c, b"secret")]);
    let name = attribute(&UNSTRUCTURED_NAME, &[&tlv(0x0c, b"lab")]);
    let many = |count: u8| {
        let all: Vec<_> = (0..count)
            .map(|n| extension(&[0x2a, n], &[], &[5, 0]))
            .collect();
        let all: Vec<_> = all.iter().map(Vec::as_slice).collect();
        attribute(&EXTENSION_REQUEST, &[&sequence(&all)])
    };
    let asks = |extensions: &[&[u8]]| attribute(&EXTENSION_REQUEST, &[&sequence(extensions)]);

    type Row<'a> = (&'a str, Vec<u8>, Option<&'a str>);
    let rows: Vec<Row<'_>> = vec![
        ("fine", build(0, &[&name, &challenge, &fine], 0), None),
        ("no attribute", build(0, &[], 0), None),
        ("64 extensions", build(0, &[&many(64)], 0), None),
        (
            "65 extensions",
            build(0, &[&many(65)], 0),
            Some("bound of 64"),
        ),
        ("v2", build(1, &[], 0), Some("version field 1")),
        ("unused bits", build(0, &[], 1), Some(WHAT)),
        (
            "attributes out of order",
            build(0, &[&challenge, &name], 0),
            Some(WHAT),
        ),
        (
            // A SET OF may hold the same element twice (X.690 section 11.6).
            "the same attribute twice",
            build(0, &[&challenge, &challenge], 0),
            None,
        ),
        (
            "an attribute without a value",
            build(0, &[&attribute(&EXTENSION_REQUEST, &[])], 0),
            Some("ExtensionRequest"),
        ),
        (
            "two values",
            build(
                0,
                &[&attribute(
                    &EXTENSION_REQUEST,
                    &[&sequence(&[&key_identifier]), &sequence(&[&key_usage])],
                )],
                0,
            ),
            Some("ExtensionRequest"),
        ),
        (
            "two requests for extensions",
            build(0, &[&asks(&[&key_identifier]), &asks(&[&key_usage])], 0),
            Some("ExtensionRequest"),
        ),
        (
            "no extension",
            build(0, &[&asks(&[])], 0),
            Some("ExtensionRequest"),
        ),
        (
            "the same extension twice",
            build(0, &[&asks(&[&key_usage, &key_usage])], 0),
            Some("2.5.29.15 stands there twice"),
        ),
        (
            "an explicit FALSE",
            build(
                0,
                &[&asks(&[&extension(
                    &[0x55, 0x1d, 0x0f],
                    &[1, 1, 0],
                    &[5, 0],
                )])],
                0,
            ),
            Some("ExtensionRequest"),
        ),
        (
            "an attribute type 2.999",
            build(0, &[&attribute(&[0x88, 0x37], &[&[5, 0]])], 0),
            Some("object identifier"),
        ),
    ];
    for (what, der, error) in rows {
        match (CertificationRequest::parse(&der), error) {
            (Ok(request), None) => assert_eq!(request.encode().unwrap(), der, "{what}"),
            (Err(found), Some(error)) => {
                assert!(found.to_string().contains(error), "{what}: {found}");
            }
            (found, _) => panic!("{what}: {found:?}"),
        }
    }
}

#[test]
fn what_cannot_be_held_is_refused_by_name() {
    let error = CertificationRequest::parse(&read("bad-oid-2-999.csr")).unwrap_err();
    assert!(
        matches!(error, CertError::ObjectIdentifier { .. }),
        "{error}"
    );
}

#[test]
fn cuts_and_bounds() {
    let octets = read("request-with-attributes.csr");
    for cut in 0..octets.len() {
        assert!(CertificationRequest::parse(&octets[..cut]).is_err());
        assert!(CertificationRequest::parse_any(&octets[..cut]).is_err());
    }
    let trailing = [octets.as_slice(), &[0]].concat();
    let error = CertificationRequest::parse(&trailing).unwrap_err();
    assert!(
        matches!(error, CertError::TrailingData { found: 1, .. }),
        "{error}"
    );
    let large = vec![0x30; CertificationRequest::MAX_OCTETS + 1];
    let error = CertificationRequest::parse(&large).unwrap_err();
    assert!(matches!(error, CertError::TooLong { .. }), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn mutated_requests_are_written_again_or_refused(
        name in prop_oneof![Just("request.csr"), Just("request-with-attributes.csr")],
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut octets = read(name);
        for (at, octet) in changes {
            let at = at.index(octets.len());
            octets[at] = octet;
        }
        if let Ok(request) = CertificationRequest::parse(&octets) {
            prop_assert_eq!(request.der(), &octets[..]);
            prop_assert_eq!(request.encode().unwrap(), &octets[..]);
            let _ = (request.requested_extensions().count(), format!("{request:?}"));
        }
    }

    #[test]
    fn any_octets_are_refused(octets in proptest::collection::vec(any::<u8>(), 0..64)) {
        prop_assert!(CertificationRequest::parse(&octets).is_err());
    }
}

fn build(version: u8, attributes: &[&[u8]], unused: u8) -> Vec<u8> {
    let algorithm = sequence(&[&tlv(6, &[0x2b, 0x65, 0x70])]);
    let key = sequence(&[&algorithm, &tlv(3, &[0; 33])]);
    let info = sequence(&[
        &tlv(2, &[version]),
        &tlv(0x30, &[]),
        &key,
        &tlv(0xa0, &attributes.concat()),
    ]);
    sequence(&[
        &info,
        &algorithm,
        &tlv(3, &[&[unused][..], &[0; 64]].concat()),
    ])
}

fn attribute(oid: &[u8], values: &[&[u8]]) -> Vec<u8> {
    sequence(&[&tlv(6, oid), &tlv(0x31, &values.concat())])
}

fn extension(oid: &[u8], critical: &[u8], value: &[u8]) -> Vec<u8> {
    sequence(&[&tlv(6, oid), critical, &tlv(4, value)])
}

fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    tlv(0x30, &parts.concat())
}

fn tlv(tag: u8, value: &[u8]) -> Vec<u8> {
    let length = u16::try_from(value.len()).unwrap().to_be_bytes();
    let header = match value.len() {
        0..=0x7f => vec![tag, length[1]],
        0x80..=0xff => vec![tag, 0x81, length[1]],
        _ => vec![tag, 0x82, length[0], length[1]],
    };
    [header.as_slice(), value].concat()
}

const WHAT: &str = "CertificationRequest cannot";
const EXTENSION_REQUEST: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 14];
const CHALLENGE: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 7];
const UNSTRUCTURED_NAME: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 2];
