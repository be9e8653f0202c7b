use std::path::Path;
use std::sync::Arc;

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::slot::Slot;

use crate::session::Sessions;
use crate::{AfterLoss, Pin, PinTries, Token, TokenError};

/// A vendor's PKCS #11 library, loaded and started.
///
/// A process starts a library once: loading the same again gives another handle on it.
#[derive(Clone, Debug)]
pub struct Module(Pkcs11);

/// A token that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenInfo {
    /// The label that it was given.
    pub label: String,
    /// Who made it.
    pub manufacturer: String,
    /// Its model.
    pub model: String,
    /// Its serial number.
    pub serial: String,
    /// How many wrong PINs it still takes.
    pub tries: PinTries,
}

impl Module {
    /// Loads the library at `path` and starts it for use by several threads.
    ///
    /// # Errors
    /// [`TokenError::Module`].
    ///
    /// # Security
    /// Its code runs in this process. Take `path` from the configuration, never from input.
    pub fn load(path: &Path) -> Result<Self, TokenError> {
        let module = |error: Error| TokenError::Module(error.into());
        let library = Pkcs11::new(path).map_err(module)?;
        let threads = CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK);
        match library.initialize(threads) {
            Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {
                Ok(Self(library))
            }
            Err(error) => Err(module(error)),
        }
    }

    /// The tokens that are there and were initialised, whatever they hold.
    ///
    /// # Errors
    /// [`TokenError::Failed`].
    pub fn tokens(&self) -> Result<Vec<TokenInfo>, TokenError> {
        Ok(self.found()?.into_iter().map(|(_, token)| token).collect())
    }

    /// Logs in to the token with this label.
    ///
    /// # Errors
    /// [`TokenError::NoToken`], [`TokenError::SeveralTokens`]; [`TokenError::WrongPin`],
    /// [`TokenError::Locked`], [`TokenError::PinToBeSet`]; [`TokenError::Gone`].
    ///
    /// # Security
    /// A login holds for the whole process: while one lasts, a token may take any PIN for right.
    pub fn log_in(
        &self,
        label: &str,
        pin: Pin,
        after_loss: AfterLoss,
    ) -> Result<Token, TokenError> {
        let (_, info) = self.only(|token| token.label == label, label)?;
        let sessions = Sessions::open(self.clone(), info, pin, after_loss)?;
        Ok(Token::new(Arc::new(sessions)))
    }

    /// The slot in which this very token is now.
    pub(crate) fn slot_of(&self, token: &TokenInfo) -> Result<(Slot, TokenInfo), TokenError> {
        let same = |other: &TokenInfo| other.label == token.label && other.serial == token.serial;
        match self.only(same, &token.label) {
            Err(TokenError::NoToken { .. }) => Err(TokenError::Gone),
            found => found,
        }
    }

    pub(crate) const fn library(&self) -> &Pkcs11 {
        &self.0
    }

    fn only(
        &self,
        wanted: impl Fn(&TokenInfo) -> bool,
        label: &str,
    ) -> Result<(Slot, TokenInfo), TokenError> {
        let mut found = self.found()?;
        found.retain(|(_, token)| wanted(token));
        match (found.len(), found.pop()) {
            (1, Some(found)) => Ok(found),
            (0, _) | (_, None) => Err(TokenError::NoToken {
                label: label.to_owned(),
            }),
            (found, _) => Err(TokenError::SeveralTokens {
                label: label.to_owned(),
                found,
            }),
        }
    }

    fn found(&self) -> Result<Vec<(Slot, TokenInfo)>, TokenError> {
        let slots = self.0.get_slots_with_initialized_token();
        let slots = slots.map_err(TokenError::from_library)?;
        // One that is pulled while it is asked is not there.
        Ok(slots
            .into_iter()
            .filter_map(|slot| Some((slot, self.info(slot).ok()?)))
            .collect())
    }

    pub(crate) fn info(&self, slot: Slot) -> Result<TokenInfo, Error> {
        let info = self.0.get_token_info(slot)?;
        Ok(TokenInfo {
            label: info.label().to_owned(),
            manufacturer: info.manufacturer_id().to_owned(),
            model: info.model().to_owned(),
            serial: info.serial_number().to_owned(),
            tries: PinTries::of(&info),
        })
    }
}
