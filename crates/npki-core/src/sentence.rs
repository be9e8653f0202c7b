use core::fmt;
use std::borrow::Cow;

/// One sentence in Korean and in English, saying the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sentence {
    /// Korean.
    pub ko: Cow<'static, str>,
    /// English.
    pub en: Cow<'static, str>,
}

impl Sentence {
    /// A sentence known when the program was written.
    #[must_use]
    pub const fn fixed(ko: &'static str, en: &'static str) -> Self {
        Self {
            ko: Cow::Borrowed(ko),
            en: Cow::Borrowed(en),
        }
    }

    /// A sentence made while running.
    #[must_use]
    pub fn new(ko: impl Into<Cow<'static, str>>, en: impl Into<Cow<'static, str>>) -> Self {
        Self {
            ko: ko.into(),
            en: en.into(),
        }
    }
}

/// Shows `Korean (English)`, for people who read either.
impl fmt::Display for Sentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.ko, self.en)
    }
}
