use npki_ledger::EventKind;

/// An event that cannot be read: a newer program has written it, or it is damaged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EventError {
    /// A kind that this program does not know; it must not be passed over.
    #[error("event kind {0} is not known: a newer program has written it")]
    UnknownKind(EventKind),
    /// The payload is not the kind's DER.
    #[error("the payload of an event {kind} cannot be read")]
    Payload {
        /// The kind.
        kind: EventKind,
        /// What is wrong with it.
        #[source]
        cause: der::Error,
    },
    /// An event that cannot follow those before it.
    #[error("an event {0} cannot follow those before it")]
    OutOfPlace(EventKind),
}

/// An enumeration of events: each variant holds the payload of its name, whose DER is recorded
/// under its kind. The kinds never change.
macro_rules! events {
    ($(#[$doc:meta])* $enum:ident { $($variant:ident = $kind:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        #[expect(missing_docs, reason = "each payload tells what happened")]
        pub enum $enum { $($variant($variant)),+ }

        impl $enum {
            /// The kind under which it is recorded.
            #[must_use]
            pub const fn kind(&self) -> npki_ledger::EventKind {
                match self { $(Self::$variant(_) => npki_ledger::EventKind::from_static($kind)),+ }
            }

            /// The payload's DER.
            ///
            /// # Errors
            /// [`der::Error`] when a length cannot be told.
            pub fn payload(&self) -> der::Result<Vec<u8>> {
                match self { $(Self::$variant(payload) => der::Encode::to_der(payload)),+ }
            }

            /// Reads an event back.
            ///
            /// # Errors
            /// [`EventError::UnknownKind`](crate::EventError::UnknownKind) for a kind of a newer
            /// program, [`EventError::Payload`](crate::EventError::Payload).
            pub fn parse(
                kind: &npki_ledger::EventKind,
                payload: &[u8],
            ) -> Result<Self, crate::EventError> {
                match kind.as_str() {
                    $($kind => der::Decode::from_der(payload).map(Self::$variant),)+
                    _ => return Err(crate::EventError::UnknownKind(kind.clone())),
                }
                .map_err(|cause| crate::EventError::Payload { kind: kind.clone(), cause })
            }
        }

        $(impl From<$variant> for $enum {
            fn from(payload: $variant) -> Self {
                Self::$variant(payload)
            }
        })+
    };
}

pub(crate) use events;
