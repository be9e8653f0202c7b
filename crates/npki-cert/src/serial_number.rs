use core::{cmp::Ordering, fmt, str::FromStr};

use rand_core::CryptoRng;

use crate::output;

/// The serial number of a certificate: 1 to 2^159 − 1, at most 20 octets as an INTEGER.
///
/// Small, `Copy`, ordered by value. Shown in decimal, as Korean software and `openssl ca` users
/// type it; [`SerialNumber::to_hex`] gives the other form.
///
/// Source: RFC 5280 section 4.1.2.2.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SerialNumber {
    length: u8,
    // Big-endian, left-aligned, the rest zero: equality and hashing see one form per number.
    magnitude: [u8; SerialNumber::MAX_OCTETS],
}

/// Why a number is no serial number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SerialNumberError {
    /// Zero, which names no certificate.
    #[error("a serial number is positive, not zero")]
    Zero,
    /// Below zero.
    #[error("a serial number is positive, not negative")]
    Negative,
    /// More than 20 octets as an INTEGER.
    #[error("a serial number has at most {max} octets", max = SerialNumber::MAX_OCTETS)]
    TooLong,
    /// A text that is no decimal number.
    #[error("a serial number is written with decimal digits only")]
    NotDecimal,
    /// An INTEGER with needless leading octets, or none at all.
    #[error("a serial number is an INTEGER in its shortest form")]
    NotMinimal,
}

impl SerialNumber {
    /// The most octets of the INTEGER's contents.
    pub const MAX_OCTETS: usize = 20;

    /// A new serial number: an octet 01 and 16 octets from `rng`, so all 128 random bits survive
    /// the encoding, the number is positive and never zero, and its successor exists.
    ///
    /// Source: RFC 5280 section 4.1.2.2; CA/Browser Forum Baseline Requirements 7.1 ask for 64 bits.
    #[must_use]
    pub fn generate(rng: &mut dyn CryptoRng) -> Self {
        let mut octets = [0; 17];
        rng.fill_bytes(&mut octets);
        octets[0] = 1;
        Self::copy(&octets)
    }

    /// Takes a big-endian magnitude; leading zeros are left out.
    ///
    /// # Errors
    /// [`SerialNumberError::Zero`], [`SerialNumberError::TooLong`].
    pub fn from_octets(octets: &[u8]) -> Result<Self, SerialNumberError> {
        let first = octets
            .iter()
            .position(|o| *o != 0)
            .ok_or(SerialNumberError::Zero)?;
        let magnitude = octets.get(first..).unwrap_or_default();
        let pad = usize::from(magnitude.first().is_some_and(|o| *o >= 0x80));
        if magnitude.len().saturating_add(pad) > Self::MAX_OCTETS {
            return Err(SerialNumberError::TooLong);
        }
        Ok(Self::copy(magnitude))
    }

    /// Takes the contents of a DER INTEGER.
    pub(crate) fn from_integer_contents(contents: &[u8]) -> Result<Self, SerialNumberError> {
        match contents {
            [] => return Err(SerialNumberError::NotMinimal),
            [0x80..=0xff, ..] => return Err(SerialNumberError::Negative),
            [0, 0..=0x7f, ..] => return Err(SerialNumberError::NotMinimal),
            _ => {}
        }
        Self::from_octets(contents)
    }

    /// The big-endian magnitude, without leading zeros: 1 to 20 octets.
    #[inline]
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        self.magnitude
            .get(..usize::from(self.length))
            .unwrap_or_default()
    }

    /// The magnitude with zeros behind it.
    #[inline]
    pub(crate) const fn padded(&self) -> &[u8; Self::MAX_OCTETS] {
        &self.magnitude
    }

    /// Whether an INTEGER of it begins with a zero octet, which keeps it positive.
    #[inline]
    pub(crate) const fn needs_sign(&self) -> bool {
        self.magnitude[0] >= 0x80
    }

    /// The DER INTEGER.
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        output::integer(crate::input::INTEGER, self.octets())
    }

    /// Upper-case hexadecimal digits, two per octet.
    #[must_use]
    pub fn to_hex(&self) -> String {
        base16ct::upper::encode_string(self.octets())
    }

    /// The next number: the serial of the key-management certificate beside a signing one.
    /// `None` after the largest.
    #[must_use]
    pub fn successor(&self) -> Option<Self> {
        let mut octets = self.octets().to_vec();
        for octet in octets.iter_mut().rev() {
            *octet = octet.wrapping_add(1);
            if *octet != 0 {
                return Self::from_octets(&octets).ok();
            }
        }
        octets.insert(0, 1);
        Self::from_octets(&octets).ok()
    }

    /// Ascends with the value: the length, and the magnitude as numbers that a processor compares at
    /// once. Who sorts millions of them would wait for `memcmp` most of the time.
    #[inline]
    fn key(&self) -> (u8, u128, u32) {
        let (high, low) = self.magnitude.split_at(16);
        let high = high.first_chunk().copied().map_or(0, u128::from_be_bytes);
        let low = low.first_chunk().copied().map_or(0, u32::from_be_bytes);
        (self.length, high, low)
    }

    fn copy(octets: &[u8]) -> Self {
        let mut magnitude = [0; Self::MAX_OCTETS];
        let mut length = 0;
        for (to, from) in magnitude.iter_mut().zip(octets) {
            *to = *from;
            length += 1;
        }
        Self { length, magnitude }
    }
}

impl From<core::num::NonZeroU64> for SerialNumber {
    fn from(number: core::num::NonZeroU64) -> Self {
        let octets = number.get().to_be_bytes();
        let first = octets.iter().position(|o| *o != 0).unwrap_or(0);
        Self::copy(octets.get(first..).unwrap_or_default())
    }
}

impl Ord for SerialNumber {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl PartialOrd for SerialNumber {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Decimal digits.
impl fmt::Display for SerialNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Base 10^9, least significant limb first: 20 octets fill at most six limbs.
        let mut limbs = [0_u64; 6];
        for octet in self.octets() {
            let mut carry = u64::from(*octet);
            for limb in &mut limbs {
                let sum = *limb * 256 + carry;
                *limb = sum % BASE;
                carry = sum / BASE;
            }
        }
        let mut text = String::with_capacity(54);
        for limb in limbs.iter().rev() {
            text.push_str(&format!("{limb:09}"));
        }
        f.pad_integral(true, "", text.trim_start_matches('0'))
    }
}

impl fmt::Debug for SerialNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SerialNumber({self})")
    }
}

/// Reads decimal digits.
impl FromStr for SerialNumber {
    type Err = SerialNumberError;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        if s.is_empty() || !s.bytes().all(|b| b.is_ascii_digit()) {
            return Err(SerialNumberError::NotDecimal);
        }
        let digits = s.trim_start_matches('0');
        // 2^159 has 48 decimal digits: a bound before the work.
        if digits.len() > 48 {
            return Err(SerialNumberError::TooLong);
        }
        let mut octets = [0_u8; Self::MAX_OCTETS];
        for digit in digits.bytes() {
            let mut carry = u16::from(digit - b'0');
            for octet in octets.iter_mut().rev() {
                let [high, low] = (u16::from(*octet) * 10 + carry).to_be_bytes();
                *octet = low;
                carry = u16::from(high);
            }
            if carry != 0 {
                return Err(SerialNumberError::TooLong);
            }
        }
        Self::from_octets(&octets)
    }
}

const BASE: u64 = 1_000_000_000;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn bounds_on_both_sides() {
        let largest = [[0x7f].as_slice(), &[0xff; 19]].concat();
        let too_large = [[0x80].as_slice(), &[0; 19]].concat();
        for (contents, expected) in [
            (&[0][..], Err(SerialNumberError::Zero)),
            (&[], Err(SerialNumberError::NotMinimal)),
            (&[1], Ok("1")),
            (&[0x7f], Ok("127")),
            (&[0x80], Err(SerialNumberError::Negative)),
            (&[0, 0x80], Ok("128")),
            (&[0, 0x7f], Err(SerialNumberError::NotMinimal)),
            (&[0x45, 0x9c, 0x75], Ok("4562037")),
            (
                &largest,
                Ok("730750818665451459101842416358141509827966271487"),
            ),
            (
                &[[0].as_slice(), &too_large].concat(),
                Err(SerialNumberError::TooLong),
            ),
        ] {
            let found = SerialNumber::from_integer_contents(contents);
            assert_eq!(
                found.map(|s| s.to_string()),
                expected.map(str::to_owned),
                "{contents:02x?}"
            );
            if let Ok(serial) = found {
                assert_eq!(serial.to_der()[2..], *contents);
            }
        }
    }

    #[test]
    fn texts() {
        for (text, expected) in [
            ("4562037", Ok("459C75")),
            ("0004562037", Ok("459C75")),
            ("0", Err(SerialNumberError::Zero)),
            ("", Err(SerialNumberError::NotDecimal)),
            ("-1", Err(SerialNumberError::NotDecimal)),
            ("0x10", Err(SerialNumberError::NotDecimal)),
            ("１", Err(SerialNumberError::NotDecimal)),
            (
                "730750818665451459101842416358141509827966271487",
                Ok("7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"),
            ),
            (
                "730750818665451459101842416358141509827966271488",
                Err(SerialNumberError::TooLong),
            ),
            (
                "9999999999999999999999999999999999999999999999999",
                Err(SerialNumberError::TooLong),
            ),
        ] {
            assert_eq!(
                text.parse::<SerialNumber>().map(|s| s.to_hex()),
                expected.map(str::to_owned),
                "{text}"
            );
        }
    }

    #[test]
    fn successors() {
        for (serial, next) in [
            (vec![1], Some("2")),
            (vec![0xff], Some("256")),
            (vec![0x7f, 0xff], Some("32768")),
            ([[0x7f].as_slice(), &[0xff; 19]].concat(), None),
        ] {
            let serial = SerialNumber::from_octets(&serial).unwrap();
            assert_eq!(
                serial.successor().map(|s| s.to_string()),
                next.map(str::to_owned)
            );
        }
    }

    proptest! {
        #[test]
        fn text_and_octets_read_back(number in 1_u128..) {
            let serial: SerialNumber = number.to_string().parse().unwrap();
            prop_assert_eq!(serial.to_string(), number.to_string());
            prop_assert_eq!(SerialNumber::from_octets(&number.to_be_bytes()).unwrap(), serial);
            prop_assert_eq!(SerialNumber::from_integer_contents(&serial.to_der()[2..]).unwrap(), serial);
        }

        #[test]
        fn order_is_by_value(a in 1_u128.., b in 1_u128..) {
            let serial = |n: u128| SerialNumber::from_octets(&n.to_be_bytes()).unwrap();
            prop_assert_eq!(serial(a).cmp(&serial(b)), a.cmp(&b));
        }
    }
}
