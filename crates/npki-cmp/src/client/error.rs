use std::borrow::Cow;

use npki_core::Instant;

use crate::{CmpError, FailureInfo, StatusInfo};

/// Why an answer is none, or is no.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// The CA has refused, and its protection holds.
    #[error("the CA refused: {}", texts.join(" "))]
    Refused {
        /// Why, for machines.
        failures: Vec<FailureInfo>,
        /// Why, for people, as the CA says it: a text for each language that it speaks.
        texts: Vec<String>,
    },
    /// The answer cannot be read, or a message cannot be written.
    #[error("a message cannot be read or written")]
    Message(#[from] CmpError),
    /// The answer is not protected, or its protection does not hold. What it says may be anybody's.
    #[error("the answer's protection does not hold")]
    BadProtection,
    /// The answer is signed, and not by one who is trusted.
    #[error("the answer is signed by nobody who is trusted")]
    Untrusted,
    /// The answer belongs to another transaction, or to an earlier message of this one.
    #[error("the answer belongs to another message")]
    OtherTransaction,
    /// The answer was made too long before or after now, or does not say when ([`message_time_window`](super::Trust::message_time_window)).
    #[error("the answer is not of now; one of the two clocks is wrong")]
    BadTime {
        /// Its messageTime.
        found: Option<Instant>,
        /// When it came.
        now: Instant,
    },
    /// Another kind of answer than the request has.
    #[error("a {found} answers a {sent}")]
    Unexpected {
        /// What was sent.
        sent: &'static str,
        /// What came.
        found: &'static str,
    },
    /// The certificate is for another key than the one that asked.
    #[error("the certificate is for another key")]
    OtherKey,
    /// A renewed certificate is in another name than the old one.
    #[error("the renewed certificate is in another name than the old one")]
    OtherSubject,
    /// The answer has no certificate that can be read: an encrypted one, or none.
    #[error("the answer has no certificate that can be read")]
    NoCertificate,
}

impl ClientError {
    pub(super) fn refused(status: &StatusInfo) -> Self {
        Self::Refused {
            failures: status.failures().collect(),
            texts: status.texts().map(Cow::into_owned).collect(),
        }
    }
}
