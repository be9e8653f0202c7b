use npki_cert::Crl;
use npki_core::{RevocationReason, Sentence};
use serde_json::json;

use crate::context::Context;
use crate::json;
use crate::report::Report;

pub(super) fn report(crl: &Crl, context: &Context) -> Report {
    let mut page = context.page();
    let kind = page.words(&Sentence::fixed(
        "인증서 효력정지 및 폐지목록",
        "certificate revocation list",
    ));
    page.line(crl.issuer().to_npki_text());
    page.field("종류", "kind", kind);
    page.field("발행", "this update", crl.this_update().to_string());
    page.field(
        "다음 발행",
        "next update",
        crl.next_update().map(|t| t.to_string()),
    );
    page.field("번호", "number", crl.number().map(json::hex));
    page.field("폐지된 인증서", "entries", crl.len().to_string());
    for entry in crl.entries().take(SHOWN) {
        let reason = entry.reason.map(RevocationReason::label);
        let reason = reason.map_or_else(String::new, |label| page.words(&label));
        page.line(format_args!(
            "  {} {} {reason}",
            entry.serial_number, entry.revoked_at
        ));
    }
    if crl.len() > SHOWN {
        page.line("  …");
    }
    let entries: Vec<_> = crl
        .entries()
        .map(|entry| {
            json!({
                "serial": entry.serial_number.to_string(),
                "revoked_at": json::time(entry.revoked_at),
                "reason": entry.reason.map(RevocationReason::name),
            })
        })
        .collect();
    let fields = json!({
        "kind": "crl",
        "issuer": json::name(crl.issuer()),
        "this_update": json::time(crl.this_update()),
        "next_update": crl.next_update().map(json::time),
        "number": crl.number().map(json::hex),
        "delta": crl.is_delta(),
        "entries": entries,
    });
    Report::done(page, fields)
}

/// Entries that people are shown; JSON has all.
const SHOWN: usize = 20;
