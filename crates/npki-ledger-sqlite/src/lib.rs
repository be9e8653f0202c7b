//! The embedded ledger: `npki-ledger` on SQLite, for one machine.
//!
//! [`SqliteLedger`] keeps a ledger in one file (and the two that SQLite puts beside it). A commit
//! that was answered survives the loss of power: write-ahead log, `synchronous=FULL`, one fsync for
//! each group, whoever called meanwhile. Any number of threads and processes on this machine may
//! have the file open; they take turns at writing and read beside it.
//!
//! It refuses files that are no ledger or were written by a newer version. It is not for network
//! file systems, where SQLite's locks do not hold. All SQL is constant text with bound parameters.
//!
//! Follows the contract of [`npki_ledger::Ledger`] and passes its conformance suite.
//!
//! ```
//! use npki_ledger::{Ledger, MerkleHash};
//! use npki_ledger_sqlite::SqliteLedger;
//!
//! let ledger = SqliteLedger::open_in_memory()?;
//! let head = ledger.head()?;
//! assert_eq!((head.size, head.root), (0, MerkleHash::of_nothing()));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Features: `bundled` (default) compiles SQLite with the crate; without it the system's
//! `libsqlite3` is linked.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod error;
mod queue;
mod read;
mod schema;
mod sqlite_ledger;
mod write;

pub use sqlite_ledger::SqliteLedger;
