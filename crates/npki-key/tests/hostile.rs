//! Keys and signatures with damage anywhere: answers, never a panic, never a wrong signature.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod common;

use common::{key, key_der, rng};
use npki_core::RandomNumber;
use npki_key::{PrivateKey, PublicKey, SignError, Verifier};
use proptest::prelude::*;

/// Uses a damaged key in every way there is.
fn use_it(der: &[u8]) {
    let Ok(key) = PrivateKey::parse(der) else {
        return;
    };
    assert_eq!(key.expose_der(), der);
    let sound = key.check().is_ok();
    let _ = key.random_number();
    assert!(key.matches(key.public_key()));
    if let Ok(signing_key) = key.signing_key() {
        match signing_key.sign(b"m", &mut rng()) {
            Ok(signature) => {
                let verifier = PublicKey::parse(key.public_key()).unwrap();
                let algorithm = signing_key.algorithm();
                assert_eq!(
                    verifier.verify(&algorithm, b"m", signature.octets()),
                    Ok(())
                );
            }
            Err(error) => assert!(matches!(error, SignError::Faulty) && !sound),
        }
    }
    if let Ok(decryptor) = key.decryptor() {
        let _ = decryptor.decrypt_pkcs1(&[1; 128], &mut rng());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn damaged_rsa_key(at in 0_usize..633, octet: u8, cut in 0_usize..633) {
        let mut der = key_der("rsa-1024");
        if let Some(place) = der.get_mut(at) {
            *place = octet;
        }
        use_it(&der);
        der.truncate(cut);
        use_it(&der);
    }

    #[test]
    fn damaged_ec_key(at in 0_usize..138, octet: u8) {
        let mut der = key_der("p256");
        der[at] = octet;
        use_it(&der);
    }

    #[test]
    fn damaged_signature(at in 0_usize..128, octet: u8) {
        for name in ["rsa-1024", "p256"] {
            let key = key(name);
            let signing_key = key.signing_key().unwrap();
            let good = signing_key.sign(b"m", &mut rng()).unwrap().into_octets();
            let mut bad = good.clone();
            if let Some(place) = bad.get_mut(at) {
                *place = octet;
            }
            let verifier = PublicKey::parse(key.public_key()).unwrap();
            let answer = verifier.verify(&signing_key.algorithm(), b"m", &bad);
            prop_assert_eq!(answer.is_ok(), bad == good);
        }
    }

    #[test]
    fn any_r_comes_back(octets in proptest::collection::vec(any::<u8>(), 1..=64)) {
        let r = || RandomNumber::from_octets(&octets).unwrap();
        let first = key("p256").with_random_number(&r()).unwrap();
        prop_assert_eq!(first.random_number(), Some(r()));
        let again = PrivateKey::parse(first.expose_der()).unwrap();
        prop_assert_eq!(again.random_number(), Some(r()));
        let again = again.with_random_number(&r()).unwrap();
        prop_assert_eq!(again.expose_der(), first.expose_der());
    }

    #[test]
    fn noise(octets in proptest::collection::vec(any::<u8>(), 0..200)) {
        use_it(&octets);
    }
}
