//! The ledger on a real server.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that finds something else than it expects is to stop"
)]

#[path = "../cluster/mod.rs"]
mod cluster;
mod conformance;
mod faults;
mod proxy;
mod tampering;

use std::sync::{
    OnceLock,
    atomic::{AtomicU32, Ordering},
};

use cluster::{Cluster, QUICK};
use postgres::{Client, NoTls};

/// One cluster for all tests of this program; a schema for each ledger.
fn server() -> Option<&'static str> {
    static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
    let cluster = CLUSTER.get_or_init(|| Cluster::start(QUICK));
    cluster.as_ref().map(Cluster::url)
}

fn new_name() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("ledger-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

fn sql(url: &str, sql: &str) {
    let mut client = Client::connect(url, NoTls).unwrap();
    client.batch_execute(sql).unwrap();
}
