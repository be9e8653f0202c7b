use std::error::Error;

use npki_key::{KeyError, SignatureAlgorithm};

/// Why there is no handle.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AwsLcError {
    /// AWS-LC does not offer this algorithm, or this crate does not take it from there.
    #[error("{0:?} is not offered by this backend")]
    Unsupported(SignatureAlgorithm),
    /// The key's numbers contradict each other, or it is too short or too long for AWS-LC.
    #[error("AWS-LC refuses the key")]
    Rejected(#[source] Box<dyn Error + Send + Sync>),
    /// The key, or the algorithm for this key.
    #[error(transparent)]
    Key(#[from] KeyError),
}

impl AwsLcError {
    /// The stable name of the variant, as commands print it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Unsupported(_) => "backend-algorithm",
            Self::Rejected(_) => "key-rejected",
            Self::Key(error) => error.name(),
        }
    }
}
