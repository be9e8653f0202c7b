use const_oid::db::DB;
use npki_cert::{Certificate, PolicyInformation, lint, policy_row};
use npki_core::{Finding, Sentence};
use serde_json::{Value, json};

use crate::commands::lint::profile_of;
use crate::context::Context;
use crate::entries::State;
use crate::json;
use crate::page::Page;
use crate::report::Report;

pub(super) fn report(certificate: &Certificate, context: &Context) -> Report {
    let findings = lint(certificate, profile_of(certificate));
    let mut page = context.page();
    tell(certificate, context, &mut page);
    super::container::tell_findings(&findings, &mut page);
    Report::done(page, fields(certificate, &findings, context))
}

fn tell(certificate: &Certificate, context: &Context, page: &mut Page) {
    let state = page.words(&State::of(certificate, context.now).label());
    page.line(certificate.display_name());
    page.field(
        "종류",
        "kind",
        page.words(&Sentence::fixed("인증서", "certificate")),
    );
    page.field("주체", "subject", certificate.subject().to_npki_text());
    page.field("발급자", "issuer", certificate.issuer().to_npki_text());
    let serial = certificate.serial_number();
    page.field(
        "일련번호",
        "serial",
        format!("{serial} (0x{})", serial.to_hex()),
    );
    page.field("버전", "version", certificate.version().to_string());
    page.field(
        "유효기간 시작",
        "not before",
        certificate.not_before().to_string(),
    );
    page.field(
        "유효기간 끝",
        "not after",
        certificate.not_after().to_string(),
    );
    page.field("상태", "state", state);
    for policy in certificate
        .policies()
        .into_iter()
        .flat_map(|policies| &policies.0)
    {
        tell_policy(policy, page);
    }
    let product = certificate
        .product()
        .map(|product| page.words(&product.label()));
    page.field("상품", "product", product);
    page.field("열쇠 용도", "key use", json::key_use(certificate));
    page.field(
        "keyUsage",
        "keyUsage",
        certificate.key_usage().map(|usage| usage.to_string()),
    );
    page.field("공개키", "public key", algorithm(certificate));
    page.field(
        "서명 알고리즘",
        "signature algorithm",
        oid_name(certificate.signature_algorithm().oid),
    );
    if let Some(data) = certificate.identify_data() {
        page.field("실명", "real name", data.real_name.clone());
    }
    let vid = match certificate
        .identify_data()
        .and_then(|data| data.vid.as_ref())
    {
        Some(vid) => format!(
            "{} {}",
            vid.hash_algorithm().name(),
            json::hex(vid.octets())
        ),
        None => page.words(&Sentence::fixed("없음", "none")),
    };
    page.field("VID", "VID", vid);
    for uri in certificate.ocsp_uris() {
        page.field("OCSP", "OCSP", uri.clone());
    }
    for uri in certificate
        .crl_distribution_points()
        .iter()
        .flat_map(|point| &point.uris)
    {
        page.field("폐지목록 위치", "CRL", uri.clone());
    }
    page.field(
        "SHA-256 지문",
        "SHA-256 fingerprint",
        json::hex(&certificate.sha256_fingerprint()),
    );
    let extensions: Vec<_> = certificate
        .extensions()
        .map(|e| format!("{}{}", oid_name(e.oid), if e.critical { "*" } else { "" }))
        .collect();
    page.field(
        "확장(*는 중요)",
        "extensions (* critical)",
        extensions.join(", "),
    );
}

fn tell_policy(policy: &PolicyInformation, page: &mut Page) {
    let meaning = match policy_row(&policy.policy) {
        Some(row) => page.words(&Sentence::fixed(row.ko, row.en)),
        None => page.words(&Sentence::fixed("알려지지 않은 정책", "unknown policy")),
    };
    page.field("정책", "policy", format!("{} ({meaning})", policy.policy));
    page.field("정책 고지", "notice", policy.notice().map(str::to_owned));
    page.field("인증업무준칙", "CPS", policy.cps_uri().map(str::to_owned));
}

fn algorithm(certificate: &Certificate) -> String {
    let key = certificate.public_key();
    let bits = key.subject_public_key.raw_bytes().len().saturating_mul(8);
    match key.algorithm.oid {
        // An RSA key is mostly its modulus: the nearest usual length.
        const_oid::db::rfc5912::RSA_ENCRYPTION => {
            format!("RSA {}", bits.div_euclid(1_024).saturating_mul(1_024))
        }
        oid => oid_name(oid),
    }
}

fn oid_name(oid: const_oid::ObjectIdentifier) -> String {
    DB.by_oid(&oid)
        .map_or_else(|| oid.to_string(), str::to_owned)
}

fn fields(certificate: &Certificate, findings: &[Finding], context: &Context) -> Value {
    let policies: Vec<_> = certificate
        .policies()
        .into_iter()
        .flat_map(|policies| &policies.0)
        .map(|policy| {
            let row = policy_row(&policy.policy);
            json!({
                "oid": policy.policy.to_string(),
                "meaning": row.map(|row| json!({ "ko": row.ko, "en": row.en })),
                "notice": policy.notice(),
                "cps": policy.cps_uri(),
            })
        })
        .collect();
    let extensions: Vec<_> = certificate
        .extensions()
        .map(|e| json!({ "oid": e.oid.to_string(), "critical": e.critical, "value": json::hex(e.value) }))
        .collect();
    let identity = certificate.identify_data();
    let vid = identity.and_then(|data| data.vid.as_ref());
    let uris: Vec<_> = certificate
        .crl_distribution_points()
        .iter()
        .flat_map(|point| &point.uris)
        .collect();
    let mut fields = json::summary(certificate);
    let more = json!({
        "kind": "certificate",
        "version": certificate.version(),
        "serial_hex": certificate.serial_number().to_hex(),
        "state": State::of(certificate, context.now).name(),
        "policies": policies,
        "key_usage": certificate.key_usage().map(|usage| usage.names().collect::<Vec<_>>()),
        "ca": certificate.is_ca(),
        "real_name": identity.map(|data| data.real_name.as_str()),
        "vid": vid.map(|vid| json!({ "hash": vid.hash_algorithm().name(), "value": json::hex(vid.octets()) })),
        "ocsp": certificate.ocsp_uris(),
        "crl": uris,
        "public_key": json::hex(certificate.public_key_der()),
        "signature_algorithm": certificate.signature_algorithm().oid.to_string(),
        "sha256": json::hex(&certificate.sha256_fingerprint()),
        "extensions": extensions,
        "findings": findings.iter().map(json::finding).collect::<Vec<_>>(),
    });
    if let (Value::Object(fields), Value::Object(more)) = (&mut fields, more) {
        fields.extend(more);
    }
    fields
}
