//! What must happen outside: an entry of an index, put by the event that decided it and removed by
//! the event of its outcome. A runner on any node can do it, with the effect's id as key.

use der::{Sequence, asn1::OctetString};
use npki_core::{Issuer, RevocationReason, named};
use npki_ledger::StreamId;

use crate::{EffectId, ReservationId, ports::NoticeKind};

/// What an effect asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum EffectKind {
    /// Reserve the fee.
    Reserve,
    /// Take the fee.
    Capture,
    /// Give the reservation up.
    Release,
    /// Pay the fee back.
    Refund,
    /// Register the order at its CA.
    Register,
    /// End the order at its CA.
    Cancel,
    /// Revoke a certificate at its CA.
    Revoke,
    /// Tell the subscriber, on the phone of step 5.
    Notify,
    /// Tell the subscriber, on the registered phone.
    NotifyRegistered,
    /// Hand over a copy of the terms that were agreed to (R35).
    HandOver,
}

named!(EffectKind, [
    Reserve = "reserve", "출금예약", "reserve the fee";
    Capture = "capture", "출금", "take the fee";
    Release = "release", "예약해제", "release the reservation";
    Refund = "refund", "환급", "pay the fee back";
    Register = "register", "발급요청 등록", "register the order";
    Cancel = "cancel", "발급요청 취소", "cancel the order";
    Revoke = "revoke", "폐기요청", "revoke the certificate";
    Notify = "notify", "알림", "notify";
    HandOver = "hand-over", "약관 교부", "hand the terms over";
    NotifyRegistered = "notify-registered", "등록된 번호로 알림", "notify on the registered phone";
]);

/// An effect as it stands in the index `effect.open`.
///
/// ```text
/// Effect ::= SEQUENCE {
///   id OCTET STRING (SIZE (16)), what PrintableString, stream UTF8String,
///   reservation [0] EXPLICIT OCTET STRING OPTIONAL, notice [1] EXPLICIT PrintableString OPTIONAL,
///   certificate [2] EXPLICIT CertificateRef OPTIONAL, reason [3] EXPLICIT PrintableString OPTIONAL }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct Effect {
    /// Its name, the key towards whom it calls.
    pub id: EffectId,
    /// What.
    pub what: EffectKind,
    /// The stream whose event decided it, and which gets its outcome.
    pub stream: StreamId,
    /// The money that is moved.
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    pub reservation: Option<ReservationId>,
    /// What the subscriber is told.
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
    pub notice: Option<NoticeKind>,
    /// The certificate that is revoked.
    #[asn1(context_specific = "2", tag_mode = "EXPLICIT", optional = "true")]
    pub certificate: Option<CertificateRef>,
    /// Why it is revoked.
    #[asn1(context_specific = "3", tag_mode = "EXPLICIT", optional = "true")]
    pub reason: Option<RevocationReason>,
}

/// Names a certificate: its CA and its serial number.
///
/// ```text
/// CertificateRef ::= SEQUENCE { issuer PrintableString, serial OCTET STRING }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Sequence)]
pub struct CertificateRef {
    /// The CA.
    pub issuer: Issuer,
    /// Big-endian octets of the serial number, without a leading zero.
    pub serial: OctetString,
}
