//! The CA over a ledger in memory, with a bank that says yes.

#![expect(clippy::unwrap_used, reason = "a failure is to stop the test")]

mod bench;
mod codes;
mod crash;
mod crl;
mod ended;
mod life;
mod ocsp;
mod pair;
