//! Which public keys are read, with a row on each side of every bound.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod common;

use common::{key, rng};
use const_oid::ObjectIdentifier;
use const_oid::db::rfc5912::{ID_EC_PUBLIC_KEY, RSA_ENCRYPTION, SECP_256_R_1};
use der::asn1::{Any, BitString, UintRef};
use der::{Encode, Tag};
use npki_core::HashAlgorithm;
use npki_key::{EncryptError, KeyError, PublicKey, SignatureAlgorithm, Verifier, VerifyError};
use spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};

#[test]
fn rsa_bounds() {
    let modulus = |bits: usize| {
        let mut octets = vec![0xFF; bits.div_ceil(8)];
        octets[0] >>= (8 - bits % 8) % 8;
        octets
    };
    let wide = |exponent: u64| exponent.to_be_bytes().to_vec();
    for (what, modulus, exponent, reads) in [
        ("1023 bits", modulus(1023), vec![3], false),
        ("1024 bits", modulus(1024), vec![3], true),
        ("16384 bits", modulus(16_384), vec![3], true),
        ("16385 bits", modulus(16_385), vec![3], false),
        ("even", [&[0x80; 127][..], &[2]].concat(), vec![3], false),
        ("0", vec![0], vec![3], false),
        ("e 0", modulus(2048), vec![0], false),
        ("e 1", modulus(2048), vec![1], false),
        ("e 2", modulus(2048), vec![2], false),
        ("e 3", modulus(2048), vec![3], true),
        ("e 4", modulus(2048), vec![4], false),
        ("e 2^33 - 1", modulus(2048), wide((1 << 33) - 1), true),
        ("e 2^33 + 1", modulus(2048), wide((1 << 33) + 1), false),
        ("e as long as n", modulus(2048), modulus(2047), false),
    ] {
        let key = pkcs1::RsaPublicKeyRef {
            modulus: UintRef::new(&modulus).unwrap(),
            public_exponent: UintRef::new(&exponent).unwrap(),
        };
        let info = info(RSA_ENCRYPTION, Some(Any::null()), &key.to_der().unwrap());
        let parsed = PublicKey::parse(&info);
        assert_eq!(parsed.is_ok(), reads, "{what}");
        if let Ok(key) = parsed {
            // The costliest verification there is ends, with the answer no.
            let algorithm = SignatureAlgorithm::RsaPkcs1(HashAlgorithm::Sha256);
            let signature = vec![0x55; modulus.len()];
            let answer = key.verify(&algorithm, b"m", &signature);
            assert_eq!(answer, Err(VerifyError::Mismatch), "{what}");
        }
    }
}

#[test]
fn parameters_points_and_trailing_bytes() {
    let rsa = key("rsa-2048")
        .public_key()
        .subject_public_key
        .raw_bytes()
        .to_vec();
    let point = key("p256")
        .public_key()
        .subject_public_key
        .raw_bytes()
        .to_vec();
    let curve = |oid: &ObjectIdentifier| Some(Any::encode_from(oid).unwrap());
    let p256 = curve(&SECP_256_R_1);
    let other = Some(Any::new(Tag::OctetString, []).unwrap());
    let mut off = point.clone();
    off[64] ^= 1;
    let k256 = curve(&ObjectIdentifier::new_unwrap("1.3.132.0.10"));
    let longer = |octets: &[u8]| [octets, &[0]].concat();
    for (what, oid, parameters, octets, reads) in [
        ("RSA", RSA_ENCRYPTION, Some(Any::null()), rsa.clone(), true),
        ("RSA, absent", RSA_ENCRYPTION, None, rsa.clone(), true),
        (
            "RSA, other",
            RSA_ENCRYPTION,
            other.clone(),
            rsa.clone(),
            false,
        ),
        ("RSA, trailing", RSA_ENCRYPTION, None, longer(&rsa), false),
        ("P-256", ID_EC_PUBLIC_KEY, p256.clone(), point.clone(), true),
        (
            "P-256, absent",
            ID_EC_PUBLIC_KEY,
            None,
            point.clone(),
            false,
        ),
        (
            "P-256, NULL",
            ID_EC_PUBLIC_KEY,
            Some(Any::null()),
            point.clone(),
            false,
        ),
        ("secp256k1", ID_EC_PUBLIC_KEY, k256, point.clone(), false),
        (
            "P-256, off the curve",
            ID_EC_PUBLIC_KEY,
            p256.clone(),
            off,
            false,
        ),
        (
            "P-256, infinity",
            ID_EC_PUBLIC_KEY,
            p256.clone(),
            vec![0],
            false,
        ),
        (
            "P-256, trailing",
            ID_EC_PUBLIC_KEY,
            p256.clone(),
            longer(&point),
            false,
        ),
        ("P-256, empty", ID_EC_PUBLIC_KEY, p256, vec![], false),
        (
            "id-RSASSA-PSS",
            const_oid::db::rfc5912::ID_RSASSA_PSS,
            None,
            rsa,
            false,
        ),
    ] {
        assert_eq!(
            PublicKey::parse(&info(oid, parameters, &octets)).is_ok(),
            reads,
            "{what}"
        );
    }
}

#[test]
fn keys_and_algorithms_must_go_together() {
    let rsa = PublicKey::parse(key("rsa-2048").public_key()).unwrap();
    let ec = PublicKey::parse(key("p256").public_key()).unwrap();
    let hash = HashAlgorithm::Sha256;
    let digest = HashAlgorithm::Sha512.digest(b"m");
    for (key, algorithm, wanted) in [
        (
            &rsa,
            SignatureAlgorithm::RsaPkcs1(hash),
            VerifyError::Mismatch,
        ),
        (
            &rsa,
            SignatureAlgorithm::Ecdsa(hash),
            VerifyError::Algorithm,
        ),
        (&ec, SignatureAlgorithm::Ecdsa(hash), VerifyError::Mismatch),
        (
            &ec,
            SignatureAlgorithm::RsaPkcs1(hash),
            VerifyError::Algorithm,
        ),
    ] {
        for signature in [&[][..], &[0; 256], &[0xFF; 256], &[1; 72]] {
            assert_eq!(
                key.verify(&algorithm, b"m", signature),
                Err(wanted),
                "{algorithm:?}"
            );
        }
        assert_eq!(
            key.verify_digest(&algorithm, &digest, &[]),
            Err(VerifyError::Algorithm)
        );
    }
    let refused = ec.encrypt_pkcs1(b"m", &mut rng());
    assert_eq!(refused, Err(EncryptError::WrongKey));
    let refused = rsa.encrypt_pkcs1(&[0; 246], &mut rng());
    assert_eq!(
        refused,
        Err(EncryptError::TooLong {
            found: 246,
            max: 245
        })
    );
}

#[test]
fn other_algorithms_are_named() {
    let ed25519 = ObjectIdentifier::new_unwrap("1.3.101.112");
    let error = PublicKey::parse(&info(ed25519, None, &[0; 32])).unwrap_err();
    assert_eq!(error, KeyError::UnsupportedAlgorithm { oid: ed25519 });
}

fn info(oid: ObjectIdentifier, parameters: Option<Any>, key: &[u8]) -> SubjectPublicKeyInfoOwned {
    SubjectPublicKeyInfoOwned {
        algorithm: AlgorithmIdentifierOwned { oid, parameters },
        subject_public_key: BitString::from_bytes(key).unwrap(),
    }
}
