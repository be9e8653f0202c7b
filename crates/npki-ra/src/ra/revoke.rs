use der::asn1::OctetString;
use npki_core::{Instant, PortError};
use npki_ledger::{Change, IdempotencyKey, Key};
use npki_policy::CertificateState;
use rand_core::CryptoRng;

use super::{
    Answer, Ra, TRIES,
    batch::Batch,
    handle::again,
    load::damaged,
    register::use_up,
    run::{Fared, close, said},
};
use crate::{
    ApplicationId, Certificate, ChallengeFor, Command, Draft, Effect, Presented, RaError, Refund,
    Refusal, Revoke, Why,
    application::{Shown, certificate_ref, decide_revocation, digest},
    effect::EffectKind,
    names::owner_request,
    refusals,
    subscriber::event::{RevocationDeclined, SubscriberRefused},
};

/// What became of a request to revoke.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Revocation {
    /// The CA has revoked.
    Revoked {
        /// The CA's instant.
        at: Instant,
        /// Whether the fee goes back (R21).
        refund: Refund,
    },
    /// The CA has not answered yet: [`Ra::reconcile`] asks again.
    Open,
    /// Refused, by the policy or by the CA.
    Refused(Refusal),
}

impl Ra<'_> {
    /// Revokes by identification: immediately and for ever, answered after the CA has recorded it.
    /// The application was begun for [`Errand::Revoke`](crate::Errand::Revoke), and its applicant
    /// has been identified as for an issue (R30, R31), at a branch by an identity card.
    ///
    /// As [`Ra::handle`] with [`Command::Revoke`], whose answer does not tell the CA's.
    ///
    /// # Errors
    /// [`RaError`]; repeat with the same key.
    pub fn revoke_by_identification(
        &self,
        id: ApplicationId,
        wanted: &Revoke,
        key: &IdempotencyKey,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Revocation, RaError> {
        match self.handle(id, &Command::Revoke(wanted.clone()), key, now, rng)? {
            Answer::Refused(refusal) => Ok(Revocation::Refused(refusal)),
            Answer::Done(_) => self.revocation_of(wanted, now),
        }
    }

    /// Revokes for a signature of the certificate that a CA has verified (`rr`): immediately and for
    /// ever, answered after the CA has recorded it.
    ///
    /// # Errors
    /// [`RaError`]; repeat with the same key.
    ///
    /// # Security
    /// For the CA's port alone: the CA has checked the certificate's signature over the request.
    pub fn revoke_by_certificate(
        &self,
        wanted: &Revoke,
        key: &IdempotencyKey,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Revocation, RaError> {
        let request = self.revoke_digest(wanted);
        let shown = |_: &Certificate| Ok(Ok((Shown::to_the_ca(), None)));
        self.revoke(wanted, shown, key, request, now, rng)
    }

    /// Revokes by the certificate's own signature over [`ChallengeFor::Revoke`]'s challenge (choose,
    /// password, confirm): immediately and for ever, answered after the CA has recorded it. The
    /// certificate is one that this bank had issued; the challenge serves once.
    ///
    /// # Errors
    /// [`RaError`]; repeat with the same key.
    pub fn revoke_by_signature(
        &self,
        wanted: &Revoke,
        presented: &Presented,
        key: &IdempotencyKey,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Revocation, RaError> {
        let name = certificate_ref(wanted.issuer, &wanted.serial)?;
        let about = self.revoke_digest(wanted);
        let request = self.presented_digest(REVOKE, &about, presented);
        let what = ChallengeFor::Revoke(name);
        let owner = owner_request(key);
        let shown = |held: &Certificate| {
            let seen = self.look_at(presented, &what, Some(&owner), now)?;
            let possession = presented.possession.as_ref();
            let used = possession.map(|signed| use_up(&signed.challenge, &owner));
            Ok(Shown::by_signature(held, &seen).map(|shown| (shown, used)))
        };
        self.revoke(wanted, shown, key, request, now, rng)
    }

    /// Revokes for whoever has shown that he may; what the showing has used up goes with it.
    fn revoke(
        &self,
        wanted: &Revoke,
        shown: impl Fn(&Certificate) -> Result<Result<(Shown, Option<Change>), Vec<Why>>, RaError>,
        key: &IdempotencyKey,
        request: [u8; 32],
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Revocation, RaError> {
        let name = certificate_ref(wanted.issuer, &wanted.serial)?;
        let Some((owner, _)) = self.owner(&name)? else {
            let why = refusals::unknown_certificate();
            return Ok(Revocation::Refused(self.unrecorded(REVOKE, why, now)));
        };
        for _ in 0..TRIES {
            if let Some(receipt) = self.recorded(key, &request)? {
                if let Some(refusal) = self.refusal_in(&receipt)? {
                    return Ok(Revocation::Refused(refusal));
                }
                self.run_effects_of(&receipt, now, rng)?;
                return self.revocation_of(wanted, now);
            }
            let subscriber = self.subscriber(owner.pseudonym)?;
            let certificate = subscriber
                .certificate(name.issuer, name.serial.as_bytes())
                .ok_or(damaged("certificate"))?;
            let decided = shown(certificate)?.and_then(|(shown, used)| {
                decide_revocation(certificate, wanted.reason, &shown, now, self.policy)
                    .map(|asked| (asked, used))
            });
            let mut batch = Batch::new(self, now).subscriber(&subscriber);
            match decided {
                Ok((asked, used)) => {
                    batch.push(Draft::of_subscriber(asked), rng)?;
                    used.into_iter().for_each(|used| batch.change(used));
                    batch.revoke(name.clone(), wanted.reason)?;
                }
                Err(why) => {
                    let refused = SubscriberRefused {
                        command: REVOKE.to_owned(),
                        why,
                        policy: digest(self.policy),
                    };
                    batch.push(Draft::of_subscriber(refused), rng)?;
                }
            }
            if let Err(conflict) = batch.commit(key, request)? {
                again(conflict)?;
            }
        }
        Err(RaError::Busy)
    }

    /// What has become of a revocation that was asked for.
    fn revocation_of(&self, wanted: &Revoke, now: Instant) -> Result<Revocation, RaError> {
        let name = certificate_ref(wanted.issuer, &wanted.serial)?;
        let (_, certificate) = self.owner(&name)?.ok_or(damaged("certificate"))?;
        Ok(match certificate.revoked {
            Some((_, at)) => Revocation::Revoked {
                at,
                refund: certificate.refund,
            },
            None if certificate.revoking => Revocation::Open,
            None => {
                let why = refusals::declined_revocation();
                Revocation::Refused(self.unrecorded(REVOKE, why, now))
            }
        })
    }

    /// Asks the CA to revoke, and records what it answers.
    pub(super) fn run_revocation(
        &self,
        effect: &Effect,
        at: &Key,
        key: &IdempotencyKey,
        request: [u8; 32],
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Fared, RaError> {
        let name = effect.certificate.as_ref().ok_or(damaged("effect"))?;
        let reason = effect.reason.ok_or(damaged("effect"))?;
        let serial = name.serial.as_bytes();
        let ca = self.ports.ca;
        let answer = match ca.revoke(name.issuer, serial, reason, &effect.id, now) {
            Err(PortError::Refused(sentence)) => Err(said(EffectKind::Revoke, &sentence)),
            Err(_) => return Ok(Fared::Open),
            Ok(instant) => Ok(instant),
        };
        for _ in 0..TRIES {
            let (subscriber, certificate) = self.owner(name)?.ok_or(damaged("certificate"))?;
            let mut batch = Batch::new(self, now).subscriber(&subscriber);
            match &answer {
                Ok(instant) if certificate.state == CertificateState::Issued => {
                    self.revoke_here(&mut batch, &subscriber, &certificate, reason, *instant, rng)?;
                }
                answer => {
                    // The CA does not, or its news of it came first.
                    let why = answer.as_ref().err().cloned();
                    let declined = RevocationDeclined {
                        issuer: name.issuer,
                        serial: OctetString::new(serial)?,
                        why: why.into_iter().collect(),
                    };
                    batch.push(Draft::of_subscriber(declined), rng)?;
                }
            }
            batch.change(close(at));
            match batch.commit(key, request)? {
                Ok(receipt) => {
                    self.run_effects_of(&receipt, now, rng)?;
                    return Ok(Fared::Settled);
                }
                Err(conflict) => again(conflict)?,
            }
        }
        Err(RaError::Busy)
    }

    fn revoke_digest(&self, request: &Revoke) -> [u8; 32] {
        self.keys.requests.digest(&[
            REVOKE.as_bytes(),
            request.issuer.name().as_bytes(),
            &request.serial,
            request.reason.name().as_bytes(),
        ])
    }
}

const REVOKE: &str = "revoke";
