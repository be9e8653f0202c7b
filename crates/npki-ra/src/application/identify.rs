use npki_core::{Channel, IdnKind, Instant};
use npki_ledger::{Change, Pseudonym};
use npki_policy::Policy;

use super::{
    decision::{Decision, Draft},
    event::{AccountVerified, Called, CardAsked, ExtraIdentified, Identification, MeansVerified},
    facts::{Facts, PortAnswer},
    state::State,
};
use crate::{
    CallId, Counted,
    names::{self, counter},
    ports::{CallOutcome, OtpVerdict, SecurityMeansKind, Tried, Whereabouts},
    refusals,
    subscriber::event::{CardAnswered, CardChosen},
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
    // Companies do not travel.
    if facts.customer.idn.kind() != IdnKind::Person {
        return Decision::refuse([refusals::not_departed()]);
    }
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

/// The question for the security card: the same one until it is answered, whichever application
/// asks, so that nobody can wait for cells that he has seen (R31).
pub(super) fn ask_card(facts: &Facts<'_>) -> Decision {
    if !facts.customer.means.contains(&SecurityMeansKind::Card) {
        return Decision::refuse([refusals::no_such_means(SecurityMeansKind::Card)]);
    }
    let cells = facts.subscriber.card_question.unwrap_or(facts.fresh.cells);
    let mut decision = Decision::record(Draft::new(CardAsked {
        cells: cells.to_vec(),
    }));
    if facts.subscriber.card_question.is_none() {
        let chosen = CardChosen {
            cells: cells.to_vec(),
        };
        decision.events.push(Draft::of_subscriber(chosen));
    }
    decision
}

pub(super) fn answer_means(
    state: &State,
    means: SecurityMeansKind,
    facts: &Facts<'_>,
    policy: &Policy,
) -> Decision {
    let customer = facts.customer;
    let no_device = means == SecurityMeansKind::Otp && customer.otp_device.is_none();
    if !customer.means.contains(&means) || no_device {
        return Decision::refuse([refusals::no_such_means(means)]);
    }
    if means == SecurityMeansKind::AppCertificate && state.channel != Channel::App {
        return Decision::refuse([refusals::only_in_the_app()]);
    }
    let asked = facts.subscriber.card_question;
    if means == SecurityMeansKind::Card && (asked.is_none() || asked != state.card) {
        return Decision::refuse([refusals::card_not_asked()]);
    }
    let counted = Counted::of(means);
    let verified = Draft::new(MeansVerified { means });
    match facts.answer {
        None => Decision::ask_port(),
        // The centre counts, and has reset.
        Some(PortAnswer::Otp(OtpVerdict::Right)) => Decision::record(verified),
        Some(PortAnswer::Otp(OtpVerdict::Used)) => Decision::refuse([refusals::used_code()]),
        Some(PortAnswer::Otp(OtpVerdict::Locked)) => {
            let limit = counted.limit(policy.parameters());
            Decision::refuse([refusals::locked(counted, limit)])
        }
        // An answer to these cells is good once, even if two were judged at the same time.
        Some(PortAnswer::Card(cells, _)) if asked != Some(cells) => {
            Decision::refuse([refusals::card_not_asked()])
        }
        Some(PortAnswer::Card(cells, Tried::Right)) => {
            let answered = CardAnswered {
                cells: cells.to_vec(),
            };
            let mut decision =
                Decision::record(verified.change(reset(&state.pseudonym, Counted::Card)));
            decision.events.push(Draft::of_subscriber(answered));
            decision
        }
        Some(PortAnswer::Tried(Tried::Right)) => {
            Decision::record(verified.change(reset(&state.pseudonym, counted)))
        }
        Some(_) => Decision::refuse([refusals::wrong(counted)]),
    }
}

fn reset(pseudonym: &Pseudonym, what: Counted) -> Change {
    Change::Reset {
        counter: counter(pseudonym, what),
    }
}
