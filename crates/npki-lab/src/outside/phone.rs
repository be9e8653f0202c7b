use npki_core::{Instant, PortError};
use npki_ra::{
    CallId,
    ports::{ApprovalNumber, CallOutcome, Phone, PhoneNumber},
};

use super::{Happened, Outside, Port};

/// How whoever is called answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PhoneHabit {
    /// Keys in the number on the screen at once.
    #[default]
    Approves,
    /// The line is forwarded (착신전환).
    Forwarded,
    /// Does not answer.
    Silent,
    /// Keys in another number.
    Wrong,
}

impl Phone for Outside {
    fn call(
        &self,
        call: &CallId,
        _to: &PhoneNumber,
        _approval: ApprovalNumber,
        now: Instant,
    ) -> Result<(), PortError> {
        self.at(Port::Phone, |state| {
            let outcome = match state.phone {
                PhoneHabit::Approves => CallOutcome::Approved { at: now },
                PhoneHabit::Forwarded => CallOutcome::Forwarded,
                PhoneHabit::Silent => CallOutcome::Silent,
                PhoneHabit::Wrong => CallOutcome::Wrong,
            };
            if !state.calls.contains_key(call) {
                state.happen(Happened::Called(*call, outcome));
            }
            Ok(())
        })
    }

    fn outcome(&self, call: &CallId) -> Result<CallOutcome, PortError> {
        self.at(Port::Phone, |state| {
            Ok(state
                .calls
                .get(call)
                .copied()
                .unwrap_or(CallOutcome::Silent))
        })
    }
}
