//! Messages that other software made, read from the folder named by `NPKI_VECTORS`.

use std::{fs, path::PathBuf};

use chacha20::{ChaCha20Rng, rand_core::SeedableRng};
use npki_cert::Certificate;
use npki_core::HashAlgorithm;
use npki_key::PrivateKey;
use npki_sign::{
    cms::{Profile, SignedData, Signing, Verification},
    login::{Challenge, LoginCheck, verify_login_signature},
    pkcs1,
};

/// The subscriber's folder; `None` when the variable is not set.
fn subscriber() -> Option<PathBuf> {
    let Some(root) = std::env::var_os("NPKI_VECTORS") else {
        eprintln!("passing over: NPKI_VECTORS is not set");
        return None;
    };
    let folder = PathBuf::from(root).join("npki-test-subscriber");
    assert!(
        fs::read_dir(&folder).is_ok_and(|mut entries| entries.next().is_some()),
        "NPKI_VECTORS is set, but {} is absent or empty",
        folder.display()
    );
    Some(folder)
}

const MESSAGE: &[u8] = b"TEST_MSG";

#[test]
fn the_cms_of_pypinksign() {
    let Some(folder) = subscriber() else { return };
    let read = |name: &str| fs::read(folder.join(name)).unwrap();
    let der = read("pkcs7SignedMsg.der");
    let message = SignedData::parse(&der).unwrap();
    assert_eq!(message.der(), der);
    assert_eq!(message.content(), Some(MESSAGE));
    let signers = message.verify_signatures(&Verification::default()).unwrap();
    assert_eq!(signers.len(), 1);
    assert_eq!(signers[0].certificate().der(), read("signCert.der"));
    assert_eq!(signers[0].signing_time(), None);

    // It answers one challenge and no other.
    let challenge = |octets: &[u8]| Challenge::from_octets(octets).unwrap();
    let signer = verify_login_signature(&der, &challenge(MESSAGE)).unwrap();
    assert_eq!(signer.certificate().der(), read("signCert.der"));
    for other in [&b"TEST_MSH"[..], b"TEST_MSG\0", b"TEST_MS"] {
        let error = verify_login_signature(&der, &challenge(other)).unwrap_err();
        assert_eq!(error.check(), LoginCheck::Challenge);
    }
}

/// PKCS#1 v1.5 has no randomness: with the same key the profile gives the same octets.
#[test]
fn noattr_is_what_pypinksign_writes() {
    let Some(folder) = subscriber() else { return };
    let read = |name: &str| fs::read(folder.join(name)).unwrap();
    let certificate = Certificate::parse(&read("signCert.der")).unwrap();
    let key = PrivateKey::parse(&read("plainSignPri.der")).unwrap();
    let key = key.signing_key().unwrap();
    let rng = &mut ChaCha20Rng::from_seed([1; 32]);
    let signing = Signing::new(MESSAGE, &certificate).profile(Profile::NOATTR);
    let ours = SignedData::sign(&signing, &*key, rng).unwrap();
    assert_eq!(ours.der(), read("pkcs7SignedMsg.der"));
}

#[test]
fn the_bare_signature_of_pypinksign() {
    let Some(folder) = subscriber() else { return };
    let read = |name: &str| fs::read(folder.join(name)).unwrap();
    let certificate = Certificate::parse(&read("signCert.der")).unwrap();
    let signature = read("pkcs1Sign.bin");
    let check = |text: &[u8], signature: &[u8], hash| {
        pkcs1::verify(text, signature, &certificate, hash).is_ok()
    };
    assert!(check(MESSAGE, &signature, HashAlgorithm::Sha256));
    assert!(!check(MESSAGE, &signature, HashAlgorithm::Sha1));
    assert!(!check(b"TEST_MSH", &signature, HashAlgorithm::Sha256));
    assert!(!check(MESSAGE, &signature[1..], HashAlgorithm::Sha256));
    assert!(!check(MESSAGE, &[], HashAlgorithm::Sha256));

    let key = PrivateKey::parse(&read("plainSignPri.der")).unwrap();
    let key = key.signing_key().unwrap();
    let rng = &mut ChaCha20Rng::from_seed([1; 32]);
    assert_eq!(pkcs1::sign(MESSAGE, &*key, rng).unwrap(), signature);
}
