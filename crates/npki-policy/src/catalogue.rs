use npki_core::{Holder, Issuer, Product, Purpose, named};

use crate::Krw;

/// What a bank sells: one row for each product (R2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Catalogue {
    /// The rows, at most one for a product.
    pub rows: Vec<ProductRow>,
}

/// One product of a [`Catalogue`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductRow {
    /// The product.
    pub product: Product,
    /// Who may hold it.
    pub holders: Vec<Holder>,
    /// Which internet banking the holder must be enrolled in.
    pub enrolment: Enrolment,
    /// From whom, under which certificate policy; the first is taken when the subscriber does
    /// not choose.
    pub offers: Vec<Offer>,
    /// The fee for one period, VAT included. `None`: the bank has not set it yet, and nothing is
    /// reserved.
    pub fee: Option<Krw>,
    /// How long it is valid.
    pub validity: Validity,
    /// What relying parties accept it for (R4).
    pub purposes: Vec<Purpose>,
    /// Which key pairs come with it.
    pub pairs: Pairs,
    /// Whether the bank's guides say so, or the row is an example that a bank replaces.
    pub origin: Origin,
}

/// A CA that issues a product, and under which certificate policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The CA.
    pub issuer: Issuer,
    /// The name of the certificate policy, `<issuer>/<product>`, before it `lab-` in the lab: a row
    /// of the policy registry, where alone its OID stands. Here only its form is judged: two words
    /// of ASCII letters, digits and hyphens, a slash between them.
    pub policy: String,
}

/// Which internet banking a product presupposes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Enrolment {
    /// 개인인터넷뱅킹.
    PersonalBanking,
    /// 기업인터넷뱅킹; B2B payment and e-bidding users count as enrolled.
    BusinessBanking,
}

named!(Enrolment, "enrolment", [
    PersonalBanking = "personal-banking", "개인인터넷뱅킹", "personal internet banking";
    BusinessBanking = "business-banking", "기업인터넷뱅킹", "business internet banking";
]);

/// How long a product is valid (R10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Validity {
    /// To the last second (KST) of the day one calendar year after the day of issue.
    OneYear,
}

named!(Validity, "validity", [
    OneYear = "one-year", "1년", "one year";
]);

/// Which key pairs a product has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Pairs {
    /// 서명용 alone.
    Signing,
    /// 서명용 and 암호화용 (키분배용).
    SigningAndKm,
}

named!(Pairs, "key pairs", [
    Signing = "signing", "서명용", "signing";
    SigningAndKm = "signing-and-km", "서명용·암호화용", "signing and key management";
]);

/// Where a row of the catalogue comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Origin {
    /// The bank's guides.
    Bank,
    /// An example, to be replaced by the bank's own.
    Example,
}

named!(Origin, "origin", [
    Bank = "bank", "은행 안내", "the bank's guides";
    Example = "example", "예시", "example";
]);

impl Catalogue {
    /// The shipped catalogue: the bank's two personal products, and three business rows marked
    /// as examples.
    ///
    /// Source: R2, R4.
    #[must_use]
    pub fn shipped() -> Self {
        use Issuer::{CrossCert, Kica, Koscom, TradeSign, Yessign};
        use Purpose::{B2b, Bank, Bidding, Card, EGov, ETax, Insurance, Securities};

        let five = &[Yessign, Kica, CrossCert, Koscom, TradeSign];
        let personal = |product, issuers, fee, purposes: &[Purpose]| ProductRow {
            product,
            holders: vec![
                Holder::Individual,
                Holder::SoleProprietor,
                Holder::Association,
            ],
            enrolment: Enrolment::PersonalBanking,
            offers: offers(product, issuers),
            fee: Some(fee),
            validity: Validity::OneYear,
            purposes: purposes.to_vec(),
            pairs: Pairs::Signing,
            origin: Origin::Bank,
        };
        let business = |product, purposes: &[Purpose]| ProductRow {
            product,
            holders: vec![
                Holder::Corporation,
                Holder::SoleProprietor,
                Holder::Association,
            ],
            enrolment: Enrolment::BusinessBanking,
            offers: offers(product, five),
            fee: None,
            validity: Validity::OneYear,
            purposes: purposes.to_vec(),
            pairs: Pairs::Signing,
            origin: Origin::Example,
        };
        Self {
            rows: vec![
                personal(
                    Product::PersonalLimited,
                    &[Yessign],
                    Krw::ZERO,
                    &[Bank, Insurance, Card, EGov],
                ),
                personal(
                    Product::PersonalGeneral,
                    &[CrossCert, Kica, Koscom],
                    Krw(4_400),
                    &[Bank, Insurance, Card, EGov, Securities],
                ),
                business(
                    Product::BusinessLimited,
                    &[Bank, Insurance, Card, EGov, B2b, Bidding],
                ),
                business(
                    Product::BusinessGeneral,
                    &[Bank, Insurance, Card, EGov, Securities, B2b, Bidding, ETax],
                ),
                business(Product::ETax, &[ETax]),
            ],
        }
    }

    /// The row of a product, when the bank sells it.
    #[must_use]
    pub fn row(&self, product: Product) -> Option<&ProductRow> {
        self.rows.iter().find(|row| row.product == product)
    }
}

impl ProductRow {
    /// What this CA offers of the product.
    #[must_use]
    pub fn offer(&self, issuer: Issuer) -> Option<&Offer> {
        self.offers.iter().find(|offer| offer.issuer == issuer)
    }

    /// Whether relying parties accept it for `purpose`.
    #[must_use]
    pub fn serves(&self, purpose: Purpose) -> bool {
        self.purposes.contains(&purpose)
    }
}

/// Whether this has the form of [`Offer::policy`].
pub(crate) fn is_policy_name(name: &str) -> bool {
    let is_word = |word: &str| {
        let inside = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
        (1..=MAX_WORD).contains(&word.len()) && word.bytes().all(inside)
    };
    name.split_once('/')
        .is_some_and(|(issuer, product)| is_word(issuer) && is_word(product))
}

/// The lab's policies are named after the lab CA and the product: `lab-yessign/personal-limited`.
fn offers(product: Product, issuers: &[Issuer]) -> Vec<Offer> {
    issuers
        .iter()
        .map(|issuer| Offer {
            issuer: *issuer,
            policy: format!("lab-{issuer}/{product}"),
        })
        .collect()
}

/// The most letters of either word in the name of a policy. A bound of ours.
const MAX_WORD: usize = 64;
