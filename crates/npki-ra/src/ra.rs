mod agreements;
mod ask;
mod ask_port;
mod batch;
mod begin;
mod bill;
mod claims;
mod handle;
mod load;
mod log_in;
mod look_up;
mod news;
mod order;
mod reconcile;
mod register;
mod remind;
mod replay;
mod request;
mod revoke;
mod revoked;
mod run;

use npki_ledger::Ledger;
use npki_policy::Policy;

use crate::{Application, Keys, Terms, TrustedCas, ports::Ports, why::Refusal};

pub use agreements::Agreement;
pub use log_in::LogIn;
pub use look_up::{Choices, Offered, Overview};
pub use reconcile::Reconciled;
pub use register::Registering;
pub use revoke::Revocation;

/// The bank: registration authority (등록대행기관) of joint certificates.
///
/// It remembers nothing itself: any number of nodes with the same ledger, keys, policy and ports
/// are one bank.
#[derive(Clone, Copy, Debug)]
pub struct Ra<'a> {
    /// The rules.
    pub policy: &'a Policy,
    /// Where everything is recorded; in earnest a [`GuardedLedger`](npki_ledger::GuardedLedger), which was compared with
    /// its checkpoint in a second place.
    pub ledger: &'a dyn Ledger,
    /// The outside world.
    pub ports: Ports<'a>,
    /// The bank's keys.
    pub keys: &'a Keys,
    /// The CAs whose certificates it takes from other institutions (R41).
    pub trusted: &'a TrustedCas,
    /// The terms in force.
    pub terms: &'a Terms,
    /// The organisational unit that certificates name, such as `KMB`.
    pub unit: &'a str,
}

/// An answer to an applicant.
#[derive(Debug)]
pub enum Answer {
    /// It is recorded; this is the application now.
    Done(Application),
    /// A refusal, recorded too once the applicant is known (R70).
    Refused(Refusal),
}

impl Answer {
    /// The application, unless refused.
    #[must_use]
    pub fn done(self) -> Option<Application> {
        match self {
            Self::Done(application) => Some(application),
            Self::Refused(_) => None,
        }
    }

    /// The refusal, if it is one.
    #[must_use]
    pub fn refused(self) -> Option<Refusal> {
        match self {
            Self::Done(_) => None,
            Self::Refused(refusal) => Some(refusal),
        }
    }
}

/// How often a request is decided again because others wrote to its streams meanwhile.
const TRIES: usize = 16;
