//! An order's way through the CA, its refusals, and what a retry gets.

use super::bench::{Bench, at};
use npki_ca::{BareRequest, CertificateStatus, Protection, Refusal, Request};
use npki_cert::{KeyUse, Profile, VidCheck, check_vid, lint};
use npki_core::{
    AuthorizationCode, Idn, OrderAction, OrderNews, RandomNumber, ReferenceNumber, Replaced,
    ReplacedBecause, RevocationReason, ValidityRule,
};
use npki_key::{PublicKey, SignatureAlgorithm, Verifier as _};

#[test]
fn issued_used_renewed_and_revoked() {
    let bench = Bench::new();
    let ca = bench.ca();
    let mut rng = bench.rng();
    let now = at("2026-11-23T10:00:00+09:00");

    let order = bench.order(1, OrderAction::Issue, ValidityRule::OneYear, None);
    let registration = ca.register(&order, now, &mut rng).unwrap().unwrap();
    let key = bench.key(0);
    let r = RandomNumber::generate(&mut rng);
    let kept = RandomNumber::from_octets(r.expose_octets()).unwrap();
    let request = BareRequest::by_code(
        &registration.reference,
        &registration.authorization_code,
        &*key,
        Some(r),
        &mut rng,
    )
    .unwrap();
    let grant = ca
        .redeem(&request.as_request(), now, &mut rng)
        .unwrap()
        .unwrap();
    let signed = ca.sign(grant, now, &mut rng).unwrap();
    let certificate = &signed.certificate;
    let serial = certificate.serial_number().octets().to_vec();

    // R10: from the instant of the request to the end of the day a year later.
    assert_eq!(certificate.not_before(), now);
    assert_eq!(certificate.not_after(), at("2027-11-23T23:59:59+09:00"));
    assert_eq!(certificate.use_of_key(), KeyUse::Sign);
    assert_eq!(lint(certificate, Profile::SubscriberSign), []);
    let issuer = PublicKey::parse(ca.settings().certificate.public_key()).unwrap();
    let algorithm =
        SignatureAlgorithm::from_identifier(certificate.signature_algorithm().into()).unwrap();
    issuer
        .verify(&algorithm, certificate.tbs_der(), certificate.signature())
        .unwrap();
    let idn = Idn::parse(super::bench::IDN).unwrap();
    assert_eq!(check_vid(certificate, &idn, &kept), VidCheck::Matches);

    // R18b: signed is not issued.
    assert_eq!(ca.status(&serial).unwrap(), CertificateStatus::Unconfirmed);
    ca.confirm(&order.id, &certificate.sha256_fingerprint(), now)
        .unwrap()
        .unwrap();
    assert_eq!(ca.status(&serial).unwrap(), CertificateStatus::Good);
    assert_eq!(ca.reconcile(now).unwrap().delivered, 1);
    assert!(matches!(bench.news()[..], [OrderNews::Confirmed { .. }]));

    // A renewal is asked for by the old certificate's signature (R11).
    let renewal_at = at("2027-10-25T00:00:00+09:00");
    bench.will_order(bench.order(
        2,
        OrderAction::Renew,
        ValidityRule::Until(at("2028-11-23T23:59:59+09:00")),
        Some(Replaced {
            serial: der::asn1::OctetString::new(serial.clone()).unwrap(),
            because: ReplacedBecause::Superseded,
        }),
    ));
    let new_key = bench.key(1);
    let renewal = BareRequest::by_certificate(
        &serial,
        OrderAction::Renew,
        &*key,
        &*new_key,
        Some(kept),
        &mut rng,
    )
    .unwrap();
    let grant = ca
        .redeem(&renewal.as_request(), renewal_at, &mut rng)
        .unwrap()
        .unwrap();
    let renewed = ca.sign(grant, renewal_at, &mut rng).unwrap();
    assert!(renewed.certificate.subject().matches(certificate.subject()));
    assert_eq!(ca.status(&serial).unwrap(), CertificateStatus::Good);
    let fingerprint = renewed.certificate.sha256_fingerprint();
    ca.confirm(&renewed.order, &fingerprint, renewal_at)
        .unwrap()
        .unwrap();
    match ca.status(&serial).unwrap() {
        CertificateStatus::Revoked(revoked) => {
            assert_eq!(revoked.reason, RevocationReason::Superseded);
            assert_eq!(revoked.at, renewal_at);
        }
        other => panic!("{other:?}"),
    }

    // R13: revoked at once and for good; asked again with the same key, the same answer.
    let new_serial = renewed.certificate.serial_number().octets().to_vec();
    let reason = RevocationReason::CessationOfOperation;
    let revoked = ca
        .revoke(&new_serial, reason, &[1; 32], renewal_at)
        .unwrap()
        .unwrap();
    assert_eq!(
        ca.revoke(&new_serial, reason, &[1; 32], renewal_at)
            .unwrap(),
        Ok(revoked)
    );
    assert!(matches!(
        ca.revoke(&new_serial, reason, &[2; 32], renewal_at)
            .unwrap(),
        Err(Refusal::AlreadyRevoked { .. })
    ));
    let first = ca.crl(renewal_at, &mut rng).unwrap();
    let second = ca.crl(renewal_at, &mut rng).unwrap();
    assert_eq!(first.number(), Some(&[1][..]));
    assert_eq!(second.number(), Some(&[2][..]));
    assert_eq!(second.entries().count(), 2);
    assert_eq!(
        second
            .find(renewed.certificate.serial_number())
            .unwrap()
            .reason,
        Some(RevocationReason::CessationOfOperation)
    );
}

#[test]
fn same_bytes_same_answer() {
    let bench = Bench::new();
    let ca = bench.ca();
    let mut rng = bench.rng();
    let now = at("2026-11-23T10:00:00+09:00");
    let order = bench.order(1, OrderAction::Issue, ValidityRule::OneYear, None);
    let first = ca.register(&order, now, &mut rng).unwrap().unwrap();
    let again = ca.register(&order, now, &mut rng).unwrap().unwrap();
    assert_eq!(first.reference, again.reference);
    assert!(first.authorization_code == again.authorization_code);

    let request = |key: &dyn npki_key::SigningKey, rng: &mut super::bench::Rng| {
        BareRequest::by_code(&first.reference, &first.authorization_code, key, None, rng).unwrap()
    };
    let (key, other_key) = (bench.key(0), bench.key(1));
    let original = request(&*key, &mut rng);
    let grant = ca
        .redeem(&original.as_request(), now, &mut rng)
        .unwrap()
        .unwrap();
    // The answer is lost, twice: before and after signing.
    drop(grant);
    let grant = ca
        .redeem(&original.as_request(), now, &mut rng)
        .unwrap()
        .unwrap();
    let signed = ca.sign(grant, now, &mut rng).unwrap();
    let grant = ca
        .redeem(&request(&*key, &mut rng).as_request(), now, &mut rng)
        .unwrap()
        .unwrap();
    let repeated = ca.sign(grant, now, &mut rng).unwrap();
    assert_eq!(repeated.certificate.der(), signed.certificate.der());

    let other = request(&*other_key, &mut rng);
    let mut replayed = other.as_request();
    replayed.transaction = original.as_request().transaction;
    assert_eq!(
        ca.redeem(&replayed, now, &mut rng).unwrap().err(),
        Some(Refusal::TransactionInUse)
    );
    let refusal = ca.redeem(&other.as_request(), now, &mut rng).unwrap().err();
    assert_eq!(refusal, Some(Refusal::ReferenceUsed));

    let fingerprint = signed.certificate.sha256_fingerprint();
    let confirmed = ca.confirm(&order.id, &fingerprint, now).unwrap().unwrap();
    assert_eq!(
        ca.confirm(&order.id, &fingerprint, now).unwrap(),
        Ok(confirmed)
    );
    let refusal = ca
        .redeem(&original.as_request(), now, &mut rng)
        .unwrap()
        .err();
    assert_eq!(refusal, Some(Refusal::Settled));
}

#[test]
fn refusals() {
    let bench = Bench::new();
    let ca = bench.ca();
    let mut rng = bench.rng();
    let now = at("2026-11-23T10:00:00+09:00");
    let key = bench.key(0);
    let nobody = ReferenceNumber::parse("999999999999").unwrap();
    let code = AuthorizationCode::new("1");
    let request = BareRequest::by_code(&nobody, &code, &*key, None, &mut rng).unwrap();
    let refusal = ca
        .redeem(&request.as_request(), now, &mut rng)
        .unwrap()
        .err();
    assert_eq!(refusal, Some(Refusal::UnknownReference));

    // Another key's signature is no proof of possession.
    let order = bench.order(3, OrderAction::Issue, ValidityRule::OneYear, None);
    let registration = ca.register(&order, now, &mut rng).unwrap().unwrap();
    let with = |key: &dyn npki_key::SigningKey, rng: &mut super::bench::Rng| {
        BareRequest::by_code(
            &registration.reference,
            &registration.authorization_code,
            key,
            None,
            rng,
        )
        .unwrap()
    };
    let mine = with(&*bench.key(5), &mut rng);
    let theirs = with(&*bench.key(6), &mut rng);
    let mut stolen = mine.as_request();
    stolen.possession = theirs.as_request().possession;
    let refusal = ca.redeem(&stolen, now, &mut rng).unwrap().err();
    assert_eq!(refusal, Some(Refusal::NoPossession));

    // R12: a key that stands in a certificate already.
    bench.signed(1, now);
    let used = with(&*bench.key(1), &mut rng);
    let refusal = ca.redeem(&used.as_request(), now, &mut rng).unwrap().err();
    assert_eq!(refusal, Some(Refusal::KeyUsedBefore));

    // R16, R17: the bank is asked at the last moment.
    bench.bank_refuses(true);
    let refusal = ca.redeem(&mine.as_request(), now, &mut rng).unwrap().err();
    assert_eq!(refusal.map(|r| r.name()), Some("bank"));
    bench.bank_refuses(false);
    assert!(
        ca.redeem(&mine.as_request(), now, &mut rng)
            .unwrap()
            .is_ok()
    );
}

#[test]
fn r18b_not_confirmed_in_time() {
    let now = at("2026-11-23T10:00:00+09:00");
    for (id, seconds, confirmed) in [(1, 600, true), (2, 601, false)] {
        let bench = Bench::new();
        let ca = bench.ca();
        let (order, certificate) = bench.signed(id, now);
        let serial = certificate.serial_number().octets();
        let when = now.saturating_add(core::time::Duration::from_secs(seconds));
        ca.reconcile(when).unwrap();
        let answer = ca
            .confirm(&order.id, &certificate.sha256_fingerprint(), when)
            .unwrap();
        assert_eq!(answer.is_ok(), confirmed, "{seconds} s");
        let good = ca.status(serial).unwrap() == CertificateStatus::Good;
        assert_eq!(good, confirmed);
        if !confirmed {
            assert_eq!(ca.status(serial).unwrap().name(), "revoked");
            assert!(
                bench
                    .news()
                    .iter()
                    .any(|n| matches!(n, OrderNews::Lapsed { order: o, .. } if *o == order.id))
            );
        }
    }
}

#[test]
fn a_cancelled_order_that_never_came_is_refused_when_it_comes() {
    let bench = Bench::new();
    let ca = bench.ca();
    let mut rng = bench.rng();
    let now = at("2026-11-23T10:00:00+09:00");
    let order = bench.order(9, OrderAction::Issue, ValidityRule::OneYear, None);
    assert!(matches!(
        ca.cancel(&order.id, now).unwrap(),
        npki_ca::Cancelled::Done { .. }
    ));
    assert_eq!(
        ca.register(&order, now, &mut rng).unwrap().err(),
        Some(Refusal::Settled)
    );
}

#[test]
fn an_order_ends() {
    let now = at("2026-11-23T10:00:00+09:00");
    // The last second before the end, and the end itself.
    for (id, early, expected) in [(1, 1, None), (2, 0, Some("order-ended"))] {
        let bench = Bench::new();
        let ca = bench.ca();
        let mut rng = bench.rng();
        let order = bench.order(id, OrderAction::Issue, ValidityRule::OneYear, None);
        let registration = ca.register(&order, now, &mut rng).unwrap().unwrap();
        let request = BareRequest::by_code(
            &registration.reference,
            &registration.authorization_code,
            &*bench.key(id.into()),
            None,
            &mut rng,
        )
        .unwrap();
        let when = order
            .ends
            .saturating_sub(core::time::Duration::from_secs(early));
        let refusal = ca
            .redeem(&request.as_request(), when, &mut rng)
            .unwrap()
            .err();
        assert_eq!(refusal.map(|r| r.name()), expected);
    }
}

/// Whoever has seen a request can sign the same octets. He is not told the certificate of the one who made it, and that
/// one is not told a certificate in another name.
#[test]
fn a_transaction_is_known_to_its_signer_alone() {
    let bench = Bench::new();
    let (ca, mut rng) = (bench.ca(), bench.rng());
    let now = at("2026-11-23T10:00:00+09:00");
    let later = at("2027-10-25T00:00:00+09:00");
    let issued = |id: u8| {
        let (order, certificate) = bench.signed(id, now);
        let fingerprint = certificate.sha256_fingerprint();
        ca.confirm(&order.id, &fingerprint, now).unwrap().unwrap();
        certificate.serial_number().octets().to_vec()
    };
    let serials = [issued(1), issued(2)];
    for (first, second, id) in [(0, 1, 3), (1, 0, 4)] {
        let new_key = bench.key(10 + id);
        let mine = BareRequest::by_certificate(
            &serials[0],
            OrderAction::Renew,
            &*bench.key(1),
            &*new_key,
            None,
            &mut rng,
        )
        .unwrap();
        let Protection::Certificate { message, .. } = mine.as_request().protection else {
            panic!("by a certificate")
        };
        let theirs = bench.key(2);
        let signature = theirs.sign(message, &mut rng).unwrap();
        let stolen = || Request {
            protection: Protection::Certificate {
                serial: &serials[1],
                action: OrderAction::Renew,
                message,
                algorithm: theirs.algorithm(),
                signature: signature.octets(),
            },
            ..mine.as_request()
        };
        let mut redeem = |whose: usize| {
            bench.will_order(bench.order(
                u8::try_from(id).unwrap() + 10 * u8::try_from(whose).unwrap(),
                OrderAction::Renew,
                ValidityRule::Until(at("2028-11-23T23:59:59+09:00")),
                Some(Replaced {
                    serial: der::asn1::OctetString::new(serials[whose].clone()).unwrap(),
                    because: ReplacedBecause::Superseded,
                }),
            ));
            let request = match whose {
                0 => mine.as_request(),
                _ => stolen(),
            };
            ca.redeem(&request, later, &mut rng).unwrap()
        };
        let order = *redeem(first).unwrap().order();
        assert_eq!(redeem(second).err(), Some(Refusal::OtherSigner));
        assert_eq!(*redeem(first).unwrap().order(), order);
    }
}
