//! How often an authorization code may be tried (R32).

use core::{convert::Infallible, ops::Range};

use super::bench::{Bench, Rng, at};
use npki_ca::{BareRequest, Ca, CaError, Protection, Refusal};
use npki_core::{
    AuthorizationCode, Instant, OrderAction, ReferenceNumber, Registration, ValidityRule,
};
use npki_key::SigningKey;

#[test]
fn r32_four_wrong_codes_are_forgiven_and_five_are_not() {
    let bench = Bench::new();
    let ca = bench.ca();
    let mut rng = bench.rng();
    let now = at("2026-11-23T10:00:00+09:00");
    let key = bench.key(0);
    for (id, wrong, last) in [(1, 4, None), (2, 5, Some(Refusal::CodeLocked))] {
        let order = bench.order(id, OrderAction::Issue, ValidityRule::OneYear, None);
        let registration = ca.register(&order, now, &mut rng).unwrap().unwrap();
        let code = AuthorizationCode::new("00000000000000000000");
        for _ in 0..wrong {
            let request =
                BareRequest::by_code(&registration.reference, &code, &*key, None, &mut rng)
                    .unwrap();
            let refusal = ca
                .redeem(&request.as_request(), now, &mut rng)
                .unwrap()
                .err();
            assert_eq!(refusal, Some(Refusal::WrongCode));
        }
        let right = BareRequest::by_code(
            &registration.reference,
            &registration.authorization_code,
            &*bench.key(id.into()),
            None,
            &mut rng,
        )
        .unwrap();
        assert_eq!(
            ca.redeem(&right.as_request(), now, &mut rng).unwrap().err(),
            last
        );
    }
}

/// The same request under one MAC after the other is as many attempts, under the same MAC it is one.
#[test]
fn r32_each_mac_is_an_attempt() {
    let bench = Bench::new();
    let (ca, mut rng) = (bench.ca(), bench.rng());
    let now = at("2026-11-23T10:00:00+09:00");
    let order = bench.order(1, OrderAction::Issue, ValidityRule::OneYear, None);
    let registration = ca.register(&order, now, &mut rng).unwrap().unwrap();
    let (reference, code) = (&registration.reference, &registration.authorization_code);
    let key = bench.key(1);
    let request = BareRequest::by_code(reference, code, &*key, None, &mut rng).unwrap();
    let mut redeem = |wrong: Option<[u8; 32]>| {
        let mut request = request.as_request();
        if let (Protection::Code { mac, .. }, Some(wrong)) = (&mut request.protection, &wrong) {
            *mac = wrong;
        }
        ca.redeem(&request, now, &mut rng).unwrap().err()
    };
    for n in [0, 0, 0, 1, 2, 3, 0] {
        assert_eq!(redeem(Some([n; 32])), Some(Refusal::WrongCode), "{n}");
    }
    assert_eq!(redeem(None), None, "four were wrong");
    for n in [4, 5, 6, 7, 8] {
        assert_eq!(redeem(Some([n; 32])), Some(Refusal::WrongCode), "{n}");
    }
    assert_eq!(redeem(Some([9; 32])), Some(Refusal::CodeLocked));
    assert_eq!(redeem(None), None, "the same octets, the same answer");
}

/// A right code that is judged while others are being tried counts as one among them: where they have used the
/// attempts up, it gets nothing.
#[test]
fn r32_the_right_code_among_guesses_made_at_once() {
    for (id, wrong, last) in [(1, 4, None), (2, 5, Some(Refusal::CodeLocked))] {
        let bench = Bench::new();
        let (ca, now) = (bench.ca(), at(NOW));
        let registration = registered(&bench, &ca, id);
        let key = bench.key(id.into());
        let right = request(
            &registration.reference,
            &registration.authorization_code,
            &*key,
        );
        let mut rng = Meanwhile {
            rng: bench.rng(),
            act: Some(|| {
                for refusal in guesses(&bench, &ca, &registration.reference, 0..wrong, now) {
                    assert_eq!(refusal, Some(Refusal::WrongCode));
                }
            }),
        };
        let redeemed = ca.redeem(&right.as_request(), now, &mut rng).unwrap();
        assert!(
            rng.act.is_none(),
            "the guesses came while the request was worked with"
        );
        assert_eq!(redeemed.err(), last);
        let recorded = usize::from(last.is_none());
        assert_eq!(
            ca.unfinished().unwrap().len(),
            recorded,
            "{wrong} wrong ones"
        );
    }
}

/// A code that was right when the bank said no is held against nobody, and gets nothing once it is locked.
#[test]
fn r32_a_locked_code_stays_locked_whatever_it_asked_for_before() {
    let bench = Bench::new();
    let (ca, now) = (bench.ca(), at(NOW));
    let registration = registered(&bench, &ca, 1);
    let (reference, code) = (&registration.reference, &registration.authorization_code);
    let right = request(reference, code, &*bench.key(1));
    let redeem = |request: &BareRequest| {
        let redeemed = ca.redeem(&request.as_request(), now, &mut bench.rng());
        redeemed.unwrap().err().map(|refusal| refusal.name())
    };
    bench.bank_refuses(true);
    for _ in 0..7 {
        assert_eq!(redeem(&right), Some("bank"));
    }
    for refusal in guesses(&bench, &ca, reference, 0..5, now) {
        assert_eq!(refusal, Some(Refusal::WrongCode));
    }
    assert_eq!(redeem(&right), Some("code-locked"));
    bench.bank_refuses(false);
    assert_eq!(redeem(&right), Some("code-locked"));
    assert_eq!(
        redeem(&request(reference, code, &*bench.key(2))),
        Some("code-locked")
    );
    assert!(ca.unfinished().unwrap().is_empty());
}

/// A right code forgets the wrong ones, also when the CA then cannot give the certificate.
#[test]
fn r32_a_right_code_forgives_whatever_becomes_of_it() {
    let bench = Bench::new();
    let (ca, mut rng) = (bench.ca(), bench.rng());
    let mut order = bench.order(1, OrderAction::Issue, ValidityRule::OneYear, None);
    order.ends = at("2035-12-01");
    let registration = ca.register(&order, at(NOW), &mut rng).unwrap().unwrap();
    let (reference, code) = (&registration.reference, &registration.authorization_code);
    // A certificate of that day would outlive the CA's.
    let late = at("2035-06-01");
    let right = request(reference, code, &*bench.key(1));
    for refusal in guesses(&bench, &ca, reference, 0..4, late) {
        assert_eq!(refusal, Some(Refusal::WrongCode));
    }
    let redeemed = ca.redeem(&right.as_request(), late, &mut rng);
    assert!(matches!(redeemed, Err(CaError::OutlivesCa { .. })));
    for refusal in guesses(&bench, &ca, reference, 4..9, late) {
        assert_eq!(refusal, Some(Refusal::WrongCode));
    }
    for refusal in guesses(&bench, &ca, reference, 9..10, late) {
        assert_eq!(refusal, Some(Refusal::CodeLocked));
    }
}

const NOW: &str = "2026-11-23T10:00:00+09:00";

fn registered(bench: &Bench, ca: &Ca<'_>, id: u8) -> Registration {
    let order = bench.order(id, OrderAction::Issue, ValidityRule::OneYear, None);
    let registered = ca.register(&order, at(NOW), &mut bench.rng());
    registered.unwrap().unwrap()
}

fn request(
    reference: &ReferenceNumber,
    code: &AuthorizationCode,
    key: &dyn SigningKey,
) -> BareRequest {
    BareRequest::by_code(reference, code, key, None, &mut Rng(11)).unwrap()
}

/// What wrong codes are answered.
fn guesses(
    bench: &Bench,
    ca: &Ca<'_>,
    reference: &ReferenceNumber,
    numbers: Range<u64>,
    now: Instant,
) -> Vec<Option<Refusal>> {
    let key = bench.key(0);
    numbers
        .map(|number| {
            let code = AuthorizationCode::new(&format!("{number:020}"));
            let request = request(reference, &code, &*key);
            let redeemed = ca.redeem(&request.as_request(), now, &mut bench.rng());
            redeemed.unwrap().err()
        })
        .collect()
}

/// A generator that does something before it gives its first number.
struct Meanwhile<F> {
    rng: Rng,
    act: Option<F>,
}

impl<F: FnOnce()> Meanwhile<F> {
    fn rng(&mut self) -> &mut Rng {
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
