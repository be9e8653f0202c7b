use core::fmt::Debug;

use npki_core::{Instant, PortError};

use super::{DeviceSerial, Otp};
use crate::TryId;

/// The OTP centre (OTP통합인증센터): judges one-time passwords for every institution.
///
/// # Contract
/// One counter per device, whichever institution asks (R32). Each try is counted durably before it
/// is judged, and the bank counts none beside it; a right answer resets the count. A code is good
/// once: whoever shows it again, in whichever institution, gets [`OtpVerdict::Used`]. The same try,
/// asked again, is not counted again and gets the same answer.
///
/// [`LedgerOtpCentre`](crate::LedgerOtpCentre) is one on a ledger of its own.
pub trait OtpCentre: Debug + Send + Sync {
    /// Judges what a customer has entered; `device` is the one that the bank knows as theirs.
    ///
    /// # Errors
    /// [`PortError::Refused`] when the centre does not know the device.
    fn try_code(
        &self,
        id: &TryId,
        device: &DeviceSerial,
        answer: &Otp,
        now: Instant,
    ) -> Result<OtpVerdict, PortError>;

    /// Tries of a device since the last right one, those that are being judged included.
    ///
    /// # Errors
    /// [`PortError`].
    fn failures(&self, device: &DeviceSerial) -> Result<u32, PortError>;

    /// Lifts the lock of a device, once for each key.
    ///
    /// # Errors
    /// [`PortError`].
    ///
    /// # Security
    /// The institution has seen the customer at a branch.
    fn lift(&self, key: &TryId, device: &DeviceSerial, now: Instant) -> Result<(), PortError>;
}

/// What the OTP centre says to a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum OtpVerdict {
    /// The device shows this code now, and nobody has used it before.
    Right,
    /// It does not, or it is another device.
    Wrong,
    /// It does, and the code was used already: the next one is to be waited for. Counts as wrong.
    Used,
    /// Too many wrong ones in a row: nothing was judged (R32).
    Locked,
}
