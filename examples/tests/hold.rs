//! After `hold` has opened a key or a PFX and dropped it, nothing of it is in the adapter's memory: not the password, not
//! R, no part of the private key, in no form. Linux only: the memory is read through `/proc`.
#![cfg(target_os = "linux")]
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that finds something else than it expects is to stop"
)]

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

const PASSWORD: &str = "test-Pass-1";

#[test]
fn nothing_is_left_of_what_was_held() {
    let needles = needles();
    assert!(needles.len() >= 42, "{}", needles.len());
    for (what, file) in [
        ("pkcs8_open", "pypinksign/pbes1-seed.key"),
        ("pkcs8_open", "pypinksign/bare-seed.key"),
        ("pkcs8_open", "openssl/pbes2-seed-sha256.key"),
        ("pkcs8_open", "openssl/pbes2-aes-256-sha256.key"),
        ("pkcs12_open", "openssl/legacy-3des.pfx"),
        ("pkcs12_open", "openssl/aes.pfx"),
        ("pkcs12_open", "openssl/seed.pfx"),
        ("pkcs12_open", "nss/ber-aes.pfx"),
    ] {
        let mut adapter = Adapter::start();
        let held = json!({ "id": 1, "op": "hold", "what": what, "der": hex(&vector(file)), "password": hex(PASSWORD.as_bytes()) });
        assert_eq!(adapter.ask(&held)["ok"], true, "{file}");
        let found = adapter.search(&needles);
        assert!(found.is_empty(), "{file}: {found:?}");
    }
}

#[test]
fn a_search_finds_what_is_there() {
    let mut child = Command::new("cat")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let key = vector("pypinksign/sign-r.p8");
    child.stdin.as_mut().unwrap().write_all(&key).unwrap();
    // It has been read into the buffer once it comes out again.
    let mut again = vec![0; key.len()];
    child
        .stdout
        .as_mut()
        .unwrap()
        .read_exact(&mut again)
        .unwrap();
    let found = search(&child, &needles());
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(found.contains("R"), "{found:?}");
    assert!(
        found
            .iter()
            .filter(|name| name.starts_with("key at"))
            .count()
            > 10
    );
}

struct Adapter {
    process: Child,
    answers: BufReader<std::process::ChildStdout>,
}

impl Adapter {
    fn start() -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_npki-adapter"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let answers = BufReader::new(process.stdout.take().unwrap());
        Self { process, answers }
    }

    fn ask(&mut self, line: &Value) -> Value {
        writeln!(self.process.stdin.as_mut().unwrap(), "{line}").unwrap();
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        serde_json::from_str(&answer).unwrap()
    }

    fn search(&self, needles: &[(String, Vec<u8>)]) -> BTreeSet<String> {
        search(&self.process, needles)
    }
}

impl Drop for Adapter {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Parts of every secret, as they are, as limbs of numbers stand in memory, and as hexadecimal digits.
fn needles() -> Vec<(String, Vec<u8>)> {
    let mut needles = Vec::new();
    let mut add = |name: String, octets: &[u8]| {
        let reversed = octets.iter().rev().copied().collect();
        needles.push((name.clone(), octets.to_vec()));
        needles.push((format!("{name}, reversed"), reversed));
        needles.push((format!("{name}, digits"), hex(octets).into_bytes()));
    };
    add("password".to_owned(), PASSWORD.as_bytes());
    let utf16: Vec<u8> = PASSWORD.bytes().flat_map(|octet| [0, octet]).collect();
    add("password, BMPString".to_owned(), &utf16);
    add("R".to_owned(), &(0..20).collect::<Vec<u8>>());
    // Behind the modulus of RSA-2048, which is public: d, p, q, dP, dQ, qInv.
    let key = vector("pypinksign/sign-r.p8");
    for at in [
        330, 400, 470, 540, 600, 660, 720, 790, 850, 920, 980, 1_050, 1_110, 1_160,
    ] {
        add(format!("key at {at}"), &key[at..at + 16]);
    }
    needles
}

/// Which of the needles are in memory that the process can write to.
fn search(process: &Child, needles: &[(String, Vec<u8>)]) -> BTreeSet<String> {
    let maps = fs::read_to_string(format!("/proc/{}/maps", process.id())).unwrap();
    let mut memory = fs::File::open(format!("/proc/{}/mem", process.id())).unwrap();
    let mut starts = vec![Vec::new(); 256];
    for (number, (_, needle)) in needles.iter().enumerate() {
        starts[usize::from(needle[0])].push(number);
    }
    let (mut found, mut searched) = (BTreeSet::new(), 0);
    for line in maps.lines().filter(|line| line.contains(" rw")) {
        let (start, end) = line.split(' ').next().unwrap().split_once('-').unwrap();
        let at = |text| u64::from_str_radix(text, 16).unwrap();
        let mut octets = vec![0; usize::try_from(at(end) - at(start)).unwrap()];
        memory.seek(SeekFrom::Start(at(start))).unwrap();
        if memory.read_exact(&mut octets).is_err() {
            continue;
        }
        searched += octets.len();
        for (place, first) in octets.iter().enumerate() {
            for number in &starts[usize::from(*first)] {
                let (name, needle) = &needles[*number];
                if octets[place..].starts_with(needle) {
                    found.insert(name.clone());
                }
            }
        }
    }
    assert!(searched > 100_000, "{searched}");
    found
}

fn vector(name: &str) -> Vec<u8> {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../crates/npki-container/tests/vectors"
    );
    fs::read(Path::new(folder).join(name)).unwrap()
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}
