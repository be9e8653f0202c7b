//! A private key in the clear: its octets are kept, and writing R again that is there changes nothing.
#![no_main]

use libfuzzer_sys::fuzz_target;
use npki_core::RandomNumber;
use npki_key::PrivateKey;

fuzz_target!(|data: &[u8]| {
    let Ok(key) = PrivateKey::parse(data) else {
        return;
    };
    assert_eq!(key.expose_der(), data);
    let _ = format!("{key:?}");
    if key.check().is_ok() {
        assert!(key.matches(key.public_key()));
        let _ = (key.signing_key().is_ok(), key.decryptor().is_ok());
    }
    let (kind, public_key) = (key.kind(), key.public_key().clone());

    let r = key
        .random_number()
        .unwrap_or_else(|| RandomNumber::from_octets(&[0xA5; 20]).expect("20 octets"));
    let Ok(once) = key.with_random_number(&r) else {
        return;
    };
    let once = once.expose_der().to_vec();
    let again = PrivateKey::parse(&once).expect("what was written is read");
    assert_eq!(again.kind(), kind);
    assert_eq!(*again.public_key(), public_key);
    let found = again.random_number().expect("R is there");
    assert_eq!(found.expose_octets(), r.expose_octets());
    let twice = again.with_random_number(&r).expect("it has room already");
    assert_eq!(twice.expose_der(), once);
});
