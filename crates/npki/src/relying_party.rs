//! For a server that is shown a certificate or a signature (이용기관).
//!
//! [`LoginVerifier`] joins all checks of a login (R40) and says which failed. The parts are in
//! [`trust`] (paths, CRLs, OCSP) and [`sign`] (messages) for who wants them alone.
//!
//! Whether a certificate is good, by OCSP; the question goes to [`Certificate::ocsp_uris`]:
//!
//! ```
//! use npki::cert::{CertId, OcspRequest};
//! use npki::relying_party::trust::{OcspNonce, OcspQuestion, OcspVerdict, judge_ocsp};
//! use npki::relying_party::{Certificate, HashAlgorithm, OcspResponse};
//!
//! fn ask(
//!     (root, ca, certificate): (&Certificate, &Certificate, &Certificate),
//!     nonce: &[u8; 16],
//!     post: impl Fn(&[u8]) -> std::io::Result<Vec<u8>>,
//! ) -> Result<OcspVerdict, Box<dyn std::error::Error>> {
//!     let id = CertId::new(HashAlgorithm::Sha1, ca, certificate);
//!     let answer = post(&OcspRequest::new([id], Some(nonce)).encode()?)?;
//!     let question = OcspQuestion {
//!         nonce: OcspNonce::Required(nonce),
//!         // The responders of the Korean CAs have their certificates from the root.
//!         root: Some(root),
//!         ..OcspQuestion::new(certificate, ca, npki::now())
//!     };
//!     Ok(judge_ocsp(&OcspResponse::parse(&answer)?, &question)?)
//! }
//! ```

mod login;

pub use login::{CrlScope, Identity, Login, LoginAttempt, LoginRefusal, LoginVerifier};
pub use npki_cert::{Certificate, Crl, OcspResponse, PolicyArc};
pub use npki_core::{HashAlgorithm, Idn, Product, Purpose, RandomNumber};
pub use npki_policy::Policy;
pub use npki_sign as sign;
pub use npki_sign::login::{
    Challenge, ChallengeState, ChallengeStore, LoginCheck, LoginResponse, MemoryChallenges,
};
pub use npki_trust as trust;
pub use npki_trust::{Anchors, PathError, PolicySet, Validator};
