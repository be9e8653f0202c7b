//! Orders and certificates that end out of turn: given up, or revoked, before they are confirmed; and lists after that.

use std::io;

use super::bench::{Bench, Rng, at};
use npki_ca::{
    BareRequest, CaError, Cancelled, CertificateStatus, Confirmation, CrlScope, Grant, Refusal,
    ceremony,
};
use npki_cert::{CrlProfile, Name, lint_crl};
use npki_core::{Instant, Order, OrderAction, OrderNews, RevocationReason, ValidityRule};
use npki_ledger::{
    Change, Commit, Event, EventKind, IdempotencyKey, IndexName, Key, LedgerExt as _, StreamId,
    StreamKind, Value,
};

const NOW: &str = "2026-11-23T10:00:00+09:00";
/// When what was signed at [`NOW`] can be confirmed no more.
const OVER: &str = "2026-11-23T10:10:01+09:00";

fn grant(bench: &Bench, id: u8, now: Instant, confirmation: Confirmation) -> (Order, Grant) {
    let (ca, mut rng) = (bench.ca(), Rng(id.into()));
    let order = bench.order(id, OrderAction::Issue, ValidityRule::OneYear, None);
    let registered = ca.register(&order, now, &mut rng).unwrap().unwrap();
    let (reference, code) = (&registered.reference, &registered.authorization_code);
    let key = bench.key(id.into());
    let request = BareRequest::by_code(reference, code, &*key, None, &mut rng).unwrap();
    let mut request = request.as_request();
    request.confirmation = confirmation;
    (order, ca.redeem(&request, now, &mut rng).unwrap().unwrap())
}

#[test]
fn an_order_that_was_given_up_is_not_signed() {
    for confirmation in [Confirmation::Explicit, Confirmation::Implicit] {
        let bench = Bench::new();
        let (ca, now, mut rng) = (bench.ca(), at(NOW), bench.rng());
        let (order, grant) = grant(&bench, 1, now, confirmation);
        let given_up = Cancelled::Done { at: now };
        assert_eq!(ca.cancel(&order.id, now).unwrap(), given_up);
        assert!(matches!(
            ca.sign(grant, now, &mut rng),
            Err(CaError::Contended)
        ));
        assert_eq!(ca.cancel(&order.id, now).unwrap(), given_up);
        assert!(ca.unfinished().unwrap().is_empty());
        let done = ca.reconcile(now).unwrap();
        assert_eq!((done.lapsed, done.undelivered), (0, 0));
        assert!(matches!(bench.news()[..], [OrderNews::Lapsed { .. }]));
        assert_eq!(ca.reconcile(at(OVER)).unwrap().lapsed, 0);
    }
}

#[test]
fn revoked_before_it_is_confirmed_is_never_issued() {
    let bench = Bench::new();
    let (ca, now, mut rng) = (bench.ca(), at(NOW), bench.rng());
    ca.crl(now, &mut rng).unwrap();
    let (order, certificate) = bench.signed(1, now);
    let serial = certificate.serial_number();
    let revoked = ca.revoke(
        serial.octets(),
        RevocationReason::KeyCompromise,
        &[1; 32],
        now,
    );
    let revoked = CertificateStatus::Revoked(revoked.unwrap().unwrap());
    assert_eq!(
        ca.confirm(&order.id, &certificate.sha256_fingerprint(), now)
            .unwrap()
            .err(),
        Some(Refusal::AlreadyRevoked {
            at: now,
            reason: RevocationReason::KeyCompromise
        })
    );
    // Its time is over: when and why it was revoked stays, and no list has it twice.
    assert_eq!(ca.reconcile(at(OVER)).unwrap().lapsed, 1);
    assert_eq!(ca.status(serial.octets()).unwrap(), revoked);
    let delta = ca.delta_crl(CrlScope::Whole, at(OVER), &mut rng).unwrap();
    let delta = delta.unwrap();
    assert_eq!(delta.len(), 1);
    let entry = delta.find(serial).unwrap();
    assert_eq!(entry.reason, Some(RevocationReason::KeyCompromise));
    assert_eq!(entry.revoked_at, now);
}

#[test]
fn r13_a_revocation_is_final() {
    for (reason, is_final) in [
        (RevocationReason::Unspecified, true),
        (RevocationReason::KeyCompromise, true),
        (RevocationReason::CaCompromise, false),
        (RevocationReason::AffiliationChanged, true),
        (RevocationReason::Superseded, true),
        (RevocationReason::CessationOfOperation, true),
        (RevocationReason::CertificateHold, false),
        (RevocationReason::RemoveFromCrl, false),
        (RevocationReason::PrivilegeWithdrawn, true),
        (RevocationReason::AaCompromise, false),
    ] {
        let bench = Bench::new();
        let (ca, now, mut rng) = (bench.ca(), at(NOW), bench.rng());
        let (order, certificate) = bench.signed(1, now);
        ca.confirm(&order.id, &certificate.sha256_fingerprint(), now)
            .unwrap()
            .unwrap();
        let serial = certificate.serial_number();
        let revoked = ca.revoke(serial.octets(), reason, &[1; 32], now).unwrap();
        match is_final {
            true => assert_eq!(revoked.unwrap().reason, reason),
            false => assert_eq!(revoked, Err(Refusal::ReasonRefused)),
        }
        let crl = ca.crl(now, &mut rng).unwrap();
        assert_eq!(lint_crl(&crl, CrlProfile::Partition), []);
        assert_eq!(crl.find(serial).is_some(), is_final, "{reason}");
    }
}

/// Nobody has a list that was not written to its end: no delta amends it.
#[test]
fn a_delta_amends_a_list_that_is_out() {
    struct Full;
    impl io::Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let bench = Bench::new();
    let (ca, now, mut rng) = (bench.ca(), at(NOW), bench.rng());
    let whole = CrlScope::Whole;
    assert!(ca.write_crl(whole, now, &mut rng, &mut Full).is_err());
    assert!(ca.delta_crl(whole, now, &mut rng).unwrap().is_none());
    let out = ca.crl(now, &mut rng).unwrap();
    assert!(ca.write_crl(whole, now, &mut rng, &mut Full).is_err());
    let delta = ca.delta_crl(whole, now, &mut rng).unwrap().unwrap();
    assert_eq!(delta.base_number(), out.number());
    assert_eq!(
        (out.number(), delta.number()),
        (Some(&[2][..]), Some(&[4][..]))
    );
}

/// What another node revokes while a list is made comes after that list.
#[test]
fn no_entry_is_later_than_its_list() {
    let bench = Bench::new();
    let (ca, now, mut rng) = (bench.ca(), at(NOW), bench.rng());
    let (order, certificate) = bench.signed(1, now);
    ca.confirm(&order.id, &certificate.sha256_fingerprint(), now)
        .unwrap()
        .unwrap();
    let (serial, soon) = (certificate.serial_number(), at("2026-11-23T10:00:01+09:00"));
    ca.revoke(
        serial.octets(),
        RevocationReason::KeyCompromise,
        &[1; 32],
        soon,
    )
    .unwrap()
    .unwrap();
    for (this_update, listed) in [(now, false), (soon, true)] {
        let crl = ca.crl(this_update, &mut rng).unwrap();
        assert_eq!(lint_crl(&crl, CrlProfile::Partition), []);
        assert_eq!(crl.find(serial).is_some(), listed);
    }
}

#[test]
fn one_row_that_cannot_be_read_keeps_nobody_waiting() {
    let bench = Bench::new();
    let (ca, now) = (bench.ca(), at(NOW));
    let (order, certificate) = bench.signed(1, now);
    ca.confirm(&order.id, &certificate.sha256_fingerprint(), now)
        .unwrap()
        .unwrap();
    let stream = StreamId::new(StreamKind::from_static("order"), "nobody").unwrap();
    let mut event = Event::new(stream, EventKind::from_static("test.damage"), vec![]);
    event.changes = vec![Change::Put {
        index: IndexName::from_static("news"),
        key: Key::new([0]).unwrap(),
        value: Value::new([]).unwrap(),
    }];
    let commit = Commit {
        key: IdempotencyKey::new([9; 32]).unwrap(),
        request_digest: [9; 32],
        now,
        expected: vec![],
        events: vec![event],
    };
    bench.ledger.commit_one(&commit).unwrap().unwrap();
    assert!(matches!(
        ca.reconcile(now),
        Err(CaError::Damaged { what: "news" })
    ));
    assert!(matches!(bench.news()[..], [OrderNews::Confirmed { .. }]));
}

/// A root makes no CA that outlives it.
#[test]
fn a_ca_ends_before_its_root() {
    let (mut rng, from) = (Rng(1), at("2026-01-01"));
    let bench = Bench::new();
    let (root_key, ca_key) = (bench.key(100), bench.key(101));
    let name = Name::from_npki_text("cn=Test RootCA,o=Test,c=KR").unwrap();
    let end = at("2036-01-01");
    let root = ceremony::root(&*root_key, &name, from, end, &mut rng).unwrap();
    for (not_after, made) in [("2036-01-01", true), ("2036-01-01T00:00:01+09:00", false)] {
        let ca = ceremony::IssuingCa {
            name: &Name::from_npki_text("cn=Test CA,ou=AccreditedCA,o=Test,c=kr").unwrap(),
            real_name: "시험 인증기관",
            public_key: ca_key.public_key(),
            not_before: from,
            not_after: at(not_after),
            notice: "시험용",
            cps_uri: "http://root.test.example/cps.html",
            arl_uri: "http://root.test.example/arl.crl",
        };
        match ceremony::issuing_ca(&root, &*root_key, &ca, &mut rng) {
            Ok(_) => assert!(made),
            Err(error) => {
                assert!(!made);
                assert!(matches!(error, CaError::OutlivesCa { .. }), "{error}");
            }
        }
    }
}
