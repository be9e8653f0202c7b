//! Our client against the mock server of `openssl cmp` in all its moods.
//!
//! The mock server gives the same certificate whatever is asked for; so it is one for our key.

#![expect(
    clippy::unwrap_used,
    reason = "a test that finds something else than it expects is to stop"
)]

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use npki_cert::Certificate;
use npki_cmp::client::{ClientError, Credential, Enrolling, Kind, Question, Step, Wanted};
use npki_cmp::http::{ResponseReader, Server};
use npki_cmp::{FailureInfo, MacKind};
use npki_core::{AuthorizationCode, Instant, ReferenceNumber, RevocationReason};
use npki_key::PrivateKey;
use npki_tests::{generator, output, tool};
use tempfile::TempDir;

const CODE: &str = "pass:0912978800814393922";

struct Scene {
    openssl: PathBuf,
    dir: TempDir,
    key: PrivateKey,
    reference: ReferenceNumber,
    code: AuthorizationCode,
}

/// The server, while it runs.
struct Mock {
    child: Child,
    server: Server,
}

impl Drop for Mock {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Scene {
    fn new() -> Option<Self> {
        let openssl = tool("openssl")?;
        let dir = tempfile::tempdir().unwrap();
        for (name, subject) in [("ca", "/C=kr/CN=Mock CA"), ("ee", "/C=kr/CN=HONG")] {
            let line = format!(
                "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -keyout {name}.key -out {name}.pem -subj"
            );
            let mut command = Command::new(&openssl);
            command
                .args(line.split(' '))
                .arg(subject)
                .current_dir(dir.path());
            output(&mut command).unwrap();
            let line = format!("pkcs8 -topk8 -nocrypt -in {name}.key -outform DER -out {name}.p8");
            let mut command = Command::new(&openssl);
            command.args(line.split(' ')).current_dir(dir.path());
            output(&mut command).unwrap();
        }
        let key = PrivateKey::parse(&fs::read(dir.path().join("ee.p8")).unwrap()).unwrap();
        Some(Self {
            openssl,
            dir,
            key,
            reference: ReferenceNumber::parse("1234").unwrap(),
            code: AuthorizationCode::new("0912978800814393922"),
        })
    }

    fn certificate(&self, name: &str) -> Certificate {
        Certificate::parse_any(&fs::read(self.dir.path().join(name)).unwrap()).unwrap()
    }

    fn mock(&self, moods: &str, by_code: bool) -> Mock {
        // A port that was free a moment ago.
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let line = format!(
            "cmp -config  -port {port} -srv_trusted ee.pem -rsp_cert ee.pem -rsp_capubs ca.pem {moods}"
        );
        let server = Server::parse(&format!("http://127.0.0.1:{port}/pkix/")).unwrap();
        let child = Command::new(&self.openssl)
            .args(line.trim_end().split(' '))
            .args(match by_code {
                true => ["-srv_ref", "1234", "-srv_secret", CODE],
                false => ["-srv_cert", "ca.pem", "-srv_key", "ca.key"],
            })
            .current_dir(self.dir.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mock = Mock { child, server };
        for _ in 0..500 {
            if TcpStream::connect(mock.server.address()).is_ok() {
                return mock;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("the mock server does not come up");
    }

    /// Enrols against a mood of the server, to the end.
    fn enrol(
        &self,
        moods: &str,
        kind: Kind,
        by_code: bool,
    ) -> Result<(Certificate, usize), ClientError> {
        let mock = self.mock(moods, by_code);
        let now = npki::now();
        let mut rng = generator();
        let key = self.key.signing_key().unwrap();
        let ee = self.certificate("ee.pem");
        let ca = self.certificate("ca.pem");
        let credential = match by_code {
            true => Credential::Code {
                reference: &self.reference,
                code: &self.code,
                mac: MacKind::Pbm,
            },
            false => Credential::Certificate {
                certificate: &ee,
                key: &*key,
            },
        };
        let trusted: &[Certificate] = std::slice::from_ref(&ca);
        let wanted = Wanted {
            kind,
            key: &*key,
            km_key: None,
            subject: Some(ee.subject()),
            random_number: None,
            implicit_confirmation: moods.contains("implicit"),
        };
        let mut enrolling =
            Enrolling::begin(&wanted, &credential, &trusted, ca.subject(), now, &mut rng)?;
        let mut waits = 0;
        loop {
            let answer = post(&mock.server, enrolling.message());
            match enrolling.take(&answer, now, &mut rng)? {
                Step::Wait { then, .. } => {
                    waits += 1;
                    enrolling = *then;
                }
                Step::Issued(issued) => {
                    let certificate = issued.certificate().clone();
                    assert_eq!(issued.is_confirmed(), moods.contains("implicit"));
                    if kind == Kind::Initial {
                        assert_eq!(issued.ca_certificates(), trusted);
                    }
                    if !issued.is_confirmed() {
                        let mut confirming = issued.confirm(now, &mut rng)?;
                        let answer = post(&mock.server, confirming.message());
                        confirming.take(&answer, now)?;
                    }
                    return Ok((certificate, waits));
                }
            }
        }
    }
}

fn post(server: &Server, message: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(server.address()).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    stream.write_all(&server.post(message)).unwrap();
    let mut reader = ResponseReader::default();
    let mut octets = [0; 4096];
    loop {
        match stream.read(&mut octets).unwrap() {
            0 => return reader.end().unwrap().1,
            length => reader.push(octets.get(..length).unwrap()).unwrap(),
        }
        if let Some((200, body)) = reader.response().unwrap() {
            return body;
        }
    }
}

#[test]
fn enrols_in_every_mood_that_grants() {
    let Some(scene) = Scene::new() else { return };
    let ee = scene.certificate("ee.pem");
    for (moods, kind, by_code, waits) in [
        ("", Kind::Initial, true, 0),
        ("", Kind::Initial, false, 0),
        ("", Kind::Additional, true, 0),
        ("", Kind::Renewal, false, 0),
        ("-grant_implicitconf", Kind::Initial, true, 0),
        ("-grant_implicitconf", Kind::Renewal, false, 0),
        ("-poll_count 2", Kind::Initial, true, 2),
        ("-poll_count 1 -check_after 1", Kind::Initial, false, 1),
        ("-pkistatus 1", Kind::Initial, true, 0),
    ] {
        let (found, waited) = scene
            .enrol(moods, kind, by_code)
            .unwrap_or_else(|e| panic!("{moods} {kind}: {e}"));
        assert_eq!(found, ee, "{moods} {kind}");
        assert_eq!(waited, waits, "{moods} {kind}");
    }
}

#[test]
fn tells_every_refusal_and_believes_no_unprotected_one() {
    let Some(scene) = Scene::new() else { return };
    for by_code in [true, false] {
        let moods = "-pkistatus 2 -failure 1 -statusstring 갱신기간이아닙니다";
        match scene.enrol(moods, Kind::Initial, by_code).unwrap_err() {
            ClientError::Refused { failures, texts } => {
                assert_eq!(failures, [FailureInfo::BadMessageCheck]);
                assert_eq!(texts, ["갱신기간이아닙니다"]);
            }
            other => panic!("{other:?}"),
        }
        let error = scene
            .enrol("-send_error", Kind::Initial, by_code)
            .unwrap_err();
        assert!(matches!(error, ClientError::Refused { .. }), "{error:?}");
        for moods in [
            "-send_unprotected",
            "-send_error -send_unprot_err",
            "-pkistatus 2 -send_unprot_err",
        ] {
            let error = scene.enrol(moods, Kind::Initial, by_code).unwrap_err();
            assert!(
                matches!(error, ClientError::BadProtection),
                "{moods}: {error:?}"
            );
        }
    }
}

#[test]
fn asks_and_revokes() {
    let Some(scene) = Scene::new() else { return };
    let mock = scene.mock("", false);
    let now: Instant = npki::now();
    let mut rng = generator();
    let (ee, ca) = (scene.certificate("ee.pem"), scene.certificate("ca.pem"));
    let key = scene.key.signing_key().unwrap();
    let credential = Credential::Certificate {
        certificate: &ee,
        key: &*key,
    };
    let trusted: &[Certificate] = std::slice::from_ref(&ca);
    let mut question =
        Question::encryption_certificate(&credential, &trusted, ca.subject(), now, &mut rng)
            .unwrap();
    let answer = post(&mock.server, question.message());
    // It knows none.
    assert_eq!(question.certificate(&answer, now).unwrap(), None);

    let reason = RevocationReason::CessationOfOperation;
    let mut revocation =
        Question::revoke(&ee, reason, &credential, &trusted, now, &mut rng).unwrap();
    let answer = post(&mock.server, revocation.message());
    revocation.revoked(&answer, now).unwrap();
}
