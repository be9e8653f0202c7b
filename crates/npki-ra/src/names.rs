//! Names in the ledger: streams, indexes, claims, counters, kinds of sealed records. They are
//! written into leaves and never change.

use npki_core::{Instant, Issuer, OrderId, Product};
use npki_ledger::{IdempotencyKey, IndexName, Key, Pseudonym, SealedKind, StreamId, StreamKind};

use crate::{ApplicationId, CertificateRef, Challenge, Counted, EffectId, ids::derive};

pub(crate) const APPLICATION: StreamKind = StreamKind::from_static("application");
pub(crate) const SUBSCRIBER: StreamKind = StreamKind::from_static("subscriber");

pub(crate) const USER: SealedKind = SealedKind::from_static("user");
pub(crate) const ACCOUNT: SealedKind = SealedKind::from_static("account");
pub(crate) const DETAILS: SealedKind = SealedKind::from_static("details");
pub(crate) const OTHER: SealedKind = SealedKind::from_static("other-certificate");
pub(crate) const ORDER: SealedKind = SealedKind::from_static("order");

/// Open effects: due ‖ effect id → [`Effect`](crate::effect::Effect).
pub(crate) const EFFECTS: IndexName = IndexName::from_static("effect.open");
/// Deadlines of applications: due ‖ application id → nothing.
pub(crate) const DEADLINES: IndexName = IndexName::from_static("application.deadline");
/// Orders: order id → application id.
pub(crate) const ORDERS: IndexName = IndexName::from_static("order.application");
/// Certificates: issuer, 0x00, serial → pseudonym.
pub(crate) const SERIALS: IndexName = IndexName::from_static("certificate.serial");
/// Live certificates by their end: last valid second ‖ issuer, 0x00, serial → pseudonym.
pub(crate) const EXPIRIES: IndexName = IndexName::from_static("certificate.expiry");
/// Reminders of live certificates: due ‖ issuer, 0x00, serial → pseudonym.
pub(crate) const REMINDERS: IndexName = IndexName::from_static("certificate.reminder");
/// Applications of a person: pseudonym ‖ application id → nothing.
pub(crate) const APPLICANTS: IndexName = IndexName::from_static("subscriber.application");

/// Other institutions' certificates that are registered: SHA-256 → pseudonym.
pub(crate) const REGISTERED: IndexName = IndexName::from_static("certificate.registered");

pub(crate) fn application_stream(id: &ApplicationId) -> StreamId {
    StreamId::new(APPLICATION, &id.to_string()).expect("hex is a stream's name")
}

pub(crate) fn subscriber_stream(pseudonym: &Pseudonym) -> StreamId {
    StreamId::new(SUBSCRIBER, &pseudonym.to_string()).expect("hex is a stream's name")
}

/// R18a: one live certificate per person, product and CA.
pub(crate) fn slot(pseudonym: &Pseudonym, product: Product, issuer: Issuer) -> Key {
    text(&format!("slot/{pseudonym}/{product}/{issuer}"))
}

/// One application at a time replaces a certificate.
pub(crate) fn replacement(certificate: &CertificateRef) -> Key {
    text(&format!("replace/{}", certificate_text(certificate)))
}

/// Where a registered certificate stands, in index and claims.
pub(crate) fn registration(sha256: &[u8; 32]) -> Key {
    text(&format!("registered/{}", hex(sha256)))
}

/// A challenge is used up once.
pub(crate) fn nonce(challenge: &Challenge) -> Key {
    text(&format!("nonce/{}", challenge.nonce()))
}

/// Who owns a claim: a request.
pub(crate) fn owner_request(key: &IdempotencyKey) -> Key {
    text(&format!(
        "request/{}",
        hex(&derive("request", &[key.octets()]))
    ))
}

/// Who owns a claim: an application.
pub(crate) fn owner_application(id: &ApplicationId) -> Key {
    text(&format!("application/{id}"))
}

/// Who owns a claim: a certificate.
pub(crate) fn owner_certificate(certificate: &CertificateRef) -> Key {
    text(&format!("certificate/{}", certificate_text(certificate)))
}

/// Which application owns a claim.
pub(crate) fn application_of(owner: &Key) -> Option<ApplicationId> {
    let owner = core::str::from_utf8(owner.octets()).ok()?;
    owner.strip_prefix("application/")?.parse().ok()
}

pub(crate) fn counter(pseudonym: &Pseudonym, what: Counted) -> Key {
    text(&format!("tries/{what}/{pseudonym}"))
}

pub(crate) fn effect_key(due: Instant, id: &EffectId) -> Key {
    key(&[&due_octets(due), id.octets()])
}

pub(crate) fn deadline_key(due: Instant, id: &ApplicationId) -> Key {
    key(&[&due_octets(due), id.octets()])
}

pub(crate) fn order_key(id: &OrderId) -> Key {
    key(&[id.octets()])
}

pub(crate) fn applicant_key(pseudonym: &Pseudonym, id: &ApplicationId) -> Key {
    key(&[pseudonym.octets(), id.octets()])
}

pub(crate) fn serial_key(certificate: &CertificateRef) -> Key {
    let issuer = certificate.issuer.name().as_bytes();
    key(&[issuer, &[0], certificate.serial.as_bytes()])
}

pub(crate) fn expiry_key(not_after: Instant, certificate: &CertificateRef) -> Key {
    let name = serial_key(certificate);
    key(&[&due_octets(not_after), name.octets()])
}

/// The certificate that a key of [`expiry_key`] names.
pub(crate) fn split_expiry_key(key: &Key) -> Option<(Issuer, &[u8])> {
    let name = key.octets().get(8..)?;
    let end = name.iter().position(|octet| *octet == 0)?;
    let (issuer, serial) = (name.get(..end)?, name.get(end + 1..)?);
    let issuer = core::str::from_utf8(issuer).ok()?.parse().ok()?;
    Some((issuer, serial))
}

/// Octets that sort as the instants do. All of ours lie after 1970.
pub(crate) fn due_octets(due: Instant) -> [u8; 8] {
    u64::try_from(due.unix_seconds()).unwrap_or(0).to_be_bytes()
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

fn certificate_text(certificate: &CertificateRef) -> String {
    let mut out = format!("{}/", certificate.issuer);
    // RFC 5280 bounds a serial number at 20 octets; longer ones keep the first, to fit a key.
    for octet in certificate.serial.as_bytes().iter().take(64) {
        out.push_str(&format!("{octet:02x}"));
    }
    out
}

fn text(text: &str) -> Key {
    Key::new(text).expect("our names have 1 to 255 octets")
}

fn key(parts: &[&[u8]]) -> Key {
    // An issuer's name, an instant and a serial number of an RFC 5280 certificate fit by far.
    let octets: Vec<u8> = parts.concat().into_iter().take(255).collect();
    Key::new(octets).expect("1 to 255 octets")
}
