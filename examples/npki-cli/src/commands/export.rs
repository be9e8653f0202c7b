use npki::system_rng;
use npki_container::PfxPreset;
use npki_media::{Medium as _, Overwrite, export_pfx};
use serde_json::json;

use super::{overwrite, password_of};
use crate::cli::Export;
use crate::context::Context;
use crate::entries;
use crate::failure::Failure;
use crate::files;
use crate::language::say;
use crate::report::Report;

pub(super) fn run(args: &Export, context: &Context) -> Result<Report, Failure> {
    let found = entries::choose(context, args.chosen.dn.as_deref())?;
    let overwrite = overwrite(args.overwrite);
    if overwrite == Overwrite::Refuse && args.output.exists() {
        return Err(Failure::io(
            &args.output,
            &std::io::ErrorKind::AlreadyExists.into(),
        ));
    }
    let password = context.secrets.password(&password_of(&found))?;
    let has_r = found
        .medium
        .open(&found.entry.id, &password)?
        .random_number
        .is_some();
    let new = context
        .secrets
        .new_password(&say!("PFX 파일의 새 비밀번호", "new password of the PFX"))?;
    let preset = PfxPreset::from_name(&args.preset).unwrap_or_default();
    let pfx = export_pfx(
        &found.medium,
        &found.entry.id,
        &password,
        &new,
        preset,
        &mut system_rng(),
    )?;
    files::write(&args.output, pfx.as_bytes(), overwrite)?;

    let output = args.output.display();
    let mut page = context.page();
    page.say(&say!("{output}에 내보냈습니다.", "Exported to {output}."));
    if has_r {
        page.say(&say!(
            "R이 들어 있습니다. OpenSSL 같은 다른 프로그램으로 변환하면 R이 없어져 본인확인(VID)을 할 수 없게 됩니다.",
            "R is in it. Converting the file with other software, OpenSSL among it, drops R, and identity (VID) with it."
        ));
    }
    Ok(Report::done(
        page,
        json!({ "output": output.to_string(), "preset": preset.name(), "random_number": has_r }),
    ))
}
