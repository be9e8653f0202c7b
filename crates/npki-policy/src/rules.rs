use core::fmt::Write as _;

use npki_core::{Rule, Sentence};

use crate::{
    Parameters,
    asked::{ASKED, Place},
    told::{Told, fill},
};

mod reason;
mod table;

pub(crate) use reason::Reason;

/// One rule of the table: what it says, where it comes from, which parameters it reads, and what
/// its verdicts say.
#[derive(Clone, Debug)]
pub struct Row {
    rule: Rule,
    source: &'static str,
    parameters: &'static [&'static str],
    statement: Text,
    readings: &'static [&'static str],
    allowed: Text,
    refusals: &'static [(Reason, Text)],
}

/// A template in both languages; `{name}` stands for a fact.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Text {
    pub(crate) ko: &'static str,
    pub(crate) en: &'static str,
}

impl Row {
    /// Its number.
    #[must_use]
    pub const fn rule(&self) -> Rule {
        self.rule
    }

    /// What it says, with these parameters.
    #[must_use]
    pub fn statement(&self, parameters: &Parameters) -> Sentence {
        let told: Vec<_> = parameters.rows().into_iter().map(Told::parameter).collect();
        fill(self.statement, &told)
    }

    /// The rows of the bank guides that it comes from, such as `S49–S52`; empty where the guides
    /// are silent.
    #[must_use]
    pub const fn source(&self) -> &'static str {
        self.source
    }

    /// The fields of [`Parameters`] that it reads.
    #[must_use]
    pub const fn parameters(&self) -> &'static [&'static str] {
        self.parameters
    }

    /// How it is read where its text leaves a choice, in English.
    #[must_use]
    pub const fn readings(&self) -> &'static [&'static str] {
        self.readings
    }

    pub(crate) const fn allowed(&self) -> Text {
        self.allowed
    }

    pub(crate) fn refusal(&self, reason: Reason) -> Text {
        self.refusals
            .iter()
            .find(|(found, _)| *found == reason)
            .map_or(self.statement, |(_, text)| *text)
    }
}

/// Every rule, in the order of the numbers.
#[must_use]
pub const fn rules() -> &'static [Row] {
    table::RULES
}

/// The row of one rule.
#[must_use]
pub fn row(rule: Rule) -> Option<&'static Row> {
    rules().iter().find(|row| row.rule == rule)
}

/// The rules as a page of Markdown, for `docs/RULES.md`: number, text in English and Korean,
/// parameters with their shipped values, which actions ask it, source.
#[must_use]
pub fn rules_markdown() -> String {
    let mut page = String::from(HEAD);
    let parameters = Parameters::SHIPPED.rows();
    for row in rules() {
        let mut put = |line: &str| {
            writeln!(page, "{line}").expect("writing to a string cannot fail");
        };
        put(&format!("\n## {}\n", row.rule));
        let Sentence { ko, en } = row.statement(&Parameters::SHIPPED);
        put(&format!("{en}\n\n{ko}\n"));
        for reading in row.readings {
            put(&format!("- Reading: {reading}"));
        }
        for parameter in parameters
            .iter()
            .filter(|p| row.parameters.contains(&p.name))
        {
            put(&format!(
                "- Parameter: `{}` = {}",
                parameter.name, parameter.value.en
            ));
        }
        if let Some(asked) = ASKED.iter().find(|asked| asked.rule == row.rule) {
            let actions: Vec<_> = asked.by.iter().map(|action| action.name()).collect();
            let place = match asked.place {
                Place::Everywhere => "",
                Place::Online => " (online, not at a branch)",
            };
            put(&format!("- Asked by: {}{place}", actions.join(", ")));
        }
        put(&match row.source {
            "" => "- Source: a decision of this project; the guides are silent".to_owned(),
            source => format!("- Source: {source} of the bank guides"),
        });
    }
    page
}

const HEAD: &str = "\
# Rules

Generated from the table in `npki-policy`; change the table, not this page.

The rules of a bank that has joint certificates (공동인증서) issued. They were distilled from public guides to the
certificate service of KB Kookmin Bank, which are counted row by row: S32 is row 32 of the bank guides. All calendar
rules run in Korean time (KST, UTC+09:00); a day is a KST calendar day. Code, tests and recorded decisions cite the
numbers, which never change. Values are the shipped ones; a bank sets its own.
";

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn rules_stand_in_order_and_once() {
        assert!(rules().is_sorted_by(|a, b| a.rule < b.rule));
        assert_eq!(rules().first().unwrap().rule, Rule::new(1));
        assert_eq!(rules().last().unwrap().rule, Rule::new(72));
        for rule in ["R18a", "R18b", "R51a"] {
            assert!(row(rule.parse().unwrap()).is_some(), "{rule}");
        }
    }

    #[test]
    fn every_parameter_stands_with_the_rule_that_owns_it() {
        let rows = Parameters::SHIPPED.rows();
        for parameter in &rows {
            let row = row(parameter.rule).unwrap();
            assert!(
                row.parameters.contains(&parameter.name),
                "{}",
                parameter.name
            );
        }
        for row in rules() {
            for name in row.parameters {
                assert!(rows.iter().any(|p| p.name == *name), "{} {name}", row.rule);
            }
        }
    }

    #[test]
    fn deciding_rules_have_their_sentences_and_others_none() {
        for row in rules() {
            let decides = ASKED.iter().any(|asked| asked.rule == row.rule);
            assert_eq!(!row.refusals.is_empty(), decides, "{}", row.rule);
            assert_eq!(!row.allowed.en.is_empty(), decides, "{}", row.rule);
            assert_eq!(!row.allowed.ko.is_empty(), decides, "{}", row.rule);
        }
        for asked in ASKED {
            assert!(row(asked.rule).is_some(), "{}", asked.rule);
        }
    }

    #[test]
    fn statements_name_their_parameters_and_no_others() {
        for row in rules() {
            for text in [row.statement.ko, row.statement.en] {
                let named: BTreeSet<_> = text
                    .split('{')
                    .skip(1)
                    .map(|rest| rest.split_once('}').unwrap().0)
                    .collect();
                assert!(
                    named.iter().all(|name| row.parameters.contains(name)),
                    "{} {named:?}",
                    row.rule
                );
            }
            let Sentence { ko, en } = row.statement(&Parameters::SHIPPED);
            assert!(!ko.contains('{') && !en.contains('{'), "{}", row.rule);
        }
    }

    #[test]
    fn every_reason_stands_in_one_row() {
        let stated: Vec<_> = rules()
            .iter()
            .flat_map(|row| row.refusals.iter().map(|(reason, _)| *reason))
            .collect();
        let once: BTreeSet<_> = stated.iter().copied().collect();
        assert_eq!(once.len(), stated.len());
        assert_eq!(once, Reason::ALL.iter().copied().collect());
    }

    #[test]
    fn the_page_has_every_rule() {
        let page = rules_markdown();
        for row in rules() {
            assert!(
                page.contains(&format!("\n## {}\n", row.rule)),
                "{}",
                row.rule
            );
        }
        assert!(page.contains("- Parameter: `issuing_window` = 01:00:00 to 23:00:00 KST"));
        assert!(page.contains("- Asked by: loan (online, not at a branch)"));
        assert!(page.contains("- Source: S32 of the bank guides"));
    }
}
