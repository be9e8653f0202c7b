use der::Sequence;
use npki_core::{Instant, Outcome, Rule, Sentence, Verdict};

/// One rule that refused, as it was told and recorded (R70): the number, the facts used, until when
/// it stands, and the sentence in Korean and English, word by word.
///
/// The sentence is recorded and not made again later, so that an answer of years ago reads as it
/// was given, whatever has become of the rule's row since.
///
/// ```text
/// Why ::= SEQUENCE {
///   rule UTF8String, until [0] EXPLICIT INTEGER OPTIONAL,
///   facts SEQUENCE OF SEQUENCE { name UTF8String, value UTF8String },
///   ko UTF8String, en UTF8String }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Sequence)]
pub struct Why {
    rule: String,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    until: Option<Instant>,
    facts: Vec<RecordedFact>,
    ko: String,
    en: String,
}

/// A fact that a refusal used. None names a person.
///
/// ```text
/// RecordedFact ::= SEQUENCE { name UTF8String, value UTF8String }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Sequence)]
pub struct RecordedFact {
    /// Its name, such as `not_after`.
    pub name: String,
    /// Its value, as text.
    pub value: String,
}

impl Why {
    /// A rule that refuses by its own words.
    #[must_use]
    pub fn new(rule: Rule, sentence: Sentence) -> Self {
        Self {
            rule: rule.to_string(),
            until: None,
            facts: Vec::new(),
            ko: sentence.ko.into_owned(),
            en: sentence.en.into_owned(),
        }
    }

    pub(crate) fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.facts.push(RecordedFact {
            name: name.to_owned(),
            value: value.to_string(),
        });
        self
    }

    pub(crate) fn saying(mut self, sentence: Sentence) -> Self {
        self.ko = sentence.ko.into_owned();
        self.en = sentence.en.into_owned();
        self
    }

    /// What the refusing ones among the verdicts say.
    pub(crate) fn of<'v>(verdicts: impl IntoIterator<Item = &'v Verdict>) -> Vec<Self> {
        verdicts.into_iter().filter_map(Self::of_one).collect()
    }

    fn of_one(verdict: &Verdict) -> Option<Self> {
        verdict.refuses().then(|| Self::told(verdict))
    }

    /// What a verdict says, whether it refuses or not.
    pub(crate) fn told(verdict: &Verdict) -> Self {
        Self {
            rule: verdict.rule.to_string(),
            until: match verdict.outcome {
                Outcome::Refused { until } => until,
                Outcome::Allowed => None,
            },
            facts: verdict
                .facts
                .iter()
                .map(|fact| RecordedFact {
                    name: fact.name.to_owned(),
                    value: fact.value.clone(),
                })
                .collect(),
            ko: verdict.sentence.ko.clone().into_owned(),
            en: verdict.sentence.en.clone().into_owned(),
        }
    }

    /// The rule.
    ///
    /// `None` when a newer program has written a number that this one cannot read.
    #[must_use]
    pub fn rule(&self) -> Option<Rule> {
        self.rule.parse().ok()
    }

    /// The first instant at which the rule no longer refuses, when time alone ends it.
    #[must_use]
    pub const fn until(&self) -> Option<Instant> {
        self.until
    }

    /// The facts that it used.
    #[must_use]
    pub fn facts(&self) -> &[RecordedFact] {
        &self.facts
    }

    /// What the applicant was told.
    #[must_use]
    pub fn sentence(&self) -> Sentence {
        Sentence::new(self.ko.clone(), self.en.clone())
    }
}

/// A refusal: an answer, not an error. Every rule that refused, with what it said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What was asked for.
    pub command: String,
    /// When.
    pub at: Instant,
    /// The rules that refused, at least one.
    pub why: Vec<Why>,
    /// SHA-256 of the policy that decided; `None` when another system refused.
    pub policy: Option<[u8; 32]>,
}

impl Refusal {
    /// The numbers of the rules that refused.
    #[must_use]
    pub fn rules(&self) -> Vec<Rule> {
        self.why.iter().filter_map(Why::rule).collect()
    }

    /// One sentence in each language that says it all.
    #[must_use]
    pub fn sentence(&self) -> Sentence {
        let join = |pick: fn(&Why) -> &str| {
            let parts: Vec<_> = self
                .why
                .iter()
                .map(|why| format!("{}: {}", why.rule, pick(why)))
                .collect();
            parts.join("\n")
        };
        Sentence::new(join(|why| &why.ko), join(|why| &why.en))
    }
}
