use base16ct::HexDisplay;
use core::fmt;

use der::{
    Choice, Decode, DecodeValue, EncodeValue, FixedTag, Header, Length, Reader, Sequence, Tag,
    Tagged, Writer,
    asn1::{Null, OctetString, OctetStringRef},
};
use rand_core::CryptoRng;

use crate::{Holder, Instant, Issuer, Product, Sealed, named};

/// What a bank (RA) asks of a CA: one order, one certificate.
///
/// Written once by the bank after its policy has approved; carried to the CA as canonical DER
/// ([`der::Encode`]), signed by the bank when it crosses a process. The CA turns the validity rule into
/// dates by its own clock when the order is redeemed.
///
/// ```text
/// Order ::= SEQUENCE {
///   version   INTEGER (1),
///   id        OCTET STRING (SIZE (16)),
///   action    PrintableString, product PrintableString, holder PrintableString,
///   issuer    PrintableString, profile UTF8String,
///   names     SubjectNames,
///   validity  CHOICE { oneYear NULL, until INTEGER },   -- Unix seconds, last valid second
///   replaces  [0] EXPLICIT Replaced OPTIONAL,
///   ends      INTEGER,                                  -- Unix seconds
///   idn       Sealed }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct Order {
    /// The format's version, [`Order::VERSION`].
    pub version: u8,
    /// Names the order at bank and CA; also the idempotency key between them.
    pub id: OrderId,
    /// What is asked for.
    pub action: OrderAction,
    /// The product.
    pub product: Product,
    /// Who will hold it.
    pub holder: Holder,
    /// Which CA it is for.
    pub issuer: Issuer,
    /// The name of the certificate profile: [`Order::SIGN`] or [`Order::SIGN_KM`].
    pub profile: String,
    /// The names that the certificate carries.
    pub names: SubjectNames,
    /// How long it is to be valid.
    pub validity: ValidityRule,
    /// The certificate that it takes the place of.
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    pub replaces: Option<Replaced>,
    /// From this instant on it can no longer be redeemed.
    pub ends: Instant,
    /// The subscriber's IDN, sealed under a key that only bank and CA share; its associated data
    /// are the octets of `id`. Only redeeming opens it.
    pub idn: Sealed,
}

impl Order {
    /// The version written.
    pub const VERSION: u8 = 1;
    /// The profile of an order of one certificate, for signing (서명용).
    pub const SIGN: &str = "subscriber-sign";
    /// The profile of an order of a pair, for signing and key management (서명용·암호화용): both
    /// certificates come of it, or none (R2).
    pub const SIGN_KM: &str = "subscriber-sign-km";
}

/// The name of an order: 16 random octets, shown in hex.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderId([u8; 16]);

impl OrderId {
    /// A new name.
    #[must_use]
    pub fn generate(rng: &mut dyn CryptoRng) -> Self {
        let mut octets = [0; 16];
        rng.fill_bytes(&mut octets);
        Self(octets)
    }

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

/// What an [`Order`] asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum OrderAction {
    /// 발급: a certificate where there is none.
    Issue,
    /// 재발급: a new key, the old end (R12).
    Reissue,
    /// 갱신: another year (R11).
    Renew,
}

named!(OrderAction, "order action", [
    Issue = "issue", "발급", "issue";
    Reissue = "reissue", "재발급", "reissue";
    Renew = "renew", "갱신", "renew";
]);

/// The names that a certificate carries. Name and IDN come from the bank's identified record (R37).
///
/// How they become a distinguished name is the issuing CA's habit.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct SubjectNames {
    /// 성명, or the organisation's name: `realName` of the subjectAltName.
    pub real_name: String,
    /// English letters and spaces; empty when none was given.
    pub english_name: String,
    /// The bank's or branch's organisational unit, such as `KMB`.
    pub ra_unit: String,
}

/// How long a certificate is to be valid (R10–R12).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValidityRule {
    /// To the last second (KST) of the day one calendar year after the day of issue.
    OneYear,
    /// To this last valid second: the old end of a reissue, the old end and a year of a renewal.
    Until(Instant),
}

/// The certificate that a new one takes the place of.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct Replaced {
    /// Its serial number, big-endian octets of a positive INTEGER without its leading zero.
    pub serial: OctetString,
    /// Why it goes.
    pub because: ReplacedBecause,
}

/// Why a certificate is replaced; decides when, and with which reason, it is revoked (R12).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ReplacedBecause {
    /// Superseded, when the new one is confirmed.
    Superseded,
    /// keyCompromise, already when the order is registered.
    Leaked,
}

named!(ReplacedBecause, "reason of a replacement", [
    Superseded = "superseded", "대체됨", "superseded";
    Leaked = "leaked", "유출됨", "leaked";
]);

impl fmt::Display for OrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::LowerHex::fmt(&HexDisplay(&self.0), f)
    }
}

impl fmt::Debug for OrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OrderId({self})")
    }
}

impl FixedTag for OrderId {
    const TAG: Tag = Tag::OctetString;
}

impl EncodeValue for OrderId {
    fn value_len(&self) -> der::Result<Length> {
        Ok(Length::new(16))
    }

    fn encode_value(&self, writer: &mut impl Writer) -> der::Result<()> {
        writer.write(&self.0)
    }
}

impl<'a> DecodeValue<'a> for OrderId {
    type Error = der::Error;

    fn decode_value<R: Reader<'a>>(reader: &mut R, header: Header) -> der::Result<Self> {
        let octets = OctetString::decode_value(reader, header)?;
        let octets: &OctetStringRef = (&octets).into();
        Ok(Self(
            octets
                .as_bytes()
                .try_into()
                .map_err(|_| Tag::OctetString.value_error())?,
        ))
    }
}

impl Choice<'_> for ValidityRule {
    fn can_decode(tag: Tag) -> bool {
        matches!(tag, Tag::Null | Tag::Integer)
    }
}

impl Tagged for ValidityRule {
    fn tag(&self) -> Tag {
        match self {
            Self::OneYear => Tag::Null,
            Self::Until(_) => Tag::Integer,
        }
    }
}

impl<'a> Decode<'a> for ValidityRule {
    type Error = der::Error;

    fn decode<R: Reader<'a>>(reader: &mut R) -> der::Result<Self> {
        match Tag::peek(reader)? {
            Tag::Null => Null::decode(reader).map(|_| Self::OneYear),
            _ => Instant::decode(reader).map(Self::Until),
        }
    }
}

impl EncodeValue for ValidityRule {
    fn value_len(&self) -> der::Result<Length> {
        match self {
            Self::OneYear => Ok(Length::ZERO),
            Self::Until(end) => end.value_len(),
        }
    }

    fn encode_value(&self, writer: &mut impl Writer) -> der::Result<()> {
        match self {
            Self::OneYear => Ok(()),
            Self::Until(end) => end.encode_value(writer),
        }
    }
}

#[cfg(test)]
mod tests {
    use der::Encode as _;
    use proptest::prelude::*;

    use super::*;

    fn order(validity: ValidityRule, replaces: Option<Replaced>) -> Order {
        Order {
            version: Order::VERSION,
            id: OrderId::from_octets([7; 16]),
            action: OrderAction::Issue,
            product: Product::PersonalLimited,
            holder: Holder::Individual,
            issuer: Issuer::Yessign,
            profile: "subscriber-sign".into(),
            names: SubjectNames {
                real_name: "홍길동".into(),
                english_name: "HONG GILDONG".into(),
                ra_unit: "KMB".into(),
            },
            validity,
            replaces,
            ends: Instant::from_unix_seconds(1_800_000_000).unwrap(),
            idn: Sealed {
                key_id: OctetString::new(*b"k1").unwrap(),
                nonce: OctetString::new([1; 12]).unwrap(),
                ciphertext: OctetString::new([2; 29]).unwrap(),
            },
        }
    }

    proptest! {
        #[test]
        fn der_reads_back(until in proptest::option::of(-1_000_000_000i64..9_999_999_999), leaked: bool) {
            let order = order(
                until.map_or(ValidityRule::OneYear, |s| {
                    ValidityRule::Until(Instant::from_unix_seconds(s).unwrap())
                }),
                leaked.then(|| Replaced {
                    serial: OctetString::new([9, 9]).unwrap(),
                    because: ReplacedBecause::Leaked,
                }),
            );
            let der = order.to_der().unwrap();
            let read = Order::from_der(&der).unwrap();
            prop_assert_eq!(read.to_der().unwrap(), der);
            prop_assert_eq!(read, order);
        }
    }

    #[test]
    fn what_is_no_order_is_refused() {
        let der = order(ValidityRule::OneYear, None).to_der().unwrap();
        let mut trailing = der.clone();
        trailing.push(0);
        assert!(Order::from_der(&trailing).is_err());
        for cut in 0..der.len() {
            assert!(Order::from_der(&der[..cut]).is_err(), "{cut}");
        }
    }
}
