use core::{fmt, str::FromStr};

use der::{
    DecodeValue, EncodeValue, FixedTag, Header, Length, Reader, Tag, Writer,
    asn1::{OctetString, OctetStringRef},
};
use npki_core::HashAlgorithm;
use npki_ledger::IdempotencyKey;

/// A text that is no name of 16 octets in hex.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("32 hexadecimal digits are wanted")]
pub struct IdError;

macro_rules! ids {
    ($($(#[$doc:meta])* $type:ident;)+) => {$(
        $(#[$doc])*
        ///
        /// 16 octets, shown in hex.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $type([u8; 16]);

        impl $type {
            /// The name with these octets.
            #[must_use]
            pub const fn from_octets(octets: [u8; 16]) -> Self {
                Self(octets)
            }

            /// The 16 octets.
            #[must_use]
            pub const fn octets(&self) -> &[u8; 16] {
                &self.0
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|b| write!(f, "{b:02x}"))
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($type))
            }
        }

        impl FromStr for $type {
            type Err = IdError;

            fn from_str(s: &str) -> Result<Self, Self::Err> {
                hex16(s).map(Self).ok_or(IdError)
            }
        }

        impl FixedTag for $type {
            const TAG: Tag = Tag::OctetString;
        }

        impl EncodeValue for $type {
            fn value_len(&self) -> der::Result<Length> {
                Ok(Length::new(16))
            }

            fn encode_value(&self, writer: &mut impl Writer) -> der::Result<()> {
                writer.write(&self.0)
            }
        }

        impl<'a> DecodeValue<'a> for $type {
            type Error = der::Error;

            fn decode_value<R: Reader<'a>>(reader: &mut R, header: Header) -> der::Result<Self> {
                let octets = OctetString::decode_value(reader, header)?;
                let octets: &OctetStringRef = (&octets).into();
                let octets = octets.as_bytes().try_into();
                Ok(Self(octets.map_err(|_| Tag::OctetString.value_error())?))
            }
        }
    )+};
}

ids! {
    /// Names an application (신청): one walk through the seven steps.
    ApplicationId;
    /// Names an open effect; the idempotency key towards whom it calls.
    EffectId;
    /// Names a reservation of money on an account (출금예약); every later movement of that money
    /// names it too.
    ReservationId;
    /// Names a call to a registered telephone (ARS).
    CallId;
    /// Names one try of a password, a card or a code: counted once, judged once (R32).
    TryId;
}

impl ApplicationId {
    /// The application that the request with this key begins: asked again, the same one.
    #[must_use]
    pub fn begun_by(key: &IdempotencyKey) -> Self {
        Self(derive16("application", &[key.octets()]))
    }
}

impl EffectId {
    /// The `nth` effect that the event with this version of a stream decides.
    pub(crate) fn decided_by(stream: &str, version: u64, nth: usize) -> Self {
        let nth = u64::try_from(nth).unwrap_or(u64::MAX);
        let parts: [&[u8]; 3] = [
            stream.as_bytes(),
            &version.to_be_bytes(),
            &nth.to_be_bytes(),
        ];
        Self(derive16("effect", &parts))
    }
}

impl CallId {
    /// The call that an application places at this version of its stream.
    pub(crate) fn placed_by(application: &ApplicationId, version: u64) -> Self {
        Self(derive16(
            "call",
            &[application.octets(), &version.to_be_bytes()],
        ))
    }
}

impl TryId {
    /// The try that the request with this key makes.
    pub(crate) fn made_by(application: &ApplicationId, key: &IdempotencyKey) -> Self {
        Self(derive16("try", &[application.octets(), key.octets()]))
    }
}

impl ReservationId {
    /// The reservation that an application makes at this version of its stream.
    pub(crate) fn made_by(application: &ApplicationId, version: u64) -> Self {
        Self(derive16(
            "reservation",
            &[application.octets(), &version.to_be_bytes()],
        ))
    }
}

/// A key made of another and a label: a request's own steps have keys of their own.
pub(crate) fn sub_key(label: &str, octets: &[u8]) -> IdempotencyKey {
    IdempotencyKey::new(derive(label, &[octets])).expect("a digest has 32 octets")
}

/// SHA-256 of `label` and the parts, each after its length.
pub(crate) fn derive(label: &str, parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = HashAlgorithm::Sha256.hasher();
    for part in [label.as_bytes()].iter().chain(parts) {
        let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
        hasher.update(&length.to_be_bytes());
        hasher.update(part);
    }
    let mut out = [0; 32];
    out.copy_from_slice(hasher.finish().octets());
    out
}

fn derive16(label: &str, parts: &[&[u8]]) -> [u8; 16] {
    let mut out = [0; 16];
    for (to, from) in out.iter_mut().zip(derive(label, parts)) {
        *to = from;
    }
    out
}

fn hex16(text: &str) -> Option<[u8; 16]> {
    if text.len() != 32 || !text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    u128::from_str_radix(text, 16).ok().map(u128::to_be_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        let id = ApplicationId::from_octets([0xa7; 16]);
        assert_eq!(id.to_string().parse::<ApplicationId>().unwrap(), id);
        for bad in [
            "",
            "a7",
            &"A7".repeat(16),
            &"a7".repeat(17),
            &"+7".repeat(16),
        ] {
            assert!(bad.parse::<ApplicationId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn parts_are_told_apart() {
        assert_ne!(derive("x", &[b"ab", b"c"]), derive("x", &[b"a", b"bc"]));
        assert_ne!(derive("x", &[b"a"]), derive("xa", &[]));
    }
}
