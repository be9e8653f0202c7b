use std::{
    fmt,
    fs::File,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use npki_ledger::{
    Claim, Commit, Conflict, GROUP_MAX, Head, IdempotencyKey, IndexEntry, IndexName, Key, Ledger,
    LedgerError, MerkleHash, READ_MAX, Receipt, RecordRow, Recorded, SealedId, SealedRow, SideRow,
    SideTable, Span, StreamId, group::Group,
};
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use crate::{
    error::Error,
    queue::{Answers, Queue},
    read::Reader,
    schema, write,
};

/// A ledger in an SQLite file.
///
/// Share one handle between the threads of a process: their commits then go in groups. Other
/// processes open the same file for themselves; a writer waits up to 20 s for its turn, then gets
/// [`LedgerError::Unavailable`].
///
/// # Security
/// Shredded records are overwritten in the file. Their octets, which are ciphertext, stay in the
/// write-ahead log beside it until SQLite reuses it, and in whatever backups there are.
pub struct SqliteLedger {
    writer: Mutex<Connection>,
    /// Reads go on while a group is being synced. In memory there is one connection only.
    reader: Option<Mutex<Connection>>,
    queue: Queue,
}

impl SqliteLedger {
    /// Opens the ledger in this file; makes it when there is none, for its owner's eyes alone (mode
    /// 0600, where files have one). A file that is there keeps the mode that somebody gave it.
    ///
    /// # Errors
    /// [`LedgerError::Unavailable`] when the file cannot be opened, [`LedgerError::ReadOnly`] when
    /// it cannot be written, [`LedgerError::Corrupt`] when it is no ledger, and
    /// [`LedgerError::TooNew`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self, LedgerError> {
        let open = || -> Result<_, Error> {
            make_private(path.as_ref());
            // No URI: a path with a question mark is a path.
            let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let writable = flags | OpenFlags::SQLITE_OPEN_CREATE;
            let mut writer = Connection::open_with_flags(path.as_ref(), writable)?;
            schema::prepare(&mut writer)?;
            let reader = Connection::open_with_flags(path.as_ref(), flags)?;
            schema::prepare_reader(&reader)?;
            Ok((writer, reader))
        };
        let (writer, reader) = open()?;
        Ok(Self {
            writer: Mutex::new(writer),
            reader: Some(Mutex::new(reader)),
            queue: Queue::default(),
        })
    }

    /// Opens a ledger that is there, to look at it: for an audit, or beside a program that writes.
    /// Nothing is made, migrated or recorded; a commit gets [`LedgerError::ReadOnly`].
    ///
    /// # Errors
    /// [`LedgerError::Unavailable`] when there is no such file or it cannot be opened,
    /// [`LedgerError::Corrupt`] when it is no ledger, [`LedgerError::TooNew`], and
    /// [`LedgerError::ReadOnly`] for one of an older version: open it for writing once.
    pub fn open_read_only(path: impl AsRef<Path>) -> Result<Self, LedgerError> {
        let open = || -> Result<_, Error> {
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let reader = Connection::open_with_flags(path.as_ref(), flags)?;
            schema::prepare_reader(&reader)?;
            schema::check(&reader)?;
            Ok(reader)
        };
        Ok(Self {
            writer: Mutex::new(open()?),
            reader: None,
            queue: Queue::default(),
        })
    }

    /// A ledger in memory, gone when it is dropped.
    ///
    /// # Errors
    /// [`LedgerError::Unavailable`] when SQLite does not give one.
    pub fn open_in_memory() -> Result<Self, LedgerError> {
        let open = || -> Result<_, Error> {
            let mut writer = Connection::open_in_memory()?;
            schema::prepare(&mut writer)?;
            Ok(writer)
        };
        Ok(Self {
            writer: Mutex::new(open()?),
            reader: None,
            queue: Queue::default(),
        })
    }

    fn record(&self, commits: &[Commit]) -> Result<Answers, LedgerError> {
        let mut writer = lock(&self.writer);
        let (transaction, answers) = judge(&mut writer, commits)?;
        // From here on the outcome may be either, whatever SQLite says of it.
        transaction
            .commit()
            .map_err(|error| LedgerError::Unknown(Some(Arc::new(error))))?;
        Ok(answers)
    }

    fn read<T>(&self, read: impl FnOnce(Reader<'_>) -> Result<T, Error>) -> Result<T, LedgerError> {
        let connection = lock(self.reader.as_ref().unwrap_or(&self.writer));
        Ok(read(Reader(&connection))?)
    }
}

impl Ledger for SqliteLedger {
    fn commit(&self, commits: &[Commit]) -> Result<Vec<Result<Receipt, Conflict>>, LedgerError> {
        if commits.len() > GROUP_MAX {
            return Err(LedgerError::GroupTooLarge {
                found: commits.len(),
            });
        }
        if commits.is_empty() {
            return Ok(Vec::new());
        }
        self.queue.commit(commits, |group| self.record(group))
    }

    fn receipt(&self, key: &IdempotencyKey) -> Result<Option<Receipt>, LedgerError> {
        let records = self.read(|rows| rows.commit(key))?;
        (!records.is_empty())
            .then(|| Receipt::of(&records))
            .transpose()
    }

    fn stream(&self, stream: &StreamId, from: u64) -> Result<Vec<Recorded>, LedgerError> {
        self.read(|rows| rows.stream(stream, from, READ_MAX))
    }

    fn claim(&self, claim: &Key) -> Result<Option<Claim>, LedgerError> {
        self.read(|rows| rows.claim(claim))
    }

    fn counter(&self, counter: &Key) -> Result<u64, LedgerError> {
        self.read(|rows| rows.counter(counter))
    }

    fn index(
        &self,
        index: &IndexName,
        span: &Span,
        limit: usize,
    ) -> Result<Vec<IndexEntry>, LedgerError> {
        self.read(|rows| rows.index(index, span, limit.min(READ_MAX)))
    }

    fn sealed(&self, id: &SealedId) -> Result<Option<SealedRow>, LedgerError> {
        self.read(|rows| rows.sealed(id))
    }

    fn head(&self) -> Result<Head, LedgerError> {
        Ok(self.read(|rows| rows.head())?.head())
    }

    fn records(&self, from: u64, limit: usize) -> Result<Vec<Recorded>, LedgerError> {
        self.read(|rows| rows.records(from, limit.min(READ_MAX)))
    }

    fn rows(&self, from: u64, limit: usize) -> Result<Vec<RecordRow>, LedgerError> {
        self.read(|rows| rows.rows(from, limit.min(READ_MAX)))
    }

    fn nodes(&self, layer: u8, from: u64, limit: usize) -> Result<Vec<MerkleHash>, LedgerError> {
        self.read(|rows| rows.nodes(layer, from, limit.min(READ_MAX)))
    }

    fn side(
        &self,
        table: SideTable,
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<SideRow>, LedgerError> {
        self.read(|rows| rows.side(table, after, limit.min(READ_MAX)))
    }
}

impl fmt::Debug for SqliteLedger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            writer: _,
            reader,
            queue: _,
        } = self;
        f.debug_struct("SqliteLedger")
            .field("in_memory", &reader.is_none())
            .finish_non_exhaustive()
    }
}

/// Makes the file, empty, if it is not there. SQLite gives the files beside it the same mode.
fn make_private(path: &Path) {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    // Whatever is wrong with the path, SQLite finds it too and says so.
    drop(options.open(path));
}

/// All but the last step. The transaction rolls back when it is dropped, so before that step nothing
/// is recorded.
fn judge<'a>(
    writer: &'a mut Connection,
    commits: &[Commit],
) -> Result<(Transaction<'a>, Answers), Error> {
    // BEGIN IMMEDIATE locks the head before it is read.
    let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut rows = Reader(&transaction);
    let mut group = Group::new(rows.head()?);
    let mut answers = Vec::with_capacity(commits.len());
    for commit in commits {
        answers.push(group.admit(commit, &mut rows)?);
    }
    if !group.is_empty() {
        write::write(&transaction, &group.finish())?;
    }
    Ok((transaction, answers))
}

/// A panic in here leaves a transaction that was rolled back when it was dropped.
fn lock(connection: &Mutex<Connection>) -> MutexGuard<'_, Connection> {
    connection.lock().unwrap_or_else(PoisonError::into_inner)
}
