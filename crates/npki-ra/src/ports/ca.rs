use core::fmt::Debug;

use npki_core::{Instant, Issuer, Order, OrderId, PortError, Registration, RevocationReason};

use crate::EffectId;

/// The CAs, as far as the bank asks them. What they tell the bank comes the other way:
/// [`Ra::news`](crate::Ra::news), [`Ra::check_order`](crate::Ra::check_order).
pub trait CaPort: Debug + Send + Sync {
    /// Registers an order. Named by its id: registered again, it yields the same reference number
    /// and the same code.
    ///
    /// # Errors
    /// [`PortError`].
    fn register(&self, order: &Order, now: Instant) -> Result<Registration, PortError>;

    /// Revokes a certificate and says when; repeated, the same instant. Returns after the CA has
    /// recorded it.
    ///
    /// # Errors
    /// [`PortError`].
    fn revoke(
        &self,
        issuer: Issuer,
        serial: &[u8],
        reason: RevocationReason,
        key: &EffectId,
        now: Instant,
    ) -> Result<Instant, PortError>;

    /// Ends an order that nobody may redeem or confirm any more. One that the CA never got is
    /// refused from now on.
    ///
    /// # Errors
    /// [`PortError`].
    fn cancel(
        &self,
        issuer: Issuer,
        order: &OrderId,
        now: Instant,
    ) -> Result<Cancellation, PortError>;
}

/// What a CA answers to the cancelling of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cancellation {
    /// Nothing will come of it.
    Cancelled {
        /// The CA's instant.
        at: Instant,
    },
    /// Its certificate is confirmed; the news of it is on the way.
    Confirmed,
}
