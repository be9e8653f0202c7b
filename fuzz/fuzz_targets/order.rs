//! What a bank orders of a CA: canonical DER, written again octet for octet.
#![no_main]

use der::{Decode as _, Encode as _};
use libfuzzer_sys::fuzz_target;
use npki_core::Order;

fuzz_target!(|data: &[u8]| {
    let Ok(order) = Order::from_der(data) else {
        return;
    };
    assert_eq!(order.to_der().as_deref(), Ok(data));
    let _ = format!("{order:?}");
});
