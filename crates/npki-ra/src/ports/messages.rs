use core::fmt::Debug;

use npki_core::{Issuer, PortError, Product, Sentence, named};

use super::PhoneNumber;
use crate::{AcceptedTerm, EffectId};

/// Messages to a subscriber's telephone.
pub trait Messages: Debug + Send + Sync {
    /// Sends a notice; one with an id that was sent already is not sent again.
    ///
    /// # Errors
    /// [`PortError`].
    fn notify(&self, id: &EffectId, to: &PhoneNumber, notice: &Notice) -> Result<(), PortError>;

    /// Hands over copies of the terms that a subscriber has agreed to, in just these versions (교부,
    /// R35); with an id that was handed over already, nothing is sent again.
    ///
    /// # Errors
    /// [`PortError`].
    fn hand_over(
        &self,
        id: &EffectId,
        to: &PhoneNumber,
        terms: &[AcceptedTerm],
    ) -> Result<(), PortError>;
}

/// What a subscriber is told. Names no person, so that it can be recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Notice {
    /// What happened.
    pub kind: NoticeKind,
    /// The product.
    pub product: Product,
    /// The CA.
    pub issuer: Issuer,
}

/// What happened to a certificate or to its fee.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum NoticeKind {
    /// Issued.
    Issued,
    /// Reissued.
    Reissued,
    /// Renewed.
    Renewed,
    /// Revoked.
    Revoked,
    /// Ordered, but not confirmed in time.
    Lapsed,
    /// The fee was paid back.
    Refunded,
    /// It will expire, and can be renewed.
    Expiring,
    /// Another institution's: it was registered.
    Registered,
    /// Another institution's: its registration was undone.
    Deregistered,
}

named!(NoticeKind, [
    Issued = "issued", "발급되었습니다", "was issued";
    Reissued = "reissued", "재발급되었습니다", "was reissued";
    Renewed = "renewed", "갱신되었습니다", "was renewed";
    Revoked = "revoked", "폐기되었습니다", "was revoked";
    Lapsed = "lapsed", "발급되지 않고 신청이 종료되었습니다", "was not issued: the application has ended";
    Expiring = "expiring", "곧 만료됩니다. 만료 전에 갱신할 수 있습니다", "will expire soon; it can be renewed before";
    Registered = "registered", "타기관 인증서로 등록되었습니다", "of another institution was registered";
    Deregistered = "deregistered", "타기관 인증서 등록에서 해제되었습니다", "of another institution is registered no longer";
    Refunded = "refunded", "의 수수료가 환급되었습니다", "had its fee paid back";
]);

impl Notice {
    /// The text.
    #[must_use]
    pub fn sentence(&self) -> Sentence {
        let (product, issuer) = (self.product.label(), self.issuer.label());
        let happened = self.kind.label();
        let particle = if self.kind == NoticeKind::Refunded {
            ""
        } else {
            "가 "
        };
        Sentence::new(
            format!(
                "공동인증서({}, {}){particle}{}.",
                product.ko, issuer.ko, happened.ko
            ),
            format!(
                "Your joint certificate ({}, {}) {}.",
                product.en, issuer.en, happened.en
            ),
        )
    }
}
