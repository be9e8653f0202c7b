use npki_policy::{HeldCertificate, LastEvent, Policy as Rules, PolicyFileError};

use crate::cli::{Held, Policies, Policy};
use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::files;
use crate::language::say;
use crate::report::Report;

mod check;
mod explain;
mod show;
mod timeline;

pub(super) fn run(args: &Policy, context: &Context) -> Result<Report, Failure> {
    match args {
        Policy::Show(args) => show::run(args, context),
        Policy::Explain(case) => explain::run(case, context),
        Policy::Timeline(args) => timeline::run(args, context),
        Policy::Check { file } => check::run(file, context),
    }
}

/// The policy of a file, or the shipped one.
fn policy(of: &Policies) -> Result<Rules, Failure> {
    of.file
        .as_deref()
        .map_or_else(|| Ok(Rules::shipped()), read)
}

/// Reads a policy file; what is wrong is told with its place.
fn read(file: &std::path::Path) -> Result<Rules, Failure> {
    let octets = files::read(file, Rules::MAX_FILE_BYTES)?;
    let at = file.display();
    let text = String::from_utf8(octets).map_err(|_| {
        Failure::new(
            Exit::CannotOpen,
            "not-a-policy",
            say!(
                "{at}: UTF-8로 된 파일이 아닙니다.",
                "{at}: this is not UTF-8; save it as UTF-8."
            ),
        )
    })?;
    Rules::from_toml(&text).map_err(|error| {
        let PolicyFileError {
            line,
            column,
            trouble,
        } = error;
        Failure::new(
            Exit::CannotOpen,
            "not-a-policy",
            say!(
                "{at}:{line}:{column}: 정책 파일이 아닙니다. {line}번째 줄을 고치세요: {trouble}",
                "{at}:{line}:{column}: {trouble}; correct line {line}."
            ),
        )
    })
}

/// The certificate that the question is about.
fn held(case: &Held, policy: &Rules) -> Result<Option<HeldCertificate>, Failure> {
    let Some(issued) = case.issued else {
        return Ok(None);
    };
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
    Ok(Some(HeldCertificate {
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
    }))
}

fn last_event(case: &Held) -> Option<LastEvent> {
    let (kind, at) = case.last.zip(case.last_at)?;
    Some(LastEvent { kind, at })
}
