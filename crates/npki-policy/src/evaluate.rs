use npki_core::{Instant, Outcome, Sentence, ValidityRule, Verdict};

use crate::{
    Action, Decision, Policy, Request, Validity,
    answer::Answer,
    asked::{ASKED, Asked},
    case::Case,
    decision::OrderTerms,
    rules::{Row, Text, row},
    told::{Told, fill},
};

/// Asks every rule that the action has to answer to, and says what each says.
///
/// Pure: the same policy and request give the same decision. Never fails: what is missing is the
/// ordinary case, and a certificate that an action needs and nobody names is refused by the rule
/// that needs it.
#[must_use]
pub fn evaluate(policy: &Policy, request: &Request) -> Decision {
    let case = Case::new(policy, request);
    let verdicts: Vec<Verdict> = ASKED
        .iter()
        .filter(|asked| asked.is_asked(&case))
        .filter_map(|asked| verdict(asked, &case))
        .collect();
    let allowed = !verdicts.iter().any(Verdict::refuses);
    let terms = allowed.then(|| terms(&case)).flatten();
    Decision {
        action: request.action,
        channel: request.channel,
        product: case.product,
        issuer: case.issuer,
        holder: request.holder,
        now: request.now,
        fee: case.fee(),
        dates: terms.map(|terms| dates(&terms, request.now)),
        opens_at: verdicts.iter().filter_map(until).max(),
        terms,
        verdicts,
        policy: policy.digest().clone(),
    }
}

fn verdict(asked: &Asked, case: &Case<'_>) -> Option<Verdict> {
    let Answer {
        told,
        reasons,
        until,
    } = (asked.check)(case)?;
    let outcome = if reasons.is_empty() {
        Outcome::Allowed
    } else {
        // Waiting helps only where nothing else stands beside it.
        Outcome::Refused {
            until: until.filter(|_| reasons.len() == 1),
        }
    };
    let row = row(asked.rule);
    let sentence = if reasons.is_empty() {
        fill(row.map_or(NO_TEXT, Row::allowed), &told)
    } else {
        let each = reasons
            .iter()
            .map(|reason| fill(row.map_or(NO_TEXT, |row| row.refusal(*reason)), &told));
        join(each)
    };
    Some(Verdict {
        rule: asked.rule,
        outcome,
        facts: told.iter().map(Told::fact).collect(),
        sentence,
    })
}

const fn until(verdict: &Verdict) -> Option<Instant> {
    match verdict.outcome {
        Outcome::Refused { until } => until,
        Outcome::Allowed => None,
    }
}

/// What the order of an approved issue, reissue or renewal will say (R10, R11, R12).
fn terms(case: &Case<'_>) -> Option<OrderTerms> {
    let certificate = case.certificate.map(|(certificate, _)| certificate);
    let validity = match case.action() {
        Action::Issue => match case.row?.validity {
            Validity::OneYear => ValidityRule::OneYear,
        },
        Action::Reissue => ValidityRule::Until(certificate?.not_after),
        Action::Renew => ValidityRule::Until(case.policy.renewed_until(certificate?)),
        _ => return None,
    };
    Some(OrderTerms {
        action: case.action().order_action()?,
        product: case.product,
        holder: case.request.holder,
        issuer: case.issuer?,
        fee: case.fee(),
        validity,
    })
}

fn dates(terms: &OrderTerms, now: Instant) -> (Instant, Instant) {
    let not_after = match terms.validity {
        ValidityRule::OneYear => now.kst_day().plus_one_year().last_second(),
        ValidityRule::Until(end) => end,
    };
    (now, not_after)
}

fn join(sentences: impl Iterator<Item = Sentence>) -> Sentence {
    let (ko, en): (Vec<_>, Vec<_>) = sentences.map(|s| (s.ko, s.en)).unzip();
    Sentence::new(ko.join("; "), en.join("; "))
}

/// Never shown: a test holds that every deciding rule has its row.
const NO_TEXT: Text = Text { ko: "", en: "" };
