//! A ledger in a file: audited, signed, proved, asked why; and changed by SQL behind its back.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

use std::fs;
use std::process::Command;

use npki_container::{EncryptedPrivateKeyInfo, Password, Sealing};
use npki_core::Product;
use npki_key::{KeyKind, PrivateKey};
use npki_lab::{Lab, LabError, LabLedgers, LabRng, Person};
use npki_ledger::{
    Commit, Event, EventKind, IdempotencyKey, Ledger as _, LedgerExt as _, conformance,
};
use npki_ledger_postgres::PostgresLedger;
use npki_ledger_sqlite::SqliteLedger;
use rusqlite::Connection;
use serde_json::{Value, json};
use spki::der::{EncodePem as _, pem::LineEnding};
use tempfile::TempDir;

use crate::cluster::{Cluster, QUICK};
use crate::common::{NOW, PASSWORD, Ran, npki};

const ORIGIN: &str = "bank.example/ledger";

/// A folder with a ledger, and with the key of its checkpoints.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        conformance::record_script(&place.ledger());
        let mut rng = LabRng::new(5);
        let key = PrivateKey::generate(KeyKind::P256, &mut rng).unwrap();
        place.keep("ledger", &key);
        place
    }

    fn keep(&self, name: &str, key: &PrivateKey) {
        let password = Password::new(PASSWORD).unwrap();
        let sealed =
            EncryptedPrivateKeyInfo::seal(key, &password, Sealing::default(), &mut LabRng::new(6));
        fs::write(self.path(&format!("{name}.key")), sealed.unwrap().as_der()).unwrap();
        let signer = key.signing_key().unwrap();
        let public = signer.public_key().to_pem(LineEnding::LF).unwrap();
        fs::write(self.path(&format!("{name}.pub")), public).unwrap();
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    fn ledger(&self) -> SqliteLedger {
        SqliteLedger::open(self.path("bank.ledger")).unwrap()
    }

    /// Records something more.
    fn go_on(&self, number: u8) {
        let ledger = self.ledger();
        let commit = Commit {
            key: IdempotencyKey::new([number; 16]).unwrap(),
            request_digest: [number; 32],
            now: ledger.head().unwrap().time.unwrap(),
            expected: Vec::new(),
            events: vec![Event::new(
                format!("later/{number}").parse().unwrap(),
                EventKind::new("happened").unwrap(),
                vec![5, 0],
            )],
        };
        ledger.commit_one(&commit).unwrap().unwrap();
    }

    fn sql(&self, sql: &str) {
        let connection = Connection::open(self.path("bank.ledger")).unwrap();
        connection.execute_batch(sql).unwrap();
    }

    fn ask(&self, command: &str, more: &[&str], secrets: &[&str]) -> Ran {
        let ledger = self.path("bank.ledger");
        let mut args = vec!["ledger", command, &ledger, "--json"];
        args.extend_from_slice(more);
        npki(&args, secrets)
    }

    fn checkpoint(&self, file: &str, more: &[&str]) -> Ran {
        let (key, file) = (self.path("ledger.key"), self.path(file));
        let mut args = vec!["--origin", ORIGIN, "--signing-key", &key, "--output", &file];
        args.extend_from_slice(more);
        self.ask("checkpoint", &args, &[PASSWORD])
    }

    /// The audit with a checkpoint from a second place.
    fn audit(&self, checkpoint: &str) -> Ran {
        let (key, checkpoint) = (self.path("ledger.pub"), self.path(checkpoint));
        self.ask(
            "audit",
            &[
                "--checkpoint",
                &checkpoint,
                "--origin",
                ORIGIN,
                "--key",
                &key,
            ],
            &[],
        )
    }
}

/// What the audit found: name, and table where there is one.
fn found(answer: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let findings = answer["findings"].as_array().unwrap();
    findings
        .iter()
        .map(|finding| (text(&finding["name"]), text(&finding["table"])))
        .collect()
}

#[test]
fn a_sound_ledger_is_sound() {
    let place = Place::new();
    let answer = place.ask("audit", &[], &[]).with(0).json();
    assert_eq!(
        (found(&answer), &answer["checkpoint"]),
        (vec![], &Value::Null)
    );
    place.checkpoint("c", &["--first"]).with(0);
    let answer = place.audit("c").with(0).json();
    let size = place.ledger().head().unwrap().size;
    assert_eq!(
        (&answer["records"], &answer["checkpoint"]),
        (&json!(size), &json!(size))
    );
    let head = place.ask("head", &[], &[]).with(0).json();
    assert_eq!(head["size"], size);
    place.go_on(201);
    place.audit("c").with(0);
}

/// R70: whoever changes the file is found, and what was changed is named.
#[test]
fn r70_what_was_changed_is_named() {
    let place = Place::new();
    place.checkpoint("c", &["--first"]).with(0);
    let (file, sound) = (place.path("bank.ledger"), place.path("sound"));
    fs::copy(&file, &sound).unwrap();
    for (sql, name, table) in [
        (
            "UPDATE record SET der = CAST(substr(der, 1, length(der) - 1) || x'02' AS BLOB) WHERE position = 2",
            "record-changed",
            "",
        ),
        (
            "UPDATE record SET leaf = zeroblob(32) WHERE position = 1",
            "record-changed",
            "",
        ),
        (
            "UPDATE record SET der = x'3000' WHERE position = 3",
            "record-unreadable",
            "",
        ),
        (
            "DELETE FROM record WHERE position = 2",
            "record-missing",
            "",
        ),
        (
            "UPDATE record SET position = 99 WHERE position = 1; UPDATE record SET position = 1 WHERE position = 4; \
          UPDATE record SET position = 4 WHERE position = 99",
            "record-moved",
            "",
        ),
        ("DELETE FROM record WHERE position = 4", "truncated", ""),
        (
            "UPDATE head SET size = 4, frontier = x''",
            "head-changed",
            "",
        ),
        ("UPDATE claim SET owner = x'33'", "row-changed", "claims"),
        ("DELETE FROM claim", "row-removed", "claims"),
        (
            "INSERT INTO claim (key, owner) VALUES (x'01', x'02')",
            "row-inserted",
            "claims",
        ),
        ("UPDATE counter SET value = 0", "row-changed", "counters"),
        ("DELETE FROM counter", "row-removed", "counters"),
        ("UPDATE entry SET value = x'00'", "row-changed", "index"),
        ("DELETE FROM entry", "row-removed", "index"),
        (
            "INSERT INTO entry (name, key, value) VALUES ('expiry', x'01', x'02')",
            "row-inserted",
            "index",
        ),
        (
            "UPDATE record SET version = 9 WHERE position = 4",
            "row-changed",
            "streams",
        ),
        (
            "UPDATE record SET commit_key = NULL WHERE position = 0",
            "row-removed",
            "commits",
        ),
        ("DELETE FROM sealed", "row-removed", "sealed"),
    ] {
        fs::copy(&sound, &file).unwrap();
        place.sql(sql);
        let answer = place.audit("c").with(1).json();
        let wanted = (name.to_owned(), table.to_owned());
        assert!(found(&answer).contains(&wanted), "{sql}: {answer}");
        // In both languages, each finding its sentence.
        let message = &answer["findings"][0]["message"];
        assert!(
            message["ko"]
                .as_str()
                .unwrap()
                .chars()
                .any(|c| ('가'..='힣').contains(&c)),
            "{message}"
        );
    }
}

/// R70: an old copy is sound in itself; the checkpoint in a second place tells, before anything is signed again.
#[test]
fn r70_an_old_copy_is_named() {
    let place = Place::new();
    let (file, copy) = (place.path("bank.ledger"), place.path("copy"));
    fs::copy(&file, &copy).unwrap();
    let older = place.ledger().head().unwrap().size;
    place.go_on(201);
    place.checkpoint("c", &["--first"]).with(0);
    let note = fs::read_to_string(place.path("c")).unwrap();

    for suffix in ["-wal", "-shm"] {
        let _ = fs::remove_file(format!("{file}{suffix}"));
    }
    fs::copy(&copy, &file).unwrap();
    place.ask("audit", &[], &[]).with(0);
    let answer = place.audit("c").with(1).json();
    assert_eq!(found(&answer), [("old-copy".to_owned(), String::new())]);
    let refused = place.checkpoint("c", &[]).with(1).json();
    assert_eq!(refused["error"]["kind"], "truncated");

    // Somebody goes on from the old copy: as many records, and others.
    place.go_on(202);
    let answer = place.audit("c").with(1).json();
    assert_eq!(found(&answer), [("forked".to_owned(), String::new())]);
    let refused = place.checkpoint("c", &[]).with(1).json();
    assert_eq!(refused["error"]["kind"], "forked");
    assert_eq!(fs::read_to_string(place.path("c")).unwrap(), note);
    assert_eq!(place.ledger().head().unwrap().size, older + 1);
}

#[test]
fn a_checkpoint_goes_on_from_the_last_one() {
    let place = Place::new();
    let missing = place.checkpoint("c", &[]).with(2).json();
    assert_eq!(missing["error"]["kind"], "no-last-checkpoint");
    place.checkpoint("c", &["--first"]).with(0);
    place.go_on(201);
    let second = place.checkpoint("c", &[]).with(0).json();
    assert_eq!(
        second["before"].as_u64().unwrap() + 1,
        second["size"].as_u64().unwrap()
    );
    // Another key, another log, another password, another kind of key.
    place.keep(
        "other",
        &PrivateKey::generate(KeyKind::P256, &mut LabRng::new(9)).unwrap(),
    );
    let (key, output) = (place.path("other.key"), place.path("c"));
    let with = |origin: &str, key: &str, password: &str| {
        place.ask(
            "checkpoint",
            &[
                "--origin",
                origin,
                "--signing-key",
                key,
                "--output",
                &output,
            ],
            &[password],
        )
    };
    assert_eq!(
        with(ORIGIN, &key, PASSWORD).with(3).json()["error"]["kind"],
        "not-a-checkpoint"
    );
    let own = place.path("ledger.key");
    with("other.example/ledger", &own, PASSWORD).with(3);
    let wrong = with(ORIGIN, &own, "wrong").with(3).json();
    assert_eq!(wrong["error"]["kind"], "wrong-password-or-damaged");
    assert_eq!(
        with(ORIGIN, &output, PASSWORD).with(3).json()["error"]["kind"],
        "not-a-key-file"
    );
}

/// R70: 50 lines of Python that share nothing with us check what we prove.
#[test]
fn r70_a_stranger_checks_the_proofs() {
    let python = std::env::var("NPKI_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    if Command::new(&python).arg("--version").output().is_err() {
        assert!(std::env::var("CI").is_err(), "no Python (NPKI_PYTHON)");
        eprintln!("passed over: no Python (NPKI_PYTHON)");
        return;
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/verify_ledger.py");
    assert!(fs::read_to_string(script).unwrap().lines().count() <= 50);
    let place = Place::new();
    let key = place.path("ledger.pub");
    let check = |checkpoint: &str, proof: &Value, old: Option<&str>| {
        fs::write(place.path("proof.json"), proof.to_string()).unwrap();
        let mut python = Command::new(&python);
        python.args([
            script,
            &key,
            &place.path(checkpoint),
            &place.path("proof.json"),
        ]);
        python.args(old.map(|old| place.path(old)));
        python.output().unwrap().status.success()
    };
    let first = place.ledger().head().unwrap().size;
    place.checkpoint(&format!("c{first}"), &["--first"]).with(0);
    for number in 201..=204 {
        place.go_on(number);
        let size = place.ledger().head().unwrap().size;
        place.checkpoint(&format!("c{size}"), &["--first"]).with(0);
    }
    let size = first + 4;
    let newest = format!("c{size}");
    for position in 0..size {
        let proof = place
            .ask("prove", &["--record", &position.to_string()], &[])
            .with(0)
            .json();
        assert!(check(&newest, &proof, None), "{position}");
        if position % 4 != 0 {
            continue;
        }
        for (field, value) in [
            ("record", json!("3000")),
            ("position", json!((position + 1) % size)),
            ("nodes", json!([])),
        ] {
            let mut false_proof = proof.clone();
            false_proof[field] = value;
            assert!(!check(&newest, &false_proof, None), "{position} {field}");
        }
        assert!(
            !check(&format!("c{first}"), &proof, None),
            "another checkpoint"
        );
    }
    for since in first..=size {
        let proof = place
            .ask("prove", &["--since", &since.to_string()], &[])
            .with(0)
            .json();
        assert!(
            check(&newest, &proof, Some(&format!("c{since}"))),
            "{since}"
        );
        let other = if since == first { size - 1 } else { first };
        assert!(
            !check(&newest, &proof, Some(&format!("c{other}"))),
            "{since} {other}"
        );
    }
    // A changed checkpoint is not signed.
    let note = fs::read_to_string(place.path(&newest)).unwrap();
    fs::write(
        place.path("forged"),
        note.replacen(&size.to_string(), &(size + 1).to_string(), 1),
    )
    .unwrap();
    let proof = place.ask("prove", &["--record", "0"], &[]).with(0).json();
    assert!(!check("forged", &proof, None));
    place
        .ask("prove", &["--record", &size.to_string()], &[])
        .with(2);
    place.ask("prove", &["--since", "0"], &[]).with(2);
}

/// R70: why something was refused, from the ledger alone.
#[test]
fn r70_a_refusal_is_told_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bank.ledger");
    let ledgers = LabLedgers {
        bank: Box::new(SqliteLedger::open(&file).unwrap()),
        ..LabLedgers::in_memory()
    };
    let lab = Lab::new(3, NOW.parse().unwrap(), &ledgers).unwrap();
    let hong = Person::of("hong").unwrap();
    lab.issue(hong, Product::PersonalLimited, None).unwrap();
    lab.wait_until("2026-12-01T23:30:00+09:00".parse().unwrap());
    let late = lab.issue(hong, Product::PersonalGeneral, None);
    assert!(matches!(late, Err(LabError::RefusedByBank(_))), "{late:?}");
    lab.wait_until("2026-12-02T12:00:00+09:00".parse().unwrap());
    let again = lab.issue(hong, Product::PersonalLimited, None);
    assert!(
        matches!(again, Err(LabError::RefusedByBank(_))),
        "{again:?}"
    );

    let file = file.to_str().unwrap();
    let told = npki(&["why", file, "--json"], &[]).with(0).json();
    let refusals = told["refusals"].as_array().unwrap();
    let rules: Vec<_> = refusals
        .iter()
        .map(|refusal| &refusal["why"][0]["rule"])
        .collect();
    assert_eq!(rules, ["R16", "R18a"]);
    let why = &refusals[0]["why"][0];
    assert_eq!(why["until"], "2026-12-02T01:00:00+09:00");
    assert!(
        why["message"]["ko"]
            .as_str()
            .unwrap()
            .contains("발급 가능 시간")
    );
    assert!(
        why["message"]["en"]
            .as_str()
            .unwrap()
            .contains("issuing runs")
    );

    let position = refusals[1]["position"].to_string();
    let one = npki(&["why", file, "--at", &position, "--json"], &[])
        .with(0)
        .json();
    assert_eq!(one["refusals"][0], refusals[1]);
    npki(&["why", file, "--at", "0"], &[]).with(2);
    let stream = refusals[1]["stream"].as_str().unwrap();
    let id = stream.strip_prefix("application/").unwrap();
    let of = npki(&["why", file, "--application", id, "--json"], &[])
        .with(0)
        .json();
    assert_eq!(of["refusals"].as_array().unwrap().len(), 1);
    let korean = npki(&["--lang", "ko", "why", file], &[]).with(0).out;
    assert!(
        korean.contains("R16") && korean.contains("발급 가능 시간"),
        "{korean}"
    );
}

#[test]
fn what_is_no_ledger_is_told_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let missing = path("missing");
    for args in [
        &["ledger", "audit", &missing][..],
        &["ledger", "head", &missing],
        &["why", &missing],
    ] {
        npki(args, &[]).with(4);
        assert!(!folder.path().join("missing").exists());
    }
    let text = path("text");
    fs::write(&text, "not a ledger").unwrap();
    npki(&["ledger", "audit", &text], &[]).with(3);
    let told = npki(&["ledger", "audit", &path("."), "--json"], &[]);
    assert_eq!(told.with(4).json()["error"]["kind"], "is-a-folder");
    let strangers = path("strangers");
    Connection::open(&strangers)
        .unwrap()
        .execute_batch("CREATE TABLE song (title TEXT)")
        .unwrap();
    let before = fs::read(&strangers).unwrap();
    npki(&["ledger", "audit", &strangers], &[]).with(3);
    assert_eq!(fs::read(&strangers).unwrap(), before);
    // PostgreSQL: its schema has to be named, and a server has to answer.
    npki(
        &["ledger", "audit", "postgresql://npki@localhost:1/npki"],
        &[],
    )
    .with(2);
    npki(
        &[
            "ledger",
            "audit",
            "postgresql://npki@localhost:1/npki",
            "--schema",
            "bank",
        ],
        &[],
    )
    .with(4);
}

/// R70, in PostgreSQL.
#[test]
fn r70_a_ledger_in_postgresql_is_audited_too() {
    let Some(server) = Cluster::start(QUICK) else {
        return;
    };
    let url = server.url();
    conformance::record_script(&PostgresLedger::open(url, "bank").unwrap());
    let audit = || npki(&["ledger", "audit", url, "--schema", "bank", "--json"], &[]);
    assert_eq!(found(&audit().with(0).json()), []);
    let mut client = postgres::Client::connect(url, postgres::NoTls).unwrap();
    client
        .batch_execute("UPDATE bank.counter SET value = 0")
        .unwrap();
    let wanted = ("row-changed".to_owned(), "counters".to_owned());
    assert_eq!(found(&audit().with(1).json()), [wanted]);
    let other = npki(&["ledger", "head", url, "--schema", "Bank!"], &[]);
    assert_eq!(other.code, 2, "{other:?}");
}
