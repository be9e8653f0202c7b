use core::fmt;

use npki_core::RevocationReason;
use npki_ledger::{Change, SealedId, SealedKind};
use zeroize::Zeroizing;

use super::event::Event;
use crate::{
    CertificateRef, ReservationId, SubscriberEvent, Why, effect::EffectKind, ports::NoticeKind,
};

/// What is decided: either the rules that refuse, or what happens.
#[derive(Debug, Default)]
pub struct Decision {
    /// Every rule that refuses; then nothing happens.
    pub why: Vec<Why>,
    /// What happens, in order.
    pub events: Vec<Draft>,
    /// What must happen outside, because of it.
    pub effects: Vec<Wish>,
    /// Whether a port is to be asked first; then nothing is decided yet.
    pub asks_port: bool,
}

/// An event that is to be recorded, with what goes beside it.
#[derive(Debug)]
pub struct Draft {
    /// The event.
    pub event: Drafted,
    /// What is to be sealed.
    pub seal: Vec<Seal>,
    /// Changes of claims and counters.
    pub changes: Vec<Change>,
}

/// An event of either stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Drafted {
    /// The application's.
    Application(Event),
    /// The subscriber's.
    Subscriber(SubscriberEvent),
}

/// Octets that are to be sealed: personal, wiped on drop, not shown.
pub struct Seal {
    /// The record's name.
    pub id: SealedId,
    /// What it holds.
    pub kind: SealedKind,
    /// The octets.
    pub plaintext: Zeroizing<Vec<u8>>,
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            id,
            kind,
            plaintext: _,
        } = self;
        f.debug_struct("Seal")
            .field("id", id)
            .field("kind", kind)
            .finish_non_exhaustive()
    }
}

/// An effect that a decision wants; it gets its name when it is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// What.
    pub what: EffectKind,
    /// The money that is moved.
    pub reservation: Option<ReservationId>,
    /// What the subscriber is told.
    pub notice: Option<NoticeKind>,
    /// The certificate that is revoked, and why.
    pub revoke: Option<(CertificateRef, RevocationReason)>,
}

impl Wish {
    pub(crate) const fn of(what: EffectKind) -> Self {
        Self {
            what,
            reservation: None,
            notice: None,
            revoke: None,
        }
    }

    pub(crate) const fn revoke(certificate: CertificateRef, reason: RevocationReason) -> Self {
        Self {
            what: EffectKind::Revoke,
            reservation: None,
            notice: None,
            revoke: Some((certificate, reason)),
        }
    }

    pub(crate) const fn money(what: EffectKind, reservation: ReservationId) -> Self {
        Self {
            what,
            reservation: Some(reservation),
            notice: None,
            revoke: None,
        }
    }

    pub(crate) const fn tell(what: EffectKind, notice: NoticeKind) -> Self {
        Self {
            what,
            reservation: None,
            notice: Some(notice),
            revoke: None,
        }
    }
}

impl Draft {
    pub(crate) fn new(event: impl Into<Event>) -> Self {
        Self {
            event: Drafted::Application(event.into()),
            seal: Vec::new(),
            changes: Vec::new(),
        }
    }

    pub(crate) fn of_subscriber(event: impl Into<SubscriberEvent>) -> Self {
        Self {
            event: Drafted::Subscriber(event.into()),
            seal: Vec::new(),
            changes: Vec::new(),
        }
    }

    pub(crate) fn seal(mut self, id: SealedId, kind: &SealedKind, plaintext: Vec<u8>) -> Self {
        self.seal.push(Seal {
            id,
            kind: kind.clone(),
            plaintext: Zeroizing::new(plaintext),
        });
        self
    }

    pub(crate) fn change(mut self, change: Change) -> Self {
        self.changes.push(change);
        self
    }
}

impl Decision {
    pub(super) fn refuse(why: impl Into<Vec<Why>>) -> Self {
        Self {
            why: why.into(),
            ..Self::default()
        }
    }

    pub(super) fn record(draft: Draft) -> Self {
        Self {
            events: vec![draft],
            ..Self::default()
        }
    }

    pub(super) fn ask_port() -> Self {
        Self {
            asks_port: true,
            ..Self::default()
        }
    }

    pub(super) fn and(mut self, effect: Wish) -> Self {
        self.effects.push(effect);
        self
    }

    /// Whether no rule refuses.
    #[must_use]
    pub const fn is_allowed(&self) -> bool {
        self.why.is_empty()
    }
}
