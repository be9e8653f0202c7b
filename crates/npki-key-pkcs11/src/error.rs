use std::error::Error as StdError;

use cryptoki::error::{Error, RvError};
use npki_key::KeyError;

use crate::PinTries;

/// Why a token did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// The library cannot be loaded, or does not start.
    #[error("the PKCS #11 library cannot be used")]
    Module(#[source] Box<dyn StdError + Send + Sync>),
    /// No token of this label is there.
    #[error("no token is labelled {label:?}")]
    NoToken {
        /// The label that was looked for.
        label: String,
    },
    /// Several tokens have this label.
    #[error("{found} tokens are labelled {label:?}")]
    SeveralTokens {
        /// The label that was looked for.
        label: String,
        /// How many.
        found: usize,
    },
    /// The PIN is not the right one, or of a form that the token does not take.
    #[error("the token refuses the PIN")]
    WrongPin {
        /// What the token says about further tries.
        tries: PinTries,
    },
    /// Too many wrong PINs were given: the token's issuer has to unlock it.
    #[error("the token is locked")]
    Locked,
    /// The PIN was never set, or has to be changed first.
    #[error("the PIN has to be set first")]
    PinToBeSet,
    /// The session is gone, and the PIN is not kept: log in again.
    #[error("the token wants its PIN again")]
    LoggedOut,
    /// The token is not there any more, or loses every session that is opened.
    #[error("the token is gone")]
    Gone,
    /// No key of this description is in the token.
    #[error("no such key in the token")]
    NoKey,
    /// More than one key answers the description.
    #[error("{found} keys of this description in the token")]
    SeveralKeys {
        /// How many.
        found: usize,
    },
    /// A key of this id is there already.
    #[error("a key of this id is in the token already")]
    Exists,
    /// An id has 1 to 255 octets.
    #[error("an id of {found} octets")]
    KeyId {
        /// How many it has.
        found: usize,
    },
    /// The token does not tell the public key, or tells one that cannot be read.
    #[error("the key's public half is not to be had from the token")]
    NoPublicKey,
    /// The token cannot do this: it lacks the mechanism, the key may not be used so, or its memory is
    /// full.
    #[error("the token does not do this")]
    Unsupported(#[source] Box<dyn StdError + Send + Sync>),
    /// The key, or the algorithm for this key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The token failed otherwise.
    #[error("the token failed")]
    Failed(#[source] Box<dyn StdError + Send + Sync>),
}

impl TokenError {
    /// The stable name of the variant, as commands print it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Module(_) => "token-library",
            Self::NoToken { .. } => "token-not-found",
            Self::SeveralTokens { .. } => "token-ambiguous",
            Self::WrongPin { .. } => "wrong-pin",
            Self::Locked => "token-locked",
            Self::PinToBeSet => "pin-to-be-set",
            Self::LoggedOut => "token-logged-out",
            Self::Gone => "token-gone",
            Self::NoKey => "token-key-not-found",
            Self::SeveralKeys { .. } => "token-key-ambiguous",
            Self::Exists => "token-key-exists",
            Self::KeyId { .. } => "token-key-id",
            Self::NoPublicKey => "token-no-public-key",
            Self::Unsupported(_) => "token-unsupported",
            Self::Key(error) => error.name(),
            Self::Failed(_) => "token-failed",
        }
    }

    /// What an error of the library means, except for those of a login.
    pub(crate) fn from_library(error: Error) -> Self {
        use RvError as Rv;
        match error {
            Error::Pkcs11(Rv::UserNotLoggedIn, _) => Self::LoggedOut,
            Error::Pkcs11(
                Rv::DeviceRemoved
                | Rv::SessionClosed
                | Rv::SessionHandleInvalid
                | Rv::TokenNotPresent
                | Rv::TokenNotRecognized
                | Rv::SlotIdInvalid,
                _,
            ) => Self::Gone,
            Error::Pkcs11(
                Rv::MechanismInvalid
                | Rv::MechanismParamInvalid
                | Rv::KeyFunctionNotPermitted
                | Rv::KeyTypeInconsistent
                | Rv::KeySizeRange
                | Rv::FunctionNotSupported
                | Rv::CurveNotSupported
                | Rv::TokenWriteProtected
                | Rv::DeviceMemory
                | Rv::AttributeTypeInvalid
                | Rv::AttributeValueInvalid
                | Rv::TemplateInconsistent
                | Rv::TemplateIncomplete,
                _,
            )
            | Error::NullFunctionPointer
            | Error::NotSupported => Self::Unsupported(error.into()),
            error => Self::Failed(error.into()),
        }
    }

    /// What an error of a login means; `tries` is asked of the token only where it matters.
    pub(crate) fn from_login(error: Error, tries: impl FnOnce() -> PinTries) -> Self {
        use RvError as Rv;
        match error {
            Error::Pkcs11(Rv::PinIncorrect | Rv::PinInvalid | Rv::PinLenRange, _) => {
                match tries() {
                    PinTries::Locked => Self::Locked,
                    tries => Self::WrongPin { tries },
                }
            }
            Error::Pkcs11(Rv::PinLocked, _) => Self::Locked,
            Error::Pkcs11(Rv::UserPinNotInitialized | Rv::PinExpired, _) => Self::PinToBeSet,
            error => Self::from_library(error),
        }
    }
}

/// Whether a new session may help.
pub(crate) const fn is_loss(error: &Error) -> bool {
    matches!(
        error,
        Error::Pkcs11(
            RvError::SessionHandleInvalid
                | RvError::SessionClosed
                | RvError::UserNotLoggedIn
                | RvError::DeviceRemoved
                | RvError::DeviceError
                | RvError::TokenNotPresent
                | RvError::KeyHandleInvalid
                | RvError::ObjectHandleInvalid,
            _
        )
    )
}

#[cfg(test)]
mod tests {
    use cryptoki::context::Function;

    use super::*;

    #[test]
    fn what_a_refused_login_means() {
        let login =
            |rv, tries| TokenError::from_login(Error::Pkcs11(rv, Function::Login), || tries);
        for tries in [PinTries::Open, PinTries::Few, PinTries::Last] {
            for rv in [RvError::PinIncorrect, RvError::PinLenRange] {
                let error = login(rv, tries);
                assert!(matches!(error, TokenError::WrongPin { tries: t } if t == tries));
            }
        }
        let locking = login(RvError::PinIncorrect, PinTries::Locked);
        assert!(matches!(locking, TokenError::Locked));
        let locked = login(RvError::PinLocked, PinTries::Open);
        assert!(matches!(locked, TokenError::Locked));
        let unset = login(RvError::UserPinNotInitialized, PinTries::Open);
        assert!(matches!(unset, TokenError::PinToBeSet));
        let gone = login(RvError::DeviceRemoved, PinTries::Open);
        assert!(matches!(gone, TokenError::Gone));
    }
}
