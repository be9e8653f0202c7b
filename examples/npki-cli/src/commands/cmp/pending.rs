use std::fs;
use std::path::PathBuf;

use npki::wallet::NewKey;
use npki_container::{Bounds, EncryptedPrivateKeyInfo, NewPassword, Sealing};
use npki_key::PrivateKey;
use npki_media::Overwrite;
use npki_media_folder::FolderMedium;

use crate::failure::{Exit, Failure};
use crate::files;
use crate::language::say;

/// New keys whose certificates are asked for, until they are stored: a CA gives what it has signed to these keys
/// alone, so whoever lost its answer asks again with them.
///
/// They lie beside the NPKI folder, on the same medium, encrypted under the new password:
/// `NPKI.pending/012345678901.sign.key`.
#[derive(Debug)]
pub(super) struct Pending {
    folder: PathBuf,
    name: String,
}

impl Pending {
    /// Those of one request, by the reference number or by the serial number of what is renewed.
    pub(super) fn of(medium: &FolderMedium, name: impl Into<String>) -> Self {
        let mut folder = medium.root().as_os_str().to_owned();
        folder.push(".pending");
        Self {
            folder: folder.into(),
            name: name.into(),
        }
    }

    /// The keys of an attempt before, if one was cut short.
    pub(super) fn load(&self, password: &NewPassword) -> Result<Option<NewKey>, Failure> {
        let Some(sign) = self.open(SIGN, password)? else {
            return Ok(None);
        };
        let Some(r) = sign.random_number() else {
            return Ok(None);
        };
        let key = NewKey::from_key(sign, &r).map_err(npki::wallet::EnrolError::from)?;
        Ok(Some(match self.open(KM, password)? {
            Some(km) => key.with_km(km),
            None => key,
        }))
    }

    /// Keeps new keys, before anything is asked for with them.
    pub(super) fn save(
        &self,
        keys: &NewKey,
        password: &NewPassword,
        sealing: Sealing,
    ) -> Result<(), Failure> {
        fs::create_dir_all(&self.folder).map_err(|error| Failure::io(&self.folder, &error))?;
        // The signing key last: without it there is nothing to go on with.
        let both = [(KM, keys.km_key()), (SIGN, Some(keys.key()))];
        for (part, key) in both {
            let Some(key) = key else { continue };
            let mut rng = npki::system_rng();
            let sealed = EncryptedPrivateKeyInfo::seal(key, password, sealing, &mut rng)
                .map_err(npki::wallet::EnrolError::from)?;
            files::write(&self.path(part), sealed.as_der(), Overwrite::Replace)?;
        }
        Ok(())
    }

    /// They are stored, or of no more use.
    pub(super) fn clear(&self) {
        // What stays is encrypted, and found again by the next attempt.
        let _ = fs::remove_file(self.path(SIGN));
        let _ = fs::remove_file(self.path(KM));
        // With others in it, it stays.
        let _ = fs::remove_dir(&self.folder);
    }

    fn path(&self, part: &str) -> PathBuf {
        self.folder.join(format!("{}.{part}.key", self.name))
    }

    fn open(&self, part: &str, password: &NewPassword) -> Result<Option<PrivateKey>, Failure> {
        let path = self.path(part);
        if !path.exists() {
            return Ok(None);
        }
        let at = path.display();
        let sealed = files::read(&path, files::SMALL)?;
        let sealed = EncryptedPrivateKeyInfo::parse(&sealed).ok();
        let key = sealed.and_then(|sealed| sealed.open(password, &Bounds::default()).ok());
        key.map(Some).ok_or_else(|| {
            Failure::new(
                Exit::CannotOpen,
                "pending-keys",
                say!(
                    "{at}: 앞선 시도에서 만든 키를 이 비밀번호로 열 수 없습니다. 그때의 새 비밀번호를 쓰거나 이 파일을 지우세요.",
                    "{at}: this key of an attempt before does not open; use the new password of then, or delete the file."
                ),
            )
        })
    }
}

const SIGN: &str = "sign";
const KM: &str = "km";
