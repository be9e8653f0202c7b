use npki_core::{Instant, OrderId, OrderNews};
use npki_ledger::{Change, READ_MAX, Span};

use crate::{
    Ca, CaError,
    confirm::facts,
    event::{Delivered, Event},
    state::Outcome,
    store::{self, Committed, DEADLINE, NEWS, TRIES, ledger_event, order_id, put, remove},
};

/// A kind of news for the bank; its number stands in the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum News {
    Confirmed,
    Revoked,
    Lapsed,
}

/// What [`Ca::reconcile`] did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reconciled {
    /// Orders ended because their time was over.
    pub lapsed: usize,
    /// News that the bank has taken.
    pub delivered: usize,
    /// News that the bank has not taken; they are told again next time.
    pub undelivered: usize,
    /// Kept requests destroyed because their time was over.
    pub forgotten: usize,
}

impl Ca<'_> {
    /// Ends what is overdue and tells the bank what it does not know yet.
    ///
    /// Run it after every act, after a start, and every few seconds besides; any number of nodes may.
    ///
    /// # Errors
    /// The first [`CaError`] of all, after everything else was done: one order that cannot be ended or
    /// told of keeps no other waiting. A bank that does not answer is none: its news stay open.
    pub fn reconcile(&self, now: Instant) -> Result<Reconciled, CaError> {
        let mut done = Reconciled::default();
        let mut failed = None;
        // One that is due this very second can still be confirmed.
        let until = store::deadline(now, &OrderId::from_octets([0; 16]));
        for entry in self
            .ledger
            .index(&DEADLINE, &Span::between(&[], &until), READ_MAX)?
        {
            let id = entry.key.octets().get(8..).unwrap_or_default();
            match order_id(id).and_then(|order| self.lapse(&order, now)) {
                Ok(()) => done.lapsed += 1,
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        done.forgotten = self.forget_overdue(now)?;
        for entry in self.ledger.index(&NEWS, &Span::all(), READ_MAX)? {
            match self.deliver(entry.key.octets(), now) {
                Ok(true) => done.delivered += 1,
                Ok(false) => done.undelivered += 1,
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        match failed {
            None => Ok(done),
            Some(error) => Err(error),
        }
    }

    /// Tells the bank one of its news; whether it took them.
    fn deliver(&self, key: &[u8], now: Instant) -> Result<bool, CaError> {
        let (id, kind) = key.split_at_checked(16).unwrap_or_default();
        let kind = News::ALL
            .into_iter()
            .find(|news| [news.number()] == kind)
            .ok_or(CaError::Damaged { what: "news" })?;
        let order = order_id(id)?;
        if self.bank.news(&self.tell(kind, &order)?).is_err() {
            return Ok(false);
        }
        self.delivered(kind, &order, now)?;
        Ok(true)
    }

    fn tell(&self, news: News, order: &OrderId) -> Result<OrderNews, CaError> {
        let state = self.state(order)?;
        let order = *order;
        match (news, state.outcome, &state.revoked) {
            (News::Confirmed, Some(Outcome::Confirmed { at }), _) => Ok(OrderNews::Confirmed {
                order,
                certificate: facts(&state)?,
                at,
            }),
            (News::Lapsed, Some(Outcome::Lapsed { at }), _) => Ok(OrderNews::Lapsed { order, at }),
            (News::Revoked, _, Some(revoked)) => Ok(OrderNews::Revoked {
                order,
                reason: revoked.reason,
                at: revoked.at,
            }),
            _ => Err(CaError::Damaged { what: "news" }),
        }
    }

    fn delivered(&self, news: News, order: &OrderId, now: Instant) -> Result<(), CaError> {
        let event = Delivered {
            news: news.number(),
            at: now,
        };
        let event = ledger_event(order, &Event::Delivered(event), vec![news.close(order)?])?;
        for _ in 0..TRIES {
            let commit = store::commit(
                "delivered",
                &[order.octets(), &[news.number()]],
                now,
                vec![],
                vec![event.clone()],
            );
            if let Committed::Done = self.commit(&commit)? {
                return Ok(());
            }
        }
        Err(CaError::Contended)
    }
}

impl News {
    /// In the order in which the bank is to be told.
    const ALL: [Self; 3] = [Self::Confirmed, Self::Revoked, Self::Lapsed];

    const fn number(self) -> u8 {
        match self {
            Self::Confirmed => 1,
            Self::Revoked => 2,
            Self::Lapsed => 3,
        }
    }

    /// Opens the effect, in the commit that decided it.
    pub(crate) fn open(self, order: &OrderId) -> Result<Change, CaError> {
        put(NEWS, self.key(order), [])
    }

    fn close(self, order: &OrderId) -> Result<Change, CaError> {
        remove(NEWS, self.key(order))
    }

    fn key(self, order: &OrderId) -> Vec<u8> {
        let mut key = order.octets().to_vec();
        key.push(self.number());
        key
    }
}
