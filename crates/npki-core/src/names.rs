/// A word that names no value of the enumeration asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{found:?} is no {what}; known: {known}")]
pub struct UnknownName {
    /// What was asked for, such as `product`.
    pub what: &'static str,
    /// The word found.
    pub found: String,
    /// The words known, separated by blanks.
    pub known: String,
}

/// Gives a fieldless enumeration its stable name, which is also its DER (a PrintableString), and its
/// Korean and English labels, from one table; with the word for what it is, it is read from text too.
///
/// The names stand in ledgers, policy files and JSON and never change. Not an interface for others: the
/// rooms of this workspace name their enumerations by it.
#[doc(hidden)]
#[macro_export]
macro_rules! named {
    ($type:ident, $what:literal, [$($rows:tt)+]) => {
        $crate::named!($type, [$($rows)+]);

        impl core::str::FromStr for $type {
            type Err = $crate::UnknownName;

            fn from_str(s: &str) -> Result<Self, Self::Err> {
                Self::ALL.iter().copied().find(|v| v.name() == s).ok_or_else(|| $crate::UnknownName {
                    what: $what,
                    found: s.to_owned(),
                    known: Self::ALL.iter().map(|v| v.name()).collect::<Vec<_>>().join(" "),
                })
            }
        }
    };
    ($type:ident, [$($variant:ident = $name:literal, $ko:literal, $en:literal;)+]) => {
        impl $type {
            /// Every value, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stable name, as written in ledgers, policy files and JSON.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// What people are shown, in Korean and English.
            #[must_use]
            pub const fn label(self) -> $crate::Sentence {
                match self { $(Self::$variant => $crate::Sentence::fixed($ko, $en)),+ }
            }
        }

        impl core::fmt::Display for $type {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.pad(self.name())
            }
        }

        /// Written as a PrintableString with the stable name.
        impl $crate::der::FixedTag for $type {
            const TAG: $crate::der::Tag = $crate::der::Tag::PrintableString;
        }

        impl $crate::der::EncodeValue for $type {
            fn value_len(&self) -> $crate::der::Result<$crate::der::Length> {
                self.name().len().try_into()
            }

            fn encode_value(
                &self,
                writer: &mut impl $crate::der::Writer,
            ) -> $crate::der::Result<()> {
                writer.write(self.name().as_bytes())
            }
        }

        impl<'a> $crate::der::DecodeValue<'a> for $type {
            type Error = $crate::der::Error;

            fn decode_value<R: $crate::der::Reader<'a>>(
                reader: &mut R,
                header: $crate::der::Header,
            ) -> $crate::der::Result<Self> {
                let name = $crate::der::asn1::PrintableString::decode_value(reader, header)?;
                let known = Self::ALL.iter().copied().find(|v| v.name() == name.as_str());
                known.ok_or_else(|| $crate::der::Tag::PrintableString.value_error().into())
            }
        }
    };
}
