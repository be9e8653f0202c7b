//! How does an application get a certificate from a CA, renew it and revoke it, and keep it on a disk?
//!
//! Run: `cargo run --example issue_over_cmp`
//!
//! Expected: 홍길동's certificate in an NPKI folder, with R, then its renewal in the same place:
//!
//! ```text
//! issued: cn=홍길동(…)…, until 2027-11-23T23:59:59+09:00
//! too early: R11: …
//! renewed: until 2028-11-23T23:59:59+09:00
//! revoked
//! ```

use std::error::Error;

use npki::wallet::cmp::http::{Request, Server};
use npki::wallet::container::{NewPassword, Password, SealScheme};
use npki::wallet::folder::FolderMedium;
use npki::wallet::media::{Medium, Opened};
use npki::wallet::{CmpTrust, NewKey, Wallet};
use npki::{Product, system_rng};
use npki_core::{Issuer, Registration, RevocationReason};
use npki_lab::http::{Listener, Site, post};
use npki_lab::{Lab, LabLedgers, Person};

const PASSWORD: &str = "Hong!gildong1";

fn main() -> Result<(), Box<dyn Error>> {
    // The other side: a bank with an order, and a CA that listens. Nobody and nothing of it is real.
    let ledgers = LabLedgers::in_memory();
    let lab = Lab::new(1, "2026-11-23T10:00:00+09:00".parse()?, &ledgers)?;
    let hong = Person::of("hong").ok_or("nobody")?;
    let order = lab.order(hong, Product::PersonalLimited, Some(Issuer::Yessign))?;
    let listener = Listener::bind("127.0.0.1:0")?;
    let url = format!("http://{}/", listener.address());
    let site = Site::new(&lab, Issuer::Yessign);
    let answer = |request: &Request| site.answer(request, &mut system_rng()).octets;
    listener.serve_while(&answer, || subscriber(&lab, &order, &url))
}

/// What an application does: it has a URL, a root that it trusts, and two numbers that the bank gave.
fn subscriber(lab: &Lab<'_>, order: &Registration, url: &str) -> Result<(), Box<dyn Error>> {
    let dir = tempfile::tempdir()?;
    let folder = FolderMedium::at(dir.path().join("NPKI"));
    let server = Server::parse(url)?;
    let (root, cas) = lab.trust();
    let ca = cas.first().ok_or("no CA")?;
    let trust = CmpTrust::new([root]);
    let send = |message: &[u8]| post(&server, message);
    let now = || lab.now();
    let wait = |seconds: u32| std::thread::sleep(core::time::Duration::from_secs(seconds.into()));
    let wallet = Wallet {
        trust: &trust,
        ca: ca.subject(),
        medium: &folder,
        post: &send,
        wait: &wait,
        now: &now,
    };
    let password = NewPassword::check(PASSWORD)?;
    let sealing = SealScheme::Pbes1Seed.into();
    let mut rng = system_rng();

    // Key and R are made here. An application generates them: NewKey::generate(KeyKind::Rsa { bits: 2048 }, …).
    let credential = (&order.reference, &order.authorization_code);
    let stored = wallet.issue(credential, &key(lab)?, &password, sealing, &mut rng)?;
    println!(
        "issued: {}, until {}",
        stored.certificate.subject().to_npki_text(),
        stored.certificate.not_after()
    );

    match wallet.renew(&opened(&folder)?, &key(lab)?, &password, sealing, &mut rng) {
        Err(refusal) => println!("too early: {refusal}"),
        Ok(_) => return Err("renewed in its first minute".into()),
    }
    let opens = stored.certificate.not_after().kst_day().plus_days(-30);
    lab.wait_until(opens.start());
    let renewed = wallet.renew(&opened(&folder)?, &key(lab)?, &password, sealing, &mut rng)?;
    println!("renewed: until {}", renewed.certificate.not_after());

    let reason = RevocationReason::CessationOfOperation;
    wallet.revoke(&opened(&folder)?, reason, &mut rng)?;
    println!("revoked");
    Ok(())
}

fn key(lab: &Lab<'_>) -> Result<NewKey, Box<dyn Error>> {
    let (key, r) = lab.new_key()?;
    Ok(NewKey::from_key(key, &r)?)
}

fn opened(folder: &FolderMedium) -> Result<Opened, Box<dyn Error>> {
    let entries = folder.list()?;
    let entry = entries.first().ok_or("nothing is there")?;
    Ok(folder.open(&entry.id, &Password::new(PASSWORD)?)?)
}
