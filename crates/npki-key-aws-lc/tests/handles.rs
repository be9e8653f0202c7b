//! The handles keep the contract of npki-key, and what one makes the other and npki-key's own verify.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use chacha20::ChaCha20Rng;
use chacha20::rand_core::SeedableRng;
use npki_core::HashAlgorithm::{self, Sha1, Sha256, Sha384, Sha512};
use npki_key::{
    KeyError, KeyKind, PrivateKey, PublicKey, SignatureAlgorithm, SigningKey as _, Verifier as _,
    VerifyError, conformance,
};
use npki_key_aws_lc::{AwsLcError, AwsLcSigningKey, AwsLcVerifier};

const PKCS1: fn(HashAlgorithm) -> SignatureAlgorithm = SignatureAlgorithm::RsaPkcs1;
const ECDSA: fn(HashAlgorithm) -> SignatureAlgorithm = SignatureAlgorithm::Ecdsa;

fn rng() -> ChaCha20Rng {
    ChaCha20Rng::from_seed([3; 32])
}

fn pss(hash: HashAlgorithm, mgf_hash: HashAlgorithm, salt_len: u8) -> SignatureAlgorithm {
    SignatureAlgorithm::RsaPss {
        hash,
        mgf_hash,
        salt_len,
    }
}

/// A key of npki-key's vectors.
fn key(name: &str) -> PrivateKey {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../npki-key/tests/vectors/keys"
    );
    PrivateKey::parse(&std::fs::read(format!("{folder}/{name}.der")).unwrap()).unwrap()
}

#[test]
fn the_contract_is_kept() {
    let rsa = ["rsa-2048", "rsa-2048-e3"];
    for (names, algorithms) in [
        (
            &rsa[..],
            &[
                PKCS1(Sha256),
                PKCS1(Sha384),
                PKCS1(Sha512),
                pss(Sha256, Sha256, 32),
                pss(Sha512, Sha512, 64),
            ][..],
        ),
        (&["p256"], &[ECDSA(Sha256)]),
    ] {
        for name in names {
            for algorithm in algorithms {
                let handle = AwsLcSigningKey::with(&key(name), *algorithm).unwrap();
                let answer = conformance::signing_key(&handle, &mut rng());
                assert_eq!(answer, Ok(()), "{name} {algorithm:?}");
            }
        }
    }
}

#[test]
fn keys_of_every_length_sign() {
    for bits in [2_048, 3_072, 4_096] {
        let key = PrivateKey::generate(KeyKind::Rsa { bits }, &mut rng()).unwrap();
        let handle = AwsLcSigningKey::new(&key).unwrap();
        let signature = handle.sign(b"message", &mut rng()).unwrap();
        let own = PublicKey::parse(key.public_key()).unwrap();
        own.verify(&PKCS1(Sha256), b"message", signature.octets())
            .unwrap();
        let ours = key.signing_key().unwrap().sign(b"message", &mut rng());
        assert_eq!(ours.unwrap(), signature, "{bits}");
    }
}

#[test]
fn both_verifiers_agree() {
    for (name, algorithm) in [
        ("rsa-2048", PKCS1(Sha384)),
        ("rsa-2048", pss(Sha384, Sha384, 48)),
        ("p256", ECDSA(Sha512)),
    ] {
        let key = key(name);
        let handle = key.signing_key_with(algorithm).unwrap();
        let signature = handle.sign(b"message", &mut rng()).unwrap();
        let verifier = AwsLcVerifier::new(key.public_key()).unwrap();
        let mut octets = signature.into_octets();
        assert_eq!(verifier.verify(&algorithm, b"message", &octets), Ok(()));
        let refused = verifier.verify(&algorithm, b"massage", &octets);
        assert_eq!(refused, Err(VerifyError::Mismatch));
        if let Some(last) = octets.last_mut() {
            *last ^= 1;
        }
        let refused = verifier.verify(&algorithm, b"message", &octets);
        assert_eq!(refused, Err(VerifyError::Mismatch), "{name}");
    }
}

#[test]
fn what_is_not_offered_is_refused_by_name() {
    let (rsa, short, p256) = (key("rsa-2048"), key("rsa-1024"), key("p256"));
    for (key, algorithm) in [
        (&rsa, PKCS1(Sha1)),
        (&rsa, pss(Sha256, Sha256, 20)),
        (&rsa, pss(Sha256, Sha512, 32)),
        (&p256, ECDSA(Sha1)),
        (&p256, ECDSA(Sha384)),
    ] {
        let refused = AwsLcSigningKey::with(key, algorithm);
        assert!(
            matches!(refused, Err(AwsLcError::Unsupported(found)) if found == algorithm),
            "{refused:?}"
        );
    }
    for (key, algorithm) in [(&rsa, ECDSA(Sha256)), (&p256, PKCS1(Sha256))] {
        let refused = AwsLcSigningKey::with(key, algorithm);
        let wrong_use = matches!(refused, Err(AwsLcError::Key(KeyError::WrongUse(_))));
        assert!(wrong_use, "{refused:?}");
    }
    let refused = AwsLcSigningKey::new(&short);
    assert!(matches!(refused, Err(AwsLcError::Rejected(_))));
    let refused = AwsLcVerifier::new(short.public_key());
    let too_short = matches!(
        refused,
        Err(AwsLcError::Key(KeyError::ModulusSize { bits: 1_024, .. }))
    );
    assert!(too_short, "{refused:?}");
    let verifier = AwsLcVerifier::new(rsa.public_key()).unwrap();
    for algorithm in [PKCS1(Sha1), ECDSA(Sha256)] {
        let refused = verifier.verify(&algorithm, b"message", &[1; 256]);
        assert_eq!(refused, Err(VerifyError::Algorithm));
    }
}

#[test]
fn keys_with_what_korean_software_adds_or_leaves_out_sign() {
    // R as an attribute, and no NULL behind rsaEncryption (TradeSign).
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../npki-container/tests/vectors/pypinksign"
    );
    for name in ["sign-r", "no-null"] {
        let der = std::fs::read(format!("{folder}/{name}.p8")).unwrap();
        let key = PrivateKey::parse(&der).unwrap();
        let handle = AwsLcSigningKey::new(&key).unwrap();
        assert!(handle.sign(b"message", &mut rng()).is_ok(), "{name}");
    }
}

#[test]
fn debug_shows_the_algorithm_alone() {
    let handle = AwsLcSigningKey::new(&key("p256")).unwrap();
    assert_eq!(
        format!("{handle:?}"),
        "AwsLcSigningKey { algorithm: Ecdsa(Sha256), .. }"
    );
}
