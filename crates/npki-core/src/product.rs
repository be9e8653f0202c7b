use crate::named;

/// What is sold: a kind of joint certificate (공동인증서).
///
/// Who may have it, from whom, for how much and what for stands in the policy catalogue (R2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Product {
    /// 개인 용도제한용: free, for bank, insurance, card and e-government.
    PersonalLimited,
    /// 개인 범용: paid, accepted widest.
    PersonalGeneral,
    /// 기업 용도제한용.
    BusinessLimited,
    /// 기업 범용.
    BusinessGeneral,
    /// 전자세금용: electronic tax invoices only.
    ETax,
}

named!(Product, "product", [
    PersonalLimited = "personal-limited", "개인 용도제한용(은행/신용카드/보험용)", "personal limited (bank/card/insurance)";
    PersonalGeneral = "personal-general", "개인 범용", "personal general-purpose";
    BusinessLimited = "business-limited", "기업 용도제한용", "business limited";
    BusinessGeneral = "business-general", "기업 범용", "business general-purpose";
    ETax = "etax", "전자세금용", "e-tax invoice";
]);

impl Product {
    /// Whether this is a general-purpose (범용) product.
    #[must_use]
    pub const fn is_general_purpose(self) -> bool {
        matches!(self, Self::PersonalGeneral | Self::BusinessGeneral)
    }
}

/// Who holds a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Holder {
    /// 개인.
    Individual,
    /// 개인사업자.
    SoleProprietor,
    /// 임의단체: an unincorporated association.
    Association,
    /// 법인.
    Corporation,
}

named!(Holder, "holder", [
    Individual = "individual", "개인", "individual";
    SoleProprietor = "sole-proprietor", "개인사업자", "sole proprietor";
    Association = "association", "임의단체", "unincorporated association";
    Corporation = "corporation", "법인", "corporation";
]);
