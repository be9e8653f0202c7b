//! Login (R40): the relying party asks with a fresh [`Challenge`], the subscriber signs it as CMS
//! SignedData and, where the person is to be identified, sends R along.
//!
//! What the relying party checks, in this order, and how each check is called when it fails, is
//! [`LoginCheck`]. The first, the signature and its content, are done here
//! ([`verify_login_signature`]); whether the challenge is fresh is asked of the caller's
//! [`ChallengeStore`]; the others belong to `npki-trust` and `npki-cert`, and the facade joins them.

mod challenge;
mod challenge_store;
mod check;
mod response;
mod verify;

pub use challenge::{Challenge, ChallengeError};
pub use challenge_store::{ChallengeState, ChallengeStore, MemoryChallenges, TooManyChallenges};
pub use check::LoginCheck;
pub use response::{LoginResponse, sign_login};
pub use verify::{LoginError, LoginSigner, verify_login_signature};
