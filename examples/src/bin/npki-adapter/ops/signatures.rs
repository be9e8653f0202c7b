use der::Decode as _;
use npki_core::HashAlgorithm;
use npki_key::{KeyError, PrivateKey, PublicKey, SignatureAlgorithm, Verifier as _};
use serde_json::json;
use spki::SubjectPublicKeyInfoOwned;

use crate::{
    answer::{No, Outcome},
    hex,
    request::Fields,
};
use npki::system_rng;

pub(super) fn rsa_pkcs1_verify(fields: &Fields<'_>) -> Outcome {
    verify(fields, SignatureAlgorithm::RsaPkcs1)
}

pub(super) fn ecdsa_verify(fields: &Fields<'_>) -> Outcome {
    verify(fields, SignatureAlgorithm::Ecdsa)
}

pub(super) fn rsa_pss_verify(fields: &Fields<'_>) -> Outcome {
    let mgf_hash = fields.hash("mgf_hash")?;
    // A salt that no identifier of the library can name.
    let salt_len =
        u8::try_from(fields.number::<u64>("salt_len")?).map_err(|_| No::Refused("signature"))?;
    verify(fields, |hash| SignatureAlgorithm::RsaPss {
        hash,
        mgf_hash,
        salt_len,
    })
}

pub(super) fn rsa_pkcs1_sign(fields: &Fields<'_>) -> Outcome {
    let key = PrivateKey::parse(&fields.bytes("pkcs8")?)?;
    let algorithm = SignatureAlgorithm::RsaPkcs1(fields.hash("hash")?);
    let signature = key
        .signing_key_with(algorithm)?
        .sign(&fields.bytes("msg")?, &mut system_rng())?;
    Ok(json!({ "out": hex::encode(signature.octets()) }))
}

fn verify(
    fields: &Fields<'_>,
    algorithm: impl FnOnce(HashAlgorithm) -> SignatureAlgorithm,
) -> Outcome {
    let info = SubjectPublicKeyInfoOwned::from_der(&fields.bytes("spki")?)?;
    let key = PublicKey::parse(&info).map_err(|error| match error {
        // Not a judgement of the signature: such keys (id-RSASSA-PSS, other curves) are not worked with at all.
        KeyError::UnsupportedAlgorithm { .. } | KeyError::UnsupportedCurve { .. } => {
            No::Unsupported
        }
        error => error.into(),
    })?;
    let algorithm = algorithm(fields.hash("hash")?);
    key.verify(&algorithm, &fields.bytes("msg")?, &fields.bytes("sig")?)?;
    Ok(json!({}))
}
