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

/// Gives a fieldless enumeration its stable name and its Korean and English labels, from one table.
///
/// The names are written into ledgers and files and never change.
macro_rules! named {
    ($type:ident, $what:literal, [$($variant:ident = $name:literal, $ko:literal, $en:literal;)+]) => {
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
            pub const fn label(self) -> crate::Sentence {
                match self { $(Self::$variant => crate::Sentence::fixed($ko, $en)),+ }
            }
        }

        impl core::fmt::Display for $type {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.pad(self.name())
            }
        }

        /// Written as a PrintableString with the stable name.
        impl der::FixedTag for $type {
            const TAG: der::Tag = der::Tag::PrintableString;
        }

        impl der::EncodeValue for $type {
            fn value_len(&self) -> der::Result<der::Length> {
                self.name().len().try_into()
            }

            fn encode_value(&self, writer: &mut impl der::Writer) -> der::Result<()> {
                writer.write(self.name().as_bytes())
            }
        }

        impl<'a> der::DecodeValue<'a> for $type {
            type Error = der::Error;

            fn decode_value<R: der::Reader<'a>>(
                reader: &mut R,
                header: der::Header,
            ) -> der::Result<Self> {
                let name = der::asn1::PrintableString::decode_value(reader, header)?;
                name.as_str().parse().map_err(|_| der::Tag::PrintableString.value_error().into())
            }
        }

        impl core::str::FromStr for $type {
            type Err = crate::UnknownName;

            fn from_str(s: &str) -> Result<Self, Self::Err> {
                Self::ALL.iter().copied().find(|v| v.name() == s).ok_or_else(|| crate::UnknownName {
                    what: $what,
                    found: s.to_owned(),
                    known: Self::ALL.iter().map(|v| v.name()).collect::<Vec<_>>().join(" "),
                })
            }
        }
    };
}

pub(crate) use named;

#[cfg(test)]
mod tests {
    use crate::{Channel, Holder, Issuer, Product, Purpose};

    #[test]
    fn every_name_reads_back() {
        for v in Product::ALL {
            assert_eq!(v.name().parse::<Product>().unwrap(), *v);
        }
        for v in Holder::ALL {
            assert_eq!(v.name().parse::<Holder>().unwrap(), *v);
        }
        for v in Issuer::ALL {
            assert_eq!(v.name().parse::<Issuer>().unwrap(), *v);
        }
        for v in Channel::ALL {
            assert_eq!(v.name().parse::<Channel>().unwrap(), *v);
        }
        for v in Purpose::ALL {
            assert_eq!(v.name().parse::<Purpose>().unwrap(), *v);
        }
    }

    #[test]
    fn an_unknown_name_lists_the_known_ones() {
        let error = "gold".parse::<Holder>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "\"gold\" is no holder; known: individual sole-proprietor association corporation"
        );
    }
}
