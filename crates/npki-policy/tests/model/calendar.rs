//! The Korean calendar, counted on fingers: days since 1970-01-01, nine hours ahead of UTC.

pub(crate) const DAY: i64 = 86_400;
const AHEAD: i64 = 9 * 3_600;

/// The day in Korea: 0 is 1970-01-01.
pub(crate) fn day(at: i64) -> i64 {
    (at + AHEAD).div_euclid(DAY)
}

/// Seconds since midnight in Korea.
pub(crate) fn second_of_day(at: i64) -> i64 {
    (at + AHEAD).rem_euclid(DAY)
}

/// 00:00:00 in Korea.
pub(crate) fn midnight(day: i64) -> i64 {
    day * DAY - AHEAD
}

/// 23:59:59 in Korea.
pub(crate) fn last_second(day: i64) -> i64 {
    midnight(day + 1) - 1
}

/// The same date a year later; of 29 February, the 28th.
pub(crate) fn a_year_later(day: i64) -> i64 {
    let (year, month, of_month) = date(day);
    match (month, of_month) {
        (2, 29) => number(year + 1, 2, 28),
        _ => number(year + 1, month, of_month),
    }
}

/// The number of a day; its year is 1970 or later.
pub(crate) fn number(year: i64, month: i64, of_month: i64) -> i64 {
    let years: i64 = (1970..year).map(days_of_year).sum();
    let months: i64 = (1..month).map(|m| days_of_month(year, m)).sum();
    years + months + of_month - 1
}

/// Year, month and day of the month of a day from 1970 on.
pub(crate) fn date(day: i64) -> (i64, i64, i64) {
    let (mut year, mut left) = (1970, day);
    while left >= days_of_year(year) {
        left -= days_of_year(year);
        year += 1;
    }
    let mut month = 1;
    while left >= days_of_month(year, month) {
        left -= days_of_month(year, month);
        month += 1;
    }
    (year, month, left + 1)
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_of_year(year: i64) -> i64 {
    if is_leap(year) { 366 } else { 365 }
}

fn days_of_month(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
