//! Requests that are kept, sealed, until they can be answered: how long, and how they end.

use core::time::Duration;

use npki_core::{Instant, OrderId};
use npki_ledger::{Change, Event as LedgerEvent, READ_MAX, Span};

use crate::{
    Ca, CaError,
    event::{Deferred, Event, Forgotten},
    state::OrderState,
    store::{
        self, Committed, DEFERRED, DEFERRED_UNTIL, by_time, ledger_event, octets, order_id, put,
        remove, request_id, sha256,
    },
};

impl Ca<'_> {
    /// Until when a request is kept that stands with this order: while something can still come of the
    /// order; for a day where it is a certificate's, which is no bound of its own.
    pub(crate) fn keep_until(&self, state: &OrderState, now: Instant) -> Instant {
        match (&state.registered, state.outcome) {
            (Some(registered), None) => {
                let confirm_wait = self.settings.confirm_wait;
                registered.ends.saturating_add(confirm_wait)
            }
            _ => now.saturating_add(A_DAY),
        }
    }

    /// Destroys the requests whose time is over: refused ones, and those that nobody has polled for.
    pub(crate) fn forget_overdue(&self, now: Instant) -> Result<usize, CaError> {
        let span = Span::between(&[], &by_time(now, &[]));
        let mut forgotten = 0;
        for entry in self.ledger.index(&DEFERRED_UNTIL, &span, READ_MAX)? {
            let order = order_id(entry.value.octets())?;
            let name = entry.key.octets().get(8..).unwrap_or_default();
            let state = self.state(&order)?;
            let mut kept = state.deferred.iter();
            let Some(deferred) = kept.find(|kept| sha256(kept.transaction.as_bytes()) == name)
            else {
                // Another node was faster.
                continue;
            };
            let event = Forgotten {
                transaction: octets(deferred.transaction.as_bytes())?,
            };
            let mut event = ledger_event(&order, &Event::Forgotten(event), vec![])?;
            destroy(&mut event, [deferred])?;
            let about: &[&[u8]] = &[order.octets(), name];
            match self.commit(&store::commit("forget", about, now, vec![], vec![event]))? {
                Committed::Done => forgotten += 1,
                _ => return Err(CaError::Contended),
            }
        }
        Ok(forgotten)
    }
}

/// What keeping a request puts into the indexes.
pub(crate) fn keep(order: &OrderId, deferred: &Deferred) -> Result<[Change; 2], CaError> {
    let name = sha256(deferred.transaction.as_bytes());
    let until = by_time(deferred.until, &name);
    Ok([
        put(DEFERRED, name, order.octets())?,
        put(DEFERRED_UNTIL, until, order.octets())?,
    ])
}

/// Has an event destroy kept requests, such as all of an order's.
pub(crate) fn destroy<'a>(
    event: &mut LedgerEvent,
    kept: impl IntoIterator<Item = &'a Deferred>,
) -> Result<(), CaError> {
    for deferred in kept {
        let transaction = deferred.transaction.as_bytes();
        let name = sha256(transaction);
        event.shred.push(request_id(transaction));
        event.changes.push(remove(DEFERRED, name)?);
        let until = by_time(deferred.until, &name);
        event.changes.push(remove(DEFERRED_UNTIL, until)?);
    }
    Ok(())
}

/// As long as the bank's orders stand that nobody fetches.
const A_DAY: Duration = Duration::from_secs(86_400);
