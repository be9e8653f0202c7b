use npki::system_rng;
use npki_media::{CopyMode, Medium as _, Reseal, copy};
use npki_media_folder::FolderMedium;
use serde_json::json;

use super::{overwrite, password_of};
use crate::cli::Copy;
use crate::context::Context;
use crate::entries;
use crate::failure::Failure;
use crate::language::say;
use crate::report::Report;

pub(super) fn run(args: &Copy, context: &Context) -> Result<Report, Failure> {
    let found = entries::choose(context, args.chosen.dn.as_deref())?;
    let to = FolderMedium::at(&args.to);
    let old = context.secrets.password(&password_of(&found))?;
    found.medium.open(&found.entry.id, &old)?;
    let new;
    let mode = if args.keep_password {
        CopyMode::SameBytes { password: &old }
    } else {
        let place = args.to.display();
        new = context.secrets.new_password(&say!(
            "{place}에서 쓸 새 비밀번호",
            "new password on {place}"
        ))?;
        CopyMode::Reencrypt {
            old: &old,
            new: &new,
            reseal: Reseal::Same,
        }
    };
    let copied = copy(
        &found.medium,
        &found.entry.id,
        &to,
        &mode,
        overwrite(args.overwrite),
        &mut system_rng(),
    )?;
    let place = args.to.display();
    let mut page = context.page();
    page.say(&say!(
        "{place}에 복사하고, 다시 읽어 열리는 것을 확인했습니다.",
        "Copied to {place}, read back there and opened."
    ));
    Ok(Report::done(
        page,
        json!({ "id": copied.as_str(), "folder": args.to.display().to_string() }),
    ))
}
