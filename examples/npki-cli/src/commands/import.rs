use npki::system_rng;
use npki_container::{Bounds, Pfx, SealScheme, Sealing};
use npki_media::{Medium as _, RandomNumberFound, import_pfx};
use serde_json::json;

use super::{new_password, overwrite};
use crate::cli::Import;
use crate::context::Context;
use crate::entries;
use crate::failure::Failure;
use crate::files;
use crate::json;
use crate::language::say;
use crate::report::Report;

pub(super) fn run(args: &Import, context: &Context) -> Result<Report, Failure> {
    let pfx = Pfx::parse(&files::read(&args.file, files::SMALL)?, &Bounds::DEFAULT)?;
    let medium = entries::home(context)?;
    let file = args.file.display();
    let password = context
        .secrets
        .password(&say!("{file}의 비밀번호", "password of {file}"))?;
    pfx.open(&password, &Bounds::DEFAULT)?;
    let new = context.secrets.new_password(&new_password())?;
    let sealing = SealScheme::from_name(&args.scheme).map_or_else(Sealing::default, Sealing::from);
    let imported = import_pfx(
        &pfx,
        &password,
        &medium,
        &new,
        sealing,
        overwrite(args.overwrite),
        &mut system_rng(),
    )?;
    let has_r = imported.random_number == RandomNumberFound::Present;
    let stored = medium.load(&imported.id)?;
    let certificate = &stored.sign.certificate;

    let (name, folder) = (certificate.display_name(), medium.root().display());
    let mut page = context.page();
    page.say(&say!(
        "{name}: {folder}에 저장했습니다.",
        "{name}: stored in {folder}."
    ));
    if !has_r {
        page.say(&say!(
            "R이 없습니다. 이 PFX를 만든 프로그램이 버린 것입니다. 서명은 되지만 본인확인(VID)은 할 수 없습니다.",
            "R is missing: the program that made this PFX dropped it. The certificate signs, and cannot show identity (VID)."
        ));
    }
    Ok(Report::done(
        page,
        json!({
            "id": imported.id.as_str(),
            "dn": json::name(certificate.subject()),
            "folder": folder.to_string(),
            "km": stored.km.is_some(),
            "random_number": has_r,
        }),
    ))
}
