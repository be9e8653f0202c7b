use std::path::{Path, PathBuf};

use clap::Args;
use npki_cert::{
    Certificate, Crl, CrlProfile, Deviations, HolderClass, KeyUse, OcspResponse, Profile, lint_crl,
    lint_ocsp, lint_with,
};
use npki_container::{Bounds, EncryptedPrivateKeyInfo, Pfx, lint_key_file, lint_pfx};
use npki_core::{Finding, Severity};
use npki_media::{Medium as _, lint_medium_with};
use npki_media_folder::FolderMedium;
use serde_json::json;

use super::show::container::tell_findings;
use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::files;
use crate::json;
use crate::language::say;
use crate::report::{Answer, Report};

#[derive(Args, Debug)]
pub(crate) struct Lint {
    /// 파일, NPKI 폴더, 또는 그 위의 폴더. Files, DER or PEM, or folders named NPKI, or those above.
    #[arg(required = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// 인증서 프로파일 (없으면 추측). The profile of the certificates; without it, a guess by what they say.
    #[arg(long, value_name = "PROFILE")]
    pub(crate) profile: Option<String>,
    /// 한국 PKI만의 방식이 없는 프로파일로. Certificates without the ways of the Korean PKI, as `lab make --plain` makes them.
    #[arg(long)]
    pub(crate) plain: bool,
}

pub(super) fn run(args: &Lint, context: &Context) -> Result<Report, Failure> {
    let profile = args.profile.as_deref().map(named).transpose()?;
    let deviations = if args.plain {
        Deviations::None
    } else {
        Deviations::Korean
    };
    let mut page = context.page();
    let mut answer = Answer::Yes;
    let mut files = Vec::new();
    for path in &args.paths {
        let at = path.display().to_string();
        let (kind, findings) = match judge(path, profile, deviations) {
            Ok(judged) => judged,
            Err(failure) if args.paths.len() == 1 => return Err(failure),
            // One that cannot be judged keeps back nothing of what is said of the others.
            Err(failure) => {
                page.say(failure.sentence());
                files.push(json!({ "path": at, "error": failure.fields(), "findings": [] }));
                answer = answer.or_unable(failure.exit());
                continue;
            }
        };
        page.line(format_args!("{at} ({kind})"));
        tell_findings(&findings, &mut page);
        if findings.iter().any(|f| f.severity == Severity::Error) {
            answer = answer.or_no();
        }
        files.push(json!({
            "path": at,
            "kind": kind,
            "findings": findings.iter().map(json::finding).collect::<Vec<_>>(),
        }));
    }
    Ok(Report::new(page, json!({ "files": files }), answer))
}

/// What a path holds, and what is to be said of it.
fn judge(
    path: &Path,
    profile: Option<Profile>,
    deviations: Deviations,
) -> Result<(&'static str, Vec<Finding>), Failure> {
    if path.is_dir() {
        return Ok(("folder", judge_folder(path, deviations)?));
    }
    let octets = files::read(path, files::LARGE)?;
    if let Ok(found) = Certificate::parse_any(&octets) {
        let profile = profile.unwrap_or_else(|| profile_of(&found));
        return Ok((profile.name(), lint_with(&found, profile, deviations)));
    }
    if let Ok(found) = Crl::parse_any(&octets) {
        return Ok(("crl", lint_crl(&found, crl_profile_of(&found))));
    }
    if let Ok(found) = OcspResponse::parse(&octets) {
        return Ok(("ocsp-response", lint_ocsp(&found)));
    }
    if EncryptedPrivateKeyInfo::parse_any(&octets).is_ok() {
        return Ok(("private-key", lint_key_file(&octets)));
    }
    if Pfx::parse(&octets, &Bounds::DEFAULT).is_ok() {
        return Ok(("pfx", lint_pfx(&octets)));
    }
    let at = path.display();
    Err(Failure::new(
        Exit::CannotOpen,
        "unknown-file",
        say!(
            "{at}: 인증서, 폐지목록, OCSP 응답, 개인키, PFX 어느 것도 아닙니다. 알맞은 파일인지 확인하세요.",
            "{at}: this is neither a certificate nor a CRL, OCSP response, private key or PFX; check that it is the right file."
        ),
    ))
}

/// The entries of the NPKI folder right below, or of this one.
fn judge_folder(path: &Path, deviations: Deviations) -> Result<Vec<Finding>, Failure> {
    for root in [path.join("NPKI"), path.to_owned()] {
        let medium = FolderMedium::at(root);
        if !medium.list()?.is_empty() {
            return Ok(lint_medium_with(&medium, deviations)?);
        }
    }
    let at = path.display();
    Err(Failure::new(
        Exit::CannotOpen,
        "nothing-to-lint",
        say!(
            "{at}: 검사할 것이 없습니다. 인증서가 든 NPKI 폴더나 파일을 지정하세요.",
            "{at}: nothing was found to lint; name an NPKI folder that holds certificates, or files."
        ),
    ))
}

/// Against which profile a certificate is held.
pub(super) fn profile_of(certificate: &Certificate) -> Profile {
    let uses = certificate.extended_key_usage().unwrap_or_default();
    let has_use_of = |profile: &Profile| {
        let usage = profile.extended_key_usage();
        usage.is_some_and(|usage| uses.contains(&usage))
    };
    let policy = certificate.policy();
    let is_server = policy.is_some_and(|policy| policy.holder == HolderClass::Server);
    match certificate.use_of_key() {
        KeyUse::Ca if certificate.is_self_issued() => Profile::Root,
        KeyUse::Ca => Profile::IssuingCa,
        KeyUse::KeyManagement if is_server => Profile::ServerKm,
        KeyUse::KeyManagement => Profile::SubscriberKm,
        _ => {
            let mut by_use = Profile::ALL.iter().copied();
            by_use.find(has_use_of).unwrap_or(Profile::SubscriberSign)
        }
    }
}

fn crl_profile_of(crl: &Crl) -> CrlProfile {
    match crl.issuing_distribution_point() {
        _ if crl.is_delta() => CrlProfile::Delta,
        Some(_) => CrlProfile::Partition,
        None => CrlProfile::Complete,
    }
}

fn named(name: &str) -> Result<Profile, Failure> {
    Profile::from_name(name).ok_or_else(|| {
        let known: Vec<_> = Profile::ALL.iter().map(|profile| profile.name()).collect();
        let known = known.join(", ");
        Failure::usage(
            "profile",
            say!(
                "{name}: 없는 프로파일입니다. {known} 중에서 고르세요.",
                "{name}: there is no such profile; take one of {known}."
            ),
        )
    })
}
