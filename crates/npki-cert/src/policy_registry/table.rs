//! The registry's one table. The first row for an issuer and a product is the one issued under.

use const_oid::ObjectIdentifier;
use npki_core::{
    Issuer,
    Product::{self, BusinessGeneral, BusinessLimited, ETax, PersonalGeneral, PersonalLimited},
};

use crate::PolicyOid;

use super::{
    Confidence::{self, Agreed, Disputed, OneSource, Seen},
    HolderClass::{self, Any, Business, CaService, Institution, Personal, Server},
    PolicyArc::{self, Lab, Real},
    PolicyAuthority,
    PolicyKey::{self, KeyManagement, Sign},
    PolicyMedium, PolicyRow,
    PolicyScope::{self, General, Limited, Service},
};

/// `OID, authority, (holder, product, scope), (key, medium), (confidence, arc, source), Korean, English`.
#[rustfmt::skip]
pub(super) const ROWS: &[PolicyRow] = &[

    // yessign (KFTC), 1.2.410.200005.1.1
    row(oid("1.2.410.200005.1.1.1"), YESSIGN, (Personal, Some(PersonalGeneral), General), (Sign, ANYWHERE), (Seen, Real, S), "개인 범용", "personal general-purpose"),
    row(oid("1.2.410.200005.1.1.5"), YESSIGN, (Business, Some(BusinessGeneral), General), (Sign, ANYWHERE), (Agreed, Real, T), "법인 범용", "corporate general-purpose"),
    row(oid("1.2.410.200005.1.1.4"), YESSIGN, (Personal, Some(PersonalLimited), Limited), (Sign, ANYWHERE), (Seen, Real, S), "개인 은행/보험/신용카드/민원용", "personal bank, insurance, card, civil service"),
    row(oid("1.2.410.200005.1.1.2"), YESSIGN, (Business, Some(BusinessLimited), Limited), (Sign, ANYWHERE), (Agreed, Real, T), "법인 은행/보험/신용카드/민원용", "corporate bank, insurance, card, civil service"),
    row(oid("1.2.410.200005.1.1.3"), YESSIGN, (Server, None, Service), (Sign, ANYWHERE), (Seen, Real, S), "서버용", "server"),
    row(oid("1.2.410.200005.1.1.1.1"), YESSIGN, (Personal, Some(PersonalGeneral), General), (Sign, TOKEN), (OneSource, Real, O), "개인 범용(보안토큰)", "personal general-purpose, in a token"),
    row(oid("1.2.410.200005.1.1.5.1"), YESSIGN, (Business, Some(BusinessGeneral), General), (Sign, TOKEN), (OneSource, Real, O), "법인 범용(보안토큰)", "corporate general-purpose, in a token"),
    row(oid("1.2.410.200005.1.1.4.1"), YESSIGN, (Personal, Some(PersonalLimited), Limited), (Sign, TOKEN), (OneSource, Real, O), "개인 은행/보험용(보안토큰)", "personal bank and insurance, in a token"),
    row(oid("1.2.410.200005.1.1.2.1"), YESSIGN, (Business, Some(BusinessLimited), Limited), (Sign, TOKEN), (OneSource, Real, O), "법인 은행/보험용(보안토큰)", "corporate bank and insurance, in a token"),
    row(oid("1.2.410.200005.1.1.4.4"), YESSIGN, (Personal, None, Limited), (Sign, ANYWHERE), (OneSource, Real, O), "개인 은행용 특수(전자등록)", "personal bank, special: electronic registration"),
    row(oid("1.2.410.200005.1.1.4.8"), YESSIGN, (Personal, None, Limited), (Sign, ANYWHERE), (OneSource, Real, O), "개인 은행용 특수", "personal bank, special"),
    row(oid("1.2.410.200005.1.1.6"), YESSIGN, (Business, None, Limited), (Sign, ANYWHERE), (Agreed, Real, T), "용도제한용(단체)", "limited, group"),
    row(oid("1.2.410.200005.1.1.6.1"), YESSIGN, (Business, Some(BusinessLimited), Limited), (Sign, ANYWHERE), (Agreed, Real, T), "기업뱅킹용", "corporate banking"),
    row(oid("1.2.410.200005.1.1.6.2"), YESSIGN, (Personal, None, Limited), (Sign, ANYWHERE), (Agreed, Real, T), "개인 신용카드용", "personal credit card"),
    row(oid("1.2.410.200005.1.1.6.3"), YESSIGN, (Business, None, Limited), (Sign, ANYWHERE), (Agreed, Real, T), "조달청 나라장터용", "procurement"),
    row(oid("1.2.410.200005.1.1.6.4"), YESSIGN, (Business, None, Limited), (Sign, ANYWHERE), (Agreed, Real, T), "퇴직연금용(법인)", "pension, corporate"),
    row(oid("1.2.410.200005.1.1.6.5"), YESSIGN, (Business, None, Limited), (Sign, ANYWHERE), (Agreed, Real, T), "고액현금거래 보고용(법인)", "cash transaction reports, corporate"),
    row(oid("1.2.410.200005.1.1.6.8"), YESSIGN, (Business, Some(ETax), Limited), (Sign, ANYWHERE), (Seen, Real, S), "전자세금용(법인)", "e-tax invoices, corporate"),
    row(oid("1.2.410.200005.1.1.7.1"), YESSIGN, (Business, None, Limited), (Sign, ANYWHERE), (OneSource, Real, O), "법인 특수", "corporate, meaning not stated"),

    // SignGate (KICA), 1.2.410.200004.5.2.1
    row(oid("1.2.410.200004.5.2.1.1"), KICA, (Business, Some(BusinessGeneral), General), (Sign, ANYWHERE), (Agreed, Real, T), "법인 범용", "corporate general-purpose"),
    row(oid("1.2.410.200004.5.2.1.2"), KICA, (Personal, Some(PersonalGeneral), General), (Sign, ANYWHERE), (Agreed, Real, T), "개인 범용", "personal general-purpose"),
    row(oid("1.2.410.200004.5.2.1.3"), KICA, (Business, None, Limited), (Sign, ANYWHERE), (Agreed, Real, T), "특수목적용(전자입찰)", "special purpose: e-bidding"),
    row(oid("1.2.410.200004.5.2.1.4"), KICA, (Server, None, Service), (Sign, ANYWHERE), (Agreed, Real, T), "서버용", "server"),
    row(oid("1.2.410.200004.5.2.1.5"), KICA, (Business, None, Limited), (Sign, ANYWHERE), (Agreed, Real, T), "특수목적용(법인)", "special purpose, corporate"),
    row(oid("1.2.410.200004.5.2.1.5.140"), KICA, (Institution, None, Limited), (Sign, ANYWHERE), (OneSource, Real, O), "교육행정정보시스템(NEIS)용", "education administration (NEIS)"),
    row(oid("1.2.410.200004.5.2.1.5.5001"), KICA, (Business, Some(ETax), Limited), (Sign, ANYWHERE), (Agreed, Real, T), "전자세금용(국세청)", "e-tax for the tax office, corporate"),
    row(oid("1.2.410.200004.5.2.1.6.257"), KICA, (Business, Some(ETax), Limited), (Sign, ANYWHERE), (Agreed, Real, T), "전자세금용(법인)", "e-tax, corporate"),
    row(oid("1.2.410.200004.5.2.1.6.84"), KICA, (Business, None, Limited), (Sign, ANYWHERE), (OneSource, Real, O), "조달청용", "procurement"),
    row(oid("1.2.410.200004.5.2.1.7.1"), KICA, (Personal, Some(PersonalLimited), Limited), (Sign, ANYWHERE), (Agreed, Real, T), "개인 은행/보험용", "personal bank and insurance"),
    row(oid("1.2.410.200004.5.2.1.7.2"), KICA, (Personal, None, Limited), (Sign, ANYWHERE), (Agreed, Real, T), "개인 증권/보험용", "personal securities and insurance"),
    row(oid("1.2.410.200004.5.2.1.7.3"), KICA, (Personal, None, Limited), (Sign, ANYWHERE), (Agreed, Real, T), "개인 신용카드용", "personal credit card"),
    row(oid("1.2.410.200004.5.2.1.10.1"), KICA, (Any, None, Limited), (Sign, ANYWHERE), (OneSource, Real, O), "시험용", "test"),

    // CrossCert, 1.2.410.200004.5.4
    row(oid("1.2.410.200004.5.4.1.1"), CROSSCERT, (Personal, Some(PersonalGeneral), General), (Sign, ANYWHERE), (Agreed, Real, T), "개인 범용", "personal general-purpose"),
    row(oid("1.2.410.200004.5.4.1.2"), CROSSCERT, (Business, Some(BusinessGeneral), General), (Sign, ANYWHERE), (Agreed, Real, T), "법인 범용", "corporate general-purpose"),
    row(oid("1.2.410.200004.5.4.1.3"), CROSSCERT, (Server, None, Service), (Sign, ANYWHERE), (Seen, Real, S), "서버용", "server"),
    row(oid("1.2.410.200004.5.4.1.4"), CROSSCERT, (Personal, None, Limited), (Sign, ANYWHERE), (OneSource, Real, O), "개인 특수목적용", "special purpose, personal"),
    row(oid("1.2.410.200004.5.4.1.5"), CROSSCERT, (Business, None, Limited), (Sign, ANYWHERE), (OneSource, Real, O), "법인 특수목적용", "special purpose, corporate"),
    row(oid("1.2.410.200004.5.4.1.12"), CROSSCERT, (Business, None, Limited), (Sign, ANYWHERE), (OneSource, Real, O), "조달청용", "procurement"),
    row(oid("1.2.410.200004.5.4.1.74"), CROSSCERT, (Business, Some(ETax), Limited), (Sign, ANYWHERE), (OneSource, Real, O), "전자세금용", "e-tax"),
    row(oid("1.2.410.200004.5.4.1.101"), CROSSCERT, (Personal, Some(PersonalLimited), Limited), (Sign, ANYWHERE), (Agreed, Real, T), "개인 은행(/보험)용", "personal banking (and insurance)"),
    row(oid("1.2.410.200004.5.4.1.102"), CROSSCERT, (Personal, None, Limited), (Sign, ANYWHERE), (Agreed, Real, T), "개인 증권용", "personal securities"),
    row(oid("1.2.410.200004.5.4.1.103"), CROSSCERT, (Personal, None, Limited), (Sign, ANYWHERE), (Agreed, Real, T), "개인 신용카드용", "personal credit card (one family of tables says insurance)"),
    row(oid("1.2.410.200004.5.4.1.104"), CROSSCERT, (Personal, None, Limited), (Sign, ANYWHERE), (Agreed, Real, T), "개인 민원용", "personal civil service (one family of tables says card)"),
    row(oid("1.2.410.200004.5.4.1.105"), CROSSCERT, (Personal, None, Limited), (Sign, ANYWHERE), (OneSource, Real, O), "민원용", "civil service"),
    row(oid("1.2.410.200004.5.4.1.106"), CROSSCERT, (Personal, None, Limited), (Sign, ANYWHERE), (OneSource, Real, O), "은행/민원용", "bank and civil service"),
    row(oid("1.2.410.200004.5.4.1.107"), CROSSCERT, (Personal, None, Limited), (Sign, ANYWHERE), (OneSource, Real, O), "증권/민원용", "securities and civil service"),
    row(oid("1.2.410.200004.5.4.1.108"), CROSSCERT, (Personal, None, Limited), (Sign, ANYWHERE), (OneSource, Real, O), "보험/민원용", "insurance and civil service"),
    row(oid("1.2.410.200004.5.4.1.109"), CROSSCERT, (Personal, None, Limited), (Sign, ANYWHERE), (OneSource, Real, O), "신용카드/민원용", "credit card and civil service"),
    row(oid("1.2.410.200004.5.4.1.200"), CROSSCERT, (Business, Some(BusinessLimited), Limited), (Sign, ANYWHERE), (OneSource, Real, O), "기업뱅킹용", "corporate banking"),
    row(oid("1.2.410.200004.5.4.1.201"), CROSSCERT, (Business, None, Limited), (Sign, ANYWHERE), (OneSource, Real, O), "기업뱅킹용", "corporate banking"),
    row(oid("1.2.410.200004.5.4.2.52"), CROSSCERT, (Business, Some(ETax), Limited), (Sign, ANYWHERE), (OneSource, Real, O), "전자세금용", "e-tax"),
    row(oid("1.2.410.200004.5.4.2.80"), CROSSCERT, (Business, Some(ETax), Limited), (Sign, ANYWHERE), (OneSource, Real, O), "전자세금용", "e-tax"),

    // SignKorea (KOSCOM), 1.2.410.200004.5.1.1
    row(oid("1.2.410.200004.5.1.1.5"), KOSCOM, (Personal, Some(PersonalGeneral), General), (Sign, ANYWHERE), (Agreed, Real, T), "개인 범용", "personal general-purpose"),
    row(oid("1.2.410.200004.5.1.1.7"), KOSCOM, (Business, Some(BusinessGeneral), General), (Sign, ANYWHERE), (Agreed, Real, T), "법인 범용", "corporate general-purpose"),
    row(oid("1.2.410.200004.5.1.1.9"), KOSCOM, (Personal, None, Limited), (Sign, ANYWHERE), (Agreed, Real, T), "개인 증권/보험/민원용", "personal securities, insurance, civil service"),
    row(oid("1.2.410.200004.5.1.1.9.2"), KOSCOM, (Personal, None, Limited), (Sign, ANYWHERE), (OneSource, Real, O), "개인 신용카드용", "personal credit card"),
    row(oid("1.2.410.200004.5.1.1.1"), KOSCOM, (Personal, None, Limited), (Sign, ANYWHERE), (Agreed, Real, T), "개인 특수목적용", "special purpose, personal"),
    row(oid("1.2.410.200004.5.1.1.2"), KOSCOM, (Server, None, Service), (Sign, ANYWHERE), (OneSource, Real, O), "개인 특수목적용 서버", "server of the row .1"),
    row(oid("1.2.410.200004.5.1.1.3"), KOSCOM, (Business, None, Limited), (Sign, ANYWHERE), (Agreed, Real, T), "법인 특수목적용", "special purpose, corporate"),
    row(oid("1.2.410.200004.5.1.1.4"), KOSCOM, (Server, None, Service), (Sign, ANYWHERE), (OneSource, Real, O), "법인 특수목적용 서버", "server of the row .3"),
    row(oid("1.2.410.200004.5.1.1.6"), KOSCOM, (Server, None, Service), (Sign, ANYWHERE), (OneSource, Real, O), "개인 범용 서버", "server of the row .5"),
    row(oid("1.2.410.200004.5.1.1.8"), KOSCOM, (Server, None, Service), (Sign, ANYWHERE), (OneSource, Real, O), "법인 범용 서버", "server of the row .7"),
    row(oid("1.2.410.200004.5.1.1.10"), KOSCOM, (Any, None, Limited), (Sign, ANYWHERE), (Disputed, Real, D), "골드(서버 또는 법인)", "gold: server or corporate"),
    row(oid("1.2.410.200004.5.1.1.11"), KOSCOM, (Personal, None, Limited), (Sign, ANYWHERE), (Disputed, Real, D), "실버(개인)", "silver, personal; some tables say e-tax"),
    row(oid("1.2.410.200004.5.1.1.12"), KOSCOM, (Business, None, Limited), (Sign, ANYWHERE), (Disputed, Real, D), "실버(법인)", "silver, corporate; some tables say e-tax"),
    row(oid("1.2.410.200004.5.1.1.12.901"), KOSCOM, (Business, None, Limited), (Sign, ANYWHERE), (OneSource, Real, O), "조달청용", "procurement"),
    row(oid("1.2.410.200004.5.1.1.12.908"), KOSCOM, (Business, None, Limited), (Sign, ANYWHERE), (OneSource, Real, O), "신한카드 전자세금 결제용", "e-tax payment by Shinhan Card"),

    // TradeSign (KTNET), 1.2.410.200012: the only CA with OIDs of their own for key management
    row(oid("1.2.410.200012.1.1.1"), TRADESIGN, (Personal, Some(PersonalGeneral), General), (Sign, ANYWHERE), (Agreed, Real, T), "개인 범용(서명용)", "personal general-purpose, signing"),
    row(oid("1.2.410.200012.1.1.2"), TRADESIGN, (Personal, Some(PersonalGeneral), General), (KeyManagement, ANYWHERE), (Agreed, Real, T), "개인 범용(암호화용)", "personal general-purpose, key management"),
    row(oid("1.2.410.200012.1.1.3"), TRADESIGN, (Business, Some(BusinessGeneral), General), (Sign, ANYWHERE), (Seen, Real, S), "법인 범용(서명용)", "corporate general-purpose, signing"),
    row(oid("1.2.410.200012.1.1.4"), TRADESIGN, (Business, Some(BusinessGeneral), General), (KeyManagement, ANYWHERE), (Seen, Real, S), "법인 범용(암호화용)", "corporate general-purpose, key management"),
    row(oid("1.2.410.200012.1.1.5"), TRADESIGN, (Server, None, Service), (Sign, ANYWHERE), (Agreed, Real, T), "서버(서명용)", "server, signing"),
    row(oid("1.2.410.200012.1.1.6"), TRADESIGN, (Server, None, Service), (KeyManagement, ANYWHERE), (Agreed, Real, T), "서버(암호화용)", "server, key management"),
    row(oid("1.2.410.200012.1.1.7"), TRADESIGN, (Personal, None, Limited), (Sign, ANYWHERE), (OneSource, Real, O), "전자무역 개인(서명용)", "e-trade, personal, signing"),
    row(oid("1.2.410.200012.1.1.8"), TRADESIGN, (Personal, None, Limited), (KeyManagement, ANYWHERE), (OneSource, Real, O), "전자무역 개인(암호화용)", "e-trade, personal, key management"),
    row(oid("1.2.410.200012.1.1.9"), TRADESIGN, (Business, None, Limited), (Sign, ANYWHERE), (OneSource, Real, O), "전자무역 법인(서명용)", "e-trade, corporate, signing"),
    row(oid("1.2.410.200012.1.1.10"), TRADESIGN, (Business, None, Limited), (KeyManagement, ANYWHERE), (OneSource, Real, O), "전자무역 법인(암호화용)", "e-trade, corporate, key management"),
    row(oid("1.2.410.200012.1.1.11"), TRADESIGN, (Server, None, Service), (Sign, ANYWHERE), (OneSource, Real, O), "전자무역 서버(서명용)", "e-trade, server, signing"),
    row(oid("1.2.410.200012.1.1.12"), TRADESIGN, (Server, None, Service), (KeyManagement, ANYWHERE), (OneSource, Real, O), "전자무역 서버(암호화용)", "e-trade, server, key management"),
    row(oid("1.2.410.200012.1.1.101"), TRADESIGN, (Any, None, Limited), (Sign, ANYWHERE), (Disputed, Real, D), "은행/보험/민원용", "bank, insurance, civil service; holder personal in one table, corporate in two"),
    row(oid("1.2.410.200012.1.1.103"), TRADESIGN, (Personal, None, Limited), (Sign, ANYWHERE), (Disputed, Real, D), "개인 증권/보험용", "personal securities and insurance, or securities and card"),
    row(oid("1.2.410.200012.1.1.105"), TRADESIGN, (Personal, None, Limited), (Sign, ANYWHERE), (Agreed, Real, T), "개인 신용카드용", "personal credit card"),
    row(oid("1.2.410.200012.11.31"), TRADESIGN, (Any, None, Limited), (Sign, ANYWHERE), (Agreed, Real, T), "은행(서명용)", "bank, signing"),
    row(oid("1.2.410.200012.11.32"), TRADESIGN, (Any, None, Limited), (KeyManagement, ANYWHERE), (Agreed, Real, T), "은행(암호화용)", "bank, key management"),
    row(oid("1.2.410.200012.11.35"), TRADESIGN, (Any, None, Limited), (Sign, ANYWHERE), (Agreed, Real, T), "증권(서명용)", "securities, signing"),
    row(oid("1.2.410.200012.11.36"), TRADESIGN, (Any, None, Limited), (KeyManagement, ANYWHERE), (Agreed, Real, T), "증권(암호화용)", "securities, key management"),
    row(oid("1.2.410.200012.11.39"), TRADESIGN, (Any, None, Limited), (Sign, ANYWHERE), (Agreed, Real, T), "보험(서명용)", "insurance, signing"),
    row(oid("1.2.410.200012.11.40"), TRADESIGN, (Any, None, Limited), (KeyManagement, ANYWHERE), (Agreed, Real, T), "보험(암호화용)", "insurance, key management"),
    row(oid("1.2.410.200012.11.43"), TRADESIGN, (Any, None, Limited), (Sign, ANYWHERE), (Agreed, Real, T), "신용카드(서명용)", "credit card, signing"),
    row(oid("1.2.410.200012.11.44"), TRADESIGN, (Any, None, Limited), (KeyManagement, ANYWHERE), (Agreed, Real, T), "신용카드(암호화용)", "credit card, key management"),

    // NCASign (NIA), 1.2.410.200004.5.3.1
    row(oid("1.2.410.200004.5.3.1.9"), PolicyAuthority::NcaSign, (Personal, None, General), (Sign, ANYWHERE), (Agreed, Real, T), "개인 범용", "personal general-purpose"),
    row(oid("1.2.410.200004.5.3.1.2"), PolicyAuthority::NcaSign, (Business, None, General), (Sign, ANYWHERE), (Agreed, Real, T), "법인 범용", "corporate general-purpose"),
    row(oid("1.2.410.200004.5.3.1.1"), PolicyAuthority::NcaSign, (Institution, None, General), (Sign, ANYWHERE), (Agreed, Real, T), "기관 범용", "institution general-purpose"),
    row(oid("1.2.410.200004.5.3.1.3"), PolicyAuthority::NcaSign, (Server, None, Service), (Sign, ANYWHERE), (OneSource, Real, O), "서버용", "server"),
    row(oid("1.2.410.200004.5.3.1.4"), PolicyAuthority::NcaSign, (Personal, None, Limited), (Sign, ANYWHERE), (OneSource, Real, O), "개인 용도제한용", "personal limited"),
    row(oid("1.2.410.200004.5.3.1.5"), PolicyAuthority::NcaSign, (Institution, None, Limited), (Sign, ANYWHERE), (OneSource, Real, O), "기관 특수목적용", "special purpose, institution"),
    row(oid("1.2.410.200004.5.3.1.6"), PolicyAuthority::NcaSign, (Business, None, Limited), (Sign, ANYWHERE), (OneSource, Real, O), "법인 특수목적용", "special purpose, corporate"),
    row(oid("1.2.410.200004.5.3.1.7"), PolicyAuthority::NcaSign, (Server, None, Service), (Sign, ANYWHERE), (OneSource, Real, O), "서버 특수목적용", "special purpose, server"),
    row(oid("1.2.410.200004.5.3.1.8"), PolicyAuthority::NcaSign, (Personal, None, Limited), (Sign, ANYWHERE), (OneSource, Real, O), "개인 특수목적용", "special purpose, personal"),
    row(oid("1.2.410.200004.2.201"), PolicyAuthority::NcaSign, (Any, None, Limited), (Sign, ANYWHERE), (OneSource, Real, O), "시험용", "test"),
    row(oid("1.2.410.200004.2.202"), PolicyAuthority::NcaSign, (Any, None, Limited), (Sign, ANYWHERE), (OneSource, Real, O), "시험용", "test"),

    // INIPASS (INITECH), 1.2.410.200004.5.5.1
    row(oid("1.2.410.200004.5.5.1.1"), PolicyAuthority::Inipass, (Personal, None, General), (Sign, ANYWHERE), (Agreed, Real, T), "개인 범용", "personal general-purpose"),
    row(oid("1.2.410.200004.5.5.1.2"), PolicyAuthority::Inipass, (Business, None, General), (Sign, ANYWHERE), (Agreed, Real, T), "법인 범용", "corporate general-purpose"),
    row(oid("1.2.410.200004.5.5.1.3.1"), PolicyAuthority::Inipass, (Personal, None, Limited), (Sign, ANYWHERE), (OneSource, Real, O), "개인 제휴사 용도제한용", "personal, limited to partners"),
    row(oid("1.2.410.200004.5.5.1.4.1"), PolicyAuthority::Inipass, (Business, None, Limited), (Sign, ANYWHERE), (OneSource, Real, O), "법인 제휴사 용도제한용", "corporate, limited to partners"),
    row(oid("1.2.410.200004.5.5.1.4.2"), PolicyAuthority::Inipass, (Business, None, Limited), (Sign, ANYWHERE), (Agreed, Real, T), "전자세금용(법인)", "e-tax, corporate"),

    // KISA, and the standard
    row(oid("1.2.410.200004.2.1"), PolicyAuthority::Kisa, (CaService, None, Service), (Sign, ANYWHERE), (Seen, Real, S), "인증기관 서비스용(OCSP, 시점확인)", "services of CAs: OCSP, time stamps"),
    row(oid("2.5.29.32.0"), PolicyAuthority::Standard, (Any, None, Service), (Sign, ANYWHERE), (Seen, Real, R), "모든 정책", "any policy"),

    // Government
    row(oid("1.2.410.100001.2.1.1"), PolicyAuthority::Gpki, (Institution, None, Limited), (Sign, ANYWHERE), (Agreed, Real, T), "정부 기관용(관인)", "government: seal of an organisation"),
    row(oid("1.2.410.100001.2.1.2"), PolicyAuthority::Gpki, (Server, None, Service), (Sign, ANYWHERE), (Agreed, Real, T), "정부 컴퓨터용", "government: computer"),
    row(oid("1.2.410.100001.2.1.3"), PolicyAuthority::Gpki, (Institution, None, Limited), (Sign, ANYWHERE), (Agreed, Real, T), "정부 특수목적용", "government: special purpose"),
    row(oid("1.2.410.100001.2.1.4"), PolicyAuthority::Gpki, (Institution, None, Limited), (Sign, ANYWHERE), (Agreed, Real, T), "공공/민간 기관용", "public or private body: seal"),
    row(oid("1.2.410.100001.2.1.5"), PolicyAuthority::Gpki, (Server, None, Service), (Sign, ANYWHERE), (Agreed, Real, T), "공공/민간 컴퓨터용", "public or private body: computer"),
    row(oid("1.2.410.100001.2.1.6"), PolicyAuthority::Gpki, (Institution, None, Limited), (Sign, ANYWHERE), (Agreed, Real, T), "공공/민간 특수목적용", "public or private body: special purpose"),
    row(oid("1.2.410.100001.2.2.1"), PolicyAuthority::Gpki, (Personal, None, Limited), (Sign, ANYWHERE), (Agreed, Real, T), "공무원용", "official"),
    row(oid("1.2.410.100001.2.2.2"), PolicyAuthority::Gpki, (Personal, None, Limited), (Sign, ANYWHERE), (Agreed, Real, T), "공공/민간 개인용", "personal, of a public or private body"),
    row(oid("1.2.410.100001.5.3"), PolicyAuthority::Epki, (Any, None, Service), (Sign, ANYWHERE), (OneSource, Real, O), "교육부 인증기관", "CA of the education authority"),
    row(oid("1.2.410.100001.5.5"), PolicyAuthority::Gpki, (Any, None, Service), (Sign, ANYWHERE), (OneSource, Real, O), "대검찰청 인증기관", "CA of the prosecution authority"),
    row(oid("1.2.410.100001.5.6"), PolicyAuthority::Gpki, (Any, None, Service), (Sign, ANYWHERE), (OneSource, Real, O), "병무청 인증기관", "CA of the military manpower authority"),
    row(oid("1.2.410.100001.5.7"), PolicyAuthority::Gpki, (Any, None, Service), (Sign, ANYWHERE), (OneSource, Real, O), "행정안전부 인증기관", "CA of the interior authority"),
    row(oid("1.2.410.100001.5.8"), PolicyAuthority::Gpki, (Any, None, Service), (Sign, ANYWHERE), (OneSource, Real, O), "대법원 인증기관", "CA of the court"),
    row(oid("1.2.410.100001.5.3.1.1"), PolicyAuthority::Epki, (Institution, None, Limited), (Sign, ANYWHERE), (OneSource, Real, O), "교육 기관용(관인)", "education: seal"),
    row(oid("1.2.410.100001.5.3.1.3"), PolicyAuthority::Epki, (Personal, None, Limited), (Sign, ANYWHERE), (Agreed, Real, T), "교육 개인용", "education: personal"),
    row(oid("1.2.410.100001.5.3.1.5"), PolicyAuthority::Epki, (Institution, None, Limited), (Sign, ANYWHERE), (OneSource, Real, O), "교육 특수목적용", "education: special purpose"),
    row(oid("1.2.410.100001.5.3.1.7"), PolicyAuthority::Epki, (Server, None, Service), (Sign, ANYWHERE), (OneSource, Real, O), "교육 컴퓨터용", "education: computer"),
    row(oid("1.2.410.100001.5.3.1.9"), PolicyAuthority::Epki, (Server, None, Service), (Sign, ANYWHERE), (OneSource, Real, O), "교육 SSL용", "education: SSL"),
    row(oid("1.2.410.200006.2.1"), PolicyAuthority::Mpki, (Any, None, Limited), (Sign, ANYWHERE), (OneSource, Real, O), "군 인증서", "military"),
    row(oid("1.2.410.300001.2.2.2"), PolicyAuthority::Mpki, (Any, None, Limited), (Sign, ANYWHERE), (OneSource, Real, O), "군 인증서", "military"),
    row(oid("1.2.410.400001.1.2"), PolicyAuthority::NationalPension, (Any, None, Limited), (Sign, ANYWHERE), (OneSource, Real, O), "국민연금공단", "National Pension Service"),

    // The lab: 2.999.410.<CA>.<product>, in the arc that ITU keeps for examples
    row(PolicyOid::lab(1, 1), YESSIGN, (Personal, Some(PersonalGeneral), General), (Sign, ANYWHERE), (Seen, Lab, LAB), "시험용(yessign) 개인 범용", "lab yessign: personal general-purpose"),
    row(PolicyOid::lab(1, 2), YESSIGN, (Business, Some(BusinessGeneral), General), (Sign, ANYWHERE), (Seen, Lab, LAB), "시험용(yessign) 기업 범용", "lab yessign: business general-purpose"),
    row(PolicyOid::lab(1, 4), YESSIGN, (Personal, Some(PersonalLimited), Limited), (Sign, ANYWHERE), (Seen, Lab, LAB), "시험용(yessign) 개인 용도제한용", "lab yessign: personal limited"),
    row(PolicyOid::lab(1, 5), YESSIGN, (Business, Some(BusinessLimited), Limited), (Sign, ANYWHERE), (Seen, Lab, LAB), "시험용(yessign) 기업 용도제한용", "lab yessign: business limited"),
    row(PolicyOid::lab(1, 8), YESSIGN, (Business, Some(ETax), Limited), (Sign, ANYWHERE), (Seen, Lab, LAB), "시험용(yessign) 전자세금용", "lab yessign: e-tax"),
    row(PolicyOid::lab(1, 9), YESSIGN, (Server, None, Service), (Sign, ANYWHERE), (Seen, Lab, LAB), "시험용(yessign) 서버용", "lab yessign: server"),
    row(PolicyOid::lab(1, 10), YESSIGN, (CaService, None, Service), (Sign, ANYWHERE), (Seen, Lab, LAB), "시험용(yessign) 인증기관 서비스용", "lab yessign: CA service"),
    row(PolicyOid::lab(2, 1), KICA, (Personal, Some(PersonalGeneral), General), (Sign, ANYWHERE), (Seen, Lab, LAB), "시험용(KICA) 개인 범용", "lab KICA: personal general-purpose"),
    row(PolicyOid::lab(2, 2), KICA, (Business, Some(BusinessGeneral), General), (Sign, ANYWHERE), (Seen, Lab, LAB), "시험용(KICA) 기업 범용", "lab KICA: business general-purpose"),
    row(PolicyOid::lab(2, 4), KICA, (Personal, Some(PersonalLimited), Limited), (Sign, ANYWHERE), (Seen, Lab, LAB), "시험용(KICA) 개인 용도제한용", "lab KICA: personal limited"),
    row(PolicyOid::lab(2, 5), KICA, (Business, Some(BusinessLimited), Limited), (Sign, ANYWHERE), (Seen, Lab, LAB), "시험용(KICA) 기업 용도제한용", "lab KICA: business limited"),
    row(PolicyOid::lab(2, 8), KICA, (Business, Some(ETax), Limited), (Sign, ANYWHERE), (Seen, Lab, LAB), "시험용(KICA) 전자세금용", "lab KICA: e-tax"),
    row(PolicyOid::lab(2, 9), KICA, (Server, None, Service), (Sign, ANYWHERE), (Seen, Lab, LAB), "시험용(KICA) 서버용", "lab KICA: server"),
    row(PolicyOid::lab(2, 10), KICA, (CaService, None, Service), (Sign, ANYWHERE), (Seen, Lab, LAB), "시험용(KICA) 인증기관 서비스용", "lab KICA: CA service"),
    row(PolicyOid::lab(3, 1), CROSSCERT, (Personal, Some(PersonalGeneral), General), (Sign, ANYWHERE), (Seen, Lab, LAB), "시험용(CrossCert) 개인 범용", "lab CrossCert: personal general-purpose"),
    row(PolicyOid::lab(3, 2), CROSSCERT, (Business, Some(BusinessGeneral), General), (Sign, ANYWHERE), (Seen, Lab, LAB), "시험용(CrossCert) 기업 범용", "lab CrossCert: business general-purpose"),
    row(PolicyOid::lab(3, 4), CROSSCERT, (Personal, Some(PersonalLimited), Limited), (Sign, ANYWHERE), (Seen, Lab, LAB), "시험용(CrossCert) 개인 용도제한용", "lab CrossCert: personal limited"),
    row(PolicyOid::lab(3, 5), CROSSCERT, (Business, Some(BusinessLimited), Limited), (Sign, ANYWHERE), (Seen, Lab, LAB), "시험용(CrossCert) 기업 용도제한용", "lab CrossCert: business limited"),
    row(PolicyOid::lab(3, 8), CROSSCERT, (Business, Some(ETax), Limited), (Sign, ANYWHERE), (Seen, Lab, LAB), "시험용(CrossCert) 전자세금용", "lab CrossCert: e-tax"),
    row(PolicyOid::lab(3, 9), CROSSCERT, (Server, None, Service), (Sign, ANYWHERE), (Seen, Lab, LAB), "시험용(CrossCert) 서버용", "lab CrossCert: server"),
    row(PolicyOid::lab(3, 10), CROSSCERT, (CaService, None, Service), (Sign, ANYWHERE), (Seen, Lab, LAB), "시험용(CrossCert) 인증기관 서비스용", "lab CrossCert: CA service"),
    row(PolicyOid::lab(4, 1), KOSCOM, (Personal, Some(PersonalGeneral), General), (Sign, ANYWHERE), (Seen, Lab, LAB), "시험용(SignKorea) 개인 범용", "lab SignKorea: personal general-purpose"),
    row(PolicyOid::lab(4, 2), KOSCOM, (Business, Some(BusinessGeneral), General), (Sign, ANYWHERE), (Seen, Lab, LAB), "시험용(SignKorea) 기업 범용", "lab SignKorea: business general-purpose"),
    row(PolicyOid::lab(4, 4), KOSCOM, (Personal, Some(PersonalLimited), Limited), (Sign, ANYWHERE), (Seen, Lab, LAB), "시험용(SignKorea) 개인 용도제한용", "lab SignKorea: personal limited"),
    row(PolicyOid::lab(4, 5), KOSCOM, (Business, Some(BusinessLimited), Limited), (Sign, ANYWHERE), (Seen, Lab, LAB), "시험용(SignKorea) 기업 용도제한용", "lab SignKorea: business limited"),
    row(PolicyOid::lab(4, 8), KOSCOM, (Business, Some(ETax), Limited), (Sign, ANYWHERE), (Seen, Lab, LAB), "시험용(SignKorea) 전자세금용", "lab SignKorea: e-tax"),
    row(PolicyOid::lab(4, 9), KOSCOM, (Server, None, Service), (Sign, ANYWHERE), (Seen, Lab, LAB), "시험용(SignKorea) 서버용", "lab SignKorea: server"),
    row(PolicyOid::lab(4, 10), KOSCOM, (CaService, None, Service), (Sign, ANYWHERE), (Seen, Lab, LAB), "시험용(SignKorea) 인증기관 서비스용", "lab SignKorea: CA service"),
    row(PolicyOid::lab(5, 1), TRADESIGN, (Personal, Some(PersonalGeneral), General), (Sign, ANYWHERE), (Seen, Lab, LAB), "시험용(TradeSign) 개인 범용", "lab TradeSign: personal general-purpose"),
    row(PolicyOid::lab(5, 2), TRADESIGN, (Business, Some(BusinessGeneral), General), (Sign, ANYWHERE), (Seen, Lab, LAB), "시험용(TradeSign) 기업 범용", "lab TradeSign: business general-purpose"),
    row(PolicyOid::lab(5, 4), TRADESIGN, (Personal, Some(PersonalLimited), Limited), (Sign, ANYWHERE), (Seen, Lab, LAB), "시험용(TradeSign) 개인 용도제한용", "lab TradeSign: personal limited"),
    row(PolicyOid::lab(5, 5), TRADESIGN, (Business, Some(BusinessLimited), Limited), (Sign, ANYWHERE), (Seen, Lab, LAB), "시험용(TradeSign) 기업 용도제한용", "lab TradeSign: business limited"),
    row(PolicyOid::lab(5, 8), TRADESIGN, (Business, Some(ETax), Limited), (Sign, ANYWHERE), (Seen, Lab, LAB), "시험용(TradeSign) 전자세금용", "lab TradeSign: e-tax"),
    row(PolicyOid::lab(5, 9), TRADESIGN, (Server, None, Service), (Sign, ANYWHERE), (Seen, Lab, LAB), "시험용(TradeSign) 서버용", "lab TradeSign: server"),
    row(PolicyOid::lab(5, 10), TRADESIGN, (CaService, None, Service), (Sign, ANYWHERE), (Seen, Lab, LAB), "시험용(TradeSign) 인증기관 서비스용", "lab TradeSign: CA service"),
];

const fn row(
    oid: PolicyOid,
    authority: PolicyAuthority,
    (holder, product, scope): (HolderClass, Option<Product>, PolicyScope),
    (key, medium): (PolicyKey, PolicyMedium),
    (confidence, arc, source): (Confidence, PolicyArc, &'static str),
    ko: &'static str,
    en: &'static str,
) -> PolicyRow {
    PolicyRow {
        oid,
        authority,
        holder,
        product,
        scope,
        key,
        medium,
        confidence,
        arc,
        ko,
        en,
        source,
    }
}

const fn oid(text: &str) -> PolicyOid {
    PolicyOid::new(ObjectIdentifier::new_unwrap(text))
}

const YESSIGN: PolicyAuthority = PolicyAuthority::Ca(Issuer::Yessign);
const KICA: PolicyAuthority = PolicyAuthority::Ca(Issuer::Kica);
const CROSSCERT: PolicyAuthority = PolicyAuthority::Ca(Issuer::CrossCert);
const KOSCOM: PolicyAuthority = PolicyAuthority::Ca(Issuer::Koscom);
const TRADESIGN: PolicyAuthority = PolicyAuthority::Ca(Issuer::TradeSign);
const ANYWHERE: PolicyMedium = PolicyMedium::Any;
const TOKEN: PolicyMedium = PolicyMedium::Token;

const S: &str = "certificates taken apart; policy tables of public Korean clients";
const T: &str = "at least two families of policy tables in public Korean clients";
const O: &str = "one family of policy tables in public Korean clients";
const D: &str = "policy tables of public Korean clients, which differ";
const R: &str = "RFC 5280 section 4.2.1.4";
const LAB: &str = "this project; 2.999 is ITU-T's arc for examples";
