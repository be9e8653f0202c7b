//! How each CA makes a distinguished name of a subscriber's names: habits as a table.

use core::fmt::Write as _;

use npki_cert::Name;
use npki_core::{Instant, Issuer, Product, SubjectNames};
use rand_core::CryptoRng;

use crate::CaError;

/// One CA's habit. Units stand in DER order, from O down; `{…}` are filled in.
struct Habit {
    issuer: Issuer,
    country: &'static str,
    units: &'static [&'static str],
    common_name: &'static str,
}

/// Seen in certificates of the five CAs; `{class}` is yessign's word for the product, `{ra}` the
/// bank's unit, `{tail}` digits that tell two people of one name apart.
const HABITS: &[Habit] = &[
    Habit {
        issuer: Issuer::Yessign,
        country: "kr",
        units: &["{class}", "{ra}"],
        common_name: "{name}({english}){tail}",
    },
    Habit {
        issuer: Issuer::Kica,
        country: "KR",
        units: &["licensedCA", "등록기관", "{ra}"],
        common_name: "{name}({english}){tail}",
    },
    Habit {
        issuer: Issuer::CrossCert,
        country: "KR",
        units: &["AccreditedCA", "{ra}"],
        common_name: "{name}({english}){tail}",
    },
    Habit {
        issuer: Issuer::Koscom,
        country: "KR",
        units: &["LicensedCA", "{ra}"],
        common_name: "{name}-{tail}",
    },
    Habit {
        issuer: Issuer::TradeSign,
        country: "KR",
        units: &["LicensedCA", "{ra}"],
        common_name: "{name}({english}){tail}",
    },
];

/// Policy codes and class words of yessign: `personal4IB` and 04 for a limited personal certificate.
const fn class(product: Product) -> (&'static str, &'static str) {
    match product {
        Product::PersonalLimited => ("personal4IB", "04"),
        Product::PersonalGeneral => ("personal", "01"),
        Product::BusinessLimited => ("corp4IB", "02"),
        Product::BusinessGeneral => ("corp", "05"),
        _ => ("xUse4Esero", "68"),
    }
}

/// The name of a new subscriber under `organization`, the O of the CA's certificate.
pub(crate) fn subject(
    issuer: Issuer,
    organization: &str,
    product: Product,
    names: &SubjectNames,
    now: Instant,
    rng: &mut dyn CryptoRng,
) -> Result<Name, CaError> {
    let unreadable = || CaError::Damaged {
        what: "a subscriber's names",
    };
    let habit = HABITS
        .iter()
        .find(|habit| habit.issuer == issuer)
        .ok_or_else(unreadable)?;
    let (class, code) = class(product);
    let (year, month, day) = now.kst_day().year_month_day();
    // Institution 9999 is nobody's; then yessign's policy code, one digit, the day, a running number.
    let running = rng.next_u32() % 1_000_000;
    let tail = format!("9999{code}1{year:04}{month:02}{day:02}{running:06}");
    let fill = |template: &str, english: &str| {
        template
            .replace("{class}", class)
            .replace("{ra}", &names.ra_unit)
            .replace("{tail}", &tail)
            .replace("{english}", english)
            .replace("{name}", &names.real_name)
    };
    let fits = |common_name: &String| common_name.chars().count() <= MAX_COMMON_NAME;
    // The English name may be absent, so it gives way; a real name is never cut.
    let common_name = [&*names.english_name, ""]
        .map(|english| fill(habit.common_name, english))
        .into_iter()
        .find(fits)
        .ok_or_else(unreadable)?;
    let mut text = format!("cn={}", escape(&common_name));
    for unit in habit.units.iter().rev() {
        let _ = write!(text, ",ou={}", escape(&fill(unit, "")));
    }
    let _ = write!(text, ",o={},c={}", escape(organization), habit.country);
    Name::from_npki_text(&text).map_err(|_| unreadable())
}

/// Characters: ub-common-name (RFC 5280 appendix A.1).
const MAX_COMMON_NAME: usize = 64;

/// RFC 4514 section 2.4.
fn escape(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for (i, c) in value.char_indices() {
        let first = i == 0 && matches!(c, ' ' | '#');
        let last = i + c.len_utf8() == value.len() && c == ' ';
        if first || last || matches!(c, ',' | '+' | '"' | '\\' | '<' | '>' | ';' | '=') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use core::convert::Infallible;

    use super::*;

    /// Running numbers matter to nobody here.
    struct Zeros;

    impl rand_core::TryRng for Zeros {
        type Error = Infallible;

        fn try_next_u32(&mut self) -> Result<u32, Infallible> {
            Ok(0)
        }

        fn try_next_u64(&mut self) -> Result<u64, Infallible> {
            Ok(0)
        }

        fn try_fill_bytes(&mut self, octets: &mut [u8]) -> Result<(), Infallible> {
            octets.fill(0);
            Ok(())
        }
    }

    impl rand_core::TryCryptoRng for Zeros {}

    #[test]
    fn special_characters_are_escaped() {
        for (plain, escaped) in [
            ("홍길동", "홍길동"),
            ("a,b", "a\\,b"),
            ("#1", "\\#1"),
            (" x ", "\\ x\\ "),
            ("a=b+c", "a\\=b\\+c"),
            ("\\\"<>;", "\\\\\\\"\\<\\>\\;"),
        ] {
            assert_eq!(escape(plain), escaped);
        }
    }

    /// Behind `가…가(` stand the English name, `)` and 21 digits.
    #[test]
    fn a_common_name_of_64_characters() {
        let common_name = |issuer, real: usize, english: usize| {
            let names = SubjectNames {
                real_name: "가".repeat(real),
                english_name: "A".repeat(english),
                ra_unit: "KMB".into(),
            };
            let now = "2026-12-01".parse().unwrap();
            let product = Product::PersonalLimited;
            let made = subject(issuer, "Lab", product, &names, now, &mut Zeros);
            made.ok()?.common_name()
        };
        for (issuer, real, english, kept) in [
            (Issuer::Yessign, 3, 38, Some(38)),
            (Issuer::Yessign, 3, 39, Some(0)),
            (Issuer::Yessign, 41, 0, Some(0)),
            (Issuer::Yessign, 41, 64, Some(0)),
            (Issuer::Yessign, 42, 0, None),
            (Issuer::Koscom, 42, 64, Some(0)),
            (Issuer::Koscom, 43, 0, None),
        ] {
            let found = common_name(issuer, real, english);
            let letters = found.as_ref().map(|cn| cn.matches('A').count());
            assert_eq!(letters, kept, "{issuer} {real} {english}");
            assert!(found.is_none_or(|cn| cn.chars().count() <= 64));
        }
    }

    #[test]
    fn every_issuer_has_a_habit() {
        for issuer in Issuer::ALL {
            assert_eq!(
                HABITS.iter().filter(|h| h.issuer == *issuer).count(),
                1,
                "{issuer}"
            );
        }
    }
}
