//! The sixteen rounds of RFC 4269 section 2, for one block and for many.
//!
//! Decrypting is encrypting with the round keys in reverse order, so both take an iterator of them.

use crate::g::{Words, g, g_wide};
use crate::key_schedule::RoundKey;
use cipher::{Array, consts::U16};
use core::mem::swap;

/// 16 bytes, a block of SEED.
pub(crate) type Block = Array<u8, U16>;

/// Carries one block through the rounds.
#[inline]
pub(crate) fn one<'k>(keys: impl Iterator<Item = &'k RoundKey>, block: &Block) -> Block {
    let [mut l0, mut l1, mut r0, mut r1] = read(block);
    for [k0, k1] in keys {
        let [f0, f1] = f([r0, r1], [*k0, *k1]);
        [l0, l1, r0, r1] = [r0, r1, l0 ^ f0, l1 ^ f1];
    }
    // The last round does not exchange the halves.
    let mut block = Block::default();
    write([r0, r1, l0, l1], &mut block);
    block
}

/// The function F of RFC 4269 section 2.1.
#[inline]
fn f([r0, r1]: [u32; 2], [k0, k1]: RoundKey) -> [u32; 2] {
    let c = r0 ^ k0;
    let first = g(c ^ r1 ^ k1);
    let second = g(first.wrapping_add(c));
    let third = g(second.wrapping_add(first));
    [third.wrapping_add(second), third]
}

/// Up to 8 × `N` blocks, bound for the rounds together: each word of a block in its own array.
pub(crate) struct Batch<const N: usize> {
    l0: Words<N>,
    l1: Words<N>,
    r0: Words<N>,
    r1: Words<N>,
}

impl<const N: usize> Batch<N> {
    /// Takes the first 8 × `N` of `blocks`; places without a block hold zeros.
    #[inline]
    pub(crate) fn read(blocks: &[Block]) -> Self {
        let zeros = [[0; N]; 8];
        let mut batch = Self {
            l0: zeros,
            l1: zeros,
            r0: zeros,
            r1: zeros,
        };
        for ((((l0, l1), r0), r1), block) in batch.places().zip(blocks) {
            [*l0, *l1, *r0, *r1] = read(block);
        }
        batch
    }

    /// Carries all blocks through the rounds.
    #[inline]
    pub(crate) fn run<'k>(&mut self, keys: impl Iterator<Item = &'k RoundKey>) {
        let Self { l0, l1, r0, r1 } = self;
        for key in keys {
            let (f0, f1) = f_wide(r0, r1, key);
            combine(l0, &f0, |l, f| l ^ f);
            combine(l1, &f1, |l, f| l ^ f);
            swap(l0, r0);
            swap(l1, r1);
        }
        // The last round does not exchange the halves.
        swap(l0, r0);
        swap(l1, r1);
    }

    /// Gives the blocks back, as many as `blocks` has room for.
    #[inline]
    pub(crate) fn write(mut self, blocks: &mut [Block]) {
        for ((((l0, l1), r0), r1), block) in self.places().zip(blocks) {
            write([*l0, *l1, *r0, *r1], block);
        }
    }

    #[inline]
    fn places(&mut self) -> impl Iterator<Item = (((&mut u32, &mut u32), &mut u32), &mut u32)> {
        let Self { l0, l1, r0, r1 } = self;
        let left = l0.as_flattened_mut().iter_mut().zip(l1.as_flattened_mut());
        left.zip(r0.as_flattened_mut()).zip(r1.as_flattened_mut())
    }
}

/// The function F on each pair of words.
#[inline]
fn f_wide<const N: usize>(
    r0: &Words<N>,
    r1: &Words<N>,
    &[k0, k1]: &RoundKey,
) -> (Words<N>, Words<N>) {
    let mut second = r0.map(|lane| lane.map(|r| r ^ k0));
    let mut first = r1.map(|lane| lane.map(|r| r ^ k1));
    combine(&mut first, &second, |a, b| a ^ b);
    g_wide(&mut first);
    combine(&mut second, &first, u32::wrapping_add);
    g_wide(&mut second);
    let mut third = first;
    combine(&mut third, &second, u32::wrapping_add);
    g_wide(&mut third);
    combine(&mut second, &third, u32::wrapping_add);
    (second, third)
}

#[inline]
fn combine<const N: usize>(a: &mut Words<N>, b: &Words<N>, operation: impl Fn(u32, u32) -> u32) {
    for (a, b) in a.as_flattened_mut().iter_mut().zip(b.as_flattened()) {
        *a = operation(*a, *b);
    }
}

#[inline]
fn read(block: &Block) -> [u32; 4] {
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = block.0;
    [[a, b, c, d], [e, f, g, h], [i, j, k, l], [m, n, o, p]].map(u32::from_be_bytes)
}

#[inline]
fn write(words: [u32; 4], block: &mut Block) {
    for (byte, value) in block
        .iter_mut()
        .zip(words.map(u32::to_be_bytes).as_flattened())
    {
        *byte = *value;
    }
}
