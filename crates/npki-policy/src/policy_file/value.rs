use crate::{
    Attempts, DailyWindow, Days, Hours, Krw, Minutes, Months, Switch, TimeOfDay,
    catalogue::is_policy_name,
};

/// A value that a policy file writes as text, its unit in it; `Display` writes it.
pub(super) trait Value: Sized {
    /// What may stand there.
    const WANTED: &'static str;

    fn read(text: &str) -> Option<Self>;
}

/// A fee that may not be set yet.
pub(super) struct Fee(pub(super) Option<Krw>);

/// The name of a certificate policy.
pub(super) struct PolicyName(pub(super) String);

macro_rules! counted {
    ($type:ident, $one:literal, $many:literal, $wanted:literal) => {
        impl Value for $type {
            const WANTED: &'static str = $wanted;

            fn read(text: &str) -> Option<Self> {
                let (number, unit) = text.split_once(' ')?;
                let fits = unit == $many || (unit == $one && number == "1");
                if !fits || !is_digits(number) {
                    return None;
                }
                number.parse().ok().map(Self)
            }
        }
    };
}

counted!(
    Days,
    "day",
    "days",
    "days, such as \"30 days\", up to 65535"
);
counted!(
    Months,
    "month",
    "months",
    "months, such as \"6 months\", up to 255"
);
counted!(
    Hours,
    "hour",
    "hours",
    "hours, such as \"24 hours\", 1 to 65535"
);
counted!(
    Minutes,
    "minute",
    "minutes",
    "minutes, such as \"10 minutes\", 1 to 65535"
);
counted!(
    Attempts,
    "attempt",
    "attempts",
    "attempts, such as \"5 attempts\", 1 to 4294967295"
);

impl Value for Switch {
    const WANTED: &'static str = "\"on\" or \"off\"";

    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Value for DailyWindow {
    const WANTED: &'static str = "hours of the Korean day, such as \"01:00:00 to 23:00:00 KST\"";

    fn read(text: &str) -> Option<Self> {
        let (opens, closes) = text.strip_suffix(" KST")?.split_once(" to ")?;
        Some(Self {
            opens: time_of_day(opens)?,
            closes: time_of_day(closes)?,
        })
    }
}

impl Value for Fee {
    const WANTED: &'static str = "Korean won, such as \"KRW 4,400\", or \"unset\"";

    fn read(text: &str) -> Option<Self> {
        if text == "unset" {
            return Some(Self(None));
        }
        let amount = text.strip_prefix("KRW ")?;
        let krw = Krw(amount.replace(',', "").parse().ok()?);
        // Commas stand between thousands or nowhere, and a number is written in one way.
        let fits = amount == krw.grouped() || amount == krw.0.to_string();
        fits.then_some(Self(Some(krw)))
    }
}

impl Value for PolicyName {
    const WANTED: &'static str =
        "the name of a certificate policy, such as \"yessign/personal-limited\"";

    fn read(text: &str) -> Option<Self> {
        is_policy_name(text).then(|| Self(text.to_owned()))
    }
}

/// `01:00:00`.
fn time_of_day(text: &str) -> Option<TimeOfDay> {
    let mut parts = text.split(':').map(|part| {
        let fits = part.len() == 2 && is_digits(part);
        fits.then(|| part.parse().ok()).flatten()
    });
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
    match parts.next() {
        Some(_) => None,
        None => TimeOfDay::new(hour, minute, second),
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_belongs_to_its_number() {
        for (text, days) in [
            ("30 days", Some(30)),
            ("0 days", Some(0)),
            ("1 day", Some(1)),
            ("1 days", Some(1)),
            ("65535 days", Some(65_535)),
            ("65536 days", None),
            ("2 day", None),
            ("30", None),
            ("30  days", None),
            ("30 hours", None),
            ("-1 days", None),
            ("+1 days", None),
            (" days", None),
        ] {
            assert_eq!(Days::read(text), days.map(Days), "{text}");
        }
    }

    #[test]
    fn hours_of_a_day() {
        for (text, fits) in [
            ("01:00:00 to 23:00:00 KST", true),
            ("00:00:00 to 24:00:00 KST", true),
            ("00:00:00 to 24:00:01 KST", false),
            ("01:00 to 23:00 KST", false),
            ("01:00:00 to 23:00:00", false),
            ("01:00:00 to 23:00:00 UTC", false),
            ("1:00:00 to 23:00:00 KST", false),
            ("01:00:00:00 to 23:00:00 KST", false),
            ("01:60:00 to 23:00:00 KST", false),
        ] {
            assert_eq!(DailyWindow::read(text).is_some(), fits, "{text}");
        }
    }

    #[test]
    fn fees() {
        for (text, fee) in [
            ("unset", Some(None)),
            ("KRW 0", Some(Some(0))),
            ("KRW 4,400", Some(Some(4_400))),
            ("KRW 4400", Some(Some(4_400))),
            ("KRW -1", Some(Some(-1))),
            ("KRW 44,00", None),
            ("KRW 04,400", None),
            ("KRW 4,400.00", None),
            ("USD 4", None),
            ("4400", None),
            ("KRW 9223372036854775808", None),
            ("", None),
        ] {
            assert_eq!(
                Fee::read(text).map(|fee| fee.0),
                fee.map(|f| f.map(Krw)),
                "{text}"
            );
        }
    }
}
