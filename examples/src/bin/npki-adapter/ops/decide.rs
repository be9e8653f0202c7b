use npki_core::{Channel, Holder, Instant, Issuer, Product};
use npki_policy::{
    Action, CertificateState, Facts, HeldCertificate, Krw, LastEvent, Policy, Ra, Request, evaluate,
};
use serde_json::json;

use crate::{
    answer::{No, Outcome},
    request::Fields,
};

/// Asks the shipped policy.
pub(super) fn decide(fields: &Fields<'_>) -> Outcome {
    let policy = Policy::shipped();
    let action: Action = fields.word("action")?;
    let facts = fields.fields_opt("facts")?;
    // The product of the certificate acted on stands in for one that is left out.
    let product = match fields.word_opt("product")? {
        Some(product) => product,
        None => facts
            .and_then(|facts| facts.get("certificate")?.fields())
            .ok_or(No::BAD_REQUEST)?
            .word("product")?,
    };
    let request = Request {
        action,
        now: fields.time("now")?,
        channel: fields.word_opt("channel")?.unwrap_or(Channel::Pc),
        product,
        holder: fields.word_opt("holder")?.unwrap_or(Holder::Individual),
        facts: match facts {
            Some(facts) => read_facts(facts, product, &policy)?,
            None => Facts::default(),
        },
    };
    let decision = evaluate(&policy, &request);
    let seconds = |instant: Option<Instant>| instant.map(Instant::unix_seconds);
    Ok(json!({
        "allowed": decision.allowed(),
        "rules": decision.refusing_rules().map(|rule| rule.to_string()).collect::<Vec<_>>(),
        "opens_at": seconds(decision.opens_at()),
        "fee": decision.fee().map(|fee| fee.0),
        "not_before": seconds(decision.not_before()),
        "not_after": seconds(decision.not_after()),
    }))
}

fn read_facts(fields: &Fields<'_>, product: Product, policy: &Policy) -> Result<Facts, No> {
    // A fact that is not known would be a fact that is not heeded.
    if fields.names().any(|name| !FACTS.contains(&name)) {
        return Err(No::BAD_REQUEST);
    }
    Ok(Facts {
        certificate: fields
            .fields_opt("certificate")?
            .map(|fields| held(fields, product, policy))
            .transpose()?,
        others: fields
            .list("others")?
            .iter()
            .map(|node| held(node.fields().ok_or(No::BAD_REQUEST)?, product, policy))
            .collect::<Result<_, _>>()?,
        last_event: fields
            .fields_opt("last_event")?
            .map(last_event)
            .transpose()?,
        purpose: fields.word_opt("purpose")?,
        issuer: fields.word_opt("issuer")?,
        medium: fields.word_opt("medium")?,
        target_medium: fields.word_opt("target_medium")?,
        logged_in: fields.flag_opt("logged_in")?,
        consent: fields.flag_opt("consent")?,
        personal_banking: fields.flag_opt("personal_banking")?,
        business_banking: fields.flag_opt("business_banking")?,
        business_number_registered: fields.flag_opt("business_number_registered")?,
        terms_accepted: fields.flag_opt("terms_accepted")?,
        identified: fields.flag_opt("identified")?,
        otp_failures: fields.number_opt("otp_failures")?,
        balance: fields.number_opt("balance")?.map(Krw),
        refunded: fields.flag_opt("refunded")?,
        asked_by: fields.word_opt("asked_by")?,
        revoked_by_this_reissue: fields.flag_opt("revoked_by_this_reissue")?,
    })
}

/// A certificate; what is left out is the ordinary case.
fn held(fields: &Fields<'_>, product: Product, policy: &Policy) -> Result<HeldCertificate, No> {
    let product = fields.word_opt("product")?.unwrap_or(product);
    let first_issuer =
        || -> Option<Issuer> { Some(policy.catalogue().row(product)?.offers.first()?.issuer) };
    let issuer = match fields.word_opt("issuer")? {
        Some(issuer) => issuer,
        None => first_issuer().ok_or(No::BAD_REQUEST)?,
    };
    let issued_at = fields.time_opt("issued_at")?;
    let begins = fields
        .time_opt("not_before")?
        .or(issued_at)
        .ok_or(No::BAD_REQUEST)?;
    let issued_at = issued_at.unwrap_or(begins);
    let ends = issued_at.kst_day().plus_one_year().last_second();
    Ok(HeldCertificate {
        product,
        issuer,
        state: fields
            .word_opt("state")?
            .unwrap_or(CertificateState::Issued),
        issued_at,
        not_before: begins,
        not_after: fields.time_opt("not_after")?.unwrap_or(ends),
        paid_at: fields.time_opt("paid_at")?,
        ra: fields.word_opt("ra")?.unwrap_or(Ra::Own),
    })
}

fn last_event(fields: &Fields<'_>) -> Result<LastEvent, No> {
    Ok(LastEvent {
        kind: fields.word("kind")?,
        at: fields.time("at")?,
    })
}

const FACTS: &[&str] = &[
    "certificate",
    "others",
    "last_event",
    "purpose",
    "issuer",
    "medium",
    "target_medium",
    "logged_in",
    "consent",
    "personal_banking",
    "business_banking",
    "business_number_registered",
    "terms_accepted",
    "identified",
    "otp_failures",
    "balance",
    "refunded",
    "asked_by",
    "revoked_by_this_reissue",
];
