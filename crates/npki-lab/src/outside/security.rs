use npki_core::{Instant, PortError};
use npki_ra::{
    TryId,
    ports::{CardAnswer, CardCell, Pin, SecurityMeans, Tried, UserId},
};

use super::{Outside, Port, State};
use crate::Person;

impl SecurityMeans for Outside {
    fn try_card(
        &self,
        _id: &TryId,
        user: &UserId,
        asked: &[CardCell; 2],
        answer: &CardAnswer,
        _now: Instant,
    ) -> Result<Tried, PortError> {
        self.at(Port::Security, |state| {
            Ok(state.tried(user, |person| {
                let mut pairs = asked.iter().zip(&answer.cells);
                answer.serial.expose_text() == person.card_serial
                    && pairs.all(|(cell, said)| said.expose_text() == person.card_half(*cell))
            }))
        })
    }

    fn try_pin(
        &self,
        _id: &TryId,
        user: &UserId,
        pin: &Pin,
        _now: Instant,
    ) -> Result<Tried, PortError> {
        self.at(Port::Security, |state| {
            Ok(state.tried(user, |person| pin.0.expose_text() == person.app_pin))
        })
    }
}

impl State {
    fn tried(&self, user: &UserId, is_right: impl FnOnce(&Person) -> bool) -> Tried {
        match self.person(user.expose_text()) {
            Some(person) if is_right(person) => Tried::Right,
            _ => Tried::Wrong,
        }
    }
}
