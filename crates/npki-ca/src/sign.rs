use npki_cert::{Certificate, assemble_certificate};
use npki_core::{Instant, OrderId};
use npki_key::Signature;
use npki_ledger::Commit;
use rand_core::CryptoRng;

use crate::{
    Ca, CaError, Confirmation, Grant,
    confirm::Confirming,
    event::{Event, Signed as SignedEvent},
    state::OrderState,
    store::{
        self, CERTIFICATE, Committed, DEADLINE, KM_CERTIFICATE, TRIES, UNSIGNED, ledger_event,
        octets, order_stream, put, remove, sha256,
    },
};

/// A certificate that was signed and recorded. It is not issued before it is confirmed (R18b).
#[derive(Debug)]
pub struct Signed {
    /// The order that it came from.
    pub order: OrderId,
    /// The certificate, the signing one of a pair.
    pub certificate: Certificate,
    /// The key-management certificate beside it, where the order is of a pair (R2).
    pub km_certificate: Option<Certificate>,
    /// Until this second it can be confirmed; afterwards it is revoked.
    pub confirm_by: Instant,
    /// Implicit when it was confirmed with its signature: then it is issued.
    pub confirmation: Confirmation,
}

impl Ca<'_> {
    /// Signs what was recorded, and nothing else. One grant, one certificate, or the two of a pair,
    /// which are recorded by one commit.
    ///
    /// When another node, or this one before it died, has recorded a signature already, that
    /// certificate is given and the new signature is dropped.
    ///
    /// # Errors
    /// [`CaError`]; the grant comes back from [`Ca::unfinished`], or from redeeming again.
    /// [`CaError::Contended`] also when the order was given up since: redeeming again says so.
    pub fn sign(
        &self,
        grant: Grant,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Signed, CaError> {
        let Grant {
            order,
            tbs,
            km_tbs,
            confirmation,
        } = grant;
        let state = self.state(&order)?;
        if let Some(signed) = &state.signed {
            return self.signed(&order, signed);
        }
        if state.outcome.is_some() {
            return Err(CaError::Contended);
        }
        let (Some(registered), Some(recorded)) = (&state.registered, &state.recorded) else {
            return Err(CaError::Damaged {
                what: "a grant's order",
            });
        };
        let recorded_km = recorded.km.as_ref().map(|km| km.tbs_sha256.as_bytes());
        let km_sha256 = km_tbs.as_deref().map(sha256);
        if recorded.tbs_sha256.as_bytes() != sha256(&tbs)
            || recorded_km != km_sha256.as_ref().map(<[u8; 32]>::as_slice)
        {
            return Err(CaError::Damaged {
                what: "a grant's TBS",
            });
        }
        let (certificate, km_certificate) = self.certificates(&tbs, km_tbs.as_deref(), rng)?;
        let made = Made {
            certificate,
            km_certificate,
            confirm_by: now.saturating_add(self.settings.confirm_wait),
            confirmation,
            ends: registered.ends,
        };
        let mut state = state;
        for _ in 0..TRIES {
            let commit = self.signing(&order, &state, &made, now, rng)?;
            match self.commit(&commit)? {
                Committed::Done => return Ok(made.signed(order)),
                Committed::Stale => {}
                Committed::Claimed(_) | Committed::AtCeiling => return Err(CaError::Contended),
            }
            // Another node was faster: with the same certificate, or whatever else befell the order.
            state = self.state(&order)?;
            if let Some(signed) = &state.signed {
                return self.signed(&order, signed);
            }
            if state.outcome.is_some() {
                return Err(CaError::Contended);
            }
        }
        Err(CaError::Contended)
    }

    /// The commit that records a signature, and with it the confirmation where it is implicit.
    fn signing(
        &self,
        order: &OrderId,
        state: &OrderState,
        made: &Made,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Commit, CaError> {
        let signed = SignedEvent {
            certificate_sha256: octets(&made.certificate.sha256_fingerprint())?,
            confirm_by: made.confirm_by,
            implicit: made.confirmation == Confirmation::Implicit,
            km_sha256: match &made.km_certificate {
                Some(km) => Some(octets(&km.sha256_fingerprint())?),
                None => None,
            },
        };
        let mut changes = vec![
            remove(UNSIGNED, order.octets())?,
            remove(DEADLINE, store::deadline(made.ends, order))?,
        ];
        if !signed.implicit {
            changes.push(put(DEADLINE, store::deadline(made.confirm_by, order), [])?);
        }
        let mut event = ledger_event(order, &Event::Signed(signed), changes)?;
        event.sealed = vec![self.seal(order, CERTIFICATE, made.certificate.der(), rng)?];
        if let Some(km) = &made.km_certificate {
            let sealed = self.seal(order, KM_CERTIFICATE, km.der(), rng)?;
            event.sealed.push(sealed);
        }
        let mut expected = vec![(order_stream(order), state.version)];
        let mut events = vec![event];
        if made.confirmation == Confirmation::Implicit {
            let Confirming {
                expected: others,
                events: confirmed,
            } = self.confirming(order, state, made.confirmation, vec![], now)?;
            expected.extend(others);
            events.extend(confirmed);
        }
        // What is done has the signature and the time that it says: another's is another commit.
        let versions: Vec<_> = expected.iter().flat_map(|(_, v)| v.to_be_bytes()).collect();
        let confirm_by = made.confirm_by.unix_seconds().to_be_bytes();
        let signature = made.certificate.signature();
        let km = made.km_certificate.as_ref();
        let km_signature = km.map_or(&[][..], Certificate::signature);
        Ok(store::commit(
            "sign",
            &[
                order.octets(),
                &versions,
                &confirm_by,
                signature,
                km_signature,
            ],
            now,
            expected,
            events,
        ))
    }

    /// Signs an order's TBSs, those of a pair in one group, as the key's handle likes them.
    fn certificates(
        &self,
        tbs: &[u8],
        km_tbs: Option<&[u8]>,
        rng: &mut dyn CryptoRng,
    ) -> Result<(Certificate, Option<Certificate>), CaError> {
        let key = self.keys.certificate.handle();
        let Some(km_tbs) = km_tbs else {
            let signature = key.sign(tbs, rng)?;
            return Ok((self.certificate(tbs, &signature)?, None));
        };
        let mut signatures = key.sign_batch(&[tbs, km_tbs], rng).into_iter();
        let mut next = |tbs| match signatures.next() {
            Some(signature) => self.certificate(tbs, &signature?),
            None => Err(CaError::Damaged {
                what: "a group of signatures",
            }),
        };
        Ok((next(tbs)?, Some(next(km_tbs)?)))
    }

    /// Joins TBS and signature and reads the certificate back: what was recorded is what is signed.
    fn certificate(&self, tbs: &[u8], signature: &Signature) -> Result<Certificate, CaError> {
        let algorithm = self.keys.certificate.handle().algorithm().identifier();
        let certificate = assemble_certificate(tbs, &algorithm, signature.octets())?;
        if certificate.tbs_der() != tbs {
            return Err(CaError::Damaged {
                what: "a certificate: its TBS is not the recorded one",
            });
        }
        Ok(certificate)
    }

    fn signed(&self, order: &OrderId, signed: &SignedEvent) -> Result<Signed, CaError> {
        let certificate = self.certificate_of(order)?.ok_or(CaError::Damaged {
            what: "a certificate",
        })?;
        Ok(Signed {
            order: *order,
            certificate,
            km_certificate: self.km_certificate_of(order)?,
            confirm_by: signed.confirm_by,
            confirmation: match signed.implicit {
                true => Confirmation::Implicit,
                false => Confirmation::Explicit,
            },
        })
    }
}

/// What a signature's commit is made of.
struct Made {
    certificate: Certificate,
    km_certificate: Option<Certificate>,
    confirm_by: Instant,
    confirmation: Confirmation,
    /// When the order ends: a deadline that is over with the signature.
    ends: Instant,
}

impl Made {
    /// What was recorded.
    fn signed(self, order: OrderId) -> Signed {
        Signed {
            order,
            certificate: self.certificate,
            km_certificate: self.km_certificate,
            confirm_by: self.confirm_by,
            confirmation: self.confirmation,
        }
    }
}
