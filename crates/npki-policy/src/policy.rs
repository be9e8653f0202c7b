use core::fmt::Write as _;

use npki_core::{Digest, HashAlgorithm, Holder, Issuer, Product, Purpose};

use crate::{Catalogue, DailyWindow, Krw, Parameters, catalogue::is_policy_name};

/// A bank's policy: parameters and catalogue, checked once, with their digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    parameters: Parameters,
    catalogue: Catalogue,
    digest: Digest,
}

/// Why parameters and a catalogue make no policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// The issuing window holds no second (R16).
    #[error("issuing_window {0} closes before it opens")]
    EmptyWindow(DailyWindow),
    /// A number that must be above zero is zero.
    #[error("{0} must be above zero")]
    Zero(&'static str),
    /// Two rows for one product (R2).
    #[error("product {0} has two rows")]
    TwoRows(Product),
    /// A product that nobody issues (R2).
    #[error("product {0} names no issuer")]
    NoIssuer(Product),
    /// One CA twice in a row (R2).
    #[error("product {product} names issuer {issuer} twice")]
    TwoOffers {
        /// The product.
        product: Product,
        /// The CA.
        issuer: Issuer,
    },
    /// A fee below zero (R20).
    #[error("product {product} has the fee {fee}")]
    NegativeFee {
        /// The product.
        product: Product,
        /// Its fee.
        fee: Krw,
    },
    /// A holder or a purpose twice in a row (R2, R4).
    #[error("product {product} lists {word} twice in its {column}")]
    ListedTwice {
        /// The product.
        product: Product,
        /// `holders` or `purposes`.
        column: &'static str,
        /// Its word.
        word: &'static str,
    },
    /// A certificate policy whose name has not the form of one.
    #[error(
        "product {product}: {name:?} is no name of a certificate policy; wanted one such as yessign/personal-limited"
    )]
    PolicyName {
        /// The product.
        product: Product,
        /// The name found.
        name: String,
    },
}

impl Policy {
    /// Takes parameters and a catalogue that make sense.
    ///
    /// # Errors
    /// Every variant of [`PolicyError`], the first that is found.
    pub fn new(parameters: Parameters, catalogue: Catalogue) -> Result<Self, PolicyError> {
        check_parameters(&parameters)?;
        check_catalogue(&catalogue)?;
        let digest =
            HashAlgorithm::Sha256.digest(canonical_text(&parameters, &catalogue).as_bytes());
        Ok(Self {
            parameters,
            catalogue,
            digest,
        })
    }

    /// The shipped policy.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "a test builds the shipped table")]
    pub fn shipped() -> Self {
        Self::new(Parameters::SHIPPED, Catalogue::shipped())
            .expect("the shipped table is checked by a test")
    }

    /// The parameters.
    #[must_use]
    pub const fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// The catalogue.
    #[must_use]
    pub const fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// SHA-256 of [`Policy::canonical_text`]; recorded with every decision.
    #[must_use]
    pub const fn digest(&self) -> &Digest {
        &self.digest
    }

    /// Parameters and catalogue as text, one value a line, in a fixed order (UTF-8).
    ///
    /// In one version of this crate, two policies with the same text decide the same.
    #[must_use]
    pub fn canonical_text(&self) -> String {
        canonical_text(&self.parameters, &self.catalogue)
    }
}

fn check_parameters(parameters: &Parameters) -> Result<(), PolicyError> {
    let window = parameters.issuing_window;
    if window.opens >= window.closes {
        return Err(PolicyError::EmptyWindow(window));
    }
    let must_be_above_zero = [
        ("confirm_wait", u32::from(parameters.confirm_wait.0)),
        ("order_end", u32::from(parameters.order_end.0)),
        ("ars_approval", u32::from(parameters.ars_approval.0)),
        ("otp_attempts", parameters.otp_attempts.0),
        (
            "account_password_attempts",
            parameters.account_password_attempts.0,
        ),
        (
            "security_card_attempts",
            parameters.security_card_attempts.0,
        ),
        ("pin_attempts", parameters.pin_attempts.0),
        (
            "authorization_code_attempts",
            parameters.authorization_code_attempts.0,
        ),
    ];
    match must_be_above_zero.iter().find(|(_, value)| *value == 0) {
        Some((name, _)) => Err(PolicyError::Zero(name)),
        None => Ok(()),
    }
}

fn check_catalogue(catalogue: &Catalogue) -> Result<(), PolicyError> {
    let mut products = Vec::new();
    for row in &catalogue.rows {
        let product = row.product;
        if products.contains(&product) {
            return Err(PolicyError::TwoRows(product));
        }
        products.push(product);
        if row.offers.is_empty() {
            return Err(PolicyError::NoIssuer(product));
        }
        let mut issuers = Vec::new();
        for offer in &row.offers {
            let issuer = offer.issuer;
            if issuers.contains(&issuer) {
                return Err(PolicyError::TwoOffers { product, issuer });
            }
            issuers.push(issuer);
            if !is_policy_name(&offer.policy) {
                let name = offer.policy.clone();
                return Err(PolicyError::PolicyName { product, name });
            }
        }
        let holders = ("holders", names(&row.holders, Holder::name));
        let purposes = ("purposes", names(&row.purposes, Purpose::name));
        for (column, words) in [holders, purposes] {
            if let Some(word) = twice(&words) {
                return Err(PolicyError::ListedTwice {
                    product,
                    column,
                    word,
                });
            }
        }
        if let Some(fee) = row.fee.filter(|fee| *fee < Krw::ZERO) {
            return Err(PolicyError::NegativeFee { product, fee });
        }
    }
    Ok(())
}

fn names<T: Copy>(values: &[T], name: fn(T) -> &'static str) -> Vec<&'static str> {
    values.iter().copied().map(name).collect()
}

/// The first word that stood before.
fn twice(words: &[&'static str]) -> Option<&'static str> {
    let mut seen = Vec::new();
    words.iter().copied().find(|word| {
        let again = seen.contains(word);
        seen.push(*word);
        again
    })
}

fn canonical_text(parameters: &Parameters, catalogue: &Catalogue) -> String {
    let mut text = String::from("npki-policy 1\n");
    for row in parameters.rows() {
        line(&mut text, "parameters", row.name, &row.value.en);
    }
    for row in &catalogue.rows {
        let product = row.product.name();
        let offers = row
            .offers
            .iter()
            .map(|offer| format!("{} {:?}", offer.issuer, offer.policy));
        line(&mut text, product, "holders", &join(row.holders.iter()));
        line(&mut text, product, "enrolment", row.enrolment.name());
        line(&mut text, product, "offers", &join(offers));
        let fee = row.fee.map_or("unset".to_owned(), |fee| fee.0.to_string());
        line(&mut text, product, "fee_krw", &fee);
        line(&mut text, product, "validity", row.validity.name());
        line(&mut text, product, "purposes", &join(row.purposes.iter()));
        line(&mut text, product, "pairs", row.pairs.name());
        line(&mut text, product, "origin", row.origin.name());
    }
    text
}

fn line(text: &mut String, table: &str, name: &str, value: &str) {
    writeln!(text, "{table}.{name} = {value}").expect("writing to a string cannot fail");
}

fn join(items: impl Iterator<Item = impl ToString>) -> String {
    items
        .map(|item| item.to_string())
        .collect::<Vec<_>>()
        .join(", ")
}
