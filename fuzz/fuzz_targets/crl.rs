//! A CRL: put together again from its parts it is the same, and every entry is found.
#![no_main]

use libfuzzer_sys::fuzz_target;
use npki_cert::{Crl, Name, assemble_crl};

fuzz_target!(|data: &[u8]| {
    let Ok(crl) = Crl::parse_any(data) else {
        assert!(Crl::parse(data).is_err());
        return;
    };
    if let Ok(bare) = Crl::parse(data) {
        assert_eq!(bare.der(), data);
    }
    let again = assemble_crl(crl.tbs_der(), crl.signature_algorithm(), crl.signature());
    assert_eq!(again.as_ref(), Ok(&crl));
    assert_eq!(Name::parse(crl.issuer().der()).as_ref(), Ok(crl.issuer()));

    assert_eq!(crl.entries().count(), crl.len());
    assert_eq!(crl.is_empty(), crl.len() == 0);
    for entry in crl.entries().take(256) {
        let found = crl
            .find(&entry.serial_number)
            .expect("every entry is found");
        assert_eq!(found.serial_number, entry.serial_number);
        // Of two with one serial number, the first.
        let first = crl
            .entries()
            .find(|e| e.serial_number == entry.serial_number);
        assert_eq!(first, Some(found));
    }
    let _ = (
        crl.extensions().count(),
        crl.unknown_critical(),
        crl.unknown_critical_in_entries(),
        crl.number(),
        crl.base_number(),
        format!("{crl:?}"),
    );
});
