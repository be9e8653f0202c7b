use core::fmt;

use crate::Sentence;

/// What a linter says of one place in a certificate, key file, container or folder tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The stable id of the rule that is broken, such as `cert.key-usage.critical`.
    pub rule: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// Where: a field path or a file name.
    pub at: String,
    /// What is wrong and what was wanted.
    pub sentence: Sentence,
    /// The document and section that say so.
    pub source: &'static str,
}

/// How bad a [`Finding`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Severity {
    /// Worth knowing; real files do it.
    Notice,
    /// Against advice.
    Warning,
    /// Against the profile: not to be issued or written.
    Error,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} at {}: {} [{}]",
            self.rule, self.at, self.sentence.en, self.source
        )
    }
}
