//! An encrypted private key file: it is written again octet for octet, and opened under low bounds.
#![no_main]

use libfuzzer_sys::fuzz_target;
use npki_container::{
    Bound, Bounds, EncryptedPrivateKeyInfo, OpenError, Password, SchemeError, lint_key_file,
};

/// Two forms of the password with two blocks each.
const BOUNDS: Bounds = Bounds::DEFAULT
    .lowered(Bound::Iterations, 2_048)
    .lowered(Bound::Work, 8_192);

fuzz_target!(|data: &[u8]| {
    let _ = lint_key_file(data);
    let Ok(sealed) = EncryptedPrivateKeyInfo::parse_any(data) else {
        assert!(EncryptedPrivateKeyInfo::parse(data).is_err());
        return;
    };
    if let Ok(bare) = EncryptedPrivateKeyInfo::parse(data) {
        assert_eq!(bare.as_der(), data);
    }
    assert_eq!(sealed.encode().as_deref(), Ok(sealed.as_der()));
    assert_eq!(
        EncryptedPrivateKeyInfo::parse(sealed.as_der()).as_ref(),
        Ok(&sealed)
    );

    let scheme = sealed.scheme();
    let password = Password::new("test-Pass-1").expect("short enough");
    match sealed.open(&password, &BOUNDS) {
        Ok(key) => {
            assert_eq!(key.check(), Ok(()));
            let plain = sealed.expose_private_key_info(&password, &BOUNDS);
            assert_eq!(plain.as_deref().map(Vec::as_slice), Ok(key.expose_der()));
        }
        Err(OpenError::Scheme(SchemeError::Cost(_))) => assert!(scheme.is_ok()),
        Err(OpenError::Scheme(error)) => assert_eq!(scheme, Err(error)),
        Err(error) => {
            assert_eq!(error, OpenError::WrongPasswordOrDamaged);
            assert!(scheme.expect("it was tried").iterations <= 2_048);
        }
    }
});
