use std::fmt;

use cryptoki::slot::TokenInfo;
use cryptoki::types::AuthPin;

/// The secret of a token's user. Wiped on drop; no `Clone`; `Debug` shows nothing of it.
pub struct Pin(AuthPin);

impl Pin {
    /// Takes a PIN as the user typed it. What the token asks of one is judged by the token.
    ///
    /// # Security
    /// `pin` is copied; wiping the original is the caller's part.
    #[must_use]
    pub fn new(pin: &str) -> Self {
        Self(AuthPin::new(pin.into()))
    }

    pub(crate) const fn auth(&self) -> &AuthPin {
        &self.0
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin(…)")
    }
}

/// What happens when a session is lost and the token wants its user again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AfterLoss {
    /// The PIN is forgotten once it was right; operations fail with
    /// [`TokenError::LoggedOut`](crate::TokenError::LoggedOut) until
    /// [`Token::log_in_again`](crate::Token::log_in_again). For whoever has a person at hand.
    AskAgain,
    /// The PIN is kept in memory and given again; one that is refused then is forgotten. For servers.
    LogInAgain,
}

/// How many wrong PINs a token still takes, as far as it says.
///
/// Source: PKCS #11 v2.40 base specification, section 3.2, `CKF_USER_PIN_…`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PinTries {
    /// Nothing stands against another try.
    Open,
    /// At least one wrong PIN was given since the last right one.
    Few,
    /// One more wrong PIN locks the token: say so before you ask.
    Last,
    /// The token is locked. Its issuer unlocks it.
    Locked,
}

impl PinTries {
    pub(crate) fn of(info: &TokenInfo) -> Self {
        Self::from_flags(
            info.user_pin_locked(),
            info.user_pin_final_try(),
            info.user_pin_count_low(),
        )
    }

    const fn from_flags(locked: bool, last: bool, low: bool) -> Self {
        match (locked, last, low) {
            (true, ..) => Self::Locked,
            (_, true, _) => Self::Last,
            (.., true) => Self::Few,
            _ => Self::Open,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_flag_counts() {
        for (locked, last, low, tries) in [
            (false, false, false, PinTries::Open),
            (false, false, true, PinTries::Few),
            (false, true, false, PinTries::Last),
            (false, true, true, PinTries::Last),
            (true, true, true, PinTries::Locked),
        ] {
            assert_eq!(PinTries::from_flags(locked, last, low), tries);
        }
    }

    #[test]
    fn a_pin_is_not_shown() {
        assert_eq!(format!("{:?}", Pin::new("918273")), "Pin(…)");
    }
}
