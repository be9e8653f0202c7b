use npki_core::{Instant, PortError, Sentence};
use npki_policy::Krw;
use npki_ra::{
    ReservationId, TryId,
    ports::{
        Account, AccountNumber, AccountPassword, BankSystems, Customer, PhoneNumber, Registered,
        RegisteredPhone, SecurityMeansKind, Tried, UserId,
    },
};

use super::{Happened, Outside, Port, Stage, State};
use crate::Person;

impl BankSystems for Outside {
    fn customer(&self, user: &UserId) -> Result<Option<Customer>, PortError> {
        self.at(Port::Bank, |state| {
            state.person(user.expose_text()).map(customer).transpose()
        })
    }

    fn try_account_password(
        &self,
        _id: &TryId,
        account: &AccountNumber,
        password: &AccountPassword,
    ) -> Result<Tried, PortError> {
        self.at(Port::Bank, |state| {
            let right = state.people().any(|person| {
                person.account == account.expose_text()
                    && person.account_password == password.0.expose_text()
            });
            Ok(if right { Tried::Right } else { Tried::Wrong })
        })
    }

    fn balance(&self, account: &AccountNumber) -> Result<Krw, PortError> {
        self.at(Port::Bank, |state| {
            Ok(Krw(state.available(account.expose_text())))
        })
    }

    fn reserve(
        &self,
        reservation: &ReservationId,
        account: &AccountNumber,
        amount: Krw,
        _until: Instant,
    ) -> Result<(), PortError> {
        self.at(Port::Bank, |state| {
            match state.reservations.get(reservation) {
                Some(known) if known.stage == Stage::Released => {
                    Err(no("해제된 예약입니다", "it was released"))
                }
                Some(_) => Ok(()),
                None if state.available(account.expose_text()) < amount.0 => {
                    Err(no("잔액이 부족합니다", "the balance is too low"))
                }
                None => {
                    let account = account.expose_text().to_owned();
                    state.happen(Happened::Reserved(*reservation, amount.0, account));
                    Ok(())
                }
            }
        })
    }

    fn capture(&self, reservation: &ReservationId) -> Result<(), PortError> {
        self.at(Port::Bank, |state| {
            state.advance(reservation, Stage::Reserved, Stage::Captured)
        })
    }

    fn release(&self, reservation: &ReservationId) -> Result<(), PortError> {
        self.at(Port::Bank, |state| {
            if !state.reservations.contains_key(reservation) {
                state.happen(Happened::Forbidden(*reservation));
            }
            state.advance(reservation, Stage::Reserved, Stage::Released)
        })
    }

    fn refund(&self, reservation: &ReservationId) -> Result<(), PortError> {
        self.at(Port::Bank, |state| {
            state.advance(reservation, Stage::Captured, Stage::Refunded)
        })
    }
}

impl State {
    /// What an account can pay: its balance without what is set aside.
    fn available(&self, account: &str) -> i64 {
        let set_aside = self
            .reservations
            .values()
            .filter(|r| r.account == account && r.stage == Stage::Reserved)
            .map(|r| r.amount)
            .sum::<i64>();
        self.balance(account) - set_aside
    }

    /// Moves a reservation on; it may have moved so already.
    fn advance(
        &mut self,
        reservation: &ReservationId,
        from: Stage,
        to: Stage,
    ) -> Result<(), PortError> {
        let refused = || no("그런 예약이 없습니다", "there is no such reservation");
        let known = self.reservations.get(reservation).ok_or_else(refused)?;
        if known.stage == to {
            return Ok(());
        }
        if known.stage != from {
            return Err(refused());
        }
        self.happen(Happened::Moved(*reservation, to));
        Ok(())
    }
}

fn customer(person: &Person) -> Result<Customer, PortError> {
    let idn = person.idn().map_err(|_| PortError::Down)?;
    Ok(Customer {
        idn,
        real_name: person.name.to_string(),
        english_name: person.english_name.to_string(),
        holder: person.holder,
        enrolments: person.enrolments.to_vec(),
        business_number: Registered::Yes,
        phones: vec![RegisteredPhone {
            masked: masked(&person.phone),
            number: PhoneNumber::new(&person.phone),
        }],
        accounts: vec![Account {
            masked: masked(&person.account),
            number: AccountNumber::new(&person.account),
        }],
        means: SecurityMeansKind::ALL.to_vec(),
        otp_device: Some(person.otp_device()),
        consent: None,
    })
}

/// Stars instead of the middle digits.
fn masked(number: &str) -> String {
    let last = number.len().saturating_sub(4);
    let star = |(i, c): (usize, char)| {
        if (4..last).contains(&i) && c.is_ascii_digit() {
            '*'
        } else {
            c
        }
    };
    number.char_indices().map(star).collect()
}

fn no(ko: &'static str, en: &'static str) -> PortError {
    PortError::Refused(Sentence::fixed(ko, en))
}
