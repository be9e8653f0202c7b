use der::{Decode, Encode, Sequence};
use npki_core::Instant;

use crate::{
    Change, Commit, EventKind, IdempotencyKey, MerkleHash, SealedDigest, SealedId, StreamId,
};

/// One event as the log has it; its canonical DER is what the Merkle tree's leaf is made of.
///
/// ```text
/// Record ::= SEQUENCE {
///   version       INTEGER (1),
///   position      INTEGER,                     -- of the leaf, from 0, gapless
///   place         INTEGER, of INTEGER,         -- the i-th of n events of its commit, from 1
///   stream        UTF8String,                  -- kind/name
///   streamVersion INTEGER,                     -- from 1, gapless
///   kind          UTF8String,
///   time          INTEGER,                     -- Unix seconds
///   key           OCTET STRING (SIZE (16..64)),
///   requestDigest OCTET STRING (SIZE (32)),
///   payload       OCTET STRING,
///   changes       SEQUENCE OF Change,
///   sealed        SEQUENCE OF SealedDigest,
///   shredded      SEQUENCE OF OCTET STRING (SIZE (16)) }
/// ```
///
/// Written bytes never change; a later version of the format is another `version`, and readers
/// lift old records to the newest shape.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct Record {
    /// The format's version, [`Record::VERSION`].
    pub version: u64,
    /// The leaf's position in the log, from 0.
    pub position: u64,
    /// Which of the commit's events, from 1.
    pub place: u64,
    /// How many events the commit has.
    pub of: u64,
    /// The stream.
    pub stream: StreamId,
    /// The event's number in its stream, from 1.
    pub stream_version: u64,
    /// What happened.
    pub kind: EventKind,
    /// When.
    pub time: Instant,
    /// The commit's idempotency key.
    pub key: IdempotencyKey,
    /// SHA-256 of the request.
    #[asn1(type = "OCTET STRING", deref = "true")]
    pub request_digest: [u8; 32],
    /// The details, opaque here.
    #[asn1(type = "OCTET STRING", deref = "true")]
    pub payload: Vec<u8>,
    /// What it changed.
    pub changes: Vec<Change>,
    /// Sealed records written with it.
    pub sealed: Vec<SealedDigest>,
    /// Sealed records deleted with it.
    pub shredded: Vec<SealedId>,
}

/// Why octets are no record.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// Longer than any record.
    #[error("{found} octets are too many for a record, at most {max}", max = Record::DER_MAX)]
    TooLong {
        /// Octets found.
        found: usize,
    },
    /// No canonical DER of a record.
    #[error("no record")]
    Der(#[from] der::Error),
    /// A version that this program does not know.
    #[error("record version {0} is not known")]
    Version(u64),
    /// A field has a value that no ledger writes.
    #[error("a record cannot have this {0}")]
    Field(&'static str),
}

impl Record {
    /// The version written.
    pub const VERSION: u64 = 1;
    /// The most octets that a record can have: 64 KiB of payload, 64 changes of at most 1.4 kB
    /// each, and the rest make 161 kB.
    pub const DER_MAX: usize = 262_144;

    /// Reads canonical DER.
    ///
    /// # Errors
    /// [`RecordError`].
    pub fn parse(octets: &[u8]) -> Result<Self, RecordError> {
        if octets.len() > Self::DER_MAX {
            return Err(RecordError::TooLong {
                found: octets.len(),
            });
        }
        let record = Self::from_der(octets)?;
        if record.version != Self::VERSION {
            return Err(RecordError::Version(record.version));
        }
        let most = u64::try_from(Commit::EVENTS_MAX).unwrap_or(u64::MAX);
        for (fits, field) in [
            ((1..=most).contains(&record.of), "number of events"),
            ((1..=record.of).contains(&record.place), "place"),
            (record.stream_version >= 1, "stream version"),
            (record.payload.len() <= Commit::PAYLOAD_MAX, "payload"),
            (record.changes.len() <= Commit::CHANGES_MAX, "changes"),
            (record.sealed.len() <= Commit::SEALED_MAX, "sealed records"),
            (
                record.shredded.len() <= Commit::SEALED_MAX,
                "shredded records",
            ),
        ] {
            if !fits {
                return Err(RecordError::Field(field));
            }
        }
        Ok(record)
    }
}

/// A record and the very octets that were written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    record: Record,
    der: Vec<u8>,
}

impl Recorded {
    /// Reads what was written.
    ///
    /// # Errors
    /// [`RecordError`].
    pub fn parse(der: Vec<u8>) -> Result<Self, RecordError> {
        Ok(Self {
            record: Record::parse(&der)?,
            der,
        })
    }

    pub(crate) fn write(record: Record) -> der::Result<Self> {
        let der = record.to_der()?;
        Ok(Self { record, der })
    }

    /// The record.
    #[must_use]
    pub const fn record(&self) -> &Record {
        &self.record
    }

    /// Its DER, as written.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Its leaf in the Merkle tree: SHA-256(0x00 ‖ DER).
    ///
    /// Source: RFC 6962 section 2.1.
    #[must_use]
    pub fn leaf(&self) -> MerkleHash {
        MerkleHash::of_leaf(&self.der)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{IndexName, Key, Ledger as _, MemoryLedger, SealedKind, Value, conformance};

    fn key() -> impl Strategy<Value = Key> {
        proptest::collection::vec(any::<u8>(), 1..=255).prop_map(|k| Key::new(k).unwrap())
    }

    fn time() -> impl Strategy<Value = Instant> {
        (Instant::MIN.unix_seconds()..=Instant::MAX.unix_seconds())
            .prop_map(|s| Instant::from_unix_seconds(s).unwrap())
    }

    fn change() -> impl Strategy<Value = Change> {
        let index = "[a-z.-]{1,48}".prop_map(|name| IndexName::new(&name).unwrap());
        let value =
            proptest::collection::vec(any::<u8>(), 0..=80).prop_map(|v| Value::new(v).unwrap());
        (
            0..7u8,
            key(),
            key(),
            key(),
            proptest::option::of(time()),
            any::<u64>(),
            index,
            value,
        )
            .prop_map(
                |(verb, claim, owner, to, end, ceiling, index, value)| match verb {
                    0 => Change::Take { claim, owner, end },
                    1 => Change::Pass {
                        claim,
                        from: owner,
                        to,
                    },
                    2 => Change::Release { claim, owner },
                    3 => Change::Add {
                        counter: claim,
                        ceiling,
                    },
                    4 => Change::Reset { counter: claim },
                    5 => Change::Put {
                        index,
                        key: claim,
                        value,
                    },
                    _ => Change::Remove { index, key: claim },
                },
            )
    }

    prop_compose! {
        fn record()(
            numbers in (any::<u64>(), 1..=64u64, 1..=u64::MAX),
            place in any::<u64>(),
            stream in "[a-z.-]{1,48}/[!-~]{1,128}",
            kind in "[a-z0-9]{1,48}",
            time in time(),
            key in proptest::collection::vec(any::<u8>(), 16..=64),
            request_digest: [u8; 32],
            payload in proptest::collection::vec(any::<u8>(), 0..200),
            changes in proptest::collection::vec(change(), 0..5),
            sealed in proptest::collection::vec(any::<([u8; 16], [u8; 32])>(), 0..3),
            shredded in proptest::collection::vec(any::<[u8; 16]>(), 0..3),
        ) -> Record {
            let (position, of, stream_version) = numbers;
            Record {
                version: Record::VERSION,
                position,
                place: place % of + 1,
                of,
                stream: stream.parse().unwrap(),
                stream_version,
                kind: EventKind::new(&kind).unwrap(),
                time,
                key: IdempotencyKey::new(key).unwrap(),
                request_digest,
                payload,
                changes,
                sealed: sealed.into_iter().map(|(id, sha256)| SealedDigest {
                    id: SealedId::from_octets(id),
                    kind: SealedKind::from_static("idn"),
                    sha256,
                }).collect(),
                shredded: shredded.into_iter().map(SealedId::from_octets).collect(),
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn der_reads_back(record in record()) {
            let der = record.to_der().unwrap();
            prop_assert_eq!(&Record::parse(&der).unwrap(), &record);
        }

        #[test]
        fn what_is_accepted_is_canonical(record in record(), at: usize, octet: u8) {
            let mut der = record.to_der().unwrap();
            let at = at % der.len();
            der[at] = octet;
            if let Ok(read) = Record::parse(&der) {
                prop_assert_eq!(read.to_der().unwrap(), der);
            }
        }
    }

    #[test]
    fn what_is_no_record_is_refused() {
        let ledger = MemoryLedger::new();
        conformance::record_script(&ledger);
        let recorded = ledger.records(0, 1).unwrap().remove(0);
        let der = recorded.der();
        for cut in 0..der.len() {
            assert!(Record::parse(&der[..cut]).is_err(), "{cut}");
        }
        assert!(Record::parse(&[der, &[0]].concat()).is_err());
        let with = |change: &dyn Fn(&mut Record)| {
            let mut record = recorded.record().clone();
            change(&mut record);
            Record::parse(&record.to_der().unwrap())
        };
        assert!(with(&|_| ()).is_ok());
        assert_eq!(with(&|r| r.version = 2), Err(RecordError::Version(2)));
        for refused in [
            with(&|r| r.place = 0),
            with(&|r| r.place = r.of + 1),
            with(&|r| (r.of, r.place) = (65, 1)),
            with(&|r| r.stream_version = 0),
            with(&|r| r.payload = vec![0; Commit::PAYLOAD_MAX + 1]),
            with(&|r| r.shredded = vec![SealedId::from_octets([0; 16]); 65]),
        ] {
            assert!(matches!(refused, Err(RecordError::Field(_))), "{refused:?}");
        }
        let long = with(&|r| r.payload = vec![0; Record::DER_MAX]);
        assert!(matches!(long, Err(RecordError::TooLong { .. })));
    }

    #[test]
    fn the_first_record_of_the_script_in_octets() {
        let ledger = MemoryLedger::new();
        conformance::record_script(&ledger);
        let recorded = ledger.records(1, 1).unwrap().remove(0);
        // SEQUENCE { 1, 1, 2, 2, "subscriber/1", 1, "happened", 1767194200, key, digest, 05 00, {}, {}, {} }
        let wanted = hex_literal::hex!(
            "306b" "020101" "020101" "020102" "020102"
            "0c0c737562736372696265722f31" "020101" "0c0868617070656e6564"
            "020469553e58" "041001010101010101010101010101010101"
            "04200101010101010101010101010101010101010101010101010101010101010101"
            "04020500" "3000" "3000" "3000"
        );
        assert_eq!(recorded.der(), wanted);
    }
}
