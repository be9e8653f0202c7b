//! The same question put to the engine, and its answer in the same words.

use core::{fmt::Debug, str::FromStr};

use npki_core::Instant;
use npki_policy::{Facts, HeldCertificate, Krw, LastEvent, Policy, Request, evaluate};

use crate::naive::{Answer, Certificate, Question};

pub(crate) fn decide(policy: &Policy, question: &Question) -> Answer {
    let known = &question.facts;
    let request = Request {
        action: word(question.action),
        now: instant(question.now),
        channel: word(question.channel),
        product: word(question.product),
        holder: word(question.holder),
        facts: Facts {
            certificate: known.certificate.as_ref().map(held),
            others: known.others.iter().map(held).collect(),
            last_event: known.last_event.map(|(kind, at)| LastEvent {
                kind: word(kind),
                at: instant(at),
            }),
            purpose: known.purpose.map(word),
            issuer: known.issuer.map(word),
            medium: known.medium.map(word),
            target_medium: known.target_medium.map(word),
            logged_in: known.logged_in,
            consent: known.consent,
            personal_banking: known.personal_banking,
            business_banking: known.business_banking,
            business_number_registered: known.business_number_registered,
            terms_accepted: known.terms_accepted,
            identified: known.identified,
            otp_failures: known.otp_failures,
            balance: known.balance.map(Krw),
            refunded: known.refunded,
            asked_by: known.asked_by.map(word),
            revoked_by_this_reissue: known.revoked_by_this_reissue,
        },
    };
    let decision = evaluate(policy, &request);
    Answer {
        allowed: decision.allowed(),
        rules: decision
            .refusing_rules()
            .map(|rule| rule.to_string())
            .collect(),
        opens_at: decision.opens_at().map(Instant::unix_seconds),
        fee: decision.fee().map(|fee| fee.0),
        not_before: decision.not_before().map(Instant::unix_seconds),
        not_after: decision.not_after().map(Instant::unix_seconds),
    }
}

fn held(c: &Certificate) -> HeldCertificate {
    HeldCertificate {
        product: word(c.product),
        issuer: word(c.issuer),
        state: word(c.state),
        issued_at: instant(c.issued_at),
        not_before: instant(c.not_before),
        not_after: instant(c.not_after),
        paid_at: c.paid_at.map(instant),
        ra: word(c.ra),
    }
}

fn word<T: FromStr<Err: Debug>>(word: &str) -> T {
    word.parse().unwrap()
}

fn instant(seconds: i64) -> Instant {
    Instant::from_unix_seconds(seconds).unwrap()
}
