use const_oid::{ObjectIdentifier, db::rfc5912};
use der::asn1::UintRef;
use npki_core::Finding;

use super::{
    Criticality, Deviations, Generation, Presence, Profile, ProfileRow,
    findings::Findings,
    name_lint::{NameRules, lint_name},
    policy_lint::lint_qualifiers,
    uri_lint::lint_uri,
};
use crate::{
    CertError, Certificate, KeyUsage, certificate::Tbs, input, key_identifier, policy_row,
};

/// Says what of a certificate is against a profile of the Korean PKI.
///
/// Reads the same rows by which [`Profile::tbs`] writes. Looks at the certificate alone: neither
/// signature nor path nor revocation.
#[must_use]
pub fn lint(certificate: &Certificate, profile: Profile) -> Vec<Finding> {
    lint_with(certificate, profile, Deviations::Korean)
}

/// As [`lint`], with or without the ways of the Korean PKI.
#[must_use]
pub fn lint_with(
    certificate: &Certificate,
    profile: Profile,
    deviations: Deviations,
) -> Vec<Finding> {
    lint_fields(certificate.tbs(), profile, deviations)
}

/// Says what of a TBSCertificate is against a profile of the Korean PKI, before it is signed.
///
/// # Errors
/// [`CertError`] when it cannot be read at all.
pub fn lint_tbs(tbs: &[u8], profile: Profile) -> Result<Vec<Finding>, CertError> {
    lint_tbs_with(tbs, profile, Deviations::Korean)
}

/// As [`lint_tbs`], with or without the ways of the Korean PKI.
///
/// # Errors
/// As [`lint_tbs`].
pub fn lint_tbs_with(
    tbs: &[u8],
    profile: Profile,
    deviations: Deviations,
) -> Result<Vec<Finding>, CertError> {
    Tbs::read(tbs).map(|tbs| lint_fields(&tbs, profile, deviations))
}

/// The id of a rule that every profile has.
macro_rules! rule {
    ($profile:expr, $($name:literal),+) => {
        match $profile {
            $crate::Profile::Root => concat!("cert.root.", $($name),+),
            $crate::Profile::IssuingCa => concat!("cert.issuing-ca.", $($name),+),
            $crate::Profile::SubscriberSign => concat!("cert.subscriber-sign.", $($name),+),
            $crate::Profile::SubscriberKm => concat!("cert.subscriber-km.", $($name),+),
            $crate::Profile::CmpServer => concat!("cert.cmp-server.", $($name),+),
            $crate::Profile::ServerKm => concat!("cert.server-km.", $($name),+),
            $crate::Profile::OcspResponder => concat!("cert.ocsp-responder.", $($name),+),
            $crate::Profile::TimeStamping => concat!("cert.time-stamping.", $($name),+),
        }
    };
}
pub(super) use rule;

/// The ids of the rules on one of the names.
macro_rules! name_rules {
    ($profile:expr, $at:literal) => {
        &NameRules {
            at: $at,
            length: rule!($profile, $at, ".length"),
            country: rule!($profile, $at, ".country"),
            characters: rule!($profile, $at, ".characters"),
            string_type: rule!($profile, $at, ".string-type"),
            multi_valued: rule!($profile, $at, ".multi-valued"),
            country_absent: rule!($profile, $at, ".country.absent"),
            organization_absent: rule!($profile, $at, ".organization.absent"),
        }
    };
}

fn lint_fields(tbs: &Tbs, profile: Profile, deviations: Deviations) -> Vec<Finding> {
    let mut findings = Findings::default();
    lint_basics(tbs, profile, &mut findings);
    lint_name(&tbs.subject, name_rules!(profile, "subject"), &mut findings);
    lint_name(&tbs.issuer, name_rules!(profile, "issuer"), &mut findings);
    lint_key(tbs, profile, &mut findings);
    lint_rows(tbs, profile, profile.rows_with(deviations), &mut findings);
    lint_values(tbs, profile, &mut findings);
    if let Some(policies) = &tbs.extensions.policies {
        lint_qualifiers(policies, profile, deviations, &mut findings);
    }
    lint_addresses(tbs, profile, &mut findings);
    if profile.is_ca() {
        lint_ca(tbs, profile, &mut findings);
    } else {
        lint_subscriber(tbs, profile, &mut findings);
    }
    findings.0
}

/// Version, serial number, algorithm, validity, names.
fn lint_basics(tbs: &Tbs, profile: Profile, findings: &mut Findings) {
    if tbs.version != 3 {
        findings.error(
            rule!(profile, "version"),
            "version",
            format!("버전이 v{}입니다. v3이어야 합니다", tbs.version),
            format!("the version is v{}, not v3", tbs.version),
            "RFC 5280 4.1.2.1",
        );
    }
    let bits = serial_bits(tbs);
    let wanted = profile.limits().min_serial_bits;
    if bits < wanted {
        // Real CAs number in sequence; ours do not.
        findings.notice(
            rule!(profile, "serial-number.entropy"),
            "serialNumber",
            format!("일련번호가 {bits}비트로, {wanted}비트보다 짧습니다"),
            format!("the serial number has {bits} bits, fewer than {wanted}"),
            "RFC 5280 4.1.2.2; CA/Browser Forum BR 7.1",
        );
    }
    let algorithm = tbs.signature_algorithm.oid;
    if !SIGNATURE_ALGORITHMS.contains(&algorithm) {
        findings.error(
            rule!(profile, "signature-algorithm"),
            "signature",
            format!("서명 알고리즘 {algorithm}은 더 이상 쓸 수 없습니다"),
            format!("the signature algorithm {algorithm} is not to be used any more"),
            "KCAC.TS.DSIG; RFC 8017; RFC 5758",
        );
    }
    if tbs.not_after <= tbs.not_before {
        findings.error(
            rule!(profile, "validity.reversed"),
            "validity",
            "유효기간의 끝이 시작보다 늦지 않습니다".into(),
            "the validity does not end after its beginning".into(),
            "RFC 5280 4.1.2.5",
        );
    }
    let limits = profile.limits();
    let seconds = tbs
        .not_after
        .saturating_duration_since(tbs.not_before)
        .as_secs();
    let max = u64::from(limits.max_validity_days) * 86_400;
    if seconds > max {
        let (days, max) = (seconds.div_ceil(86_400), limits.max_validity_days);
        findings.error(
            rule!(profile, "validity.too-long"),
            "validity",
            format!("유효기간이 {days}일로, {max}일을 넘습니다"),
            format!("the validity spans {days} days, more than {max}"),
            limits.max_validity_source,
        );
    }
    if tbs.subject.is_empty() {
        findings.error(
            rule!(profile, "subject.empty"),
            "subject",
            "가입자 이름이 비어 있습니다".into(),
            "the subject is empty".into(),
            "KCAC.TS.DN",
        );
    }
    if tbs.issuer.is_empty() {
        findings.error(
            rule!(profile, "issuer.empty"),
            "issuer",
            "발급자 이름이 비어 있습니다".into(),
            "the issuer is empty".into(),
            "RFC 5280 4.1.2.4",
        );
    }
    let self_issued = tbs.subject.matches(&tbs.issuer);
    if self_issued != (profile == Profile::Root) {
        findings.error(
            rule!(profile, "issuer.self"),
            "issuer",
            "최상위인증기관만 스스로에게 발급합니다".into(),
            "a root, and only a root, issues itself".into(),
            "RFC 5280 3.2",
        );
    }
}

/// The public key and the identifier made of it.
fn lint_key(tbs: &Tbs, profile: Profile, findings: &mut Findings) {
    if let Some(bits) = rsa_bits(tbs)
        && bits < MIN_RSA_BITS
    {
        findings.error(
            rule!(profile, "public-key.size"),
            "subjectPublicKeyInfo",
            format!("RSA 키가 {bits}비트로, {MIN_RSA_BITS}비트보다 짧습니다"),
            format!("the RSA key has {bits} bits, fewer than {MIN_RSA_BITS}"),
            "KCAC.TS.DSIG; NIST SP 800-131A",
        );
    }
    let generation = Generation::at(tbs.not_before);
    if profile.is_ca()
        && let Some(bits) = rsa_bits(tbs)
        && bits < generation.ca_rsa_bits()
    {
        let wanted = generation.ca_rsa_bits();
        findings.notice(
            rule!(profile, "public-key.generation"),
            "subjectPublicKeyInfo",
            format!("RSA 키가 {bits}비트입니다. 이 세대의 인증기관은 {wanted}비트를 씁니다"),
            format!("the RSA key has {bits} bits; CAs of this generation have {wanted}"),
            generation.source(),
        );
    }
    let expected = key_identifier(&tbs.public_key);
    if tbs
        .extensions
        .subject_key_identifier
        .as_deref()
        .is_some_and(|found| found != expected)
    {
        findings.warning(
            rule!(profile, "subject-key-identifier.value"),
            "extensions.subjectKeyIdentifier",
            "가입자 키 식별자가 공개키의 SHA-1 값이 아닙니다".into(),
            "the identifier is not SHA-1 of the public key".into(),
            "RFC 5280 4.2.1.2 (1)",
        );
    }
}

/// Presence and criticality, by the rows; and what has no row.
fn lint_rows(tbs: &Tbs, profile: Profile, rows: &[ProfileRow], findings: &mut Findings) {
    for row in rows {
        let found = tbs.extensions.iter().find(|e| e.oid == row.extension);
        let Some(found) = found else {
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
        let (wanted, ko, en) = match row.criticality {
            Criticality::Critical => (true, "critical이어야", "must be critical"),
            Criticality::NonCritical => (false, "critical이 아니어야", "must not be critical"),
        };
        if found.critical != wanted {
            findings.error(
                row.criticality_rule,
                row.name,
                format!("확장 필드 {}은(는) {ko} 합니다", row.name),
                format!("the extension {} {en}", row.name),
                row.source,
            );
        }
    }
    let place = |oid| rows.iter().position(|row| row.extension == oid);
    let places: Vec<_> = tbs.extensions.iter().filter_map(|e| place(e.oid)).collect();
    if !places.is_sorted() {
        findings.notice(
            rule!(profile, "extensions.order"),
            "extensions",
            "확장 필드의 순서가 프로파일과 다릅니다".into(),
            "the extensions stand in another order than in the profile".into(),
            "KCAC.TS.CERTPROF",
        );
    }
    for extension in tbs.extensions.iter() {
        if rows.iter().all(|r| r.extension != extension.oid) {
            findings.warning(
                rule!(profile, "extension.unexpected"),
                "extensions",
                format!("확장 필드 {}은(는) 이 프로파일에 없습니다", extension.oid),
                format!("the extension {} is not of this profile", extension.oid),
                "KCAC.TS.CERTPROF",
            );
        }
    }
}

/// What stands in extensions of every profile.
fn lint_values(tbs: &Tbs, profile: Profile, findings: &mut Findings) {
    let limits = profile.limits();
    if let Some(usage) = tbs.extensions.key_usage {
        let allowed = limits.key_usage_required | limits.key_usage_allowed;
        if !usage.contains(limits.key_usage_required) || !allowed.contains(usage) {
            findings.error(
                rule!(profile, "key-usage.value"),
                "extensions.keyUsage",
                format!("키 사용 목적이 {usage}입니다. {allowed}이어야 합니다"),
                format!("keyUsage says {usage}; the profile has {allowed}"),
                "RFC 5280 4.2.1.3; KCAC.TS.CERTPROF",
            );
        }
    }
    if let Some(wanted) = profile.extended_key_usage()
        && let Some(uses) = &tbs.extensions.extended_key_usage
        && uses.as_slice() != [wanted]
    {
        findings.error(
            rule!(profile, "ext-key-usage.value"),
            "extensions.extendedKeyUsage",
            format!("확장 키 사용 목적은 {wanted} 하나여야 합니다"),
            format!("extendedKeyUsage names {wanted} alone"),
            "RFC 6960 4.2.2.2; RFC 3161 2.3",
        );
    }
    if let Some(authority) = &tbs.extensions.authority_key_identifier
        && (authority.key_identifier.is_none()
            || authority.issuer.is_none()
            || authority.serial_number.is_none())
    {
        findings.warning(
            rule!(profile, "authority-key-identifier.parts"),
            "extensions.authorityKeyIdentifier",
            "발급자 키 식별자에 키 식별자, 발급자, 일련번호가 모두 있어야 합니다".into(),
            "keyIdentifier, authorityCertIssuer and authorityCertSerialNumber stand there together"
                .into(),
            "KCAC.TS.CERTPROF",
        );
    }
}

/// Where the CRL is found, and where OCSP is answered.
fn lint_addresses(tbs: &Tbs, profile: Profile, findings: &mut Findings) {
    let points = &tbs.extensions.crl_distribution_points;
    let at = "extensions.cRLDistributionPoints";
    if !points.is_empty() && points.iter().all(|p| p.uris.is_empty()) {
        findings.error(
            rule!(profile, "crl-distribution-points.uri"),
            at,
            "CRL 배포 지점에 URI가 없습니다".into(),
            "no distribution point has a URI".into(),
            "RFC 5280 4.2.1.13",
        );
    }
    if points.len() > 1 {
        findings.notice(
            rule!(profile, "crl-distribution-points.one"),
            at,
            format!("CRL 배포 지점이 {}개입니다", points.len()),
            format!("there are {} distribution points", points.len()),
            "KCAC.TS.CERTPROF",
        );
    }
    let uris = points.iter().flat_map(|point| &point.uris);
    let rule = rule!(profile, "crl-distribution-points.uri-syntax");
    lint_uri(uris.map(String::as_str), rule, at, findings);
    lint_uri(
        tbs.extensions.ocsp_uris.iter().map(String::as_str),
        rule!(profile, "authority-info-access.uri-syntax"),
        "extensions.authorityInfoAccess",
        findings,
    );
}

fn lint_ca(tbs: &Tbs, profile: Profile, findings: &mut Findings) {
    if tbs.extensions.basic_constraints.is_some_and(|c| !c.ca) {
        findings.error(
            rule!(profile, "basic-constraints.ca"),
            "extensions.basicConstraints",
            "기본 제한이 인증기관이 아니라고 합니다".into(),
            "basicConstraints say that it is no CA".into(),
            "RFC 5280 4.2.1.9",
        );
    }
    if tbs
        .extensions
        .policy_constraints
        .is_some_and(|c| c.require_explicit_policy != Some(0))
    {
        findings.error(
            rule!(profile, "policy-constraints.value"),
            "extensions.policyConstraints",
            "requireExplicitPolicy는 0이어야 합니다".into(),
            "requireExplicitPolicy is 0".into(),
            "KCAC.TS.CERTPROF",
        );
    }
}

fn lint_subscriber(tbs: &Tbs, profile: Profile, findings: &mut Findings) {
    if let Some(policies) = &tbs.extensions.policies {
        match policies.0.as_slice() {
            [one] if policy_row(&one.policy).is_none() => findings.notice(
                rule!(profile, "certificate-policies.unknown"),
                "extensions.certificatePolicies",
                format!("알려지지 않은 정책입니다: {}", one.policy),
                format!("the policy {} is not known", one.policy),
                "the policy registry",
            ),
            [_] => {}
            several => findings.error(
                rule!(profile, "certificate-policies.one"),
                "extensions.certificatePolicies",
                format!("정책이 {}개입니다. 하나여야 합니다", several.len()),
                format!("there are {} policies; it is one", several.len()),
                "KCAC.TS.CERTPROF",
            ),
        }
        // What protects a CA's messages is under whatever policy is required on the way to it.
        if policies.has_any_policy() && profile != Profile::CmpServer {
            findings.error(
                rule!(profile, "certificate-policies.any"),
                "extensions.certificatePolicies",
                "가입자 인증서에 anyPolicy가 있습니다".into(),
                "anyPolicy stands in a subscriber's certificate".into(),
                "KCAC.TS.CERTPROF",
            );
        }
    }
    match &tbs.extensions.identify_data {
        Some(data) if data.real_name.trim().is_empty() => findings.error(
            rule!(profile, "real-name.empty"),
            "extensions.subjectAltName",
            "실명이 비어 있습니다".into(),
            "the real name is empty".into(),
            "KCAC.TS.SIVID",
        ),
        Some(data) if data.vid.is_none() && profile.is_subscriber() => findings.notice(
            rule!(profile, "vid.absent"),
            "extensions.subjectAltName",
            "VID가 없어 본인확인을 할 수 없습니다".into(),
            "there is no VID, so identity cannot be checked".into(),
            "KCAC.TS.SIVID",
        ),
        None if matches!(profile, Profile::SubscriberSign | Profile::ServerKm) => findings.error(
            rule!(profile, "real-name.absent"),
            "extensions.subjectAltName",
            "실명이 없습니다".into(),
            "the real name is missing".into(),
            "KCAC.TS.SIVID",
        ),
        _ => {}
    }
    let has_access = tbs
        .extensions
        .iter()
        .any(|e| e.oid == rfc5912::ID_PE_AUTHORITY_INFO_ACCESS);
    if has_access && tbs.extensions.ocsp_uris.is_empty() {
        findings.error(
            rule!(profile, "authority-info-access.ocsp"),
            "extensions.authorityInfoAccess",
            "OCSP 주소가 없습니다".into(),
            "there is no OCSP address".into(),
            "RFC 5280 4.2.2.1; KCAC.TS.CERTPROF",
        );
    }
    if tbs
        .extensions
        .key_usage
        .is_some_and(|u| u.intersects(KeyUsage::KEY_CERT_SIGN | KeyUsage::CRL_SIGN))
        || tbs.extensions.basic_constraints.is_some_and(|c| c.ca)
    {
        findings.error(
            rule!(profile, "ca"),
            "extensions",
            "가입자 인증서가 인증기관 권한을 가집니다".into(),
            "a subscriber's certificate has the rights of a CA".into(),
            "RFC 5280 4.2.1.9",
        );
    }
}

fn serial_bits(tbs: &Tbs) -> u32 {
    bits(tbs.serial_number.octets())
}

/// Bits of an RSA modulus; `None` for other keys.
fn rsa_bits(tbs: &Tbs) -> Option<u32> {
    if tbs.public_key.algorithm.oid != rfc5912::RSA_ENCRYPTION {
        return None;
    }
    let key = tbs.public_key.subject_public_key.as_bytes()?;
    let mut numbers = input::open(key, input::SEQUENCE, "RSAPublicKey").ok()?;
    let modulus: UintRef<'_> = numbers.decode(input::INTEGER).ok()?;
    Some(bits(modulus.as_bytes()))
}

/// Bits of a big-endian magnitude without leading zeros.
fn bits(magnitude: &[u8]) -> u32 {
    let octets = u32::try_from(magnitude.len()).unwrap_or(u32::MAX / 8);
    let leading = magnitude.first().map_or(0, |o| o.leading_zeros());
    octets.saturating_mul(8).saturating_sub(leading)
}

pub(super) const MIN_RSA_BITS: u32 = 2_048;

pub(super) const SIGNATURE_ALGORITHMS: &[ObjectIdentifier] = &[
    rfc5912::SHA_256_WITH_RSA_ENCRYPTION,
    rfc5912::SHA_384_WITH_RSA_ENCRYPTION,
    rfc5912::SHA_512_WITH_RSA_ENCRYPTION,
    rfc5912::ECDSA_WITH_SHA_256,
    rfc5912::ECDSA_WITH_SHA_384,
    rfc5912::ECDSA_WITH_SHA_512,
];
