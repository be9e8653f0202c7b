use std::hint::black_box;

use zeroize::Zeroize as _;

/// Overwrites the stack below the caller, where calls that have returned left their local variables: schedules of
/// ciphers, states of hash functions, halves of keys on their way into a box.
#[inline(never)]
pub(crate) fn wipe_stack() {
    let mut below = [0_u8; DEPTH];
    below.zeroize();
    black_box(&below);
}

/// Deeper than any operation goes: the deepest, RSA with 8,192 bits, uses some 100 KiB.
const DEPTH: usize = 1 << 20;
