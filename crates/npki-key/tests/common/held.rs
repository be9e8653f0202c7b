//! A process that is held after its work, and a look through its memory.

#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::process::{Child, Command, Stdio};

use der::Decode;
use npki_core::{HashAlgorithm, RandomNumber};
use npki_key::{KeyKind, PrivateKey, PublicKey};
use pkcs1::RsaPrivateKeyRef;
use zeroize::Zeroizing;

use crate::common::{key_der, rng};

/// What the held process did, after which it dropped everything.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Work {
    /// Parsed the key and read R.
    Parse,
    /// Checked its numbers and that it belongs to a public key, too.
    Check,
    /// Made a handle that signs, and did not use it.
    Handle,
    /// Signed once.
    Sign,
    /// Decrypted once.
    Decrypt,
}

/// Does what is asked of the held process, and waits; `false` in every other process.
pub(crate) fn is_held() -> bool {
    let Some(asked) = std::env::var_os(ASKED) else {
        return false;
    };
    let (work, key) = asked.to_str().unwrap().split_once(' ').unwrap();
    do_work(work, key);
    let marker: Vec<u8> = MARKER.iter().map(|octet| octet ^ MASK).collect();
    println!("held");
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
    std::hint::black_box(&marker);
    true
}

/// Which secrets of the key are found after `work`, by their names.
pub(crate) fn found_after(work: Work, key: &str) -> BTreeSet<String> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--nocapture", "--test-threads", "1"])
        .env(ASKED, format!("{work:?} {key}"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let stdin = child.stdin.take().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap()).lines();
    let held = stdout.by_ref().any(|line| line.unwrap().contains("held"));
    assert!(held, "{work:?} {key}");
    let mut found = search(&child, &needles(key));
    drop(stdin);
    stdout.for_each(drop);
    child.wait().unwrap();
    // Held on purpose, so that a search that finds nothing has searched.
    assert!(found.remove("marker"), "{work:?} {key}");
    found
}

fn do_work(work: &str, key: &str) {
    // R is put in here, so that it is looked for too.
    let der = Zeroizing::new(key_der(key));
    let r: Vec<u8> = R.iter().map(|octet| octet ^ MASK).collect();
    let r = RandomNumber::from_octets(&Zeroizing::new(r)).unwrap();
    let key = PrivateKey::parse(&der).unwrap();
    let key = key.with_random_number(&r).unwrap();
    let key = PrivateKey::parse(key.expose_der()).unwrap();
    assert_eq!(key.random_number(), Some(r));
    if work == "Parse" {
        return;
    }
    key.check().unwrap();
    assert!(key.matches(&key.public_key().clone()));
    if work == "Check" {
        return;
    }
    if work == "Decrypt" {
        let public_key = PublicKey::parse(key.public_key()).unwrap();
        let sha256 = HashAlgorithm::Sha256;
        let ciphertext = public_key
            .encrypt_oaep(sha256, sha256, b"", b"message", &mut rng())
            .unwrap();
        let decryptor = key.decryptor().unwrap();
        decryptor
            .decrypt_oaep(sha256, sha256, b"", &ciphertext, &mut rng())
            .unwrap();
        return;
    }
    let signing_key = key.signing_key().unwrap();
    if work == "Sign" {
        signing_key.sign(b"message", &mut rng()).unwrap();
    }
}

/// What is looked for: 24 octets out of the middle of each secret, as they stand in the file and as
/// limbs stand in memory.
fn needles(name: &str) -> Vec<(String, Vec<u8>)> {
    let der = key_der(name);
    let mut needles = vec![
        (
            "marker".to_owned(),
            MARKER.iter().map(|octet| octet ^ MASK).collect(),
        ),
        ("R".to_owned(), R.iter().map(|octet| octet ^ MASK).collect()),
    ];
    let mut add = |name: &str, octets: &[u8]| {
        let middle = &octets[octets.len() / 2 - 12..octets.len() / 2 + 12];
        needles.push((format!("{name}, octets"), middle.to_vec()));
        let reversed = middle.iter().rev().copied().collect();
        needles.push((format!("{name}, limbs"), reversed));
    };
    match PrivateKey::parse(&der).unwrap().kind() {
        KeyKind::Rsa { .. } => {
            // Behind the headers of the PrivateKeyInfo, 26 octets for these lengths.
            let key = RsaPrivateKeyRef::from_der(&der[26..]).unwrap();
            add("d", key.private_exponent.as_bytes());
            add("p", key.prime1.as_bytes());
            add("q", key.prime2.as_bytes());
            add("dP", key.exponent1.as_bytes());
            add("dQ", key.exponent2.as_bytes());
            add("qInv", key.coefficient.as_bytes());
        }
        KeyKind::P256 => add("scalar", &der[36..68]),
        other => panic!("{other:?}"),
    }
    needles
}

/// Which of the needles are in the memory that the process can write to.
fn search(child: &Child, needles: &[(String, Vec<u8>)]) -> BTreeSet<String> {
    let maps = fs::read_to_string(format!("/proc/{}/maps", child.id())).unwrap();
    let mut memory = fs::File::open(format!("/proc/{}/mem", child.id())).unwrap();
    let mut found = BTreeSet::new();
    for line in maps.lines().filter(|l| l.contains(" rw")) {
        let range = line.split(' ').next().unwrap();
        let (start, end) = range.split_once('-').unwrap();
        let at = |text| u64::from_str_radix(text, 16).unwrap();
        let mut octets = vec![0; usize::try_from(at(end) - at(start)).unwrap()];
        memory.seek(SeekFrom::Start(at(start))).unwrap();
        if memory.read_exact(&mut octets).is_err() {
            continue;
        }
        let mut firsts = [false; 256];
        for (_, needle) in needles {
            firsts[usize::from(needle[0])] = true;
        }
        for (place, first) in octets.iter().enumerate() {
            if !firsts[usize::from(*first)] {
                continue;
            }
            for (name, needle) in needles {
                if octets[place..].starts_with(needle) {
                    found.insert(name.clone());
                }
            }
        }
    }
    found
}

/// Names work and key for the process that is held.
const ASKED: &str = "NPKI_KEY_HELD";
/// Constants stand in the program masked, so that the program itself does not count.
const MASK: u8 = 0x5A;
const R: [u8; 20] = *b"R of the held key ..";
const MARKER: [u8; 24] = *b"a marker held on purpose";
