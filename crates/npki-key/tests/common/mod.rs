//! What the tests of this room share.

#![allow(dead_code, reason = "each test binary uses a part of it")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::{Path, PathBuf};

use chacha20::ChaCha20Rng;
use chacha20::rand_core::SeedableRng;
use npki_key::PrivateKey;

pub(crate) fn rng() -> ChaCha20Rng {
    ChaCha20Rng::from_seed([42; 32])
}

pub(crate) fn vectors(topic: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/vectors")
        .join(topic)
}

/// The DER of a key of `tests/vectors/keys`.
pub(crate) fn key_der(name: &str) -> Vec<u8> {
    let file = vectors("keys").join(format!("{name}.der"));
    std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

pub(crate) fn key(name: &str) -> PrivateKey {
    PrivateKey::parse(&key_der(name)).unwrap()
}
