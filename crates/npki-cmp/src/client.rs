//! The requester's side, message by message.
//!
//! An [`Enrolling`] makes its request when it begins. What the CA answers is given to
//! [`Enrolling::take`], which says what comes next: wait and send again, or an [`Issued`] certificate.
//! When that is stored, [`Issued::confirm`] makes the certConf, and [`Confirming::take`] its end.
//! [`Question`] is for one message and its answer: genm and rr.
//!
//! An answer that was lost is no reason to begin anew: [`Enrolling::message`] gives the same octets
//! again, and a CA after RFC 9810 the same certificate. A process that died begins again with the same
//! key.

mod enrolling;
mod error;
mod question;
mod session;

pub use enrolling::{Confirming, Enrolling, Issued, Kind, Step, Wanted};
pub use error::ClientError;
pub use question::{KmKey, Question};
pub use session::{Credential, Trust};
