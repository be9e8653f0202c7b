use der::Sequence;
use npki_core::{Instant, Rule, Sentence, Verdict, named};

use crate::{RecordedFact, Why};

/// What the bank has found when it was shown a certificate: every check with its verdict, in the
/// order in which they are listed, nothing hidden behind the first failure (R41).
///
/// ```text
/// Report ::= SEQUENCE { checks SEQUENCE OF Check }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Default, Sequence)]
pub struct Report {
    checks: Vec<Check>,
}

/// One check of a [`Report`]. Its facts name no person.
///
/// ```text
/// Check ::= SEQUENCE { name PrintableString, outcome PrintableString, said Why }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Sequence)]
pub struct Check {
    /// Which.
    pub name: CheckName,
    /// How it came out.
    pub outcome: CheckOutcome,
    said: Why,
}

/// What is checked of a certificate that is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum CheckName {
    /// It can be read.
    Readable,
    /// A path leads to an accepted CA.
    Chain,
    /// It has begun and not ended.
    Period,
    /// It is known not to be revoked.
    Revocation,
    /// Its key is for signing.
    KeyUsage,
    /// It is a product that the bank knows.
    Product,
    /// Whether it is registered: not yet, or already.
    Registered,
    /// What was signed is a challenge of the bank's, for this, in time, and not used before.
    Challenge,
    /// The signature over it is the certificate's.
    Possession,
    /// It belongs to the customer: VID, identification number and R agree.
    Person,
    /// A rule of the policy, as it was asked; its number tells which.
    Rule,
}

named!(CheckName, [
    Readable = "readable", "인증서 형식", "form of the certificate";
    Chain = "chain", "인증기관", "certification authority";
    Period = "period", "유효기간", "validity period";
    Revocation = "revocation", "폐기 여부", "revocation";
    KeyUsage = "key-usage", "키 용도", "key usage";
    Product = "product", "인증서 종류", "product";
    Registered = "registered", "등록 여부", "registration";
    Challenge = "challenge", "서명 요청값", "challenge";
    Possession = "possession", "전자서명", "signature";
    Person = "person", "본인 확인(VID)", "person (VID)";
    Rule = "rule", "업무 규칙", "rule";
]);

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CheckOutcome {
    /// As it should be.
    Passed,
    /// Not as it should be, or missing.
    Failed,
    /// It cannot be told before another one passes.
    NotAsked,
}

named!(CheckOutcome, [
    Passed = "passed", "적합", "passed";
    Failed = "failed", "부적합", "failed";
    NotAsked = "not-asked", "확인 불가", "not asked";
]);

impl Report {
    /// Every check.
    #[must_use]
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// Whether every check has passed.
    #[must_use]
    pub fn is_passed(&self) -> bool {
        let mut checks = self.checks.iter();
        !self.checks.is_empty() && checks.all(|check| check.outcome == CheckOutcome::Passed)
    }

    /// The checks that have failed.
    pub fn failed(&self) -> impl Iterator<Item = &Check> {
        let failed = |check: &&Check| check.outcome == CheckOutcome::Failed;
        self.checks.iter().filter(failed)
    }

    /// The check with this name; for [`CheckName::Rule`] the first.
    #[must_use]
    pub fn check(&self, name: CheckName) -> Option<&Check> {
        self.checks.iter().find(|check| check.name == name)
    }

    /// Why it is refused: what the failed checks say.
    pub(crate) fn why(&self) -> Vec<Why> {
        self.failed().map(|check| check.said.clone()).collect()
    }

    pub(crate) fn add(&mut self, check: Check) {
        self.checks.push(check);
    }
}

impl Check {
    /// The rule that it serves.
    #[must_use]
    pub fn rule(&self) -> Option<Rule> {
        self.said.rule()
    }

    /// What the customer is told, whether it passed or not.
    #[must_use]
    pub fn sentence(&self) -> Sentence {
        self.said.sentence()
    }

    /// The facts that it used.
    #[must_use]
    pub fn facts(&self) -> &[RecordedFact] {
        self.said.facts()
    }

    /// The first instant at which it no longer fails, when time alone ends that.
    #[must_use]
    pub const fn until(&self) -> Option<Instant> {
        self.said.until()
    }

    /// What a rule of the policy has said.
    pub(crate) fn of(verdict: &Verdict) -> Self {
        Self {
            name: CheckName::Rule,
            outcome: outcome(!verdict.refuses()),
            said: Why::told(verdict),
        }
    }

    /// A check by the bank's own words.
    pub(crate) fn new(name: CheckName, passed: bool) -> Self {
        let row = TEXTS.iter().find(|row| row.0 == name);
        let (ko, en) = row.map_or(("", ""), |row| if passed { row.1 } else { row.2 });
        Self {
            name,
            outcome: outcome(passed),
            said: Why::new(R41, Sentence::fixed(ko, en)),
        }
    }

    /// Whether it acts here, where that is wanted.
    pub(crate) fn acts_here(acts: bool) -> Self {
        Self::new(CheckName::Registered, acts).saying(if acts {
            Sentence::fixed("이 은행에서 쓰는 인증서입니다", "it acts at this bank")
        } else {
            Sentence::fixed(
                "이 은행에서 발급하거나 등록한 인증서가 아닙니다",
                "it was neither issued nor registered here",
            )
        })
    }

    /// One that cannot be told yet.
    pub(crate) fn not_asked(name: CheckName) -> Self {
        Self {
            name,
            outcome: CheckOutcome::NotAsked,
            said: Why::new(R41, WAITS),
        }
    }

    pub(crate) fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.said = self.said.with(name, value);
        self
    }

    pub(crate) fn saying(mut self, sentence: Sentence) -> Self {
        self.said = self.said.saying(sentence);
        self
    }
}

const fn outcome(passed: bool) -> CheckOutcome {
    if passed {
        CheckOutcome::Passed
    } else {
        CheckOutcome::Failed
    }
}

const R41: Rule = Rule::new(41);

const WAITS: Sentence = Sentence::fixed(
    "다른 항목이 먼저 갖추어져야 확인할 수 있습니다",
    "it cannot be told before what it rests on is there",
);

type Text = (&'static str, &'static str);

/// What is said when a check passes, and when it fails.
const TEXTS: &[(CheckName, Text, Text)] = &[
    (
        CheckName::Readable,
        ("인증서를 읽었습니다", "the certificate can be read"),
        (
            "읽을 수 있는 인증서가 아닙니다",
            "this is no certificate that can be read",
        ),
    ),
    (
        CheckName::Chain,
        (
            "인정하는 인증기관이 발급했습니다",
            "an accepted CA has issued it",
        ),
        (
            "인정하는 인증기관이 발급한 인증서가 아닙니다",
            "no path leads to an accepted CA",
        ),
    ),
    (
        CheckName::Period,
        ("유효기간 안에 있습니다", "it has begun and not expired"),
        ("유효기간 밖에 있습니다", "it has not begun, or has expired"),
    ),
    (
        CheckName::Revocation,
        ("폐기되지 않았습니다", "it is not revoked"),
        (
            "폐기되었거나 폐기 여부를 확인할 수 없습니다",
            "it is revoked, or nobody can tell whether it is",
        ),
    ),
    (
        CheckName::KeyUsage,
        ("서명용 인증서입니다", "its key is for signing"),
        ("서명용 인증서가 아닙니다", "its key is not for signing"),
    ),
    (
        CheckName::Product,
        (
            "은행이 아는 종류의 인증서입니다",
            "it is a product that the bank knows",
        ),
        (
            "은행이 아는 종류의 인증서가 아닙니다",
            "its policy is of no product that the bank knows",
        ),
    ),
    (
        CheckName::Registered,
        (
            "아직 등록되지 않은 인증서입니다",
            "it is not registered yet",
        ),
        ("이미 등록된 인증서입니다", "it is registered already"),
    ),
    (
        CheckName::Challenge,
        (
            "은행의 서명 요청값에 서명했습니다",
            "what was signed is what the bank asked for",
        ),
        (
            "은행이 준 서명 요청값이 아니거나, 시간이 지났거나, 이미 사용되었습니다",
            "what was signed is not the bank's challenge for this, or too old, or was used before",
        ),
    ),
    (
        CheckName::Possession,
        (
            "인증서의 개인키로 서명했습니다",
            "the certificate's key has signed",
        ),
        (
            "인증서의 개인키로 한 서명이 아닙니다",
            "the signature is not the certificate's",
        ),
    ),
    (
        CheckName::Person,
        ("본인의 인증서입니다", "it belongs to the customer"),
        (
            "본인의 인증서임을 확인할 수 없습니다",
            "it cannot be seen to belong to the customer",
        ),
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_has_its_words() {
        for name in CheckName::ALL {
            let told = [true, false].map(|passed| Check::new(*name, passed).sentence());
            let has = told.iter().all(|s| !s.ko.is_empty() && !s.en.is_empty());
            assert_eq!(has, *name != CheckName::Rule, "{name}");
        }
    }

    #[test]
    fn nothing_checked_is_nothing_passed() {
        let mut report = Report::default();
        assert!(!report.is_passed());
        report.add(Check::new(CheckName::Readable, true));
        assert!(report.is_passed());
        report.add(Check::not_asked(CheckName::Chain));
        assert!(!report.is_passed() && report.why().is_empty());
    }
}
