use npki_core::{Instant, Sentence};

use crate::{
    Krw, TimeOfDay,
    rules::Reason,
    told::{Told, Value},
};

/// What a rule's check found: the facts it used, and why it refuses, if it does.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answer {
    pub(crate) told: Vec<Told>,
    pub(crate) reasons: Vec<Reason>,
    pub(crate) until: Option<Instant>,
}

impl Answer {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Refuses for good, or until something else than time changes.
    pub(crate) fn refuse_if(mut self, refuses: bool, reason: Reason) -> Self {
        if refuses {
            self.reasons.push(reason);
        }
        self
    }

    /// Refuses until an instant.
    pub(crate) fn refuse_until(mut self, until: Option<Instant>, reason: Reason) -> Self {
        if until.is_some() {
            self.reasons.push(reason);
            self.until = until;
        }
        self
    }

    pub(crate) fn at(self, name: &'static str, instant: Instant) -> Self {
        self.told(name, Value::At(instant))
    }

    pub(crate) fn clock(self, name: &'static str, time: TimeOfDay) -> Self {
        self.told(name, Value::Clock(time))
    }

    pub(crate) fn count(self, name: &'static str, count: impl Into<u64>) -> Self {
        self.told(name, Value::Count(count.into()))
    }

    pub(crate) fn flag(self, name: &'static str, flag: Option<bool>) -> Self {
        match flag {
            Some(flag) => self.told(name, Value::Flag(flag)),
            None => self,
        }
    }

    pub(crate) fn won(self, name: &'static str, krw: Option<Krw>) -> Self {
        match krw {
            Some(krw) => self.told(name, Value::Won(krw)),
            None => self,
        }
    }

    pub(crate) fn word(self, name: &'static str, word: &'static str, label: Sentence) -> Self {
        self.told(name, Value::Word(word, label))
    }

    fn told(mut self, name: &'static str, value: Value) -> Self {
        self.told.push(Told { name, value });
        self
    }
}
