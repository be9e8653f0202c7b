//! Nothing that was derived from a password stays in memory after everything was dropped.
//!
//! A process that opened a container and dropped it is held while this one looks through its memory.
//! Linux only. What the room of keys calculates with is that room's to prove, so the key comes out as
//! `PrivateKeyInfo` here.
#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by a panic"
)]

mod common;

use std::{
    env, fs,
    io::{BufRead, BufReader, Read, Seek, SeekFrom, Write},
    process::{Child, Command, Stdio},
};

use common::{PASSWORD, vector, vectors};
use npki_container::{Bounds, CbcCipher, EncryptedPrivateKeyInfo, Password};
use zeroize::Zeroizing;

/// Names the file for the process that is held.
const HOLD: &str = "NPKI_CONTAINER_HOLD";
/// The password goes over masked, so that the pipe's buffers do not count.
const MASK: u8 = 0x5A;

#[test]
fn after_everything_was_dropped_nothing_is_left() {
    if let Some(file) = env::var_os(HOLD) {
        hold(&fs::read(file).unwrap());
        return;
    }
    for path in vectors("key") {
        let name = path.to_str().unwrap().to_owned();
        if name.contains("hangul") {
            continue;
        }
        let plain = if name.contains("no-null") {
            vector("pypinksign/no-null.p8")
        } else if name.contains("pypinksign") {
            vector("pypinksign/sign-r.p8")
        } else if name.contains("-ec-") {
            vector("openssl/ec.p8")
        } else {
            vector("openssl/sign.p8")
        };
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--nocapture", "--test-threads", "1"])
            .env(HOLD, &path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let masked: Vec<u8> = PASSWORD.bytes().map(|octet| octet ^ MASK).collect();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(&masked).unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap()).lines();
        let held = stdout.by_ref().any(|line| line.unwrap().contains("held"));
        assert!(held, "{name}");

        // The first is held on purpose, so that a search that finds nothing has searched.
        let file = fs::read(&path).unwrap();
        let mut needles = vec![
            file[file.len() - 16..].to_vec(),
            PASSWORD.as_bytes().to_vec(),
        ];
        // Past the headers and the public half: the private exponent, primes or scalar.
        let private = &plain[plain.len().min(400)..];
        let private = if private.is_empty() {
            &plain[36..68]
        } else {
            private
        };
        needles.extend(private.chunks_exact(16).take(30).map(<[u8]>::to_vec));
        let found = search(&child, &needles);
        drop(stdin);
        stdout.for_each(drop);
        child.wait().unwrap();
        assert_eq!(found, [0], "{name}: which needles were found");
    }
}

/// Opens, drops, and waits until its standard input ends.
fn hold(file: &[u8]) {
    let mut stdin = fs::File::open("/dev/stdin").unwrap();
    {
        let mut octets = Zeroizing::new(vec![0; PASSWORD.len()]);
        stdin.read_exact(&mut octets).unwrap();
        octets.iter_mut().for_each(|octet| *octet ^= MASK);
        let password = Password::new(std::str::from_utf8(&octets).unwrap()).unwrap();
        let sealed = EncryptedPrivateKeyInfo::parse(file).unwrap();
        let opened = sealed
            .expose_private_key_info(&password, &Bounds::DEFAULT)
            .unwrap();
        // And the way back, with the same secret in it.
        let key = Zeroizing::new(vec![7; 16]);
        CbcCipher::Seed.encrypt(&key, &[1; 16], &opened).unwrap();
    }
    println!("held");
    let _ = stdin.read_to_end(&mut Vec::new());
}

/// Which of the needles are in the memory that the process can write to.
fn search(child: &Child, needles: &[Vec<u8>]) -> Vec<usize> {
    let maps = fs::read_to_string(format!("/proc/{}/maps", child.id())).unwrap();
    let mut memory = fs::File::open(format!("/proc/{}/mem", child.id())).unwrap();
    let mut found = Vec::new();
    for line in maps.lines().filter(|l| l.contains(" rw")) {
        let range = line.split(' ').next().unwrap();
        let (start, end) = range.split_once('-').unwrap();
        let at = |text| u64::from_str_radix(text, 16).unwrap();
        let mut octets = vec![0; usize::try_from(at(end) - at(start)).unwrap()];
        memory.seek(SeekFrom::Start(at(start))).unwrap();
        if memory.read_exact(&mut octets).is_err() {
            continue;
        }
        for (index, needle) in needles.iter().enumerate() {
            // A first octet that matches is looked at whole: quick enough without optimisation.
            let hit = octets
                .windows(needle.len())
                .any(|w| w[0] == needle[0] && w == needle);
            if hit && !found.contains(&index) {
                found.push(index);
            }
        }
    }
    found
}
