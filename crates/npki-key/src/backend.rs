//! What handles outside of this crate are built from: encodings, and the check before a signature
//! leaves.
//!
//! A backend that signs a padded digest (a token, another library) takes [`digest_info`] or gives
//! [`ecdsa_signature`] what it gets, and lets [`Checked`] look at the result. Whether it keeps the
//! contract is told by [`conformance`](crate::conformance).

use der::Encode;
use der::asn1::UintRef;
use npki_core::Digest;
use spki::SubjectPublicKeyInfoOwned;

pub use crate::emsa::digest_info;
use crate::public_key::Written;
pub use crate::signing_key::expect_hash;

use crate::{KeyError, PublicKey, SignError, Signature, SignatureAlgorithm, Verifier};

/// Bits of the modulus of an RSA key that [`PublicKey::parse`] reads, for a library that makes it ready
/// by itself; nothing for a curve, whose point is not looked at.
///
/// # Errors
/// [`KeyError`], as of [`PublicKey::parse`].
pub fn rsa_bits(public_key: &SubjectPublicKeyInfoOwned) -> Result<Option<usize>, KeyError> {
    Ok(match Written::read(public_key)? {
        Written::Rsa { bits, .. } => Some(bits),
        Written::Ec { .. } => None,
    })
}

/// The public half of a handle: what it signs with, and what each of its signatures must hold
/// against.
#[derive(Clone, Debug)]
pub struct Checked {
    public_key: PublicKey,
    algorithm: SignatureAlgorithm,
}

impl Checked {
    /// Binds a handle's public key to the algorithm that it signs with.
    ///
    /// # Errors
    /// [`KeyError`] for a key that is not read, and [`KeyError::WrongUse`] for an algorithm of
    /// other keys or a modulus that is too short for it.
    pub fn new(
        public_key: &SubjectPublicKeyInfoOwned,
        algorithm: SignatureAlgorithm,
    ) -> Result<Self, KeyError> {
        let public_key = PublicKey::parse(public_key)?;
        if public_key.signs_with(algorithm) {
            Ok(Self {
                public_key,
                algorithm,
            })
        } else {
            Err(KeyError::WrongUse("the algorithm is for other keys"))
        }
    }

    /// The key.
    #[must_use]
    pub fn public_key(&self) -> &SubjectPublicKeyInfoOwned {
        self.public_key.public_key()
    }

    /// The algorithm.
    #[must_use]
    pub const fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    /// The signature, if it holds over `digest`.
    ///
    /// # Errors
    /// [`SignError::Faulty`] otherwise.
    pub fn signature(&self, digest: &Digest, octets: Vec<u8>) -> Result<Signature, SignError> {
        self.public_key
            .verify_digest(&self.algorithm, digest, &octets)
            .map_err(|_| SignError::Faulty)?;
        Ok(Signature::from_octets(octets))
    }
}

/// The DER of `Ecdsa-Sig-Value` for r and s one behind the other, of equal length, as tokens give
/// them; `None` for octets that cannot be that.
///
/// Source: RFC 3279 section 2.2.3; PKCS #11 v2.40 mechanisms, section 2.3.1.
#[must_use]
pub fn ecdsa_signature(r_and_s: &[u8]) -> Option<Vec<u8>> {
    if !r_and_s.len().is_multiple_of(2) {
        return None;
    }
    let (r, s) = r_and_s.split_at_checked(r_and_s.len() / 2)?;
    vec![UintRef::new(r).ok()?, UintRef::new(s).ok()?]
        .to_der()
        .ok()
}

#[cfg(test)]
mod tests {
    use chacha20::ChaCha20Rng;
    use chacha20::rand_core::SeedableRng;
    use hex_literal::hex;
    use npki_core::HashAlgorithm;

    use super::*;
    use crate::{KeyKind, PrivateKey};

    #[test]
    fn numbers_get_the_shortest_der() {
        for (raw, der) in [
            (&hex!("0102")[..], Some(&hex!("3006020101020102")[..])),
            (&hex!("80007f00"), Some(&hex!("300902030080000202 7f00"))),
            (&hex!("00010002"), Some(&hex!("3006020101020102"))),
            (&hex!("010203"), None),
        ] {
            assert_eq!(ecdsa_signature(raw).as_deref(), der, "{raw:02x?}");
        }
    }

    #[test]
    fn only_what_holds_leaves() {
        let rng = &mut ChaCha20Rng::from_seed([7; 32]);
        let key = PrivateKey::generate(KeyKind::P256, rng).unwrap();
        let handle = key.signing_key().unwrap();
        let checked = Checked::new(handle.public_key(), handle.algorithm()).unwrap();
        let digest = HashAlgorithm::Sha256.digest(b"message");
        let octets = handle.sign_digest(&digest, rng).unwrap().into_octets();
        assert!(checked.signature(&digest, octets.clone()).is_ok());
        let other = HashAlgorithm::Sha256.digest(b"another");
        let refused = checked.signature(&other, octets);
        assert!(matches!(refused, Err(SignError::Faulty)));
        let rsa = SignatureAlgorithm::RsaPkcs1(HashAlgorithm::Sha256);
        let wrong = Checked::new(handle.public_key(), rsa);
        assert!(matches!(wrong, Err(KeyError::WrongUse(_))));
    }
}
