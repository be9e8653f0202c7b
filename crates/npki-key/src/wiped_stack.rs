//! The stack that arithmetic on secrets has used.

use core::hint::black_box;

/// Does `work`, and overwrites the stack below this call with zeros.
///
/// Values that are moved, and the fixed-width numbers of `p256`, leave copies in frames that are
/// gone, where no destructor comes. The language promises nothing about frames: `tests/memory.rs`
/// looks whether it works.
#[inline(never)]
pub(crate) fn on_wiped_stack<T>(work: impl FnOnce() -> T) -> T {
    let result = apart(work);
    overwrite();
    result
}

/// Holds the frames of `work` below the caller's.
#[inline(never)]
fn apart<T>(work: impl FnOnce() -> T) -> T {
    work()
}

#[inline(never)]
fn overwrite() {
    black_box(&mut [0_u8; OCTETS]);
}

/// Several times what the arithmetic takes without optimisation; writing it takes 2 µs.
const OCTETS: usize = 64 * 1024;
