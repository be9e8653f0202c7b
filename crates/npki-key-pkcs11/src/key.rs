use base16ct::HexDisplay;
use std::fmt;

use spki::SubjectPublicKeyInfoOwned;

use crate::TokenError;

/// `CKA_ID`: what ties a private key, its public half and its certificate together in a token.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct KeyId(Vec<u8>);

/// What a key of a token may do. One thing: a key that signs and decrypts can be made to do one in
/// place of the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Usage {
    /// It signs.
    Sign,
    /// It decrypts; RSA only.
    Decrypt,
}

/// Which key of a token is meant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Select {
    /// The one with this id.
    Id(KeyId),
    /// The one with this label.
    Label(String),
}

/// A private key in a token.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyInfo {
    /// Its id; none was given where other software made it.
    pub id: Option<KeyId>,
    /// Its label.
    pub label: String,
    /// Its public half, where the token tells one that can be read.
    pub public_key: Option<SubjectPublicKeyInfoOwned>,
}

impl KeyId {
    /// Takes 1 to 255 octets.
    ///
    /// # Errors
    /// [`TokenError::KeyId`].
    pub fn new(octets: &[u8]) -> Result<Self, TokenError> {
        if (1..=255).contains(&octets.len()) {
            Ok(Self(octets.to_vec()))
        } else {
            Err(TokenError::KeyId {
                found: octets.len(),
            })
        }
    }

    /// The octets.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::LowerHex::fmt(&HexDisplay(&self.0), f)
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}
