//! For a bank (RA), a CA, or a test lab that plays both.
//!
//! The rooms as they are: [`ra`] issues in seven steps and keeps the life cycle, [`ca`] issues and
//! revokes, [`policy`] decides, [`ledger`] remembers. The crate `npki-lab` plays all outside parts,
//! for tests.

pub use npki_ca as ca;
pub use npki_ledger as ledger;
#[cfg(feature = "postgres")]
pub use npki_ledger_postgres::PostgresLedger;
#[cfg(feature = "sqlite")]
pub use npki_ledger_sqlite::SqliteLedger;
pub use npki_policy as policy;
pub use npki_ra as ra;
