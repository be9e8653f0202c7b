use npki_core::{
    Channel, Holder, Instant, Issuer, OrderAction, OrderId, Product, ReferenceNumber,
    ReplacedBecause,
};
use npki_ledger::{EventKind, Pseudonym, Recorded, SealedId};

use super::event::{
    AbandonedBy, Called, Chosen, Confirmed, Event, FeeConfirmed, Identification, Ordered, Started,
};
use crate::{
    AcceptedTerm, ApplicationId, CertificateRef, Errand, EventError, ReservationId, Session,
    StepName,
    ports::{CardCell, SecurityMeansKind},
};

/// An application, folded from its events.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct State {
    /// Its name.
    pub id: ApplicationId,
    /// Events in its stream.
    pub version: u64,
    /// Who applies.
    pub pseudonym: Pseudonym,
    /// What for.
    pub errand: Errand,
    /// Where it began.
    pub channel: Channel,
    /// Whether logged in there.
    pub session: Session,
    /// What kind of holder.
    pub holder: Holder,
    /// From this instant on it is abandoned, unless there is an order.
    pub ends: Instant,
    /// The sealed record with the user id.
    pub user: SealedId,
    /// Terms accepted, the bank's and the CA's.
    pub terms: Vec<AcceptedTerm>,
    /// Step 2.
    pub chosen: Option<Chosen>,
    /// The call that was placed last.
    pub call: Option<Called>,
    /// Step 3: the additional identification.
    pub extra: Option<Identification>,
    /// Step 3: the sealed record with the verified account.
    pub account: Option<SealedId>,
    /// Step 3: the cells of the security card that this applicant was asked for.
    pub card: Option<[CardCell; 2]>,
    /// Step 3: the security means that was answered for.
    pub means: Option<SecurityMeansKind>,
    /// Step 4.
    pub money: Option<Money>,
    /// Step 5: the sealed record.
    pub details: Option<SealedId>,
    /// Step 6.
    pub order: Option<PlacedOrder>,
    /// What was registered: its product and its CA.
    pub registered: Option<(Product, Issuer)>,
    /// How it ended.
    pub end: Option<End>,
}

/// The fee of an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Money {
    /// What was confirmed.
    pub confirmed: FeeConfirmed,
    /// Where it is.
    pub stage: MoneyStage,
}

/// Where a fee is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MoneyStage {
    /// The bank's systems have not answered yet.
    Reserving,
    /// Reserved.
    Reserved,
    /// Taken.
    Captured,
    /// Given back before it was taken.
    Released,
    /// Paid back.
    Refunded,
}

/// An order that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacedOrder {
    /// What was written.
    pub ordered: Ordered,
    /// The CA's reference number, once it has the order.
    pub reference: Option<ReferenceNumber>,
    /// Whether it is being ended at the CA.
    pub cancelling: bool,
}

/// How an application ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum End {
    /// Issued.
    Issued {
        /// The certificate.
        certificate: CertificateRef,
        /// The CA's instant of its confirmation.
        at: Instant,
    },
    /// Ordered, and not confirmed.
    Lapsed,
    /// The CA did not take the order.
    Declined,
    /// Another institution's certificate is registered.
    Registered(CertificateRef),
    /// The CA was asked to revoke; what it has answered stands at the certificate.
    RevokeAsked(CertificateRef),
    /// Ended before an order.
    Abandoned(AbandonedBy),
}

impl State {
    /// The application that an event has begun.
    #[must_use]
    pub fn begin(id: ApplicationId, started: &Started) -> Self {
        Self {
            id,
            version: 1,
            pseudonym: Pseudonym::from_octets(started.pseudonym),
            errand: started.errand,
            channel: started.channel,
            session: started.session,
            holder: started.holder,
            ends: started.ends,
            user: started.user,
            terms: started.terms.clone(),
            chosen: None,
            call: None,
            extra: None,
            account: None,
            card: None,
            means: None,
            money: None,
            details: None,
            order: None,
            registered: None,
            end: None,
        }
    }

    /// Folds a whole stream; `None` when it has no event.
    ///
    /// # Errors
    /// [`EventError`].
    pub fn fold(id: ApplicationId, records: &[Recorded]) -> Result<Option<Self>, EventError> {
        let mut state = None;
        for recorded in records {
            let record = recorded.record();
            let event = Event::parse(&record.kind, &record.payload)?;
            let mut next = match (state, event) {
                (None, Event::Started(started)) => Self::begin(id, &started),
                (None, _) => return Err(EventError::OutOfPlace(record.kind.clone())),
                (Some(state), event) => evolve(state, &event)?,
            };
            next.version = record.stream_version;
            state = Some(next);
        }
        Ok(state)
    }

    /// The step that is to be taken next.
    #[must_use]
    pub fn step(&self) -> StepName {
        if self.end.is_some() || self.order.is_some() {
            StepName::Done
        } else if self.errand.order_action().is_none() {
            if self.is_identified() {
                StepName::CarryOut
            } else {
                StepName::Identify
            }
        } else if self.chosen.is_none() {
            StepName::Choose
        } else if !self.is_identified() {
            StepName::Identify
        } else if self.owes_fee() && !self.has_fee() {
            StepName::ConfirmFee
        } else if self.wants_details() && self.details.is_none() {
            StepName::Details
        } else {
            StepName::PasswordAndMedium
        }
    }

    /// Whether step 3 is complete (R30, R31, R33); a renewal has none.
    #[must_use]
    pub fn is_identified(&self) -> bool {
        match (self.errand, self.extra) {
            (Errand::Order(OrderAction::Renew), _) => true,
            (_, None) => false,
            (_, Some(extra)) => {
                extra.is_identity_card() || (self.account.is_some() && self.means.is_some())
            }
        }
    }

    /// Whether there is something to pay: step 4 is for paid products only (R23).
    #[must_use]
    pub fn owes_fee(&self) -> bool {
        self.fee().is_some_and(|fee| fee > 0)
    }

    /// What is to be paid, in won.
    #[must_use]
    pub fn fee(&self) -> Option<i64> {
        self.chosen.as_ref().and_then(|chosen| chosen.fee)
    }

    /// Whether the fee is reserved.
    #[must_use]
    pub fn has_fee(&self) -> bool {
        let stage = self.money.as_ref().map(|money| money.stage);
        stage == Some(MoneyStage::Reserved)
    }

    /// A reservation that is, or may be, there and must be given up when the application ends.
    #[must_use]
    pub fn open_reservation(&self) -> Option<ReservationId> {
        self.money
            .as_ref()
            .filter(|m| matches!(m.stage, MoneyStage::Reserving | MoneyStage::Reserved))
            .map(|m| m.confirmed.reservation)
    }

    /// The sealed records with an account's number.
    pub(crate) fn accounts(&self) -> Vec<SealedId> {
        let named = self.money.as_ref().map(|money| money.confirmed.account);
        let verified = self.account.filter(|account| named != Some(*account));
        named.into_iter().chain(verified).collect()
    }

    /// Whether step 5 is to be taken: a renewal keeps the names that the bank knows.
    #[must_use]
    pub fn wants_details(&self) -> bool {
        self.errand != Errand::Order(OrderAction::Renew)
    }

    /// What messages about it name: the certificate that was chosen, or registered.
    #[must_use]
    pub fn subject(&self) -> Option<(Product, Issuer)> {
        let chosen = self.chosen.as_ref();
        chosen.map(|c| (c.product, c.issuer)).or(self.registered)
    }

    /// Whether it replaces a certificate whose key has leaked: then it outlives a lapsed order (R12).
    #[must_use]
    pub fn replaces_leaked(&self) -> bool {
        let replaces = self.chosen.as_ref().and_then(|c| c.replaces.as_ref());
        replaces.is_some_and(|replaces| replaces.because == ReplacedBecause::Leaked)
    }

    /// The order that is under way.
    #[must_use]
    pub fn open_order(&self) -> Option<&Ordered> {
        self.order
            .as_ref()
            .filter(|_| self.end.is_none())
            .map(|order| &order.ordered)
    }

    /// Whether the order is being ended at the CA.
    #[must_use]
    pub fn is_cancelling(&self) -> bool {
        self.order.as_ref().is_some_and(|order| order.cancelling)
    }

    fn is_order(&self, id: OrderId) -> bool {
        self.order.as_ref().is_some_and(|o| o.ordered.order == id)
    }

    fn money(&mut self, reservation: ReservationId, stage: MoneyStage) {
        if let Some(money) = &mut self.money
            && money.confirmed.reservation == reservation
        {
            money.stage = stage;
        }
    }

    fn forget_from(&mut self, step: StepName) {
        if step <= StepName::Choose {
            self.chosen = None;
            self.terms.retain(|term| term.issuer.is_none());
        }
        if step <= StepName::Identify {
            self.call = None;
            self.extra = None;
            self.account = None;
            self.card = None;
            self.means = None;
        }
        if step <= StepName::ConfirmFee {
            self.money = None;
        }
        if step <= StepName::Details {
            self.details = None;
        }
    }
}

/// What an application is after an event. Asks no policy; passes refusals over.
///
/// # Errors
/// [`EventError::OutOfPlace`] for an event that cannot follow.
pub fn evolve(mut state: State, event: &Event) -> Result<State, EventError> {
    let out_of_place = || EventError::OutOfPlace(event.kind());
    state.version = state.version.saturating_add(1);
    if state.end.is_some() && !may_follow_the_end(&event.kind()) {
        return Err(out_of_place());
    }
    match event {
        Event::Started(_) => return Err(out_of_place()),
        Event::Chosen(chosen) => {
            state.forget_from(StepName::Choose);
            state.terms.extend(chosen.terms.iter().cloned());
            state.chosen = Some(chosen.clone());
        }
        Event::Called(called) => state.call = Some(called.clone()),
        Event::ExtraIdentified(extra) => {
            state.extra = Some(extra.by);
            state.call = None;
        }
        Event::AccountVerified(verified) => state.account = Some(verified.account),
        Event::CardAsked(asked) => state.card = Some(asked.cells().ok_or_else(out_of_place)?),
        Event::MeansVerified(verified) => state.means = Some(verified.means),
        Event::FeeConfirmed(confirmed) => {
            state.money = Some(Money {
                confirmed: confirmed.clone(),
                stage: MoneyStage::Reserving,
            });
        }
        Event::FeeReserved(fee) => state.money(fee.reservation, MoneyStage::Reserved),
        Event::FeeDeclined(fee) => {
            let declined = |m: &Money| m.confirmed.reservation == fee.reservation;
            state.money = state.money.filter(|money| !declined(money));
        }
        Event::DetailsGiven(given) => state.details = Some(given.details),
        Event::Ordered(ordered) => {
            state.order = Some(PlacedOrder {
                ordered: ordered.clone(),
                reference: None,
                cancelling: false,
            });
        }
        Event::Registered(registered) => {
            let reference = registered.reference().ok_or_else(out_of_place)?;
            let order = state.order.as_mut().ok_or_else(out_of_place)?;
            order.reference = Some(reference);
        }
        Event::OrderDeclined(declined) if state.is_order(declined.order) => {
            state.end = Some(End::Declined);
        }
        Event::Confirmed(confirmed) if state.is_order(confirmed.order) => {
            let chosen = state.chosen.as_ref().ok_or_else(out_of_place)?;
            state.end = Some(End::Issued {
                certificate: certificate_of(chosen, confirmed),
                at: confirmed.at,
            });
        }
        Event::Lapsed(lapsed) if state.is_order(lapsed.order) => {
            if state.replaces_leaked() {
                // The old certificate is revoked already: the application can be taken up again
                // until that one's end (R12).
                state.order = None;
                let replaces = state.chosen.as_ref().and_then(|c| c.replaces.as_ref());
                state.ends = replaces.ok_or_else(out_of_place)?.not_after;
            } else {
                state.end = Some(End::Lapsed);
            }
        }
        Event::OrderDeclined(_) | Event::Confirmed(_) | Event::Lapsed(_) => {
            return Err(out_of_place());
        }
        Event::CancelAsked(_) => {
            state.order.as_mut().ok_or_else(out_of_place)?.cancelling = true;
        }
        Event::Captured(fee) => state.money(fee.reservation, MoneyStage::Captured),
        Event::Released(fee) => state.money(fee.reservation, MoneyStage::Released),
        Event::Refunded(fee) => state.money(fee.reservation, MoneyStage::Refunded),
        Event::WentBack(back) => state.forget_from(back.to),
        Event::CertificateRegistered(done) => {
            state.registered = Some((done.product, done.certificate.issuer));
            state.end = Some(End::Registered(done.certificate.clone()));
        }
        Event::RevokeAsked(asked) => state.end = Some(End::RevokeAsked(asked.certificate.clone())),
        Event::Abandoned(abandoned) => state.end = Some(End::Abandoned(abandoned.by)),
        // They are there to be read, and change nothing.
        Event::Notified(_)
        | Event::EffectRefused(_)
        | Event::Tried(_)
        | Event::Refused(_)
        | Event::RegistrationRefused(_)
        | Event::TermsHandedOver(_)
        | Event::Dropped(_) => {}
    }
    Ok(state)
}

fn certificate_of(chosen: &Chosen, confirmed: &Confirmed) -> CertificateRef {
    CertificateRef {
        issuer: chosen.issuer,
        serial: confirmed.serial.clone(),
    }
}

/// After the end only money and messages move.
fn may_follow_the_end(kind: &EventKind) -> bool {
    matches!(
        kind.as_str(),
        "application.captured"
            | "application.released"
            | "application.refunded"
            | "application.notified"
            | "application.terms-handed-over"
            | "application.effect-refused"
            | "application.effect-dropped"
            | "application.refused"
            | "application.registration-refused"
    )
}
