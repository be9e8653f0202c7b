//! `npki lab make --plain`, as others judge what it made.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

use std::path::Path;
use std::process::Command;

use npki_cert::Certificate;
use serde_json::Value;

use crate::common::{is_there, npki};

/// A lab of now: GnuTLS judges the present alone.
fn made(folder: &Path) -> Value {
    let line = ["lab", "make", folder.to_str().unwrap(), "--plain", "--json"];
    let index = npki(&line, &[]).with(0).json();
    let people = index.get("people").and_then(Value::as_array).unwrap();
    let mut named = people
        .iter()
        .filter(|p| p["name"] == "valid-personal-limited");
    let person = named.next().unwrap();
    let files = person["files"].as_array().unwrap();
    let mut files = files.iter().filter_map(Value::as_str);
    let own = files.find(|file| file.ends_with("signCert.der")).unwrap();
    let of_ca = person["issuer"].as_str().unwrap().to_lowercase();
    let of_ca = format!("ca/{of_ca}.der");
    let pem = |path: &str| {
        let der = std::fs::read(folder.join(path)).unwrap();
        Certificate::parse(&der).unwrap().to_pem()
    };
    for (name, octets) in [
        ("root.pem", pem("ca/root.der")),
        ("ca.pem", pem(&of_ca)),
        ("own.pem", pem(own)),
        ("chain.pem", pem(own) + &pem(&of_ca)),
    ] {
        std::fs::write(folder.join(name), octets).unwrap();
    }
    index
}

fn said(folder: &Path, line: &str) -> (bool, String) {
    let mut words = line.split(' ');
    let mut command = Command::new(words.next().unwrap());
    let output = command.args(words).current_dir(folder).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    (output.status.success(), said)
}

/// GnuTLS refuses the CAs of a lab that is not plain, for their critical policyConstraints.
#[test]
fn openssl_and_gnutls_take_a_plain_subscriber() {
    if !is_there("openssl") || !is_there("certtool") {
        return;
    }
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("plain");
    let index = made(&folder);
    assert_eq!(index["plain"], true);
    let verify = |policy: &str| {
        let policy = format!("-policy_check -explicit_policy -policy {policy}");
        let line = format!("openssl verify {policy} -CAfile root.pem -untrusted ca.pem own.pem");
        said(&folder, &line)
    };
    let (fine, words) = verify("2.999.410.1.4");
    assert!(fine && words.contains("own.pem: OK"), "{words}");
    let (fine, words) = verify("2.999.410.1.5");
    assert!(!fine && words.contains("policy"), "{words}");

    let line = "certtool --verify --verify-profile medium --load-ca-certificate root.pem \
                --infile chain.pem";
    let (fine, words) = said(&folder, line);
    let verified = words.contains("Chain verification output: Verified.");
    assert!(fine && verified, "{words}");
}
