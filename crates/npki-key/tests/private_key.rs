//! What is read, what is kept, and what is refused.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod common;

use common::{key, key_der, rng, vectors};
use hex_literal::hex;
use npki_core::{HashAlgorithm, RandomNumber};
use npki_key::{
    Inconsistency, KeyError, KeyKind, PrivateKey, PublicKey, SignatureAlgorithm, Verifier,
};

const RSA: KeyKind = KeyKind::Rsa { bits: 2048 };

#[test]
fn every_good_key_is_read_kept_checked_and_signs() {
    let mut seen = 0;
    for entry in std::fs::read_dir(vectors("keys")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let Some(name) = name.strip_suffix(".der").filter(|n| !n.starts_with("bad-")) else {
            continue;
        };
        seen += 1;
        let key = key(name);
        assert_eq!(key.expose_der(), key_der(name), "{name}");
        assert_eq!(key.check(), Ok(()), "{name}");
        assert!(key.matches(key.public_key()), "{name}");
        assert_eq!(key.random_number(), None, "{name}");
        let signing_key = key.signing_key().unwrap();
        assert_eq!(signing_key.public_key(), key.public_key());
        let signature = signing_key.sign(b"message", &mut rng()).unwrap();
        let verifier = PublicKey::parse(key.public_key()).unwrap();
        let algorithm = signing_key.algorithm();
        assert_eq!(
            verifier.verify(&algorithm, b"message", signature.octets()),
            Ok(()),
            "{name}"
        );
        assert!(
            verifier
                .verify(&algorithm, b"massage", signature.octets())
                .is_err(),
            "{name}"
        );
    }
    assert_eq!(seen, 4);
}

#[test]
fn bad_keys_are_refused_for_what_is_wrong() {
    let refused = |name: &str| PrivateKey::parse(&key_der(name)).unwrap_err();
    assert!(matches!(
        refused("bad-1023-bits"),
        KeyError::ModulusSize { bits: 1023, .. }
    ));
    assert_eq!(refused("bad-three-primes"), KeyError::MultiPrime);
    assert!(matches!(
        refused("bad-p384"),
        KeyError::UnsupportedCurve { .. }
    ));
    assert_eq!(refused("bad-explicit-curve"), KeyError::Parameters);
    assert!(matches!(
        refused("bad-ed25519"),
        KeyError::UnsupportedAlgorithm { .. }
    ));
}

#[test]
fn size_is_looked_at_first() {
    for (octets, fits) in [
        (PrivateKey::MAX_OCTETS, true),
        (PrivateKey::MAX_OCTETS + 1, false),
    ] {
        let error = PrivateKey::parse(&vec![0xFF; octets]).unwrap_err();
        assert_eq!(
            !matches!(error, KeyError::TooLarge { .. }),
            fits,
            "{octets}"
        );
    }
}

#[test]
fn bytes_behind_and_bytes_missing_are_refused() {
    for name in ["rsa-2048", "p256"] {
        let der = key_der(name);
        let mut longer = der.clone();
        longer.push(0);
        assert!(PrivateKey::parse(&longer).is_err());
        for length in 0..der.len() {
            assert!(
                PrivateKey::parse(&der[..length]).is_err(),
                "{name} {length}"
            );
        }
    }
}

#[test]
fn r_is_written_as_korean_software_writes_it() {
    let r = RandomNumber::from_octets(&hex!("7858B4328390805129F01C97FE6CA4A520CBD479")).unwrap();
    for name in ["rsa-2048", "p256"] {
        let bare = key(name);
        let with = key(name).with_random_number(&r).unwrap();
        assert_eq!(
            with.random_number(),
            Some(RandomNumber::from_octets(r.expose_octets()).unwrap())
        );
        assert_eq!(with.public_key(), bare.public_key());
        assert_eq!(with.check(), Ok(()));
        let tail = hex!(
            "A0 27 30 25 06 0A 2A 83 1A 8C 9A 44 0A 01 01 03 31 17 03 15 00"
            "7858B4328390805129F01C97FE6CA4A520CBD479"
        );
        assert!(with.expose_der().ends_with(&tail), "{name}");
        // Only the outer length and the tail differ.
        let content = &bare.expose_der()[header(bare.expose_der())..];
        let inside = with.expose_der().len() - tail.len() - content.len();
        assert_eq!(&with.expose_der()[inside..inside + content.len()], content);
        // What is read back is the same key, and R is replaced, not added.
        let again = PrivateKey::parse(with.expose_der()).unwrap();
        let other = RandomNumber::from_octets(&[1; 20]).unwrap();
        let replaced = again.with_random_number(&other).unwrap();
        assert_eq!(replaced.expose_der().len(), with.expose_der().len());
        assert_eq!(replaced.random_number(), Some(other));
        let back = replaced.with_random_number(&r).unwrap();
        assert_eq!(back.expose_der(), with.expose_der());
    }
}

#[test]
fn other_attributes_are_kept_and_sorted_around_r() {
    let r = RandomNumber::from_octets(&[7; 20]).unwrap();
    // One that DER sorts before R's attribute (shorter), one behind it (longer).
    let before = hex!("30 0D 06 03 55 1D 0F 31 06 03 04 04 80 00 00 00");
    let before = &before[..15];
    let before = fix_lengths(before);
    let behind = {
        let mut value = vec![0x04, 60];
        value.extend([9; 60]);
        let mut set = vec![0x31, 62];
        set.extend(value);
        let mut attribute = vec![0x30, 69, 0x06, 3, 0x55, 0x1D, 0x0F];
        attribute.extend(set);
        attribute
    };
    let attributes = [before.clone(), behind.clone()].concat();
    let der = with_attributes(&key_der("p256"), &attributes);
    let key = PrivateKey::parse(&der).unwrap();
    assert_eq!(key.expose_der(), der);
    assert_eq!(key.random_number(), None);
    let key = key.with_random_number(&r).unwrap();
    assert_eq!(
        key.random_number(),
        Some(RandomNumber::from_octets(&[7; 20]).unwrap())
    );
    let der = key.expose_der();
    let place = |part: &[u8]| der.windows(part.len()).position(|w| w == part).unwrap();
    let own = place(&hex!("30 25 06 0A 2A 83 1A 8C 9A 44 0A 01 01 03"));
    assert!(place(&before) < own && own < place(&behind));
}

#[test]
fn a_malformed_r_is_refused() {
    let attribute = |values: &[u8]| {
        let mut der = vec![0x30, u8::try_from(values.len() + 14).unwrap()];
        der.extend(hex!("06 0A 2A 83 1A 8C 9A 44 0A 01 01 03 31"));
        der.push(u8::try_from(values.len()).unwrap());
        der.extend(values);
        der
    };
    let fine = attribute(&hex!("03 02 00 AA"));
    for (what, attributes, reads) in [
        ("fine", fine.clone(), true),
        ("twice", [fine.clone(), fine.clone()].concat(), false),
        (
            "two values",
            attribute(&hex!("03 02 00 AA 03 02 00 AA")),
            false,
        ),
        ("no value", attribute(&[]), false),
        ("an OCTET STRING", attribute(&hex!("04 02 00 AA")), false),
        ("unused bits", attribute(&hex!("03 02 01 AA")), false),
        ("empty", attribute(&hex!("03 01 00")), false),
        (
            "65 octets",
            attribute(&[&[0x03, 66, 0][..], &[5; 65]].concat()),
            false,
        ),
        (
            "64 octets",
            attribute(&[&[0x03, 65, 0][..], &[5; 64]].concat()),
            true,
        ),
        ("bytes behind", [fine, vec![0]].concat(), false),
    ] {
        let der = with_attributes(&key_der("p256"), &attributes);
        assert_eq!(PrivateKey::parse(&der).is_ok(), reads, "{what}");
    }
}

#[test]
fn a_missing_null_is_read_and_kept() {
    let null = hex!("300D06092A864886F70D0101010500");
    let none = hex!("300B06092A864886F70D010101");
    let der = replace(&key_der("rsa-2048"), &null, &none);
    let bare = PrivateKey::parse(&der).unwrap();
    assert_eq!(bare.expose_der(), der);
    assert_eq!(bare.public_key(), key("rsa-2048").public_key());
    let r = RandomNumber::from_octets(&[3; 20]).unwrap();
    let with = bare.with_random_number(&r).unwrap();
    assert!(with.expose_der().windows(none.len()).any(|w| w == none));
    // Any other parameter is none of RSA's.
    let other = hex!("300D06092A864886F70D0101010400");
    let der = replace(&key_der("rsa-2048"), &null, &other);
    assert_eq!(PrivateKey::parse(&der).unwrap_err(), KeyError::Parameters);
}

#[test]
fn version_one_has_a_public_key_and_version_zero_has_none() {
    let der = key_der("p256");
    let content = der[header(&der)..].to_vec();
    let point = key("p256")
        .public_key()
        .subject_public_key
        .raw_bytes()
        .to_vec();
    let field =
        |octets: &[u8]| [&[0x81, u8::try_from(octets.len() + 1).unwrap(), 0], octets].concat();
    let mut other = point.clone();
    other[64] ^= 1;
    let compressed = [&[2 + (point[64] & 1)], &point[1..33]].concat();
    for (what, version, tail, read, check) in [
        ("as it should be", 1, field(&point), true, true),
        ("compressed", 1, field(&compressed), true, true),
        ("another's", 1, field(&other), true, false),
        ("version 0 with", 0, field(&point), false, false),
        ("version 1 without", 1, Vec::new(), false, false),
        ("version 2", 2, field(&point), false, false),
    ] {
        let mut content = [content.clone(), tail].concat();
        content[2] = version;
        let parsed = PrivateKey::parse(&sequence(&content));
        assert_eq!(parsed.is_ok(), read, "{what}");
        let Ok(parsed) = parsed else { continue };
        assert_eq!(parsed.check().is_ok(), check, "{what}");
        // R goes between the two.
        let r = RandomNumber::from_octets(&[3; 20]).unwrap();
        let tail = parsed.expose_der()[parsed.expose_der().len() - 10..].to_vec();
        let with = parsed.with_random_number(&r).unwrap();
        assert!(with.expose_der().ends_with(&tail), "{what}");
        assert!(PrivateKey::parse(with.expose_der()).is_ok(), "{what}");
    }
}

#[test]
fn generated_keys_check_and_have_no_r() {
    for kind in [RSA, KeyKind::P256] {
        let key = PrivateKey::generate(kind, &mut rng()).unwrap();
        assert_eq!(key.kind(), kind);
        assert_eq!(key.check(), Ok(()));
        assert_eq!(key.random_number(), None);
        assert!(!key.matches(self::key("rsa-2048").public_key()));
    }
    for bits in [0, 1024, 2047, 2049, 8192] {
        let error = PrivateKey::generate(KeyKind::Rsa { bits }, &mut rng()).unwrap_err();
        assert!(matches!(error, KeyError::ModulusSize { .. }), "{bits}");
    }
}

#[test]
fn a_key_matches_its_certificate_in_every_spelling() {
    let rsa = key("rsa-2048");
    let mut info = rsa.public_key().clone();
    info.algorithm.parameters = None;
    assert!(rsa.matches(&info));
    assert!(!rsa.matches(key("rsa-2048-e3").public_key()));
    let ec = key("p256");
    assert!(!rsa.matches(ec.public_key()) && !ec.matches(rsa.public_key()));
    let mut info = ec.public_key().clone();
    let point = info.subject_public_key.raw_bytes().to_vec();
    let compressed = [&[2 + (point[64] & 1)], &point[1..33]].concat();
    info.subject_public_key = der::asn1::BitString::from_bytes(&compressed).unwrap();
    assert!(ec.matches(&info));
    info.algorithm.parameters = None;
    assert!(!ec.matches(&info));
}

#[test]
fn algorithms_go_with_their_keys_only() {
    let (rsa, ec) = (key("rsa-1024"), key("p256"));
    let pss = |hash: HashAlgorithm, salt_len| SignatureAlgorithm::RsaPss {
        hash,
        mgf_hash: hash,
        salt_len,
    };
    for (algorithm, with_rsa) in [
        (SignatureAlgorithm::RsaPkcs1(HashAlgorithm::Sha512), true),
        // 128 octets less H and two: the longest salt, and one octet more.
        (pss(HashAlgorithm::Sha512, 62), true),
        (pss(HashAlgorithm::Sha512, 63), false),
        (SignatureAlgorithm::Ecdsa(HashAlgorithm::Sha256), false),
    ] {
        let made = rsa.signing_key_with(algorithm);
        assert_eq!(made.is_ok(), with_rsa, "{algorithm:?}");
        if let Ok(signing_key) = made {
            let signature = signing_key.sign(b"m", &mut rng()).unwrap();
            let verifier = PublicKey::parse(rsa.public_key()).unwrap();
            assert_eq!(
                verifier.verify(&algorithm, b"m", signature.octets()),
                Ok(())
            );
        }
        let ecdsa = matches!(algorithm, SignatureAlgorithm::Ecdsa(_));
        assert_eq!(
            ec.signing_key_with(algorithm).is_ok(),
            ecdsa,
            "{algorithm:?}"
        );
    }
    assert!(matches!(ec.decryptor(), Err(KeyError::WrongUse(_))));
}

#[test]
fn a_digest_of_another_function_is_not_signed() {
    let signing_key = key("p256").signing_key().unwrap();
    let digest = HashAlgorithm::Sha384.digest(b"m");
    assert!(signing_key.sign_digest(&digest, &mut rng()).is_err());
    let digest = HashAlgorithm::Sha256.digest(b"m");
    assert!(signing_key.sign_digest(&digest, &mut rng()).is_ok());
    let batch = signing_key.sign_batch(&[b"a", b"b"], &mut rng());
    let verifier = PublicKey::parse(signing_key.public_key()).unwrap();
    for (signature, message) in batch.into_iter().zip([b"a", b"b"]) {
        let signature = signature.unwrap();
        assert_eq!(
            verifier.verify(&signing_key.algorithm(), message, signature.octets()),
            Ok(())
        );
    }
}

#[test]
fn debug_shows_no_secret() {
    let key = key("rsa-2048");
    assert_eq!(format!("{key:?}"), "PrivateKey(Rsa { bits: 2048 })");
    let shown = format!(
        "{:?} {:?}",
        key.signing_key().unwrap(),
        key.decryptor().unwrap()
    );
    assert_eq!(
        shown,
        "RsaSigner { bits: 2048, algorithm: RsaPkcs1(Sha256), .. } RsaDecryptor { bits: 2048, .. }"
    );
}

/// Numbers of an RSA key that contradict each other: what `check` says, and that no wrong signature
/// gets out.
#[test]
fn rsa_numbers_that_contradict_each_other() {
    use pkcs1::RsaPrivateKeyRef;
    let der = key_der("rsa-2048");
    let inner = inner_of(&der);
    let good: RsaPrivateKeyRef<'_> = der::Decode::from_der(inner).unwrap();
    let numbers = [
        good.modulus,
        good.public_exponent,
        good.private_exponent,
        good.prime1,
        good.prime2,
        good.exponent1,
        good.exponent2,
        good.coefficient,
    ]
    .map(|number| number.as_bytes().to_vec());
    let (n, e, d, p, q, dp, dq, qinv) = (0, 1, 2, 3, 4, 5, 6, 7);
    // The same with its last but one octet changed: odd stays odd.
    let nudge = |index: usize| {
        let mut number = numbers[index].clone();
        let place = number.len() - 2;
        number[place] ^= 0x10;
        number
    };
    type Row = (&'static str, Vec<(usize, Vec<u8>)>, Inconsistency);
    let rows: [Row; 14] = [
        ("n", vec![(n, nudge(n))], Inconsistency::Modulus),
        ("p", vec![(p, nudge(p))], Inconsistency::Modulus),
        ("d", vec![(d, nudge(d))], Inconsistency::PrivateExponent),
        ("e", vec![(e, vec![3])], Inconsistency::PrivateExponent),
        ("dp", vec![(dp, nudge(dp))], Inconsistency::CrtExponent),
        ("dq", vec![(dq, nudge(dq))], Inconsistency::CrtExponent),
        (
            "qinv",
            vec![(qinv, nudge(qinv))],
            Inconsistency::CrtCoefficient,
        ),
        (
            "qinv 0",
            vec![(qinv, vec![0])],
            Inconsistency::CrtCoefficient,
        ),
        ("d 0", vec![(d, vec![0])], Inconsistency::Range),
        ("d 1", vec![(d, vec![1])], Inconsistency::Range),
        ("d = n", vec![(d, numbers[n].clone())], Inconsistency::Range),
        (
            "p 1",
            vec![(p, vec![1]), (q, numbers[n].clone())],
            Inconsistency::Range,
        ),
        ("p 0", vec![(p, vec![0])], Inconsistency::Range),
        (
            "dp = p",
            vec![(dp, numbers[p].clone())],
            Inconsistency::Range,
        ),
    ];
    for (what, changes, wrong) in rows {
        let mut changed = numbers.clone();
        for (index, number) in changes {
            changed[index] = number;
        }
        let key = PrivateKey::parse(&rsa_der(&changed)).unwrap();
        assert_eq!(key.check(), Err(KeyError::Inconsistent(wrong)), "{what}");
        assert!(key.decryptor().is_err(), "{what}");
        if let Ok(signing_key) = key.signing_key() {
            match signing_key.sign(b"m", &mut rng()) {
                // d itself is not used where the CRT numbers are.
                Ok(_) => assert!(matches!(what, "d"), "{what}"),
                Err(error) => assert!(matches!(error, npki_key::SignError::Faulty), "{what}"),
            }
        }
    }
    // Refused on reading already.
    for (what, index, number) in [
        ("n even", n, [&numbers[n][..255], &[0]].concat()),
        ("n 0", n, vec![0]),
        ("e 0", e, vec![0]),
        ("e 1", e, vec![1]),
        ("e even", e, vec![1, 0]),
        ("e 2^33 + 1", e, vec![2, 0, 0, 0, 1]),
        ("e of 64 octets", e, vec![0x7F; 64]),
    ] {
        let mut changed = numbers.clone();
        changed[index] = number;
        assert!(PrivateKey::parse(&rsa_der(&changed)).is_err(), "{what}");
    }
    let mut square = numbers.clone();
    square[q] = numbers[p].clone();
    square[n] = square_of(&numbers[p]);
    let key = PrivateKey::parse(&rsa_der(&square)).unwrap();
    assert_eq!(
        key.check(),
        Err(KeyError::Inconsistent(Inconsistency::EqualPrimes))
    );
}

/// PKCS #1 does not say which prime comes first.
#[test]
fn primes_in_either_order() {
    use crypto_bigint::{BoxedUint, Odd};
    let der = key_der("rsa-2048");
    let good: pkcs1::RsaPrivateKeyRef<'_> = der::Decode::from_der(inner_of(&der)).unwrap();
    let prime = |octets: &[u8]| BoxedUint::from_be_slice(octets, 1024).unwrap();
    let (p, q) = (prime(good.prime1.as_bytes()), prime(good.prime2.as_bytes()));
    let inverse = p.rem(Odd::new(q.clone()).unwrap().as_nz_ref());
    let inverse = inverse.invert_odd_mod(&Odd::new(q).unwrap()).unwrap();
    let swapped = [
        good.modulus.as_bytes(),
        good.public_exponent.as_bytes(),
        good.private_exponent.as_bytes(),
        good.prime2.as_bytes(),
        good.prime1.as_bytes(),
        good.exponent2.as_bytes(),
        good.exponent1.as_bytes(),
        &inverse.to_be_bytes_trimmed_vartime(),
    ]
    .map(<[u8]>::to_vec);
    let swapped = PrivateKey::parse(&rsa_der(&swapped)).unwrap();
    assert_eq!(swapped.check(), Ok(()));
    let signature = |key: &PrivateKey| key.signing_key().unwrap().sign(b"m", &mut rng()).unwrap();
    assert_eq!(signature(&swapped), signature(&key("rsa-2048")));
    let ciphertext = PublicKey::parse(swapped.public_key()).unwrap();
    let ciphertext = ciphertext.encrypt_pkcs1(b"m", &mut rng()).unwrap();
    let opened = swapped
        .decryptor()
        .unwrap()
        .decrypt_pkcs1(&ciphertext, &mut rng());
    assert_eq!(**opened.unwrap(), *b"m");
}

/// Few numbers are coprime to this modulus, and blinding looks for one: it takes some tries, no more.
#[test]
fn a_modulus_of_small_factors_ends() {
    use crypto_bigint::{BoxedUint, ConcatenatingMul, Resize};
    let mut small = (3_u64..).step_by(2).filter(|n| (3..*n).all(|d| n % d != 0));
    let mut product = BoxedUint::one();
    while product.bits_vartime() < 4_080 {
        let next = product.concatenating_mul(&BoxedUint::from(small.next().unwrap()));
        let bits = next.bits_vartime();
        product = next.try_resize(bits).unwrap();
    }
    let octets = |number: &BoxedUint| number.to_be_bytes_trimmed_vartime().to_vec();
    let n = octets(&product.concatenating_mul(&product));
    let p = octets(&product);
    let numbers = [
        n,
        vec![1, 0, 1],
        vec![3],
        p.clone(),
        p,
        vec![3],
        vec![3],
        vec![3],
    ];
    let key = PrivateKey::parse(&rsa_der(&numbers)).unwrap();
    assert!(key.check().is_err() && key.decryptor().is_err());
    let signing_key = key.signing_key().unwrap();
    let answer = signing_key.sign(b"m", &mut rng());
    assert!(matches!(answer, Err(npki_key::SignError::Faulty)));
}

#[test]
fn scalars_out_of_range() {
    let der = key_der("p256");
    let scalar = der.windows(2).position(|w| w == [0x04, 0x20]).unwrap() + 2;
    let order = hex!("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");
    let mut below = order;
    below[31] -= 1;
    let mut one = [0; 32];
    one[31] = 1;
    for (value, reads) in [
        ([0; 32], false),
        (one, true),
        (below, true),
        (order, false),
        ([0xFF; 32], false),
    ] {
        let mut der = der.clone();
        der[scalar..scalar + 32].copy_from_slice(&value);
        let parsed = PrivateKey::parse(&der);
        assert_eq!(parsed.is_ok(), reads, "{value:?}");
        if let Ok(key) = parsed {
            // The point that stands beside it is another scalar's now.
            assert_eq!(
                key.check(),
                Err(KeyError::Inconsistent(Inconsistency::PublicKey))
            );
        }
    }
}

/// Octets of the outer tag and length.
fn header(der: &[u8]) -> usize {
    match der[1] {
        0x81 => 3,
        0x82 => 4,
        _ => 2,
    }
}

fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut der = vec![tag];
    match content.len() {
        length @ 0..=127 => der.push(u8::try_from(length).unwrap()),
        length => {
            der.push(0x82);
            der.extend(u16::try_from(length).unwrap().to_be_bytes());
            if length < 256 {
                der.truncate(1);
                der.extend([0x81, u8::try_from(length).unwrap()]);
            }
        }
    }
    der.extend(content);
    der
}

fn sequence(content: &[u8]) -> Vec<u8> {
    tlv(0x30, content)
}

fn with_attributes(der: &[u8], attributes: &[u8]) -> Vec<u8> {
    sequence(&[&der[header(der)..], &tlv(0xA0, attributes)].concat())
}

/// One part of a key exchanged, the outer length put right.
fn replace(der: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    let content = &der[header(der)..];
    let place = content.windows(old.len()).position(|w| w == old).unwrap();
    sequence(&[&content[..place], new, &content[place + old.len()..]].concat())
}

fn fix_lengths(attribute: &[u8]) -> Vec<u8> {
    let values = tlv(0x31, &attribute[9..]);
    sequence(&[&attribute[2..7], &values].concat())
}

fn inner_of(der: &[u8]) -> &[u8] {
    // Version (3), algorithm (15), OCTET STRING header (4).
    &der[header(der) + 3 + 15 + 4..]
}

fn rsa_der(numbers: &[Vec<u8>; 8]) -> Vec<u8> {
    let mut content = vec![2, 1, 0];
    for number in numbers {
        let sign = number.first().is_some_and(|octet| octet & 0x80 != 0);
        content.extend(tlv(
            2,
            &[&vec![0; usize::from(sign)], number.as_slice()].concat(),
        ));
    }
    let inner = sequence(&content);
    let head = hex!("020100 300D06092A864886F70D0101010500");
    sequence(&[&head, tlv(4, &inner).as_slice()].concat())
}

/// Schoolbook: good enough for a test.
fn square_of(number: &[u8]) -> Vec<u8> {
    let mut result = vec![0_u32; number.len() * 2];
    for (i, a) in number.iter().rev().enumerate() {
        let mut carry = 0;
        for (j, b) in number.iter().rev().enumerate() {
            let sum = result[i + j] + u32::from(*a) * u32::from(*b) + carry;
            result[i + j] = sum & 0xFF;
            carry = sum >> 8;
        }
        result[i + number.len()] += carry;
    }
    let octets: Vec<u8> = result
        .iter()
        .rev()
        .map(|o| u8::try_from(*o).unwrap())
        .collect();
    octets.into_iter().skip_while(|octet| *octet == 0).collect()
}
