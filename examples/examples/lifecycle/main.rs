//! The whole life of a joint certificate (공동인증서), told line by line.
//!
//! A bank and two CAs in one process, on SQLite ledgers in a temporary folder; a subscriber's disk and
//! USB stick beside them. 홍길동 gets a limited certificate in seven steps, logs in with it, renews it,
//! loses it and has it reissued, buys a general-purpose one, copies, exports, registers another bank's and revokes. Each step says
//! what was decided and by which rule (`docs/RULES.md`).
//!
//! Run: `cargo run --release --example lifecycle`
//!
//! - `--now 2026-11-23T10:00:00+09:00` begins at this instant (default: today at 10:00 KST)
//! - `--keep DIR` keeps ledgers, certificates and NPKI folders in DIR
//!
//! Expected: some hundred lines that end with `끝 (done)`; refusals among them are part of the story.

mod bank;
mod desk;
mod refusals;
mod story;
mod subscriber;
mod tell;

use std::{error::Error, path::PathBuf, process::ExitCode};

use npki::Instant;

fn main() -> ExitCode {
    let told = options().and_then(|(now, keep)| {
        let temporary;
        let dir = match keep {
            Some(dir) => {
                std::fs::create_dir_all(&dir)?;
                dir
            }
            None => {
                temporary = tempfile::tempdir()?;
                temporary.path().to_owned()
            }
        };
        story::tell(now, &dir)
    });
    match told {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("lifecycle: {error}");
            let mut source = error.source();
            while let Some(cause) = source {
                eprintln!("  because: {cause}");
                source = cause.source();
            }
            ExitCode::FAILURE
        }
    }
}

fn options() -> Result<(Instant, Option<PathBuf>), Box<dyn Error>> {
    let mut now = None;
    let mut keep = None;
    let mut arguments = std::env::args().skip(1);
    while let Some(option) = arguments.next() {
        let value = arguments
            .next()
            .ok_or_else(|| format!("{option} needs a value; see the head of this example"))?;
        match option.as_str() {
            "--now" => now = Some(value.parse()?),
            "--keep" => keep = Some(PathBuf::from(value)),
            _ => return Err(format!("{option} is no option; --now and --keep are").into()),
        }
    }
    let ten = core::time::Duration::from_secs(10 * 3600);
    let now = now.unwrap_or_else(|| npki::now().kst_day().start().saturating_add(ten));
    Ok((now, keep))
}
