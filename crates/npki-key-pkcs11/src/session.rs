use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use cryptoki::error::{Error, RvError};
use cryptoki::session::{Session, SessionState, UserType};

use crate::error::is_loss;
use crate::{AfterLoss, Module, Pin, PinTries, TokenError, TokenInfo};

/// The one session of a [`Token`](crate::Token), opened again when it is lost.
///
/// Operations wait for each other. Whoever wants several at once logs in several times.
pub(crate) struct Sessions {
    module: Module,
    token: TokenInfo,
    after_loss: AfterLoss,
    state: Mutex<State>,
}

struct State {
    session: Option<Session>,
    /// Counts the sessions: handles of objects are looked up again in a new one.
    number: u64,
    /// What is given when a session has to be opened again.
    pin: Option<Pin>,
}

/// An open session while nobody else uses it.
pub(crate) struct Open<'a> {
    pub(crate) session: &'a Session,
    pub(crate) number: u64,
}

/// Why work in a session did not succeed.
pub(crate) enum WorkError {
    /// The library says so; a new session may help.
    Library(Error),
    /// Something else.
    Token(TokenError),
}

impl Sessions {
    pub(crate) fn open(
        module: Module,
        token: TokenInfo,
        pin: Pin,
        after_loss: AfterLoss,
    ) -> Result<Self, TokenError> {
        let sessions = Self {
            module,
            token,
            after_loss,
            state: Mutex::new(State {
                session: None,
                number: 0,
                pin: None,
            }),
        };
        sessions.log_in(pin)?;
        Ok(sessions)
    }

    /// Opens a new session with a PIN that was just asked for.
    pub(crate) fn log_in(&self, pin: Pin) -> Result<(), TokenError> {
        let mut state = self.state();
        state.session = None;
        state.pin = Some(pin);
        let outcome = self.reopen(&mut state);
        if self.after_loss == AfterLoss::AskAgain || outcome.is_err() {
            state.pin = None;
        }
        outcome
    }

    pub(crate) const fn token(&self) -> &TokenInfo {
        &self.token
    }

    /// What the token says about its PIN now.
    pub(crate) fn tries(&self) -> Result<PinTries, TokenError> {
        Ok(self.module.slot_of(&self.token)?.1.tries)
    }

    /// Does `work` in the session. If that is lost, once more in a new one.
    pub(crate) fn with<T>(
        &self,
        work: impl Fn(&Open<'_>) -> Result<T, WorkError>,
    ) -> Result<T, TokenError> {
        let mut state = self.state();
        if state.session.is_some() {
            match attempt(&state, &work) {
                Err(WorkError::Library(error)) if is_loss(&error) => {}
                outcome => return outcome.map_err(WorkError::into_token),
            }
        }
        self.reopen(&mut state)?;
        attempt(&state, &work).map_err(WorkError::into_token)
    }

    fn reopen(&self, state: &mut State) -> Result<(), TokenError> {
        state.session = None;
        let (slot, _) = self.module.slot_of(&self.token)?;
        let session = self
            .module
            .library()
            .open_rw_session(slot)
            .map_err(TokenError::from_library)?;
        match state.pin.take() {
            Some(pin) => {
                // It has left the state: whatever happens now, it is not given a second time, unless
                // the token took it.
                match session.login(UserType::User, Some(pin.auth())) {
                    Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => {
                        state.pin = Some(pin);
                    }
                    Err(error) if is_refusal(&error) => {
                        let tries = || self.module.info(slot).map_or(PinTries::Few, |t| t.tries);
                        return Err(TokenError::from_login(error, tries));
                    }
                    Err(error) => {
                        // Nobody has judged the PIN.
                        state.pin = Some(pin);
                        return Err(TokenError::from_library(error));
                    }
                }
            }
            None => {
                let now = session.get_session_info();
                let now = now.map_err(TokenError::from_library)?.session_state();
                if !matches!(now, SessionState::RwUser | SessionState::RoUser) {
                    return Err(TokenError::LoggedOut);
                }
            }
        }
        state.session = Some(session);
        state.number = state.number.wrapping_add(1);
        Ok(())
    }

    /// What a thread that panicked left is as good as a session that was lost.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn attempt<T>(
    state: &State,
    work: impl Fn(&Open<'_>) -> Result<T, WorkError>,
) -> Result<T, WorkError> {
    let session = state.session.as_ref();
    let session = session.ok_or(WorkError::Token(TokenError::LoggedOut))?;
    work(&Open {
        session,
        number: state.number,
    })
}

/// Whether the token has judged the PIN, and against it.
const fn is_refusal(error: &Error) -> bool {
    matches!(
        error,
        Error::Pkcs11(
            RvError::PinIncorrect
                | RvError::PinInvalid
                | RvError::PinLenRange
                | RvError::PinExpired
                | RvError::PinLocked
                | RvError::UserPinNotInitialized,
            _
        )
    )
}

impl WorkError {
    fn into_token(self) -> TokenError {
        match self {
            Self::Library(error) => TokenError::from_library(error),
            Self::Token(error) => error,
        }
    }
}

impl From<Error> for WorkError {
    fn from(error: Error) -> Self {
        Self::Library(error)
    }
}

impl From<TokenError> for WorkError {
    fn from(error: TokenError) -> Self {
        Self::Token(error)
    }
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            module: _,
            token,
            after_loss,
            state: _,
        } = self;
        f.debug_struct("Sessions")
            .field("token", &token.label)
            .field("after_loss", after_loss)
            .finish_non_exhaustive()
    }
}
