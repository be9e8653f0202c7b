use core::fmt;
use std::collections::BTreeMap;

use npki_core::Instant;

use crate::{
    Checkpoint, Frontier, Ledger, LedgerError, READ_MAX, Record, SealedId, SideRow, SideTable,
    group::CLOCK_SLACK,
    tables::{Tables, Unlawful},
};

/// Something in a ledger that no ledger writes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuditFinding {
    /// No record stands here.
    Missing {
        /// The first missing position.
        position: u64,
        /// The position that comes next instead.
        next: u64,
    },
    /// The stored octets are no record.
    Unreadable {
        /// Where.
        position: u64,
        /// Why.
        why: String,
    },
    /// The record is not the one that was written: its leaf is another.
    Changed {
        /// Where.
        position: u64,
    },
    /// The record says that it stands elsewhere: records were exchanged.
    Moved {
        /// Where it stands.
        position: u64,
        /// Where it says that it stands.
        says: u64,
    },
    /// The record does not follow from those before it.
    Unlawful {
        /// Where.
        position: u64,
        /// Against what.
        what: Unlawful,
    },
    /// The stored head is not the one that the records lead to.
    Head {
        /// What differs: `size`, `root`, `time` or its `form`.
        what: &'static str,
    },
    /// A row beside the log is not the one that the records lead to.
    Side {
        /// The table.
        table: SideTable,
        /// The row as stored.
        stored: Option<SideRow>,
        /// The row as rebuilt.
        rebuilt: Option<SideRow>,
    },
    /// Rows beside the log cannot be read.
    Rows {
        /// The table.
        table: SideTable,
        /// Why.
        why: String,
    },
    /// A sealed record is not the one that was written.
    Sealed {
        /// Which.
        id: SealedId,
    },
    /// The ledger has fewer records than its checkpoint: cut, or an old copy.
    Truncated {
        /// Records in the ledger.
        found: u64,
        /// Records in the checkpoint.
        wanted: u64,
    },
    /// The records up to the checkpoint lead to another root.
    Forked {
        /// Records in the checkpoint.
        size: u64,
    },
}

/// Reads the whole ledger and says what is wrong with it: nothing, if the answer is empty.
///
/// The root is computed anew from the records' octets; positions, places in commits, stream
/// versions and times are followed; claims, counters, indexes, receipts, the digests of sealed
/// records and the nodes of the tree are rebuilt and compared with the stored rows. With a checkpoint from a second place a
/// cut end, an old copy and a wholly rewritten log are found too. Stops after 1,000 findings.
///
/// Nobody may write meanwhile. Needs memory for the tables beside the log, not for the log.
///
/// # Errors
/// [`LedgerError`] when the ledger cannot be read at all.
pub fn audit(
    ledger: &dyn Ledger,
    checkpoint: Option<&Checkpoint>,
) -> Result<Vec<AuditFinding>, LedgerError> {
    let mut audit = Audit {
        checkpoint,
        ..Audit::default()
    };
    audit.log(ledger)?;
    audit.head(ledger)?;
    for table in SideTable::ALL {
        audit.side(ledger, *table)?;
    }
    audit.sealed(ledger)?;
    audit.findings.truncate(FINDINGS_MAX);
    Ok(audit.findings)
}

/// Who has that many has one: the ledger is not to be trusted.
const FINDINGS_MAX: usize = 1_000;

#[derive(Default)]
struct Audit<'a> {
    checkpoint: Option<&'a Checkpoint>,
    findings: Vec<AuditFinding>,
    frontier: Frontier,
    position: u64,
    time: Option<Instant>,
    last: Option<Record>,
    tables: Tables,
}

impl Audit<'_> {
    fn log(&mut self, ledger: &dyn Ledger) -> Result<(), LedgerError> {
        loop {
            let rows = ledger.rows(self.position, PAGE)?;
            if rows.is_empty() || self.is_full() {
                break;
            }
            for row in rows {
                if row.position != self.position {
                    self.findings.push(AuditFinding::Missing {
                        position: self.position,
                        next: row.position,
                    });
                }
                // A row before the one asked for would be read for ever.
                self.position = self.position.max(row.position);
                self.at_checkpoint();
                let leaf = crate::MerkleHash::of_leaf(&row.der);
                if leaf != row.leaf {
                    self.findings.push(AuditFinding::Changed {
                        position: self.position,
                    });
                }
                self.frontier.push_noting(leaf, |at, node| {
                    self.tables.nodes.insert(at, node);
                });
                match Record::parse(&row.der) {
                    Ok(record) => self.record(record),
                    Err(error) => self.findings.push(AuditFinding::Unreadable {
                        position: self.position,
                        why: error.to_string(),
                    }),
                }
                self.position += 1;
            }
        }
        self.at_checkpoint();
        if let Some(checkpoint) = self.checkpoint
            && checkpoint.size > self.position
        {
            self.findings.push(AuditFinding::Truncated {
                found: self.position,
                wanted: checkpoint.size,
            });
        }
        if self.last.as_ref().is_some_and(|last| last.place != last.of) {
            let position = self.position.saturating_sub(1);
            self.unlawful(position, Unlawful::Commit);
        }
        Ok(())
    }

    fn record(&mut self, record: Record) {
        let position = self.position;
        if record.position != position {
            self.findings.push(AuditFinding::Moved {
                position,
                says: record.position,
            });
        }
        if !follows(self.last.as_ref(), &record) {
            self.unlawful(position, Unlawful::Commit);
        }
        if let Some(time) = self.time
            && time.saturating_duration_since(record.time).as_secs() > CLOCK_SLACK
        {
            self.unlawful(position, Unlawful::Clock);
        }
        self.time = self.time.max(Some(record.time));
        for what in self.tables.apply(&record) {
            self.unlawful(position, what);
        }
        self.last = Some(record);
    }

    fn head(&mut self, ledger: &dyn Ledger) -> Result<(), LedgerError> {
        let head = match ledger.head() {
            Ok(head) => head,
            Err(LedgerError::Corrupt { .. }) => {
                self.findings.push(AuditFinding::Head { what: "form" });
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        for (same, what) in [
            (head.size == self.position, "size"),
            (head.root == self.frontier.root(), "root"),
            (head.time == self.time, "time"),
        ] {
            if !same {
                self.findings.push(AuditFinding::Head { what });
            }
        }
        Ok(())
    }

    fn side(&mut self, ledger: &dyn Ledger, table: SideTable) -> Result<(), LedgerError> {
        let mut rebuilt: BTreeMap<Vec<u8>, SideRow> = self
            .tables
            .side(table, None, usize::MAX)
            .into_iter()
            .map(|row| (row.key.clone(), row))
            .collect();
        let mut after: Option<Vec<u8>> = None;
        while !self.is_full() {
            let rows = match ledger.side(table, after.as_deref(), READ_MAX) {
                Ok(rows) => rows,
                Err(LedgerError::Corrupt { what, cause }) => {
                    let why = cause.map_or_else(String::new, |cause| cause.to_string());
                    let why = format!("{what}: {why}");
                    self.findings.push(AuditFinding::Rows { table, why });
                    return Ok(());
                }
                Err(error) => return Err(error),
            };
            let Some(last) = rows.last() else { break };
            if after.as_ref().is_some_and(|after| last.key <= *after) {
                break;
            }
            after = Some(last.key.clone());
            for stored in rows {
                let wanted = rebuilt.remove(&stored.key);
                if wanted.as_ref() != Some(&stored) {
                    self.findings.push(AuditFinding::Side {
                        table,
                        stored: Some(stored),
                        rebuilt: wanted,
                    });
                }
            }
        }
        let left = rebuilt.into_values().map(|row| AuditFinding::Side {
            table,
            stored: None,
            rebuilt: Some(row),
        });
        self.findings.extend(left.take(FINDINGS_MAX));
        Ok(())
    }

    fn sealed(&mut self, ledger: &dyn Ledger) -> Result<(), LedgerError> {
        let ids: Vec<_> = self.tables.sealed.keys().copied().collect();
        for id in ids {
            // One that is missing is a finding of its table.
            let row = match ledger.sealed(&id) {
                Ok(row) => row,
                Err(LedgerError::Corrupt { .. }) => {
                    self.findings.push(AuditFinding::Sealed { id });
                    continue;
                }
                Err(error) => return Err(error),
            };
            if let Some(row) = row
                && !row.is_whole()
            {
                self.findings.push(AuditFinding::Sealed { id });
            }
        }
        Ok(())
    }

    fn at_checkpoint(&mut self) {
        if let Some(checkpoint) = self.checkpoint
            && checkpoint.size == self.frontier.size()
            && checkpoint.root != self.frontier.root()
        {
            self.findings.push(AuditFinding::Forked {
                size: checkpoint.size,
            });
            self.checkpoint = None;
        }
    }

    fn unlawful(&mut self, position: u64, what: Unlawful) {
        self.findings
            .push(AuditFinding::Unlawful { position, what });
    }

    fn is_full(&self) -> bool {
        self.findings.len() >= FINDINGS_MAX
    }
}

/// A page of the log: records may have 256 KiB each.
const PAGE: usize = 256;

/// Whether `record` goes on the commit of `last`, or begins one behind it.
fn follows(last: Option<&Record>, record: &Record) -> bool {
    match last {
        Some(last) if last.place < last.of => {
            record.place == last.place + 1
                && record.of == last.of
                && record.key == last.key
                && record.request_digest == last.request_digest
                && record.time == last.time
        }
        _ => record.place == 1,
    }
}

impl AuditFinding {
    /// A stable name for programs, such as `record-changed`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "record-missing",
            Self::Unreadable { .. } => "record-unreadable",
            Self::Changed { .. } => "record-changed",
            Self::Moved { .. } => "record-moved",
            Self::Unlawful { .. } => "record-unlawful",
            Self::Head { .. } => "head-changed",
            Self::Side {
                stored: Some(_),
                rebuilt: Some(_),
                ..
            } => "row-changed",
            Self::Side {
                stored: Some(_), ..
            } => "row-inserted",
            Self::Side { .. } => "row-removed",
            Self::Rows { .. } => "rows-unreadable",
            Self::Sealed { .. } => "sealed-changed",
            Self::Truncated { .. } => "truncated",
            Self::Forked { .. } => "forked",
        }
    }
}

impl fmt::Display for AuditFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { position, next } => {
                write!(
                    f,
                    "records {position} to {} are missing",
                    next.saturating_sub(1)
                )
            }
            Self::Unreadable { position, why } => {
                write!(f, "record {position} cannot be read: {why}")
            }
            Self::Changed { position } => write!(f, "record {position} was changed"),
            Self::Moved { position, says } => {
                write!(f, "record {position} says that it is record {says}")
            }
            Self::Unlawful { position, what } => write!(f, "record {position}: {what}"),
            Self::Head { what } => write!(f, "the head's {what} does not follow from the records"),
            Self::Side {
                table,
                stored,
                rebuilt,
            } => {
                let key = stored.as_ref().or(rebuilt.as_ref()).map(|row| &*row.key);
                let how = match (stored, rebuilt) {
                    (Some(_), Some(_)) => "was changed",
                    (Some(_), None) => "was inserted",
                    _ => "was removed",
                };
                let key = table.key_text(key.unwrap_or_default());
                write!(f, "row {key} of {table:?} {how}")
            }
            Self::Rows { table, why } => write!(f, "rows of {table:?} cannot be read: {why}"),
            Self::Sealed { id } => write!(f, "sealed record {id} was changed"),
            Self::Truncated { found, wanted } => {
                write!(f, "{found} records are left of {wanted}")
            }
            Self::Forked { size } => write!(
                f,
                "the first {size} records are not those of the checkpoint"
            ),
        }
    }
}
