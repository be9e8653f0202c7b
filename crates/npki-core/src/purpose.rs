use crate::named;

/// What a relying party (이용기관) wants a certificate for (R4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Purpose {
    /// Internet and phone banking.
    Bank,
    /// Insurance.
    Insurance,
    /// Credit-card payment.
    Card,
    /// E-government petitions.
    EGov,
    /// Online stock trading.
    Securities,
    /// Electronic tax invoices.
    ETax,
    /// Electronic bidding.
    Bidding,
    /// B2B electronic payment.
    B2b,
}

named!(Purpose, "purpose", [
    Bank = "bank", "은행", "banking";
    Insurance = "insurance", "보험", "insurance";
    Card = "card", "신용카드", "credit card";
    EGov = "egov", "정부민원", "e-government";
    Securities = "securities", "증권", "securities trading";
    ETax = "etax", "전자세금계산서", "e-tax invoices";
    Bidding = "bidding", "전자입찰", "e-bidding";
    B2b = "b2b", "B2B 전자결제", "B2B payment";
]);
