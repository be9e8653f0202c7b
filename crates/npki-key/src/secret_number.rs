//! Arithmetic on numbers that must not outlive it: every intermediate value is wiped.
//!
//! crypto-bigint's own product and remainder free copies of their arguments unwiped. These are the
//! plainest methods there are, for what a key is checked with; nothing is signed with them. No
//! branch depends on a value, but on widths and on whether a modulus fills its width.

use crypto_bigint::{BoxedUint, Limb};
use zeroize::Zeroizing;

/// A number that is wiped on drop.
pub(crate) type SecretNumber = Zeroizing<BoxedUint>;

/// a · b, as wide as both together.
pub(crate) fn product(a: &BoxedUint, b: &BoxedUint) -> SecretNumber {
    let mut product = zero(a.bits_precision().saturating_add(b.bits_precision()));
    for (place, factor) in a.as_limbs().iter().enumerate() {
        let mut carry = Limb::ZERO;
        let mut places = product.as_mut_limbs().iter_mut().skip(place);
        for (other, sum) in b.as_limbs().iter().zip(&mut places) {
            (*sum, carry) = factor.carrying_mul_add(*other, *sum, carry);
        }
        // Nothing has been added to this place yet.
        if let Some(top) = places.next() {
            *top = carry;
        }
    }
    product
}

/// `number` modulo `modulus`, one bit after the other; `modulus` is not zero.
pub(crate) fn remainder(number: &BoxedUint, modulus: &BoxedUint) -> SecretNumber {
    let mut rest = zero(modulus.bits_precision());
    let mut less = zero(modulus.bits_precision());
    // What is shorter than the modulus is its own remainder: more than half of the work is spared.
    let shorter = match modulus.as_limbs() {
        [shorter @ .., top] if *top != Limb::ZERO => shorter.len(),
        _ => 0,
    };
    let bits_from = number.as_limbs().len().saturating_sub(shorter);
    let (low, high) = number.as_limbs().split_at(bits_from);
    for (rest, limb) in rest.as_mut_limbs().iter_mut().zip(high) {
        *rest = *limb;
    }
    for limb in low.iter().rev() {
        for place in (0..Limb::BITS).rev() {
            let over = shift_in(&mut rest, (*limb >> place) & Limb::ONE);
            let borrow = subtract(&rest, modulus, &mut less);
            // All ones where the subtraction went well, or the bit that fell out made up for it.
            let fits = !borrow | over.wrapping_neg();
            for (rest, less) in rest.as_mut_limbs().iter_mut().zip(less.as_limbs()) {
                *rest = *rest ^ ((*rest ^ *less) & fits);
            }
        }
    }
    rest
}

/// p - 1 of an odd p.
pub(crate) fn less_one(odd: &BoxedUint) -> SecretNumber {
    let mut even = Zeroizing::new(odd.clone());
    if let Some(lowest) = even.as_mut_limbs().first_mut() {
        *lowest &= !Limb::ONE;
    }
    even
}

pub(crate) fn is_odd(number: &BoxedUint) -> bool {
    number
        .as_limbs()
        .first()
        .is_some_and(|lowest| *lowest & Limb::ONE == Limb::ONE)
}

pub(crate) fn is_one(number: &BoxedUint) -> bool {
    number.is_one().into()
}

fn zero(bits: u32) -> SecretNumber {
    Zeroizing::new(BoxedUint::zero_with_precision(bits))
}

/// Doubles `number`, adds `bit`, and gives the bit that fell out.
fn shift_in(number: &mut BoxedUint, bit: Limb) -> Limb {
    let mut carry = bit;
    for limb in number.as_mut_limbs() {
        let over = *limb >> (Limb::BITS - 1);
        *limb = (*limb << 1) | carry;
        carry = over;
    }
    carry
}

/// Writes a - b into `difference`, all of one width; the borrow is all ones or zero.
fn subtract(a: &BoxedUint, b: &BoxedUint, difference: &mut BoxedUint) -> Limb {
    let mut borrow = Limb::ZERO;
    let limbs = a.as_limbs().iter().zip(b.as_limbs());
    for ((a, b), difference) in limbs.zip(difference.as_mut_limbs()) {
        (*difference, borrow) = a.borrowing_sub(*b, borrow);
    }
    borrow
}

#[cfg(test)]
mod tests {
    use crypto_bigint::{ConcatenatingMul, Integer, NonZero};
    use proptest::prelude::*;

    use super::*;

    fn number(limbs: core::ops::Range<usize>) -> impl Strategy<Value = BoxedUint> {
        // The outermost values carry and borrow the most.
        let limb = prop_oneof![
            Just(0),
            Just(1),
            Just(1 << 63),
            Just(u64::MAX),
            any::<u64>()
        ];
        proptest::collection::vec(limb, limbs).prop_map(|limbs| {
            let octets: Vec<u8> = limbs.into_iter().flat_map(u64::to_be_bytes).collect();
            BoxedUint::from_be_slice_vartime(&octets)
        })
    }

    proptest! {
        #[test]
        fn as_crypto_bigint_calculates(a in number(1..7), b in number(1..4)) {
            prop_assert_eq!(&*product(&a, &b), &a.concatenating_mul(&b));
            if let Some(modulus) = NonZero::new(b.clone()).into_option() {
                prop_assert_eq!(&*remainder(&a, &b), &a.rem(&modulus));
            }
            prop_assert_eq!(is_odd(&a), !bool::from(a.is_even()));
            if is_odd(&a) {
                prop_assert_eq!(&*less_one(&a), &a.wrapping_sub(BoxedUint::one()));
            }
        }
    }
}
