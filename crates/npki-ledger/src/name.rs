use core::fmt;
use std::borrow::Cow;

/// A word that cannot be a name in the ledger.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{found:?} is no {what}: 1 to {max} of a-z, 0-9, '-' and '.'", max = NAME_MAX)]
pub struct NameError {
    /// What was to be named, such as `event kind`.
    pub what: &'static str,
    /// What was found, cut after 80 characters.
    pub found: String,
}

/// The longest name in octets. Names stand in every record; ours have ten to twenty.
pub const NAME_MAX: usize = 48;

macro_rules! names {
    ($($(#[$doc:meta])* $type:ident = $what:literal;)+) => {$(
        $(#[$doc])*
        ///
        /// 1 to 48 of `a-z`, `0-9`, `-` and `.`; written into records and never renamed.
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $type(Cow<'static, str>);

        impl $type {
            /// Takes a name.
            ///
            /// # Errors
            /// [`NameError`] when it is empty, too long or has other characters.
            pub fn new(name: &str) -> Result<Self, NameError> {
                if !is_name(name) {
                    return Err(NameError { what: $what, found: name.chars().take(80).collect() });
                }
                Ok(Self(Cow::Owned(name.to_owned())))
            }

            /// Takes a name known when the program was written; for constants.
            ///
            /// # Panics
            /// When it is no name: in a constant that is an error of the compiler.
            #[must_use]
            pub const fn from_static(name: &'static str) -> Self {
                assert!(is_name(name), "1 to 48 of a-z, 0-9, '-' and '.'");
                Self(Cow::Borrowed(name))
            }

            /// The name.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($type), self.0)
            }
        }

        impl core::str::FromStr for $type {
            type Err = NameError;

            fn from_str(s: &str) -> Result<Self, Self::Err> {
                Self::new(s)
            }
        }

        impl der::FixedTag for $type {
            const TAG: der::Tag = der::Tag::Utf8String;
        }

        impl der::EncodeValue for $type {
            fn value_len(&self) -> der::Result<der::Length> {
                self.0.len().try_into()
            }

            fn encode_value(&self, writer: &mut impl der::Writer) -> der::Result<()> {
                writer.write(self.0.as_bytes())
            }
        }

        impl<'a> der::DecodeValue<'a> for $type {
            type Error = der::Error;

            fn decode_value<R: der::Reader<'a>>(
                reader: &mut R,
                header: der::Header,
            ) -> der::Result<Self> {
                let name = <String as der::DecodeValue>::decode_value(reader, header)?;
                Self::new(&name).map_err(|_| der::Tag::Utf8String.value_error().into())
            }
        }
    )+};
}

names! {
    /// What a stream is about: `subscriber`, `application`, `order`, `crl`, `device`.
    StreamKind = "stream kind";
    /// What happened: `applied`, `ordered`, `confirmed`.
    EventKind = "event kind";
    /// An index: `certificate.serial`, `effect.open`.
    IndexName = "index name";
    /// What a sealed record holds: `idn`, `address`, `certificate`.
    SealedKind = "kind of sealed record";
}

const fn is_name(name: &str) -> bool {
    let mut rest = name.as_bytes();
    if rest.is_empty() || rest.len() > NAME_MAX {
        return false;
    }
    while let [first, tail @ ..] = rest {
        if !matches!(first, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.') {
            return false;
        }
        rest = tail;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_and_plain() {
        const APPLIED: EventKind = EventKind::from_static("applied");
        assert_eq!(EventKind::new("applied").unwrap(), APPLIED);
        for good in ["a", "9", "certificate.serial", "x-1", &"a".repeat(48)] {
            assert_eq!(IndexName::new(good).unwrap().as_str(), good);
        }
        for bad in ["", "A", "a b", "a/b", "가", "a\0", "a_b", &"a".repeat(49)] {
            assert!(IndexName::new(bad).is_err(), "{bad:?}");
        }
    }
}
