//! Nothing of a key stays in memory after everything was dropped; what RSA leaves is told.
//!
//! A process that worked with a key and dropped it is held while this one looks through its memory.
//! Linux only.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod common;
#[path = "common/held.rs"]
mod held;

use held::{Work, found_after};

#[test]
fn what_is_left() {
    if held::is_held() {
        return;
    }
    for key in ["rsa-2048", "rsa-2048-e3", "rsa-1024"] {
        for work in [Work::Parse, Work::Check] {
            let found = found_after(work, key);
            assert!(found.is_empty(), "{key} {work:?} {found:?}");
        }
        // The crate page says so: p and q, in what crypto-bigint frees, and nothing else.
        for work in [Work::Handle, Work::Sign, Work::Decrypt] {
            let mut found = found_after(work, key);
            found.retain(|name| !["p, limbs", "q, limbs"].contains(&name.as_str()));
            assert!(found.is_empty(), "{key} {work:?} {found:?}");
        }
    }
    for work in [Work::Parse, Work::Check, Work::Handle, Work::Sign] {
        let found = found_after(work, "p256");
        assert!(found.is_empty(), "p256 {work:?} {found:?}");
    }
}
