use npki_core::Instant;
use npki_ledger::{Conflict, IdempotencyKey, Key, Receipt};
use rand_core::CryptoRng;

use super::{Answer, Ra, TRIES, ask_port::Asked, batch::Batch, load::fresh};
use crate::{
    Application, ApplicationId, Command, Decision, Draft, Facts, PortAnswer, RaError, State,
    Subscriber,
    application::{decide, digest, event::Refused},
    ports::{ApprovalNumber, Customer, PortError},
};

impl Ra<'_> {
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
            otp_failures: None,
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
        // Asked where the policy looks at them, so that the centre is not waited for in vain.
        let otp_failures = match command {
            Command::Choose(_) | Command::ConfirmFee { .. } => self.otp_failures(&customer)?,
            _ => None,
        };
        let facts = Facts {
            otp_failures,
            account: account.as_ref(),
            balance,
            answer,
            ..self.facts(&customer, &subscriber, rng)?
        };
        Ok(decide(state, command, &facts, now, self.policy))
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
