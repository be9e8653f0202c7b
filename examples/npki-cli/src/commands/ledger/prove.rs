use npki_ledger::{LedgerExt as _, MerkleHash, ProveError};
use serde_json::json;

use super::open;
use crate::cli::Prove;
use crate::context::Context;
use crate::failure::Failure;
use crate::json;
use crate::language::say;
use crate::report::Report;

pub(super) fn run(args: &Prove, context: &Context) -> Result<Report, Failure> {
    let ledger = open(&args.store)?;
    let size = args.size.unwrap_or(ledger.head()?.size);
    let hex = |hash: &MerkleHash| json::hex(hash.octets());
    let failed = |error: ProveError| match error {
        ProveError::Ledger(error) => error.into(),
        error => Failure::usage(
            "out-of-range",
            say!(
                "{error}. npki ledger head로 크기를 확인하세요.",
                "{error}; see npki ledger head."
            ),
        ),
    };
    let root = hex(&ledger.root_at(size).map_err(failed)?);
    let (fields, nodes) = if let Some(position) = args.record {
        let nodes = ledger.prove_inclusion(position, size).map_err(failed)?;
        let row = ledger
            .rows(position, 1)?
            .into_iter()
            .find(|row| row.position == position);
        let record = row.map(|row| json::hex(&row.der));
        let fields = json!({ "proof": "inclusion", "position": position, "record": record });
        (fields, nodes)
    } else {
        let since = args.since.unwrap_or_default();
        let nodes = ledger.prove_consistency(since, size).map_err(failed)?;
        let old_root = hex(&ledger.root_at(since).map_err(failed)?);
        let fields = json!({ "proof": "consistency", "since": since, "old_root": old_root });
        (fields, nodes)
    };
    let mut fields = fields;
    let nodes: Vec<_> = nodes.iter().map(hex).collect();
    let mut page = context.page();
    page.field("기록", "records", size.to_string());
    page.field("루트", "root", root.clone());
    for node in &nodes {
        page.field("마디", "node", node.clone());
    }
    for (name, value) in [
        ("size", json!(size)),
        ("root", json!(root)),
        ("nodes", json!(nodes)),
    ] {
        if let Some(fields) = fields.as_object_mut() {
            fields.insert(name.to_owned(), value);
        }
    }
    Ok(Report::done(page, fields))
}
