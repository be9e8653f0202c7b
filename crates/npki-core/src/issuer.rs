use crate::named;

/// A certification authority (인증기관) of the national PKI, or the lab issuer with its habits.
///
/// The variants follow the arc numbers of the test policies: 2.999.410.1 is yessign's, and so on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Issuer {
    /// 금융결제원 (KFTC).
    Yessign,
    /// 한국정보인증 (signGATE).
    Kica,
    /// 한국전자인증.
    CrossCert,
    /// 코스콤 (SignKorea).
    Koscom,
    /// 한국무역정보통신 (KTNET).
    TradeSign,
}

named!(Issuer, "issuer", [
    Yessign = "yessign", "금융결제원", "yessign (KFTC)";
    Kica = "KICA", "한국정보인증", "KICA (signGATE)";
    CrossCert = "CrossCert", "한국전자인증", "CrossCert";
    Koscom = "KOSCOM", "코스콤", "KOSCOM (SignKorea)";
    TradeSign = "TradeSign", "한국무역정보통신", "TradeSign (KTNET)";
]);
