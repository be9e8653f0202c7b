//! What a subscriber's stream records: what the policy has to know of a person, under a pseudonym.

use der::{Sequence, asn1::OctetString};
use npki_core::{
    Channel, Instant, Issuer, OrderAction, OrderId, Product, ReplacedBecause, RevocationReason,
};
use npki_ledger::SealedId;

use crate::{
    ApplicationId, BillKind, Consent, Counted, Report, ReservationId, Why, events::events,
    ports::CardCell,
};

events! {
    /// An event of a subscriber's stream.
    SubscriberEvent {
        Enrolled = "subscriber.enrolled";
        ConsentChanged = "subscriber.consent-changed";
        CertificateConfirmed = "subscriber.certificate-confirmed";
        RevocationAsked = "subscriber.revocation-asked";
        CertificateRevoked = "subscriber.certificate-revoked";
        BillIssued = "subscriber.bill-issued";
        ReminderDue = "subscriber.reminder-due";
        RevocationDeclined = "subscriber.revocation-declined";
        CardChosen = "subscriber.card-chosen";
        CardAnswered = "subscriber.card-answered";
        LockLifted = "subscriber.lock-lifted";
        SubscriberRefused = "subscriber.refused";
        OtherRegistered = "subscriber.other-registered";
        OtherDeregistered = "subscriber.other-deregistered";
        LoggedIn = "subscriber.logged-in";
        LogInRefused = "subscriber.log-in-refused";
    }
}

/// The person is known to the bank's certificate service.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct Enrolled {
    /// The sealed record with the user id.
    pub user: SealedId,
}

/// The issuing consent (발급 사전동의) was given or withdrawn (R17).
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct ConsentChanged {
    /// What holds from now on.
    pub consent: Consent,
    /// Where.
    pub channel: Channel,
}

/// A certificate was issued: confirmed at its CA (R18b).
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct CertificateConfirmed {
    /// The order that it came from.
    pub order: OrderId,
    /// The application.
    pub application: ApplicationId,
    /// Issue, reissue or renewal.
    pub action: OrderAction,
    /// The product.
    pub product: Product,
    /// The CA.
    pub issuer: Issuer,
    /// Big-endian octets of the serial number.
    pub serial: OctetString,
    /// The first valid second.
    pub not_before: Instant,
    /// The last valid second.
    pub not_after: Instant,
    /// SHA-256 of the certificate's DER.
    pub sha256: OctetString,
    /// The CA's instant: days are counted from here.
    pub at: Instant,
    /// The serial number of the certificate that it takes the place of.
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    pub replaces: Option<OctetString>,
    /// Why.
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
    pub because: Option<ReplacedBecause>,
    /// The reservation that pays for this certificate's period.
    #[asn1(context_specific = "2", tag_mode = "EXPLICIT", optional = "true")]
    pub paid_with: Option<ReservationId>,
}

/// Somebody who may has asked to revoke; the CA is being told.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct RevocationAsked {
    /// The CA.
    pub issuer: Issuer,
    /// Big-endian octets of the serial number.
    pub serial: OctetString,
    /// The reason.
    pub reason: RevocationReason,
    /// By what: the word of [`AskedBy`](npki_policy::AskedBy).
    pub asked_by: String,
    /// SHA-256 of the policy that decided.
    #[asn1(type = "OCTET STRING", deref = "true")]
    pub policy: [u8; 32],
}

/// The CA has revoked.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct CertificateRevoked {
    /// The CA.
    pub issuer: Issuer,
    /// Big-endian octets of the serial number.
    pub serial: OctetString,
    /// The reason.
    pub reason: RevocationReason,
    /// The CA's instant.
    pub at: Instant,
    /// The application that replaces it because it leaked (R12).
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    pub leaked_for: Option<ApplicationId>,
    /// The fee that is being paid back (R21).
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
    pub refunds: Option<ReservationId>,
}

/// A receipt or tax bill was made out (R22).
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct BillIssued {
    /// Which paper.
    pub kind: BillKind,
    /// The money that was paid.
    pub reservation: ReservationId,
    /// The certificate's CA.
    pub issuer: Issuer,
    /// Big-endian octets of its serial number.
    pub serial: OctetString,
    /// Its product.
    pub product: Product,
    /// Won, VAT included.
    pub amount: i64,
    /// When it was paid.
    pub paid_at: Instant,
    /// When the bill was made out.
    pub at: Instant,
}

/// The day has come to remind of a certificate's end (R43).
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct ReminderDue {
    /// The certificate's CA.
    pub issuer: Issuer,
    /// Big-endian octets of its serial number.
    pub serial: OctetString,
}

/// The CA does not revoke.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct RevocationDeclined {
    /// The CA.
    pub issuer: Issuer,
    /// Big-endian octets of the serial number.
    pub serial: OctetString,
    /// Why.
    pub why: Vec<Why>,
}

/// Cells of the security card were chosen; whoever asks gets these until they are answered (R31).
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct CardChosen {
    /// Two halves of different cells, in the order asked.
    pub cells: Vec<CardCell>,
}

/// The cells that were asked for are answered rightly: the next question is another one.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct CardAnswered {
    /// Which.
    pub cells: Vec<CardCell>,
}

/// A branch has lifted a lock (R32).
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct LockLifted {
    /// Of what.
    pub what: Counted,
}

/// Another institution's certificate is registered: it acts here from now on (R41).
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct OtherRegistered {
    /// The application.
    pub application: ApplicationId,
    /// The product.
    pub product: Product,
    /// The CA.
    pub issuer: Issuer,
    /// Big-endian octets of the serial number.
    pub serial: OctetString,
    /// SHA-256 of the certificate's DER.
    #[asn1(type = "OCTET STRING", deref = "true")]
    pub sha256: [u8; 32],
    /// The first valid second.
    pub not_before: Instant,
    /// The last valid second.
    pub not_after: Instant,
    /// The sealed record with the certificate.
    pub certificate: SealedId,
    /// When: loans are blocked from here (R15).
    pub at: Instant,
}

/// A registration is undone (해제).
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct OtherDeregistered {
    /// SHA-256 of the certificate's DER.
    #[asn1(type = "OCTET STRING", deref = "true")]
    pub sha256: [u8; 32],
    /// When.
    pub at: Instant,
}

/// The customer has logged in by a certificate (R40).
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct LoggedIn {
    /// SHA-256 of the certificate's DER.
    #[asn1(type = "OCTET STRING", deref = "true")]
    pub sha256: [u8; 32],
    /// Every check.
    pub report: Report,
}

/// A log-in by a certificate of the customer's was refused. Changes nothing (R70).
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct LogInRefused {
    /// Every check.
    pub report: Report,
    /// SHA-256 of the policy that decided.
    #[asn1(type = "OCTET STRING", deref = "true")]
    pub policy: [u8; 32],
}

/// A request outside of an application was refused. Changes nothing (R70).
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct SubscriberRefused {
    /// What was asked for.
    pub command: String,
    /// Every rule that refused.
    pub why: Vec<Why>,
    /// SHA-256 of the policy that decided.
    #[asn1(type = "OCTET STRING", deref = "true")]
    pub policy: [u8; 32],
}
