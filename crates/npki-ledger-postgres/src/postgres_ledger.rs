use std::fmt;

use npki_ledger::{
    Claim, Commit, Conflict, GROUP_MAX, Head, IdempotencyKey, IndexEntry, IndexName, Key, Ledger,
    LedgerError, MerkleHash, READ_MAX, Receipt, RecordRow, Recorded, SealedId, SealedRow, SideRow,
    SideTable, Span, StreamId,
};

use crate::{
    OpenError,
    reader::Reader,
    session::{Line, Place},
    writer::Writer,
};

/// A ledger in a schema of a PostgreSQL database.
///
/// Share one handle between the threads of a process: their commits then go in groups. It has up to three
/// connections, which are made anew when they were lost. Other processes open the same
/// schema for themselves; a writer waits up to 20 s for its turn, then gets
/// [`LedgerError::Unavailable`].
///
/// # Security
/// What was answered is as durable as the server makes its commits: with `fsync` or `full_page_writes`
/// off it is not. Shredded records leave their octets, which are ciphertext, in dead rows until the
/// server vacuums them, in its write-ahead log, its replicas and its backups. Who may write to the
/// tables may change them; the audit finds it, nothing prevents it, so give the role to the ledger's
/// processes alone.
pub struct PostgresLedger {
    writer: Writer,
    reader: Reader,
    place: Place,
}

impl PostgresLedger {
    /// Opens the ledger `name`, which is the name of its schema; makes it when there is none.
    ///
    /// `url` is a connection string or URL as of libpq: `host=/run/postgresql user=npki dbname=npki`
    /// or `postgresql://npki@localhost/npki`. Making the schema takes the right to create one in the
    /// database; with a schema that was made before, rights on its tables are enough.
    ///
    /// # Errors
    /// [`OpenError::Url`]; [`OpenError::Name`] unless `name` has 1 to 48 of `a-z`, `0-9`, `-` and `.`;
    /// [`OpenError::Unprotected`] for a server on another machine, since connections are not
    /// encrypted here, unless `sslmode=disable` says that the way is safe, a tunnel for instance;
    /// [`OpenError::Ledger`] with [`LedgerError::Unavailable`] when the server does not answer,
    /// [`LedgerError::Corrupt`] when the schema is no ledger's, [`LedgerError::ReadOnly`] when rights
    /// are missing, and [`LedgerError::TooNew`].
    pub fn open(url: &str, name: &str) -> Result<Self, OpenError> {
        let place = Place::parse(url, name)?;
        let writer = || Writer::start(Line::opened(place.clone())?);
        Ok(Self {
            writer: writer().map_err(LedgerError::from)?,
            reader: Reader::start(&place).map_err(LedgerError::from)?,
            place,
        })
    }
}

impl Ledger for PostgresLedger {
    fn commit(&self, commits: &[Commit]) -> Result<Vec<Result<Receipt, Conflict>>, LedgerError> {
        if commits.len() > GROUP_MAX {
            return Err(LedgerError::GroupTooLarge {
                found: commits.len(),
            });
        }
        if commits.is_empty() {
            return Ok(Vec::new());
        }
        self.writer.commit(commits)
    }

    fn receipt(&self, key: &IdempotencyKey) -> Result<Option<Receipt>, LedgerError> {
        let key = key.clone();
        let records = self.reader.read(move |rows| rows.commit(&key))?;
        (!records.is_empty())
            .then(|| Receipt::of(&records))
            .transpose()
    }

    fn stream(&self, stream: &StreamId, from: u64) -> Result<Vec<Recorded>, LedgerError> {
        let stream = stream.clone();
        self.reader
            .read(move |rows| rows.stream(&stream, from, READ_MAX))
    }

    fn claim(&self, claim: &Key) -> Result<Option<Claim>, LedgerError> {
        let claim = claim.clone();
        self.reader.read(move |rows| rows.claim(&claim))
    }

    fn counter(&self, counter: &Key) -> Result<u64, LedgerError> {
        let counter = counter.clone();
        self.reader.read(move |rows| rows.counter(&counter))
    }

    fn index(
        &self,
        index: &IndexName,
        span: &Span,
        limit: usize,
    ) -> Result<Vec<IndexEntry>, LedgerError> {
        let (index, span, limit) = (index.clone(), span.clone(), limit.min(READ_MAX));
        self.reader
            .read(move |rows| rows.index(&index, &span, limit))
    }

    fn sealed(&self, id: &SealedId) -> Result<Option<SealedRow>, LedgerError> {
        let id = *id;
        self.reader.read(move |rows| rows.sealed(&id))
    }

    fn head(&self) -> Result<Head, LedgerError> {
        Ok(self.reader.read(|rows| rows.head())?.head())
    }

    fn records(&self, from: u64, limit: usize) -> Result<Vec<Recorded>, LedgerError> {
        let limit = limit.min(READ_MAX);
        self.reader.read(move |rows| rows.records(from, limit))
    }

    fn rows(&self, from: u64, limit: usize) -> Result<Vec<RecordRow>, LedgerError> {
        let limit = limit.min(READ_MAX);
        self.reader.read(move |rows| rows.record_rows(from, limit))
    }

    fn nodes(&self, layer: u8, from: u64, limit: usize) -> Result<Vec<MerkleHash>, LedgerError> {
        let limit = limit.min(READ_MAX);
        self.reader.read(move |rows| rows.nodes(layer, from, limit))
    }

    fn side(
        &self,
        table: SideTable,
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<SideRow>, LedgerError> {
        // No key is empty, so all of them are greater than nothing.
        let (after, limit) = (after.unwrap_or_default().to_vec(), limit.min(READ_MAX));
        self.reader
            .read(move |rows| rows.side(table, &after, limit))
    }
}

/// Shows the ledger's name and nothing of the connection.
impl fmt::Debug for PostgresLedger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            writer: _,
            reader: _,
            place,
        } = self;
        f.debug_struct("PostgresLedger")
            .field("name", &place.schema())
            .finish_non_exhaustive()
    }
}
