use npki_core::Issuer;
use npki_media::EntryState;
use serde_json::{Value, json};

use crate::cli::List;
use crate::context::Context;
use crate::entries::{self, Found, State};
use crate::failure::Failure;
use crate::json;
use crate::language::say;
use crate::page::Page;
use crate::report::Report;

pub(super) fn run(args: &List, context: &Context) -> Result<Report, Failure> {
    let mut found = entries::all(context)?;
    if args.current {
        found.retain(|f| f.state(context.now) != State::Expired);
    }
    let mut page = context.page();
    if found.is_empty() {
        page.say(&say!("인증서가 없습니다.", "There are no certificates."));
    }
    for one in &found {
        tell(one, context, &mut page);
    }
    let folders: Vec<_> = entries::folders(context)
        .iter()
        .map(|medium| medium.root().display().to_string())
        .collect();
    let entries: Vec<_> = found.iter().map(|one| fields(one, context)).collect();
    Ok(Report::done(
        page,
        json!({ "folders": folders, "entries": entries }),
    ))
}

fn tell(one: &Found, context: &Context, page: &mut Page) {
    let state = one.state(context.now);
    let label = page.words(&state.label());
    let Some(certificate) = one.certificate() else {
        page.line(format_args!("{}. {} [{label}]", one.number, one.entry.id));
        problem(one, page);
        return;
    };
    let use_ = match certificate.policy() {
        Some(row) => page.words(&npki_core::Sentence::fixed(row.ko, row.en)),
        None => "?".to_owned(),
    };
    let issuer = match certificate.authority().map(Issuer::label) {
        Some(label) => page.words(&label),
        None => certificate.issuer().common_name().unwrap_or_default(),
    };
    let until = certificate.not_after().kst_day();
    let name = certificate.display_name();
    page.line(format_args!(
        "{}. {name} | {use_} | {issuer} | {until} [{label}]",
        one.number
    ));
    problem(one, page);
}

fn problem(one: &Found, page: &mut Page) {
    match &one.entry.state {
        EntryState::HalfPair { missing } => {
            let names: Vec<_> = missing.iter().map(|part| part.file_name()).collect();
            page.field("없는 파일", "missing", names.join(", "));
        }
        EntryState::Broken { what } => page.field("문제", "problem", what.to_string()),
        _ => {}
    }
}

fn fields(one: &Found, context: &Context) -> Value {
    let missing: Vec<_> = match &one.entry.state {
        EntryState::HalfPair { missing } => missing.iter().map(|part| part.file_name()).collect(),
        _ => Vec::new(),
    };
    let problem = match &one.entry.state {
        EntryState::Broken { what } => Some(what.to_string()),
        _ => None,
    };
    json!({
        "number": one.number,
        "id": one.entry.id.as_str(),
        "dn": one.entry.subject().map(json::name),
        "state": one.state(context.now).name(),
        "complete": one.entry.is_complete(),
        "missing": missing,
        "problem": problem,
        "sign": one.entry.sign.as_ref().map(json::summary),
        "km": one.entry.km.as_ref().map(json::summary),
        "password_set": one.entry.key_written.map(json::time),
        "medium": npki_media::Medium::kind(&one.medium).name(),
        "place": one.entry.place,
    })
}
