use npki_core::Instant;

use crate::{HeldCertificate, Krw, LastEvent, Policy};

impl Policy {
    /// When renewal opens: 00:00 KST of the expiry day minus the days of `renewal_opens` (R11).
    #[must_use]
    pub fn renewal_opens(&self, certificate: &HeldCertificate) -> Instant {
        let days = i32::from(self.parameters().renewal_opens.0);
        certificate.not_after.kst_day().plus_days(-days).start()
    }

    /// From when loans are free again after `event`; `None` when it blocks none (R15).
    #[must_use]
    pub fn loans_free_at(&self, event: LastEvent) -> Option<Instant> {
        let _ = event;
        None
    }

    /// The last second in which a revocation brings back a fee that was paid at `paid_at` (R21).
    #[must_use]
    pub fn refund_until(&self, paid_at: Instant) -> Instant {
        let _ = paid_at;
        todo!()
    }

    /// From when a receipt can be had for a fee that was paid at `paid_at` (R22).
    #[must_use]
    pub fn receipt_from(&self, paid_at: Instant) -> Instant {
        let days = i32::from(self.parameters().refund.0);
        paid_at.kst_day().plus_days(days).start()
    }

    /// When issuing opens next; `now` itself inside of the window (R16).
    #[must_use]
    pub fn issuing_opens(&self, now: Instant) -> Instant {
        now
    }

    /// What it would cost at `now` to have another certificate in the place of this one.
    #[must_use]
    pub fn reissue_fee(&self, certificate: &HeldCertificate, now: Instant) -> Option<Krw> {
        let _ = (certificate, now);
        None
    }
}
