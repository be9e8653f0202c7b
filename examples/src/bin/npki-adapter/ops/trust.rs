use const_oid::ObjectIdentifier;
use npki_cert::{Crl, OcspResponse, PolicyOid};
use npki_trust::{
    AlgorithmPolicy, Anchors, CrlVerdict, OcspFreshness, OcspQuestion, OcspVerdict, PolicySet,
    Request, Revocation, Validator, judge_crl, judge_ocsp,
};
use serde_json::json;

use crate::{
    answer::{No, Outcome},
    request::{Fields, Node},
};

pub(super) fn path_validate(fields: &Fields<'_>) -> Outcome {
    // Names of hosts and mail addresses are not matched here.
    if fields.get("peer").is_some() {
        return Err(No::Unsupported);
    }
    let validator = validator(fields)?;
    let leaf = fields.certificate("leaf")?;
    let chain = match fields.get("chain") {
        Some(_) => Some(fields.certificates("chain")?),
        None => None,
    };
    let pool = fields.pool("pool")?;
    let crls = fields.crls("crls")?;
    let path = validator.validate(&Request {
        chain: chain.as_deref(),
        pool: &pool,
        revocation: match fields.text_opt("revocation")? {
            None | Some("none") => Revocation::NotChecked,
            Some("crl") => Revocation::Crls(&crls),
            Some(_) => return Err(No::BAD_REQUEST),
        },
        ..Request::new(&leaf, fields.time("time")?)
    })?;
    let policies: Vec<_> = path
        .policies()
        .oids()
        .iter()
        .map(PolicyOid::to_string)
        .collect();
    Ok(json!({ "policies": policies }))
}

pub(super) fn crl_check(fields: &Fields<'_>) -> Outcome {
    let crl = Crl::parse(&fields.bytes("crl")?)?;
    let issuer = fields.certificate("issuer")?;
    let certificate = fields.certificate("cert")?;
    let verdict = judge_crl(
        &crl,
        &issuer,
        &certificate,
        fields.time("time")?,
        AlgorithmPolicy::new(),
    )?;
    Ok(match verdict {
        CrlVerdict::Good => json!({ "revoked": false, "reason": null }),
        CrlVerdict::Revoked { reason, .. } => json!({ "revoked": true, "reason": reason.name() }),
    })
}

/// Asks one response about one certificate.
///
/// `signers` are responders that who asks trusts for this CA, and certificates that may be needed; a root among them
/// may have certified the responder. Without a `time` nothing is judged that depends on it: freshness, and whether
/// SHA-1 and RSA of 1,024 bits are still strong enough.
pub(super) fn ocsp_check(fields: &Fields<'_>) -> Outcome {
    let response = OcspResponse::parse(&fields.bytes("resp")?)?;
    let issuer = fields.certificate("issuer")?;
    let certificate = fields.certificate("cert")?;
    let signers = fields.pool("signers")?;
    let root = signers
        .iter()
        .find(|signer| signer.is_ca() && signer.subject().matches(issuer.issuer()));
    let (freshness, algorithms) = match fields.time_opt("time")? {
        Some(at) => (OcspFreshness::At(at), AlgorithmPolicy::new()),
        None => (
            OcspFreshness::DangerNotJudged,
            AlgorithmPolicy::new()
                .danger_trust_sha1()
                .danger_trust_rsa_1024(),
        ),
    };
    let verdict = judge_ocsp(
        &response,
        &OcspQuestion {
            freshness,
            algorithms,
            root,
            responders: &signers,
            pool: &signers,
            ..OcspQuestion::new(&certificate, &issuer, certificate.not_before())
        },
    )?;
    Ok(match verdict {
        OcspVerdict::Good => json!({ "status": "good" }),
        OcspVerdict::Revoked { reason, .. } => {
            json!({ "status": "revoked", "reason": reason.name() })
        }
        OcspVerdict::Unknown => json!({ "status": "unknown" }),
    })
}

/// A validator as the line describes it.
fn validator(fields: &Fields<'_>) -> Result<Validator, No> {
    let mut validator = Validator::new(Anchors::new(fields.certificates("anchors")?));
    if fields.get("policies").is_some() {
        let policies: Result<Vec<PolicyOid>, _> = fields
            .texts("policies")?
            .iter()
            .map(|oid| oid.parse())
            .collect();
        validator = validator.policies(PolicySet::of(policies.map_err(|_| No::BAD_REQUEST)?));
    }
    if fields.flag("explicit")? {
        validator = validator.require_explicit_policy();
    }
    if fields.flag("inhibit_map")? {
        validator = validator.inhibit_policy_mapping();
    }
    if fields.flag("inhibit_any")? {
        validator = validator.inhibit_any_policy();
    }
    if let Some(cas) = fields.number_opt("max_depth")? {
        validator = validator.max_path_length(cas);
    }
    if let Some(usage) = extended_key_usage(fields)? {
        validator = validator.extended_key_usage(usage);
    }
    Ok(validator)
}

/// One use: as text, or in a list of one. Several at once are not asked for by the library.
fn extended_key_usage(fields: &Fields<'_>) -> Result<Option<ObjectIdentifier>, No> {
    let text = match fields.get("eku") {
        None => return Ok(None),
        Some(Node::List(list)) => match list.as_slice() {
            [] => return Ok(None),
            [one] => one.text(),
            _ => return Err(No::Unsupported),
        },
        Some(node) => node.text(),
    };
    let text = text.ok_or(No::BAD_REQUEST)?;
    let named = USES
        .iter()
        .find(|(name, _)| *name == text)
        .map(|(_, oid)| *oid);
    named
        .or_else(|| ObjectIdentifier::new(text).ok())
        .map(Some)
        .ok_or(No::BAD_REQUEST)
}

/// RFC 5280 section 4.2.1.12.
const USES: &[(&str, ObjectIdentifier)] = &[
    ("serverAuth", const_oid::db::rfc5912::ID_KP_SERVER_AUTH),
    ("clientAuth", const_oid::db::rfc5912::ID_KP_CLIENT_AUTH),
    ("codeSigning", const_oid::db::rfc5912::ID_KP_CODE_SIGNING),
    (
        "emailProtection",
        const_oid::db::rfc5912::ID_KP_EMAIL_PROTECTION,
    ),
    ("timeStamping", const_oid::db::rfc5912::ID_KP_TIME_STAMPING),
    ("OCSPSigning", const_oid::db::rfc5912::ID_KP_OCSP_SIGNING),
];
