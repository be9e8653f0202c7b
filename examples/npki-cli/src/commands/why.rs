use npki_ledger::{Ledger, READ_MAX, Recorded};
use npki_ra::{Refusal, Why as Reason};
use serde_json::{Value, json};

use super::ledger::open;
use crate::cli::Why;
use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::json;
use crate::language::say;
use crate::page::Page;
use crate::report::Report;

pub(super) fn run(args: &Why, context: &Context) -> Result<Report, Failure> {
    let ledger = open(&args.store)?;
    let mut page = context.page();
    let mut refusals = Vec::new();
    each(&*ledger, args.at, |recorded| {
        let stream = recorded.record().stream.to_string();
        let wanted = |id: &String| {
            stream
                .strip_prefix("application/")
                .is_some_and(|found| found.starts_with(id.as_str()))
        };
        if args.application.as_ref().is_none_or(wanted) {
            let refusal = Refusal::of_record(recorded.record())
                .map_err(|error| unreadable(recorded, &error))?;
            refusals.extend(refusal.map(|refusal| tell(recorded, &stream, &refusal, &mut page)));
        }
        Ok(())
    })?;
    if refusals.is_empty() {
        if args.at.is_some() {
            return Err(Failure::usage(
                "no-refusal",
                say!(
                    "그 자리에는 거절이 없습니다. npki why 원장으로 모두 볼 수 있습니다.",
                    "no refusal stands there; npki why LEDGER shows all of them."
                ),
            ));
        }
        page.say(&say!("거절한 것이 없습니다.", "Nothing was refused."));
    }
    Ok(Report::done(page, json!({ "refusals": refusals })))
}

/// Each record of the ledger, or the one at a position.
fn each(
    ledger: &dyn Ledger,
    at: Option<u64>,
    mut tell: impl FnMut(&Recorded) -> Result<(), Failure>,
) -> Result<(), Failure> {
    if let Some(position) = at {
        return ledger.records(position, 1)?.iter().try_for_each(tell);
    }
    let mut position = 0;
    loop {
        let records = ledger.records(position, READ_MAX)?;
        let Some(last) = records.last() else {
            return Ok(());
        };
        position = last.record().position.saturating_add(1);
        records.iter().try_for_each(&mut tell)?;
    }
}

fn tell(recorded: &Recorded, stream: &str, refusal: &Refusal, page: &mut Page) -> Value {
    let position = recorded.record().position;
    let Refusal {
        command,
        at,
        why,
        policy,
    } = refusal;
    page.line(format_args!("#{position} {at} {stream} {command}"));
    for reason in why {
        let sentence = page.words(&reason.sentence());
        let rule = reason
            .rule()
            .map_or_else(|| "?".to_owned(), |rule| rule.to_string());
        page.line(format_args!("  ✗ {rule}: {sentence}"));
    }
    json!({
        "position": position,
        "stream": stream,
        "command": command,
        "at": json::time(*at),
        "policy": policy.map(|digest| json::hex(&digest)),
        "why": why.iter().map(reason).collect::<Vec<_>>(),
    })
}

fn reason(reason: &Reason) -> Value {
    let facts: serde_json::Map<_, _> = reason
        .facts()
        .iter()
        .map(|fact| (fact.name.clone(), Value::from(fact.value.as_str())))
        .collect();
    json!({
        "rule": reason.rule().map(|rule| rule.to_string()),
        "until": reason.until().map(json::time),
        "message": json::sentence(&reason.sentence()),
        "facts": facts,
    })
}

fn unreadable(recorded: &Recorded, error: &npki_ra::EventError) -> Failure {
    let position = recorded.record().position;
    Failure::new(
        Exit::CannotOpen,
        "unreadable-record",
        say!(
            "{position}번 기록을 읽을 수 없습니다({error}). 은행의 원장인지, 새 npki가 필요한지 확인하세요.",
            "record {position} cannot be read ({error}); check that it is a bank's ledger, or use a newer npki."
        ),
    )
}
