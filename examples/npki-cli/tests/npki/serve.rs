//! `npki lab serve`, as stock clients see it.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

use std::io::{BufRead as _, BufReader, Lines, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::thread::JoinHandle;

use base64ct::{Base64, Encoding as _};
use npki_cert::{Crl, OcspResponse, OcspResponseStatus};
use npki_core::{Issuer, Product};
use tempfile::TempDir;

use crate::common::{NOW, PASSWORD, is_there, npki};

/// A lab that serves, and a folder for its clients.
pub(crate) struct Served {
    server: Child,
    /// Until [`keep_listening`](Self::keep_listening).
    said: Option<Lines<BufReader<ChildStderr>>>,
    pub(crate) address: String,
    /// `-ref 1234 -secret pass:…`
    pub(crate) order: String,
    pub(crate) dir: TempDir,
}

impl Served {
    pub(crate) fn new(options: &[&str]) -> Self {
        let mut server = Command::new(env!("CARGO_BIN_EXE_npki"))
            .args(["lab", "serve", "--listen", "127.0.0.1:0"])
            .args(options)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let said = BufReader::new(server.stderr.take().unwrap()).lines();
        let mut served = Self {
            server,
            said: Some(said),
            address: String::new(),
            order: String::new(),
            dir: tempfile::tempdir().unwrap(),
        };
        let url = served.line();
        let url = url.strip_prefix("http://").unwrap();
        served.address = url.strip_suffix("/pkix/").unwrap().to_owned();
        served.order = served.line();
        assert!(served.line().ends_with("/ocsp"));
        served
    }

    /// The next line that it says.
    fn line(&mut self) -> String {
        let line = self.said.as_mut().unwrap().next().unwrap().unwrap();
        line.strip_prefix("npki: ").unwrap().to_owned()
    }

    /// Hears all that it says from now on, so that it never waits to be heard; the thread gives that when it has ended.
    pub(crate) fn keep_listening(&mut self) -> JoinHandle<String> {
        let said = self.said.take().unwrap();
        std::thread::spawn(move || said.map(|line| line.unwrap() + "\n").collect())
    }

    /// Its resident memory in KiB.
    #[cfg(target_os = "linux")]
    pub(crate) fn resident_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.server.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.unwrap().trim().strip_suffix(" kB").unwrap();
        kib.parse().unwrap()
    }

    /// What it tells of the next request.
    fn told(&mut self) -> String {
        loop {
            let line = self.line();
            if let Some((number, told)) = line.split_once(": ")
                && number.parse::<u32>().is_ok()
            {
                return told.to_owned();
            }
        }
    }

    /// Status and body.
    fn get(&self, path: &str) -> (u16, Vec<u8>) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let request = format!("GET {path} HTTP/1.0\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n");
        let body = answer.split_off(end.unwrap() + 4);
        let head = String::from_utf8(answer).unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body)
    }

    fn crl(&self, path: &str) -> Crl {
        let (status, body) = self.get(path);
        assert_eq!(status, 200, "{path}");
        Crl::parse(&body).unwrap()
    }

    pub(crate) fn fetch(&self, name: &str) {
        let (status, body) = self.get(&format!("/{name}"));
        assert_eq!(status, 200, "{name}");
        std::fs::write(self.dir.path().join(name), body).unwrap();
    }

    /// What a line of `curl` fetches.
    fn fetch_all(&self, line: &str) {
        let names = line.split("http://127.0.0.1:8829/").skip(1);
        let names: Vec<_> = names.filter_map(|rest| rest.split(' ').next()).collect();
        assert!(!names.is_empty(), "{line}");
        names.into_iter().for_each(|name| self.fetch(name));
    }

    /// OpenSSL takes the line, and says these words.
    #[track_caller]
    pub(crate) fn says(&self, line: &str, words: &[&str]) {
        let [_, reference, _, code] = self.order.split(' ').collect::<Vec<_>>()[..] else {
            panic!("{}", self.order)
        };
        let line = line
            .replace("127.0.0.1:8829", &self.address)
            .replace("\"$REF\"", reference)
            .replace("\"pass:$CODE\"", code);
        let mut words_of_line = line.split(' ');
        let output = Command::new(words_of_line.next().unwrap())
            .args(words_of_line)
            .current_dir(self.dir.path())
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        assert!(output.status.success(), "{line}: {said}");
        for words in words {
            assert!(said.contains(words), "{line}: {said}");
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// The README's lines: what is fetched, a certificate by `openssl cmp`, its state by `openssl ocsp`, and a revocation.
/// Without deviations the responder's certificate is the CA's, and needs not be named.
#[test]
fn stock_clients_get_through() {
    if !is_there("openssl") {
        return;
    }
    let lines = lines_of_the_readme();
    let [fetch, new_key, issue, ask, revoke, fetch_crl] = &lines[..] else {
        panic!("{lines:?}")
    };
    for (options, names) in [
        (&["--partitions", "2"][..], &["ca", "dp1", "dp2"][..]),
        (&["--plain"], &["ca"]),
    ] {
        let mut served = Served::new(options);
        let ask = match options {
            ["--plain"] => ask.replace("-VAfile ocsp.pem", "-verify_other ca.pem"),
            _ => ask.clone(),
        };
        served.fetch_all(fetch);
        served.says(new_key, &[]);
        served.says(issue, &[]);
        served.says(&ask, &["Response verify OK", "cert.pem: good"]);
        for name in names {
            assert_eq!(served.get(&format!("/{name}-delta.crl")).0, 404);
            assert!(served.crl(&format!("/{name}.crl")).is_empty());
        }

        served.says(revoke, &[]);
        let revoked = ["Response verify OK", "cert.pem: revoked", "keyCompromise"];
        served.says(&ask, &revoked);
        // It stands in the whole list and in one partition, and in their deltas.
        for ending in ["-delta", ""] {
            let found = names
                .iter()
                .map(|name| served.crl(&format!("/{name}{ending}.crl")))
                .map(|crl| (crl.len(), crl.is_delta()));
            let found: Vec<_> = found.collect();
            let entries: usize = found.iter().map(|(entries, _)| entries).sum();
            assert_eq!(entries, names.len().min(2), "{found:?}");
            let is_delta = ending == "-delta";
            assert!(found.iter().all(|(_, delta)| *delta == is_delta));
        }
        served.fetch_all(fetch_crl);
        let list = "openssl crl -in ca.crl -inform DER -CAfile ca.pem -noout -text";
        served.says(list, &["verify OK", "Key Compromise"]);
        let told: Vec<_> = (0..6).map(|_| served.told()).collect();
        assert!(told[3].starts_with("POST /pkix/ cmp"), "{told:?}");
        assert!(told[5].starts_with("POST /ocsp good "), "{told:?}");
        for path in ["/dp3.crl", "/dp0.crl", "/nothing"] {
            assert_eq!(served.get(path).0, 404);
        }
        assert!(served.crl("/root.crl").is_empty());
    }
}

/// Every CA gives the certificate that was ordered of it: the first product that the bank sells of its own, or another (R2).
#[test]
fn r2_every_ca_gives_what_was_ordered() {
    let mut orders: Vec<_> = Issuer::ALL.iter().map(|issuer| (*issuer, None)).collect();
    orders.push((Issuer::Kica, Some(Product::ETax)));
    for (issuer, product) in orders {
        let (ca, mut options) = (issuer.to_string(), vec!["--now", NOW]);
        let wanted = product.map(|product| product.to_string());
        options.extend(["--issuer", &ca]);
        options.extend(wanted.iter().flat_map(|product| ["--product", product]));
        let served = Served::new(&options);
        served.fetch("root.der");
        let [_, reference, _, code] = served.order.split(' ').collect::<Vec<_>>()[..] else {
            panic!("{}", served.order)
        };
        let code = code.trim_start_matches("pass:");
        let at = |name: &str| served.dir.path().join(name).to_str().unwrap().to_owned();
        let (folder, root) = (at("NPKI"), at("root.der"));
        let url = format!("http://{}/pkix/", served.address);
        let home = ["--dir", &folder, "--now", NOW, "--json"];
        let issue = ["cmp", "issue", "--server", &url, "--root", &root, "--ref"];
        let line = [&home[..], &issue, &[reference]].concat();
        npki(&line, &[code, PASSWORD]).with(0);
        let shown = [&home[..], &["show", "--dn", "1"]].concat();
        let shown = npki(&shown, &[]).with(0).json();
        let first = match issuer {
            Issuer::Yessign => Product::PersonalLimited,
            Issuer::TradeSign => Product::BusinessLimited,
            _ => Product::PersonalGeneral,
        };
        let product = product.unwrap_or(first);
        assert_eq!(shown["product"], product.to_string(), "{issuer}: {shown}");
    }
    let line = ["--issuer", "KICA", "--product", "personal-limited"];
    let refused = [
        &["lab", "serve", "--listen", "127.0.0.1:0", "--json"],
        &line[..],
    ]
    .concat();
    let refused = npki(&refused, &[]).with(2).json();
    assert_eq!(refused["error"]["kind"], "not-offered");
}

/// Those of `curl` and `openssl` in the section on tests.
fn lines_of_the_readme() -> Vec<String> {
    let readme = concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md");
    let page = std::fs::read_to_string(readme).unwrap();
    let section = page
        .split("\n## ")
        .find(|part| part.starts_with("In your tests"));
    let lines = section.unwrap().lines().map(str::to_owned);
    lines
        .filter(|line| line.starts_with("curl ") || line.starts_with("openssl "))
        .collect()
}

/// RFC 6960 appendix A.1: a question in the path, and one that is none.
#[test]
fn ocsp_by_get() {
    let served = Served::new(&[
        "--now",
        "2026-12-01T12:00:00+09:00",
        "--plain",
        "--requests",
        "5",
    ]);
    let home = served.dir.path();
    for name in ["ca.der", "ocsp.der"] {
        served.fetch(name);
    }
    let path = |name: &str| home.join(name).to_str().unwrap().to_owned();
    let (ca, own, question) = (path("ca.der"), path("ocsp.der"), path("question"));
    // A certificate of the CA is needed: its responder's is one.
    let line = [
        "ocsp", "request", "--issuer", &ca, "--cert", &own, "--output", &question,
    ];
    npki(&line, &[]).with(0);
    let asked = std::fs::read(&question).unwrap();
    let encoded = Base64::encode_string(&asked)
        .replace('+', "%2B")
        .replace('/', "%2F");
    let (status, body) = served.get(&format!("/ocsp/{encoded}"));
    assert_eq!(status, 200);
    let response = OcspResponse::parse(&body).unwrap();
    assert_eq!(response.status(), OcspResponseStatus::Successful);
    assert_eq!(response.basic().unwrap().responses().len(), 1);
    for path in ["/ocsp/nonsense", "/ocsp/MAA="] {
        let (status, body) = served.get(path);
        assert_eq!(status, 200);
        let response = OcspResponse::parse(&body).unwrap();
        assert_eq!(
            response.status(),
            OcspResponseStatus::MalformedRequest,
            "{path}"
        );
    }
}

/// All its keys are published.
#[test]
fn only_on_loopback() {
    let refused = npki(&["lab", "serve", "--listen", "0.0.0.0:0", "--json"], &[]).with(2);
    assert_eq!(refused.json()["error"]["kind"], "not-loopback");
}
