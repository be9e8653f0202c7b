use npki::system_rng;
use npki_container::{SealScheme, Sealing};
use npki_media::{Medium as _, Reseal};
use serde_json::json;

use super::{new_password, password_of};
use crate::cli::Passwd;
use crate::context::Context;
use crate::entries;
use crate::failure::{Exit, Failure};
use crate::language::say;
use crate::report::Report;

pub(super) fn run(args: &Passwd, context: &Context) -> Result<Report, Failure> {
    let found = entries::choose(context, args.chosen.dn.as_deref())?;
    let old = context.secrets.password(&password_of(&found))?;
    // Told before a new one is asked for, and read again under the medium's lock when it is changed.
    found.medium.open(&found.entry.id, &old)?;
    let new = context.secrets.new_password(&new_password())?;
    if old.expose() == new.expose() {
        return Err(Failure::new(
            Exit::Refused,
            "password-unchanged",
            say!(
                "새 비밀번호가 지금 비밀번호와 같습니다. 다른 것으로 하세요.",
                "the new password is the old one; choose another."
            ),
        ));
    }
    let reseal = match args.scheme.as_deref().and_then(SealScheme::from_name) {
        Some(scheme) => Reseal::With(Sealing::from(scheme)),
        None => Reseal::Same,
    };
    found
        .medium
        .change_password(&found.entry.id, &old, &new, reseal, &mut system_rng())?;
    let mut page = context.page();
    page.say(&say!(
        "비밀번호를 바꾸었습니다. 다른 저장매체에 있는 같은 인증서의 비밀번호는 그대로입니다.",
        "The password was changed. Copies on other media keep theirs."
    ));
    Ok(Report::done(page, json!({ "id": found.entry.id.as_str() })))
}
