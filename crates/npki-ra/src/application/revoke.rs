use npki_core::{Channel, Holder, Instant, Issuer, RevocationReason};
use npki_policy::{Action, AskedBy, Policy, Request, evaluate};

use super::{
    decision::{Decision, Draft, Wish},
    event::RevokeAsked,
    facts::{Facts, digest},
    state::State,
};
use crate::{
    Certificate, Why, challenge::Freshness, presented::Seen, refusals,
    subscriber::event::RevocationAsked,
};

/// Which certificate is to be revoked, and why (폐기, R13).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revoke {
    /// The CA.
    pub issuer: Issuer,
    /// Big-endian octets of the serial number.
    pub serial: Vec<u8>,
    /// Why.
    pub reason: RevocationReason,
}

/// Who asks for a revocation has shown that he may. Made where it was shown, and nowhere else; a
/// revocation cannot be decided without it.
#[derive(Debug)]
pub(crate) struct Shown {
    by: AskedBy,
    identified: bool,
    channel: Channel,
}

impl Shown {
    /// By as much of the identification as an application has come to (R30, R31, R33).
    pub(crate) fn by_identification(state: &State) -> Self {
        Self {
            by: AskedBy::Identification,
            identified: state.is_identified(),
            channel: state.channel,
        }
    }

    /// By the certificate's own signature over a challenge of the bank's. It is the certificate that
    /// was issued here when it is so octet by octet: no path needs to be walked.
    pub(crate) fn by_signature(held: &Certificate, seen: &Seen<'_>) -> Result<Self, Vec<Why>> {
        let shown = seen.certificate.as_ref().map(|seen| &seen.certificate);
        let shown = shown.filter(|shown| held.sha256 == shown.sha256_fingerprint());
        let possession = seen.presented.possession.as_ref();
        let signed = shown
            .zip(possession)
            .is_some_and(|(shown, possession)| possession.is_of(shown));
        let why: Vec<_> = [
            (shown.is_none(), refusals::another_certificate()),
            (!signed, refusals::not_its_signature()),
            (
                seen.freshness != Freshness::Fresh,
                refusals::stale_challenge(),
            ),
        ]
        .into_iter()
        .filter_map(|(wrong, why)| wrong.then_some(why))
        .collect();
        if !why.is_empty() {
            return Err(why);
        }
        Ok(Self {
            by: AskedBy::OwnSignature,
            identified: false,
            channel: Channel::Pc,
        })
    }

    /// By a signature of the certificate that the CA has verified.
    pub(crate) const fn to_the_ca() -> Self {
        Self {
            by: AskedBy::OwnSignature,
            identified: false,
            channel: Channel::Pc,
        }
    }
}

/// Step 3 of a revocation by identification.
pub(super) fn revoke(
    state: &State,
    wanted: &Revoke,
    facts: &Facts<'_>,
    now: Instant,
    policy: &Policy,
) -> Decision {
    let held = facts.subscriber.certificate(wanted.issuer, &wanted.serial);
    let Some(certificate) = held else {
        return Decision::refuse([refusals::not_own_certificate()]);
    };
    let shown = Shown::by_identification(state);
    match decide_revocation(certificate, wanted.reason, &shown, now, policy) {
        Err(why) => Decision::refuse(why),
        Ok(asked) => {
            let name = certificate.name.clone();
            let mut decision = Decision::record(Draft::new(RevokeAsked {
                certificate: name.clone(),
                reason: wanted.reason,
            }))
            .and(Wish::revoke(name, wanted.reason));
            decision.events.push(Draft::of_subscriber(asked));
            decision
        }
    }
}

/// What the policy says to the revocation of a certificate, whoever asks for it.
pub(crate) fn decide_revocation(
    certificate: &Certificate,
    reason: RevocationReason,
    shown: &Shown,
    now: Instant,
    policy: &Policy,
) -> Result<RevocationAsked, Vec<Why>> {
    let question = Request {
        action: Action::Revoke,
        now,
        channel: shown.channel,
        product: certificate.product,
        // The rules of revocation do not look at the holder.
        holder: Holder::Individual,
        facts: npki_policy::Facts {
            certificate: Some(certificate.held()),
            asked_by: Some(shown.by),
            identified: Some(shown.identified),
            ..npki_policy::Facts::default()
        },
    };
    let mut why = Why::of(evaluate(policy, &question).refusals());
    if certificate.revoking {
        why.push(refusals::being_revoked());
    }
    if !reason.is_for_subscribers() {
        why.push(refusals::not_a_reason());
    }
    if !why.is_empty() {
        return Err(why);
    }
    Ok(RevocationAsked {
        issuer: certificate.name.issuer,
        serial: certificate.name.serial.clone(),
        reason,
        asked_by: shown.by.name().to_owned(),
        policy: digest(policy),
    })
}
