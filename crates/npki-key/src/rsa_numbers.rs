use core::fmt;

use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams, MontyParams};
use crypto_bigint::{BoxedUint, NonZero, Odd};
use pkcs1::RsaPrivateKeyRef;
use rsa::traits::{PrivateKeyParts, PublicKeyParts};
use rsa::{CrtValue, RsaPrivateKey};
use zeroize::{Zeroize, Zeroizing};

use crate::secret_number::{SecretNumber, is_odd, is_one, less_one, product, remainder};
use crate::{Inconsistency, KeyError};

/// The numbers of an RSA private key as `rsa` calculates with them, taken from the key as they
/// stand.
///
/// `rsa` would calculate dP, dQ and qInv anew and validate d, which takes longer than a signature
/// of a password-protected key should wait. Wrong ones can do no harm: every result of the private
/// operation is checked with the public one.
pub(crate) struct RsaNumbers {
    n: NonZero<BoxedUint>,
    n_params: BoxedMontyParams,
    e: BoxedUint,
    d: BoxedUint,
    /// p and q.
    primes: [Odd<BoxedUint>; 2],
    p: MontyParams<BoxedUint>,
    q: MontyParams<BoxedUint>,
    dp: BoxedUint,
    dq: BoxedUint,
    qinv: BoxedMontyForm,
}

impl RsaNumbers {
    /// Checks ranges and that n = p · q: after this no calculation panics or runs long.
    pub(crate) fn new(key: &RsaPrivateKeyRef<'_>) -> Result<Self, KeyError> {
        let raw = RawNumbers::read(key)?;
        if *product(&raw.p, &raw.q) != raw.n {
            return Err(KeyError::Inconsistent(Inconsistency::Modulus));
        }
        let n = odd(&raw.n)?;
        let (p, q) = (odd(&raw.p)?, odd(&raw.q)?);
        // n is public; the primes are not.
        let n_params = BoxedMontyParams::new_vartime(n.clone());
        let p_params = BoxedMontyParams::new(p.clone());
        let q_params = BoxedMontyParams::new(q.clone());
        Ok(Self {
            n: n.as_nz_ref().clone(),
            n_params,
            e: raw.e.clone(),
            d: (*raw.d).clone(),
            primes: [p, q],
            p: p_params.as_ref().clone(),
            q: q_params.as_ref().clone(),
            dp: (*raw.dp).clone(),
            dq: (*raw.dq).clone(),
            qinv: BoxedMontyForm::new((*raw.qinv).clone(), &p_params),
        })
    }

    /// Bits of the modulus.
    pub(crate) fn bits(&self) -> usize {
        usize::try_from(self.n.bits_vartime()).unwrap_or(usize::MAX)
    }
}

/// The key as the whole of `rsa` takes it: validated, with dP, dQ and qInv of its own.
pub(crate) fn validated(key: &RsaPrivateKeyRef<'_>) -> Result<RsaPrivateKey, KeyError> {
    let raw = RawNumbers::read(key)?;
    raw.check()?;
    RsaPrivateKey::from_components(
        raw.n.clone(),
        raw.e.clone(),
        (*raw.d).clone(),
        vec![(*raw.p).clone(), (*raw.q).clone()],
    )
    .map_err(|_| KeyError::Inconsistent(Inconsistency::Range))
}

/// Whether all eight numbers agree, except that p and q are not tested for being prime.
pub(crate) fn check(key: &RsaPrivateKeyRef<'_>) -> Result<(), KeyError> {
    RawNumbers::read(key)?.check()
}

/// The numbers, in their ranges. What is as wide as n, and what is as wide as a prime, is told by
/// the public modulus alone, so that no width gives a secret away.
struct RawNumbers {
    n: BoxedUint,
    e: BoxedUint,
    d: SecretNumber,
    p: SecretNumber,
    q: SecretNumber,
    dp: SecretNumber,
    dq: SecretNumber,
    qinv: SecretNumber,
}

impl RawNumbers {
    fn read(key: &RsaPrivateKeyRef<'_>) -> Result<Self, KeyError> {
        let n = BoxedUint::from_be_slice_vartime(key.modulus.as_bytes());
        let n_bits = n.bits_vartime();
        let half = n_bits.div_ceil(2);
        let read = |octets: &[u8], bits: u32| {
            BoxedUint::from_be_slice(octets, bits)
                .ok()
                .map(Zeroizing::new)
                .filter(|number| number.bits() <= bits)
                .ok_or(KeyError::Inconsistent(Inconsistency::Range))
        };
        let numbers = Self {
            e: BoxedUint::from_be_slice_vartime(key.public_exponent.as_bytes()),
            d: read(key.private_exponent.as_bytes(), n_bits)?,
            p: read(key.prime1.as_bytes(), half)?,
            q: read(key.prime2.as_bytes(), half)?,
            dp: read(key.exponent1.as_bytes(), half)?,
            dq: read(key.exponent2.as_bytes(), half)?,
            qinv: read(key.coefficient.as_bytes(), half)?,
            n,
        };
        let one = BoxedUint::one();
        let fine = *numbers.p > one
            && *numbers.q > one
            && *numbers.d > one
            && *numbers.d < numbers.n
            && *numbers.dp < *numbers.p
            && *numbers.dq < *numbers.q
            && *numbers.qinv < *numbers.p;
        if fine {
            Ok(numbers)
        } else {
            Err(KeyError::Inconsistent(Inconsistency::Range))
        }
    }

    /// Leaves no copy of a number behind.
    fn check(&self) -> Result<(), KeyError> {
        let wrong = |what| Err(KeyError::Inconsistent(what));
        let (p, q) = (&*self.p, &*self.q);
        if !(is_odd(p) && is_odd(q) && is_odd(&self.n)) {
            return wrong(Inconsistency::Range);
        }
        if *product(p, q) != self.n {
            return wrong(Inconsistency::Modulus);
        }
        if p == q {
            return wrong(Inconsistency::EqualPrimes);
        }
        let (p1, q1) = (less_one(p), less_one(q));
        let (dp, dq) = (remainder(&self.d, &p1), remainder(&self.d, &q1));
        let undoes = |d, modulus| is_one(&remainder(&product(&self.e, d), modulus));
        if !undoes(&*dp, &p1) || !undoes(&*dq, &q1) {
            return wrong(Inconsistency::PrivateExponent);
        }
        if dp != self.dp || dq != self.dq {
            return wrong(Inconsistency::CrtExponent);
        }
        if !is_one(&remainder(&product(&self.qinv, q), p)) {
            return wrong(Inconsistency::CrtCoefficient);
        }
        Ok(())
    }
}

fn odd(number: &BoxedUint) -> Result<Odd<BoxedUint>, KeyError> {
    Odd::new(number.clone())
        .into_option()
        .ok_or(KeyError::Inconsistent(Inconsistency::Range))
}

/// What can be wiped is. The copies of p and q inside of `qinv`'s and every operation's shared
/// parameters cannot: crypto-bigint lets nobody at them. The crate page says what that means.
impl Drop for RsaNumbers {
    fn drop(&mut self) {
        self.d.zeroize();
        self.primes.zeroize();
        self.p.zeroize();
        self.q.zeroize();
        self.dp.zeroize();
        self.dq.zeroize();
        self.qinv.zeroize();
    }
}

impl fmt::Debug for RsaNumbers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RsaNumbers({} bits)", self.bits())
    }
}

impl PublicKeyParts for RsaNumbers {
    fn n(&self) -> &NonZero<BoxedUint> {
        &self.n
    }

    fn e(&self) -> &BoxedUint {
        &self.e
    }

    fn n_params(&self) -> &BoxedMontyParams {
        &self.n_params
    }
}

impl PrivateKeyParts for RsaNumbers {
    fn d(&self) -> &BoxedUint {
        &self.d
    }

    fn primes(&self) -> &[Odd<BoxedUint>] {
        &self.primes
    }

    fn p(&self) -> Option<&MontyParams<BoxedUint>> {
        Some(&self.p)
    }

    fn q(&self) -> Option<&MontyParams<BoxedUint>> {
        Some(&self.q)
    }

    fn dp(&self) -> Option<&BoxedUint> {
        Some(&self.dp)
    }

    fn dq(&self) -> Option<&BoxedUint> {
        Some(&self.dq)
    }

    fn qinv(&self) -> Option<&BoxedMontyForm> {
        Some(&self.qinv)
    }

    fn crt_values(&self) -> Option<&[CrtValue]> {
        None
    }
}
