use der::asn1::OctetString;
use npki_core::{Channel, Instant, Issuer, PortError, RevocationReason};
use npki_ledger::{IdempotencyKey, Key};
use npki_policy::{Action, AskedBy, CertificateState, Request, evaluate};
use rand_core::CryptoRng;

use super::{
    Ra, TRIES,
    batch::Batch,
    handle::again,
    load::damaged,
    run::{Fared, close, said},
};
use crate::{
    CertificateRef, Draft, Effect, RaError, Refund, Refusal, Why,
    application::{certificate_ref, digest},
    effect::EffectKind,
    refusals,
    subscriber::event::{RevocationAsked, RevocationDeclined, SubscriberRefused},
};

/// A request to revoke (폐기, R13).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revoke {
    /// The CA.
    pub issuer: Issuer,
    /// Big-endian octets of the serial number.
    pub serial: Vec<u8>,
    /// Why.
    pub reason: RevocationReason,
    /// By what it is asked for.
    ///
    /// # Security
    /// Whoever calls has checked it: the certificate's own signature over the request, or the
    /// person, by an identity card or on the telephone.
    pub asked_by: AskedBy,
    /// Where.
    pub channel: Channel,
}

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
    /// Revokes a certificate: immediately and for ever. Answered after the CA has recorded it.
    ///
    /// # Errors
    /// [`RaError`].
    pub fn revoke(
        &self,
        request: &Revoke,
        key: &IdempotencyKey,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Revocation, RaError> {
        let name = certificate_ref(request.issuer, &request.serial)?;
        let refused = |why| {
            Revocation::Refused(Refusal {
                command: REVOKE.to_owned(),
                at: now,
                why: vec![why],
                policy: Some(digest(self.policy)),
            })
        };
        let Some((owner, _)) = self.owner(&name)? else {
            return Ok(refused(refusals::unknown_certificate()));
        };
        let digest_of = self.revoke_digest(request);
        if self.recorded(key, &digest_of)?.is_none() {
            self.ask_to_revoke(&owner.pseudonym, &name, request, key, digest_of, now, rng)?;
        }
        let receipt = self.recorded(key, &digest_of)?.ok_or(damaged("receipt"))?;
        if let Some(refusal) = self.refusal_in(&receipt)? {
            return Ok(Revocation::Refused(refusal));
        }
        self.run_effects_of(&receipt, now, rng)?;
        let (_, certificate) = self.owner(&name)?.ok_or(damaged("certificate"))?;
        Ok(match certificate.revoked {
            Some((_, at)) => Revocation::Revoked {
                at,
                refund: certificate.refund,
            },
            None if certificate.revoking => Revocation::Open,
            None => refused(refusals::declined_revocation()),
        })
    }

    #[expect(clippy::too_many_arguments, reason = "what a request consists of")]
    fn ask_to_revoke(
        &self,
        pseudonym: &npki_ledger::Pseudonym,
        name: &CertificateRef,
        request: &Revoke,
        key: &IdempotencyKey,
        digest_of: [u8; 32],
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), RaError> {
        for _ in 0..TRIES {
            let subscriber = self.subscriber(*pseudonym)?;
            let certificate = subscriber
                .certificate(name.issuer, name.serial.as_bytes())
                .ok_or(damaged("certificate"))?;
            let question = Request {
                action: Action::Revoke,
                now,
                channel: request.channel,
                product: certificate.product,
                // The rules of revocation do not look at the holder.
                holder: npki_core::Holder::Individual,
                facts: npki_policy::Facts {
                    certificate: Some(certificate.held()),
                    asked_by: Some(request.asked_by),
                    ..npki_policy::Facts::default()
                },
            };
            let decision = evaluate(self.policy, &question);
            let mut why = Why::of(decision.refusals());
            if certificate.revoking {
                why.push(refusals::being_revoked());
            }
            let mut batch = Batch::new(self, now).subscriber(&subscriber);
            let policy = digest(self.policy);
            if why.is_empty() {
                let asked = RevocationAsked {
                    issuer: name.issuer,
                    serial: name.serial.clone(),
                    reason: request.reason,
                    asked_by: request.asked_by.name().to_owned(),
                    policy,
                };
                batch.push(Draft::of_subscriber(asked), rng)?;
                batch.revoke(name.clone(), request.reason)?;
            } else {
                let refused = SubscriberRefused {
                    command: REVOKE.to_owned(),
                    why,
                    policy,
                };
                batch.push(Draft::of_subscriber(refused), rng)?;
            }
            match batch.commit(key, digest_of)? {
                Ok(_) => return Ok(()),
                Err(conflict) => again(conflict)?,
            }
        }
        Err(RaError::Busy)
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
            request.asked_by.name().as_bytes(),
            request.channel.name().as_bytes(),
        ])
    }
}

const REVOKE: &str = "revoke";
