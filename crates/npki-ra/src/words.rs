/// Gives a fieldless enumeration its stable word, which is also its DER (a PrintableString), and
/// its Korean and English labels, from one table. The words stand in the ledger and never change.
macro_rules! words {
    ($type:ident, [$($variant:ident = $name:literal, $ko:literal, $en:literal;)+]) => {
        impl $type {
            /// Every value, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stable word, as written in the ledger.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// What people are shown, in Korean and English.
            #[must_use]
            pub const fn label(self) -> npki_core::Sentence {
                match self { $(Self::$variant => npki_core::Sentence::fixed($ko, $en)),+ }
            }
        }

        impl core::fmt::Display for $type {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.pad(self.name())
            }
        }

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
                let known = Self::ALL.iter().copied().find(|v| v.name() == name.as_str());
                known.ok_or_else(|| der::Tag::PrintableString.value_error().into())
            }
        }
    };
}

pub(crate) use words;
