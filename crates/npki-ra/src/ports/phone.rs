use core::fmt;

use npki_core::{Instant, PortError};

use super::PhoneNumber;
use crate::CallId;

/// The telephone: calls a registered number and has an approval number keyed in (ARS 인증).
pub trait Phone: fmt::Debug + Send + Sync {
    /// Calls `to`; whoever answers is asked to key in the number that stands on the screen.
    /// A call with a name that was called already is not placed again.
    ///
    /// # Errors
    /// [`PortError`].
    fn call(
        &self,
        call: &CallId,
        to: &PhoneNumber,
        approval: ApprovalNumber,
        now: Instant,
    ) -> Result<(), PortError>;

    /// What has become of a call.
    ///
    /// # Errors
    /// [`PortError`].
    fn outcome(&self, call: &CallId) -> Result<CallOutcome, PortError>;
}

/// 승인번호: two digits that the screen shows and the telephone is to get.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ApprovalNumber(u8);

impl ApprovalNumber {
    /// A number below 100, of any number.
    pub(crate) const fn of(number: u8) -> Self {
        Self(number % 100)
    }

    /// The number, 0 to 99, shown with two digits.
    #[must_use]
    pub const fn expose_number(self) -> u8 {
        self.0
    }
}

impl fmt::Debug for ApprovalNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(_) = self;
        f.write_str("ApprovalNumber(..)")
    }
}

/// What has become of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CallOutcome {
    /// The right number was keyed in, at this instant.
    Approved {
        /// When.
        at: Instant,
    },
    /// The call is forwarded to another number (착신전환): refused.
    Forwarded,
    /// Nobody keyed anything in, yet or ever.
    Silent,
    /// Another number was keyed in.
    Wrong,
}
