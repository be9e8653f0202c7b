//! Real files of other software, read from the folder that `NPKI_VECTORS` names.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

mod common;

use std::{fs, path::PathBuf};

use common::{password, rng};
use npki_cert::Certificate;
use npki_container::{
    Bounds, EncryptedPrivateKeyInfo, OpenError, Pfx, SealScheme, Sealing, lint_key_file,
};
use npki_core::HashAlgorithm;

const BOUNDS: Bounds = Bounds::DEFAULT;
/// Published with PyPinkSign's test data.
const PINK: &str = "WTuA8Ev0lWXVFSiI!";
const R: [u8; 20] = hex_literal::hex!("7858B4328390805129F01C97FE6CA4A520CBD479");

/// A file of the test subscriber; `None` if there is no folder to read from.
fn file(name: &str) -> Option<Vec<u8>> {
    let Some(folder) = std::env::var_os("NPKI_VECTORS") else {
        eprintln!("NPKI_VECTORS is not set: {name} of the real files is passed over");
        return None;
    };
    let path = PathBuf::from(folder)
        .join("npki-test-subscriber")
        .join(name);
    Some(fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display())))
}

#[test]
fn the_key_opens_with_r_and_to_the_same_octets() {
    let (Some(key), Some(plain), Some(certificate)) = (
        file("signPri.key"),
        file("plainSignPriFull.der"),
        file("signCert.der"),
    ) else {
        return;
    };
    let sealed = EncryptedPrivateKeyInfo::parse_any(&key).unwrap();
    assert_eq!(sealed.as_der(), key);
    assert_eq!(
        sealed.scheme().unwrap().to_string(),
        "SEED-CBC, PBKDF1-SHA1, 2048 iterations"
    );
    assert!(lint_key_file(&key).is_empty());

    let certificate = Certificate::parse(&certificate).unwrap();
    let opened = sealed
        .open_for(&password(PINK), &certificate, &BOUNDS)
        .unwrap();
    assert_eq!(opened.expose_der(), plain);
    assert_eq!(opened.random_number().unwrap().expose_octets(), R);
    assert_eq!(
        *sealed
            .expose_private_key_info(&password(PINK), &BOUNDS)
            .unwrap(),
        plain
    );
    assert_eq!(
        sealed
            .open(&password("WTuA8Ev0lWXVFSiI"), &BOUNDS)
            .unwrap_err(),
        OpenError::WrongPasswordOrDamaged
    );

    for scheme in SealScheme::ALL {
        let sealing = Sealing::from(*scheme).with_iterations(1_024).unwrap();
        let new = password("new-Pass-22");
        let again = sealed
            .change_password(&password(PINK), &new, sealing, &BOUNDS, &mut rng())
            .unwrap();
        assert_eq!(again.open(&new, &BOUNDS).unwrap().expose_der(), plain);
    }
}

/// The same plaintext, password, salt and count under 1.2.410.200004.1.4, as three readers of the
/// field agree on it. Its digest is of a file that PyPinkSign opens.
#[test]
fn the_bare_scheme_gives_the_file_that_others_open() {
    let (Some(key), Some(plain)) = (file("signPri.key"), file("plainSignPriFull.der")) else {
        return;
    };
    let ciphertext = npki_container::CbcCipher::Seed
        .encrypt(
            &hex_literal::hex!("6240E2686A6ABBC48C922CCBA906BB91"),
            b"0123456789012345",
            &plain,
        )
        .unwrap();
    let mut bare = key[..36].to_vec();
    bare[15] = 4;
    bare.extend(ciphertext);
    assert_eq!(
        HashAlgorithm::Sha256.digest(&bare).octets(),
        hex_literal::hex!("66a999195f8f7e1f85ab459a474ae1dab8eda718f7a5e3f4fb5c156db670c445")
    );
    let sealed = EncryptedPrivateKeyInfo::parse(&bare).unwrap();
    let opened = sealed.open(&password(PINK), &BOUNDS).unwrap();
    assert_eq!(opened.expose_der(), plain);
}

#[test]
fn the_pfx_opens_with_the_same_key_and_r() {
    let (Some(pfx), Some(plain), Some(certificate)) = (
        file("cert.pfx"),
        file("plainSignPriFull.der"),
        file("signCert.der"),
    ) else {
        return;
    };
    let pfx = Pfx::parse(&pfx, &BOUNDS).unwrap();
    assert_eq!(pfx.encode().unwrap(), pfx.as_bytes());
    let sorted = pfx.open(&password(PINK), &BOUNDS).unwrap().into_pairs();
    let pair = sorted.sign().unwrap();
    assert_eq!(pair.certificate.der(), certificate);
    assert_eq!(pair.key.random_number().unwrap().expose_octets(), R);
    assert_eq!(pair.key.expose_der(), plain);
    assert!(pfx.open(&password("x"), &BOUNDS).is_err());
}
