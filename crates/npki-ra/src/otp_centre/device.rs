use core::fmt;

use der::Sequence;
use npki_core::Instant;
use npki_ledger::{SealedId, group::CLOCK_SLACK};
use totp_rs::{Algorithm, Builder, Totp};
use zeroize::Zeroizing;

use super::{JUDGED_WITHIN, OtpError};

/// A device that shows one-time passwords, or an app that does (모바일 OTP): HMAC-SHA-1 over the
/// time step, with a secret of 160 bits as RFC 4226 section 4 recommends.
///
/// Wiped on drop, never shown.
///
/// Source: RFC 6238, RFC 4226.
pub struct OtpDevice {
    secret: Zeroizing<[u8; 20]>,
    digits: u8,
    step: u32,
}

/// What a device's entry in the index says.
///
/// ```text
/// Row ::= SEQUENCE { secret OCTET STRING (SIZE (16)), digits INTEGER, step INTEGER }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(super) struct Row {
    pub(super) secret: SealedId,
    pub(super) digits: u8,
    pub(super) step: u32,
}

impl Row {
    /// From this instant on no try can be judged that this step's code would be right for.
    ///
    /// The code is accepted until the step behind it ends, and judged [`JUDGED_WITHIN`] seconds later at the latest.
    pub(super) fn used_until(&self, step: u64) -> Result<Instant, OtpError> {
        let accepted = step
            .saturating_add(1 + u64::from(SKEW))
            .saturating_mul(self.step.into());
        let end = accepted.saturating_add(JUDGED_WITHIN + 1);
        let end = i64::try_from(end).map(Instant::from_unix_seconds);
        end.ok()
            .and_then(Result::ok)
            .ok_or(OtpError::Damaged("time step"))
    }

    /// The name of the claim on a step: steps take turns with so many names that one's claim has ended before the next
    /// step with its name can be asked for. Nodes' clocks may be apart by as much as the ledger allows.
    pub(super) fn slot(&self, step: u64) -> u64 {
        let apart = (JUDGED_WITHIN + CLOCK_SLACK).div_ceil(self.step.max(1).into());
        step % (apart + 2 * (1 + u64::from(SKEW)))
    }
}

/// Steps before and after the present one whose codes are accepted.
const SKEW: u16 = 1;

impl OtpDevice {
    /// A device with this secret, whose codes have 6 to 8 digits and change every `step` seconds,
    /// 30 to 120. `None` outside of these bounds.
    #[must_use]
    pub fn new(secret: Zeroizing<[u8; 20]>, digits: u8, step: u32) -> Option<Self> {
        let fine = (6..=8).contains(&digits) && (30..=120).contains(&step);
        fine.then_some(Self {
            secret,
            digits,
            step,
        })
    }

    /// Digits of a code.
    #[must_use]
    pub const fn digits(&self) -> u8 {
        self.digits
    }

    /// Seconds for which a code is shown.
    #[must_use]
    pub const fn step(&self) -> u32 {
        self.step
    }

    /// What the device shows at this instant.
    ///
    /// # Security
    /// For the device itself, tests and labs: a centre asks whether, not which.
    #[must_use]
    pub fn expose_code(&self, now: Instant) -> String {
        self.totp().map_or_else(String::new, |totp| {
            totp.generate(unix_seconds(now)).to_string()
        })
    }

    /// The time step to which a code belongs: the present one, the one before or the one after.
    pub(super) fn step_of(&self, code: &str, now: Instant) -> Option<u64> {
        self.totp()?.check(code, unix_seconds(now))
    }

    pub(super) fn expose_secret(&self) -> &[u8; 20] {
        &self.secret
    }

    fn totp(&self) -> Option<Totp> {
        let builder = Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_digits(self.digits)
            .with_skew(SKEW)
            .with_step_duration(u64::from(self.step))
            .with_secret(*self.secret);
        builder.build().ok()
    }
}

impl fmt::Debug for OtpDevice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            secret: _,
            digits,
            step,
        } = self;
        f.debug_struct("OtpDevice")
            .field("digits", digits)
            .field("step", step)
            .finish_non_exhaustive()
    }
}

fn unix_seconds(now: Instant) -> u64 {
    u64::try_from(now.unix_seconds()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Instant {
        Instant::from_unix_seconds(seconds).unwrap()
    }

    #[test]
    fn rfc_6238_appendix_b() {
        let secret = Zeroizing::new(*b"12345678901234567890");
        let device = OtpDevice::new(secret, 8, 30).unwrap();
        for (seconds, code) in [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            assert_eq!(device.expose_code(at(seconds)), code);
            assert_eq!(
                device.step_of(code, at(seconds)),
                Some(seconds.unsigned_abs() / 30)
            );
        }
    }

    #[test]
    fn a_step_on_either_side_and_no_more() {
        let device = OtpDevice::new(Zeroizing::new([7; 20]), 6, 60).unwrap();
        let code = device.expose_code(at(6_000));
        for (seconds, fine) in [
            (5_939, false),
            (5_940, true),
            (6_000, true),
            (6_119, true),
            (6_120, false),
        ] {
            assert_eq!(
                device.step_of(&code, at(seconds)).is_some(),
                fine,
                "{seconds}"
            );
        }
        for bad in ["", "12345", "1234567", "12345a", "+12345", "１２３４５６"] {
            assert_eq!(device.step_of(bad, at(6_000)), None, "{bad}");
        }
    }

    /// A row on each side: with steps of 30 s there are 26 names of claims, with those of 120 s ten.
    #[test]
    fn claims_take_turns() {
        for (step, names) in [(30, 26), (60, 15), (120, 10)] {
            let row = Row {
                secret: SealedId::from_octets([0; 16]),
                digits: 6,
                step,
            };
            for first in [0, 1, 58_930_000] {
                for behind in 1..=2 * names {
                    let same = row.slot(first) == row.slot(first + behind);
                    assert_eq!(same, behind % names == 0, "{step} s: {behind}");
                }
                // The claim has ended when the next step with its name is first accepted, by a clock that is behind.
                let accepted = (first + names - u64::from(SKEW)) * u64::from(step) - CLOCK_SLACK;
                let end = row.used_until(first).unwrap().unix_seconds().unsigned_abs();
                assert!(end <= accepted, "{step} s: {end} {accepted}");
            }
        }
    }

    #[test]
    fn bounds() {
        for (digits, step, fine) in [
            (5, 30, false),
            (6, 30, true),
            (8, 120, true),
            (9, 30, false),
            (6, 29, false),
            (6, 121, false),
        ] {
            let device = OtpDevice::new(Zeroizing::new([7; 20]), digits, step);
            assert_eq!(device.is_some(), fine, "{digits} {step}");
        }
    }

    #[test]
    fn r71_debug_shows_no_secret() {
        let device = OtpDevice::new(Zeroizing::new(*b"12345678901234567890"), 6, 30).unwrap();
        assert_eq!(
            format!("{device:?}"),
            "OtpDevice { digits: 6, step: 30, .. }"
        );
    }
}
