//! Signatures of each backend: RSA-2048 and P-256 with SHA-256, checked before they leave, over one digest.
//!
//! ```sh
//! cargo bench -p npki-benches --bench sign
//! ```
//!
//! Beside it the system's libcrypto, which blinds and, for RSA, checks its result as well. The first row of each table is
//! AWS-LC without our handle around it. Then the same signatures verified, by a key that was read before. Figures: `benches/README.md`.

use std::cell::RefCell;
use std::error::Error;

use aws_lc_rs::digest;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, RSA_PKCS1_SHA256};
use npki::system_rng;
use npki_benches::{Peers, Row, Table, rounds};
use npki_core::HashAlgorithm;
use npki_key::{PrivateKey, PublicKey, SigningKey, Verifier};
use npki_key_aws_lc::{AwsLcSigningKey, AwsLcVerifier};

fn main() -> Result<(), Box<dyn Error>> {
    println!("{} rounds", rounds());
    let peers = Peers::start("sign").map(RefCell::new);
    let (rsa, p256) = (PrivateKey::parse(RSA)?, PrivateKey::parse(P256)?);
    let message = digest::digest(&digest::SHA256, MESSAGE);

    let bare = KeyPair::from_pkcs8(RSA)?;
    let mut octets = vec![0; bare.public_modulus_len()];
    let mut table = Table::default();
    table.add(Row::here("AWS-LC itself, RSA-2048", 20, || {
        bare.sign_digest(&RSA_PKCS1_SHA256, &message, &mut octets)
    }));
    run(table, &rsa, "RSA-2048", &peers)?;

    let bare = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, P256)?;
    let rng = SystemRandom::new();
    let mut table = Table::default();
    table.add(Row::here("AWS-LC itself, P-256", 100, || {
        bare.sign(&rng, MESSAGE)
    }));
    run(table, &p256, "P-256", &peers)
}

fn run<'a>(
    mut table: Table<'a>,
    key: &PrivateKey,
    kind: &str,
    peers: &'a Option<RefCell<Peers>>,
) -> Result<(), Box<dyn Error>> {
    let digest = HashAlgorithm::Sha256.digest(MESSAGE);
    let handles: [(&str, Box<dyn SigningKey>); 2] = [
        ("npki-key-aws-lc", Box::new(AwsLcSigningKey::new(key)?)),
        ("npki-key", key.signing_key()?),
    ];
    for (name, handle) in handles {
        let digest = digest.clone();
        table.add(Row::here(&format!("{name}, {kind}"), 20, move || {
            handle.sign_digest(&digest, &mut system_rng())
        }));
    }
    if let Some(peers) = peers {
        let names = peers.borrow().names();
        for name in names.into_iter().filter(|name| name.ends_with(kind)) {
            let asked = name.clone();
            table.add(Row::new(&name, move || peers.borrow_mut().measure(&asked)));
        }
    }
    table.run(rounds());
    table.print((1e3, "µs"));
    println!();
    verified(key, kind)
}

fn verified(key: &PrivateKey, kind: &str) -> Result<(), Box<dyn Error>> {
    let (handle, digest) = (key.signing_key()?, HashAlgorithm::Sha256.digest(MESSAGE));
    let signature = handle.sign_digest(&digest, &mut system_rng())?;
    let verifiers: [(&str, Box<dyn Verifier>); 2] = [
        (
            "npki-key-aws-lc",
            Box::new(AwsLcVerifier::new(handle.public_key())?),
        ),
        ("npki-key", Box::new(PublicKey::parse(handle.public_key())?)),
    ];
    let mut table = Table::default();
    for (name, verifier) in verifiers {
        let (algorithm, digest, signature) = (handle.algorithm(), &digest, signature.octets());
        table.add(Row::here(
            &format!("{name}, {kind}, verified"),
            100,
            move || verifier.verify_digest(&algorithm, digest, signature),
        ));
    }
    table.run(rounds());
    table.print((1e3, "µs"));
    println!();
    Ok(())
}

const MESSAGE: &[u8] = b"a message of which every backend signs the digest";
const RSA: &[u8] = include_bytes!("../crates/npki-key/tests/vectors/keys/rsa-2048.der");
const P256: &[u8] = include_bytes!("../crates/npki-key/tests/vectors/keys/p256.der");
