//! `decide.txt`: scenarios derived from the rules and the bank guides alone, asked of the policy as anybody asks it,
//! through the adapter's `decide`.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

use std::io::Write as _;
use std::process::{Command, Stdio};

use npki_core::Instant;
use serde_json::{Map, Value, json};

const SCENARIOS: &str = include_str!("decide.txt");

#[test]
fn the_bank_decides_as_its_guides_say() {
    let scenarios: Vec<_> = SCENARIOS
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect();
    assert!(scenarios.len() > 500);
    let asked: Vec<_> = scenarios.iter().map(|line| question(line)).collect();
    let wrong: Vec<_> = scenarios
        .iter()
        .zip(answers(&asked))
        .filter(|(line, found)| *found != expected(line))
        .map(|(line, found)| format!("{line}\n    {found}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What may be left out, and what may be null.
#[test]
fn little_needs_to_be_said() {
    let noon = 1_795_402_800; // 2026-11-23T12:00:00+09:00
    for (question, allowed) in [
        (json!({"action": "loan", "now": noon}), json!(true)),
        (
            json!({"action": "loan", "now": noon, "product": null, "holder": null, "channel": null, "facts": null}),
            json!(true),
        ),
        (
            json!({"action": "issue", "now": noon, "product": "personal-limited"}),
            json!(true),
        ),
        (
            json!({"action": "issue", "now": noon, "product": "personal-limited",
            "facts": {"certificate": null, "others": null, "last_event": null, "issuer": null, "consent": null}}),
            json!(true),
        ),
        (
            json!({"action": "use", "now": noon, "facts": {"certificate": {"paid_at": null, "state": "revoked"}}}),
            json!(false),
        ),
        // Malformed: nothing said of what is to be issued, unknown words, a time that is a text.
        (json!({"action": "issue", "now": noon}), Value::Null),
        (json!({"action": "suspend", "now": noon}), Value::Null),
        (json!({"action": "loan"}), Value::Null),
        (json!({"action": "loan", "now": "noon"}), Value::Null),
        (
            json!({"action": "loan", "now": noon, "facts": {"last_event": {"kind": "issue"}}}),
            Value::Null,
        ),
        (
            json!({"action": "use", "now": noon, "facts": {"purpose": "gambling"}}),
            Value::Null,
        ),
    ] {
        let mut asked = question.clone();
        asked["op"] = "decide".into();
        let answer = answers(&[asked]).remove(0);
        assert_eq!(answer["allowed"], allowed, "{question} {answer}");
    }
}

fn question(line: &str) -> Value {
    let [_, asked, facts, _] = columns(line);
    let [action, channel, product, holder, now] = words(asked);
    let mut known = Map::new();
    for (name, value) in facts.split("; ").filter_map(|fact| fact.split_once('=')) {
        let value = match name {
            "certificate" => certificate(value),
            "others" => value.split(", ").map(certificate).collect(),
            "last_event" => {
                let [kind, at] = words(value);
                json!({ "kind": kind, "at": time(at) })
            }
            _ => serde_json::from_str(value).unwrap_or_else(|_| json!(value)),
        };
        known.insert(name.to_owned(), value);
    }
    json!({ "op": "decide", "action": action, "channel": channel, "product": product, "holder": holder, "now": time(now),
        "facts": known })
}

/// `KICA revoked other from … to … paid …`
fn certificate(text: &str) -> Value {
    let mut fields = Map::new();
    let mut words = text.split(' ');
    while let Some(word) = words.next() {
        let (field, value) = match word {
            "from" => ("issued_at", time(words.next().unwrap())),
            "to" => ("not_after", time(words.next().unwrap())),
            "paid" => ("paid_at", time(words.next().unwrap())),
            "own" | "other" => ("ra", json!(word)),
            "issued" | "renewed" | "reissued" | "revoked" => ("state", json!(word)),
            "yessign" | "KICA" | "CrossCert" | "KOSCOM" | "TradeSign" => ("issuer", json!(word)),
            _ => ("product", json!(word)),
        };
        fields.insert(field.to_owned(), value);
    }
    Value::Object(fields)
}

fn expected(line: &str) -> Value {
    let [.., answer] = columns(line);
    let mut answered = json!({ "id": null, "ok": true, "rules": [], "opens_at": null, "fee": null, "not_before": null, "not_after": null });
    let mut rules = Vec::new();
    let mut words = answer.split(' ');
    while let Some(word) = words.next() {
        match word {
            "ok" => {}
            "opens" => answered["opens_at"] = time(words.next().unwrap()),
            "fee" => answered["fee"] = serde_json::from_str(words.next().unwrap()).unwrap(),
            "valid" => {
                let (from, to) = words.next().unwrap().split_once("..").unwrap();
                answered["not_before"] = time(from);
                answered["not_after"] = time(to);
            }
            rule => rules.push(rule),
        }
    }
    answered["allowed"] = rules.is_empty().into();
    answered["rules"] = json!(rules);
    answered
}

fn answers(questions: &[Value]) -> Vec<Value> {
    let mut child = Command::new(env!("CARGO_BIN_EXE_npki-adapter"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let lines: String = questions
        .iter()
        .map(|question| format!("{question}\n"))
        .collect();
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn time(korean: &str) -> Value {
    let instant: Instant = format!("{korean}+09:00").parse().unwrap();
    instant.unix_seconds().into()
}

fn columns(line: &str) -> [&str; 4] {
    let columns: Vec<_> = line.split(" | ").collect();
    columns.try_into().unwrap_or_else(|_| panic!("{line}"))
}

fn words<const N: usize>(text: &str) -> [&str; N] {
    let words: Vec<_> = text.split(' ').collect();
    words.try_into().unwrap_or_else(|_| panic!("{text}"))
}
