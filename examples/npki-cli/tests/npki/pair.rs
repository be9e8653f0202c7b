//! A pair for signing and key management over CMP, by the command (R2, R65), and messages of another time.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

use std::sync::Mutex;
use std::time::Duration;

use npki_ca::CertificateStatus;
use npki_cmp::Message;
use npki_cmp::http::{PKIXCMP, Request, Response};
use npki_container::{Bounds, Password};
use npki_core::{AuthorizationCode, Instant, Issuer, Product, Registration};
use npki_lab::http::Listener;
use npki_lab::{Lab, LabLedgers, Person};
use npki_media::{Bundle, Medium as _};

use crate::common::{Home, NEW, NOW, PASSWORD, Ran, npki};
use crate::serve::Served;

/// A CA in the test's own process, whose time passes as the test wants.
pub(crate) struct Scene<'a> {
    pub(crate) lab: Lab<'a>,
    listener: Listener,
    /// The kind of message whose answers are lost.
    pub(crate) lost: Mutex<&'static str>,
    /// The kinds of message that came.
    asked: Mutex<Vec<&'static str>>,
    pub(crate) home: Home,
}

impl<'a> Scene<'a> {
    pub(crate) fn new(ledgers: &'a LabLedgers) -> Self {
        let lab = Lab::new(9, NOW.parse().unwrap(), ledgers).unwrap();
        let scene = Self {
            lab: lab.with_pairs(&[Product::PersonalLimited]).unwrap(),
            listener: Listener::bind("127.0.0.1:0").unwrap(),
            lost: Mutex::default(),
            asked: Mutex::default(),
            home: Home::with(&[]),
        };
        scene.home.write("root.der", scene.lab.trust().0.der());
        scene
    }

    /// With the CA answering beside it.
    pub(crate) fn play(&self, act: impl FnOnce()) {
        let answer = |request: &Request| {
            let name = Message::parse(&request.body).unwrap().body().name();
            self.asked.lock().unwrap().push(name);
            let ca = self.lab.cmp_ca(Issuer::Yessign).unwrap();
            let answer = ca.answer(&request.body, self.lab.now(), &mut self.lab.rng());
            self.lab.settle().unwrap();
            if name == *self.lost.lock().unwrap() {
                return Vec::new();
            }
            Response::ok(PKIXCMP, &answer.unwrap().der).to_octets(request)
        };
        self.listener.serve_while(&answer, act);
    }

    pub(crate) fn order(&self) -> Registration {
        let hong = Person::of("hong").unwrap();
        let order = self
            .lab
            .order(hong, Product::PersonalLimited, Some(Issuer::Yessign));
        order.unwrap()
    }

    /// `npki cmp`, at the lab's time.
    pub(crate) fn npki(&self, verb: &str, options: &[&str], secrets: &[&str]) -> Ran {
        self.asked.lock().unwrap().clear();
        let url = format!("http://{}/pkix/", self.listener.address());
        let (dir, now) = (self.home.text("NPKI"), self.lab.now().to_string());
        let root = self.home.text("root.der");
        let line = ["--dir", &dir, "--now", &now, "--json", "cmp", verb];
        let server = ["--server", &url, "--root", &root];
        npki(&[&line[..], &server, options].concat(), secrets)
    }

    pub(crate) fn issue(&self, order: &Registration, options: &[&str]) -> Ran {
        let line = ["--ref", order.reference.as_str()];
        let code = code(&order.authorization_code);
        self.npki("issue", &[&line[..], options].concat(), &[&code, PASSWORD])
    }

    pub(crate) fn asked(&self) -> Vec<&'static str> {
        self.asked.lock().unwrap().clone()
    }

    /// The only entry.
    pub(crate) fn stored(&self) -> Bundle {
        let entries = self.home.medium().list().unwrap();
        let [entry] = &entries[..] else {
            panic!("{} entries", entries.len())
        };
        self.home.medium().load(&entry.id).unwrap()
    }

    /// What the CA says of both.
    pub(crate) fn status(&self, pair: &Bundle) -> [CertificateStatus; 2] {
        let ca = self.lab.ca(Issuer::Yessign).unwrap();
        [&pair.sign, pair.km.as_ref().unwrap()].map(|half| {
            ca.status(half.certificate.serial_number().octets())
                .unwrap()
        })
    }
}

fn code(code: &AuthorizationCode) -> String {
    code.expose_code().to_owned()
}

#[test]
fn a_pair_is_issued_and_renewed_as_one() {
    let ledgers = LabLedgers::in_memory();
    let scene = Scene::new(&ledgers);
    let order = scene.order();
    scene.play(|| {
        // One key for an order of two: refused in the CA's words, and nothing is stored.
        let refused = scene.issue(&order, &["--pair=never"]).with(1).json();
        assert_eq!(refused["error"]["kind"], "refused-by-ca");
        let words = &refused["error"]["message"];
        assert!(
            words["ko"].as_str().unwrap().contains("암호화용"),
            "{words}"
        );
        assert!(
            words["en"].as_str().unwrap().contains("two keys"),
            "{words}"
        );
        assert_eq!(scene.asked(), ["genm", "ir"]);
        assert!(scene.home.medium().list().unwrap().is_empty());

        let issued = scene.issue(&order, &["--pair"]).with(0).json();
        assert_eq!(scene.asked(), ["genm", "ir", "certConf"]);
        let first = scene.stored();
        let km = &first.km.as_ref().unwrap().certificate;
        assert_eq!(issued["km_serial"], km.serial_number().to_string());
        let sign = &first.sign.certificate;
        assert_eq!(issued["serial"], sign.serial_number().to_string());
        let [.., last] = sign.serial_number().octets() else {
            panic!("a serial number")
        };
        assert_eq!(
            km.serial_number().octets().last(),
            Some(&last.wrapping_add(1))
        );
        assert!(matches!(
            scene.status(&first),
            [CertificateStatus::Good, CertificateStatus::Good]
        ));
        let check = ["check", "--json"];
        let checked = scene.home.npki(&check, &[PASSWORD]).with(0).json();
        assert_eq!(
            (&checked["km"], &checked["pair"]),
            (&"opens".into(), &"matches".into())
        );

        // Too early (R11): the old pair stays, octet for octet.
        let before = scene.home.tree();
        scene.npki("renew", &[], &[PASSWORD, NEW]).with(1);
        assert_eq!(scene.home.tree(), before);
        let day = sign.not_after().kst_day().plus_days(-30);
        scene
            .lab
            .wait_until(day.start().saturating_add(Duration::from_secs(12 * 3600)));

        // The CA says that a pair is renewed; nobody has to.
        let renewed = scene.npki("renew", &[], &[PASSWORD, NEW]).with(0).json();
        assert_eq!(scene.asked(), ["genm", "genm", "kur", "certConf"]);
        let second = scene.stored();
        let km = &second.km.as_ref().unwrap().certificate;
        assert_eq!(renewed["km_serial"], km.serial_number().to_string());
        assert!(matches!(
            scene.status(&second),
            [CertificateStatus::Good, CertificateStatus::Good]
        ));
        assert!(matches!(
            scene.status(&first),
            [CertificateStatus::Revoked(_), CertificateStatus::Revoked(_)]
        ));
        let sealed = &second.km.as_ref().unwrap().key;
        let password = Password::new(NEW).unwrap();
        assert!(sealed.open(&password, &Bounds::default()).is_ok());
    });
}

/// Both sides look at messageTime where they are told to; a second decides.
#[test]
fn messages_of_another_time() {
    let now: Instant = NOW.parse().unwrap();
    for (server, client, late, refused) in [
        (&["--time-window", "60"][..], &[][..], 60, None),
        (&["--time-window", "60"], &[], 61, Some("refused-by-ca")),
        (&[], &["--time-window", "60"], 60, None),
        (&[], &["--time-window", "60"], 61, Some("answer-time")),
    ] {
        let served = Served::new(&[server, &["--now", NOW]].concat());
        served.fetch("root.der");
        let [_, reference, _, code] = served.order.split(' ').collect::<Vec<_>>()[..] else {
            panic!("{}", served.order)
        };
        let path = |name: &str| served.dir.path().join(name).to_str().unwrap().to_owned();
        let (dir, root, url) = (
            path("NPKI"),
            path("root.der"),
            format!("http://{}/pkix/", served.address),
        );
        let at = now.saturating_add(Duration::from_secs(late)).to_string();
        let line = ["--dir", &dir, "--now", &at, "--json", "cmp", "issue"];
        let order = ["--server", &url, "--root", &root, "--ref", reference];
        let code = code.trim_start_matches("pass:");
        let ran = npki(&[&line[..], &order, client].concat(), &[code, PASSWORD]);
        match refused {
            None => {
                let issued = ran.with(0).json();
                assert_eq!(issued["km_serial"], serde_json::Value::Null);
            }
            Some(kind) => {
                let said = ran.with(1).json();
                assert_eq!(said["error"]["kind"], kind, "{said}");
                assert!(
                    said["error"]["message"]["ko"]
                        .as_str()
                        .unwrap()
                        .contains("시계")
                );
            }
        }
    }
}
