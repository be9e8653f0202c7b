//! From BER to DER: what comes out needs no second pass, and DER comes out as it went in.
#![no_main]

use std::borrow::Cow;

use libfuzzer_sys::fuzz_target;
use npki_container::ber::{Limits, ber_to_der};

const LIMITS: Limits = Limits {
    octets: 65_536,
    depth: 32,
};

fuzz_target!(|data: &[u8]| {
    let Ok(der) = ber_to_der(data, LIMITS) else {
        return;
    };
    if let Cow::Borrowed(same) = der {
        assert_eq!(same, data);
    }
    // A definite length may take more octets than an indefinite one, and five at most.
    assert!(der.len() <= 3 * data.len());
    let again = ber_to_der(&der, LIMITS).expect("what was written is read");
    assert!(
        matches!(again, Cow::Borrowed(_)),
        "a second pass changes it"
    );
});
