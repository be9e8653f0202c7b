//! What an application's stream records. No payload names a person: identities are pseudonyms,
//! what names somebody is a sealed record beside the event (R72).

use der::{Sequence, asn1::OctetString};
use npki_core::{
    Channel, Holder, Instant, Issuer, OrderId, Product, ReferenceNumber, ReplacedBecause,
    RevocationReason, named,
};
use npki_ledger::SealedId;

use crate::{
    AcceptedTerm, CallId, CertificateRef, Counted, EffectId, Errand, Report, ReservationId,
    Session, StepName, Why,
    effect::EffectKind,
    events::events,
    ports::{CardCell, NoticeKind, SecurityMeansKind},
};

events! {
    /// An event of an application's stream.
    Event {
        Started = "application.started";
        Chosen = "application.chosen";
        Called = "application.called";
        ExtraIdentified = "application.extra-identified";
        AccountVerified = "application.account-verified";
        CardAsked = "application.card-asked";
        MeansVerified = "application.means-verified";
        FeeConfirmed = "application.fee-confirmed";
        FeeReserved = "application.fee-reserved";
        FeeDeclined = "application.fee-declined";
        DetailsGiven = "application.details-given";
        Ordered = "application.ordered";
        Registered = "application.registered";
        OrderDeclined = "application.order-declined";
        Confirmed = "application.confirmed";
        Lapsed = "application.lapsed";
        Captured = "application.captured";
        Released = "application.released";
        Refunded = "application.refunded";
        Notified = "application.notified";
        EffectRefused = "application.effect-refused";
        Tried = "application.tried";
        Refused = "application.refused";
        WentBack = "application.went-back";
        Abandoned = "application.abandoned";
        CancelAsked = "application.cancel-asked";
        Dropped = "application.effect-dropped";
        RevokeAsked = "application.revoke-asked";
        TermsHandedOver = "application.terms-handed-over";
        CertificateRegistered = "application.certificate-registered";
        RegistrationRefused = "application.registration-refused";
    }
}

/// Step 1 is done: the terms are accepted, user id and IDN match the bank's record.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct Started {
    /// Who applies: the pseudonym's 32 octets.
    #[asn1(type = "OCTET STRING", deref = "true")]
    pub pseudonym: [u8; 32],
    /// What for.
    pub errand: Errand,
    /// Where.
    pub channel: Channel,
    /// Whether logged in.
    pub session: Session,
    /// What kind of holder.
    pub holder: Holder,
    /// The terms accepted.
    pub terms: Vec<AcceptedTerm>,
    /// The sealed record with the user id.
    pub user: SealedId,
    /// From this instant on an application without an order is abandoned.
    pub ends: Instant,
    /// SHA-256 of the policy that admitted it.
    #[asn1(type = "OCTET STRING", deref = "true")]
    pub policy: [u8; 32],
}

/// Step 2 is done.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct Chosen {
    /// The product.
    pub product: Product,
    /// The CA.
    pub issuer: Issuer,
    /// The fee in won; absent when the bank has set none.
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    pub fee: Option<i64>,
    /// What the new certificate takes the place of.
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
    pub replaces: Option<Replaces>,
    /// The CA's terms accepted.
    pub terms: Vec<AcceptedTerm>,
    /// The rules that were asked and did not refuse.
    pub rules: Vec<String>,
    /// SHA-256 of the policy that decided.
    #[asn1(type = "OCTET STRING", deref = "true")]
    pub policy: [u8; 32],
}

/// The certificate that a reissue or renewal takes the place of.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct Replaces {
    /// Big-endian octets of its serial number.
    pub serial: OctetString,
    /// Why.
    pub because: ReplacedBecause,
    /// Its last valid second.
    pub not_after: Instant,
}

/// A registered telephone is being called (R30).
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct Called {
    /// Names the call.
    pub call: CallId,
    /// From this instant on the approval number is good no longer.
    pub until: Instant,
}

/// The additional identification (R30) is there.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct ExtraIdentified {
    /// By what.
    pub by: Identification,
}

/// By what a person was identified beside user id and IDN (R30, R33).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Identification {
    /// ARS: a call to a registered telephone.
    Ars,
    /// 해외출국확인.
    Departure,
    /// 주민등록증, at a branch.
    ResidentCard,
    /// 운전면허증, at a branch.
    DrivingLicence,
    /// 여권, at a branch.
    Passport,
}

named!(Identification, [
    Ars = "ars", "ARS 인증", "call to a registered telephone";
    Departure = "departure", "해외출국확인", "overseas departure";
    ResidentCard = "resident-card", "주민등록증", "resident card";
    DrivingLicence = "driving-licence", "운전면허증", "driving licence";
    Passport = "passport", "여권", "passport";
]);

impl Identification {
    /// Whether it is a card that somebody at a branch has looked at.
    #[must_use]
    pub const fn is_identity_card(self) -> bool {
        matches!(
            self,
            Self::ResidentCard | Self::DrivingLicence | Self::Passport
        )
    }
}

/// Account and account password match (R31).
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct AccountVerified {
    /// The sealed record with the account's number.
    pub account: SealedId,
}

/// Cells of the security card were asked for (R31).
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct CardAsked {
    /// Two halves of different cells, in the order asked.
    pub cells: Vec<CardCell>,
}

impl CardAsked {
    pub(crate) fn cells(&self) -> Option<[CardCell; 2]> {
        self.cells.as_slice().try_into().ok()
    }
}

/// The security means' answer is right (R31).
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct MeansVerified {
    /// Which.
    pub means: SecurityMeansKind,
}

/// Step 4: amount and account were shown and confirmed; the reservation is under way.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct FeeConfirmed {
    /// Names the money from here on.
    pub reservation: ReservationId,
    /// Won, VAT included.
    pub amount: i64,
    /// The sealed record with the account's number.
    pub account: SealedId,
    /// So long at least it is reserved.
    pub until: Instant,
}

/// The fee is reserved.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct FeeReserved {
    /// Which.
    pub reservation: ReservationId,
}

/// The bank's systems have not reserved the fee, and will not under this name.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct FeeDeclined {
    /// Which.
    pub reservation: ReservationId,
    /// Why.
    pub why: Vec<Why>,
}

/// Step 5 is done.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct DetailsGiven {
    /// The sealed record with the details.
    pub details: SealedId,
}

/// Step 6: the policy has approved, the order is written; its registration is under way.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct Ordered {
    /// Names the order.
    pub order: OrderId,
    /// From this instant on it cannot be redeemed.
    pub ends: Instant,
    /// From this instant on nothing can be confirmed any more.
    pub settled_by: Instant,
    /// The sealed record with the order's DER.
    pub record: SealedId,
    /// The rules that were asked and did not refuse.
    pub rules: Vec<String>,
    /// SHA-256 of the policy that approved.
    #[asn1(type = "OCTET STRING", deref = "true")]
    pub policy: [u8; 32],
}

/// The CA has the order.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct Registered {
    /// The order.
    pub order: OrderId,
    /// The CA's reference number, in digits.
    pub reference: String,
}

impl Registered {
    pub(crate) fn reference(&self) -> Option<ReferenceNumber> {
        ReferenceNumber::parse(&self.reference).ok()
    }
}

/// The CA does not take the order.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct OrderDeclined {
    /// The order.
    pub order: OrderId,
    /// Why.
    pub why: Vec<Why>,
}

/// The CA says that the certificate is confirmed: it is issued (R18b).
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct Confirmed {
    /// The order.
    pub order: OrderId,
    /// Big-endian octets of the serial number.
    pub serial: OctetString,
    /// The CA's instant.
    pub at: Instant,
}

/// The CA says that nothing will come of the order.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct Lapsed {
    /// The order.
    pub order: OrderId,
    /// The CA's instant.
    pub at: Instant,
}

/// The fee was taken.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct Captured {
    /// Which.
    pub reservation: ReservationId,
}

/// The reservation was given up.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct Released {
    /// Which.
    pub reservation: ReservationId,
}

/// The fee was paid back.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct Refunded {
    /// Which.
    pub reservation: ReservationId,
}

/// The subscriber was told something.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct Notified {
    /// The effect that sent it.
    pub effect: EffectId,
    /// What.
    pub notice: NoticeKind,
}

/// A copy of the terms that were agreed to is handed over (R35).
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct TermsHandedOver {
    /// The effect that did.
    pub effect: EffectId,
    /// Which, in which versions.
    pub terms: Vec<AcceptedTerm>,
}

/// The other side of a port has refused what an effect asked for; somebody has to look.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct EffectRefused {
    /// Which effect.
    pub effect: EffectId,
    /// What it asked for.
    pub what: EffectKind,
    /// What the other side said.
    pub why: Vec<Why>,
}

/// Something that only its owner knows was tried; counted before it is judged (R32).
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct Tried {
    /// What.
    pub what: Counted,
}

/// A command was refused. Changes nothing (R70).
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct Refused {
    /// What was asked for, as [`Command::name`](crate::Command::name) says it.
    pub command: String,
    /// Every rule that refused.
    pub why: Vec<Why>,
    /// SHA-256 of the policy that decided.
    #[asn1(type = "OCTET STRING", deref = "true")]
    pub policy: [u8; 32],
}

/// The applicant went back: what came after is no longer there (R34).
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct WentBack {
    /// To this step.
    pub to: StepName,
}

/// The application has ended without an order.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct Abandoned {
    /// Who ended it.
    pub by: AbandonedBy,
}

/// The order is to be ended at the CA; what the CA answers decides.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct CancelAsked {
    /// The order.
    pub order: OrderId,
    /// Who wants it.
    pub by: AbandonedBy,
}

/// An effect is not wanted any more, and was not carried out.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct Dropped {
    /// Which.
    pub effect: EffectId,
    /// What it asked for.
    pub what: EffectKind,
}

/// The identified applicant has asked to revoke a certificate; the CA is being told (R13).
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct RevokeAsked {
    /// Which.
    pub certificate: CertificateRef,
    /// Why.
    pub reason: RevocationReason,
}

/// Another institution's certificate is registered (R41).
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct CertificateRegistered {
    /// Which.
    pub certificate: CertificateRef,
    /// Its product.
    pub product: Product,
    /// Every check.
    pub report: Report,
    /// SHA-256 of the policy that decided.
    #[asn1(type = "OCTET STRING", deref = "true")]
    pub policy: [u8; 32],
}

/// Another institution's certificate is not registered. Changes nothing (R70).
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct RegistrationRefused {
    /// Every check.
    pub report: Report,
    /// SHA-256 of the policy that decided.
    #[asn1(type = "OCTET STRING", deref = "true")]
    pub policy: [u8; 32],
}

/// Who ended an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum AbandonedBy {
    /// The applicant.
    Applicant,
    /// Its time was over.
    Deadline,
}

named!(AbandonedBy, [
    Applicant = "applicant", "신청인", "the applicant";
    Deadline = "deadline", "기한 경과", "its deadline";
]);
