//! What is still to come, and that each entry is where the answers change.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

mod common;

use common::{With, at, event, held, plus};
use npki_core::{Channel, Holder, Instant, Issuer, Product};
use npki_policy::{
    Action, CertificateState, EventKind, Facts, HeldCertificate, LastEvent, Months, Parameters,
    Policy, Ra, Request, evaluate, timeline,
};
use proptest::{option, prelude::*, sample::select};

fn coming(facts: &Facts, now: &str) -> Vec<(String, String)> {
    timeline(&Policy::shipped(), facts, at(now))
        .into_iter()
        .map(|entry| {
            let text = entry.at.to_string().replace('T', " ");
            let text = text.strip_suffix("+09:00").unwrap().to_owned();
            (entry.rule.to_string(), text)
        })
        .collect()
}

#[test]
fn the_year_of_a_paid_certificate() {
    let facts = Facts {
        certificate: Some(held(Product::PersonalGeneral, "2026-11-23 12:00:00")),
        last_event: event(EventKind::Issue, "2026-11-23 12:00:00"),
        ..Facts::default()
    };
    let year = [
        ("R15", "2026-11-27 00:00:00"),
        ("R21", "2026-11-29 23:59:59"),
        ("R22", "2026-11-30 00:00:00"),
        ("R11", "2027-10-24 00:00:00"),
        ("R43", "2027-10-24 00:00:00"),
        ("R14", "2027-11-23 23:59:59"),
    ];
    // The first second in which so many entries are past.
    for (now, past) in [
        ("2026-11-23 12:00:00", 0),
        ("2026-11-26 23:59:59", 0),
        ("2026-11-27", 1),
        ("2026-11-29 23:59:59", 1),
        ("2026-11-30", 3),
        ("2027-10-23 23:59:59", 3),
        // A reminder that begins now is still told; renewal is open.
        ("2027-10-24 00:00:01", 5),
        ("2027-11-23 23:59:59", 5),
        ("2027-11-24", 6),
    ] {
        let rest: Vec<_> = year.iter().skip(past).collect();
        let found = coming(&facts, now);
        let found: Vec<_> = found.iter().map(|(rule, at)| (&**rule, &**at)).collect();
        assert!(found.iter().eq(rest), "{now}: {found:?}");
    }
}

#[test]
fn what_has_ended_has_little_to_come() {
    let revoked = held(Product::PersonalGeneral, "2026-11-23 12:00:00")
        .with(|c| c.state = CertificateState::Revoked);
    for (last, now, expected) in [
        // Refunded: no receipt ever.
        (EventKind::Revoke, "2026-11-24 12:00:00", &[][..]),
        // Ended by its reissue: paid, and the receipt comes.
        (
            EventKind::Reissue,
            "2026-11-24 12:00:00",
            &[
                ("R15", "2026-11-28 00:00:00"),
                ("R22", "2026-11-30 00:00:00"),
            ],
        ),
    ] {
        let state = match last {
            EventKind::Revoke => CertificateState::Revoked,
            _ => CertificateState::Reissued,
        };
        let facts = Facts {
            certificate: Some(revoked.with(|c| c.state = state)),
            last_event: event(last, now),
            ..Facts::default()
        };
        let found = coming(&facts, now);
        let found: Vec<_> = found.iter().map(|(rule, at)| (&**rule, &**at)).collect();
        assert_eq!(found, expected, "{last}");
    }
    assert_eq!(coming(&Facts::default(), "2026-11-24"), []);
}

#[test]
fn r43_reminders() {
    let policy = Policy::shipped();
    let certificate = held(Product::PersonalLimited, "2027-03-15 12:00:00");
    assert_eq!(policy.expiry_reminder_from(&certificate), at("2028-02-14"));
    for (set_at, from) in [
        ("2026-11-23 12:00:00", "2027-05-23"),
        ("2026-12-31 23:59:59", "2027-06-30"),
        ("2027-08-29", "2028-02-29"),
        ("2027-08-31", "2028-02-29"),
        ("2026-08-31", "2027-02-28"),
        ("2026-02-28", "2026-08-28"),
        ("2026-06-30", "2026-12-30"),
        ("2026-07-01", "2027-01-01"),
    ] {
        assert_eq!(
            policy.password_reminder_from(at(set_at)),
            at(from),
            "{set_at}"
        );
    }
    for (months, from) in [(0, "2026-11-23"), (13, "2027-12-23"), (255, "2048-02-23")] {
        let parameters = Parameters {
            password_reminder: Months(months),
            ..Parameters::SHIPPED
        };
        let policy = Policy::new(parameters, policy.catalogue().clone()).unwrap();
        let set_at = at("2026-11-23 12:00:00");
        assert_eq!(policy.password_reminder_from(set_at), at(from), "{months}");
    }
    for edge in [Instant::MIN, Instant::MAX] {
        let _ = policy.password_reminder_from(edge);
    }
}

fn instants() -> impl Strategy<Value = Instant> {
    (-400i64..400, select(vec![0i64, 1, 43_200, 86_399]))
        .prop_map(|(day, second)| plus(at("2028-02-29"), day * 86_400 + second))
}

fn facts() -> impl Strategy<Value = Facts> {
    let certificate = (
        select(CertificateState::ALL),
        instants(),
        0i32..400,
        option::of(0i32..20),
        select(Ra::ALL),
    )
        .prop_map(|(state, from, days, paid, ra)| HeldCertificate {
            product: Product::PersonalGeneral,
            issuer: Issuer::Kica,
            state,
            issued_at: from,
            not_before: from,
            not_after: from.kst_day().plus_days(days).last_second(),
            paid_at: paid.map(|paid| from.kst_day().plus_days(-paid).start()),
            ra,
        });
    let last = (select(EventKind::ALL), instants()).prop_map(|(kind, at)| LastEvent { kind, at });
    (
        option::of(certificate),
        option::of(last),
        option::of(any::<bool>()),
    )
        .prop_map(|(certificate, last_event, refunded)| Facts {
            certificate,
            last_event,
            refunded,
            ..Facts::default()
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn each_entry_is_where_an_answer_changes(facts in facts(), now in instants()) {
        let policy = Policy::shipped();
        let refused = |action, now: Instant, rule: &str| {
            let request = Request {
                action,
                now,
                channel: Channel::App,
                product: Product::PersonalLimited,
                holder: Holder::Individual,
                facts: facts.clone(),
            };
            evaluate(&policy, &request).refusing_rules().any(|found| found.to_string() == rule)
        };
        let entries = timeline(&policy, &facts, now);
        prop_assert!(entries.is_sorted_by(|a, b| (a.at, a.rule) < (b.at, b.rule)));
        for entry in entries {
            prop_assert!(entry.at >= now);
            prop_assert!(!entry.what.ko.is_empty() && !entry.what.en.is_empty());
            let rule = entry.rule.to_string();
            let (action, begins) = match rule.as_str() {
                "R10" => (Action::Use, true),
                "R11" => (Action::Renew, true),
                "R14" => (Action::Use, false),
                "R15" => (Action::Loan, true),
                "R21" => (Action::Refund, false),
                "R22" => (Action::Receipt, true),
                "R43" => continue,
                other => panic!("{other}"),
            };
            // The last second of one answer and the first of the other.
            let first = plus(entry.at, i64::from(!begins));
            prop_assert_eq!(refused(action, plus(first, -1), &rule), begins, "{} {}", rule, entry.at);
            prop_assert_eq!(refused(action, first, &rule), !begins, "{} {}", rule, entry.at);
        }
    }
}
