//! The end of a life, and the laws that hold when all is quiet.

use std::collections::BTreeMap;

use npki_ca::CertificateStatus;
use npki_lab::{Authorities, Lab, LabLedgers, Person, Stage};
use npki_ledger::audit;
use npki_policy::{CertificateState, Krw};
use npki_ra::ports::UserId;

/// What a life leads to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct End {
    /// The certificates, in the order in which the bank came to know them.
    pub(crate) states: Vec<CertificateState>,
    /// The money, in no order of time.
    pub(crate) money: Vec<(Krw, Stage)>,
    /// What is on the account.
    pub(crate) balance: Krw,
    /// How often the subscriber was told what.
    pub(crate) told: BTreeMap<String, usize>,
    /// How many events of each kind the CAs have recorded.
    pub(crate) recorded: BTreeMap<String, usize>,
}

/// Takes hold of what a life has led to, after the laws have been checked.
pub(crate) fn end_of(lab: &Lab<'_>, ledgers: &LabLedgers, person: &Person) -> End {
    nothing_is_open(lab);
    let bank = lab
        .ra()
        .look_up(&UserId::new(&person.user))
        .unwrap()
        .unwrap();
    let certificates = bank.subscriber.certificates;

    // One live certificate in a slot, and never two.
    let mut slots = BTreeMap::new();
    for live in certificates
        .iter()
        .filter(|c| c.state == CertificateState::Issued)
    {
        *slots
            .entry((live.product.name(), live.name.issuer.name()))
            .or_insert(0) += 1;
    }
    assert!(slots.values().all(|live| *live == 1), "{slots:?}");

    // The CAs say the same as the bank, and have nothing that the bank does not know.
    for certificate in &certificates {
        let ca = lab.ca(certificate.name.issuer).unwrap();
        let status = ca.status(certificate.name.serial.as_bytes()).unwrap();
        let good = certificate.state == CertificateState::Issued;
        assert_eq!(
            matches!(status, CertificateStatus::Good),
            good,
            "{status:?}"
        );
        assert_eq!(
            matches!(status, CertificateStatus::Revoked(_)),
            !good,
            "{status:?}"
        );
    }
    let mut recorded = BTreeMap::new();
    for ledger in &ledgers.cas {
        for record in ledger.records(0, usize::MAX).unwrap() {
            *recorded
                .entry(record.record().kind.to_string())
                .or_insert(0) += 1;
        }
    }
    // A right code whose request the fault has ended (R32): how often programs failed, not what came of it.
    let proved = recorded.remove("ca.proved").unwrap_or(0);
    assert!(proved <= 1, "{proved} right codes came to nothing");
    for kind in ["ca.registered", "ca.recorded", "ca.signed", "ca.confirmed"] {
        assert_eq!(recorded.get(kind), Some(&certificates.len()), "{kind}");
    }

    for ledger in [&ledgers.bank].into_iter().chain(&ledgers.cas) {
        assert_eq!(audit(&**ledger, None).unwrap(), []);
    }

    let mut money = lab.outside.reservations();
    money.sort_by_key(|(_, stage)| format!("{stage:?}"));
    let mut told = BTreeMap::new();
    for notice in lab.outside.messages_to(&person.phone) {
        *told.entry(format!("{notice:?}")).or_insert(0) += 1;
    }
    End {
        states: certificates
            .iter()
            .map(|certificate| certificate.state)
            .collect(),
        money,
        balance: lab.outside.balance_of(&person.account),
        told,
        recorded,
    }
}

/// Nothing is half done anywhere: no effect, no application, no grant without its signature, no untold news.
fn nothing_is_open(lab: &Lab<'_>) {
    let mut rng = lab.rng();
    let bank = lab.ra().reconcile(lab.now(), &mut rng).unwrap();
    assert_eq!((bank.settled, bank.open), (0, 0));
    assert_eq!(lab.ra().open_applications().unwrap(), []);
    for ca in Authorities::ISSUERS
        .iter()
        .map(|issuer| lab.ca(*issuer).unwrap())
    {
        assert_eq!(
            ca.reconcile(lab.now()).unwrap(),
            npki_ca::Reconciled::default()
        );
        assert!(ca.unfinished().unwrap().is_empty());
    }
}
