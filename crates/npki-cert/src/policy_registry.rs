mod table;

use std::{collections::HashMap, sync::OnceLock};

use npki_core::{Issuer, Product};

use crate::PolicyOid;

use table::ROWS;

/// One certificate policy (인증서 정책) whose meaning is known: a row of the registry.
///
/// # Security
/// A policy tells the holder's kind by custom, not by proof: a server certificate with the OID of a
/// personal one exists.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PolicyRow {
    /// The policy.
    pub oid: PolicyOid,
    /// Whose policy it is.
    pub authority: PolicyAuthority,
    /// Who holds such certificates.
    pub holder: HolderClass,
    /// Which product of the bank it is, if it is one.
    pub product: Option<Product>,
    /// General-purpose, limited, or no subscriber's.
    pub scope: PolicyScope,
    /// Which key of a pair.
    pub key: PolicyKey,
    /// Where the key lies.
    pub medium: PolicyMedium,
    /// How sure the meaning is.
    pub confidence: Confidence,
    /// A real policy or one of the lab.
    pub arc: PolicyArc,
    /// The meaning in Korean.
    pub ko: &'static str,
    /// The meaning in English.
    pub en: &'static str,
    /// Where the row comes from.
    pub source: &'static str,
}

/// Whose a policy is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PolicyAuthority {
    /// One of the five CAs that a bank offers, or the lab issuer with its habits.
    Ca(Issuer),
    /// 한국정보화진흥원 (NIA), until 2015.
    NcaSign,
    /// 이니텍 (INITECH).
    Inipass,
    /// 한국인터넷진흥원, which runs the root.
    Kisa,
    /// 정부 (행정안전부).
    Gpki,
    /// 교육부.
    Epki,
    /// 병무청, 국방부.
    Mpki,
    /// 국민연금공단.
    NationalPension,
    /// The standard itself: anyPolicy.
    Standard,
}

/// Who holds certificates of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HolderClass {
    /// 개인.
    Personal,
    /// 사업자, 법인.
    Business,
    /// 기관: a public body.
    Institution,
    /// 서버.
    Server,
    /// A service of a CA: OCSP, time stamps.
    CaService,
    /// A CA, or not told.
    Any,
}

/// What a policy is accepted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PolicyScope {
    /// 범용 (상호연동용).
    General,
    /// 용도제한용.
    Limited,
    /// No subscriber's certificate: a server, a CA, a service.
    Service,
}

/// Which key of a pair a policy is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PolicyKey {
    /// The signing key; at most CAs the key-management key too.
    Sign,
    /// The key-management key alone (TradeSign).
    KeyManagement,
}

/// Where the key of a policy lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PolicyMedium {
    /// Anywhere.
    Any,
    /// In a security token (보안토큰) alone.
    Token,
}

/// How sure the meaning of a policy is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Confidence {
    /// Seen in a certificate that was taken apart, or fixed by a standard or by this project.
    Seen,
    /// At least two independent public tables agree.
    Agreed,
    /// One public table says so.
    OneSource,
    /// Public tables differ.
    Disputed,
}

/// Real policies, or the lab's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PolicyArc {
    /// A policy of a real CA. Nothing of ours is issued under it.
    Real,
    /// 2.999.410.*CA*.*product*: an arc for examples, for lab issuers and tests.
    Lab,
}

/// Every row of the registry.
#[must_use]
pub fn policy_rows() -> &'static [PolicyRow] {
    ROWS
}

/// What is known of a policy. `None`: unknown; show its OID.
#[must_use]
pub fn policy_row(oid: &PolicyOid) -> Option<&'static PolicyRow> {
    static BY_OID: OnceLock<HashMap<PolicyOid, &'static PolicyRow>> = OnceLock::new();
    BY_OID
        .get_or_init(|| ROWS.iter().map(|row| (row.oid, row)).collect())
        .get(oid)
        .copied()
}

/// The policy under which `issuer` issues `product`, for any medium. A key-management certificate
/// has the policy of the signing one where the CA has none of its own for it.
///
/// Where a CA has several policies for one product, the first row of the table is its usual one.
#[must_use]
pub fn policy_oid(
    issuer: Issuer,
    product: Product,
    key: PolicyKey,
    arc: PolicyArc,
) -> Option<PolicyOid> {
    let find = |key| {
        ROWS.iter().find(|row| {
            row.authority == PolicyAuthority::Ca(issuer)
                && row.product == Some(product)
                && row.key == key
                && row.medium == PolicyMedium::Any
                && row.arc == arc
        })
    };
    find(key)
        .or_else(|| find(PolicyKey::Sign))
        .map(|row| row.oid)
}

/// The policy that a bank's catalogue names: `yessign/personal-limited` is the signing policy of a
/// CA for a product, `lab-yessign/personal-limited` the lab's.
///
/// ```
/// let oid = npki_cert::policy_named("yessign/personal-limited").map(|oid| oid.to_string());
/// assert_eq!(oid.as_deref(), Some("1.2.410.200005.1.1.4"));
/// assert_eq!(npki_cert::policy_named("KICA/business-limited"), None); // no public row says one
/// ```
#[must_use]
pub fn policy_named(name: &str) -> Option<PolicyOid> {
    let (issuer, product) = name.split_once('/')?;
    let (issuer, arc) = match issuer.strip_prefix("lab-") {
        Some(issuer) => (issuer, PolicyArc::Lab),
        None => (issuer, PolicyArc::Real),
    };
    let (issuer, product) = (issuer.parse().ok()?, product.parse().ok()?);
    policy_oid(issuer, product, PolicyKey::Sign, arc)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_oid_stands_there_twice_and_every_row_has_its_texts() {
        let mut seen = HashSet::new();
        for row in policy_rows() {
            assert!(seen.insert(row.oid), "{}", row.oid);
            assert!(!row.ko.is_empty() && !row.en.is_empty() && !row.source.is_empty());
            assert_eq!(policy_row(&row.oid), Some(row));
            assert_eq!(
                row.arc == PolicyArc::Lab,
                row.oid.to_string().starts_with("2.999.410."),
                "{}",
                row.oid
            );
            let subscriber = matches!(row.holder, HolderClass::Personal | HolderClass::Business);
            assert!(row.product.is_none() || subscriber, "{}", row.oid);
            if let Some(product) = row.product {
                assert_eq!(
                    product.is_general_purpose(),
                    row.scope == PolicyScope::General,
                    "{}",
                    row.oid
                );
            }
        }
    }

    #[test]
    fn policies_of_real_certificates() {
        use Issuer::{CrossCert, Kica, Koscom, TradeSign, Yessign};
        use Product::{BusinessGeneral, BusinessLimited, ETax, PersonalGeneral, PersonalLimited};
        for (issuer, product, oid) in [
            (Yessign, PersonalLimited, "1.2.410.200005.1.1.4"),
            (Yessign, PersonalGeneral, "1.2.410.200005.1.1.1"),
            (Yessign, BusinessLimited, "1.2.410.200005.1.1.2"),
            (Yessign, BusinessGeneral, "1.2.410.200005.1.1.5"),
            (Yessign, ETax, "1.2.410.200005.1.1.6.8"),
            (Kica, PersonalGeneral, "1.2.410.200004.5.2.1.2"),
            (Kica, BusinessGeneral, "1.2.410.200004.5.2.1.1"),
            (CrossCert, PersonalGeneral, "1.2.410.200004.5.4.1.1"),
            (Koscom, PersonalGeneral, "1.2.410.200004.5.1.1.5"),
            (TradeSign, PersonalGeneral, "1.2.410.200012.1.1.1"),
            (TradeSign, BusinessGeneral, "1.2.410.200012.1.1.3"),
        ] {
            let found = policy_oid(issuer, product, PolicyKey::Sign, PolicyArc::Real);
            assert_eq!(found.map(|o| o.to_string()).as_deref(), Some(oid));
            assert_eq!(policy_row(&found.unwrap()).unwrap().product, Some(product));
        }
        let km = policy_oid(
            TradeSign,
            BusinessGeneral,
            PolicyKey::KeyManagement,
            PolicyArc::Real,
        );
        assert_eq!(km.unwrap().to_string(), "1.2.410.200012.1.1.4");
        let km = policy_oid(
            Yessign,
            PersonalGeneral,
            PolicyKey::KeyManagement,
            PolicyArc::Real,
        );
        assert_eq!(km.unwrap().to_string(), "1.2.410.200005.1.1.1");
    }

    #[test]
    fn the_lab_has_every_product_of_every_issuer() {
        for (arc, issuer) in (1..).zip(Issuer::ALL) {
            for product in Product::ALL {
                let oid = policy_oid(*issuer, *product, PolicyKey::Sign, PolicyArc::Lab).unwrap();
                let number = match product {
                    Product::PersonalGeneral => 1,
                    Product::BusinessGeneral => 2,
                    Product::PersonalLimited => 4,
                    Product::BusinessLimited => 5,
                    Product::ETax => 8,
                    _ => panic!("a new product needs a number"),
                };
                assert_eq!(oid.to_string(), format!("2.999.410.{arc}.{number}"));
            }
        }
    }

    #[test]
    fn what_is_unknown_stays_unknown() {
        assert_eq!(policy_row(&"1.2.410.200005.1.1.99".parse().unwrap()), None);
        assert_eq!(
            policy_oid(
                Issuer::Kica,
                Product::BusinessLimited,
                PolicyKey::Sign,
                PolicyArc::Real
            ),
            None
        );
    }
}
