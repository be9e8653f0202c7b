use std::sync::LazyLock;
use std::time::Duration;

use npki::relying_party::{
    Challenge, ChallengeState, ChallengeStore as _, Crl, CrlScope, Identity, Login, LoginAttempt,
    LoginCheck, LoginRefusal, LoginVerifier, MemoryChallenges,
};
use npki_core::{Idn, Product, Purpose, RandomNumber};
use serde_json::json;

use crate::{
    answer::{No, Outcome},
    request::Fields,
};

/// Makes every check of a login. A challenge logs in once in the life of this process.
pub(super) fn verify_login(fields: &Fields<'_>) -> Outcome {
    let cms = fields.bytes("cms")?;
    let challenge = Challenge::from_octets(&fields.bytes("challenge")?)?;
    let idn = fields.text_opt("idn")?.map(Idn::parse).transpose()?;
    let r = match fields.bytes_opt("r")? {
        Some(octets) => Some(RandomNumber::from_octets(&octets)?),
        None => None,
    };
    let identity = match (&idn, &r) {
        (Some(idn), Some(random_number)) => Some(Identity { idn, random_number }),
        (None, _) => None,
        // Who the person is was asked, and nothing shows it.
        (Some(_), None) => return Err(No::Refused(LoginCheck::Vid.name())),
    };
    let crls = fields.crls("crls")?;
    let ocsp = fields.ocsp_responses("ocsp")?;
    let now = fields.time("time")?;
    let attempt = LoginAttempt {
        cms: &cms,
        challenge: &challenge,
        challenges: None,
        identity,
        purpose: fields.word_opt("purpose")?.unwrap_or(Purpose::Bank),
        crls: &crls,
        ocsp: &ocsp,
        now,
    };
    let login = verify(fields, &attempt)?.map_err(|refusal| No::Refused(refusal.check.name()))?;
    if CHALLENGES.redeem(&challenge, now) == ChallengeState::Used {
        return Err(No::Refused(LoginCheck::Replay.name()));
    }
    // Known to have been used from here on. The store is full only of challenges that logged in.
    if CHALLENGES.give(&challenge, now).is_ok() {
        CHALLENGES.redeem(&challenge, now);
    }
    Ok(json!({
        "subject": login.certificate.subject().to_npki_text(),
        "product": login.product.map(Product::name),
    }))
}

/// With the policies of real CAs, or else those of the lab.
fn verify(
    fields: &Fields<'_>,
    attempt: &LoginAttempt<'_>,
) -> Result<Result<Login, LoginRefusal>, No> {
    let anchors = fields.certificates("anchors")?;
    let chain = fields.pool("chain")?;
    // What no list was given for is not judged; a list of the root covers the CAs.
    let by_root = |crl: &Crl| anchors.iter().any(|a| a.subject().matches(crl.issuer()));
    let covered = match attempt.crls {
        [] if attempt.ocsp.is_empty() => CrlScope::Nobody,
        crls if crls.iter().any(by_root) => CrlScope::Chain,
        _ => CrlScope::Subscriber,
    };
    let verifier = || {
        LoginVerifier::new(anchors.clone())
            .intermediates(chain.clone())
            .danger_crls_cover(covered)
    };
    Ok(match verifier().verify(attempt) {
        Err(refusal) if refusal.check == LoginCheck::Policy => {
            verifier().danger_accept_lab_policies().verify(attempt)
        }
        outcome => outcome,
    })
}

/// Challenges that have logged in. The lines' clocks may stand anywhere, so they are kept for long.
static CHALLENGES: LazyLock<MemoryChallenges> =
    LazyLock::new(|| MemoryChallenges::new(Duration::from_secs(u64::from(u32::MAX)), 100_000));
