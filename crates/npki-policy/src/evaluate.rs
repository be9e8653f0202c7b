use npki_core::{OrderAction, ValidityRule};

use crate::{Action, Decision, Krw, Policy, Request, decision::OrderTerms};

/// Asks every rule that the action has to answer to, and says what each says.
///
/// Pure: the same policy and request give the same decision. Never fails: what is missing is the
/// ordinary case, and a certificate that an action needs and nobody names is refused by the rule
/// that needs it.
#[must_use]
pub fn evaluate(policy: &Policy, request: &Request) -> Decision {
    let _ = (
        policy,
        request,
        OrderAction::Issue,
        ValidityRule::OneYear,
        Krw::ZERO,
        Action::Issue,
    );
    let _: Option<OrderTerms> = None;
    todo!()
}
