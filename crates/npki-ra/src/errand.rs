use core::fmt;

use der::{
    DecodeValue, EncodeValue, FixedTag, Header, Length, Reader, Tag, Writer, asn1::PrintableString,
};
use npki_core::{OrderAction, Sentence};
use npki_policy::Action;

/// What somebody comes to the bank for (용무): a certificate, or a matter of one that there is.
///
/// Written as the word of the [`Action`] that the policy judges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Errand {
    /// 발급, 재발급, 갱신: a certificate, by an order.
    Order(OrderAction),
    /// 폐기: by identification (R13).
    Revoke,
    /// 타행·타기관 인증서 등록 (R41).
    Register,
}

impl Errand {
    /// The order that comes of it; `None` when no certificate does.
    #[must_use]
    pub const fn order_action(self) -> Option<OrderAction> {
        match self {
            Self::Order(action) => Some(action),
            Self::Revoke | Self::Register => None,
        }
    }

    /// What the policy is asked about.
    #[must_use]
    pub const fn action(self) -> Action {
        match self {
            Self::Order(OrderAction::Reissue) => Action::Reissue,
            Self::Order(OrderAction::Renew) => Action::Renew,
            Self::Order(_) => Action::Issue,
            Self::Revoke => Action::Revoke,
            Self::Register => Action::Register,
        }
    }

    /// The stable word, as written in the ledger.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.action().name()
    }

    /// What people are shown, in Korean and English.
    #[must_use]
    pub const fn label(self) -> Sentence {
        self.action().label()
    }
}

impl From<OrderAction> for Errand {
    fn from(action: OrderAction) -> Self {
        Self::Order(action)
    }
}

impl fmt::Display for Errand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FixedTag for Errand {
    const TAG: Tag = Tag::PrintableString;
}

impl EncodeValue for Errand {
    fn value_len(&self) -> der::Result<Length> {
        self.name().len().try_into()
    }

    fn encode_value(&self, writer: &mut impl Writer) -> der::Result<()> {
        writer.write(self.name().as_bytes())
    }
}

impl<'a> DecodeValue<'a> for Errand {
    type Error = der::Error;

    fn decode_value<R: Reader<'a>>(reader: &mut R, header: Header) -> der::Result<Self> {
        let word = PrintableString::decode_value(reader, header)?;
        let orders = OrderAction::ALL.iter().copied().map(Self::Order);
        orders
            .chain([Self::Revoke, Self::Register])
            .find(|errand| errand.name() == word.as_str())
            .ok_or_else(|| Tag::PrintableString.value_error().into())
    }
}

#[cfg(test)]
mod tests {
    use der::{Decode, Encode};

    use super::*;

    #[test]
    fn written_as_the_orders_of_old_were() {
        for action in OrderAction::ALL {
            let errand = Errand::from(*action);
            assert_eq!(errand.order_action(), Some(*action));
            assert_eq!(errand.to_der().unwrap(), action.to_der().unwrap());
        }
        for errand in [
            Errand::Order(OrderAction::Renew),
            Errand::Revoke,
            Errand::Register,
        ] {
            assert_eq!(Errand::from_der(&errand.to_der().unwrap()).unwrap(), errand);
        }
        assert!(Errand::from_der(b"\x13\x03use").is_err());
    }
}
