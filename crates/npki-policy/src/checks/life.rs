use crate::{
    Action, AskedBy, HeldCertificate, Ra, Standing, answer::Answer, case::Case, rules::Reason,
};

/// R10.
pub(crate) fn begun(case: &Case<'_>) -> Option<Answer> {
    let (certificate, standing) = case.certificate?;
    let begins = (case.now() < certificate.not_before).then_some(certificate.not_before);
    (standing == Standing::Live).then(|| {
        Answer::new()
            .at("not_before", certificate.not_before)
            .at("not_after", certificate.not_after)
            .refuse_until(begins, Reason::NotBegun)
    })
}

/// R11. A certificate that was revoked or superseded is R13's.
pub(crate) fn renewal_window(case: &Case<'_>) -> Option<Answer> {
    let Some((certificate, standing)) = case.certificate else {
        return Some(Answer::new().refuse_if(true, Reason::NothingToRenew));
    };
    let opens = case.policy.renewal_opens(certificate);
    let early = standing == Standing::Live && case.now() < opens;
    (standing != Standing::Ended).then(|| {
        Answer::new()
            .at("now", case.now())
            .at("opens", opens)
            .at("not_after", certificate.not_after)
            .refuse_until(early.then_some(opens), Reason::TooEarlyToRenew)
            .refuse_if(standing == Standing::Expired, Reason::TooLateToRenew)
    })
}

/// R12.
pub(crate) fn reissuable(case: &Case<'_>) -> Option<Answer> {
    let Some((certificate, standing)) = case.certificate else {
        return Some(Answer::new().refuse_if(true, Reason::NothingToReissue));
    };
    // A leaked certificate is revoked as soon as its reissue is ordered, and that reissue goes
    // on until the old end.
    let goes_on = case.facts().revoked_by_this_reissue == Some(true)
        && certificate.state == crate::CertificateState::Revoked;
    let past = case.now() > certificate.not_after;
    Some(
        told(certificate)
            .flag(
                "revoked_by_this_reissue",
                case.facts().revoked_by_this_reissue,
            )
            .refuse_if(standing == Standing::Expired, Reason::TooLateToReissue)
            .refuse_if(
                standing == Standing::Ended && (!goes_on || past),
                Reason::EndedBeforeReissue,
            )
            .refuse_if(certificate.ra == Ra::Other, Reason::ReissuedElsewhere),
    )
}

/// R13.
pub(crate) fn not_ended(case: &Case<'_>) -> Option<Answer> {
    let (certificate, standing) = case.certificate?;
    let answer = told(certificate);
    if case.action() != Action::Revoke {
        return Some(answer.refuse_if(standing == Standing::Ended, Reason::Ended));
    }
    let asked_by = case.facts().asked_by.unwrap_or(AskedBy::OwnSignature);
    let by_identification = asked_by == AskedBy::Identification;
    let elsewhere = by_identification && certificate.ra == Ra::Other;
    let missing = by_identification && case.facts().identified == Some(false);
    // Whether there is anything left to revoke is R19's.
    (standing == Standing::Live || elsewhere || missing).then(|| {
        answer
            .word("asked_by", asked_by.name(), asked_by.label())
            .refuse_if(elsewhere, Reason::RevokedElsewhere)
            .refuse_if(missing, Reason::RevokedByNobody)
    })
}

/// R14.
pub(crate) fn not_expired(case: &Case<'_>) -> Option<Answer> {
    let (certificate, standing) = case.certificate?;
    (standing != Standing::Ended).then(|| {
        Answer::new()
            .at("now", case.now())
            .at("not_after", certificate.not_after)
            .refuse_if(standing == Standing::Expired, Reason::Expired)
    })
}

/// R15.
pub(crate) fn loan_block(case: &Case<'_>) -> Option<Answer> {
    let Some(event) = case.facts().last_event else {
        return Some(Answer::new());
    };
    let free = case
        .policy
        .loans_free_at(event)
        .filter(|free| event.at.kst_day() <= case.now().kst_day() && case.now() < *free);
    let answer = Answer::new()
        .word("event", event.kind.name(), event.kind.label())
        .at("event_at", event.at)
        .count("days", case.parameters().loan_block.0);
    Some(match free {
        Some(at) => answer
            .at("free_at", at)
            .refuse_until(free, Reason::LoansBlocked),
        None => answer,
    })
}

/// R18a. A renewal of another institution's certificate is the first one at this bank.
pub(crate) fn one_live(case: &Case<'_>) -> Option<Answer> {
    let comes_anew = match case.certificate {
        Some((certificate, _)) => certificate.ra == Ra::Other,
        None => case.action() == Action::Issue,
    };
    let issuer = case.issuer.filter(|_| comes_anew)?;
    let held = case.facts().others.iter().find(|other| {
        other.product == case.product
            && other.issuer == issuer
            && other.ra == Ra::Own
            && other.standing(case.now()) == Standing::Live
    });
    let answer = Answer::new()
        .word("product", case.product.name(), case.product.label())
        .word("issuer", issuer.name(), issuer.label());
    Some(match held {
        Some(held) => answer
            .at("held_until", held.not_after)
            .refuse_if(true, Reason::HeldAlready),
        None => answer,
    })
}

/// R19, the moves that revocation makes.
pub(crate) fn revocable(case: &Case<'_>) -> Option<Answer> {
    let Some((certificate, standing)) = case.certificate else {
        return Some(Answer::new().refuse_if(true, Reason::NothingToRevoke));
    };
    Some(
        told(certificate)
            .refuse_if(standing == Standing::Expired, Reason::ExpiredAlready)
            .refuse_if(standing == Standing::Ended, Reason::EndedAlready),
    )
}

fn told(certificate: &HeldCertificate) -> Answer {
    Answer::new()
        .word("state", certificate.state.name(), certificate.state.label())
        .at("not_after", certificate.not_after)
        .word("ra", certificate.ra.name(), certificate.ra.label())
}
