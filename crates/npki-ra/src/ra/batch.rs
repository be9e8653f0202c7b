use der::Encode;
use npki_core::Instant;
use npki_ledger::{
    Change, Commit, Conflict, Event as LedgerEvent, IdempotencyKey, LedgerExt, Receipt,
    SealedEntry, SealedId, StreamId, Value,
};
use rand_core::CryptoRng;

use super::Ra;
use crate::{
    ApplicationId, CertificateRef, Draft, Drafted, Effect, EffectId, RaError, State, Subscriber,
    Wish,
    application::evolve,
    effect::EffectKind,
    names::{self, application_stream, deadline_key, effect_key, subscriber_stream},
};
use npki_core::RevocationReason;

/// A commit that is being put together: events of an application and of its subscriber, with all
/// that hangs on them.
pub(super) struct Batch<'a> {
    ra: &'a Ra<'a>,
    now: Instant,
    expected: Vec<(StreamId, u64)>,
    events: Vec<LedgerEvent>,
    effects: usize,
    application: Option<Walk>,
    subscriber: Option<(StreamId, u64)>,
}

struct Walk {
    id: ApplicationId,
    stream: StreamId,
    before: Option<State>,
    after: Option<State>,
    version: u64,
}

impl<'a> Batch<'a> {
    pub(super) const fn new(ra: &'a Ra<'a>, now: Instant) -> Self {
        Self {
            ra,
            now,
            expected: Vec::new(),
            events: Vec::new(),
            effects: 0,
            application: None,
            subscriber: None,
        }
    }

    /// The application that events go to, as it was read.
    pub(super) fn application(mut self, id: ApplicationId, state: Option<&State>) -> Self {
        let stream = application_stream(&id);
        let version = state.map_or(0, |state| state.version);
        self.expected.push((stream.clone(), version));
        self.application = Some(Walk {
            id,
            stream,
            before: state.cloned(),
            after: state.cloned(),
            version,
        });
        self
    }

    /// The application that an event goes to which depends on nothing in it.
    pub(super) fn appending_to(mut self, state: &State) -> Self {
        self = self.application(state.id, Some(state));
        self.expected.clear();
        self
    }

    /// The subscriber that events go to, as it was read.
    pub(super) fn subscriber(mut self, subscriber: &Subscriber) -> Self {
        let stream = subscriber_stream(&subscriber.pseudonym);
        self.expected.push((stream.clone(), subscriber.version));
        self.subscriber = Some((stream, subscriber.version));
        self
    }

    /// Adds an event, sealing what is to be sealed.
    pub(super) fn push(&mut self, draft: Draft, rng: &mut dyn CryptoRng) -> Result<(), RaError> {
        let (stream, kind, payload) = match &draft.event {
            Drafted::Application(event) => {
                let walk = self.application.as_mut().ok_or(RaError::Damaged("batch"))?;
                walk.version = walk.version.saturating_add(1);
                walk.after = Some(match (walk.after.take(), event) {
                    (None, crate::Event::Started(started)) => State::begin(walk.id, started),
                    (None, _) => return Err(RaError::Damaged("batch")),
                    (Some(state), event) => evolve(state, event)?,
                });
                (walk.stream.clone(), event.kind(), event.payload()?)
            }
            Drafted::Subscriber(event) => {
                let (stream, version) =
                    self.subscriber.as_mut().ok_or(RaError::Damaged("batch"))?;
                *version = version.saturating_add(1);
                (stream.clone(), event.kind(), event.payload()?)
            }
        };
        let mut event = LedgerEvent::new(stream.clone(), kind, payload);
        event.changes = draft.changes;
        for seal in draft.seal {
            let key = &self.ra.keys.records;
            event.sealed.push(SealedEntry {
                id: seal.id,
                record: key.seal_for(&stream, &seal.kind, &seal.plaintext, rng)?,
                kind: seal.kind,
            });
        }
        self.events.push(event);
        Ok(())
    }

    /// The application as it is behind the events added so far.
    pub(super) fn after(&self) -> Option<&State> {
        self.application.as_ref()?.after.as_ref()
    }

    /// Adds a change to the newest event.
    pub(super) fn change(&mut self, change: Change) {
        if let Some(event) = self.events.last_mut() {
            event.changes.push(change);
        }
    }

    /// Deletes a sealed record with the newest event.
    pub(super) fn shred(&mut self, id: SealedId) {
        if let Some(event) = self.events.last_mut() {
            event.shred.push(id);
        }
    }

    /// Opens an effect of the application.
    pub(super) fn wish(&mut self, wish: &Wish) -> Result<(), RaError> {
        if let Some((certificate, reason)) = &wish.revoke {
            return self.revoke(certificate.clone(), *reason);
        }
        let walk = self.application.as_ref().ok_or(RaError::Damaged("batch"))?;
        self.wish_of(walk.id, wish)
    }

    /// Opens an effect of another application than the one written to.
    pub(super) fn wish_of(&mut self, id: ApplicationId, wish: &Wish) -> Result<(), RaError> {
        let effect = Effect {
            id: self.effect_id()?,
            what: wish.what,
            stream: application_stream(&id),
            reservation: wish.reservation,
            notice: wish.notice,
            certificate: None,
            reason: None,
        };
        self.open(&effect)
    }

    /// Opens the revoking of a certificate.
    pub(super) fn revoke(
        &mut self,
        certificate: CertificateRef,
        reason: RevocationReason,
    ) -> Result<(), RaError> {
        let (stream, _) = self.subscriber.as_ref().ok_or(RaError::Damaged("batch"))?;
        let effect = Effect {
            stream: stream.clone(),
            id: self.effect_id()?,
            what: EffectKind::Revoke,
            reservation: None,
            notice: None,
            certificate: Some(certificate),
            reason: Some(reason),
        };
        self.open(&effect)
    }

    fn effect_id(&mut self) -> Result<EffectId, RaError> {
        let last = self.events.last().ok_or(RaError::Damaged("batch"))?;
        let stream = last.stream.to_string();
        let version = match (&self.application, &self.subscriber) {
            (Some(walk), _) if walk.stream == last.stream => walk.version,
            (_, Some((_, version))) => *version,
            _ => return Err(RaError::Damaged("batch")),
        };
        self.effects = self.effects.saturating_add(1);
        Ok(EffectId::decided_by(&stream, version, self.effects))
    }

    fn open(&mut self, effect: &Effect) -> Result<(), RaError> {
        let value = Value::new(effect.to_der()?).map_err(|_| RaError::Damaged("effect"))?;
        self.change(Change::Put {
            index: names::EFFECTS,
            key: effect_key(self.now, &effect.id),
            value,
        });
        Ok(())
    }

    /// Commits. The application's deadline follows from its state.
    pub(super) fn commit(
        mut self,
        key: &IdempotencyKey,
        digest: [u8; 32],
    ) -> Result<Result<Receipt, Conflict>, RaError> {
        if let Some(walk) = &self.application {
            let (old, new) = (
                deadline(walk.before.as_ref()),
                deadline(walk.after.as_ref()),
            );
            let id = walk.id;
            if old != new {
                if let Some(old) = old {
                    self.change(Change::Remove {
                        index: names::DEADLINES,
                        key: deadline_key(old, &id),
                    });
                }
                if let Some(new) = new {
                    self.change(Change::Put {
                        index: names::DEADLINES,
                        key: deadline_key(new, &id),
                        value: Value::new([]).map_err(|_| RaError::Damaged("deadline"))?,
                    });
                }
            }
        }
        let commit = Commit {
            key: key.clone(),
            request_digest: digest,
            now: self.now,
            expected: self.expected,
            events: self.events,
        };
        Ok(self.ra.ledger.commit_one(&commit)?)
    }
}

/// When somebody has to look at an application again, whatever the applicant does.
fn deadline(state: Option<&State>) -> Option<Instant> {
    let state = state.filter(|state| state.end.is_none())?;
    match &state.order {
        // The open effect looks after it.
        Some(order) if order.cancelling => None,
        Some(order) => Some(order.ordered.settled_by),
        None => Some(state.ends),
    }
}
