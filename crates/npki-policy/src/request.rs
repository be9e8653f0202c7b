use npki_core::{Channel, Holder, Instant, Product};

use crate::{Action, Facts};

/// One question to the policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// What is asked for.
    pub action: Action,
    /// The instant of the decision.
    pub now: Instant,
    /// Where the person meets the bank.
    pub channel: Channel,
    /// The product wanted. Counts at issue, and where no certificate is named; everywhere else
    /// the certificate's own product counts.
    pub product: Product,
    /// Who asks.
    pub holder: Holder,
    /// What is known.
    pub facts: Facts,
}

impl Request {
    /// The product that counts.
    #[must_use]
    pub fn effective_product(&self) -> Product {
        match (&self.action, &self.facts.certificate) {
            (Action::Issue, _) | (_, None) => self.product,
            (_, Some(certificate)) => certificate.product,
        }
    }
}
