//! OCSP messages: what is written reads back, what is not DER is refused. What OpenSSL writes is read, and what is written
//! here judged by OpenSSL, in npki-trust.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

use const_oid::db::rfc5912::ECDSA_WITH_SHA_256;
use hex_literal::hex;
use npki_cert::{
    CertError, CertId, CertStatus, Certificate, Name, OcspAnswer, OcspParams, OcspRequest,
    OcspResponse, OcspResponseStatus, OcspTbsError, ResponderId, RevocationReason, SerialNumber,
    assemble_ocsp, tbs_ocsp,
};
use npki_core::{HashAlgorithm, Instant};
use proptest::prelude::*;
use spki::AlgorithmIdentifierOwned;

fn certificate() -> Certificate {
    Certificate::parse(include_bytes!("vectors/openssl/subscriber.der")).unwrap()
}

fn id(hash: HashAlgorithm, serial: u64) -> CertId {
    let certificate = certificate();
    let serial = SerialNumber::from_octets(&serial.to_be_bytes()).unwrap();
    CertId::of(hash, certificate.issuer(), certificate.public_key(), serial)
}

fn at(seconds: i64) -> Instant {
    Instant::from_unix_seconds(seconds).unwrap()
}

fn ecdsa() -> AlgorithmIdentifierOwned {
    AlgorithmIdentifierOwned {
        oid: ECDSA_WITH_SHA_256,
        parameters: None,
    }
}

fn answer(status: CertStatus) -> OcspAnswer {
    OcspAnswer {
        id: id(HashAlgorithm::Sha1, 7),
        status,
        this_update: at(1_700_000_000),
        next_update: at(1_700_086_400),
    }
}

fn response(responder: &ResponderId, nonce: Option<&[u8]>, answers: &[OcspAnswer]) -> Vec<u8> {
    let params = OcspParams {
        responder,
        produced_at: at(1_700_000_000),
        nonce,
    };
    let tbs = tbs_ocsp(&params, answers.iter().cloned()).unwrap();
    assemble_ocsp(&tbs, &ecdsa(), &[1, 2, 3], &[certificate()]).unwrap()
}

#[test]
fn a_question_is_written_as_rfc_5019_has_it() {
    let request = OcspRequest::new([id(HashAlgorithm::Sha1, 0x1001)], None);
    let der = request.encode().unwrap();
    // SEQUENCE { tbsRequest { requestList { Request { CertID { sha1 NULL, 20, 20, 1001 } } } } }
    assert_eq!(der[..8], hex!("3043 3041 303f 303d")[..8]);
    assert_eq!(der[8..21], hex!("303b 3009 06052b0e03021a0500")[..]);
    assert_eq!(der[der.len() - 4..], hex!("02021001"));
    assert_eq!(OcspRequest::parse(&der), Ok(request));
}

#[test]
fn an_id_names_one_certificate() {
    let certificate = certificate();
    let other_key = Certificate::parse(include_bytes!("vectors/openssl/root.der")).unwrap();
    for hash in HashAlgorithm::ALL {
        let id = CertId::of(
            *hash,
            certificate.issuer(),
            certificate.public_key(),
            *certificate.serial_number(),
        );
        assert!(id.is_of(certificate.issuer(), certificate.public_key()));
        assert!(!id.is_of(certificate.subject(), certificate.public_key()));
        assert!(!id.is_of(certificate.issuer(), other_key.public_key()));
        let mut unknown = id.clone();
        unknown.hash_algorithm.oid = ECDSA_WITH_SHA_256;
        assert!(!unknown.is_of(certificate.issuer(), certificate.public_key()));
    }
}

/// The same octets with one change: what makes them another thing than DER of RFC 6960 is refused.
#[test]
fn what_is_not_the_message_is_refused() {
    let request = OcspRequest::new([id(HashAlgorithm::Sha1, 7)], Some(&[9; 4]))
        .encode()
        .unwrap();
    assert!(OcspRequest::parse(&request).is_ok());
    let mut trailing = request.clone();
    trailing.push(0);
    assert!(matches!(
        OcspRequest::parse(&trailing),
        Err(CertError::TrailingData { .. })
    ));
    assert!(matches!(
        OcspRequest::parse(&vec![0; OcspRequest::MAX_OCTETS + 1]),
        Err(CertError::TooLong { .. })
    ));
    // An empty list reads: it asks nothing, and is answered so.
    let nothing = hex!("3004 3002 3000");
    assert_eq!(OcspRequest::parse(&nothing).unwrap().asked(), []);
    for (what, der) in [
        ("an explicit v1", &hex!("3009 3007 a003020100 3000")[..]),
        ("v2", &hex!("3009 3007 a003020101 3000")),
        ("no list", &hex!("3002 3000")),
        ("extensions without any", &hex!("3008 3006 3000 a2023000")),
        (
            "two nonces",
            &hex!(
                "302a 3028 3000 a224 3022 300f 06092b0601050507300102 04020400 300f 06092b0601050507300102 04020400"
            ),
        ),
    ] {
        assert!(OcspRequest::parse(der).is_err(), "{what}");
    }
    for (what, der, fine) in [
        ("malformedRequest", &hex!("3003 0a0101")[..], true),
        ("unauthorized", &hex!("3003 0a0106"), true),
        ("status 4", &hex!("3003 0a0104"), false),
        ("status 7", &hex!("3003 0a0107"), false),
        ("successful without an answer", &hex!("3003 0a0100"), false),
        ("a status of two octets", &hex!("3004 0a020001"), false),
        (
            "a refusal with an answer",
            &hex!("300e 0a0106 a009 3007 06032a0304 0400"),
            false,
        ),
        (
            "an answer of another type",
            &hex!("300e 0a0100 a009 3007 06032a0304 0400"),
            true,
        ),
    ] {
        let read = OcspResponse::parse(der);
        assert_eq!(read.is_ok(), fine, "{what}");
        if let Ok(read) = read {
            assert_eq!(read.encode().unwrap(), der, "{what}");
            assert!(read.basic().is_none());
        }
    }
}

#[test]
fn a_nonce_without_its_octet_string_is_read() {
    // requestExtensions { id-pkix-ocsp-nonce, 04 03 (01 02 03) }: older than RFC 8954.
    let der = hex!("301b 3019 3000 a215 3013 3011 06092b0601050507300102 0404 01020304");
    let request = OcspRequest::parse(&der).unwrap();
    assert_eq!(request.nonce(), Some(&[1, 2, 3, 4][..]));
    let wrapped = OcspRequest::new([], Some(&[1, 2, 3, 4]));
    assert_eq!(wrapped.nonce(), request.nonce());
    assert_ne!(wrapped.encode().unwrap(), der);
}

#[test]
fn refusals_read_back() {
    for status in [
        OcspResponseStatus::MalformedRequest,
        OcspResponseStatus::InternalError,
        OcspResponseStatus::TryLater,
        OcspResponseStatus::SigRequired,
        OcspResponseStatus::Unauthorized,
    ] {
        let der = OcspResponse::refusal(status).unwrap().encode().unwrap();
        assert_eq!(der, [0x30, 3, 0x0a, 1, status.code()]);
        assert_eq!(OcspResponse::parse(&der).unwrap().status(), status);
    }
    assert_eq!(OcspResponse::refusal(OcspResponseStatus::Successful), None);
}

#[test]
fn an_answer_that_cannot_be_made() {
    let responder = ResponderId::by_key_of(&certificate());
    let params = OcspParams {
        responder: &responder,
        produced_at: at(0),
        nonce: None,
    };
    let good = answer(CertStatus::Good);
    assert!(tbs_ocsp(&params, [good.clone()]).is_ok());
    assert_eq!(tbs_ocsp(&params, []), Err(OcspTbsError::Empty));
    for (this, next, fine) in [(0, 0, true), (1, 0, false), (-1, 0, false)] {
        let answer = OcspAnswer {
            this_update: at(this),
            next_update: at(next),
            ..good.clone()
        };
        assert_eq!(tbs_ocsp(&params, [answer]).is_ok(), fine, "{this} {next}");
    }
}

fn status() -> impl Strategy<Value = CertStatus> {
    let reason = proptest::option::of(proptest::sample::select(RevocationReason::ALL));
    prop_oneof![
        Just(CertStatus::Good),
        Just(CertStatus::Unknown),
        (0..4_000_000_000_i64, reason).prop_map(|(seconds, reason)| CertStatus::Revoked {
            at: at(seconds),
            reason,
        }),
    ]
}

fn responder() -> impl Strategy<Value = ResponderId> {
    prop_oneof![
        Just(ResponderId::by_key_of(&certificate())),
        Just(ResponderId::by_name_of(&certificate())),
        Just(ResponderId::ByName(
            Name::from_npki_text("cn=응답자,o=Lab-yessign,c=kr").unwrap()
        )),
    ]
}

proptest! {
    #[test]
    fn questions_read_back(
        serials in proptest::collection::vec(1_u64.., 0..5),
        hash in proptest::sample::select(HashAlgorithm::ALL),
        nonce in proptest::option::of(proptest::collection::vec(any::<u8>(), 1..33)),
    ) {
        let ids: Vec<_> = serials.iter().map(|serial| id(hash, *serial)).collect();
        let request = OcspRequest::new(ids.clone(), nonce.as_deref());
        let read = OcspRequest::parse(&request.encode().unwrap()).unwrap();
        prop_assert_eq!(read.nonce(), nonce.as_deref());
        prop_assert!(read.asked().iter().map(|asked| asked.id()).eq(ids.iter()));
        prop_assert_eq!(read, request);
    }

    #[test]
    fn answers_read_back(
        statuses in proptest::collection::vec(status(), 1..4),
        responder in responder(),
        nonce in proptest::option::of(proptest::collection::vec(any::<u8>(), 1..33)),
    ) {
        let answers: Vec<_> = statuses.iter().map(|status| answer(*status)).collect();
        let der = response(&responder, nonce.as_deref(), &answers);
        let read = OcspResponse::parse(&der).unwrap();
        prop_assert_eq!(read.encode().unwrap(), der);
        let basic = read.basic().unwrap();
        prop_assert_eq!(basic.responder(), &responder);
        prop_assert_eq!(basic.nonce(), nonce.as_deref());
        prop_assert_eq!(basic.signature(), [1, 2, 3]);
        prop_assert!(basic.certificates().eq([certificate()]));
        let found: Vec<_> = basic.responses().iter().map(|single| single.status()).collect();
        prop_assert_eq!(found, statuses);
    }

    #[test]
    fn damaged_messages_are_refused_or_read_as_they_are(
        at in 0_usize..400,
        octet in any::<u8>(),
        cut in 0_usize..3,
    ) {
        let request = OcspRequest::new([id(HashAlgorithm::Sha256, 7)], Some(&[9; 16])).encode().unwrap();
        let response = response(&ResponderId::by_key_of(&certificate()), Some(&[9; 16]), &[answer(CertStatus::Good)]);
        for mut der in [request, response] {
            let at = at % der.len();
            der[at] = octet;
            der.truncate(der.len() - cut);
            if let Ok(read) = OcspRequest::parse(&der) {
                prop_assert_eq!(read.encode().unwrap(), der.clone());
            }
            if let Ok(read) = OcspResponse::parse(&der) {
                prop_assert_eq!(read.encode().unwrap(), der);
            }
        }
    }
}
