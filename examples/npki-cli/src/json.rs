//! How things of the rooms look in JSON.

use npki_cert::{Certificate, KeyUse, Name, PolicyScope};
use npki_core::{Finding, Instant, Sentence, Severity};
use serde_json::{Value, json};

/// `{"ko":…,"en":…}`
pub(crate) fn sentence(sentence: &Sentence) -> Value {
    json!({ "ko": sentence.ko, "en": sentence.en })
}

/// A finding of a linter.
pub(crate) fn finding(finding: &Finding) -> Value {
    let severity = match finding.severity {
        Severity::Notice => "notice",
        Severity::Warning => "warning",
        Severity::Error => "error",
        _ => "unknown",
    };
    json!({
        "rule": finding.rule,
        "severity": severity,
        "at": finding.at,
        "message": sentence(&finding.sentence),
        "source": finding.source,
    })
}

/// What lists show of a certificate.
pub(crate) fn summary(certificate: &Certificate) -> Value {
    json!({
        "subject": certificate.subject().to_npki_text(),
        "name": certificate.display_name(),
        "issuer": certificate.issuer().to_npki_text(),
        "serial": certificate.serial_number().to_string(),
        "use": key_use(certificate),
        "product": certificate.product().map(|product| product.name()),
        "general_purpose": certificate.policy().map(|row| row.scope == PolicyScope::General),
        "not_before": time(certificate.not_before()),
        "not_after": time(certificate.not_after()),
    })
}

/// For what the key is: `sign`, `km`, `both`, `ca`.
pub(crate) fn key_use(certificate: &Certificate) -> &'static str {
    match certificate.use_of_key() {
        KeyUse::Sign => "sign",
        KeyUse::KeyManagement => "km",
        KeyUse::Ca => "ca",
        _ => "both",
    }
}

/// RFC 3339 in Korean time.
pub(crate) fn time(instant: Instant) -> String {
    instant.to_string()
}

/// The NPKI text form.
pub(crate) fn name(name: &Name) -> String {
    name.to_npki_text()
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

/// Reads hexadecimal digits.
pub(crate) fn from_hex(digits: &str) -> Option<zeroize::Zeroizing<Vec<u8>>> {
    let digits = digits.trim().as_bytes();
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    let mut octets = zeroize::Zeroizing::new(Vec::with_capacity(digits.len() / 2));
    for pair in digits.chunks_exact(2) {
        let mut octet = 0;
        for digit in pair {
            let value = char::from(*digit)
                .to_digit(16)
                .and_then(|value| u8::try_from(value).ok())?;
            octet = octet << 4 | value;
        }
        octets.push(octet);
    }
    Some(octets)
}
