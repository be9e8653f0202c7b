//! The CA dies, or loses an answer, at every commit of issuing, renewing and revoking; whoever asked
//! asks again, and the end is the same.

use super::bench::{Bench, RSA, Rng, at};
use npki_ca::{BareRequest, Ca, CaError, CertificateStatus, NewKeys};
use npki_cert::{Certificate, SerialNumber};
use npki_core::{
    Instant, Order, OrderAction, OrderNews, Replaced, ReplacedBecause, RevocationReason,
    ValidityRule,
};
use npki_key::SigningKey;
use npki_ledger::{
    Ledger as _,
    faults::{Fault, FaultyLedger, Then, When},
};

/// One whole life. Every step may be repeated as it is; the requests are the same octets each time.
fn live(
    bench: &Bench,
    ca: &Ca<'_>,
    kind: Kind,
    rng: &mut Rng,
) -> Result<(Certificate, Certificate), CaError> {
    let now = at("2026-11-23T10:00:00+09:00");
    let order = kind.of(bench.order(1, OrderAction::Issue, ValidityRule::OneYear, None));
    let old = issue(bench, ca, kind, &order, now, rng)?;
    let serial = old.serial_number().octets();

    let renewal_at = at("2027-10-25T00:00:00+09:00");
    let replaced = Replaced {
        serial: der::asn1::OctetString::new(serial).unwrap(),
        because: ReplacedBecause::Superseded,
    };
    let until = ValidityRule::Until(at("2028-11-23T23:59:59+09:00"));
    let renewal = kind.of(bench.order(2, OrderAction::Renew, until, Some(replaced)));
    bench.will_order(renewal.clone());
    let (key, new_key) = (bench.key(0), bench.key(1));
    let new_km = bench.key(RSA + 1);
    let request = BareRequest::by_certificate(
        serial,
        OrderAction::Renew,
        &*key,
        kind.keys(&*new_key, &*new_km),
        None,
        &mut Rng(5),
    )?;
    // Once the old one is superseded it can no longer ask: the confirmation had come through.
    let new = match ca.redeem(&request.as_request(), renewal_at, rng)? {
        Ok(grant) => ca.sign(grant, renewal_at, rng)?.certificate,
        Err(_) => ca.find(&new_serial(bench))?.unwrap(),
    };
    ca.confirm(&renewal.id, &new.sha256_fingerprint(), renewal_at)?
        .unwrap();
    ca.reconcile(renewal_at)?;

    let reason = RevocationReason::CessationOfOperation;
    ca.revoke(new.serial_number().octets(), reason, &[8; 32], renewal_at)?
        .unwrap();
    ca.reconcile(renewal_at)?;
    Ok((old, new))
}

/// One certificate, or a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    One,
    Pair,
}

impl Kind {
    fn of(self, order: Order) -> Order {
        let profile = match self {
            Self::One => Order::SIGN,
            Self::Pair => Order::SIGN_KM,
        };
        Order {
            profile: profile.into(),
            ..order
        }
    }

    fn keys<'a>(self, sign: &'a dyn SigningKey, km: &'a dyn SigningKey) -> NewKeys<'a> {
        NewKeys {
            sign,
            km: (self == Self::Pair).then_some(km),
        }
    }
}

fn issue(
    bench: &Bench,
    ca: &Ca<'_>,
    kind: Kind,
    order: &Order,
    now: Instant,
    rng: &mut Rng,
) -> Result<Certificate, CaError> {
    let registration = ca.register(order, now, rng)?.unwrap();
    let request = BareRequest::by_code(
        &registration.reference,
        &registration.authorization_code,
        kind.keys(&*bench.key(0), &*bench.key(RSA)),
        None,
        &mut Rng(4),
    )?;
    let certificate = match ca.redeem(&request.as_request(), now, rng)? {
        Ok(grant) => ca.sign(grant, now, rng)?.certificate,
        Err(refusal) => {
            // Settled: an earlier run had come to the confirmation and lost its answer.
            assert_eq!(refusal.name(), "settled");
            let news = bench.news();
            let OrderNews::Confirmed { certificate, .. } = news.first().unwrap() else {
                panic!("{news:?}")
            };
            return Ok(ca.find(certificate.serial.as_bytes())?.unwrap());
        }
    };
    ca.confirm(&order.id, &certificate.sha256_fingerprint(), now)?
        .unwrap();
    ca.reconcile(now)?;
    Ok(certificate)
}

fn new_serial(bench: &Bench) -> Vec<u8> {
    let mut confirmed = bench.news().into_iter().filter_map(|news| match news {
        OrderNews::Confirmed { certificate, .. } => Some(certificate.serial.as_bytes().to_vec()),
        _ => None,
    });
    confirmed.next_back().unwrap()
}

#[test]
fn every_commit_may_fail() {
    for kind in [Kind::One, Kind::Pair] {
        every_commit_of(kind);
    }
}

fn every_commit_of(kind: Kind) {
    let calls = {
        let bench = Bench::new();
        let ledger = FaultyLedger::new(&bench.ledger);
        live(&bench, &bench.ca_on(&ledger), kind, &mut Rng(1)).unwrap();
        ledger.calls()
    };
    assert!(calls >= 10, "{calls}");
    for call in 1..=calls {
        for when in [When::Before, When::After] {
            for then in [Then::Dies, Then::GoesOn] {
                let fault = Fault { call, when, then };
                let bench = Bench::new();
                let dying = FaultyLedger::new(&bench.ledger);
                dying.arm(fault);
                live(&bench, &bench.ca_on(&dying), kind, &mut Rng(1)).unwrap_err();

                let ca = bench.ca();
                // What the dead process left is brought to the bank before anybody asks again.
                if let Some(time) = bench.ledger.head().unwrap().time {
                    ca.reconcile(time).unwrap();
                }
                let (old, new) = live(&bench, &ca, kind, &mut Rng(2))
                    .unwrap_or_else(|e| panic!("{fault:?}: {e:?}"));
                check(&bench, &ca, &old, &new, fault);
                for sign in [&old, &new] {
                    // Never one of a pair without the other, and none where none was ordered.
                    let km = sign.serial_number().successor().unwrap();
                    let status = |serial: &SerialNumber| ca.status(serial.octets()).unwrap();
                    assert_eq!(ca.find(km.octets()).unwrap().is_some(), kind == Kind::Pair);
                    if kind == Kind::Pair {
                        assert_eq!(status(&km), status(sign.serial_number()), "{fault:?}");
                    }
                }
            }
        }
    }
}

fn check(bench: &Bench, ca: &Ca<'_>, old: &Certificate, new: &Certificate, fault: Fault) {
    for (certificate, reason) in [
        (old, RevocationReason::Superseded),
        (new, RevocationReason::CessationOfOperation),
    ] {
        match ca.status(certificate.serial_number().octets()).unwrap() {
            CertificateStatus::Revoked(revoked) => assert_eq!(revoked.reason, reason, "{fault:?}"),
            other => panic!("{fault:?}: {other:?}"),
        }
    }
    assert_eq!(ca.unfinished().unwrap().len(), 0, "{fault:?}");
    // Signed = recorded: two certificates, two signatures on record, each confirmed once.
    let records = bench.ledger.records(0, 10_000).unwrap();
    for (kind, count) in [
        ("ca.recorded", 2),
        ("ca.signed", 2),
        ("ca.confirmed", 2),
        ("ca.revoked", 2),
    ] {
        let found = records
            .iter()
            .filter(|r| r.record().kind.as_str() == kind)
            .count();
        assert_eq!(found, count, "{fault:?} {kind}");
    }
    let confirmed = bench
        .news()
        .iter()
        .filter(|n| matches!(n, OrderNews::Confirmed { .. }))
        .count();
    assert_eq!(confirmed, 2, "{fault:?}");
}
