use core::iter::once;

use crypto_bigint::{BoxedUint, Limb};

use super::{SecretNumber, zero};

/// `number` modulo `modulus`, which is not zero; as wide as the modulus.
///
/// One limb of the quotient after the other. An estimate may be too large by two: both corrections
/// are always gone through.
///
/// Source: Knuth, The Art of Computer Programming, volume 2, section 4.3.1, algorithm D.
pub(crate) fn remainder(number: &BoxedUint, modulus: &BoxedUint) -> SecretNumber {
    let bits = modulus.bits();
    // So far to the left that the divisor's uppermost bit is set.
    let shift = (Limb::BITS - bits % Limb::BITS) % Limb::BITS;
    let divisor = shifted_left(modulus, shift, bits);
    let divisor = divisor.as_limbs();
    let width = divisor.len();
    let mut rest = shifted_left(
        number,
        shift,
        number.bits_precision().max(bits) + Limb::BITS,
    );
    let top = divisor.last().copied().unwrap_or(Limb::MAX);
    let inverse = reciprocal(top);
    for from in (0..rest.as_limbs().len().saturating_sub(width)).rev() {
        let limbs = rest.as_mut_limbs().get_mut(from..).unwrap_or_default();
        let Some((part, [above, ..])) = limbs.split_at_mut_checked(width) else {
            continue;
        };
        let below = part.last().copied().unwrap_or(Limb::ZERO);
        let quotient = estimate(*above, below, top, inverse);
        subtract_multiple(above, part, quotient, divisor);
        add_if_negative(above, part, divisor);
        add_if_negative(above, part, divisor);
    }
    let mut remainder = zero(modulus.bits_precision());
    let mut above = Limb::ZERO;
    let from = rest.as_limbs().iter().take(width).rev();
    let to = remainder.as_mut_limbs().iter_mut().take(width).rev();
    for (to, from) in to.zip(from) {
        *to = (*from >> shift) | ((above << 1) << (Limb::BITS - 1 - shift));
        above = *from;
    }
    remainder
}

/// `number` times 2^shift, in so many bits; `shift` is less than a limb has.
fn shifted_left(number: &BoxedUint, shift: u32, bits: u32) -> SecretNumber {
    let mut shifted = zero(bits.max(1));
    let mut below = Limb::ZERO;
    let from = number.as_limbs().iter().chain(once(&Limb::ZERO));
    for (to, from) in shifted.as_mut_limbs().iter_mut().zip(from) {
        *to = (*from << shift) | ((below >> 1) >> (Limb::BITS - 1 - shift));
        below = *from;
    }
    shifted
}

/// ⌊(B² - 1) / top⌋ - B for limbs below B, one bit after the other; the uppermost bit of `top` is
/// set.
fn reciprocal(top: Limb) -> Limb {
    // B² - 1 - B · top has these two limbs, and the upper one is less than `top`.
    let (mut rest, mut low) = (!top, Limb::MAX);
    let mut quotient = Limb::ZERO;
    for _ in 0..Limb::BITS {
        let over = mask(rest >> (Limb::BITS - 1));
        rest = (rest << 1) | (low >> (Limb::BITS - 1));
        low <<= 1;
        let fits = !less(rest, top) | over;
        rest = rest.wrapping_sub(top & fits);
        quotient = (quotient << 1) | (fits & Limb::ONE);
    }
    quotient
}

/// ⌊(high · B + low) / top⌋, or B - 1 where that does not fit into a limb.
///
/// Source: Möller and Granlund, Improved Division by Invariant Integers, algorithm 4.
fn estimate(high: Limb, low: Limb, top: Limb, inverse: Limb) -> Limb {
    let (fraction, carry) = inverse.carrying_mul_add(high, low, Limb::ZERO);
    let quotient = high.wrapping_add(carry).wrapping_add(Limb::ONE);
    let rest = low.wrapping_sub(quotient.wrapping_mul(top));
    let too_large = less(fraction, rest);
    let quotient = quotient.wrapping_add(too_large);
    let rest = rest.wrapping_add(top & too_large);
    let too_small = !less(rest, top);
    let quotient = quotient.wrapping_sub(too_small);
    quotient | !less(high, top)
}

/// `above` and `part` less `factor` · `divisor`; what is negative has its uppermost bit set.
fn subtract_multiple(above: &mut Limb, part: &mut [Limb], factor: Limb, divisor: &[Limb]) {
    let (mut carry, mut borrow) = (Limb::ZERO, Limb::ZERO);
    for (limb, divisor) in part.iter_mut().zip(divisor) {
        let product;
        (product, carry) = factor.carrying_mul_add(*divisor, carry, Limb::ZERO);
        (*limb, borrow) = limb.borrowing_sub(product, borrow);
    }
    (*above, _) = above.borrowing_sub(carry, borrow);
}

/// `above` and `part` and, if that is negative, `divisor`.
fn add_if_negative(above: &mut Limb, part: &mut [Limb], divisor: &[Limb]) {
    let negative = mask(*above >> (Limb::BITS - 1));
    let mut carry = Limb::ZERO;
    for (limb, divisor) in part.iter_mut().zip(divisor) {
        (*limb, carry) = limb.carrying_add(*divisor & negative, carry);
    }
    *above = above.wrapping_add(carry);
}

/// All ones if a < b, zero otherwise.
fn less(a: Limb, b: Limb) -> Limb {
    a.borrowing_sub(b, Limb::ZERO).1
}

/// All ones for one, zero for zero.
fn mask(bit: Limb) -> Limb {
    bit.wrapping_neg()
}
