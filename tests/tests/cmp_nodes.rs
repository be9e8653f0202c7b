//! Two CA nodes on one ledger: what one begins the other ends; and many orders at once, with a node that dies.
//!
//! `NPKI_ISSUES` says how many: on SQLite, and on PostgreSQL (`60 500` without it).

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
    AuthorizationCode, Holder, Instant, Issuer, Order, OrderAction, OrderId, OrderNews, PortError,
    Product, RandomNumber, Registration, RevocationReason, Sentence, SubjectNames, ValidityRule,
};
use npki_key::{KeyKind, PrivateKey, SigningKey};
use npki_lab::{Authorities, KeyPool, LabRng};
use npki_ledger::{Change, Ledger, MemoryLedger, Recorded, SealingKey};
use npki_ledger_postgres::PostgresLedger;
use npki_ledger_sqlite::SqliteLedger;
use npki_tests::now;

use cluster::{Cluster, QUICK};

#[path = "../../crates/npki-ledger-postgres/tests/cluster/mod.rs"]
mod cluster;
#[path = "cmp_nodes/codes.rs"]
mod codes;
#[path = "cmp_nodes/kept.rs"]
mod kept;
#[path = "cmp_nodes/server.rs"]
mod server;
#[path = "cmp_nodes/sweep.rs"]
mod sweep;

/// A bank that says yes to everything, and hears.
#[derive(Debug, Default)]
struct Bank {
    /// Which orders were confirmed, with the serial numbers.
    confirmed: Mutex<Vec<(OrderId, Vec<u8>)>>,
    /// How many more questions get no answer.
    silent: AtomicUsize,
    /// What a certificate's signature may ask for.
    renewal: Mutex<Option<Order>>,
}

impl Bank {
    fn answers(&self) -> Result<(), PortError> {
        let less = |silent: usize| silent.checked_sub(1);
        match self
            .silent
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, less)
        {
            Ok(_) => Err(PortError::Unknown),
            Err(_) => Ok(()),
        }
    }
}

impl BankPort for Bank {
    fn check(&self, _: &OrderId, _: Instant) -> Result<(), PortError> {
        self.answers()
    }

    fn order_for(
        &self,
        _: Issuer,
        _: &[u8],
        _: OrderAction,
        _: &[u8; 32],
        _: Instant,
    ) -> Result<Order, PortError> {
        self.answers()?;
        let none = Sentence::fixed("없습니다", "there is none");
        let renewal = self.renewal.lock().unwrap();
        renewal.clone().ok_or(PortError::Refused(none))
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
        self.answer_at(now(), ledger, message, seed)
    }

    fn answer_at(&self, now: Instant, ledger: &dyn Ledger, message: &[u8], seed: u64) -> Vec<u8> {
        let keys = &self.authorities.ca(Issuer::Yessign).unwrap().cmp;
        let ca = CmpCa::new(self.ca(ledger), keys);
        let answered = ca.answer(message, now, &mut LabRng::new(seed));
        answered.unwrap().der
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
        let key = &self.authorities.ca(Issuer::Yessign).unwrap().keys.idn;
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
    /// R, and what it is encrypted to.
    r: Option<(RandomNumber, npki_cert::Certificate)>,
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
            r: None,
            trust,
            rng,
        }
    }

    /// The same with a key-management key of the pool: a pair is asked for.
    fn with_km(self, number: usize) -> Self {
        let key = KeyPool::key(number).unwrap().signing_key();
        Self {
            km_key: Some(key.unwrap()),
            ..self
        }
    }

    /// The same with an R on its way to the CA.
    fn with_r(mut self, to: &npki_cert::Certificate) -> Self {
        self.r = Some((RandomNumber::generate(&mut self.rng), to.clone()));
        self
    }

    fn ask(&mut self, implicit: bool) -> Enrolling<'_> {
        let wanted = Wanted {
            kind: Kind::Initial,
            key: &*self.key,
            km_key: self.km_key.as_deref(),
            subject: None,
            random_number: self.r.as_ref().map(|(r, to)| (r, to)),
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

/// The serial numbers that these records have given away, in their order.
fn serials(records: &[Recorded]) -> Vec<Vec<u8>> {
    let changes = records.iter().flat_map(|r| &r.record().changes);
    let given = changes.filter_map(|change| match change {
        Change::Put { index, key, .. } if index.as_str() == "serial" => Some(key.octets().to_vec()),
        _ => None,
    });
    given.collect()
}

fn issued<'a>(asking: Enrolling<'a>, answer: &[u8]) -> Result<Issued<'a>, ClientError> {
    match asking.take(answer, now(), &mut LabRng::new(3))? {
        Step::Issued(issued) => Ok(*issued),
        Step::Wait { .. } => panic!("nobody waits here"),
    }
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

/// A node in a process of its own, with four clients at once: serves the orders that both nodes serve, and then those of
/// its own, from the first one, however often it is started.
#[test]
#[ignore = "started by the test below"]
fn node() {
    let place = std::env::var("NPKI_NODE_LEDGER").unwrap();
    let said = |name| std::env::var(name).unwrap().parse::<u32>().unwrap();
    let (shared, from, to) = (
        said("NPKI_NODE_SHARED"),
        said("NPKI_NODE_FROM"),
        said("NPKI_NODE_TO"),
    );
    let step = said("NPKI_NODE_PAIR_STEP");
    let (scene, ledger) = (Scene::new(), open(&place));
    std::thread::scope(|scope| {
        for client in 0..CLIENTS {
            let (scene, ledger) = (&scene, &*ledger);
            let own = (0..shared).chain(from..to).skip(client).step_by(CLIENTS);
            scope.spawn(move || own.for_each(|number| serve(scene, ledger, number, step)));
        }
    });
}

const CLIENTS: usize = 4;

/// One order's certificate: asked for, some answers lost, some confirmations sent twice.
fn serve(scene: &Scene, ledger: &dyn Ledger, number: u32, step: u32) {
    let (registration, mut client);
    match km_key(number, step) {
        Some(km) => {
            registration = scene.order_of(ledger, number, Order::SIGN_KM);
            client = Client::new(&registration, number, &[]).with_km(km);
        }
        None => {
            registration = scene.order(ledger, number);
            client = Client::new(&registration, number, &[]);
        }
    }
    let asking = client.ask(number.is_multiple_of(3));
    let message = asking.message().to_vec();
    let seed = u64::from(number);
    // One in five answers is lost and asked for again.
    if number.is_multiple_of(5) {
        let _ = scene.answer(ledger, &message, seed + 10_000_000);
    }
    let answer = scene.answer(ledger, &message, seed + 20_000_000);
    match issued(asking, &answer) {
        Ok(found) if found.is_confirmed() => {}
        Ok(found) => {
            let mut confirming = found.confirm(now(), &mut LabRng::new(seed)).unwrap();
            // One in seven confirmations is sent twice.
            for _ in 0..=u32::from(number.is_multiple_of(7)) {
                let answer = scene.answer(ledger, confirming.message(), seed + 30_000_000);
                confirming.take(&answer, now()).unwrap();
            }
        }
        // The other node, or an earlier life of this one, came to the confirmation.
        Err(ClientError::Refused { texts, .. }) => {
            let text = texts.join(" ");
            assert!(text.contains("이미"), "{text}");
        }
        Err(other) => panic!("{number}: {other:?}"),
    }
}

/// Every `step`th order is of a pair, as long as the pool has keys that no CA has.
fn km_key(number: u32, step: u32) -> Option<usize> {
    let key = Authorities::ISSUERS.len() + 1 + usize::try_from(number / step).unwrap();
    (number.is_multiple_of(step) && key < KeyPool::LEN).then_some(key)
}

/// A file of SQLite, or the address of a PostgreSQL cluster.
fn open(place: &str) -> Box<dyn Ledger> {
    match place.starts_with('/') {
        true => Box::new(SqliteLedger::open(place).unwrap()),
        false => Box::new(PostgresLedger::open(place, "ca").unwrap()),
    }
}

fn count(nth: usize) -> u32 {
    let counts = std::env::var("NPKI_ISSUES").unwrap_or_else(|_| "60 500".into());
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
    let step = count / 26 + 1;
    let pairs = (0..count)
        .filter(|number| km_key(*number, step).is_some())
        .count();
    let start = |from: u32, to: u32| {
        Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "node"])
            .env("NPKI_NODE_LEDGER", place)
            .env("NPKI_NODE_SHARED", (count / 3).to_string())
            .env("NPKI_NODE_FROM", from.to_string())
            .env("NPKI_NODE_TO", to.to_string())
            .env("NPKI_NODE_PAIR_STEP", step.to_string())
            .stdout(Stdio::null())
            .spawn()
            .unwrap()
    };
    // Both begin with a third of the orders, and ask for each of them at once.
    let (shared, half) = (count / 3, count / 3 * 2);
    let (mut one, mut two) = (start(shared, half), start(half, count));
    // Somewhere in its work, and then once more.
    for part in [6, 3] {
        while ledger.head().unwrap().size < u64::from(count / part) * 2
            && one.try_wait().unwrap().is_none()
        {
            std::thread::sleep(Duration::from_millis(1));
        }
        one.kill().unwrap();
        one.wait().unwrap();
        one = start(shared, half);
    }
    assert!(one.wait().unwrap().success());
    assert!(two.wait().unwrap().success());

    let mut kinds: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    let mut given = Vec::new();
    let mut from = 0;
    loop {
        let records = ledger.records(from, 1_000).unwrap();
        if records.is_empty() {
            break;
        }
        given.extend(serials(&records));
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
    // Those of pairs have two.
    let certificates = usize::try_from(count).unwrap() + pairs;
    assert_eq!(given.len(), certificates);
    assert!(serials.is_subset(&given.iter().cloned().collect()));
    for serial in &given {
        assert_eq!(ca.status(serial).unwrap(), CertificateStatus::Good);
        let signed = ca.find(serial).unwrap().unwrap();
        assert_eq!(signed.serial_number().octets(), &**serial);
    }
    assert_eq!(ca.unfinished().unwrap().len(), 0);
    println!("{count} issues by two nodes on {kind}, {pairs} of them pairs, one killed twice");
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
