use npki_media::Medium as _;
use serde_json::json;

use super::password_of;
use crate::cli::Chosen;
use crate::context::Context;
use crate::entries::{self, State};
use crate::failure::Failure;
use crate::json;
use crate::language::say;
use crate::report::{Answer, Report};

/// Opening checks that the key's numbers agree and that it belongs to its certificate.
pub(super) fn run(args: &Chosen, context: &Context) -> Result<Report, Failure> {
    let found = entries::choose(context, args.dn.as_deref())?;
    let password = context.secrets.password(&password_of(&found))?;
    let opened = found.medium.open(&found.entry.id, &password)?;
    let state = State::of(&opened.certificate, context.now);
    let has_r = opened.random_number.is_some();
    let km = match &opened.km {
        Ok(None) => "none",
        Ok(Some(_)) => "opens",
        Err(_) => "does-not-open",
    };
    let password_is_old = found.password_is_old(context.now);
    let answer = if state.is_valid() && km != "does-not-open" {
        Answer::Yes
    } else {
        Answer::No
    };

    let mut page = context.page();
    page.line(opened.certificate.display_name());
    page.say(&say!(
        "  개인키가 열리고, 값이 서로 맞고, 인증서와 짝이 맞습니다.",
        "  The private key opens, its numbers agree, and it belongs to the certificate."
    ));
    match &opened.km {
        Ok(None) => {}
        Ok(Some(_)) => page.say(&say!(
            "  암호화용 개인키도 열립니다.",
            "  The key-management key opens too."
        )),
        Err(error) => page.say(&say!(
            "  암호화용 개인키는 열리지 않습니다({error}).",
            "  The key-management key does not open ({error})."
        )),
    }
    if has_r {
        page.say(&say!(
            "  R이 있어 본인확인(VID)을 할 수 있습니다.",
            "  R is there: identity (VID) can be shown."
        ));
    } else {
        page.say(&say!(
            "  R이 없습니다. 서명은 되지만 본인확인(VID)은 할 수 없으니, 원본에서 다시 가져오거나 재발급받으세요.",
            "  R is missing: it signs, and cannot show identity (VID). Import it again from the original, or have it reissued."
        ));
    }
    let label = page.words(&state.label());
    let until = opened.certificate.not_after();
    page.field("상태", "state", label);
    page.field("만료", "valid until", until.to_string());
    if password_is_old {
        page.say(&say!(
            "  비밀번호를 바꾼 지 6개월이 넘었습니다(R43). npki passwd로 바꾸세요.",
            "  The password is older than six months (R43); change it with npki passwd."
        ));
    }
    let fields = json!({
        "dn": json::name(opened.certificate.subject()),
        "state": state.name(),
        "not_after": json::time(until),
        "key": "opens",
        "pair": "matches",
        "km": km,
        "random_number": has_r,
        "password_is_old": password_is_old,
    });
    Ok(Report::new(page, fields, answer))
}
