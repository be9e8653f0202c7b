use npki_container::{NewPassword, Password};
use rand_core::CryptoRng;

use crate::{EntryId, Medium, MediumError, Overwrite, Reseal};

/// What becomes of the keys on their way to another medium (R61).
#[derive(Debug)]
pub enum CopyMode<'a> {
    /// They keep their bytes, and so their password, which is asked for all the same (R52).
    SameBytes {
        /// The password of the entry.
        password: &'a Password,
    },
    /// They are encrypted under the password of the other medium.
    Reencrypt {
        /// The password of the entry.
        old: &'a Password,
        /// The password on the other medium.
        new: &'a NewPassword,
        /// With which scheme.
        reseal: Reseal,
    },
}

/// Copies an entry from one medium to another, and reads and opens it there before it says so (R61).
///
/// # Errors
/// [`MediumError::TokenKeyStays`] where the key may not leave (R64);
/// [`MediumError::NotAsWritten`] if the copy is not what was written; everything that
/// [`Medium::load`], [`Medium::open`] and [`Medium::store`] say.
pub fn copy(
    from: &dyn Medium,
    id: &EntryId,
    to: &dyn Medium,
    mode: &CopyMode<'_>,
    overwrite: Overwrite,
    rng: &mut dyn CryptoRng,
) -> Result<EntryId, MediumError> {
    let found = from.load(id)?;
    let (bundle, password) = match mode {
        CopyMode::SameBytes { password } => {
            let opened = found.open(password)?;
            opened.km?;
            (found, *password)
        }
        CopyMode::Reencrypt { old, new, reseal } => {
            (found.resealed(old, new, *reseal, rng)?, new.as_ref())
        }
    };
    let copied = to.store(&bundle, overwrite)?;
    let not_as_written = || MediumError::NotAsWritten {
        at: copied.to_string(),
    };
    match to.load(&copied) {
        Ok(there) if there.same_bytes(&bundle) => {}
        Ok(_) => return Err(not_as_written()),
        // A token takes the key and does not give it back; that it opens is all that can be asked.
        Err(MediumError::TokenKeyStays(_)) => {}
        Err(error) => return Err(error),
    }
    let opened = to.open(&copied, password)?;
    if opened.certificate.der() != bundle.sign.certificate.der() {
        return Err(not_as_written());
    }
    Ok(copied)
}
