/// Every way in which a rule refuses; each has its sentences in the row of its rule.
macro_rules! reasons {
    ($($reason:ident)+) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum Reason { $($reason),+ }

        #[cfg(test)]
        impl Reason {
            pub(crate) const ALL: &'static [Self] = &[$(Self::$reason),+];
        }
    };
}

reasons! {
    NumberNotRegistered
    NotSold NotForHolder NotEnrolled NotFromIssuer
    NotForPurpose
    NotBegun
    NothingToRenew TooEarlyToRenew TooLateToRenew
    NothingToReissue TooLateToReissue EndedBeforeReissue ReissuedElsewhere
    Ended RevokedElsewhere RevokedByNobody
    Expired
    LoansBlocked
    OutsideHours
    NoConsent
    HeldAlready
    NothingToRevoke ExpiredAlready EndedAlready
    TooLittleMoney
    RefundTooEarly RefundTooLate RefundNothingRevoked
    ReceiptTooEarly ReceiptRefunded
    NothingPaid
    OtpLocked
    NotLoggedIn LoggedIn
    TermsNotAccepted
    NotIdentified NoIdentityCard
    RegistersOwn RegistersExpired RegistersEnded RegistersNotBegun RegistersOutOfScope RegistersGroup
    StaysOnPhone
    StaysInToken
}
