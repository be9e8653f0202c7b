//! A bank on SQLite whose ledger is put back from a backup: the file is sound, and the start is refused all the same.

#![expect(
    clippy::unwrap_used,
    reason = "a test that finds something else than it expects is to stop"
)]

use std::{fs, path::Path, sync::Arc};

use npki_checkpoint_file::CheckpointFile;
use npki_core::Product;
use npki_key::{KeyKind, PrivateKey, SigningKey};
use npki_lab::{Lab, LabLedgers, Person};
use npki_ledger::{
    AuditFinding, GuardError, GuardedLedger, HeadError, Ledger as _, Start, audit, conformance,
};
use npki_ledger_sqlite::SqliteLedger;
use npki_tests::{generator, now};
use rusqlite::Connection;

/// A bank's ledger in one folder, its checkpoint in another.
struct Place {
    here: tempfile::TempDir,
    elsewhere: tempfile::TempDir,
    key: Arc<dyn SigningKey>,
}

impl Place {
    fn new() -> Self {
        let key = PrivateKey::generate(KeyKind::P256, &mut generator()).unwrap();
        Self {
            here: tempfile::tempdir().unwrap(),
            elsewhere: tempfile::tempdir().unwrap(),
            key: key.signing_key().unwrap().into(),
        }
    }

    fn start(&self, start: Start) -> Result<Arc<GuardedLedger<SqliteLedger>>, GuardError> {
        let ledger = SqliteLedger::open(self.ledger()).unwrap();
        let place = Arc::new(CheckpointFile::new(
            self.elsewhere.path().join("bank.checkpoint"),
        ));
        let key = Arc::clone(&self.key);
        let origin = "bank.example/ledger";
        GuardedLedger::open(ledger, origin, key, place, start, &mut generator()).map(Arc::new)
    }

    fn ledger(&self) -> std::path::PathBuf {
        self.here.path().join("bank.ledger")
    }
}

/// What a backup program does at night: the file and all that lies beside it.
fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

/// A life in a lab whose bank works on the guarded ledger.
fn work(bank: &Arc<GuardedLedger<SqliteLedger>>) {
    let ledgers = LabLedgers {
        bank: Box::new(Arc::clone(bank)),
        ..LabLedgers::in_memory()
    };
    let lab = Lab::new(1, now(), &ledgers).unwrap();
    let person = Person::of("hong").unwrap();
    lab.outside.welcome(person);
    lab.issue(person, Product::PersonalLimited, None).unwrap();
}

#[test]
fn a_backup_that_was_put_back_is_found_before_the_first_signature() {
    let place = Place::new();
    let bank = place.start(Start::First).unwrap();
    work(&bank);
    let night = bank.keep(&mut generator()).unwrap();
    drop(bank);
    let backup = tempfile::tempdir().unwrap();
    copy(place.here.path(), backup.path());

    // The next day goes on from there, and ends without a last word to the second place.
    let bank = place.start(Start::Again).unwrap();
    conformance::record_more(&*bank);
    let day = bank.keep(&mut generator()).unwrap();
    assert!(day.size > night.size);
    conformance::record_more(&*bank);
    drop(bank);
    drop(place.start(Start::Again).unwrap());

    // The disk dies, and somebody means well.
    for entry in fs::read_dir(place.here.path()).unwrap() {
        fs::remove_file(entry.unwrap().path()).unwrap();
    }
    copy(backup.path(), place.here.path());
    let restored = SqliteLedger::open(place.ledger()).unwrap();
    assert_eq!(restored.head().unwrap().size, night.size);
    assert_eq!(audit(&restored, None).unwrap(), [], "it is sound");
    let found = audit(&restored, Some(&day)).unwrap();
    assert!(matches!(*found, [AuditFinding::Truncated { .. }]));
    let refused = place.start(Start::Again);
    let Err(GuardError::Head(HeadError::Truncated { found, wanted })) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!((found, wanted), (night.size, day.size));
    // Nor does calling it a first start help.
    let first = place.start(Start::First);
    assert!(matches!(first, Err(GuardError::NotFirst)), "{first:?}");

    // Who works on it unguarded, until it is longer than it was, is found as well.
    while restored.head().unwrap().size <= day.size {
        conformance::record_one(&restored, [1, 1]);
        conformance::record_more(&restored);
    }
    let refused = place.start(Start::Again);
    let forked = |error: &_| matches!(error, GuardError::Head(HeadError::Forked { .. }));
    assert!(refused.as_ref().is_err_and(forked), "{refused:?}");
}

/// What happens while a program runs is found at its next checkpoint: nothing is signed over it.
#[test]
fn a_ledger_exchanged_under_a_running_program_is_not_signed() {
    let place = Place::new();
    let bank = place.start(Start::First).unwrap();
    conformance::record_script(&*bank);
    let kept = bank.keep(&mut generator()).unwrap();
    // Who can write the ledger puts an older state into it, by SQL.
    let stranger = Connection::open(place.ledger()).unwrap();
    stranger
        .execute_batch(
            "DELETE FROM record WHERE position >= 2; UPDATE head SET size = 2, frontier = zeroblob(32)",
        )
        .unwrap();
    drop(stranger);
    let refused = bank.keep(&mut generator());
    assert!(matches!(refused, Err(GuardError::Head(_))), "{refused:?}");
    let note = fs::read_to_string(place.elsewhere.path().join("bank.checkpoint")).unwrap();
    assert!(note.contains(&format!("\n{}\n", kept.size)));
}
