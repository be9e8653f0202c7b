use std::path::PathBuf;

use npki::system_rng;
use npki_media::Medium as _;
use npki_sign::cms::{Placement, Profile, SignedData, Signing};
use serde_json::json;

use super::{overwrite, password_of};
use crate::cli::Sign;
use crate::context::Context;
use crate::entries;
use crate::failure::Failure;
use crate::files;
use crate::json;
use crate::language::say;
use crate::report::Report;

pub(super) fn run(args: &Sign, context: &Context) -> Result<Report, Failure> {
    let content = files::read(&args.file, SignedData::MAX_OCTETS / 2)?;
    let found = entries::choose(context, args.chosen.dn.as_deref())?;
    let password = context.secrets.password(&password_of(&found))?;
    let opened = found.medium.open(&found.entry.id, &password)?;
    let placement = if args.detached {
        Placement::Detached
    } else {
        Placement::Attached
    };
    let signing = Signing::new(&content, &opened.certificate)
        .profile(Profile::by_name(&args.profile).unwrap_or(Profile::PLAIN))
        .placement(placement)
        .extra_certificates(&opened.ca_certificates)
        .signing_time(context.now);
    let message = SignedData::sign(&signing, &*opened.signing_key, &mut system_rng())?;
    let output = args.output.clone().unwrap_or_else(|| beside(args));
    files::write(&output, message.der(), overwrite(args.overwrite))?;

    let (name, at) = (opened.certificate.display_name(), output.display());
    let mut page = context.page();
    page.say(&say!(
        "{name}의 인증서로 서명하여 {at}에 썼습니다.",
        "Signed by {name}; written to {at}."
    ));
    if !opened.certificate.is_valid_at(context.now) {
        page.say(&say!(
            "이 시각에 유효하지 않은 인증서이므로 검증에서 거절됩니다.",
            "The certificate is not valid at this time; who verifies will refuse it."
        ));
    }
    Ok(Report::done(
        page,
        json!({
            "output": at.to_string(),
            "profile": args.profile,
            "detached": args.detached,
            "signer": json::summary(&opened.certificate),
        }),
    ))
}

/// The name of the file with the usual ending of RFC 5751.
fn beside(args: &Sign) -> PathBuf {
    let mut name = args.file.clone().into_os_string();
    name.push(if args.detached { ".p7s" } else { ".p7m" });
    name.into()
}
