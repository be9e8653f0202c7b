//! Strategies that several tests draw from.

use npki_core::{Instant, Product};
use proptest::prelude::*;

use crate::NOW_UNIX;

/// Any second of the 1,500 days after [`NOW_UNIX`]: a leap day and four ends of years are among them.
pub fn instants() -> impl Strategy<Value = Instant> {
    (NOW_UNIX..NOW_UNIX + 1_500 * 86_400).prop_filter_map("no instant", |seconds| {
        Instant::from_unix_seconds(seconds).ok()
    })
}

/// Any product.
pub fn products() -> impl Strategy<Value = Product> {
    proptest::sample::select(Product::ALL)
}
