use std::path::{Path, PathBuf};

use clap::Args;
use const_oid::db::rfc5912::{ID_KP_OCSP_SIGNING, ID_KP_TIME_STAMPING};
use npki_cert::{
    Certificate, Crl, CrlProfile, KeyUse, OcspResponse, Profile, lint, lint_crl, lint_ocsp,
};
use npki_container::{Bounds, EncryptedPrivateKeyInfo, Pfx, lint_key_file, lint_pfx};
use npki_core::{Finding, Severity};
use npki_media::lint_medium;
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
    /// 파일 또는 NPKI 폴더. Files, DER or PEM, or folders named NPKI.
    #[arg(required = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// 인증서 프로파일 (없으면 추측). The profile of the certificates; without it, a guess by what they say.
    #[arg(long, value_name = "PROFILE")]
    pub(crate) profile: Option<String>,
}

pub(super) fn run(args: &Lint, context: &Context) -> Result<Report, Failure> {
    let profile = args.profile.as_deref().map(named).transpose()?;
    let mut page = context.page();
    let mut answer = Answer::Yes;
    let mut files = Vec::new();
    for path in &args.paths {
        let (kind, findings) = judge(path, profile)?;
        page.line(format_args!("{} ({kind})", path.display()));
        tell_findings(&findings, &mut page);
        if findings.iter().any(|f| f.severity == Severity::Error) {
            answer = Answer::No;
        }
        files.push(json!({
            "path": path.display().to_string(),
            "kind": kind,
            "findings": findings.iter().map(json::finding).collect::<Vec<_>>(),
        }));
    }
    Ok(Report::new(page, json!({ "files": files }), answer))
}

/// What a path holds, and what is to be said of it.
fn judge(path: &Path, profile: Option<Profile>) -> Result<(&'static str, Vec<Finding>), Failure> {
    if path.is_dir() {
        return Ok(("folder", lint_medium(&FolderMedium::at(path))?));
    }
    let octets = files::read(path, files::LARGE)?;
    if let Ok(found) = Certificate::parse_any(&octets) {
        let profile = profile.unwrap_or_else(|| profile_of(&found));
        return Ok((profile.name(), lint(&found, profile)));
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
            "{at}: 인증서, 폐지목록, OCSP 응답, 개인키, PFX 어느 것도 아닙니다.",
            "{at}: this is neither a certificate nor a CRL, OCSP response, private key or PFX; check that it is the right file."
        ),
    ))
}

/// Against which profile a certificate is held.
pub(super) fn profile_of(certificate: &Certificate) -> Profile {
    let is_for = |usage| {
        certificate
            .extended_key_usage()
            .is_some_and(|uses| uses.contains(&usage))
    };
    match certificate.use_of_key() {
        KeyUse::Ca if certificate.is_self_issued() => Profile::Root,
        KeyUse::Ca => Profile::IssuingCa,
        KeyUse::KeyManagement => Profile::SubscriberKm,
        _ if is_for(ID_KP_OCSP_SIGNING) => Profile::OcspResponder,
        _ if is_for(ID_KP_TIME_STAMPING) => Profile::TimeStamping,
        _ => Profile::SubscriberSign,
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
