//! The instant at which shared tests take place.

use npki_core::Instant;

/// Tuesday 2026-12-01 12:00:00 KST (03:00:00 UTC).
///
/// Noon of a weekday, in the middle of the hours in which certificates are issued (R16), and not near the boundary of
/// a year, a month or a KST day: a test that wants a boundary names its own instant.
///
/// # Panics
/// Never: the number lies within the years that an [`Instant`] can tell.
#[must_use]
pub fn now() -> Instant {
    Instant::from_unix_seconds(NOW_UNIX).expect("2026 is a year that an instant can tell")
}

/// [`now`] in Unix seconds, for other implementations (`openssl … -attime`, `faketime`).
pub const NOW_UNIX: i64 = 1_796_094_000;

#[cfg(test)]
mod tests {
    use super::{NOW_UNIX, now};

    #[test]
    fn is_noon_in_seoul() {
        assert_eq!(now().unix_seconds(), NOW_UNIX);
        assert_eq!(now().kst_second_of_day(), 12 * 3600);
    }
}
