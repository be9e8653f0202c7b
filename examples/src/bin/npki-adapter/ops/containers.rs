use der::Encode as _;
use npki::system_rng;
use npki_container::{EncryptedPrivateKeyInfo, Password, Pfx, PfxContents, SealScheme, Sealing};
use npki_core::HashAlgorithm;
use npki_key::PrivateKey;
use serde_json::{Value, json};

use super::primitives::bounds;
use crate::{
    answer::{No, Outcome},
    hex,
    request::Fields,
};

pub(super) fn pkcs8_open(fields: &Fields<'_>) -> Outcome {
    let key = open_key(fields)?;
    let mut answer = json!({ "spki": hex::encode(&key.public_key().to_der()?) });
    if let (Some(r), Value::Object(answer)) = (key.random_number(), &mut answer) {
        answer.insert(
            "vid_random".to_owned(),
            hex::encode(r.expose_octets()).into(),
        );
    }
    Ok(answer)
}

pub(super) fn pkcs8_seal(fields: &Fields<'_>) -> Outcome {
    let key = PrivateKey::parse(&fields.bytes("pkcs8")?)?;
    key.check()?;
    let scheme = SealScheme::from_name(fields.text("scheme")?).ok_or(No::Unsupported)?;
    let sealing = match fields.number_opt("iter")? {
        Some(iterations) => Sealing::from(scheme).with_iterations(iterations)?,
        None => scheme.into(),
    };
    let password = fields.password("password")?;
    let sealed = EncryptedPrivateKeyInfo::seal(&key, &password, sealing, &mut system_rng())?;
    Ok(json!({ "out": hex::encode(sealed.as_der()) }))
}

pub(super) fn pkcs12_open(fields: &Fields<'_>) -> Outcome {
    let contents = open_pfx(fields)?;
    let mut spkis = Vec::new();
    for found in &contents.keys {
        spkis.push(hex::encode(&found.key.public_key().to_der()?));
    }
    let mut digests: Vec<_> = contents
        .certificates
        .iter()
        .map(|found| sha256(found.certificate.der()))
        .collect();
    spkis.sort_unstable();
    digests.sort_unstable();
    Ok(json!({
        "keys": contents.keys.len(),
        "certs": contents.certificates.len(),
        "spkis": spkis,
        "cert_sha256": digests,
    }))
}

/// Opens, and drops what was opened. Whoever looks into the memory of this process afterwards finds nothing.
pub(super) fn hold(fields: &Fields<'_>) -> Outcome {
    match fields.text("what")? {
        "pkcs8_open" => drop(open_key(fields)?),
        "pkcs12_open" => drop(open_pfx(fields)?),
        _ => return Err(No::Unsupported),
    }
    Ok(json!({}))
}

pub(super) fn sha256(octets: &[u8]) -> String {
    hex::encode(HashAlgorithm::Sha256.digest(octets).octets())
}

/// A key file with its password, or without one a key that is not encrypted.
fn open_key(fields: &Fields<'_>) -> Result<PrivateKey, No> {
    let der = fields.bytes("der")?;
    if let Some(password) = fields.password_opt("password")? {
        return Ok(EncryptedPrivateKeyInfo::parse(&der)?.open(&password, &bounds())?);
    }
    let key = PrivateKey::parse(&der)?;
    key.check()?;
    Ok(key)
}

/// A PFX with its password; one whose parts are not encrypted needs none.
fn open_pfx(fields: &Fields<'_>) -> Result<PfxContents, No> {
    let password = match fields.password_opt("password")? {
        Some(password) => password,
        None => Password::new("")?,
    };
    let pfx = Pfx::parse(&fields.bytes("der")?, &bounds())?;
    Ok(pfx.open(&password, &bounds())?)
}
