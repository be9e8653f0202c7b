use core::fmt;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// An identification number (IDN): 주민등록번호 of a person or 사업자등록번호 of an organisation.
///
/// Wiped on drop, never shown: `Debug` tells its kind only, and there is no `Display` and no
/// `Clone`. Nothing but the count of digits is judged, because numbers issued since 2020 carry no
/// check digit (R72).
pub struct Idn {
    kind: IdnKind,
    digits: Zeroizing<String>,
}

/// Whose number it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum IdnKind {
    /// A person's: 13 digits.
    Person,
    /// An organisation's: 10 digits.
    Organisation,
}

/// Why a text is no identification number. Tells nothing of the text itself (R71).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdnError {
    /// Something else than digits and `-`.
    #[error("an identification number has digits and hyphens only")]
    NotDigits,
    /// Neither 13 nor 10 digits.
    #[error("an identification number has 13 digits (person) or 10 (organisation), not {found}")]
    Length {
        /// Digits found.
        found: usize,
    },
}

impl Idn {
    /// Reads 13 or 10 digits; hyphens between them are left out.
    ///
    /// # Errors
    /// [`IdnError::NotDigits`], [`IdnError::Length`]. Neither repeats what was read.
    pub fn parse(text: &str) -> Result<Self, IdnError> {
        // Reserved in full, so that no half-filled buffer is left behind unwiped.
        let mut digits = Zeroizing::new(String::with_capacity(text.len()));
        for c in text.chars().filter(|c| *c != '-') {
            if !c.is_ascii_digit() {
                return Err(IdnError::NotDigits);
            }
            digits.push(c);
        }
        let kind = match digits.len() {
            13 => IdnKind::Person,
            10 => IdnKind::Organisation,
            found => return Err(IdnError::Length { found }),
        };
        Ok(Self { kind, digits })
    }

    /// A person's or an organisation's.
    #[must_use]
    pub const fn kind(&self) -> IdnKind {
        self.kind
    }

    /// The digits, without separators.
    ///
    /// # Security
    /// Never log them, never put them into an error, never store them in clear (R71, R72).
    #[must_use]
    pub fn expose_digits(&self) -> &str {
        &self.digits
    }
}

/// Compares in constant time.
impl PartialEq for Idn {
    fn eq(&self, other: &Self) -> bool {
        self.digits.as_bytes().ct_eq(other.digits.as_bytes()).into()
    }
}

impl Eq for Idn {}

impl fmt::Debug for Idn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, digits: _ } = self;
        f.debug_struct("Idn")
            .field("kind", kind)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r72_digits_are_counted_and_nothing_else() {
        for (text, kind) in [
            ("0001223000000", IdnKind::Person),
            ("000122-3000000", IdnKind::Person),
            ("9999999999999", IdnKind::Person),
            ("123-45-67890", IdnKind::Organisation),
            ("0000000000", IdnKind::Organisation),
        ] {
            assert_eq!(Idn::parse(text).unwrap().kind(), kind, "{text}");
        }
        for (text, error) in [
            ("", IdnError::Length { found: 0 }),
            ("123456789", IdnError::Length { found: 9 }),
            ("12345678901", IdnError::Length { found: 11 }),
            ("123456789012", IdnError::Length { found: 12 }),
            ("12345678901234", IdnError::Length { found: 14 }),
            ("000122 3000000", IdnError::NotDigits),
            ("００01223000000", IdnError::NotDigits),
        ] {
            assert_eq!(Idn::parse(text).unwrap_err(), error, "{text}");
        }
    }

    #[test]
    fn r71_debug_and_errors_tell_no_digit() {
        let idn = Idn::parse("0001223000000").unwrap();
        assert_eq!(format!("{idn:?}"), "Idn { kind: Person, .. }");
    }
}
