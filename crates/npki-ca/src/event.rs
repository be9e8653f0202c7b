//! What the CA's ledger records of an order. No payload names a person: the order's names, the IDN,
//! the TBS and the certificate are sealed records beside it (R72).

use der::{Decode, Encode, Sequence, asn1::OctetString};
use npki_core::{Instant, OrderAction, OrderId, Product, ReplacedBecause, RevocationReason};

/// An event of an order's stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    Registered(Registered),
    Attempted(Attempted),
    Proved(Proved),
    Transacted(Transacted),
    Deferred(Deferred),
    Forgotten(Forgotten),
    Recorded(Recorded),
    Signed(Signed),
    Confirmed(Confirmed),
    Lapsed(Lapsed),
    Revoked(Revoked),
    Delivered(Delivered),
}

/// The bank's order was taken and has a reference number.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(crate) struct Registered {
    pub(crate) order: OrderId,
    pub(crate) action: OrderAction,
    pub(crate) product: Product,
    pub(crate) reference: String,
    /// Which key makes the authorization code.
    pub(crate) code_key: OctetString,
    pub(crate) ends: Instant,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    pub(crate) replaces: Option<OctetString>,
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
    pub(crate) because: Option<ReplacedBecause>,
}

/// A wrong authorization code came in: counted before anybody is told (R32).
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(crate) struct Attempted {
    pub(crate) request_sha256: OctetString,
}

/// A code was right, and no TBS is recorded with that: what was counted is forgotten.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(crate) struct Proved {
    pub(crate) request_sha256: OctetString,
}

/// Another transaction was begun for what is on record: an answer was lost, or a revocation is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(crate) struct Transacted {
    pub(crate) transaction: OctetString,
    pub(crate) request_sha256: OctetString,
}

/// A request that was right and cannot be answered yet: it is kept, sealed, and worked with again when
/// its transaction polls. Stands with the order, or with the certificate that asks, if there is none yet.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(crate) struct Deferred {
    pub(crate) transaction: OctetString,
    pub(crate) request_sha256: OctetString,
    /// When it is destroyed, answered or not.
    pub(crate) until: Instant,
}

/// The time of a kept request is over: it is destroyed.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(crate) struct Forgotten {
    pub(crate) transaction: OctetString,
}

/// The TBS was linted and recorded; from here on one certificate, and no other, comes of the order.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(crate) struct Recorded {
    pub(crate) transaction: OctetString,
    pub(crate) request_sha256: OctetString,
    pub(crate) public_key_sha256: OctetString,
    pub(crate) serial: OctetString,
    pub(crate) not_before: Instant,
    pub(crate) not_after: Instant,
    pub(crate) tbs_sha256: OctetString,
    /// Whether the certificate carries a VID: a client that sends no R gets the real name alone.
    pub(crate) with_vid: bool,
    /// The key-management certificate of the same order.
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    pub(crate) km: Option<RecordedKm>,
    /// The partition of the CRL that the certificate names; none names the whole.
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
    pub(crate) partition: Option<u32>,
}

/// The second TBS of a pair, recorded with the first.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(crate) struct RecordedKm {
    pub(crate) public_key_sha256: OctetString,
    /// The successor of the signing certificate's.
    pub(crate) serial: OctetString,
    pub(crate) tbs_sha256: OctetString,
    /// As in [`Recorded`].
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    pub(crate) partition: Option<u32>,
}

impl Recorded {
    /// The serial numbers of the order's certificates, the signing one's first, and the partitions of the
    /// CRL that they name.
    pub(crate) fn serials(&self) -> impl Iterator<Item = (&[u8], Option<u32>)> {
        let km = self
            .km
            .iter()
            .map(|km| (km.serial.as_bytes(), km.partition));
        core::iter::once((self.serial.as_bytes(), self.partition)).chain(km)
    }
}

/// The recorded TBS was signed; unless confirmed until `confirm_by`, the certificate is revoked.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(crate) struct Signed {
    pub(crate) certificate_sha256: OctetString,
    pub(crate) confirm_by: Instant,
    /// Whether the same commit confirmed it.
    #[asn1(default = "Default::default")]
    pub(crate) implicit: bool,
    /// The key-management certificate, signed with the other one.
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    pub(crate) km_sha256: Option<OctetString>,
}

/// The subscriber's side has the certificate (R18b).
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(crate) struct Confirmed {
    pub(crate) at: Instant,
}

/// Nothing more comes of the order.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(crate) struct Lapsed {
    pub(crate) at: Instant,
}

/// The certificate was revoked.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(crate) struct Revoked {
    pub(crate) at: Instant,
    pub(crate) reason: RevocationReason,
}

/// What the CRL's indexes have of a revoked certificate; no event of its own.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(crate) struct Listed {
    pub(crate) at: Instant,
    pub(crate) reason: RevocationReason,
    /// The partition that the certificate names, whatever the settings say by now.
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    pub(crate) partition: Option<u32>,
}

/// The bank has taken the news.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(crate) struct Delivered {
    pub(crate) news: u8,
    pub(crate) at: Instant,
}

impl Event {
    /// The kind's name in the record; never changes.
    pub(crate) const fn kind(&self) -> &'static str {
        match self {
            Self::Registered(_) => "ca.registered",
            Self::Attempted(_) => "ca.attempted",
            Self::Proved(_) => "ca.proved",
            Self::Transacted(_) => "ca.transacted",
            Self::Deferred(_) => "ca.deferred",
            Self::Forgotten(_) => "ca.forgotten",
            Self::Recorded(_) => "ca.recorded",
            Self::Signed(_) => "ca.signed",
            Self::Confirmed(_) => "ca.confirmed",
            Self::Lapsed(_) => "ca.lapsed",
            Self::Revoked(_) => "ca.revoked",
            Self::Delivered(_) => "ca.delivered",
        }
    }

    pub(crate) fn payload(&self) -> der::Result<Vec<u8>> {
        match self {
            Self::Registered(e) => e.to_der(),
            Self::Attempted(e) => e.to_der(),
            Self::Proved(e) => e.to_der(),
            Self::Transacted(e) => e.to_der(),
            Self::Deferred(e) => e.to_der(),
            Self::Forgotten(e) => e.to_der(),
            Self::Recorded(e) => e.to_der(),
            Self::Signed(e) => e.to_der(),
            Self::Confirmed(e) => e.to_der(),
            Self::Lapsed(e) => e.to_der(),
            Self::Revoked(e) => e.to_der(),
            Self::Delivered(e) => e.to_der(),
        }
    }

    /// Reads a record's payload; `None` for a kind that this version does not know.
    pub(crate) fn parse(kind: &str, payload: &[u8]) -> Option<der::Result<Self>> {
        Some(match kind {
            "ca.registered" => Registered::from_der(payload).map(Self::Registered),
            "ca.attempted" => Attempted::from_der(payload).map(Self::Attempted),
            "ca.proved" => Proved::from_der(payload).map(Self::Proved),
            "ca.transacted" => Transacted::from_der(payload).map(Self::Transacted),
            "ca.deferred" => Deferred::from_der(payload).map(Self::Deferred),
            "ca.forgotten" => Forgotten::from_der(payload).map(Self::Forgotten),
            "ca.recorded" => Recorded::from_der(payload).map(Self::Recorded),
            "ca.signed" => Signed::from_der(payload).map(Self::Signed),
            "ca.confirmed" => Confirmed::from_der(payload).map(Self::Confirmed),
            "ca.lapsed" => Lapsed::from_der(payload).map(Self::Lapsed),
            "ca.revoked" => Revoked::from_der(payload).map(Self::Revoked),
            "ca.delivered" => Delivered::from_der(payload).map(Self::Delivered),
            _ => return None,
        })
    }
}
