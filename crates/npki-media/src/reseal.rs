use npki_container::{
    CbcCipher, Derivation, EncryptedPrivateKeyInfo, Scheme, SchemeError, SealScheme, Sealing,
};
use npki_core::HashAlgorithm;

/// How a key is encrypted when its password changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reseal {
    /// With the scheme that it has, so that whoever read it before reads it again. Iterations are
    /// never fewer than they were, and never fewer than what is written today. A scheme that is read
    /// and not written gives way to the nearest that is.
    #[default]
    Same,
    /// With this one.
    With(Sealing),
}

impl Reseal {
    /// With what `key` is to be encrypted again.
    ///
    /// # Errors
    /// [`SchemeError`] if the scheme that it has is not one that we read.
    pub fn sealing(self, key: &EncryptedPrivateKeyInfo) -> Result<Sealing, SchemeError> {
        match self {
            Self::With(sealing) => Ok(sealing),
            Self::Same => Ok(same(&key.scheme()?)),
        }
    }
}

fn same(found: &Scheme) -> Sealing {
    let scheme = match (found.derivation, found.cipher) {
        (Derivation::Pbkdf2(HashAlgorithm::Sha1), CbcCipher::Seed) => SealScheme::Pbes2SeedSha1,
        (Derivation::Pbkdf2(_), CbcCipher::Seed) => SealScheme::Pbes2SeedSha256,
        (Derivation::Pbkdf2(_), CbcCipher::Aria128 | CbcCipher::Aria192 | CbcCipher::Aria256) => {
            SealScheme::Pbes2AriaSha256
        }
        (Derivation::Pbkdf2(_), _) => SealScheme::Pbes2Aes256Sha256,
        _ => SealScheme::Pbes1Seed,
    };
    let sealing = Sealing::from(scheme);
    u32::try_from(found.iterations)
        .ok()
        .filter(|count| *count > sealing.iterations())
        .and_then(|count| sealing.with_iterations(count).ok())
        .unwrap_or(sealing)
}
