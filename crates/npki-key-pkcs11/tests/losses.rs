//! A token that goes away at any call: no wrong signature, and its PIN is given no oftener than it was entered.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use common::{Hsm, PIN, id, rng, with_faulty_softhsm};
use npki_key::{KeyKind, SignError, Signature, SigningKey};
use npki_key_pkcs11::{AfterLoss, Pin, Select, Token, TokenError, Usage};

/// `CKR_…` of PKCS #11 v2.40: what tokens and drivers say when something is gone.
const LOSSES: [u32; 5] = [
    0x30, // DEVICE_ERROR
    DEVICE_REMOVED,
    0xB0, // SESSION_CLOSED
    SESSION_HANDLE_INVALID,
    0x101, // USER_NOT_LOGGED_IN
];
const DEVICE_REMOVED: u32 = 0x32;
const SESSION_HANDLE_INVALID: u32 = 0xB3;
const PIN_INCORRECT: u32 = 0xA0;
const PIN_LOCKED: u32 = 0xA4;

fn handle(token: &Token) -> Box<dyn SigningKey> {
    token
        .generate(KeyKind::P256, Usage::Sign, &id(1), "key")
        .unwrap();
    token.signing_key(&Select::Id(id(1))).unwrap()
}

fn token_error(outcome: Result<Signature, SignError>) -> TokenError {
    match outcome {
        Err(SignError::Backend(error)) => *error.downcast().unwrap(),
        outcome => panic!("{outcome:?}"),
    }
}

fn logins(hsm: &Hsm) -> usize {
    hsm.calls().iter().filter(|name| *name == "C_Login").count()
}

#[test]
fn a_server_logs_in_again() {
    with_faulty_softhsm("a_server_logs_in_again", |hsm| {
        let token = hsm.log_in(AfterLoss::LogInAgain);
        let handle = handle(&token);
        handle.sign(b"message", &mut rng()).unwrap();
        hsm.calls();
        handle.sign(b"message", &mut rng()).unwrap();
        let undisturbed = hsm.calls().len();
        for code in LOSSES {
            // At every call that a signature takes, and some beyond, which the next one is disturbed by.
            for after in 0..undisturbed + 12 {
                hsm.fail(&[("*", after, code)]);
                let outcome = handle.sign(b"message", &mut rng());
                if after < undisturbed {
                    // Its conformance was looked at elsewhere; here what it signed was verified again.
                    assert!(outcome.is_ok(), "{code:#x} after {after}: {outcome:?}");
                }
                assert!(logins(hsm) <= 1, "{code:#x} after {after}");
                // Whatever happened, it works again.
                hsm.fail(&[]);
                handle.sign(b"message", &mut rng()).unwrap();
                hsm.calls();
            }
        }
    });
}

#[test]
fn a_loss_while_it_logs_in_is_told() {
    with_faulty_softhsm("a_loss_while_it_logs_in_is_told", |hsm| {
        let token = hsm.log_in(AfterLoss::LogInAgain);
        let handle = handle(&token);
        handle.sign(b"message", &mut rng()).unwrap();
        // The session is lost, and at each call on the way back the token as well.
        for after in 0..12 {
            hsm.fail(&[
                ("C_SignInit", 0, SESSION_HANDLE_INVALID),
                ("*", after + 1, DEVICE_REMOVED),
            ]);
            let outcome = handle.sign(b"message", &mut rng());
            if outcome.is_err() {
                let error = token_error(outcome);
                assert!(matches!(error, TokenError::Gone), "{after}: {error:?}");
            }
            hsm.fail(&[]);
            handle.sign(b"message", &mut rng()).unwrap();
        }
    });
}

#[test]
fn a_person_is_asked_again() {
    with_faulty_softhsm("a_person_is_asked_again", |hsm| {
        let token = hsm.log_in(AfterLoss::AskAgain);
        let handle = handle(&token);
        assert_eq!(logins(hsm), 1);
        for code in LOSSES {
            hsm.fail(&[("*", 0, code)]);
            for _ in 0..2 {
                let error = token_error(handle.sign(b"message", &mut rng()));
                assert!(matches!(error, TokenError::LoggedOut), "{error:?}");
            }
            assert_eq!(logins(hsm), 0, "{code:#x}");
            token.log_in_again(Pin::new(PIN)).unwrap();
            handle.sign(b"message", &mut rng()).unwrap();
            assert_eq!(logins(hsm), 1);
        }
    });
}

#[test]
fn a_pin_that_is_refused_is_not_tried_again() {
    with_faulty_softhsm("a_pin_that_is_refused_is_not_tried_again", |hsm| {
        let token = hsm.log_in(AfterLoss::LogInAgain);
        let handle = handle(&token);
        handle.sign(b"message", &mut rng()).unwrap();
        hsm.calls();
        for (code, locked) in [(PIN_INCORRECT, false), (PIN_LOCKED, true)] {
            hsm.fail(&[
                ("C_SignInit", 0, SESSION_HANDLE_INVALID),
                ("C_Login", 0, code),
            ]);
            let refused = token_error(handle.sign(b"message", &mut rng()));
            match refused {
                TokenError::WrongPin { .. } if !locked => {}
                TokenError::Locked if locked => {}
                error => panic!("{code:#x}: {error:?}"),
            }
            assert_eq!(logins(hsm), 1);
            // It is forgotten: nothing more is tried, however often somebody asks.
            for _ in 0..3 {
                let error = token_error(handle.sign(b"message", &mut rng()));
                assert!(matches!(error, TokenError::LoggedOut), "{error:?}");
            }
            assert_eq!(logins(hsm), 0);
            token.log_in_again(Pin::new(PIN)).unwrap();
            handle.sign(b"message", &mut rng()).unwrap();
            assert_eq!(logins(hsm), 1);
        }
    });
}
