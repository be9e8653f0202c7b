//! On any day, leap days and ends of years among them: what the bank and CA issue holds from its first second to its
//! last, and not a second longer (R10).

use core::time::Duration;
use std::error::Error;

use npki::relying_party::{Challenge, LoginAttempt, LoginCheck, LoginVerifier, Purpose};
use npki::wallet::sign::{cms::Profile, login::sign_login};
use npki_core::{Channel, Holder, Instant, Product};
use npki_lab::{Held, Lab, LabLedgers, Person};
use npki_tests::strategies::{instants, products};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn r10_a_certificate_holds_from_its_first_second_to_its_last(
        seed in any::<u64>(),
        now in instants(),
        product in products(),
    ) {
        let told = one_life(seed, now, product).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(told, [None, None, Some(LoginCheck::Expired)]);
    }
}

/// What a server says to a login in the first second, in the last, and in the one after it.
fn one_life(
    seed: u64,
    now: Instant,
    product: Product,
) -> Result<[Option<LoginCheck>; 3], Box<dyn Error>> {
    let ledgers = LabLedgers::in_memory();
    let lab = Lab::new(seed, now, &ledgers)?;
    let (holder, idn) = match product {
        Product::PersonalLimited | Product::PersonalGeneral => {
            (Holder::Individual, "9921013000009")
        }
        _ => (Holder::Corporation, "9990000010"),
    };
    let person = Person::invented("시험", idn, holder);
    lab.outside.welcome(&person);
    // At a branch, which has no hours (R16).
    let held = lab.issue_at(Channel::Branch, &person, product, None)?;
    let last = held.certificate.not_after();
    let mut told = [None; 3];
    for (told, at) in told
        .iter_mut()
        .zip([now, last, last.saturating_add(Duration::from_secs(1))])
    {
        lab.wait_until(at);
        *told = log_in(&lab, &held)?;
    }
    Ok(told)
}

fn log_in(lab: &Lab<'_>, held: &Held) -> Result<Option<LoginCheck>, Box<dyn Error>> {
    let mut rng = lab.rng();
    let challenge = Challenge::generate("bank.example login", &mut rng)?;
    let key = held.key.signing_key()?;
    let response = sign_login(
        &challenge,
        &*key,
        &held.certificate,
        None,
        Profile::PLAIN,
        &mut rng,
    )?;
    let (root, cas) = lab.trust();
    let verifier = LoginVerifier::new([root])
        .intermediates(cas)
        .danger_accept_lab_policies();
    let purpose = match held.product {
        Product::ETax => Purpose::ETax,
        _ => Purpose::Bank,
    };
    let login = verifier.verify(&LoginAttempt {
        cms: &response.cms,
        challenge: &challenge,
        challenges: None,
        identity: None,
        purpose,
        crls: &lab.crls()?,
        ocsp: &[],
        now: lab.now(),
    });
    Ok(login.err().map(|refusal| refusal.check))
}
