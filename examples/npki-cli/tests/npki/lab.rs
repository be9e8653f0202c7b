//! With certificates as a bank has them issued: VID, chain, policy and revocation lists.

use std::collections::BTreeMap;

use crate::common::{Home, NOW, PASSWORD, npki};
use npki_cert::Crl;
use npki_container::{Bounds, EncryptedPrivateKeyInfo, Password, Pfx, Sealing};
use npki_core::Product;
use npki_lab::{Lab, LabLedgers, Person};
use npki_media::{Bundle, Pair};

/// Kind and validity are shown (S100).
#[test]
fn what_a_bank_issued_proves_who_holds_it() {
    let ledgers = LabLedgers::in_memory();
    let lab = Lab::new(7, NOW.parse().unwrap(), &ledgers).unwrap();
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

/// Everything that `lab make` writes is what its index says: sound entries open, broken ones are
/// listed as what they are, and the same seed and time give the same certificates.
#[test]
fn a_lab_is_made_as_its_index_says() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("korea");
    let make = |folder: &std::path::Path| {
        let folder = folder.to_str().unwrap();
        npki(
            &["lab", "make", folder, "--seed", "7", "--now", NOW, "--json"],
            &[],
        )
    };
    let index = make(&folder).with(0).json();
    assert_eq!(
        make(&folder).with(1).json()["error"]["kind"],
        "folder-not-empty"
    );
    let again = make(&place.path().join("again")).with(0).json();
    assert_eq!(index, again);

    let password = index["password"].as_str().unwrap();
    let mut conditions = BTreeMap::new();
    for person in index["people"].as_array().unwrap() {
        for file in person["files"].as_array().unwrap() {
            assert!(folder.join(file.as_str().unwrap()).is_file(), "{file}");
        }
        let (name, condition) = (&person["name"], &person["condition"]);
        let name = name.as_str().unwrap();
        // The OCSP answer is of the certificate, signed by the responder that the root has certified.
        let home = format!("people/{name}");
        let issuer = person["issuer"].as_str().unwrap().to_lowercase();
        let at = |path: &str| folder.join(path).to_str().unwrap().to_owned();
        let asked = npki(
            &[
                "ocsp",
                "check",
                &at(&format!("{home}/ocsp.der")),
                "--issuer",
                &at(&format!("ca/{issuer}.der")),
                "--cert",
                &at(&format!("{home}/cert.der")),
                "--root",
                &at("ca/root.der"),
                "--now",
                NOW,
                "--json",
            ],
            &[],
        );
        let read = |path: &str| std::fs::read(folder.join(path));
        let responder = read(&format!("ca/{issuer}-ocsp.der")).unwrap();
        let answer = read(&format!("{home}/ocsp.der")).unwrap();
        assert!(
            answer
                .windows(responder.len())
                .any(|part| part == responder)
        );
        // One pair or two in a PFX, where they are whole.
        let files: Vec<_> = person["files"].as_array().unwrap().iter().collect();
        let has = |name: &str| {
            files
                .iter()
                .any(|file| file.as_str().unwrap().ends_with(name))
        };
        let is_broken = BROKEN.contains(&condition.as_str().unwrap());
        assert_eq!(has("/korean.pfx"), !is_broken, "{name}");
        if !is_broken {
            let pfx = read(&format!("{home}/korean.pfx")).unwrap();
            let pfx = Pfx::parse(&pfx, &Bounds::DEFAULT).unwrap();
            let opened = pfx.open(&Password::new(password).unwrap(), &Bounds::DEFAULT);
            let pairs = opened.unwrap().into_pairs();
            let der = read(&format!("{home}/cert.der")).unwrap();
            assert_eq!(pairs.sign().unwrap().certificate.der(), der);
            assert_eq!(
                pairs.key_management().is_some(),
                has("/kmCert.der"),
                "{name}"
            );
        }
        let revoked = condition == "revoked";
        let status = if revoked { "revoked" } else { "good" };
        let asked = asked.with(i32::from(revoked)).json();
        assert_eq!(asked["status"], status, "{name}: {asked}");
        if conditions.contains_key(condition.as_str().unwrap()) {
            continue;
        }
        let tree = folder.join("people").join(name).join("NPKI");
        let tree = tree.to_str().unwrap();
        let entries = npki(&["--dir", tree, "list", "--now", NOW, "--json"], &[])
            .with(0)
            .json();
        let state = entries["entries"][0]["state"].as_str().unwrap().to_owned();
        let check = ["--dir", tree, "check", "--dn", "1", "--now", NOW, "--json"];
        let code = npki(&check, &[password]).code;
        conditions.insert(condition.as_str().unwrap(), (state, code));
    }
    for (condition, (state, code)) in conditions {
        let wanted = match condition {
            "expired" => ("expired", 1),
            "expiring" => ("expiring", 0),
            "no-key" | "no-certificate" => ("half-pair", 3),
            // The signing pair opens; the entry is not whole.
            "no-km-key" => ("half-pair", 1),
            "damaged-key" | "damaged-certificate" => ("broken", 3),
            "other-key" => ("valid", 3),
            _ => ("valid", 0),
        };
        assert_eq!((&*state, code), wanted, "{condition}");
    }
}

/// Of these a key or a certificate is missing, damaged or another one.
const BROKEN: [&str; 6] = [
    "no-key",
    "no-certificate",
    "no-km-key",
    "damaged-key",
    "damaged-certificate",
    "other-key",
];

/// Lists, OCSP and the linter, as people use them.
#[test]
fn states_are_asked_for_and_profiles_judged() {
    let ledgers = LabLedgers::in_memory();
    let lab = Lab::new(8, NOW.parse().unwrap(), &ledgers).unwrap();
    let hong = Person::of("hong").unwrap();
    let held = lab.issue(hong, Product::PersonalLimited, None).unwrap();
    let ca = lab.ca(held.issuer).unwrap();
    let home = Home::with(&[]);
    let root = home.write("root.der", lab.trust().0.der());
    let issuer = home.write("ca.der", ca.settings().certificate.der());
    let cert = home.write("cert.der", held.certificate.der());
    let crl = home.write("ca.crl", ca.crl(lab.now(), &mut lab.rng()).unwrap().der());
    let asked = ["--issuer", &issuer, "--cert", &cert, "--json"];

    let request = home.write("question.req", b"");
    let line = ["ocsp", "request", "--output", &request, "--overwrite"];
    home.npki(&[&line[..], &asked].concat(), &[]).with(0);
    let answer = || {
        let responder = lab.ocsp(held.issuer).unwrap();
        let question = std::fs::read(&request).unwrap();
        let answered = responder
            .answer(&question, lab.now(), &mut lab.rng())
            .unwrap();
        home.write("answer.resp", &answered.der)
    };
    let response = answer();
    let check = ["ocsp", "check", &response, "--request", &request];
    let by_root = ["--root", &root];
    let alone = home
        .npki(&[&check[..], &asked].concat(), &[])
        .with(1)
        .json();
    assert_eq!(alone["error"], "ocsp-unauthorised");
    let line = [&check[..], &by_root, &asked].concat();
    assert_eq!(home.npki(&line, &[]).with(0).json()["status"], "good");
    let list = ["crl", &crl];
    let answer_of_list = home.npki(&[&list[..], &asked].concat(), &[]).with(0).json();
    assert_eq!(answer_of_list["status"], "good");

    let serial = held.certificate.serial_number().octets();
    let reason = npki_core::RevocationReason::KeyCompromise;
    ca.revoke(serial, reason, &[1; 32], lab.now())
        .unwrap()
        .unwrap();
    answer();
    let is_revoked = |told: serde_json::Value| {
        assert_eq!(told["status"], "revoked");
        assert_eq!(told["reason"], "keyCompromise");
    };
    is_revoked(home.npki(&line, &[]).with(1).json());

    // The list of before does not know it, its delta does, which alone tells nothing.
    let delta = ca.delta_crl(npki_ca::CrlScope::Whole, lab.now(), &mut lab.rng());
    let delta = home.write("delta.crl", delta.unwrap().unwrap().der());
    let of_before = [&list[..], &asked].concat();
    home.npki(&of_before, &[]).with(0);
    let amended = [&list[..], &["--delta", &delta], &asked].concat();
    is_revoked(home.npki(&amended, &[]).with(1).json());
    let alone = home.npki(&[&["crl", &delta], &asked[..]].concat(), &[]);
    assert_eq!(alone.with(1).json()["error"], "crl-no-base");

    let lint = ["lint", &root, &issuer, &cert, &crl, &response, "--json"];
    let told = home.npki(&lint, &[]).with(0).json();
    let kinds: Vec<_> = told["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| &f["kind"])
        .collect();
    assert_eq!(
        kinds,
        [
            "root",
            "issuing-ca",
            "subscriber-sign",
            "crl",
            "ocsp-response"
        ]
    );
    let wrong = ["lint", &cert, "--profile", "issuing-ca", "--json"];
    let told = home.npki(&wrong, &[]).with(1).json();
    let findings = told["files"][0]["findings"].as_array().unwrap();
    assert!(
        findings
            .iter()
            .any(|finding| finding["severity"] == "error")
    );
    home.npki(&["lint", &cert, "--profile", "nobody"], &[])
        .with(2);
}

/// A CA that the command serves gives a certificate to the command, and takes it back.
#[test]
fn a_certificate_over_cmp_from_the_lab_that_serves() {
    use std::io::{BufRead as _, BufReader, Read as _, Write as _};
    use std::process::{Command, Stdio};

    let dir = tempfile::tempdir().unwrap();
    // genm of the command and of the wallet, ir, certConf; rr; and the root.
    let mut server = Command::new(env!("CARGO_BIN_EXE_npki"))
        .args(["lab", "serve", "--listen", "127.0.0.1:0", "--requests", "6"])
        .args(["--now", NOW])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(server.stderr.take().unwrap()).lines();
    let mut line = || {
        let line = said.next().unwrap().unwrap();
        line.strip_prefix("npki: ").unwrap().to_owned()
    };
    let (url, order) = (line(), line());
    let words: Vec<_> = order.split(' ').collect();
    let [_, reference, _, code] = words[..] else {
        panic!("{order}")
    };
    let code = code.trim_start_matches("pass:");

    let address = url.trim_start_matches("http://").trim_end_matches("/pkix/");
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    stream.write_all(b"GET /root.der HTTP/1.0\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let body = answer
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .unwrap()
        + 4;
    let root = dir.path().join("root.der");
    std::fs::write(&root, &answer[body..]).unwrap();

    let root = root.to_str().unwrap();
    let folder = dir.path().join("NPKI");
    let home = ["--dir", folder.to_str().unwrap(), "--now", NOW, "--json"];
    let run = |args: &[&str], secrets: &[&str]| npki(&[&home[..], args].concat(), secrets);
    let issued = run(
        &[
            "cmp", "issue", "--server", &url, "--root", root, "--ref", reference,
        ],
        &[code, PASSWORD],
    )
    .with(0)
    .json();
    let listed = run(&["list"], &[]).with(0).json();
    assert_eq!(listed["entries"].as_array().unwrap().len(), 1);
    let revoked = run(
        &["cmp", "revoke", "--server", &url, "--root", root],
        &[PASSWORD],
    )
    .with(0)
    .json();
    assert_eq!(revoked["serial"], issued["serial"]);
    server.wait().unwrap();
}
