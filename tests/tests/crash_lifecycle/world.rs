//! What outlasts the death of programs.

use std::sync::Arc;

use npki_lab::{Authorities, LabLedgers};
use npki_ledger::faults::{Fault, FaultyLedger};
use npki_ledger::{Ledger, MemoryLedger};

type Faulty = Arc<FaultyLedger<Arc<MemoryLedger>>>;

/// The stores of the bank and of its CAs, each behind a ledger that can fail.
pub(crate) struct World {
    /// The bank's first, then the CAs', then the OTP centre's.
    faulty: Vec<Faulty>,
    /// Handles that fail when they are told to.
    pub(crate) failing: LabLedgers,
    /// Handles of the same stores for programs that were started anew.
    pub(crate) sound: LabLedgers,
}

impl World {
    pub(crate) fn new() -> Self {
        let stores: Vec<_> = (0..Authorities::ISSUERS.len() + 2)
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

fn ledgers<L: Ledger + 'static>(stores: &[Arc<L>]) -> LabLedgers {
    let mut all = stores
        .iter()
        .map(|store| -> Box<dyn Ledger> { Box::new(store.clone()) });
    LabLedgers {
        bank: all.next().unwrap(),
        cas: all.by_ref().take(Authorities::ISSUERS.len()).collect(),
        otp: all.next().unwrap(),
    }
}
