//! Lists of the CA: whole, in partitions, and as deltas.

use std::collections::BTreeSet;

use super::bench::{Bench, at};
use npki_ca::{BareRequest, Ca, CaError, CertificateStatus, CrlScope, Refusal, ceremony};
use npki_cert::{Certificate, Crl, CrlProfile, lint_crl};
use npki_core::{Instant, OrderAction, RevocationReason, ValidityRule};
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
    assert_eq!(covered_once(&ca, 3, &certificates, now), certificates.len());
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

/// Holds every list against the address in each revoked certificate; gives how many they cover together.
fn covered_once(ca: &Ca<'_>, partitions: u32, certificates: &[Certificate], now: Instant) -> usize {
    let mut found = BTreeSet::new();
    for partition in 0..partitions {
        let scope = CrlScope::Partition(partition);
        let crl = ca.crl_of(scope, now, &mut super::bench::Rng(5)).unwrap();
        assert!(signed_by(&crl, &ca.settings().certificate));
        assert_eq!(lint_crl(&crl, CrlProfile::Partition), []);
        assert_eq!(
            crl.number(),
            Some(&[1][..]),
            "each stream counts for itself"
        );
        let idp = crl.issuing_distribution_point().unwrap();
        let point = idp.point.clone().unwrap();
        for certificate in certificates {
            let mut named = certificate.crl_distribution_points().iter();
            let own = named.any(|named| named.uris == point.uris);
            let listed = crl.find(certificate.serial_number()).is_some();
            assert_eq!(own, listed);
            if listed {
                assert!(found.insert(*certificate.serial_number()));
            }
        }
    }
    found.len()
}

/// A CA opens another partition some day: what was issued before stays where its certificate says that it is.
#[test]
fn partitions_may_be_added_and_lose_nothing() {
    let mut bench = Bench::new();
    bench.settings.crl_uri = "ldap://ca.test.example/ou=dp1p{partition},o=Test?crl".into();
    let now = at(NOW);
    let mut certificates = Vec::new();
    for (partitions, numbers) in [(1, 1..=3), (2, 4..=11), (3, 12..=14)] {
        bench.settings.crl_partitions = partitions;
        for number in numbers {
            let (order, certificate) = bench.signed(number, now);
            let fingerprint = certificate.sha256_fingerprint();
            let confirmed = bench.ca().confirm(&order.id, &fingerprint, now);
            confirmed.unwrap().unwrap();
            certificates.push(certificate);
        }
    }
    let ca = bench.ca();
    for (number, certificate) in (1_u8..).zip(&certificates) {
        let serial = certificate.serial_number().octets();
        let reason = RevocationReason::KeyCompromise;
        ca.revoke(serial, reason, &[number; 32], now)
            .unwrap()
            .unwrap();
    }
    assert_eq!(covered_once(&ca, 3, &certificates, now), 14);
}

/// Lists of the same address would each say that they cover what another one has: nothing is issued and no list made.
#[test]
fn partitions_have_addresses_of_their_own() {
    let mut bench = Bench::new();
    bench.settings.crl_uri = "http://ca.test.example/ca.crl".into();
    bench.settings.crl_partitions = 1;
    let now = at(NOW);
    let mut rng = bench.rng();
    let (_, certificate) = bench.signed(1, now);
    let whole = bench.ca().crl(now, &mut rng).unwrap();
    let idp = whole.issuing_distribution_point().unwrap();
    let point = certificate.crl_distribution_points()[0].uris.clone();
    assert_eq!(idp.point.as_ref().unwrap().uris, point);
    let part = CrlScope::Partition(0);
    let refused = |made: Result<Crl, CaError>| matches!(made, Err(CaError::CrlAddress(_)));
    assert!(refused(bench.ca().crl_of(part, now, &mut rng)));
    bench.settings.crl_partitions = 2;
    assert!(refused(bench.ca().crl_of(part, now, &mut rng)));
    assert!(refused(bench.ca().crl(now, &mut rng)));
    let order = bench.order(2, OrderAction::Issue, ValidityRule::OneYear, None);
    let ca = bench.ca();
    let registration = ca.register(&order, now, &mut rng).unwrap().unwrap();
    let (reference, code) = (&registration.reference, &registration.authorization_code);
    let request = BareRequest::by_code(reference, code, &*bench.key(2), None, &mut rng).unwrap();
    let redeemed = ca.redeem(&request.as_request(), now, &mut rng);
    assert!(matches!(redeemed, Err(CaError::CrlAddress(_))));
}

/// What the CA has signed for a service of its own stands in the list that it names.
#[test]
fn a_service_is_revoked_where_its_certificate_says() {
    let mut bench = Bench::new();
    bench.settings.crl_uri = "http://ca.test.example/dp{partition}.crl".into();
    bench.settings.crl_partitions = 3;
    let (ca, now) = (bench.ca(), at(NOW));
    let mut rng = bench.rng();
    for (number, address, listed) in [
        (31, "http://ca.test.example/dp2.crl", Some(1)),
        (32, "http://ca.test.example/ca.crl", None),
    ] {
        let key = bench.key(number);
        let service = ceremony::CmpServiceKey {
            public_key: key.public_key(),
            not_before: now,
            not_after: at("2027-11-23"),
            crl_uri: address,
            ocsp_uri: "http://ca.test.example/ocsp",
        };
        let (own, signer) = (&ca.settings().certificate, super::bench::key(101));
        let made = ceremony::cmp_server(own, &*signer, &service, &mut rng).unwrap();
        let serial = made.serial_number();
        let unknown = ca.status(serial.octets()).unwrap();
        assert_eq!(unknown, CertificateStatus::Unknown);
        let refused = ca.revoke_service(&made, RevocationReason::RemoveFromCrl, now);
        assert_eq!(refused.unwrap(), Err(Refusal::ReasonRefused));
        ca.revoke_service(&made, RevocationReason::KeyCompromise, now)
            .unwrap()
            .unwrap();
        for partition in 0..3 {
            let crl = ca.crl_of(CrlScope::Partition(partition), now, &mut rng);
            let found = crl.unwrap().find(serial).is_some();
            assert_eq!(found, listed == Some(partition), "{address} {partition}");
        }
        let whole = ca.crl(now, &mut rng).unwrap();
        assert!(whole.find(serial).is_some());
        let status = ca.status(serial.octets()).unwrap();
        assert!(matches!(status, CertificateStatus::Revoked(_)));
    }
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
