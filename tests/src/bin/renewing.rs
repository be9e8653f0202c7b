//! Renews a certificate over CMP, with everything that has to outlast a program on the disk: for `.ci/sweep renew`,
//! which ends it at each of its file operations.
//!
//! ```sh
//! cargo run -p npki-tests --bin renewing -- setup DIR     # DIR/NPKI, with a certificate; DIR/*.sqlite, bank and CA
//! cargo run -p npki-tests --bin renewing -- renew DIR     # prints the serial number when it is confirmed
//! cargo run -p npki-tests --bin renewing -- finish DIR    # what the next program does, and what must hold then
//! ```
//!
//! `finish` sends a certConf that waits, and fails unless the folder has one pair that opens, which the CA calls good,
//! and it alone. With `SWEEP_RAN=1`, for a renewal that had been told of, it must be the new one.

use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use npki::wallet::{CmpTrust, NewKey, Wallet};
use npki_ca::CertificateStatus;
use npki_cert::Certificate;
use npki_container::{NewPassword, Password, SealScheme};
use npki_core::{Issuer, Product, RandomNumber};
use npki_lab::{KeyPool, Lab, LabLedgers, Person};
use npki_ledger::{Ledger, MemoryLedger};
use npki_ledger_sqlite::SqliteLedger;
use npki_media::{Medium as _, Opened, Overwrite};
use npki_media_folder::FolderMedium;
use npki_tests::readme::{PASSWORD, bundle};
use npki_tests::{generator, now};

type Failed = Box<dyn Error>;

fn main() -> Result<(), Failed> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [act, dir] = &arguments[..] else {
        return Err("usage: renewing setup|renew|finish DIR".into());
    };
    let dir = PathBuf::from(dir);
    match &**act {
        "setup" => setup(&dir),
        "renew" => renew(&dir),
        "finish" => finish(&dir),
        _ => Err("usage: renewing setup|renew|finish DIR".into()),
    }
}

fn setup(dir: &Path) -> Result<(), Failed> {
    let ledgers = ledgers(dir)?;
    let lab = Lab::new(SEED, now(), &ledgers)?;
    let hong = Person::of("hong").ok_or("nobody")?;
    let held = lab.issue(hong, Product::PersonalLimited, Some(CA))?;
    lab.settle()?;
    folder(dir).store(&bundle(&lab, &held, PASSWORD)?, Overwrite::Refuse)?;
    println!("{}", held.certificate.subject().to_npki_text());
    Ok(())
}

fn renew(dir: &Path) -> Result<(), Failed> {
    let (ledgers, old) = (ledgers(dir)?, only(dir)?);
    let lab = later(&ledgers)?;
    let mut rng = generator();
    let r = RandomNumber::generate(&mut rng);
    // A key that the lab has not given away.
    let key = NewKey::from_key(KeyPool::key(KeyPool::LEN - 1)?, &r)?;
    let password = NewPassword::check(PASSWORD)?;
    let sealing = SealScheme::Pbes1Seed.into();
    let renewed = with_wallet(&lab, dir, |wallet| {
        wallet.renew(&old, &key, &password, sealing, &mut rng)
    })?;
    println!("{}", renewed.certificate.serial_number());
    Ok(())
}

fn finish(dir: &Path) -> Result<(), Failed> {
    let (ledgers, found) = (ledgers(dir)?, only(dir)?);
    let lab = later(&ledgers)?;
    // What a CA that was killed still had to do.
    lab.settle()?;
    with_wallet(&lab, dir, |wallet| wallet.finish_renewal(&found))?;
    lab.settle()?;
    let placed = only(dir)?;
    let status = |certificate: &Certificate| {
        let ca = lab.ca(CA).ok_or("no such CA")?;
        Ok::<_, Failed>(ca.status(certificate.serial_number().octets())?)
    };
    if status(&placed.certificate)? != CertificateStatus::Good {
        return Err("the pair in the folder is not good".into());
    }
    let is_new = placed.certificate.not_before() > now();
    for waiting in folder(dir).unconfirmed()? {
        let certificate = &waiting.bundle.sign.certificate;
        if *certificate != placed.certificate && status(certificate)? == CertificateStatus::Good {
            return Err("two are good".into());
        }
    }
    if found.certificate != placed.certificate
        && status(&found.certificate)? == CertificateStatus::Good
    {
        return Err("the old one is good as well".into());
    }
    if std::env::var_os("SWEEP_RAN").is_some_and(|ran| ran == "1") && !is_new {
        return Err("the renewal that was told of is gone".into());
    }
    Ok(())
}

/// The pair in the folder, opened.
fn only(dir: &Path) -> Result<Opened, Failed> {
    let folder = folder(dir);
    let entries = folder.list()?;
    let [entry] = &entries[..] else {
        return Err(format!("{} entries", entries.len()).into());
    };
    Ok(folder.open(&entry.id, &Password::new(PASSWORD)?)?)
}

fn with_wallet<T, E: Error + 'static>(
    lab: &Lab<'_>,
    dir: &Path,
    act: impl FnOnce(&Wallet<'_>) -> Result<T, E>,
) -> Result<T, Failed> {
    let own = lab.authorities.ca(CA).ok_or("no such CA")?;
    let post = |message: &[u8]| {
        let ca = lab.cmp_ca(CA).ok_or(io::ErrorKind::NotFound)?;
        let answered = ca.answer(message, lab.now(), &mut lab.rng());
        Ok(answered.map_err(io::Error::other)?.der)
    };
    let done = act(&Wallet {
        trust: &CmpTrust::new([lab.trust().0]),
        ca: own.settings.certificate.subject(),
        medium: &folder(dir),
        post: &post,
        wait: &|_| {},
        now: &|| lab.now(),
    });
    Ok(done?)
}

fn folder(dir: &Path) -> FolderMedium {
    FolderMedium::at(dir.join("NPKI"))
}

/// On disk what this renewal writes into: the bank's ledger, and its CA's.
fn ledgers(dir: &Path) -> Result<LabLedgers, Failed> {
    let used = ["bank", "ca-yessign"];
    LabLedgers::open(|name| -> Result<Box<dyn Ledger>, Failed> {
        Ok(match used.contains(&name) {
            true => Box::new(SqliteLedger::open(dir.join(format!("{name}.sqlite")))?),
            false => Box::new(MemoryLedger::new()),
        })
    })
}

/// The same bank and CA at noon of the first day on which what was issued at [`now`] may be renewed (R11).
fn later(ledgers: &LabLedgers) -> Result<Lab<'_>, Failed> {
    let lab = Lab::new(SEED, now(), ledgers)?.node(SEED + 1);
    let day = now().kst_day().plus_days(365 - 29);
    lab.wait_until(day.start().saturating_add(Duration::from_secs(12 * 3_600)));
    Ok(lab)
}

const SEED: u64 = 1;
const CA: Issuer = Issuer::Yessign;
