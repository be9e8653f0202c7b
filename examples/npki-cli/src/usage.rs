use std::ffi::OsString;
use std::process::ExitCode;

use clap::ValueEnum as _;
use clap::error::ErrorKind;

use crate::failure::Failure;
use crate::language::{Language, say};

/// Tells what is wrong with a command line, before there is one that could say how it wants to be told.
pub(crate) fn tell(error: &clap::Error) -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let code = u8::try_from(error.exit_code()).unwrap_or(2);
    let as_json = arguments.iter().any(|argument| argument == "--json");
    let helps = error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
    if !error.use_stderr() || helps && !as_json {
        // Help and version were asked for, or nothing was.
        let _ = error.print();
        return code.into();
    }
    let rendered = error.to_string();
    let said = match helps {
        true => "a command is missing".to_owned(),
        // What is wrong, without what is meant perhaps, and the usage.
        false => {
            let lines = rendered.lines().take_while(|line| !line.is_empty());
            let words: Vec<_> = lines.flat_map(str::split_whitespace).skip(1).collect();
            words.join(" ")
        }
    };
    let korean = korean(error.kind());
    let failure = Failure::usage(
        "usage",
        say!(
            "{korean}({said}). npki --help를 보세요.",
            "{said}; see npki --help."
        ),
    );
    let language = language(&arguments);
    if as_json {
        return failure.tell(true, language);
    }
    if language != Language::En {
        failure.tell(false, Language::Ko);
    }
    let _ = error.print();
    code.into()
}

fn korean(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::InvalidSubcommand => "없는 명령입니다",
        ErrorKind::UnknownArgument => "없는 옵션입니다",
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => "값이 맞지 않습니다",
        ErrorKind::MissingRequiredArgument
        | ErrorKind::MissingSubcommand
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
        | ErrorKind::TooFewValues
        | ErrorKind::NoEquals => "빠진 것이 있습니다",
        ErrorKind::TooManyValues | ErrorKind::WrongNumberOfValues => "값의 수가 맞지 않습니다",
        ErrorKind::ArgumentConflict => "함께 쓸 수 없습니다",
        _ => "명령을 이해하지 못했습니다",
    }
}

fn language(arguments: &[OsString]) -> Language {
    let mut words = arguments.iter().filter_map(|argument| argument.to_str());
    let named = words.find_map(|word| match word.strip_prefix("--lang")? {
        "" => Some(None),
        value => value.strip_prefix('=').map(Some),
    });
    let named = match named {
        Some(None) => words.next(),
        Some(value) => value,
        None => None,
    };
    named
        .and_then(|named| Language::from_str(named, true).ok())
        .unwrap_or_else(Language::of_environment)
}
