//! GF(2^8) modulo 0x163 and SEED's S-boxes by plain exponentiation, as the tests' measure.

/// x^8 + x^6 + x^5 + x + 1 without its first term. Source: RFC 4269 section 2.2.
const MODULUS: u8 = 0x63;

pub(crate) fn multiply(mut a: u8, b: u8) -> u8 {
    let mut product = 0;
    for bit in 0..8 {
        if b >> bit & 1 == 1 {
            product ^= a;
        }
        let carry = a >> 7;
        a = (a << 1) ^ (carry * MODULUS);
    }
    product
}

pub(crate) fn power(base: u8, exponent: u32) -> u8 {
    (0..exponent).fold(1, |power, _| multiply(power, base))
}

/// S1(x) = A1 · x^247 + 169.
pub(crate) fn s1(x: u8) -> u8 {
    map(
        [0x2c, 0xd0, 0x69, 0xc2, 0x41, 0x44, 0x58, 0xe2],
        power(x, 247),
    ) ^ 169
}

/// S2(x) = A2 · x^251 + 56.
pub(crate) fn s2(x: u8) -> u8 {
    map(
        [0xd0, 0x2a, 0xe1, 0x2c, 0x21, 0x30, 0xa2, 0x6c],
        power(x, 251),
    ) ^ 56
}

/// The G function, as RFC 4269 section 2.2 writes it.
pub(crate) fn g(x: u32) -> u32 {
    let [x0, x1, x2, x3] = x.to_le_bytes();
    let y = [s1(x0), s2(x1), s1(x2), s2(x3)];
    let m = [0xfc, 0xf3, 0xcf, 0x3f];
    u32::from_le_bytes(core::array::from_fn(|i| {
        (0..4).fold(0, |z, j| z ^ (y[j] & m[(i + j) % 4]))
    }))
}

/// A linear map given by the images of the bits, bit 0 first.
fn map(columns: [u8; 8], x: u8) -> u8 {
    (0..8)
        .filter(|&bit| x >> bit & 1 == 1)
        .fold(0, |sum, bit| sum ^ columns[bit])
}

#[test]
fn s_boxes_begin_as_in_appendix_a() {
    let first =
        |s: fn(u8) -> u8| core::array::from_fn::<u8, 16, _>(|x| s(u8::try_from(x).unwrap()));
    assert_eq!(
        first(s1),
        [
            169, 133, 214, 211, 84, 29, 172, 37, 93, 67, 24, 30, 81, 252, 202, 99
        ]
    );
    assert_eq!(
        first(s2),
        [
            56, 232, 45, 166, 207, 222, 179, 184, 175, 96, 85, 199, 68, 111, 107, 91
        ]
    );
}
