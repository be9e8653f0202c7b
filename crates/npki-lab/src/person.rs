use std::borrow::Cow;

use npki_core::{HashAlgorithm, Holder, Idn, IdnError, IdnKind, Instant};
use npki_policy::{Enrolment, Krw, ProductRow};
use npki_ra::{
    OtpDevice,
    ports::{CardAnswer, CardCell, DeviceSerial, Half, MeansAnswer, Otp, Secret},
};
use zeroize::Zeroizing;

/// An invented customer of the lab's bank. Everything about them is public.
///
/// No such person or company can be: a person's number has a month from 21 to 32, and an
/// organisation's has a wrong check digit (R72).
#[derive(Clone, Debug)]
pub struct Person {
    /// The name to log in with.
    pub user: Cow<'static, str>,
    /// The real name.
    pub name: Cow<'static, str>,
    /// The English name.
    pub english_name: Cow<'static, str>,
    /// The identification number, digits only.
    pub idn_digits: Cow<'static, str>,
    /// What kind of holder.
    pub holder: Holder,
    /// Which internet banking.
    pub enrolments: Cow<'static, [Enrolment]>,
    /// The registered telephone.
    pub phone: Cow<'static, str>,
    /// The account.
    pub account: Cow<'static, str>,
    /// The account's four-digit password.
    pub account_password: Cow<'static, str>,
    /// What is on the account at first.
    pub balance: Krw,
    /// The last four digits of the security card's serial number.
    pub card_serial: Cow<'static, str>,
    /// The PIN of the bank's own certificate in its app.
    pub app_pin: Cow<'static, str>,
}

/// The people that every lab has. The names are those of textbooks.
pub const PEOPLE: &[Person] = &[
    Person {
        user: Cow::Borrowed("hong"),
        name: Cow::Borrowed("홍길동"),
        english_name: Cow::Borrowed("HONG GILDONG"),
        idn_digits: Cow::Borrowed("9921013000001"),
        holder: Holder::Individual,
        enrolments: Cow::Borrowed(&[Enrolment::PersonalBanking]),
        phone: Cow::Borrowed("010-0000-0001"),
        account: Cow::Borrowed("999-01-0000001"),
        account_password: Cow::Borrowed("1357"),
        balance: Krw(10_000),
        card_serial: Cow::Borrowed("0001"),
        app_pin: Cow::Borrowed("135790"),
    },
    Person {
        user: Cow::Borrowed("sim"),
        name: Cow::Borrowed("심청"),
        english_name: Cow::Borrowed("SIM CHEONG"),
        idn_digits: Cow::Borrowed("9922024000002"),
        holder: Holder::Individual,
        enrolments: Cow::Borrowed(&[Enrolment::PersonalBanking]),
        phone: Cow::Borrowed("010-0000-0002"),
        account: Cow::Borrowed("999-01-0000002"),
        account_password: Cow::Borrowed("2468"),
        balance: Krw(4_399),
        card_serial: Cow::Borrowed("0002"),
        app_pin: Cow::Borrowed("246802"),
    },
    Person {
        user: Cow::Borrowed("lim"),
        name: Cow::Borrowed("임꺽정"),
        english_name: Cow::Borrowed("LIM KKEOKJEONG"),
        idn_digits: Cow::Borrowed("9932093000003"),
        holder: Holder::SoleProprietor,
        enrolments: Cow::Borrowed(&[Enrolment::PersonalBanking, Enrolment::BusinessBanking]),
        phone: Cow::Borrowed("010-0000-0003"),
        account: Cow::Borrowed("999-01-0000003"),
        account_password: Cow::Borrowed("3690"),
        balance: Krw(100_000),
        card_serial: Cow::Borrowed("0003"),
        app_pin: Cow::Borrowed("369036"),
    },
];

impl Person {
    /// The person with this user name.
    #[must_use]
    pub fn of(user: &str) -> Option<&'static Self> {
        PEOPLE.iter().find(|person| person.user == user)
    }

    /// The first of [`PEOPLE`] who may have a product of the catalogue: of its kinds of holder, and with its
    /// internet banking.
    #[must_use]
    pub fn who_may_have(row: &ProductRow) -> Option<&'static Self> {
        PEOPLE.iter().find(|person| {
            row.holders.contains(&person.holder) && person.enrolments.contains(&row.enrolment)
        })
    }

    /// An invented customer with this name and number, enrolled in all internet banking, with
    /// everything registered and money on the account. The lab's bank has to be told:
    /// [`Outside::welcome`](crate::Outside::welcome).
    #[must_use]
    pub fn invented(name: &str, idn_digits: &str, holder: Holder) -> Self {
        let owned = |text: &str| Cow::Owned(text.to_owned());
        Self {
            user: Cow::Owned(format!("user-{idn_digits}")),
            name: owned(name),
            english_name: owned(""),
            idn_digits: owned(idn_digits),
            holder,
            enrolments: Cow::Borrowed(&[Enrolment::PersonalBanking, Enrolment::BusinessBanking]),
            phone: owned("010-0000-9999"),
            account: Cow::Owned(format!("999-09-{idn_digits}")),
            account_password: owned("1111"),
            balance: Krw(1_000_000),
            card_serial: owned("9999"),
            app_pin: owned("111111"),
        }
    }

    /// What stands in a cell, 1 to 35, of the security card: four digits.
    #[must_use]
    pub fn card_cell(&self, cell: u8) -> String {
        let seed: u32 = self.card_serial.bytes().map(u32::from).sum();
        format!("{:04}", (u32::from(cell) * 271 + seed * 37) % 10_000)
    }

    /// Two digits of a cell.
    #[must_use]
    pub fn card_half(&self, asked: CardCell) -> String {
        let cell = self.card_cell(asked.cell);
        let half = match asked.half {
            Half::First => cell.get(..2),
            Half::Last => cell.get(2..),
        };
        half.unwrap_or_default().to_owned()
    }

    /// The right answer to the security card's question.
    #[must_use]
    pub fn card_answer(&self, asked: &[CardCell; 2]) -> MeansAnswer {
        MeansAnswer::Card(CardAnswer {
            serial: Secret::new(&self.card_serial),
            cells: asked.map(|asked| Secret::new(&self.card_half(asked))),
        })
    }

    /// The serial number of the device that shows one-time passwords.
    #[must_use]
    pub fn otp_device(&self) -> DeviceSerial {
        DeviceSerial::new(&format!("LAB-{}", self.account))
    }

    /// The device: six digits that change every minute, and a secret as public as everything here.
    #[must_use]
    #[expect(
        clippy::missing_panics_doc,
        reason = "six digits and a minute are in the bounds"
    )]
    pub fn device(&self) -> OtpDevice {
        OtpDevice::new(self.device_secret(), 6, 60).expect("six digits, a minute")
    }

    /// The secret in the device.
    #[must_use]
    pub fn device_secret(&self) -> Zeroizing<[u8; 20]> {
        let digest = HashAlgorithm::Sha256.digest(self.otp_device().expose_text().as_bytes());
        let mut secret = Zeroizing::new([0; 20]);
        secret
            .iter_mut()
            .zip(digest.octets())
            .for_each(|(to, from)| *to = *from);
        secret
    }

    /// The right one-time password at this instant.
    #[must_use]
    pub fn otp_answer(&self, now: Instant) -> MeansAnswer {
        MeansAnswer::Otp(Otp {
            serial: Secret::new(self.otp_device().expose_text()),
            code: Secret::new(&self.device().expose_code(now)),
        })
    }

    /// The identification number.
    ///
    /// # Errors
    /// [`IdnError`] never.
    pub fn idn(&self) -> Result<Idn, IdnError> {
        Idn::parse(&self.idn_digits)
    }

    /// What kind of number the IDN is.
    #[must_use]
    pub fn idn_kind(&self) -> IdnKind {
        match self.idn_digits.len() {
            13 => IdnKind::Person,
            _ => IdnKind::Organisation,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r72_nobody_can_have_these_numbers() {
        for person in PEOPLE {
            assert_eq!(person.idn_kind(), IdnKind::Person);
            let month: u8 = person.idn_digits[2..4].parse().unwrap();
            assert!((21..=32).contains(&month), "{}", person.name);
        }
    }

    /// R31.
    #[test]
    fn a_card_has_35_cells_of_four_digits() {
        for cell in 1..=35 {
            assert_eq!(PEOPLE[0].card_cell(cell).len(), 4);
        }
        assert_ne!(PEOPLE[0].card_cell(1), PEOPLE[0].card_cell(2));
    }
}
