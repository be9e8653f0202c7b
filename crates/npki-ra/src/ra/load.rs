use der::Decode;
use npki_core::{Order, OrderId};
use npki_ledger::{
    LedgerError, LedgerExt, Pseudonym, READ_MAX, Recorded, SealedId, SealedKind, StreamId,
};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::Ra;
use crate::{
    Application, ApplicationId, Certificate, CertificateRef, Counted, DetailsForm, Fresh, RaError,
    State, Subscriber, SubscriberDetails,
    names::{self, application_stream, counter, order_key, serial_key, subscriber_stream},
    ports::{AccountNumber, CardCell, Customer, UserId},
};

impl Ra<'_> {
    /// An application, folded from the ledger; `None` when it never began.
    ///
    /// # Errors
    /// [`RaError::Ledger`], [`RaError::Event`].
    pub fn application(&self, id: ApplicationId) -> Result<Option<Application>, RaError> {
        Ok(self.find(id)?.map(Application::new))
    }

    /// A subscriber, folded from the ledger.
    ///
    /// # Errors
    /// [`RaError::Ledger`], [`RaError::Event`].
    pub fn subscriber(&self, pseudonym: Pseudonym) -> Result<Subscriber, RaError> {
        let records = self.whole(&subscriber_stream(&pseudonym))?;
        Ok(Subscriber::fold(pseudonym, &records)?)
    }

    /// Every event of a stream. A ledger gives [`READ_MAX`] at once, and somebody who is refused ten
    /// thousand times must not make a stream that cannot be read.
    pub(super) fn whole(&self, stream: &StreamId) -> Result<Vec<Recorded>, RaError> {
        let mut records = self.ledger.stream(stream, 1)?;
        let mut read = records.len();
        while read == READ_MAX {
            let from = u64::try_from(records.len()).map_or(u64::MAX, |read| read + 1);
            let page = self.ledger.stream(stream, from)?;
            read = page.len();
            records.extend(page);
        }
        Ok(records)
    }

    pub(super) fn find(&self, id: ApplicationId) -> Result<Option<State>, RaError> {
        let records = self.whole(&application_stream(&id))?;
        Ok(State::fold(id, &records)?)
    }

    pub(super) fn state(&self, id: ApplicationId) -> Result<State, RaError> {
        self.find(id)?.ok_or(RaError::NoApplication(id))
    }

    pub(super) fn of_order(&self, order: &OrderId) -> Result<Option<State>, RaError> {
        let Some(value) = self.ledger.index_value(&names::ORDERS, &order_key(order))? else {
            return Ok(None);
        };
        let id = value
            .octets()
            .try_into()
            .map_err(|_| damaged("order index"))?;
        self.state(ApplicationId::from_octets(id)).map(Some)
    }

    /// The subscriber of a certificate that this bank had issued.
    pub(super) fn owner(
        &self,
        name: &CertificateRef,
    ) -> Result<Option<(Subscriber, Certificate)>, RaError> {
        let Some(value) = self
            .ledger
            .index_value(&names::SERIALS, &serial_key(name))?
        else {
            return Ok(None);
        };
        let octets = value
            .octets()
            .try_into()
            .map_err(|_| damaged("serial index"))?;
        let subscriber = self.subscriber(Pseudonym::from_octets(octets))?;
        let certificate = subscriber
            .certificate(name.issuer, name.serial.as_bytes())
            .cloned()
            .ok_or(damaged("certificate of the serial index"))?;
        Ok(Some((subscriber, certificate)))
    }

    /// The bank's record of an applicant.
    pub(super) fn customer(&self, state: &State) -> Result<Customer, RaError> {
        let user = self.user(&application_stream(&state.id), &state.user)?;
        let customer = self.customer_of(&user)?;
        // A user id that names somebody else by now is not the applicant's.
        if self.keys.pseudonyms.pseudonym(&customer.idn) != state.pseudonym {
            return Err(RaError::NoCustomer);
        }
        Ok(customer)
    }

    pub(super) fn customer_of(&self, user: &UserId) -> Result<Customer, RaError> {
        self.ports.bank.customer(user)?.ok_or(RaError::NoCustomer)
    }

    pub(super) fn user(&self, stream: &StreamId, id: &SealedId) -> Result<UserId, RaError> {
        Ok(UserId::new(&self.open_text(stream, id, &names::USER)?))
    }

    pub(super) fn account(&self, state: &State, id: &SealedId) -> Result<AccountNumber, RaError> {
        let number = self.open_text(&application_stream(&state.id), id, &names::ACCOUNT)?;
        Ok(AccountNumber::new(&number))
    }

    pub(super) fn details(&self, state: &State) -> Result<Option<SubscriberDetails>, RaError> {
        let Some(id) = &state.details else {
            return Ok(None);
        };
        let der = self.open(&application_stream(&state.id), id, &names::DETAILS)?;
        let form = DetailsForm::from_der(&der)?;
        let details = SubscriberDetails::new(form).map_err(|_| damaged("details"))?;
        Ok(Some(details))
    }

    pub(super) fn order_record(&self, state: &State) -> Result<Order, RaError> {
        let placed = state.order.as_ref().ok_or(damaged("order"))?;
        let id = &placed.ordered.record;
        let der = self.open(&application_stream(&state.id), id, &names::ORDER)?;
        Ok(Order::from_der(&der)?)
    }

    pub(super) fn counted(&self, pseudonym: &Pseudonym, what: Counted) -> Result<u64, RaError> {
        Ok(self.ledger.counter(&counter(pseudonym, what))?)
    }

    /// Wrong one-time passwords in a row, as the OTP centre counts them (R32).
    pub(super) fn otp_failures(&self, customer: &Customer) -> Result<Option<u32>, RaError> {
        let device = customer.otp_device.as_ref();
        Ok(device
            .map(|device| self.ports.otp.failures(device))
            .transpose()?)
    }

    pub(super) fn open(
        &self,
        stream: &StreamId,
        id: &SealedId,
        kind: &SealedKind,
    ) -> Result<Zeroizing<Vec<u8>>, RaError> {
        let row = self.ledger.sealed(id)?.ok_or(LedgerError::Corrupt {
            what: "sealed record",
            cause: None,
        })?;
        let sealed = row.record.ok_or(match kind.as_str() {
            "order" => RaError::Shredded("order"),
            "account" => RaError::Shredded("account"),
            _ => RaError::Shredded("record"),
        })?;
        Ok(self.keys.records.open_for(stream, kind, &sealed)?)
    }

    fn open_text(
        &self,
        stream: &StreamId,
        id: &SealedId,
        kind: &SealedKind,
    ) -> Result<Zeroizing<String>, RaError> {
        let octets = self.open(stream, id, kind)?;
        let text = core::str::from_utf8(&octets).map_err(|_| damaged("sealed text"))?;
        Ok(Zeroizing::new(text.to_owned()))
    }
}

/// New names for one decision.
pub(super) fn fresh(rng: &mut dyn CryptoRng) -> Fresh {
    Fresh {
        sealed: SealedId::generate(rng),
        order: OrderId::generate(rng),
        cells: CardCell::choose(rng),
    }
}

pub(super) const fn damaged(what: &'static str) -> RaError {
    RaError::Damaged(what)
}
