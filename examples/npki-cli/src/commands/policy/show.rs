use npki_core::{Rule, Sentence};
use npki_policy::{Policy as Rules, ProductRow, rule_row, rules};
use serde_json::{Value, json};

use super::policy;
use crate::cli::ShowPolicy;
use crate::context::Context;
use crate::failure::Failure;
use crate::json;
use crate::language::say;
use crate::page::Page;
use crate::report::Report;

pub(super) fn run(args: &ShowPolicy, context: &Context) -> Result<Report, Failure> {
    let policy = policy(&args.policy)?;
    if args.catalogue {
        Ok(catalogue(&policy, context))
    } else if args.toml {
        Ok(as_file(&policy, context))
    } else {
        rules_of(&policy, args.rule, context)
    }
}

/// Rules with the values of the policy.
fn rules_of(policy: &Rules, rule: Option<Rule>, context: &Context) -> Result<Report, Failure> {
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
    let parameters = policy.parameters();
    let mut page = context.page();
    let mut told = Vec::new();
    for row in rows {
        let statement = row.statement(parameters);
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

/// The products.
fn catalogue(policy: &Rules, context: &Context) -> Report {
    let mut page = context.page();
    let products: Vec<_> = policy
        .catalogue()
        .rows
        .iter()
        .map(|row| product(row, &mut page))
        .collect();
    Report::done(page, json!({ "products": products }))
}

fn product(row: &ProductRow, page: &mut Page) -> Value {
    let label = page.words(&row.product.label());
    page.line(format_args!("{} ({label})", row.product));
    let list = |page: &Page, labels: Vec<Sentence>| {
        let words: Vec<_> = labels.iter().map(|label| page.words(label)).collect();
        words.join(", ")
    };
    let holders = list(
        page,
        row.holders.iter().map(|holder| holder.label()).collect(),
    );
    page.field("가입 대상", "holders", holders);
    page.field("가입 조건", "enrolment", page.words(&row.enrolment.label()));
    let offers = row.offers.iter().map(|offer| offer.issuer.to_string());
    page.field("발급기관", "issuers", offers.collect::<Vec<_>>().join(", "));
    let unset = say!("미정", "not set by the bank");
    let fee = row
        .fee
        .map_or_else(|| page.words(&unset), |fee| fee.to_string());
    page.field("수수료", "fee", fee);
    page.field("유효기간", "validity", page.words(&row.validity.label()));
    let purposes = list(
        page,
        row.purposes.iter().map(|purpose| purpose.label()).collect(),
    );
    page.field("용도", "accepted for", purposes);
    page.field("키", "key pairs", page.words(&row.pairs.label()));
    page.field("출처", "origin", page.words(&row.origin.label()));
    let offer = |offer: &npki_policy::Offer| {
        let oid = npki_cert::policy_named(&offer.policy).map(|oid| oid.to_string());
        json!({ "issuer": offer.issuer.name(), "policy": offer.policy, "oid": oid })
    };
    json!({
        "name": row.product.name(),
        "label": json::sentence(&row.product.label()),
        "holders": row.holders.iter().map(|holder| holder.name()).collect::<Vec<_>>(),
        "enrolment": row.enrolment.name(),
        "offers": row.offers.iter().map(offer).collect::<Vec<_>>(),
        "fee": row.fee.map(|fee| fee.0),
        "validity": row.validity.name(),
        "purposes": row.purposes.iter().map(|purpose| purpose.name()).collect::<Vec<_>>(),
        "pairs": row.pairs.name(),
        "origin": row.origin.name(),
    })
}

/// The file that reads as this policy.
fn as_file(policy: &Rules, context: &Context) -> Report {
    let mut page = context.page();
    let toml = policy.to_toml();
    for line in toml.lines() {
        page.line(line);
    }
    Report::done(page, json!({ "toml": toml }))
}
