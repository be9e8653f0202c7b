use npki::system_rng;
use npki_container::{Bounds, EncryptedPrivateKeyInfo};
use npki_key::PublicKey;
use npki_ledger::{Checkpoint as Note, HeadError, check_head};
use npki_media::Overwrite;
use serde_json::json;

use super::{open, verified};
use crate::cli::Checkpoint;
use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::files;
use crate::json;
use crate::language::say;
use crate::report::Report;

pub(super) fn run(args: &Checkpoint, context: &Context) -> Result<Report, Failure> {
    let ledger = open(&args.store)?;
    let key = files::read(&args.signing_key, files::SMALL)?;
    let key = EncryptedPrivateKeyInfo::parse_any(&key)?;
    let password = context
        .secrets
        .password(&say!("서명키의 비밀번호", "password of the signing key"))?;
    let key = key.open(&password, &Bounds::DEFAULT)?.signing_key()?;

    // The last checkpoint is compared before anything is signed (R70).
    let at = args.output.display();
    let before = match (args.output.exists(), args.first) {
        (true, _) => {
            let public = PublicKey::parse(key.public_key())?;
            let last = verified(&args.output, &args.origin, &public)?;
            check_head(&*ledger, &last).map_err(|error| does_not_go_on(&error))?;
            Some(last.size)
        }
        (false, true) => None,
        (false, false) => {
            return Err(Failure::usage(
                "no-last-checkpoint",
                say!(
                    "{at}: 마지막 체크포인트가 없습니다. 잃어버린 것이 아니라 처음이면 --first를 붙이세요.",
                    "{at}: there is no last checkpoint; if none was lost and this is the first one, add --first."
                ),
            ));
        }
    };
    let head = ledger.head()?;
    let note = Note::of(&args.origin, &head)?.sign(&*key, &mut system_rng())?;
    files::write(&args.output, note.as_bytes(), Overwrite::Replace)?;

    let size = head.size;
    let mut page = context.page();
    page.say(&say!(
        "기록 {size}개의 체크포인트를 {at}에 썼습니다.",
        "Checkpoint of {size} records written to {at}."
    ));
    let fields = json!({
        "output": at.to_string(),
        "size": size,
        "root": json::hex(head.root.octets()),
        "before": before,
        "note": note,
    });
    Ok(Report::done(page, fields))
}

fn does_not_go_on(error: &HeadError) -> Failure {
    let (kind, ko) = match error {
        HeadError::Truncated { .. } => ("truncated", "원장이 잘렸거나 옛 사본입니다"),
        HeadError::Forked { .. } => ("forked", "원장의 앞부분이 다릅니다"),
        HeadError::Head => ("head-changed", "원장의 끝이 기록과 맞지 않습니다"),
        _ => ("ledger-unavailable", "원장을 읽을 수 없습니다"),
    };
    let ko = format!("{ko}({error}). 서명하지 않았습니다. npki ledger audit로 확인하세요.");
    let en = format!("{error}; nothing was signed. See npki ledger audit.");
    Failure::new(Exit::Refused, kind, npki_core::Sentence::new(ko, en))
}
