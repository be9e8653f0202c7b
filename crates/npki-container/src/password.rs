use core::fmt;

use encoding_rs::{EUC_KR, EncoderResult};
use zeroize::Zeroizing;

/// A password that opens or closes a container, as it was typed.
///
/// Up to 1,024 octets of UTF-8; an empty one is legal (R51a). Composition is not checked here: the
/// rules bind new passwords only, see [`NewPassword`](crate::NewPassword). Wiped on drop, never
/// shown, no `Clone`.
///
/// ```
/// use npki_container::Password;
///
/// let password = Password::new("old-4")?;
/// assert_eq!(format!("{password:?}"), "Password(..)");
/// # Ok::<(), npki_container::PasswordTooLong>(())
/// ```
pub struct Password(Zeroizing<String>);

/// A text is too long to be a password. Tells nothing of the text itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a password has at most {limit} octets, not {found}", limit = Password::MAX_OCTETS)]
pub struct PasswordTooLong {
    /// Octets of UTF-8 found.
    pub found: usize,
}

impl Password {
    /// The longest that is read (R51a).
    pub const MAX_OCTETS: usize = 1_024;

    /// Takes what was typed, without a rule about its composition.
    ///
    /// # Errors
    /// [`PasswordTooLong`] for more than 1,024 octets of UTF-8.
    ///
    /// # Security
    /// The text is copied; the caller wipes its own copy.
    pub fn new(text: &str) -> Result<Self, PasswordTooLong> {
        if text.len() > Self::MAX_OCTETS {
            return Err(PasswordTooLong { found: text.len() });
        }
        Ok(Self(Zeroizing::new(text.to_owned())))
    }

    /// The text.
    ///
    /// # Security
    /// Never log it, never put it into an error (R71).
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The octets as UTF-8, without a terminator: what Korean tools and PBES2 feed to a derivation.
    pub(crate) fn utf8(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// The octets as CP949, what old Windows clients made of Hangul, where that differs from UTF-8
    /// (R51a). `None` for ASCII, and for characters that CP949 lacks.
    pub(crate) fn cp949(&self) -> Option<Zeroizing<Vec<u8>>> {
        if self.0.is_ascii() {
            return None;
        }
        let mut encoder = EUC_KR.new_encoder();
        // Room for the longest form beforehand: nothing is copied into a second, unwiped buffer.
        let room = encoder.max_buffer_length_from_utf8_without_replacement(self.0.len())?;
        let mut octets = Zeroizing::new(vec![0; room]);
        let (result, _, written) =
            encoder.encode_from_utf8_without_replacement(&self.0, &mut octets, true);
        octets.truncate(written);
        matches!(result, EncoderResult::InputEmpty).then_some(octets)
    }

    /// The BMPString of RFC 7292 appendix B.1: two octets for each UTF-16 unit, high octet first,
    /// and a terminator of two zeros.
    pub(crate) fn bmp(&self) -> Zeroizing<Vec<u8>> {
        let units = self.0.encode_utf16().count().saturating_add(1);
        let mut octets = Zeroizing::new(Vec::with_capacity(units.saturating_mul(2)));
        for unit in self.0.encode_utf16().chain([0]) {
            octets.extend_from_slice(&unit.to_be_bytes());
        }
        octets
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(_) = self;
        f.write_str("Password(..)")
    }
}

#[cfg(test)]
mod tests {
    use hex_literal::hex;

    use super::*;

    #[test]
    fn r51a_length() {
        for (length, fine) in [(0, true), (1, true), (1_024, true), (1_025, false)] {
            assert_eq!(Password::new(&"p".repeat(length)).is_ok(), fine, "{length}");
        }
        // Octets count, not characters.
        assert!(Password::new(&"가".repeat(341)).is_ok());
        assert_eq!(
            Password::new(&"가".repeat(342)).unwrap_err(),
            PasswordTooLong { found: 1_026 }
        );
    }

    #[test]
    fn r51a_cp949() {
        let cp949 = |text| Password::new(text).unwrap().cp949().map(|o| o.to_vec());
        assert_eq!(cp949("plain ASCII"), None);
        assert_eq!(cp949("한글1"), Some(hex!("C7D1 B1DB 31").to_vec()));
        // A syllable that is in CP949 and not in KS X 1001.
        assert_eq!(cp949("똠"), Some(hex!("8C63").to_vec()));
        assert_eq!(cp949("한글😀"), None);
    }

    #[test]
    fn bmp_has_a_terminator() {
        let bmp = |text| Password::new(text).unwrap().bmp().to_vec();
        assert_eq!(bmp(""), hex!("0000"));
        // The example of RFC 7292 appendix B.1.
        assert_eq!(bmp("Beavis"), hex!("0042006500610076006900730000"));
        assert_eq!(bmp("가😀"), hex!("AC00 D83D DE00 0000"));
    }
}
