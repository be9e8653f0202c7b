//! Whatever is changed in a certificate: no panic, and no path through it.

#![expect(clippy::unwrap_used, reason = "helpers of tests panic as tests do")]

use std::fs;

use npki_cert::Certificate;
use npki_trust::{Anchors, Request, Validator};
use proptest::prelude::*;

fn read(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/paths/basic/");
    fs::read(format!("{folder}{name}.der")).unwrap()
}

fn holds(leaf: &[u8], ca: &[u8]) -> Option<bool> {
    let root = Certificate::parse(&read("root")).unwrap();
    let leaf = Certificate::parse(leaf).ok()?;
    let pool = [Certificate::parse(ca).ok()?];
    let request = Request {
        pool: &pool,
        ..Request::new(&leaf, "2025-01-01T00:00:00Z".parse().unwrap())
    };
    let validator = Validator::new(Anchors::new([root]));
    Some(validator.validate(&request).is_ok())
}

#[test]
fn unchanged_it_holds() {
    assert_eq!(holds(&read("leaf"), &read("ca")), Some(true));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn one_bit(which in any::<bool>(), at in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let (mut leaf, mut ca) = (read("leaf"), read("ca"));
        let changed = if which { &mut leaf } else { &mut ca };
        let at = at.index(changed.len());
        changed[at] ^= 1 << bit;
        prop_assert_ne!(holds(&leaf, &ca), Some(true));
    }
}
