use crate::{MediumKind, answer::Answer, case::Case, rules::Reason};

/// R63.
pub(crate) fn phone_copy(case: &Case<'_>) -> Option<Answer> {
    let from = case.facts().medium;
    let to = case.facts().target_medium;
    let touches_phone = [from, to].contains(&Some(MediumKind::Phone));
    let leaves_phone = from == Some(MediumKind::Phone);
    touches_phone.then(|| {
        media(case)
            .word("product", case.product.name(), case.product.label())
            .refuse_if(leaves_phone && !case.is_personal(), Reason::StaysOnPhone)
    })
}

/// R64.
pub(crate) fn token(case: &Case<'_>) -> Option<Answer> {
    let on_token = case.facts().medium == Some(MediumKind::Token);
    Some(media(case).refuse_if(on_token, Reason::StaysInToken))
}

fn media(case: &Case<'_>) -> Answer {
    let mut answer = Answer::new();
    if let Some(medium) = case.facts().medium {
        answer = answer.word("medium", medium.name(), medium.label());
    }
    if let Some(target) = case.facts().target_medium {
        answer = answer.word("target_medium", target.name(), target.label());
    }
    answer
}
