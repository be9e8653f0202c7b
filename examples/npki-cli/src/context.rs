use std::path::PathBuf;

use npki_core::Instant;

use crate::cli::General;
use crate::failure::Failure;
use crate::language::Language;
use crate::page::Page;
use crate::secrets::Secrets;

/// What every command knows.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) language: Language,
    pub(crate) json: bool,
    pub(crate) now: Instant,
    /// By `--now`, and not by the clock.
    pub(crate) now_was_given: bool,
    /// The folder NPKI that was named.
    pub(crate) dir: Option<PathBuf>,
    pub(crate) secrets: Secrets,
}

impl Context {
    pub(crate) fn new(general: &General) -> Result<Self, Failure> {
        let language = general.lang.unwrap_or_else(Language::of_environment);
        Ok(Self {
            language,
            json: general.json,
            now: general.now.unwrap_or_else(npki::now),
            now_was_given: general.now.is_some(),
            dir: general.dir.clone(),
            secrets: Secrets::new(general.password_stdin, language),
        })
    }

    /// What time it is by now, where the command has waited; `--now` stands still.
    pub(crate) fn clock(&self) -> Instant {
        match self.now_was_given {
            true => self.now,
            false => npki::now(),
        }
    }

    pub(crate) const fn page(&self) -> Page {
        Page::new(self.language)
    }
}
