use npki_core::{Product, UnknownName};

use crate::{Policy, PolicyError};

mod read;
mod value;
mod write;

/// Why a text is no policy file, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {trouble}")]
pub struct PolicyFileError {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong there, and what was wanted.
    pub trouble: PolicyFileTrouble,
}

/// What is wrong in a policy file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyFileTrouble {
    /// Too long to be read at all.
    #[error("{found} bytes are too many for a policy file; wanted at most {limit}")]
    TooLong {
        /// Its bytes.
        found: usize,
        /// The most that are read.
        limit: usize,
    },
    /// No TOML; a key that stands twice is none either.
    #[error("not TOML: {0}")]
    Syntax(String),
    /// A key that means nothing here.
    #[error("{table} has no key `{key}`; known: {known}")]
    UnknownKey {
        /// Where it stands.
        table: String,
        /// The key.
        key: String,
        /// The keys known there, separated by blanks.
        known: String,
    },
    /// A key left out; the place is that of its table.
    #[error("{table} lacks `{key}`")]
    MissingKey {
        /// Where it is missing.
        table: String,
        /// The key.
        key: &'static str,
    },
    /// A value of another type or unit, or out of range.
    #[error("`{key}` is {found}; wanted {wanted}")]
    Unfit {
        /// Its key.
        key: String,
        /// As written.
        found: String,
        /// What may stand there, with its unit and range.
        wanted: &'static str,
    },
    /// A word that names nothing.
    #[error("`{key}`: {error}")]
    UnknownName {
        /// Its key.
        key: String,
        /// The word, and the words known.
        error: UnknownName,
    },
    /// The same word twice in a list.
    #[error("`{key}` lists {found} twice")]
    ListedTwice {
        /// Its key.
        key: String,
        /// The word.
        found: &'static str,
    },
    /// A product of which nothing is said; the place is the start of the file.
    #[error("product {0} has no row; sell it, or list it in `not_sold`")]
    NoRow(Product),
    /// A product that is listed as not sold and has a row.
    #[error("product {0} is listed in `not_sold` and has a row")]
    NotSold(Product),
    /// Each value is fit, and together they make no policy.
    #[error(transparent)]
    Policy(#[from] PolicyError),
}

/// A policy as a file, in [TOML](https://toml.io/en/v1.0.0): `policy.toml` in this crate is the
/// shipped one. Every parameter and every product stands in it; nothing is filled in silently.
impl Policy {
    /// The most bytes that [`Policy::from_toml`] reads: 64 KiB, twenty times the shipped file.
    pub const MAX_FILE_BYTES: usize = 65_536;

    /// Reads a policy file.
    ///
    /// # Errors
    /// [`PolicyFileError`] with line and column, and what was wanted there; the first that is
    /// found.
    ///
    /// ```
    /// use npki_policy::Policy;
    ///
    /// let file = Policy::shipped().to_toml();
    /// let hasty = file.replace("renewal_opens = \"30 days\"", "renewal_opens = \"4 weeks\"");
    /// let error = Policy::from_toml(&hasty).unwrap_err();
    /// assert!(error.to_string().ends_with(
    ///     "`parameters.renewal_opens` is \"4 weeks\"; wanted days, such as \"30 days\", up to 65535"
    /// ));
    /// assert_eq!(Policy::from_toml(&file), Ok(Policy::shipped()));
    /// ```
    pub fn from_toml(text: &str) -> Result<Self, PolicyFileError> {
        read::policy(text)
    }

    /// Writes a policy file that [`Policy::from_toml`] reads as the same policy, with the rule of
    /// each value beside it.
    #[must_use]
    pub fn to_toml(&self) -> String {
        write::policy(self)
    }
}

/// The first line of every policy file, so that a later form can be told from this one.
const FORMAT: &str = "npki-policy 1";

/// The keys of a row of the catalogue, in the order in which they are written.
const ROW_KEYS: &[&str] = &[
    "name",
    "holders",
    "enrolment",
    "offers",
    "fee",
    "validity",
    "purposes",
    "pairs",
    "origin",
];
