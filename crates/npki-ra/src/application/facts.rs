use der::asn1::OctetString;
use npki_core::{Channel, Holder, Instant, Issuer, OrderId, Product};
use npki_ledger::SealedId;
use npki_policy::{CertificateState, Enrolment, Krw, Policy, Request};

use super::state::State;
use crate::{
    Certificate, CertificateRef, Consent, Errand, Session, Subscriber, Terms,
    ports::{
        AccountNumber, CallOutcome, CardCell, Customer, OtpVerdict, Registered, Tried, Whereabouts,
    },
};

/// What is known when a command is decided: the ports' answers and the ledger's, fetched before.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The bank's record of the customer.
    pub customer: &'a Customer,
    /// What the bank's certificate service knows of the person.
    pub subscriber: &'a Subscriber,
    /// The terms in force.
    pub terms: &'a Terms,
    /// Wrong one-time passwords in a row, as the OTP centre has counted them; `None`: not asked,
    /// or no device.
    pub otp_failures: Option<u32>,
    /// The account that a fee would go from.
    pub account: Option<&'a AccountNumber>,
    /// What that account can pay.
    pub balance: Option<Krw>,
    /// What a port has answered to this very command; `None`: it was not asked yet.
    pub answer: Option<PortAnswer>,
    /// New names, to be used where one is needed.
    pub fresh: Fresh,
}

/// New random names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fresh {
    /// The name of a sealed record.
    pub sealed: SealedId,
    /// The name of an order.
    pub order: OrderId,
    /// Cells of a security card.
    pub cells: [CardCell; 2],
}

/// What a port has answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PortAnswer {
    /// The telephone.
    Call(CallOutcome),
    /// The immigration office.
    Whereabouts(Whereabouts),
    /// Who judges what was tried.
    Tried(Tried),
    /// Who judges security cards, asked about these cells.
    Card([CardCell; 2], Tried),
    /// The OTP centre.
    Otp(OtpVerdict),
}

/// Who asks for what, where: the part of a question to the policy that an application keeps.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subject {
    pub(crate) errand: Errand,
    pub(crate) channel: Channel,
    pub(crate) session: Session,
    pub(crate) holder: Holder,
}

impl Subject {
    pub(crate) const fn of(state: &State) -> Self {
        Self {
            errand: state.errand,
            channel: state.channel,
            session: state.session,
            holder: state.holder,
        }
    }

    pub(crate) fn request(
        &self,
        facts: &Facts<'_>,
        now: Instant,
        product: Product,
        more: impl FnOnce(&mut npki_policy::Facts),
    ) -> Request {
        let mut known = known(facts);
        known.logged_in = Some(self.session == Session::LoggedIn);
        more(&mut known);
        Request {
            action: self.errand.action(),
            now,
            channel: self.channel,
            product,
            holder: self.holder,
            facts: known,
        }
    }
}

/// What bank and ledger know of a person, in the policy's words.
fn known(facts: &Facts<'_>) -> npki_policy::Facts {
    let Facts {
        customer,
        subscriber,
        ..
    } = facts;
    let enrolled = |enrolment| Some(customer.enrolments.contains(&enrolment));
    let consent = subscriber.consent.or(customer.consent);
    npki_policy::Facts {
        others: subscriber.certificates.iter().map(|c| c.held()).collect(),
        last_event: subscriber.last_event,
        consent: consent.map(|consent| consent == Consent::Given),
        personal_banking: enrolled(Enrolment::PersonalBanking),
        business_banking: enrolled(Enrolment::BusinessBanking),
        business_number_registered: Some(customer.business_number == Registered::Yes),
        otp_failures: facts.otp_failures,
        balance: facts.balance,
        ..npki_policy::Facts::default()
    }
}

/// Puts the certificate that is to be replaced into its place among the facts.
pub(crate) fn place(
    known: &mut npki_policy::Facts,
    subscriber: &Subscriber,
    state: &State,
    issuer: Option<Issuer>,
    serial: &[u8],
) {
    let old = issuer.and_then(|issuer| subscriber.certificate(issuer, serial));
    known.certificate = old.map(Certificate::held);
    known.others = subscriber
        .certificates
        .iter()
        .filter(|other| old.is_none_or(|old| old.name != other.name))
        .map(Certificate::held)
        .collect();
    known.revoked_by_this_reissue =
        old.map(|old| old.state == CertificateState::Revoked && old.leaked_for == Some(state.id));
}

/// The numbers of the rules that were asked.
pub(crate) fn rules(decision: &npki_policy::Decision) -> Vec<String> {
    let verdicts = decision.verdicts().iter();
    verdicts.map(|verdict| verdict.rule.to_string()).collect()
}

/// SHA-256 of the policy.
pub(crate) fn digest(policy: &Policy) -> [u8; 32] {
    let mut out = [0; 32];
    for (to, from) in out.iter_mut().zip(policy.digest().octets()) {
        *to = *from;
    }
    out
}

/// The name of a certificate, of parts that were read.
pub(crate) fn certificate_ref(issuer: Issuer, serial: &[u8]) -> der::Result<CertificateRef> {
    Ok(CertificateRef {
        issuer,
        serial: OctetString::new(serial)?,
    })
}
