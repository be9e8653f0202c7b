use npki_core::{Outcome, Verdict};
use npki_policy::{Decision, Facts, HeldCertificate, Krw, Policy as Rules, Request, evaluate};
use serde_json::{Value, json};

use super::{held, last_event, policy};
use crate::cli::{Explain, Held};
use crate::context::Context;
use crate::failure::Failure;
use crate::json;
use crate::language::say;
use crate::report::{Answer, Report};

pub(super) fn run(case: &Explain, context: &Context) -> Result<Report, Failure> {
    let policy = policy(&case.policy)?;
    let request = Request {
        action: case.action,
        now: context.now,
        channel: case.channel,
        product: case.held.product,
        holder: case.holder,
        facts: facts(case, &policy)?,
    };
    let decision = evaluate(&policy, &request);

    let mut page = context.page();
    for verdict in decision.verdicts() {
        let words = page.words(&verdict.sentence);
        let mark = if verdict.refuses() { "✗" } else { "✓" };
        page.line(format_args!("{mark} {}: {words}", verdict.rule));
    }
    let (ko, en) = (case.action.label().ko, case.action.label().en);
    if decision.allowed() {
        page.say(&say!("{ko}: 할 수 있습니다.", "{en}: allowed."));
    } else {
        page.say(&say!("{ko}: 할 수 없습니다.", "{en}: refused."));
    }
    page.field(
        "가능해지는 시각",
        "opens at",
        decision.opens_at().map(|t| t.to_string()),
    );
    page.field("수수료", "fee", decision.fee().map(|fee| fee.to_string()));
    page.field(
        "유효기간 시작",
        "not before",
        decision.not_before().map(|t| t.to_string()),
    );
    page.field(
        "유효기간 끝",
        "not after",
        decision.not_after().map(|t| t.to_string()),
    );
    let answer = if decision.allowed() {
        Answer::Yes
    } else {
        Answer::No
    };
    Ok(Report::new(page, fields(&decision), answer))
}

fn facts(case: &Explain, policy: &Rules) -> Result<Facts, Failure> {
    Ok(Facts {
        certificate: held(&case.held, policy)?,
        others: others(case, policy)?,
        last_event: last_event(&case.held),
        purpose: case.purpose,
        issuer: case.held.issuer,
        medium: case.medium,
        target_medium: case.target_medium,
        logged_in: case.logged_in,
        consent: case.consent,
        personal_banking: case.personal_banking,
        business_banking: case.business_banking,
        business_number_registered: case.business_number_registered,
        terms_accepted: case.terms_accepted,
        identified: case.identified,
        otp_failures: case.otp_failures,
        balance: case.balance.map(Krw),
        refunded: case.held.refunded,
        asked_by: case.asked_by,
        revoked_by_this_reissue: None,
    })
}

/// What is held beside, each of the same product and CA.
fn others(case: &Explain, policy: &Rules) -> Result<Vec<HeldCertificate>, Failure> {
    let mut others = Vec::new();
    for issued in &case.other {
        let other = Held {
            product: case.held.product,
            issuer: case.held.issuer,
            issued: Some(*issued),
            expires: None,
            state: npki_policy::CertificateState::Issued,
            paid: None,
            ra: npki_policy::Ra::Own,
            last: None,
            last_at: None,
            refunded: None,
        };
        others.extend(held(&other, policy)?);
    }
    Ok(others)
}

fn fields(decision: &Decision) -> Value {
    let verdict = |verdict: &Verdict| {
        let facts: serde_json::Map<_, _> = verdict
            .facts
            .iter()
            .map(|fact| (fact.name.to_owned(), Value::from(fact.value.as_str())))
            .collect();
        let until = match verdict.outcome {
            Outcome::Refused { until } => until,
            Outcome::Allowed => None,
        };
        json!({
            "rule": verdict.rule.to_string(),
            "refuses": verdict.refuses(),
            "until": until.map(json::time),
            "message": json::sentence(&verdict.sentence),
            "facts": facts,
        })
    };
    json!({
        "action": decision.action().name(),
        "now": json::time(decision.now()),
        "allowed": decision.allowed(),
        "rules": decision.refusing_rules().map(|rule| rule.to_string()).collect::<Vec<_>>(),
        "opens_at": decision.opens_at().map(json::time),
        "fee": decision.fee().map(|fee| fee.0),
        "not_before": decision.not_before().map(json::time),
        "not_after": decision.not_after().map(json::time),
        "verdicts": decision.verdicts().iter().map(verdict).collect::<Vec<_>>(),
    })
}
