//! Messages that OpenSSL has made, and messages in the old Korean dialect: read, written again the same, and verified.

#![expect(
    clippy::unwrap_used,
    reason = "a test that finds something else than it expects is to stop"
)]

use std::fs;
use std::path::{Path, PathBuf};

use npki_cert::Certificate;
use npki_cmp::{Body, EncryptedVid, Message, Protection, oid};
use npki_core::AuthorizationCode;
use npki_key::{PublicKey, SignatureAlgorithm, Verifier as _};

const CODE: &str = "0912978800814393922";

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/vectors")
        .join(name)
}

fn files(name: &str) -> Vec<(String, Vec<u8>)> {
    let mut found: Vec<_> = fs::read_dir(folder(name))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "der"))
        .map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            (name, fs::read(path).unwrap())
        })
        .collect();
    found.sort();
    assert!(!found.is_empty());
    found
}

fn key(name: &str) -> PublicKey {
    let der = fs::read(folder("openssl").join(name)).unwrap();
    PublicKey::parse(Certificate::parse(&der).unwrap().public_key()).unwrap()
}

fn holds(message: &Message) -> bool {
    let code = AuthorizationCode::new(CODE);
    message.verify_mac(&code).is_ok()
        || message.verify_signature(&key("ca.crt")).is_ok()
        || message.verify_signature(&key("ee.crt")).is_ok()
}

#[test]
fn openssl_messages() {
    for (name, der) in files("openssl") {
        let message = Message::parse(&der).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        assert_eq!(message.encode().unwrap(), der, "{name}");
        let kind = match name.split('-').next().unwrap() {
            "certconf" => "certConf",
            "pollreq" => "pollReq",
            "pollrep" => "pollRep",
            "waiting" | "refused" => "ip",
            _ if name == "p10cr-cp" => "cp",
            kind => kind,
        };
        let found = message.body().name();
        // The mock server refuses by an error rather than in an ip.
        assert!(
            found == kind || name == "refused" && found == "error",
            "{name}: {found}"
        );
        assert_eq!(
            message
                .header()
                .transaction_id
                .as_ref()
                .unwrap()
                .as_bytes()
                .len(),
            16
        );
        assert!(message.header().time().is_some());
        assert_eq!(holds(&message), name != "ir-unprotected", "{name}");
        assert!(
            message
                .verify_mac(&AuthorizationCode::new("0912978800814393923"))
                .is_err()
        );
    }
}

#[test]
fn altered_octets_are_told() {
    for (name, der) in files("openssl") {
        // A few octets of each message suffice.
        for at in (0..der.len()).step_by(29) {
            let mut altered = der.clone();
            altered[at] ^= 1;
            if let Ok(message) = Message::parse(&altered) {
                assert_eq!(message.der(), altered);
                // extraCerts alone are not protected.
                let protected = message.protected_part().unwrap();
                let original = Message::parse(&der).unwrap();
                let same = protected == original.protected_part().unwrap()
                    && message.protection() == original.protection();
                assert!(!holds(&message) || same, "{name} {at}");
            }
            assert!(Message::parse(&der[..at]).is_err());
        }
    }
}

#[test]
fn the_proof_of_possession_of_openssl_holds() {
    let (_, der) = files("openssl")
        .into_iter()
        .find(|(name, _)| name == "ir")
        .unwrap();
    let message = Message::parse(&der).unwrap();
    let Body::Ir(requests) = message.body() else {
        panic!()
    };
    let request = &requests[0];
    let Some(npki_cmp::ProofOfPossession::Signature(proof)) = &request.popo else {
        panic!()
    };
    let key = PublicKey::parse(request.public_key().unwrap()).unwrap();
    let algorithm = SignatureAlgorithm::from_identifier(der::referenced::OwnedToRef::owned_to_ref(
        &proof.algorithm,
    ))
    .unwrap();
    let octets = request.possession_octets(proof).unwrap();
    key.verify(&algorithm, &octets, proof.signature.raw_bytes())
        .unwrap();
}

#[test]
fn messages_of_the_old_dialect() {
    for (name, der) in files("korean") {
        let message = Message::parse(&der).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        assert_eq!(message.encode().unwrap(), der, "{name}");
        assert!(message.header().pvno <= 1);
        // Read, and never believed: its MAC is DES.
        if message.header().protection_alg.is_some() {
            let signed = matches!(Protection::of(&message), Ok(Protection::Signature(_)));
            assert!(signed || Protection::of(&message).is_err(), "{name}");
        }
        if let Body::Ir(requests) | Body::Kur(requests) = message.body() {
            let value = requests[0].reg_info(&oid::ENCRYPTED_VID).unwrap();
            let vid: EncryptedVid = value.decode_as().unwrap();
            assert_eq!(vid.encrypted_vid.as_bytes().len(), 256);
            let Some(npki_cmp::ProofOfPossession::Signature(proof)) = &requests[0].popo else {
                panic!()
            };
            let key = PublicKey::parse(requests[0].public_key().unwrap()).unwrap();
            let algorithm = SignatureAlgorithm::from_identifier(
                der::referenced::OwnedToRef::owned_to_ref(&proof.algorithm),
            )
            .unwrap();
            let octets = requests[0].possession_octets(proof).unwrap();
            key.verify(&algorithm, &octets, proof.signature.raw_bytes())
                .unwrap();
        }
    }
}
