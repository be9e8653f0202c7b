//! Lists of the CA: whole, in partitions, and as deltas.

use std::collections::BTreeSet;

use super::bench::{Bench, at};
use npki_ca::{CaError, CrlScope};
use npki_cert::{Certificate, Crl, CrlProfile, lint_crl};
use npki_core::RevocationReason;
use npki_key::{PublicKey, SignatureAlgorithm, Verifier as _};

const NOW: &str = "2026-11-23T10:00:00+09:00";

fn signed_by(crl: &Crl, ca: &Certificate) -> bool {
    let algorithm = SignatureAlgorithm::from_identifier(crl.signature_algorithm().into()).unwrap();
    PublicKey::parse(ca.public_key())
        .unwrap()
        .verify(&algorithm, crl.tbs_der(), crl.signature())
        .is_ok()
}

#[test]
fn partitions_cover_every_certificate_once() {
    let mut bench = Bench::new();
    bench.settings.crl_uri = "ldap://ca.test.example/ou=dp1p{partition},o=Test?crl".into();
    bench.settings.crl_partitions = 3;
    let (ca, now) = (bench.ca(), at(NOW));
    let mut rng = bench.rng();
    let certificates: Vec<_> = (1..=8)
        .map(|number| {
            let (order, certificate) = bench.signed(number, now);
            ca.confirm(&order.id, &certificate.sha256_fingerprint(), now)
                .unwrap()
                .unwrap();
            let serial = certificate.serial_number().octets();
            ca.revoke(serial, RevocationReason::Superseded, &[number; 32], now)
                .unwrap()
                .unwrap();
            certificate
        })
        .collect();
    let issuer = ca.settings().certificate.clone();
    let mut found = BTreeSet::new();
    for partition in 0..3 {
        let scope = CrlScope::Partition(partition);
        let crl = ca.crl_of(scope, now, &mut rng).unwrap();
        assert!(signed_by(&crl, &issuer));
        assert_eq!(lint_crl(&crl, CrlProfile::Partition), []);
        assert_eq!(
            crl.number(),
            Some(&[1][..]),
            "each stream counts for itself"
        );
        let point = crl
            .issuing_distribution_point()
            .unwrap()
            .point
            .clone()
            .unwrap();
        for certificate in &certificates {
            let own = certificate.crl_distribution_points()[0].uris == point.uris;
            let listed = crl.find(certificate.serial_number()).is_some();
            assert_eq!(own, listed);
            if listed {
                assert!(found.insert(*certificate.serial_number()));
            }
        }
    }
    assert_eq!(found.len(), certificates.len());
    let whole = ca.crl(now, &mut rng).unwrap();
    assert_eq!(lint_crl(&whole, CrlProfile::Complete), []);
    assert_eq!(whole.len(), certificates.len());
    assert!(matches!(
        ca.crl_of(CrlScope::Partition(3), now, &mut rng),
        Err(CaError::Partition {
            partition: 3,
            partitions: 3
        })
    ));
}

#[test]
fn a_delta_says_what_came_since() {
    let bench = Bench::new();
    let (ca, now) = (bench.ca(), at(NOW));
    let mut rng = bench.rng();
    let revoke = |number: u8, now| {
        let (order, certificate) = bench.signed(number, now);
        ca.confirm(&order.id, &certificate.sha256_fingerprint(), now)
            .unwrap()
            .unwrap();
        let serial = *certificate.serial_number();
        ca.revoke(
            serial.octets(),
            RevocationReason::KeyCompromise,
            &[number; 32],
            now,
        )
        .unwrap()
        .unwrap();
        serial
    };
    assert!(
        ca.delta_crl(CrlScope::Whole, now, &mut rng)
            .unwrap()
            .is_none()
    );
    let first = revoke(1, now);
    let base = ca.crl(now, &mut rng).unwrap();
    let later = at("2026-11-23T16:00:00+09:00");
    let second = revoke(2, later);
    let delta = ca
        .delta_crl(CrlScope::Whole, later, &mut rng)
        .unwrap()
        .unwrap();
    assert!(signed_by(&delta, &ca.settings().certificate));
    assert_eq!(lint_crl(&delta, CrlProfile::Delta), []);
    assert_eq!(delta.base_number(), base.number());
    assert_eq!(delta.number(), Some(&[2][..]));
    assert!(delta.find(&second).is_some());
    // By time, the instant itself included.
    let (before, behind) = ("2026-11-23T15:59:59+09:00", "2026-11-23T16:00:01+09:00");
    let sorted = |mut serials: Vec<_>| {
        serials.sort_unstable();
        serials
    };
    for (since, wanted) in [
        (now, sorted(vec![first, second])),
        (at(before), vec![second]),
        (later, vec![second]),
        (at(behind), vec![]),
    ] {
        let found = ca.revoked_since(since).unwrap();
        let serials: Vec<_> = found.iter().map(|entry| entry.serial_number).collect();
        assert_eq!(serials, wanted, "{since}");
    }
    // One that was revoked in the base's last two minutes may stand in both.
    assert!(delta.find(&first).is_none() || base.find(&first).is_some());
    // The next whole list goes on counting, and is the next base.
    let next = ca.crl(later, &mut rng).unwrap();
    assert_eq!((next.number(), next.len()), (Some(&[3][..]), 2));
    let delta = ca
        .delta_crl(CrlScope::Whole, later, &mut rng)
        .unwrap()
        .unwrap();
    assert_eq!(delta.base_number(), Some(&[3][..]));
}
