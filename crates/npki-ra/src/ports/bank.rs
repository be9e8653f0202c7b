use core::fmt::Debug;

use npki_core::{Holder, Idn, Instant, PortError};
use npki_policy::{Enrolment, Krw};

use super::{
    AccountNumber, AccountPassword, DeviceSerial, PhoneNumber, SecurityMeansKind, Tried, UserId,
};
use crate::{Consent, ReservationId, TryId};

/// The bank's own systems: who its customers are, and their accounts.
///
/// # Contract
/// A reservation is named by who makes it, and moves along one line: reserved, then captured or
/// released; captured, then perhaps refunded. Every verb may be repeated and then changes nothing.
/// **Releasing a reservation that was never made forbids it for ever**, so that a late repetition
/// of `reserve` cannot leave a reserved fee behind.
pub trait BankSystems: Debug + Send + Sync {
    /// The identified record of a customer; `None` when nobody banks under this name.
    ///
    /// # Errors
    /// [`PortError`].
    fn customer(&self, user: &UserId) -> Result<Option<Customer>, PortError>;

    /// Whether this is the account's password. Counted by the caller before it asks (R32); the
    /// same try, asked again, gets the same answer.
    ///
    /// # Errors
    /// [`PortError`].
    fn try_account_password(
        &self,
        id: &TryId,
        account: &AccountNumber,
        password: &AccountPassword,
    ) -> Result<Tried, PortError>;

    /// What the account can pay now, reservations taken off.
    ///
    /// # Errors
    /// [`PortError`].
    fn balance(&self, account: &AccountNumber) -> Result<Krw, PortError>;

    /// Reserves an amount at least until `until`.
    ///
    /// # Errors
    /// [`PortError::Refused`] when the account cannot pay it, or the reservation was released.
    fn reserve(
        &self,
        reservation: &ReservationId,
        account: &AccountNumber,
        amount: Krw,
        until: Instant,
    ) -> Result<(), PortError>;

    /// Takes what is reserved.
    ///
    /// # Errors
    /// [`PortError::Refused`] when nothing is reserved under this name.
    fn capture(&self, reservation: &ReservationId) -> Result<(), PortError>;

    /// Gives a reservation up; one that was never made is forbidden from now on.
    ///
    /// # Errors
    /// [`PortError::Refused`] when it was captured.
    fn release(&self, reservation: &ReservationId) -> Result<(), PortError>;

    /// Pays back what was captured.
    ///
    /// # Errors
    /// [`PortError::Refused`] when nothing was captured.
    fn refund(&self, reservation: &ReservationId) -> Result<(), PortError>;
}

/// The identified record of a customer (R37): what a branch saw once, face to face.
#[derive(Debug)]
pub struct Customer {
    /// The identification number.
    pub idn: Idn,
    /// 성명, or the organisation's name.
    pub real_name: String,
    /// English name, as the bank knows it; may be empty.
    pub english_name: String,
    /// What kind of holder.
    pub holder: Holder,
    /// Which internet banking the customer is enrolled in.
    pub enrolments: Vec<Enrolment>,
    /// Whether a branch has the business registration and tax number (R1).
    pub business_number: Registered,
    /// Registered telephone numbers; a call goes to one of these only (R30).
    pub phones: Vec<RegisteredPhone>,
    /// The customer's own accounts.
    pub accounts: Vec<Account>,
    /// Security means that the customer has.
    pub means: Vec<SecurityMeansKind>,
    /// The device of one-time passwords, where there is one.
    pub otp_device: Option<DeviceSerial>,
    /// The issuing consent as the bank's record has it (R17); `None`: never asked.
    pub consent: Option<Consent>,
}

/// A telephone number that is registered at the bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisteredPhone {
    /// What is shown: `010-****-5678`.
    pub masked: String,
    /// The number.
    pub number: PhoneNumber,
}

/// An account of a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// What is shown: `123-**-***456`.
    pub masked: String,
    /// The number.
    pub number: AccountNumber,
}

/// Whether a branch has registered something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Registered {
    /// Not yet.
    No,
    /// Yes.
    Yes,
}
