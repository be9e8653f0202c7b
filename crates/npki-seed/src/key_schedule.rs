//! The key schedule of RFC 4269 section 2.3.

use crate::g::{Words, g_wide};
use cipher::{Array, consts::U16, zeroize::Zeroize};

/// The two words of one round, K(i,0) and K(i,1).
pub(crate) type RoundKey = [u32; 2];

/// Sixteen rounds.
pub(crate) type RoundKeys = [RoundKey; 16];

/// Writes the round keys of `key`.
///
/// What G is applied to depends on the key alone, not on earlier round keys, so all 32 words go through
/// it at once.
pub(crate) fn expand(key: &Array<u8, U16>, round_keys: &mut RoundKeys) {
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = key.0;
    let mut words =
        [[a, b, c, d], [e, f, g, h], [i, j, k, l], [m, n, o, p]].map(u32::from_be_bytes);
    let mut lanes: Words<4> = [[0; 4]; 8];

    let [k0, k1, k2, k3] = &mut words;
    let (inputs, _) = lanes.as_flattened_mut().as_chunks_mut::<2>();
    for (round, input) in (1u32..).zip(inputs) {
        let constant = GOLDEN_RATIO.rotate_left(round - 1);
        *input = [
            k0.wrapping_add(*k2).wrapping_sub(constant),
            k1.wrapping_sub(*k3).wrapping_add(constant),
        ];
        if round % 2 == 1 {
            [*k0, *k1] = [*k0 >> 8 | *k1 << 24, *k1 >> 8 | *k0 << 24];
        } else {
            [*k2, *k3] = [*k2 << 8 | *k3 >> 24, *k3 << 8 | *k2 >> 24];
        }
    }

    g_wide(&mut lanes);
    let (outputs, _) = lanes.as_flattened().as_chunks::<2>();
    for (round_key, output) in round_keys.iter_mut().zip(outputs) {
        *round_key = *output;
    }
    lanes.zeroize();
    words.zeroize();
}

/// KC of round 1, the golden ratio's fraction in 32 bits; each round turns it left by one bit.
const GOLDEN_RATIO: u32 = 0x9e37_79b9;

#[cfg(test)]
mod tests {
    use super::*;

    /// Each line: the key, then K(1,0), K(1,1), … K(16,1), in hexadecimal.
    const VECTORS: &str = include_str!("../tests/vectors/round-keys/rfc4269.txt");

    #[test]
    fn round_keys_of_appendix_b() {
        let mut seen = 0;
        for line in VECTORS.lines().filter(|line| !line.starts_with('#')) {
            let (key, wanted) = line.split_once(' ').unwrap();
            let key = u128::from_str_radix(key, 16).unwrap().to_be_bytes();
            let mut round_keys = [[0; 2]; 16];
            expand(&key.into(), &mut round_keys);
            let wanted = wanted
                .split(' ')
                .map(|word| u32::from_str_radix(word, 16).unwrap());
            assert!(
                round_keys.as_flattened().iter().copied().eq(wanted),
                "{line}"
            );
            seen += 1;
        }
        assert_eq!(seen, 4);
    }
}
