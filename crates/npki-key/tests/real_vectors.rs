//! A subscriber's key and signature made by other software: PyPinkSign's public test certificate.
//!
//! The files are not ours to hand on. `NPKI_VECTORS` names the folder that holds them.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod common;

use std::path::PathBuf;

use common::rng;
use hex_literal::hex;
use npki_core::{HashAlgorithm, RandomNumber};
use npki_key::{PrivateKey, PublicKey, SignatureAlgorithm, Verifier};

#[test]
fn a_subscribers_key_and_signature() {
    let Some(folder) = std::env::var_os("NPKI_VECTORS") else {
        eprintln!("NPKI_VECTORS is not set: passed over the subscriber's key");
        return;
    };
    let folder = PathBuf::from(folder).join("npki-test-subscriber");
    let read = |name: &str| std::fs::read(folder.join(name)).expect(name);
    let der = read("plainSignPriFull.der");
    let key = PrivateKey::parse(&der).unwrap();
    let r = RandomNumber::from_octets(&hex!("7858B4328390805129F01C97FE6CA4A520CBD479")).unwrap();
    assert_eq!(key.expose_der(), der);
    assert_eq!(key.check(), Ok(()));
    // The same key without R; R put back gives the same bytes.
    let bare = PrivateKey::parse(&read("plainSignPri.der")).unwrap();
    assert_eq!(bare.random_number(), None);
    assert_eq!(bare.public_key(), key.public_key());
    assert_eq!(bare.with_random_number(&r).unwrap().expose_der(), der);
    assert_eq!(key.random_number(), Some(r));
    // RSASSA-PKCS1-v1_5 has one signature for a message: ours is theirs.
    let theirs = read("pkcs1Sign.bin");
    let algorithm = SignatureAlgorithm::RsaPkcs1(HashAlgorithm::Sha256);
    let verifier = PublicKey::parse(key.public_key()).unwrap();
    assert_eq!(verifier.verify(&algorithm, MESSAGE, &theirs), Ok(()));
    let ours = key
        .signing_key()
        .unwrap()
        .sign(MESSAGE, &mut rng())
        .unwrap();
    assert_eq!(ours.octets(), theirs);
}

const MESSAGE: &[u8] = b"TEST_MSG";
