//! The draft's vectors through the public API, and laws for what has no vector.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod common;

use common::{key, rng, vectors};
use npki_core::HashAlgorithm;
use npki_key::{PrivateKey, PublicKey};

#[test]
fn vectors_of_the_draft() {
    let mut cases = 0;
    for section in ["b1", "b2", "b3", "b4"] {
        let folder = vectors("implicit-rejection");
        let der = std::fs::read(folder.join(format!("{section}.der"))).unwrap();
        let key = PrivateKey::parse(&der).unwrap();
        assert_eq!(key.check(), Ok(()), "{section}");
        let decryptor = key.decryptor().unwrap();
        let text = std::fs::read_to_string(folder.join(format!("{section}.txt"))).unwrap();
        for line in text.lines() {
            let mut fields = line.split(' ');
            let mut field = || fields.next().unwrap();
            let (id, _valid) = (field(), field());
            let (ciphertext, wanted) = (unhex(field()), unhex(field()));
            let message = decryptor.decrypt_pkcs1(&ciphertext, &mut rng()).unwrap();
            assert_eq!(*message, wanted, "{id}");
            cases += 1;
        }
    }
    assert_eq!(cases, 48);
}

#[test]
fn round_trips_at_every_boundary() {
    let key = key("rsa-1024");
    let public = PublicKey::parse(key.public_key()).unwrap();
    let decryptor = key.decryptor().unwrap();
    let rng = &mut rng();
    for (length, fits) in [(0, true), (1, true), (117, true), (118, false)] {
        let message = vec![7; length];
        let ciphertext = public.encrypt_pkcs1(&message, rng);
        assert_eq!(ciphertext.is_ok(), fits, "{length}");
        if let Ok(ciphertext) = ciphertext {
            assert_eq!(*decryptor.decrypt_pkcs1(&ciphertext, rng).unwrap(), message);
        }
    }
    let (sha1, sha256) = (HashAlgorithm::Sha1, HashAlgorithm::Sha256);
    for (length, fits) in [(0, true), (62, true), (63, false)] {
        let message = vec![7; length];
        let ciphertext = public.encrypt_oaep(sha256, sha1, b"label", &message, rng);
        assert_eq!(ciphertext.is_ok(), fits, "{length}");
        let Ok(ciphertext) = ciphertext else { continue };
        let opened = decryptor.decrypt_oaep(sha256, sha1, b"label", &ciphertext, rng);
        assert_eq!(*opened.unwrap(), message);
        for (hash, mgf_hash, label) in [
            (sha1, sha1, "label"),
            (sha256, sha256, "label"),
            (sha256, sha1, "lable"),
        ] {
            let opened = decryptor.decrypt_oaep(hash, mgf_hash, label.as_bytes(), &ciphertext, rng);
            assert_eq!(opened.unwrap_err().to_string(), "decryption failed");
        }
    }
    // 128 octets cannot hold two digests of 64 and two octets more.
    assert!(
        public
            .encrypt_oaep(HashAlgorithm::Sha512, sha1, b"", b"", rng)
            .is_err()
    );
}

/// Whatever the ciphertext, as long as it is one: a message, always the same, whatever the blinding.
#[test]
fn rejection_is_implicit_and_repeats() {
    let key = key("rsa-1024");
    let decryptor = key.decryptor().unwrap();
    let rng = &mut rng();
    for seed in 0..40_u8 {
        let mut ciphertext = vec![seed; 128];
        ciphertext[0] = 0;
        let first = decryptor.decrypt_pkcs1(&ciphertext, rng).unwrap();
        let second = decryptor.decrypt_pkcs1(&ciphertext, rng).unwrap();
        assert_eq!(*first, *second);
        assert!(first.len() <= 117);
    }
    // Too short, too long, not below the modulus: visible to everybody, one error.
    for ciphertext in [vec![0; 127], vec![0; 129], vec![], vec![0xFF; 128]] {
        let error = decryptor.decrypt_pkcs1(&ciphertext, rng).unwrap_err();
        assert_eq!(error.to_string(), "decryption failed");
        let error = decryptor.decrypt_oaep(
            HashAlgorithm::Sha1,
            HashAlgorithm::Sha1,
            b"",
            &ciphertext,
            rng,
        );
        assert_eq!(error.unwrap_err().to_string(), "decryption failed");
    }
}

fn unhex(text: &str) -> Vec<u8> {
    let digits = text.trim_start_matches('-').as_bytes();
    digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}
