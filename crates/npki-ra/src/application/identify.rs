use npki_core::{Channel, Instant};
use npki_ledger::{Change, Pseudonym};
use npki_policy::Policy;

use super::{
    decision::{Decision, Draft},
    event::{AccountVerified, Called, ExtraIdentified, Identification, MeansVerified},
    facts::{Facts, PortAnswer},
    state::State,
};
use crate::{
    CallId, Counted,
    names::{self, counter},
    ports::{CallOutcome, SecurityMeansKind, Tried, Whereabouts},
    refusals,
};

pub(super) fn call_phone(
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

pub(super) fn check_call(state: &State, facts: &Facts<'_>, now: Instant) -> Decision {
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

pub(super) fn check_departure(facts: &Facts<'_>) -> Decision {
    match facts.answer {
        None => Decision::ask_port(),
        Some(PortAnswer::Whereabouts(Whereabouts::Abroad)) => {
            let by = Identification::Departure;
            Decision::record(Draft::new(ExtraIdentified { by }))
        }
        Some(_) => Decision::refuse([refusals::not_departed()]),
    }
}

pub(super) fn show_identity_card(state: &State, card: Identification) -> Decision {
    if state.channel == Channel::Branch && card.is_identity_card() {
        Decision::record(Draft::new(ExtraIdentified { by: card }))
    } else {
        Decision::refuse([refusals::no_identity_card()])
    }
}

pub(super) fn verify_account(state: &State, account: usize, facts: &Facts<'_>) -> Decision {
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

pub(super) fn answer_means(state: &State, means: SecurityMeansKind, facts: &Facts<'_>) -> Decision {
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

fn reset(pseudonym: &Pseudonym, what: Counted) -> Change {
    Change::Reset {
        counter: counter(pseudonym, what),
    }
}
