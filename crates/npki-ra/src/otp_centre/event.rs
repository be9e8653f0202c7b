//! What a device's stream records: tries and verdicts, no serial number and no code.

use der::Sequence;
use npki_core::named;
use npki_ledger::SealedId;

use crate::{TryId, events::events};

events! {
    /// An event of a device's stream at an OTP centre.
    DeviceEvent {
        Enrolled = "device.enrolled";
        Tried = "device.tried";
        Judged = "device.judged";
        Lifted = "device.lifted";
    }
}

/// The device is known.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct Enrolled {
    /// The sealed record with its secret.
    pub secret: SealedId,
}

/// A code was entered; counted before it is judged.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct Tried {
    /// Where.
    pub institution: String,
    /// That institution's name for the try.
    pub id: TryId,
}

/// A try was judged.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct Judged {
    /// Which.
    pub id: TryId,
    /// How.
    pub verdict: Verdict,
}

/// A branch has lifted the lock.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct Lifted {
    /// Whose branch.
    pub institution: String,
}

/// How a try was judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Right, and the first time.
    Right,
    /// Wrong.
    Wrong,
    /// Right, and not the first time.
    Used,
}

named!(Verdict, [
    Right = "right", "일치", "right";
    Wrong = "wrong", "불일치", "wrong";
    Used = "used", "이미 사용됨", "used already";
]);
