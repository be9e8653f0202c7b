use npki_core::{Channel, Holder, Instant, Product, Rule, Sentence};

use crate::{Action, Facts, HeldCertificate, Policy, Request, Standing, evaluate};

/// Something that time alone will change, for a certificate and its holder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimelineEntry {
    /// When: the first second of what begins, the last second of what ends.
    pub at: Instant,
    /// The rule that says so.
    pub rule: Rule,
    /// What begins or ends then.
    pub what: Sentence,
}

/// What is still to come, at `now` or later, by time and then by rule: the begin of the validity
/// (R10), of renewal (R11) and of reminders (R43), the end of the certificate (R14), loans free
/// again (R15), the end of the refund (R21) and the begin of receipts (R22).
///
/// Read from `facts` are the certificate, the last event and what tells of a refund. What has begun
/// or ended already is left out. What is said holds as long as nothing else happens; each entry is
/// where the answer of [`evaluate`] changes.
///
/// The age of a password belongs to a medium, not to the certificate: ask
/// [`Policy::password_reminder_from`].
///
/// ```
/// use npki_core::Instant;
/// use npki_policy::{EventKind, Facts, LastEvent, Policy, timeline};
///
/// let at: Instant = "2026-11-23T12:00:00+09:00".parse()?;
/// let last_event = Some(LastEvent { kind: EventKind::Issue, at });
/// let coming = timeline(&Policy::shipped(), &Facts { last_event, ..Facts::default() }, at);
/// assert_eq!(coming[0].at, "2026-11-27".parse()?);
/// assert_eq!(coming[0].what.en, "loans can be applied for online again");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn timeline(policy: &Policy, facts: &Facts, now: Instant) -> Vec<TimelineEntry> {
    let mut entries = Vec::new();
    entries.extend(opens(policy, facts, now, Action::Loan).map(|at| LOANS_FREE.at(at)));
    if let Some(certificate) = &facts.certificate {
        let opens = |action| opens(policy, facts, now, action);
        entries.extend(opens(Action::Use).map(|at| BEGINS.at(at)));
        entries.extend(opens(Action::Renew).map(|at| RENEWAL_OPENS.at(at)));
        entries.extend(opens(Action::Receipt).map(|at| RECEIPTS_BEGIN.at(at)));
        entries.extend(refund_ends(policy, facts, certificate, now).map(|at| REFUND_ENDS.at(at)));
        if certificate.standing(now) == Standing::Live {
            entries.push(ENDS.at(certificate.not_after));
            let reminders = policy.expiry_reminder_from(certificate);
            entries.extend((now <= reminders).then(|| REMINDERS_BEGIN.at(reminders)));
        }
    }
    entries.sort_by_key(|entry| (entry.at, entry.rule));
    entries
}

/// When a refusal by time of this action ends.
fn opens(policy: &Policy, facts: &Facts, now: Instant, action: Action) -> Option<Instant> {
    evaluate(policy, &request(facts, now, action)).opens_at()
}

/// The last second in which a revocation refunds; an expired certificate is revoked no more.
fn refund_ends(
    policy: &Policy,
    facts: &Facts,
    certificate: &HeldCertificate,
    now: Instant,
) -> Option<Instant> {
    let refunds = evaluate(policy, &request(facts, now, Action::Refund)).allowed();
    let until = policy.refund_until(certificate.paid_at?);
    refunds.then_some(until.min(certificate.not_after))
}

fn request(facts: &Facts, now: Instant, action: Action) -> Request {
    Request {
        action,
        now,
        // Loans are blocked online; nothing else that is asked here depends on the channel, the
        // holder or a product beside the certificate's own.
        channel: Channel::Pc,
        product: Product::PersonalLimited,
        holder: Holder::Individual,
        facts: facts.clone(),
    }
}

/// What an entry says.
struct Kind(Rule, &'static str, &'static str);

impl Kind {
    fn at(&self, at: Instant) -> TimelineEntry {
        let Self(rule, ko, en) = *self;
        TimelineEntry {
            at,
            rule,
            what: Sentence::fixed(ko, en),
        }
    }
}

const BEGINS: Kind = Kind(
    Rule::new(10),
    "인증서가 유효해집니다",
    "the certificate becomes valid",
);
const RENEWAL_OPENS: Kind = Kind(
    Rule::new(11),
    "인증서를 갱신할 수 있습니다",
    "the certificate can be renewed",
);
const ENDS: Kind = Kind(
    Rule::new(14),
    "이 시각까지 유효하며, 그 뒤에는 갱신과 재발급이 되지 않습니다",
    "the last second of the certificate, which can be neither renewed nor reissued afterwards",
);
const LOANS_FREE: Kind = Kind(
    Rule::new(15),
    "다시 온라인으로 대출을 신청할 수 있습니다",
    "loans can be applied for online again",
);
const REFUND_ENDS: Kind = Kind(
    Rule::new(21),
    "이 시각까지 폐기하면 수수료를 환급합니다",
    "the last second in which a revocation refunds the fee",
);
const RECEIPTS_BEGIN: Kind = Kind(
    Rule::new(22),
    "영수증을 발급받을 수 있습니다",
    "a receipt can be had",
);
const REMINDERS_BEGIN: Kind = Kind(
    Rule::new(43),
    "만료 안내를 시작합니다",
    "reminders of the expiry begin",
);
