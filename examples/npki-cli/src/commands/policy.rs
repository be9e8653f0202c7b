use npki_core::{Instant, Outcome, Rule, Verdict};
use npki_policy::{
    Decision, Facts, HeldCertificate, Krw, LastEvent, Parameters, Policy as Rules, Request,
    evaluate, rule_row, rules,
};
use serde_json::{Value, json};

use crate::cli::{Explain, Policy};
use crate::context::Context;
use crate::failure::Failure;
use crate::json;
use crate::language::say;
use crate::report::{Answer, Report};

pub(super) fn run(args: &Policy, context: &Context) -> Result<Report, Failure> {
    match args {
        Policy::Show { rule } => show(*rule, context),
        Policy::Explain(case) => explain(case, context),
    }
}

fn show(rule: Option<Rule>, context: &Context) -> Result<Report, Failure> {
    let rows = match rule {
        None => rules().iter().collect(),
        Some(rule) => vec![rule_row(rule).ok_or_else(|| {
            Failure::usage(
                "unknown-rule",
                say!(
                    "{rule}: 그런 규칙이 없습니다. npki policy show로 확인하세요.",
                    "there is no rule {rule}; see npki policy show."
                ),
            )
        })?],
    };
    let parameters = Parameters::SHIPPED;
    let mut page = context.page();
    let mut told = Vec::new();
    for row in rows {
        let statement = row.statement(&parameters);
        let words = page.words(&statement);
        page.line(format_args!("{}: {words}", row.rule()));
        let values: Vec<_> = parameters
            .rows()
            .into_iter()
            .filter(|parameter| row.parameters().contains(&parameter.name))
            .collect();
        for parameter in &values {
            let value = page.words(&parameter.value);
            page.line(format_args!("  {} = {value}", parameter.name));
        }
        told.push(json!({
            "rule": row.rule().to_string(),
            "statement": json::sentence(&statement),
            "source": row.source(),
            "readings": row.readings(),
            "parameters": values
                .iter()
                .map(|p| json!({ "name": p.name, "value": json::sentence(&p.value) }))
                .collect::<Vec<_>>(),
        }));
    }
    Ok(Report::done(page, json!({ "rules": told })))
}

fn explain(case: &Explain, context: &Context) -> Result<Report, Failure> {
    let policy = Rules::shipped();
    let request = Request {
        action: case.action,
        now: context.now,
        channel: case.channel,
        product: case.product,
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
    let last_event = match (case.last, case.last_at) {
        (Some(kind), Some(at)) => Some(LastEvent { kind, at }),
        _ => None,
    };
    Ok(Facts {
        certificate: case
            .issued
            .map(|issued| held(case, issued, policy))
            .transpose()?,
        last_event,
        purpose: case.purpose,
        issuer: case.issuer,
        medium: case.medium,
        target_medium: case.target_medium,
        logged_in: case.logged_in,
        consent: case.consent,
        terms_accepted: case.terms_accepted,
        identified: case.identified,
        otp_failures: case.otp_failures,
        balance: case.balance.map(Krw),
        ..Facts::default()
    })
}

fn held(case: &Explain, issued: Instant, policy: &Rules) -> Result<HeldCertificate, Failure> {
    let product = case.product;
    let first = || Some(policy.catalogue().row(product)?.offers.first()?.issuer);
    let issuer = case.issuer.or_else(first).ok_or_else(|| {
        Failure::usage(
            "no-issuer",
            say!(
                "{product}의 발급기관을 --issuer로 정하세요.",
                "name the CA of {product} with --issuer."
            ),
        )
    })?;
    Ok(HeldCertificate {
        product,
        issuer,
        state: case.state,
        issued_at: issued,
        not_before: issued,
        not_after: case
            .expires
            .unwrap_or_else(|| issued.kst_day().plus_one_year().last_second()),
        paid_at: case.paid,
        ra: case.ra,
    })
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
