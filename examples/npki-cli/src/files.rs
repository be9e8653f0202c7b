use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use npki_cert::{CertError, Certificate, Crl};
use npki_media::Overwrite;

use crate::failure::{Exit, Failure};
use crate::language::say;

/// Reads a whole file of at most `max` octets.
pub(crate) fn read(path: &Path, max: usize) -> Result<Vec<u8>, Failure> {
    let failed = |error: io::Error| Failure::io(path, &error);
    is_there(path)?;
    let file = File::open(path).map_err(failed)?;
    let limit = u64::try_from(max).unwrap_or(u64::MAX).saturating_add(1);
    let mut octets = Vec::new();
    file.take(limit).read_to_end(&mut octets).map_err(failed)?;
    if octets.len() > max {
        let at = path.display();
        return Err(Failure::new(
            Exit::CannotOpen,
            "too-long",
            say!(
                "{at}: {max}바이트가 넘는 파일은 읽지 않습니다.",
                "{at}: files of more than {max} octets are not read; check that it is the right one."
            ),
        ));
    }
    Ok(octets)
}

/// Reads a certificate, DER or PEM.
pub(crate) fn certificate(path: &Path) -> Result<Certificate, Failure> {
    let unreadable = |error: CertError| {
        let at = path.display();
        Failure::new(
            Exit::CannotOpen,
            "not-a-certificate",
            say!(
                "{at}: 읽을 수 있는 인증서가 아닙니다({error}). 알맞은 파일인지 확인하세요.",
                "{at}: this is no certificate that can be read ({error}); check that it is the right file."
            ),
        )
    };
    Certificate::parse_any(&read(path, SMALL)?).map_err(unreadable)
}

/// Reads a CRL, DER or PEM.
pub(crate) fn crl(path: &Path) -> Result<Crl, Failure> {
    let unreadable = |error: CertError| {
        let at = path.display();
        Failure::new(
            Exit::CannotOpen,
            "not-a-crl",
            say!(
                "{at}: 읽을 수 있는 폐지목록이 아닙니다({error}). 알맞은 파일인지 확인하세요.",
                "{at}: this is no CRL that can be read ({error}); check that it is the right file."
            ),
        )
    };
    Crl::parse_any(&read(path, LARGE)?).map_err(unreadable)
}

/// Whether there is something at the path, and no folder.
pub(crate) fn is_there(path: &Path) -> Result<(), Failure> {
    if !path
        .metadata()
        .map_err(|error| Failure::io(path, &error))?
        .is_dir()
    {
        return Ok(());
    }
    let at = path.display();
    Err(Failure::new(
        Exit::Environment,
        "is-a-folder",
        say!(
            "{at}: 파일이 아니라 폴더입니다. 파일을 적으세요.",
            "{at}: this is a folder; name a file."
        ),
    ))
}

/// Writes a file, whole or not at all, for its owner alone.
pub(crate) fn write(path: &Path, octets: &[u8], overwrite: Overwrite) -> Result<(), Failure> {
    let failed = |error: io::Error| Failure::io(path, &error);
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    file.write_all(octets).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    let stored = match overwrite {
        Overwrite::Refuse => file.persist_noclobber(path),
        Overwrite::Replace => file.persist(path),
    };
    stored.map_err(|error| failed(error.error))?;
    // The name is durable when its folder is; not every system lets a folder be opened.
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(())
}

/// Octets of a key, certificate or PFX that are read.
pub(crate) const SMALL: usize = 16 << 20;
/// Octets of a message, its content or a CRL that are read.
pub(crate) const LARGE: usize = 64 << 20;
