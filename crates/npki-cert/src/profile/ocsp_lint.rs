use const_oid::db::rfc6960::{ID_PKIX_OCSP_NOCHECK, ID_PKIX_OCSP_NONCE};
use npki_core::{Finding, HashAlgorithm};

use super::{Profile, findings::Findings, lint, lint::SIGNATURE_ALGORITHMS};
use crate::{BasicOcspResponse, MAX_NONCE, OcspResponse};

/// Says what of an OCSP response is against RFC 6960 and RFC 5019, and what of its responder's
/// certificate is against its profile.
///
/// Looks at the response alone: not at its signature, nor at whether it is still fresh, nor at who
/// may answer.
#[must_use]
pub fn lint_ocsp(response: &OcspResponse) -> Vec<Finding> {
    let mut findings = Findings::default();
    let Some(basic) = response.basic() else {
        findings.notice(
            "ocsp.status",
            "responseStatus",
            format!("응답이 없습니다: {}", response.status().name()),
            format!("there is no answer: {}", response.status().name()),
            "RFC 6960 2.3",
        );
        return findings.0;
    };
    lint_times(basic, &mut findings);
    lint_whole(basic, &mut findings);
    lint_signer(basic, &mut findings);
    findings.0
}

fn lint_times(basic: &BasicOcspResponse, findings: &mut Findings) {
    for single in basic.responses() {
        match single.next_update() {
            None => findings.warning(
                "ocsp.next-update.presence",
                "nextUpdate",
                "다음 갱신 시각이 없습니다".into(),
                "nextUpdate is missing".into(),
                "RFC 5019 2.2.4",
            ),
            Some(next) if next < single.this_update() => findings.error(
                "ocsp.next-update.reversed",
                "nextUpdate",
                "다음 갱신 시각이 이번 갱신 시각보다 이릅니다".into(),
                "nextUpdate comes before thisUpdate".into(),
                "RFC 6960 4.2.2.1",
            ),
            Some(_) => {}
        }
        if single.this_update() > basic.produced_at() {
            findings.error(
                "ocsp.this-update.future",
                "thisUpdate",
                "응답한 시각보다 늦은 상태를 말합니다".into(),
                "it was signed before what it says was known".into(),
                "RFC 6960 2.4",
            );
        }
        if HashAlgorithm::from_oid(single.id().hash_oid()) != Some(HashAlgorithm::Sha1) {
            findings.notice(
                "ocsp.cert-id.hash",
                "certID",
                "certID의 해시가 SHA-1이 아니라 일부 프로그램이 찾지 못합니다".into(),
                "the certID's hash is not SHA-1, which alone every program looks for".into(),
                "RFC 5019 2.1.1",
            );
        }
    }
}

fn lint_whole(basic: &BasicOcspResponse, findings: &mut Findings) {
    if basic.responses().len() != 1 {
        findings.notice(
            "ocsp.responses.one",
            "responses",
            format!("인증서 {}개에 대해 답합니다", basic.responses().len()),
            format!("it answers for {} certificates", basic.responses().len()),
            "RFC 5019 2.2.1",
        );
    }
    let nonce = basic.extensions().find(|e| e.oid == ID_PKIX_OCSP_NONCE);
    if let (Some(extension), Some(nonce)) = (nonce, basic.nonce()) {
        if nonce.is_empty() || nonce.len() > MAX_NONCE {
            findings.error(
                "ocsp.nonce.length",
                "responseExtensions.nonce",
                format!("nonce가 {}바이트입니다", nonce.len()),
                format!("the nonce has {} octets", nonce.len()),
                "RFC 9654 2.1",
            );
        }
        if extension.critical {
            findings.warning(
                "ocsp.nonce.critical",
                "responseExtensions.nonce",
                "nonce가 critical입니다".into(),
                "the nonce is critical".into(),
                "RFC 6960 4.4",
            );
        }
    }
    let algorithm = basic.signature_algorithm().oid;
    if !SIGNATURE_ALGORITHMS.contains(&algorithm) {
        findings.error(
            "ocsp.signature-algorithm",
            "signatureAlgorithm",
            format!("서명 알고리즘 {algorithm}은 더 이상 쓸 수 없습니다"),
            format!("the signature algorithm {algorithm} is not to be used any more"),
            "KCAC.TS.DSIG; RFC 8017; RFC 5758",
        );
    }
    if let Some(oid) = basic.unknown_critical() {
        findings.warning(
            "ocsp.extension.unknown-critical",
            "extensions",
            format!("알 수 없는 critical 확장 필드 {oid}이(가) 있습니다"),
            format!("there is the unknown critical extension {oid}"),
            "RFC 6960 4.4",
        );
    }
}

fn lint_signer(basic: &BasicOcspResponse, findings: &mut Findings) {
    let Some(signer) = basic.certificates().find(|c| basic.responder().is(c)) else {
        findings.notice(
            "ocsp.responder.absent",
            "certs",
            "응답자의 인증서가 들어 있지 않습니다".into(),
            "the responder's certificate is not in it".into(),
            "RFC 6960 4.2.1",
        );
        return;
    };
    // A CA that answers itself sends its own.
    if signer.is_ca() {
        return;
    }
    if signer.extension(ID_PKIX_OCSP_NOCHECK).is_none()
        && signer.crl_distribution_points().is_empty()
        && signer.ocsp_uris().is_empty()
    {
        findings.warning(
            "ocsp.responder.state",
            "certs",
            "응답자 인증서의 상태를 확인할 방법이 없습니다".into(),
            "nothing says where the state of the responder's certificate is found, or that it is not asked for".into(),
            "RFC 6960 4.2.2.2.1",
        );
    }
    findings.0.extend(lint(&signer, Profile::OcspResponder));
}
