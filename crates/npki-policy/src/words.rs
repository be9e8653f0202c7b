/// Gives a fieldless enumeration its stable word and its Korean and English labels, from one table.
///
/// The words are those of policy files, of recorded facts and of JSON, and never change.
macro_rules! words {
    ($type:ident, $what:literal, [$($variant:ident = $name:literal, $ko:literal, $en:literal;)+]) => {
        impl $type {
            /// Every value, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stable word.
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

        impl core::str::FromStr for $type {
            type Err = npki_core::UnknownName;

            fn from_str(s: &str) -> Result<Self, Self::Err> {
                Self::ALL.iter().copied().find(|v| v.name() == s).ok_or_else(|| npki_core::UnknownName {
                    what: $what,
                    found: s.to_owned(),
                    known: Self::ALL.iter().map(|v| v.name()).collect::<Vec<_>>().join(" "),
                })
            }
        }
    };
}

pub(crate) use words;
