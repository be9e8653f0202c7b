use std::fmt;

use clap::ValueEnum;
use npki_core::Sentence;

/// In which language people are spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    /// 한국어
    Ko,
    /// English
    En,
    /// 한국어와 영어 (both)
    Both,
}

impl Language {
    /// What `LC_ALL`, `LC_MESSAGES` or `LANG` say; both when they say neither Korean nor English.
    pub(crate) fn of_environment() -> Self {
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
            .iter()
            .filter_map(std::env::var_os)
            .find(|value| !value.is_empty());
        let locale = locale.unwrap_or_default();
        match locale.as_encoded_bytes() {
            [b'k', b'o', ..] => Self::Ko,
            [b'e', b'n', ..] => Self::En,
            _ => Self::Both,
        }
    }

    /// The sentence in this language.
    pub(crate) fn say(self, sentence: &Sentence) -> Said<'_> {
        Said(self, sentence)
    }
}

/// A sentence in a language.
pub(crate) struct Said<'a>(Language, &'a Sentence);

impl fmt::Display for Said<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(language, Sentence { ko, en }) = self;
        match language {
            Language::Ko => f.pad(ko),
            Language::En => f.pad(en),
            Language::Both if ko == en => f.pad(en),
            Language::Both => f.pad(&format!("{ko} / {en}")),
        }
    }
}

/// A sentence in Korean and English, each with `format!`'s placeholders.
macro_rules! say {
    ($ko:literal, $en:literal $(,)?) => {
        npki_core::Sentence::new(format!($ko), format!($en))
    };
}

pub(crate) use say;
