//! Every check of a login (R40): the one that is broken is the one that is named.

use core::time::Duration;
use std::error::Error;

use npki::authority::ca::ceremony;
use npki::relying_party::{
    Challenge, ChallengeStore, Identity, Login, LoginAttempt, LoginCheck, LoginVerifier,
    MemoryChallenges, Purpose,
};
use npki::wallet::sign::{cms::Profile, login::sign_login};
use npki::{Certificate, Idn, Instant, PrivateKey, Product, RandomNumber};
use npki_core::RevocationReason;
use npki_key::KeyKind;
use npki_lab::{Held, KeyPool, Lab, LabLedgers, Person};

/// A login that holds, to be broken in one place.
struct Case<'a> {
    lab: &'a Lab<'a>,
    root: Certificate,
    certificate: &'a Certificate,
    key: &'a PrivateKey,
    signed: &'a [u8],
    asked: &'a [u8],
    idn: &'a Idn,
    r: RandomNumber,
    purpose: Purpose,
    now: Instant,
}

impl<'a> Case<'a> {
    fn sound(lab: &'a Lab<'a>, held: &'a Held, idn: &'a Idn) -> Result<Self, Box<dyn Error>> {
        Ok(Self {
            lab,
            root: lab.trust().0,
            certificate: &held.certificate,
            key: &held.key,
            signed: b"npki-login 1\nbank.example\n0123456789abcdef",
            asked: b"npki-login 1\nbank.example\n0123456789abcdef",
            idn,
            r: held.key.random_number().ok_or("no R")?,
            purpose: Purpose::Bank,
            now: lab.now(),
        })
    }

    fn verify(
        &self,
        change: impl FnOnce(&mut Vec<u8>),
        challenges: Option<&MemoryChallenges>,
    ) -> Result<Result<Login, LoginCheck>, Box<dyn Error>> {
        let mut rng = npki_tests::generator();
        let signed = Challenge::from_octets(self.signed)?;
        let key = self.key.signing_key()?;
        let mut cms = sign_login(
            &signed,
            &*key,
            self.certificate,
            None,
            Profile::PLAIN,
            &mut rng,
        )?
        .cms;
        change(&mut cms);
        let (_, cas) = self.lab.trust();
        let verifier = LoginVerifier::new([self.root.clone()])
            .intermediates(cas)
            .danger_accept_lab_policies();
        let crls = self.lab.crls()?;
        let attempt = LoginAttempt {
            cms: &cms,
            challenge: &Challenge::from_octets(self.asked)?,
            challenges: challenges.map(|c| -> &dyn ChallengeStore { c }),
            identity: Some(Identity {
                idn: self.idn,
                random_number: &self.r,
            }),
            purpose: self.purpose,
            crls: &crls,
            ocsp: &[],
            now: self.now,
        };
        Ok(verifier.verify(&attempt).map_err(|refusal| refusal.check))
    }

    fn check(&self) -> Result<Option<LoginCheck>, Box<dyn Error>> {
        Ok(self.verify(|_| (), None)?.err())
    }
}

/// R40; a log-in is also how an issue is accepted (S104).
#[test]
fn the_broken_check_is_named() -> Result<(), Box<dyn Error>> {
    let ledgers = LabLedgers::in_memory();
    let lab = Lab::new(3, npki_tests::now(), &ledgers)?;
    let hong = Person::of("hong").ok_or("nobody")?;
    let held = lab.issue(hong, Product::PersonalLimited, None)?;
    let idn = hong.idn()?;
    let other = Idn::parse("9921013000009")?;
    let (first, last) = (held.certificate.not_before(), held.certificate.not_after());
    let second = Duration::from_secs(1);
    let sound = || Case::sound(&lab, &held, &idn);

    assert_eq!(sound()?.check()?, None);
    // Boundaries of validity, both sides. Past the end the CRLs of today are stale too: expiry is told first.
    assert_eq!(
        Case {
            now: first,
            ..sound()?
        }
        .check()?,
        None
    );
    let early = Case {
        now: first.saturating_sub(second),
        ..sound()?
    }
    .check()?;
    assert_eq!(early, Some(LoginCheck::NotYetValid));
    let late = Case {
        now: last.saturating_add(second),
        ..sound()?
    }
    .check()?;
    assert_eq!(late, Some(LoginCheck::Expired));

    let flip = |cms: &mut Vec<u8>| {
        if let Some(octet) = cms.last_mut() {
            *octet ^= 1;
        }
    };
    let flipped = sound()?.verify(flip, None)?.err();
    assert_eq!(flipped, Some(LoginCheck::Signature));
    let stranger = KeyPool::key(31)?;
    let stolen = Case {
        key: &stranger,
        ..sound()?
    };
    assert!(stolen.check().is_err() || stolen.check()? == Some(LoginCheck::Signature));

    let answered = Case {
        asked: b"another challenge of the server",
        ..sound()?
    }
    .check()?;
    assert_eq!(answered, Some(LoginCheck::Challenge));
    assert_eq!(
        Case {
            purpose: Purpose::Securities,
            ..sound()?
        }
        .check()?,
        Some(LoginCheck::Policy)
    );
    assert_eq!(
        Case {
            idn: &other,
            ..sound()?
        }
        .check()?,
        Some(LoginCheck::Vid)
    );
    let r = RandomNumber::generate(&mut npki_tests::generator());
    assert_eq!(Case { r, ..sound()? }.check()?, Some(LoginCheck::Vid));

    let challenges = MemoryChallenges::new(Duration::from_secs(180), 10);
    challenges.give(&Challenge::from_octets(sound()?.asked)?, lab.now())?;
    assert!(sound()?.verify(|_| (), Some(&challenges))?.is_ok());
    let replayed = sound()?.verify(|_| (), Some(&challenges))?.err();
    assert_eq!(replayed, Some(LoginCheck::Replay));

    let mut rng = npki_tests::generator();
    let key = PrivateKey::generate(KeyKind::P256, &mut rng)?.signing_key()?;
    let name = lab.trust().0.subject().clone();
    let root = ceremony::root(&*key, &name, first, last, &mut rng)?;
    assert_eq!(Case { root, ..sound()? }.check()?, Some(LoginCheck::Chain));

    lab.revoke(&held, RevocationReason::CessationOfOperation)?;
    assert_eq!(sound()?.check()?, Some(LoginCheck::Revoked));
    Ok(())
}

#[test]
fn r4_the_table_of_purposes() -> Result<(), Box<dyn Error>> {
    let ledgers = LabLedgers::in_memory();
    let lab = Lab::new(5, npki_tests::now(), &ledgers)?;
    let hong = Person::of("hong").ok_or("nobody")?;
    let idn = hong.idn()?;
    for (product, accepted) in [
        (Product::PersonalLimited, "bank insurance card egov"),
        (
            Product::PersonalGeneral,
            "bank insurance card egov securities",
        ),
    ] {
        let held = lab.issue(hong, product, None)?;
        for purpose in Purpose::ALL {
            let wanted = accepted.split(' ').any(|name| name == purpose.name());
            let found = Case {
                purpose: *purpose,
                ..Case::sound(&lab, &held, &idn)?
            }
            .check()?;
            assert_eq!(
                found,
                (!wanted).then_some(LoginCheck::Policy),
                "{product} {purpose}"
            );
        }
    }
    Ok(())
}
