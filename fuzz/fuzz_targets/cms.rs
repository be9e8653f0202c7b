//! A CMS message, BER: a second pass changes nothing, DER stays as it is, and verifying it does not panic.
#![no_main]

use std::borrow::Cow;

use libfuzzer_sys::fuzz_target;
use npki_container::ber::{Limits, ber_to_der};
use npki_sign::cms::{SignedData, TrustedHashes, Verification};

fuzz_target!(|data: &[u8]| {
    let Ok(message) = SignedData::parse(data) else {
        return;
    };
    if let Ok(Cow::Borrowed(der)) = ber_to_der(data, Limits::DEFAULT) {
        assert_eq!(message.der(), der);
    }
    let again = SignedData::parse(message.der()).expect("what was written is read");
    assert_eq!(again.der(), message.der());
    assert_eq!(again.content(), message.content());
    assert_eq!(again.certificates(), message.certificates());
    assert!(message.signers() <= SignedData::MAX_SIGNERS);

    let content = message.content().is_none().then_some(&b"content"[..]);
    let verified = message.verify_signatures(&Verification {
        content,
        certificates: &[],
        hashes: TrustedHashes::DangerSha1,
    });
    if let Ok(signers) = verified {
        assert_eq!(signers.len(), message.signers());
    }
    let _ = format!("{message:?}");
});
