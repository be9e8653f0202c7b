use der::{Encode, asn1::OctetString};
use npki_core::{Channel, Instant, OrderAction, OrderId, ReplacedBecause};
use npki_ledger::{Change, Pseudonym, SealedId, SealedKind};
use npki_policy::{Action, CertificateState, Enrolment, Krw, Policy, Request, evaluate};
use zeroize::Zeroizing;

use super::{
    command::{Begin, Choice, Command, Selection},
    event::{
        Abandoned, AbandonedBy, AccountVerified, Called, CancelAsked, Chosen, DetailsGiven, Event,
        ExtraIdentified, FeeConfirmed, Identification, MeansVerified, Replaces, Started, WentBack,
    },
    state::{MoneyStage, State},
};
use crate::{
    CallId, CertificateRef, Consent, Counted, ReservationId, Session, StepName, Subscriber,
    SubscriberEvent, Term, Terms, Why,
    effect::EffectKind,
    names::{self, counter},
    ports::{
        AccountNumber, CallOutcome, Customer, NoticeKind, Registered, SecurityMeansKind, Tried,
        Whereabouts,
    },
    refusals,
    subscriber::event::ConsentChanged,
};

/// What is known when a command is decided: the ports' answers and the ledger's, fetched before.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The bank's record of the customer.
    pub customer: &'a Customer,
    /// What the bank's certificate service knows of the person.
    pub subscriber: &'a Subscriber,
    /// The terms in force.
    pub terms: &'a Terms,
    /// Wrong one-time passwords in a row, as the ledger has counted them.
    pub otp_failures: u32,
    /// The account that a fee would go from.
    pub account: Option<&'a AccountNumber>,
    /// What that account can pay.
    pub balance: Option<Krw>,
    /// What a port has answered to this very command; `None`: it was not asked yet.
    pub answer: Option<PortAnswer>,
    /// New names, to be used where one is needed.
    pub fresh: Fresh,
}

/// New random names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fresh {
    /// The name of a sealed record.
    pub sealed: SealedId,
    /// The name of an order.
    pub order: OrderId,
}

/// What a port has answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PortAnswer {
    /// The telephone.
    Call(CallOutcome),
    /// The immigration office.
    Whereabouts(Whereabouts),
    /// Who judges what was tried.
    Tried(Tried),
}

/// What is decided: either the rules that refuse, or what happens.
#[derive(Debug, Default)]
pub struct Decision {
    /// Every rule that refuses; then nothing happens.
    pub why: Vec<Why>,
    /// What happens, in order.
    pub events: Vec<Draft>,
    /// What must happen outside, because of it.
    pub effects: Vec<Wish>,
    /// Whether a port is to be asked first; then nothing is decided yet.
    pub asks_port: bool,
}

/// An event that is to be recorded, with what goes beside it.
#[derive(Debug)]
pub struct Draft {
    /// The event.
    pub event: Drafted,
    /// What is to be sealed.
    pub seal: Vec<Seal>,
    /// Changes of claims and counters.
    pub changes: Vec<Change>,
}

/// An event of either stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Drafted {
    /// The application's.
    Application(Event),
    /// The subscriber's.
    Subscriber(SubscriberEvent),
}

/// Octets that are to be sealed: personal, wiped on drop, not shown.
pub struct Seal {
    /// The record's name.
    pub id: SealedId,
    /// What it holds.
    pub kind: SealedKind,
    /// The octets.
    pub plaintext: Zeroizing<Vec<u8>>,
}

impl core::fmt::Debug for Seal {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Self {
            id,
            kind,
            plaintext: _,
        } = self;
        f.debug_struct("Seal")
            .field("id", id)
            .field("kind", kind)
            .finish_non_exhaustive()
    }
}

/// An effect that a decision wants; it gets its name when it is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// What.
    pub what: EffectKind,
    /// The money that is moved.
    pub reservation: Option<ReservationId>,
    /// What the subscriber is told.
    pub notice: Option<NoticeKind>,
}

impl Wish {
    pub(crate) const fn of(what: EffectKind) -> Self {
        Self {
            what,
            reservation: None,
            notice: None,
        }
    }

    pub(crate) const fn money(what: EffectKind, reservation: ReservationId) -> Self {
        Self {
            what,
            reservation: Some(reservation),
            notice: None,
        }
    }

    pub(crate) const fn tell(what: EffectKind, notice: NoticeKind) -> Self {
        Self {
            what,
            reservation: None,
            notice: Some(notice),
        }
    }
}

impl Draft {
    pub(crate) fn new(event: impl Into<Event>) -> Self {
        Self {
            event: Drafted::Application(event.into()),
            seal: Vec::new(),
            changes: Vec::new(),
        }
    }

    pub(crate) fn of_subscriber(event: impl Into<SubscriberEvent>) -> Self {
        Self {
            event: Drafted::Subscriber(event.into()),
            seal: Vec::new(),
            changes: Vec::new(),
        }
    }

    pub(crate) fn seal(mut self, id: SealedId, kind: &SealedKind, plaintext: Vec<u8>) -> Self {
        self.seal.push(Seal {
            id,
            kind: kind.clone(),
            plaintext: Zeroizing::new(plaintext),
        });
        self
    }

    pub(crate) fn change(mut self, change: Change) -> Self {
        self.changes.push(change);
        self
    }
}

impl Decision {
    fn refuse(why: impl Into<Vec<Why>>) -> Self {
        Self {
            why: why.into(),
            ..Self::default()
        }
    }

    fn record(draft: Draft) -> Self {
        Self {
            events: vec![draft],
            ..Self::default()
        }
    }

    fn ask_port() -> Self {
        Self {
            asks_port: true,
            ..Self::default()
        }
    }

    fn and(mut self, effect: Wish) -> Self {
        self.effects.push(effect);
        self
    }

    /// Whether no rule refuses.
    #[must_use]
    pub const fn is_allowed(&self) -> bool {
        self.why.is_empty()
    }
}

/// Decides step 1, for a customer whose user id and IDN have been compared.
///
/// Issuing hours (R16), log-in (R33) and the bank's terms (R35) are asked here already; everything
/// is asked again later.
#[must_use]
pub fn admit(
    begin: &Begin,
    pseudonym: Pseudonym,
    facts: &Facts<'_>,
    now: Instant,
    policy: &Policy,
) -> Decision {
    let subject = Subject {
        action: begin.action,
        channel: begin.channel,
        session: begin.session,
        holder: facts.customer.holder,
    };
    let terms = Terms::are_accepted(facts.terms.of_the_bank(), &begin.terms);
    // The product is not chosen yet: only the rules that do not look at it are heard.
    let product = npki_core::Product::PersonalLimited;
    let request = subject.request(facts, now, product, |known| {
        known.terms_accepted = Some(terms);
    });
    let decision = evaluate(policy, &request);
    let heard = decision
        .refusals()
        .filter(|verdict| [refusals::R16, refusals::R33, refusals::R35].contains(&verdict.rule));
    let why = Why::of(heard);
    if !why.is_empty() {
        return Decision::refuse(why);
    }
    let user = facts.fresh.sealed;
    let ends = now.saturating_add(policy.parameters().order_end.duration());
    let started = Started {
        pseudonym: *pseudonym.octets(),
        action: begin.action,
        channel: begin.channel,
        session: begin.session,
        holder: facts.customer.holder,
        terms: begin.terms.clone(),
        user,
        ends,
        policy: digest(policy),
    };
    let text = begin.user.expose_text().into();
    Decision::record(Draft::new(started).seal(user, &names::USER, text))
}

/// Decides a command other than [`Command::Order`], which [`approval`] is for.
///
/// Pure: state, facts, time and policy are all it knows.
#[must_use]
pub fn decide(
    state: &State,
    command: &Command,
    facts: &Facts<'_>,
    now: Instant,
    policy: &Policy,
) -> Decision {
    if let Some(why) = out_of_turn(state, command, now) {
        return Decision::refuse([why]);
    }
    match command {
        Command::Choose(choice) => choose(state, choice, facts, now, policy),
        Command::CallPhone { phone } => call_phone(state, *phone, facts, now, policy),
        Command::CheckCall => check_call(state, facts, now),
        Command::CheckDeparture => check_departure(facts),
        Command::ShowIdentityCard(card) => show_identity_card(state, *card),
        Command::VerifyAccount { account, .. } => verify_account(state, *account, facts),
        Command::AnswerMeans(answer) => answer_means(state, answer.kind(), facts),
        Command::ConfirmFee { amount, account } => {
            confirm_fee(state, *amount, *account, facts, now, policy)
        }
        Command::GiveDetails(details) => {
            let id = facts.fresh.sealed;
            let plaintext = details.expose_form().to_der().unwrap_or_default();
            let given = DetailsGiven { details: id };
            Decision::record(Draft::new(given).seal(id, &names::DETAILS, plaintext))
        }
        Command::GoBack(to) => {
            give_up_fee(state, Decision::record(Draft::new(WentBack { to: *to })))
        }
        Command::Abandon => abandon(state, AbandonedBy::Applicant),
        Command::Order => Decision::refuse(Why::of(approval(state, facts, now, policy).refusals())),
    }
}

/// What the policy says to the order that an application has come to: every rule, with the facts
/// of this instant.
#[must_use]
pub fn approval(
    state: &State,
    facts: &Facts<'_>,
    now: Instant,
    policy: &Policy,
) -> npki_policy::Decision {
    let chosen = state.chosen.as_ref();
    let product = chosen.map_or(npki_core::Product::PersonalLimited, |c| c.product);
    let terms = Terms::are_accepted(facts.terms.of_the_bank(), &state.terms)
        && chosen.is_some_and(|chosen| {
            Terms::are_accepted(facts.terms.of_the_ca(chosen.issuer), &state.terms)
        });
    let request = Subject::of(state).request(facts, now, product, |known| {
        known.issuer = chosen.map(|c| c.issuer);
        known.terms_accepted = Some(terms);
        known.identified = Some(state.is_identified());
        // What is reserved is paid for, whatever else the account can pay.
        known.balance = facts.balance.filter(|_| !state.has_fee());
        if let Some(replaces) = chosen.and_then(|c| c.replaces.as_ref()) {
            let issuer = chosen.map(|c| c.issuer);
            place(
                known,
                facts.subscriber,
                state,
                issuer,
                replaces.serial.as_bytes(),
            );
        }
    });
    evaluate(policy, &request)
}

/// Ends an application: at once while there is no order, else through the CA.
#[must_use]
pub fn abandon(state: &State, by: AbandonedBy) -> Decision {
    match state.open_order() {
        Some(ordered) => Decision::record(Draft::new(CancelAsked {
            order: ordered.order,
            by,
        }))
        .and(Wish::of(EffectKind::Cancel)),
        None => give_up_fee(state, Decision::record(Draft::new(Abandoned { by }))),
    }
}

fn give_up_fee(state: &State, decision: Decision) -> Decision {
    match state.open_reservation() {
        Some(reservation) => decision.and(Wish::money(EffectKind::Release, reservation)),
        None => decision,
    }
}

/// Whether the command cannot be taken now, whatever the rules say (R19, R34).
pub(crate) fn out_of_turn(state: &State, command: &Command, now: Instant) -> Option<Why> {
    if state.end.is_some() {
        return Some(refusals::ended());
    }
    if state.open_order().is_some() {
        let may = matches!(command, Command::Abandon) && !state.is_cancelling();
        return (!may).then(refusals::at_the_ca);
    }
    let wanted = match command {
        Command::Abandon => return None,
        _ if now >= state.ends => return Some(refusals::overdue(state.ends)),
        Command::GoBack(to) => {
            let back = (StepName::Choose..=state.step()).contains(to);
            return (!back).then(|| refusals::not_back(state.step(), *to));
        }
        Command::Choose(_) => StepName::Choose,
        Command::CallPhone { .. }
        | Command::CheckCall
        | Command::CheckDeparture
        | Command::ShowIdentityCard(_)
        | Command::VerifyAccount { .. }
        | Command::AnswerMeans(_) => StepName::Identify,
        Command::ConfirmFee { .. } => StepName::ConfirmFee,
        Command::GiveDetails(_) => StepName::Details,
        Command::Order => StepName::PasswordAndMedium,
    };
    if wanted != state.step() {
        return Some(refusals::not_the_step(state.step(), wanted));
    }
    let stage = state.money.as_ref().map(|money| money.stage);
    (stage == Some(MoneyStage::Reserving)).then(refusals::being_reserved)
}

fn choose(
    state: &State,
    choice: &Choice,
    facts: &Facts<'_>,
    now: Instant,
    policy: &Policy,
) -> Decision {
    let known_consent = facts.subscriber.consent.or(facts.customer.consent);
    let at_branch = state.channel == Channel::Branch;
    let consent = match (known_consent, choice.consent) {
        // A branch alone turns a no into a yes (R17).
        (Some(Consent::Withheld), Some(Consent::Given)) if !at_branch => known_consent,
        (known, asked) => asked.or(known),
    };
    let mut events = Vec::new();
    if consent.is_some() && consent != known_consent {
        events.extend(consent.map(|consent| {
            Draft::of_subscriber(ConsentChanged {
                consent,
                channel: state.channel,
            })
        }));
        if consent == Some(Consent::Withheld) {
            // A no is an answer: it is recorded, and nothing is chosen.
            return Decision {
                events,
                ..Decision::default()
            };
        }
    }
    let (product, issuer, serial, because) = match (&choice.selection, state.action) {
        (Selection::New { product, issuer }, OrderAction::Issue) => {
            let row = policy.catalogue().row(*product);
            let first = row.and_then(|row| row.offers.first()).map(|o| o.issuer);
            (
                *product,
                issuer.or(first),
                None,
                ReplacedBecause::Superseded,
            )
        }
        (
            Selection::InPlaceOf {
                issuer,
                serial,
                because,
            },
            OrderAction::Reissue | OrderAction::Renew,
        ) => {
            let old = facts.subscriber.certificate(*issuer, serial);
            let product = old.map_or(npki_core::Product::PersonalLimited, |old| old.product);
            (product, Some(*issuer), Some(serial), *because)
        }
        _ => return Decision::refuse([refusals::another_action(state.action)]),
    };
    let accepted = issuer.is_some_and(|issuer| {
        Terms::are_accepted(facts.terms.of_the_bank(), &state.terms)
            && Terms::are_accepted(facts.terms.of_the_ca(issuer), &choice.terms)
    });
    let request = Subject::of(state).request(facts, now, product, |known| {
        known.issuer = issuer;
        known.terms_accepted = Some(accepted);
        known.consent = consent.map(|consent| consent == Consent::Given);
        if let Some(serial) = serial {
            place(known, facts.subscriber, state, issuer, serial);
        }
    });
    let decision = evaluate(policy, &request);
    let (Some(issuer), true) = (decision.issuer(), decision.allowed()) else {
        return Decision::refuse(Why::of(decision.refusals()));
    };
    let replaces = serial
        .and_then(|serial| facts.subscriber.certificate(issuer, serial))
        .map(|old| Replaces {
            serial: old.name.serial.clone(),
            because,
            not_after: old.not_after,
        });
    let terms = choice.terms.iter().filter(|term| {
        matches!(term.term, Term::CaService | Term::DataToCa) && term.issuer == Some(issuer)
    });
    events.push(Draft::new(Chosen {
        product: decision.product(),
        issuer,
        fee: decision.fee().map(|fee| fee.0),
        replaces,
        terms: terms.cloned().collect(),
        rules: rules(&decision),
        policy: digest(policy),
    }));
    Decision {
        events,
        ..Decision::default()
    }
}

fn call_phone(
    state: &State,
    phone: usize,
    facts: &Facts<'_>,
    now: Instant,
    policy: &Policy,
) -> Decision {
    if facts.customer.phones.get(phone).is_none() {
        return Decision::refuse([refusals::no_such_phone()]);
    }
    let until = now.saturating_add(policy.parameters().ars_approval.duration());
    let call = CallId::placed_by(&state.id, state.version);
    Decision::record(Draft::new(Called { call, until }))
}

fn check_call(state: &State, facts: &Facts<'_>, now: Instant) -> Decision {
    let Some(called) = &state.call else {
        return Decision::refuse([refusals::no_call()]);
    };
    let why = match facts.answer {
        None => return Decision::ask_port(),
        Some(PortAnswer::Call(CallOutcome::Approved { at })) if at < called.until => {
            let by = Identification::Ars;
            return Decision::record(Draft::new(ExtraIdentified { by }));
        }
        Some(PortAnswer::Call(CallOutcome::Forwarded)) => refusals::forwarded(),
        Some(PortAnswer::Call(CallOutcome::Wrong)) => refusals::wrong_approval(),
        Some(PortAnswer::Call(CallOutcome::Silent)) if now < called.until => {
            refusals::silent(called.until)
        }
        _ => refusals::call_over(called.until),
    };
    Decision::refuse([why])
}

fn check_departure(facts: &Facts<'_>) -> Decision {
    match facts.answer {
        None => Decision::ask_port(),
        Some(PortAnswer::Whereabouts(Whereabouts::Abroad)) => {
            let by = Identification::Departure;
            Decision::record(Draft::new(ExtraIdentified { by }))
        }
        Some(_) => Decision::refuse([refusals::not_departed()]),
    }
}

fn show_identity_card(state: &State, card: Identification) -> Decision {
    if state.channel == Channel::Branch && card.is_identity_card() {
        Decision::record(Draft::new(ExtraIdentified { by: card }))
    } else {
        Decision::refuse([refusals::no_identity_card()])
    }
}

fn verify_account(state: &State, account: usize, facts: &Facts<'_>) -> Decision {
    let Some(account) = facts.customer.accounts.get(account) else {
        return Decision::refuse([refusals::no_such_account()]);
    };
    match facts.answer {
        None => Decision::ask_port(),
        Some(PortAnswer::Tried(Tried::Right)) => {
            let id = facts.fresh.sealed;
            let plaintext = account.number.expose_text().into();
            let draft = Draft::new(AccountVerified { account: id })
                .seal(id, &names::ACCOUNT, plaintext)
                .change(reset(&state.pseudonym, Counted::AccountPassword));
            Decision::record(draft)
        }
        Some(_) => Decision::refuse([refusals::wrong(Counted::AccountPassword)]),
    }
}

fn answer_means(state: &State, means: SecurityMeansKind, facts: &Facts<'_>) -> Decision {
    if !facts.customer.means.contains(&means) {
        return Decision::refuse([refusals::no_such_means(means)]);
    }
    if means == SecurityMeansKind::AppCertificate && state.channel != Channel::App {
        return Decision::refuse([refusals::only_in_the_app()]);
    }
    let counted = Counted::of(means);
    match facts.answer {
        None => Decision::ask_port(),
        Some(PortAnswer::Tried(Tried::Right)) => Decision::record(
            Draft::new(MeansVerified { means }).change(reset(&state.pseudonym, counted)),
        ),
        Some(_) => Decision::refuse([refusals::wrong(counted)]),
    }
}

fn confirm_fee(
    state: &State,
    amount: Krw,
    named: Option<usize>,
    facts: &Facts<'_>,
    now: Instant,
    policy: &Policy,
) -> Decision {
    if state.fee() != Some(amount.0) {
        return Decision::refuse([refusals::another_amount(amount)]);
    }
    let Some(number) = facts.account else {
        return Decision::refuse([refusals::no_such_account()]);
    };
    let decision = approval(state, facts, now, policy);
    if !decision.allowed() {
        return Decision::refuse(Why::of(decision.refusals()));
    }
    let id = facts.fresh.sealed;
    let (account, sealed) = match (named, state.account) {
        (None, Some(account)) => (account, false),
        _ => (id, true),
    };
    let parameters = policy.parameters();
    let reservation = ReservationId::made_by(&state.id, state.version);
    let mut draft = Draft::new(FeeConfirmed {
        reservation,
        amount: amount.0,
        account,
        // The order is placed before the application ends, redeemed before the order ends,
        // confirmed within the wait; and the news of it may be a day late.
        until: state
            .ends
            .saturating_add(parameters.order_end.duration())
            .saturating_add(parameters.confirm_wait.duration())
            .saturating_add(NEWS_SLACK),
    });
    if sealed {
        draft = draft.seal(id, &names::ACCOUNT, number.expose_text().into());
    }
    Decision::record(draft).and(Wish::money(EffectKind::Reserve, reservation))
}

/// Who asks for what, where: the part of a question to the policy that an application keeps.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subject {
    action: OrderAction,
    channel: Channel,
    session: Session,
    holder: npki_core::Holder,
}

impl Subject {
    pub(crate) const fn of(state: &State) -> Self {
        Self {
            action: state.action,
            channel: state.channel,
            session: state.session,
            holder: state.holder,
        }
    }

    pub(crate) fn request(
        &self,
        facts: &Facts<'_>,
        now: Instant,
        product: npki_core::Product,
        more: impl FnOnce(&mut npki_policy::Facts),
    ) -> Request {
        let mut known = known(facts);
        known.logged_in = Some(self.session == Session::LoggedIn);
        more(&mut known);
        Request {
            action: match self.action {
                OrderAction::Reissue => Action::Reissue,
                OrderAction::Renew => Action::Renew,
                _ => Action::Issue,
            },
            now,
            channel: self.channel,
            product,
            holder: self.holder,
            facts: known,
        }
    }
}

/// What bank and ledger know of a person, in the policy's words.
pub(crate) fn known(facts: &Facts<'_>) -> npki_policy::Facts {
    let Facts {
        customer,
        subscriber,
        ..
    } = facts;
    let enrolled = |enrolment| Some(customer.enrolments.contains(&enrolment));
    let consent = subscriber.consent.or(customer.consent);
    npki_policy::Facts {
        others: subscriber.certificates.iter().map(|c| c.held()).collect(),
        last_event: subscriber.last_event,
        consent: consent.map(|consent| consent == Consent::Given),
        personal_banking: enrolled(Enrolment::PersonalBanking),
        business_banking: enrolled(Enrolment::BusinessBanking),
        business_number_registered: Some(customer.business_number == Registered::Yes),
        otp_failures: Some(facts.otp_failures),
        balance: facts.balance,
        ..npki_policy::Facts::default()
    }
}

/// Puts the certificate that is to be replaced into its place among the facts.
fn place(
    known: &mut npki_policy::Facts,
    subscriber: &Subscriber,
    state: &State,
    issuer: Option<npki_core::Issuer>,
    serial: &[u8],
) {
    let old = issuer.and_then(|issuer| subscriber.certificate(issuer, serial));
    known.certificate = old.map(crate::Certificate::held);
    known.others = subscriber
        .certificates
        .iter()
        .filter(|other| old.is_none_or(|old| old.name != other.name))
        .map(crate::Certificate::held)
        .collect();
    known.revoked_by_this_reissue =
        old.map(|old| old.state == CertificateState::Revoked && old.leaked_for == Some(state.id));
}

fn reset(pseudonym: &Pseudonym, what: Counted) -> Change {
    Change::Reset {
        counter: counter(pseudonym, what),
    }
}

/// The numbers of the rules that were asked.
pub(crate) fn rules(decision: &npki_policy::Decision) -> Vec<String> {
    let verdicts = decision.verdicts().iter();
    verdicts.map(|verdict| verdict.rule.to_string()).collect()
}

/// SHA-256 of the policy.
pub(crate) fn digest(policy: &Policy) -> [u8; 32] {
    let mut out = [0; 32];
    for (to, from) in out.iter_mut().zip(policy.digest().octets()) {
        *to = *from;
    }
    out
}

/// The name of a certificate, of parts that were read.
pub(crate) fn certificate_ref(
    issuer: npki_core::Issuer,
    serial: &[u8],
) -> der::Result<CertificateRef> {
    Ok(CertificateRef {
        issuer,
        serial: OctetString::new(serial)?,
    })
}

/// How late the news of a confirmation may be before money that was reserved for it goes back.
const NEWS_SLACK: core::time::Duration = core::time::Duration::from_secs(24 * 3600);
