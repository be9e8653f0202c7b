//! The commands, a file for each.

mod check;
mod cmp;
mod copy;
mod crl;
mod delete;
mod export;
mod import;
mod lab;
mod ledger;
mod lint;
mod list;
mod ocsp;
mod passwd;
mod policy;
mod show;
mod sign;
mod verify;
mod vid;
mod why;

pub(crate) use self::{crl::AskCrl, lint::Lint, ocsp::Ocsp};

use npki_core::Sentence;
use npki_media::Overwrite;

use crate::cli::Command;
use crate::context::Context;
use crate::entries::Found;
use crate::failure::Failure;
use crate::language::say;
use crate::report::Report;

/// Does what the command line asks for.
pub(crate) fn run(command: &Command, context: &Context) -> Result<Report, Failure> {
    match command {
        Command::List(args) => list::run(args, context),
        Command::Show(args) => show::run(args, context),
        Command::Check(args) => check::run(args, context),
        Command::Passwd(args) => passwd::run(args, context),
        Command::Copy(args) => copy::run(args, context),
        Command::Delete(args) => delete::run(args, context),
        Command::Export(args) => export::run(args, context),
        Command::Import(args) => import::run(args, context),
        Command::Sign(args) => sign::run(args, context),
        Command::Verify(args) => verify::run(args, context),
        Command::Vid(args) => vid::run(args, context),
        Command::Lab(args) => lab::run(args, context),
        Command::Lint(args) => lint::run(args, context),
        Command::Crl(args) => crl::run(args, context),
        Command::Ocsp(args) => ocsp::run(args, context),
        Command::Cmp(args) => cmp::run(args, context),
        Command::Policy(args) => policy::run(args, context),
        Command::Why(args) => why::run(args, context),
        Command::Ledger(args) => ledger::run(args, context),
    }
}

const fn overwrite(flag: bool) -> Overwrite {
    if flag {
        Overwrite::Replace
    } else {
        Overwrite::Refuse
    }
}

/// What an entry is called when its password is asked for.
fn password_of(found: &Found) -> Sentence {
    let name = found.certificate().map_or_else(
        || found.entry.id.to_string(),
        npki_cert::Certificate::display_name,
    );
    say!(
        "{name} 인증서의 비밀번호",
        "password of the certificate of {name}"
    )
}

fn new_password() -> Sentence {
    Sentence::fixed("새 비밀번호", "new password")
}
