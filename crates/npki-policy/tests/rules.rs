//! A table for each rule, with a row on each side of each boundary.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

mod common;

use common::{With, YESSIGN, ask, at, decide, event, held, plus, rules};
use npki_core::{Channel, Holder, Issuer, Product, Purpose, ValidityRule};
use npki_policy::{
    Action, AskedBy, Catalogue, CertificateState, Days, EventKind, Facts, Krw, MediumKind,
    Parameters, Policy, Ra, Request, Switch, evaluate,
};

fn product(product: Product, holder: Holder) -> Request {
    ask(Action::Issue, "2026-11-23 12:00:00").with(|r| {
        r.product = product;
        r.holder = holder;
    })
}

#[test]
fn r1_business_number() {
    use Holder::{Association, Corporation, Individual, SoleProprietor};
    for (sold, holder, registered, expected) in [
        (Product::BusinessLimited, SoleProprietor, Some(false), "R1"),
        (Product::BusinessGeneral, Association, Some(false), "R1"),
        (Product::ETax, SoleProprietor, Some(false), "R1"),
        (Product::ETax, SoleProprietor, Some(true), ""),
        (Product::ETax, SoleProprietor, None, ""),
        (Product::BusinessLimited, Corporation, Some(false), ""),
        (Product::PersonalLimited, SoleProprietor, Some(false), ""),
        (Product::BusinessLimited, Individual, Some(false), "R2"),
    ] {
        let request =
            product(sold, holder).with(|r| r.facts.business_number_registered = registered);
        assert_eq!(
            rules(&decide(&request)),
            expected,
            "{sold} {holder} {registered:?}"
        );
    }
}

#[test]
fn r2_holder_enrolment_and_issuer() {
    use Holder::{Association, Corporation, Individual, SoleProprietor};
    let personal = [Individual, SoleProprietor, Association];
    let business = [Corporation, SoleProprietor, Association];
    for sold in Product::ALL {
        let is_personal = matches!(sold, Product::PersonalLimited | Product::PersonalGeneral);
        for holder in Holder::ALL {
            let offered = if is_personal { personal } else { business }.contains(holder);
            let expected = if offered { "" } else { "R2" };
            assert_eq!(
                rules(&decide(&product(*sold, *holder))),
                expected,
                "{sold} {holder}"
            );
        }
        let holder = if is_personal { Individual } else { Corporation };
        let elsewhere = product(*sold, holder).with(|r| {
            r.facts.personal_banking = Some(is_personal);
            r.facts.business_banking = Some(!is_personal);
        });
        assert_eq!(rules(&decide(&elsewhere)), "", "{sold}");
        let not_enrolled = elsewhere.with(|r| {
            r.facts.personal_banking = Some(!is_personal);
            r.facts.business_banking = Some(is_personal);
        });
        assert_eq!(rules(&decide(&not_enrolled)), "R2", "{sold}");
        for issuer in Issuer::ALL {
            let offered = match sold {
                Product::PersonalLimited => *issuer == Issuer::Yessign,
                Product::PersonalGeneral => !matches!(issuer, Issuer::Yessign | Issuer::TradeSign),
                _ => true,
            };
            let request = product(*sold, holder).with(|r| r.facts.issuer = Some(*issuer));
            let expected = if offered { "" } else { "R2" };
            assert_eq!(rules(&decide(&request)), expected, "{sold} {issuer}");
        }
    }
}

/// S7. Whoever else is not enrolled is refused, and no holder becomes another by it.
#[test]
fn r2_b2b_and_bidding_count_as_business_banking() {
    use Purpose::{B2b, Bank, Bidding, ETax};
    for (sold, holder, purpose, expected) in [
        (Product::BusinessLimited, Holder::Corporation, None, "R2"),
        (Product::BusinessLimited, Holder::Corporation, Some(B2b), ""),
        (
            Product::BusinessLimited,
            Holder::Association,
            Some(Bidding),
            "",
        ),
        (
            Product::BusinessGeneral,
            Holder::SoleProprietor,
            Some(Bidding),
            "",
        ),
        (
            Product::BusinessGeneral,
            Holder::Corporation,
            Some(Bank),
            "R2",
        ),
        (Product::ETax, Holder::Corporation, Some(ETax), "R2"),
        (
            Product::BusinessLimited,
            Holder::Individual,
            Some(B2b),
            "R2",
        ),
        (
            Product::PersonalLimited,
            Holder::Individual,
            Some(B2b),
            "R2",
        ),
    ] {
        let request = product(sold, holder).with(|r| {
            r.facts.business_banking = Some(false);
            r.facts.personal_banking = Some(false);
            r.facts.purpose = purpose;
        });
        assert_eq!(
            rules(&decide(&request)),
            expected,
            "{sold} {holder} {purpose:?}"
        );
    }
}

#[test]
fn r2_an_issuer_left_out_is_the_first() {
    for (sold, holder, first) in [
        (
            Product::PersonalLimited,
            Holder::Individual,
            Issuer::Yessign,
        ),
        (
            Product::PersonalGeneral,
            Holder::Individual,
            Issuer::CrossCert,
        ),
        (
            Product::BusinessGeneral,
            Holder::Corporation,
            Issuer::Yessign,
        ),
    ] {
        assert_eq!(decide(&product(sold, holder)).issuer(), Some(first));
    }
}

#[test]
fn r2_several_broken_columns_are_one_verdict_with_all_sentences() {
    let request = product(Product::PersonalLimited, Holder::Corporation).with(|r| {
        r.facts.personal_banking = Some(false);
        r.facts.issuer = Some(Issuer::Kica);
    });
    let decision = decide(&request);
    assert_eq!(rules(&decision), "R2");
    let verdict = decision.refusals().next().unwrap();
    assert_eq!(
        verdict.sentence.en.matches("; ").count(),
        2,
        "{}",
        verdict.sentence
    );
}

#[test]
fn r4_purposes() {
    use Product::{BusinessGeneral, BusinessLimited, ETax, PersonalGeneral, PersonalLimited};
    let columns = [
        PersonalLimited,
        PersonalGeneral,
        BusinessLimited,
        BusinessGeneral,
        ETax,
    ];
    for (purposes, row) in [
        (
            &[
                Purpose::Bank,
                Purpose::Insurance,
                Purpose::Card,
                Purpose::EGov,
            ][..],
            [true, true, true, true, false],
        ),
        (&[Purpose::Securities], [false, true, false, true, false]),
        (
            &[Purpose::B2b, Purpose::Bidding],
            [false, false, true, true, false],
        ),
        (&[Purpose::ETax], [false, false, false, true, true]),
    ] {
        for purpose in purposes {
            for (product, yes) in columns.into_iter().zip(row) {
                let request = ask(Action::Use, "2026-11-23 12:00:00").with(|r| {
                    r.facts.purpose = Some(*purpose);
                    r.facts.certificate = Some(held(product, "2026-11-01 12:00:00"));
                });
                let expected = if yes { "" } else { "R4" };
                assert_eq!(rules(&decide(&request)), expected, "{product} {purpose}");
            }
        }
    }
}

#[test]
fn r10_dates_of_an_issue() {
    for (now, not_after) in [
        ("2026-11-23 12:00:00", "2027-11-23 23:59:59"),
        ("2026-12-31 22:59:59", "2027-12-31 23:59:59"),
        ("2027-01-01 01:00:00", "2028-01-01 23:59:59"),
        ("2027-02-28 12:00:00", "2028-02-28 23:59:59"),
        ("2028-02-28 12:00:00", "2029-02-28 23:59:59"),
        ("2028-02-29 12:00:00", "2029-02-28 23:59:59"),
        ("2028-03-01 12:00:00", "2029-03-01 23:59:59"),
    ] {
        let decision = decide(&ask(Action::Issue, now));
        assert_eq!(decision.not_before(), Some(at(now)));
        assert_eq!(decision.not_after(), Some(at(not_after)), "{now}");
        assert_eq!(
            decision.order_terms().unwrap().validity,
            ValidityRule::OneYear
        );
        assert_eq!(decision.fee(), Some(Krw::ZERO));
    }
    // At a branch the day may be another one in UTC.
    for (now, not_after) in [
        ("2026-12-31 23:59:59", "2027-12-31 23:59:59"),
        ("2027-01-01", "2028-01-01 23:59:59"),
        ("2028-02-29", "2029-02-28 23:59:59"),
        ("2028-02-29 08:59:59", "2029-02-28 23:59:59"),
    ] {
        let branch = ask(Action::Issue, now).with(|r| r.channel = Channel::Branch);
        assert_eq!(decide(&branch).not_after(), Some(at(not_after)), "{now}");
    }
}

#[test]
fn r10_and_r14_use_within_the_validity() {
    let certificate = held(Product::PersonalLimited, "2026-11-23 12:00:00");
    for (now, expected, opens) in [
        ("2026-11-23 11:59:59", "R10", Some("2026-11-23 12:00:00")),
        ("2026-11-23 12:00:00", "", None),
        ("2027-11-23 23:59:59", "", None),
        ("2027-11-24", "R14", None),
    ] {
        let request = ask(Action::Use, now).with(|r| r.facts.certificate = Some(certificate));
        let decision = decide(&request);
        assert_eq!(rules(&decision), expected, "{now}");
        assert_eq!(decision.opens_at(), opens.map(at), "{now}");
        assert_eq!(decision.not_before(), None);
    }
}

/// R11, R14.
#[test]
fn r11_renewal_window() {
    // Issued, asked, refusing rules, opens, new end.
    for (issued, now, expected, opens, end) in [
        // Expiry 2027-11-23, opens 2027-10-24.
        (
            "2026-11-23 12:00:00",
            "2027-10-23 23:59:59",
            "R11",
            Some("2027-10-24"),
            None,
        ),
        (
            "2026-11-23 12:00:00",
            "2027-10-24",
            "",
            None,
            Some("2028-11-23 23:59:59"),
        ),
        (
            "2026-11-23 12:00:00",
            "2027-11-23 23:59:59",
            "",
            None,
            Some("2028-11-23 23:59:59"),
        ),
        ("2026-11-23 12:00:00", "2027-11-24", "R11", None, None),
        // Over the year's end: expiry 2027-01-15, opens 2026-12-16.
        (
            "2026-01-15 12:00:00",
            "2026-12-15 23:59:59",
            "R11",
            Some("2026-12-16"),
            None,
        ),
        (
            "2026-01-15 12:00:00",
            "2026-12-16",
            "",
            None,
            Some("2028-01-15 23:59:59"),
        ),
        // Over a leap day: expiry 2028-03-15, opens 2028-02-14.
        (
            "2027-03-15 12:00:00",
            "2028-02-13 23:59:59",
            "R11",
            Some("2028-02-14"),
            None,
        ),
        (
            "2027-03-15 12:00:00",
            "2028-02-14",
            "",
            None,
            Some("2029-03-15 23:59:59"),
        ),
        // Over no leap day: expiry 2027-03-15, opens 2027-02-13.
        (
            "2026-03-15 12:00:00",
            "2027-02-12 23:59:59",
            "R11",
            Some("2027-02-13"),
            None,
        ),
        (
            "2026-03-15 12:00:00",
            "2027-02-13",
            "",
            None,
            Some("2028-03-15 23:59:59"),
        ),
    ] {
        let request = ask(Action::Renew, now)
            .with(|r| r.facts.certificate = Some(held(Product::PersonalLimited, issued)));
        let decision = decide(&request);
        assert_eq!(rules(&decision), expected, "{now}");
        assert_eq!(decision.opens_at(), opens.map(at), "{now}");
        assert_eq!(decision.not_after(), end.map(at), "{now}");
        assert_eq!(decision.not_before(), end.map(|_| at(now)), "{now}");
    }
}

#[test]
fn r11_an_expiry_on_a_leap_day_and_one_within_a_day() {
    for (not_after, end) in [
        ("2028-02-29 23:59:59", "2029-02-28 23:59:59"),
        ("2027-02-28 23:59:59", "2028-02-28 23:59:59"),
        // Other CAs end within a day, or in UTC's.
        ("2027-02-28 08:59:59", "2028-02-28 23:59:59"),
        ("2027-02-28 09:00:00", "2028-02-28 23:59:59"),
    ] {
        let request = ask(Action::Renew, not_after).with(|r| {
            let certificate = held(Product::PersonalLimited, "2026-02-10 12:00:00");
            r.facts.certificate = Some(certificate.with(|c| c.not_after = at(not_after)));
        });
        assert_eq!(decide(&request).not_after(), Some(at(end)), "{not_after}");
    }
}

#[test]
fn r11_sentence() {
    let request = ask(Action::Renew, "2027-01-31 23:59:59").with(|r| {
        let certificate = held(Product::PersonalLimited, "2026-03-03 12:00:00");
        r.facts.certificate = Some(certificate);
    });
    let decision = decide(&request);
    let verdict = decision.refusals().next().unwrap();
    assert_eq!(verdict.sentence.en, "renewal opens 2027-02-01 00:00 KST");
    assert_eq!(
        verdict.sentence.ko,
        "갱신은 2027-02-01 00:00(KST)부터 가능합니다"
    );
    let opens = verdict
        .facts
        .iter()
        .find(|fact| fact.name == "opens")
        .unwrap();
    assert_eq!(opens.value, "2027-02-01T00:00:00+09:00");
}

#[test]
fn r12_to_r19_what_refuses_in_which_state() {
    use Action::{Reissue, Renew, Revoke, Use};
    use CertificateState::{Issued, Reissued, Renewed, Revoked};
    let early = "2027-06-01 12:00:00";
    let window = "2027-11-01 12:00:00";
    let past = "2027-11-24 12:00:00";
    let actions = [Renew, Reissue, Revoke, Use];
    for (state, ra, now, expected) in [
        (Issued, Ra::Own, early, ["R11", "", "", ""]),
        (Issued, Ra::Own, window, ["", "", "", ""]),
        (Issued, Ra::Own, past, ["R11", "R12", "R19", "R14"]),
        (Revoked, Ra::Own, early, ["R13", "R12", "R19", "R13"]),
        (Renewed, Ra::Own, window, ["R13", "R12", "R19", "R13"]),
        (Reissued, Ra::Own, window, ["R13", "R12", "R19", "R13"]),
        (Revoked, Ra::Own, past, ["R13", "R12", "R19", "R13"]),
        (Issued, Ra::Other, window, ["", "R12", "", ""]),
        (Issued, Ra::Other, past, ["R11", "R12", "R19", "R14"]),
        (Revoked, Ra::Other, window, ["R13", "R12", "R19", "R13"]),
    ] {
        for (action, expected) in actions.into_iter().zip(expected) {
            let certificate = held(Product::PersonalLimited, "2026-11-23 12:00:00").with(|c| {
                c.state = state;
                c.ra = ra;
            });
            let request = ask(action, now).with(|r| r.facts.certificate = Some(certificate));
            let decision = decide(&request);
            assert_eq!(rules(&decision), expected, "{action} {state} {ra} {now}");
            if state != Issued {
                assert_eq!(decision.opens_at(), None);
            }
        }
    }
}

#[test]
fn r12_a_reissue_keeps_the_old_end_and_costs_nothing() {
    let certificate = held(Product::PersonalGeneral, "2026-11-23 12:00:00");
    for (now, expected) in [("2027-11-23 22:59:59", ""), ("2027-11-24 01:00:00", "R12")] {
        let request = ask(Action::Reissue, now).with(|r| {
            r.facts.certificate = Some(certificate);
            r.facts.balance = Some(Krw::ZERO);
        });
        let decision = decide(&request);
        assert_eq!(rules(&decision), expected, "{now}");
        assert_eq!(decision.fee(), Some(Krw::ZERO));
        let end = expected.is_empty().then_some(certificate.not_after);
        assert_eq!(decision.not_after(), end);
        assert_eq!(
            decision.order_terms().map(|terms| terms.validity),
            end.map(ValidityRule::Until)
        );
    }
    // An end within the day is kept to the second.
    let odd = certificate.with(|c| c.not_after = at("2027-11-23 17:12:13"));
    let request =
        ask(Action::Reissue, "2027-11-23 12:00:00").with(|r| r.facts.certificate = Some(odd));
    assert_eq!(
        decide(&request).not_after(),
        Some(at("2027-11-23 17:12:13"))
    );
}

#[test]
fn r12_the_reissue_of_a_leaked_one_goes_on_until_the_old_end() {
    let leaked = held(Product::PersonalLimited, "2026-11-23 12:00:00")
        .with(|c| c.state = CertificateState::Revoked);
    for (now, this_reissue, state, expected) in [
        (
            "2027-11-23 22:59:59",
            Some(true),
            CertificateState::Revoked,
            "",
        ),
        (
            "2027-11-24 01:00:00",
            Some(true),
            CertificateState::Revoked,
            "R12",
        ),
        (
            "2027-11-23 22:59:59",
            Some(false),
            CertificateState::Revoked,
            "R12",
        ),
        (
            "2027-11-23 22:59:59",
            None,
            CertificateState::Revoked,
            "R12",
        ),
        (
            "2027-11-23 22:59:59",
            Some(true),
            CertificateState::Renewed,
            "R12",
        ),
    ] {
        let request = ask(Action::Reissue, now).with(|r| {
            r.facts.certificate = Some(leaked.with(|c| c.state = state));
            r.facts.revoked_by_this_reissue = this_reissue;
        });
        assert_eq!(
            rules(&decide(&request)),
            expected,
            "{now} {this_reissue:?} {state}"
        );
    }
}

#[test]
fn r13_who_may_ask_for_a_revocation() {
    for (ra, asked_by, identified, expected) in [
        (Ra::Own, None, None, ""),
        (Ra::Own, Some(AskedBy::OwnSignature), Some(false), ""),
        (Ra::Own, Some(AskedBy::Identification), None, ""),
        (Ra::Own, Some(AskedBy::Identification), Some(false), "R13"),
        (Ra::Other, Some(AskedBy::OwnSignature), None, ""),
        (Ra::Other, Some(AskedBy::Identification), Some(true), "R13"),
    ] {
        let request = ask(Action::Revoke, "2027-01-01 12:00:00").with(|r| {
            let certificate = held(Product::PersonalLimited, "2026-11-23 12:00:00");
            r.facts.certificate = Some(certificate.with(|c| c.ra = ra));
            r.facts.asked_by = asked_by;
            r.facts.identified = identified;
        });
        assert_eq!(rules(&decide(&request)), expected, "{ra} {asked_by:?}");
    }
    // Who may not ask is told also where there is nothing left to revoke.
    for (state, now, asked_by, expected) in [
        (
            CertificateState::Issued,
            "2027-11-23 23:59:59",
            AskedBy::Identification,
            "R13",
        ),
        (
            CertificateState::Issued,
            "2027-11-24",
            AskedBy::Identification,
            "R13 R19",
        ),
        (
            CertificateState::Revoked,
            "2027-01-01",
            AskedBy::Identification,
            "R13 R19",
        ),
        (
            CertificateState::Revoked,
            "2027-01-01",
            AskedBy::OwnSignature,
            "R19",
        ),
    ] {
        let request = ask(Action::Revoke, now).with(|r| {
            let certificate = held(Product::PersonalLimited, "2026-11-23 12:00:00");
            r.facts.certificate = Some(certificate.with(|c| {
                c.state = state;
                c.ra = Ra::Other;
            }));
            r.facts.asked_by = Some(asked_by);
        });
        assert_eq!(
            rules(&decide(&request)),
            expected,
            "{state} {now} {asked_by}"
        );
    }
}

#[test]
fn r15_loans() {
    use EventKind::{Issue, Register, Reissue, Renew, Revoke};
    for (kind, when, now, expected, opens) in [
        (
            Issue,
            "2026-11-23 23:59:59",
            "2026-11-23 23:59:59",
            "R15",
            Some("2026-11-27"),
        ),
        (
            Issue,
            "2026-11-23 23:59:59",
            "2026-11-26 23:59:59",
            "R15",
            Some("2026-11-27"),
        ),
        (Issue, "2026-11-23 23:59:59", "2026-11-27", "", None),
        (
            Issue,
            "2026-11-23",
            "2026-11-26 23:59:59",
            "R15",
            Some("2026-11-27"),
        ),
        (Issue, "2026-11-23", "2026-11-27", "", None),
        (Issue, "2026-11-23", "2026-11-22 23:59:59", "", None),
        (
            Reissue,
            "2026-12-30 12:00:00",
            "2027-01-02 23:59:59",
            "R15",
            Some("2027-01-03"),
        ),
        (Reissue, "2026-12-30 12:00:00", "2027-01-03", "", None),
        (
            Renew,
            "2028-02-27 12:00:00",
            "2028-03-01 23:59:59",
            "R15",
            Some("2028-03-02"),
        ),
        (Renew, "2028-02-27 12:00:00", "2028-03-02", "", None),
        (
            Renew,
            "2027-02-26 12:00:00",
            "2027-03-01 23:59:59",
            "R15",
            Some("2027-03-02"),
        ),
        (
            Register,
            "2026-11-23 12:00:00",
            "2026-11-26 12:00:00",
            "R15",
            Some("2026-11-27"),
        ),
        (
            Revoke,
            "2026-11-23 12:00:00",
            "2026-11-23 12:00:00",
            "",
            None,
        ),
    ] {
        for (channel, blocks) in [
            (Channel::Pc, true),
            (Channel::App, true),
            (Channel::Branch, false),
        ] {
            let request = ask(Action::Loan, now).with(|r| {
                r.channel = channel;
                r.facts.last_event = event(kind, when);
            });
            let decision = decide(&request);
            assert_eq!(
                rules(&decision),
                if blocks { expected } else { "" },
                "{kind} {now}"
            );
            assert_eq!(
                decision.opens_at(),
                opens.filter(|_| blocks).map(at),
                "{kind} {now}"
            );
        }
    }
    assert!(decide(&ask(Action::Loan, "2026-11-23")).allowed());
}

#[test]
fn r15_registration_is_a_parameter() {
    let parameters = Parameters {
        registration_blocks_loans: Switch::Off,
        ..Parameters::SHIPPED
    };
    let policy = Policy::new(parameters, Catalogue::shipped()).unwrap();
    for (kind, allowed) in [(EventKind::Register, true), (EventKind::Issue, false)] {
        let request = ask(Action::Loan, "2026-11-23 12:00:00")
            .with(|r| r.facts.last_event = event(kind, "2026-11-23 11:00:00"));
        assert_eq!(evaluate(&policy, &request).allowed(), allowed, "{kind}");
    }
}

#[test]
fn r16_issuing_hours() {
    for (now, open, opens) in [
        ("2026-11-23", false, "2026-11-23 01:00:00"),
        ("2026-11-23 00:59:59", false, "2026-11-23 01:00:00"),
        ("2026-11-23 01:00:00", true, ""),
        ("2026-11-23 22:59:59", true, ""),
        ("2026-11-23 23:00:00", false, "2026-11-24 01:00:00"),
        ("2026-12-31 23:59:59", false, "2027-01-01 01:00:00"),
        ("2028-02-28 23:00:00", false, "2028-02-29 01:00:00"),
        ("2027-02-28 23:00:00", false, "2027-03-01 01:00:00"),
    ] {
        for action in [Action::Issue, Action::Reissue] {
            for channel in Channel::ALL {
                let request = ask(action, now).with(|r| {
                    r.channel = *channel;
                    let old = at(now).kst_day().plus_days(-10).start();
                    let certificate = held(Product::PersonalLimited, "2026-11-01");
                    r.facts.certificate = Some(certificate.with(|c| {
                        c.not_before = old;
                        c.not_after = old.kst_day().plus_one_year().last_second();
                    }));
                });
                let decision = decide(&request);
                let refused = !open && *channel != Channel::Branch;
                assert_eq!(
                    rules(&decision),
                    if refused { "R16" } else { "" },
                    "{action} {now}"
                );
                assert_eq!(
                    decision.opens_at(),
                    refused.then(|| at(opens)),
                    "{action} {now}"
                );
            }
        }
    }
    // Nothing else has hours.
    for action in [Action::Renew, Action::Revoke, Action::Register, Action::Use] {
        let request = ask(action, "2026-11-23").with(|r| {
            let certificate = held(Product::PersonalLimited, "2025-11-30 12:00:00");
            let ra = if action == Action::Register {
                Ra::Other
            } else {
                Ra::Own
            };
            r.facts.certificate = Some(certificate.with(|c| c.ra = ra));
        });
        assert_eq!(rules(&decide(&request)), "", "{action}");
    }
}

#[test]
fn r16_and_r17_together_and_until_when() {
    let request = ask(Action::Issue, "2026-11-23 23:00:00").with(|r| {
        r.facts.consent = Some(false);
    });
    let decision = decide(&request);
    assert_eq!(rules(&decision), "R16 R17");
    assert_eq!(decision.opens_at(), Some(at("2026-11-24 01:00:00")));
    assert_eq!((decision.not_before(), decision.not_after()), (None, None));
    assert_eq!(decision.order_terms(), None);
}

#[test]
fn facts_that_are_yes_or_no() {
    use Action::{Issue, Register, Reissue, Renew};
    use Channel::{App, Branch, Pc};
    type Change = fn(&mut Facts);
    type Refused = &'static [(Action, Channel)];
    let rows: [(&str, Change, Refused); 6] = [
        (
            "R17",
            |f| f.consent = Some(false),
            &[(Issue, Pc), (Issue, App), (Reissue, Pc), (Reissue, App)],
        ),
        (
            "R32",
            |f| f.otp_failures = Some(10),
            &[
                (Issue, Pc),
                (Issue, App),
                (Reissue, Pc),
                (Reissue, App),
                (Register, Pc),
                (Register, App),
            ],
        ),
        (
            "R33",
            |f| f.logged_in = Some(false),
            &[(Issue, Pc), (Reissue, Pc)],
        ),
        (
            "R33",
            |f| f.logged_in = Some(true),
            &[(Issue, App), (Reissue, App)],
        ),
        (
            "R35",
            |f| f.terms_accepted = Some(false),
            &[
                (Issue, Pc),
                (Issue, App),
                (Issue, Branch),
                (Reissue, Pc),
                (Reissue, App),
                (Reissue, Branch),
            ],
        ),
        (
            "R36",
            |f| f.identified = Some(false),
            &[
                (Issue, Pc),
                (Issue, App),
                (Issue, Branch),
                (Reissue, Pc),
                (Reissue, App),
                (Reissue, Branch),
                (Register, Pc),
                (Register, App),
                (Register, Branch),
            ],
        ),
    ];
    for (rule, change, refused) in rows {
        for action in [Issue, Reissue, Renew, Register] {
            for channel in Channel::ALL {
                let request = ask(action, "2026-11-23 12:00:00").with(|r| {
                    r.channel = *channel;
                    let ra = if action == Register {
                        Ra::Other
                    } else {
                        Ra::Own
                    };
                    let certificate = held(Product::PersonalLimited, "2025-11-30 12:00:00");
                    r.facts.certificate = Some(certificate.with(|c| c.ra = ra));
                    change(&mut r.facts);
                });
                let expected = if refused.contains(&(action, *channel)) {
                    rule
                } else {
                    ""
                };
                assert_eq!(
                    rules(&decide(&request)),
                    expected,
                    "{rule} {action} {channel}"
                );
            }
        }
    }
}

#[test]
fn r18a_one_live_certificate() {
    let now = "2026-11-23 12:00:00";
    let general =
        |issuer| held(Product::PersonalGeneral, "2025-11-23 12:00:00").with(|c| c.issuer = issuer);
    let own = general(Issuer::CrossCert);
    let other_ra = own.with(|c| c.ra = Ra::Other);
    let revoked = own.with(|c| c.state = CertificateState::Revoked);
    let ended = own.with(|c| c.not_after = plus(at(now), -1));
    let ending = own.with(|c| c.not_after = at(now));
    let limited =
        held(Product::PersonalLimited, "2026-01-01 12:00:00").with(|c| c.issuer = YESSIGN);
    for (name, others, issuer, expected) in [
        ("none", vec![], Some(Issuer::CrossCert), ""),
        ("same", vec![own], Some(Issuer::CrossCert), "R18a"),
        ("first issuer", vec![own], None, "R18a"),
        ("another CA", vec![own], Some(Issuer::Kica), ""),
        (
            "another CA's is held",
            vec![general(Issuer::Kica)],
            None,
            "",
        ),
        ("another product", vec![limited], None, ""),
        ("another RA", vec![other_ra], None, ""),
        ("revoked", vec![revoked], None, ""),
        ("past its end", vec![ended], None, ""),
        ("at its end", vec![ending], None, "R18a"),
        (
            "among several",
            vec![limited, revoked, general(Issuer::Kica), own],
            None,
            "R18a",
        ),
    ] {
        let request = ask(Action::Issue, now).with(|r| {
            r.product = Product::PersonalGeneral;
            r.facts.issuer = issuer;
            r.facts.others = others;
        });
        let decision = decide(&request);
        assert_eq!(rules(&decision), expected, "{name}");
        assert_eq!(decision.opens_at(), None, "{name}");
    }
}

#[test]
fn r18a_a_renewal_brings_no_second_one() {
    for (ra, expected) in [(Ra::Own, ""), (Ra::Other, "R18a")] {
        let certificate = held(Product::PersonalLimited, "2025-11-30 12:00:00");
        let request = ask(Action::Renew, "2026-11-23 12:00:00").with(|r| {
            r.facts.others = vec![certificate];
            r.facts.certificate = Some(certificate.with(|c| c.ra = ra));
        });
        assert_eq!(rules(&decide(&request)), expected, "{ra}");
    }
}

/// R20, R23: the fee of KRW 4,400 (S11) that the app names as well (S13).
#[test]
fn r20_balance() {
    let general = held(Product::PersonalGeneral, "2025-11-30 12:00:00");
    let limited = held(Product::PersonalLimited, "2025-11-30 12:00:00");
    let business = held(Product::BusinessGeneral, "2025-11-30 12:00:00");
    for (action, certificate, balance, fee, expected) in [
        (Action::Issue, general, Some(4_399), Some(4_400), "R20"),
        (Action::Issue, general, Some(4_400), Some(4_400), ""),
        (Action::Issue, general, None, Some(4_400), ""),
        (Action::Issue, limited, Some(-1), Some(0), ""),
        (Action::Issue, business, Some(0), None, ""),
        (Action::Renew, general, Some(4_399), Some(4_400), "R20"),
        (Action::Renew, general, Some(4_400), Some(4_400), ""),
        (Action::Renew, business, Some(0), None, ""),
        (Action::Reissue, general, Some(0), Some(0), ""),
        (Action::Reissue, business, Some(0), Some(0), ""),
        (Action::Revoke, general, Some(0), None, ""),
    ] {
        for channel in Channel::ALL {
            let request = ask(action, "2026-11-23 12:00:00").with(|r| {
                r.channel = *channel;
                r.product = certificate.product;
                r.holder = match certificate.product {
                    Product::BusinessGeneral => Holder::Corporation,
                    _ => Holder::Individual,
                };
                r.facts.certificate = Some(certificate);
                r.facts.balance = balance.map(Krw);
            });
            let decision = decide(&request);
            assert_eq!(rules(&decision), expected, "{action} {balance:?}");
            assert_eq!(decision.fee(), fee.map(Krw), "{action} {balance:?}");
        }
    }
}

#[test]
fn r21_and_r22_refund_and_receipt_meet_at_the_eighth_day() {
    for (paid, last, first) in [
        ("2026-11-23 12:00:00", "2026-11-29 23:59:59", "2026-11-30"),
        ("2026-11-23", "2026-11-29 23:59:59", "2026-11-30"),
        ("2026-11-23 23:59:59", "2026-11-29 23:59:59", "2026-11-30"),
        ("2026-12-28 12:00:00", "2027-01-03 23:59:59", "2027-01-04"),
        ("2028-02-26 12:00:00", "2028-03-03 23:59:59", "2028-03-04"),
        ("2027-02-26 12:00:00", "2027-03-04 23:59:59", "2027-03-05"),
    ] {
        let certificate = held(Product::PersonalGeneral, paid);
        for (now, refund, receipt) in [(paid, "", "R22"), (last, "", "R22"), (first, "R21", "")] {
            let ask = |action| {
                decide(&ask(action, now).with(|r| r.facts.certificate = Some(certificate)))
            };
            let (back, bill) = (ask(Action::Refund), ask(Action::Receipt));
            assert_eq!(rules(&back), refund, "refund {now}");
            assert_eq!(rules(&bill), receipt, "receipt {now}");
            assert_eq!(back.opens_at(), None);
            assert_eq!(
                bill.opens_at(),
                (!bill.allowed()).then(|| at(first)),
                "{now}"
            );
        }
        let policy = Policy::shipped();
        assert_eq!(policy.refund_until(at(paid)), at(last));
        assert_eq!(policy.receipt_from(at(paid)), at(first));
    }
}

#[test]
fn r21_the_days_of_refund_are_a_parameter() {
    for (days, now, expected, opens) in [
        (0, "2026-11-22 23:59:59", "R21", None),
        (0, "2026-11-23", "R21", None),
        (0, "2026-11-23 12:00:00", "R21", None),
        (1, "2026-11-22 23:59:59", "R21", Some("2026-11-23")),
        (1, "2026-11-23", "", None),
        (1, "2026-11-23 23:59:59", "", None),
        (1, "2026-11-24", "R21", None),
    ] {
        let parameters = Parameters {
            refund: Days(days),
            ..Parameters::SHIPPED
        };
        let policy = Policy::new(parameters, Catalogue::shipped()).unwrap();
        let request = ask(Action::Refund, now).with(|r| {
            r.facts.certificate = Some(held(Product::PersonalGeneral, "2026-11-23 12:00:00"));
        });
        let decision = evaluate(&policy, &request);
        assert_eq!(rules(&decision), expected, "{days} {now}");
        assert_eq!(decision.opens_at(), opens.map(at), "{days} {now}");
    }
}

#[test]
fn r21_only_a_revocation_of_its_own_refunds() {
    use CertificateState::{Issued, Reissued, Renewed, Revoked};
    for (state, expected) in [
        (Issued, ""),
        (Renewed, "R21"),
        (Reissued, "R21"),
        (Revoked, "R21"),
    ] {
        let request = ask(Action::Refund, "2026-11-24 12:00:00").with(|r| {
            let certificate = held(Product::PersonalGeneral, "2026-11-23 12:00:00");
            r.facts.certificate = Some(certificate.with(|c| c.state = state));
        });
        assert_eq!(rules(&decide(&request)), expected, "{state}");
    }
}

#[test]
fn r21_a_reissue_does_not_start_the_days_again() {
    // Paid 11-23, reissued 11-28: still refundable on 11-29, not on 11-30.
    let reissued = held(Product::PersonalGeneral, "2026-11-28 12:00:00")
        .with(|c| c.paid_at = Some(at("2026-11-23 12:00:00")));
    for (now, expected) in [("2026-11-29 23:59:59", ""), ("2026-11-30", "R21")] {
        let request = ask(Action::Refund, now).with(|r| r.facts.certificate = Some(reissued));
        assert_eq!(rules(&decide(&request)), expected, "{now}");
    }
}

#[test]
fn r22_no_receipt_for_a_refunded_fee() {
    use CertificateState::{Issued, Reissued, Revoked};
    use EventKind::{Reissue, Revoke};
    for (state, last, refunded, expected) in [
        (Revoked, event(Revoke, "2026-11-29 23:59:59"), None, "R22"),
        (Revoked, event(Revoke, "2026-11-30"), None, ""),
        (
            Revoked,
            event(Revoke, "2026-11-29 23:59:59"),
            Some(false),
            "",
        ),
        (Revoked, None, None, ""),
        (Revoked, None, Some(true), "R22"),
        (Issued, None, Some(true), "R22"),
        (Reissued, event(Reissue, "2026-11-25 12:00:00"), None, ""),
        // Another certificate's revocation.
        (Issued, event(Revoke, "2026-11-25 12:00:00"), None, ""),
    ] {
        let request = ask(Action::Receipt, "2026-12-10 12:00:00").with(|r| {
            let certificate = held(Product::PersonalGeneral, "2026-11-23 12:00:00");
            r.facts.certificate = Some(certificate.with(|c| c.state = state));
            r.facts.last_event = last;
            r.facts.refunded = refunded;
        });
        let decision = decide(&request);
        assert_eq!(rules(&decision), expected, "{state} {last:?} {refunded:?}");
        assert_eq!(decision.opens_at(), None);
    }
}

/// While the days of refund last, whatever revoked it refunded it, unless it was a reissue.
#[test]
fn r22_revoked_within_the_days_there_will_be_no_receipt() {
    use CertificateState::{Issued, Reissued, Revoked};
    let first = Some(at("2026-11-30"));
    for (state, by_reissue, now, expected, opens) in [
        (Issued, None, "2026-11-29 23:59:59", "R22", first),
        (Revoked, None, "2026-11-23 12:00:00", "R22", None),
        (Revoked, None, "2026-11-29 23:59:59", "R22", None),
        (Revoked, None, "2026-11-30", "", None),
        (Revoked, Some(true), "2026-11-29 23:59:59", "R22", first),
        (Reissued, None, "2026-11-29 23:59:59", "R22", first),
    ] {
        let request = ask(Action::Receipt, now).with(|r| {
            let certificate = held(Product::PersonalGeneral, "2026-11-23 12:00:00");
            r.facts.certificate = Some(certificate.with(|c| c.state = state));
            r.facts.revoked_by_this_reissue = by_reissue;
        });
        let decision = decide(&request);
        assert_eq!(rules(&decision), expected, "{state} {now}");
        assert_eq!(decision.opens_at(), opens, "{state} {now}");
    }
}

#[test]
fn r23_a_free_certificate_has_neither() {
    for action in [Action::Refund, Action::Receipt] {
        for now in ["2026-11-23 12:00:00", "2026-12-23 12:00:00"] {
            let request = ask(action, now).with(|r| {
                r.facts.certificate = Some(held(Product::PersonalLimited, "2026-11-23 12:00:00"));
            });
            let decision = decide(&request);
            assert_eq!(rules(&decision), "R23", "{action} {now}");
            assert_eq!(decision.opens_at(), None);
        }
    }
}

#[test]
fn r32_the_tenth_failure_locks() {
    for (failures, expected) in [
        (0, ""),
        (9, ""),
        (10, "R32"),
        (11, "R32"),
        (u32::MAX, "R32"),
    ] {
        let request = ask(Action::Issue, "2026-11-23 12:00:00")
            .with(|r| r.facts.otp_failures = Some(failures));
        assert_eq!(rules(&decide(&request)), expected, "{failures}");
    }
}

#[test]
fn r41_registration() {
    use CertificateState::{Issued, Renewed, Revoked};
    let now = "2026-11-23 12:00:00";
    for (product, state, ra, issued, expected) in [
        (
            Product::PersonalLimited,
            Issued,
            Ra::Other,
            "2026-11-01 12:00:00",
            "",
        ),
        (
            Product::PersonalGeneral,
            Issued,
            Ra::Other,
            "2026-11-01 12:00:00",
            "",
        ),
        (
            Product::BusinessLimited,
            Issued,
            Ra::Other,
            "2026-11-01 12:00:00",
            "",
        ),
        (
            Product::ETax,
            Issued,
            Ra::Other,
            "2026-11-01 12:00:00",
            "R41",
        ),
        (
            Product::PersonalLimited,
            Revoked,
            Ra::Other,
            "2026-11-01 12:00:00",
            "R41",
        ),
        (
            Product::PersonalLimited,
            Renewed,
            Ra::Other,
            "2026-11-01 12:00:00",
            "R41",
        ),
        (
            Product::PersonalLimited,
            Issued,
            Ra::Other,
            "2025-11-22 12:00:00",
            "R41",
        ),
        (
            Product::PersonalLimited,
            Issued,
            Ra::Other,
            "2025-11-23 12:00:00",
            "",
        ),
        (
            Product::PersonalLimited,
            Issued,
            Ra::Other,
            "2026-11-23 12:00:01",
            "R41",
        ),
        (
            Product::PersonalLimited,
            Issued,
            Ra::Own,
            "2026-11-01 12:00:00",
            "R41",
        ),
    ] {
        let request = ask(Action::Register, now).with(|r| {
            r.facts.certificate = Some(held(product, issued).with(|c| {
                c.state = state;
                c.ra = ra;
            }));
        });
        assert_eq!(
            rules(&decide(&request)),
            expected,
            "{product} {state} {ra} {issued}"
        );
    }
}

#[test]
fn r41_groups_are_a_parameter() {
    let off = Parameters {
        groups_may_register: Switch::Off,
        ..Parameters::SHIPPED
    };
    let off = Policy::new(off, Catalogue::shipped()).unwrap();
    for (holder, product, allowed) in [
        (Holder::Individual, Product::PersonalLimited, true),
        (Holder::SoleProprietor, Product::PersonalLimited, false),
        (Holder::Association, Product::PersonalGeneral, false),
        (Holder::SoleProprietor, Product::BusinessLimited, true),
        (Holder::Corporation, Product::BusinessLimited, true),
    ] {
        let request = ask(Action::Register, "2026-11-23 12:00:00").with(|r| {
            r.holder = holder;
            let certificate = held(product, "2026-11-01 12:00:00");
            r.facts.certificate = Some(certificate.with(|c| c.ra = Ra::Other));
        });
        assert!(decide(&request).allowed());
        assert_eq!(
            evaluate(&off, &request).allowed(),
            allowed,
            "{holder} {product}"
        );
    }
}

#[test]
fn r63_and_r64_copies_and_exports() {
    use Action::{Copy, Export};
    use MediumKind::{Disk, Phone, Token, Usb};
    use Product::{BusinessLimited, ETax, PersonalGeneral, PersonalLimited};
    for (action, product, from, to, expected) in [
        (Copy, PersonalLimited, Disk, Phone, ""),
        (Copy, PersonalLimited, Phone, Disk, ""),
        (Copy, PersonalGeneral, Phone, Usb, ""),
        (Copy, BusinessLimited, Disk, Phone, ""),
        (Copy, BusinessLimited, Phone, Disk, "R63"),
        (Copy, ETax, Usb, Phone, ""),
        (Copy, ETax, Phone, Usb, "R63"),
        (Copy, BusinessLimited, Disk, Usb, ""),
        (Copy, PersonalLimited, Token, Usb, "R64"),
        (Copy, PersonalLimited, Usb, Token, ""),
        (Copy, ETax, Token, Phone, "R64"),
        (Export, PersonalLimited, Disk, Disk, ""),
        (Export, PersonalLimited, Token, Disk, "R64"),
        (Export, BusinessLimited, Phone, Disk, ""),
    ] {
        let request = ask(action, "2026-11-23 12:00:00").with(|r| {
            r.facts.certificate = Some(held(product, "2026-11-01 12:00:00"));
            r.facts.medium = Some(from);
            r.facts.target_medium = Some(to);
        });
        assert_eq!(
            rules(&decide(&request)),
            expected,
            "{action} {product} {from} {to}"
        );
    }
}

#[test]
fn a_certificate_that_nobody_names() {
    for (action, expected) in [
        (Action::Renew, "R11"),
        (Action::Reissue, "R12"),
        (Action::Revoke, "R19"),
        (Action::Refund, "R23"),
        (Action::Receipt, "R23"),
        (Action::Use, ""),
        (Action::Register, ""),
        (Action::Copy, ""),
        (Action::Export, ""),
    ] {
        assert_eq!(
            rules(&decide(&ask(action, "2026-11-23 12:00:00"))),
            expected,
            "{action}"
        );
    }
}

#[test]
fn what_a_reissue_costs() {
    let policy = Policy::shipped();
    let general = held(Product::PersonalGeneral, "2026-11-23 12:00:00");
    let end = general.not_after;
    for (certificate, now, fee) in [
        (general, end, Some(0)),
        (general, plus(end, 1), Some(4_400)),
        (
            general.with(|c| c.state = CertificateState::Revoked),
            end,
            Some(4_400),
        ),
        (
            held(Product::PersonalLimited, "2026-11-23"),
            plus(end, 1),
            Some(0),
        ),
        (held(Product::ETax, "2026-11-23"), plus(end, 1), None),
    ] {
        assert_eq!(
            policy.reissue_fee(&certificate, now),
            fee.map(Krw),
            "{certificate:?} {now}"
        );
    }
}

#[test]
fn an_approval_carries_the_terms_of_the_order() {
    let request = ask(Action::Issue, "2026-11-23 12:00:00").with(|r| {
        r.product = Product::PersonalGeneral;
        r.facts.issuer = Some(Issuer::Koscom);
    });
    let approved = decide(&request).approve().unwrap();
    let terms = approved.order_terms().unwrap();
    assert_eq!(
        (terms.product, terms.issuer, terms.fee, terms.validity),
        (
            Product::PersonalGeneral,
            Issuer::Koscom,
            Some(Krw(4_400)),
            ValidityRule::OneYear
        )
    );
    assert_eq!(approved.now(), request.now);
    assert_eq!(approved.decision().policy(), Policy::shipped().digest());

    let refused = request.with(|r| {
        r.now = at("2026-11-23 23:00:00");
        r.facts.terms_accepted = Some(false);
    });
    let refusal = decide(&refused).approve().unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "R16: 발급 가능 시간(01:00:00~23:00:00)이 아닙니다. 2026-11-24 01:00(KST)부터 가능합니다 \
         (issuing runs 01:00:00 to 23:00:00 KST; it opens 2026-11-24 01:00 KST)\n\
         R35: 필수 약관에 모두 동의해야 합니다 (every mandatory term must be accepted)"
    );
}
