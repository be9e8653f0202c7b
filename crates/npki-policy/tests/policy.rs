//! What makes a policy, and its digest.
#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use npki_core::{Holder, Issuer, Product, Purpose};
use npki_policy::{
    Attempts, Catalogue, DailyWindow, Days, Hours, Krw, Minutes, Months, Offer, Origin, Pairs,
    Parameters, Policy, PolicyError, Switch, TimeOfDay,
};

fn window(from: u32, to: u32) -> DailyWindow {
    DailyWindow {
        opens: TimeOfDay::new(from, 0, 0).unwrap(),
        closes: TimeOfDay::new(to, 0, 0).unwrap(),
    }
}

/// Five products, and no kinds beside them (S14).
#[test]
fn the_shipped_policy() {
    let policy = Policy::shipped();
    assert_eq!(policy.parameters(), &Parameters::default());
    for row in &policy.catalogue().rows {
        let personal = matches!(
            row.product,
            Product::PersonalLimited | Product::PersonalGeneral
        );
        assert_eq!(
            row.origin,
            if personal {
                Origin::Bank
            } else {
                Origin::Example
            }
        );
        assert_eq!(row.fee.is_some(), personal);
        assert_eq!(row.pairs, Pairs::Signing);
    }
    assert_eq!(policy.catalogue().rows.len(), Product::ALL.len());
}

#[test]
fn nonsense_is_no_policy() {
    type Change = fn(&mut Parameters, &mut Catalogue);
    let rows: [(Change, PolicyError); 10] = [
        (
            |p, _| p.issuing_window = window(23, 23),
            PolicyError::EmptyWindow(window(23, 23)),
        ),
        (
            |p, _| p.issuing_window = window(23, 1),
            PolicyError::EmptyWindow(window(23, 1)),
        ),
        (
            |p, _| p.confirm_wait = Minutes(0),
            PolicyError::Zero("confirm_wait"),
        ),
        (
            |p, _| p.otp_attempts = Attempts(0),
            PolicyError::Zero("otp_attempts"),
        ),
        (
            |_, c| c.rows.push(c.rows[0].clone()),
            PolicyError::TwoRows(Product::PersonalLimited),
        ),
        (
            |_, c| c.rows[1].offers.clear(),
            PolicyError::NoIssuer(Product::PersonalGeneral),
        ),
        (
            |_, c| {
                let first = c.rows[0].offers[0].clone();
                c.rows[0].offers.push(first);
            },
            PolicyError::TwoOffers {
                product: Product::PersonalLimited,
                issuer: Issuer::Yessign,
            },
        ),
        (
            |_, c| c.rows[0].fee = Some(Krw(-1)),
            PolicyError::NegativeFee {
                product: Product::PersonalLimited,
                fee: Krw(-1),
            },
        ),
        (
            |_, c| c.rows[4].holders.push(Holder::Corporation),
            PolicyError::ListedTwice {
                product: Product::ETax,
                column: "holders",
                word: "corporation",
            },
        ),
        (
            |_, c| c.rows[4].purposes.push(Purpose::ETax),
            PolicyError::ListedTwice {
                product: Product::ETax,
                column: "purposes",
                word: "etax",
            },
        ),
    ];
    for (change, error) in rows {
        let (mut parameters, mut catalogue) = (Parameters::SHIPPED, Catalogue::shipped());
        change(&mut parameters, &mut catalogue);
        assert_eq!(Policy::new(parameters, catalogue).unwrap_err(), error);
    }
}

#[test]
fn every_change_changes_the_digest() {
    type Change = fn(&mut Parameters, &mut Catalogue);
    let changes: [Change; 25] = [
        |_, _| (),
        |p, _| p.renewal_opens = Days(31),
        |p, _| p.loan_block = Days(31),
        |p, _| p.registration_blocks_loans = Switch::Off,
        |p, _| p.issuing_window = window(2, 23),
        |p, _| p.confirm_wait = Minutes(31),
        |p, _| p.order_end = Hours(31),
        |p, _| p.refund = Days(31),
        |p, _| p.ars_approval = Minutes(31),
        |p, _| p.otp_attempts = Attempts(31),
        |p, _| p.account_password_attempts = Attempts(31),
        |p, _| p.security_card_attempts = Attempts(31),
        |p, _| p.pin_attempts = Attempts(31),
        |p, _| p.authorization_code_attempts = Attempts(31),
        |p, _| p.groups_may_register = Switch::Off,
        |p, _| p.expiry_reminder = Days(31),
        |p, _| p.password_reminder = Months(31),
        |_, c| c.rows[0].holders = vec![Holder::Individual],
        |_, c| c.rows[0].offers[0].policy = "another/policy".to_owned(),
        |_, c| {
            c.rows[0].offers.push(Offer {
                issuer: Issuer::Kica,
                policy: "lab-KICA/personal-limited".to_owned(),
            });
        },
        |_, c| c.rows[0].fee = None,
        |_, c| c.rows[0].purposes.clear(),
        |_, c| c.rows[0].pairs = Pairs::SigningAndKm,
        |_, c| c.rows[0].origin = Origin::Example,
        |_, c| c.rows.truncate(4),
    ];
    let mut seen = std::collections::BTreeMap::new();
    for (i, change) in changes.iter().enumerate() {
        let (mut parameters, mut catalogue) = (Parameters::SHIPPED, Catalogue::shipped());
        change(&mut parameters, &mut catalogue);
        let policy = Policy::new(parameters, catalogue).unwrap();
        let digest = policy.digest().octets().to_vec();
        assert_eq!(seen.insert(digest, i), None, "change {i}");
    }
    assert_eq!(Policy::shipped().digest(), Policy::shipped().digest());
}

#[test]
fn the_name_of_a_certificate_policy_has_a_form() {
    for (name, fits) in [
        ("yessign/personal-limited", true),
        ("lab-KICA/etax", true),
        ("a/1", true),
        ("", false),
        ("yessign", false),
        ("yessign/", false),
        ("/etax", false),
        ("yessign/etax/1", false),
        ("yessign/e tax", false),
        ("yessign/etax\"", false),
        ("1.2.410.200005.1.1.4", false),
        ("예스사인/etax", false),
    ] {
        let mut catalogue = Catalogue::shipped();
        catalogue.rows[4].offers[0].policy = name.to_owned();
        let policy = Policy::new(Parameters::SHIPPED, catalogue);
        let refused = PolicyError::PolicyName {
            product: Product::ETax,
            name: name.to_owned(),
        };
        assert_eq!(policy.err(), (!fits).then_some(refused), "{name}");
    }
    for (letters, fits) in [(64, true), (65, false)] {
        let mut catalogue = Catalogue::shipped();
        catalogue.rows[4].offers[0].policy = format!("yessign/{}", "x".repeat(letters));
        assert_eq!(Policy::new(Parameters::SHIPPED, catalogue).is_ok(), fits);
    }
}
