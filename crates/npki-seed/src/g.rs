//! The G function of RFC 4269 section 2.2, for one word and for many.
//!
//! G puts the bytes of a word through S1, S2, S1, S2 (lowest byte first) and mixes them. Both S-boxes
//! are affine images of one inverse: x^247 = (x^-1)^8 and x^251 = (x^-1)^4, and raising to a power of
//! two is linear, so S1(x) = B1 · x^-1 + 169 and S2(x) = B2 · x^-1 + 56 with 8×8 matrices of bits.
//! (The columns of B1 are A1 · b^8 and those of B2 are A2 · b^4 for the basis elements b that
//! [`crate::inverse`] ends with; A1 and A2 are the affine maps of the S-boxes.)
//!
//! One word yields four bytes only: [`g`] takes its bit planes by shifting. Eight words fill the planes,
//! and [`g_wide`] runs `N` such groups side by side in a loop that compilers turn into vector code.

use crate::inverse::{Planes, invert_into_tower};

/// 8 × `N` words, the unit of [`g_wide`].
pub(crate) type Words<const N: usize> = [[u32; N]; 8];

/// G of one word.
#[inline]
pub(crate) fn g(x: u32) -> u32 {
    let y = substitute(x);

    // Row i of the mixing takes from byte j all bits but the pair i + j (mod 4). So each output bit of
    // pair p in byte i is the sum of that bit in all four bytes less the one in byte p - i.
    let pairs = y ^ y.rotate_left(16);
    let turned = y.rotate_left(8);
    let turned_pairs = pairs.rotate_left(8);
    let all = pairs ^ turned_pairs;
    all ^ (y & 0x3333_3333)
        ^ (pairs & 0x0330_0330)
        ^ (turned & 0xcccc_cccc)
        ^ (turned_pairs & 0xc00c_c00c)
}

/// G of 8 × `N` words, each in its place.
pub(crate) fn g_wide<const N: usize>(words: &mut Words<N>) {
    let [a, b, c, d, e, f, g, h] = words;
    let lanes = a
        .iter_mut()
        .zip(b)
        .zip(c)
        .zip(d)
        .zip(e)
        .zip(f)
        .zip(g)
        .zip(h);
    for (((((((a, b), c), d), e), f), g), h) in lanes {
        [*a, *b, *c, *d, *e, *f, *g, *h] = g_of_eight([*a, *b, *c, *d, *e, *f, *g, *h]);
    }
}

#[inline(always)]
fn g_of_eight(x: [u32; 8]) -> [u32; 8] {
    let [y0, y1, y2, y3, y4, y5, y6, y7] = s_boxes(invert_into_tower(transpose(x)));
    // 169 in the even bytes, 56 in the odd ones.
    let (y0, y3) = (y0 ^ EVEN, y3 ^ !0);
    let (y4, y5, y7) = (y4 ^ ODD, y5 ^ !0, y7 ^ EVEN);
    transpose([
        mix(y0, ODD),
        mix(y1, ODD),
        mix(y2.rotate_left(8), EVEN),
        mix(y3.rotate_left(8), EVEN),
        mix(y4, EVEN),
        mix(y5, EVEN),
        mix(y6.rotate_left(8), ODD),
        mix(y7.rotate_left(8), ODD),
    ])
}

/// The sum of all four bytes less one: byte i + 2 is left out where `exchanged` is set, byte i elsewhere.
///
/// Pairs 0 and 2 leave out byte -i and 2 - i, which is i or i + 2. Pairs 1 and 3 leave out byte 1 - i
/// and 3 - i, which is i or i + 2 after a turn by one byte; the sum of all does not feel the turn.
#[inline(always)]
fn mix(y: u32, exchanged: u32) -> u32 {
    let pairs = y ^ y.rotate_left(16);
    let all = pairs ^ pairs.rotate_left(8);
    all ^ y ^ (pairs & exchanged)
}

/// S1 of the even and S2 of the odd bytes of one word.
#[inline(always)]
fn substitute(x: u32) -> u32 {
    // Bits that belong to no byte's lowest place run along and are cleared at the end.
    let shifted = [x, x >> 1, x >> 2, x >> 3, x >> 4, x >> 5, x >> 6, x >> 7];
    let [y0, y1, y2, y3, y4, y5, y6, y7] = s_boxes(invert_into_tower(shifted)).map(|y| y & LOWEST);
    let y = y0 | y1 << 1 | y2 << 2 | y3 << 3 | y4 << 4 | y5 << 5 | y6 << 6 | y7 << 7;
    y ^ CONSTANTS
}

/// B1 in the even and B2 in the odd bytes: B2 everywhere, and B1 + B2 added in the even ones.
#[inline(always)]
fn s_boxes([v0, v1, v2, v3, v4, v5, v6, v7]: Planes) -> Planes {
    let t0 = v1 ^ v5;
    let t1 = v3 ^ v7;
    let t2 = v0 ^ v4;
    let t3 = v2 ^ t0;
    let t4 = v5 ^ v6;
    let t5 = v0 ^ v7;
    let t6 = v0 ^ t1;
    let t7 = v4 ^ t1;
    let t8 = v6 ^ t2;
    let t9 = v3 ^ t3;
    [
        (t2 ^ t9) ^ ((v2 ^ t6) & EVEN),
        (t0 ^ t5) ^ ((t4 ^ t5) & EVEN),
        (v5 ^ t7) ^ ((t1 ^ t3) & EVEN),
        (v3 ^ t8) ^ (v0 & EVEN),
        t8 ^ ((t4 ^ t6) & EVEN),
        (t0 ^ t2) ^ ((t4 ^ t7) & EVEN),
        v6 ^ (t3 & EVEN),
        v4 ^ ((v6 ^ t9) & EVEN),
    ]
}

/// Exchanges word and bit numbers within each byte: bit `k` of byte `b` of word `w` and bit `w` of byte
/// `b` of word `k`. Its own inverse.
#[inline(always)]
fn transpose([a, b, c, d, e, f, g, h]: [u32; 8]) -> [u32; 8] {
    let swap = |a: u32, b: u32, distance: u32, mask: u32| {
        let change = ((a >> distance) ^ b) & mask;
        (a ^ (change << distance), b ^ change)
    };
    let (a, b) = swap(a, b, 1, 0x5555_5555);
    let (c, d) = swap(c, d, 1, 0x5555_5555);
    let (e, f) = swap(e, f, 1, 0x5555_5555);
    let (g, h) = swap(g, h, 1, 0x5555_5555);
    let (a, c) = swap(a, c, 2, 0x3333_3333);
    let (b, d) = swap(b, d, 2, 0x3333_3333);
    let (e, g) = swap(e, g, 2, 0x3333_3333);
    let (f, h) = swap(f, h, 2, 0x3333_3333);
    let (a, e) = swap(a, e, 4, 0x0f0f_0f0f);
    let (b, f) = swap(b, f, 4, 0x0f0f_0f0f);
    let (c, g) = swap(c, g, 4, 0x0f0f_0f0f);
    let (d, h) = swap(d, h, 4, 0x0f0f_0f0f);
    [a, b, c, d, e, f, g, h]
}

/// Bytes 0 and 2 of a word, which go through S1.
const EVEN: u32 = 0x00ff_00ff;

/// Bytes 1 and 3 of a word, which go through S2.
const ODD: u32 = !EVEN;

/// The lowest bit of each byte.
const LOWEST: u32 = 0x0101_0101;

/// The constants of the S-boxes, 169 (0xa9) and 56 (0x38), in their bytes.
const CONSTANTS: u32 = 0x38a9_38a9;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field;
    use proptest::prelude::*;

    #[test]
    fn both_s_boxes_for_every_byte() {
        for byte in 0..=255 {
            let (s1, s2) = (field::s1(byte), field::s2(byte));
            let y = substitute(u32::from_le_bytes([byte; 4]));
            assert_eq!(y.to_le_bytes(), [s1, s2, s1, s2], "{byte:#04x}");
        }
    }

    #[test]
    fn one_byte_at_a_time_through_g() {
        for byte in 0..=255_u8 {
            for place in 0..4 {
                let x = u32::from(byte) << (8 * place);
                assert_eq!(g(x), field::g(x), "{x:#010x}");
                assert_eq!(many::<1>(|_| x), [field::g(x); 8], "{x:#010x}");
            }
        }
    }

    proptest! {
        #[test]
        fn one_word_and_many_agree_with_the_text(words in prop::array::uniform32(any::<u32>())) {
            let wanted = words.map(field::g);
            prop_assert_eq!(words.map(g), wanted);
            prop_assert_eq!(many::<4>(|i| words[i]), wanted);
            prop_assert_eq!(many::<1>(|i| words[i]), &wanted[..8]);
        }
    }

    fn many<const N: usize>(word: impl Fn(usize) -> u32) -> std::vec::Vec<u32> {
        let mut words: Words<N> =
            core::array::from_fn(|i| core::array::from_fn(|j| word(i * N + j)));
        g_wide(&mut words);
        words.as_flattened().to_vec()
    }
}
