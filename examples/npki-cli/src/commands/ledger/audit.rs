use npki_core::Sentence;
use npki_ledger::{AuditFinding, Checkpoint};
use serde_json::{Value, json};

use super::{open, public_key, verified};
use crate::cli::{Audit, Kept};
use crate::context::Context;
use crate::failure::Failure;
use crate::json;
use crate::language::say;
use crate::report::{Answer, Report};

pub(super) fn run(args: &Audit, context: &Context) -> Result<Report, Failure> {
    let checkpoint = kept(&args.kept)?;
    let ledger = open(&args.store)?;
    let findings = npki_ledger::audit(&*ledger, checkpoint.as_ref())?;

    let mut page = context.page();
    let named: Vec<_> = findings
        .iter()
        .map(|finding| Named::of(finding, &findings))
        .collect();
    for Named { name, sentence, .. } in &named {
        let words = page.words(sentence);
        page.line(format_args!("✗ {name}: {words}"));
    }
    let answer = if named.is_empty() {
        page.say(&say!(
            "바뀐 것이 없습니다. 옆 표도 기록에서 다시 만든 것과 같습니다.",
            "Nothing was changed; the tables beside the log are those that its records lead to."
        ));
        Answer::Yes
    } else {
        page.say(&say!(
            "원장을 멈추고, 마지막 체크포인트와 백업으로 어디까지 맞는지 확인하세요.",
            "Stop writing, and find out with the last checkpoint and backups how far it can be trusted."
        ));
        Answer::No
    };
    if checkpoint.is_none() {
        page.say(&say!(
            "체크포인트가 없으므로 끝이 잘렸거나 옛 사본인지는 알 수 없습니다(--checkpoint).",
            "Without a checkpoint (--checkpoint) a cut end and an old copy cannot be told."
        ));
    }
    let fields = json!({
        "findings": named.iter().map(Named::json).collect::<Vec<_>>(),
        "checkpoint": checkpoint.map(|checkpoint| checkpoint.size),
        "records": ledger.head().ok().map(|head| head.size),
    });
    Ok(Report::new(page, fields, answer))
}

/// The checkpoint from a second place, its signature checked.
fn kept(kept: &Kept) -> Result<Option<Checkpoint>, Failure> {
    let (Some(file), Some(origin), Some(key)) = (&kept.checkpoint, &kept.origin, &kept.key) else {
        return Ok(None);
    };
    verified(file, origin, &public_key(key)?).map(Some)
}

/// A finding as it is told.
struct Named {
    name: &'static str,
    sentence: Sentence,
    position: Option<u64>,
    table: Option<&'static str>,
}

impl Named {
    fn of(finding: &AuditFinding, all: &[AuditFinding]) -> Self {
        let mut name = finding.name();
        let (mut position, mut table) = (None, None);
        let en = finding.to_string();
        let ko = match finding {
            AuditFinding::Missing { position: at, next } => {
                position = Some(*at);
                format!(
                    "{at}번부터 {}번까지의 기록이 없습니다",
                    next.saturating_sub(1)
                )
            }
            AuditFinding::Unreadable { position: at, .. } => {
                position = Some(*at);
                format!("{at}번 기록을 읽을 수 없습니다")
            }
            AuditFinding::Changed { position: at } => {
                position = Some(*at);
                format!("{at}번 기록이 바뀌었습니다")
            }
            AuditFinding::Moved { position: at, says } => {
                position = Some(*at);
                format!("{at}번 자리에 {says}번 기록이 있습니다")
            }
            AuditFinding::Unlawful { position: at, .. } => {
                position = Some(*at);
                format!("{at}번 기록은 앞의 기록에서 나올 수 없습니다")
            }
            AuditFinding::Head { what } => format!("원장의 끝({what})이 기록과 맞지 않습니다"),
            AuditFinding::Side {
                table: of,
                stored,
                rebuilt,
            } => {
                table = Some(of.name());
                let key = stored
                    .as_ref()
                    .or(rebuilt.as_ref())
                    .map(|row| of.key_text(&row.key));
                let key = key.unwrap_or_default();
                let how = match (stored, rebuilt) {
                    (Some(_), Some(_)) => "바뀌었습니다",
                    (Some(_), None) => "끼워 넣어졌습니다",
                    _ => "지워졌습니다",
                };
                format!("{} 표의 {key} 줄이 {how}", of.name())
            }
            AuditFinding::Rows { table: of, .. } => {
                table = Some(of.name());
                format!("{} 표를 읽을 수 없습니다", of.name())
            }
            AuditFinding::Sealed { id } => format!("봉인된 기록 {id}이(가) 바뀌었습니다"),
            AuditFinding::Truncated { found, wanted } => {
                // Cut by hand, the head would tell; a whole older ledger is an old copy.
                if all.len() == 1 {
                    name = "old-copy";
                    let ko = format!(
                        "체크포인트의 {wanted}개보다 적은 {found}개의 기록뿐인 옛 사본입니다"
                    );
                    let en = format!(
                        "an old copy: sound, with {found} records of the checkpoint's {wanted}"
                    );
                    return Self {
                        name,
                        sentence: Sentence::new(ko, en),
                        position,
                        table,
                    };
                }
                format!("체크포인트의 {wanted}개 가운데 {found}개의 기록만 남았습니다")
            }
            AuditFinding::Forked { size } => {
                format!("처음 {size}개의 기록이 체크포인트의 것과 다릅니다")
            }
            _ => en.clone(),
        };
        Self {
            name,
            sentence: Sentence::new(ko, en),
            position,
            table,
        }
    }

    fn json(&self) -> Value {
        json!({
            "name": self.name,
            "position": self.position,
            "table": self.table,
            "message": json::sentence(&self.sentence),
        })
    }
}
