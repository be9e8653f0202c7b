//! Orders of a pair: a signing and a key-management certificate, both or neither (R2).

use super::bench::{Bench, RSA, Rng, at};
use npki_ca::{BareRequest, CertificateStatus, NewKeys, Refusal, Signed};
use npki_cert::{Certificate, KeyUse, Profile, SerialNumber, lint};
use npki_core::{
    Instant, Order, OrderAction, RandomNumber, Registration, Replaced, ReplacedBecause,
    RevocationReason, ValidityRule,
};
use npki_key::SigningKey;
use proptest::prelude::*;

const NOW: &str = "2026-11-23T10:00:00+09:00";

fn order(bench: &Bench, id: u8) -> Order {
    Order {
        profile: Order::SIGN_KM.into(),
        ..bench.order(id, OrderAction::Issue, ValidityRule::OneYear, None)
    }
}

fn pair<'a>(sign: &'a dyn SigningKey, km: &'a dyn SigningKey) -> NewKeys<'a> {
    NewKeys { sign, km: Some(km) }
}

fn ask(registration: &Registration, keys: NewKeys<'_>, rng: &mut Rng) -> BareRequest {
    let code = &registration.authorization_code;
    BareRequest::by_code(&registration.reference, code, keys, None, rng).unwrap()
}

fn serials(signed: &Signed) -> [SerialNumber; 2] {
    let km = signed.km_certificate.as_ref().unwrap();
    [*signed.certificate.serial_number(), *km.serial_number()]
}

/// A pair, signed and not confirmed.
fn signed(bench: &Bench, id: u8, now: Instant) -> Signed {
    let (ca, mut rng) = (bench.ca(), Rng(id.into()));
    let registration = ca
        .register(&order(bench, id), now, &mut rng)
        .unwrap()
        .unwrap();
    let (sign, km) = (bench.key(id.into()), bench.key(RSA + u64::from(id % 3)));
    let request = ask(&registration, pair(&*sign, &*km), &mut rng);
    let grant = ca
        .redeem(&request.as_request(), now, &mut rng)
        .unwrap()
        .unwrap();
    ca.sign(grant, now, &mut rng).unwrap()
}

#[test]
fn a_pair_has_one_name_one_validity_and_adjacent_numbers() {
    let bench = Bench::new();
    let (ca, now, mut rng) = (bench.ca(), at(NOW), bench.rng());
    let registration = ca
        .register(&order(&bench, 1), now, &mut rng)
        .unwrap()
        .unwrap();
    let (sign, km) = (bench.key(1), bench.key(RSA));
    let r = RandomNumber::generate(&mut rng);
    let code = &registration.authorization_code;
    let keys = pair(&*sign, &*km);
    let request =
        BareRequest::by_code(&registration.reference, code, keys, Some(r), &mut rng).unwrap();
    let grant = ca
        .redeem(&request.as_request(), now, &mut rng)
        .unwrap()
        .unwrap();
    let signed = ca.sign(grant, now, &mut rng).unwrap();
    let (certificate, km_certificate) = (&signed.certificate, signed.km_certificate.as_ref());
    let km_certificate = km_certificate.unwrap();

    assert_eq!(km_certificate.use_of_key(), KeyUse::KeyManagement);
    assert_eq!(km_certificate.public_key(), km.public_key());
    assert_eq!(certificate.public_key(), sign.public_key());
    assert_eq!(lint(certificate, Profile::SubscriberSign), []);
    assert_eq!(lint(km_certificate, Profile::SubscriberKm), []);
    let next = certificate.serial_number().successor().unwrap();
    assert_eq!(*km_certificate.serial_number(), next);
    assert_eq!(km_certificate.subject(), certificate.subject());
    let validity = |of: &Certificate| (of.not_before(), of.not_after());
    assert_eq!(validity(km_certificate), validity(certificate));
    // The identity belongs to the signing key.
    assert!(certificate.identify_data().unwrap().vid.is_some());
    assert!(km_certificate.identify_data().is_none());

    // Asked for again with the same octets: the same two.
    let grant = ca
        .redeem(&request.as_request(), now, &mut rng)
        .unwrap()
        .unwrap();
    let again = ca.sign(grant, now, &mut rng).unwrap();
    assert_eq!(again.certificate, *certificate);
    assert_eq!(again.km_certificate.as_ref(), Some(km_certificate));
    // And by another transaction with the same keys, not with another key beside the first.
    let other = bench.key(RSA + 1);
    let other = ask(&registration, pair(&*sign, &*other), &mut rng);
    let refused = ca.redeem(&other.as_request(), now, &mut rng).unwrap().err();
    assert_eq!(refused, Some(Refusal::ReferenceUsed));
    let alone = ask(&registration, (&*sign).into(), &mut rng);
    let refused = ca.redeem(&alone.as_request(), now, &mut rng).unwrap().err();
    assert_eq!(refused, Some(Refusal::ReferenceUsed));
}

#[test]
fn revoked_by_either_number_lapsed_and_superseded_together() {
    for revoked_by in [0, 1] {
        let bench = Bench::new();
        let (ca, now) = (bench.ca(), at(NOW));
        let made = signed(&bench, 1, now);
        let status = |serial: &SerialNumber| ca.status(serial.octets()).unwrap();
        for serial in &serials(&made) {
            assert_eq!(status(serial), CertificateStatus::Unconfirmed);
        }
        let sha256 = made.certificate.sha256_fingerprint();
        ca.confirm(&made.order, &sha256, now).unwrap().unwrap();
        for serial in &serials(&made) {
            assert_eq!(status(serial), CertificateStatus::Good);
        }
        let reason = RevocationReason::KeyCompromise;
        let by = serials(&made)[revoked_by];
        ca.revoke(by.octets(), reason, &[1; 32], now)
            .unwrap()
            .unwrap();
        let crl = ca.crl(now, &mut bench.rng()).unwrap();
        for serial in &serials(&made) {
            assert!(matches!(status(serial), CertificateStatus::Revoked(r) if r.reason == reason));
            assert!(crl.find(serial).is_some());
        }
        let refused = ca
            .revoke(serials(&made)[0].octets(), reason, &[2; 32], now)
            .unwrap();
        assert!(matches!(refused, Err(Refusal::AlreadyRevoked { .. })));
    }

    // Never confirmed: both are revoked.
    let bench = Bench::new();
    let (ca, now) = (bench.ca(), at(NOW));
    let made = signed(&bench, 1, now);
    let late = made
        .confirm_by
        .saturating_add(core::time::Duration::from_secs(1));
    ca.reconcile(late).unwrap();
    for serial in &serials(&made) {
        let status = ca.status(serial.octets()).unwrap();
        assert!(matches!(status, CertificateStatus::Revoked(_)));
    }

    // A renewal, by the signing key alone, supersedes both.
    let bench = Bench::new();
    let (ca, mut rng) = (bench.ca(), bench.rng());
    let made = signed(&bench, 1, now);
    let sha256 = made.certificate.sha256_fingerprint();
    ca.confirm(&made.order, &sha256, now).unwrap().unwrap();
    let [serial, km_serial] = serials(&made);
    let replaced = Replaced {
        serial: der::asn1::OctetString::new(serial.octets()).unwrap(),
        because: ReplacedBecause::Superseded,
    };
    let until = ValidityRule::Until(at("2028-11-23T23:59:59+09:00"));
    bench.will_order(Order {
        profile: Order::SIGN_KM.into(),
        ..bench.order(2, OrderAction::Renew, until, Some(replaced))
    });
    let later = at("2027-10-25T00:00:00+09:00");
    let (old, old_km) = (bench.key(1), bench.key(RSA + 1));
    let (new, new_km) = (bench.key(2), bench.key(RSA + 2));
    let keys = pair(&*new, &*new_km);
    let renew = OrderAction::Renew;
    let mut by = |serial: &SerialNumber, key: &dyn SigningKey| {
        BareRequest::by_certificate(serial.octets(), renew, key, keys, None, &mut rng).unwrap()
    };
    let (by_sign, by_km) = (by(&serial, &*old), by(&km_serial, &*old_km));
    let refused = ca
        .redeem(&by_km.as_request(), later, &mut bench.rng())
        .unwrap()
        .err();
    assert_eq!(refused, Some(Refusal::UnknownCertificate));
    let grant = ca
        .redeem(&by_sign.as_request(), later, &mut bench.rng())
        .unwrap()
        .unwrap();
    let renewed = ca.sign(grant, later, &mut bench.rng()).unwrap();
    let sha256 = renewed.certificate.sha256_fingerprint();
    ca.confirm(&renewed.order, &sha256, later).unwrap().unwrap();
    for (old, new) in serials(&made).iter().zip(&serials(&renewed)) {
        let status = |serial: &SerialNumber| ca.status(serial.octets()).unwrap();
        assert!(matches!(status(old), CertificateStatus::Revoked(_)));
        assert_eq!(status(new), CertificateStatus::Good);
    }
}

#[test]
fn what_does_not_fit_is_refused_and_the_order_stands() {
    let bench = Bench::new();
    let (ca, now, mut rng) = (bench.ca(), at(NOW), bench.rng());
    let used = signed(&bench, 9, now);
    assert!(used.km_certificate.is_some());
    let one = bench.order(1, OrderAction::Issue, ValidityRule::OneYear, None);
    let one = ca.register(&one, now, &mut rng).unwrap().unwrap();
    let two = ca
        .register(&order(&bench, 2), now, &mut rng)
        .unwrap()
        .unwrap();
    let (sign, ec) = (bench.key(1), bench.key(2));
    let (km, used_km, other_km) = (bench.key(RSA + 1), bench.key(RSA), bench.key(RSA + 2));
    let rows: [(&Registration, NewKeys<'_>, &str); 6] = [
        (&one, pair(&*sign, &*km), "km-key-unwanted"),
        (&two, (&*sign).into(), "km-key-missing"),
        // Nobody encrypts to it.
        (&two, pair(&*sign, &*ec), "key-refused"),
        // One key is not two.
        (&two, pair(&*km, &*km), "key-refused"),
        (&two, pair(&*sign, &*used_km), "key-used-before"),
        (&two, pair(&*used_km, &*km), "key-used-before"),
    ];
    for (registration, keys, wanted) in rows {
        let request = ask(registration, keys, &mut rng);
        let refused = ca
            .redeem(&request.as_request(), now, &mut rng)
            .unwrap()
            .unwrap_err();
        assert_eq!(refused.name(), wanted);
    }
    // The key-management key of the one with the signature of another.
    let (mine, theirs) = (
        ask(&two, pair(&*sign, &*km), &mut rng),
        ask(&two, pair(&*sign, &*other_km), &mut rng),
    );
    let mut request = mine.as_request();
    let stolen = theirs.as_request().km.unwrap().possession;
    request.km.as_mut().unwrap().possession = stolen;
    let refused = ca.redeem(&request, now, &mut rng).unwrap().err();
    assert_eq!(refused, Some(Refusal::NoPossession));

    let unknown = Order {
        profile: "issuing-ca".into(),
        ..bench.order(3, OrderAction::Issue, ValidityRule::OneYear, None)
    };
    let error = ca.register(&unknown, now, &mut rng).unwrap_err();
    assert!(error.to_string().contains("issuing-ca"), "{error}");
    // More refusals than wrong codes are allowed: the code was right each time (R32).
    let request = mine.as_request();
    ca.redeem(&request, now, &mut rng).unwrap().unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever is done in whatever order, the two certificates of an order have one state and stand in
    /// the same lists.
    #[test]
    fn never_one_of_a_pair_without_the_other(acts in proptest::collection::vec(0..8_u8, 1..12)) {
        let bench = Bench::new();
        let (ca, mut rng) = (bench.ca(), Rng(5));
        let (sign, km) = (bench.key(1), bench.key(RSA + 1));
        let mut now = at(NOW);
        let registration = ca.register(&order(&bench, 1), now, &mut rng).unwrap().unwrap();
        let request = ask(&registration, pair(&*sign, &*km), &mut rng);
        let mut made: Option<Signed> = None;
        for act in acts {
            let id = order(&bench, 1).id;
            let reason = RevocationReason::Unspecified;
            match (act, &made) {
                (0, _) => drop(ca.redeem(&request.as_request(), now, &mut rng).unwrap()),
                (1, _) => {
                    if let Ok(grant) = ca.redeem(&request.as_request(), now, &mut rng).unwrap() {
                        made = Some(ca.sign(grant, now, &mut rng).unwrap());
                    }
                }
                (2, Some(made)) => {
                    let sha256 = made.certificate.sha256_fingerprint();
                    drop(ca.confirm(&id, &sha256, now).unwrap());
                }
                (3, _) => drop(ca.reject(&id, now).unwrap()),
                (4 | 5, Some(made)) => {
                    let serial = serials(made)[usize::from(act - 4)];
                    drop(ca.revoke(serial.octets(), reason, &[act; 32], now).unwrap());
                }
                (6, _) => drop(ca.reconcile(now).unwrap()),
                _ => now = now.saturating_add(core::time::Duration::from_secs(601)),
            }
            for grant in ca.unfinished().unwrap() {
                prop_assert_eq!(*grant.order(), id);
            }
            let Some(made) = &made else { continue };
            let [one, other] = serials(made);
            prop_assert_eq!(ca.status(one.octets()).unwrap(), ca.status(other.octets()).unwrap());
            let crl = ca.crl(now, &mut rng).unwrap();
            prop_assert_eq!(crl.find(&one).is_some(), crl.find(&other).is_some());
        }
    }
}
