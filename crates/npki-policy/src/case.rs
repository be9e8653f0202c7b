use npki_core::{Channel, Instant, Issuer, Product};

use crate::{
    Action, Facts, HeldCertificate, Krw, Parameters, Policy, ProductRow, Request, Standing,
};

/// A request beside the policy, with what several rules look up.
pub(crate) struct Case<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) request: &'a Request,
    /// The product that counts.
    pub(crate) product: Product,
    /// Its row, when the bank sells it.
    pub(crate) row: Option<&'a ProductRow>,
    /// The CA that counts.
    pub(crate) issuer: Option<Issuer>,
    /// The certificate acted on and what it is worth now.
    pub(crate) certificate: Option<(&'a HeldCertificate, Standing)>,
}

impl<'a> Case<'a> {
    pub(crate) fn new(policy: &'a Policy, request: &'a Request) -> Self {
        let product = request.effective_product();
        let row = policy.catalogue().row(product);
        let certificate = match request.action {
            Action::Issue => None,
            _ => request.facts.certificate.as_ref(),
        };
        let issuer = match (request.action, certificate) {
            (Action::Issue, _) | (_, None) => request
                .facts
                .issuer
                .or_else(|| row.and_then(|row| row.offers.first()).map(|o| o.issuer)),
            (_, Some(certificate)) => Some(certificate.issuer),
        };
        Self {
            policy,
            request,
            product,
            row,
            issuer,
            certificate: certificate.map(|c| (c, c.standing(request.now))),
        }
    }

    pub(crate) const fn action(&self) -> Action {
        self.request.action
    }

    pub(crate) const fn now(&self) -> Instant {
        self.request.now
    }

    pub(crate) const fn facts(&self) -> &'a Facts {
        &self.request.facts
    }

    pub(crate) const fn parameters(&self) -> &'a Parameters {
        self.policy.parameters()
    }

    pub(crate) fn is_online(&self) -> bool {
        self.request.channel != Channel::Branch
    }

    /// Whether the product that counts is a personal one.
    pub(crate) const fn is_personal(&self) -> bool {
        matches!(
            self.product,
            Product::PersonalLimited | Product::PersonalGeneral
        )
    }

    /// What the action charges (R20, R23): an issue and a renewal the product's fee, a reissue
    /// nothing.
    pub(crate) fn fee(&self) -> Option<Krw> {
        match self.action() {
            Action::Issue | Action::Renew => self.row.and_then(|row| row.fee),
            Action::Reissue => Some(Krw::ZERO),
            _ => None,
        }
    }
}
