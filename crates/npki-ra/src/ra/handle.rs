use npki_core::Instant;
use npki_ledger::{Change, Conflict, IdempotencyKey, Key, Receipt};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::{Answer, Ra, TRIES, batch::Batch, load::fresh};
use crate::{
    Application, ApplicationId, Begin, Command, Counted, Decision, Draft, Event, Facts, PortAnswer,
    RaError, Refusal, State, Subscriber, SubscriberEvent, TryId, Why,
    application::{
        admit, decide, digest,
        event::{Refused, Tried},
    },
    ids::sub_key,
    names::{self, applicant_key, counter},
    ports::{ApprovalNumber, Customer, PortError},
    refusals,
    subscriber::event::{Enrolled, SubscriberRefused},
};

impl Ra<'_> {
    /// Step 1: terms and identity. Begins an application, or refuses.
    ///
    /// The key names the request: repeated with it, the answer is the same. A refusal is recorded
    /// once the applicant is known, that is, once user id and IDN match.
    ///
    /// # Errors
    /// [`RaError`].
    pub fn begin(
        &self,
        begin: &Begin,
        key: &IdempotencyKey,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Answer, RaError> {
        let id = ApplicationId::begun_by(key);
        let request = self.begin_digest(begin);
        if let Some(receipt) = self.recorded(key, &request)? {
            return self.replay(&receipt, id);
        }
        let customer = self.ports.bank.customer(&begin.user)?;
        let Some(customer) = customer.filter(|customer| customer.idn == begin.idn) else {
            return Ok(Answer::Refused(Refusal {
                command: BEGIN.to_owned(),
                at: now,
                why: vec![refusals::unknown_applicant()],
                policy: Some(digest(self.policy)),
            }));
        };
        let pseudonym = self.keys.pseudonyms.pseudonym(&customer.idn);
        for _ in 0..TRIES {
            let subscriber = self.subscriber(pseudonym)?;
            let facts = self.facts(&customer, &subscriber, rng)?;
            let decision = admit(begin, pseudonym, &facts, now, self.policy);
            let mut batch = Batch::new(self, now).subscriber(&subscriber);
            if decision.is_allowed() {
                batch = batch.application(id, None);
                for draft in decision.events {
                    batch.push(draft, rng)?;
                }
                batch.change(Change::Put {
                    index: names::APPLICANTS,
                    key: applicant_key(&pseudonym, &id),
                    value: nothing()?,
                });
                if subscriber.user.is_none() {
                    let user = fresh(rng).sealed;
                    let text = begin.user.expose_text().into();
                    let draft = Draft::of_subscriber(Enrolled { user });
                    batch.push(draft.seal(user, &names::USER, text), rng)?;
                }
            } else {
                let refused = SubscriberRefused {
                    command: BEGIN.to_owned(),
                    why: decision.why,
                    policy: digest(self.policy),
                };
                batch.push(Draft::of_subscriber(refused), rng)?;
            }
            match batch.commit(key, request)? {
                Ok(receipt) => return self.replay(&receipt, id),
                Err(conflict) => again(conflict)?,
            }
        }
        Err(RaError::Busy)
    }

    /// Carries a command out, or refuses it; a refusal is recorded and changes nothing (R70).
    ///
    /// The key names the request: who repeats it gets the same answer, and nothing happens twice.
    /// Whatever it opens outside is tried at once; what is not answered stays open for
    /// [`Ra::reconcile`].
    ///
    /// # Errors
    /// [`RaError`]; after [`RaError::Ledger`], [`RaError::Busy`] and [`RaError::Port`] repeat with
    /// the same key.
    pub fn handle(
        &self,
        id: ApplicationId,
        command: &Command,
        key: &IdempotencyKey,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Answer, RaError> {
        let request = self.request_digest(id, command);
        if let Some(receipt) = self.recorded(key, &request)? {
            return self.finish(&receipt, id, command, now, rng);
        }
        if matches!(command, Command::Order) {
            return match self.approve(id, key, now, rng)? {
                Ok(approved) => self.order(id, approved, key, now, rng),
                Err(refusal) => Ok(Answer::Refused(refusal)),
            };
        }
        let mut asked = None;
        for _ in 0..TRIES {
            let mut state = self.state(id)?;
            let mut decision = self.decided(&state, command, None, now, rng)?;
            if decision.asks_port {
                // Asked once, however often others write meanwhile.
                let asked = match &asked {
                    Some(asked) => asked,
                    None => asked.insert(self.ask(&state, command, key, now, rng)?),
                };
                // Counting has written to the stream.
                state = self.state(id)?;
                decision = match asked {
                    Asked::Answered(answer) => {
                        self.decided(&state, command, Some(*answer), now, rng)?
                    }
                    Asked::Locked(why) => Decision {
                        why: vec![why.clone()],
                        ..Decision::default()
                    },
                };
            }
            match self.record(&state, command.name(), decision, key, request, now, rng)? {
                Ok(receipt) => return self.finish(&receipt, id, command, now, rng),
                Err(conflict) => again(conflict)?,
            }
        }
        Err(RaError::Busy)
    }

    /// 승인번호 of the call that is running: shown on the screen, to be keyed in on the telephone.
    #[must_use]
    pub fn approval_number(&self, application: &Application) -> Option<ApprovalNumber> {
        let called = application.state().call.as_ref()?;
        Some(self.keys.requests.approval_number(&called.call))
    }

    /// Facts of a customer, without what a command brings.
    pub(super) fn facts<'f>(
        &'f self,
        customer: &'f Customer,
        subscriber: &'f Subscriber,
        rng: &mut dyn CryptoRng,
    ) -> Result<Facts<'f>, RaError> {
        Ok(Facts {
            customer,
            subscriber,
            terms: self.terms,
            otp_failures: self.otp_failures(&subscriber.pseudonym)?,
            account: None,
            balance: None,
            answer: None,
            fresh: fresh(rng),
        })
    }

    fn decided(
        &self,
        state: &State,
        command: &Command,
        answer: Option<PortAnswer>,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Decision, RaError> {
        let customer = self.customer(state)?;
        let subscriber = self.subscriber(state.pseudonym)?;
        let account = match command {
            Command::ConfirmFee { account, .. } => match (account, &state.account) {
                (Some(at), _) => customer.accounts.get(*at).map(|a| a.number.clone()),
                (None, Some(sealed)) => Some(self.account(state, sealed)?),
                (None, None) => None,
            },
            _ => None,
        };
        let balance = match &account {
            Some(account) => Some(self.ports.bank.balance(account)?),
            None => None,
        };
        let facts = Facts {
            account: account.as_ref(),
            balance,
            answer,
            ..self.facts(&customer, &subscriber, rng)?
        };
        Ok(decide(state, command, &facts, now, self.policy))
    }

    /// Counts, where there is something to count, and asks the port.
    fn ask(
        &self,
        state: &State,
        command: &Command,
        key: &IdempotencyKey,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Asked, RaError> {
        if let Some(what) = counted(command)
            && let Some(why) = self.count(state, what, command, key, now, rng)?
        {
            return Ok(Asked::Locked(why));
        }
        let customer = self.customer(state)?;
        let user = self.user(&names::application_stream(&state.id), &state.user)?;
        let id = TryId::made_by(&state.id, key);
        Ok(Asked::Answered(match command {
            Command::CheckCall => {
                let called = state.call.as_ref().ok_or(RaError::Damaged("call"))?;
                PortAnswer::Call(self.ports.phone.outcome(&called.call)?)
            }
            Command::CheckDeparture => {
                PortAnswer::Whereabouts(self.ports.immigration.whereabouts(&customer.idn)?)
            }
            Command::VerifyAccount { account, password } => {
                let account = customer.accounts.get(*account);
                let account = &account.ok_or(RaError::Damaged("account"))?.number;
                PortAnswer::Tried(
                    self.ports
                        .bank
                        .try_account_password(&id, account, password)?,
                )
            }
            Command::AnswerMeans(answer) => {
                PortAnswer::Tried(self.ports.security.try_answer(&id, &user, answer, now)?)
            }
            _ => return Err(RaError::Damaged("a command without a port")),
        }))
    }

    /// Counts a try, durably, before it is judged; tells when there is none left (R32).
    fn count(
        &self,
        state: &State,
        what: Counted,
        command: &Command,
        key: &IdempotencyKey,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Option<Why>, RaError> {
        let limit = what.limit(self.policy.parameters());
        let tried = Draft::new(Tried { what }).change(Change::Add {
            counter: counter(&state.pseudonym, what),
            ceiling: limit,
        });
        let request = self.request_digest(state.id, command);
        // Counting depends on nothing that others may write: it follows whatever is there.
        let mut batch = Batch::new(self, now).appending_to(state);
        batch.push(tried, rng)?;
        match batch.commit(&sub_key("count", key.octets()), request)? {
            Ok(_) => Ok(None),
            Err(Conflict::CounterAtCeiling { .. }) => Ok(Some(refusals::locked(what, limit))),
            Err(conflict) => Err(RaError::Conflict(conflict)),
        }
    }

    /// Records a decision on an application: its events, or the refusal.
    #[expect(clippy::too_many_arguments, reason = "what a record consists of")]
    pub(super) fn record(
        &self,
        state: &State,
        command: &str,
        decision: Decision,
        key: &IdempotencyKey,
        request: [u8; 32],
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Result<Receipt, Conflict>, RaError> {
        let subscriber = self.subscriber(state.pseudonym)?;
        let mut batch = Batch::new(self, now)
            .application(state.id, Some(state))
            .subscriber(&subscriber);
        if decision.is_allowed() {
            for draft in decision.events {
                batch.push(draft, rng)?;
            }
            for wish in &decision.effects {
                batch.wish(wish)?;
            }
            let after = batch.after().cloned();
            let after = after.ok_or(RaError::Damaged("batch"))?;
            let ended = after.end.is_some();
            // What a step was told in confidence goes when the step is undone.
            let mut kept: Vec<_> = after.details.into_iter().collect();
            if !ended {
                kept.extend(after.accounts());
            }
            let had = state.accounts().into_iter().chain(state.details);
            for id in had.filter(|id| !kept.contains(id)) {
                batch.shred(id);
            }
            if ended {
                self.free_claims(&mut batch, state, &subscriber)?;
            }
        } else {
            batch.push(
                Draft::new(Refused {
                    command: command.to_owned(),
                    why: decision.why,
                    policy: digest(self.policy),
                }),
                rng,
            )?;
        }
        batch.commit(key, request)
    }

    /// What follows a recorded command: a call is placed, open effects are tried, the answer read.
    pub(super) fn finish(
        &self,
        receipt: &Receipt,
        id: ApplicationId,
        command: &Command,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Answer, RaError> {
        let answer = self.replay(receipt, id)?;
        if let (Answer::Done(application), Command::CallPhone { phone }) = (&answer, command) {
            self.place_call(application.state(), *phone, now)?;
        }
        let refused = self.run_effects_of(receipt, now, rng)?;
        match (answer, refused) {
            (Answer::Done(_), None) => Ok(Answer::Done(Application::new(self.state(id)?))),
            (Answer::Done(_), Some(refusal)) => Ok(Answer::Refused(refusal)),
            (refused @ Answer::Refused(_), _) => Ok(refused),
        }
    }

    fn place_call(&self, state: &State, phone: usize, now: Instant) -> Result<(), RaError> {
        let Some(called) = state.call.as_ref().filter(|called| now < called.until) else {
            return Ok(());
        };
        let customer = self.customer(state)?;
        let Some(phone) = customer.phones.get(phone) else {
            return Ok(());
        };
        let approval = self.keys.requests.approval_number(&called.call);
        let phones = self.ports.phone;
        match phones.call(&called.call, &phone.number, approval, now) {
            // Not known whether it rings: who does not hear it asks for another call.
            Ok(()) | Err(PortError::Unknown) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// The receipt of a request that is recorded already.
    pub(super) fn recorded(
        &self,
        key: &IdempotencyKey,
        request: &[u8; 32],
    ) -> Result<Option<Receipt>, RaError> {
        let Some(receipt) = self.ledger.receipt(key)? else {
            return Ok(None);
        };
        let first = self.ledger.records(receipt.position, 1)?;
        let same = first
            .first()
            .is_some_and(|r| r.record().request_digest == *request);
        if same {
            Ok(Some(receipt))
        } else {
            Err(RaError::Conflict(Conflict::KeyReused {
                position: receipt.position,
            }))
        }
    }

    /// Reads the answer to a recorded request off its records.
    pub(super) fn replay(&self, receipt: &Receipt, id: ApplicationId) -> Result<Answer, RaError> {
        if let Some(refusal) = self.refusal_in(receipt)? {
            return Ok(Answer::Refused(refusal));
        }
        Ok(Answer::Done(Application::new(self.state(id)?)))
    }

    /// The refusal that a commit has recorded, if it has.
    pub(super) fn refusal_in(&self, receipt: &Receipt) -> Result<Option<Refusal>, RaError> {
        let count = usize::try_from(receipt.events).unwrap_or(usize::MAX);
        for recorded in self.ledger.records(receipt.position, count)? {
            let record = recorded.record();
            if let Some(refusal) = read_refusal(record)? {
                return Ok(Some(refusal));
            }
        }
        Ok(None)
    }

    fn begin_digest(&self, begin: &Begin) -> [u8; 32] {
        let mut parts: Vec<&[u8]> = vec![
            BEGIN.as_bytes(),
            begin.action.name().as_bytes(),
            begin.channel.name().as_bytes(),
            begin.session.name().as_bytes(),
            begin.user.expose_text().as_bytes(),
            begin.idn.expose_digits().as_bytes(),
        ];
        for term in &begin.terms {
            parts.push(term.term.name().as_bytes());
            parts.push(term.version.as_bytes());
        }
        self.keys.requests.digest(&parts)
    }

    /// The digest of a request: keyed, because it may carry a secret of a few digits.
    pub(super) fn request_digest(&self, id: ApplicationId, command: &Command) -> [u8; 32] {
        let public = Zeroizing::new(public_parts(command));
        let mut parts: Vec<&[u8]> = vec![id.octets(), command.name().as_bytes(), public.as_bytes()];
        match command {
            Command::VerifyAccount { password, .. } => parts.push(password.0.expose_octets()),
            Command::AnswerMeans(answer) => parts.extend(answer.secret_parts()),
            Command::GiveDetails(details) => {
                let form = details.expose_form();
                parts.extend(
                    [
                        &form.english_name,
                        &form.email,
                        &form.postal_code,
                        &form.address,
                        &form.phone,
                        &form.mobile,
                    ]
                    .map(|field| field.as_bytes()),
                );
            }
            _ => {}
        }
        self.keys.requests.digest(&parts)
    }
}

enum Asked {
    Answered(PortAnswer),
    Locked(Why),
}

/// Reads a refusal off a record; `None` when it is another event.
pub(super) fn read_refusal(record: &npki_ledger::Record) -> Result<Option<Refusal>, RaError> {
    let (command, why, policy) = match record.stream.kind() {
        kind if *kind == names::APPLICATION => match Event::parse(&record.kind, &record.payload)? {
            Event::Refused(refused) => (refused.command, refused.why, Some(refused.policy)),
            Event::FeeDeclined(declined) => ("confirm-fee".to_owned(), declined.why, None),
            Event::OrderDeclined(declined) => ("order".to_owned(), declined.why, None),
            _ => return Ok(None),
        },
        kind if *kind == names::SUBSCRIBER => {
            match SubscriberEvent::parse(&record.kind, &record.payload)? {
                SubscriberEvent::SubscriberRefused(refused) => {
                    (refused.command, refused.why, Some(refused.policy))
                }
                _ => return Ok(None),
            }
        }
        _ => return Ok(None),
    };
    Ok(Some(Refusal {
        command,
        at: record.time,
        why,
        policy,
    }))
}

/// Whether a refused commit is to be decided again: yes when others wrote meanwhile.
pub(super) fn again(conflict: Conflict) -> Result<(), RaError> {
    match conflict {
        Conflict::Version { .. } | Conflict::NotOwner { .. } | Conflict::ClaimHeld { .. } => Ok(()),
        conflict => Err(RaError::Conflict(conflict)),
    }
}

/// An index entry that says nothing.
pub(super) fn nothing() -> Result<npki_ledger::Value, RaError> {
    npki_ledger::Value::new([]).map_err(|_| RaError::Damaged("index value"))
}

/// The claim that a conflict is about.
pub(super) const fn held_claim(conflict: &Conflict) -> Option<&Key> {
    match conflict {
        Conflict::ClaimHeld { claim, .. } => Some(claim),
        _ => None,
    }
}

const fn counted(command: &Command) -> Option<Counted> {
    match command {
        Command::VerifyAccount { .. } => Some(Counted::AccountPassword),
        Command::AnswerMeans(answer) => Some(Counted::of(answer.kind())),
        _ => None,
    }
}

/// What of a command is no secret, in one text.
fn public_parts(command: &Command) -> String {
    use core::fmt::Write as _;

    use crate::Selection;

    let mut out = String::new();
    let mut add = |text: &dyn core::fmt::Display| {
        writeln!(out, "{text}").expect("writing to a string cannot fail");
    };
    match command {
        Command::Choose(choice) => {
            match &choice.selection {
                Selection::New { product, issuer } => {
                    add(product);
                    add(&issuer.map_or("first", npki_core::Issuer::name));
                }
                Selection::InPlaceOf {
                    issuer,
                    serial,
                    because,
                } => {
                    add(issuer);
                    serial.iter().for_each(|octet| add(octet));
                    add(because);
                }
            }
            for term in &choice.terms {
                add(&term.term);
                add(&term.version);
            }
            add(&choice.consent.map_or("not asked", crate::Consent::name));
        }
        Command::CallPhone { phone } => add(phone),
        Command::ShowIdentityCard(card) => add(card),
        Command::VerifyAccount { account, .. } => add(account),
        Command::AnswerMeans(answer) => add(&answer.kind()),
        Command::ConfirmFee { amount, account } => {
            add(amount);
            add(&account.map_or("verified".to_owned(), |at| at.to_string()));
        }
        Command::GoBack(to) => add(to),
        Command::CheckCall
        | Command::CheckDeparture
        | Command::GiveDetails(_)
        | Command::Order
        | Command::Abandon => {}
    }
    out
}

const BEGIN: &str = "begin";
