//! Inversion in GF(2^8), many bytes at once.
//!
//! Bytes are held bit by bit: word `k` of a `[u32; 8]` holds bit `k` of up to 32 bytes, one byte at
//! each bit position. XOR and AND of such words are addition and multiplication in GF(2) of 32 bytes
//! at a time, and a circuit made of nothing else takes the same time for every value.
//!
//! SEED's field is GF(2)\[x\] modulo x^8 + x^6 + x^5 + x + 1 (0x163). A circuit for the inverse is
//! small in a tower of quadratic extensions (the way of Itoh and Tsujii, 1988, and of Canright's AES
//! S-box, CHES 2005), each step with a normal basis whose trace is one:
//!
//! | field | basis over the one before | with | as bytes modulo 0x163 |
//! | --- | --- | --- | --- |
//! | GF(4) | w, w^2 | w + w^2 = 1, w · w^2 = 1 | w = 0xf0 |
//! | GF(16) | z, z^4 | z + z^4 = 1, z · z^4 = w^2 | z = 0x74 |
//! | GF(256) | y, y^16 | y + y^16 = 1, y · y^16 = n | y = 0x82, n = 0xe2 |
//!
//! In a step with basis b, b' and norm m = b · b', the conjugate of l·b + h·b' is h·b + l·b', and
//! their product m·(l + h)^2 + l·h lies in the smaller field. So the inverse is the conjugate times
//! the inverse of that product. Of the towers of this shape, a greedy search for common sums needed the
//! fewest XORs with this one: 13 to change into its basis, 21 from there into both S-boxes ([`crate::g`]).
//!
//! Zero has no inverse and yields zero, as x^254 does.

/// Bit `k` of 32 bytes in word `k`.
pub(crate) type Planes = [u32; 8];

/// An element of GF(16): coefficients of wz, w²z, wz⁴, w²z⁴.
type Nibble = [u32; 4];

/// An element of GF(4): coefficients of w, w².
type Pair = [u32; 2];

/// The inverse of each byte modulo 0x163, given in the polynomial basis, returned in that of the tower.
///
/// Bit `4i + j` of the result is the coefficient of y (i = 0) or y^16 (i = 1) times the `j`-th of
/// wz, w²z, wz⁴, w²z⁴.
#[inline(always)]
pub(crate) fn invert_into_tower(x: Planes) -> Planes {
    let [l0, l1, l2, l3, h0, h1, h2, h3] = into_tower(x);
    let (low, high) = ([l0, l1, l2, l3], [h0, h1, h2, h3]);

    let product = add(norm_times_square(add(low, high)), multiply(low, high));
    let inverse = invert(product);
    let [l0, l1, l2, l3] = multiply(inverse, high);
    let [h0, h1, h2, h3] = multiply(inverse, low);
    [l0, l1, l2, l3, h0, h1, h2, h3]
}

/// From powers of x to the products of y, z and w: the inverse of the matrix whose columns are those
/// products, with common sums found by a greedy search.
#[inline(always)]
fn into_tower([x0, x1, x2, x3, x4, x5, x6, x7]: Planes) -> Planes {
    let t0 = x0 ^ x3;
    let t1 = x7 ^ t0;
    let t2 = x2 ^ x5;
    let t3 = x6 ^ t1;
    let t4 = t2 ^ t3;
    let t5 = x5 ^ t0;
    let t6 = x7 ^ t2;
    [t4, x4 ^ t1, t1, x0 ^ t6, t5, x1 ^ t3, t0 ^ t2, x1 ^ x4 ^ t4]
}

/// n·a² in GF(16), a linear map.
#[inline(always)]
fn norm_times_square([a0, a1, a2, a3]: Nibble) -> Nibble {
    [a3, a2, a0 ^ a1 ^ a3, a1 ^ a2]
}

#[inline(always)]
fn add([a0, a1, a2, a3]: Nibble, [b0, b1, b2, b3]: Nibble) -> Nibble {
    [a0 ^ b0, a1 ^ b1, a2 ^ b2, a3 ^ b3]
}

/// The product in GF(16): with m = w²·(l + h)(l' + h'), it is (l·l' + m)·z + (h·h' + m)·z⁴.
#[inline(always)]
fn multiply([a0, a1, a2, a3]: Nibble, [b0, b1, b2, b3]: Nibble) -> Nibble {
    let [m0, m1] = multiply_pair([a0 ^ a2, a1 ^ a3], [b0 ^ b2, b1 ^ b3]);
    // w² · (m0·w + m1·w²) = (m0 + m1)·w + m0·w²
    let [m0, m1] = [m0 ^ m1, m0];
    let [l0, l1] = multiply_pair([a0, a1], [b0, b1]);
    let [h0, h1] = multiply_pair([a2, a3], [b2, b3]);
    [l0 ^ m0, l1 ^ m1, h0 ^ m0, h1 ^ m1]
}

/// The inverse in GF(16), zero for zero.
#[inline(always)]
fn invert([a0, a1, a2, a3]: Nibble) -> Nibble {
    let [s0, s1] = [a0 ^ a2, a1 ^ a3];
    let [p0, p1] = multiply_pair([a0, a1], [a2, a3]);
    // w² · (s0·w + s1·w²)² = (s0 + s1)·w + s1·w²
    let [p0, p1] = [p0 ^ s0 ^ s1, p1 ^ s1];
    // In GF(4) the inverse is the square, which swaps w and w².
    let inverse = [p1, p0];
    let [l0, l1] = multiply_pair(inverse, [a2, a3]);
    let [h0, h1] = multiply_pair(inverse, [a0, a1]);
    [l0, l1, h0, h1]
}

/// The product in GF(4).
#[inline(always)]
fn multiply_pair([a0, a1]: Pair, [b0, b1]: Pair) -> Pair {
    let cross = (a0 ^ a1) & (b0 ^ b1);
    [(a0 & b0) ^ cross, (a1 & b1) ^ cross]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::{multiply as field_multiply, power};

    const W: u8 = 0xf0;
    const Z: u8 = 0x74;
    const Y: u8 = 0x82;

    #[test]
    fn the_tower_is_what_the_table_says() {
        assert_eq!(W ^ power(W, 2), 1);
        assert_eq!(field_multiply(W, power(W, 2)), 1);
        assert_eq!(Z ^ power(Z, 4), 1);
        assert_eq!(field_multiply(Z, power(Z, 4)), power(W, 2));
        assert_eq!(Y ^ power(Y, 16), 1);
        assert_eq!(field_multiply(Y, power(Y, 16)), 0xe2);
    }

    #[test]
    fn change_of_basis_and_inverse_hold_for_every_byte() {
        for byte in 0..=255 {
            assert_eq!(
                from_tower(into_tower(planes(byte))),
                byte,
                "basis, {byte:#04x}"
            );
            assert_eq!(
                from_tower(invert_into_tower(planes(byte))),
                power(byte, 254),
                "inverse, {byte:#04x}"
            );
        }
    }

    fn planes(byte: u8) -> Planes {
        core::array::from_fn(|k| u32::from(byte >> k & 1))
    }

    fn from_tower(planes: Planes) -> u8 {
        let mut byte = 0;
        for (k, plane) in planes.into_iter().enumerate() {
            let outer = [Y, power(Y, 16)][k / 4];
            let middle = [Z, power(Z, 4)][k / 2 % 2];
            let inner = [W, power(W, 2)][k % 2];
            if plane & 1 == 1 {
                byte ^= field_multiply(outer, field_multiply(middle, inner));
            }
        }
        byte
    }
}
