//! The `npki` command: Korean joint certificates (공동인증서) from the command line.
//!
//! It lists, shows, checks, copies, deletes, imports and exports what lies in NPKI folders, signs and verifies files,
//! and says what the rules of a bank say. The README has every command and the schema of `--json`.

mod cli;
mod commands;
mod context;
mod entries;
mod failure;
mod files;
mod json;
mod language;
mod page;
mod report;
mod secrets;
mod terminal;
mod usage;

use std::alloc::System;
use std::io::{ErrorKind, Write as _};
use std::process::ExitCode;

use clap::Parser as _;
use zeroizing_alloc::ZeroAlloc;

use cli::Cli;
use context::Context;
use failure::Failure;

/// Wipes memory as it is freed: what libraries below ours leave there, such as copies of primes in arithmetic.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage::tell(&error),
    };
    let context = match Context::new(&cli.general) {
        Ok(context) => context,
        Err(failure) => {
            return failure.tell(cli.general.json, language::Language::of_environment());
        }
    };
    match commands::run(&cli.command, &context) {
        Ok(report) => {
            let text = if context.json {
                report.json()
            } else {
                report.text().to_owned()
            };
            match std::io::stdout().lock().write_all(text.as_bytes()) {
                // Who reads has gone away: nothing is left to tell.
                Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                    Failure::io("-".as_ref(), &error).tell(false, context.language)
                }
                _ => report.exit(),
            }
        }
        Err(failure) => failure.tell(context.json, context.language),
    }
}
