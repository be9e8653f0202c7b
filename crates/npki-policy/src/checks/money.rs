use npki_core::Instant;

use crate::{
    CertificateState, EventKind, Krw, Standing, answer::Answer, case::Case, rules::Reason,
};

/// R20.
pub(crate) fn balance(case: &Case<'_>) -> Option<Answer> {
    let fee = case.fee();
    let balance = case.facts().balance;
    let short = match (fee, balance) {
        (Some(fee), Some(balance)) => fee > Krw::ZERO && balance < fee,
        _ => false,
    };
    Some(
        Answer::new()
            .won("fee", fee)
            .won("balance", balance)
            .refuse_if(short, Reason::TooLittleMoney),
    )
}

/// R21: were the certificate revoked now, would the fee come back?
pub(crate) fn refundable(case: &Case<'_>) -> Option<Answer> {
    let (certificate, standing) = case.certificate?;
    let paid_at = certificate.paid_at?;
    let until = case.policy.refund_until(paid_at);
    // Nothing can be refunded before the day on which it was paid.
    let begins = paid_at.kst_day().start();
    // With no days of refund the last of them lies before it.
    let late = case.now() > until || until < begins;
    let early = (case.now() < begins && !late).then_some(begins);
    Some(
        Answer::new()
            .at("now", case.now())
            .at("paid_at", paid_at)
            .at("refund_until", until)
            .word("state", certificate.state.name(), certificate.state.label())
            .refuse_until(early, Reason::RefundTooEarly)
            .refuse_if(late, Reason::RefundTooLate)
            .refuse_if(standing != Standing::Live, Reason::RefundNothingRevoked),
    )
}

/// R22.
pub(crate) fn receipt(case: &Case<'_>) -> Option<Answer> {
    let (certificate, _) = case.certificate?;
    let paid_at = certificate.paid_at?;
    let from = case.policy.receipt_from(paid_at);
    let refunded = was_refunded(case, paid_at);
    let early = (case.now() < from && !refunded).then_some(from);
    Some(
        Answer::new()
            .at("now", case.now())
            .at("paid_at", paid_at)
            .at("receipt_from", from)
            .flag("refunded", Some(refunded))
            .refuse_until(early, Reason::ReceiptTooEarly)
            .refuse_if(refunded, Reason::ReceiptRefunded),
    )
}

/// R23.
pub(crate) fn paid(case: &Case<'_>) -> Option<Answer> {
    let paid_at = case
        .certificate
        .and_then(|(certificate, _)| certificate.paid_at);
    let answer = Answer::new().word("product", case.product.name(), case.product.label());
    Some(match paid_at {
        Some(paid_at) => answer.at("paid_at", paid_at),
        None => answer.refuse_if(true, Reason::NothingPaid),
    })
}

/// Said by the caller, or told from a revocation (not a reissue, not a renewal) in time: one that
/// stands while the days of refund last was in time, whenever it was.
fn was_refunded(case: &Case<'_>, paid_at: Instant) -> bool {
    let told = || {
        let revoked = case
            .certificate
            .is_some_and(|(certificate, _)| certificate.state == CertificateState::Revoked)
            && case.facts().revoked_by_this_reissue != Some(true);
        let days_last = paid_at <= case.now() && case.now() <= case.policy.refund_until(paid_at);
        let revoked_at = case
            .facts()
            .last_event
            .filter(|event| event.kind == EventKind::Revoke)
            .map(|event| event.at);
        let in_time = revoked_at.is_some_and(|at| {
            paid_at.kst_day() <= at.kst_day() && at <= case.policy.refund_until(paid_at)
        });
        revoked && (days_last || in_time)
    };
    case.facts().refunded.unwrap_or_else(told)
}
