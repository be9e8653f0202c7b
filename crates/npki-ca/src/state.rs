use npki_core::Instant;

use crate::event::{Deferred, Event, Recorded, Registered, Revoked, Signed};

/// An order's stream, folded. What was decided stays; [`OrderState::evolve`] asks no policy.
#[derive(Clone, Debug, Default)]
pub(crate) struct OrderState {
    /// How many events were folded: the version that the next commit expects.
    pub(crate) version: u64,
    pub(crate) registered: Option<Registered>,
    pub(crate) recorded: Option<Recorded>,
    pub(crate) signed: Option<Signed>,
    pub(crate) outcome: Option<Outcome>,
    pub(crate) revoked: Option<Revoked>,
    /// The requests that are kept.
    pub(crate) deferred: Vec<Deferred>,
}

/// How an order ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Confirmed { at: Instant },
    Lapsed { at: Instant },
}

impl OrderState {
    /// Whether the order is for the successor of this certificate, which asks for it by its signature.
    pub(crate) fn replaces(&self, serial: &[u8]) -> bool {
        let registered = self.registered.as_ref();
        registered
            .and_then(|registered| registered.replaces.as_ref())
            .is_some_and(|replaced| replaced.as_bytes() == serial)
    }

    pub(crate) fn evolve(mut self, event: Event) -> Self {
        self.version += 1;
        match event {
            Event::Registered(e) => self.registered = Some(e),
            Event::Recorded(e) => self.recorded = Some(e),
            Event::Signed(e) => self.signed = Some(e),
            Event::Confirmed(e) => self.outcome = Some(Outcome::Confirmed { at: e.at }),
            Event::Lapsed(e) => self.outcome = Some(Outcome::Lapsed { at: e.at }),
            Event::Revoked(e) => self.revoked = Some(e),
            Event::Deferred(e) => self.deferred.push(e),
            Event::Forgotten(e) => self.deferred.retain(|d| d.transaction != e.transaction),
            Event::Attempted(_) | Event::Proved(_) | Event::Transacted(_) | Event::Delivered(_) => {
            }
        }
        self
    }
}
