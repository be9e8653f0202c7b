//! How do I open my private key, and what does it tell me?
//!
//! Run: `cargo run --example open_key` (with a made-up key), or on your own:
//! `NPKI_PASSWORD=… cargo run --example open_key -- signPri.key` (or a `.pfx`).
//!
//! Expected:
//!
//! ```text
//! /tmp/…/signPri.key: SEED-CBC, PBKDF1-SHA1, 2048 iterations
//! opened: RSA 2048
//! R: 20 octets, so identity (VID) can be shown
//! it signs: 256 octets
//! a wrong password: wrong password or damaged file
//! ```

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use npki::system_rng;
use npki::wallet::container::{Bounds, EncryptedPrivateKeyInfo, Password, Pfx};
use npki::wallet::media::conformance;
use npki_key::{KeyKind, PrivateKey};

fn main() -> Result<(), Box<dyn Error>> {
    let temporary = tempfile::tempdir()?;
    let (path, password) = match env::args_os().nth(1) {
        Some(path) => (PathBuf::from(path), env::var("NPKI_PASSWORD")?),
        None => (made_up(temporary.path())?, conformance::PASSWORD.to_owned()),
    };
    let password = Password::new(&password)?;
    let file = fs::read(&path)?;

    // What is told without the password: what the file is, and what it asks us to spend.
    let key = match EncryptedPrivateKeyInfo::parse_any(&file) {
        Ok(sealed) => {
            println!("{}: {}", path.display(), sealed.scheme()?);
            sealed.open(&password, &Bounds::DEFAULT)?
        }
        Err(_) => open_pfx(&path, &file, &password)?,
    };
    tell(&key)?;

    // Whatever goes wrong after decryption is one same error; nothing wrong is ever taken for right.
    let wrong = Password::new("not the password")?;
    let refused = match EncryptedPrivateKeyInfo::parse_any(&file) {
        Ok(sealed) => sealed.open(&wrong, &Bounds::DEFAULT).err(),
        Err(_) => Pfx::parse(&file, &Bounds::DEFAULT)?
            .open(&wrong, &Bounds::DEFAULT)
            .err(),
    };
    println!(
        "a wrong password: {}",
        refused.ok_or("it opened with a wrong password")?
    );
    Ok(())
}

/// The signing key of a PFX.
fn open_pfx(path: &Path, file: &[u8], password: &Password) -> Result<PrivateKey, Box<dyn Error>> {
    let pfx = Pfx::parse(file, &Bounds::DEFAULT)?;
    for scheme in pfx.schemes()? {
        println!("{}: {scheme}", path.display());
    }
    let pairs = pfx.open(password, &Bounds::DEFAULT)?.into_pairs();
    let sign = pairs
        .pairs
        .into_iter()
        .next()
        .ok_or("no key with its certificate in the PFX")?;
    println!("certificate: {}", sign.certificate.subject());
    Ok(sign.key)
}

fn tell(key: &PrivateKey) -> Result<(), Box<dyn Error>> {
    match key.kind() {
        KeyKind::Rsa { bits } => println!("opened: RSA {bits}"),
        kind => println!("opened: {kind:?}"),
    }
    match key.random_number() {
        Some(r) => {
            let octets = r.expose_octets().len();
            println!("R: {octets} octets, so identity (VID) can be shown");
        }
        None => println!("R: missing; identity (VID) cannot be shown"),
    }
    let signature = key.signing_key()?.sign(b"message", &mut system_rng())?;
    println!("it signs: {} octets", signature.octets().len());
    Ok(())
}

/// A key file of nobody.
fn made_up(folder: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let path = folder.join("signPri.key");
    fs::write(&path, conformance::subscriber()?.sign.key.as_der())?;
    Ok(path)
}
