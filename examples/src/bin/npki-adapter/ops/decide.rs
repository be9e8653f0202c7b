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
    let now = fields.time("now")?;
    let product = match fields.word_opt("product")? {
        Some(product) => product,
        // What is issued must be said; elsewhere the certificate acted on says it, if anything does.
        None if action == Action::Issue => return Err(No::BAD_REQUEST),
        None => facts
            .and_then(|facts| facts.get("certificate")?.fields())
            .map_or(Ok(None), |certificate| certificate.word_opt("product"))?
            .unwrap_or(Product::PersonalLimited),
    };
    let ordinary = Ordinary {
        product,
        // What is registered was issued elsewhere.
        ra: match action {
            Action::Register => Ra::Other,
            _ => Ra::Own,
        },
        now,
        policy: &policy,
    };
    let request = Request {
        action,
        now,
        channel: fields.word_opt("channel")?.unwrap_or(Channel::Pc),
        product,
        holder: fields.word_opt("holder")?.unwrap_or(Holder::Individual),
        facts: match facts {
            Some(facts) => read_facts(facts, &ordinary)?,
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

/// What a certificate is like of which little is said.
struct Ordinary<'a> {
    product: Product,
    ra: Ra,
    now: Instant,
    policy: &'a Policy,
}

fn read_facts(fields: &Fields<'_>, ordinary: &Ordinary<'_>) -> Result<Facts, No> {
    let others = Ordinary {
        ra: Ra::Own,
        ..*ordinary
    };
    // A fact that is not known would be a fact that is not heeded.
    if fields.names().any(|name| !FACTS.contains(&name)) {
        return Err(No::BAD_REQUEST);
    }
    Ok(Facts {
        certificate: fields
            .fields_opt("certificate")?
            .map(|fields| held(fields, ordinary))
            .transpose()?,
        others: fields
            .list("others")?
            .iter()
            .map(|node| held(node.fields().ok_or(No::BAD_REQUEST)?, &others))
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

/// A certificate; what is left out is the ordinary case: live, of one year, from the product's first CA.
fn held(fields: &Fields<'_>, ordinary: &Ordinary<'_>) -> Result<HeldCertificate, No> {
    let product = fields.word_opt("product")?.unwrap_or(ordinary.product);
    let row = ordinary.policy.catalogue().row(product);
    let first_issuer = || -> Option<Issuer> { Some(row?.offers.first()?.issuer) };
    let issuer = match fields.word_opt("issuer")? {
        Some(issuer) => issuer,
        None => first_issuer().ok_or(No::BAD_REQUEST)?,
    };
    let paid_at = fields.time_opt("paid_at")?;
    let not_before = fields.time_opt("not_before")?;
    let not_after = fields.time_opt("not_after")?;
    let a_year_before = not_after.map(|end| end.kst_day().plus_days(-365).start());
    let issued_at = fields
        .time_opt("issued_at")?
        .or(not_before)
        .or(paid_at)
        .or(a_year_before)
        .unwrap_or(ordinary.now);
    let a_year_later = || issued_at.kst_day().plus_one_year().last_second();
    Ok(HeldCertificate {
        product,
        issuer,
        state: fields
            .word_opt("state")?
            .unwrap_or(CertificateState::Issued),
        issued_at,
        not_before: not_before.unwrap_or(issued_at),
        not_after: not_after.unwrap_or_else(a_year_later),
        // Nothing was ever paid for what the catalogue gives for nothing (R23).
        paid_at: paid_at.filter(|_| row.and_then(|row| row.fee) != Some(Krw::ZERO)),
        ra: fields.word_opt("ra")?.unwrap_or(ordinary.ra),
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
