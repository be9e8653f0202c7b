//! A public key: it is kept as it is, and no signature makes it panic.
//!
//! The input is a SubjectPublicKeyInfo and, behind it, a signature.
#![no_main]

use der::{Decode as _, Encode as _, Reader as _, SliceReader};
use libfuzzer_sys::fuzz_target;
use npki_core::HashAlgorithm;
use npki_key::{PublicKey, SignatureAlgorithm, Verifier};
use spki::SubjectPublicKeyInfoOwned;

fuzz_target!(|data: &[u8]| {
    let Ok(mut reader) = SliceReader::new(data) else {
        return;
    };
    let Ok(info) = reader.tlv_bytes() else { return };
    let signature = data.get(info.len()..).unwrap_or_default();
    let Ok(spki) = SubjectPublicKeyInfoOwned::from_der(info) else {
        return;
    };
    let Ok(key) = PublicKey::parse(&spki) else {
        return;
    };
    assert_eq!(key.public_key().to_der().as_deref(), Ok(info));
    let hash = HashAlgorithm::Sha256;
    for algorithm in [
        SignatureAlgorithm::RsaPkcs1(hash),
        SignatureAlgorithm::Ecdsa(hash),
    ] {
        // Nobody has signed this.
        assert!(key.verify(&algorithm, data, signature).is_err());
    }
    let _ = format!("{key:?}");
});
