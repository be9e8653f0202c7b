use core::sync::atomic::{AtomicU64, Ordering};
use std::collections::BTreeMap;

use npki_cert::{CertId, SerialNumber};
use npki_core::{HashAlgorithm, Instant};
use npki_ledger::LedgerExt as _;
use rand_core::CryptoRng;

use super::OcspResponder;
use crate::{
    Ca, CaError, CertificateStatus,
    store::{REVOKED, key},
};

/// Answers that were signed beforehand, for requests without a nonce (RFC 5019).
///
/// None outlives a revocation: before one is sent, the ledger is asked whether the certificate has been
/// revoked since, unless nothing at all was recorded since it was asked last. An answer past its
/// nextUpdate is not sent either.
#[derive(Debug, Default)]
pub struct PreparedAnswers {
    by_serial: BTreeMap<SerialNumber, Prepared>,
}

#[derive(Debug)]
struct Prepared {
    der: Vec<u8>,
    next_update: Instant,
    good: bool,
    /// The size of the ledger at which the answer was known to be right.
    right_at: AtomicU64,
}

impl OcspResponder<'_> {
    /// Signs answers about these certificates beforehand, in groups, as the key's handle likes them.
    /// What is neither good nor revoked is left out: it may become good at any moment.
    ///
    /// # Errors
    /// [`CaError`].
    pub fn prepare(
        &self,
        serials: impl IntoIterator<Item = SerialNumber>,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<PreparedAnswers, CaError> {
        let serials: Vec<_> = serials.into_iter().collect();
        let own = &self.ca.settings().certificate;
        let next_update = now.saturating_add(self.settings.lifetime);
        let mut prepared = PreparedAnswers::default();
        for group in serials.chunks(GROUP) {
            // What is recorded from here on is looked up again before the answer is sent.
            let size = self.ca.ledger.head()?.size;
            let mut made = Vec::new();
            for serial in group {
                let status = self.ca.status(serial.octets())?;
                let good = match status {
                    CertificateStatus::Good => true,
                    CertificateStatus::Revoked(_) => false,
                    _ => continue,
                };
                let id = CertId::of(
                    HashAlgorithm::Sha1,
                    own.subject(),
                    own.public_key(),
                    *serial,
                );
                let tbs = self.tbs(None, vec![self.say(id, status, now)], now)?;
                made.push((*serial, good, tbs));
            }
            let messages: Vec<&[u8]> = made.iter().map(|(_, _, tbs)| tbs.as_slice()).collect();
            let signatures = self.key.handle().sign_batch(&messages, rng);
            for ((serial, good, tbs), signature) in made.iter().zip(signatures) {
                let der = self.assemble(tbs, signature?.octets())?;
                let answer = Prepared {
                    der,
                    next_update,
                    good: *good,
                    right_at: AtomicU64::new(size),
                };
                prepared.by_serial.insert(*serial, answer);
            }
        }
        Ok(prepared)
    }
}

impl PreparedAnswers {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_serial.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_serial.is_empty()
    }

    /// The answer to this question of this CA, when it may still be sent.
    pub(super) fn find(
        &self,
        ca: &Ca<'_>,
        id: &CertId,
        now: Instant,
    ) -> Result<Option<&[u8]>, CaError> {
        if id.hash_oid() != HashAlgorithm::Sha1.oid() {
            return Ok(None);
        }
        let Some(answer) = self.by_serial.get(&id.serial_number) else {
            return Ok(None);
        };
        if now > answer.next_update {
            return Ok(None);
        }
        // A revocation is for good (R13): only a good answer can become wrong.
        if answer.good {
            let size = ca.ledger.head()?.size;
            if size != answer.right_at.load(Ordering::Acquire) {
                let serial = key(id.serial_number.octets())?;
                if ca.ledger.index_value(&REVOKED, &serial)?.is_some() {
                    return Ok(None);
                }
                answer.right_at.store(size, Ordering::Release);
            }
        }
        Ok(Some(&answer.der))
    }
}

/// Answers that are signed together: as many as a key in lanes signs at once, a few times over.
const GROUP: usize = 64;
