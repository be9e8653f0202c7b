//! The command as people run it: every verb, its exit status, its JSON, and the mistakes that people make.

#[path = "../../../../crates/npki-ledger-postgres/tests/cluster/mod.rs"]
mod cluster;
mod commands;
mod common;
#[cfg(target_os = "linux")]
mod junk;
mod lab;
mod ledger;
mod lint;
mod mistakes;
mod pair;
mod pending;
mod plain;
mod policy;
mod serve;
