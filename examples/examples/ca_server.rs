//! How do I run a CA that stock CMP clients can talk to?
//!
//! Run: `cargo run --example ca_server`, or with an address to go on serving: `-- 127.0.0.1:8829`
//!
//! Expected: the CA comes up on loopback with an order of 홍길동's at its bank, and a client asks it for
//! the certificate. With an address it waits for yours:
//!
//! ```text
//! a CA listens at http://127.0.0.1:…/pkix/
//! the bank has an order: reference number …, authorization code …
//!   openssl cmp -cmd ir -server 127.0.0.1:… -path pkix/ -ref … -secret pass:… -trusted root.pem \
//!     -newkey one.key -subject /CN=HONG -certout one.pem
//! ir -> ip, 2… octets
//! ```

use std::error::Error;

use npki::wallet::cmp::MacKind;
use npki::wallet::cmp::client::{Credential, Enrolling, Kind, Step, Trust, Wanted};
use npki::wallet::cmp::http::{Request, Server};
use npki::{Product, system_rng};
use npki_core::Issuer;
use npki_lab::http::{Listener, Site, post};
use npki_lab::{Lab, LabLedgers, Person};

fn main() -> Result<(), Box<dyn Error>> {
    let address = std::env::args().nth(1);
    let ledgers = LabLedgers::in_memory();
    // Noon of today in Korea, so that the clocks of other clients agree.
    let noon = npki::now()
        .kst_day()
        .start()
        .saturating_add(core::time::Duration::from_secs(12 * 3600));
    let lab = Lab::new(1, noon, &ledgers)?;
    let hong = Person::of("hong").ok_or("nobody")?;
    let order = lab.order(hong, Product::PersonalLimited, Some(Issuer::Yessign))?;

    let listener = Listener::bind(address.as_deref().unwrap_or("127.0.0.1:0"))?;
    let at = listener.address();
    let code = order.authorization_code.expose_code();
    println!("a CA listens at http://{at}/pkix/");
    println!(
        "the bank has an order: reference number {}, authorization code {code}",
        order.reference
    );
    println!(
        "  openssl cmp -cmd ir -server {at} -path pkix/ -ref {} -secret pass:{code} -trusted root.pem \\",
        order.reference
    );
    println!("    -newkey one.key -subject /CN=HONG -certout one.pem");

    let site = Site::new(&lab, Issuer::Yessign);
    let answer = |request: &Request| site.answer(request, &mut system_rng()).octets;
    if address.is_some() {
        listener.serve(&answer);
        return Ok(());
    }
    listener.serve_while(&answer, || {
        client(&lab, &order, &format!("http://{at}/pkix/"))
    })
}

/// A client that stops before it confirms: the order can be asked for again.
fn client(lab: &Lab<'_>, order: &npki_core::Registration, url: &str) -> Result<(), Box<dyn Error>> {
    let credential = Credential::Code {
        reference: &order.reference,
        code: &order.authorization_code,
        mac: MacKind::Pbm,
    };
    let (root, _) = lab.trust();
    let trust: &dyn Trust = &npki::wallet::CmpTrust::new([root.clone()]);
    let (key, _) = lab.new_key()?;
    let key = key.signing_key()?;
    let wanted = Wanted {
        kind: Kind::Initial,
        key: &*key,
        km_key: None,
        subject: None,
        random_number: None,
        implicit_confirmation: false,
    };
    let mut rng = system_rng();
    let ask = Enrolling::begin(
        &wanted,
        &credential,
        trust,
        root.subject(),
        lab.now(),
        &mut rng,
    )?;
    let answer = post(&Server::parse(url)?, ask.message())?;
    println!("ir -> ip, {} octets", answer.len());
    match ask.take(&answer, lab.now(), &mut rng)? {
        Step::Issued(issued) => {
            println!("{}", issued.certificate().subject().to_npki_text());
            let confirm = issued.confirm(lab.now(), &mut rng)?;
            let answer = post(&Server::parse(url)?, confirm.message())?;
            println!("certConf -> pkiconf, {} octets", answer.len());
            Ok(())
        }
        Step::Wait { .. } => Err("a lab does not let anybody wait".into()),
    }
}
