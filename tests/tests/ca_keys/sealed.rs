//! Keys that lie in encrypted containers, and are opened when the CA starts.

use std::fs;

use npki_container::{Bounds, EncryptedPrivateKeyInfo, OpenError, Password, SealScheme};
use npki_key::{KeyKind, PrivateKey, SigningKey};
use npki_key_aws_lc::AwsLcSigningKey;
use npki_lab::LabLedgers;
use npki_tests::{generator, tool};

use super::{issued, verified};

#[test]
fn openssl_verifies_what_an_opened_key_signed() {
    let Some(openssl) = tool("openssl") else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("ca.key");
    let password = Password::new("a password of two people").unwrap();

    // At the ceremony: the key is made, and what is left of it is a file.
    let made = PrivateKey::generate(KeyKind::Rsa { bits: 2_048 }, &mut generator()).unwrap();
    let public_key = made.public_key().clone();
    let sealed = EncryptedPrivateKeyInfo::seal(
        &made,
        &password,
        SealScheme::Pbes2AriaSha256,
        &mut generator(),
    )
    .unwrap();
    fs::write(&file, sealed.as_der()).unwrap();
    drop(made);

    // When the CA starts.
    let sealed = EncryptedPrivateKeyInfo::parse(&fs::read(&file).unwrap()).unwrap();
    let wrong = Password::new("a password of one").unwrap();
    assert!(matches!(
        sealed.open(&wrong, &Bounds::DEFAULT),
        Err(OpenError::WrongPasswordOrDamaged)
    ));
    let open = || sealed.open(&password, &Bounds::DEFAULT).unwrap();
    type Handle<'a> = &'a dyn Fn() -> Box<dyn SigningKey>;
    let backends: [(&str, Handle<'_>); 2] = [
        ("npki-key", &|| open().signing_key().unwrap()),
        ("npki-key-aws-lc", &|| {
            Box::new(AwsLcSigningKey::new(&open()).unwrap())
        }),
    ];
    for (name, handle) in backends {
        issued(
            dir.path(),
            name,
            &public_key,
            handle,
            &LabLedgers::in_memory(),
        );
        verified(&openssl, dir.path(), name);
    }
}
