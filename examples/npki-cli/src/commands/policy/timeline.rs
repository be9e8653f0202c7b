use npki_core::Instant;
use npki_policy::{Facts, Krw, timeline};
use serde_json::json;

use super::{held, last_event, policy};
use crate::cli::Timeline;
use crate::context::Context;
use crate::failure::Failure;
use crate::json;
use crate::language::say;
use crate::report::Report;

pub(super) fn run(args: &Timeline, context: &Context) -> Result<Report, Failure> {
    let policy = policy(&args.policy)?;
    let certificate = held(&args.held, &policy)?;
    let facts = Facts {
        certificate,
        last_event: last_event(&args.held),
        refunded: args.held.refunded,
        ..Facts::default()
    };
    if facts.certificate.is_none() && facts.last_event.is_none() {
        return Err(Failure::usage(
            "nothing-to-tell",
            say!(
                "인증서(--issued)나 마지막에 있었던 일(--last, --last-at)을 알려 주세요.",
                "name a certificate (--issued) or what happened last (--last, --last-at)."
            ),
        ));
    }
    let coming = timeline(&policy, &facts, context.now);

    let mut page = context.page();
    for entry in &coming {
        let what = page.words(&entry.what);
        page.line(format_args!("{} {}: {what}", entry.at, entry.rule));
    }
    if coming.is_empty() {
        page.say(&say!("더 바뀔 것이 없습니다.", "Nothing is still to come."));
    }
    // `None`: no certificate; within: a fee that the bank has not set.
    let reissue = certificate.map(|held| policy.reissue_fee(&held, context.now));
    let unset = say!("미정", "not set by the bank");
    let fee = |fee: Option<Krw>| fee.map_or_else(|| page.words(&unset), |fee| fee.to_string());
    let costs = reissue.map(fee);
    page.field(
        "지금 다시 받는 수수료",
        "what another in its place would cost now",
        costs,
    );
    let entries: Vec<_> = coming
        .iter()
        .map(|entry| {
            json!({
                "at": json::time(entry.at),
                "rule": entry.rule.to_string(),
                "message": json::sentence(&entry.what),
            })
        })
        .collect();
    let time = |at: Option<Instant>| at.map(json::time);
    let fields = json!({
        "now": json::time(context.now),
        "entries": entries,
        "reissue_fee": reissue.flatten().map(|fee| fee.0),
        "renewal_opens": time(certificate.map(|held| policy.renewal_opens(&held))),
        "renewed_until": time(certificate.map(|held| policy.renewed_until(&held))),
        "loans_free_at": time(facts.last_event.and_then(|event| policy.loans_free_at(event))),
        "issuing_opens": json::time(policy.issuing_opens(context.now)),
        "refund_until": time(args.held.paid.map(|paid| policy.refund_until(paid))),
        "receipt_from": time(args.held.paid.map(|paid| policy.receipt_from(paid))),
    });
    Ok(Report::done(page, fields))
}
