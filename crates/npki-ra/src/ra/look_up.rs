use npki_core::{Channel, Instant, Issuer, Product};
use npki_ledger::{Change, IdempotencyKey, READ_MAX, Span, StreamId};
use npki_policy::Krw;
use rand_core::CryptoRng;

use super::{Ra, TRIES, batch::Batch, handle::again, replay::read_refusal};
use crate::{
    ApplicationId, Consent, Counted, Draft, RaError, Refusal, State, Subscriber, TryId,
    application::digest,
    names::{APPLICANTS, application_stream, counter, subscriber_stream},
    ports::{SecurityMeansKind, UserId},
    refusals,
    subscriber::event::{ConsentChanged, LockLifted, SubscriberRefused},
};

/// What the bank shows of a subscriber (조회, R42).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overview {
    /// Every certificate with its state, and what the policy has to know.
    pub subscriber: Subscriber,
    /// The issuing consent that holds (R17).
    pub consent: Option<Consent>,
    /// Every application, in no order.
    pub applications: Vec<ApplicationId>,
    /// What is locked (R32).
    pub locked: Vec<Counted>,
    /// What was refused outside of an application, the oldest first (R70).
    pub refusals: Vec<Refusal>,
}

/// What an applicant is shown to choose from, masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choices {
    /// Registered telephones, in the order that commands count.
    pub phones: Vec<String>,
    /// Own accounts, in the order that commands count.
    pub accounts: Vec<String>,
    /// Security means.
    pub means: Vec<SecurityMeansKind>,
}

/// One line of the choice of certificates (R3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offered {
    /// The product.
    pub product: Product,
    /// The CA.
    pub issuer: Issuer,
    /// The fee, VAT included; `None` when the bank has set none.
    pub fee: Option<Krw>,
    /// 당행 발급상태: until when the customer has such a certificate from this bank; `None`: 미발급.
    pub held_until: Option<Instant>,
}

impl Ra<'_> {
    /// What step 2 shows: every product for this kind of holder from every CA, with what it costs
    /// and whether the customer has it already (R3).
    ///
    /// # Errors
    /// [`RaError`].
    pub fn offers(&self, id: ApplicationId, now: Instant) -> Result<Vec<Offered>, RaError> {
        let state = self.state(id)?;
        let subscriber = self.subscriber(state.pseudonym)?;
        let mut offers = Vec::new();
        for product in Product::ALL.iter().copied() {
            let row = self.policy.catalogue().row(product);
            let Some(row) = row.filter(|row| row.holders.contains(&state.holder)) else {
                continue;
            };
            offers.extend(row.offers.iter().map(|offer| Offered {
                product,
                issuer: offer.issuer,
                fee: row.fee,
                held_until: subscriber.live(product, offer.issuer, now),
            }));
        }
        Ok(offers)
    }

    /// Everything that the bank knows of a customer's certificates; `None` for nobody's user id.
    ///
    /// # Errors
    /// [`RaError`].
    ///
    /// # Security
    /// Whoever calls has made sure that it is the customer who asks.
    pub fn look_up(&self, user: &UserId) -> Result<Option<Overview>, RaError> {
        let Some(customer) = self.ports.bank.customer(user)? else {
            return Ok(None);
        };
        let pseudonym = self.keys.pseudonyms.pseudonym(&customer.idn);
        let subscriber = self.subscriber(pseudonym)?;
        let span = Span::prefix(pseudonym.octets());
        let mut applications = Vec::new();
        for entry in self.ledger.index(&APPLICANTS, &span, READ_MAX)? {
            let id = entry.key.octets().get(32..).unwrap_or_default();
            let id = id.try_into().map_err(|_| RaError::Damaged("applicants"))?;
            applications.push(ApplicationId::from_octets(id));
        }
        let mut locked = Vec::new();
        for what in Counted::ALL {
            let count = match what {
                Counted::Otp => u64::from(self.otp_failures(&customer)?.unwrap_or(0)),
                _ => self.counted(&pseudonym, *what)?,
            };
            if count >= what.limit(self.policy.parameters()) {
                locked.push(*what);
            }
        }
        Ok(Some(Overview {
            consent: subscriber.consent.or(customer.consent),
            subscriber,
            applications,
            locked,
            refusals: self.refusals_in(&subscriber_stream(&pseudonym))?,
        }))
    }

    /// The masked lists of step 3.
    ///
    /// # Errors
    /// [`RaError`].
    pub fn choices(&self, id: ApplicationId) -> Result<Choices, RaError> {
        let customer = self.customer(&self.state(id)?)?;
        Ok(Choices {
            phones: customer
                .phones
                .into_iter()
                .map(|phone| phone.masked)
                .collect(),
            accounts: customer.accounts.into_iter().map(|a| a.masked).collect(),
            means: customer.means,
        })
    }

    /// Every refusal of an application, the oldest first: why, in Korean and English, as it was
    /// told (R70).
    ///
    /// # Errors
    /// [`RaError`].
    pub fn why(&self, id: ApplicationId) -> Result<Vec<Refusal>, RaError> {
        self.refusals_in(&application_stream(&id))
    }

    fn refusals_in(&self, stream: &StreamId) -> Result<Vec<Refusal>, RaError> {
        let mut refusals = Vec::new();
        for recorded in self.whole(stream)? {
            refusals.extend(read_refusal(recorded.record())?);
        }
        Ok(refusals)
    }

    /// The refusal at a position of the log; `None` when another event stands there.
    ///
    /// # Errors
    /// [`RaError`].
    pub fn why_at(&self, position: u64) -> Result<Option<Refusal>, RaError> {
        match self.ledger.records(position, 1)?.first() {
            Some(recorded) => read_refusal(recorded.record()),
            None => Ok(None),
        }
    }

    /// Gives or withholds the issuing consent outside of an application (R17): a no anywhere, a
    /// yes after a no at a branch alone.
    ///
    /// # Errors
    /// [`RaError`].
    pub fn set_consent(
        &self,
        user: &UserId,
        consent: Consent,
        channel: Channel,
        key: &IdempotencyKey,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Result<(), Refusal>, RaError> {
        let request = self.keys.requests.digest(&[
            b"set-consent",
            user.expose_text().as_bytes(),
            consent.name().as_bytes(),
            channel.name().as_bytes(),
        ]);
        let customer = self.customer_of(user)?;
        let pseudonym = self.keys.pseudonyms.pseudonym(&customer.idn);
        for _ in 0..TRIES {
            if let Some(receipt) = self.recorded(key, &request)? {
                return Ok(self.refusal_in(&receipt)?.map_or(Ok(()), Err));
            }
            let subscriber = self.subscriber(pseudonym)?;
            let known = subscriber.consent.or(customer.consent);
            let online = channel != Channel::Branch;
            let mut batch = Batch::new(self, now).subscriber(&subscriber);
            if online && (known, consent) == (Some(Consent::Withheld), Consent::Given) {
                let refused = SubscriberRefused {
                    command: "set-consent".to_owned(),
                    why: vec![refusals::consent_at_a_branch()],
                    policy: digest(self.policy),
                };
                batch.push(Draft::of_subscriber(refused), rng)?;
            } else {
                let changed = ConsentChanged { consent, channel };
                batch.push(Draft::of_subscriber(changed), rng)?;
            }
            if let Err(conflict) = batch.commit(key, request)? {
                again(conflict)?;
            }
        }
        Err(RaError::Busy)
    }

    /// Lifts a lock, at a branch (R32).
    ///
    /// # Errors
    /// [`RaError`].
    ///
    /// # Security
    /// Whoever calls has seen the customer at a branch.
    pub fn lift_lock(
        &self,
        user: &UserId,
        what: Counted,
        key: &IdempotencyKey,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), RaError> {
        let request = self.keys.requests.digest(&[
            b"lift-lock",
            user.expose_text().as_bytes(),
            what.name().as_bytes(),
        ]);
        let customer = self.customer_of(user)?;
        let pseudonym = self.keys.pseudonyms.pseudonym(&customer.idn);
        if let (Counted::Otp, Some(device)) = (what, &customer.otp_device) {
            let key = TryId::made_by(&ApplicationId::begun_by(key), key);
            self.ports.otp.lift(&key, device, now)?;
        }
        for _ in 0..TRIES {
            let subscriber = self.subscriber(pseudonym)?;
            let mut batch = Batch::new(self, now).subscriber(&subscriber);
            let mut draft = Draft::of_subscriber(LockLifted { what });
            if what != Counted::Otp {
                draft = draft.change(Change::Reset {
                    counter: counter(&pseudonym, what),
                });
            }
            batch.push(draft, rng)?;
            match batch.commit(key, request)? {
                Ok(_) => return Ok(()),
                Err(conflict) => again(conflict)?,
            }
        }
        Err(RaError::Busy)
    }

    /// The state of every application that is not over, for whoever watches the bank.
    ///
    /// # Errors
    /// [`RaError`].
    pub fn open_applications(&self) -> Result<Vec<State>, RaError> {
        let mut states = Vec::new();
        for entry in self
            .ledger
            .index(&crate::names::DEADLINES, &Span::all(), READ_MAX)?
        {
            let id = entry.key.octets().get(8..).unwrap_or_default();
            let id = id.try_into().map_err(|_| RaError::Damaged("deadline"))?;
            states.extend(self.find(ApplicationId::from_octets(id))?);
        }
        Ok(states)
    }
}
