//! Callers that come at the same time share one transaction, and so one fsync. The first one leads;
//! there is no thread of ours.

use std::{
    collections::BTreeMap,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
};

use npki_ledger::{Commit, Conflict, GROUP_MAX, LedgerError, Receipt};

pub(crate) type Answers = Vec<Result<Receipt, Conflict>>;

#[derive(Debug, Default)]
pub(crate) struct Queue {
    state: Mutex<State>,
    answered: Condvar,
}

#[derive(Debug, Default)]
struct State {
    led: bool,
    next: u64,
    waiting: Vec<(u64, Vec<Commit>)>,
    answers: BTreeMap<u64, Result<Answers, LedgerError>>,
}

impl Queue {
    /// Has `commits` recorded by `record`: in a group of their own when nobody else is there, with
    /// those of others otherwise.
    pub(crate) fn commit(
        &self,
        commits: &[Commit],
        record: impl Fn(&[Commit]) -> Result<Answers, LedgerError>,
    ) -> Result<Answers, LedgerError> {
        let mut state = self.lock();
        if !state.led {
            state.led = true;
            drop(state);
            let mut lead = Lead::new(self);
            let answer = record(commits);
            lead.others(&record);
            return answer;
        }
        let ticket = state.next;
        state.next += 1;
        state.waiting.push((ticket, commits.to_vec()));
        loop {
            if let Some(answer) = state.answers.remove(&ticket) {
                return answer;
            }
            if !state.led {
                state.led = true;
                drop(state);
                Lead::new(self).others(&record);
                state = self.lock();
                continue;
            }
            state = self
                .answered
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whoever holds it records; dropped, even in a panic, it lets the next one lead.
struct Lead<'a> {
    queue: &'a Queue,
    /// Whose commits were taken and not answered yet.
    owed: Vec<u64>,
}

impl<'a> Lead<'a> {
    const fn new(queue: &'a Queue) -> Self {
        Self {
            queue,
            owed: Vec::new(),
        }
    }

    /// Records one group of what others have put there meanwhile. Whoever comes later leads anew,
    /// so that nobody works for others for ever.
    fn others(&mut self, record: &impl Fn(&[Commit]) -> Result<Answers, LedgerError>) {
        let group = self.take();
        if group.is_empty() {
            return;
        }
        let sizes: Vec<_> = group.iter().map(|(ticket, c)| (*ticket, c.len())).collect();
        let commits: Vec<_> = group.into_iter().flat_map(|(_, commits)| commits).collect();
        self.owed = sizes.iter().map(|(ticket, _)| *ticket).collect();
        let mut answers = record(&commits);
        let mut state = self.queue.lock();
        self.owed.clear();
        for (ticket, size) in sizes {
            let answer = match &mut answers {
                Ok(all) => Ok(all.drain(..size.min(all.len())).collect()),
                Err(error) => Err(error.clone()),
            };
            state.answers.insert(ticket, answer);
        }
    }

    /// The callers that waited longest, as many as fit into one group.
    fn take(&self) -> Vec<(u64, Vec<Commit>)> {
        let mut state = self.queue.lock();
        let mut room = GROUP_MAX;
        let fits = state.waiting.iter().take_while(|(_, commits)| {
            let fits = commits.len() <= room;
            room = room.saturating_sub(commits.len());
            fits
        });
        let fits = fits.count();
        state.waiting.drain(..fits).collect()
    }
}

impl Drop for Lead<'_> {
    fn drop(&mut self) {
        let mut state = self.queue.lock();
        for ticket in self.owed.drain(..) {
            state
                .answers
                .insert(ticket, Err(LedgerError::Unknown(None)));
        }
        state.led = false;
        drop(state);
        self.queue.answered.notify_all();
    }
}
