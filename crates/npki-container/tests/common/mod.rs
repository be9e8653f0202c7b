//! What the tests of this room share: vectors by folder, keys, a fixed generator.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use chacha20::ChaCha20Rng;
use npki_cert::Certificate;
use npki_container::Password;
use npki_core::RandomNumber;
use npki_key::PrivateKey;
use rand_core::SeedableRng;

pub(crate) const PASSWORD: &str = "test-Pass-1";
pub(crate) const HANGUL: &str = "한글-암호1";

/// A fixed generator.
pub(crate) fn rng() -> ChaCha20Rng {
    ChaCha20Rng::from_seed([7; 32])
}

pub(crate) fn password(text: &str) -> Password {
    Password::new(text).unwrap()
}

/// The password of a vector, by its name (`tests/vectors/ORIGIN.md`).
pub(crate) fn password_of(path: &Path) -> Password {
    let name = path.file_name().unwrap().to_str().unwrap();
    password(if name.contains("hangul") {
        HANGUL
    } else if name.contains("empty-password") {
        ""
    } else {
        PASSWORD
    })
}

pub(crate) fn vector(name: &str) -> Vec<u8> {
    fs::read(folder().join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

/// Every vector with this extension.
pub(crate) fn vectors(extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for maker in fs::read_dir(folder()).unwrap().map(|e| e.unwrap().path()) {
        if maker.is_dir() {
            found.extend(
                fs::read_dir(maker)
                    .unwrap()
                    .map(|e| e.unwrap().path())
                    .filter(|p| p.extension().is_some_and(|e| e == extension)),
            );
        }
    }
    found.sort();
    assert!(!found.is_empty(), "no vectors");
    found
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors")
}

/// The signing key with R = 00 01 … 13.
pub(crate) fn sign_key() -> PrivateKey {
    PrivateKey::parse(&vector("pypinksign/sign-r.p8")).unwrap()
}

pub(crate) fn sign_certificate() -> Certificate {
    Certificate::parse(&vector("openssl/sign.der")).unwrap()
}

/// The key-management key, without R.
pub(crate) fn km_key() -> PrivateKey {
    PrivateKey::parse(&vector("openssl/km.p8")).unwrap()
}

pub(crate) fn km_certificate() -> Certificate {
    Certificate::parse(&vector("openssl/km.der")).unwrap()
}

pub(crate) fn r() -> RandomNumber {
    RandomNumber::from_octets(&(0..20).collect::<Vec<u8>>()).unwrap()
}
