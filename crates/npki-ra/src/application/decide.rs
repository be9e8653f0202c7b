use core::time::Duration;

use der::Encode;
use npki_core::{Holder, Instant, Product};
use npki_ledger::Pseudonym;
use npki_policy::{Krw, Policy, evaluate};

use super::{
    choose::choose,
    command::{Begin, Command},
    decision::{Decision, Draft, Wish},
    event::{Abandoned, AbandonedBy, CancelAsked, DetailsGiven, FeeConfirmed, Started, WentBack},
    facts::{Facts, Subject, digest, place},
    identify::{
        answer_means, ask_card, call_phone, check_call, check_departure, show_identity_card,
        verify_account,
    },
    revoke::revoke,
    state::{MoneyStage, State},
};
use crate::{Errand, ReservationId, StepName, Terms, Why, effect::EffectKind, names, refusals};

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
        errand: begin.errand,
        channel: begin.channel,
        session: begin.session,
        holder: facts.customer.holder,
    };
    let terms = Terms::are_accepted(facts.terms.of_the_bank(), &begin.terms);
    // The product is not chosen yet: only the rules that do not look at it are heard.
    let product = Product::PersonalLimited;
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
        errand: begin.errand,
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
        Command::AskCard => ask_card(facts),
        Command::AnswerMeans(answer) => answer_means(state, answer.kind(), facts, policy),
        Command::ConfirmFee { amount, account } => {
            confirm_fee(state, *amount, *account, facts, now, policy)
        }
        Command::GiveDetails(details) => {
            let organisation = matches!(state.holder, Holder::Corporation | Holder::Association);
            if organisation && !details.confirms(&facts.customer.real_name) {
                return Decision::refuse([refusals::name_not_confirmed()]);
            }
            let id = facts.fresh.sealed;
            let plaintext = details.expose_form().to_der().unwrap_or_default();
            let given = DetailsGiven { details: id };
            Decision::record(Draft::new(given).seal(id, &names::DETAILS, plaintext))
        }
        Command::GoBack(to) => {
            give_up_fee(state, Decision::record(Draft::new(WentBack { to: *to })))
        }
        Command::Abandon => abandon(state, AbandonedBy::Applicant),
        Command::Revoke(wanted) => revoke(state, wanted, facts, now, policy),
        Command::Register => Decision::refuse([refusals::nothing_shown()]),
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
    let product = chosen.map_or(Product::PersonalLimited, |c| c.product);
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
            let back = match state.errand {
                Errand::Order(_) => (StepName::Choose..=state.step()).contains(to),
                Errand::Revoke | Errand::Register => *to == StepName::Identify,
            };
            return (!back).then(|| refusals::not_back(state.step(), *to));
        }
        Command::Choose(_) => StepName::Choose,
        Command::CallPhone { .. }
        | Command::CheckCall
        | Command::CheckDeparture
        | Command::ShowIdentityCard(_)
        | Command::VerifyAccount { .. }
        | Command::AskCard
        | Command::AnswerMeans(_) => StepName::Identify,
        Command::ConfirmFee { .. } => StepName::ConfirmFee,
        Command::GiveDetails(_) => StepName::Details,
        Command::Order => StepName::PasswordAndMedium,
        // Who is not identified is told so by the policy, beside all else (R36).
        Command::Revoke(_) if state.errand == Errand::Revoke => return None,
        Command::Register if state.errand == Errand::Register => return None,
        Command::Revoke(_) | Command::Register => StepName::CarryOut,
    };
    if wanted != state.step() {
        return Some(refusals::not_the_step(state.step(), wanted));
    }
    let stage = state.money.as_ref().map(|money| money.stage);
    (stage == Some(MoneyStage::Reserving)).then(refusals::being_reserved)
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

/// How late the news of a confirmation may be before money that was reserved for it goes back.
const NEWS_SLACK: Duration = Duration::from_secs(24 * 3600);
