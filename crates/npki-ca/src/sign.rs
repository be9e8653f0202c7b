use npki_cert::{Certificate, assemble_certificate};
use npki_core::{Instant, OrderId};
use rand_core::CryptoRng;

use crate::{
    Ca, CaError, Grant,
    event::{Event, Signed as SignedEvent},
    store::{
        self, CERTIFICATE, Committed, DEADLINE, TRIES, UNSIGNED, ledger_event, octets,
        order_stream, put, remove, sha256,
    },
};

/// A certificate that was signed and recorded. It is not issued before it is confirmed (R18b).
#[derive(Debug)]
pub struct Signed {
    /// The order that it came from.
    pub order: OrderId,
    /// The certificate.
    pub certificate: Certificate,
    /// Until this second it can be confirmed; afterwards it is revoked.
    pub confirm_by: Instant,
}

impl Ca<'_> {
    /// Signs what was recorded, and nothing else. One grant, one certificate.
    ///
    /// When another node, or this one before it died, has recorded a signature already, that
    /// certificate is given and the new signature is dropped.
    ///
    /// # Errors
    /// [`CaError`]; the grant comes back from [`Ca::unfinished`], or from redeeming again.
    pub fn sign(
        &self,
        grant: Grant,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Signed, CaError> {
        let Grant { order, tbs } = grant;
        let state = self.state(&order)?;
        if let Some(signed) = &state.signed {
            return self.signed(&order, signed);
        }
        let (Some(registered), Some(recorded)) = (&state.registered, &state.recorded) else {
            return Err(CaError::Damaged {
                what: "a grant's order",
            });
        };
        if recorded.tbs_sha256.as_bytes() != sha256(&tbs) {
            return Err(CaError::Damaged {
                what: "a grant's TBS",
            });
        }
        let certificate = self.certificate(&tbs, rng)?;
        let confirm_by = now.saturating_add(self.settings.confirm_wait);
        let event = SignedEvent {
            certificate_sha256: octets(&certificate.sha256_fingerprint())?,
            confirm_by,
        };
        let mut event = ledger_event(
            &order,
            &Event::Signed(event),
            vec![
                remove(UNSIGNED, order.octets())?,
                remove(DEADLINE, store::deadline(registered.ends, &order))?,
                put(DEADLINE, store::deadline(confirm_by, &order), [])?,
            ],
        )?;
        event.sealed = vec![self.seal(&order, CERTIFICATE, certificate.der(), rng)?];
        let mut version = state.version;
        for _ in 0..TRIES {
            let commit = store::commit(
                "sign",
                &[order.octets(), &version.to_be_bytes()],
                now,
                vec![(order_stream(&order), version)],
                vec![event.clone()],
            );
            let committed = self.commit(&commit)?;
            let state = self.state(&order)?;
            if let Some(signed) = &state.signed {
                return self.signed(&order, signed);
            }
            if state.outcome.is_some() || !matches!(committed, Committed::Stale) {
                return Err(CaError::Contended);
            }
            version = state.version;
        }
        Err(CaError::Contended)
    }

    /// Signs the TBS octets and reads the certificate back: what was recorded is what is signed.
    fn certificate(&self, tbs: &[u8], rng: &mut dyn CryptoRng) -> Result<Certificate, CaError> {
        let key = self.keys.certificate.handle();
        let signature = key.sign(tbs, rng)?;
        let der = assemble_certificate(tbs, &key.algorithm().identifier(), signature.octets())?;
        let certificate = Certificate::parse(&der)?;
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
            confirm_by: signed.confirm_by,
        })
    }
}
