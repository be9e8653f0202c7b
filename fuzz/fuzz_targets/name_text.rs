//! The text form of a name: what is written for what was read leads to the same octets.
#![no_main]

use libfuzzer_sys::fuzz_target;
use npki_cert::{Name, NameTextError};

fuzz_target!(|text: &str| {
    let Ok(name) = Name::from_npki_text(text) else {
        return;
    };
    assert_eq!(Name::parse(name.der()).as_ref(), Ok(&name));
    assert!(name.matches(&name));

    let written = name.to_npki_text();
    match Name::from_npki_text(&written) {
        Ok(again) => {
            // `#` may have given a value another string type than ours, or octets that are not what they say. Once
            // that is gone, it stays as it is.
            let twice = again.to_npki_text();
            assert_eq!(Name::from_npki_text(&twice).as_ref(), Ok(&again));
            if !text.contains('#') {
                assert_eq!(again.der(), name.der(), "{text:?} {written:?}");
                assert_eq!(twice, written);
            }
        }
        Err(error) => {
            assert_eq!(error, NameTextError::TooLong);
            assert!(written.len() > Name::MAX_OCTETS / 2);
        }
    }
});
