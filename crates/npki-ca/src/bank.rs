use core::fmt::Debug;

use npki_core::{
    Instant, Issuer, Order, OrderAction, OrderId, OrderNews, PortError, RevocationReason,
};

/// What a CA asks of the bank that registered an order, and tells it.
///
/// Synchronous and object-safe. Every call may be repeated with the same arguments and then answers
/// the same.
pub trait BankPort: Debug + Send + Sync {
    /// Whether the order still stands at this instant: issuing hours (R16) and the subscriber's
    /// consent (R17), asked when the order is redeemed.
    ///
    /// # Errors
    /// [`PortError::Refused`] with the sentence for the subscriber; others when there is no answer.
    fn check(&self, order: &OrderId, now: Instant) -> Result<(), PortError>;

    /// The order behind a request that an existing certificate has signed, such as a renewal (R11).
    ///
    /// `issuer` and `serial` name that certificate, `key` names the request: asked again with it, the
    /// bank gives the same order.
    ///
    /// # Errors
    /// [`PortError::Refused`] with the sentence for the subscriber; others when there is no answer.
    fn order_for(
        &self,
        issuer: Issuer,
        serial: &[u8],
        action: OrderAction,
        key: &[u8; 32],
        now: Instant,
    ) -> Result<Order, PortError>;

    /// Takes the request of a certificate's own signature to be revoked (R13). The bank may have the
    /// CA revoke before it answers; when it answers yes, the CA revokes in any case.
    ///
    /// `key` names the request: asked again with it, the bank gives the same answer.
    ///
    /// # Errors
    /// [`PortError::Refused`] with the sentence for the subscriber; others when there is no answer.
    fn revocation_by_certificate(
        &self,
        issuer: Issuer,
        serial: &[u8],
        reason: RevocationReason,
        key: &[u8; 32],
        now: Instant,
    ) -> Result<(), PortError>;

    /// Takes news of an order; may be told the same more than once.
    ///
    /// # Errors
    /// [`PortError`] when the news was not, or perhaps not, taken: it is told again later.
    fn news(&self, news: &OrderNews) -> Result<(), PortError>;
}
