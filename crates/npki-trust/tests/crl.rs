//! One CRL asked about one certificate.

#![expect(clippy::unwrap_used, reason = "helpers of tests panic as tests do")]

use std::fs;

use npki_cert::{Certificate, Crl, RevocationReason};
use npki_core::Instant;
use npki_trust::{AlgorithmPolicy, CrlVerdict, judge_crl};
use proptest::prelude::*;

fn read(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/paths/crls/");
    fs::read(format!("{folder}{name}")).unwrap()
}

fn certificate(name: &str) -> Certificate {
    Certificate::parse(&read(&format!("{name}.der"))).unwrap()
}

fn judge(crl: &str, issuer: &str, leaf: &str, at: &str) -> Result<CrlVerdict, &'static str> {
    let at: Instant = at.parse().unwrap();
    judge_crl(
        &Crl::parse(&read(&format!("{crl}.crl"))).unwrap(),
        &certificate(issuer),
        &certificate(leaf),
        at,
        AlgorithmPolicy::new(),
    )
    .map_err(|error| error.name())
}

/// RFC 5280 sections 5 and 6.3.3.
#[test]
fn verdicts() {
    const NOW: &str = "2025-01-01T00:00:00Z";
    let revoked = |at: &str, reason| {
        Ok(CrlVerdict::Revoked {
            at: at.parse().unwrap(),
            reason,
        })
    };
    for (crl, issuer, leaf, at, expected) in [
        ("ca", "ca", "leaf", NOW, Ok(CrlVerdict::Good)),
        (
            "ca-revoked",
            "ca",
            "leaf",
            NOW,
            revoked("2024-12-01T00:00:00Z", RevocationReason::KeyCompromise),
        ),
        (
            "ca-hold",
            "ca",
            "leaf",
            NOW,
            revoked("2024-12-01T00:00:00Z", RevocationReason::CertificateHold),
        ),
        (
            "ca-revoked-unspecified",
            "ca",
            "leaf",
            NOW,
            revoked("2024-12-01T00:00:00Z", RevocationReason::Unspecified),
        ),
        (
            "ca",
            "ca",
            "leaf",
            "2024-12-30T23:59:59Z",
            Err("crl-not-yet-valid"),
        ),
        (
            "ca",
            "ca",
            "leaf",
            "2024-12-31T00:00:00Z",
            Ok(CrlVerdict::Good),
        ),
        (
            "ca",
            "ca",
            "leaf",
            "2025-02-01T00:00:00Z",
            Ok(CrlVerdict::Good),
        ),
        ("ca", "ca", "leaf", "2025-02-01T00:00:01Z", Err("crl-stale")),
        ("ca", "root", "leaf", NOW, Err("crl-wrong-issuer")),
        ("root", "root", "leaf", NOW, Err("crl-wrong-issuer")),
        ("ca", "crl-key", "leaf", NOW, Err("crl-signature")),
        ("by-crl-key", "crl-key", "leaf", NOW, Ok(CrlVerdict::Good)),
        ("ca", "no-crl-sign", "leaf", NOW, Err("crl-key-usage")),
        ("ca-bad-signature", "ca", "leaf", NOW, Err("crl-signature")),
        ("dp1", "ca", "leaf-dp1", NOW, Ok(CrlVerdict::Good)),
        ("dp1", "ca", "leaf-dp2", NOW, Err("crl-scope")),
        ("dp1", "ca", "leaf", NOW, Err("crl-scope")),
        ("delta", "ca", "leaf", NOW, Err("crl-no-base")),
        ("indirectCRL", "ca", "leaf", NOW, Err("crl-unsupported")),
        ("reasons", "ca", "leaf", NOW, Err("crl-unsupported")),
        ("remove", "ca", "leaf", NOW, Err("crl-unsupported")),
        (
            "no-next-update",
            "ca",
            "leaf",
            NOW,
            Err("crl-no-next-update"),
        ),
        (
            "critical",
            "ca",
            "leaf",
            NOW,
            Err("crl-unknown-critical-extension"),
        ),
    ] {
        assert_eq!(judge(crl, issuer, leaf, at), expected, "{crl} {leaf} {at}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// A changed CRL says nothing; reading it does not panic.
    #[test]
    fn a_changed_crl_says_nothing(
        at in any::<prop::sample::Index>(),
        bit in 0_u8..8,
    ) {
        let mut der = read("ca-revoked.crl");
        let at = at.index(der.len());
        der[at] ^= 1 << bit;
        if let Ok(crl) = Crl::parse(&der) {
            let outcome = judge_crl(
                &crl,
                &certificate("ca"),
                &certificate("leaf"),
                "2025-01-01T00:00:00Z".parse().unwrap(),
                AlgorithmPolicy::new(),
            );
            prop_assert!(outcome.is_err());
        }
    }
}
