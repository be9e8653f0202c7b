use npki_ledger::{Ledger, MerkleHash, READ_MAX, consistency_proof, inclusion_proof, root};
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
    let leaves = leaves(&*ledger, size)?;
    let hex = |hash: &MerkleHash| json::hex(hash.octets());
    let out_of_range = |error| {
        Failure::usage(
            "out-of-range",
            say!(
                "{error}. npki ledger head로 크기를 확인하세요.",
                "{error}; see npki ledger head."
            ),
        )
    };
    let (fields, nodes) = if let Some(position) = args.record {
        let nodes = inclusion_proof(&leaves, position).map_err(out_of_range)?;
        let row = ledger
            .rows(position, 1)?
            .into_iter()
            .find(|row| row.position == position);
        let record = row.map(|row| json::hex(&row.der));
        let fields = json!({ "proof": "inclusion", "position": position, "record": record });
        (fields, nodes)
    } else {
        let since = args.since.unwrap_or_default();
        let nodes = consistency_proof(&leaves, since).map_err(out_of_range)?;
        let old = usize::try_from(since)
            .ok()
            .and_then(|since| leaves.get(..since));
        let old_root = old.map(|leaves| hex(&root(leaves)));
        let fields = json!({ "proof": "consistency", "since": since, "old_root": old_root });
        (fields, nodes)
    };
    let mut fields = fields;
    let (size, root) = (leaves.len(), hex(&root(&leaves)));
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

/// The first `size` leaves.
fn leaves(ledger: &dyn Ledger, size: u64) -> Result<Vec<MerkleHash>, Failure> {
    let mut leaves = Vec::new();
    let mut position = 0;
    while position < size {
        let left = usize::try_from(size - position)
            .unwrap_or(READ_MAX)
            .min(READ_MAX);
        let page = ledger.leaves(position, left)?;
        if page.is_empty() {
            break;
        }
        position = position.saturating_add(u64::try_from(page.len()).unwrap_or(u64::MAX));
        leaves.extend(page);
    }
    Ok(leaves)
}
