use npki_core::Instant;
use npki_ledger::{READ_MAX, Span};
use rand_core::CryptoRng;

use super::{Ra, TRIES, handle::again, run::Fared};
use crate::{
    AbandonedBy, ApplicationId, RaError,
    application::abandon,
    ids::{derive, sub_key},
    names::{DEADLINES, EFFECTS, due_octets},
};

/// What [`Ra::reconcile`] did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reconciled {
    /// Effects whose outcome is recorded now.
    pub settled: usize,
    /// Effects that got no answer; they stay open.
    pub open: usize,
    /// Applications whose time was over.
    pub ended: usize,
    /// Subscribers who were reminded of a certificate's end (R43).
    pub reminded: usize,
}

impl Ra<'_> {
    /// Tries what is open outside, and ends what is overdue. Heals whatever a crash has left:
    /// reserved fees, unregistered orders, untaken money, untold messages. Reminds of what will expire.
    ///
    /// Run it after a start and every few seconds; any number of nodes may, at once.
    ///
    /// # Errors
    /// [`RaError`]. A port without an answer is none: its effect stays open.
    pub fn reconcile(&self, now: Instant, rng: &mut dyn CryptoRng) -> Result<Reconciled, RaError> {
        let mut done = Reconciled {
            ended: self.end_overdue(now, rng)?,
            reminded: self.remind(now, rng)?,
            ..Reconciled::default()
        };
        // What an outcome opens is tried in the next round; each round closes what it counts.
        loop {
            let mut settled = 0;
            let mut open = 0;
            let mut rest = Span::all();
            loop {
                let page = self.ledger.index(&EFFECTS, &rest, PAGE)?;
                let Some(last) = page.last() else {
                    break;
                };
                rest = rest.after(last.key.octets());
                for entry in &page {
                    match self.run_effect(&entry.key, now, rng)? {
                        Fared::Settled => settled += 1,
                        Fared::Open => open += 1,
                    }
                }
            }
            done.settled += settled;
            done.open = open;
            if settled == 0 {
                return Ok(done);
            }
        }
    }

    fn end_overdue(&self, now: Instant, rng: &mut dyn CryptoRng) -> Result<usize, RaError> {
        let mut ended = 0;
        let until = now.saturating_add(core::time::Duration::from_secs(1));
        let span = Span::between(&[], &due_octets(until));
        for entry in self.ledger.index(&DEADLINES, &span, READ_MAX)? {
            let id = entry.key.octets().get(8..).unwrap_or_default();
            let id = id.try_into().map_err(|_| RaError::Damaged("deadline"))?;
            self.end(ApplicationId::from_octets(id), now, rng)?;
            ended += 1;
        }
        Ok(ended)
    }

    fn end(&self, id: ApplicationId, now: Instant, rng: &mut dyn CryptoRng) -> Result<(), RaError> {
        for _ in 0..TRIES {
            let state = self.state(id)?;
            if state.end.is_some() {
                return Ok(());
            }
            let version = state.version.to_be_bytes();
            let key = sub_key("deadline", &[&id.octets()[..], &version].concat());
            let request = derive("deadline", &[id.octets(), &version]);
            let decision = abandon(&state, AbandonedBy::Deadline);
            match self.record(&state, "deadline", decision, &key, request, now, rng)? {
                Ok(receipt) => {
                    self.run_effects_of(&receipt, now, rng)?;
                    return Ok(());
                }
                Err(conflict) => again(conflict)?,
            }
        }
        Err(RaError::Busy)
    }
}

/// Effects that are read at once.
const PAGE: usize = 256;
