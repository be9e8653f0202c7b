//! A ledger's record: canonical DER, written again octet for octet.
#![no_main]

use der::Encode as _;
use libfuzzer_sys::fuzz_target;
use npki_ledger::{Record, Recorded};

fuzz_target!(|data: &[u8]| {
    let Ok(record) = Record::parse(data) else {
        return;
    };
    assert_eq!(record.to_der().as_deref(), Ok(data));
    let recorded = Recorded::parse(data.to_vec()).expect("it was read before");
    assert_eq!(recorded.der(), data);
    assert_eq!(*recorded.record(), record);
    let _ = recorded.leaf();
});
