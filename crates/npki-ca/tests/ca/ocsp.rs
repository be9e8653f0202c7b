//! What the responder says of a certificate in each of its states, and that no answer outlives a revocation.

use core::time::Duration;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::bench::{Bench, Rng, at};
use npki_ca::{Ca, OcspKey, OcspResponder, OcspSettings, PreparedAnswers, ceremony};
use npki_cert::{
    CertId, CertStatus, Certificate, Name, OcspRequest, OcspResponse, OcspResponseStatus, Profile,
    SerialNumber, lint, lint_ocsp,
};
use npki_core::{HashAlgorithm, Instant, RevocationReason};

const NOW: &str = "2026-11-23T10:00:00+09:00";

/// A responder of the CA, certified by it.
struct Answering {
    settings: OcspSettings,
    key: OcspKey,
}

impl Answering {
    fn new(bench: &Bench) -> Self {
        let key = bench.key(200);
        let ca = bench.ca();
        let certificate = ceremony::ocsp_responder(
            &ca.settings().certificate,
            &*bench.key(101),
            &ceremony::Service {
                name: &Name::from_npki_text("cn=Test OCSP,ou=AccreditedCA,o=Test,c=kr").unwrap(),
                real_name: "시험 인증기관",
                public_key: key.public_key(),
                not_before: at("2026-01-01"),
                not_after: at("2027-01-01"),
                policy: "2.999.410.1.10".parse().unwrap(),
                notice: None,
                cps_uri: None,
                crl_uri: None,
            },
            &mut Rng(3),
        )
        .unwrap();
        assert_eq!(lint(&certificate, Profile::OcspResponder), []);
        Self {
            settings: OcspSettings {
                certificate,
                lifetime: Duration::from_secs(3_600),
                max_questions: 4,
            },
            key: OcspKey::new(key),
        }
    }

    fn on<'a>(&'a self, ca: Ca<'a>) -> OcspResponder<'a> {
        OcspResponder::new(ca, &self.settings, &self.key)
    }
}

fn id(issuer: &Certificate, serial: &SerialNumber) -> CertId {
    CertId::of(
        HashAlgorithm::Sha1,
        issuer.subject(),
        issuer.public_key(),
        *serial,
    )
}

fn ask(bench: &Bench, serial: &SerialNumber, nonce: Option<&[u8]>) -> Vec<u8> {
    let issuer = &bench.ca().settings().certificate.clone();
    OcspRequest::new([id(issuer, serial)], nonce)
        .encode()
        .unwrap()
}

fn status(der: &[u8]) -> CertStatus {
    let response = OcspResponse::parse(der).unwrap();
    response
        .basic()
        .unwrap()
        .responses()
        .first()
        .unwrap()
        .status()
}

#[test]
fn every_state_of_a_certificate() {
    let bench = Bench::new();
    let answering = Answering::new(&bench);
    let (ca, now) = (bench.ca(), at(NOW));
    let responder = answering.on(bench.ca());
    let said = |serial: &SerialNumber, now: Instant| {
        let nonce = [5; 32];
        let answered = responder
            .answer(&ask(&bench, serial, Some(&nonce)), now, &mut bench.rng())
            .unwrap();
        let response = OcspResponse::parse(&answered.der).unwrap();
        let basic = response.basic().unwrap();
        assert_eq!(basic.nonce(), Some(&nonce[..]));
        assert_eq!(basic.produced_at(), now);
        assert_eq!(
            basic.responses()[0].next_update(),
            Some(now.saturating_add(Duration::from_secs(3_600)))
        );
        assert_eq!(lint_ocsp(&response), []);
        (status(&answered.der), answered.never_issued)
    };

    let never = SerialNumber::from_octets(&[9; 17]).unwrap();
    assert_eq!(said(&never, now), (CertStatus::Unknown, vec![never]));

    // R18b: signed is not issued, and no reason for an alarm either.
    let (order, certificate) = bench.signed(1, now);
    let serial = *certificate.serial_number();
    assert_eq!(said(&serial, now), (CertStatus::Unknown, vec![]));
    ca.confirm(&order.id, &certificate.sha256_fingerprint(), now)
        .unwrap()
        .unwrap();
    assert_eq!(said(&serial, now), (CertStatus::Good, vec![]));
    let reason = RevocationReason::KeyCompromise;
    ca.revoke(serial.octets(), reason, &[1; 32], now)
        .unwrap()
        .unwrap();
    let revoked = CertStatus::Revoked {
        at: now,
        reason: Some(reason),
    };
    assert_eq!(said(&serial, now), (revoked, vec![]));
}

#[test]
fn what_is_not_answered() {
    let bench = Bench::new();
    let answering = Answering::new(&bench);
    let responder = answering.on(bench.ca());
    let own = bench.ca().settings().certificate.clone();
    let serial = SerialNumber::from_octets(&[9; 17]).unwrap();
    let own_id = id(&own, &serial);
    let of_responder = id(&answering.settings.certificate, &serial);
    let of =
        |ids: Vec<CertId>, nonce: Option<&[u8]>| OcspRequest::new(ids, nonce).encode().unwrap();
    let (malformed, unauthorized, fine) = (
        OcspResponseStatus::MalformedRequest,
        OcspResponseStatus::Unauthorized,
        OcspResponseStatus::Successful,
    );
    for (what, request, expected) in [
        ("nothing", vec![], malformed),
        ("junk", vec![0x30, 0x80], malformed),
        ("no question", of(vec![], None), malformed),
        ("one", of(vec![own_id.clone()], None), fine),
        ("four", of(vec![own_id.clone(); 4], None), fine),
        ("five", of(vec![own_id.clone(); 5], None), malformed),
        (
            "an empty nonce",
            of(vec![own_id.clone()], Some(&[])),
            malformed,
        ),
        ("a nonce of 1", of(vec![own_id.clone()], Some(&[1])), fine),
        (
            "a nonce of 128",
            of(vec![own_id.clone()], Some(&[1; 128])),
            fine,
        ),
        (
            "a nonce of 129",
            of(vec![own_id.clone()], Some(&[1; 129])),
            malformed,
        ),
        (
            "another issuer",
            of(vec![of_responder.clone()], None),
            unauthorized,
        ),
        (
            "one of each",
            of(vec![own_id, of_responder], None),
            unauthorized,
        ),
    ] {
        let answered = responder
            .answer(&request, at(NOW), &mut bench.rng())
            .unwrap();
        let found = OcspResponse::parse(&answered.der).unwrap().status();
        assert_eq!(found, expected, "{what}");
    }
}

#[test]
fn prepared_answers_end_with_a_revocation() {
    let bench = Bench::new();
    let answering = Answering::new(&bench);
    let (ca, now) = (bench.ca(), at(NOW));
    let responder = answering.on(bench.ca());
    let mut serials = Vec::new();
    for number in 1..=3 {
        let (order, certificate) = bench.signed(number, now);
        serials.push(*certificate.serial_number());
        // The third stays unconfirmed: no answer about it is made beforehand.
        if number < 3 {
            ca.confirm(&order.id, &certificate.sha256_fingerprint(), now)
                .unwrap()
                .unwrap();
        }
    }
    let prepared = responder
        .prepare(serials.clone(), now, &mut bench.rng())
        .unwrap();
    assert_eq!(prepared.len(), 2);
    let said = |serial: &SerialNumber, nonce: Option<&[u8]>, now: Instant| {
        let request = ask(&bench, serial, nonce);
        // Another generator each time: what was signed beforehand has the same octets again.
        let mut rng = Rng(u64::try_from(now.unix_seconds()).unwrap());
        responder
            .answer_prepared(&prepared, &request, now, &mut rng)
            .unwrap()
            .der
    };
    let later = now.saturating_add(Duration::from_secs(1));
    let [first, second, third] = serials.try_into().unwrap();
    assert_eq!(said(&first, None, now), said(&first, None, later));
    assert_ne!(
        said(&first, Some(&[7; 16]), now),
        said(&first, Some(&[7; 16]), later),
        "a nonce wants an answer of its own"
    );
    assert_eq!(status(&said(&third, None, now)), CertStatus::Unknown);
    // Past its nextUpdate it is made anew.
    let end = now.saturating_add(Duration::from_secs(3_600));
    let past = end.saturating_add(Duration::from_secs(1));
    assert_eq!(said(&first, None, end), said(&first, None, now));
    assert_ne!(said(&first, None, past), said(&first, None, now));

    ca.revoke(
        first.octets(),
        RevocationReason::KeyCompromise,
        &[1; 32],
        later,
    )
    .unwrap()
    .unwrap();
    assert!(matches!(
        status(&said(&first, None, later)),
        CertStatus::Revoked { .. }
    ));
    assert_eq!(status(&said(&second, None, later)), CertStatus::Good);
    assert!(PreparedAnswers::default().is_empty());
}

/// R13: ten thousand queries race with twenty revocations. Whoever asks after `revoke` has returned, of
/// an answer made beforehand or made for him, is never told good.
#[test]
fn no_answer_after_revoke_says_good() {
    let bench = Bench::new();
    let answering = Answering::new(&bench);
    let (ca, now) = (bench.ca(), at(NOW));
    let responder = answering.on(bench.ca());
    let (mut all, mut good_in_all) = (0, 0);
    for round in 1..=ROUNDS {
        let (order, certificate) = bench.signed(round, now);
        ca.confirm(&order.id, &certificate.sha256_fingerprint(), now)
            .unwrap()
            .unwrap();
        let serial = *certificate.serial_number();
        let prepared = responder.prepare([serial], now, &mut bench.rng()).unwrap();
        let request = ask(&bench, &serial, None);
        let revoked = AtomicBool::new(false);
        let (asked, good) = (AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for thread in 0..2 {
                let (asked, good, revoked, prepared) = (&asked, &good, &revoked, &prepared);
                let (responder, request) = (&responder, &request);
                scope.spawn(move || {
                    let mut rng = Rng(u64::from(round) * 2 + thread);
                    // Whoever knows that it was revoked asks a few times more.
                    let mut afterwards = 0;
                    for turn in 0_u64.. {
                        let before = revoked.load(Ordering::SeqCst);
                        let answered = if turn % 64 == 0 {
                            responder.answer(request, now, &mut rng)
                        } else {
                            responder.answer_prepared(prepared, request, now, &mut rng)
                        };
                        let said = status(&answered.unwrap().der);
                        asked.fetch_add(1, Ordering::SeqCst);
                        if said == CertStatus::Good {
                            assert!(!before, "good after revoke had returned");
                            good.fetch_add(1, Ordering::SeqCst);
                        }
                        afterwards += u8::from(before);
                        if afterwards == 5 {
                            break;
                        }
                    }
                });
            }
            let (ca, asked, revoked) = (&ca, &asked, &revoked);
            scope.spawn(move || {
                while asked.load(Ordering::SeqCst) < QUERIES_BEFORE {
                    std::thread::yield_now();
                }
                let reason = RevocationReason::KeyCompromise;
                ca.revoke(serial.octets(), reason, &[round; 32], now)
                    .unwrap()
                    .unwrap();
                revoked.store(true, Ordering::SeqCst);
            });
        });
        all += asked.into_inner();
        good_in_all += good.into_inner();
    }
    assert!(all >= 10_000, "{all}");
    assert!(good_in_all > 0 && good_in_all < all);
}

const ROUNDS: u8 = 20;
const QUERIES_BEFORE: usize = 500;
