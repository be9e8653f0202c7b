//! Opening and sealing private key files: vectors of OpenSSL and PyPinkSign, bad input, R50 to R52.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

mod common;

use common::{HANGUL, PASSWORD, password, password_of, r, rng, sign_key, vector, vectors};
use npki_container::{
    Bound, Bounds, CbcCipher, Derivation, EncryptedPrivateKeyInfo, OpenError, ParseError, Role,
    SchemeError, SealScheme, Sealing, lint_key_file,
};
use npki_core::{HashAlgorithm, Severity};
use proptest::prelude::*;
use rand_core::Rng;

const BOUNDS: Bounds = Bounds::DEFAULT;

fn parse(der: &[u8]) -> EncryptedPrivateKeyInfo {
    EncryptedPrivateKeyInfo::parse(der).unwrap()
}

#[test]
fn every_vector_opens_to_the_key_inside() {
    for path in vectors("key") {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let sealed = parse(&std::fs::read(&path).unwrap());
        assert_eq!(sealed.encode().unwrap(), sealed.as_der(), "{name}");
        let key = sealed.open(&password_of(&path), &BOUNDS);
        let key = key.unwrap_or_else(|e| panic!("{name}: {e}"));
        let plain = match path.parent().unwrap().file_name().unwrap().to_str() {
            Some("pypinksign") if name.starts_with("no-null") => "pypinksign/no-null.p8",
            Some("pypinksign") => "pypinksign/sign-r.p8",
            _ if name.starts_with("pbes2-ec") => "openssl/ec.p8",
            _ => "openssl/sign.p8",
        };
        assert_eq!(key.expose_der(), vector(plain), "{name}");
        let errors = lint_key_file(sealed.as_der())
            .into_iter()
            .filter(|f| f.severity == Severity::Error)
            .count();
        assert_eq!(errors, 0, "{name}");
    }
}

#[test]
fn the_scheme_is_told_without_the_password() {
    for (name, derivation, cipher) in [
        (
            "pypinksign/pbes1-seed.key",
            Derivation::Pbkdf1,
            CbcCipher::Seed,
        ),
        (
            "pypinksign/bare-seed.key",
            Derivation::Pbkdf1FixedIv,
            CbcCipher::Seed,
        ),
        (
            "openssl/pbes2-seed-sha512.key",
            Derivation::Pbkdf2(HashAlgorithm::Sha512),
            CbcCipher::Seed,
        ),
        (
            "openssl/pbes2-aria-192-sha256.key",
            Derivation::Pbkdf2(HashAlgorithm::Sha256),
            CbcCipher::Aria192,
        ),
        (
            "openssl/pbes2-des3-sha1.key",
            Derivation::Pbkdf2(HashAlgorithm::Sha1),
            CbcCipher::TripleDes,
        ),
    ] {
        let scheme = parse(&vector(name)).scheme().unwrap();
        assert_eq!((scheme.derivation, scheme.cipher), (derivation, cipher));
        assert_eq!(scheme.iterations, 2_048);
        assert!(scheme.salt_octets >= 8);
    }
}

#[test]
fn r51a_a_korean_password_opens_as_utf8_and_as_cp949() {
    for name in ["pypinksign/hangul-utf8.key", "pypinksign/hangul-cp949.key"] {
        let sealed = parse(&vector(name));
        let key = sealed.open(&password(HANGUL), &BOUNDS).unwrap();
        assert!(key.random_number() == Some(r()), "{name}");
        assert!(sealed.open(&password("한글-암호2"), &BOUNDS).is_err());
        // The second form is work, and counted.
        let tight = BOUNDS.lowered(Bound::Work, 2_048);
        assert!(matches!(
            sealed.open(&password(HANGUL), &tight),
            Err(OpenError::Scheme(SchemeError::Cost(cost))) if cost.bound == Bound::Work
        ));
        assert_eq!(
            sealed.open(&password("ascii"), &tight).unwrap_err(),
            OpenError::WrongPasswordOrDamaged
        );
    }
}

#[test]
fn pem_and_white_space_around_are_read() {
    let der = vector("pypinksign/pbes1-seed.key");
    let sealed = parse(&der);
    let pem = |label: &str, der: &[u8]| {
        der::pem::encode_string(label, der::pem::LineEnding::CRLF, der).unwrap()
    };
    let text = pem("ENCRYPTED PRIVATE KEY", &der);
    for file in [
        der.clone(),
        [b" \r\n", &der[..], b"\r\n"].concat(),
        text.clone().into_bytes(),
        format!("\n\n{text}\n \n").into_bytes(),
    ] {
        assert_eq!(
            EncryptedPrivateKeyInfo::parse_any(&file),
            Ok(sealed.clone())
        );
    }
    // What is read leniently is still said.
    assert_eq!(lint_key_file(text.as_bytes())[0].rule, "key.form.der");
    assert!(lint_key_file(&der).is_empty());

    for (file, error) in [
        (vector("openssl/sign.p8"), "not encrypted"),
        (
            pem("PRIVATE KEY", &vector("openssl/sign.p8")).into_bytes(),
            "not encrypted",
        ),
        (
            pem("CERTIFICATE", &vector("openssl/sign.der")).into_bytes(),
            "not an encrypted",
        ),
        (vector("openssl/sign.der"), "not an encrypted"),
        ([&der[..], b"x"].concat(), "not an encrypted"),
        (
            b"-----BEGIN ENCRYPTED PRIVATE KEY-----".to_vec(),
            "not an encrypted",
        ),
        (Vec::new(), "not an encrypted"),
        (vec![0x30; 70_000], "octets of a private key file"),
        (vec![b' '; 200_000], "octets of a private key file"),
    ] {
        let found = EncryptedPrivateKeyInfo::parse_any(&file).unwrap_err();
        assert!(found.to_string().contains(error), "{found}");
        assert_eq!(lint_key_file(&file)[0].severity, Severity::Error);
    }
    assert!(matches!(
        EncryptedPrivateKeyInfo::parse(&[&der[..], b"\n"].concat()),
        Err(ParseError::NotAKeyFile(_))
    ));
}

/// A key file with this algorithm and 16 octets of ciphertext.
fn with_algorithm(algorithm: &[u8]) -> EncryptedPrivateKeyInfo {
    let data = [&[4u8, 16][..], &[0; 16]].concat();
    parse(&tlv(0x30, &[algorithm, &data].concat()))
}

fn tlv(tag: u8, value: &[u8]) -> Vec<u8> {
    let length = u16::try_from(value.len()).unwrap();
    let header = match length {
        0..=0x7F => vec![tag, length.to_be_bytes()[1]],
        0x80..=0xFF => vec![tag, 0x81, length.to_be_bytes()[1]],
        _ => [&[tag, 0x82], &length.to_be_bytes()[..]].concat(),
    };
    [&header, value].concat()
}

fn oid(text: &str) -> Vec<u8> {
    tlv(6, der::asn1::ObjectIdentifier::new_unwrap(text).as_bytes())
}

fn integer(octets: &[u8]) -> Vec<u8> {
    tlv(2, octets)
}

fn pbes1(salt: &[u8], count: &[u8]) -> Vec<u8> {
    let parameters = tlv(0x30, &[tlv(4, salt), integer(count)].concat());
    tlv(0x30, &[oid("1.2.410.200004.1.15"), parameters].concat())
}

fn pbes2(kdf: &[u8], cipher: &[u8]) -> Vec<u8> {
    let parameters = tlv(0x30, &[kdf, cipher].concat());
    tlv(0x30, &[oid("1.2.840.113549.1.5.13"), parameters].concat())
}

fn pbkdf2(salt: &[u8], count: &[u8], rest: &[u8]) -> Vec<u8> {
    let parameters = tlv(0x30, &[&tlv(4, salt)[..], &integer(count), rest].concat());
    tlv(0x30, &[oid("1.2.840.113549.1.5.12"), parameters].concat())
}

fn cipher(text: &str, iv: &[u8]) -> Vec<u8> {
    tlv(0x30, &[oid(text), tlv(4, iv)].concat())
}

const SEED: &str = "1.2.410.200004.1.4";

#[test]
fn r52_what_can_be_told_without_the_password() {
    let kdf = pbkdf2(&[1; 8], &[8, 0], &[]);
    let iv = cipher(SEED, &[0; 16]);
    let prf = |text: &str| tlv(0x30, &[oid(text), vec![5, 0]].concat());
    let unsupported = |role, text| SchemeError::Unsupported {
        role,
        oid: der::asn1::ObjectIdentifier::new_unwrap(text),
    };
    for (algorithm, error) in [
        // PBES1 with MD5 and DES
        (
            tlv(
                0x30,
                &[
                    oid("1.2.840.113549.1.5.3"),
                    tlv(0x30, &[tlv(4, &[1; 8]), integer(&[8, 0])].concat()),
                ]
                .concat(),
            ),
            unsupported(Role::EncryptionScheme, "1.2.840.113549.1.5.3"),
        ),
        // scrypt
        (
            pbes2(
                &tlv(
                    0x30,
                    &[oid("1.3.6.1.4.1.11591.4.11"), vec![0x30, 0]].concat(),
                ),
                &iv,
            ),
            unsupported(Role::KeyDerivation, "1.3.6.1.4.1.11591.4.11"),
        ),
        // HMAC with GOST
        (
            pbes2(&pbkdf2(&[1; 8], &[8, 0], &prf("1.2.643.7.1.1.4.2")), &iv),
            unsupported(Role::PseudoRandomFunction, "1.2.643.7.1.1.4.2"),
        ),
        // AES-GCM
        (
            pbes2(&kdf, &cipher("2.16.840.1.101.3.4.1.46", &[0; 12])),
            unsupported(Role::Cipher, "2.16.840.1.101.3.4.1.46"),
        ),
    ] {
        let sealed = with_algorithm(&algorithm);
        assert_eq!(sealed.scheme().unwrap_err(), error);
        assert_eq!(
            sealed.open(&password("x"), &BOUNDS).unwrap_err(),
            OpenError::Scheme(error)
        );
        assert_eq!(
            lint_key_file(sealed.as_der())[0].rule,
            "container.scheme.supported"
        );
    }

    for (what, algorithm) in [
        ("no parameters", tlv(0x30, &oid("1.2.410.200004.1.15"))),
        ("count 0", pbes1(&[1; 8], &[0])),
        ("count 0 in PBKDF2", pbes2(&pbkdf2(&[1; 8], &[0], &[]), &iv)),
        ("negative count", pbes1(&[1; 8], &[0x80])),
        ("padded count", pbes1(&[1; 8], &[0, 8])),
        ("short IV", pbes2(&kdf, &cipher(SEED, &[0; 15]))),
        ("long IV", pbes2(&kdf, &cipher(SEED, &[0; 17]))),
        (
            "short IV of 3DES",
            pbes2(&kdf, &cipher("1.2.840.113549.3.7", &[0; 7])),
        ),
        ("no IV", pbes2(&kdf, &tlv(0x30, &oid(SEED)))),
        (
            "short key",
            pbes2(&pbkdf2(&[1; 8], &[8, 0], &integer(&[15])), &iv),
        ),
        (
            "long key",
            pbes2(&pbkdf2(&[1; 8], &[8, 0], &integer(&[17])), &iv),
        ),
        (
            "PRF with parameters",
            pbes2(
                &pbkdf2(
                    &[1; 8],
                    &[8, 0],
                    &tlv(0x30, &[oid("1.2.840.113549.2.9"), vec![4, 0]].concat()),
                ),
                &iv,
            ),
        ),
        (
            "trailing element",
            pbes2(&pbkdf2(&[1; 8], &[8, 0], &[2, 1, 16, 5, 0]), &iv),
        ),
    ] {
        let sealed = with_algorithm(&algorithm);
        assert!(
            matches!(sealed.scheme(), Err(SchemeError::Parameters { .. })),
            "{what}: {:?}",
            sealed.scheme()
        );
        assert!(sealed.open(&password("x"), &BOUNDS).is_err(), "{what}");
    }
}

#[test]
fn costs_are_refused_before_they_are_paid() {
    let kdf = |salt: &[u8], count: &[u8]| pbes2(&pbkdf2(salt, count, &[]), &cipher(SEED, &[0; 16]));
    let salt = [1; 8];
    for (algorithm, bound, found) in [
        (
            pbes1(&salt, &[0x00, 0x98, 0x96, 0x81]),
            Bound::Iterations,
            10_000_001,
        ),
        (
            pbes1(&salt, &[0x7F, 0xFF, 0xFF, 0xFF]),
            Bound::Iterations,
            0x7FFF_FFFF,
        ),
        (
            kdf(&salt, &[0x7F, 0xFF, 0xFF, 0xFF]),
            Bound::Iterations,
            0x7FFF_FFFF,
        ),
        (
            kdf(&salt, &[0x01; 8]),
            Bound::Iterations,
            0x0101_0101_0101_0101,
        ),
        (kdf(&salt, &[0x01; 9]), Bound::Iterations, u64::MAX),
        (kdf(&salt, &[0x01; 200]), Bound::Iterations, u64::MAX),
        (pbes1(&[1; 1_025], &[8, 0]), Bound::Salt, 1_025),
        (kdf(&[1; 1_025], &[8, 0]), Bound::Salt, 1_025),
    ] {
        let error = with_algorithm(&algorithm)
            .open(&password("x"), &BOUNDS)
            .unwrap_err();
        let OpenError::Scheme(SchemeError::Cost(cost)) = error else {
            panic!("{bound}: {error:?}");
        };
        assert_eq!((cost.bound, cost.found), (bound, found));
    }
    // On the other side of the bounds: it is tried, and is no key.
    for algorithm in [
        pbes1(&[1; 1_024], &[1]),
        pbes1(&[], &[1]),
        kdf(&[1; 1_024], &[1]),
    ] {
        assert_eq!(
            with_algorithm(&algorithm)
                .open(&password("x"), &BOUNDS)
                .unwrap_err(),
            OpenError::WrongPasswordOrDamaged
        );
    }
    let lowered = BOUNDS.lowered(Bound::Iterations, 2_047);
    let sealed = parse(&vector("pypinksign/pbes1-seed.key"));
    assert!(matches!(
        sealed.open(&password(PASSWORD), &lowered),
        Err(OpenError::Scheme(SchemeError::Cost(_)))
    ));
    let enough = BOUNDS.lowered(Bound::Iterations, 2_048);
    assert!(sealed.open(&password(PASSWORD), &enough).is_ok());
}

#[test]
fn r52_wrong_passwords_are_one_error() {
    // Few iterations, so that a debug build gets through some hundreds.
    let files = [
        ("pypinksign/pbes1-seed.key", 40),
        ("pypinksign/bare-seed.key", 20),
        ("openssl/pbes2-seed-sha1.key", 20),
        ("openssl/pbes2-des3-sha1.key", 20),
        ("openssl/pbes2-ec-aes-256.key", 20),
    ];
    for (name, count) in files {
        let sealed = parse(&vector(name));
        for n in 0..count {
            let error = sealed
                .open(&password(&format!("wrong-{n}")), &BOUNDS)
                .unwrap_err();
            assert_eq!(error, OpenError::WrongPasswordOrDamaged);
            assert!(std::error::Error::source(&error).is_none());
        }
    }
    let mut rng = rng();
    for scheme in [SealScheme::Pbes1Seed, SealScheme::Pbes2AriaSha256] {
        let sealing = Sealing::from(scheme).with_iterations(1_000).unwrap();
        let sealed =
            EncryptedPrivateKeyInfo::seal(&sign_key(), &password(PASSWORD), sealing, &mut rng)
                .unwrap();
        for n in 0..300 {
            assert_eq!(
                sealed
                    .open(&password(&format!("{n}")), &BOUNDS)
                    .unwrap_err(),
                OpenError::WrongPasswordOrDamaged
            );
        }
    }
}

#[test]
fn r52_a_damaged_key_never_opens_as_another() {
    let der = vector("pypinksign/pbes1-seed.key");
    let mut rng = rng();
    for _ in 0..200 {
        let mut damaged = der.clone();
        let at = 36 + usize::try_from(rng.next_u32()).unwrap() % (der.len() - 36);
        damaged[at] ^= 1 << (rng.next_u32() % 8);
        assert_eq!(
            parse(&damaged)
                .open(&password(PASSWORD), &BOUNDS)
                .unwrap_err(),
            OpenError::WrongPasswordOrDamaged,
            "at {at}"
        );
    }
}

#[test]
fn a_key_of_another_certificate_is_named_as_such() {
    let sealed = parse(&vector("pypinksign/pbes1-seed.key"));
    let open = |text, certificate| sealed.open_for(&password(text), &certificate, &BOUNDS);
    assert!(open(PASSWORD, common::sign_certificate()).is_ok());
    assert_eq!(
        open(PASSWORD, common::km_certificate()).unwrap_err(),
        OpenError::OtherCertificate
    );
    assert_eq!(
        open("wrong", common::km_certificate()).unwrap_err(),
        OpenError::WrongPasswordOrDamaged
    );
}

#[test]
fn what_is_sealed_opens_to_the_same_octets() {
    let mut rng = rng();
    let no_null = npki_key::PrivateKey::parse(&vector("pypinksign/no-null.p8")).unwrap();
    let ec = npki_key::PrivateKey::parse(&vector("openssl/ec.p8")).unwrap();
    for scheme in SealScheme::ALL {
        let sealing = Sealing::from(*scheme).with_iterations(1_500).unwrap();
        for key in [&sign_key(), &no_null, &ec] {
            let sealed =
                EncryptedPrivateKeyInfo::seal(key, &password(PASSWORD), sealing, &mut rng).unwrap();
            let read = parse(sealed.as_der());
            assert_eq!(read, sealed);
            assert_eq!(read.scheme().unwrap().iterations, 1_500);
            let opened = read.open(&password(PASSWORD), &BOUNDS).unwrap();
            assert_eq!(opened.expose_der(), key.expose_der());
            assert!(lint_key_file(sealed.as_der()).is_empty());
        }
    }
    // Korean text as a password is written as UTF-8.
    let sealed =
        EncryptedPrivateKeyInfo::seal(&ec, &password(HANGUL), Sealing::default(), &mut rng)
            .unwrap();
    assert!(sealed.open(&password(HANGUL), &BOUNDS).is_ok());
}

/// The shapes that naive readers of the field expect, octet for octet.
#[test]
fn the_korean_schemes_have_their_known_shape() {
    let mut rng = rng();
    let mut seal = |scheme: SealScheme| {
        EncryptedPrivateKeyInfo::seal(&sign_key(), &password(PASSWORD), scheme, &mut rng).unwrap()
    };
    let pbes1 = seal(SealScheme::Pbes1Seed);
    let hex = |octets: &[u8]| {
        octets
            .iter()
            .map(|o| format!("{o:02X}"))
            .collect::<String>()
    };
    assert_eq!(pbes1.as_der().len(), 1_300);
    let start = hex(&pbes1.as_der()[..36]);
    assert_eq!(start[..40], *"30820510301A06082A831A8C9A44010F300E0408");
    assert_eq!(start[56..], *"02020800048204F0");

    let start = hex(&seal(SealScheme::Pbes2SeedSha1).as_der()[4..98]);
    assert_eq!(
        start[..64],
        *"304806092A864886F70D01050D303B301B06092A864886F70D01050C300E0408"
    );
    assert_eq!(start[80..116], *"02020800301C06082A831A8C9A4401040410");
}

#[test]
fn changing_the_password_keeps_r_and_everything() {
    let mut rng = rng();
    let old = parse(&vector("pypinksign/bare-seed.key"));
    let (from, to) = (password(PASSWORD), password("new-Pass-22"));
    let new = old
        .change_password(&from, &to, SealScheme::Pbes2SeedSha1, &BOUNDS, &mut rng)
        .unwrap();
    let key = new.open(&to, &BOUNDS).unwrap();
    assert_eq!(key.expose_der(), vector("pypinksign/sign-r.p8"));
    assert!(key.random_number() == Some(r()));
    assert!(new.open(&from, &BOUNDS).is_err());
    assert!(
        old.change_password(&to, &from, Sealing::default(), &BOUNDS, &mut rng)
            .is_err()
    );
}

#[test]
fn pkcs8_of_rustcrypto_opens_our_aes() {
    use der::Decode;

    let sealing = Sealing::from(SealScheme::Pbes2Aes256Sha256);
    let sealed =
        EncryptedPrivateKeyInfo::seal(&sign_key(), &password(PASSWORD), sealing, &mut rng())
            .unwrap();
    let theirs = pkcs8::EncryptedPrivateKeyInfoRef::from_der(sealed.as_der()).unwrap();
    let opened = theirs.decrypt(PASSWORD).unwrap();
    assert_eq!(opened.as_bytes(), sign_key().expose_der());
}

#[test]
fn debug_and_errors_tell_no_secret() {
    let sealed = parse(&vector("pypinksign/pbes1-seed.key"));
    assert_eq!(
        format!("{sealed:?}"),
        "EncryptedPrivateKeyInfo { algorithm: ObjectIdentifier(1.2.410.200004.1.15), octets: 1264, .. }"
    );
    let error = sealed.open(&password("geheim"), &BOUNDS).unwrap_err();
    assert_eq!(error.to_string(), "wrong password or damaged file");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_panic_on_anything(file: Vec<u8>) {
        let _ = EncryptedPrivateKeyInfo::parse_any(&file);
        let _ = lint_key_file(&file);
    }

    /// What is accepted is written again as the same octets, and opens, or not, without a panic.
    #[test]
    fn damage_is_refused_or_kept(
        vector in prop::sample::select(vectors("key")), at: prop::sample::Index, octet: u8,
    ) {
        let mut der = std::fs::read(vector).unwrap();
        // The first hundred octets hold everything but the ciphertext.
        let at = at.index(100);
        der[at] = octet;
        if let Ok(sealed) = EncryptedPrivateKeyInfo::parse(&der) {
            prop_assert_eq!(sealed.encode().unwrap(), der);
            let bounds = BOUNDS.lowered(Bound::Iterations, 3_000);
            let _ = sealed.open(&password("x"), &bounds);
        }
    }
}
