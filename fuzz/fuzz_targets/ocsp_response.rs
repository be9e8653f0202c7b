//! An OCSP response: what is read is written again to the octet, and what was signed lies in it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use npki_cert::{OcspResponse, OcspResponseStatus, assemble_ocsp};

fuzz_target!(|data: &[u8]| {
    let Ok(response) = OcspResponse::parse(data) else {
        return;
    };
    assert_eq!(response.encode().as_deref(), Ok(data));
    let Some(basic) = response.basic() else {
        return;
    };
    assert_eq!(response.status(), OcspResponseStatus::Successful);
    let certificates: Vec<_> = basic.certificates().collect();
    let again = assemble_ocsp(
        basic.tbs_der(),
        basic.signature_algorithm(),
        basic.signature(),
        &certificates,
    )
    .expect("parts that were read are joined");
    let again = OcspResponse::parse(&again).expect("what was joined is read");
    assert_eq!(again.basic().map(|b| b.tbs_der()), Some(basic.tbs_der()));
    for single in basic.responses() {
        let _ = (
            single.status(),
            single.next_update(),
            single.extensions().count(),
        );
    }
    let _ = (
        basic.nonce(),
        basic.unknown_critical(),
        basic.produced_at(),
        certificates
            .iter()
            .filter(|c| basic.responder().is(c))
            .count(),
        format!("{response:?}"),
    );
});
