//! A PFX, BER: a second pass changes nothing, DER stays as it is; opened under low bounds.
#![no_main]

use std::borrow::Cow;

use libfuzzer_sys::fuzz_target;
use npki_container::{
    Bound, Bounds, Password, Pfx,
    ber::{Limits, ber_to_der},
    lint_pfx,
};

const BOUNDS: Bounds = Bounds::DEFAULT
    .lowered(Bound::Iterations, 2_048)
    .lowered(Bound::Work, 16_384)
    .lowered(Bound::Pfx, 65_536)
    .lowered(Bound::Bags, 32);

fuzz_target!(|data: &[u8]| {
    let _ = lint_pfx(data);
    let Ok(pfx) = Pfx::parse(data, &BOUNDS) else {
        return;
    };
    assert_eq!(pfx.as_bytes(), data);
    let der = pfx.encode().expect("what was read is written");
    if let Ok(Cow::Borrowed(same)) = ber_to_der(data, Limits::DEFAULT) {
        assert_eq!(der, same);
    }
    let again = Pfx::parse(&der, &BOUNDS).expect("what was written is read");
    assert_eq!(again.encode().as_deref(), Ok(der.as_slice()));
    assert_eq!(again.schemes(), pfx.schemes());
    assert_eq!(again.mac(), pfx.mac());

    for password in ["test-Pass-1", ""] {
        let password = Password::new(password).expect("short enough");
        let Ok(contents) = pfx.open(&password, &BOUNDS) else {
            continue;
        };
        assert!(contents.keys.len() + contents.certificates.len() <= 32);
        let pairs = contents.into_pairs();
        let _ = (pairs.sign().is_some(), pairs.key_management().is_some());
    }
});
