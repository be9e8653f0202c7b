use std::fmt::Display;

use npki_core::Sentence;

use crate::language::Language;

/// What people read: lines, and fields under labels.
#[derive(Debug)]
pub(crate) struct Page {
    language: Language,
    text: String,
}

impl Page {
    pub(crate) const fn new(language: Language) -> Self {
        Self {
            language,
            text: String::new(),
        }
    }

    pub(crate) fn say(&mut self, sentence: &Sentence) {
        self.line(self.language.say(sentence));
    }

    pub(crate) fn line(&mut self, text: impl Display) {
        self.text.push_str(&clean(&text.to_string()));
        self.text.push('\n');
    }

    /// `label: value`; nothing when there is no value.
    pub(crate) fn field(&mut self, ko: &'static str, en: &'static str, value: impl Into<Value>) {
        let Value(Some(value)) = value.into() else {
            return;
        };
        let label = Sentence::fixed(ko, en);
        let line = format!("  {}: {value}", self.language.say(&label));
        self.line(line);
    }

    /// The text of a sentence in the page's language.
    pub(crate) fn words(&self, sentence: &Sentence) -> String {
        self.language.say(sentence).to_string()
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }
}

/// What stands beside a label.
pub(crate) struct Value(Option<String>);

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self(Some(text.to_owned()))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self(Some(text))
    }
}

impl From<Option<String>> for Value {
    fn from(text: Option<String>) -> Self {
        Self(text)
    }
}

/// Names come out of files: no control character of theirs reaches the terminal.
pub(crate) fn clean(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect()
}
