//! The bank's outside world, simulated: accounts, telephone, immigration, security means, messages.

mod bank;
mod happened;
mod journal;
mod phone;
mod security;
mod trouble;

use core::fmt;
use std::{
    collections::BTreeMap,
    io,
    path::Path,
    sync::{Mutex, MutexGuard},
};

use npki_core::{Idn, OrderId, PortError};
use npki_policy::Krw;
use npki_ra::{
    AcceptedTerm, CallId, EffectId, ReservationId,
    ports::{Immigration, Messages, Notice, PhoneNumber, Whereabouts},
};

use happened::Happened;
use journal::Journal;
pub use phone::PhoneHabit;
pub use trouble::{Port, Trouble};

use crate::{PEOPLE, Person, lab::lock};

/// Everything outside of the bank's own program. Answers as its scenario says.
///
/// Repeating a call with the same key changes nothing, as the ports' contracts want, and money
/// moves once.
///
/// `Debug` shows no account and no telephone, as is to be wished of whoever stands behind a bank's
/// ports: a bank shows its ports.
#[derive(Default)]
pub struct Outside {
    state: Mutex<State>,
}

impl Outside {
    /// An outside world that several processes share, and that outlasts them: calls, messages and
    /// reservations are written down in this file, a line each, and a process that is killed leaves what
    /// it had done. Everything else, such as people, troubles and habits, is each process's own.
    ///
    /// # Errors
    /// When the file cannot be opened or made.
    pub fn shared(path: &Path) -> io::Result<Self> {
        let state = State {
            journal: Some(Journal::open(path)?),
            ..State::default()
        };
        Ok(Self {
            state: Mutex::new(state),
        })
    }
}

#[derive(Default)]
struct State {
    people: Vec<Person>,
    troubles: Vec<(Port, Trouble)>,
    planned: Vec<(Port, u64, Trouble)>,
    reached: BTreeMap<Port, u64>,
    phone: PhoneHabit,
    abroad: Vec<String>,
    balances: BTreeMap<String, i64>,
    /// What was captured and paid back, by account: told apart, because it may be heard of before the
    /// account is.
    booked: BTreeMap<String, i64>,
    reservations: BTreeMap<ReservationId, Reservation>,
    calls: BTreeMap<CallId, npki_ra::ports::CallOutcome>,
    messages: BTreeMap<EffectId, (PhoneNumber, Notice)>,
    elsewhere: Vec<OrderId>,
    handed_over: BTreeMap<EffectId, (PhoneNumber, Vec<AcceptedTerm>)>,
    journal: Option<Journal>,
    /// What has happened and is not written down yet.
    unwritten: Vec<Happened>,
}

#[derive(Clone)]
struct Reservation {
    account: String,
    amount: i64,
    stage: Stage,
}

/// How far a reservation has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The amount is set aside.
    Reserved,
    /// It was taken.
    Captured,
    /// It was given up, or forbidden before it was made.
    Released,
    /// It was taken and paid back.
    Refunded,
}

impl Outside {
    /// Lets the next calls of a port fail so; several troubles happen one after the other.
    pub fn trouble(&self, port: Port, trouble: Trouble) {
        self.state().troubles.push((port, trouble));
    }

    /// Lets one call of a port fail so, counted from the first that there ever was. How many there
    /// are, [`Outside::calls_of`] tells after a run without trouble.
    pub fn trouble_at(&self, port: Port, call: u64, trouble: Trouble) {
        self.state().planned.push((port, call, trouble));
    }

    /// How often a port has been called so far, also in vain.
    #[must_use]
    pub fn calls_of(&self, port: Port) -> u64 {
        self.state().reached.get(&port).copied().unwrap_or(0)
    }

    /// How whoever is called answers from now on.
    pub fn phones_answer(&self, habit: PhoneHabit) {
        self.state().phone = habit;
    }

    /// Makes a person a customer of the bank, beside [`PEOPLE`].
    pub fn welcome(&self, person: &Person) {
        self.state().people.push(person.clone());
    }

    /// Lets a person have departed.
    pub fn depart(&self, idn: &str) {
        self.state().abroad.push(idn.to_owned());
    }

    /// What an account holds, reservations not taken off.
    #[must_use]
    pub fn balance_of(&self, account: &str) -> Krw {
        Krw(self.state().balance(account))
    }

    /// Sets what an account holds.
    pub fn set_balance(&self, account: &str, balance: Krw) {
        let mut state = self.state();
        let booked = state.booked.get(account).copied().unwrap_or(0);
        state
            .balances
            .insert(account.to_owned(), balance.0 - booked);
    }

    /// Every reservation that was ever made or forbidden: amount and stage.
    #[must_use]
    pub fn reservations(&self) -> Vec<(Krw, Stage)> {
        self.state()
            .reservations
            .values()
            .map(|r| (Krw(r.amount), r.stage))
            .collect()
    }

    /// The messages sent to a telephone, each once.
    #[must_use]
    pub fn messages_to(&self, phone: &str) -> Vec<Notice> {
        let state = self.state();
        let mine = state
            .messages
            .values()
            .filter(|(to, _)| to.expose_text() == phone);
        mine.map(|(_, notice)| *notice).collect()
    }

    /// The terms of which copies were handed over to a telephone, each time.
    #[must_use]
    pub fn terms_handed_to(&self, phone: &str) -> Vec<Vec<AcceptedTerm>> {
        let state = self.state();
        let all = state.handed_over.values();
        let mine = all.filter(|(to, _)| to.expose_text() == phone);
        mine.map(|(_, terms)| terms.clone()).collect()
    }

    /// An order of another bank: this one is not asked about it, and not told of it.
    pub(crate) fn belongs_elsewhere(&self, order: OrderId) {
        self.state().elsewhere.push(order);
    }

    /// Whether it is another bank's order.
    pub(crate) fn is_elsewhere(&self, order: &OrderId) -> bool {
        self.state().elsewhere.contains(order)
    }

    /// Whose device of one-time passwords has this serial number.
    pub(crate) fn owner_of_device(&self, serial: &str) -> Option<Person> {
        let state = self.state();
        let mut people = state.people();
        people
            .find(|person| person.otp_device().expose_text() == serial)
            .cloned()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        let mut state = lock(&self.state);
        // A lab whose file is gone tells what it knew last.
        let _ = state.alone(|_| Ok(()));
        state
    }

    /// Does something on the other side of a port, unless the port is in trouble.
    pub(crate) fn reach<T>(
        &self,
        port: Port,
        act: impl FnOnce() -> Result<T, PortError>,
    ) -> Result<T, PortError> {
        // The state is not held while the other side works: it may come back for something.
        let trouble = self.state().next_trouble(port);
        match trouble {
            Some(Trouble::Down) => Err(PortError::Down),
            Some(Trouble::AnswerLost) => {
                // It is done, and nobody hears of it.
                let _ = act();
                Err(PortError::Unknown)
            }
            None => act(),
        }
    }

    /// Does something at a port, unless it is in trouble.
    fn at<T>(
        &self,
        port: Port,
        act: impl FnOnce(&mut State) -> Result<T, PortError>,
    ) -> Result<T, PortError> {
        self.reach(port, || {
            let mut state = lock(&self.state);
            state
                .alone(|state| Ok(act(state)))
                .map_err(|_| PortError::Down)?
        })
    }
}

impl fmt::Debug for Outside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { state: _ } = self;
        f.write_str("Outside(..)")
    }
}

impl State {
    /// Does something while no other process does, knowing what they have done.
    fn alone<T>(&mut self, act: impl FnOnce(&mut Self) -> io::Result<T>) -> io::Result<T> {
        let Some(mut journal) = self.journal.take() else {
            let done = act(self);
            self.unwritten.clear();
            return done;
        };
        let done = journal.lock().and_then(|()| {
            journal
                .news()?
                .into_iter()
                .for_each(|news| self.apply(news));
            let done = act(self);
            journal.write(&core::mem::take(&mut self.unwritten))?;
            done
        });
        let unlocked = journal.unlock();
        self.journal = Some(journal);
        done.and_then(|done| unlocked.map(|()| done))
    }

    fn happen(&mut self, happened: Happened) {
        self.apply(happened.clone());
        self.unwritten.push(happened);
    }

    fn people(&self) -> impl Iterator<Item = &Person> {
        PEOPLE.iter().chain(&self.people)
    }

    fn person(&self, user: &str) -> Option<&Person> {
        self.people().find(|person| person.user == user)
    }

    fn balance(&self, account: &str) -> i64 {
        let first = self
            .people()
            .find(|p| p.account == account)
            .map_or(0, |p| p.balance.0);
        let booked = self.booked.get(account).copied().unwrap_or(0);
        self.balances.get(account).copied().unwrap_or(first) + booked
    }

    fn next_trouble(&mut self, port: Port) -> Option<Trouble> {
        let calls = self.reached.entry(port).or_insert(0);
        *calls += 1;
        let planned = (port, *calls);
        if let Some(at) = self
            .planned
            .iter()
            .position(|(p, n, _)| (*p, *n) == planned)
        {
            return Some(self.planned.remove(at).2);
        }
        let at = self.troubles.iter().position(|(p, _)| *p == port)?;
        Some(self.troubles.remove(at).1)
    }
}

impl Immigration for Outside {
    fn whereabouts(&self, idn: &Idn) -> Result<Whereabouts, PortError> {
        self.at(Port::Immigration, |state| {
            let abroad = state
                .abroad
                .iter()
                .any(|digits| digits == idn.expose_digits());
            Ok(if abroad {
                Whereabouts::Abroad
            } else {
                Whereabouts::Here
            })
        })
    }
}

impl Messages for Outside {
    fn hand_over(
        &self,
        id: &EffectId,
        to: &PhoneNumber,
        terms: &[AcceptedTerm],
    ) -> Result<(), PortError> {
        self.at(Port::Messages, |state| {
            let copy = (to.clone(), terms.to_vec());
            state.handed_over.entry(*id).or_insert(copy);
            Ok(())
        })
    }

    fn notify(&self, id: &EffectId, to: &PhoneNumber, notice: &Notice) -> Result<(), PortError> {
        self.at(Port::Messages, |state| {
            if !state.messages.contains_key(id) {
                state.happen(Happened::Told(*id, *notice, to.clone()));
            }
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_planned_trouble_comes_at_its_call_and_once() {
        let outside = Outside::default();
        outside.trouble_at(Port::Immigration, 2, Trouble::Down);
        let mut done = 0;
        let answers = [(); 3].map(|()| {
            let act = |_: &mut State| {
                done += 1;
                Ok(())
            };
            outside.at(Port::Immigration, act).is_ok()
        });
        assert_eq!(answers, [true, false, true]);
        assert_eq!((done, outside.calls_of(Port::Immigration)), (2, 3));
        assert_eq!(outside.calls_of(Port::Bank), 0);
    }

    #[test]
    fn a_lost_answer_was_given() {
        let outside = Outside::default();
        outside.trouble(Port::Immigration, Trouble::AnswerLost);
        let mut done = 0;
        let lost = outside.at(Port::Immigration, |_| {
            done += 1;
            Ok(())
        });
        assert_eq!((lost, done), (Err(PortError::Unknown), 1));
    }
}
