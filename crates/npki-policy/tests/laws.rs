//! Laws over random requests, histories and policies.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

mod common;

use core::time::Duration;

use common::{at, rules};
use npki_core::{Channel, Holder, Instant, Issuer, Outcome, Product, Purpose};
use npki_policy::{
    Action, AskedBy, Attempts, Catalogue, CertificateState, DailyWindow, Days, EventKind, Facts,
    HeldCertificate, Krw, LastEvent, MediumKind, Parameters, Policy, Ra, Request, Switch,
    TimeOfDay, evaluate,
};
use proptest::{option, prelude::*, sample::select};

/// Days and seconds near boundaries as often as anywhere, over 400 days around a leap day.
fn instants() -> impl Strategy<Value = Instant> {
    let seconds = prop_oneof![
        select(vec![-1i64, 0, 1, 3_599, 3_600, 82_799, 82_800, 86_399]),
        0i64..86_400,
    ];
    (-200i32..200, seconds).prop_map(|(day, second)| {
        let start = at("2028-02-29").kst_day().plus_days(day).start();
        Instant::from_unix_seconds(start.unix_seconds() + second).unwrap()
    })
}

fn certificates() -> impl Strategy<Value = HeldCertificate> {
    (
        select(Product::ALL),
        select(Issuer::ALL),
        select(CertificateState::ALL),
        instants(),
        -400i32..400,
        option::of(instants()),
        select(Ra::ALL),
    )
        .prop_map(
            |(product, issuer, state, from, shift, paid_at, ra)| HeldCertificate {
                product,
                issuer,
                state,
                issued_at: from,
                not_before: from,
                not_after: from.kst_day().plus_days(shift).last_second(),
                paid_at,
                ra,
            },
        )
}

fn facts() -> impl Strategy<Value = Facts> {
    let flag = || option::weighted(0.3, any::<bool>());
    let held = (
        option::weighted(0.9, certificates()),
        prop::collection::vec(certificates(), 0..3),
        option::of(
            (select(EventKind::ALL), instants()).prop_map(|(kind, at)| LastEvent { kind, at }),
        ),
        option::of(select(Purpose::ALL)),
        option::of(select(Issuer::ALL)),
        option::of(select(MediumKind::ALL)),
        option::of(select(MediumKind::ALL)),
    );
    let person = (flag(), flag(), flag(), flag(), flag(), flag(), flag());
    let rest = (
        option::of(0u32..20),
        option::of(-10i64..10_000),
        flag(),
        option::of(select(AskedBy::ALL)),
        flag(),
    );
    (held, person, rest).prop_map(|(held, person, rest)| Facts {
        certificate: held.0,
        others: held.1,
        last_event: held.2,
        purpose: held.3,
        issuer: held.4,
        medium: held.5,
        target_medium: held.6,
        logged_in: person.0,
        consent: person.1,
        personal_banking: person.2,
        business_banking: person.3,
        business_number_registered: person.4,
        terms_accepted: person.5,
        identified: person.6,
        otp_failures: rest.0,
        balance: rest.1.map(Krw),
        refunded: rest.2,
        asked_by: rest.3,
        revoked_by_this_reissue: rest.4,
    })
}

fn requests() -> impl Strategy<Value = Request> {
    (
        select(Action::ALL),
        instants(),
        select(Channel::ALL),
        select(Product::ALL),
        select(Holder::ALL),
        facts(),
    )
        .prop_map(|(action, now, channel, product, holder, facts)| Request {
            action,
            now,
            channel,
            product,
            holder,
            facts,
        })
}

fn time_of_day(hour: u32) -> TimeOfDay {
    TimeOfDay::new(hour, 0, 0).unwrap()
}

/// Any parameters that make a policy.
fn parameters() -> impl Strategy<Value = Parameters> {
    (
        (0u16..60, 0u16..10, 0u16..15),
        (0u32..24, 1u32..25),
        1u32..20,
        (select(Switch::ALL), select(Switch::ALL)),
    )
        .prop_map(
            |((renewal, loan, refund), (from, span), otp, (loans, groups))| Parameters {
                renewal_opens: Days(renewal),
                loan_block: Days(loan),
                refund: Days(refund),
                issuing_window: DailyWindow {
                    opens: time_of_day(from),
                    closes: time_of_day((from + span).min(24)),
                },
                otp_attempts: Attempts(otp),
                registration_blocks_loans: loans,
                groups_may_register: groups,
                ..Parameters::SHIPPED
            },
        )
}

/// The stricter of two at every parameter that decides, for one action.
fn stricter(a: &Parameters, b: &Parameters, action: Action) -> Parameters {
    let window = |p: &Parameters| (p.issuing_window.opens, p.issuing_window.closes);
    let (opens, closes) = (window(a).0.max(window(b).0), window(a).1.min(window(b).1));
    Parameters {
        renewal_opens: a.renewal_opens.min(b.renewal_opens),
        loan_block: a.loan_block.max(b.loan_block),
        refund: match action {
            Action::Receipt => a.refund.max(b.refund),
            _ => a.refund.min(b.refund),
        },
        issuing_window: if opens < closes {
            DailyWindow { opens, closes }
        } else {
            a.issuing_window
        },
        otp_attempts: a.otp_attempts.min(b.otp_attempts),
        registration_blocks_loans: a.registration_blocks_loans.max(b.registration_blocks_loans),
        groups_may_register: a.groups_may_register.min(b.groups_may_register),
        ..a.clone()
    }
}

fn policy(parameters: Parameters) -> Policy {
    Policy::new(parameters, Catalogue::shipped()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_decision_holds_together(request in requests(), parameters in parameters()) {
        let policy = policy(parameters);
        let decision = evaluate(&policy, &request);
        prop_assert_eq!(decision.allowed(), decision.refusing_rules().next().is_none());
        prop_assert!(decision.verdicts().is_sorted_by(|a, b| a.rule < b.rule));
        for verdict in decision.verdicts() {
            for text in [&verdict.sentence.ko, &verdict.sentence.en] {
                prop_assert!(!text.is_empty() && !text.contains(['{', '}', '?']), "{text}");
            }
            if let Outcome::Refused { until: Some(until) } = verdict.outcome {
                prop_assert!(request.now < until);
                prop_assert!(decision.opens_at().unwrap() >= until);
            }
        }
        let brings = request.action.order_action().is_some() && decision.allowed();
        prop_assert_eq!(decision.not_before(), brings.then_some(request.now));
        prop_assert_eq!(decision.not_after().is_some(), brings);
        prop_assert_eq!(decision.order_terms().is_some(), brings);
        let allowed = decision.allowed();
        match decision.approve() {
            Ok(approved) => prop_assert!(allowed && approved.decision().refusals().next().is_none()),
            Err(refusal) => prop_assert!(!allowed && refusal.verdicts().next().is_some()),
        }
    }

    /// What a rule says about its end is true: a second before it refuses, then no longer.
    #[test]
    fn a_refusal_by_time_ends_when_it_says(request in requests(), parameters in parameters()) {
        let policy = policy(parameters);
        for verdict in evaluate(&policy, &request).refusals() {
            let Outcome::Refused { until: Some(until) } = verdict.outcome else { continue };
            let refuses_at = |now| {
                evaluate(&policy, &Request { now, ..request.clone() })
                    .refusing_rules()
                    .any(|rule| rule == verdict.rule)
            };
            // A certificate may end before the wait does; then it is another rule's.
            if request.facts.certificate.is_none_or(|c| until <= c.not_after) {
                prop_assert!(refuses_at(until.saturating_sub(Duration::from_secs(1))));
                prop_assert!(!refuses_at(until), "{} {until}", verdict.rule);
            }
        }
    }

    #[test]
    fn tightening_a_parameter_never_admits_more(
        request in requests(), a in parameters(), b in parameters(),
    ) {
        let tight = policy(stricter(&a, &b, request.action));
        let loose = evaluate(&policy(a), &request);
        let tight = evaluate(&tight, &request);
        prop_assert!(loose.allowed() || !tight.allowed(), "{} / {}", rules(&loose), rules(&tight));
        for rule in loose.refusing_rules() {
            prop_assert!(tight.refusing_rules().any(|found| found == rule), "{rule}");
        }
    }

    #[test]
    fn a_smaller_catalogue_never_admits_more(
        request in requests(),
        gone_product in select(Product::ALL),
        gone_holder in select(Holder::ALL),
        gone_purpose in select(Purpose::ALL),
        gone_row: bool,
    ) {
        let mut catalogue = Catalogue::shipped();
        for row in catalogue.rows.iter_mut().filter(|row| row.product == gone_product) {
            row.holders.retain(|holder| *holder != gone_holder);
            row.purposes.retain(|purpose| *purpose != gone_purpose);
        }
        catalogue.rows.retain(|row| !gone_row || row.product != gone_product);
        let small = Policy::new(Parameters::SHIPPED, catalogue).unwrap();
        // A renewal asks for its fee alone, and a row that is gone has none to ask for.
        prop_assume!(!(gone_row && request.action == Action::Renew));
        prop_assert!(
            evaluate(&Policy::shipped(), &request).allowed() || !evaluate(&small, &request).allowed()
        );
    }

    #[test]
    fn refund_and_receipt_never_both(request in requests(), parameters in parameters()) {
        let policy = policy(parameters);
        let ask = |action| evaluate(&policy, &Request { action, ..request.clone() }).allowed();
        prop_assert!(!(ask(Action::Refund) && ask(Action::Receipt)));
    }

    #[test]
    fn of_a_live_paid_certificate_always_one_of_refund_and_receipt(
        one in instants(), other in instants(),
    ) {
        let (issued, now) = (one.min(other), one.max(other));
        let facts = Facts {
            certificate: Some(HeldCertificate {
                product: Product::PersonalGeneral,
                issuer: Issuer::Kica,
                state: CertificateState::Issued,
                issued_at: issued,
                not_before: issued,
                not_after: Instant::MAX,
                paid_at: Some(issued),
                ra: Ra::Own,
            }),
            ..Facts::default()
        };
        let policy = Policy::shipped();
        let ask = |action| {
            let facts = facts.clone();
            let (product, holder) = (Product::PersonalGeneral, Holder::Individual);
            let request = Request { action, now, channel: Channel::Pc, product, holder, facts };
            evaluate(&policy, &request).allowed()
        };
        prop_assert!(ask(Action::Refund) != ask(Action::Receipt));
    }

    #[test]
    fn a_reissue_never_extends(request in requests()) {
        let request = Request { action: Action::Reissue, ..request };
        let decision = evaluate(&Policy::shipped(), &request);
        if let Some(not_after) = decision.not_after() {
            prop_assert_eq!(not_after, request.facts.certificate.unwrap().not_after);
            prop_assert_eq!(decision.fee(), Some(Krw::ZERO));
        }
    }

    #[test]
    fn any_instant_at_all(seconds in Instant::MIN.unix_seconds()..=Instant::MAX.unix_seconds(),
        request in requests(), edge in select(vec![Instant::MIN, Instant::MAX])) {
        let mut request = request;
        request.now = Instant::from_unix_seconds(seconds).unwrap();
        if let Some(certificate) = &mut request.facts.certificate {
            certificate.not_after = edge;
            certificate.paid_at = Some(edge);
        }
        request.facts.last_event = Some(LastEvent { kind: EventKind::Issue, at: edge });
        let widest = Parameters {
            renewal_opens: Days(u16::MAX),
            loan_block: Days(u16::MAX),
            refund: Days(u16::MAX),
            ..Parameters::SHIPPED
        };
        let _ = evaluate(&policy(widest.clone()), &request);
        request.now = edge;
        let _ = evaluate(&policy(widest), &request);
    }
}
