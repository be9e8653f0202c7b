use core::{fmt, str::FromStr, time::Duration};

use jiff::{Timestamp, tz::TimeZone};

use crate::KstDay;

/// A point in time, to the second: Unix seconds, years 0001 to 9998.
///
/// Written with its Korean offset, `2027-02-01T00:00:00+09:00`, because every calendar rule runs
/// in Korean time. A calendar day is a [`KstDay`], a span a [`Duration`]; [`Instant::kst_day`] is
/// the one way from here to there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

/// Why a time is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InstantError {
    /// Outside of the years 0001 to 9998.
    #[error("{0} Unix seconds lie outside of the years 0001 to 9998")]
    OutOfRange(i64),
    /// Neither RFC 3339 with an offset nor Unix seconds.
    #[error(
        "{0:?} is no time; write 2027-02-01T00:00:00+09:00, 2027-02-01 (midnight KST) or Unix seconds"
    )]
    Unreadable(String),
}

impl Instant {
    /// The earliest instant.
    pub const MIN: Self = Self(-62_135_596_800);
    /// The latest instant.
    pub const MAX: Self = Self(253_370_764_799);

    /// The instant so many seconds after 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    /// [`InstantError::OutOfRange`] outside of [`Instant::MIN`]`..=`[`Instant::MAX`].
    pub const fn from_unix_seconds(seconds: i64) -> Result<Self, InstantError> {
        if seconds < Self::MIN.0 || seconds > Self::MAX.0 {
            return Err(InstantError::OutOfRange(seconds));
        }
        Ok(Self(seconds))
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn unix_seconds(self) -> i64 {
        self.0
    }

    /// The calendar day in Korea.
    #[must_use]
    pub fn kst_day(self) -> KstDay {
        KstDay::of(self)
    }

    /// Seconds since midnight in Korea, 0 to 86,399.
    #[must_use]
    pub const fn kst_second_of_day(self) -> u32 {
        #[expect(
            clippy::as_conversions,
            clippy::cast_possible_truncation,
            reason = "the remainder lies in 0..86_400"
        )]
        let second = (self.0 + KST_SECONDS).rem_euclid(86_400) as u32;
        second
    }

    /// This instant and `span` later; stops at [`Instant::MAX`]. Fractions of a second are cut.
    #[must_use]
    pub fn saturating_add(self, span: Duration) -> Self {
        let seconds = i64::try_from(span.as_secs()).unwrap_or(i64::MAX);
        Self(self.0.saturating_add(seconds).min(Self::MAX.0))
    }

    /// This instant and `span` earlier; stops at [`Instant::MIN`]. Fractions of a second are cut.
    #[must_use]
    pub fn saturating_sub(self, span: Duration) -> Self {
        let seconds = i64::try_from(span.as_secs()).unwrap_or(i64::MAX);
        Self(self.0.saturating_sub(seconds).max(Self::MIN.0))
    }

    /// The span from `earlier` to here; zero when `earlier` is later.
    #[must_use]
    pub fn saturating_duration_since(self, earlier: Self) -> Duration {
        Duration::from_secs(u64::try_from(self.0 - earlier.0).unwrap_or(0))
    }

    pub(crate) fn timestamp(self) -> Timestamp {
        Timestamp::from_second(self.0).expect("MIN..=MAX lies within jiff's range")
    }
}

/// RFC 3339 in Korean time.
impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let local = self.timestamp().to_zoned(KST).datetime();
        write!(
            f,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}+09:00",
            local.year(),
            local.month(),
            local.day(),
            local.hour(),
            local.minute(),
            local.second()
        )
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Reads RFC 3339 with an offset, a KST day (its midnight), or Unix seconds.
impl FromStr for Instant {
    type Err = InstantError;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        if let Ok(seconds) = s.parse::<i64>() {
            return Self::from_unix_seconds(seconds);
        }
        if let Ok(day) = s.parse::<KstDay>() {
            return Ok(day.start());
        }
        let timestamp: Timestamp = s
            .parse()
            .map_err(|_| InstantError::Unreadable(s.to_owned()))?;
        Self::from_unix_seconds(timestamp.as_second())
    }
}

/// Written as an INTEGER of Unix seconds.
impl der::FixedTag for Instant {
    const TAG: der::Tag = der::Tag::Integer;
}

impl der::EncodeValue for Instant {
    fn value_len(&self) -> der::Result<der::Length> {
        self.0.value_len()
    }

    fn encode_value(&self, writer: &mut impl der::Writer) -> der::Result<()> {
        self.0.encode_value(writer)
    }
}

impl<'a> der::DecodeValue<'a> for Instant {
    type Error = der::Error;

    fn decode_value<R: der::Reader<'a>>(reader: &mut R, header: der::Header) -> der::Result<Self> {
        let seconds = i64::decode_value(reader, header)?;
        Self::from_unix_seconds(seconds).map_err(|_| der::Tag::Integer.value_error().into())
    }
}

/// Korea has kept UTC+09:00 without daylight saving since 1988; joint certificates began in 1999.
pub(crate) const KST: TimeZone = TimeZone::fixed(jiff::tz::offset(9));
const KST_SECONDS: i64 = 9 * 3600;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_form_reads_back() {
        for (text, seconds) in [
            ("1970-01-01T09:00:00+09:00", 0),
            ("2026-04-24T13:00:00+09:00", 1_777_003_200),
            ("2027-02-01T00:00:00+09:00", 1_801_407_600),
        ] {
            let instant: Instant = text.parse().unwrap();
            assert_eq!(instant.unix_seconds(), seconds, "{text}");
            assert_eq!(instant.to_string(), text);
        }
        assert_eq!(
            "2027-02-01".parse::<Instant>().unwrap().unix_seconds(),
            1_801_407_600
        );
        assert_eq!(
            "1801407600".parse::<Instant>().unwrap().unix_seconds(),
            1_801_407_600
        );
        assert_eq!(
            "2027-01-31T15:00:00Z"
                .parse::<Instant>()
                .unwrap()
                .unix_seconds(),
            1_801_407_600
        );
        for bad in [
            "",
            "tomorrow",
            "2027-02-30",
            "2027-02-01T00:00:00",
            "99999999999999",
        ] {
            assert!(bad.parse::<Instant>().is_err(), "{bad}");
        }
    }

    #[test]
    fn ends_of_the_range() {
        assert!(Instant::from_unix_seconds(Instant::MIN.0 - 1).is_err());
        assert!(Instant::from_unix_seconds(Instant::MAX.0 + 1).is_err());
        assert_eq!(Instant::MAX.saturating_add(Duration::MAX), Instant::MAX);
        assert_eq!(Instant::MIN.saturating_sub(Duration::MAX), Instant::MIN);
        for instant in [Instant::MIN, Instant::MAX] {
            assert_eq!(instant.to_string().parse::<Instant>().unwrap(), instant);
        }
    }

    #[test]
    fn second_of_the_korean_day() {
        for (text, second) in [
            ("2026-01-01T00:00:00+09:00", 0),
            ("2026-01-01T00:59:59+09:00", 3_599),
            ("2026-01-01T23:59:59+09:00", 86_399),
            ("1960-01-01T00:00:00+09:00", 0),
        ] {
            assert_eq!(
                text.parse::<Instant>().unwrap().kst_second_of_day(),
                second,
                "{text}"
            );
        }
    }
}
