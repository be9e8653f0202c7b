//! Under an allocator that wipes what is freed, nothing of a key stays in memory after signing and
//! decrypting either. Linux only.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod common;
#[path = "common/held.rs"]
mod held;

use std::alloc::System;

use held::{Work, found_after};
use zeroizing_alloc::ZeroAlloc;

#[global_allocator]
static WIPING: ZeroAlloc<System> = ZeroAlloc(System);

#[test]
fn nothing_is_left() {
    if held::is_held() {
        return;
    }
    for (key, works) in [
        ("rsa-2048", &[Work::Sign, Work::Decrypt][..]),
        ("p256", &[Work::Sign]),
    ] {
        for work in works {
            let found = found_after(*work, key);
            assert!(found.is_empty(), "{key} {work:?} {found:?}");
        }
    }
}
