use npki_core::{Instant, Issuer, OrderAction, OrderId, Product, RevocationReason};
use npki_ledger::{Pseudonym, Recorded, SealedId};
use npki_policy::{
    CertificateState, EventKind, HeldCertificate, Krw, LastEvent, Policy, Ra as Registrar, Standing,
};

use super::event::{CertificateConfirmed, CertificateRevoked, SubscriberEvent};
use crate::{
    ApplicationId, Bill, BillKind, CertificateRef, Consent, EventError, ReservationId,
    ports::CardCell,
};

/// A subscriber, folded from the events of its stream: what the policy has to know (R42).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Subscriber {
    /// Who.
    pub pseudonym: Pseudonym,
    /// Events in the stream.
    pub version: u64,
    /// The sealed record with the user id, newest first known.
    pub user: Option<SealedId>,
    /// The issuing consent, when it was given or withheld here; else the bank's record counts (R17).
    pub consent: Option<Consent>,
    /// The cells of the security card that are asked for until they are answered (R31).
    pub card_question: Option<[CardCell; 2]>,
    /// Every certificate, the oldest first.
    pub certificates: Vec<Certificate>,
    /// Other institutions' certificates, the oldest first; those that were deregistered too (R41).
    pub others: Vec<OtherCertificate>,
    /// Receipts and tax bills, the oldest first (R22).
    pub bills: Vec<Bill>,
    /// What happened last, for loans and receipts (R15, R22).
    pub last_event: Option<LastEvent>,
}

/// A certificate of a subscriber, as the bank knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Certificate {
    /// Its CA and serial number.
    pub name: CertificateRef,
    /// The order that it came from.
    pub order: OrderId,
    /// The application that it came from.
    pub application: ApplicationId,
    /// The product.
    pub product: Product,
    /// Its state; whether it has expired is judged by time.
    pub state: CertificateState,
    /// When it was confirmed (R18b).
    pub issued_at: Instant,
    /// The first valid second.
    pub not_before: Instant,
    /// The last valid second.
    pub not_after: Instant,
    /// SHA-256 of its DER.
    pub sha256: Vec<u8>,
    /// When the fee of its period was paid.
    pub paid_at: Option<Instant>,
    /// The reservation that paid.
    pub paid_with: Option<ReservationId>,
    /// The application that made the payment: its stream has the money's movements.
    pub paid_by: Option<ApplicationId>,
    /// Why and when it was revoked.
    pub revoked: Option<(RevocationReason, Instant)>,
    /// The application that replaces it because its key has leaked (R12).
    pub leaked_for: Option<ApplicationId>,
    /// Whether its fee is, or is being, paid back.
    pub refund: Refund,
    /// Whether a revocation was asked for and the CA has not answered yet.
    pub revoking: bool,
}

/// Another institution's certificate that is, or was, registered (타행·타기관 인증서, R41).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OtherCertificate {
    /// Its CA and serial number.
    pub name: CertificateRef,
    /// The product.
    pub product: Product,
    /// SHA-256 of its DER.
    pub sha256: [u8; 32],
    /// The first valid second.
    pub not_before: Instant,
    /// The last valid second.
    pub not_after: Instant,
    /// The sealed record with the certificate, as long as it is registered.
    pub certificate: SealedId,
    /// The application that it was registered by.
    pub application: ApplicationId,
    /// When it was registered.
    pub registered_at: Instant,
    /// When it was deregistered.
    pub deregistered_at: Option<Instant>,
}

/// Whether a fee goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Refund {
    /// It stays.
    None,
    /// It goes back, or has gone back.
    Decided,
}

impl Certificate {
    /// What the policy sees of it.
    #[must_use]
    pub const fn held(&self) -> HeldCertificate {
        HeldCertificate {
            product: self.product,
            issuer: self.name.issuer,
            state: self.state,
            issued_at: self.issued_at,
            not_before: self.not_before,
            not_after: self.not_after,
            paid_at: self.paid_at,
            ra: Registrar::Own,
        }
    }
}

impl Subscriber {
    /// Somebody of whom nothing is recorded.
    #[must_use]
    pub const fn unknown(pseudonym: Pseudonym) -> Self {
        Self {
            pseudonym,
            version: 0,
            user: None,
            consent: None,
            card_question: None,
            certificates: Vec::new(),
            others: Vec::new(),
            bills: Vec::new(),
            last_event: None,
        }
    }

    /// Folds a whole stream.
    ///
    /// # Errors
    /// [`EventError`].
    pub fn fold(pseudonym: Pseudonym, records: &[Recorded]) -> Result<Self, EventError> {
        let mut subscriber = Self::unknown(pseudonym);
        for recorded in records {
            let record = recorded.record();
            let event = SubscriberEvent::parse(&record.kind, &record.payload)?;
            subscriber = evolve_subscriber(subscriber, &event)?;
            subscriber.version = record.stream_version;
        }
        Ok(subscriber)
    }

    /// The certificate with this CA and serial number.
    #[must_use]
    pub fn certificate(&self, issuer: Issuer, serial: &[u8]) -> Option<&Certificate> {
        let named =
            |c: &&Certificate| c.name.issuer == issuer && c.name.serial.as_bytes() == serial;
        self.certificates.iter().find(named)
    }

    /// The registered certificate with this SHA-256.
    #[must_use]
    pub fn registered(&self, sha256: &[u8; 32]) -> Option<&OtherCertificate> {
        let mut others = self.others.iter();
        others.find(|other| other.sha256 == *sha256 && other.deregistered_at.is_none())
    }

    /// The event from which the policy counts the days without loans (R15): of the last one of a
    /// certificate and of the last registration, the one that blocks longer.
    #[must_use]
    pub fn blocks_loans(&self, policy: &Policy) -> Option<LastEvent> {
        let registered = self.others.last().map(|other| LastEvent {
            kind: EventKind::Register,
            at: other.registered_at,
        });
        let events = self.last_event.into_iter().chain(registered);
        events.max_by_key(|event| policy.loans_free_at(*event))
    }

    /// The bill of this kind for a payment.
    #[must_use]
    pub fn bill(&self, paid_with: &ReservationId, kind: BillKind) -> Option<&Bill> {
        let mut bills = self.bills.iter();
        bills.find(|bill| bill.reservation == *paid_with && bill.kind == kind)
    }

    /// Until when a certificate of this product and CA lives; `None` when there is none.
    #[must_use]
    pub fn live(&self, product: Product, issuer: Issuer, now: Instant) -> Option<Instant> {
        let mut all = self.certificates.iter();
        all.find(|c| {
            (c.product, c.name.issuer) == (product, issuer)
                && c.held().standing(now) == Standing::Live
        })
        .map(|c| c.not_after)
    }

    /// Whether a payment goes back, or has gone back: then there is no bill for it (R22).
    #[must_use]
    pub fn is_refunded(&self, paid_with: &ReservationId) -> bool {
        let mut all = self.certificates.iter();
        all.any(|c| c.paid_with == Some(*paid_with) && c.refund == Refund::Decided)
    }

    /// Whether there is a bill for a payment: then it does not go back (R22).
    #[must_use]
    pub fn is_billed(&self, paid_with: &ReservationId) -> bool {
        self.bills.iter().any(|bill| bill.reservation == *paid_with)
    }

    /// The certificate that came of this order.
    #[must_use]
    pub fn of_order(&self, order: &OrderId) -> Option<&Certificate> {
        self.certificates.iter().find(|c| c.order == *order)
    }

    fn certificate_mut(&mut self, name: &CertificateRef) -> Option<&mut Certificate> {
        self.certificates.iter_mut().find(|c| c.name == *name)
    }

    fn confirm(&mut self, event: &CertificateConfirmed) {
        let replaced = event.replaces.as_ref().map(|serial| CertificateRef {
            issuer: event.issuer,
            serial: serial.clone(),
        });
        let mut paid = event
            .paid_with
            .map(|reservation| (event.at, reservation, event.application));
        if let Some(old) = replaced.and_then(|name| self.certificate_mut(&name)) {
            // A leaked one was revoked already and stays so.
            if old.state == CertificateState::Issued {
                old.state = match event.action {
                    OrderAction::Renew => CertificateState::Renewed,
                    _ => CertificateState::Reissued,
                };
            }
            if event.action == OrderAction::Reissue && paid.is_none() {
                // A reissue goes on with the period that was paid for; its days do not begin again
                // (R12, R21).
                let old_paid = old.paid_at.zip(old.paid_with).zip(old.paid_by);
                paid = old_paid.map(|((at, with), by)| (at, with, by));
            }
        }
        self.last_event = Some(LastEvent {
            kind: match event.action {
                OrderAction::Renew => EventKind::Renew,
                OrderAction::Reissue => EventKind::Reissue,
                _ => EventKind::Issue,
            },
            at: event.at,
        });
        self.certificates.push(Certificate {
            name: CertificateRef {
                issuer: event.issuer,
                serial: event.serial.clone(),
            },
            order: event.order,
            application: event.application,
            product: event.product,
            state: CertificateState::Issued,
            issued_at: event.at,
            not_before: event.not_before,
            not_after: event.not_after,
            sha256: event.sha256.as_bytes().to_vec(),
            paid_at: paid.map(|(at, ..)| at),
            paid_with: paid.map(|(_, with, _)| with),
            paid_by: paid.map(|(.., by)| by),
            revoked: None,
            leaked_for: None,
            refund: Refund::None,
            revoking: false,
        });
    }

    fn revoke(&mut self, event: &CertificateRevoked) -> bool {
        let name = CertificateRef {
            issuer: event.issuer,
            serial: event.serial.clone(),
        };
        let Some(certificate) = self.certificate_mut(&name) else {
            return false;
        };
        certificate.state = CertificateState::Revoked;
        certificate.revoked = Some((event.reason, event.at));
        certificate.revoking = false;
        certificate.leaked_for = event.leaked_for;
        if event.refunds.is_some() {
            certificate.refund = Refund::Decided;
        }
        true
    }
}

/// What a subscriber is after an event. Asks no policy; passes refusals over.
///
/// # Errors
/// [`EventError::OutOfPlace`] for an event that cannot follow.
pub fn evolve_subscriber(
    mut subscriber: Subscriber,
    event: &SubscriberEvent,
) -> Result<Subscriber, EventError> {
    let out_of_place = || EventError::OutOfPlace(event.kind());
    subscriber.version = subscriber.version.saturating_add(1);
    match event {
        SubscriberEvent::Enrolled(enrolled) => subscriber.user = Some(enrolled.user),
        SubscriberEvent::ConsentChanged(changed) => subscriber.consent = Some(changed.consent),
        SubscriberEvent::CertificateConfirmed(confirmed) => subscriber.confirm(confirmed),
        SubscriberEvent::RevocationAsked(asked) => {
            let name = CertificateRef {
                issuer: asked.issuer,
                serial: asked.serial.clone(),
            };
            let certificate = subscriber.certificate_mut(&name);
            certificate.ok_or_else(out_of_place)?.revoking = true;
        }
        SubscriberEvent::CertificateRevoked(revoked) => {
            if !subscriber.revoke(revoked) {
                return Err(out_of_place());
            }
        }
        SubscriberEvent::RevocationDeclined(declined) => {
            let name = CertificateRef {
                issuer: declined.issuer,
                serial: declined.serial.clone(),
            };
            let certificate = subscriber.certificate_mut(&name);
            certificate.ok_or_else(out_of_place)?.revoking = false;
        }
        SubscriberEvent::BillIssued(issued) => subscriber.bills.push(Bill {
            kind: issued.kind,
            reservation: issued.reservation,
            certificate: CertificateRef {
                issuer: issued.issuer,
                serial: issued.serial.clone(),
            },
            product: issued.product,
            amount: Krw(issued.amount),
            paid_at: issued.paid_at,
            issued_at: issued.at,
        }),
        SubscriberEvent::CardChosen(chosen) => {
            let cells = chosen.cells.as_slice().try_into();
            subscriber.card_question = Some(cells.map_err(|_| out_of_place())?);
        }
        SubscriberEvent::CardAnswered(_) => subscriber.card_question = None,
        SubscriberEvent::OtherRegistered(other) => subscriber.others.push(OtherCertificate {
            name: CertificateRef {
                issuer: other.issuer,
                serial: other.serial.clone(),
            },
            product: other.product,
            sha256: other.sha256,
            not_before: other.not_before,
            not_after: other.not_after,
            certificate: other.certificate,
            application: other.application,
            registered_at: other.at,
            deregistered_at: None,
        }),
        SubscriberEvent::OtherDeregistered(gone) => {
            let mut others = subscriber.others.iter_mut();
            let other = others.find(|o| o.sha256 == gone.sha256 && o.deregistered_at.is_none());
            other.ok_or_else(out_of_place)?.deregistered_at = Some(gone.at);
        }
        SubscriberEvent::LockLifted(_)
        | SubscriberEvent::ReminderDue(_)
        | SubscriberEvent::LoggedIn(_)
        | SubscriberEvent::LogInRefused(_)
        | SubscriberEvent::SubscriberRefused(_) => {}
    }
    Ok(subscriber)
}
