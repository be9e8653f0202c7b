//! A CRL written as it comes has the octets of one that is made at once; both are what the linter wants.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

use core::cell::Cell;
use std::io::{self, Write};

use const_oid::db::rfc5912::ECDSA_WITH_SHA_256;
use der::{Decode as _, Encode as _};
use npki_cert::{
    Certificate, Crl, CrlEntry, CrlError, CrlParams, CrlProfile, CrlStream, CrlWriteError,
    RevocationReason, SerialNumber, assemble_crl, lint_crl, tbs_crl,
};
use npki_core::{HashAlgorithm, Instant};
use proptest::prelude::*;
use spki::AlgorithmIdentifierOwned;

fn issuer() -> Certificate {
    Certificate::parse(include_bytes!("vectors/openssl/root.der")).unwrap()
}

fn ecdsa() -> AlgorithmIdentifierOwned {
    AlgorithmIdentifierOwned {
        oid: ECDSA_WITH_SHA_256,
        parameters: None,
    }
}

fn at(seconds: i64) -> Instant {
    Instant::from_unix_seconds(seconds).unwrap()
}

fn with<T>(change: impl FnOnce(&mut CrlParams<'_>), run: impl FnOnce(&CrlParams<'_>) -> T) -> T {
    let (issuer, algorithm) = (issuer(), ecdsa());
    let mut params = CrlParams {
        issuer: &issuer,
        signature_algorithm: &algorithm,
        this_update: at(1_900_000_000),
        next_update: at(1_900_086_400),
        number: 7,
        distribution_point: None,
        base_number: None,
        freshest_crl: None,
    };
    change(&mut params);
    run(&params)
}

fn entry(serial: &[u8]) -> CrlEntry {
    CrlEntry {
        serial_number: SerialNumber::from_octets(serial).unwrap(),
        revoked_at: at(1_800_000_000),
        reason: Some(RevocationReason::KeyCompromise),
        invalidity: None,
    }
}

/// What a stream writes, signed with these octets.
fn streamed(params: &CrlParams<'_>, entries: &[CrlEntry], signature: &[u8]) -> Vec<u8> {
    let stream = CrlStream::new(params, || entries.iter().copied()).unwrap();
    let mut out = Vec::new();
    let digest = stream
        .write_tbs(signature.len(), HashAlgorithm::Sha256, &mut out)
        .unwrap();
    assert_eq!(stream.digest(HashAlgorithm::Sha256).unwrap(), digest);
    stream
        .write_signature(signature, signature.len(), &mut out)
        .unwrap();
    assert_eq!(stream.count(), entries.len());
    let crl = Crl::parse(&out).unwrap();
    assert_eq!(HashAlgorithm::Sha256.digest(crl.tbs_der()), digest);
    assert_eq!(crl.tbs_der().len(), stream.tbs_len());
    out
}

fn entries() -> impl Strategy<Value = Vec<CrlEntry>> {
    let serial = proptest::collection::vec(any::<u8>(), 1..21);
    let reasons: Vec<_> = RevocationReason::ALL
        .iter()
        .copied()
        .filter(|reason| *reason != RevocationReason::RemoveFromCrl)
        .collect();
    let one = (
        serial,
        0_i64..4_000_000_000,
        proptest::option::of(proptest::sample::select(reasons)),
        proptest::option::weighted(0.2, 0_i64..4_000_000_000),
    );
    proptest::collection::vec(one, 0..60).prop_map(|rows| {
        let mut entries: Vec<_> = rows
            .into_iter()
            .filter_map(|(serial, revoked_at, reason, invalidity)| {
                Some(CrlEntry {
                    serial_number: SerialNumber::from_octets(&serial).ok()?,
                    revoked_at: at(revoked_at),
                    reason,
                    invalidity: invalidity.map(at),
                })
            })
            .collect();
        entries.sort_by_key(|entry| entry.serial_number);
        entries.dedup_by_key(|entry| entry.serial_number);
        entries
    })
}

proptest! {
    #[test]
    fn a_stream_writes_what_is_made_at_once(
        entries in entries(),
        signature in proptest::collection::vec(any::<u8>(), 1..300),
        point in any::<bool>(),
        base in proptest::option::of(0_u64..7),
    ) {
        with(
            |params| {
                params.distribution_point = point.then_some("http://crl.example/1.crl");
                params.base_number = base;
            },
            |params| {
                let tbs = tbs_crl(params, entries.iter().copied()).unwrap();
                let whole = assemble_crl(&tbs, &ecdsa(), &signature).unwrap();
                let streamed = streamed(params, &entries, &signature);
                prop_assert_eq!(&streamed, whole.der());
                let crl = Crl::parse(&streamed).unwrap();
                // Unspecified is left out (RFC 5280 section 5.3.1), and so reads as nothing said.
                let said = |reason| Some(reason) != Some(RevocationReason::Unspecified);
                let wanted: Vec<_> = entries
                    .iter()
                    .map(|e| CrlEntry { reason: e.reason.filter(|r| said(*r)), ..*e })
                    .collect();
                prop_assert!(crl.entries().eq(wanted));
                prop_assert_eq!(crl.is_delta(), base.is_some());
                // Another implementation reads the same octets, and writes them.
                let theirs: x509_cert::crl::CertificateList =
                    x509_cert::crl::CertificateList::from_der(&streamed).unwrap();
                prop_assert_eq!(theirs.to_der().unwrap(), streamed);
                Ok(())
            },
        )?;
    }
}

/// Where an entry changes its form: the sign of its serial number, the kind of its time, the days whose
/// dates are kept, and what it ends with.
#[test]
fn forms_of_an_entry() {
    let long = [[0x7f; 20].as_slice(), &[0x80; 19], &[0x7f; 16], &[0x80]];
    for (time, written) in [
        ("1970-01-01T00:00:00Z", &b"\x17\x0d700101000000Z"[..]),
        ("1970-01-01T23:59:59Z", b"\x17\x0d700101235959Z"),
        ("1970-01-02T00:00:00Z", b"\x17\x0d700102000000Z"),
        ("1971-05-28T10:20:30Z", b"\x17\x0d710528102030Z"), // 512 days after 1970-01-01
        ("2028-02-29T09:08:07Z", b"\x17\x0d280229090807Z"),
        ("2049-12-31T23:59:59Z", b"\x17\x0d491231235959Z"),
        ("2050-01-01T00:00:00Z", b"\x18\x0f20500101000000Z"),
    ] {
        for (reason, end) in [
            (None, &[][..]),
            (Some(RevocationReason::Unspecified), &[]),
            (
                Some(RevocationReason::KeyCompromise),
                &[0x30, 12, 0x30, 10, 6, 3, 0x55, 0x1d, 0x15, 4, 3, 0x0a, 1, 1],
            ),
        ] {
            for octets in long {
                let one = CrlEntry {
                    revoked_at: time.parse().unwrap(),
                    reason,
                    ..entry(octets)
                };
                let sign: &[u8] = if octets[0] < 0x80 { &[] } else { &[0] };
                let number = [sign, octets].concat();
                let length = |octets: &[u8]| u8::try_from(octets.len()).unwrap();
                let fields = [&[2, length(&number)], &number[..], written, end].concat();
                let expected = [&[0x30, length(&fields)], &fields[..]].concat();
                let der = with(
                    |_| (),
                    |params| streamed(params, &[entry(&[1]), one], &[9; 70]),
                );
                let found = der.windows(expected.len()).filter(|w| **w == expected[..]);
                assert_eq!(found.count(), 1, "{time} {reason:?} {number:02x?}");
            }
        }
    }
}

/// Larger than the buffer, and than what two octets of a length measure.
#[test]
fn a_long_list() {
    let entries: Vec<_> = (1_u32..=4_000)
        .map(|n| entry(&[&[1; 12][..], &n.to_be_bytes()].concat()))
        .collect();
    with(
        |_| (),
        |params| {
            let der = streamed(params, &entries, &[9; 256]);
            let tbs = tbs_crl(params, entries.iter().copied()).unwrap();
            assert_eq!(der, assemble_crl(&tbs, &ecdsa(), &[9; 256]).unwrap().der());
            assert!(der.len() > 150_000);
        },
    );
}

#[test]
fn what_cannot_be_written() {
    let (one, two) = (entry(&[1]), entry(&[2]));
    let removed = CrlEntry {
        reason: Some(RevocationReason::RemoveFromCrl),
        ..one
    };
    let make = |entries: Vec<CrlEntry>, base_number| {
        with(
            |params| params.base_number = base_number,
            |params| {
                let at_once = tbs_crl(params, entries.clone()).map(drop);
                let stream = CrlStream::new(params, || entries.iter().copied()).map(drop);
                assert_eq!(at_once, stream);
                stream
            },
        )
    };
    assert_eq!(make(vec![one, two], None), Ok(()));
    assert!(matches!(
        make(vec![two, one], None),
        Err(CrlError::Unsorted { .. })
    ));
    assert!(matches!(
        make(vec![one, one], None),
        Err(CrlError::Unsorted { .. })
    ));
    assert!(matches!(
        make(vec![removed], None),
        Err(CrlError::RemoveFromCrl(_))
    ));
    assert_eq!(make(vec![removed], Some(6)), Ok(()));
    // A delta's number is above that of the list that it amends.
    assert_eq!(
        make(vec![], Some(7)),
        Err(CrlError::BaseNumber { number: 7, base: 7 })
    );
}

/// Entries that change between two passes, a signature of another length, a disk that is full.
#[test]
fn what_goes_wrong_while_writing() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    with(
        |_| (),
        |params| {
            let passes = Cell::new(1_u8);
            let growing = CrlStream::new(params, || {
                passes.set(passes.get() + 1);
                (1..passes.get()).map(|n| entry(&[n]))
            })
            .unwrap();
            assert!(matches!(
                growing.digest(HashAlgorithm::Sha256),
                Err(CrlWriteError::Changed)
            ));
            let fine = CrlStream::new(params, || core::iter::once(entry(&[1]))).unwrap();
            assert!(matches!(
                fine.write_tbs(64, HashAlgorithm::Sha256, &mut Full),
                Err(CrlWriteError::Io(_))
            ));
            assert!(matches!(
                fine.write_signature(&[1; 63], 64, &mut io::sink()),
                Err(CrlWriteError::SignatureLength {
                    found: 63,
                    wanted: 64
                })
            ));
        },
    );
}

#[test]
fn the_linter_reads_the_rows_of_the_writer() {
    let made = |change: fn(&mut CrlParams<'_>)| {
        with(change, |params| {
            Crl::parse(&streamed(params, &[entry(&[1])], &[1; 64])).unwrap()
        })
    };
    let whole = made(|_| ());
    let partition = made(|p| p.distribution_point = Some("http://crl.example/1.crl"));
    let delta = made(|p| p.base_number = Some(3));
    let fresh = made(|p| p.freshest_crl = Some("http://crl.example/delta.crl"));
    let rules = |crl, profile| -> Vec<_> {
        lint_crl(crl, profile)
            .iter()
            .map(|finding| finding.rule)
            .collect()
    };
    for (crl, profile, expected) in [
        (&whole, CrlProfile::Complete, vec![]),
        (&fresh, CrlProfile::Complete, vec![]),
        (&partition, CrlProfile::Partition, vec![]),
        (&delta, CrlProfile::Delta, vec![]),
        (
            &whole,
            CrlProfile::Partition,
            vec!["crl.partition.issuing-distribution-point.presence"],
        ),
        (
            &whole,
            CrlProfile::Delta,
            vec!["crl.delta.delta-crl-indicator.presence"],
        ),
        (
            &partition,
            CrlProfile::Complete,
            vec!["crl.extension.unexpected"],
        ),
    ] {
        assert_eq!(rules(crl, profile), expected, "{}", profile.name());
    }
    let late = with(
        |_| (),
        |params| {
            let mut entry = entry(&[1]);
            entry.revoked_at = at(1_900_000_001);
            Crl::parse(&streamed(params, &[entry], &[1; 64])).unwrap()
        },
    );
    assert_eq!(
        rules(&late, CrlProfile::Complete),
        ["crl.entries.revocation-date"]
    );
}
