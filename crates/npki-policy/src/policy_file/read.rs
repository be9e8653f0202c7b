use core::str::FromStr;

use npki_core::{Issuer, Product, UnknownName};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    FORMAT, PolicyFileError, PolicyFileTrouble, ROW_KEYS,
    value::{Fee, PolicyName, Value},
};
use crate::{Catalogue, Offer, Parameters, Policy, PolicyError, ProductRow};

pub(super) fn policy(text: &str) -> Result<Policy, PolicyFileError> {
    if text.len() > Policy::MAX_FILE_BYTES {
        let (found, limit) = (text.len(), Policy::MAX_FILE_BYTES);
        return Err(error(text, 0, PolicyFileTrouble::TooLong { found, limit }));
    }
    let file = DeTable::parse(text).map_err(|e| {
        let at = e.span().map_or(0, |span| span.start);
        error(text, at, PolicyFileTrouble::Syntax(e.message().to_owned()))
    })?;
    let file = Table {
        text,
        name: "the file".to_owned(),
        prefix: String::new(),
        at: 0,
        entries: file.get_ref(),
    };
    file.only(&["format", "not_sold", "parameters", "product"])?;
    let format = file.node("format")?;
    if format.text(FORMAT_WANTED)? != FORMAT {
        return Err(format.unfit(FORMAT_WANTED));
    }
    let parameters_table = file.node("parameters")?.table("a table")?;
    let parameters = parameters(&parameters_table)?;
    let rows = file
        .node("product")?
        .list("a row for each product, headed [[product]]")?
        .iter()
        .map(|node| node.table("a row, headed [[product]]"))
        .collect::<Result<Vec<_>, _>>()?;
    let catalogue = Catalogue {
        rows: rows.iter().map(row).collect::<Result<_, _>>()?,
    };
    let policy = Policy::new(parameters, catalogue.clone()).map_err(|e| {
        let at = place(&e, &parameters_table, &rows, &catalogue).unwrap_or(0);
        error(text, at, PolicyFileTrouble::Policy(e))
    })?;
    check_every_product(&file, &catalogue)?;
    Ok(policy)
}

fn parameters(table: &Table<'_>) -> Result<Parameters, PolicyFileError> {
    let names: Vec<_> = Parameters::SHIPPED
        .rows()
        .iter()
        .map(|row| row.name)
        .collect();
    table.only(&names)?;
    Ok(Parameters {
        renewal_opens: table.value("renewal_opens")?,
        loan_block: table.value("loan_block")?,
        registration_blocks_loans: table.value("registration_blocks_loans")?,
        issuing_window: table.value("issuing_window")?,
        confirm_wait: table.value("confirm_wait")?,
        order_end: table.value("order_end")?,
        refund: table.value("refund")?,
        ars_approval: table.value("ars_approval")?,
        otp_attempts: table.value("otp_attempts")?,
        account_password_attempts: table.value("account_password_attempts")?,
        security_card_attempts: table.value("security_card_attempts")?,
        pin_attempts: table.value("pin_attempts")?,
        authorization_code_attempts: table.value("authorization_code_attempts")?,
        groups_may_register: table.value("groups_may_register")?,
        expiry_reminder: table.value("expiry_reminder")?,
        password_reminder: table.value("password_reminder")?,
    })
}

fn row(table: &Table<'_>) -> Result<ProductRow, PolicyFileError> {
    table.only(ROW_KEYS)?;
    let offers = table.node("offers")?.list("a list of offers")?;
    Ok(ProductRow {
        product: table.node("name")?.word()?,
        holders: table.node("holders")?.words(npki_core::Holder::name)?,
        enrolment: table.node("enrolment")?.word()?,
        offers: offers.iter().map(offer).collect::<Result<_, _>>()?,
        fee: table.value::<Fee>("fee")?.0,
        validity: table.node("validity")?.word()?,
        purposes: table.node("purposes")?.words(npki_core::Purpose::name)?,
        pairs: table.node("pairs")?.word()?,
        origin: table.node("origin")?.word()?,
    })
}

fn offer(node: &Node<'_>) -> Result<Offer, PolicyFileError> {
    let table = node.table("an offer, such as { issuer = …, policy = … }")?;
    table.only(&["issuer", "policy"])?;
    Ok(Offer {
        issuer: table.node("issuer")?.word::<Issuer>()?,
        policy: table.value::<PolicyName>("policy")?.0,
    })
}

/// Of every product something is said: a row, or that it is not sold.
fn check_every_product(file: &Table<'_>, catalogue: &Catalogue) -> Result<(), PolicyFileError> {
    let node = file.node("not_sold")?;
    let not_sold = node.words(Product::name)?;
    for product in Product::ALL {
        let trouble = match (catalogue.row(*product), not_sold.contains(product)) {
            (None, false) => PolicyFileTrouble::NoRow(*product),
            (Some(_), true) => PolicyFileTrouble::NotSold(*product),
            _ => continue,
        };
        return Err(node.error(trouble));
    }
    Ok(())
}

/// Where that stands which makes no policy.
fn place(
    error: &PolicyError,
    parameters: &Table<'_>,
    rows: &[Table<'_>],
    catalogue: &Catalogue,
) -> Option<usize> {
    // The last row of the product: of two rows the one too many.
    let in_row = |product: Product, key| {
        let found = catalogue.rows.iter().rposition(|r| r.product == product)?;
        rows.get(found)?.at_key(key)
    };
    match error {
        PolicyError::EmptyWindow(_) => parameters.at_key("issuing_window"),
        PolicyError::Zero(name) => parameters.at_key(name),
        PolicyError::TwoRows(product) => in_row(*product, "name"),
        PolicyError::NoIssuer(product) => in_row(*product, "offers"),
        PolicyError::TwoOffers { product, .. } | PolicyError::PolicyName { product, .. } => {
            in_row(*product, "offers")
        }
        PolicyError::ListedTwice {
            product, column, ..
        } => in_row(*product, column),
        PolicyError::NegativeFee { product, .. } => in_row(*product, "fee"),
    }
}

/// A table of the file, with its place and name.
struct Table<'a> {
    text: &'a str,
    /// As messages call it.
    name: String,
    /// What stands before its keys in messages.
    prefix: String,
    at: usize,
    entries: &'a DeTable<'a>,
}

impl<'a> Table<'a> {
    /// Refuses the first key that is none of these.
    fn only(&self, known: &[&str]) -> Result<(), PolicyFileError> {
        let unknown = self
            .entries
            .keys()
            .filter(|key| !known.contains(&key.get_ref().as_ref()))
            .min_by_key(|key| key.span().start);
        match unknown {
            None => Ok(()),
            Some(key) => {
                let trouble = PolicyFileTrouble::UnknownKey {
                    table: self.name.clone(),
                    key: key.get_ref().clone().into_owned(),
                    known: known.join(" "),
                };
                Err(error(self.text, key.span().start, trouble))
            }
        }
    }

    fn node(&self, key: &'static str) -> Result<Node<'a>, PolicyFileError> {
        let Some(value) = self.entries.get(key) else {
            let table = self.name.clone();
            let trouble = PolicyFileTrouble::MissingKey { table, key };
            return Err(error(self.text, self.at, trouble));
        };
        Ok(Node {
            text: self.text,
            key: format!("{}{key}", self.prefix),
            value,
        })
    }

    fn value<T: Value>(&self, key: &'static str) -> Result<T, PolicyFileError> {
        let node = self.node(key)?;
        T::read(node.text(T::WANTED)?).ok_or_else(|| node.unfit(T::WANTED))
    }

    fn at_key(&self, key: &str) -> Option<usize> {
        self.entries.get(key).map(|value| value.span().start)
    }
}

/// A value of the file, with its place and key.
struct Node<'a> {
    text: &'a str,
    key: String,
    value: &'a Spanned<DeValue<'a>>,
}

impl<'a> Node<'a> {
    fn text(&self, wanted: &'static str) -> Result<&'a str, PolicyFileError> {
        self.value
            .get_ref()
            .as_str()
            .ok_or_else(|| self.unfit(wanted))
    }

    fn word<T: FromStr<Err = UnknownName>>(&self) -> Result<T, PolicyFileError> {
        self.text("a word")?.parse().map_err(|error| {
            let key = self.key.clone();
            self.error(PolicyFileTrouble::UnknownName { key, error })
        })
    }

    /// A list of words, each once.
    fn words<T: Copy + PartialEq + FromStr<Err = UnknownName>>(
        &self,
        name: fn(T) -> &'static str,
    ) -> Result<Vec<T>, PolicyFileError> {
        let mut words = Vec::new();
        for node in self.list("a list of words")? {
            let word = node.word()?;
            if words.contains(&word) {
                let (key, found) = (self.key.clone(), name(word));
                return Err(node.error(PolicyFileTrouble::ListedTwice { key, found }));
            }
            words.push(word);
        }
        Ok(words)
    }

    fn list(&self, wanted: &'static str) -> Result<Vec<Self>, PolicyFileError> {
        let list = self.value.get_ref().as_array();
        let list = list.ok_or_else(|| self.unfit(wanted))?;
        Ok(list
            .iter()
            .map(|value| Node {
                text: self.text,
                key: self.key.clone(),
                value,
            })
            .collect())
    }

    fn table(&self, wanted: &'static str) -> Result<Table<'a>, PolicyFileError> {
        let entries = self.value.get_ref().as_table();
        let entries = entries.ok_or_else(|| self.unfit(wanted))?;
        Ok(Table {
            text: self.text,
            name: format!("`{}`", self.key),
            prefix: format!("{}.", self.key),
            at: self.value.span().start,
            entries,
        })
    }

    fn unfit(&self, wanted: &'static str) -> PolicyFileError {
        let written = self.text.get(self.value.span()).unwrap_or_default();
        let line = written.lines().next().unwrap_or_default();
        let mut found: String = line.chars().take(SHOWN).collect();
        if found.len() < written.len() {
            found.push('…');
        }
        let key = self.key.clone();
        self.error(PolicyFileTrouble::Unfit { key, found, wanted })
    }

    fn error(&self, trouble: PolicyFileTrouble) -> PolicyFileError {
        error(self.text, self.value.span().start, trouble)
    }
}

/// `at` counts bytes.
fn error(text: &str, at: usize, trouble: PolicyFileTrouble) -> PolicyFileError {
    let before = text.get(..at).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let on_line = before.get(line_start..).unwrap_or_default();
    PolicyFileError {
        line: before.matches('\n').count() + 1,
        column: on_line.chars().count() + 1,
        trouble,
    }
}

const FORMAT_WANTED: &str = "\"npki-policy 1\", the one form there is";

/// So many characters of an unfit value are shown.
const SHOWN: usize = 60;
