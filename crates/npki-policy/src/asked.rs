use npki_core::Rule;

use crate::{Action, answer::Answer, case::Case, checks};

/// One deciding rule: which actions answer to it, where, and how it is judged.
pub(crate) struct Asked {
    pub(crate) rule: Rule,
    pub(crate) by: &'static [Action],
    pub(crate) place: Place,
    /// `None` when the rule does not concern this case; then it is not listed.
    pub(crate) check: fn(&Case<'_>) -> Option<Answer>,
}

/// Where a rule is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Everywhere,
    /// On a PC and in the app, not at a branch.
    Online,
}

impl Asked {
    pub(crate) fn is_asked(&self, case: &Case<'_>) -> bool {
        self.by.contains(&case.action()) && (self.place == Place::Everywhere || case.is_online())
    }
}

/// Action by rule, in the order of the rules.
///
/// Issue and reissue walk through the same seven steps, so they answer to the same rules of
/// admission; a renewal needs the certificate alone.
pub(crate) const ASKED: &[Asked] = {
    use Action::{
        Copy, Export, Issue, Loan, Receipt, Refund, Register, Reissue, Renew, Revoke, Use,
    };
    use Place::{Everywhere, Online};
    &[
        asked(1, &[Issue, Reissue], Everywhere, checks::business_number),
        asked(2, &[Issue, Reissue], Everywhere, checks::catalogue),
        asked(4, &[Use], Everywhere, checks::purpose),
        asked(10, &[Use], Everywhere, checks::begun),
        asked(11, &[Renew], Everywhere, checks::renewal_window),
        asked(12, &[Reissue], Everywhere, checks::reissuable),
        asked(13, &[Renew, Revoke, Use], Everywhere, checks::not_ended),
        asked(14, &[Use], Everywhere, checks::not_expired),
        asked(15, &[Loan], Online, checks::loan_block),
        asked(16, &[Issue, Reissue], Online, checks::issuing_window),
        asked(17, &[Issue, Reissue], Online, checks::consent),
        Asked {
            rule: Rule::with_letter(18, 'a'),
            by: &[Issue, Renew],
            place: Everywhere,
            check: checks::one_live,
        },
        asked(19, &[Revoke], Everywhere, checks::revocable),
        asked(20, &[Issue, Renew], Everywhere, checks::balance),
        asked(21, &[Refund], Everywhere, checks::refundable),
        asked(22, &[Receipt], Everywhere, checks::receipt),
        asked(23, &[Refund, Receipt], Everywhere, checks::paid),
        asked(32, &[Issue, Reissue, Register], Online, checks::otp),
        asked(33, &[Issue, Reissue], Online, checks::log_in),
        asked(35, &[Issue, Reissue], Everywhere, checks::terms),
        asked(
            36,
            &[Issue, Reissue, Register],
            Everywhere,
            checks::identified,
        ),
        asked(41, &[Register], Everywhere, checks::registrable),
        asked(63, &[Copy], Everywhere, checks::phone_copy),
        asked(64, &[Copy, Export], Everywhere, checks::token),
    ]
};

const fn asked(
    number: u8,
    by: &'static [Action],
    place: Place,
    check: fn(&Case<'_>) -> Option<Answer>,
) -> Asked {
    Asked {
        rule: Rule::new(number),
        by,
        place,
        check,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_asked_in_their_order() {
        assert!(ASKED.is_sorted_by(|a, b| a.rule < b.rule));
    }
}
