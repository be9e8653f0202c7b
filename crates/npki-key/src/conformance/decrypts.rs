use npki_core::HashAlgorithm;
use rand_core::CryptoRng;

use super::{Outcome, said, wanted};
use crate::{DecryptError, Decryptor, PublicKey};

/// A promise, and what looks whether it holds.
type Case = (
    &'static str,
    fn(&dyn Decryptor, &mut dyn CryptoRng) -> Outcome,
);

pub(super) const CASES: &[Case] = &[
    ("what is encrypted to it comes back", comes_back),
    (
        "a ciphertext of another length is refused, with one error",
        other_length_is_refused,
    ),
    (
        "PKCS #1 v1.5 with wrong padding gives a message, always the same",
        rejects_implicitly,
    ),
    (
        "OAEP with another label or function is refused, with one error",
        oaep_is_refused,
    ),
];

fn comes_back(key: &dyn Decryptor, rng: &mut dyn CryptoRng) -> Outcome {
    let to = public_key(key)?;
    for message in [&b""[..], b"m", &[7; 48]] {
        let sent = to.encrypt_pkcs1(message, rng).map_err(said)?;
        let found = key.decrypt_pkcs1(&sent, rng).map_err(said)?;
        wanted(*found == message, || format!("{} octets", found.len()))?;
        for (hash, mgf_hash, label) in OAEP {
            let sent = to
                .encrypt_oaep(*hash, *mgf_hash, label, message, rng)
                .map_err(said)?;
            let found = key
                .decrypt_oaep(*hash, *mgf_hash, label, &sent, rng)
                .map_err(said)?;
            wanted(*found == message, || format!("{} octets", found.len()))?;
        }
    }
    Ok(())
}

fn other_length_is_refused(key: &dyn Decryptor, rng: &mut dyn CryptoRng) -> Outcome {
    let mut sent = public_key(key)?
        .encrypt_pkcs1(b"message", rng)
        .map_err(said)?;
    let too_large = vec![0xFF; sent.len()];
    sent.push(0);
    let (longer, shorter) = (&*sent, sent.get(..sent.len() - 2).unwrap_or_default());
    for ciphertext in [longer, shorter, b"", &too_large] {
        match key.decrypt_pkcs1(ciphertext, rng) {
            Err(DecryptError::Failed) => {}
            answer => return Err(format!("{} octets: {answer:?}", ciphertext.len())),
        }
    }
    Ok(())
}

fn rejects_implicitly(key: &dyn Decryptor, rng: &mut dyn CryptoRng) -> Outcome {
    let mut sent = public_key(key)?
        .encrypt_oaep(
            HashAlgorithm::Sha256,
            HashAlgorithm::Sha256,
            b"",
            b"other padding",
            rng,
        )
        .map_err(said)?;
    for round in 0..4 {
        if let Some(last) = sent.last_mut() {
            *last ^= round;
        }
        let first = key.decrypt_pkcs1(&sent, rng).map_err(said)?;
        let second = key.decrypt_pkcs1(&sent, rng).map_err(said)?;
        wanted(*first == *second, || "two messages".into())?;
    }
    Ok(())
}

fn oaep_is_refused(key: &dyn Decryptor, rng: &mut dyn CryptoRng) -> Outcome {
    let (sha1, sha256) = (HashAlgorithm::Sha1, HashAlgorithm::Sha256);
    let sent = public_key(key)?
        .encrypt_oaep(sha256, sha256, b"label", b"message", rng)
        .map_err(said)?;
    let short = sent.get(1..).unwrap_or_default();
    for (hash, mgf_hash, label, ciphertext) in [
        (sha256, sha256, &b"other"[..], &*sent),
        (sha1, sha256, b"label", &sent),
        (sha256, sha1, b"label", &sent),
        (sha256, sha256, b"label", short),
    ] {
        match key.decrypt_oaep(hash, mgf_hash, label, ciphertext, rng) {
            Err(DecryptError::Failed) => {}
            answer => return Err(format!("{hash:?} {mgf_hash:?}: {answer:?}")),
        }
    }
    Ok(())
}

fn public_key(key: &dyn Decryptor) -> Result<PublicKey, String> {
    PublicKey::parse(key.public_key()).map_err(said)
}

const OAEP: &[(HashAlgorithm, HashAlgorithm, &[u8])] = &[
    (HashAlgorithm::Sha1, HashAlgorithm::Sha1, b""),
    (HashAlgorithm::Sha256, HashAlgorithm::Sha256, b""),
    (HashAlgorithm::Sha256, HashAlgorithm::Sha1, b"label"),
];
