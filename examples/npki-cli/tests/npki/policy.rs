//! The rules of a bank: shown, asked, looked ahead, and read from a file.

use std::fs;

use serde_json::{Value, json};

use crate::common::npki;

fn at(now: &str, args: &[&str]) -> (i32, Value) {
    let mut all = vec!["--now", now, "policy"];
    all.extend_from_slice(args);
    all.push("--json");
    let ran = npki(&all, &[]);
    (ran.code, ran.json())
}

#[test]
fn the_timeline_of_a_paid_certificate() {
    let general = [
        "--product",
        "personal-general",
        "--issued",
        "2026-12-01T12:00:00+09:00",
        "--paid",
        "2026-12-01T12:00:00+09:00",
        "--last",
        "issue",
        "--last-at",
        "2026-12-01T12:00:00+09:00",
    ];
    let args = [&["timeline"], &general[..]].concat();
    let (code, told) = at("2026-12-01T13:00:00+09:00", &args);
    assert_eq!(code, 0, "{told}");
    let entries = told["entries"].as_array().unwrap();
    let entries: Vec<_> = entries
        .iter()
        .map(|e| (e["rule"].as_str().unwrap(), e["at"].as_str().unwrap()))
        .collect();
    assert_eq!(
        entries,
        [
            ("R15", "2026-12-05T00:00:00+09:00"),
            ("R21", "2026-12-07T23:59:59+09:00"),
            ("R22", "2026-12-08T00:00:00+09:00"),
            ("R11", "2027-11-01T00:00:00+09:00"),
            ("R43", "2027-11-01T00:00:00+09:00"),
            ("R14", "2027-12-01T23:59:59+09:00"),
        ]
    );
    assert_eq!(told["reissue_fee"], 0);
    assert_eq!(told["renewed_until"], "2028-12-01T23:59:59+09:00");
    // Expired, another in its place costs the fee again.
    let (_, told) = at("2027-12-02", &args);
    assert_eq!(
        (&told["entries"], &told["reissue_fee"]),
        (&json!([]), &json!(4_400))
    );
    assert_eq!(at("2026-12-01", &["timeline"]).0, 2);
}

#[test]
fn every_fact_can_be_told() {
    for (args, rules) in [
        (&["issue", "--personal-banking", "false"][..], json!(["R2"])),
        (
            &[
                "issue",
                "--product",
                "business-limited",
                "--holder",
                "corporation",
                "--business-banking",
                "false",
            ],
            json!(["R2"]),
        ),
        (
            &[
                "issue",
                "--product",
                "business-limited",
                "--holder",
                "corporation",
                "--business-banking",
                "false",
                "--purpose",
                "b2b",
            ],
            json!([]),
        ),
        (
            &[
                "issue",
                "--product",
                "etax",
                "--holder",
                "association",
                "--business-number-registered",
                "false",
            ],
            json!(["R1"]),
        ),
        (&["issue", "--other", "2026-06-01"], json!(["R18a"])),
        (
            &[
                "revoke",
                "--issued",
                "2026-06-01",
                "--ra",
                "other",
                "--asked-by",
                "identification",
            ],
            json!(["R13"]),
        ),
        (
            &[
                "receipt",
                "--product",
                "personal-general",
                "--issued",
                "2026-06-01",
                "--paid",
                "2026-06-01",
                "--refunded",
                "true",
            ],
            json!(["R22"]),
        ),
    ] {
        let (_, told) = at("2026-12-01T12:00:00+09:00", &[&["explain"], args].concat());
        assert_eq!(told["rules"], rules, "{args:?} {told}");
    }
}

#[test]
fn another_banks_policy() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bank.toml");
    let path = file.to_str().unwrap();
    let shipped = npki(&["--lang", "en", "policy", "show", "--toml"], &[])
        .with(0)
        .out;
    fs::write(&file, &shipped).unwrap();
    let (code, told) = at("2026-12-01", &["check", path]);
    assert_eq!((code, &told["differs"]), (0, &json!([])));

    fs::write(&file, shipped.replace("\"30 days\"", "\"45 days\"")).unwrap();
    let (code, told) = at("2026-12-01", &["check", path]);
    assert_eq!(code, 0);
    assert_eq!(told["differs"][0], "parameters.renewal_opens = 45 days");
    let args = [
        "explain",
        "renew",
        "--issued",
        "2026-12-01",
        "--policy",
        path,
    ];
    let (_, told) = at("2027-10-16", &args);
    assert_eq!(told["opens_at"], "2027-10-17T00:00:00+09:00");
    let (_, told) = at("2027-10-17", &args);
    assert_eq!(told["allowed"], true);
    let (_, told) = at("2026-12-01", &["show", "R11", "--policy", path]);
    assert!(
        told["rules"][0]["statement"]["en"]
            .as_str()
            .unwrap()
            .contains("45 days")
    );
    let (_, told) = at("2026-12-01", &["show", "--catalogue"]);
    let products: Vec<_> = told["products"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| p["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        products,
        [
            "personal-limited",
            "personal-general",
            "business-limited",
            "business-general",
            "etax"
        ]
    );
    assert_eq!(told["products"][0]["offers"][0]["oid"], "2.999.410.1.4");
}

#[test]
fn a_hasty_policy_is_told_by_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bank.toml");
    let path = file.to_str().unwrap();
    let shipped = npki(&["--lang", "en", "policy", "show", "--toml"], &[])
        .with(0)
        .out;
    let line_of =
        |text: &str, part: &str| text.lines().position(|line| line.contains(part)).unwrap() + 1;
    for (from, to, wanted) in [
        ("\"30 days\"", "\"4 weeks\"", "wanted days"),
        (
            "\"01:00:00 to 23:00:00 KST\"",
            "\"23:00:00 to 01:00:00 KST\"",
            "closes before it opens",
        ),
        ("\"KRW 4,400\"", "\"4400\"", "fee"),
        (
            "\"individual\", \"sole-proprietor\"",
            "\"everybody\", \"sole-proprietor\"",
            "everybody",
        ),
        ("renewal_opens = ", "renewal_open = ", "no key"),
    ] {
        let text = shipped.replacen(from, to, 1);
        fs::write(&file, &text).unwrap();
        let ran = npki(&["--lang", "en", "policy", "check", path], &[]).with(3);
        let place = format!("{path}:{}:", line_of(&text, to));
        assert!(
            ran.err.contains(&place) && ran.err.contains(wanted),
            "{ran:?}"
        );
    }
    // A certificate policy that stands in no registry (R2).
    fs::write(
        &file,
        shipped.replacen("lab-KICA/personal-general", "KICA/business-limited", 1),
    )
    .unwrap();
    let (code, told) = at("2026-12-01", &["check", path]);
    assert_eq!(
        (code, &told["error"]["kind"]),
        (3, &json!("unknown-certificate-policy"))
    );
    npki(&["policy", "check", "nowhere.toml"], &[]).with(4);
    fs::write(&file, [0xff, 0xfe]).unwrap();
    npki(&["policy", "check", path], &[]).with(3);
}
