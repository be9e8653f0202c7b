use core::{fmt, str::FromStr};

use jiff::{Span, civil::Date};

use crate::{Instant, instant::KST};

/// A calendar day in Korea (UTC+09:00, no daylight saving), written `2027-02-01`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KstDay(Date);

/// Why a day is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KstDayError {
    /// No such day in the calendar, or outside of the years 0001 to 9998.
    #[error("there is no day {year:04}-{month:02}-{day:02}")]
    NoSuchDay {
        /// Year.
        year: i16,
        /// Month, from 1.
        month: i8,
        /// Day of the month, from 1.
        day: i8,
    },
    /// Not written `YYYY-MM-DD`.
    #[error("{0:?} is no day; write 2027-02-01")]
    Unreadable(String),
}

impl KstDay {
    /// The day with this year, month (from 1) and day (from 1).
    ///
    /// # Errors
    /// [`KstDayError::NoSuchDay`] for 30 February and the like, and outside of the years 1 to 9998.
    pub fn new(year: i16, month: i8, day: i8) -> Result<Self, KstDayError> {
        let error = KstDayError::NoSuchDay { year, month, day };
        if !(1..=9998).contains(&year) {
            return Err(error);
        }
        Date::new(year, month, day).map(Self).map_err(|_| error)
    }

    pub(crate) fn of(instant: Instant) -> Self {
        Self(instant.timestamp().to_zoned(KST).date())
    }

    /// Year, month (from 1), day (from 1).
    #[must_use]
    pub fn year_month_day(self) -> (i16, i8, i8) {
        (self.0.year(), self.0.month(), self.0.day())
    }

    /// 00:00:00 KST of this day.
    #[must_use]
    pub fn start(self) -> Instant {
        self.at(0, 0, 0)
    }

    /// 23:59:59 KST of this day: the last valid second of a certificate that ends on it (R10).
    #[must_use]
    pub fn last_second(self) -> Instant {
        self.at(23, 59, 59)
    }

    /// So many days later, or earlier when negative; stops at the ends of the calendar.
    #[must_use]
    pub fn plus_days(self, days: i32) -> Self {
        Self(self.0.saturating_add(Span::new().days(days)))
    }

    /// The same day next year; 29 February gives 28 February (R10).
    #[must_use]
    pub fn plus_one_year(self) -> Self {
        Self(self.0.saturating_add(Span::new().years(1)))
    }

    /// Days from this day to `later`; negative when `later` is earlier.
    #[must_use]
    pub fn days_until(self, later: Self) -> i32 {
        // Two civil dates always have a distance in days.
        self.0.until(later.0).map_or(0, |span| span.get_days())
    }

    fn at(self, hour: i8, minute: i8, second: i8) -> Instant {
        let seconds = self
            .0
            .at(hour, minute, second, 0)
            .to_zoned(KST)
            .map_or(Instant::MAX.unix_seconds(), |z| z.timestamp().as_second());
        // The calendar is one day wider at either end than the instants are.
        Instant::from_unix_seconds(
            seconds.clamp(Instant::MIN.unix_seconds(), Instant::MAX.unix_seconds()),
        )
        .expect("clamped")
    }
}

impl fmt::Display for KstDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:04}-{:02}-{:02}",
            self.0.year(),
            self.0.month(),
            self.0.day()
        )
    }
}

impl fmt::Debug for KstDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for KstDay {
    type Err = KstDayError;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        let unreadable = || KstDayError::Unreadable(s.to_owned());
        let mut parts = s.split('-');
        let (Some(y), Some(m), Some(d), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(unreadable());
        };
        if (y.len(), m.len(), d.len()) != (4, 2, 2)
            || ![y, m, d]
                .iter()
                .all(|p| p.bytes().all(|b| b.is_ascii_digit()))
        {
            return Err(unreadable());
        }
        let year = y.parse().map_err(|_| unreadable())?;
        let month = m.parse().map_err(|_| unreadable())?;
        let day = d.parse().map_err(|_| unreadable())?;
        Self::new(year, month, day)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(s: &str) -> KstDay {
        s.parse().unwrap()
    }

    #[test]
    fn r10_one_year_later() {
        for (from, to) in [
            ("2027-02-28", "2028-02-28"),
            ("2028-02-28", "2029-02-28"),
            ("2028-02-29", "2029-02-28"),
            ("2028-03-01", "2029-03-01"),
            ("2026-12-31", "2027-12-31"),
        ] {
            assert_eq!(day(from).plus_one_year(), day(to), "{from}");
        }
    }

    #[test]
    fn midnight_is_korean() {
        let day = day("2026-11-23");
        assert_eq!(day.start().to_string(), "2026-11-23T00:00:00+09:00");
        let before = Instant::from_unix_seconds(day.start().unix_seconds() - 1).unwrap();
        assert_eq!(before.kst_day(), day.plus_days(-1));
        assert_eq!(day.start().kst_day(), day);
        assert_eq!(day.last_second().kst_day(), day);
    }

    #[test]
    fn text() {
        for bad in [
            "2027-2-1",
            "2027-02-29",
            "2027-13-01",
            "0000-01-01",
            "+027-02-01",
            "x",
            "",
        ] {
            assert!(bad.parse::<KstDay>().is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn every_instant_lies_in_its_day(seconds in -2_000_000_000i64..10_000_000_000) {
            let instant = Instant::from_unix_seconds(seconds).unwrap();
            let day = instant.kst_day();
            prop_assert!(day.start() <= instant && instant <= day.last_second());
            prop_assert_eq!(day.to_string().parse::<KstDay>().unwrap(), day);
            prop_assert_eq!(
                i64::from(instant.kst_second_of_day()),
                seconds - day.start().unix_seconds()
            );
        }

        #[test]
        fn days_add_up(a in -40_000i32..40_000) {
            let day = day("2026-11-22");
            prop_assert_eq!(day.days_until(day.plus_days(a)), a);
        }
    }
}
