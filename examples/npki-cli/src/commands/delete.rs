use std::io::{self, IsTerminal as _};

use npki_media::Medium as _;
use serde_json::json;

use crate::cli::Delete;
use crate::context::Context;
use crate::entries::{self, Found};
use crate::failure::{Exit, Failure};
use crate::language::say;
use crate::report::Report;
use crate::terminal;

pub(super) fn run(args: &Delete, context: &Context) -> Result<Report, Failure> {
    let found = entries::choose(context, args.chosen.dn.as_deref())?;
    if !args.yes {
        confirm(&found, context)?;
    }
    found.medium.delete(&found.entry.id)?;
    let mut page = context.page();
    page.say(&say!(
        "저장매체에서 삭제했습니다. 폐기한 것이 아니므로, 더 쓰지 않으려면 발급기관에 폐기를 신청하세요.",
        "Deleted from the medium. It is not revoked: to end its use, have it revoked where it was issued."
    ));
    Ok(Report::done(page, json!({ "id": found.entry.id.as_str() })))
}

fn confirm(found: &Found, context: &Context) -> Result<(), Failure> {
    if !io::stdin().is_terminal() {
        return Err(Failure::usage(
            "not-confirmed",
            say!(
                "삭제할지 물어볼 터미널이 없습니다. --yes를 붙이세요.",
                "there is no terminal to ask whether to delete; add --yes."
            ),
        ));
    }
    let place = &found.entry.place;
    let question = say!(
        "{place}: 삭제할까요? (yes/no)",
        "{place}: delete it? (yes/no)"
    );
    terminal::ask(context.language.say(&question));
    let mut answer = String::new();
    io::stdin()
        .read_line(&mut answer)
        .map_err(|error| Failure::io("-".as_ref(), &error))?;
    if answer.trim().eq_ignore_ascii_case("yes") {
        return Ok(());
    }
    Err(Failure::new(
        Exit::Refused,
        "not-confirmed",
        say!("삭제하지 않았습니다.", "nothing was deleted."),
    ))
}
