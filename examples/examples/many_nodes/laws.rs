//! The laws that hold when all is quiet, however many nodes there were.

use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
    fs,
};

use npki::Product;
use npki::authority::{
    ca::CertificateStatus,
    ledger::{Ledger, READ_MAX, audit},
    policy::{CertificateState, Krw},
    ra::ports::UserId,
};
use npki_core::Issuer;
use npki_lab::{Authorities, Lab, LabLedgers, Stage};

use crate::{
    NODES,
    place::{Place, customers},
};

pub(crate) fn hold(
    place: &Place,
    lab: &Lab<'_>,
    ledgers: &LabLedgers,
) -> Result<(), Box<dyn Error>> {
    nothing_is_open(lab)?;
    let bank = certificates(lab)?;
    each_slot_has_one(&bank)?;
    what_was_acknowledged_is_there(place, lab, &bank)?;
    bank_and_cas_tell_the_same(lab, ledgers, &bank)?;
    each_fee_was_captured_once(lab, &bank)?;
    for ledger in all(ledgers) {
        let found = audit(ledger, None)?;
        law(found.is_empty(), &format!("the audit found {found:?}"))?;
    }
    println!("law: the audits find nothing");
    Ok(())
}

/// How many records all ledgers have.
pub(crate) fn events(ledgers: &LabLedgers) -> Result<u64, Box<dyn Error>> {
    let mut events = 0;
    for ledger in all(ledgers) {
        events += ledger.head()?.size;
    }
    Ok(events)
}

/// A certificate as the bank knows it, and whose it is.
struct Known {
    user: String,
    issuer: Issuer,
    serial: Vec<u8>,
    product: Product,
    state: CertificateState,
}

fn certificates(lab: &Lab<'_>) -> Result<Vec<Known>, Box<dyn Error>> {
    let mut known = Vec::new();
    for customer in customers() {
        let Some(overview) = lab.ra().look_up(&UserId::new(&customer.user))? else {
            continue;
        };
        known.extend(overview.subscriber.certificates.into_iter().map(|c| Known {
            user: customer.user.to_string(),
            issuer: c.name.issuer,
            serial: c.name.serial.as_bytes().to_vec(),
            product: c.product,
            state: c.state,
        }));
    }
    Ok(known)
}

fn nothing_is_open(lab: &Lab<'_>) -> Result<(), Box<dyn Error>> {
    let bank = lab.ra().reconcile(lab.now(), &mut lab.rng())?;
    law(
        bank.open == 0 && bank.settled == 0,
        &format!("the bank has {bank:?}"),
    )?;
    let open = lab.ra().open_applications()?;
    law(open.is_empty(), &format!("applications are open: {open:?}"))?;
    for issuer in Authorities::ISSUERS {
        let ca = lab.ca(*issuer).ok_or("no such CA")?;
        let unsigned = ca.unfinished()?.len();
        law(
            unsigned == 0,
            &format!("{unsigned} certificates are not signed"),
        )?;
    }
    println!("law: no effect, no application and no grant is open");
    Ok(())
}

fn each_slot_has_one(bank: &[Known]) -> Result<(), Box<dyn Error>> {
    let mut slots = BTreeMap::new();
    for live in bank.iter().filter(|c| c.state == CertificateState::Issued) {
        let slot = (&*live.user, live.product.name(), live.issuer.name());
        *slots.entry(slot).or_insert(0) += 1;
    }
    let twice: Vec<_> = slots.iter().filter(|(_, live)| **live > 1).collect();
    law(
        twice.is_empty(),
        &format!("two live certificates: {twice:?}"),
    )?;
    println!(
        "law: {} certificates are live, each alone in its slot (R18a)",
        slots.len()
    );
    Ok(())
}

fn what_was_acknowledged_is_there(
    place: &Place,
    lab: &Lab<'_>,
    bank: &[Known],
) -> Result<(), Box<dyn Error>> {
    let mut count = 0;
    for node in 1..=NODES {
        for line in fs::read_to_string(place.acknowledged(node))?.lines() {
            let [what, issuer, serial] = *line.split(' ').collect::<Vec<_>>() else {
                return Err(format!("{line}: no such line").into());
            };
            let issuer: Issuer = issuer.parse()?;
            let known = bank
                .iter()
                .find(|c| c.issuer == issuer && hex(&c.serial) == serial);
            let known = known.ok_or_else(|| format!("{line}: the bank does not know it"))?;
            let status = lab.ca(issuer).ok_or("no such CA")?.status(&known.serial)?;
            let kept = match what {
                "revoked" => matches!(status, CertificateStatus::Revoked(_)),
                _ => matches!(
                    status,
                    CertificateStatus::Good | CertificateStatus::Revoked(_)
                ),
            };
            law(kept, &format!("{line}: {status:?}"))?;
            count += 1;
        }
    }
    println!("law: {count} answers were given, and all that they said is there");
    Ok(())
}

fn bank_and_cas_tell_the_same(
    lab: &Lab<'_>,
    ledgers: &LabLedgers,
    bank: &[Known],
) -> Result<(), Box<dyn Error>> {
    for known in bank {
        let status = lab
            .ca(known.issuer)
            .ok_or("no such CA")?
            .status(&known.serial)?;
        let same = match known.state {
            CertificateState::Issued => matches!(status, CertificateStatus::Good),
            _ => matches!(status, CertificateStatus::Revoked(_)),
        };
        law(
            same,
            &format!("{:?} at the bank, {status:?} at the CA", known.state),
        )?;
    }
    let serials: BTreeSet<_> = bank.iter().map(|c| (c.issuer, &*c.serial)).collect();
    law(serials.len() == bank.len(), "a serial number twice")?;
    let mut confirmed = 0;
    for ledger in &ledgers.cas {
        let mut from = 0;
        loop {
            let records = ledger.records(from, READ_MAX)?;
            let Some(last) = records.last() else { break };
            from = last.record().position + 1;
            let kinds = records.iter().map(|r| r.record().kind.as_str());
            confirmed += kinds.filter(|kind| *kind == "ca.confirmed").count();
        }
    }
    let lost = format!(
        "the CAs confirmed {confirmed}, the bank knows {}",
        bank.len()
    );
    law(confirmed == bank.len(), &lost)?;
    println!(
        "law: {confirmed} certificates were confirmed, and bank and CAs tell the same of each"
    );
    Ok(())
}

fn each_fee_was_captured_once(lab: &Lab<'_>, bank: &[Known]) -> Result<(), Box<dyn Error>> {
    let stages: Vec<_> = lab.outside.reservations().iter().map(|r| r.1).collect();
    let count = |wanted| stages.iter().filter(|stage| **stage == wanted).count();
    law(count(Stage::Reserved) == 0, "a fee is still reserved")?;
    let (captured, refunded) = (count(Stage::Captured), count(Stage::Refunded));
    let paid = bank
        .iter()
        .filter(|c| c.product == Product::PersonalGeneral)
        .count();
    let money = format!("{paid} paid for, {captured} captured, {refunded} paid back");
    law(captured + refunded == paid, &money)?;
    println!("law: {money}; none is reserved");
    let mut balance = 0;
    for customer in customers() {
        balance += customer.balance.0 - lab.outside.balance_of(&customer.account).0;
    }
    let wanted = FEE.0 * i64::try_from(captured)?;
    law(
        balance == wanted,
        &format!("{balance} won were taken, not {wanted}"),
    )?;
    println!("law: {} were taken off the accounts", Krw(balance));
    Ok(())
}

/// For the general-purpose certificate (R20).
const FEE: Krw = Krw(4_400);

fn law(holds: bool, broken: &str) -> Result<(), Box<dyn Error>> {
    if holds { Ok(()) } else { Err(broken.into()) }
}

fn all(ledgers: &LabLedgers) -> impl Iterator<Item = &dyn Ledger> {
    let all = [&ledgers.bank].into_iter().chain(&ledgers.cas);
    all.map(|ledger| &**ledger)
}

pub(crate) fn hex(octets: &[u8]) -> String {
    octets.iter().map(|b| format!("{b:02x}")).collect()
}
