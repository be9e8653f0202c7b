use core::fmt;

use der::Sequence;
use npki_core::{Instant, PortError, named};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::UserId;
use crate::TryId;

/// Who judges security cards (보안카드) and the PIN of the app's certificate. One-time passwords are
/// the [`OtpCentre`](super::OtpCentre)'s.
///
/// Nothing is counted here: the bank's ledger counts each try durably **before** it asks, and a
/// right answer resets the count (R32).
pub trait SecurityMeans: fmt::Debug + Send + Sync {
    /// Whether these are the end of the card's serial number and what stands in the cells that
    /// were asked for.
    ///
    /// # Errors
    /// [`PortError`]; the try stays counted.
    fn try_card(
        &self,
        id: &TryId,
        user: &UserId,
        asked: &[CardCell; 2],
        answer: &CardAnswer,
        now: Instant,
    ) -> Result<Tried, PortError>;

    /// Whether this is the PIN of the app's certificate.
    ///
    /// # Errors
    /// [`PortError`]; the try stays counted.
    fn try_pin(
        &self,
        id: &TryId,
        user: &UserId,
        pin: &Pin,
        now: Instant,
    ) -> Result<Tried, PortError>;
}

/// How a try came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tried {
    /// It did not match.
    Wrong,
    /// It matched.
    Right,
}

/// A security means (보안매체).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SecurityMeansKind {
    /// 보안카드: 35 cells of four digits.
    Card,
    /// OTP: a device that shows one-time passwords.
    Otp,
    /// The bank's own certificate in its app, with a PIN of six digits.
    AppCertificate,
}

named!(SecurityMeansKind, [
    Card = "card", "보안카드", "security card";
    Otp = "otp", "OTP", "one-time password";
    AppCertificate = "app-certificate", "은행 앱 인증서", "the app's bank certificate";
]);

/// What a customer answers to the question for a security means.
#[derive(Debug)]
#[non_exhaustive]
pub enum MeansAnswer {
    /// The security card's.
    Card(CardAnswer),
    /// The one-time password's.
    Otp(Otp),
    /// The PIN of the app's certificate.
    AppCertificate(Pin),
}

impl MeansAnswer {
    /// Which means.
    #[must_use]
    pub const fn kind(&self) -> SecurityMeansKind {
        match self {
            Self::Card(_) => SecurityMeansKind::Card,
            Self::Otp(_) => SecurityMeansKind::Otp,
            Self::AppCertificate(_) => SecurityMeansKind::AppCertificate,
        }
    }

    /// Every octet that makes the answer, for a keyed digest.
    pub(crate) fn secret_parts(&self) -> Vec<&[u8]> {
        match self {
            Self::Card(CardAnswer { serial, cells }) => {
                let cells = cells.iter().map(|cell| cell.expose_octets());
                core::iter::once(serial.expose_octets())
                    .chain(cells)
                    .collect()
            }
            Self::Otp(Otp { serial, code }) => vec![serial.expose_octets(), code.expose_octets()],
            Self::AppCertificate(Pin(pin)) => vec![pin.expose_octets()],
        }
    }
}

/// An answer to a security card's challenge.
#[derive(Debug)]
pub struct CardAnswer {
    /// The last four digits of the card's serial number.
    pub serial: Secret,
    /// What stands in the asked halves of cells, in the order asked.
    pub cells: [Secret; 2],
}

/// A half of a cell of a security card that is asked for.
///
/// ```text
/// CardCell ::= SEQUENCE { cell INTEGER (1..35), half PrintableString }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Sequence)]
pub struct CardCell {
    /// The cell, 1 to 35.
    pub cell: u8,
    /// Its first or its last two digits.
    pub half: Half,
}

impl CardCell {
    /// Cells of a security card.
    pub const COUNT: u8 = 35;

    /// Two halves of different cells, each as likely as any other.
    pub(crate) fn choose(rng: &mut dyn CryptoRng) -> [Self; 2] {
        let first = Self::any(rng);
        loop {
            let second = Self::any(rng);
            if second.cell != first.cell {
                return [first, second];
            }
        }
    }

    fn any(rng: &mut dyn CryptoRng) -> Self {
        let half = if rng.next_u32() & 1 == 0 {
            Half::First
        } else {
            Half::Last
        };
        loop {
            // Six bits of one octet, thrown again when above 35: no cell is likelier than another.
            let [octet, ..] = rng.next_u32().to_be_bytes();
            let cell = octet & 0x3f;
            if (1..=Self::COUNT).contains(&cell) {
                return Self { cell, half };
            }
        }
    }
}

/// Half of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Half {
    /// The first two digits.
    First,
    /// The last two digits.
    Last,
}

named!(Half, [
    First = "first", "앞 두 자리", "first two digits";
    Last = "last", "뒤 두 자리", "last two digits";
]);

/// A one-time password.
#[derive(Debug)]
pub struct Otp {
    /// The device's serial number.
    pub serial: Secret,
    /// The code that it shows.
    pub code: Secret,
}

/// The PIN of the app's certificate.
#[derive(Debug)]
pub struct Pin(pub Secret);

/// 계좌 비밀번호: an account's password, four digits.
#[derive(Debug)]
pub struct AccountPassword(pub Secret);

/// A few characters that only their owner knows. Wiped on drop; no `Clone`, and `Debug` shows
/// nothing (R71).
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the text as it was keyed in.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(Zeroizing::new(text.to_owned()))
    }

    /// The text, for whoever judges it.
    #[must_use]
    pub fn expose_text(&self) -> &str {
        &self.0
    }

    pub(crate) fn expose_octets(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(_) = self;
        f.write_str("Secret(..)")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use chacha20::ChaCha20Rng;
    use rand_core::SeedableRng;

    use super::*;

    #[test]
    fn r31_any_two_different_cells_are_asked() {
        let mut rng = ChaCha20Rng::from_seed([3; 32]);
        let mut seen = BTreeMap::new();
        for _ in 0..3_500 {
            let asked = CardCell::choose(&mut rng);
            assert_ne!(asked[0].cell, asked[1].cell);
            for asked in asked {
                *seen.entry(asked).or_insert(0) += 1;
            }
        }
        // 35 cells, two halves each, a hundred times on the average.
        assert_eq!(seen.len(), 70);
        assert!(seen.keys().all(|asked| (1..=35).contains(&asked.cell)));
        assert!(
            seen.values().all(|count| (50..200).contains(count)),
            "{seen:?}"
        );
    }
}
