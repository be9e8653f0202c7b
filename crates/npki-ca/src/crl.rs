use der::{Decode as _, Encode as _, Sequence};
use npki_cert::{Crl, CrlEntry, CrlParams, SerialNumber, assemble_crl, tbs_crl};
use npki_core::Instant;
use npki_ledger::{Event, EventKind, READ_MAX, Span, StreamId, StreamKind};
use rand_core::CryptoRng;

use crate::{
    Ca, CaError,
    event::Revoked,
    store::{self, Committed, REVOKED, TRIES},
};

/// A CRL was begun under this number; it is the stream's version.
#[derive(Sequence)]
struct CrlBegun {
    number: u64,
    this_update: Instant,
    next_update: Instant,
}

impl Ca<'_> {
    /// Writes the list of all revoked certificates, numbered without gaps by its stream.
    ///
    /// Reason "unspecified" is left out of entries, as RFC 5280 section 5.3.1 wants.
    ///
    /// # Errors
    /// [`CaError`]; call again, and get the next number.
    pub fn crl(&self, now: Instant, rng: &mut dyn CryptoRng) -> Result<Crl, CaError> {
        let number = self.crl_number(now)?;
        let key = self.keys.crl.handle();
        let algorithm = key.algorithm().identifier();
        let tbs = tbs_crl(
            &CrlParams {
                issuer: &self.settings.certificate,
                signature_algorithm: &algorithm,
                this_update: now,
                next_update: now.saturating_add(self.settings.crl_lifetime),
                number,
                distribution_point: Some(&self.settings.crl_uri),
            },
            self.revoked_entries()?,
        )?;
        let signature = key.sign(&tbs, rng)?;
        Ok(Crl::parse(&assemble_crl(
            &tbs,
            &algorithm,
            signature.octets(),
        )?)?)
    }

    fn crl_number(&self, now: Instant) -> Result<u64, CaError> {
        let stream = StreamId::new(StreamKind::from_static("crl"), "full").map_err(|_| {
            CaError::Damaged {
                what: "a stream's name",
            }
        })?;
        for _ in 0..TRIES {
            let number = self.crls_before(&stream)? + 1;
            let begun = CrlBegun {
                number,
                this_update: now,
                next_update: now.saturating_add(self.settings.crl_lifetime),
            };
            let event = Event::new(
                stream.clone(),
                EventKind::from_static("ca.crl"),
                begun.to_der()?,
            );
            let commit = store::commit(
                "crl",
                &[&number.to_be_bytes(), &now.unix_seconds().to_be_bytes()],
                now,
                vec![(stream.clone(), number - 1)],
                vec![event],
            );
            let known = self.ledger.receipt(&commit.key)?.is_some();
            if !known && matches!(self.commit(&commit)?, Committed::Done) {
                return Ok(number);
            }
        }
        Err(CaError::Contended)
    }

    fn crls_before(&self, stream: &StreamId) -> Result<u64, CaError> {
        let mut version = 0;
        loop {
            let events = self.ledger.stream(stream, version + 1)?;
            match events.last() {
                Some(last) => version = last.record().stream_version,
                None => return Ok(version),
            }
        }
    }

    /// All revoked certificates, sorted by serial number.
    fn revoked_entries(&self) -> Result<Vec<CrlEntry>, CaError> {
        let damaged = || CaError::Damaged {
            what: "a revocation",
        };
        let mut entries = Vec::new();
        let mut span = Span::all();
        loop {
            let rows = self.ledger.index(&REVOKED, &span, READ_MAX)?;
            let Some(last) = rows.last() else { break };
            span = span.after(last.key.octets());
            for row in &rows {
                let revoked = Revoked::from_der(row.value.octets()).map_err(|_| damaged())?;
                entries.push(CrlEntry {
                    serial_number: SerialNumber::from_octets(row.key.octets())
                        .map_err(|_| damaged())?,
                    revoked_at: revoked.at,
                    reason: Some(revoked.reason),
                    invalidity: None,
                });
            }
        }
        entries.sort_unstable_by_key(|entry| entry.serial_number);
        Ok(entries)
    }
}
