use base16ct::HexDisplay;
use core::fmt;

use der::asn1::OctetString;
use rand_core::CryptoRng;

use crate::SealedId;

/// Octets whose count is outside of the bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}: {found} octets, wanted {min} to {max}")]
pub struct LengthError {
    /// What was to be made, such as `idempotency key`.
    pub what: &'static str,
    /// Octets found.
    pub found: usize,
    /// Fewest octets.
    pub min: usize,
    /// Most octets.
    pub max: usize,
}

macro_rules! octets {
    ($($(#[$doc:meta])* $type:ident($min:literal..=$max:literal) = $what:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $type(Vec<u8>);

        impl $type {
            #[doc = concat!("Takes ", $min, " to ", $max, " octets.")]
            ///
            /// # Errors
            /// [`LengthError`] for fewer or more.
            pub fn new(octets: impl Into<Vec<u8>>) -> Result<Self, LengthError> {
                let octets = octets.into();
                if !($min..=$max).contains(&octets.len()) {
                    return Err(LengthError {
                        what: $what,
                        found: octets.len(),
                        min: $min,
                        max: $max,
                    });
                }
                Ok(Self(octets))
            }

            /// The octets.
            #[must_use]
            pub fn octets(&self) -> &[u8] {
                &self.0
            }
        }

        impl TryFrom<&str> for $type {
            type Error = LengthError;

            fn try_from(text: &str) -> Result<Self, Self::Error> {
                Self::new(text)
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                show(&self.0, f)
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($type))
            }
        }

        impl der::FixedTag for $type {
            const TAG: der::Tag = der::Tag::OctetString;
        }

        impl der::EncodeValue for $type {
            fn value_len(&self) -> der::Result<der::Length> {
                self.0.len().try_into()
            }

            fn encode_value(&self, writer: &mut impl der::Writer) -> der::Result<()> {
                writer.write(&self.0)
            }
        }

        impl<'a> der::DecodeValue<'a> for $type {
            type Error = der::Error;

            fn decode_value<R: der::Reader<'a>>(
                reader: &mut R,
                header: der::Header,
            ) -> der::Result<Self> {
                let octets = OctetString::decode_value(reader, header)?;
                Self::new(Vec::from(octets)).map_err(|_| der::Tag::OctetString.value_error().into())
            }
        }
    )+};
}

octets! {
    /// Names a claim, its owner, a counter, or an entry of an index; ordered by its octets.
    ///
    /// Claims, counters and each index have spaces of their own: the same key may stand in all.
    ///
    /// # Security
    /// Keys stand in the leaves for ever: pseudonyms, serials and random names, nothing that names
    /// a person (R72).
    Key(1..=255) = "key";
    /// What an entry of an index says, usually the name of a stream.
    ///
    /// # Security
    /// Stands in the leaves for ever, as a [`Key`] does.
    Value(0..=1024) = "index value";
    /// Names one request for its whole life: who repeats it, gets the first receipt.
    ///
    /// Random octets, or the digest of what makes the request one.
    IdempotencyKey(16..=64) = "idempotency key";
}

impl IdempotencyKey {
    /// A new key of 16 random octets.
    #[must_use]
    pub fn generate(rng: &mut dyn CryptoRng) -> Self {
        let mut octets = vec![0; 16];
        rng.fill_bytes(&mut octets);
        Self(octets)
    }
}

impl Key {
    /// A bound to compare with; it need not be a key, an empty one for example.
    pub(crate) fn bound(octets: &[u8]) -> Self {
        Self(octets.to_vec())
    }
}

impl From<SealedId> for Key {
    fn from(id: SealedId) -> Self {
        Self(id.octets().to_vec())
    }
}

/// Text when it is visible ASCII, hex otherwise.
fn show(octets: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match core::str::from_utf8(octets) {
        Ok(text) if text.bytes().all(|b| matches!(b, 0x20..=0x7e)) => f.write_str(text),
        _ => fmt::LowerHex::fmt(&HexDisplay(octets), f),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_bounded_on_both_sides() {
        for (made, good) in [
            (IdempotencyKey::new([0; 15]).is_ok(), false),
            (IdempotencyKey::new([0; 16]).is_ok(), true),
            (IdempotencyKey::new([0; 64]).is_ok(), true),
            (IdempotencyKey::new([0; 65]).is_ok(), false),
            (Key::new([]).is_ok(), false),
            (Key::new([0]).is_ok(), true),
            (Key::new([0; 255]).is_ok(), true),
            (Key::new([0; 256]).is_ok(), false),
            (Value::new([]).is_ok(), true),
            (Value::new([0; 1024]).is_ok(), true),
            (Value::new([0; 1025]).is_ok(), false),
        ] {
            assert_eq!(made, good);
        }
    }

    #[test]
    fn shown_as_text_or_hex() {
        assert_eq!(Key::try_from("slot/a").unwrap().to_string(), "slot/a");
        assert_eq!(Key::new([0, 255]).unwrap().to_string(), "00ff");
    }
}
