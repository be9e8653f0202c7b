/// Nanoseconds of processor time that this thread has had.
#[cfg(unix)]
pub fn now() -> f64 {
    use rustix::time::{ClockId, clock_gettime};

    let time = clock_gettime(ClockId::ThreadCPUTime);
    nanoseconds(time.tv_sec, time.tv_nsec)
}

/// Nanoseconds since the first call: elsewhere there is only the clock on the wall.
#[cfg(not(unix))]
pub fn now() -> f64 {
    use std::sync::OnceLock;
    use std::time::Instant;

    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_secs_f64() * 1e9
}

#[cfg(unix)]
#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "a bench does not run for the months after which a double loses a nanosecond"
)]
fn nanoseconds(seconds: i64, rest: i64) -> f64 {
    seconds as f64 * 1e9 + rest as f64
}
