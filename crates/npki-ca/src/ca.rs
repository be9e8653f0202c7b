use core::time::Duration;

use npki_cert::{Certificate, Deviations, PolicyArc};
use npki_core::Issuer;
use npki_ledger::{Ledger, SealingKey};

use crate::{BankPort, CertificateKey, CodeKey, CrlKey};

/// A certification authority: settings and keys, over a ledger and a bank.
///
/// Holds no state of its own. Any number of them, on any number of machines, may stand on one ledger.
#[derive(Debug)]
pub struct Ca<'a> {
    pub(crate) settings: &'a CaSettings,
    pub(crate) keys: &'a CaKeys,
    pub(crate) ledger: &'a dyn Ledger,
    pub(crate) bank: &'a dyn BankPort,
}

/// What a CA is and how it issues.
#[derive(Clone, Debug)]
pub struct CaSettings {
    /// Whose habits it has: names, policies.
    pub issuer: Issuer,
    /// Its own certificate.
    pub certificate: Certificate,
    /// Whether it issues under the real policy arcs or the test arc. A test CA never claims a real
    /// one's policies.
    pub arc: PolicyArc,
    /// Whether its certificates have the ways of the Korean PKI that some readers refuse.
    pub deviations: Deviations,
    /// The notice in every certificate, such as `이 인증서는 공동인증서 입니다`.
    pub notice: String,
    /// Where the certification practice statement is.
    pub cps_uri: String,
    /// Where the CRL is; `{partition}` in it stands for the partition's number, from 1 on. A list says that
    /// this is its address, so it stays, or what was issued before has none.
    pub crl_uri: String,
    /// Into how many partitions the CRL is divided; 1: it is whole. Each certificate stays in the one that
    /// it names: there may be more of them some day, and never fewer.
    pub crl_partitions: u32,
    /// Where the OCSP responder is.
    pub ocsp_uri: String,
    /// How long a certificate waits for its confirmation (R18b), such as ten minutes.
    pub confirm_wait: Duration,
    /// How many authorization codes may be tried for one order (R32), such as five.
    pub code_attempts: u64,
    /// How long a CRL says that it is fresh, such as a day.
    pub crl_lifetime: Duration,
}

/// The keys of a CA, each for one use.
#[derive(Debug)]
pub struct CaKeys {
    /// Signs certificates.
    pub certificate: CertificateKey,
    /// Signs CRLs.
    pub crl: CrlKey,
    /// Makes authorization codes.
    pub code: CodeKey,
    /// Seals what the ledger keeps of persons: names, TBS, certificates.
    pub sealing: SealingKey,
    /// Opens the IDN of an order; the bank has the same one.
    pub idn: SealingKey,
}

impl<'a> Ca<'a> {
    /// A CA on this ledger, for this bank; in earnest a [`GuardedLedger`](npki_ledger::GuardedLedger), which was compared
    /// with its checkpoint in a second place before anything is signed.
    #[must_use]
    pub const fn new(
        settings: &'a CaSettings,
        keys: &'a CaKeys,
        ledger: &'a dyn Ledger,
        bank: &'a dyn BankPort,
    ) -> Self {
        Self {
            settings,
            keys,
            ledger,
            bank,
        }
    }

    /// What it is and how it issues.
    #[must_use]
    pub const fn settings(&self) -> &CaSettings {
        self.settings
    }
}
