use npki_core::{Instant, PortError};
use npki_ra::{
    TryId,
    ports::{CardAnswer, CardCell, Half, MeansAnswer, SecurityMeans, Tried, UserId},
};

use super::{Outside, Port};

/// What the lab's security card system asks for: two halves of cells.
pub(crate) const ASKED: [CardCell; 2] = [
    CardCell {
        cell: 3,
        half: Half::First,
    },
    CardCell {
        cell: 17,
        half: Half::Last,
    },
];

impl SecurityMeans for Outside {
    fn try_answer(
        &self,
        _id: &TryId,
        user: &UserId,
        answer: &MeansAnswer,
        _now: Instant,
    ) -> Result<Tried, PortError> {
        self.at(Port::Security, |state| {
            let Some(person) = state.person(user.expose_text()) else {
                return Ok(Tried::Wrong);
            };
            let right = match answer {
                MeansAnswer::Card(CardAnswer {
                    serial,
                    cells: [first, second],
                }) => {
                    let [one, two] = ASKED;
                    serial.expose_text() == person.card_serial
                        && first.expose_text() == person.card_half(one)
                        && second.expose_text() == person.card_half(two)
                }
                MeansAnswer::AppCertificate(pin) => pin.0.expose_text() == person.app_pin,
                // Nobody in the lab has a device yet.
                _ => false,
            };
            Ok(if right { Tried::Right } else { Tried::Wrong })
        })
    }
}
