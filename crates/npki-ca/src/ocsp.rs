//! Answering OCSP from the ledger: signed for the question, or signed beforehand.

mod prepared;
mod responder;

pub use prepared::PreparedAnswers;
pub use responder::{OcspAnswered, OcspResponder, OcspSettings};
