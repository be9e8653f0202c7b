use core::{fmt, time::Duration};
use npki_core::named;

/// Calendar days in Korea.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Days(pub u16);

/// Calendar months.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Months(pub u8);

/// Hours of 3,600 seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hours(pub u16);

/// Minutes of 60 seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Minutes(pub u16);

/// Wrong answers in a row; the limit itself is already refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Attempts(pub u32);

/// An amount of Korean won, VAT included where it is a fee. A balance may be below zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Krw(pub i64);

/// A time of day in Korea: whole seconds since midnight, 0 to 86,400 (24:00:00, an end only).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeOfDay(u32);

/// Hours of every day: `opens` is inside, `closes` is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DailyWindow {
    /// The first second inside.
    pub opens: TimeOfDay,
    /// The first second outside again.
    pub closes: TimeOfDay,
}

/// Whether a part of a rule applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Switch {
    /// It does not.
    Off,
    /// It does.
    On,
}

named!(Switch, "switch", [
    Off = "off", "아니오", "off";
    On = "on", "예", "on";
]);

impl Krw {
    /// Nothing.
    pub const ZERO: Self = Self(0);
}

impl Hours {
    /// As a span.
    #[must_use]
    pub fn duration(self) -> Duration {
        Duration::from_secs(u64::from(self.0) * 3600)
    }
}

impl Minutes {
    /// As a span.
    #[must_use]
    pub fn duration(self) -> Duration {
        Duration::from_secs(u64::from(self.0) * 60)
    }
}

impl TimeOfDay {
    /// `hour`:`minute`:`second`; 24:00:00 is the end of a day. `None` when there is no such time.
    #[must_use]
    pub const fn new(hour: u32, minute: u32, second: u32) -> Option<Self> {
        if hour > 24 || minute > 59 || second > 59 || (hour == 24 && minute + second > 0) {
            return None;
        }
        Some(Self(hour * 3600 + minute * 60 + second))
    }

    /// `hour`:00:00, for the shipped table; hours beyond 24 are 24.
    pub(crate) const fn hour(hour: u32) -> Self {
        Self(if hour > 24 { 86_400 } else { hour * 3600 })
    }

    /// Seconds since midnight.
    #[must_use]
    pub const fn second_of_day(self) -> u32 {
        self.0
    }
}

impl DailyWindow {
    /// Whether this second of the day lies inside.
    #[must_use]
    pub const fn contains(&self, second_of_day: u32) -> bool {
        self.opens.0 <= second_of_day && second_of_day < self.closes.0
    }
}

impl fmt::Display for Days {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} days", self.0)
    }
}

impl fmt::Display for Months {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} months", self.0)
    }
}

impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} hours", self.0)
    }
}

impl fmt::Display for Minutes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} minutes", self.0)
    }
}

impl fmt::Display for Attempts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} attempts", self.0)
    }
}

/// Written `KRW 4,400`.
impl fmt::Display for Krw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KRW {}", self.grouped())
    }
}

/// Written `01:00:00`.
impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(second) = self;
        write!(
            f,
            "{:02}:{:02}:{:02}",
            second / 3600,
            second / 60 % 60,
            second % 60
        )
    }
}

impl fmt::Display for DailyWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {} KST", self.opens, self.closes)
    }
}

/// A value with its unit, in Korean; `Display` is the English one.
pub(crate) trait Korean {
    fn korean(&self) -> String;
}

impl Korean for Days {
    fn korean(&self) -> String {
        format!("{}일", self.0)
    }
}

impl Korean for Months {
    fn korean(&self) -> String {
        format!("{}개월", self.0)
    }
}

impl Korean for Hours {
    fn korean(&self) -> String {
        format!("{}시간", self.0)
    }
}

impl Korean for Minutes {
    fn korean(&self) -> String {
        format!("{}분", self.0)
    }
}

impl Korean for Attempts {
    fn korean(&self) -> String {
        format!("{}회", self.0)
    }
}

impl Korean for Switch {
    fn korean(&self) -> String {
        self.label().ko.into_owned()
    }
}

impl Korean for DailyWindow {
    fn korean(&self) -> String {
        format!("{}~{}(KST)", self.opens, self.closes)
    }
}

impl Krw {
    /// The digits in groups of three: `4,400`.
    pub(crate) fn grouped(self) -> String {
        let digits = self.0.unsigned_abs().to_string();
        let mut out = String::new();
        if self.0 < 0 {
            out.push('-');
        }
        for (i, c) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i).is_multiple_of(3) {
                out.push(',');
            }
            out.push(c);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_grouped() {
        for (krw, text) in [
            (0, "KRW 0"),
            (999, "KRW 999"),
            (4_400, "KRW 4,400"),
            (-1_234_567, "KRW -1,234,567"),
            (i64::MIN, "KRW -9,223,372,036,854,775,808"),
        ] {
            assert_eq!(Krw(krw).to_string(), text);
        }
    }

    #[test]
    fn times_of_day() {
        assert_eq!(TimeOfDay::new(23, 59, 59).unwrap().to_string(), "23:59:59");
        assert_eq!(TimeOfDay::new(24, 0, 0).unwrap().second_of_day(), 86_400);
        for (h, m, s) in [(24, 0, 1), (24, 1, 0), (25, 0, 0), (0, 60, 0), (0, 0, 60)] {
            assert!(TimeOfDay::new(h, m, s).is_none(), "{h}:{m}:{s}");
        }
    }

    #[test]
    fn a_window_holds_its_opening_and_not_its_closing_second() {
        let window = DailyWindow {
            opens: TimeOfDay::hour(1),
            closes: TimeOfDay::hour(23),
        };
        for (second, inside) in [
            (0, false),
            (3_599, false),
            (3_600, true),
            (82_799, true),
            (82_800, false),
        ] {
            assert_eq!(window.contains(second), inside, "{second}");
        }
    }
}
