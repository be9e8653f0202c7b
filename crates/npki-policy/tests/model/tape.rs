//! Random questions, drawn from a tape of numbers.
//!
//! A zero on the tape draws the first choice, which is the ordinary one; so a disagreement shrinks
//! to the question with the fewest unusual facts. Instants are drawn where decisions change: the
//! days and seconds of each rule's boundary, and one second to either side.

use crate::{
    calendar::{a_year_later, day, last_second, midnight, number},
    naive::{Certificate, Known, Question, issuers},
};

/// So many numbers are enough for one question.
pub(crate) const LENGTH: usize = 96;

struct Tape<'a>(core::slice::Iter<'a, u16>);

pub(crate) fn question(tape: &[u16]) -> Question {
    let mut tape = Tape(tape.iter());
    let t = &mut tape;
    let action = t.one(&ACTIONS);
    let channel = t.one(&["pc", "app", "branch"]);
    let product = t.one(&PRODUCTS);
    let holder = t.one(&[
        "individual",
        "sole-proprietor",
        "association",
        "corporation",
    ]);
    let mut now = t.now();
    let certificate = t.certificate(now, product);
    // Also the very seconds of the certificate acted on, and those beside them.
    if t.chance(25) {
        let c = &certificate;
        let edge = t.one(&[c.not_after, c.not_before, midnight(day(c.not_after) - 30)]);
        now = edge + t.one(&[0, -1, 1]);
    }
    let mut others = Vec::new();
    while others.len() < 3 && t.chance(35) {
        others.push(t.certificate(now, product));
    }
    let needed = !matches!(action, "issue" | "loan" | "copy" | "export");
    Question {
        action,
        now,
        channel,
        product,
        holder,
        facts: Known {
            certificate: (needed || t.chance(50)).then_some(certificate),
            others,
            // Seldom later than `now`: what counts days must not count the hour of the event.
            last_event: t.chance(60).then(|| {
                let kind = t.one(&["issue", "reissue", "renew", "register", "revoke"]);
                (kind, t.before(now) + t.one(&[0, 0, 0, 1, 86_400]))
            }),
            purpose: t.chance(60).then(|| t.one(&PURPOSES)),
            issuer: t.chance(40).then(|| t.one(issuers("etax"))),
            medium: t.chance(60).then(|| t.one(&MEDIA)),
            target_medium: t.chance(30).then(|| t.one(&MEDIA)),
            logged_in: t.flag(),
            consent: t.flag(),
            personal_banking: t.flag(),
            business_banking: t.flag(),
            business_number_registered: t.flag(),
            terms_accepted: t.flag(),
            identified: t.flag(),
            otp_failures: t.chance(20).then(|| t.one(&[0, 9, 10, 11, 4_000_000_000])),
            balance: t
                .chance(30)
                .then(|| t.one(&[4_400, 4_399, 4_401, 0, -1, i64::MAX])),
            refunded: t.chance(10).then(|| t.one(&[true, false])),
            asked_by: t
                .chance(40)
                .then(|| t.one(&["own-signature", "identification"])),
            revoked_by_this_reissue: t.chance(30).then(|| t.one(&[true, false])),
        },
    }
}

impl Tape<'_> {
    fn next(&mut self) -> usize {
        self.0.next().copied().unwrap_or(0).into()
    }

    fn one<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.next() % choices.len()]
    }

    /// Whether something unusual happens, in so many of a hundred cases.
    fn chance(&mut self, percent: usize) -> bool {
        self.next() % 100 >= 100 - percent
    }

    /// Mostly left out.
    fn flag(&mut self) -> Option<bool> {
        self.chance(25).then(|| self.one(&[true, false]))
    }

    fn second(&mut self) -> i64 {
        if self.chance(30) {
            let number = i64::try_from(self.next()).unwrap();
            return number * 86_399 / i64::from(u16::MAX);
        }
        self.one(&[
            43_200, 0, 1, 3_599, 3_600, 3_601, 82_799, 82_800, 82_801, 86_398, 86_399,
            // 09:00 in Korea is midnight in UTC.
            32_399, 32_400,
        ])
    }

    /// Over 400 days around a leap day, both years' ends and the ends of February among them.
    fn now(&mut self) -> i64 {
        let leap_day = number(2028, 2, 29);
        let day = if self.chance(70) {
            let shift = i64::try_from(self.next() % 400).unwrap();
            leap_day - 200 + shift
        } else {
            self.one(&[
                leap_day,
                leap_day - 1,
                leap_day + 1,
                number(2027, 12, 31),
                number(2028, 1, 1),
                number(2027, 11, 30),
                number(2028, 3, 30),
            ])
        };
        midnight(day) + self.second()
    }

    /// An instant on a day from which some rule counts to `now`, and not after it.
    fn before(&mut self, now: i64) -> i64 {
        let days = if self.chance(25) {
            i64::try_from(self.next() % 401).unwrap()
        } else {
            self.one(&[
                0, 1, 2, 3, 4, 5, 6, 7, 8, 334, 335, 336, 337, 364, 365, 366, 367,
            ])
        };
        (midnight(day(now) - days) + self.second()).min(now)
    }

    fn certificate(&mut self, now: i64, product: &'static str) -> Certificate {
        let product = if self.chance(40) {
            self.one(&PRODUCTS)
        } else {
            product
        };
        let issued_at = self.before(now);
        let year = a_year_later(day(issued_at));
        let not_after = match self.next() % 10 {
            0..6 => last_second(year),
            // A renewed one runs up to thirty days longer.
            6 | 7 => last_second(year + i64::try_from(self.next() % 31).unwrap()),
            // A reissued one shorter, and one of another institution ends anywhere in a day.
            8 => last_second(day(issued_at) + i64::try_from(self.next() % 366).unwrap()),
            _ => midnight(year) + self.second(),
        };
        let paid_at = match self.next() % 4 {
            0 => Some(issued_at),
            1 | 2 if product.starts_with("personal-limited") => None,
            1 => Some(self.before(issued_at)),
            2 => Some(issued_at),
            _ => None,
        };
        Certificate {
            product,
            issuer: self.one(issuers(product)),
            state: self.one(&[
                "issued", "issued", "issued", "revoked", "renewed", "reissued",
            ]),
            issued_at,
            // The CA accepts the request before the subscriber confirms; a stranger's certificate
            // may begin later.
            not_before: not_after.min(issued_at + self.one(&[0, 0, 0, -600, 1, 86_400])),
            not_after,
            paid_at,
            ra: self.one(&["own", "own", "other"]),
        }
    }
}

const ACTIONS: [&str; 11] = [
    "issue", "reissue", "renew", "revoke", "use", "loan", "refund", "receipt", "register", "copy",
    "export",
];

const PRODUCTS: [&str; 5] = [
    "personal-limited",
    "personal-general",
    "business-limited",
    "business-general",
    "etax",
];

const PURPOSES: [&str; 8] = [
    "bank",
    "insurance",
    "card",
    "egov",
    "securities",
    "etax",
    "bidding",
    "b2b",
];

const MEDIA: [&str; 5] = ["disk", "usb", "phone", "token", "browser"];
