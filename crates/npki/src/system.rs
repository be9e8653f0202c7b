use core::{convert::Infallible, fmt};
use std::time::{SystemTime, UNIX_EPOCH};

use getrandom::SysRng;
use npki_core::Instant;
use rand_core::{TryCryptoRng, TryRng, UnwrapErr};

/// The system's generator: a [`rand_core::CryptoRng`].
///
/// Panics, as is the habit with system randomness, when the system has none to give.
pub struct SystemRng(UnwrapErr<SysRng>);

/// The system's generator.
#[must_use]
pub const fn system_rng() -> SystemRng {
    SystemRng(UnwrapErr(SysRng))
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

impl TryRng for SystemRng {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        self.0.try_next_u32()
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        self.0.try_next_u64()
    }

    fn try_fill_bytes(&mut self, octets: &mut [u8]) -> Result<(), Self::Error> {
        self.0.try_fill_bytes(octets)
    }
}

impl TryCryptoRng for SystemRng {}

impl fmt::Debug for SystemRng {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(_) = self;
        f.write_str("SystemRng")
    }
}
