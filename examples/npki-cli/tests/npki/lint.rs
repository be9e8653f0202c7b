//! `npki lint`: which profile is guessed, and what is said where there is little to judge.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

use npki_core::Issuer;
use npki_lab::{Authorities, Lab, LabLedgers, LabRng};
use serde_json::Value;

use crate::common::{Home, NOW, npki};

fn lab() -> Authorities {
    Authorities::make(NOW.parse().unwrap(), &mut LabRng::new(8)).unwrap()
}

fn files(told: &Value) -> &[Value] {
    told["files"].as_array().unwrap()
}

/// A CA's certificates for CMP pass for those of subscribers, by keyUsage alone.
#[test]
fn profiles_are_guessed() {
    let lab = lab();
    let home = Home::with(&[]);
    for ca in &lab.cas {
        let encryption = ca.cmp.encryption.as_ref().unwrap();
        for (certificate, kind) in [
            (&lab.root, "root"),
            (&ca.settings.certificate, "issuing-ca"),
            (&ca.cmp.certificate, "cmp-server"),
            (&encryption.certificate, "server-km"),
            (&ca.ocsp.certificate, "ocsp-responder"),
        ] {
            let file = home.write("guessed.der", certificate.der());
            let told = npki(&["lint", &file, "--json"], &[]).with(0).json();
            assert_eq!(files(&told)[0]["kind"], kind, "{told:#}");
            let findings = files(&told)[0]["findings"].as_array().unwrap();
            let mut worse = findings.iter().filter(|f| f["severity"] != "notice");
            assert_eq!(worse.next(), None, "{kind}");
        }
    }
}

/// What `npki lab make --plain` makes is held against the profiles that it has.
#[test]
fn plain_certificates() {
    let ledgers = LabLedgers::in_memory();
    let plain = Lab::without_deviations(8, NOW.parse().unwrap(), &ledgers).unwrap();
    let (root, cas) = plain.trust();
    let home = Home::with(&[]);
    let mut files = vec![home.write("root.der", root.der())];
    for (at, ca) in cas.iter().enumerate() {
        files.push(home.write(&format!("{at}.der"), ca.der()));
    }
    let mut line = vec!["lint", "--plain", "--json"];
    line.extend(files.iter().map(String::as_str));
    npki(&line, &[]).with(0);
    line.remove(1);
    npki(&line, &[]).with(1);

    // The ways of the Korean PKI are what --plain finds.
    let korean = lab()
        .ca(Issuer::Yessign)
        .unwrap()
        .settings
        .certificate
        .clone();
    let korean = home.write("korean.der", korean.der());
    let told = npki(&["lint", "--plain", &korean], &[]).with(0);
    assert!(told.out.contains("policyConstraints") || told.out.contains("2.5.29.36"));
}

/// The NPKI folder, the one above it, and folders without one.
#[test]
fn folders() {
    let home = Home::of_hong();
    let (inside, above) = (home.text("NPKI"), home.text(""));
    let said = |folder: &str| npki(&["lint", folder, "--json"], &[]).json();
    let (inside, above) = (said(&inside), said(&above));
    let of_inside = files(&inside)[0]["findings"].as_array().unwrap();
    assert!(!of_inside.is_empty());
    assert_eq!(files(&above)[0]["findings"].as_array(), Some(of_inside));

    let empty = Home::with(&[]);
    let alone = npki(&["lint", &empty.text("")], &[]).with(3);
    assert!(alone.err.contains("nothing was found"), "{alone:?}");
    let told = npki(&["lint", &empty.text(""), "--json"], &[])
        .with(3)
        .json();
    assert_eq!(told["error"]["kind"], "nothing-to-lint");
}

/// What cannot be judged keeps back nothing of what is said of the others.
#[test]
fn one_unknown_file_among_many() {
    let lab = lab();
    let home = Home::with(&[]);
    let root = home.write("root.der", lab.root.der());
    let junk = home.write("junk", b"junk");
    let absent = home.text("absent");
    let line = ["lint", &root, &junk, &absent, &root];
    let said = npki(&line, &[]).with(3).out;
    assert_eq!(said.matches("root.der (root)").count(), 2, "{said}");
    assert!(said.contains("junk: this is neither"), "{said}");

    let told = npki(&[&line[..], &["--json"]].concat(), &[]).with(3).json();
    assert_eq!(told["ok"], false);
    let kinds: Vec<_> = files(&told)
        .iter()
        .map(|file| file["kind"].as_str().or(file["error"]["kind"].as_str()))
        .collect();
    let (root_is, junk_is) = (Some("root"), Some("unknown-file"));
    assert_eq!(kinds, [root_is, junk_is, Some("file-not-found"), root_is]);

    // Not to be read weighs more than to be wrong, whichever comes first.
    let wrong = ["lint", &root, "--profile", "issuing-ca"];
    npki(&wrong, &[]).with(1);
    npki(&[&wrong[..], &[&junk]].concat(), &[]).with(3);
    npki(&[&wrong[..1], &[&junk], &wrong[1..]].concat(), &[]).with(3);
}
