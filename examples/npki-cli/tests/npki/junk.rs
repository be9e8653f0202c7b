//! Junk at `npki lab serve`: it keeps answering, and its memory does not grow.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests fail like tests"
)]

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};

use base64ct::{Base64, Encoding as _};
use npki_cmp::http::{PKIXCMP, ResponseReader};
use npki_lab::LabRng;
use rand_core::Rng as _;

use crate::common::is_there;
use crate::serve::Served;

/// As many as `NPKI_HTTP_JUNK` says, from four clients at once. The memory after as many as half of them, 1,000 at
/// least, is what the memory at the end is compared with.
#[test]
fn junk_stops_nobody_and_takes_no_memory() {
    if !is_there("openssl") {
        return;
    }
    let count = std::env::var("NPKI_HTTP_JUNK").map_or(1_000, |count| count.parse().unwrap());
    let mut served = Served::new(&[]);
    let said = served.keep_listening();
    for name in ["root.pem", "ca.pem", "ocsp.pem"] {
        served.fetch(name);
    }
    for line in [MAKE_A_KEY, GET_A_CERTIFICATE] {
        served.says(line, &[]);
    }
    served.says(ASK, &["Response verify OK", "cert.pem: good"]);
    let octets = |name| std::fs::read(served.dir.path().join(name)).unwrap();
    let messages = Messages {
        cmp: ["ir.der", "conf.der"].map(octets),
        ocsp: octets("ask.der"),
    };

    let before = messages.mangled(0, (count / 2).max(1_000), &served);
    let after = messages.mangled(1, count, &served);
    assert!(
        after < before + before / 10,
        "{before} KiB, then {after} KiB"
    );
    served.says(ASK, &["Response verify OK", "cert.pem: good"]);
    drop(served);
    let panic = said.join().unwrap().find("panicked");
    assert_eq!(panic, None);
    println!("{count} junk requests over HTTP, {before} KiB before and {after} KiB after");
}

/// What OpenSSL has sent, to be mangled.
struct Messages {
    cmp: [Vec<u8>; 2],
    ocsp: Vec<u8>,
}

impl Messages {
    /// Sends so much junk, and says how many KiB of memory the server has then.
    fn mangled(&self, seed: u64, count: u64, served: &Served) -> u64 {
        std::thread::scope(|scope| {
            for client in 0..CLIENTS {
                scope.spawn(move || {
                    let mut rng = LabRng::new(seed * CLIENTS + client);
                    for _ in 0..count.div_ceil(CLIENTS) {
                        let (octets, wanted) = self.junk(&mut rng);
                        sent(&served.address, &octets, wanted);
                    }
                });
            }
        });
        served.resident_kib()
    }

    fn junk(&self, rng: &mut LabRng) -> (Vec<u8>, Wanted) {
        let whole = match rng.next_u32() % 8 {
            0 => {
                let one = below(rng, self.cmp.len());
                post("/pkix/", PKIXCMP, &mangle(rng, &self.cmp[one]))
            }
            1 => {
                let length = below(rng, 3_000);
                post(path(rng), PKIXCMP, &random(rng, length))
            }
            2 => post("/ocsp", OCSP, &mangle(rng, &self.ocsp)),
            3 => {
                let length = below(rng, 65_537);
                post(path(rng), OCSP, &random(rng, length))
            }
            4 => {
                let question = Base64::encode_string(&mangle(rng, &self.ocsp));
                format!("GET /ocsp/{question}%{} HTTP/1.0\r\n\r\n", path(rng)).into_bytes()
            }
            5 => {
                let (method, path) = (METHODS[below(rng, METHODS.len())], path(rng));
                format!("{method} {path} HTTP/1.1\r\nHost: x\r\n\r\n").into_bytes()
            }
            6 => {
                let mut head = ABSURD[below(rng, ABSURD.len())].to_owned();
                head.push_str(&"X: y\r\n".repeat(below(rng, 2_000)));
                return (head.into_bytes(), Wanted::Nothing);
            }
            _ => {
                let length = below(rng, 10_000);
                return (random(rng, length), Wanted::Nothing);
            }
        };
        // One in eight is cut.
        match rng.next_u32() % 8 {
            0 => {
                let end = below(rng, whole.len());
                (whole[..end].to_vec(), Wanted::Nothing)
            }
            _ => (whole, Wanted::Answer),
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Wanted {
    Answer,
    /// A refusal or nothing.
    Nothing,
}

/// Sends, and takes what comes: an answer, and no word of a failure.
fn sent(address: &str, octets: &[u8], wanted: Wanted) {
    let mut stream = TcpStream::connect(address).unwrap();
    // Who is refused in the middle of it may find the connection closed, and the refusal gone with it.
    let _ = stream.write_all(octets);
    let _ = stream.shutdown(Shutdown::Write);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let mut reader = ResponseReader::default();
    reader.push(&answer).unwrap();
    let status = reader.response().unwrap().map(|(status, _)| status);
    let shown = String::from_utf8_lossy(octets.get(..200).unwrap_or(octets));
    match wanted {
        Wanted::Answer => assert!(matches!(status, Some(200 | 404 | 405 | 415)), "{shown}"),
        Wanted::Nothing => assert!(matches!(status, None | Some(400 | 413 | 431)), "{shown}"),
    }
}

fn post(path: &str, kind: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head =
        format!("POST {path} HTTP/1.1\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n");
    [head.as_bytes(), body].concat()
}

fn mangle(rng: &mut LabRng, message: &[u8]) -> Vec<u8> {
    let mut mangled = message.to_vec();
    let at = below(rng, mangled.len());
    match rng.next_u32() % 3 {
        0 => mangled[at] ^= 1 << (rng.next_u32() % 8),
        1 => mangled.truncate(at),
        _ => rng.fill_bytes(&mut mangled[at..]),
    }
    mangled
}

fn random(rng: &mut LabRng, length: usize) -> Vec<u8> {
    let mut octets = vec![0; length];
    rng.fill_bytes(&mut octets);
    octets
}

fn path(rng: &mut LabRng) -> &'static str {
    PATHS[below(rng, PATHS.len())]
}

fn below(rng: &mut LabRng, bound: usize) -> usize {
    usize::try_from(rng.next_u64()).unwrap() % bound
}

const CLIENTS: u64 = 4;
const OCSP: &str = "application/ocsp-request";

/// What is there, lists apart (to ask for one is no junk: it is made), and what is nearly there.
const PATHS: &[&str] = &[
    "/",
    "/pkix/",
    "/ocsp",
    "/ocsp/",
    "/root.der",
    "/ca.pem",
    "/ocsp.pem",
    "/dp0.crl",
    "/dp2.crl",
    "/dp99999999999999999999.crl",
    "/dp-1-delta.crl",
    "/ca.crl.crl",
    "/../../etc/passwd",
    "/%00%ff",
    "/\x1b[31m",
    "http://127.0.0.1/ca.pem",
    "*",
    "",
];
const METHODS: &[&str] = &[
    "GET", "HEAD", "DELETE", "POST", "get", "OPTIONS", "\u{ad6d}",
];
const ABSURD: &[&str] = &[
    "GET / HTTP/9.9\r\n\r\n",
    "GET /\r\n\r\n",
    "\r\n\r\n",
    "GET / HTTP/1.1\r\n: x\r\n\r\n",
    "GET / HTTP/1.1\r\nX : y\r\n\r\n",
    "GET / HTTP/1.1\r\n\0\r\n\r\n",
    "GET / HTTP/1.1\r\nX: ",
    "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
    "POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
    "POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
    "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1;",
];

const MAKE_A_KEY: &str = "openssl ecparam -name prime256v1 -genkey -noout -out my.key";
const GET_A_CERTIFICATE: &str = "openssl cmp -cmd ir -server 127.0.0.1:8829 -path pkix/ -ref \"$REF\" -secret \"pass:$CODE\" -newkey my.key -subject /CN=HONG -trusted root.pem -certout cert.pem -reqout ir.der,conf.der";
const ASK: &str = "openssl ocsp -issuer ca.pem -cert cert.pem -url http://127.0.0.1:8829/ocsp -CAfile root.pem -VAfile ocsp.pem -reqout ask.der";
