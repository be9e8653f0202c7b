use base16ct::HexDisplay;
use npki_cert::{SerialNumber, compute_vid};
use npki_core::{
    HashAlgorithm, Idn, Instant, OrderId, PortError, ReferenceNumber, Registration, Vid,
};
use npki_key::{PublicKey, Verifier as _};
use npki_ledger::Change;
use rand_core::CryptoRng;

use crate::{
    Ca, CaError, Confirmation, Protection, Refusal, Request,
    event::{Attempted, Event, Proved, Recorded, RecordedKm, Transacted},
    pairs::{Pairs, possession},
    state::{OrderState, Outcome},
    store::{
        self, Committed, IDN, KM_TBS, REFERENCE, SERIAL, TBS, TRANSACTION, TRIES, UNSIGNED, key,
        ledger_event, octets, order_stream, put, sealed_id, sha256, transaction_claim,
    },
};

/// The right to one order's certificate, or to the two of its pair: the linted TBS is on record.
///
/// Made by [`Ca::redeem`] and, after a crash, by [`Ca::unfinished`]; used up by
/// [`Ca::sign`](crate::Ca::sign). It cannot be cloned, kept or made anywhere else.
#[derive(Debug)]
pub struct Grant {
    pub(crate) order: OrderId,
    pub(crate) tbs: Vec<u8>,
    /// That of the key-management certificate, where the order is of a pair.
    pub(crate) km_tbs: Option<Vec<u8>>,
    pub(crate) confirmation: Confirmation,
}

impl Grant {
    /// The order that it came from.
    #[must_use]
    pub const fn order(&self) -> &OrderId {
        &self.order
    }
}

impl Ca<'_> {
    /// Checks a request, claims what may be used once, and records the TBS of its certificate.
    ///
    /// The same request again leads to the same certificate until it is confirmed, and so does a new
    /// transaction with the same key and the same credential, while that is good for anything.
    ///
    /// # Errors
    /// [`CaError`] when the CA could not find out or record; repeat the call. What the requester did
    /// wrong is a [`Refusal`].
    pub fn redeem(
        &self,
        request: &Request<'_>,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Result<Grant, Refusal>, CaError> {
        let order = match self.admit(request, now, rng)? {
            Ok(order) => order,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let redeemed = self.redeem_admitted(&order, request, now, rng);
        if !matches!(redeemed, Ok(Ok(_)))
            && let Err(refusal) = self.right_code(&order, request, now)?
        {
            return Ok(Err(refusal));
        }
        redeemed
    }

    /// A request by a code that was right has recorded no TBS, whatever was wrong or was there before: its
    /// attempt is counted, and all are forgotten (R32). Before that nobody is told anything.
    ///
    /// That of octets that have begun a transaction, or are kept, was counted then.
    pub(crate) fn right_code(
        &self,
        order: &OrderId,
        request: &Request<'_>,
        now: Instant,
    ) -> Result<Result<(), Refusal>, CaError> {
        match ByCode::of(request) {
            Some(message) if !self.owns_transaction(request.transaction, message.sha256)? => {
                self.proved(order, message, false, now)
            }
            _ => Ok(Ok(())),
        }
    }

    /// [`Ca::redeem`] for a request that [`Ca::admit`] has found this order for. What comes of it is told
    /// to nobody before [`Ca::right_code`], unless it is a grant.
    pub(crate) fn redeem_admitted(
        &self,
        order: &OrderId,
        request: &Request<'_>,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Result<Grant, Refusal>, CaError> {
        if let Err(refusal) = possession(request, self.keys.certificate.handle()) {
            return Ok(Err(refusal));
        }
        for _ in 0..TRIES {
            let state = self.state(order)?;
            if let Some(recorded) = &state.recorded {
                if let Err(refusal) = again(request, &state, recorded, now)? {
                    return Ok(Err(refusal));
                }
                if let Err(refusal) = self.right_code(order, request, now)? {
                    return Ok(Err(refusal));
                }
                if let Err(refusal) = self.transact(order, request, now)? {
                    return Ok(Err(refusal));
                }
                return self.grant(order, request.confirmation).map(Ok);
            }
            match self.record(request, order, &state, now, rng)? {
                Recording::Done(grant) => return Ok(Ok(grant)),
                Recording::Refused(refusal) => return Ok(Err(refusal)),
                Recording::Again => {}
            }
        }
        Err(CaError::Contended)
    }

    /// What was recorded and not yet signed, for instance because a process died.
    ///
    /// # Errors
    /// [`CaError`].
    pub fn unfinished(&self) -> Result<Vec<Grant>, CaError> {
        self.ledger
            .index(&UNSIGNED, &npki_ledger::Span::all(), npki_ledger::READ_MAX)?
            .iter()
            .map(|entry| {
                let order = store::order_id(entry.key.octets())?;
                self.grant(&order, Confirmation::Explicit)
            })
            .collect()
    }

    /// Finds the order and checks the request's protection. A wrong code is counted before that is told; the
    /// attempt of a right one by the commit that records the TBS or by [`Ca::right_code`], where it is not
    /// locked already.
    pub(crate) fn admit(
        &self,
        request: &Request<'_>,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Result<OrderId, Refusal>, CaError> {
        match &request.protection {
            Protection::Code { reference, .. } | Protection::CmpCode { reference, .. } => {
                // Read before the code is judged: what is right and what is wrong take the same time.
                let locked = self.is_locked(reference)?
                    && !self.owns_transaction(request.transaction, &request.sha256)?;
                let message = ByCode {
                    protection: &request.protection,
                    reference,
                    sha256: &request.sha256,
                };
                match self.judge_code(message, now)? {
                    // Meanwhile a right one may have forgotten the wrong ones.
                    Ok(order) if locked => {
                        let proved = self.proved(&order, message, locked, now)?;
                        Ok(proved.map(|()| order))
                    }
                    judged => Ok(judged),
                }
            }
            Protection::Certificate {
                serial,
                action,
                message,
                algorithm,
                signature,
            } => {
                let known = self.known_transaction(request.transaction, &request.sha256)?;
                // The certificate that has asked may be superseded by now: the same bytes get the
                // same answer.
                let certificate = match known {
                    Some(_) => self.find(serial)?,
                    None => self.good_certificate(serial, now)?,
                };
                let Some(certificate) = certificate else {
                    return Ok(Err(Refusal::UnknownCertificate));
                };
                let by = PublicKey::parse(certificate.public_key())?;
                if by.verify(algorithm, message, signature).is_err() {
                    return Ok(Err(Refusal::UnknownCertificate));
                }
                // What names a transaction is no secret: only who began it hears of it again.
                if let Some(order) = known {
                    return Ok(match self.state(&order)?.replaces(serial) {
                        true => Ok(order),
                        false => Err(Refusal::OtherSigner),
                    });
                }
                match self.bank.order_for(
                    self.settings.issuer,
                    serial,
                    *action,
                    &request.sha256,
                    now,
                ) {
                    Ok(order) => Ok(self
                        .register(&order, now, rng)?
                        .map(|_: Registration| order.id)),
                    Err(error) => bank_refusal(error).map(Err),
                }
            }
        }
    }

    /// The order of a reference number, if the code is its. A wrong one is counted.
    pub(crate) fn judge_code(
        &self,
        message: ByCode<'_>,
        now: Instant,
    ) -> Result<Result<OrderId, Refusal>, CaError> {
        let reference = message.reference.as_str().as_bytes();
        let Some(order) = self.order_at(&REFERENCE, reference)? else {
            return Ok(Err(Refusal::UnknownReference));
        };
        if message.protection.is_by(&self.keys.code.code(&order)) {
            return Ok(Ok(order));
        }
        self.attempted(&order, message, now).map(Err)
    }

    /// Counts a wrong code, if there is an attempt left, and says which of the two it is.
    fn attempted(
        &self,
        order: &OrderId,
        message: ByCode<'_>,
        now: Instant,
    ) -> Result<Refusal, CaError> {
        let wrong = Event::Attempted(Attempted {
            request_sha256: octets(message.sha256)?,
        });
        let changes = vec![self.attempt(message.reference)?];
        let name = ("attempt", &message.attempt(order)[..]);
        let counted = self.count(name, order, &wrong, changes, now)?;
        Ok(match counted {
            true => Refusal::WrongCode,
            false => Refusal::CodeLocked,
        })
    }

    /// The code of a message was right, and no commit that records what comes of it says so. The same octets
    /// count once; of a code that was `locked` before it was judged they count as a wrong one's would.
    pub(crate) fn proved(
        &self,
        order: &OrderId,
        message: ByCode<'_>,
        locked: bool,
        now: Instant,
    ) -> Result<Result<(), Refusal>, CaError> {
        let right = Event::Proved(Proved {
            request_sha256: octets(message.sha256)?,
        });
        let act = if locked { "attempt" } else { "proved" };
        let changes = self.right_attempt(message.reference)?.into();
        let name = (act, &message.attempt(order)[..]);
        let counted = self.count(name, order, &right, changes, now)?;
        Ok(counted.then_some(()).ok_or(Refusal::CodeLocked))
    }

    /// Whether no attempt is left.
    pub(crate) fn is_locked(&self, reference: &ReferenceNumber) -> Result<bool, CaError> {
        let tried = self.ledger.counter(&attempts(reference)?)?;
        Ok(tried >= self.settings.code_attempts)
    }

    /// Records an attempt that has this name; `false` when there is none left.
    fn count(
        &self,
        (act, about): (&str, &[&[u8]]),
        order: &OrderId,
        event: &Event,
        changes: Vec<Change>,
        now: Instant,
    ) -> Result<bool, CaError> {
        let event = ledger_event(order, event, changes)?;
        match self.commit(&store::commit(act, about, now, vec![], vec![event]))? {
            Committed::Done => Ok(true),
            Committed::AtCeiling => Ok(false),
            Committed::Stale | Committed::Claimed(_) => Err(CaError::Contended),
        }
    }

    /// Counts an attempt at a code, if there is one left (R32).
    fn attempt(&self, reference: &ReferenceNumber) -> Result<Change, CaError> {
        Ok(Change::Add {
            counter: attempts(reference)?,
            ceiling: self.settings.code_attempts,
        })
    }

    /// Counts the attempt that was right, and forgets all of them. Of attempts made at once the right one
    /// gets no further than if they had come one after the other.
    fn right_attempt(&self, reference: &ReferenceNumber) -> Result<[Change; 2], CaError> {
        let forget = Change::Reset {
            counter: attempts(reference)?,
        };
        Ok([self.attempt(reference)?, forget])
    }

    /// The order of a transaction that these very octets have begun.
    pub(crate) fn known_transaction(
        &self,
        transaction: &[u8],
        request_sha256: &[u8; 32],
    ) -> Result<Option<OrderId>, CaError> {
        match self.owns_transaction(transaction, request_sha256)? {
            true => self.order_at(&TRANSACTION, &sha256(transaction)),
            false => Ok(None),
        }
    }

    /// Whether a transaction's name is that of these octets: they have begun it, or are kept.
    pub(crate) fn owns_transaction(
        &self,
        transaction: &[u8],
        request_sha256: &[u8; 32],
    ) -> Result<bool, CaError> {
        let claim = self.ledger.claim(&transaction_claim(transaction)?)?;
        Ok(claim.is_some_and(|claim| claim.owner.octets() == request_sha256))
    }

    /// Gives an order's certificate another transaction, in which it is asked for again or is to be
    /// revoked. The same octets may come as often as they like.
    pub(crate) fn transact(
        &self,
        order: &OrderId,
        request: &Request<'_>,
        now: Instant,
    ) -> Result<Result<(), Refusal>, CaError> {
        self.begin_transaction(order, request.transaction, &request.sha256, now)
    }

    pub(crate) fn begin_transaction(
        &self,
        order: &OrderId,
        transaction: &[u8],
        request_sha256: &[u8; 32],
        now: Instant,
    ) -> Result<Result<(), Refusal>, CaError> {
        if self
            .known_transaction(transaction, request_sha256)?
            .is_some()
        {
            return Ok(Ok(()));
        }
        let event = ledger_event(
            order,
            &Event::Transacted(Transacted {
                transaction: octets(transaction)?,
                request_sha256: octets(request_sha256)?,
            }),
            transaction_changes(order, transaction, request_sha256)?.into(),
        )?;
        let about: &[&[u8]] = &[order.octets(), transaction, request_sha256];
        let commit = store::commit("transact", about, now, vec![], vec![event]);
        Ok(match self.commit(&commit)? {
            Committed::Done => Ok(()),
            Committed::Claimed(_) => Err(Refusal::TransactionInUse),
            Committed::Stale | Committed::AtCeiling => return Err(CaError::Contended),
        })
    }

    fn record(
        &self,
        request: &Request<'_>,
        id: &OrderId,
        state: &OrderState,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Recording, CaError> {
        let Some(registered) = &state.registered else {
            return Err(CaError::Damaged {
                what: "an order's registration",
            });
        };
        if state.outcome.is_some() {
            return Ok(Recording::Refused(Refusal::Settled));
        }
        if now >= registered.ends {
            return Ok(Recording::Refused(Refusal::OrderEnded {
                ended: registered.ends,
            }));
        }
        if let Err(error) = self.bank.check(id, now) {
            return bank_refusal(error).map(Recording::Refused);
        }
        let order = self.order(id)?;
        if let Err(refusal) = Pairs::of(&order)?.fit(request) {
            return Ok(Recording::Refused(refusal));
        }
        let vid = self.vid(request, id)?;
        // One draw for both: the key-management certificate has the next number.
        let serial = SerialNumber::generate(rng);
        let made = self.tbs(&order, &serial, request, vid, now, rng)?;
        let public_key = sha256(&store::der(request.public_key)?);
        let recorded = Recorded {
            transaction: octets(request.transaction)?,
            request_sha256: octets(&request.sha256)?,
            public_key_sha256: octets(&public_key)?,
            serial: octets(serial.octets())?,
            not_before: made.not_before,
            not_after: made.not_after,
            tbs_sha256: octets(&sha256(&made.tbs))?,
            with_vid: made.with_vid,
            km: match (&made.km, &request.km) {
                (Some(km), Some(asked)) => Some(RecordedKm {
                    public_key_sha256: octets(&sha256(&store::der(asked.public_key)?))?,
                    serial: octets(km.serial.octets())?,
                    tbs_sha256: octets(&sha256(&km.tbs))?,
                    partition: self.partition(&km.serial),
                }),
                _ => None,
            },
            partition: self.partition(&serial),
        };
        let owner = key(id.octets())?;
        let take = |claim: String| -> Result<Change, CaError> {
            Ok(Change::Take {
                claim: key(claim)?,
                owner: owner.clone(),
                end: None,
            })
        };
        let reference =
            ReferenceNumber::parse(&registered.reference).map_err(|_| CaError::Damaged {
                what: "a reference number",
            })?;
        let mut changes = vec![
            take(format!("use/{reference}"))?,
            take(format!("serial/{serial}"))?,
            take(format!("key/{:x}", HexDisplay(&public_key)))?,
            put(SERIAL, serial.octets(), id.octets())?,
            put(UNSIGNED, id.octets(), [])?,
        ];
        if let (Some(made), Some(km)) = (&made.km, &recorded.km) {
            changes.extend([
                take(format!("serial/{}", made.serial))?,
                take(format!(
                    "key/{:x}",
                    HexDisplay(km.public_key_sha256.as_bytes())
                ))?,
                put(SERIAL, made.serial.octets(), id.octets())?,
            ]);
        }
        changes.extend(transaction_changes(
            id,
            request.transaction,
            &request.sha256,
        )?);
        // Of octets that are kept it was counted when they were, and a lock since then stays.
        let by_code = request.protection.reference().is_some();
        if by_code && !self.owns_transaction(request.transaction, &request.sha256)? {
            changes.extend(self.right_attempt(&reference)?);
        }
        let mut event = ledger_event(id, &Event::Recorded(recorded), changes)?;
        event.sealed = vec![self.seal(id, TBS, &made.tbs, rng)?];
        if let Some(km) = &made.km {
            event.sealed.push(self.seal(id, KM_TBS, &km.tbs, rng)?);
        }
        let commit = store::commit(
            "record",
            &[id.octets(), &request.sha256, serial.octets()],
            now,
            vec![(order_stream(id), state.version)],
            vec![event],
        );
        Ok(match self.commit(&commit)? {
            Committed::Done => Recording::Done(Grant {
                order: *id,
                tbs: made.tbs,
                km_tbs: made.km.map(|km| km.tbs),
                confirmation: request.confirmation,
            }),
            Committed::Claimed(claim) if claim.octets().starts_with(b"transaction/") => {
                Recording::Refused(Refusal::TransactionInUse)
            }
            Committed::Claimed(claim) if claim.octets().starts_with(b"key/") => {
                Recording::Refused(Refusal::KeyUsedBefore)
            }
            Committed::AtCeiling => Recording::Refused(Refusal::CodeLocked),
            _ => Recording::Again,
        })
    }

    /// Computes the VID from the bank's IDN and the requester's R; the IDN is opened nowhere else.
    fn vid(&self, request: &Request<'_>, order: &OrderId) -> Result<Option<Vid>, CaError> {
        let Some(r) = request.random_number else {
            return Ok(None);
        };
        let damaged = || CaError::Damaged {
            what: "an order's IDN",
        };
        let row = self
            .ledger
            .sealed(&sealed_id(order, &IDN))?
            .ok_or_else(damaged)?;
        let sealed = row.record.ok_or_else(damaged)?;
        let digits = self
            .keys
            .idn
            .open(order.octets(), &sealed)
            .map_err(|_| damaged())?;
        let digits = core::str::from_utf8(&digits).map_err(|_| damaged())?;
        let idn = Idn::parse(digits).map_err(|_| damaged())?;
        Ok(Some(compute_vid(HashAlgorithm::Sha256, &idn, r)))
    }

    fn grant(&self, order: &OrderId, confirmation: Confirmation) -> Result<Grant, CaError> {
        let tbs = self
            .unseal(order, &TBS)?
            .ok_or(CaError::Damaged { what: "a TBS" })?;
        Ok(Grant {
            order: *order,
            tbs: tbs.to_vec(),
            km_tbs: self.unseal(order, &KM_TBS)?.map(|tbs| tbs.to_vec()),
            confirmation,
        })
    }
}

/// A message that says it is protected by the code of a reference number.
#[derive(Clone, Copy)]
pub(crate) struct ByCode<'a> {
    pub(crate) protection: &'a Protection<'a>,
    pub(crate) reference: &'a ReferenceNumber,
    /// Of what is protected.
    pub(crate) sha256: &'a [u8; 32],
}

impl<'a> ByCode<'a> {
    /// `None`: the request is by a signature.
    fn of(request: &'a Request<'_>) -> Option<Self> {
        Some(Self {
            protection: &request.protection,
            reference: request.protection.reference()?,
            sha256: &request.sha256,
        })
    }

    /// What tells it from other attempts: the same octets again are none, the same request with another MAC
    /// is one.
    fn attempt<'b>(&'b self, order: &'b OrderId) -> [&'b [u8]; 3] {
        [order.octets(), self.sha256, self.protection.mac()]
    }
}

enum Recording {
    Done(Grant),
    Refused(Refusal),
    /// Somebody was faster, or the serial was taken: read and decide again.
    Again,
}

/// Takes a transaction's name for a request, and remembers its order.
fn transaction_changes(
    order: &OrderId,
    transaction: &[u8],
    request_sha256: &[u8; 32],
) -> Result<[Change; 2], CaError> {
    Ok([
        Change::Take {
            claim: transaction_claim(transaction)?,
            owner: key(request_sha256)?,
            end: None,
        },
        put(TRANSACTION, sha256(transaction), order.octets())?,
    ])
}

/// Whether a request for a recorded certificate gets it: same bytes, same answer. With implicit
/// confirmation that holds until it could have been confirmed.
fn again(
    request: &Request<'_>,
    state: &OrderState,
    recorded: &Recorded,
    now: Instant,
) -> Result<Result<(), Refusal>, CaError> {
    let same_transaction = recorded.transaction.as_bytes() == request.transaction;
    let same_request = recorded.request_sha256.as_bytes() == request.sha256;
    let same =
        |recorded: &[u8], key| -> Result<_, CaError> { Ok(recorded == sha256(&store::der(key)?)) };
    let same_key = same(recorded.public_key_sha256.as_bytes(), request.public_key)?
        && match (&recorded.km, &request.km) {
            (Some(km), Some(asked)) => same(km.public_key_sha256.as_bytes(), asked.public_key)?,
            (None, None) => true,
            _ => false,
        };
    Ok(if same_transaction && !same_request {
        Err(Refusal::TransactionInUse)
    } else if !same_key {
        Err(Refusal::ReferenceUsed)
    } else {
        match (state.outcome, &state.signed) {
            (None, _) => Ok(()),
            (Some(Outcome::Confirmed { .. }), Some(signed))
                if signed.implicit && now <= signed.confirm_by =>
            {
                Ok(())
            }
            _ => Err(Refusal::Settled),
        }
    })
}

fn bank_refusal(error: PortError) -> Result<Refusal, CaError> {
    match error {
        PortError::Refused(sentence) => Ok(Refusal::Bank(sentence)),
        other => Err(CaError::Bank(other)),
    }
}

fn attempts(reference: &ReferenceNumber) -> Result<npki_ledger::Key, CaError> {
    key(format!("attempts/{reference}"))
}
