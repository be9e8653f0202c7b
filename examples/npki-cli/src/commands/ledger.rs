use std::path::Path;

use npki_core::Sentence;
use npki_key::PublicKey;
use npki_ledger::{Checkpoint, CheckpointError, Ledger as Log, LedgerError};
use npki_ledger_postgres::{OpenError, PostgresLedger};
use npki_ledger_sqlite::SqliteLedger;
use spki::{SubjectPublicKeyInfoOwned, der::Decode as _};

use crate::cli::{Ledger, Store};
use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::files;
use crate::language::say;
use crate::report::Report;

mod audit;
mod checkpoint;
mod head;
mod prove;

pub(super) fn run(args: &Ledger, context: &Context) -> Result<Report, Failure> {
    match args {
        Ledger::Audit(args) => audit::run(args, context),
        Ledger::Head { store } => head::run(store, context),
        Ledger::Checkpoint(args) => checkpoint::run(args, context),
        Ledger::Prove(args) => prove::run(args, context),
    }
}

/// Opens a ledger to look at it.
pub(super) fn open(store: &Store) -> Result<Box<dyn Log>, Failure> {
    let name = store.ledger.as_str();
    if let Some(schema) = store.schema.as_deref() {
        return Ok(Box::new(PostgresLedger::open(name, schema)?));
    }
    if ["postgres://", "postgresql://"]
        .iter()
        .any(|scheme| name.starts_with(scheme))
    {
        return Err(Failure::usage(
            "no-schema",
            say!(
                "PostgreSQL에서는 --schema로 원장의 이름을 정하세요.",
                "name the ledger in PostgreSQL with --schema."
            ),
        ));
    }
    let path = Path::new(name);
    // SQLite would only say that it cannot be opened.
    files::is_there(path)?;
    Ok(Box::new(SqliteLedger::open_read_only(path)?))
}

/// A checkpoint file that is signed by this key.
fn verified(file: &Path, origin: &str, key: &PublicKey) -> Result<Checkpoint, Failure> {
    let octets = files::read(file, files::SMALL)?;
    let at = file.display();
    let note = String::from_utf8_lossy(&octets);
    Checkpoint::verify(&note, origin, key).map_err(|error| {
        Failure::new(
            Exit::CannotOpen,
            "not-a-checkpoint",
            say!(
                "{at}: 이 원장의 서명된 체크포인트가 아닙니다({error}). --origin과 키가 맞는지 확인하세요.",
                "{at}: no signed checkpoint of this log ({error}); check --origin and the key."
            ),
        )
    })
}

/// A public key, DER or PEM.
fn public_key(file: &Path) -> Result<PublicKey, Failure> {
    let octets = files::read(file, files::SMALL)?;
    let at = file.display();
    let failed = |why: String| {
        Failure::new(
            Exit::CannotOpen,
            "not-a-public-key",
            say!(
                "{at}: 공개키가 아닙니다({why}). openssl pkey -pubout으로 만든 파일인지 확인하세요.",
                "{at}: no public key ({why}); make one with openssl pkey -pubout."
            ),
        )
    };
    let pem = std::str::from_utf8(&octets)
        .ok()
        .filter(|text| text.contains("-----BEGIN"));
    let info = match pem {
        Some(text) => {
            let (label, document) =
                der::Document::from_pem(text).map_err(|error| failed(error.to_string()))?;
            if label != "PUBLIC KEY" {
                return Err(failed(label.to_owned()));
            }
            document.decode_msg::<SubjectPublicKeyInfoOwned>()
        }
        None => SubjectPublicKeyInfoOwned::from_der(&octets),
    };
    let info = info.map_err(|error| failed(error.to_string()))?;
    PublicKey::parse(&info).map_err(|error| failed(error.to_string()))
}

impl From<LedgerError> for Failure {
    fn from(error: LedgerError) -> Self {
        let cause = std::error::Error::source(&error)
            .map_or_else(String::new, |cause| format!(": {cause}"));
        let (exit, kind, sentence): (_, _, Sentence) = match &error {
            LedgerError::Corrupt { .. } => (
                Exit::CannotOpen,
                "not-a-ledger",
                say!(
                    "원장이 아니거나 손상되었습니다({error}{cause}). 알맞은 파일이면 npki ledger audit로 확인하세요.",
                    "this is no ledger, or a damaged one ({error}{cause}); if it is the right one, see npki ledger audit."
                ),
            ),
            LedgerError::TooNew { .. } => (
                Exit::CannotOpen,
                "ledger-too-new",
                say!("{error}. 새 npki로 여세요.", "{error}; use a newer npki."),
            ),
            LedgerError::ReadOnly(_) => (
                Exit::Environment,
                "ledger-read-only",
                say!(
                    "원장을 이대로는 읽을 수 없습니다({error}{cause}). 은행 프로그램으로 한 번 여세요.",
                    "the ledger cannot be read as it is ({error}{cause}); have the bank's program open it once."
                ),
            ),
            _ => (
                Exit::Environment,
                "ledger-unavailable",
                say!(
                    "원장에 닿을 수 없습니다({error}{cause}). 파일이나 서버를 확인하세요.",
                    "{error}{cause}; check the file or the server."
                ),
            ),
        };
        Self::new(exit, kind, sentence)
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Ledger(error) => error.into(),
            error => Self::usage(
                "connection-string",
                say!(
                    "연결 문자열이나 스키마를 고치세요: {error}.",
                    "{error}; correct the connection string or the schema."
                ),
            ),
        }
    }
}

impl From<CheckpointError> for Failure {
    fn from(error: CheckpointError) -> Self {
        Self::usage(
            "checkpoint",
            say!(
                "체크포인트를 만들 수 없습니다: {error}.",
                "no checkpoint can be made: {error}."
            ),
        )
    }
}
