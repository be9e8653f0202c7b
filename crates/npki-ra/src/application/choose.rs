use npki_core::{Channel, Instant, OrderAction, Product, ReplacedBecause};
use npki_policy::{Policy, evaluate};

use super::{
    command::{Choice, Selection},
    decision::{Decision, Draft, Wish},
    event::{Chosen, Replaces},
    facts::{Facts, Subject, digest, place, rules},
    state::State,
};
use crate::{
    Consent, Errand, Term, Terms, Why, effect::EffectKind, refusals,
    subscriber::event::ConsentChanged,
};

/// Step 2.
pub(super) fn choose(
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
    let (product, issuer, serial, because) = match (&choice.selection, state.errand) {
        (Selection::New { product, issuer }, Errand::Order(OrderAction::Issue)) => {
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
            Errand::Order(OrderAction::Reissue | OrderAction::Renew),
        ) => {
            let old = facts.subscriber.certificate(*issuer, serial);
            let product = old.map_or(Product::PersonalLimited, |old| old.product);
            (product, Some(*issuer), Some(serial), *because)
        }
        _ => return Decision::refuse([refusals::another_action(state.errand)]),
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
    let mut decision = Decision {
        events,
        ..Decision::default()
    };
    if state.errand != Errand::Order(OrderAction::Renew) {
        // All terms are agreed to now, the bank's and the CA's (R35).
        decision = decision.and(Wish::of(EffectKind::HandOver));
    }
    decision
}
