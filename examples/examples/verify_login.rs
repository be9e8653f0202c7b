//! How does a server verify a login, and what does it tell when one fails?
//!
//! Run: `cargo run --example verify_login`
//!
//! Expected: one login that holds, and then one refusal for each thing that can be wrong:
//!
//! ```text
//! right: welcome, 홍길동
//! again: replay: 이미 사용되었거나 만료된 로그인 요청입니다. (This login request was used before or has run out.)
//! another challenge: challenge: …
//! …
//! revoked: revoked: …
//! ```

use std::error::Error;
use std::time::Duration;

use npki::relying_party::{
    Challenge, Crl, Identity, LoginAttempt, LoginVerifier, MemoryChallenges, Purpose,
};
use npki::wallet::sign::{cms::Profile, login::sign_login};
use npki::{Idn, Instant, Product, RandomNumber, system_rng};
use npki_core::RevocationReason;
use npki_lab::{Held, Lab, LabLedgers, Person};

fn main() -> Result<(), Box<dyn Error>> {
    // A bank, its CA, and 홍길동 with a limited certificate. Nobody and nothing of it is real.
    let ledgers = LabLedgers::in_memory();
    let lab = Lab::new(1, "2026-11-23T10:00:00+09:00".parse()?, &ledgers)?;
    let hong = Person::of("hong").ok_or("nobody")?;
    let held = lab.issue(hong, Product::PersonalLimited, None)?;

    // What the server has: the root, the CAs, their lists, the number on file, the challenges it gave out.
    let (root, cas) = lab.trust();
    let verifier = LoginVerifier::new([root])
        .intermediates(cas)
        .danger_accept_lab_policies();
    let server = Server {
        verifier,
        challenges: MemoryChallenges::new(Duration::from_secs(300), 1_000),
        crls: lab.crls()?,
        idn: hong.idn()?,
    };
    let now = lab.now();

    let right = Reply::of(&held, server.ask(now)?)?;
    server.tell("right", &right, Purpose::Bank, now);
    server.tell("again", &right, Purpose::Bank, now);

    let mut other = Reply::of(&held, server.ask(now)?)?;
    other.challenge = server.ask(now)?;
    server.tell("another challenge", &other, Purpose::Bank, now);

    let mut changed = Reply::of(&held, server.ask(now)?)?;
    if let Some(octet) = changed.cms.last_mut() {
        *octet ^= 1;
    }
    server.tell("a changed message", &changed, Purpose::Bank, now);

    let late = held
        .certificate
        .not_after()
        .saturating_add(Duration::from_secs(1));
    server.tell(
        "a second too late",
        &Reply::of(&held, server.ask(late)?)?,
        Purpose::Bank,
        late,
    );

    // A limited certificate is not for trading in securities (R4).
    server.tell(
        "securities",
        &Reply::of(&held, server.ask(now)?)?,
        Purpose::Securities,
        now,
    );

    let mut somebody = Reply::of(&held, server.ask(now)?)?;
    somebody.r = RandomNumber::generate(&mut system_rng());
    server.tell("somebody else", &somebody, Purpose::Bank, now);

    lab.revoke(&held, RevocationReason::CessationOfOperation)?;
    let server = Server {
        crls: lab.crls()?,
        ..server
    };
    server.tell(
        "revoked",
        &Reply::of(&held, server.ask(now)?)?,
        Purpose::Bank,
        now,
    );
    Ok(())
}

/// What a relying party keeps.
struct Server {
    verifier: LoginVerifier,
    challenges: MemoryChallenges,
    crls: Vec<Crl>,
    idn: Idn,
}

/// What comes back from a subscriber.
struct Reply {
    challenge: Challenge,
    cms: Vec<u8>,
    r: RandomNumber,
}

impl Server {
    fn ask(&self, now: Instant) -> Result<Challenge, Box<dyn Error>> {
        let challenge = Challenge::generate("bank.example login", &mut system_rng())?;
        self.challenges.give(&challenge, now)?;
        Ok(challenge)
    }

    fn tell(&self, what: &str, reply: &Reply, purpose: Purpose, now: Instant) {
        let login = self.verifier.verify(&LoginAttempt {
            cms: &reply.cms,
            challenge: &reply.challenge,
            challenges: Some(&self.challenges),
            identity: Some(Identity {
                idn: &self.idn,
                random_number: &reply.r,
            }),
            purpose,
            crls: &self.crls,
            ocsp: &[],
            now,
        });
        match login {
            Ok(login) => println!("{what}: welcome, {}", login.certificate.display_name()),
            Err(refusal) => println!("{what}: {}: {}", refusal.check, refusal.check.sentence()),
        }
    }
}

impl Reply {
    /// What the subscriber's side does with a challenge.
    fn of(held: &Held, challenge: Challenge) -> Result<Self, Box<dyn Error>> {
        let response = sign_login(
            &challenge,
            &*held.key.signing_key()?,
            &held.certificate,
            held.key.random_number(),
            Profile::PLAIN,
            &mut system_rng(),
        )?;
        Ok(Self {
            challenge,
            cms: response.cms,
            r: response.r.ok_or("the key has no R")?,
        })
    }
}
