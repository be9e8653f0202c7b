use npki_core::{OrderAction, named};

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Action {
    /// 발급: a certificate where there is none.
    Issue,
    /// 재발급: a new key, the old end (R12).
    Reissue,
    /// 갱신: another year (R11).
    Renew,
    /// 폐기: immediate and final (R13).
    Revoke,
    /// Using a certificate at a relying party (R4).
    Use,
    /// A loan application (R15).
    Loan,
    /// 환급: were the certificate revoked now, would its fee come back (R21)?
    Refund,
    /// 영수증: a receipt or tax bill for its fee (R22).
    Receipt,
    /// 타행·타기관 인증서 등록: letting a certificate issued elsewhere act at this bank (R41).
    Register,
    /// 복사: to another medium (R61, R63).
    Copy,
    /// 내보내기: to a password-protected file (R62).
    Export,
}

named!(Action, "action", [
    Issue = "issue", "발급", "issue";
    Reissue = "reissue", "재발급", "reissue";
    Renew = "renew", "갱신", "renew";
    Revoke = "revoke", "폐기", "revoke";
    Use = "use", "사용", "use";
    Loan = "loan", "대출 신청", "loan application";
    Refund = "refund", "수수료 환급", "refund";
    Receipt = "receipt", "영수증 발급", "receipt";
    Register = "register", "타행·타기관 인증서 등록", "other-institution registration";
    Copy = "copy", "복사", "copy";
    Export = "export", "내보내기", "export";
]);

impl Action {
    /// The order that this action becomes, when it brings a new certificate.
    #[must_use]
    pub const fn order_action(self) -> Option<OrderAction> {
        match self {
            Self::Issue => Some(OrderAction::Issue),
            Self::Reissue => Some(OrderAction::Reissue),
            Self::Renew => Some(OrderAction::Renew),
            _ => None,
        }
    }
}
