//! The handles of this crate keep the contract that they share with tokens and other libraries.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use common::{key, rng};
use npki_core::HashAlgorithm;
use npki_key::{SignatureAlgorithm, conformance};

#[test]
fn signing_keys() {
    let (sha256, sha512) = (HashAlgorithm::Sha256, HashAlgorithm::Sha512);
    for (name, algorithm) in [
        ("rsa-2048", SignatureAlgorithm::RsaPkcs1(sha256)),
        ("rsa-2048-e3", SignatureAlgorithm::RsaPkcs1(sha512)),
        (
            "rsa-2048",
            SignatureAlgorithm::RsaPss {
                hash: sha256,
                mgf_hash: sha512,
                salt_len: 20,
            },
        ),
        ("p256", SignatureAlgorithm::Ecdsa(sha256)),
        ("p256", SignatureAlgorithm::Ecdsa(sha512)),
    ] {
        let handle = key(name).signing_key_with(algorithm).unwrap();
        let answer = conformance::signing_key(&*handle, &mut rng());
        assert_eq!(answer, Ok(()), "{name} {algorithm:?}");
    }
}

#[test]
fn decryptors() {
    for name in ["rsa-2048", "rsa-2048-e3"] {
        let handle = key(name).decryptor().unwrap();
        let answer = conformance::decryptor(&*handle, &mut rng());
        assert_eq!(answer, Ok(()), "{name}");
    }
}

/// A suite that nobody fails has looked at nothing.
mod suspicious {
    use npki_core::Digest;
    use npki_key::{SignError, Signature, SigningKey};
    use rand_core::CryptoRng;
    use spki::SubjectPublicKeyInfoOwned;

    use super::*;

    /// Signs something else, or takes every digest.
    #[derive(Debug)]
    struct Wrong(Box<dyn SigningKey>, fn(&Digest) -> Digest);

    impl SigningKey for Wrong {
        fn public_key(&self) -> &SubjectPublicKeyInfoOwned {
            self.0.public_key()
        }

        fn algorithm(&self) -> SignatureAlgorithm {
            self.0.algorithm()
        }

        fn sign_digest(
            &self,
            digest: &Digest,
            rng: &mut dyn CryptoRng,
        ) -> Result<Signature, SignError> {
            self.0.sign_digest(&(self.1)(digest), rng)
        }
    }

    #[test]
    fn wrong_handles_are_found_out() {
        let wrong = |change| Wrong(key("p256").signing_key().unwrap(), change);
        let broken = |change| {
            conformance::signing_key(&wrong(change), &mut rng())
                .unwrap_err()
                .into_iter()
                .map(|broken| broken.promise)
                .collect::<Vec<_>>()
        };
        let other = broken(|_| HashAlgorithm::Sha256.digest(b"something else"));
        assert!(other.contains(&"what it signs verifies with its public key"));
        assert!(other.contains(&"a batch answers each in order"));
        let lenient = broken(|digest| match digest.algorithm() {
            HashAlgorithm::Sha256 => HashAlgorithm::Sha256.digest(b"x"),
            _ => HashAlgorithm::Sha256.digest(digest.octets()),
        });
        assert!(lenient.contains(&"a digest of another function is refused"));
    }
}
