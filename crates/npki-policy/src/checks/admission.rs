use npki_core::{Channel, Holder, Purpose};

use crate::{Action, Enrolment, Ra, Standing, Switch, answer::Answer, case::Case, rules::Reason};

/// R1.
pub(crate) fn business_number(case: &Case<'_>) -> Option<Answer> {
    let holder = case.request.holder;
    let concerned = !case.is_personal() && is_group(holder);
    let registered = case.facts().business_number_registered;
    concerned.then(|| {
        Answer::new()
            .word("product", case.product.name(), case.product.label())
            .word("holder", holder.name(), holder.label())
            .flag("business_number_registered", registered)
            .refuse_if(registered == Some(false), Reason::NumberNotRegistered)
    })
}

/// R2.
pub(crate) fn catalogue(case: &Case<'_>) -> Option<Answer> {
    let holder = case.request.holder;
    let answer = Answer::new()
        .word("product", case.product.name(), case.product.label())
        .word("holder", holder.name(), holder.label());
    let Some(row) = case.row else {
        return Some(answer.refuse_if(true, Reason::NotSold));
    };
    let wants_b2b = matches!(case.facts().purpose, Some(Purpose::B2b | Purpose::Bidding));
    let enrolled = match row.enrolment {
        Enrolment::PersonalBanking => case.facts().personal_banking,
        // Who uses B2B payment or e-bidding counts as enrolled (S7).
        Enrolment::BusinessBanking if wants_b2b => Some(true),
        Enrolment::BusinessBanking => case.facts().business_banking,
    };
    let mut answer = answer
        .word("enrolment", row.enrolment.name(), row.enrolment.label())
        .flag("enrolled", enrolled)
        .refuse_if(!row.holders.contains(&holder), Reason::NotForHolder)
        .refuse_if(enrolled == Some(false), Reason::NotEnrolled);
    if let Some(issuer) = case.issuer {
        // A reissue goes to the CA that issued the old one; nothing is chosen.
        let chosen = case.action() == Action::Issue;
        answer = answer
            .word("issuer", issuer.name(), issuer.label())
            .refuse_if(chosen && row.offer(issuer).is_none(), Reason::NotFromIssuer);
    }
    Some(answer)
}

/// R4.
pub(crate) fn purpose(case: &Case<'_>) -> Option<Answer> {
    let purpose = case.facts().purpose?;
    let serves = case.row.is_some_and(|row| row.serves(purpose));
    Some(
        Answer::new()
            .word("product", case.product.name(), case.product.label())
            .word("purpose", purpose.name(), purpose.label())
            .refuse_if(!serves, Reason::NotForPurpose),
    )
}

/// R16.
pub(crate) fn issuing_window(case: &Case<'_>) -> Option<Answer> {
    let window = case.parameters().issuing_window;
    let opens = case.policy.issuing_opens(case.now());
    let closed = !window.contains(case.now().kst_second_of_day());
    Some(
        Answer::new()
            .at("now", case.now())
            .clock("from", window.opens)
            .clock("to", window.closes)
            .at("opens", opens)
            .refuse_until(closed.then_some(opens), Reason::OutsideHours),
    )
}

/// R17.
pub(crate) fn consent(case: &Case<'_>) -> Option<Answer> {
    let consent = case.facts().consent;
    Some(
        Answer::new()
            .flag("consent", consent)
            .refuse_if(consent == Some(false), Reason::NoConsent),
    )
}

/// R32.
pub(crate) fn otp(case: &Case<'_>) -> Option<Answer> {
    let limit = case.parameters().otp_attempts.0;
    let failures = case.facts().otp_failures.unwrap_or(0);
    Some(
        Answer::new()
            .count("otp_failures", failures)
            .count("limit", limit)
            .refuse_if(failures >= limit, Reason::OtpLocked),
    )
}

/// R33.
pub(crate) fn log_in(case: &Case<'_>) -> Option<Answer> {
    let channel = case.request.channel;
    let logged_in = case.facts().logged_in;
    Some(
        Answer::new()
            .word("channel", channel.name(), channel.label())
            .flag("logged_in", logged_in)
            .refuse_if(
                channel == Channel::Pc && logged_in == Some(false),
                Reason::NotLoggedIn,
            )
            .refuse_if(
                channel == Channel::App && logged_in == Some(true),
                Reason::LoggedIn,
            ),
    )
}

/// R35.
pub(crate) fn terms(case: &Case<'_>) -> Option<Answer> {
    let accepted = case.facts().terms_accepted;
    Some(
        Answer::new()
            .flag("terms_accepted", accepted)
            .refuse_if(accepted == Some(false), Reason::TermsNotAccepted),
    )
}

/// R36.
pub(crate) fn identified(case: &Case<'_>) -> Option<Answer> {
    let channel = case.request.channel;
    let missing = case.facts().identified == Some(false);
    let branch = channel == Channel::Branch;
    Some(
        Answer::new()
            .word("channel", channel.name(), channel.label())
            .flag("identified", case.facts().identified)
            .refuse_if(missing && !branch, Reason::NotIdentified)
            .refuse_if(missing && branch, Reason::NoIdentityCard),
    )
}

/// R41: what the bank's policy says of it. Chain, revocation, VID and proof of possession are
/// checked where certificates are read.
pub(crate) fn registrable(case: &Case<'_>) -> Option<Answer> {
    let holder = case.request.holder;
    let groups_may = case.parameters().groups_may_register;
    let serves = case.row.is_some_and(|row| row.serves(Purpose::Bank));
    let mut answer = Answer::new()
        .word("product", case.product.name(), case.product.label())
        .word("holder", holder.name(), holder.label())
        .word("groups_may_register", groups_may.name(), groups_may.label());
    if let Some((certificate, standing)) = case.certificate {
        let begins = (standing == Standing::Live && case.now() < certificate.not_before)
            .then_some(certificate.not_before);
        answer = answer
            .word("ra", certificate.ra.name(), certificate.ra.label())
            .word("state", certificate.state.name(), certificate.state.label())
            .at("not_before", certificate.not_before)
            .at("not_after", certificate.not_after)
            .refuse_if(certificate.ra == Ra::Own, Reason::RegistersOwn)
            .refuse_if(standing == Standing::Expired, Reason::RegistersExpired)
            .refuse_if(standing == Standing::Ended, Reason::RegistersEnded)
            .refuse_until(begins, Reason::RegistersNotBegun);
    }
    let refused_group = case.is_personal() && is_group(holder) && groups_may == Switch::Off;
    Some(
        answer
            .refuse_if(!serves, Reason::RegistersOutOfScope)
            .refuse_if(refused_group, Reason::RegistersGroup),
    )
}

/// Sole proprietors and unincorporated associations: persons to one side of the bank,
/// businesses to the other.
const fn is_group(holder: Holder) -> bool {
    matches!(holder, Holder::SoleProprietor | Holder::Association)
}
