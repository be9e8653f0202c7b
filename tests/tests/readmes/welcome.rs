use npki::Instant;
use npki::relying_party::{Challenge, Crl, Identity, LoginAttempt, LoginVerifier, Purpose};

pub fn welcome(
    verifier: &LoginVerifier, // LoginVerifier::new([root]).intermediates(cas)
    (cms, identity): (&[u8], Identity<'_>), // what came, and whose it should be
    challenge: &Challenge,    // what this server gave out
    crls: &[Crl],
    now: Instant,
) -> bool {
    let login = verifier.verify(&LoginAttempt {
        cms,
        challenge,
        challenges: None, // or a store that lets each challenge count once
        identity: Some(identity),
        purpose: Purpose::Bank,
        crls,
        ocsp: &[],
        now,
    });
    match &login {
        Ok(login) => println!("welcome, {}", login.certificate.display_name()),
        Err(refusal) => println!("{}: {}", refusal.check, refusal.check.sentence()),
    }
    login.is_ok()
}
