//! Reading and writing PFX: vectors of OpenSSL and NSS, presets, bad input, R62.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

mod common;

use common::{
    HANGUL, PASSWORD, km_certificate, km_key, password, password_of, r, rng, sign_certificate,
    sign_key, vector, vectors,
};
use npki_cert::KeyUse;
use npki_container::{
    Bound, Bounds, CbcCipher, Derivation, Integrity, MacDerivation, OpenError, Pfx, PfxEntry,
    PfxParseError, PfxPreset, PfxSealing, SchemeError, SealError, lint_pfx,
};
use npki_core::{HashAlgorithm, Severity};
use proptest::prelude::*;

const BOUNDS: Bounds = Bounds::DEFAULT;

fn parse(bytes: &[u8]) -> Pfx {
    Pfx::parse(bytes, &BOUNDS).unwrap()
}

fn is_ber(name: &str) -> bool {
    name.starts_with("ber")
}

#[test]
fn every_vector_opens_to_the_pair_inside() {
    let plain = npki_key::PrivateKey::parse(&vector("openssl/sign.p8")).unwrap();
    for path in vectors("pfx") {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let bytes = std::fs::read(&path).unwrap();
        let pfx = parse(&bytes);
        assert_eq!(pfx.as_bytes(), bytes);

        let der = pfx.encode().unwrap();
        assert_eq!(der == bytes, !is_ber(&name), "{name}");
        assert_eq!(parse(&der).encode().unwrap(), der, "{name}: a second pass");

        for pfx in [pfx, parse(&der)] {
            let contents = pfx
                .open(&password_of(&path), &BOUNDS)
                .unwrap_or_else(|e| panic!("{name}: {e}"));
            assert_eq!(contents.passed_over, [], "{name}");
            assert_eq!(
                contents.integrity == Integrity::None,
                name.starts_with("no-mac")
            );
            let sorted = contents.into_pairs();
            let [pair] = &sorted.pairs[..] else {
                panic!("{name}: {sorted:?}")
            };
            assert!(sorted.lone_keys.is_empty() && sorted.chain.is_empty());
            assert_eq!(pair.key.public_key(), plain.public_key(), "{name}");
            assert_eq!(pair.certificate.der(), sign_certificate().der());
            assert_eq!(pair.use_of_key(), KeyUse::Sign);
            assert!(!pair.has_random_number());
            if name == "legacy-rc2-40.pfx" || is_ber(&name) {
                assert_eq!(pair.friendly_name.as_deref(), Some("friendly"), "{name}");
            }
            assert_eq!(
                pfx.open(&password("wrong"), &BOUNDS).unwrap_err(),
                OpenError::WrongPasswordOrDamaged,
                "{name}"
            );
        }
        let errors = lint_pfx(&bytes)
            .into_iter()
            .filter(|f| f.severity == Severity::Error)
            .count();
        assert_eq!(errors, 0, "{name}");
    }
}

#[test]
fn what_is_told_without_the_password() {
    let pfx = parse(&vector("openssl/legacy-rc2-40.pfx"));
    let mac = pfx.mac().unwrap().unwrap();
    assert_eq!(
        (mac.hash, mac.derivation),
        (HashAlgorithm::Sha1, MacDerivation::Pkcs12)
    );
    assert_eq!(mac.to_string(), "HMAC-SHA1, PKCS12, 2048 iterations");
    let schemes = pfx.schemes().unwrap();
    assert_eq!(
        schemes
            .iter()
            .map(|s| (s.derivation, s.cipher))
            .collect::<Vec<_>>(),
        [
            (Derivation::Pkcs12, CbcCipher::Rc2Bits40),
            (Derivation::Pkcs12, CbcCipher::TripleDes)
        ]
    );
    let rules: Vec<_> = lint_pfx(pfx.as_bytes()).iter().map(|f| f.rule).collect();
    assert_eq!(rules, ["container.cipher.strength"]);
    let mac = parse(&vector("openssl/pbmac1.pfx")).mac().unwrap().unwrap();
    assert_eq!(
        mac.to_string(),
        "HMAC-SHA512, PBKDF2-HMAC-SHA256, 3000 iterations"
    );
    assert_eq!(parse(&vector("openssl/no-mac.pfx")).mac(), Ok(None));
    let rules: Vec<_> = lint_pfx(&vector("openssl/no-mac.pfx"))
        .iter()
        .map(|f| f.rule)
        .collect();
    assert_eq!(rules, ["pfx.mac.present"]);
}

fn seal_both(sealing: impl Into<PfxSealing>, text: &str) -> Pfx {
    let (sign, km) = (sign_key(), km_key());
    let (sign_certificate, km_certificate) = (sign_certificate(), km_certificate());
    let entries = [
        PfxEntry {
            key: &sign,
            certificate: &sign_certificate,
            friendly_name: Some("홍길동"),
        },
        PfxEntry {
            key: &km,
            certificate: &km_certificate,
            friendly_name: None,
        },
    ];
    Pfx::seal(&entries, &[], &password(text), sealing, &mut rng()).unwrap()
}

#[test]
fn r62_each_preset_carries_both_pairs_and_r() {
    for preset in PfxPreset::ALL {
        let sealing = PfxSealing::from(*preset).with_iterations(1_200).unwrap();
        for text in [PASSWORD, HANGUL, ""] {
            let pfx = seal_both(sealing, text);
            let pfx = parse(pfx.as_bytes());
            assert_eq!(pfx.encode().unwrap(), pfx.as_bytes());
            assert!(lint_pfx(pfx.as_bytes()).is_empty());
            let sorted = pfx.open(&password(text), &BOUNDS).unwrap().into_pairs();
            let sign = sorted.sign().unwrap();
            assert_eq!(sign.key.expose_der(), sign_key().expose_der());
            assert!(sign.key.random_number() == Some(r()));
            assert_eq!(sign.friendly_name.as_deref(), Some("홍길동"));
            let km = sorted.key_management().unwrap();
            assert_eq!(km.key.expose_der(), km_key().expose_der());
            assert!(!km.has_random_number());
            assert!(pfx.open(&password("wrong"), &BOUNDS).is_err());
        }
    }
}

#[test]
fn r62_the_presets_are_what_they_say() {
    use CbcCipher::{Aes256, Seed, TripleDes};

    let sha256 = Derivation::Pbkdf2(HashAlgorithm::Sha256);
    for (preset, derivation, cipher, mac, iterations) in [
        (
            PfxPreset::Korean,
            Derivation::Pkcs12,
            TripleDes,
            HashAlgorithm::Sha1,
            2_048,
        ),
        (
            PfxPreset::Aes,
            sha256,
            Aes256,
            HashAlgorithm::Sha256,
            100_000,
        ),
        (
            PfxPreset::Seed,
            sha256,
            Seed,
            HashAlgorithm::Sha256,
            100_000,
        ),
    ] {
        assert_eq!(PfxPreset::from_name(preset.name()), Some(preset));
        let sealing = PfxSealing::from(preset);
        assert_eq!(u64::from(sealing.iterations()), iterations);
        assert!(sealing.with_iterations(999).is_err());
        let pfx = seal_both(sealing, PASSWORD);
        for scheme in pfx.schemes().unwrap() {
            assert_eq!((scheme.derivation, scheme.cipher), (derivation, cipher));
            assert_eq!(scheme.iterations, iterations);
        }
        let found = pfx.mac().unwrap().unwrap();
        assert_eq!((found.hash, found.iterations), (mac, iterations));
    }
}

#[test]
fn a_chain_goes_along_and_a_false_pair_does_not() {
    let (key, certificate, other) = (sign_key(), sign_certificate(), km_certificate());
    let entry = |certificate| PfxEntry {
        key: &key,
        certificate,
        friendly_name: None,
    };
    let sealing = PfxSealing::default();
    let seal = |entries: &[PfxEntry<'_>], chain: &[&npki_cert::Certificate]| {
        Pfx::seal(entries, chain, &password(PASSWORD), sealing, &mut rng())
    };
    let pfx = seal(&[entry(&certificate)], &[&other]).unwrap();
    let sorted = pfx.open(&password(PASSWORD), &BOUNDS).unwrap().into_pairs();
    assert_eq!(sorted.pairs.len(), 1);
    assert_eq!(sorted.chain[0].der(), other.der());

    assert_eq!(
        seal(&[entry(&certificate), entry(&other)], &[]).unwrap_err(),
        SealError::NoPair { index: 1 }
    );
    // Only certificates, and nothing at all.
    let pfx = seal(&[], &[&other]).unwrap();
    let contents = pfx.open(&password(PASSWORD), &BOUNDS).unwrap();
    assert_eq!((contents.keys.len(), contents.certificates.len()), (0, 1));
    assert!(seal(&[], &[]).is_ok());
}

#[test]
fn a_mac_covers_everything() {
    for name in [
        "openssl/not-encrypted.pfx",
        "openssl/aria.pfx",
        "nss/ber-aes.pfx",
    ] {
        let bytes = vector(name);
        // In the contents: the outside up to them is structure, the end is the MAC itself.
        for at in (60..bytes.len() - 120).step_by(97) {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1;
            if let Ok(pfx) = Pfx::parse(&damaged, &BOUNDS) {
                let bounds = BOUNDS.lowered(Bound::Work, 10_000);
                match pfx.open(&password(PASSWORD), &bounds) {
                    Err(OpenError::WrongPasswordOrDamaged | OpenError::Scheme(_)) => {}
                    // A header of BER that says the same in another way.
                    found => assert!(found.is_ok() && name.starts_with("nss"), "{name} at {at}"),
                }
            }
        }
    }
}

#[test]
fn what_is_no_pfx() {
    let bytes = vector("openssl/aes.pfx");
    let with = |at: usize, octet: u8| {
        let mut changed = bytes.clone();
        changed[at] = octet;
        Pfx::parse(&changed, &BOUNDS).unwrap_err()
    };
    assert_eq!(with(6, 2), PfxParseError::Version { found: 2 });
    // signedData instead of data: integrity by public key
    assert!(matches!(with(19, 2), PfxParseError::Content { .. }));
    for file in [
        &[][..],
        b"x",
        &vector("openssl/sign.der"),
        &vector("pypinksign/pbes1-seed.key"),
        &bytes[..bytes.len() - 1],
        &[&bytes[..], b"\0"].concat(),
    ] {
        assert!(Pfx::parse(file, &BOUNDS).is_err());
        assert_eq!(lint_pfx(file)[0].severity, Severity::Error);
    }
    assert!(matches!(
        Pfx::parse(&vec![0x30; 16 * 1024 * 1024 + 1], &BOUNDS),
        Err(PfxParseError::Cost(cost)) if cost.bound == Bound::Pfx
    ));
}

#[test]
fn costs_are_refused_before_they_are_paid() {
    let pfx = parse(&vector("openssl/aes.pfx"));
    for (bound, enough, cost) in [
        (Bound::Iterations, 2_048, "iterations of a key"),
        // MAC 1, certificates and key 1 each: 32 octets of SHA-256
        (Bound::Work, 3 * 2_048, "iterations of all"),
        (Bound::Salt, 8, "octets of salt"),
        (Bound::Bags, 2, "bags"),
    ] {
        let open = |limit| pfx.open(&password(PASSWORD), &BOUNDS.lowered(bound, limit));
        assert!(open(enough).is_ok(), "{bound}");
        let error = open(enough - 1).unwrap_err();
        assert!(
            matches!(&error, OpenError::Scheme(SchemeError::Cost(_))),
            "{error}"
        );
        assert!(error.to_string().contains(cost), "{error}");
    }
}

#[test]
fn r52_wrong_passwords_are_one_error() {
    for name in [
        "openssl/legacy-3des.pfx",
        "openssl/no-mac.pfx",
        "openssl/seed.pfx",
    ] {
        let pfx = parse(&vector(name));
        for n in 0..10 {
            assert_eq!(
                pfx.open(&password(&format!("wrong-{n}")), &BOUNDS)
                    .unwrap_err(),
                OpenError::WrongPasswordOrDamaged
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn no_panic_on_anything(file: Vec<u8>) {
        let _ = Pfx::parse(&file, &BOUNDS);
    }

    /// What is accepted is written as DER, and a second pass changes nothing.
    #[test]
    fn damage_is_refused_or_kept(
        vector in prop::sample::select(vectors("pfx")), at: prop::sample::Index, octet: u8,
    ) {
        let mut bytes = std::fs::read(vector).unwrap();
        let at = at.index(bytes.len());
        bytes[at] = octet;
        if let Ok(pfx) = Pfx::parse(&bytes, &BOUNDS) {
            let der = pfx.encode().unwrap();
            prop_assert_eq!(parse(&der).encode().unwrap(), der);
            let bounds = BOUNDS.lowered(Bound::Work, 10_000);
            let _ = pfx.open(&password(PASSWORD), &bounds);
            let _ = lint_pfx(&bytes);
        }
    }
}
