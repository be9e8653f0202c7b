use npki_cert::{
    Certificate, HolderClass, KeyUse, PolicyScope, Profile, compute_vid, lint as lint_certificate,
};
use npki_core::{Idn, Product, RandomNumber, Severity};
use serde_json::{Value, json};

use crate::{answer::Outcome, hex, request::Fields};

pub(super) fn vid(fields: &Fields<'_>) -> Outcome {
    let idn = Idn::parse(fields.text("idn")?)?;
    let r = RandomNumber::from_octets(&fields.bytes("r")?)?;
    let vid = compute_vid(fields.hash("hash")?, &idn, &r);
    Ok(json!({ "out": hex::encode(vid.octets()) }))
}

pub(super) fn cert_show(fields: &Fields<'_>) -> Outcome {
    let certificate = fields.certificate("der")?;
    let identity = certificate.identify_data();
    let vid = identity.and_then(|data| data.vid.as_ref());
    let policy = certificate
        .policy()
        .map(|row| row.oid)
        .or_else(|| Some(certificate.policies()?.0.first()?.policy));
    Ok(json!({
        "subject": certificate.subject().to_npki_text(),
        "issuer": certificate.issuer().to_npki_text(),
        "serial": certificate.serial_number().to_string(),
        "product": certificate.product().map(Product::name),
        "holder": certificate.policy().and_then(|row| holder(row.holder)),
        "general_purpose": general_purpose(&certificate),
        "real_name": identity.map(|data| data.real_name.as_str()),
        "vid_hash": vid.map(|vid| vid.hash_algorithm().name()),
        "vid": vid.map(|vid| hex::encode(vid.octets())),
        "policy": policy.map(|oid| oid.to_string()),
        "not_before": certificate.not_before().unix_seconds(),
        "not_after": certificate.not_after().unix_seconds(),
        "ocsp": certificate.ocsp_uris().first(),
        "crldp": certificate.crl_distribution_points().iter().find_map(|point| point.uris.first()),
        "lint": lint(&certificate),
    }))
}

/// Whether the policy is one of general-purpose certificates; `null` for a policy that is not known.
pub(super) fn general_purpose(certificate: &Certificate) -> Value {
    certificate.policy().map_or(Value::Null, |row| {
        Value::Bool(row.scope == PolicyScope::General)
    })
}

fn holder(class: HolderClass) -> Option<&'static str> {
    match class {
        HolderClass::Personal => Some("personal"),
        HolderClass::Business => Some("business"),
        HolderClass::Institution => Some("institution"),
        HolderClass::Server => Some("server"),
        HolderClass::CaService => Some("ca-service"),
        _ => None,
    }
}

/// The ids of the rules of its profile that the certificate breaks, each once. What is only worth a
/// notice breaks none: real certificates have short serial numbers.
fn lint(certificate: &Certificate) -> Vec<&'static str> {
    let profile = match certificate.use_of_key() {
        KeyUse::Ca if certificate.is_self_issued() => Profile::Root,
        KeyUse::Ca => Profile::IssuingCa,
        KeyUse::KeyManagement => Profile::SubscriberKm,
        _ => Profile::SubscriberSign,
    };
    let mut rules: Vec<_> = lint_certificate(certificate, profile)
        .iter()
        .filter(|finding| finding.severity > Severity::Notice)
        .map(|finding| finding.rule)
        .collect();
    rules.dedup();
    rules
}
