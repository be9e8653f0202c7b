use npki_core::Finding;

use super::{Criticality, CrlProfile, Presence, findings::Findings, lint::SIGNATURE_ALGORITHMS};
use crate::{Crl, RevocationReason};

/// Says what of a CRL is against its profile.
///
/// Reads the rows by which CRLs are written. Looks at the CRL alone: not at its signature, nor at
/// whether it is still fresh. A bound keeps a list full of faults from filling the memory: of one kind
/// of fault in entries, the first is told.
#[must_use]
pub fn lint_crl(crl: &Crl, profile: CrlProfile) -> Vec<Finding> {
    let mut findings = Findings::default();
    lint_basics(crl, &mut findings);
    lint_rows(crl, profile, &mut findings);
    lint_entries(crl, &mut findings);
    findings.0
}

fn lint_basics(crl: &Crl, findings: &mut Findings) {
    if crl.version() != 2 {
        findings.error(
            "crl.version",
            "version",
            format!("버전이 v{}입니다. v2여야 합니다", crl.version()),
            format!("the version is v{}, not v2", crl.version()),
            "RFC 5280 5.1.2.1",
        );
    }
    let algorithm = crl.signature_algorithm().oid;
    if !SIGNATURE_ALGORITHMS.contains(&algorithm) {
        findings.error(
            "crl.signature-algorithm",
            "signature",
            format!("서명 알고리즘 {algorithm}은 더 이상 쓸 수 없습니다"),
            format!("the signature algorithm {algorithm} is not to be used any more"),
            "KCAC.TS.DSIG; RFC 8017; RFC 5758",
        );
    }
    if crl.issuer().is_empty() {
        findings.error(
            "crl.issuer.empty",
            "issuer",
            "발급자 이름이 비어 있습니다".into(),
            "the issuer is empty".into(),
            "RFC 5280 5.1.2.3",
        );
    }
    match crl.next_update() {
        None => findings.error(
            "crl.next-update.presence",
            "nextUpdate",
            "다음 발행 시각이 없습니다".into(),
            "nextUpdate is missing".into(),
            "RFC 5280 5.1.2.5",
        ),
        Some(next) if next <= crl.this_update() => findings.error(
            "crl.next-update.reversed",
            "nextUpdate",
            "다음 발행 시각이 이번 발행 시각보다 늦지 않습니다".into(),
            "nextUpdate is not after thisUpdate".into(),
            "RFC 5280 5.1.2.5",
        ),
        Some(_) => {}
    }
    if let (Some(number), Some(base)) = (crl.number(), crl.base_number())
        && (number.len(), number) <= (base.len(), base)
    {
        findings.error(
            "crl.delta-crl-indicator.value",
            "extensions.deltaCRLIndicator",
            "델타 CRL의 번호가 기준 CRL의 번호보다 크지 않습니다".into(),
            "the number of a delta CRL is not above that of the CRL that it amends".into(),
            "RFC 5280 5.2.4",
        );
    }
}

fn lint_rows(crl: &Crl, profile: CrlProfile, findings: &mut Findings) {
    for row in profile.rows() {
        let Some(found) = crl.extensions().find(|e| e.oid == row.extension) else {
            if row.presence == Presence::Required {
                findings.error(
                    row.presence_rule,
                    row.name,
                    format!("확장 필드 {}이(가) 없습니다", row.name),
                    format!("the extension {} is missing", row.name),
                    row.source,
                );
            }
            continue;
        };
        if found.critical != (row.criticality == Criticality::Critical) {
            findings.error(
                row.criticality_rule,
                row.name,
                format!("확장 필드 {}의 critical이 프로파일과 다릅니다", row.name),
                format!(
                    "the extension {} is critical where it must not be, or not where it must",
                    row.name
                ),
                row.source,
            );
        }
    }
    for extension in crl.extensions() {
        if profile.rows().iter().all(|r| r.extension != extension.oid) {
            findings.warning(
                "crl.extension.unexpected",
                "extensions",
                format!("확장 필드 {}은(는) 이 프로파일에 없습니다", extension.oid),
                format!("the extension {} is not of this profile", extension.oid),
                "KCAC.TS.CRLPROF",
            );
        }
    }
}

fn lint_entries(crl: &Crl, findings: &mut Findings) {
    let mut before = None;
    let (mut unsorted, mut late, mut removed) = (false, false, false);
    for entry in crl.entries() {
        unsorted |= before >= Some(entry.serial_number);
        before = Some(entry.serial_number);
        late |= entry.revoked_at > crl.this_update();
        removed |= entry.reason == Some(RevocationReason::RemoveFromCrl) && !crl.is_delta();
    }
    if unsorted {
        findings.notice(
            "crl.entries.order",
            "revokedCertificates",
            "일련번호가 오름차순이 아니거나 겹칩니다".into(),
            "the serial numbers do not ascend, or one stands there twice".into(),
            "KCAC.TS.CRLPROF",
        );
    }
    if late {
        findings.error(
            "crl.entries.revocation-date",
            "revokedCertificates",
            "폐지 시각이 발행 시각보다 늦습니다".into(),
            "a certificate is revoked only after thisUpdate".into(),
            "RFC 5280 5.1.2.6",
        );
    }
    if removed {
        findings.error(
            "crl.entries.remove-from-crl",
            "revokedCertificates",
            "removeFromCRL은 델타 CRL에만 쓸 수 있습니다".into(),
            "removeFromCRL stands in a complete CRL".into(),
            "RFC 5280 5.3.1",
        );
    }
    if !crl.unknown_critical_in_entries().is_empty() {
        findings.warning(
            "crl.entries.unknown-critical",
            "revokedCertificates",
            "항목에 알 수 없는 critical 확장 필드가 있습니다".into(),
            "an entry has an unknown critical extension".into(),
            "RFC 5280 5.3",
        );
    }
}
