//! What outlasts the death of programs, and the laws that hold when all is quiet.

use std::collections::BTreeMap;
use std::sync::Arc;

use npki_ca::CertificateStatus;
use npki_lab::{Authorities, Lab, LabLedgers, Person, Stage};
use npki_ledger::faults::{Fault, FaultyLedger};
use npki_ledger::{Ledger, MemoryLedger, audit};
use npki_policy::{CertificateState, Krw};
use npki_ra::ports::UserId;

type Faulty = Arc<FaultyLedger<Arc<MemoryLedger>>>;

/// The stores of the bank and of its CAs, each behind a ledger that can fail.
pub(crate) struct World {
    /// The bank's first, then the CAs'.
    faulty: Vec<Faulty>,
    /// Handles that fail when they are told to.
    pub(crate) failing: LabLedgers,
    /// Handles of the same stores for programs that were started anew.
    pub(crate) sound: LabLedgers,
}

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

impl World {
    pub(crate) fn new() -> Self {
        let stores: Vec<_> = (0..=Authorities::ISSUERS.len())
            .map(|_| Arc::new(MemoryLedger::new()))
            .collect();
        let faulty: Vec<Faulty> = stores
            .iter()
            .map(|store| Arc::new(FaultyLedger::new(store.clone())))
            .collect();
        Self {
            failing: ledgers(&faulty),
            sound: ledgers(&stores),
            faulty,
        }
    }

    pub(crate) fn arm(&self, ledger: usize, fault: Fault) {
        self.faulty[ledger].arm(fault);
    }

    pub(crate) fn commits(&self) -> Vec<u64> {
        self.faulty.iter().map(|ledger| ledger.calls()).collect()
    }

    /// Whether a program has died.
    pub(crate) fn has_dead(&self) -> bool {
        self.faulty.iter().any(|ledger| ledger.is_dead())
    }
}

/// Takes hold of what a life has led to, after the laws have been checked.
pub(crate) fn end_of(lab: &Lab<'_>, world: &World, person: &Person) -> End {
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
    for ledger in &world.sound.cas {
        for record in ledger.records(0, usize::MAX).unwrap() {
            *recorded
                .entry(record.record().kind.to_string())
                .or_insert(0) += 1;
        }
    }
    for kind in ["ca.registered", "ca.recorded", "ca.signed", "ca.confirmed"] {
        assert_eq!(recorded.get(kind), Some(&certificates.len()), "{kind}");
    }

    for ledger in [&world.sound.bank].into_iter().chain(&world.sound.cas) {
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

fn ledgers<L: Ledger + 'static>(stores: &[Arc<L>]) -> LabLedgers {
    let mut all = stores
        .iter()
        .map(|store| -> Box<dyn Ledger> { Box::new(store.clone()) });
    LabLedgers {
        bank: all.next().unwrap(),
        cas: all.collect(),
    }
}
