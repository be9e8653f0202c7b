use std::time::{SystemTime, UNIX_EPOCH};

use getrandom::SysRng;
use npki_core::Instant;
use rand_core::UnwrapErr;

/// The system's generator, as a [`rand_core::CryptoRng`].
///
/// Panics, as is the habit with system randomness, when the system has none to give.
pub type SystemRng = UnwrapErr<SysRng>;

/// The system's generator.
#[must_use]
pub const fn system_rng() -> SystemRng {
    UnwrapErr(SysRng)
}

/// The system's clock; a clock that stands outside of the years 1 to 9998 gives the nearest end.
#[must_use]
pub fn now() -> Instant {
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| {
            i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
        });
    Instant::from_unix_seconds(seconds).unwrap_or(Instant::MAX)
}
