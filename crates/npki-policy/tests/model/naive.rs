//! What the rules say, written a second time, as plainly as possible and from their text alone.
//!
//! Nothing here comes from the crate under test: words are strings, times are Unix seconds, and
//! the calendar is counted in `calendar.rs`. One function for each action asks its rules in the
//! order of their numbers.

use crate::calendar::{a_year_later, day, last_second, midnight, second_of_day};

/// A question in the words of the rules.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) action: &'static str,
    pub(crate) now: i64,
    pub(crate) channel: &'static str,
    pub(crate) product: &'static str,
    pub(crate) holder: &'static str,
    pub(crate) facts: Known,
}

/// What is known; `None` is the ordinary case.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    pub(crate) certificate: Option<Certificate>,
    pub(crate) others: Vec<Certificate>,
    pub(crate) last_event: Option<(&'static str, i64)>,
    pub(crate) purpose: Option<&'static str>,
    pub(crate) issuer: Option<&'static str>,
    pub(crate) medium: Option<&'static str>,
    pub(crate) target_medium: Option<&'static str>,
    pub(crate) logged_in: Option<bool>,
    pub(crate) consent: Option<bool>,
    pub(crate) personal_banking: Option<bool>,
    pub(crate) business_banking: Option<bool>,
    pub(crate) business_number_registered: Option<bool>,
    pub(crate) terms_accepted: Option<bool>,
    pub(crate) identified: Option<bool>,
    pub(crate) otp_failures: Option<u32>,
    pub(crate) balance: Option<i64>,
    pub(crate) refunded: Option<bool>,
    pub(crate) asked_by: Option<&'static str>,
    pub(crate) revoked_by_this_reissue: Option<bool>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Certificate {
    pub(crate) product: &'static str,
    pub(crate) issuer: &'static str,
    pub(crate) state: &'static str,
    pub(crate) issued_at: i64,
    pub(crate) not_before: i64,
    pub(crate) not_after: i64,
    pub(crate) paid_at: Option<i64>,
    pub(crate) ra: &'static str,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) allowed: bool,
    pub(crate) rules: Vec<String>,
    pub(crate) opens_at: Option<i64>,
    pub(crate) fee: Option<i64>,
    pub(crate) not_before: Option<i64>,
    pub(crate) not_after: Option<i64>,
}

pub(crate) fn decide(question: &Question) -> Answer {
    let mut answer = Answer::default();
    match question.action {
        "issue" => issue(question, &mut answer),
        "reissue" => reissue(question, &mut answer),
        "renew" => renew(question, &mut answer),
        "revoke" => revoke(question, &mut answer),
        "use" => use_it(question, &mut answer),
        "loan" => loan(question, &mut answer),
        "refund" => refund(question, &mut answer),
        "receipt" => receipt(question, &mut answer),
        "register" => register(question, &mut answer),
        "copy" => copy(question, &mut answer),
        "export" => export(question, &mut answer),
        other => panic!("no action {other}"),
    }
    answer.allowed = answer.rules.is_empty();
    if !answer.allowed {
        answer.not_before = None;
        answer.not_after = None;
    }
    answer
}

fn issue(q: &Question, a: &mut Answer) {
    let issuer = q.facts.issuer.unwrap_or(issuers(q.product)[0]);
    number(q, q.product, a);
    customer(q, q.product, issuers(q.product).contains(&issuer), a);
    hours(q, a);
    consent(q, a);
    one_live(q, q.product, issuer, a);
    a.fee = fee(q.product);
    money(q, a);
    otp(q, a);
    log_in(q, a);
    terms(q, a);
    identity(q, a);
    a.not_before = Some(q.now);
    a.not_after = Some(last_second(a_year_later(day(q.now))));
}

fn reissue(q: &Question, a: &mut Answer) {
    let c = q.facts.certificate.expect("a certificate to reissue");
    // S22: one entry, and the same seven steps, for issue and reissue.
    number(q, c.product, a);
    customer(q, c.product, true, a);
    let taken_up_again = c.state == "revoked" && q.facts.revoked_by_this_reissue == Some(true);
    let good = c.state == "issued" || taken_up_again;
    if !good || q.now > c.not_after || c.ra != "own" {
        a.refuse("R12");
    }
    hours(q, a);
    consent(q, a);
    otp(q, a);
    log_in(q, a);
    terms(q, a);
    identity(q, a);
    a.fee = Some(0);
    a.not_before = Some(q.now);
    a.not_after = Some(c.not_after);
}

fn renew(q: &Question, a: &mut Answer) {
    let c = q.facts.certificate.expect("a certificate to renew");
    let opens = midnight(day(c.not_after) - 30);
    if c.state == "issued" && q.now < opens {
        a.refuse_until("R11", opens);
    }
    if c.state == "issued" && q.now > c.not_after {
        a.refuse("R11");
    }
    if c.state != "issued" {
        a.refuse("R13");
    }
    // Of another RA's certificate the renewal is the first one here.
    if c.ra == "other" {
        one_live(q, c.product, c.issuer, a);
    }
    a.fee = fee(c.product);
    money(q, a);
    a.not_before = Some(q.now);
    a.not_after = Some(last_second(a_year_later(day(c.not_after))));
}

fn revoke(q: &Question, a: &mut Answer) {
    let c = q.facts.certificate.expect("a certificate to revoke");
    let by_identification = q.facts.asked_by == Some("identification");
    if by_identification && (c.ra == "other" || q.facts.identified == Some(false)) {
        a.refuse("R13");
    }
    if !is_live(&c, q.now) {
        a.refuse("R19");
    }
}

fn use_it(q: &Question, a: &mut Answer) {
    let c = q.facts.certificate.expect("a certificate to use");
    if q.facts
        .purpose
        .is_some_and(|purpose| !accepted(c.product, purpose))
    {
        a.refuse("R4");
    }
    if c.state == "issued" && q.now < c.not_before {
        a.refuse_until("R10", c.not_before);
    }
    if c.state != "issued" {
        a.refuse("R13");
    }
    if c.state == "issued" && q.now > c.not_after {
        a.refuse("R14");
    }
}

fn loan(q: &Question, a: &mut Answer) {
    let Some((kind, at)) = q.facts.last_event else {
        return;
    };
    let free = day(at) + 4;
    let blocked = day(at) <= day(q.now) && day(q.now) < free;
    if q.channel != "branch" && kind != "revoke" && blocked {
        a.refuse_until("R15", midnight(free));
    }
}

fn refund(q: &Question, a: &mut Answer) {
    let c = q.facts.certificate.expect("a certificate to refund");
    let Some(paid) = c.paid_at else {
        a.refuse("R23");
        return;
    };
    // Revoked now: what has ended or expired cannot be.
    if day(q.now) > day(paid) + 6 || !is_live(&c, q.now) {
        a.refuse("R21");
    } else if day(q.now) < day(paid) {
        a.refuse_until("R21", midnight(day(paid)));
    }
}

fn receipt(q: &Question, a: &mut Answer) {
    let c = q
        .facts
        .certificate
        .expect("a certificate to have a receipt for");
    let Some(paid) = c.paid_at else {
        a.refuse("R23");
        return;
    };
    let revoked_in_time = match q.facts.last_event {
        Some(("revoke", at)) => {
            c.state == "revoked" && day(paid) <= day(at) && day(at) <= day(paid) + 6
        }
        _ => false,
    };
    // A leaked certificate's revocation belongs to its reissue.
    let by_reissue = q.facts.revoked_by_this_reissue == Some(true);
    let revoked_already = c.state == "revoked" && paid <= q.now && day(q.now) <= day(paid) + 6;
    let told = !by_reissue && (revoked_in_time || revoked_already);
    let opens = midnight(day(paid) + 7);
    if q.facts.refunded.unwrap_or(told) {
        a.refuse("R22");
    } else if q.now < opens {
        a.refuse_until("R22", opens);
    }
}

fn register(q: &Question, a: &mut Answer) {
    let c = q.facts.certificate.expect("a certificate to register");
    otp(q, a);
    identity(q, a);
    if c.ra == "own" || !is_live(&c, q.now) || !accepted(c.product, "bank") {
        a.refuse("R41");
    } else if q.now < c.not_before {
        a.refuse_until("R41", c.not_before);
    }
}

fn copy(q: &Question, a: &mut Answer) {
    let product = q.facts.certificate.map_or(q.product, |c| c.product);
    if is_business(product) && q.facts.medium == Some("phone") {
        a.refuse("R63");
    }
    export(q, a);
}

fn export(q: &Question, a: &mut Answer) {
    if q.facts.medium == Some("token") {
        a.refuse("R64");
    }
}

// The rules that several actions ask.

fn number(q: &Question, product: &str, a: &mut Answer) {
    let group = q.holder == "sole-proprietor" || q.holder == "association";
    if is_business(product) && group && q.facts.business_number_registered == Some(false) {
        a.refuse("R1");
    }
}

fn customer(q: &Question, product: &str, issuer_offered: bool, a: &mut Answer) {
    let enrolled = if is_business(product) && matches!(q.facts.purpose, Some("b2b" | "bidding")) {
        Some(true)
    } else if is_business(product) {
        q.facts.business_banking
    } else {
        q.facts.personal_banking
    };
    if !holders(product).contains(&q.holder) || enrolled == Some(false) || !issuer_offered {
        a.refuse("R2");
    }
}

fn one_live(q: &Question, product: &str, issuer: &str, a: &mut Answer) {
    let lives = |c: &Certificate| {
        c.product == product && c.issuer == issuer && c.ra == "own" && is_live(c, q.now)
    };
    if q.facts.others.iter().any(lives) {
        a.refuse("R18a");
    }
}

fn hours(q: &Question, a: &mut Answer) {
    let second = second_of_day(q.now);
    if q.channel == "branch" {
    } else if second < 3_600 {
        a.refuse_until("R16", midnight(day(q.now)) + 3_600);
    } else if second >= 82_800 {
        a.refuse_until("R16", midnight(day(q.now) + 1) + 3_600);
    }
}

fn consent(q: &Question, a: &mut Answer) {
    if q.channel != "branch" && q.facts.consent == Some(false) {
        a.refuse("R17");
    }
}

fn money(q: &Question, a: &mut Answer) {
    if let (Some(fee), Some(balance)) = (a.fee, q.facts.balance)
        && fee > 0
        && balance < fee
    {
        a.refuse("R20");
    }
}

fn otp(q: &Question, a: &mut Answer) {
    if q.channel != "branch" && q.facts.otp_failures.is_some_and(|wrong| wrong >= 10) {
        a.refuse("R32");
    }
}

fn log_in(q: &Question, a: &mut Answer) {
    match (q.channel, q.facts.logged_in) {
        ("pc", Some(false)) | ("app", Some(true)) => a.refuse("R33"),
        _ => {}
    }
}

fn terms(q: &Question, a: &mut Answer) {
    if q.facts.terms_accepted == Some(false) {
        a.refuse("R35");
    }
}

fn identity(q: &Question, a: &mut Answer) {
    if q.facts.identified == Some(false) {
        a.refuse("R36");
    }
}

// What the bank sells, section 2.

fn is_business(product: &str) -> bool {
    !product.starts_with("personal")
}

fn holders(product: &str) -> [&'static str; 3] {
    if is_business(product) {
        ["corporation", "sole-proprietor", "association"]
    } else {
        ["individual", "sole-proprietor", "association"]
    }
}

pub(crate) fn issuers(product: &str) -> &'static [&'static str] {
    match product {
        "personal-limited" => &["yessign"],
        "personal-general" => &["CrossCert", "KICA", "KOSCOM"],
        _ => &["yessign", "KICA", "CrossCert", "KOSCOM", "TradeSign"],
    }
}

fn fee(product: &str) -> Option<i64> {
    match product {
        "personal-limited" => Some(0),
        "personal-general" => Some(4_400),
        _ => None,
    }
}

fn accepted(product: &str, purpose: &str) -> bool {
    match purpose {
        "bank" | "insurance" | "card" | "egov" => product != "etax",
        "securities" => product == "personal-general" || product == "business-general",
        "b2b" | "bidding" => product == "business-limited" || product == "business-general",
        "etax" => product == "business-general" || product == "etax",
        other => panic!("no purpose {other}"),
    }
}

fn is_live(c: &Certificate, now: i64) -> bool {
    c.state == "issued" && now <= c.not_after
}

impl Answer {
    fn refuse(&mut self, rule: &'static str) {
        self.rules.push(rule.to_owned());
    }

    fn refuse_until(&mut self, rule: &'static str, until: i64) {
        self.rules.push(rule.to_owned());
        self.opens_at = self.opens_at.max(Some(until));
    }
}
