use std::process::ExitCode;

use serde_json::Value;

use crate::failure::Exit;
use crate::page::Page;

/// What a command found or did.
#[derive(Debug)]
pub(crate) struct Report {
    page: Page,
    fields: Value,
    answer: Answer,
}

/// Whether the answer is yes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Done, or in order.
    Yes,
    /// Refused by policy, or does not verify.
    No,
    /// Some of it could not be done, for which the command leaves so.
    Unable(Exit),
}

impl Answer {
    /// No, unless some of it could not be done.
    pub(crate) const fn or_no(self) -> Self {
        match self {
            Self::Yes | Self::No => Self::No,
            Self::Unable(_) => self,
        }
    }

    /// That some of it could not be done; the first such exit stays.
    pub(crate) const fn or_unable(self, exit: Exit) -> Self {
        match self {
            Self::Yes | Self::No => Self::Unable(exit),
            Self::Unable(_) => self,
        }
    }
}

impl Report {
    /// A report with the same contents for people and for programs.
    pub(crate) const fn new(page: Page, fields: Value, answer: Answer) -> Self {
        Self {
            page,
            fields,
            answer,
        }
    }

    /// Something was done.
    pub(crate) const fn done(page: Page, fields: Value) -> Self {
        Self::new(page, fields, Answer::Yes)
    }

    /// `{"ok":…,…}` and a line feed.
    pub(crate) fn json(&self) -> String {
        let mut fields = self.fields.clone();
        if let Value::Object(fields) = &mut fields {
            fields.insert("ok".to_owned(), Value::Bool(self.answer == Answer::Yes));
        }
        format!("{fields:#}\n")
    }

    pub(crate) fn text(&self) -> &str {
        self.page.text()
    }

    pub(crate) fn exit(&self) -> ExitCode {
        match self.answer {
            Answer::Yes => ExitCode::SUCCESS,
            Answer::No => Exit::Refused.into(),
            Answer::Unable(exit) => exit.into(),
        }
    }
}
