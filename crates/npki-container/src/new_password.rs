use core::fmt;

use npki_core::{Idn, KstDay, Sentence};
use zeroize::Zeroizing;

use crate::Password;

/// A password that may protect a container from now on: it obeys R50.
///
/// ```
/// use npki_container::{NewPassword, PasswordRule};
///
/// assert!(NewPassword::check("lovely-Han-7").is_ok());
/// let refused = NewPassword::check("short1").unwrap_err();
/// assert_eq!(
///     refused.broken,
///     [PasswordRule::TooShort, PasswordRule::NoSpecialCharacter]
/// );
/// ```
#[derive(Debug)]
pub struct NewPassword(Password);

/// A rule for new passwords that is not kept.
///
/// Source: R50; the rule of 2014 for joint certificates: ten characters or more with letters,
/// digits and special characters, without `'` `"` `\` `|`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum PasswordRule {
    /// Fewer than 10 characters.
    TooShort,
    /// More than 64 octets.
    TooLong,
    /// No letter A to Z or a to z.
    NoLetter,
    /// No digit.
    NoDigit,
    /// No special character: printable ASCII that is neither letter, digit nor space.
    NoSpecialCharacter,
    /// One of `'` `"` `\` `|`.
    ForbiddenCharacter,
    /// A space or a control character.
    SpaceOrControl,
    /// Something outside of ASCII, such as Hangul.
    NotAscii,
}

/// A new password is refused; every broken rule is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasswordRefused {
    /// The rules, in the order of [`PasswordRule`]; never empty.
    pub broken: Vec<PasswordRule>,
}

/// What is known of the owner, to be warned of in a password (R51).
#[derive(Debug, Default)]
pub struct PasswordOwner<'a> {
    /// The id the person logs in with.
    pub user_id: Option<&'a str>,
    /// The resident registration number or business number.
    pub idn: Option<&'a Idn>,
    /// The day of birth.
    pub birth_date: Option<KstDay>,
}

/// What is legal in a new password and yet easily guessed (R51).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum PasswordWarning {
    /// Contains the user id, in whatever case.
    ContainsUserId,
    /// Contains the identification number, or six or more of its digits in a row.
    ContainsIdn,
    /// Contains the day of birth as `YYYYMMDD` or `YYMMDD`.
    ContainsBirthDate,
    /// The same character three times in a row.
    RepeatedRun,
    /// Four neighbours on the keyboard, in the alphabet or among the digits, in either direction.
    KeyboardRun,
}

impl NewPassword {
    /// The fewest characters (R50).
    pub const MIN_CHARACTERS: usize = 10;
    /// The most octets (R50).
    pub const MAX_OCTETS: usize = 64;

    /// Checks what was typed against every rule.
    ///
    /// # Errors
    /// [`PasswordRefused`] with each [`PasswordRule`] that is broken.
    ///
    /// # Security
    /// The text is copied; the caller wipes its own copy.
    pub fn check(text: &str) -> Result<Self, PasswordRefused> {
        let is_space = |c: char| c.is_whitespace() || c.is_control();
        let any = |what: fn(char) -> bool| text.chars().any(what);
        let broken: Vec<_> = [
            (
                text.chars().count() < Self::MIN_CHARACTERS,
                PasswordRule::TooShort,
            ),
            (text.len() > Self::MAX_OCTETS, PasswordRule::TooLong),
            (!any(|c| c.is_ascii_alphabetic()), PasswordRule::NoLetter),
            (!any(|c| c.is_ascii_digit()), PasswordRule::NoDigit),
            (
                !any(|c| c.is_ascii_punctuation() && !FORBIDDEN.contains(&c)),
                PasswordRule::NoSpecialCharacter,
            ),
            (
                any(|c| FORBIDDEN.contains(&c)),
                PasswordRule::ForbiddenCharacter,
            ),
            (text.chars().any(is_space), PasswordRule::SpaceOrControl),
            (
                text.chars().any(|c| !c.is_ascii() && !is_space(c)),
                PasswordRule::NotAscii,
            ),
        ]
        .into_iter()
        .filter_map(|(broken, rule)| broken.then_some(rule))
        .collect();
        match Password::new(text) {
            Ok(password) if broken.is_empty() => Ok(Self(password)),
            // Too long for any password is too long for a new one, so the list is not empty.
            _ => Err(PasswordRefused { broken }),
        }
    }

    /// What is easily guessed in it. None of it is a refusal.
    #[must_use]
    pub fn warnings(&self, owner: &PasswordOwner<'_>) -> Vec<PasswordWarning> {
        let text = Zeroizing::new(self.0.expose().to_ascii_lowercase());
        let mut warnings = Vec::new();
        if owner.user_id.is_some_and(|id| contains_id(&text, id)) {
            warnings.push(PasswordWarning::ContainsUserId);
        }
        if owner
            .idn
            .is_some_and(|idn| shares_run(&text, idn.expose_digits(), IDN_RUN))
        {
            warnings.push(PasswordWarning::ContainsIdn);
        }
        if owner
            .birth_date
            .is_some_and(|day| contains_birth_date(&text, day))
        {
            warnings.push(PasswordWarning::ContainsBirthDate);
        }
        if has_repeated_run(text.as_bytes()) {
            warnings.push(PasswordWarning::RepeatedRun);
        }
        if KEYBOARD
            .iter()
            .any(|row| shares_run(&text, row, KEYBOARD_RUN))
        {
            warnings.push(PasswordWarning::KeyboardRun);
        }
        warnings
    }

    /// The password, to seal a container with.
    #[must_use]
    pub fn into_password(self) -> Password {
        self.0
    }
}

impl AsRef<Password> for NewPassword {
    fn as_ref(&self) -> &Password {
        &self.0
    }
}

impl core::ops::Deref for NewPassword {
    type Target = Password;

    fn deref(&self) -> &Password {
        &self.0
    }
}

impl PasswordRule {
    /// What is wanted, in Korean and English.
    #[must_use]
    pub const fn sentence(self) -> Sentence {
        match self {
            Self::TooShort => Sentence::fixed(
                "비밀번호는 10자 이상이어야 합니다.",
                "A password needs 10 characters or more.",
            ),
            Self::TooLong => Sentence::fixed(
                "비밀번호는 64바이트 이하여야 합니다.",
                "A password has 64 bytes or fewer.",
            ),
            Self::NoLetter => Sentence::fixed(
                "비밀번호에 영문자가 하나 이상 있어야 합니다.",
                "A password needs at least one letter.",
            ),
            Self::NoDigit => Sentence::fixed(
                "비밀번호에 숫자가 하나 이상 있어야 합니다.",
                "A password needs at least one digit.",
            ),
            Self::NoSpecialCharacter => Sentence::fixed(
                "비밀번호에 특수문자가 하나 이상 있어야 합니다.",
                "A password needs at least one special character.",
            ),
            Self::ForbiddenCharacter => Sentence::fixed(
                "비밀번호에 ' \" \\ | 문자는 쓸 수 없습니다.",
                "A password must not contain any of ' \" \\ |.",
            ),
            Self::SpaceOrControl => Sentence::fixed(
                "비밀번호에 공백이나 제어문자는 쓸 수 없습니다.",
                "A password must not contain a space or a control character.",
            ),
            Self::NotAscii => Sentence::fixed(
                "비밀번호에는 영문자, 숫자, 특수문자만 쓸 수 있습니다.",
                "A password has letters, digits and special characters of ASCII only.",
            ),
        }
    }

    /// The rule that says so.
    #[must_use]
    pub const fn rule(self) -> &'static str {
        "R50"
    }
}

impl PasswordWarning {
    /// What was noticed, in Korean and English.
    #[must_use]
    pub const fn sentence(self) -> Sentence {
        match self {
            Self::ContainsUserId => Sentence::fixed(
                "비밀번호에 이용자 ID가 들어 있습니다.",
                "The password contains the user id.",
            ),
            Self::ContainsIdn => Sentence::fixed(
                "비밀번호에 주민등록번호나 사업자등록번호의 일부가 들어 있습니다.",
                "The password contains a part of the identification number.",
            ),
            Self::ContainsBirthDate => Sentence::fixed(
                "비밀번호에 생년월일이 들어 있습니다.",
                "The password contains the day of birth.",
            ),
            Self::RepeatedRun => Sentence::fixed(
                "비밀번호에 같은 문자가 세 번 이상 이어집니다.",
                "The password repeats a character three times in a row.",
            ),
            Self::KeyboardRun => Sentence::fixed(
                "비밀번호에 자판이나 순서대로 이어지는 네 글자가 들어 있습니다.",
                "The password contains four keys or characters in sequence.",
            ),
        }
    }

    /// The rule that says so.
    #[must_use]
    pub const fn rule(self) -> &'static str {
        "R51"
    }
}

impl fmt::Display for PasswordRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the new password is refused:")?;
        for rule in &self.broken {
            write!(f, " {}", rule.sentence().en)?;
        }
        Ok(())
    }
}

impl core::error::Error for PasswordRefused {}

/// An id of one or two characters would be found everywhere.
fn contains_id(text: &str, id: &str) -> bool {
    let id = id.to_ascii_lowercase();
    id.chars().count() >= 3 && text.contains(&id)
}

/// Whether `text` contains `length` characters of `row` in a row, forwards or backwards.
fn shares_run(text: &str, row: &str, length: usize) -> bool {
    text.as_bytes().windows(length).any(|run| {
        let row = row.as_bytes();
        row.windows(length)
            .any(|part| part == run || part.iter().rev().eq(run))
    })
}

fn contains_birth_date(text: &str, day: KstDay) -> bool {
    let (year, month, day) = day.year_month_day();
    text.contains(&format!("{:02}{month:02}{day:02}", year.rem_euclid(100)))
}

fn has_repeated_run(text: &[u8]) -> bool {
    text.windows(REPEATED_RUN)
        .any(|run| run.iter().all(|c| Some(c) == run.first()))
}

/// Refused by every Korean client since 2014; `\` is the key that shows ₩.
const FORBIDDEN: [char; 4] = ['\'', '"', '\\', '|'];
/// So many digits of an IDN in a row: the day of birth that an RRN begins with has six.
const IDN_RUN: usize = 6;
/// The same character so often in a row.
const REPEATED_RUN: usize = 3;
/// So many keys in a row.
const KEYBOARD_RUN: usize = 4;
/// Rows of the keyboard, with and without shift, and the two orders everybody knows.
const KEYBOARD: &[&str] = &[
    "1234567890",
    "!@#$%^&*()",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "abcdefghijklmnopqrstuvwxyz",
    "0123456789",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r50_each_rule_on_both_sides() {
        use PasswordRule::*;
        for (text, broken) in [
            ("abcdefg1!", vec![TooShort]),
            ("abcdefgh1!", vec![]),
            (&format!("{}1!", "a".repeat(62)), vec![]),
            (&format!("{}1!", "a".repeat(63)), vec![TooLong]),
            ("12345678!!", vec![NoLetter]),
            ("abcdefgh!!", vec![NoDigit]),
            ("abcdefgh12", vec![NoSpecialCharacter]),
            ("abcdefg1!'", vec![ForbiddenCharacter]),
            ("abcdefg1!\"", vec![ForbiddenCharacter]),
            ("abcdefg1!\\", vec![ForbiddenCharacter]),
            ("abcdefg1!|", vec![ForbiddenCharacter]),
            // A refused special character is not the special character that is wanted.
            ("abcdefgh1|", vec![NoSpecialCharacter, ForbiddenCharacter]),
            ("abcdef g1!", vec![SpaceOrControl]),
            ("abcdef\tg1!", vec![SpaceOrControl]),
            ("abcdef\u{7f}g1!", vec![SpaceOrControl]),
            ("abcdef\u{3000}g1!", vec![SpaceOrControl]),
            ("abcdef가g1!", vec![NotAscii]),
            ("가나다라마바사아자차1a!", vec![NotAscii]),
            ("", vec![TooShort, NoLetter, NoDigit, NoSpecialCharacter]),
            (
                &"x".repeat(2_000),
                vec![TooLong, NoDigit, NoSpecialCharacter],
            ),
            // Each special character of ASCII but the four.
            ("abcdefgh1`~!@#$%^&*()-_=+[]{};:,.<>/?", vec![]),
        ] {
            let found = NewPassword::check(text).map_or_else(|e| e.broken, |_| vec![]);
            assert_eq!(found, broken, "{text:?}");
        }
    }

    #[test]
    fn r51_warnings() {
        use PasswordWarning::*;
        let idn = Idn::parse("850214-1234567").unwrap();
        let owner = PasswordOwner {
            user_id: Some("Gildong"),
            idn: Some(&idn),
            birth_date: Some(KstDay::new(1985, 2, 14).unwrap()),
        };
        for (text, warnings) in [
            ("lovely-Han-7", vec![]),
            ("my.gilDONG.1", vec![ContainsUserId]),
            ("my.gildon.19", vec![]),
            ("xx-850214-xx", vec![ContainsIdn, ContainsBirthDate]),
            ("xx-19850214-", vec![ContainsIdn, ContainsBirthDate]),
            ("xx-85021-xyz", vec![]),
            ("xx-1412345-x", vec![ContainsIdn, KeyboardRun]),
            ("aab-bcc-d-12", vec![]),
            ("aaab-bcc-d-1", vec![RepeatedRun]),
            ("qwe-asd-zx-1", vec![]),
            ("QWer-asd-x-1", vec![KeyboardRun]),
            ("rewq-asd-x-1", vec![KeyboardRun]),
            ("x-lovely-123", vec![]),
            ("x-lovely1234", vec![KeyboardRun]),
            ("x-lovelY4321", vec![KeyboardRun]),
            ("x!@#$ove7yyz", vec![KeyboardRun]),
        ] {
            assert_eq!(
                NewPassword::check(text).unwrap().warnings(&owner),
                warnings,
                "{text}"
            );
            assert!(
                NewPassword::check(text)
                    .unwrap()
                    .warnings(&PasswordOwner::default())
                    .iter()
                    .all(|w| matches!(w, RepeatedRun | KeyboardRun))
            );
        }
    }

    #[test]
    fn errors_tell_the_rules_and_not_the_password() {
        let refused = NewPassword::check("geheim").unwrap_err();
        assert_eq!(
            refused.to_string(),
            "the new password is refused: A password needs 10 characters or more. \
             A password needs at least one digit. A password needs at least one special character."
        );
        assert_eq!(
            format!("{:?}", NewPassword::check("lovely-Han-7").unwrap()),
            "NewPassword(Password(..))"
        );
    }
}
