use npki_cert::{Certificate, VidCheck, check_vid, compute_vid};
use npki_core::{HashAlgorithm, RandomNumber};
use npki_media::Medium as _;
use serde_json::json;

use super::password_of;
use crate::cli::Vid;
use crate::context::Context;
use crate::entries;
use crate::failure::{Exit, Failure};
use crate::files;
use crate::json;
use crate::language::say;
use crate::report::{Answer, Report};

pub(super) fn run(args: &Vid, context: &Context) -> Result<Report, Failure> {
    let (certificate, r) = match &args.file {
        Some(file) => {
            let certificate = files::certificate(file)?;
            (certificate, context.secrets.random_number()?)
        }
        None => entry(args, context)?,
    };
    let idn = context.secrets.idn()?;
    let found = check_vid(&certificate, &idn, &r);
    let hash = certificate
        .identify_data()
        .and_then(|data| data.vid.as_ref())
        .map_or(HashAlgorithm::Sha256, |vid| vid.hash_algorithm());
    let computed = json::hex(compute_vid(hash, &idn, &r).octets());

    let mut page = context.page();
    let (word, answer) = match found {
        VidCheck::Matches => {
            page.say(&say!(
                "인증서가 이 식별번호의 것입니다.",
                "The certificate belongs to this identification number."
            ));
            ("matches", Answer::Yes)
        }
        VidCheck::Differs => {
            page.say(&say!(
                "인증서가 이 식별번호의 것이 아닙니다.",
                "The certificate does not belong to this identification number."
            ));
            ("differs", Answer::No)
        }
        _ => {
            page.say(&say!(
                "인증서에 VID가 없어 누구의 것인지 말할 수 없습니다.",
                "The certificate has no VID, so nothing can be said."
            ));
            ("no-vid", Answer::No)
        }
    };
    let name = hash.name();
    page.field("계산한 VID", "computed VID", format!("{name} {computed}"));
    let fields = json!({
        "check": word,
        "hash": name,
        "computed": computed,
        "certificate": json::summary(&certificate),
    });
    Ok(Report::new(page, fields, answer))
}

/// The certificate of an entry, with the R of its key.
fn entry(args: &Vid, context: &Context) -> Result<(Certificate, RandomNumber), Failure> {
    let found = entries::choose(context, args.chosen.dn.as_deref())?;
    let password = context.secrets.password(&password_of(&found))?;
    let opened = found.medium.open(&found.entry.id, &password)?;
    let r = opened.random_number.ok_or_else(|| {
        Failure::new(
            Exit::Refused,
            "no-random-number",
            say!(
                "개인키에 R이 없어 본인확인(VID)을 할 수 없습니다. 원본에서 다시 가져오거나 재발급받으세요.",
                "the key has no R, so identity (VID) cannot be shown; import it again from the original, or have it reissued."
            ),
        )
    })?;
    Ok((opened.certificate, r))
}
