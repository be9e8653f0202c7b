use npki_core::Instant;
use npki_ledger::{Change, Conflict, IdempotencyKey};
use rand_core::CryptoRng;

use super::{Ra, batch::Batch};
use crate::{
    Command, Counted, Draft, PortAnswer, RaError, State, TryId, Why,
    application::event::Tried,
    ids::sub_key,
    names::{self, counter},
    ports::MeansAnswer,
    refusals,
};

/// What came of asking a port.
pub(super) enum Asked {
    Answered(PortAnswer),
    Locked(Why),
}

impl Ra<'_> {
    /// Counts, where there is something to count, and asks the port.
    pub(super) fn ask(
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
            Command::AnswerMeans(MeansAnswer::Card(answer)) => {
                let asked = state.card.ok_or(RaError::Damaged("card"))?;
                let security = self.ports.security;
                let tried = security.try_card(&id, &user, &asked, answer, now)?;
                PortAnswer::Card(asked, tried)
            }
            Command::AnswerMeans(MeansAnswer::AppCertificate(pin)) => {
                PortAnswer::Tried(self.ports.security.try_pin(&id, &user, pin, now)?)
            }
            Command::AnswerMeans(MeansAnswer::Otp(otp)) => {
                let device = customer.otp_device.as_ref();
                let device = device.ok_or(RaError::Damaged("device"))?;
                PortAnswer::Otp(self.ports.otp.try_code(&id, device, otp, now)?)
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
}

const fn counted(command: &Command) -> Option<Counted> {
    match command {
        Command::VerifyAccount { .. } => Some(Counted::AccountPassword),
        // One counter for all institutions: the OTP centre's.
        Command::AnswerMeans(MeansAnswer::Otp(_)) => None,
        Command::AnswerMeans(answer) => Some(Counted::of(answer.kind())),
        _ => None,
    }
}
