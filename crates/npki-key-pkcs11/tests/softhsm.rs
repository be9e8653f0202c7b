//! Keys in SoftHSM: made, found, and held to the contract of npki-key's handles.

mod common;

use common::{LABEL, PIN, id, rng, with_softhsm};
use npki_core::HashAlgorithm::{Sha256, Sha384, Sha512};
use npki_key::{KeyError, KeyKind, PublicKey, SignatureAlgorithm, Verifier as _, conformance};
use npki_key_pkcs11::{AfterLoss, Pin, PinTries, Select, TokenError, Usage};

const RSA: KeyKind = KeyKind::Rsa { bits: 2_048 };

#[test]
fn the_contract_is_kept() {
    with_softhsm("the_contract_is_kept", |hsm| {
        let token = hsm.log_in(AfterLoss::AskAgain);
        token.generate(RSA, Usage::Sign, &id(1), "rsa").unwrap();
        token
            .generate(KeyKind::P256, Usage::Sign, &id(2), "p256")
            .unwrap();
        for (key, algorithm) in [
            (1, SignatureAlgorithm::RsaPkcs1(Sha256)),
            (1, SignatureAlgorithm::RsaPkcs1(Sha512)),
            (
                1,
                SignatureAlgorithm::RsaPss {
                    hash: Sha256,
                    mgf_hash: Sha256,
                    salt_len: 20,
                },
            ),
            (2, SignatureAlgorithm::Ecdsa(Sha256)),
            (2, SignatureAlgorithm::Ecdsa(Sha384)),
        ] {
            let handle = token
                .signing_key_with(&Select::Id(id(key)), algorithm)
                .unwrap();
            let answer = conformance::signing_key(&*handle, &mut rng());
            assert_eq!(answer, Ok(()), "{algorithm:?}");
        }
    });
}

#[test]
fn the_contract_of_decryption_is_kept() {
    with_softhsm("the_contract_of_decryption_is_kept", |hsm| {
        let token = hsm.log_in(AfterLoss::AskAgain);
        token.generate(RSA, Usage::Decrypt, &id(1), "km").unwrap();
        token.generate(RSA, Usage::Sign, &id(2), "sign").unwrap();
        token
            .generate(KeyKind::P256, Usage::Sign, &id(3), "p256")
            .unwrap();
        let handle = token.decryptor(&Select::Id(id(1))).unwrap();
        assert_eq!(conformance::decryptor(&*handle, &mut rng()), Ok(()));
        // One key, one use.
        for (key, wanted) in [(2, "does not do this"), (3, "only RSA keys decrypt")] {
            let refused = token.decryptor(&Select::Id(id(key))).unwrap_err();
            assert!(refused.to_string().contains(wanted), "{refused:?}");
        }
        let handle = token.signing_key(&Select::Id(id(1))).unwrap();
        assert!(handle.sign(b"message", &mut rng()).is_err());
    });
}

#[test]
fn keys_are_made_and_found() {
    with_softhsm("keys_are_made_and_found", |hsm| {
        let token = hsm.log_in(AfterLoss::AskAgain);
        assert_eq!(token.info().label, LABEL);
        assert_eq!(token.keys().unwrap(), []);
        let rsa = token.generate(RSA, Usage::Sign, &id(1), "first").unwrap();
        let p256 = token
            .generate(KeyKind::P256, Usage::Sign, &id(2), "second")
            .unwrap();
        let mut keys = token.keys().unwrap();
        keys.sort_by(|a, b| a.label.cmp(&b.label));
        assert_eq!(keys, [rsa.clone(), p256.clone()]);

        let taken = token.generate(RSA, Usage::Sign, &id(1), "another");
        assert!(matches!(taken, Err(TokenError::Exists)), "{taken:?}");
        let short = token.generate(KeyKind::Rsa { bits: 1_024 }, Usage::Sign, &id(3), "");
        let refused = matches!(
            short,
            Err(TokenError::Key(KeyError::ModulusSize { bits: 1_024, .. }))
        );
        assert!(refused, "{short:?}");

        let by_label = |label: &str| Select::Label(label.to_owned());
        assert_eq!(token.find(&by_label("second")).unwrap(), p256);
        assert_eq!(token.find(&Select::Id(id(1))).unwrap(), rsa);
        assert!(matches!(
            token.find(&by_label("third")),
            Err(TokenError::NoKey)
        ));
        token
            .generate(KeyKind::P256, Usage::Sign, &id(4), "second")
            .unwrap();
        assert!(matches!(
            token.find(&by_label("second")),
            Err(TokenError::SeveralKeys { found: 2 })
        ));

        // Another login sees the same keys, and its signatures verify with what the first one told.
        let again = hsm.log_in(AfterLoss::AskAgain);
        let handle = again.signing_key(&by_label("first")).unwrap();
        let signature = handle.sign(b"message", &mut rng()).unwrap();
        PublicKey::parse(&rsa.public_key.unwrap())
            .unwrap()
            .verify(&handle.algorithm(), b"message", signature.octets())
            .unwrap();

        token.destroy(&Select::Id(id(1))).unwrap();
        assert_eq!(token.keys().unwrap().len(), 2);
        assert!(token.destroy(&Select::Id(id(1))).is_err());
        // The handle was bound to this key: with another one in its place it signs nothing.
        token.generate(RSA, Usage::Sign, &id(1), "first").unwrap();
        let outcome = handle.sign(b"message", &mut rng());
        assert!(outcome.is_err(), "{outcome:?}");
    });
}

#[test]
fn a_wrong_pin_is_told_and_shown_nowhere() {
    with_softhsm("a_wrong_pin_is_told_and_shown_nowhere", |hsm| {
        let module = hsm.module();
        let tokens = module.tokens().unwrap();
        assert_eq!(tokens.len(), 1);
        assert_eq!(tokens[0].tries, PinTries::Open);
        for wrong in ["717171", "7", ""] {
            let refused = module.log_in(LABEL, Pin::new(wrong), AfterLoss::LogInAgain);
            let error = refused.unwrap_err();
            assert!(matches!(error, TokenError::WrongPin { .. }), "{error:?}");
            let shown = format!("{error} {error:?} {:?}", std::error::Error::source(&error));
            assert!(wrong.len() < 2 || !shown.contains(wrong), "{shown}");
        }
        let absent = module.log_in("another", Pin::new(PIN), AfterLoss::AskAgain);
        assert!(matches!(absent, Err(TokenError::NoToken { .. })));
        let token = hsm.log_in(AfterLoss::LogInAgain);
        token
            .generate(KeyKind::P256, Usage::Sign, &id(1), "k")
            .unwrap();
        let handle = token.signing_key(&Select::Id(id(1))).unwrap();
        let shown = format!("{token:?} {module:?} {handle:?} {:?}", Pin::new(PIN));
        assert!(!shown.contains(PIN), "{shown}");
    });
}
