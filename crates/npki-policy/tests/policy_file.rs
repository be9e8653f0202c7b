//! The policy as a file: what reads back, and what a hasty edit is told.
#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use npki_core::{Holder, Issuer, Product, Purpose};
use npki_policy::{
    Attempts, Catalogue, DailyWindow, Days, Enrolment, Hours, Krw, Minutes, Months, Offer, Origin,
    Pairs, Parameters, Policy, PolicyFileTrouble, ProductRow, Switch, TimeOfDay, Validity,
};
use proptest::{option, prelude::*, sample::select};

const SHIPPED: &str = include_str!("../policy.toml");

#[test]
fn the_shipped_file_is_the_shipped_policy() {
    assert_eq!(Policy::from_toml(SHIPPED), Ok(Policy::shipped()));
    // Written from the table, comments included; on a difference, this is the file to ship.
    assert_eq!(SHIPPED, Policy::shipped().to_toml());
}

#[test]
fn a_file_says_each_value_with_its_rule() {
    for lines in [
        "# R11. Renewal opens so many days before the expiry day, at 00:00 KST.\nrenewal_opens = \"30 days\"\n",
        "\nissuing_window = \"01:00:00 to 23:00:00 KST\"\n",
        "\nfee = \"KRW 4,400\"\n",
        "\nfee = \"unset\"\n",
        "\nnot_sold = []\n",
    ] {
        assert!(SHIPPED.contains(lines), "{lines}");
    }
    for row in Parameters::SHIPPED.rows() {
        let line = format!("\n{} = \"{}\"\n", row.name, row.value.en);
        let (before, _) = SHIPPED.split_once(&line).unwrap();
        let comment = before.lines().last().unwrap();
        assert!(comment.starts_with(&format!("# {}. ", row.rule)), "{line}");
    }
}

/// What stands in the shipped file, what is written instead, the column, and what is said.
#[test]
fn a_hasty_edit_is_told_where_and_what_was_wanted() {
    for (old, new, column, said) in [
        // Keys.
        (
            "format = \"npki-policy 1\"",
            "format = \"npki-policy 2\"",
            10,
            "`format` is \"npki-policy 2\"; wanted \"npki-policy 1\", the one form there is",
        ),
        (
            "loan_block = \"4 days\"",
            "loan_bloc = \"4 days\"",
            1,
            "`parameters` has no key `loan_bloc`; known: renewal_opens loan_block registration_blocks_loans issuing_window",
        ),
        (
            "origin = \"bank\"",
            "price = 3",
            1,
            "`product` has no key `price`; known: name holders enrolment offers fee validity purposes pairs origin",
        ),
        (
            "{ issuer = \"yessign\", policy = \"lab-yessign/personal-limited\" }",
            "{ issuer = \"yessign\", oid = \"1.2.3\" }",
            25,
            "`product.offers` has no key `oid`; known: issuer policy",
        ),
        (
            "not_sold = []",
            "sold = []",
            1,
            "the file has no key `sold`; known: format not_sold parameters product",
        ),
        // Units, types and ranges.
        (
            "renewal_opens = \"30 days\"",
            "renewal_opens = \"30 hours\"",
            17,
            "`parameters.renewal_opens` is \"30 hours\"; wanted days, such as \"30 days\", up to 65535",
        ),
        (
            "renewal_opens = \"30 days\"",
            "renewal_opens = 30",
            17,
            "`parameters.renewal_opens` is 30; wanted days, such as",
        ),
        (
            "loan_block = \"4 days\"",
            "loan_block = \"65536 days\"",
            14,
            "`parameters.loan_block` is \"65536 days\"; wanted days",
        ),
        (
            "order_end = \"24 hours\"",
            "order_end = \"-1 hours\"",
            13,
            "is \"-1 hours\"; wanted hours, such as \"24 hours\", 1 to 65535",
        ),
        (
            "confirm_wait = \"10 minutes\"",
            "confirm_wait = [\"10 minutes\"]",
            16,
            "is [\"10 minutes\"]; wanted minutes, such as \"10 minutes\", 1 to 65535",
        ),
        (
            "password_reminder = \"6 months\"",
            "password_reminder = \"half a year\"",
            21,
            "is \"half a year\"; wanted months, such as \"6 months\", up to 255",
        ),
        (
            "otp_attempts = \"10 attempts\"",
            "otp_attempts = \"ten attempts\"",
            16,
            "is \"ten attempts\"; wanted attempts",
        ),
        (
            "groups_may_register = \"on\"",
            "groups_may_register = true",
            23,
            "is true; wanted \"on\" or \"off\"",
        ),
        (
            "issuing_window = \"01:00:00 to 23:00:00 KST\"",
            "issuing_window = \"01:00 to 23:00 KST\"",
            18,
            "wanted hours of the Korean day, such as \"01:00:00 to 23:00:00 KST\"",
        ),
        (
            "fee = \"KRW 4,400\"",
            "fee = 4400",
            7,
            "`product.fee` is 4400; wanted Korean won, such as \"KRW 4,400\", or \"unset\"",
        ),
        (
            "fee = \"KRW 4,400\"",
            "fee = \"KRW 44,00\"",
            7,
            "`product.fee` is \"KRW 44,00\"; wanted",
        ),
        (
            "\"lab-yessign/etax\"",
            "\"1.2.410.200005.1.1.4\"",
            34,
            "wanted the name of a certificate policy, such as \"yessign/personal-limited\"",
        ),
        (
            "holders = [\"individual\", \"sole-proprietor\", \"association\"]",
            "holders = \"individual\"",
            11,
            "`product.holders` is \"individual\"; wanted a list of words",
        ),
        // Names.
        (
            "[\"individual\", \"sole-proprietor\", \"association\"]",
            "[\"individual\", \"sole-trader\", \"association\"]",
            26,
            "`product.holders`: \"sole-trader\" is no holder; known: individual sole-proprietor association corporation",
        ),
        (
            "name = \"etax\"",
            "name = \"e-tax\"",
            8,
            "\"e-tax\" is no product; known: personal-limited personal-general business-limited business-general etax",
        ),
        (
            "{ issuer = \"KOSCOM\", policy = \"lab-KOSCOM/etax\" }",
            "{ issuer = \"koscom\", policy = \"lab-KOSCOM/etax\" }",
            14,
            "\"koscom\" is no issuer; known: yessign KICA CrossCert KOSCOM TradeSign",
        ),
        (
            "pairs = \"signing\"",
            "pairs = \"both\"",
            9,
            "\"both\" is no key pairs; known: signing signing-and-km",
        ),
        // Twice.
        (
            "purposes = [\"etax\"]",
            "purposes = [\"etax\", \"etax\"]",
            21,
            "`product.purposes` lists etax twice",
        ),
        (
            "name = \"etax\"",
            "name = \"business-general\"",
            8,
            "product business-general has two rows",
        ),
        (
            "{ issuer = \"KICA\", policy = \"lab-KICA/etax\" }",
            "{ issuer = \"yessign\", policy = \"lab-KICA/etax\" }",
            10,
            "product etax names issuer yessign twice",
        ),
        (
            "refund = \"7 days\"",
            "refund = \"7 days\"\nrefund = \"7 days\"",
            1,
            "not TOML: duplicate key",
        ),
        // Together.
        (
            "not_sold = []",
            "not_sold = [\"etax\"]",
            12,
            "product etax is listed in `not_sold` and has a row",
        ),
        (
            "to 23:00:00 KST",
            "to 01:00:00 KST",
            18,
            "issuing_window 01:00:00 to 01:00:00 KST closes before it opens",
        ),
        (
            "ars_approval = \"3 minutes\"",
            "ars_approval = \"0 minutes\"",
            16,
            "ars_approval must be above zero",
        ),
        (
            "fee = \"KRW 4,400\"",
            "fee = \"KRW -1\"",
            7,
            "product personal-general has the fee KRW -1",
        ),
        (
            "offers = [\n  { issuer = \"yessign\", policy = \"lab-yessign/personal-limited\" },\n]",
            "offers = []",
            10,
            "product personal-limited names no issuer",
        ),
        ("[parameters]", "[parameters", 12, "not TOML: "),
    ] {
        // A list of offers is told apart by its product; else the first place counts.
        let at = SHIPPED.find(old).unwrap_or_else(|| panic!("{old}"));
        let text = format!("{}{new}{}", &SHIPPED[..at], &SHIPPED[at + old.len()..]);
        let mut line = SHIPPED[..at].matches('\n').count() + 1;
        // Of a key that stands twice, the second is told.
        line += usize::from(said.contains("duplicate"));
        let error = Policy::from_toml(&text).unwrap_err();
        assert!(error.to_string().contains(said), "{new}: {error}");
        if !said.contains("names issuer") {
            assert_eq!((error.line, error.column), (line, column), "{new}: {error}");
        }
    }
}

#[test]
fn what_is_missing_is_named() {
    for (line, said) in [
        ("format = \"npki-policy 1\"", "the file lacks `format`"),
        ("not_sold = []", "the file lacks `not_sold`"),
        ("order_end = \"24 hours\"", "`parameters` lacks `order_end`"),
        ("pairs = \"signing\"", "`product` lacks `pairs`"),
    ] {
        let error = Policy::from_toml(&SHIPPED.replacen(line, "", 1)).unwrap_err();
        assert!(error.to_string().ends_with(said), "{error}");
    }
    let (without, _) = SHIPPED.rsplit_once("[[product]]").unwrap();
    let error = Policy::from_toml(without).unwrap_err();
    assert_eq!(error.trouble, PolicyFileTrouble::NoRow(Product::ETax));
    let not_sold = without.replace("not_sold = []", "not_sold = [\"etax\"]");
    let policy = Policy::from_toml(&not_sold).unwrap();
    assert!(policy.catalogue().row(Product::ETax).is_none());
}

#[test]
fn a_missing_parameter_is_told_at_its_table() {
    let error =
        Policy::from_toml(&SHIPPED.replacen("order_end = \"24 hours\"", "", 1)).unwrap_err();
    let line = SHIPPED
        .lines()
        .position(|line| line == "[parameters]")
        .unwrap()
        + 1;
    assert_eq!(error.line, line);
}

#[test]
fn a_file_too_long_is_not_read() {
    let room = Policy::MAX_FILE_BYTES - SHIPPED.len();
    let full = format!("{}{SHIPPED}", "\n".repeat(room));
    assert_eq!(Policy::from_toml(&full), Ok(Policy::shipped()));
    let error = Policy::from_toml(&format!("\n{full}")).unwrap_err();
    let limit = Policy::MAX_FILE_BYTES;
    let found = limit + 1;
    assert_eq!(error.trouble, PolicyFileTrouble::TooLong { found, limit });
}

#[test]
fn a_place_is_counted_in_characters() {
    let error = Policy::from_toml("# 정책\r\n가 = 1\n").unwrap_err();
    assert_eq!((error.line, error.column), (2, 1), "{error}");
    let error = Policy::from_toml("\"format\" = 1 # 한글\nnot_sold=[]\n\"가나\" = 1").unwrap_err();
    assert_eq!((error.line, error.column), (3, 1), "{error}");
    let error =
        Policy::from_toml("parameters = { \"가나\" = 1, x = 2 }\nformat = \"npki-policy 1\"");
    assert_eq!(
        error.as_ref().map_err(|e| (e.line, e.column)),
        Err((1, 16)),
        "{error:?}"
    );
}

fn parameters() -> impl Strategy<Value = Parameters> {
    let days = any::<[u16; 4]>();
    let spans = (1u16.., 1u16.., 1u16.., any::<u8>());
    let attempts = (1u32.., 1u32.., 1u32.., 1u32.., 1u32..);
    let window = (0u32..86_400, 1u32..=86_400);
    let switches = (select(Switch::ALL), select(Switch::ALL));
    (days, spans, attempts, window, switches).prop_map(
        |(days, spans, attempts, window, switches)| {
            let (from, to) = (window.0, window.1.max(window.0 + 1));
            let time = |s: u32| TimeOfDay::new(s / 3_600, s / 60 % 60, s % 60).unwrap();
            Parameters {
                renewal_opens: Days(days[0]),
                loan_block: Days(days[1]),
                registration_blocks_loans: switches.0,
                issuing_window: DailyWindow {
                    opens: time(from),
                    closes: time(to),
                },
                confirm_wait: Minutes(spans.0),
                order_end: Hours(spans.1),
                refund: Days(days[2]),
                ars_approval: Minutes(spans.2),
                otp_attempts: Attempts(attempts.0),
                account_password_attempts: Attempts(attempts.1),
                security_card_attempts: Attempts(attempts.2),
                pin_attempts: Attempts(attempts.3),
                authorization_code_attempts: Attempts(attempts.4),
                groups_may_register: switches.1,
                expiry_reminder: Days(days[3]),
                password_reminder: Months(spans.3),
            }
        },
    )
}

/// Any of these, in any order, each once.
fn some_of<T: Copy + core::fmt::Debug + 'static>(
    all: &'static [T],
    least: usize,
) -> impl Strategy<Value = Vec<T>> {
    prop::sample::subsequence(all.to_vec(), least..=all.len()).prop_shuffle()
}

fn row(product: Product) -> impl Strategy<Value = ProductRow> {
    let words = (
        some_of(Holder::ALL, 0),
        some_of(Purpose::ALL, 0),
        some_of(Issuer::ALL, 1),
        "(lab-)?[A-Za-z0-9-]{1,20}/[A-Za-z0-9-]{1,64}",
    );
    let rest = (
        option::of(0i64..),
        select(Enrolment::ALL),
        select(Pairs::ALL),
        select(Origin::ALL),
    );
    (words, rest).prop_map(
        move |((holders, purposes, issuers, policy), rest)| ProductRow {
            product,
            holders,
            enrolment: rest.1,
            offers: issuers
                .into_iter()
                .map(|issuer| Offer {
                    issuer,
                    policy: policy.clone(),
                })
                .collect(),
            fee: rest.0.map(Krw),
            validity: Validity::OneYear,
            purposes,
            pairs: rest.2,
            origin: rest.3,
        },
    )
}

fn policies() -> impl Strategy<Value = Policy> {
    let rows = some_of(Product::ALL, 0)
        .prop_flat_map(|products| products.into_iter().map(row).collect::<Vec<_>>());
    (parameters(), rows)
        .prop_map(|(parameters, rows)| Policy::new(parameters, Catalogue { rows }).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_policy_reads_back_from_its_file(policy in policies()) {
        let file = policy.to_toml();
        let read = Policy::from_toml(&file);
        prop_assert_eq!(read.as_ref(), Ok(&policy), "{}", file);
    }

    /// Whatever is cut, doubled or overwritten: an answer, and a place inside of the file.
    #[test]
    fn a_damaged_file_is_answered(
        at in 0..SHIPPED.len(), length in 0usize..40, instead in "[\\[\\]{}=\",.#a-z0-9\n가-나]{0,8}",
    ) {
        let cut = |i: usize| (0..=i.min(SHIPPED.len())).rev().find(|i| SHIPPED.is_char_boundary(*i)).unwrap();
        let (from, to) = (cut(at), cut(at + length));
        let text = format!("{}{instead}{}", &SHIPPED[..from], &SHIPPED[to..]);
        if let Err(error) = Policy::from_toml(&text) {
            prop_assert!((1..=text.matches('\n').count() + 1).contains(&error.line), "{error}");
            let line = text.split('\n').nth(error.line - 1).unwrap();
            prop_assert!((1..=line.chars().count() + 1).contains(&error.column), "{error}");
        }
    }
}
