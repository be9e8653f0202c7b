//! Every command does what its help says, and leaves with the right number.

use std::process::Command;

use crate::common::{Home, NEW, NOW, OTHER, PASSWORD, npki, random_number, run};
use npki_media::conformance;

/// R42.
#[test]
fn list_shows_what_lies_there() {
    let home = Home::with(&[
        conformance::subscriber().unwrap(),
        conformance::other_subscriber().unwrap(),
    ]);
    let text = home.npki(&["list"], &[]).with(0).out;
    assert!(text.contains("홍길동") && text.contains("김영희"), "{text}");
    assert!(text.contains("[valid]"), "{text}");

    let list = home.npki(&["list", "--json"], &[]).with(0).json();
    assert_eq!(list["ok"], true);
    let entries = list["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 2);
    for (index, entry) in entries.iter().enumerate() {
        assert_eq!(entry["number"], index + 1);
        assert_eq!(entry["state"], "valid");
        assert_eq!(entry["complete"], true);
    }
    let hong = entries
        .iter()
        .find(|e| e["sign"]["name"] == "홍길동")
        .unwrap();
    assert_eq!(
        hong["dn"],
        "cn=홍길동()009901202601010000001,ou=KFTC,ou=personal,o=yessign,c=kr"
    );
    assert_eq!(hong["km"]["use"], "km");
}

#[test]
fn list_says_what_is_broken_and_goes_on() {
    let home = Home::with(&[
        conformance::subscriber().unwrap(),
        conformance::other_subscriber().unwrap(),
    ]);
    let key = home.tree().into_iter().find(|(path, _)| {
        path.ends_with("signPri.key") && path.to_string_lossy().contains("홍길동")
    });
    std::fs::remove_file(key.unwrap().0).unwrap();
    let list = home.npki(&["list", "--json"], &[]).with(0).json();
    let entries = list["entries"].as_array().unwrap();
    let hong = entries
        .iter()
        .find(|e| e["sign"]["name"] == "홍길동")
        .unwrap();
    assert_eq!(hong["state"], "half-pair");
    assert_eq!(hong["missing"], serde_json::json!(["signPri.key"]));
    assert!(entries.iter().any(|e| e["state"] == "valid"));
}

#[test]
fn list_leaves_out_what_has_expired() {
    let home = Home::of_hong();
    let dir = home.text("NPKI");
    for (now, count) in [
        ("2027-03-31T23:59:59+09:00", 1),
        ("2027-04-01T00:00:00+09:00", 0),
    ] {
        let list = npki(
            &["--dir", &dir, "--now", now, "list", "--current", "--json"],
            &[],
        );
        let list = list.with(0).json();
        assert_eq!(list["entries"].as_array().unwrap().len(), count, "{now}");
    }
}

#[test]
fn show_tells_files_apart() {
    let home = Home::of_hong();
    let bundle = conformance::subscriber().unwrap();
    let certificate = home.write("cert.der", bundle.sign.certificate.der());
    let pem = home.write("cert.pem", bundle.sign.certificate.to_pem().as_bytes());
    let key = home.write("key.key", bundle.sign.key.as_der());
    let pfx = home.text("out.pfx");
    home.npki(&["export", "-o", &pfx], &[PASSWORD, NEW]).with(0);
    for (file, kind) in [
        (&certificate, "certificate"),
        (&pem, "certificate"),
        (&key, "private-key"),
        (&pfx, "pfx"),
    ] {
        let shown = home.npki(&["show", file, "--json"], &[]).with(0).json();
        assert_eq!(shown["kind"], kind, "{file}");
    }
    let shown = home.npki(&["show", &certificate, "--json"], &[]).json();
    assert_eq!(
        shown["key_usage"],
        serde_json::json!(["digitalSignature", "nonRepudiation"])
    );
    assert_eq!(shown["state"], "valid");
    assert_eq!(shown["vid"], serde_json::Value::Null);
    assert!(!shown["findings"].as_array().unwrap().is_empty());

    let opened = home
        .npki(&["show", &key, "--open", "--json"], &[PASSWORD])
        .with(0)
        .json();
    assert_eq!(opened["opened"]["random_number"], true);
    let opened = home
        .npki(&["show", &pfx, "--open", "--json"], &[NEW])
        .with(0)
        .json();
    assert_eq!(opened["opened"]["pairs"].as_array().unwrap().len(), 2);

    let entry = home.npki(&["show", "--dn", "홍길동"], &[]).with(0).out;
    assert!(entry.contains("yessignCA-Conformance"), "{entry}");
}

/// A message of today, and those of the dialect that browser clients spoke.
#[test]
fn show_reads_cmp_messages_and_the_old_dialect() {
    let home = Home::of_hong();
    let vectors = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../crates/npki-cmp/tests/vectors"
    );
    let show = |file: &str| {
        let path = format!("{vectors}/{file}.der");
        let shown = home.npki(&["show", &path, "--json"], &[]).with(0).json();
        assert_eq!(shown["kind"], "cmp", "{file}");
        shown
    };
    let ir = show("openssl/ir");
    assert_eq!(ir["korean_dialect"], false);
    assert_eq!(ir["protection"], "Pbm, 500 iterations");

    let ir = show("korean/ir");
    assert_eq!(ir["korean_dialect"], true);
    assert_eq!(ir["sender_key"], "431943");
    let request = &ir["content"]["requests"][0];
    assert_eq!(request["possession"], "signature with input");
    assert_eq!(request["encrypted_vid_for"], "3fef15");
    let kur = show("korean/kur");
    assert_eq!(kur["content"]["requests"][0]["old_certificate"], "41aa01");
    let genp = show("korean/genp");
    assert_eq!(genp["free_text"][0], "km_key_gen=users");
    let error = show("korean/error");
    // EUC-KR, as CAs of that time wrote it.
    assert_eq!(error["content"]["text"], "참조번호가 올바르지 않습니다");
    let ip = show("korean/ip");
    let subject = ip["content"]["responses"][0]["certificate"]["subject"].as_str();
    assert!(
        subject.is_some_and(|subject| subject.contains("홍길동")),
        "{ip}"
    );
    for file in [
        "korean/genm",
        "korean/conf",
        "openssl/rr",
        "openssl/certconf",
        "openssl/kup-implicit",
    ] {
        show(file);
    }
}

/// What one does after the issue (S105).
#[test]
fn check_opens_and_judges() {
    let home = Home::of_hong();
    let checked = home.npki(&["check", "--json"], &[PASSWORD]).with(0).json();
    assert_eq!(checked["state"], "valid");
    assert_eq!(checked["km"], "opens");
    assert_eq!(checked["random_number"], true);
    let dir = home.text("NPKI");
    for (now, code, state) in [
        ("2026-04-01T08:59:59+09:00", 1, "not-yet-valid"),
        ("2026-04-01T09:00:00+09:00", 0, "valid"),
        ("2027-02-28T23:59:59+09:00", 0, "valid"),
        ("2027-03-01T00:00:00+09:00", 0, "expiring"),
        ("2027-03-31T23:59:59+09:00", 0, "expiring"),
        ("2027-04-01T00:00:00+09:00", 1, "expired"),
    ] {
        let checked = npki(
            &["--dir", &dir, "--now", now, "check", "--json"],
            &[PASSWORD],
        );
        let checked = checked.with(code).json();
        assert_eq!(checked["state"], state, "{now}");
        assert_eq!(checked["ok"], code == 0);
    }
}

/// R42.
#[test]
fn passwd_changes_the_password_and_keeps_r() {
    let home = Home::of_hong();
    let r = home.random_number(PASSWORD);
    home.npki(&["passwd", "--dn", "홍길동"], &[PASSWORD, NEW])
        .with(0);
    assert_eq!(home.random_number(NEW), r);
    home.npki(&["check"], &[PASSWORD]).with(3);
    home.npki(&["check"], &[NEW]).with(0);
    // Another scheme.
    home.npki(
        &["passwd", "--scheme", "pbes2-aes256-sha256"],
        &[NEW, OTHER],
    )
    .with(0);
    assert_eq!(home.random_number(OTHER), r);
    let (_, key) = home
        .tree()
        .into_iter()
        .find(|(path, _)| path.ends_with("signPri.key"))
        .unwrap();
    let key = home.write("key", &key);
    let shown = home.npki(&["show", &key, "--json"], &[]).json();
    assert_eq!(shown["scheme"]["cipher"], "AES-256-CBC");
    // The same again is no change.
    home.npki(&["passwd"], &[OTHER, OTHER]).with(1);
}

/// R42, R60, R61, R62; deleting is no revocation (S121), and what was exported comes back (S138). The new log-in
/// place has what R40 needs (S101).
#[test]
fn copy_delete_export_import() {
    let home = Home::of_hong();
    let r = home.random_number(PASSWORD);
    let (stick, stick2) = (home.text("stick"), home.text("stick2"));

    home.npki(&["copy", "--to", &stick, "--keep-password"], &[PASSWORD])
        .with(0);
    assert_eq!(random_number(stick.as_ref(), PASSWORD), r);
    home.npki(&["copy", "--to", &stick], &[PASSWORD, NEW])
        .with(1);
    home.npki(&["copy", "--to", &stick, "--overwrite"], &[PASSWORD, NEW])
        .with(0);
    assert_eq!(random_number(stick.as_ref(), NEW), r);

    for (index, preset) in ["korean", "aes", "seed"].iter().enumerate() {
        let pfx = home.text(&format!("{preset}.pfx"));
        home.npki(
            &["export", "--output", &pfx, "--preset", preset],
            &[PASSWORD, NEW],
        )
        .with(0);
        home.npki(
            &["export", "--output", &pfx, "--preset", preset],
            &[PASSWORD, NEW],
        )
        .with(1);
        home.npki(
            &["export", "-o", &pfx, "--preset", preset, "--overwrite"],
            &[PASSWORD, NEW],
        )
        .with(0);
        let import = |more: &[&str]| {
            let mut args = vec!["--dir", stick2.as_str(), "import", pfx.as_str()];
            args.extend_from_slice(more);
            npki(&args, &[NEW, OTHER])
        };
        if index == 0 {
            import(&[]).with(0);
        }
        import(&[]).with(1);
        import(&["--overwrite"]).with(0);
        assert_eq!(random_number(stick2.as_ref(), OTHER), r);
        let imported = npki(&["--dir", &stick2, "list", "--json"], &[]).json();
        assert_eq!(imported["entries"].as_array().unwrap().len(), 1);
        assert_eq!(imported["entries"][0]["km"]["use"], "km");
    }

    home.npki(&["delete", "--dn", "1"], &[]).with(2);
    home.npki(&["delete", "--dn", "1", "--yes"], &[]).with(0);
    home.npki(&["delete", "--dn", "1", "--yes"], &[]).with(2);
    let list = home.npki(&["list", "--json"], &[]).json();
    assert!(list["entries"].as_array().unwrap().is_empty());
}

/// A certificate seals any document (S2).
#[test]
fn sign_and_verify() {
    let home = Home::of_hong();
    let file = home.write("contract.txt", "계약".as_bytes());
    let changed = home.write("changed.txt", b"other");
    let ca = home.write(
        "ca.der",
        conformance::subscriber().unwrap().ca_certificates[0].der(),
    );
    for profile in ["plain", "noattr"] {
        let signed = home.text(&format!("{profile}.p7m"));
        let detached = home.text(&format!("{profile}.p7s"));
        home.npki(
            &["sign", &file, "--profile", profile, "-o", &signed],
            &[PASSWORD],
        )
        .with(0);
        home.npki(
            &["sign", &file, "--profile", profile, "-o", &signed],
            &[PASSWORD],
        )
        .with(1);
        home.npki(
            &[
                "sign",
                &file,
                "--profile",
                profile,
                "--detached",
                "-o",
                &detached,
            ],
            &[PASSWORD],
        )
        .with(0);

        let out = home.text(&format!("{profile}.out"));
        let verified = home
            .npki(&["verify", &signed, "--output", &out, "--json"], &[])
            .with(0)
            .json();
        assert_eq!(verified["signers"][0]["certificate"]["name"], "홍길동");
        assert_eq!(verified["trust"], false);
        assert_eq!(std::fs::read(&out).unwrap(), "계약".as_bytes());

        home.npki(&["verify", &detached], &[]).with(2);
        home.npki(&["verify", &signed, "--content", &file], &[])
            .with(2);
        home.npki(&["verify", &detached, "--content", &file], &[])
            .with(0);
        let refused = home
            .npki(&["verify", &detached, "--content", &changed, "--json"], &[])
            .with(1)
            .json();
        assert_eq!(refused["ok"], false);

        // The test CA signs for itself; nobody else's root leads to it.
        let trusted = home
            .npki(&["verify", &signed, "--anchor", &ca, "--json"], &[])
            .with(0)
            .json();
        assert_eq!(trusted["signers"][0]["path"]["ok"], true);
        let policy = home.npki(
            &[
                "verify",
                &signed,
                "--anchor",
                &ca,
                "--policy",
                "1.2.410.200005.1.1.4",
                "--json",
            ],
            &[],
        );
        assert_eq!(
            policy.with(1).json()["signers"][0]["path"]["error"],
            "policy"
        );
        let other = home.write(
            "other.der",
            conformance::other_subscriber().unwrap().ca_certificates[0].der(),
        );
        let refused = home
            .npki(&["verify", &signed, "--anchor", &other, "--json"], &[])
            .with(1)
            .json();
        assert_eq!(refused["signers"][0]["path"]["error"], "no-path");
    }
    // Beside the file, when no output is named.
    home.npki(&["sign", &file], &[PASSWORD]).with(0);
    assert!(home.path("contract.txt.p7m").exists());
}

#[test]
fn vid_without_a_vid_says_so() {
    let home = Home::of_hong();
    let answer = home
        .npki(&["vid", "--json"], &[PASSWORD, "9001011234560"])
        .with(1)
        .json();
    assert_eq!(answer["check"], "no-vid");
    let certificate = home.write(
        "cert.der",
        conformance::subscriber().unwrap().sign.certificate.der(),
    );
    let r: String = home
        .random_number(PASSWORD)
        .iter()
        .map(|octet| format!("{octet:02x}"))
        .collect();
    let of_file = home
        .npki(&["vid", &certificate, "--json"], &[&r, "900101-1234560"])
        .with(1)
        .json();
    assert_eq!(of_file["computed"], answer["computed"]);
    home.npki(&["vid"], &[PASSWORD, "12345"]).with(2);
}

#[test]
fn policy_shows_and_explains() {
    let shown = npki(&["policy", "show", "R16", "--json"], &[])
        .with(0)
        .json();
    assert_eq!(shown["rules"][0]["rule"], "R16");
    npki(&["policy", "show", "R99"], &[]).with(2);
    assert!(npki(&["policy", "show"], &[]).with(0).out.lines().count() > 30);
    for (now, code, opens) in [
        (
            "2026-12-01T00:59:59+09:00",
            1,
            serde_json::json!("2026-12-01T01:00:00+09:00"),
        ),
        ("2026-12-01T01:00:00+09:00", 0, serde_json::Value::Null),
        ("2026-12-01T22:59:59+09:00", 0, serde_json::Value::Null),
        (
            "2026-12-01T23:00:00+09:00",
            1,
            serde_json::json!("2026-12-02T01:00:00+09:00"),
        ),
    ] {
        let told = npki(&["--now", now, "policy", "explain", "issue", "--json"], &[])
            .with(code)
            .json();
        assert_eq!(told["opens_at"], opens, "{now}");
        assert_eq!(told["allowed"], code == 0);
    }
    let told = npki(
        &[
            "--now",
            NOW,
            "policy",
            "explain",
            "issue",
            "--product",
            "personal-general",
            "--balance",
            "4399",
            "--json",
        ],
        &[],
    );
    let told = told.with(1).json();
    assert_eq!(told["rules"], serde_json::json!(["R20"]));
    assert_eq!(told["fee"], 4_400);
    let told = npki(
        &[
            "--now",
            "2026-12-20",
            "policy",
            "explain",
            "renew",
            "--issued",
            "2026-01-20",
            "--json",
        ],
        &[],
    );
    assert_eq!(told.with(1).json()["rules"], serde_json::json!(["R11"]));
}

#[test]
fn an_entry_is_chosen_by_number_name_or_dn() {
    let home = Home::with(&[
        conformance::subscriber().unwrap(),
        conformance::other_subscriber().unwrap(),
    ]);
    let dn = "cn=홍길동()009901202601010000001,ou=KFTC,ou=personal,o=yessign,c=kr";
    for (chosen, code) in [
        ("1", 0),
        ("2", 0),
        ("3", 2),
        ("0", 2),
        (dn, 0),
        (
            "CN=홍길동()009901202601010000001,OU=KFTC,OU=personal,O=yessign,C=kr",
            0,
        ),
        ("홍길동", 0),
        ("홍", 0),
        ("c=", 2),
        ("성춘향", 2),
    ] {
        home.npki(&["show", "--dn", chosen], &[]).with(code);
    }
    // Two fit, and nobody said which.
    home.npki(&["check"], &[PASSWORD]).with(2);
}

#[test]
fn it_speaks_korean_and_english() {
    let home = Home::of_hong();
    for (lang, has, has_not) in [
        ("ko", "유효", "valid"),
        ("en", "valid", "유효"),
        ("both", "유효 / valid", "홍길순"),
    ] {
        let text = home.npki(&["list", "--lang", lang], &[]).with(0).out;
        assert!(
            text.contains(has) && !text.contains(has_not),
            "{lang}: {text}"
        );
    }
    for (locale, has) in [
        ("ko_KR.UTF-8", "[유효]"),
        ("en_US.UTF-8", "[valid]"),
        ("C", "[유효 / valid]"),
    ] {
        let mut command = Command::new("sh");
        command.args([
            "-c",
            "LC_ALL=\"$1\" exec \"$2\" --dir \"$3\" --now \"$4\" list",
            "sh",
        ]);
        command.args([locale, env!("CARGO_BIN_EXE_npki"), &home.text("NPKI"), NOW]);
        let text = run(command, "").with(0).out;
        assert!(text.contains(has), "{locale}: {text}");
    }
}

#[test]
fn passwords_come_from_the_environment_too() {
    let home = Home::of_hong();
    let mut command = Command::new("sh");
    command.args([
        "-c",
        "NPKI_PASSWORD=\"$1\" NPKI_NEW_PASSWORD=\"$2\" exec \"$3\" --dir \"$4\" passwd",
        "sh",
    ]);
    command.args([
        PASSWORD,
        NEW,
        env!("CARGO_BIN_EXE_npki"),
        &home.text("NPKI"),
    ]);
    run(command, "").with(0);
    home.npki(&["check"], &[NEW]).with(0);
}

#[test]
fn help_has_an_example_for_every_command() {
    for command in [
        "list", "show", "check", "passwd", "copy", "delete", "export", "import", "sign", "verify",
        "vid", "why",
    ] {
        let help = npki(&[command, "--help"], &[]).with(0).out;
        assert!(help.contains("Example"), "{command}");
    }
    for (command, verbs) in [
        ("policy", &["show", "explain", "timeline", "check"][..]),
        ("ledger", &["audit", "head", "checkpoint", "prove"]),
        ("lab", &["make"]),
    ] {
        for verb in verbs {
            let help = npki(&[command, verb, "--help"], &[]).with(0).out;
            assert!(help.contains("Example"), "{command} {verb}");
        }
    }
    npki(&[], &[]).with(2);
    npki(&["--version"], &[]).with(0);
}
