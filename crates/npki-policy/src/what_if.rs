use core::time::Duration;

use npki_core::{Instant, KstDay};

use crate::{EventKind, HeldCertificate, Krw, LastEvent, Policy, Standing, Switch};

/// What if: small answers, most of which [`evaluate`](crate::evaluate) itself stands on.
///
/// | question | answer | rule |
/// |---|---|---|
/// | when does renewal open, and until when would it last? | [`Policy::renewal_opens`], [`Policy::renewed_until`] | R11 |
/// | what would a reissue cost today? | [`Policy::reissue_fee`] | R12, R23 |
/// | when are loans free again? | [`Policy::loans_free_at`] | R15 |
/// | when does online issuing open? | [`Policy::issuing_opens`] | R16 |
/// | until when is a refund possible, from when a receipt? | [`Policy::refund_until`], [`Policy::receipt_from`] | R21, R22 |
/// | from when is somebody reminded? | [`Policy::expiry_reminder_from`], [`Policy::password_reminder_from`] | R43 |
///
/// They count days and do not judge: whether a certificate is still worth the question is
/// [`evaluate`](crate::evaluate)'s. [`timeline`](crate::timeline()) puts those that are still to
/// come for one certificate in order.
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

    /// From when the holder is reminded that the certificate will expire: 00:00 KST of the expiry
    /// day minus the days of `expiry_reminder` (R43).
    #[must_use]
    pub fn expiry_reminder_from(&self, certificate: &HeldCertificate) -> Instant {
        let days = i32::from(self.parameters().expiry_reminder.0);
        certificate.not_after.kst_day().plus_days(-days).start()
    }

    /// From when the holder is reminded of a password that was set at `set_at`: 00:00 KST of the
    /// same day so many months later, or of the last day of a shorter month (R43).
    ///
    /// Each medium has its own password and so its own answer; `set_at` is the key file's
    /// modification time, and where that is unknown nobody is reminded.
    #[must_use]
    pub fn password_reminder_from(&self, set_at: Instant) -> Instant {
        months_later(set_at.kst_day(), self.parameters().password_reminder.0).start()
    }
}

/// The same day so many months later, or the last day of a shorter month; stops at the calendar's
/// end.
fn months_later(from: KstDay, months: u8) -> KstDay {
    let (mut year, mut month, day) = from.year_month_day();
    for _ in 0..months {
        (year, month) = match month {
            12.. => (year.saturating_add(1), 1),
            _ => (year, month + 1),
        };
    }
    (28..=day)
        .rev()
        .chain([day.min(28)])
        .find_map(|day| KstDay::new(year, month, day).ok())
        .unwrap_or_else(|| Instant::MAX.kst_day())
}
