use const_oid::ObjectIdentifier;
use npki_core::{Finding, Sentence, Severity};

use super::{
    Criticality, CrlProfile, Presence,
    findings::Findings,
    lint::{MIN_RSA_BITS, SIGNATURE_ALGORITHMS},
    name_lint::{NameRules, lint_name},
    uri_lint::lint_uri,
};
use crate::{Crl, IssuingDistributionPoint, RevocationReason};

/// Says what of a CRL is against its profile.
///
/// Reads the rows by which CRLs are written. Looks at the CRL alone: not at its signature, nor at
/// whether it is still fresh. A bound keeps a list full of faults from filling the memory: of one kind
/// of fault in entries, the first is told.
#[must_use]
pub fn lint_crl(crl: &Crl, profile: CrlProfile) -> Vec<Finding> {
    let mut findings = Findings::default();
    lint_basics(crl, &mut findings);
    lint_name(crl.issuer(), &ISSUER, &mut findings);
    lint_rows(crl, profile, &mut findings);
    lint_values(crl, &mut findings);
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
    // An RSA signature is as long as the modulus.
    let bits = crl.signature().len().saturating_mul(8);
    if algorithm.parent() == Some(PKCS_1) && u32::try_from(bits).is_ok_and(|b| b < MIN_RSA_BITS) {
        findings.error(
            "crl.signature.size",
            "signatureValue",
            format!("RSA 서명이 {bits}비트로, {MIN_RSA_BITS}비트보다 짧습니다"),
            format!("the RSA signature has {bits} bits, fewer than {MIN_RSA_BITS}"),
            "KCAC.TS.DSIG; NIST SP 800-131A",
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

/// What stands in its extensions.
fn lint_values(crl: &Crl, findings: &mut Findings) {
    if let Some(authority) = crl.authority_key_identifier()
        && (authority.key_identifier.is_none()
            || authority.issuer.is_none()
            || authority.serial_number.is_none())
    {
        findings.warning(
            "crl.authority-key-identifier.parts",
            "extensions.authorityKeyIdentifier",
            "발급자 키 식별자에 키 식별자, 발급자, 일련번호가 모두 있어야 합니다".into(),
            "keyIdentifier, authorityCertIssuer and authorityCertSerialNumber stand there together"
                .into(),
            "KCAC.TS.CRLPROF",
        );
    }
    let Some(scope) = crl.issuing_distribution_point() else {
        return;
    };
    let at = "extensions.issuingDistributionPoint";
    for check in SCOPE_CHECKS {
        if (check.wrong)(scope) {
            let sentence = Sentence::fixed(check.ko, check.en);
            findings.push(check.severity, check.rule, at, sentence, check.source);
        }
    }
    let uris = scope.point.iter().flat_map(|point| &point.uris);
    let rule = "crl.issuing-distribution-point.uri-syntax";
    lint_uri(uris.map(String::as_str), rule, at, findings);
}

/// What is asked of issuingDistributionPoint.
struct ScopeCheck {
    rule: &'static str,
    severity: Severity,
    wrong: fn(&IssuingDistributionPoint) -> bool,
    ko: &'static str,
    en: &'static str,
    source: &'static str,
}

const SCOPE_CHECKS: &[ScopeCheck] = &[
    ScopeCheck {
        rule: "crl.issuing-distribution-point.empty",
        severity: Severity::Error,
        wrong: |scope| *scope == IssuingDistributionPoint::default(),
        ko: "발급 분배점이 비어 있습니다",
        en: "the extension says nothing",
        source: "RFC 5280 5.2.5",
    },
    ScopeCheck {
        rule: "crl.issuing-distribution-point.kinds",
        severity: Severity::Error,
        wrong: |scope| kinds(scope) > 1,
        ko: "onlyContains…가 둘 이상입니다",
        en: "more than one of the onlyContains… is true, so it covers nothing",
        source: "RFC 5280 5.2.5",
    },
    ScopeCheck {
        rule: "crl.issuing-distribution-point.point",
        severity: Severity::Warning,
        wrong: |scope| scope.point.is_none(),
        ko: "발급 분배점에 이름이 없습니다",
        en: "it names no distribution point",
        source: "KCAC.TS.CRLPROF",
    },
    ScopeCheck {
        rule: "crl.issuing-distribution-point.reasons",
        severity: Severity::Warning,
        wrong: |scope| scope.only_some_reasons.is_some(),
        ko: "일부 폐지 사유만 담습니다",
        en: "it covers some reasons alone",
        source: "KCAC.TS.CRLPROF; RFC 5280 5.2.5",
    },
    ScopeCheck {
        rule: "crl.issuing-distribution-point.indirect",
        severity: Severity::Warning,
        wrong: |scope| scope.indirect_crl,
        ko: "간접 CRL입니다",
        en: "it is an indirect CRL",
        source: "KCAC.TS.CRLPROF; RFC 5280 5.2.5",
    },
    ScopeCheck {
        rule: "crl.issuing-distribution-point.attribute-certificates",
        severity: Severity::Warning,
        wrong: |scope| scope.only_contains_attribute_certs,
        ko: "속성 인증서만 담습니다",
        en: "it covers attribute certificates alone",
        source: "KCAC.TS.CRLPROF; RFC 5280 5.2.5",
    },
];

fn kinds(scope: &IssuingDistributionPoint) -> usize {
    let kinds = [
        scope.only_contains_user_certs,
        scope.only_contains_ca_certs,
        scope.only_contains_attribute_certs,
    ];
    kinds.iter().filter(|only| **only).count()
}

fn lint_entries(crl: &Crl, findings: &mut Findings) {
    let mut before = None;
    let (mut unsorted, mut late, mut removed, mut unspecified) = (false, false, false, false);
    for entry in crl.entries() {
        unsorted |= before >= Some(entry.serial_number);
        before = Some(entry.serial_number);
        late |= entry.revoked_at > crl.this_update();
        removed |= entry.reason == Some(RevocationReason::RemoveFromCrl) && !crl.is_delta();
        unspecified |= entry.reason == Some(RevocationReason::Unspecified);
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
    if unspecified {
        findings.warning(
            "crl.entries.reason-unspecified",
            "revokedCertificates",
            "폐지 사유가 unspecified이거나 알 수 없는 번호입니다. 쓰지 않아야 합니다".into(),
            "a reason is unspecified, or a number that nobody knows; none should stand there"
                .into(),
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

const ISSUER: NameRules = NameRules {
    at: "issuer",
    length: "crl.issuer.length",
    country: "crl.issuer.country",
    characters: "crl.issuer.characters",
    string_type: "crl.issuer.string-type",
    multi_valued: "crl.issuer.multi-valued",
    country_absent: "crl.issuer.country.absent",
    organization_absent: "crl.issuer.organization.absent",
};

/// RSA with whatever hash (RFC 8017 appendix C).
const PKCS_1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1");

#[cfg(test)]
mod tests {
    use const_oid::db::rfc5912;
    use hex_literal::hex;

    use super::*;
    use crate::{
        Name,
        extension::{write_extension, write_point_name},
        input::{SEQUENCE, context_constructed},
        output,
    };

    const ECDSA: &[u8] = &hex!("300a 06082a8648ce3d040302");
    const RSA: &[u8] = &hex!("300d 06092a864886f70d01010b 0500");

    /// What a list differs in from one that is fine.
    #[derive(Clone)]
    struct Made {
        issuer: &'static str,
        authority: Vec<u8>,
        scope: Option<Vec<u8>>,
        entry: Vec<u8>,
        algorithm: &'static [u8],
        signature: usize,
    }

    impl Made {
        fn rules(&self) -> Vec<&'static str> {
            let name = Name::from_npki_text(self.issuer).unwrap();
            let mut extensions = vec![
                write_extension(
                    rfc5912::ID_CE_AUTHORITY_KEY_IDENTIFIER,
                    false,
                    &self.authority,
                ),
                write_extension(rfc5912::ID_CE_CRL_NUMBER, false, &hex!("020107")),
            ];
            if let Some(scope) = &self.scope {
                let oid = rfc5912::ID_CE_ISSUING_DISTRIBUTION_POINT;
                extensions.push(write_extension(oid, true, scope));
            }
            let time = |year| [&hex!("170d")[..], year, b"0101000000Z"].concat();
            let tbs = output::sequence(&[
                &hex!("020101"),
                self.algorithm,
                name.der(),
                &time(b"30"),
                &time(b"31"),
                &output::sequence(&[&self.entry]),
                &output::tlv(
                    context_constructed(0),
                    &output::tlv(SEQUENCE, &extensions.concat()),
                ),
            ]);
            let signature = output::tlv(0x03, &vec![0; self.signature + 1]);
            let crl = Crl::parse(&output::sequence(&[&tbs, self.algorithm, &signature])).unwrap();
            let profile = match self.scope {
                Some(_) => CrlProfile::Partition,
                None => CrlProfile::Complete,
            };
            let findings = lint_crl(&crl, profile);
            findings.iter().map(|finding| finding.rule).collect()
        }
    }

    fn fine() -> Made {
        let name = Name::from_npki_text("cn=Root,o=Lab,c=KR").unwrap();
        let directory = output::tlv(context_constructed(4), name.der());
        Made {
            issuer: "cn=CA,o=Lab,c=KR",
            authority: output::sequence(&[
                &hex!("800141"),
                &output::tlv(context_constructed(1), &directory),
                &hex!("820101"),
            ]),
            scope: None,
            entry: entry(&[]),
            algorithm: ECDSA,
            signature: 64,
        }
    }

    /// An entry with this reason, if any.
    fn entry(reason: &[u8]) -> Vec<u8> {
        let mut fields = hex!("020101 170d 3239303130313030303030305a").to_vec();
        if !reason.is_empty() {
            let extension = write_extension(rfc5912::ID_CE_CRL_REASONS, false, reason);
            fields.extend(output::sequence(&[&extension]));
        }
        output::sequence(&[&fields])
    }

    fn scope(uri: Option<&str>, flags: &[u8]) -> Option<Vec<u8>> {
        let point = uri.map_or_else(Vec::new, write_point_name);
        Some(output::sequence(&[&point, flags]))
    }

    #[test]
    fn values() {
        assert_eq!(fine().rules(), [""; 0]);
        for (authority, fine_too) in [
            (hex!("3003 800141").to_vec(), false),
            (hex!("3003 820101").to_vec(), false),
            (fine().authority, true),
        ] {
            let made = Made {
                authority,
                ..fine()
            };
            let expected: &[&str] = match fine_too {
                true => &[],
                false => &["crl.authority-key-identifier.parts"],
            };
            assert_eq!(made.rules(), expected);
        }
        for (reason, expected) in [
            (&hex!("0a0101"), None),
            (&hex!("0a0100"), Some("crl.entries.reason-unspecified")),
            // Seven is nobody's.
            (&hex!("0a0107"), Some("crl.entries.reason-unspecified")),
        ] {
            let entry = entry(reason);
            assert_eq!(Made { entry, ..fine() }.rules(), Vec::from_iter(expected));
        }
        for (algorithm, signature, expected) in [
            (ECDSA, 64, None),
            (RSA, 128, Some("crl.signature.size")),
            (RSA, 255, Some("crl.signature.size")),
            (RSA, 256, None),
        ] {
            let made = Made {
                algorithm,
                signature,
                ..fine()
            };
            assert_eq!(made.rules(), Vec::from_iter(expected), "{signature}");
        }
        let issuer = "cn=CA,c=KOR";
        assert_eq!(
            Made { issuer, ..fine() }.rules(),
            ["crl.issuer.country", "crl.issuer.organization.absent"]
        );
    }

    #[test]
    fn scopes() {
        let named = Some("http://crl.example/1.crl");
        for (scope, expected) in [
            (scope(named, &[]), &[][..]),
            (scope(named, &hex!("8101ff")), &[]),
            (scope(named, &hex!("8201ff")), &[]),
            (scope(Some("dp1p1"), &[]), &["uri-syntax"]),
            (scope(None, &[]), &["empty", "point"]),
            (scope(None, &hex!("8101ff")), &["point"]),
            (scope(named, &hex!("8101ff 8201ff")), &["kinds"]),
            (scope(named, &hex!("83020640")), &["reasons"]),
            (scope(named, &hex!("8401ff")), &["indirect"]),
            (scope(named, &hex!("8501ff")), &["attribute-certificates"]),
        ] {
            let found = Made { scope, ..fine() }.rules();
            let prefix = "crl.issuing-distribution-point.";
            let found = found.iter().map(|rule| rule.trim_start_matches(prefix));
            assert_eq!(found.collect::<Vec<_>>(), expected);
        }
    }
}
