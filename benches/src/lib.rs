//! What the benches share: rows that are measured in turns, and other implementations in a Python process.
//!
//! Figures are medians of rounds. In a round every row is measured once, one after the other, so that whatever
//! slows the machine down slows all of them down; a ratio is the median of the rounds' ratios. Time is the processor's
//! time of the thread that does the work, in its own process: no peer pays for its start, nobody for a busy machine.

mod allocator;
mod clock;
mod openssl;
mod peers;
mod rows;

pub use allocator::Counting;
pub use clock::now as processor_time;
pub use openssl::openssl;
pub use peers::Peers;
pub use rows::{Row, Table, median};

/// Whether the processor has the SHA-1 instructions that the `sha1` crate looks for at run time.
#[must_use]
pub fn sha1_instructions() -> &'static str {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    {
        if std::arch::is_x86_feature_detected!("sha") {
            return "sha_ni is there";
        }
        "sha_ni is NOT there"
    }
    #[cfg(not(any(target_arch = "x86", target_arch = "x86_64")))]
    "sha_ni is of another processor"
}

/// How many rounds: `NPKI_BENCH_ROUNDS`, 31 if that is not set.
#[must_use]
pub fn rounds() -> usize {
    rounds_or(31)
}

/// How many rounds of something slow: `NPKI_BENCH_ROUNDS`, `few` if that is not set.
#[must_use]
pub fn rounds_or(few: usize) -> usize {
    std::env::var("NPKI_BENCH_ROUNDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(few)
}
