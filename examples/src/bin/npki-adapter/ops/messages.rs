use npki::system_rng;
use npki_sign::cms::{Placement, Profile, SignedData, Signing, Verification};
use npki_trust::{Anchors, Request, Revocation, Validator};
use serde_json::json;

use super::folders;
use crate::{
    answer::{No, Outcome},
    hex,
    request::Fields,
};

pub(super) fn cms_verify(fields: &Fields<'_>) -> Outcome {
    let message = SignedData::parse(&fields.bytes("der")?)?;
    let content = fields.bytes_opt("content")?;
    let mut pool = fields.pool("pool")?;
    let signers = message.verify_signatures(&Verification {
        content: content.as_ref().map(|octets| octets.as_slice()),
        certificates: &pool,
        ..Verification::default()
    })?;
    let anchors = fields.certificates("anchors")?;
    if !anchors.is_empty() {
        pool.extend_from_slice(message.certificates());
        let crls = fields.crls("crls")?;
        let at = fields.time("time")?;
        let validator = Validator::new(Anchors::new(anchors));
        for signer in &signers {
            validator.validate(&Request {
                pool: &pool,
                // What no list was given for is not judged.
                revocation: match fields.list("crls")? {
                    [] => Revocation::NotChecked,
                    _ => Revocation::Crls(&crls),
                },
                ..Request::new(signer.certificate(), at)
            })?;
        }
    }
    let content = message
        .content()
        .or(content.as_ref().map(|octets| octets.as_slice()));
    Ok(json!({ "out": hex::encode(content.unwrap_or_default()) }))
}

pub(super) fn cms_sign(fields: &Fields<'_>) -> Outcome {
    let profile = Profile::by_name(fields.text("profile")?).ok_or(No::Unsupported)?;
    let content = fields.bytes("content")?;
    let opened = folders::open(fields)?;
    let placement = if fields.flag("detached")? {
        Placement::Detached
    } else {
        Placement::Attached
    };
    let signing = Signing::new(&content, &opened.certificate)
        .profile(profile)
        .placement(placement);
    let message = SignedData::sign(&signing, &*opened.signing_key, &mut system_rng())?;
    Ok(json!({ "out": hex::encode(message.der()) }))
}
