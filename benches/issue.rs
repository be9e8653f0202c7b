//! Certificates a second, from a request to a certificate that is on record: code and proof of possession checked, the
//! TBS made, linted, recorded, signed, recorded.
//!
//! ```sh
//! cargo bench -p npki-benches --bench issue
//! ```
//!
//! The CA has an RSA-2048 key, in each of the two backends; its subscribers too. In each round a new ledger, in memory or
//! SQLite with `synchronous=FULL`, gets 64 orders and requests, which is not measured; then the CA answers them one by one,
//! or in groups: that many threads at once, whose commits the ledger joins. The first row of each table is the bare
//! signature by the same handle, by as many threads. One by one in memory time is the processor's, else the wall clock's.
//!
//! A row of its own is what the backend takes to verify a proof of possession, which is a part of every other row of ours.
//!
//! rcgen (on AWS-LC) builds and signs, and `openssl ca` takes 64 requests at once into its text file: neither checks who
//! asks, nor keeps a record that shows what was changed. Figures: `benches/README.md`.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant as Clock};

use npki::system_rng;
use npki_benches::{Row, Table, openssl, processor_time, rounds_or};
use npki_ca::{
    BankPort, BareRequest, Ca, CaKeys, CaSettings, CertificateKey, CodeKey, CrlKey, ceremony,
};
use npki_cert::{Deviations, Name, PolicyArc};
use npki_core::{
    Holder, Instant, Issuer, Order, OrderAction, OrderId, OrderNews, PortError, Product,
    RevocationReason, Sentence, SubjectNames, ValidityRule,
};
use npki_key::{KeyKind, PrivateKey, SigningKey, VerifyError};
use npki_key_aws_lc::AwsLcSigningKey;
use npki_ledger::{Ledger, MemoryLedger, SealingKey};
use npki_ledger_sqlite::SqliteLedger;
use zeroize::Zeroizing;

fn main() -> Result<(), Box<dyn Error>> {
    let rounds = rounds_or(7);
    println!("{rounds} rounds of {COUNT} certificates");
    let subjects = (0..COUNT)
        .map(|_| {
            let key = PrivateKey::generate(KeyKind::Rsa { bits: 2_048 }, &mut system_rng())?;
            key.signing_key()
        })
        .collect::<Result<Vec<_>, _>>()?;
    let key = PrivateKey::parse(RSA)?;
    type Handle<'a> = &'a dyn Fn() -> Result<Box<dyn SigningKey>, Box<dyn Error>>;
    let backends: [(&str, Handle<'_>); 2] = [
        ("npki-key", &|| Ok(key.signing_key()?)),
        ("npki-key-aws-lc", &|| {
            Ok(Box::new(AwsLcSigningKey::new(&key)?))
        }),
    ];
    for (name, handle) in backends {
        let world = World::new(handle, &subjects)?;
        one_by_one(name, &world, &*handle()?, rounds);
        for threads in [1, 8, 64] {
            in_groups(name, &world, &*handle()?, threads, rounds)?;
        }
    }
    Ok(())
}

fn one_by_one(name: &str, world: &World<'_>, bare: &dyn SigningKey, rounds: usize) {
    println!("\n{name}, one by one, processor's time");
    let mut table = Table::default();
    table.add(Row::here("the bare signature", COUNT, || {
        bare.sign(MESSAGE, &mut system_rng())
    }));
    table.add(Row::new("in memory (goal 1 / 0.95 = 1.05)", || {
        let ledger = MemoryLedger::new();
        world.measured(&ledger, |ca, requests| {
            let start = processor_time();
            issue(ca, requests)?;
            Ok((processor_time() - start) / f64::from(COUNT))
        })
    }));
    if let Ok(verify) = possession_verified(world, bare) {
        table.add(Row::here("of it the proof of possession", COUNT, verify));
    }
    if let Ok(rcgen) = rcgen_issues() {
        table.add(Row::here("rcgen on AWS-LC", COUNT, rcgen));
    }
    table.run(rounds);
    table.print((1e3, "µs"));
}

fn in_groups(
    name: &str,
    world: &World<'_>,
    bare: &dyn SigningKey,
    threads: usize,
    rounds: usize,
) -> Result<(), Box<dyn Error>> {
    println!("\n{name}, {threads} at once, by the wall's clock");
    let folder = tempfile::tempdir()?;
    let signatures = vec![(); usize::try_from(COUNT)?];
    let measured = |ledger: &dyn Ledger| {
        world.measured(ledger, |ca, requests| {
            Ok(in_threads(requests, threads, |some| issue(ca, some)))
        })
    };
    let mut number = 0_u32;
    let mut table = Table::default();
    table.add(Row::new("the bare signature", || {
        in_threads(&signatures, threads, |some| {
            for () in some {
                bare.sign(MESSAGE, &mut system_rng())?;
            }
            Ok(())
        })
    }));
    table.add(Row::new("in memory", || measured(&MemoryLedger::new())));
    table.add(Row::new("durable in SQLite (goal 1 / 0.70 = 1.43)", || {
        number += 1;
        SqliteLedger::open(folder.path().join(number.to_string()))
            .map_or(f64::NAN, |ledger| measured(&ledger))
    }));
    if threads == 1 {
        let openssl = folder.path().join("openssl");
        if openssl_prepares(&openssl).is_ok() {
            table.add(Row::new("openssl ca, one process for all", move || {
                openssl_issues(&openssl).unwrap_or(f64::NAN)
            }));
        }
    }
    table.run(rounds);
    table.print((1e3, "µs"));
    Ok(())
}

/// Nanoseconds of the wall's clock for one of `all`, which so many threads share.
fn in_threads<T: Sync>(
    all: &[T],
    threads: usize,
    work: impl Fn(&[T]) -> Result<(), Box<dyn Error>> + Sync,
) -> f64 {
    let share = all.len().div_ceil(threads);
    let start = Clock::now();
    let fine = thread::scope(|scope| {
        let work = &work;
        let running: Vec<_> = all
            .chunks(share)
            .map(|some| scope.spawn(move || work(some).is_ok()))
            .collect();
        running.into_iter().all(|one| one.join().unwrap_or(false))
    });
    match fine {
        true => start.elapsed().as_secs_f64() * 1e9 / f64::from(COUNT),
        false => f64::NAN,
    }
}

fn issue(ca: &Ca<'_>, requests: &[BareRequest]) -> Result<(), Box<dyn Error>> {
    for request in requests {
        let redeemed = ca.redeem(&request.as_request(), at()?, &mut system_rng())?;
        let grant = redeemed.map_err(|refusal| format!("{refusal:?}"))?;
        ca.sign(grant, at()?, &mut system_rng())?;
    }
    Ok(())
}

/// A CA, and keys of subscribers.
struct World<'a> {
    settings: CaSettings,
    keys: CaKeys,
    subjects: &'a [Box<dyn SigningKey>],
}

impl<'a> World<'a> {
    fn new(
        handle: &dyn Fn() -> Result<Box<dyn SigningKey>, Box<dyn Error>>,
        subjects: &'a [Box<dyn SigningKey>],
    ) -> Result<Self, Box<dyn Error>> {
        let (from, to) = ("2026-01-01".parse()?, "2036-01-01".parse()?);
        let rng = &mut system_rng();
        let root_key = PrivateKey::generate(KeyKind::P256, rng)?.signing_key()?;
        let name = Name::from_npki_text("cn=Bench RootCA,o=Bench,c=KR")?;
        let root = ceremony::root(&*root_key, &name, from, to, rng)?;
        let handle_of_ca = handle()?;
        let ca = ceremony::IssuingCa {
            name: &Name::from_npki_text("cn=Bench CA,ou=AccreditedCA,o=Bench,c=KR")?,
            real_name: "시험 인증기관",
            public_key: handle_of_ca.public_key(),
            not_before: from,
            not_after: to,
            notice: "시험용",
            cps_uri: "http://root.bench.example/cps.html",
            arl_uri: "http://root.bench.example/arl.crl",
        };
        let sealing = |id: &str| SealingKey::new(id.as_bytes(), Zeroizing::new([3; 32]));
        Ok(Self {
            settings: CaSettings {
                issuer: Issuer::Yessign,
                certificate: ceremony::issuing_ca(&root, &*root_key, &ca, rng)?,
                arc: PolicyArc::Lab,
                deviations: Deviations::Korean,
                notice: "이 인증서는 시험용 인증서입니다".into(),
                cps_uri: "http://ca.bench.example/cps.html".into(),
                crl_uri: "http://ca.bench.example/ca.crl".into(),
                crl_partitions: 1,
                ocsp_uri: "http://ca.bench.example/ocsp".into(),
                confirm_wait: Duration::from_secs(600),
                code_attempts: 5,
                crl_lifetime: Duration::from_secs(86_400),
            },
            keys: CaKeys {
                certificate: CertificateKey::new(handle()?),
                crl: CrlKey::new(handle()?),
                code: CodeKey::new(b"code", Zeroizing::new([1; 32])),
                sealing: sealing("ca")?,
                idn: sealing("idn")?,
            },
            subjects,
        })
    }

    /// What `work` measures of a CA on this ledger, which has the orders and gets these requests.
    fn measured(
        &self,
        ledger: &dyn Ledger,
        work: impl FnOnce(&Ca<'_>, &[BareRequest]) -> Result<f64, Box<dyn Error>>,
    ) -> f64 {
        let ca = Ca::new(&self.settings, &self.keys, ledger, &Bank);
        let requests: Result<Vec<_>, Box<dyn Error>> = (0_u8..)
            .zip(self.subjects)
            .map(|(number, key)| self.request(&ca, number, &**key))
            .collect();
        requests
            .and_then(|requests| work(&ca, &requests))
            .unwrap_or_else(|error| {
                println!("{error}");
                f64::NAN
            })
    }

    fn request(
        &self,
        ca: &Ca<'_>,
        number: u8,
        key: &dyn SigningKey,
    ) -> Result<BareRequest, Box<dyn Error>> {
        let id = OrderId::from_octets([number; 16]);
        let rng = &mut system_rng();
        let order = Order {
            version: Order::VERSION,
            id,
            action: OrderAction::Issue,
            product: Product::PersonalLimited,
            holder: Holder::Individual,
            issuer: Issuer::Yessign,
            profile: Order::SIGN.into(),
            names: SubjectNames {
                real_name: "홍길동".into(),
                english_name: "HONG GILDONG".into(),
                ra_unit: "KMB".into(),
            },
            validity: ValidityRule::OneYear,
            replaces: None,
            ends: "2026-12-02".parse()?,
            idn: self.keys.idn.seal(id.octets(), IDN, rng)?,
        };
        let registered = ca.register(&order, at()?, rng)?;
        let registered = registered.map_err(|refusal| format!("{refusal:?}"))?;
        let (reference, code) = (&registered.reference, &registered.authorization_code);
        Ok(BareRequest::by_code(reference, code, key, None, rng)?)
    }
}

/// One that says yes.
#[derive(Debug)]
struct Bank;

impl BankPort for Bank {
    fn check(&self, _: &OrderId, _: Instant) -> Result<(), PortError> {
        Ok(())
    }

    fn order_for(
        &self,
        _: Issuer,
        _: &[u8],
        _: OrderAction,
        _: &[u8; 32],
        _: Instant,
    ) -> Result<Order, PortError> {
        Err(PortError::Refused(Sentence::fixed("거절", "refused")))
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

    fn news(&self, _: &OrderNews) -> Result<(), PortError> {
        Ok(())
    }
}

/// What the CA does first: the library of its own key reads a subscriber's key and verifies a signature of it.
fn possession_verified(
    world: &World<'_>,
    own: &dyn SigningKey,
) -> Result<impl FnMut() -> Option<Result<(), VerifyError>>, Box<dyn Error>> {
    let key = world.subjects.first().ok_or("no subject")?;
    let signature = key.sign(MESSAGE, &mut system_rng())?;
    let (algorithm, public_key) = (key.algorithm(), key.public_key());
    Ok(move || {
        let verifier = own.verifier(public_key).ok()?;
        Some(verifier.verify(&algorithm, MESSAGE, signature.octets()))
    })
}

/// Builds and signs: names, serial, times, key usage and alternative name of its own writing.
fn rcgen_issues() -> Result<impl FnMut() -> Result<usize, rcgen::Error>, Box<dyn Error>> {
    let pair = || {
        let key = RSA.to_vec().into();
        rcgen::KeyPair::from_pkcs8_der_and_sign_algo(&key, &rcgen::PKCS_RSA_SHA256)
    };
    let issuer = rcgen::Issuer::new(rcgen::CertificateParams::new([])?, pair()?);
    let subject = pair()?;
    let mut number = 0_u64;
    Ok(move || {
        number += 1;
        let mut params = rcgen::CertificateParams::new(["ca.bench.example".to_owned()])?;
        params.serial_number = Some(number.into());
        params.use_authority_key_identifier_extension = true;
        params.key_usages = vec![rcgen::KeyUsagePurpose::DigitalSignature];
        Ok(params.signed_by(&subject, &issuer)?.der().len())
    })
}

/// A CA of `openssl ca`, and requests.
fn openssl_prepares(folder: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir(folder)?;
    fs::write(folder.join("ca.key"), RSA)?;
    fs::write(folder.join("ca.cnf"), OPENSSL_CA)?;
    let run = |line: &str| openssl(folder, line);
    run("rsa -inform DER -in ca.key -out key.pem")?;
    run("req -x509 -new -key key.pem -subj /CN=Bench -days 3650 -config ca.cnf -out ca.pem")?;
    for number in 0..COUNT {
        let line = "req -new -key key.pem -config ca.cnf";
        run(&format!("{line} -subj /CN=Hong{number} -out {number}.csr"))?;
    }
    Ok(())
}

/// Nanoseconds a certificate: all requests in one process, its start included.
fn openssl_issues(folder: &Path) -> Result<f64, Box<dyn Error>> {
    fs::write(folder.join("index.txt"), "")?;
    fs::write(folder.join("serial"), "01\n")?;
    let files: Vec<_> = (0..COUNT).map(|number| format!("{number}.csr")).collect();
    let start = Clock::now();
    let line = "ca -batch -notext -config ca.cnf -outdir .";
    openssl(folder, &format!("{line} -infiles {}", files.join(" ")))?;
    Ok(start.elapsed().as_secs_f64() * 1e9 / f64::from(COUNT))
}

const OPENSSL_CA: &str = "\
[req]
distinguished_name = dn
[dn]
[ca]
default_ca = bench
[bench]
database = index.txt
serial = serial
new_certs_dir = .
certificate = ca.pem
private_key = key.pem
default_md = sha256
default_days = 365
policy = any
unique_subject = no
[any]
commonName = supplied
";

/// Noon of a day of 2026.
fn at() -> Result<Instant, Box<dyn Error>> {
    Ok(Instant::from_unix_seconds(1_796_094_000)?)
}

/// As many as a key in lanes would sign in a few goes.
const COUNT: u32 = 64;
const IDN: &[u8] = b"9921013000001";
/// As long as the TBS of a subscriber's certificate.
const MESSAGE: &[u8] = &[0x5a; 1_200];
const RSA: &[u8] = include_bytes!("../crates/npki-key/tests/vectors/keys/rsa-2048.der");
