//! Mistakes that people make: each is one sentence that says what to do, a number, and nothing lost.

use std::process::Command;

use crate::common::{Home, NEW, NOW, OTHER, PASSWORD, Ran, npki, run};

/// One clear sentence on standard error, nothing on standard output.
#[track_caller]
fn told(ran: Ran, code: i32) {
    let ran = ran.with(code);
    assert!(ran.out.is_empty(), "{ran:?}");
    assert_eq!(ran.err.lines().count(), 1, "{ran:?}");
    assert!(ran.err.starts_with("npki: "), "{ran:?}");
    assert!(
        !ran.err.contains(PASSWORD) && !ran.err.contains("panicked"),
        "{ran:?}"
    );
}

/// On a terminal, which `script` makes; without it this passes over, but not in CI.
#[test]
fn r51_a_new_password_is_typed_twice() {
    for (again, code, opens) in [(OTHER, 2, PASSWORD), (NEW, 0, NEW)] {
        let home = Home::of_hong();
        let npki = env!("CARGO_BIN_EXE_npki");
        let dir = home.text("NPKI");
        let line = format!("'{npki}' --lang en --now {NOW} --dir '{dir}' passwd");
        let mut script = Command::new("script");
        script.args(["-qec", &line, "/dev/null"]);
        if Command::new("script").arg("--version").output().is_err() {
            assert!(
                std::env::var("CI").is_err(),
                "no `script` to make a terminal"
            );
            eprintln!("passed over: no `script` to make a terminal");
            return;
        }
        let ran = run(script, &format!("{PASSWORD}\n{NEW}\n{again}\n")).with(code);
        assert_eq!(ran.out.contains("differ"), code == 2, "{ran:?}");
        home.npki(&["check"], &[opens]).with(0);
    }
}

#[test]
fn a_wrong_password_changes_nothing() {
    let home = Home::of_hong();
    let pfx = home.text("good.pfx");
    home.npki(&["export", "-o", &pfx], &[PASSWORD, NEW]).with(0);
    let file = home.write("file", b"text");
    let (stick, out) = (home.text("stick"), home.text("out"));
    let key = home.write(
        "k.key",
        home.tree()
            .iter()
            .find(|(p, _)| p.ends_with("signPri.key"))
            .map(|(_, k)| k)
            .unwrap(),
    );
    let before = home.tree();
    for wrong in ["conformance-1?", "", "틀린 비밀번호", "conformance-1! "] {
        for args in [
            &["check"][..],
            &["passwd"],
            &["copy", "--to", &stick],
            &["copy", "--to", &stick, "--keep-password"],
            &["export", "-o", &out],
            &["import", &pfx, "--overwrite"],
            &["sign", &file],
            &["vid"],
            &["show", &key, "--open"],
            &["show", &pfx, "--open"],
        ] {
            told(home.npki(args, &[wrong, NEW]), 3);
            let mut json = args.to_vec();
            json.push("--json");
            let ran = home.npki(&json, &[wrong, NEW]).with(3);
            let answer = ran.json();
            assert_eq!(answer["ok"], false);
            assert_eq!(answer["error"]["kind"], "wrong-password-or-damaged");
            assert!(ran.err.is_empty(), "{ran:?}");
        }
    }
    assert_eq!(home.tree(), before);
}

#[test]
fn a_missing_file_is_named() {
    let home = Home::of_hong();
    let before = home.tree();
    for args in [
        &["show", "/nowhere/cert.der"][..],
        &["import", "/nowhere/a.pfx"],
        &["sign", "/nowhere/file"],
        &["verify", "/nowhere/file.p7m"],
        &["vid", "/nowhere/cert.der"],
        &["export", "-o", "/nowhere/a.pfx"],
    ] {
        let ran = home.npki(args, &[PASSWORD, NEW]);
        assert!(ran.err.contains("/nowhere"), "{ran:?}");
        told(ran, 4);
    }
    for command in ["list", "check"] {
        told(
            npki(&["--dir", "/nowhere/at/all/NPKI", command], &[PASSWORD]),
            4,
        );
    }
    assert_eq!(home.tree(), before);
}

#[test]
fn garbage_is_refused() {
    let home = Home::of_hong();
    let long = vec![0x30; 70_000];
    let cases: [&[u8]; 5] = [
        b"",
        b"garbage\n",
        &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff],
        &[0; 1_000],
        &long,
    ];
    for garbage in cases {
        let file = home.write("garbage", garbage);
        let before = home.tree();
        for args in [
            &["show", &file][..],
            &["show", &file, "--open"],
            &["import", &file],
            &["verify", &file],
            &["vid", &file],
        ] {
            told(home.npki(args, &[PASSWORD, NEW]), 3);
        }
        assert_eq!(home.tree(), before);
    }
}

/// Of several files the one that cannot be read is named.
#[test]
fn the_file_that_is_garbage_is_named() {
    let home = Home::of_hong();
    let garbage = home.write("garbage", b"garbage\n");
    let root = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../crates/npki-trust/tests/vectors/paths/crls"
    );
    let (crl, ca) = (format!("{root}/ca.crl"), format!("{root}/ca.der"));
    for [list, issuer, cert] in [
        [&garbage, &ca, &ca],
        [&crl, &garbage, &ca],
        [&crl, &ca, &garbage],
    ] {
        let run = home.npki(&["crl", list, "--issuer", issuer, "--cert", cert], &[]);
        assert!(run.err.contains(&*garbage), "{run:?}");
        told(run, 3);
    }
}

#[test]
fn a_folder_where_a_file_should_be_is_told() {
    let home = Home::of_hong();
    let folder = home.text("NPKI");
    for args in [
        &["show", &folder][..],
        &["import", &folder],
        &["sign", &folder],
        &["verify", &folder],
        &["vid", &folder],
    ] {
        told(home.npki(args, &[PASSWORD, NEW]), 4);
    }
}

#[test]
fn garbage_in_the_place_of_an_entrys_files_is_told() {
    for (name, kind) in [
        ("signCert.der", "not-a-certificate"),
        ("signPri.key", "not-a-key-file"),
    ] {
        let home = Home::of_hong();
        let (path, _) = home
            .tree()
            .into_iter()
            .find(|(path, _)| path.ends_with(name))
            .unwrap();
        std::fs::write(&path, b"garbage").unwrap();
        let list = home.npki(&["list", "--json"], &[]).with(0).json();
        assert_eq!(list["entries"][0]["state"], "broken");
        let ran = home
            .npki(&["check", "--dn", "1", "--json"], &[PASSWORD])
            .with(3);
        assert_eq!(ran.json()["error"]["kind"], kind);
        told(home.npki(&["passwd", "--dn", "1"], &[PASSWORD, NEW]), 3);
        // It can be taken away.
        home.npki(&["delete", "--dn", "1", "--yes"], &[]).with(0);
    }
}

#[test]
fn a_weak_new_password_is_refused_with_its_reasons() {
    let home = Home::of_hong();
    let before = home.tree();
    for weak in [
        "short-1",
        "no-digit-here",
        "nospecial12",
        "with space-12",
        "quote'-pass-1",
        "한글비밀번호-12",
    ] {
        let ran = home.npki(&["passwd"], &[PASSWORD, weak]);
        assert!(
            ran.err.contains("R50") && !ran.err.contains(weak),
            "{ran:?}"
        );
        told(ran, 1);
    }
    assert_eq!(home.tree(), before);
}

#[test]
fn too_few_lines_are_told_and_nothing_hangs() {
    let home = Home::of_hong();
    told(home.npki(&["passwd"], &[PASSWORD]), 2);
    told(home.npki(&["vid"], &[PASSWORD]), 2);
}

/// An attempt at a code costs (R32); the server that is named here is not even asked.
#[test]
fn r32_an_empty_code_is_not_tried() {
    let home = Home::of_hong();
    let line =
        "--json cmp issue --server http://127.0.0.1:9 --root no-such-file --ref 123456789012";
    let line: Vec<_> = line.split(' ').collect();
    for empty in ["", "  "] {
        let ran = home.npki(&line, &[empty, PASSWORD]).with(2);
        assert_eq!(ran.json()["error"]["kind"], "no-code", "{ran:?}");
    }
}

#[test]
fn wrong_usage_leaves_with_two() {
    for args in [
        &["nonsense"][..],
        &["list", "--nonsense"],
        &["--lang", "xx", "list"],
        &["--now", "yesterday", "list"],
        &["show"],
        &["copy"],
        &["export"],
        &["passwd", "--scheme", "rot13"],
        &["policy", "explain", "dance"],
        &["policy", "explain", "loan", "--last", "issue"],
    ] {
        let ran = npki(args, &[]).with(2);
        assert!(ran.out.is_empty() && !ran.err.is_empty(), "{ran:?}");
        let korean = npki(&[args, &["--lang", "ko"]].concat(), &[]).with(2);
        let speaks = korean.err.contains("npki --help를 보세요.");
        let own = args.iter().any(|arg| ["explain", "--lang"].contains(arg));
        assert!(speaks || own, "{korean:?}");
        // A program gets its answer where it looks for it, whatever is wrong.
        let ran = npki(&[&["--json"], args].concat(), &[]).with(2);
        assert!(ran.err.is_empty(), "{ran:?}");
        let error = &ran.json()["error"];
        assert!(error["kind"].is_string(), "{ran:?}");
        assert!(!error["message"]["ko"].as_str().unwrap().is_empty());
    }
    let help = npki(&["--json", "cmp", "--help"], &[]).with(0).out;
    assert!(help.contains("Usage:"), "{help}");
}

#[test]
fn control_characters_in_a_file_do_not_reach_the_terminal() {
    let home = Home::of_hong();
    let folder = home
        .path("NPKI")
        .join("yessign")
        .join("USER")
        .join("cn=\u{1b}[2Jevil");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("signCert.der"), b"x").unwrap();
    let text = home.npki(&["list"], &[]).with(0).out;
    assert!(!text.contains('\u{1b}'), "{text:?}");
}
