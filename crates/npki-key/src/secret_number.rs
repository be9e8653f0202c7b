//! Arithmetic on numbers that must not outlive it: every intermediate value is wiped.
//!
//! crypto-bigint's own product and remainder free copies of their arguments unwiped. These are the
//! schoolbook's methods, for what a key is checked with; nothing is signed with them. No branch
//! depends on a value, but on widths and on how many bits a modulus has.

mod remainder;

use crypto_bigint::{BoxedUint, Limb};
use zeroize::Zeroizing;

pub(crate) use remainder::remainder;

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

pub(crate) fn zero(bits: u32) -> SecretNumber {
    Zeroizing::new(BoxedUint::zero_with_precision(bits))
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
        #![proptest_config(ProptestConfig::with_cases(2_000))]
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
