//! How the CA lays out its ledger: names of streams, indexes, claims and sealed records.

use der::{Decode, Encode, asn1::OctetString};
use npki_cert::Certificate;
use npki_core::{HashAlgorithm, Instant, Order, OrderId};
use npki_ledger::{
    Change, Commit, Conflict, Event as LedgerEvent, EventKind, IdempotencyKey, IndexName, Key,
    LedgerExt as _, SealedEntry, SealedId, SealedKind, StreamId, StreamKind, Value,
};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::{Ca, CaError, event::Event, state::OrderState};

/// reference number → order id
pub(crate) const REFERENCE: IndexName = IndexName::from_static("reference");
/// SHA-256 of a transaction's name → order id
pub(crate) const TRANSACTION: IndexName = IndexName::from_static("transaction");
/// SHA-256 of a transaction's name → order id: where a request is kept
pub(crate) const DEFERRED: IndexName = IndexName::from_static("deferred");
/// instant ‖ SHA-256 of a transaction's name → order id: until when
pub(crate) const DEFERRED_UNTIL: IndexName = IndexName::from_static("deferred-until");
/// serial → order id
pub(crate) const SERIAL: IndexName = IndexName::from_static("serial");
/// serial → [`crate::event::Listed`]; what the CRL lists
pub(crate) const REVOKED: IndexName = IndexName::from_static("revoked");
/// instant ‖ serial → [`crate::event::Listed`]; the same by time, for delta CRLs
pub(crate) const REVOKED_AT: IndexName = IndexName::from_static("revoked-at");
/// a CRL's stream → the last complete list of it that was written to its end
pub(crate) const CRL_WRITTEN: IndexName = IndexName::from_static("crl-written");
/// instant ‖ order id → nothing; what [`Ca::reconcile`] must end
pub(crate) const DEADLINE: IndexName = IndexName::from_static("deadline");
/// order id → nothing; recorded and not signed
pub(crate) const UNSIGNED: IndexName = IndexName::from_static("unsigned");
/// order id ‖ kind → nothing; what the bank has not been told yet
pub(crate) const NEWS: IndexName = IndexName::from_static("news");

pub(crate) const ORDER: SealedKind = SealedKind::from_static("order");
pub(crate) const IDN: SealedKind = SealedKind::from_static("idn");
pub(crate) const TBS: SealedKind = SealedKind::from_static("tbs");
pub(crate) const CERTIFICATE: SealedKind = SealedKind::from_static("certificate");
/// The same two of a pair's key-management certificate.
pub(crate) const KM_TBS: SealedKind = SealedKind::from_static("km-tbs");
pub(crate) const KM_CERTIFICATE: SealedKind = SealedKind::from_static("km-certificate");

/// A CMP message that is to be worked with again.
pub(crate) const REQUEST: SealedKind = SealedKind::from_static("request");

/// How often a commit is decided anew when others write to the same stream.
pub(crate) const TRIES: usize = 16;

impl Ca<'_> {
    /// The order's history, folded. An order that nobody registered has none.
    pub(crate) fn state(&self, order: &OrderId) -> Result<OrderState, CaError> {
        let stream = order_stream(order);
        let mut state = OrderState::default();
        loop {
            let events = self.ledger.stream(&stream, state.version + 1)?;
            if events.is_empty() {
                return Ok(state);
            }
            for recorded in &events {
                let record = recorded.record();
                let event = Event::parse(record.kind.as_str(), &record.payload)
                    .and_then(Result::ok)
                    .ok_or(CaError::Damaged {
                        what: "an order's event",
                    })?;
                state = state.evolve(event);
            }
        }
    }

    /// Which order a key of an index leads to.
    pub(crate) fn order_at(
        &self,
        index: &IndexName,
        key: &[u8],
    ) -> Result<Option<OrderId>, CaError> {
        let Ok(key) = Key::new(key) else {
            return Ok(None);
        };
        self.ledger
            .index_value(index, &key)?
            .map(|value| order_id(value.octets()))
            .transpose()
    }

    /// Seals octets that name a person.
    pub(crate) fn seal(
        &self,
        order: &OrderId,
        kind: SealedKind,
        octets: &[u8],
        rng: &mut dyn CryptoRng,
    ) -> Result<SealedEntry, CaError> {
        let record = self
            .keys
            .sealing
            .seal_for(&order_stream(order), &kind, octets, rng)?;
        Ok(SealedEntry {
            id: sealed_id(order, &kind),
            kind,
            record,
        })
    }

    /// Opens octets that were sealed here; `None` when they were shredded.
    pub(crate) fn unseal(
        &self,
        order: &OrderId,
        kind: &SealedKind,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, CaError> {
        let Some(row) = self.ledger.sealed(&sealed_id(order, kind))? else {
            return Ok(None);
        };
        let Some(record) = row.record else {
            return Ok(None);
        };
        self.keys
            .sealing
            .open_for(&order_stream(order), kind, &record)
            .map(Some)
            .map_err(|_| CaError::Damaged {
                what: "a sealed record",
            })
    }

    /// The order as it was registered, without its IDN.
    pub(crate) fn order(&self, order: &OrderId) -> Result<Order, CaError> {
        let damaged = || CaError::Damaged { what: "an order" };
        let der = self.unseal(order, &ORDER)?.ok_or_else(damaged)?;
        Order::from_der(&der).map_err(|_| damaged())
    }

    /// The signing certificate that came of an order; `None` when it was shredded or never signed.
    pub(crate) fn certificate_of(&self, order: &OrderId) -> Result<Option<Certificate>, CaError> {
        self.sealed_certificate(order, &CERTIFICATE)
    }

    /// The key-management certificate beside it; `None` when the order has none.
    pub(crate) fn km_certificate_of(
        &self,
        order: &OrderId,
    ) -> Result<Option<Certificate>, CaError> {
        self.sealed_certificate(order, &KM_CERTIFICATE)
    }

    fn sealed_certificate(
        &self,
        order: &OrderId,
        kind: &SealedKind,
    ) -> Result<Option<Certificate>, CaError> {
        self.unseal(order, kind)?
            .map(|der| {
                Certificate::parse(&der).map_err(|_| CaError::Damaged {
                    what: "a certificate",
                })
            })
            .transpose()
    }

    /// Commits, and says whether the caller has to read and decide again.
    pub(crate) fn commit(&self, commit: &Commit) -> Result<Committed, CaError> {
        Ok(match self.ledger.commit_one(commit)? {
            Ok(_) => Committed::Done,
            Err(Conflict::Version { .. }) => Committed::Stale,
            Err(Conflict::ClaimHeld { claim, .. }) => Committed::Claimed(claim),
            Err(Conflict::CounterAtCeiling { .. }) => Committed::AtCeiling,
            Err(other) => return Err(CaError::Conflict(other)),
        })
    }
}

/// What became of a commit.
#[derive(Debug)]
pub(crate) enum Committed {
    Done,
    /// Somebody was faster: read again.
    Stale,
    /// Somebody else holds this claim.
    Claimed(Key),
    AtCeiling,
}

/// An event of an order with what it changes.
pub(crate) fn ledger_event(
    order: &OrderId,
    event: &Event,
    changes: Vec<Change>,
) -> Result<LedgerEvent, CaError> {
    let mut made = LedgerEvent::new(
        order_stream(order),
        EventKind::from_static(event.kind()),
        event.payload()?,
    );
    made.changes = changes;
    Ok(made)
}

/// The commit of one act on one order. `act` and `about` make its idempotency key.
pub(crate) fn commit(
    act: &str,
    about: &[&[u8]],
    now: Instant,
    expected: Vec<(StreamId, u64)>,
    events: Vec<LedgerEvent>,
) -> Commit {
    let mut hasher = HashAlgorithm::Sha256.hasher();
    hasher.update(act.as_bytes());
    for part in about {
        hasher.update(&[0]);
        hasher.update(part);
    }
    let digest = hasher.finish();
    Commit {
        key: IdempotencyKey::new(digest.octets()).expect("32 octets lie within 16..=64"),
        request_digest: sha256(digest.octets()),
        now,
        expected,
        events,
    }
}

pub(crate) fn order_stream(order: &OrderId) -> StreamId {
    StreamId::new(StreamKind::from_static("order"), &order.to_string())
        .expect("32 hex digits are a stream's name")
}

pub(crate) fn order_id(octets: &[u8]) -> Result<OrderId, CaError> {
    octets
        .try_into()
        .map(OrderId::from_octets)
        .map_err(|_| CaError::Damaged {
            what: "an order's name",
        })
}

pub(crate) fn sealed_id(order: &OrderId, kind: &SealedKind) -> SealedId {
    let mut hasher = HashAlgorithm::Sha256.hasher();
    hasher.update(kind.as_str().as_bytes());
    hasher.update(&[0]);
    hasher.update(order.octets());
    let mut octets = [0; 16];
    octets
        .iter_mut()
        .zip(hasher.finish().octets())
        .for_each(|(to, from)| *to = *from);
    SealedId::from_octets(octets)
}

/// The sealed request of a transaction.
pub(crate) fn request_id(transaction: &[u8]) -> SealedId {
    let mut octets = [0; 16];
    let digest = sha256(&[b"request".as_slice(), transaction].concat());
    octets
        .iter_mut()
        .zip(digest)
        .for_each(|(to, from)| *to = from);
    SealedId::from_octets(octets)
}

pub(crate) fn key(octets: impl AsRef<[u8]>) -> Result<Key, CaError> {
    Key::new(octets.as_ref()).map_err(|_| CaError::Damaged {
        what: "a key's length",
    })
}

pub(crate) fn value(octets: impl AsRef<[u8]>) -> Result<Value, CaError> {
    Value::new(octets.as_ref()).map_err(|_| CaError::Damaged {
        what: "a value's length",
    })
}

pub(crate) fn put(
    index: IndexName,
    at: impl AsRef<[u8]>,
    says: impl AsRef<[u8]>,
) -> Result<Change, CaError> {
    Ok(Change::Put {
        index,
        key: key(at)?,
        value: value(says)?,
    })
}

pub(crate) fn remove(index: IndexName, at: impl AsRef<[u8]>) -> Result<Change, CaError> {
    Ok(Change::Remove {
        index,
        key: key(at)?,
    })
}

/// Sorts by time: eight octets of it, then the order's id.
pub(crate) fn deadline(at: Instant, order: &OrderId) -> Vec<u8> {
    by_time(at, order.octets())
}

/// Sorts by time: eight octets of it, then a name.
pub(crate) fn by_time(at: Instant, name: &[u8]) -> Vec<u8> {
    [&at.unix_seconds().max(0).to_be_bytes()[..], name].concat()
}

/// Claim of a transaction's name; its owner is the SHA-256 of the request that began it.
pub(crate) fn transaction_claim(transaction: &[u8]) -> Result<Key, CaError> {
    key([b"transaction/".as_slice(), &sha256(transaction)].concat())
}

pub(crate) fn sha256(octets: &[u8]) -> [u8; 32] {
    let digest = HashAlgorithm::Sha256.digest(octets);
    let mut array = [0; 32];
    array
        .iter_mut()
        .zip(digest.octets())
        .for_each(|(to, from)| *to = *from);
    array
}

pub(crate) fn octets(octets: &[u8]) -> Result<OctetString, CaError> {
    Ok(OctetString::new(octets)?)
}

pub(crate) fn der(value: &impl Encode) -> Result<Vec<u8>, CaError> {
    Ok(value.to_der()?)
}
