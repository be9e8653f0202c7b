//! Other institutions' certificates (타행·타기관 인증서): registered, looked up, deregistered (R41).

use npki_cert::Certificate;
use npki_core::Instant;
use npki_ledger::{Change, IdempotencyKey, Key, LedgerExt as _, Pseudonym, Receipt, Value};
use rand_core::CryptoRng;

use super::{
    Answer, Ra, TRIES,
    batch::Batch,
    handle::{again, held_claim},
    load::{damaged, fresh},
};
use crate::{
    Application, ApplicationId, Challenge, ChallengeFor, Command, Draft, Errand, Event, Facts,
    OtherCertificate, Presented, RaError, Refusal, Report, State, Wish,
    application::{Known, certificate_ref, digest, examine, out_of_turn, register},
    challenge::Freshness,
    effect::EffectKind,
    names::{self, REGISTERED, nonce, owner_request, registration, serial_key},
    ports::{NoticeKind, UserId},
    presented::{Seen, SeenCertificate},
    refusals,
    subscriber::event::{OtherDeregistered, SubscriberRefused},
};

/// What became of a registration.
#[derive(Debug)]
pub struct Registering {
    /// The application, or the refusal.
    pub answer: Answer,
    /// Every check; empty when the application is not there to be registered in.
    pub report: Report,
}

impl Ra<'_> {
    /// What somebody is to sign with a certificate's key. Nothing is recorded: ask as often as you
    /// like.
    #[must_use]
    pub fn challenge(
        &self,
        what: &ChallengeFor,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Challenge {
        Challenge::give(&self.keys.requests, what, now, rng)
    }

    /// What the bank would say to a registration now, check by check. Nothing is recorded and
    /// nothing used up: what is missing is seen before it is asked for.
    ///
    /// # Errors
    /// [`RaError::Port`] when the state of the certificate cannot be fetched; [`RaError`].
    pub fn prepare_registration(
        &self,
        id: ApplicationId,
        presented: &Presented,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Report, RaError> {
        let state = self.state(id)?;
        let seen = self.see(presented, &ChallengeFor::Register(id), None, now)?;
        self.examine(&state, &seen, now, rng)
    }

    /// Registers another institution's certificate for the applicant of an application that was begun
    /// for [`Errand::Register`], or refuses and says why, check by check. Either is recorded.
    ///
    /// The key names the request: asked again, the answer is the same, however much later.
    ///
    /// # Errors
    /// [`RaError::Port`] when the state of the certificate cannot be fetched: repeat with the same
    /// key; [`RaError`].
    pub fn register(
        &self,
        id: ApplicationId,
        presented: &Presented,
        key: &IdempotencyKey,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Registering, RaError> {
        let request = self.presented_digest(REGISTER, id.octets(), presented);
        if let Some(receipt) = self.recorded(key, &request)? {
            return self.registered(&receipt, id, now, rng);
        }
        let owner = owner_request(key);
        let what = ChallengeFor::Register(id);
        let mut seen = None;
        for _ in 0..TRIES {
            let state = self.state(id)?;
            let turn = if state.errand == Errand::Register {
                out_of_turn(&state, &Command::Register, now)
            } else {
                Some(refusals::another_action(state.errand))
            };
            if let Some(why) = turn {
                let refused = crate::Decision {
                    why: vec![why],
                    ..crate::Decision::default()
                };
                match self.record(&state, REGISTER, refused, key, request, now, rng)? {
                    Ok(receipt) => return self.registered(&receipt, id, now, rng),
                    Err(conflict) => {
                        again(conflict)?;
                        continue;
                    }
                }
            }
            // Fetched once, however often others write meanwhile; what the ledger says, each time.
            let seen = match &mut seen {
                Some(seen) => seen,
                None => seen.insert(self.see(presented, &what, Some(&owner), now)?),
            };
            seen.freshness = self.freshness(presented, &what, Some(&owner), now)?;
            let report = self.examine(&state, seen, now, rng)?;
            let passed = report.is_passed();
            let sealed = fresh(rng).sealed;
            let decision = register(&state, seen, report, sealed, now, self.policy)?;
            let mut batch = self.open_batch(&state, now)?;
            for draft in decision.events {
                batch.push(draft, rng)?;
            }
            for wish in &decision.effects {
                batch.wish(wish)?;
            }
            if passed {
                self.take_place(&mut batch, &state, seen, &owner)?;
                for account in state.accounts() {
                    batch.shred(account);
                }
            }
            match batch.commit(key, request)? {
                Ok(receipt) => return self.registered(&receipt, id, now, rng),
                // Another request was faster, with the challenge or the certificate: the report
                // says so in the next round.
                Err(conflict) if held_claim(&conflict).is_some() => {}
                Err(conflict) => again(conflict)?,
            }
        }
        Err(RaError::Busy)
    }

    /// The registered certificate with this SHA-256 and its customer's pseudonym; `None` when it is
    /// not registered.
    ///
    /// # Errors
    /// [`RaError`].
    pub fn registration_of(
        &self,
        sha256: &[u8; 32],
    ) -> Result<Option<(Pseudonym, OtherCertificate)>, RaError> {
        let Some(value) = self
            .ledger
            .index_value(&REGISTERED, &registration(sha256))?
        else {
            return Ok(None);
        };
        let octets = value.octets().try_into();
        let pseudonym = Pseudonym::from_octets(octets.map_err(|_| damaged("registration"))?);
        let subscriber = self.subscriber(pseudonym)?;
        let other = subscriber.registered(sha256).cloned();
        Ok(Some((pseudonym, other.ok_or(damaged("registration"))?)))
    }

    /// The certificate itself, as it was registered.
    ///
    /// # Errors
    /// [`RaError::Shredded`] when it is deregistered; [`RaError`].
    pub fn registered_certificate(
        &self,
        pseudonym: Pseudonym,
        other: &OtherCertificate,
    ) -> Result<Certificate, RaError> {
        let stream = names::subscriber_stream(&pseudonym);
        let der = self.open(&stream, &other.certificate, &names::OTHER)?;
        Certificate::parse(&der).map_err(|_| damaged("registered certificate"))
    }

    /// Undoes a registration: the certificate acts here no longer, and the copy of it is shredded.
    ///
    /// # Errors
    /// [`RaError`].
    ///
    /// # Security
    /// Whoever calls has made sure that it is the customer who asks.
    pub fn deregister(
        &self,
        user: &UserId,
        sha256: &[u8; 32],
        key: &IdempotencyKey,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Result<(), Refusal>, RaError> {
        let request = self.keys.requests.digest(&[
            DEREGISTER.as_bytes(),
            user.expose_text().as_bytes(),
            sha256,
        ]);
        let customer = self.customer_of(user)?;
        let pseudonym = self.keys.pseudonyms.pseudonym(&customer.idn);
        for _ in 0..TRIES {
            if let Some(receipt) = self.recorded(key, &request)? {
                self.run_effects_of(&receipt, now, rng)?;
                return Ok(self.refusal_in(&receipt)?.map_or(Ok(()), Err));
            }
            let subscriber = self.subscriber(pseudonym)?;
            let mut batch = Batch::new(self, now).subscriber(&subscriber);
            if let Some(other) = subscriber.registered(sha256) {
                let gone = OtherDeregistered {
                    sha256: *sha256,
                    at: now,
                };
                batch.push(Draft::of_subscriber(gone), rng)?;
                batch.change(Change::Remove {
                    index: REGISTERED,
                    key: registration(sha256),
                });
                batch.change(Change::Release {
                    claim: registration(sha256),
                    owner: owner_pseudonym(&pseudonym)?,
                });
                batch.shred(other.certificate);
                let told = Wish::tell(EffectKind::NotifyRegistered, NoticeKind::Deregistered);
                batch.wish_of(other.application, &told)?;
            } else {
                let refused = SubscriberRefused {
                    command: DEREGISTER.to_owned(),
                    why: vec![refusals::not_registered()],
                    policy: digest(self.policy),
                };
                batch.push(Draft::of_subscriber(refused), rng)?;
            }
            if let Err(conflict) = batch.commit(key, request)? {
                again(conflict)?;
            }
        }
        Err(RaError::Busy)
    }

    /// Reads and verifies what is shown; asks for its revocation only when it chains to an accepted
    /// CA and is in its time.
    pub(super) fn see<'p>(
        &self,
        presented: &'p Presented,
        what: &ChallengeFor,
        owner: Option<&Key>,
        now: Instant,
    ) -> Result<Seen<'p>, RaError> {
        let mut seen = self.look_at(presented, what, owner, now)?;
        if let Some(shown) = &mut seen.certificate
            && shown.chain.is_ok()
            && shown.certificate.is_valid_at(now)
        {
            let lists = self.ports.status.lists(&shown.certificate, now)?;
            let judged = self.trusted.revocation(&shown.certificate, &lists, now);
            shown.revocation = Some(judged);
        }
        Ok(seen)
    }

    /// Reads what is shown, without asking anybody about it.
    pub(super) fn look_at<'p>(
        &self,
        presented: &'p Presented,
        what: &ChallengeFor,
        owner: Option<&Key>,
        now: Instant,
    ) -> Result<Seen<'p>, RaError> {
        let freshness = self.freshness(presented, what, owner, now)?;
        let certificate = Certificate::parse_any(&presented.certificate).ok();
        Ok(Seen {
            presented,
            certificate: certificate.map(|certificate| SeenCertificate {
                chain: self.trusted.chain(&certificate, now),
                revocation: None,
                product: self.trusted.product(&certificate, now),
                certificate,
            }),
            freshness,
        })
    }

    /// What the signed challenge is worth. `owner`: the request that may have used it up itself.
    fn freshness(
        &self,
        presented: &Presented,
        what: &ChallengeFor,
        owner: Option<&Key>,
        now: Instant,
    ) -> Result<Freshness, RaError> {
        let Some(possession) = &presented.possession else {
            return Ok(Freshness::Foreign);
        };
        let challenge = &possession.challenge;
        if !challenge.is_ours(&self.keys.requests, what) {
            return Ok(Freshness::Foreign);
        }
        if now >= challenge.until() {
            return Ok(Freshness::Late);
        }
        let held = self.ledger.claim(&nonce(challenge))?;
        let held = held.filter(|held| held.is_held(now) && Some(&held.owner) != owner);
        Ok(held.map_or(Freshness::Fresh, |_| Freshness::Used))
    }

    /// Whose the certificate is already.
    pub(super) fn known(&self, seen: &SeenCertificate) -> Result<Known, RaError> {
        let sha256 = seen.certificate.sha256_fingerprint();
        if self.registration_of(&sha256)?.is_some() {
            return Ok(Known::Registered);
        }
        let Some((issuer, _)) = seen.product else {
            return Ok(Known::No);
        };
        let name = certificate_ref(issuer, seen.certificate.serial_number().octets())?;
        let owner = self
            .ledger
            .index_value(&names::SERIALS, &serial_key(&name))?;
        Ok(owner.map_or(Known::No, |_| Known::Own))
    }

    fn examine(
        &self,
        state: &State,
        seen: &Seen<'_>,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Report, RaError> {
        let known = match &seen.certificate {
            Some(certificate) => self.known(certificate)?,
            None => Known::No,
        };
        let customer = self.customer(state)?;
        let subscriber = self.subscriber(state.pseudonym)?;
        let facts = Facts {
            otp_failures: self.otp_failures(&customer)?,
            ..self.facts(&customer, &subscriber, rng)?
        };
        Ok(examine(state, seen, known, &facts, now, self.policy))
    }

    fn open_batch(&self, state: &State, now: Instant) -> Result<Batch<'_>, RaError> {
        let subscriber = self.subscriber(state.pseudonym)?;
        Ok(Batch::new(self, now)
            .application(state.id, Some(state))
            .subscriber(&subscriber))
    }

    /// One certificate for one customer, one challenge for one request.
    fn take_place(
        &self,
        batch: &mut Batch<'_>,
        state: &State,
        seen: &Seen<'_>,
        owner: &Key,
    ) -> Result<(), RaError> {
        let (Some(certificate), Some(possession)) = (&seen.certificate, &seen.presented.possession)
        else {
            return Err(damaged("registration"));
        };
        let place = registration(&certificate.certificate.sha256_fingerprint());
        batch.change(Change::Put {
            index: REGISTERED,
            key: place.clone(),
            value: Value::new(*state.pseudonym.octets()).map_err(|_| damaged("index value"))?,
        });
        batch.change(Change::Take {
            claim: place,
            owner: owner_pseudonym(&state.pseudonym)?,
            end: None,
        });
        batch.change(use_up(&possession.challenge, owner));
        Ok(())
    }

    /// Reads answer and report off the records, and tells the customer.
    fn registered(
        &self,
        receipt: &Receipt,
        id: ApplicationId,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Registering, RaError> {
        self.run_effects_of(receipt, now, rng)?;
        let mut report = Report::default();
        let count = usize::try_from(receipt.events).unwrap_or(usize::MAX);
        for recorded in self.ledger.records(receipt.position, count)? {
            let record = recorded.record();
            if *record.stream.kind() != names::APPLICATION {
                continue;
            }
            match Event::parse(&record.kind, &record.payload)? {
                Event::CertificateRegistered(done) => report = done.report,
                Event::RegistrationRefused(refused) => report = refused.report,
                _ => {}
            }
        }
        let answer = match self.refusal_in(receipt)? {
            Some(refusal) => Answer::Refused(refusal),
            None => Answer::Done(Application::new(self.state(id)?)),
        };
        Ok(Registering { answer, report })
    }

    /// The digest of a request that shows a certificate.
    pub(super) fn presented_digest(
        &self,
        what: &str,
        about: &[u8],
        presented: &Presented,
    ) -> [u8; 32] {
        let mut parts: Vec<&[u8]> = vec![what.as_bytes(), about, &presented.certificate];
        if let Some(possession) = &presented.possession {
            parts.extend([possession.challenge.octets(), &possession.signature]);
        }
        parts.extend(presented.random_number.iter().map(|r| r.expose_octets()));
        self.keys.requests.digest(&parts)
    }
}

/// Uses a challenge up: until its end another request finds it taken, afterwards too late.
pub(super) fn use_up(challenge: &Challenge, owner: &Key) -> Change {
    Change::Take {
        claim: nonce(challenge),
        owner: owner.clone(),
        end: Some(challenge.until()),
    }
}

fn owner_pseudonym(pseudonym: &Pseudonym) -> Result<Key, RaError> {
    Key::new(*pseudonym.octets()).map_err(|_| damaged("pseudonym"))
}

/// How the requests are called in records.
const REGISTER: &str = "register";
const DEREGISTER: &str = "deregister";
