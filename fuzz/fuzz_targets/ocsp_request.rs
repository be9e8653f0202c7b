//! An OCSP request: what is read is written again to the octet.
#![no_main]

use libfuzzer_sys::fuzz_target;
use npki_cert::{OcspAsked, OcspRequest};

fuzz_target!(|data: &[u8]| {
    let Ok(request) = OcspRequest::parse(data) else {
        return;
    };
    assert_eq!(request.encode().as_deref(), Ok(data));
    let again = OcspRequest::new(
        request.asked().iter().map(OcspAsked::id).cloned(),
        request.nonce(),
    );
    let written = again.encode().expect("what was read can be written");
    let read = OcspRequest::parse(&written).expect("what was written is read");
    assert_eq!(read.nonce(), request.nonce());
    assert!(
        read.asked()
            .iter()
            .map(OcspAsked::id)
            .eq(request.asked().iter().map(OcspAsked::id))
    );
    let _ = (
        request.unknown_critical(),
        request.extensions().count(),
        request.certificates().count(),
        request.signature().map(|signature| signature.tbs_der.len()),
        format!("{request:?}"),
    );
});
