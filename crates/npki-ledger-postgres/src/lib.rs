//! The ledger of several machines: `npki-ledger` on PostgreSQL.
//!
//! [`PostgresLedger`] keeps a ledger in a schema of a PostgreSQL database, so that a bank's and a
//! CA's may stand in one. Any number of processes on any number of machines may have it open; they
//! take turns at writing by a lock on the head's row, and read beside it. A commit that was answered
//! survives whatever the server's own commits survive. Callers in one process that come at the same
//! time share one transaction.
//!
//! It refuses schemas that are no ledger's or were written by a newer version, and a way to the server that
//! others could read. It starts threads of its own (the client must not be called from within an
//! asynchronous runtime) and never creates databases, roles or tables of others. All SQL is constant
//! text with bound parameters, the schema's name apart, which is checked.
//!
//! Follows the contract of [`npki_ledger::Ledger`] and passes its conformance suite. PostgreSQL 13 or
//! newer.
//!
//! ```no_run
//! use npki_ledger::Ledger;
//! use npki_ledger_postgres::PostgresLedger;
//!
//! let url = "host=/run/postgresql user=npki dbname=npki";
//! let bank = PostgresLedger::open(url, "bank")?;
//! let ca = PostgresLedger::open(url, "ca-yessign")?;
//! println!("{} and {} records", bank.head()?.size, ca.head()?.size);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]

mod error;
mod postgres_ledger;
mod read;
mod reader;
mod schema;
mod session;
mod wanted;
mod write;
mod writer;

pub use error::OpenError;
pub use postgres_ledger::PostgresLedger;
