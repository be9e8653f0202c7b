//! The command as people run it: every verb, its exit status, its JSON, and the mistakes that people make.

mod commands;
mod common;
mod lab;
mod ledger;
mod mistakes;
mod policy;
