use std::thread;

use der::Decode;
use der::asn1::UintRef;
use npki_core::HashAlgorithm;
use rand_core::CryptoRng;
use signature::RandomizedSigner;
use zeroize::Zeroizing;

use super::{Outcome, said, wanted};
use crate::backend::Checked;
use crate::bridge::Expanded;
use crate::{Bridge, SignError, Signature, SignatureAlgorithm, SigningKey, VerifyError};

/// A promise, and what looks whether it holds.
type Case = (
    &'static str,
    fn(&dyn SigningKey, &mut dyn CryptoRng) -> Outcome,
);

pub(super) const CASES: &[Case] = &[
    ("the algorithm goes with the key", |key, _| {
        checked(key).map(drop)
    }),
    ("what it signs verifies with its public key", verifies),
    ("a digest is signed as its message is", digest_as_message),
    (
        "a digest of another function is refused",
        other_function_is_refused,
    ),
    ("a signature has its one form", one_form),
    ("a batch answers each in order", batch_in_order),
    (
        "one that is refused leaves the rest of its batch",
        batch_with_a_refusal,
    ),
    ("several threads sign at once", from_several_threads),
    ("the bridge to RustCrypto's traits signs", by_the_bridge),
    ("its library verifies", its_verifier),
];

fn verifies(key: &dyn SigningKey, rng: &mut dyn CryptoRng) -> Outcome {
    let long = vec![0xA5; 70_000];
    for message in [&b""[..], b"m", &long] {
        let signature = key.sign(message, rng).map_err(said)?;
        holds(key, message, &signature)?;
        if holds(key, b"another message", &signature).is_ok() {
            return Err("it holds over another message too".into());
        }
    }
    Ok(())
}

fn its_verifier(key: &dyn SigningKey, rng: &mut dyn CryptoRng) -> Outcome {
    let verifier = key.verifier(key.public_key()).map_err(said)?;
    let signature = key.sign(b"message", rng).map_err(said)?;
    let verify = |message, signature| verifier.verify(&key.algorithm(), message, signature);
    verify(b"message", signature.octets()).map_err(said)?;
    for (message, signature) in [
        (&b"another message"[..], signature.octets()),
        (b"message", &[]),
        (b"message", &vec![0x5A; signature.octets().len()]),
    ] {
        if verify(message, signature) != Err(VerifyError::Mismatch) {
            return Err(format!("{} octets hold", signature.len()));
        }
    }
    wanted(verifier.public_key() == key.public_key(), || {
        "it has another key".into()
    })
}

fn digest_as_message(key: &dyn SigningKey, rng: &mut dyn CryptoRng) -> Outcome {
    let digest = key.algorithm().hash().digest(b"message");
    let by_digest = key.sign_digest(&digest, rng).map_err(said)?;
    holds(key, b"message", &by_digest)?;
    if !matches!(key.algorithm(), SignatureAlgorithm::RsaPkcs1(_)) {
        return Ok(());
    }
    // Nothing random is in it: RFC 8017 section 8.2.
    let by_message = key.sign(b"message", rng).map_err(said)?;
    wanted(by_message == by_digest, || "two signatures differ".into())
}

fn other_function_is_refused(key: &dyn SigningKey, rng: &mut dyn CryptoRng) -> Outcome {
    let own = key.algorithm().hash();
    for other in HashAlgorithm::ALL.iter().filter(|hash| **hash != own) {
        match key.sign_digest(&other.digest(b"message"), rng) {
            Err(SignError::Digest { found, wanted }) if found == *other && wanted == own => {}
            answer => return Err(format!("{other:?}: {answer:?}")),
        }
    }
    Ok(())
}

fn one_form(key: &dyn SigningKey, rng: &mut dyn CryptoRng) -> Outcome {
    let digest = key.algorithm().hash().digest(b"message");
    // Short numbers are rare: some of these have one.
    for _ in 0..8 {
        let signature = key.sign_digest(&digest, rng).map_err(said)?;
        let octets = signature.octets();
        if let SignatureAlgorithm::Ecdsa(_) = key.algorithm() {
            let numbers = Vec::<UintRef<'_>>::from_der(octets).map_err(said)?;
            wanted(numbers.len() == 2, || format!("{} numbers", numbers.len()))?;
        } else {
            let modulus = modulus_octets(key)?;
            wanted(octets.len() == modulus, || {
                format!("{} octets, the modulus has {modulus}", octets.len())
            })?;
        }
    }
    Ok(())
}

fn batch_in_order(key: &dyn SigningKey, rng: &mut dyn CryptoRng) -> Outcome {
    let nothing = key.sign_batch(&[], rng).len() + key.sign_digest_batch(&[], rng).len();
    wanted(nothing == 0, || {
        format!("{nothing} answers to empty batches")
    })?;
    let messages: [&[u8]; 3] = [b"one", b"two", b"three"];
    let digests = messages.map(|message| key.algorithm().hash().digest(message));
    for signatures in [
        key.sign_batch(&messages, rng),
        key.sign_digest_batch(&digests, rng),
    ] {
        let found = signatures.len();
        wanted(found == messages.len(), || format!("{found} answers"))?;
        for (message, signature) in messages.iter().zip(signatures) {
            holds(key, message, &signature.map_err(said)?)?;
        }
    }
    Ok(())
}

fn batch_with_a_refusal(key: &dyn SigningKey, rng: &mut dyn CryptoRng) -> Outcome {
    let own = key.algorithm().hash();
    let other = match own {
        HashAlgorithm::Sha256 => HashAlgorithm::Sha512,
        _ => HashAlgorithm::Sha256,
    };
    let batch = [own, other, own].map(|hash| hash.digest(b"message"));
    let answers = key.sign_digest_batch(&batch, rng);
    match answers.as_slice() {
        [Ok(first), Err(SignError::Digest { .. }), Ok(last)] => {
            holds(key, b"message", first)?;
            holds(key, b"message", last)
        }
        answers => Err(said(answers)),
    }
}

fn from_several_threads(key: &dyn SigningKey, rng: &mut dyn CryptoRng) -> Outcome {
    thread::scope(|scope| {
        let threads: Vec<_> = (0_u8..4)
            .map(|number| {
                let mut rng = expanded(rng);
                scope.spawn(move || {
                    for round in 0..2 {
                        let message = [number, round];
                        let signature = key.sign(&message, &mut rng).map_err(said)?;
                        holds(key, &message, &signature)?;
                    }
                    Ok(())
                })
            })
            .collect();
        threads
            .into_iter()
            .try_for_each(|thread| thread.join().unwrap_or_else(|_| Err("it panicked".into())))
    })
}

fn by_the_bridge(key: &dyn SigningKey, rng: &mut dyn CryptoRng) -> Outcome {
    let signature = Bridge(key)
        .try_sign_with_rng(&mut expanded(rng), b"message")
        .map_err(said)?;
    holds(key, b"message", &signature)
}

/// Whether the signature holds over `message`, as this crate's verifier judges.
fn holds(key: &dyn SigningKey, message: &[u8], signature: &Signature) -> Outcome {
    let digest = key.algorithm().hash().digest(message);
    checked(key)?
        .signature(&digest, signature.octets().to_vec())
        .map(drop)
        .map_err(|_| "it does not hold".into())
}

fn checked(key: &dyn SigningKey) -> Result<Checked, String> {
    Checked::new(key.public_key(), key.algorithm()).map_err(said)
}

fn modulus_octets(key: &dyn SigningKey) -> Result<usize, String> {
    let octets = key.public_key().subject_public_key.raw_bytes();
    let public_key = pkcs1::RsaPublicKeyRef::from_der(octets).map_err(said)?;
    Ok(public_key.modulus.as_bytes().len())
}

/// A generator of its own for each thread.
fn expanded(rng: &mut dyn CryptoRng) -> Expanded {
    let mut seed = Zeroizing::new([0; 32]);
    rng.fill_bytes(seed.as_mut_slice());
    Expanded::new(seed)
}
