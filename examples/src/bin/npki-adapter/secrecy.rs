use std::hint::black_box;

use zeroize::Zeroize as _;

/// Overwrites the stack below the caller, where calls that have returned left their local variables: schedules of
/// ciphers, states of hash functions, halves of keys on their way into a box.
#[inline(never)]
pub(crate) fn wipe_stack() {
    let mut below = [0_u64; WORDS];
    below.zeroize();
    black_box(&below);
}

/// Half a MiB: deeper than any operation goes, as a search through the memory of the process shows.
const WORDS: usize = 1 << 16;
