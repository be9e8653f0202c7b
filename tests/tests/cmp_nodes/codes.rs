//! Authorization codes over CMP (R32): what a guesser learns, and what he cannot spoil.

use core::convert::Infallible;

use npki_cmp::{PollReq, Protection};

use super::*;

/// The same message, its transaction included, protected by another code or with another salt.
fn by(code: &AuthorizationCode, message: &[u8], seed: u64) -> Vec<u8> {
    let message = Message::parse(message).unwrap();
    let (header, body) = (message.header().clone(), message.body().clone());
    let mut rng = LabRng::new(seed);
    let mac = MacAlgorithm::pbm(&mut rng);
    let with = Protector::Code { code, mac };
    let made = Message::protect(header, body, [], &with, &mut rng).unwrap();
    made.der().to_vec()
}

fn guess(message: &[u8], number: u64) -> Vec<u8> {
    by(
        &AuthorizationCode::new(&format!("{number:020}")),
        message,
        number,
    )
}

/// What is refused, and whether the refusal is protected by the code.
fn refused(answer: &[u8]) -> (Vec<FailureInfo>, String, bool) {
    let answer = Message::parse(answer).unwrap();
    let Body::Error(error) = answer.body() else {
        panic!("{answer:?}")
    };
    let by_code = matches!(Protection::of(&answer), Ok(Protection::Mac(_)));
    (
        error.status.failures().collect(),
        error.status.texts().collect(),
        by_code,
    )
}

/// A generator that does something before it gives its first number.
struct Meanwhile<F> {
    rng: LabRng,
    act: Option<F>,
}

impl<F: FnOnce()> Meanwhile<F> {
    fn rng(&mut self) -> &mut LabRng {
        if let Some(act) = self.act.take() {
            act();
        }
        &mut self.rng
    }
}

impl<F: FnOnce()> rand_core::TryRng for Meanwhile<F> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        self.rng().try_next_u32()
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        self.rng().try_next_u64()
    }

    fn try_fill_bytes(&mut self, octets: &mut [u8]) -> Result<(), Self::Error> {
        self.rng().try_fill_bytes(octets)
    }
}

impl<F: FnOnce()> rand_core::TryCryptoRng for Meanwhile<F> {}

/// Of many guesses at once the sixth learns nothing, not even by what its refusal is protected, whichever of them is
/// worked with first.
#[test]
fn r32_a_right_guess_that_comes_too_late_looks_like_a_wrong_one() {
    for (wrong, late) in [(4, false), (5, true)] {
        let scene = Scene::new();
        let ledger = MemoryLedger::new();
        let registration = scene.order(&ledger, 1);
        let mut client = Client::new(&registration, 1, &[]);
        let asking = client.ask(false);
        let mut rng = Meanwhile {
            rng: LabRng::new(1),
            act: Some(|| {
                for number in 0..wrong {
                    let guess = guess(asking.message(), number);
                    let (failures, _, by_code) = refused(&scene.answer(&ledger, &guess, number));
                    assert_eq!(
                        (&failures[..], by_code),
                        (&[FailureInfo::BadMessageCheck][..], false)
                    );
                }
            }),
        };
        let keys = &scene.authorities.ca(Issuer::Yessign).unwrap().cmp;
        let ca = CmpCa::new(scene.ca(&ledger), keys);
        let right = ca.answer(asking.message(), now(), &mut rng).unwrap().der;
        assert!(rng.act.is_none(), "the guesses came in between");
        if late {
            let wrong = guess(asking.message(), 9);
            let told = refused(&right);
            assert_eq!(told, refused(&scene.answer(&ledger, &wrong, 9)));
            assert!(told.1.contains("여러 번") && !told.2, "{told:?}");
        } else {
            assert_eq!(Message::parse(&right).unwrap().body().name(), "ip");
        }
    }
}

/// A CA that cannot write counts nothing, and so it tells nothing: here one whose clock is behind its ledger's.
#[test]
fn r32_a_ledger_that_does_not_write_lets_nobody_guess() {
    let scene = Scene::new();
    let ledger = MemoryLedger::new();
    let registration = scene.order(&ledger, 1);
    let mut client = Client::new(&registration, 1, &[]);
    let asking = client.ask(false);
    let behind = now().saturating_sub(Duration::from_secs(3_600));
    let answer = |message: &[u8]| refused(&scene.answer_at(behind, &ledger, message, 1));
    let told = answer(asking.message());
    assert_eq!(told, answer(&guess(asking.message(), 1)));
    assert!(!told.2, "{told:?}");
    assert_eq!(ledger.head().unwrap().size, 1, "the order's registration");
}

/// Guesses seven times at a message of an order that has so many attempts left; none of them learns more.
fn lock(scene: &Scene, ledger: &MemoryLedger, message: &[u8], left: u64) {
    for number in 0..7 {
        let guess = guess(message, number);
        let (failures, _, by_code) = refused(&scene.answer(ledger, &guess, number));
        let expected = match number < left {
            true => FailureInfo::BadMessageCheck,
            false => FailureInfo::NotAuthorized,
        };
        assert_eq!(
            (&failures[..], by_code),
            (&[expected][..], false),
            "{number}"
        );
    }
}

/// Says something else in the place of a message, by the code of an order.
fn instead(registration: &Registration, message: &[u8], body: Body) -> Vec<u8> {
    let mut header = Message::parse(message).unwrap().header().clone();
    let reference = registration.reference.as_str().as_bytes();
    header.sender_kid = Some(der::asn1::OctetString::new(reference).unwrap());
    let mut rng = LabRng::new(88);
    let with = Protector::Code {
        code: &registration.authorization_code,
        mac: MacAlgorithm::pbm(&mut rng),
    };
    let made = Message::protect(header, body, [], &with, &mut rng).unwrap();
    made.der().to_vec()
}

fn body(message: &[u8]) -> Body {
    Message::parse(message).unwrap().body().clone()
}

fn poll() -> Body {
    Body::PollReq(vec![PollReq { cert_req_id: 0 }])
}

/// Nobody hears that this was the right code.
fn is_locked(scene: &Scene, ledger: &MemoryLedger, message: &[u8]) {
    let (failures, text, by_code) = refused(&scene.answer(ledger, message, 2));
    assert_eq!(failures, [FailureInfo::NotAuthorized], "{text}");
    assert!(text.contains("여러 번") && !by_code, "{text}");
}

/// What is kept has paid, and so has what is given: guesses that lock the code meanwhile cost no certificate, and the
/// lock opens to nothing else.
#[test]
fn r32_what_was_begun_is_ended_whatever_is_guessed_meanwhile() {
    // Asked for again by the same octets, or polled for; guessed at the one or at the other.
    for (polls, at_the_poll) in [(false, false), (true, false), (true, true)] {
        let scene = Scene::new();
        let ledger = MemoryLedger::new();
        let registration = scene.order(&ledger, 1);
        let code = &registration.authorization_code;
        let mut client = Client::new(&registration, 1, &[]);
        scene.bank.silent.store(1, Ordering::SeqCst);
        let mut asking = client.ask(false);
        let first = asking.message().to_vec();
        let waiting = scene.answer(&ledger, &first, 1);
        assert_eq!(body(&waiting).name(), "ip");
        if polls {
            let step = asking.take(&waiting, now(), &mut LabRng::new(2)).unwrap();
            let Step::Wait { then, .. } = step else {
                panic!("not waiting")
            };
            asking = *then;
        }
        let guessed_at = if at_the_poll {
            asking.message()
        } else {
            &first
        };
        lock(&scene, &ledger, guessed_at, 5);
        // Other octets by the right code, in that transaction and in another.
        is_locked(&scene, &ledger, &by(code, &first, 99));
        let mut other = Client::new(&registration, 2, &[]);
        is_locked(&scene, &ledger, other.ask(false).message());

        let answer = scene.answer(&ledger, asking.message(), 3);
        let found = issued(asking, &answer).unwrap();
        let serial = sweep::octets(&found).remove(0);
        let mut confirming = found.confirm(now(), &mut LabRng::new(4)).unwrap();
        // The certificate has come, and nothing was forgotten for that.
        lock(&scene, &ledger, confirming.message(), 0);
        let genm = instead(&registration, confirming.message(), Body::Genm(vec![]));
        is_locked(&scene, &ledger, &genm);
        let answer = scene.answer(&ledger, confirming.message(), 5);
        confirming.take(&answer, now()).unwrap();
        let status = scene.ca(&ledger).status(&serial).unwrap();
        assert_eq!(status, CertificateStatus::Good);
    }
}

/// A locked code goes on with no transaction but its own, whoever's the nonce is.
#[test]
fn r32_a_locked_code_hides_in_no_other_transaction() {
    let scene = Scene::new();
    let ledger = MemoryLedger::new();
    let (locked, other) = (scene.order(&ledger, 1), scene.order(&ledger, 2));
    let mut client = Client::new(&other, 2, &[]);
    let asking = client.ask(false);
    let answer = scene.answer(&ledger, asking.message(), 1);
    let found = issued(asking, &answer).unwrap();
    let mut confirming = found.confirm(now(), &mut LabRng::new(2)).unwrap();

    let mut client = Client::new(&locked, 1, &[]);
    let first = client.ask(false).message().to_vec();
    lock(&scene, &ledger, &first, 5);
    // The nonce of the refusal is ours, and says nothing.
    let mut header = Message::parse(&first).unwrap().header().clone();
    let refusal = Message::parse(&scene.answer(&ledger, &first, 3)).unwrap();
    header.recip_nonce = refusal.header().sender_nonce.clone();
    let mut rng = LabRng::new(3);
    let with = Protector::Code {
        code: &locked.authorization_code,
        mac: MacAlgorithm::pbm(&mut rng),
    };
    let own = Message::protect(header, poll(), [], &with, &mut rng).unwrap();
    is_locked(&scene, &ledger, own.der());
    // Nor does that of another order, in whose transaction a certificate was given.
    for body in [poll(), body(confirming.message())] {
        let others = instead(&locked, confirming.message(), body);
        is_locked(&scene, &ledger, &others);
    }
    let answer = scene.answer(&ledger, confirming.message(), 4);
    confirming.take(&answer, now()).unwrap();
}
