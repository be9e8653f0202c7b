//! A short way to write requests.
#![allow(dead_code, reason = "each test program uses its part")]

use npki_core::{Channel, Holder, Instant, Issuer, Product};
use npki_policy::{
    Action, CertificateState, Decision, EventKind, Facts, HeldCertificate, LastEvent, Policy, Ra,
    Request, evaluate,
};

/// `2026-11-23 01:00:00`, a day alone being its midnight, in Korean time.
pub(crate) fn at(text: &str) -> Instant {
    match text.split_once(' ') {
        Some((day, time)) => format!("{day}T{time}+09:00").parse().unwrap(),
        None => text.parse().unwrap(),
    }
}

pub(crate) fn plus(instant: Instant, seconds: i64) -> Instant {
    Instant::from_unix_seconds(instant.unix_seconds() + seconds).unwrap()
}

/// At noon, on a PC, a personal limited certificate for an individual.
pub(crate) fn ask(action: Action, now: &str) -> Request {
    Request {
        action,
        now: at(now),
        channel: Channel::Pc,
        product: Product::PersonalLimited,
        holder: Holder::Individual,
        facts: Facts::default(),
    }
}

/// An own certificate that was issued and ran its year from `issued`.
pub(crate) fn held(product: Product, issued: &str) -> HeldCertificate {
    let issued_at = at(issued);
    HeldCertificate {
        product,
        issuer: Policy::shipped().catalogue().row(product).unwrap().offers[0].issuer,
        state: CertificateState::Issued,
        issued_at,
        not_before: issued_at,
        not_after: issued_at.kst_day().plus_one_year().last_second(),
        paid_at: (product == Product::PersonalGeneral).then_some(issued_at),
        ra: Ra::Own,
    }
}

pub(crate) fn event(kind: EventKind, when: &str) -> Option<LastEvent> {
    Some(LastEvent { kind, at: at(when) })
}

pub(crate) fn decide(request: &Request) -> Decision {
    evaluate(&Policy::shipped(), request)
}

/// The refusing rules, separated by blanks.
pub(crate) fn rules(decision: &Decision) -> String {
    let rules: Vec<_> = decision
        .refusing_rules()
        .map(|rule| rule.to_string())
        .collect();
    rules.join(" ")
}

pub(crate) trait With: Sized {
    fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }
}

impl With for Request {}
impl With for HeldCertificate {}

pub(crate) const YESSIGN: Issuer = Issuer::Yessign;
