use npki_core::{Finding, Sentence, Severity};

/// Findings as they come up.
#[derive(Debug, Default)]
pub(super) struct Findings(pub(super) Vec<Finding>);

impl Findings {
    pub(super) fn error(
        &mut self,
        rule: &'static str,
        at: &str,
        ko: String,
        en: String,
        source: &'static str,
    ) {
        self.push(Severity::Error, rule, at, Sentence::new(ko, en), source);
    }

    pub(super) fn warning(
        &mut self,
        rule: &'static str,
        at: &str,
        ko: String,
        en: String,
        source: &'static str,
    ) {
        self.push(Severity::Warning, rule, at, Sentence::new(ko, en), source);
    }

    pub(super) fn notice(
        &mut self,
        rule: &'static str,
        at: &str,
        ko: String,
        en: String,
        source: &'static str,
    ) {
        self.push(Severity::Notice, rule, at, Sentence::new(ko, en), source);
    }

    pub(super) fn push(
        &mut self,
        severity: Severity,
        rule: &'static str,
        at: &str,
        sentence: Sentence,
        source: &'static str,
    ) {
        self.0.push(Finding {
            rule,
            severity,
            at: at.to_owned(),
            sentence,
            source,
        });
    }
}
