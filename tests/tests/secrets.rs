//! No secret of a life lies open in any file that bank and CAs write, nor in what `Debug` shows.
//!
//! A life is lived in the lab on SQLite ledgers, and once more on a PostgreSQL server of its own that logs every statement
//! with its parameters. Then every file in the folder, and every file's name, is searched for the subscriber's
//! identification number, private keys, R, authorization codes, account password, PIN and answer to the security card,
//! each as it is and in the forms in which octets become text: ledger files, pages of tables and indexes, write-ahead logs
//! and the server's log.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that finds something else than it expects is to stop"
)]

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use base64ct::{Base64Unpadded, Encoding as _};
use npki_container::{NewPassword, Password, PfxPreset};
use npki_core::{Channel, Issuer, OrderAction, Product, ReplacedBecause, RevocationReason};
use npki_lab::{Authorities, Held, Lab, LabLedgers, Person};
use npki_ledger::{IdempotencyKey, Ledger};
use npki_ledger_postgres::{OpenError, PostgresLedger};
use npki_ledger_sqlite::SqliteLedger;
use npki_media::{Medium as _, Overwrite, export_pfx};
use npki_media_folder::FolderMedium;
use npki_ra::ports::{
    AccountPassword, CardCell, DeviceSerial, Half, MeansAnswer, Otp, Secret, UserId,
};
use npki_ra::{Begin, Command, DetailsForm, Session, SubscriberDetails, TryId};
use npki_tests::readme::{PASSWORD, bundle};
use npki_tests::{generator, now};

#[path = "../../crates/npki-ledger-postgres/tests/cluster/mod.rs"]
mod cluster;

use cluster::Cluster;

const WRONG_CODE: &str = "918274";

const CELLS: [CardCell; 2] = [
    CardCell {
        cell: 3,
        half: Half::First,
    },
    CardCell {
        cell: 17,
        half: Half::Last,
    },
];

/// Something that must not be found, under the name that a failure tells.
struct Canary {
    name: String,
    octets: Vec<u8>,
}

#[test]
fn no_secret_lies_in_a_file() {
    let dir = tempfile::tempdir().unwrap();
    let ledgers = on_disk(dir.path());
    let lab = Lab::new(1, now(), &ledgers).unwrap();
    let person = &customer();
    lab.outside.welcome(person);
    let held = life(&lab, person, dir.path());
    let canaries = canaries(&lab, person, &held);
    drop(lab);
    drop(ledgers);

    let search = Search::new(&canaries);
    let (files, octets, found) = search.files(dir.path(), SystemTime::UNIX_EPOCH);
    assert!(
        files > 6 && octets > 100_000,
        "{files} files, {octets} octets"
    );
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Octets of four are found among those of a whole server by chance, so only longer ones are looked for; they are those
/// of the same life, whose records are the same octets in whatever store.
#[test]
fn no_secret_lies_in_the_folder_of_a_server() {
    let settings = [
        "log_statement=all",
        "log_parameter_max_length=-1",
        "log_parameter_max_length_on_error=-1",
        "autovacuum=off",
        "fsync=off",
    ];
    let Some(mut cluster) = Cluster::start(&settings) else {
        return;
    };
    let began = SystemTime::now();
    let dir = tempfile::tempdir().unwrap();
    let ledgers = LabLedgers::open(|name| {
        let ledger = PostgresLedger::open(cluster.url(), &name.to_lowercase())?;
        let ledger: Box<dyn Ledger> = Box::new(ledger);
        Ok::<_, OpenError>(ledger)
    });
    let ledgers = ledgers.unwrap();
    let lab = Lab::new(1, now(), &ledgers).unwrap();
    let person = &customer();
    lab.outside.welcome(person);
    let held = life(&lab, person, dir.path());
    let mut canaries = canaries(&lab, person, &held);
    canaries.retain(|canary| canary.octets.len() > 5);
    let kinds = canaries
        .iter()
        .map(|canary| &*canary.name)
        .collect::<Vec<_>>();
    for kind in [
        "OTP device",
        "private key",
        "one-time password",
        "R",
        "authorization code",
    ] {
        assert!(kinds.contains(&kind), "{kind}");
    }
    // What is there is found: a record, in a page, in the write-ahead log and in the server's log.
    let records = lab.ra().ledger.records(0, 1_000).unwrap();
    canaries.push(Canary {
        name: "a record".into(),
        octets: records.last().unwrap().der().to_vec(),
    });
    drop(lab);
    drop(ledgers);
    cluster.stop();

    let (files, octets, found) = Search::new(&canaries).files(cluster.folder(), began);
    let (there, found): (Vec<_>, Vec<_>) = found
        .into_iter()
        .partition(|found| found.contains(": a record, "));
    assert!(found.is_empty(), "{}", found.join("\n"));
    assert!(
        files > 100 && octets > 16_000_000,
        "{files} files, {octets} octets"
    );
    for place in ["data/base/", "data/pg_wal/", "log: "] {
        let is_there = there.iter().any(|found| found.starts_with(place));
        assert!(is_there, "{place}: {there:?}");
    }
}

#[test]
fn debug_shows_no_secret() {
    let dir = tempfile::tempdir().unwrap();
    let ledgers = on_disk(dir.path());
    let lab = Lab::new(1, now(), &ledgers).unwrap();
    let person = &customer();
    lab.outside.welcome(person);
    let held = life(&lab, person, dir.path());
    let canaries = canaries(&lab, person, &held);
    let search = Search::new(&canaries);
    let mut found = Vec::new();
    for (name, shown) in shown(&lab, person, &held[0], dir.path()) {
        for hit in search.hits(shown.as_bytes()) {
            found.push(format!("{name}: {hit}\n{shown}"));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn the_search_finds_every_form() {
    let secret = b"9932093000003";
    let canaries = [Canary {
        name: "secret".into(),
        octets: secret.to_vec(),
    }];
    let search = Search::new(&canaries);
    let utf16: Vec<u8> = secret.iter().flat_map(|octet| [*octet, 0]).collect();
    let hidden = [
        secret.to_vec(),
        utf16,
        b"39393332303933303030303033".to_vec(),
        b"%39%39%33%32%30%39%33%30%30%30%30%30%33".to_vec(),
        Base64Unpadded::encode_string(secret).into_bytes(),
        Base64Unpadded::encode_string(b"x9932093000003yz").into_bytes(),
        Base64Unpadded::encode_string(b"xy9932093000003").into_bytes(),
        format!("{secret:?}").into_bytes(),
    ];
    for form in &hidden {
        let around = [b"before ", &form[..], b" behind"].concat();
        assert!(
            search.hits(&around).next().is_some(),
            "{}",
            String::from_utf8_lossy(form)
        );
    }
    assert!(search.hits(b"9932093000004").next().is_none());
}

/// A customer whose few digits are found nowhere by chance.
fn customer() -> Person {
    Person {
        user: "kong".into(),
        idn_digits: "9927154000017".into(),
        phone: "010-0000-7264".into(),
        account: "999-07-7418529".into(),
        account_password: "6173".into(),
        card_serial: "8642".into(),
        app_pin: "918273".into(),
        ..Person::of("lim").unwrap().clone()
    }
}

fn on_disk(dir: &Path) -> LabLedgers {
    let ledger = |name: &str| -> Box<dyn Ledger> {
        Box::new(SqliteLedger::open(dir.join(format!("{name}.sqlite"))).unwrap())
    };
    LabLedgers {
        bank: ledger("bank"),
        otp: ledger("otp"),
        cas: Authorities::ISSUERS
            .iter()
            .map(|issuer| ledger(&format!("ca-{issuer}")))
            .collect(),
    }
}

/// A wrong one-time password, and the right one; what the bank says goes into a file that is searched too.
fn one_time_passwords(lab: &Lab<'_>, person: &Person, dir: &Path) {
    let (ra, now, mut rng) = (lab.ra(), lab.now(), lab.rng());
    let begin = Begin {
        errand: OrderAction::Issue.into(),
        channel: Channel::Pc,
        session: Session::LoggedIn,
        user: UserId::new(&person.user),
        idn: person.idn().unwrap(),
        terms: lab.terms().of_the_bank().cloned().collect(),
    };
    let key = || IdempotencyKey::generate(&mut lab.rng());
    let begun = ra.begin(&begin, &key(), now, &mut rng).unwrap();
    let id = begun.done().unwrap().id();
    let choose = Command::Choose(npki_ra::Choice {
        selection: npki_ra::Selection::New {
            product: Product::PersonalLimited,
            issuer: None,
        },
        terms: lab.terms().of_the_ca(Issuer::Yessign).cloned().collect(),
        consent: None,
    });
    let wrong = MeansAnswer::Otp(Otp {
        serial: Secret::new(person.otp_device().expose_text()),
        code: Secret::new(WRONG_CODE),
    });
    let mut said = String::new();
    for command in [
        choose,
        Command::AnswerMeans(wrong),
        Command::AnswerMeans(person.otp_answer(now)),
        Command::Abandon,
    ] {
        let answer = ra.handle(id, &command, &key(), now, &mut rng).unwrap();
        said += &format!("{answer:?}\n");
        said += &answer
            .refused()
            .map_or_else(String::new, |r| r.sentence().en.to_string());
    }
    assert!(
        said.contains("R31") && said.contains("means: Some(Otp)"),
        "{said}"
    );
    // The same code twice, a try that is another one, a device that nobody has: errors are searched as well.
    let centre = lab.otp_centre("LAB");
    for serial in [person.otp_device(), DeviceSerial::new("nobody's")] {
        for _ in 0..2 {
            let MeansAnswer::Otp(answer) = person.otp_answer(now) else {
                unreachable!()
            };
            let judged = centre.judge(&TryId::from_octets([7; 16]), &serial, &answer, now);
            said += &format!("{judged:?}\n");
        }
    }
    fs::write(dir.join("bank.log"), said).unwrap();
}

/// Two certificates, a renewal, a reissue and a revocation; stored in a folder, exported to a PFX.
fn life(lab: &Lab<'_>, person: &Person, dir: &Path) -> Vec<Held> {
    one_time_passwords(lab, person, dir);
    let limited = lab
        .issue(person, Product::PersonalLimited, Some(Issuer::Yessign))
        .unwrap();
    let general = lab
        .issue(person, Product::PersonalGeneral, Some(Issuer::Kica))
        .unwrap();
    let medium = FolderMedium::at(dir.join("NPKI"));
    let id = medium
        .store(&bundle(lab, &limited, PASSWORD).unwrap(), Overwrite::Refuse)
        .unwrap();
    let (old, new) = (
        Password::new(PASSWORD).unwrap(),
        NewPassword::check(PASSWORD).unwrap(),
    );
    let pfx = export_pfx(
        &medium,
        &id,
        &old,
        &new,
        PfxPreset::Korean,
        &mut generator(),
    )
    .unwrap();
    fs::write(dir.join("kong.pfx"), pfx.as_bytes()).unwrap();

    lab.revoke(&general, RevocationReason::CessationOfOperation)
        .unwrap();
    lab.wait_until(
        limited
            .certificate
            .not_after()
            .kst_day()
            .plus_days(-20)
            .start(),
    );
    lab.wait(core::time::Duration::from_secs(10 * 3600));
    let renewed = lab.renew(&limited).unwrap();
    lab.wait(core::time::Duration::from_secs(86_400));
    let reissued = lab.reissue(&renewed, ReplacedBecause::Leaked).unwrap();
    vec![limited, general, renewed, reissued]
}

fn canaries(lab: &Lab<'_>, person: &Person, held: &[Held]) -> Vec<Canary> {
    let mut all = Vec::new();
    let mut add = |name: &str, octets: &[u8]| {
        all.push(Canary {
            name: name.to_owned(),
            octets: octets.to_vec(),
        });
    };
    add("identification number", person.idn_digits.as_bytes());
    add("its second half", &person.idn_digits.as_bytes()[6..]);
    add("account", person.account.as_bytes());
    add("telephone", person.phone.as_bytes());
    add("account password", person.account_password.as_bytes());
    add("security card", person.card_serial.as_bytes());
    add("PIN", person.app_pin.as_bytes());
    let device = person.device();
    add("one-time password", device.expose_code(now()).as_bytes());
    add("wrong one-time password", WRONG_CODE.as_bytes());
    add("OTP device", person.otp_device().expose_text().as_bytes());
    add("secret of the device", person.device_secret().as_slice());
    add("password of the key", PASSWORD.as_bytes());
    for held in held {
        let der = held.key.expose_der();
        // Behind the modulus of RSA-2048, which is public: exponent, primes, and what follows from them.
        for at in [330, 450, 600, 720, 850, 980, 1_100] {
            add("private key", &der[at..at + 24]);
        }
        add("R", held.key.random_number().unwrap().expose_octets());
    }
    let overview = lab
        .ra()
        .look_up(&UserId::new(&person.user))
        .unwrap()
        .unwrap();
    assert_eq!(overview.subscriber.certificates.len(), held.len());
    for certificate in overview.subscriber.certificates {
        let ca = lab.authorities.ca(certificate.name.issuer).unwrap();
        let code = ca.keys.code.code(&certificate.order);
        add("authorization code", code.expose_code().as_bytes());
    }
    all
}

/// What `Debug` shows of the values that carry secrets, and of those that hold them.
fn shown(lab: &Lab<'_>, person: &Person, held: &Held, dir: &Path) -> Vec<(&'static str, String)> {
    let ra = lab.ra();
    let overview = ra.look_up(&UserId::new(&person.user)).unwrap().unwrap();
    let begin = Begin {
        errand: OrderAction::Issue.into(),
        channel: Channel::Pc,
        session: Session::LoggedIn,
        user: UserId::new(&person.user),
        idn: person.idn().unwrap(),
        terms: Vec::new(),
    };
    let form = DetailsForm {
        english_name: person.english_name.to_string(),
        email: "kong@lab.example".into(),
        postal_code: "00000".into(),
        address: "시험시 시험로 1".into(),
        phone: person.phone.to_string(),
        mobile: String::new(),
    };
    let order = overview.subscriber.certificates[0].order;
    let ca = lab.authorities.ca(held.issuer).unwrap();
    let (code, key) = (ca.keys.code.code(&order), held.key.signing_key().unwrap());
    let r = || held.key.random_number();
    let reference = npki_core::ReferenceNumber::parse("123456789012").unwrap();
    let request =
        npki_ca::BareRequest::by_code(&reference, &code, &*key, r(), &mut generator()).unwrap();
    let password = || AccountPassword(Secret::new(&person.account_password));
    let verify = Command::VerifyAccount {
        account: 0,
        password: password(),
    };
    let pin = MeansAnswer::AppCertificate(npki_ra::ports::Pin(Secret::new(&person.app_pin)));
    let medium = FolderMedium::at(dir.join("NPKI"));
    let id = medium.list().unwrap().remove(0).id;
    let opened = medium.open(&id, &Password::new(PASSWORD).unwrap()).unwrap();
    let bundle = medium.load(&id).unwrap();
    let details = SubscriberDetails::new(form.clone()).unwrap();
    vec![
        ("lab", format!("{lab:?}")),
        ("bank", format!("{ra:?}")),
        ("CA", format!("{:?}", lab.ca(held.issuer))),
        ("overview", format!("{overview:?}")),
        ("applications", {
            let all = overview
                .applications
                .iter()
                .map(|id| ra.application(*id).unwrap());
            format!("{:?}", all.collect::<Vec<_>>())
        }),
        (
            "customer",
            format!("{:?}", ra.ports.bank.customer(&UserId::new(&person.user))),
        ),
        ("begin", format!("{begin:?}")),
        ("account", format!("{verify:?}")),
        ("means", format!("{:?}", Command::AnswerMeans(pin))),
        ("card", format!("{:?}", person.card_answer(&CELLS))),
        ("code", format!("{:?}", person.otp_answer(lab.now()))),
        ("device", format!("{:?}", person.device())),
        ("OTP centre", format!("{:?}", lab.otp_centre("LAB"))),
        ("details", format!("{:?}", Command::GiveDetails(details))),
        ("details form", format!("{form:?}")),
        ("code", format!("{code:?}")),
        ("request", format!("{request:?}")),
        ("request, decoded", format!("{:?}", request.as_request())),
        ("private key", format!("{:?}", held.key)),
        ("signing key", format!("{key:?}")),
        ("R", format!("{:?}", r())),
        ("idn", format!("{:?}", person.idn())),
        ("password", format!("{:?}", Password::new(PASSWORD))),
        (
            "new password",
            format!("{:?}", NewPassword::check(PASSWORD)),
        ),
        ("opened", format!("{opened:?}")),
        ("bundle", format!("{bundle:?}")),
        ("medium", format!("{medium:?}")),
        ("records", {
            let ledger = ra.ledger;
            format!("{:?}", ledger.records(0, 1_000).unwrap())
        }),
    ]
}

/// Every form of every canary, found by its first four octets.
struct Search<'a> {
    forms: Vec<(&'a str, &'static str, Vec<u8>)>,
    by_start: std::collections::HashMap<[u8; 4], Vec<usize>>,
    /// Whether any form begins with these two octets: asked first, since most do not.
    begins: Vec<bool>,
}

/// What a write-ahead log of few records mostly is.
const ZEROS: &[u8] = &[0; 4_096];

impl<'a> Search<'a> {
    fn new(canaries: &'a [Canary]) -> Self {
        let mut forms = Vec::new();
        for Canary { name, octets } in canaries {
            for (form, needle) in forms_of(octets) {
                forms.push((name.as_str(), form, needle));
            }
        }
        let mut by_start: std::collections::HashMap<_, Vec<usize>> = Default::default();
        for (number, (.., needle)) in forms.iter().enumerate() {
            by_start
                .entry(start(needle).unwrap())
                .or_default()
                .push(number);
        }
        let mut begins = vec![false; 1 << 16];
        for start in by_start.keys() {
            begins[usize::from(u16::from_be_bytes([start[0], start[1]]))] = true;
        }
        Self {
            forms,
            by_start,
            begins,
        }
    }

    /// Looks through what was written into a folder since then: files, octets, and what was found where.
    fn files(&self, folder: &Path, since: SystemTime) -> (usize, usize, Vec<String>) {
        let (mut files, mut octets, mut found) = (0, 0, Vec::new());
        each_file(folder, since, &mut |path, contents| {
            files += 1;
            octets += contents.len();
            let name = path.strip_prefix(folder).unwrap().display().to_string();
            for hit in self.hits(contents).chain(self.hits(name.as_bytes())) {
                found.push(format!("{name}: {hit}"));
            }
        });
        println!("{files} files, {octets} octets, {} forms", self.forms.len());
        (files, octets, found)
    }

    fn hits(&self, haystack: &[u8]) -> impl Iterator<Item = String> {
        let mut found = std::collections::BTreeSet::new();
        let mut next = 0;
        while next + 1 < haystack.len() {
            let at = next;
            next += 1;
            if at.is_multiple_of(ZEROS.len()) && haystack[at..].starts_with(ZEROS) {
                // No form begins with two of them; one may begin with the last.
                next = at + ZEROS.len() - 1;
                continue;
            }
            let pair = u16::from_be_bytes([haystack[at], haystack[at + 1]]);
            if !self.begins[usize::from(pair)] {
                continue;
            }
            let rest = &haystack[at..];
            let candidates = start(rest).and_then(|start| self.by_start.get(&start));
            for number in candidates.into_iter().flatten() {
                let (name, form, needle) = &self.forms[*number];
                if rest.starts_with(needle) {
                    found.insert(format!("{name}, {form}"));
                }
            }
        }
        found.into_iter()
    }
}

fn start(octets: &[u8]) -> Option<[u8; 4]> {
    octets.first_chunk().copied()
}

fn forms_of(octets: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let each = |write: fn(&u8) -> String| octets.iter().map(write).collect::<String>().into_bytes();
    let list: Vec<_> = octets.iter().map(u8::to_string).collect();
    let mut forms = vec![
        ("as it is", octets.to_vec()),
        (
            "UTF-16",
            octets.iter().flat_map(|octet| [*octet, 0]).collect(),
        ),
        (
            "UTF-16, big-endian",
            octets.iter().flat_map(|octet| [0, *octet]).collect(),
        ),
        ("hex", each(|octet| format!("{octet:02x}"))),
        ("HEX", each(|octet| format!("{octet:02X}"))),
        ("percent", each(|octet| format!("%{octet:02x}"))),
        ("PERCENT", each(|octet| format!("%{octet:02X}"))),
        ("a list of numbers", list.join(", ").into_bytes()),
    ];
    // In the middle of other octets Base64 has three forms; what the neighbours change is left out.
    for before in 0..3 {
        let shifted = [&[0; 2][..before], octets].concat();
        let text = Base64Unpadded::encode_string(&shifted);
        let (from, to) = ((before * 8).div_ceil(6), shifted.len() * 8 / 6);
        if to - from >= 5 {
            forms.push(("Base64", text.as_bytes()[from..to].to_vec()));
        }
    }
    forms
}

/// Each file that was written since then.
fn each_file(folder: &Path, since: SystemTime, see: &mut impl FnMut(&Path, &[u8])) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            each_file(&path, since, see);
        } else if path.metadata().unwrap().modified().unwrap() >= since {
            see(&path, &fs::read(&path).unwrap());
        }
    }
}
