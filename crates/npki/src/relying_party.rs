//! For a server that is shown a certificate or a signature (이용기관).
//!
//! [`LoginVerifier`] joins all checks of a login (R40) and says which failed. The parts are in
//! [`npki_trust`] (paths, CRLs, OCSP) and [`npki_sign`] (messages) for who wants them alone.

mod login;

pub use login::{CrlScope, Identity, Login, LoginAttempt, LoginRefusal, LoginVerifier};
pub use npki_cert::{Certificate, Crl, OcspResponse, PolicyArc};
pub use npki_core::{Idn, Product, Purpose, RandomNumber};
pub use npki_policy::Policy;
pub use npki_sign::login::{
    Challenge, ChallengeState, ChallengeStore, LoginCheck, LoginResponse, MemoryChallenges,
};
pub use npki_trust::{Anchors, PathError, PolicySet, Validator};
