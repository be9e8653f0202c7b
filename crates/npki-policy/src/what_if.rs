use core::time::Duration;

use npki_core::Instant;

use crate::{EventKind, HeldCertificate, Krw, LastEvent, Policy, Standing, Switch};

/// Small answers that [`evaluate`](crate::evaluate) itself stands on: when does it open, until
/// when, what would it cost.
impl Policy {
    /// When renewal opens: 00:00 KST of the expiry day minus the days of `renewal_opens` (R11).
    #[must_use]
    pub fn renewal_opens(&self, certificate: &HeldCertificate) -> Instant {
        let days = i32::from(self.parameters().renewal_opens.0);
        certificate.not_after.kst_day().plus_days(-days).start()
    }

    /// The last valid second of the certificate that a renewal would bring: the old expiry day
    /// and one year (R11).
    #[must_use]
    pub fn renewed_until(&self, certificate: &HeldCertificate) -> Instant {
        certificate
            .not_after
            .kst_day()
            .plus_one_year()
            .last_second()
    }

    /// The first second in which loans are free again after `event`: 00:00 KST of the day D+4;
    /// `None` when such an event blocks none (R15).
    #[must_use]
    pub fn loans_free_at(&self, event: LastEvent) -> Option<Instant> {
        let parameters = self.parameters();
        let blocks = match event.kind {
            EventKind::Issue | EventKind::Reissue | EventKind::Renew => true,
            EventKind::Register => parameters.registration_blocks_loans == Switch::On,
            EventKind::Revoke => false,
        };
        let days = i32::from(parameters.loan_block.0);
        blocks.then(|| event.at.kst_day().plus_days(days).start())
    }

    /// When online issuing opens: the next 01:00 KST, or `now` when it is open (R16).
    #[must_use]
    pub fn issuing_opens(&self, now: Instant) -> Instant {
        let window = self.parameters().issuing_window;
        if window.contains(now.kst_second_of_day()) {
            return now;
        }
        let day = if now.kst_second_of_day() < window.opens.second_of_day() {
            now.kst_day()
        } else {
            now.kst_day().plus_days(1)
        };
        let opens = Duration::from_secs(u64::from(window.opens.second_of_day()));
        day.start().saturating_add(opens)
    }

    /// The last second in which a revocation brings back a fee that was paid at `paid_at`: the
    /// end of the day D+6 (R21).
    #[must_use]
    pub fn refund_until(&self, paid_at: Instant) -> Instant {
        self.receipt_from(paid_at)
            .saturating_sub(Duration::from_secs(1))
    }

    /// The first second in which a receipt can be had for a fee that was paid at `paid_at`:
    /// 00:00 KST of the day D+7 (R22).
    #[must_use]
    pub fn receipt_from(&self, paid_at: Instant) -> Instant {
        let days = i32::from(self.parameters().refund.0);
        paid_at.kst_day().plus_days(days).start()
    }

    /// What another certificate in the place of this one would cost at `now`: nothing while it
    /// lives, because that is a reissue; afterwards the product's fee, because it is a first issue
    /// again, and `None` where the catalogue sets no fee (R12, R23).
    #[must_use]
    pub fn reissue_fee(&self, certificate: &HeldCertificate, now: Instant) -> Option<Krw> {
        match certificate.standing(now) {
            Standing::Live => Some(Krw::ZERO),
            Standing::Expired | Standing::Ended => self.catalogue().row(certificate.product)?.fee,
        }
    }
}
