use core::{fmt, str::FromStr};

use crate::{Instant, Sentence};

/// The number of a rule, such as R18a. What it says stands in `docs/RULES.md`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rule {
    number: u8,
    letter: Option<char>,
}

/// A text that is no rule number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no rule number; write R11 or R18a")]
pub struct RuleError(pub String);

impl Rule {
    /// R`number`.
    #[must_use]
    pub const fn new(number: u8) -> Self {
        Self {
            number,
            letter: None,
        }
    }

    /// R`number``letter`, such as R18a.
    #[must_use]
    pub const fn with_letter(number: u8, letter: char) -> Self {
        Self {
            number,
            letter: Some(letter),
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "R{}", self.number)?;
        self.letter.map_or(Ok(()), |letter| write!(f, "{letter}"))
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Rule {
    type Err = RuleError;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        let error = || RuleError(s.to_owned());
        let rest = s.strip_prefix('R').ok_or_else(error)?;
        let digits = rest.trim_end_matches(|c: char| c.is_ascii_lowercase());
        let mut letters = rest.chars().skip(digits.len());
        let rule = Self {
            number: digits.parse().map_err(|_| error())?,
            letter: letters.next(),
        };
        if letters.next().is_some() || rule.to_string() != s {
            return Err(error());
        }
        Ok(rule)
    }
}

/// What one rule says to one action: yes or no, by which facts, and until when a no stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The rule that was asked.
    pub rule: Rule,
    /// Its answer.
    pub outcome: Outcome,
    /// The facts it used, in reading order. None names a person.
    pub facts: Vec<Fact>,
    /// The answer for people, made from the rule's row.
    pub sentence: Sentence,
}

impl Verdict {
    /// Whether this rule refuses.
    #[must_use]
    pub const fn refuses(&self) -> bool {
        matches!(self.outcome, Outcome::Refused { .. })
    }
}

/// A rule's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing stands against it.
    Allowed,
    /// Refused.
    Refused {
        /// The first instant at which this rule no longer refuses, when time alone ends it.
        until: Option<Instant>,
    },
}

/// A fact that a rule used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Its name, such as `not_after`.
    pub name: &'static str,
    /// Its value, as text.
    pub value: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_numbers_read_back() {
        for text in ["R1", "R18a", "R52", "R72"] {
            assert_eq!(text.parse::<Rule>().unwrap().to_string(), text);
        }
        for bad in ["", "R", "18a", "R18ab", "R018", "R+1", "R300", "r18"] {
            assert!(bad.parse::<Rule>().is_err(), "{bad}");
        }
        assert!(Rule::new(18) < Rule::with_letter(18, 'a'));
        assert!(Rule::with_letter(18, 'b') < Rule::new(19));
    }
}
