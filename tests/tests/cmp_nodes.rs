//! Two CA nodes on one ledger: what one begins the other ends; and many orders at once, with a node that dies.
//!
//! `NPKI_ISSUES` says how many: on SQLite, and on PostgreSQL (`500 60` without it).

#![expect(
    clippy::unwrap_used,
    reason = "a test that finds something else than it expects is to stop"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use npki_ca::{BankPort, Ca, CertificateStatus, cmp::CmpCa};
use npki_cmp::client::{ClientError, Credential, Enrolling, Issued, Kind, Step, Wanted};
use npki_cmp::{Body, FailureInfo, MacAlgorithm, MacKind, Message, Protector};
use npki_core::{
    AuthorizationCode, HashAlgorithm, Holder, Instant, Issuer, Order, OrderAction, OrderId,
    OrderNews, PortError, Product, Registration, RevocationReason, Sentence, SubjectNames,
    ValidityRule,
};
use npki_key::{KeyKind, PrivateKey, SigningKey};
use npki_lab::{Authorities, LabRng};
use npki_ledger::faults::{Fault, FaultyLedger, Then, When};
use npki_ledger::{Ledger, MemoryLedger, SealingKey};
use npki_ledger_postgres::PostgresLedger;
use npki_ledger_sqlite::SqliteLedger;
use npki_tests::now;

use cluster::{Cluster, QUICK};

#[path = "../../crates/npki-ledger-postgres/tests/cluster/mod.rs"]
mod cluster;
#[path = "cmp_nodes/server.rs"]
mod server;

/// A bank that says yes to everything, and hears.
#[derive(Debug, Default)]
struct Bank {
    /// Which orders were confirmed, with the serial numbers.
    confirmed: Mutex<Vec<(OrderId, Vec<u8>)>>,
    /// How many more questions get no answer.
    silent: AtomicUsize,
}

impl BankPort for Bank {
    fn check(&self, _: &OrderId, _: Instant) -> Result<(), PortError> {
        let less = |silent: usize| silent.checked_sub(1);
        match self
            .silent
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, less)
        {
            Ok(_) => Err(PortError::Unknown),
            Err(_) => Ok(()),
        }
    }

    fn order_for(
        &self,
        _: Issuer,
        _: &[u8],
        _: OrderAction,
        _: &[u8; 32],
        _: Instant,
    ) -> Result<Order, PortError> {
        Err(PortError::Refused(Sentence::fixed(
            "없습니다",
            "there is none",
        )))
    }

    fn revocation_by_certificate(
        &self,
        _: Issuer,
        _: &[u8],
        _: RevocationReason,
        _: &[u8; 32],
        _: Instant,
    ) -> Result<(), PortError> {
        Ok(())
    }

    fn news(&self, news: &OrderNews) -> Result<(), PortError> {
        if let OrderNews::Confirmed {
            order, certificate, ..
        } = news
        {
            let serial = certificate.serial.as_bytes().to_vec();
            self.confirmed.lock().unwrap().push((*order, serial));
        }
        Ok(())
    }
}

struct Scene {
    authorities: Authorities,
    bank: Bank,
}

impl Scene {
    fn new() -> Self {
        let begin = now().kst_day().plus_days(-365).start();
        Self {
            authorities: Authorities::make(begin, &mut LabRng::new(1)).unwrap(),
            bank: Bank::default(),
        }
    }

    /// A node: nothing of it stays but what is in the ledger.
    fn ca<'a>(&'a self, ledger: &'a dyn Ledger) -> Ca<'a> {
        let yessign = self.authorities.ca(Issuer::Yessign).unwrap();
        Ca::new(&yessign.settings, &yessign.keys, ledger, &self.bank)
    }

    fn answer(&self, ledger: &dyn Ledger, message: &[u8], seed: u64) -> Vec<u8> {
        let keys = &self.authorities.ca(Issuer::Yessign).unwrap().cmp;
        CmpCa::new(self.ca(ledger), keys)
            .answer(message, now(), &mut LabRng::new(seed))
            .unwrap()
    }

    fn order(&self, ledger: &dyn Ledger, number: u32) -> Registration {
        self.order_of(ledger, number, Order::SIGN)
    }

    fn order_of(&self, ledger: &dyn Ledger, number: u32, profile: &str) -> Registration {
        let order = self.bank_order(number, profile);
        let mut rng = LabRng::new(u64::from(number) + 1_500_000);
        let registered = self.ca(ledger).register(&order, now(), &mut rng);
        registered.unwrap().unwrap()
    }

    fn bank_order(&self, number: u32, profile: &str) -> Order {
        let mut octets = [0; 16];
        octets
            .iter_mut()
            .zip(number.to_be_bytes())
            .for_each(|(to, from)| *to = from);
        let id = OrderId::from_octets(octets);
        let mut rng = LabRng::new(u64::from(number) + 1_000_000);
        let key = SealingKey::new(b"idn-1", zeroize::Zeroizing::new([7; 32])).unwrap();
        Order {
            version: Order::VERSION,
            id,
            action: OrderAction::Issue,
            product: Product::PersonalLimited,
            holder: Holder::Individual,
            issuer: Issuer::Yessign,
            profile: profile.into(),
            names: SubjectNames {
                real_name: "홍길동".into(),
                english_name: String::new(),
                ra_unit: "LAB".into(),
            },
            validity: ValidityRule::OneYear,
            replaces: None,
            ends: now().saturating_add(Duration::from_secs(86_400)),
            idn: key.seal(id.octets(), b"9921013000000", &mut rng).unwrap(),
        }
    }
}

/// A subscriber's program: it asks, and asks again, until it knows.
struct Client<'a> {
    credential: Credential<'a>,
    key: Box<dyn SigningKey>,
    /// Of a pair.
    km_key: Option<Box<dyn SigningKey>>,
    trust: &'a [npki_cert::Certificate],
    rng: LabRng,
}

impl<'a> Client<'a> {
    fn new(
        registration: &'a Registration,
        number: u32,
        trust: &'a [npki_cert::Certificate],
    ) -> Self {
        let mut rng = LabRng::new(u64::from(number) + 2_000_000);
        let key = PrivateKey::generate(KeyKind::P256, &mut rng).unwrap();
        Self {
            credential: Credential::Code {
                reference: &registration.reference,
                code: &registration.authorization_code,
                mac: MacKind::Pbm,
            },
            key: key.signing_key().unwrap(),
            km_key: None,
            trust,
            rng,
        }
    }

    fn ask(&mut self, implicit: bool) -> Enrolling<'_> {
        let wanted = Wanted {
            kind: Kind::Initial,
            key: &*self.key,
            km_key: self.km_key.as_deref(),
            subject: None,
            random_number: None,
            implicit_confirmation: implicit,
        };
        let nobody = npki_cert::Name::parse(&[0x30, 0]).unwrap();
        Enrolling::begin(
            &wanted,
            &self.credential,
            &self.trust,
            &nobody,
            now(),
            &mut self.rng,
        )
        .unwrap()
    }
}

fn issued<'a>(asking: Enrolling<'a>, answer: &[u8]) -> Result<Issued<'a>, ClientError> {
    match asking.take(answer, now(), &mut LabRng::new(3))? {
        Step::Issued(issued) => Ok(*issued),
        Step::Wait { .. } => panic!("nobody waits here"),
    }
}

/// Same bytes, same answer, by whichever node and after a restart; then certConf twice; then no more.
#[test]
fn what_one_node_begins_another_ends() {
    let scene = Scene::new();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ca.sqlite");
    let open = || SqliteLedger::open(&path).unwrap();
    let (one, two) = (open(), open());
    for (number, implicit) in [(2, false), (3, true)] {
        let registration = scene.order(&one, number);
        let mut client = Client::new(&registration, number, &[]);
        let asking = client.ask(implicit);
        let message = asking.message().to_vec();
        // Its answer is lost; another node is asked, which was started just now.
        let _ = scene.answer(&one, &message, 1);
        let answer = scene.answer(&open(), &message, 2);
        let found = issued(asking, &answer).unwrap();
        assert_eq!(found.is_confirmed(), implicit);
        let certificate = found.certificate().clone();
        let ca = scene.ca(&two);
        let serial = certificate.serial_number().octets();
        if !implicit {
            assert_eq!(ca.status(serial).unwrap(), CertificateStatus::Unconfirmed);
            let mut confirming = found.confirm(now(), &mut LabRng::new(4)).unwrap();
            for ledger in [&one, &two] {
                let answer = scene.answer(ledger, confirming.message(), 5);
                confirming.take(&answer, now()).unwrap();
            }
        }
        assert_eq!(ca.status(serial).unwrap(), CertificateStatus::Good);
        // Confirmed, the same bytes get nothing more, unless the confirmation was implicit: then they do while it could
        // have been confirmed.
        let kind = |message: &[u8]| {
            let answer = Message::parse(&scene.answer(&two, message, 6)).unwrap();
            answer.body().name()
        };
        assert_eq!(kind(&message), if implicit { "ip" } else { "error" });
    }
}

/// One issue over CMP with the same octets each time, as far as it gets; nothing when the CA could not answer.
fn live(
    scene: &Scene,
    ledger: &dyn Ledger,
    registration: &Registration,
    implicit: bool,
) -> Option<()> {
    let mut client = Client::new(registration, 1, &[]);
    let asking = client.ask(implicit);
    let answer = scene.answer(ledger, asking.message(), 1);
    let found = issued(asking, &answer).ok()?;
    if !found.is_confirmed() {
        let mut confirming = found.confirm(now(), &mut LabRng::new(4)).unwrap();
        let answer = scene.answer(ledger, confirming.message(), 2);
        confirming.take(&answer, now()).ok()?;
    }
    Some(())
}

/// The CA dies, or loses what its ledger says, at every commit of an issue over CMP: whoever asks again gets the same
/// certificate, what was signed is what was recorded, and it is confirmed once.
#[test]
fn every_commit_of_an_issue_may_fail() {
    for implicit in [false, true] {
        let scene = Scene::new();
        let calls = {
            let memory = MemoryLedger::new();
            let registration = scene.order(&memory, 1);
            let counting = FaultyLedger::new(&memory);
            live(&scene, &counting, &registration, implicit).unwrap();
            counting.calls()
        };
        assert!(calls >= 3, "{calls}");
        for call in 1..=calls {
            for when in [When::Before, When::After] {
                for then in [Then::Dies, Then::GoesOn] {
                    let fault = Fault { call, when, then };
                    let memory = MemoryLedger::new();
                    let registration = scene.order(&memory, 1);
                    let dying = FaultyLedger::new(&memory);
                    dying.arm(fault);
                    let first = live(&scene, &dying, &registration, implicit);
                    let again = live(&scene, &memory, &registration, implicit);
                    let count = |kind: &str| {
                        let records = memory.records(0, 1_000).unwrap();
                        records
                            .iter()
                            .filter(|r| r.record().kind.as_str() == kind)
                            .count()
                    };
                    // Refused only when the confirmation had come through and its answer was lost.
                    assert!(
                        again.is_some() || count("ca.confirmed") == 1,
                        "{fault:?} {first:?}"
                    );
                    for kind in ["ca.recorded", "ca.signed", "ca.confirmed"] {
                        assert_eq!(count(kind), 1, "{fault:?} {kind}");
                    }
                    let ca = scene.ca(&memory);
                    assert_eq!(ca.unfinished().unwrap().len(), 0, "{fault:?}");
                    ca.reconcile(now()).unwrap();
                    let news = scene.bank.confirmed.lock().unwrap();
                    let (_, serial) = news.last().unwrap();
                    assert_eq!(ca.status(serial).unwrap(), CertificateStatus::Good);
                    let certificate = ca.find(serial).unwrap().unwrap();
                    let tbs = HashAlgorithm::Sha256.digest(certificate.tbs_der());
                    // The digest that was recorded before the signature stands in the record's payload.
                    let records = memory.records(0, 1_000).unwrap();
                    let recorded = records
                        .iter()
                        .find(|r| r.record().kind.as_str() == "ca.recorded")
                        .unwrap();
                    let payload = &recorded.record().payload;
                    assert!(
                        payload.windows(32).any(|part| part == tbs.octets()),
                        "{fault:?}"
                    );
                }
            }
        }
    }
}

/// A certificate whose certConf never comes lapses; one that comes too late is told so.
#[test]
fn never_confirmed_lapses() {
    let scene = Scene::new();
    let ledger = MemoryLedger::new();
    let registration = scene.order(&ledger, 1);
    let mut client = Client::new(&registration, 1, &[]);
    let asking = client.ask(false);
    let answer = scene.answer(&ledger, asking.message(), 1);
    let found = issued(asking, &answer).unwrap();
    let serial = found.certificate().serial_number().octets().to_vec();
    let mut confirming = found.confirm(now(), &mut LabRng::new(4)).unwrap();
    let late = now().saturating_add(Duration::from_secs(601));
    let keys = &scene.authorities.ca(Issuer::Yessign).unwrap().cmp;
    let answer = CmpCa::new(scene.ca(&ledger), keys)
        .answer(confirming.message(), late, &mut LabRng::new(5))
        .unwrap();
    match confirming.take(&answer, late).unwrap_err() {
        ClientError::Refused { failures, texts } => {
            let text = texts.join(" ");
            assert_eq!(failures, [FailureInfo::BadRequest]);
            assert!(text.contains("확인 기한"), "{text}");
        }
        other => panic!("{other:?}"),
    }
    let ca = scene.ca(&ledger);
    ca.reconcile(late).unwrap();
    assert!(matches!(
        ca.status(&serial).unwrap(),
        CertificateStatus::Revoked(_)
    ));
}

/// A transaction's name belongs to the octets that began it, at every node.
#[test]
fn another_request_under_the_same_name_is_refused() {
    let scene = Scene::new();
    let ledger = MemoryLedger::new();
    let registration = scene.order(&ledger, 1);
    let mut client = Client::new(&registration, 1, &[]);
    let asking = client.ask(false);
    let message = Message::parse(asking.message()).unwrap();
    let first = scene.answer(&ledger, message.der(), 1);
    assert_eq!(Message::parse(&first).unwrap().body().name(), "ip");
    // The same words with another salt.
    let mut rng = LabRng::new(9);
    let code = &registration.authorization_code;
    let mac = MacAlgorithm::pbm(&mut rng);
    let with = Protector::Code { code, mac };
    let other = Message::protect(
        message.header().clone(),
        message.body().clone(),
        [],
        &with,
        &mut rng,
    )
    .unwrap();
    let answer = Message::parse(&scene.answer(&ledger, other.der(), 2)).unwrap();
    answer.verify_mac(code).unwrap();
    let Body::Error(error) = answer.body() else {
        panic!("{answer:?}")
    };
    assert_eq!(
        error.status.failures().collect::<Vec<_>>(),
        [FailureInfo::TransactionIdInUse]
    );
    // The first one is answered as before.
    let again = Message::parse(&scene.answer(&ledger, message.der(), 3)).unwrap();
    assert_eq!(again.body(), Message::parse(&first).unwrap().body());
}

/// A node in a process of its own: serves its share of the orders, from the first one, however often it is started.
#[test]
#[ignore = "started by the test below"]
fn node() {
    let place = std::env::var("NPKI_NODE_LEDGER").unwrap();
    let share = |name| std::env::var(name).unwrap().parse::<u32>().unwrap();
    let (from, to) = (share("NPKI_NODE_FROM"), share("NPKI_NODE_TO"));
    let scene = Scene::new();
    let ledger = open(&place);
    let ledger = &*ledger;
    for number in from..to {
        let registration = scene.order(ledger, number);
        let mut client = Client::new(&registration, number, &[]);
        let asking = client.ask(number % 3 == 0);
        let message = asking.message().to_vec();
        let seed = u64::from(number);
        // One in five answers is lost and asked for again.
        if number % 5 == 0 {
            let _ = scene.answer(ledger, &message, seed + 10_000_000);
        }
        let answer = scene.answer(ledger, &message, seed + 20_000_000);
        match issued(asking, &answer) {
            Ok(found) if found.is_confirmed() => {}
            Ok(found) => {
                let mut confirming = found.confirm(now(), &mut LabRng::new(seed)).unwrap();
                // One in seven confirmations is sent twice.
                for _ in 0..=u32::from(number % 7 == 0) {
                    let answer = scene.answer(ledger, confirming.message(), seed + 30_000_000);
                    confirming.take(&answer, now()).unwrap();
                }
            }
            // An earlier life of this process came to the confirmation.
            Err(ClientError::Refused { texts, .. }) => {
                let text = texts.join(" ");
                assert!(text.contains("이미"), "{text}");
            }
            Err(other) => panic!("{number}: {other:?}"),
        }
    }
}

/// A file of SQLite, or the address of a PostgreSQL cluster.
fn open(place: &str) -> Box<dyn Ledger> {
    match place.starts_with('/') {
        true => Box::new(SqliteLedger::open(place).unwrap()),
        false => Box::new(PostgresLedger::open(place, "ca").unwrap()),
    }
}

fn count(nth: usize) -> u32 {
    let counts = std::env::var("NPKI_ISSUES").unwrap_or_else(|_| "500 60".into());
    counts.split(' ').nth(nth).unwrap().parse().unwrap()
}

#[test]
fn two_nodes_one_killed_on_sqlite() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ca.sqlite");
    two_nodes_one_killed("SQLite", path.to_str().unwrap(), count(0));
}

#[test]
fn two_nodes_one_killed_on_postgres() {
    if let Some(cluster) = Cluster::start(QUICK) {
        two_nodes_one_killed("PostgreSQL", cluster.url(), count(1));
    }
}

/// Two processes on one database, one of them killed and started again: serials are unique, no order is issued twice,
/// none is lost, and what was signed is what was recorded.
fn two_nodes_one_killed(kind: &str, place: &str, count: u32) {
    let ledger = open(place);
    let ledger = &*ledger;
    let start = |from: u32, to: u32| {
        Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "node"])
            .env("NPKI_NODE_LEDGER", place)
            .env("NPKI_NODE_FROM", from.to_string())
            .env("NPKI_NODE_TO", to.to_string())
            .stdout(Stdio::null())
            .spawn()
            .unwrap()
    };
    let half = count / 2;
    let (mut one, mut two) = (start(0, half), start(half, count));
    // Somewhere in its work, and then once more.
    for part in [6, 3] {
        while ledger.head().unwrap().size < u64::from(count / part) * 2
            && one.try_wait().unwrap().is_none()
        {
            std::thread::sleep(Duration::from_millis(1));
        }
        one.kill().unwrap();
        one.wait().unwrap();
        one = start(0, half);
    }
    assert!(one.wait().unwrap().success());
    assert!(two.wait().unwrap().success());

    let mut kinds: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    let mut from = 0;
    loop {
        let records = ledger.records(from, 1_000).unwrap();
        if records.is_empty() {
            break;
        }
        from += u64::try_from(records.len()).unwrap();
        for recorded in records {
            let record = recorded.record();
            let streams = kinds.entry(record.kind.as_str().to_owned()).or_default();
            *streams.entry(record.stream.to_string()).or_default() += 1;
        }
    }
    for kind in ["ca.registered", "ca.recorded", "ca.signed", "ca.confirmed"] {
        let streams = kinds.get(kind).unwrap();
        assert_eq!(
            streams.len(),
            usize::try_from(count).unwrap(),
            "{kind}: each order"
        );
        assert!(
            streams.values().all(|times| *times == 1),
            "{kind}: and each once"
        );
    }
    let scene = Scene::new();
    let ca = scene.ca(ledger);
    while ca.reconcile(now()).unwrap().delivered > 0 {}
    let news = scene.bank.confirmed.lock().unwrap();
    let orders: BTreeSet<_> = news.iter().map(|(order, _)| *order).collect();
    let serials: BTreeSet<_> = news.iter().map(|(_, serial)| serial.clone()).collect();
    assert_eq!(
        (orders.len(), serials.len()),
        (count.try_into().unwrap(), count.try_into().unwrap())
    );
    for (_, serial) in news.iter() {
        assert_eq!(ca.status(serial).unwrap(), CertificateStatus::Good);
        let signed = ca.find(serial).unwrap().unwrap();
        assert_eq!(signed.serial_number().octets(), serial);
    }
    assert_eq!(ca.unfinished().unwrap().len(), 0);
    println!("{count} issues by two nodes on {kind}, one killed twice");
}

#[test]
fn requests_in_every_order_give_one_certificate() {
    // Two programs with the same numbers and different keys: one of them gets a certificate.
    let scene = Scene::new();
    let ledger = MemoryLedger::new();
    let registration = scene.order(&ledger, 1);
    let granted = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for number in 0..4_u32 {
            let (scene, ledger, registration, granted) = (&scene, &ledger, &registration, &granted);
            scope.spawn(move || {
                let ca = scene.authorities.ca(Issuer::Yessign).unwrap();
                let trusted = [ca.cmp.certificate.clone()];
                let mut client = Client::new(registration, number, &trusted);
                let asking = client.ask(false);
                let answer = scene.answer(ledger, asking.message(), u64::from(number));
                match issued(asking, &answer) {
                    Ok(_) => drop(granted.fetch_add(1, Ordering::Relaxed)),
                    Err(ClientError::Refused { texts, .. }) => {
                        let text = texts.join(" ");
                        assert!(text.contains("참조번호"), "{text}");
                    }
                    Err(other) => panic!("{other:?}"),
                }
            });
        }
    });
    assert_eq!(granted.into_inner(), 1);
}
