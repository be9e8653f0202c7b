mod bag;
mod contents;
mod mac;
mod model;
mod open;
mod seal;

use core::fmt;

use const_oid::ObjectIdentifier;
use rand_core::CryptoRng;

pub use contents::{Integrity, PassedOver, PfxCertificate, PfxContents, PfxKey, PfxPair, PfxPairs};
pub use mac::{MacDerivation, MacScheme};
pub use seal::{PfxEntry, PfxPreset, PfxSealing};

use crate::{
    BeyondBound, Bounds, OpenError, Password, Scheme, SchemeError, SealError, ber::BerError,
    bounds::Budget,
};
use mac::Mac;
use model::{Content, Outer};
use npki_cert::Certificate;

/// A PFX (PKCS #12): keys and certificates under one password, for export and import.
///
/// Read as BER, because NSS and others write it so; written as DER. Protected by password only:
/// a PFX that is signed or enveloped with public keys is refused by name.
///
/// Source: RFC 7292; RFC 9579 for PBMAC1.
#[derive(Clone)]
pub struct Pfx {
    bytes: zeroize::Zeroizing<Vec<u8>>,
    outer: Outer,
    contents: Vec<Content>,
}

/// Why bytes are no PFX that we read. Told without the password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PfxParseError {
    /// Not BER.
    #[error("not a PFX: {0}")]
    Ber(#[from] BerError),
    /// BER, and not the structure of a PFX.
    #[error("not a PFX: {0}")]
    NotAPfx(#[from] der::Error),
    /// Another version than 3.
    #[error("a PFX of version {found}; 3 is read")]
    Version {
        /// The version found.
        found: u8,
    },
    /// A content that is not protected by a password: signed or enveloped with public keys.
    #[error("a PFX with content {oid} is not supported")]
    Content {
        /// The type of the content.
        oid: ObjectIdentifier,
    },
    /// More than a bound of ours allows.
    #[error(transparent)]
    Cost(#[from] BeyondBound),
}

impl PfxParseError {
    /// The stable name of the variant, as command and adapter print it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Ber(_) | Self::NotAPfx(_) => "not-a-pfx",
            Self::Version { .. } => "pfx-version",
            Self::Content { .. } => "unsupported-algorithm",
            Self::Cost(error) => error.name(),
        }
    }
}

impl Pfx {
    /// Reads the outside: structure, kinds of content, how they are encrypted.
    ///
    /// # Errors
    /// [`PfxParseError`], by what is wrong.
    pub fn parse(bytes: &[u8], bounds: &Bounds) -> Result<Self, PfxParseError> {
        open::parse(bytes, bounds)
    }

    /// The bytes, as they were read.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Written again from what was read, as DER: the same octets if they were DER.
    ///
    /// What stands inside of an OCTET STRING keeps its octets, because the MAC covers them.
    ///
    /// # Errors
    /// None that bytes which were read can cause.
    pub fn encode(&self) -> Result<Vec<u8>, der::Error> {
        self.outer.encode()
    }

    /// The MAC, or `None` if there is none.
    ///
    /// # Errors
    /// [`SchemeError::Unsupported`], [`SchemeError::Parameters`].
    pub fn mac(&self) -> Result<Option<MacScheme>, SchemeError> {
        Ok(self.outer.mac()?.as_ref().map(Mac::scheme))
    }

    /// How the contents and the keys outside of them are encrypted, in their order. What is inside
    /// of an encrypted content cannot be told without the password.
    ///
    /// # Errors
    /// [`SchemeError::Unsupported`], [`SchemeError::Parameters`] for the first that is.
    pub fn schemes(&self) -> Result<Vec<Scheme>, SchemeError> {
        Ok(self
            .visible_schemes()?
            .iter()
            .map(crate::pbe::Pbe::scheme)
            .collect())
    }

    /// Checks the MAC and opens everything.
    ///
    /// The password is taken as each part wants it: as a BMPString for the MAC and the schemes of
    /// PKCS #12, as UTF-8 (then CP949) for PBES2 and SEED. Of the two forms of an empty password
    /// both are tried.
    ///
    /// # Errors
    /// [`OpenError::Scheme`] for what can be told without the password, before anything is spent,
    /// and for an unsupported or too costly scheme inside of what a MAC has shown to be genuine;
    /// [`OpenError::WrongPasswordOrDamaged`] for everything else.
    ///
    /// # Security
    /// Without a MAC the contents are taken as they are and
    /// [`integrity`](PfxContents::integrity) says so: whoever can write the file can exchange a
    /// certificate that is not encrypted.
    pub fn open(&self, password: &Password, bounds: &Bounds) -> Result<PfxContents, OpenError> {
        open::open(self, password, bounds, &mut Budget::new(bounds))
    }

    /// Makes a PFX of pairs and the certificates above them.
    ///
    /// Each key goes in with its whole `PrivateKeyInfo`, R included; keys and certificates are
    /// matched by `localKeyID`, the SHA-1 of the public key. The result is opened again and
    /// compared before it is returned.
    ///
    /// # Errors
    /// [`SealError::NoPair`] for a certificate of another key, [`SealError::NotReadable`] if the
    /// result does not open again.
    pub fn seal(
        entries: &[PfxEntry<'_>],
        chain: &[&Certificate],
        password: &Password,
        sealing: impl Into<PfxSealing>,
        rng: &mut dyn CryptoRng,
    ) -> Result<Self, SealError> {
        seal::seal(entries, chain, password, sealing.into(), rng)
    }
}

impl fmt::Debug for Pfx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            bytes,
            outer: _,
            contents,
        } = self;
        f.debug_struct("Pfx")
            .field("octets", &bytes.len())
            .field("contents", &contents.len())
            .finish_non_exhaustive()
    }
}
