use npki_cert::Certificate;
use npki_core::Instant;

use super::{Challenge, LoginCheck};
use crate::cms::{CmsError, SignedData, Verification, VerifiedSigner};

/// Who signed a challenge. Trusted in nothing but that.
#[derive(Clone, Debug)]
pub struct LoginSigner(VerifiedSigner);

/// Why a login's message proves nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LoginError {
    /// No SignedData, or its signature does not hold.
    #[error("the signature does not hold")]
    Signature(#[source] CmsError),
    /// Signed by several: it is not clear who wants to log in.
    #[error("{0} signers, one is wanted")]
    Signers(usize),
    /// Something else was signed.
    #[error("what was signed is not the challenge")]
    Challenge,
}

impl LoginError {
    /// The check that failed.
    #[must_use]
    pub const fn check(&self) -> LoginCheck {
        match self {
            Self::Signature(_) | Self::Signers(_) => LoginCheck::Signature,
            Self::Challenge => LoginCheck::Challenge,
        }
    }
}

impl LoginSigner {
    /// The certificate whose key signed. It came with the message: validate its path.
    #[must_use]
    pub const fn certificate(&self) -> &Certificate {
        self.0.certificate()
    }

    /// When the signer claims to have signed.
    #[must_use]
    pub const fn signing_time(&self) -> Option<Instant> {
        self.0.signing_time()
    }
}

/// Checks that one signer signed this challenge, with a certificate that is in the message.
///
/// These are the first two of the [checks](LoginCheck). The content is compared in constant time.
///
/// # Errors
/// [`LoginError`], whose [`check`](LoginError::check) is the name of what failed.
///
/// # Security
/// A login is not done with this: the challenge must be fresh, and the certificate's path, state,
/// policy and, where a person is meant, VID must hold.
pub fn verify_login_signature(
    cms: &[u8],
    challenge: &Challenge,
) -> Result<LoginSigner, LoginError> {
    let message = SignedData::parse(cms).map_err(LoginError::Signature)?;
    let signers = message.signers();
    if signers > 1 {
        return Err(LoginError::Signers(signers));
    }
    let verified = message
        .verify_signatures(&Verification::default())
        .map_err(LoginError::Signature)?;
    if !message.content().is_some_and(|c| challenge.equals(c)) {
        return Err(LoginError::Challenge);
    }
    verified
        .into_iter()
        .next()
        .map(LoginSigner)
        .ok_or(LoginError::Signature(CmsError::NoSigner))
}
