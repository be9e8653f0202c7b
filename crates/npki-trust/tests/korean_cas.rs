//! The real roots and CAs of the Korean national PKI, read from the folder named by `NPKI_VECTORS`.

#![expect(clippy::unwrap_used, reason = "helpers of tests panic as tests do")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use npki_cert::{Certificate, Crl, PolicyOid};
use npki_core::Instant;
use npki_trust::{
    AlgorithmPolicy, Anchors, PathError, PolicySet, Request, Revocation, ValidPath, Validator,
};

const CAS: [&str; 5] = [
    "yessignCA-Class3",
    "SignKorea-CA4",
    "signGATE-CA6",
    "CrossCertCA4",
    "TradeSignCA4",
];

fn folder() -> Option<PathBuf> {
    let Some(root) = std::env::var_os("NPKI_VECTORS") else {
        eprintln!("passing over: NPKI_VECTORS is not set");
        return None;
    };
    let folder = PathBuf::from(root).join("korean-ca");
    assert!(
        fs::read_dir(&folder).is_ok_and(|mut entries| entries.next().is_some()),
        "NPKI_VECTORS is set, but {} is absent or empty",
        folder.display()
    );
    Some(folder)
}

fn read(folder: &Path, name: &str) -> Certificate {
    Certificate::parse(&fs::read(folder.join(format!("{name}.der"))).unwrap()).unwrap()
}

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

fn validate(root: &Certificate, leaf: &Certificate, now: &str) -> Result<ValidPath, PathError> {
    Validator::new(Anchors::new([root.clone()])).validate(&Request::new(leaf, at(now)))
}

/// A CA asked as if it were the leaf: it says anyPolicy, so that any policy will do.
#[test]
fn root_ca_4_and_its_cas() {
    let Some(folder) = folder() else { return };
    let root = read(&folder, "KISA-RootCA-4");
    for name in CAS {
        let ca = read(&folder, name);
        let path = validate(&root, &ca, "2025-01-01").unwrap();
        assert_eq!(path.policies(), &PolicySet::Any, "{name}");
        assert_eq!(path.anchor().der(), root.der());
        // requireExplicitPolicy 0 in the certificate itself, met by anyPolicy …
        let one: PolicyOid = "1.2.410.200005.1.1.1".parse().unwrap();
        let request = Request::new(&ca, at("2025-01-01"));
        let strict = Validator::new(Anchors::new([root.clone()])).require_conforming_certificates();
        assert!(strict.validate(&request).is_ok(), "{name}");
        let accepts = |policies| Validator::new(Anchors::new([root.clone()])).policies(policies);
        let path = accepts(PolicySet::of([one])).validate(&request).unwrap();
        assert_eq!(path.policies(), &PolicySet::of([one]), "{name}");
        // … but not where anyPolicy does not count, and not where no policy is accepted.
        for refusing in [
            accepts(PolicySet::of([one])).inhibit_any_policy(),
            accepts(PolicySet::Of(BTreeSet::new())),
        ] {
            let error = refusing.validate(&request).unwrap_err();
            assert_eq!(error.name(), "policy", "{name}");
        }
        // Its last second, its first, and those beyond.
        let first = ca.not_before().unix_seconds();
        let last = ca.not_after().unix_seconds();
        for (seconds, outcome) in [
            (first - 1, "not-yet-valid"),
            (first, "ok"),
            (last, "ok"),
            (last + 1, "expired"),
        ] {
            let found = validate(&root, &ca, &seconds.to_string());
            let found = found.map_or_else(|error| error.name(), |_| "ok");
            assert_eq!(found, outcome, "{name} at {seconds}");
        }
    }
}

#[test]
fn a_ca_is_no_other_roots() {
    let Some(folder) = folder() else { return };
    let old = read(&folder, "KISA-RootCA-1");
    for name in CAS {
        let error = validate(&old, &read(&folder, name), "2025-01-01").unwrap_err();
        assert_eq!(error, PathError::NoPath, "{name}");
    }
}

/// Generation 1: SHA-1, and over since August 2025.
#[test]
fn root_ca_1() {
    let Some(folder) = folder() else { return };
    let root = read(&folder, "KISA-RootCA-1");
    let trusting = AlgorithmPolicy::new().danger_trust_sha1();
    for (now, algorithms, outcome) in [
        ("2025-08-24", AlgorithmPolicy::new(), "algorithm"),
        ("2025-08-24", trusting, "ok"),
        ("2025-08-26", trusting, "expired"),
    ] {
        let found = Validator::new(Anchors::new([root.clone()]))
            .algorithms(algorithms)
            .validate(&Request::new(&root, at(now)));
        let found = found.map_or_else(|error| error.name(), |_| "ok");
        assert_eq!(found, outcome, "{now}");
    }
}

#[test]
fn without_a_crl_nothing_is_known() {
    let Some(folder) = folder() else { return };
    let root = read(&folder, "KISA-RootCA-4");
    let ca = read(&folder, CAS[0]);
    let none: &[Crl] = &[];
    let request = Request {
        revocation: Revocation::Crls(none),
        ..Request::new(&ca, at("2025-01-01"))
    };
    let error = Validator::new(Anchors::new([root]))
        .validate(&request)
        .unwrap_err();
    assert_eq!(error.name(), "revocation-unknown");
}
