use npki_key::PrivateKey;
use serde_json::json;

use crate::{answer::Outcome, hex, request::Fields};
use npki::system_rng;

pub(super) fn rsa_pkcs1_decrypt(fields: &Fields<'_>) -> Outcome {
    let key = PrivateKey::parse(&fields.bytes("pkcs8")?)?;
    let message = key
        .decryptor()?
        .decrypt_pkcs1(&fields.bytes("ct")?, &mut system_rng())?;
    Ok(json!({ "out": hex::encode(&message), "implicit": true }))
}

pub(super) fn rsa_oaep_decrypt(fields: &Fields<'_>) -> Outcome {
    let key = PrivateKey::parse(&fields.bytes("pkcs8")?)?;
    let label = fields.bytes_opt("label")?.unwrap_or_default();
    let message = key.decryptor()?.decrypt_oaep(
        fields.hash("hash")?,
        fields.hash("mgf_hash")?,
        &label,
        &fields.bytes("ct")?,
        &mut system_rng(),
    )?;
    Ok(json!({ "out": hex::encode(&message) }))
}
