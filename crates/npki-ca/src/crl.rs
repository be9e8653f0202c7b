use std::io::Write;

use der::{Decode as _, Encode as _, Sequence};
use npki_cert::{Certificate, Crl, CrlEntry, CrlParams, CrlStream, SerialNumber};
use npki_core::Instant;
use npki_key::{SignatureAlgorithm, SigningKey};
use npki_ledger::{
    Conflict, Event, EventKind, LedgerExt as _, READ_MAX, Span, StreamId, StreamKind,
};
use rand_core::CryptoRng;

use crate::{
    Ca, CaError,
    event::Listed,
    store::{self, CRL_WRITTEN, Committed, REVOKED, REVOKED_AT, TRIES, by_time},
};

/// Which of its certificates a CRL of the CA covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum CrlScope {
    /// All of them. Where the certificates name one address alone, the list names it too.
    Whole,
    /// Those whose certificates name this partition, counted from 0: what they named when they were issued.
    Partition(u32),
}

/// A CRL was begun under this number; it is the stream's version.
#[derive(Clone, Copy, Debug, Sequence)]
struct CrlBegun {
    number: u64,
    this_update: Instant,
    next_update: Instant,
    /// In a delta: the number of the CRL that it amends.
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    base: Option<u64>,
}

impl CrlBegun {
    fn parse(der: &[u8]) -> Result<Self, CaError> {
        Self::from_der(der).map_err(|_| CaError::Damaged {
            what: "a CRL's number",
        })
    }
}

impl Ca<'_> {
    /// Writes the list of all revoked certificates, numbered without gaps by its stream.
    ///
    /// Reason "unspecified" is left out of entries, as RFC 5280 section 5.3.1 wants.
    ///
    /// # Errors
    /// [`CaError`]; call again, and get the next number.
    pub fn crl(&self, now: Instant, rng: &mut dyn CryptoRng) -> Result<Crl, CaError> {
        self.crl_of(CrlScope::Whole, now, rng)
    }

    /// Writes the list of the revoked certificates in `scope`.
    ///
    /// # Errors
    /// As [`crl`](Self::crl); [`CaError::Partition`] when there is no such partition.
    pub fn crl_of(
        &self,
        scope: CrlScope,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Crl, CaError> {
        let mut der = Vec::new();
        self.write_crl(scope, now, rng, &mut der)?;
        Ok(Crl::parse_with_bound(der, usize::MAX)?)
    }

    /// Writes the list of the revoked certificates in `scope` to `out`, as it comes, and gives its number.
    ///
    /// # Errors
    /// As [`crl_of`](Self::crl_of), and [`CaError::CrlWrite`]; what was written is then to be thrown away.
    pub fn write_crl(
        &self,
        scope: CrlScope,
        now: Instant,
        rng: &mut dyn CryptoRng,
        out: &mut dyn Write,
    ) -> Result<u64, CaError> {
        self.check(scope)?;
        let begun = self.begin(scope, now, None)?;
        self.write(scope, &begun, None, rng, out)?;
        self.written(scope, &begun)?;
        Ok(begun.number)
    }

    /// Writes what was revoked since the last list of `scope` that was written to its end; `None` when
    /// there was none yet.
    ///
    /// # Errors
    /// As [`crl_of`](Self::crl_of).
    ///
    /// Source: RFC 5280 section 5.2.4. Both kinds are numbered by one stream, as section 5.2.3 asks.
    pub fn delta_crl(
        &self,
        scope: CrlScope,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Option<Crl>, CaError> {
        self.check(scope)?;
        let key = store::key(self.crl_stream(scope)?.to_string())?;
        let Some(base) = self.ledger.index_value(&CRL_WRITTEN, &key)? else {
            return Ok(None);
        };
        let base = CrlBegun::parse(base.octets())?;
        let begun = self.begin(scope, now, Some(base.number))?;
        // A commit may carry a time somewhat before that of the list that it came after.
        let since = Instant::from_unix_seconds(base.this_update.unix_seconds() - COMMITTED_LATE)
            .unwrap_or(base.this_update);
        let mut der = Vec::new();
        self.write(scope, &begun, Some(since), rng, &mut der)?;
        Ok(Some(Crl::parse_with_bound(der, usize::MAX)?))
    }

    /// What was revoked at this instant or later, sorted by serial number. Reads these rows and no others.
    ///
    /// # Errors
    /// [`CaError::Ledger`] and [`CaError::Damaged`].
    pub fn revoked_since(&self, since: Instant) -> Result<Vec<CrlEntry>, CaError> {
        self.revoked_entries(CrlScope::Whole, Some(since))
    }

    /// The partition of the CRL that a new certificate with this serial number names; none where it names
    /// the whole.
    pub(crate) fn partition(&self, serial: &SerialNumber) -> Option<u32> {
        let partitions = self.settings.crl_partitions;
        self.names_partitions()
            .then(|| partition_of(serial, partitions))
    }

    /// Where the CRL is found that covers a new certificate with this serial number.
    pub(crate) fn crl_uri(&self, serial: &SerialNumber) -> Result<String, CaError> {
        self.check(CrlScope::Whole)?;
        Ok(self.partition_uri(self.partition(serial).unwrap_or(0)))
    }

    /// The partition whose address a certificate names that no order knows of.
    pub(crate) fn partition_named(&self, certificate: &Certificate) -> Option<u32> {
        let named = certificate.crl_distribution_points();
        let partitions = match self.names_partitions() {
            true => self.settings.crl_partitions,
            false => 0,
        };
        (0..partitions).find(|partition| {
            let address = self.partition_uri(*partition);
            named.iter().any(|point| point.uris.contains(&address))
        })
    }

    fn partition_uri(&self, partition: u32) -> String {
        let number = partition.saturating_add(1).to_string();
        self.settings.crl_uri.replace(PARTITION, &number)
    }

    fn names_partitions(&self) -> bool {
        self.settings.crl_uri.contains(PARTITION)
    }

    fn check(&self, scope: CrlScope) -> Result<(), CaError> {
        let partitions = self.settings.crl_partitions.max(1);
        let divided = partitions > 1 || scope != CrlScope::Whole;
        match scope {
            _ if divided && !self.names_partitions() => {
                Err(CaError::CrlAddress(self.settings.crl_uri.clone()))
            }
            CrlScope::Partition(partition) if partition >= partitions => Err(CaError::Partition {
                partition,
                partitions,
            }),
            _ => Ok(()),
        }
    }

    fn write(
        &self,
        scope: CrlScope,
        begun: &CrlBegun,
        since: Option<Instant>,
        rng: &mut dyn CryptoRng,
        out: &mut dyn Write,
    ) -> Result<(), CaError> {
        let key = self.keys.crl.handle();
        let point = match scope {
            CrlScope::Partition(partition) => Some(self.partition_uri(partition)),
            CrlScope::Whole if self.settings.crl_partitions <= 1 => Some(self.partition_uri(0)),
            CrlScope::Whole => None,
        };
        let params = CrlParams {
            issuer: &self.settings.certificate,
            signature_algorithm: &key.algorithm().identifier(),
            this_update: begun.this_update,
            next_update: begun.next_update,
            number: begun.number,
            distribution_point: point.as_deref(),
            base_number: begun.base,
            freshest_crl: None,
        };
        let mut entries = self.revoked_entries(scope, since)?;
        // What another node revokes in the meantime stands in the next list: none says what comes after it.
        entries.retain(|entry| entry.revoked_at <= begun.this_update);
        sign_crl(&params, &entries, key, rng, out)
    }

    /// Takes the next number, for a list that amends the one numbered `base`, or amends none.
    fn begin(&self, scope: CrlScope, now: Instant, base: Option<u64>) -> Result<CrlBegun, CaError> {
        let stream = self.crl_stream(scope)?;
        for _ in 0..TRIES {
            let version = self.crls_before(&stream)?;
            let begun = CrlBegun {
                number: version + 1,
                this_update: now,
                next_update: now.saturating_add(self.settings.crl_lifetime),
                base,
            };
            let event = Event::new(
                stream.clone(),
                EventKind::from_static("ca.crl"),
                begun.to_der()?,
            );
            let commit = store::commit(
                "crl",
                &[
                    stream.to_string().as_bytes(),
                    &begun.number.to_be_bytes(),
                    &now.unix_seconds().to_be_bytes(),
                ],
                now,
                vec![(stream.clone(), version)],
                vec![event],
            );
            let known = self.ledger.receipt(&commit.key)?.is_some();
            if !known && matches!(self.commit(&commit)?, Committed::Done) {
                return Ok(begun);
            }
        }
        Err(CaError::Contended)
    }

    fn crl_stream(&self, scope: CrlScope) -> Result<StreamId, CaError> {
        let name = match scope {
            CrlScope::Whole => "full".to_owned(),
            CrlScope::Partition(partition) => format!("partition-{partition}"),
        };
        StreamId::new(StreamKind::from_static("crl"), &name).map_err(|_| CaError::Damaged {
            what: "a stream's name",
        })
    }

    /// Remembers a complete list that a delta can amend. One that was begun and not written to its end is
    /// nowhere: nobody could use what amends it.
    fn written(&self, scope: CrlScope, begun: &CrlBegun) -> Result<(), CaError> {
        let name = self.crl_stream(scope)?.to_string();
        let stream = StreamId::new(
            StreamKind::from_static("crl-written"),
            &name.replace('/', "-"),
        )
        .map_err(|_| CaError::Damaged {
            what: "a stream's name",
        })?;
        let der = begun.to_der()?;
        let mut event = Event::new(
            stream,
            EventKind::from_static("ca.crl-written"),
            der.clone(),
        );
        event.changes = vec![store::put(CRL_WRITTEN, &name, &der)?];
        let about: &[&[u8]] = &[name.as_bytes(), &begun.number.to_be_bytes()];
        let commit = store::commit("crl-written", about, begun.this_update, vec![], vec![event]);
        match self.commit(&commit) {
            Ok(Committed::Done) => Ok(()),
            Ok(_) => Err(CaError::Contended),
            // It took long to write: the next delta amends the list before, which is out as well.
            Err(CaError::Conflict(Conflict::ClockBehind { .. })) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// How many CRLs were begun in a stream.
    fn crls_before(&self, stream: &StreamId) -> Result<u64, CaError> {
        let mut version = 0;
        loop {
            let events = self.ledger.stream(stream, version + 1)?;
            let Some(last) = events.last() else {
                return Ok(version);
            };
            version = last.record().stream_version;
        }
    }

    /// The revoked certificates of a scope, since an instant if one is given, sorted by serial number.
    ///
    /// Held until they are written, 48 octets each: a [`CrlStream`] measures them before it writes them,
    /// and a revocation between the two would change what was measured.
    fn revoked_entries(
        &self,
        scope: CrlScope,
        since: Option<Instant>,
    ) -> Result<Vec<CrlEntry>, CaError> {
        let damaged = || CaError::Damaged {
            what: "a revocation",
        };
        let mut entries = Vec::new();
        // By serial number, or by time, which stands before the serial number.
        let (index, mut span, time) = match since {
            None => (REVOKED, Span::all(), 0),
            Some(since) => (REVOKED_AT, Span::all().after(&by_time(since, &[])), 8),
        };
        loop {
            let rows = self.ledger.index(&index, &span, READ_MAX)?;
            let Some(last) = rows.last() else { break };
            span = span.after(last.key.octets());
            for row in &rows {
                let listed = Listed::from_der(row.value.octets()).map_err(|_| damaged())?;
                let serial = row.key.octets().get(time..).ok_or_else(damaged)?;
                let serial = SerialNumber::from_octets(serial).map_err(|_| damaged())?;
                let covered = match scope {
                    CrlScope::Whole => true,
                    CrlScope::Partition(partition) => listed.partition == Some(partition),
                };
                if covered {
                    entries.push(CrlEntry {
                        serial_number: serial,
                        revoked_at: listed.at,
                        reason: Some(listed.reason),
                        invalidity: None,
                    });
                }
            }
        }
        entries.sort_unstable_by_key(|entry| entry.serial_number);
        Ok(entries)
    }
}

/// Writes and signs a CRL. The signature of an RSA key has a length that is known beforehand, which
/// saves a pass over the entries.
pub(crate) fn sign_crl(
    params: &CrlParams<'_>,
    entries: &[CrlEntry],
    key: &dyn SigningKey,
    rng: &mut dyn CryptoRng,
    out: &mut dyn Write,
) -> Result<(), CaError> {
    let stream = CrlStream::new(params, || entries.iter())?;
    let hash = key.algorithm().hash();
    let known = match key.algorithm() {
        SignatureAlgorithm::RsaPkcs1(_) => rsa_octets(key),
        _ => None,
    };
    if let Some(length) = known {
        let digest = stream.write_tbs(length, hash, out)?;
        let signature = key.sign_digest(&digest, rng)?;
        stream.write_signature(signature.octets(), length, out)?;
        return Ok(());
    }
    let digest = stream.digest(hash)?;
    let signature = key.sign_digest(&digest, rng)?;
    let length = signature.octets().len();
    if stream.write_tbs(length, hash, out)? != digest {
        return Err(npki_cert::CrlWriteError::Changed.into());
    }
    stream.write_signature(signature.octets(), length, out)?;
    Ok(())
}

/// Octets of an RSA modulus.
fn rsa_octets(key: &dyn SigningKey) -> Option<usize> {
    let octets = key.public_key().subject_public_key.as_bytes()?;
    let key = pkcs1::RsaPublicKeyRef::try_from(octets).ok()?;
    Some(key.modulus.as_bytes().len())
}

/// What stands in [`CaSettings::crl_uri`](crate::CaSettings::crl_uri) for the number of a partition.
const PARTITION: &str = "{partition}";

/// Partitions are told by the random part of the serial number, so that no counter is needed.
fn partition_of(serial: &SerialNumber, partitions: u32) -> u32 {
    let octets = serial.octets();
    let last = octets.len().saturating_sub(2);
    // The km certificate's serial is its pair's successor: both fall into partitions of their own.
    let number = octets
        .get(last..)
        .unwrap_or_default()
        .iter()
        .fold(0_u32, |sum, octet| sum << 8 | u32::from(*octet));
    number % partitions.max(1)
}

/// How far the time of a commit may lie behind the ledger's head: 60 s; twice that.
const COMMITTED_LATE: i64 = 120;
