use serde_json::json;

use super::open;
use crate::cli::Store;
use crate::context::Context;
use crate::failure::Failure;
use crate::json;
use crate::report::Report;

pub(super) fn run(store: &Store, context: &Context) -> Result<Report, Failure> {
    let head = open(store)?.head()?;
    let (size, root) = (head.size, json::hex(head.root.octets()));
    let mut page = context.page();
    page.field("기록", "records", size.to_string());
    page.field("루트", "root", root.clone());
    page.field(
        "마지막 시각",
        "last time",
        head.time.map(|time| time.to_string()),
    );
    let fields = json!({ "size": size, "root": root, "time": head.time.map(json::time) });
    Ok(Report::done(page, fields))
}
