use npki_core::{Finding, Sentence, Severity};

use crate::{
    Bounds, Derivation, EncryptedPrivateKeyInfo, ParseError, Pfx, PfxParseError, Scheme,
    SchemeError, Sealing,
};

/// What is to be said of a private key file, without its password.
///
/// An empty list means: a key file as this room writes it. Every [`Severity::Error`] means that it
/// does not open.
#[must_use]
pub fn lint_key_file(file: &[u8]) -> Vec<Finding> {
    let sealed = match EncryptedPrivateKeyInfo::parse_any(file) {
        Ok(sealed) => sealed,
        Err(error) => return vec![unreadable_key(&error)],
    };
    let mut findings = Vec::new();
    if sealed.as_der() != file {
        findings.push(finding(
            "key.form.der",
            Severity::Warning,
            "file",
            Sentence::fixed(
                "키 파일이 DER 그대로가 아닙니다. 한국 프로그램은 DER만 읽습니다.",
                "The key file is not bare DER, which is all that Korean software reads.",
            ),
            "KCAC.TS.UI; RFC 5958 section 3",
        ));
    }
    match sealed.scheme() {
        Ok(scheme) => scheme_findings("encryptionAlgorithm", &scheme, &mut findings),
        Err(error) => findings.push(unreadable_scheme("encryptionAlgorithm", &error)),
    }
    findings
}

/// What is to be said of a PFX, without its password. What is inside of encryption cannot be seen,
/// R least of all.
#[must_use]
pub fn lint_pfx(file: &[u8]) -> Vec<Finding> {
    let pfx = match Pfx::parse(file, &Bounds::DEFAULT) {
        Ok(pfx) => pfx,
        Err(error) => return vec![unreadable_pfx(&error)],
    };
    let mut findings = Vec::new();
    if pfx.encode().is_ok_and(|der| der != file) {
        findings.push(finding(
            "pfx.form.der",
            Severity::Notice,
            "file",
            Sentence::fixed(
                "PFX가 BER로 쓰였습니다. 일부 프로그램은 DER만 읽습니다.",
                "The PFX is written as BER; some software reads DER only.",
            ),
            "RFC 7292 section 4",
        ));
    }
    match pfx.mac() {
        Ok(None) => findings.push(finding(
            "pfx.mac.present",
            Severity::Warning,
            "macData",
            Sentence::fixed(
                "MAC이 없어서 내용이 바뀌었는지 알 수 없습니다.",
                "There is no MAC, so nothing shows whether the contents were changed.",
            ),
            "RFC 7292 section 4",
        )),
        Ok(Some(mac)) => iterations_finding("macData", mac.iterations, &mut findings),
        Err(error) => findings.push(unreadable_scheme("macData", &error)),
    }
    match pfx.schemes() {
        Ok(schemes) => {
            for scheme in &schemes {
                scheme_findings("authSafe", scheme, &mut findings);
            }
        }
        Err(error) => findings.push(unreadable_scheme("authSafe", &error)),
    }
    findings.dedup();
    findings
}

fn scheme_findings(at: &str, scheme: &Scheme, findings: &mut Vec<Finding>) {
    if scheme.derivation == Derivation::Pbkdf1FixedIv {
        findings.push(finding(
            "container.scheme.fixed-iv",
            Severity::Warning,
            at,
            Sentence::fixed(
                "고정된 IV를 쓰는 seedCBC 방식입니다. 비밀번호를 바꾸면 새 방식으로 저장됩니다.",
                "The scheme is seedCBC with a fixed initialization vector; a change of password \
                 replaces it.",
            ),
            "KCAC.TS.ENC",
        ));
    }
    if scheme.cipher.key_len() < MIN_KEY_OCTETS {
        findings.push(finding(
            "container.cipher.strength",
            Severity::Warning,
            at,
            Sentence::new(
                format!("{} 암호는 키가 너무 짧습니다.", scheme.cipher),
                format!(
                    "The key of {} is too short to protect anything.",
                    scheme.cipher
                ),
            ),
            "RFC 7292 appendix C",
        ));
    }
    if scheme.salt_octets < MIN_SALT_OCTETS {
        findings.push(finding(
            "container.salt.length",
            Severity::Warning,
            at,
            Sentence::new(
                format!(
                    "솔트가 {}바이트로, 8바이트보다 짧습니다.",
                    scheme.salt_octets
                ),
                format!("The salt has {} octets, fewer than 8.", scheme.salt_octets),
            ),
            "RFC 8018 section 4.1",
        ));
    }
    iterations_finding(at, scheme.iterations, findings);
    if let Err(error) = Bounds::DEFAULT.check(crate::Bound::Iterations, scheme.iterations) {
        findings.push(unreadable_scheme(at, &error.into()));
    }
}

fn iterations_finding(at: &str, iterations: u64, findings: &mut Vec<Finding>) {
    if iterations < u64::from(Sealing::MIN_ITERATIONS) {
        findings.push(finding(
            "container.iterations.low",
            Severity::Warning,
            at,
            Sentence::new(
                format!("반복 횟수가 {iterations}회로, 1,000회보다 적습니다."),
                format!("{iterations} iterations, fewer than 1,000."),
            ),
            "RFC 8018 section 4.2",
        ));
    }
}

fn unreadable_scheme(at: &str, error: &SchemeError) -> Finding {
    let rule = match error {
        SchemeError::Unsupported { .. } => "container.scheme.supported",
        SchemeError::Parameters { .. } => "container.scheme.parameters",
        SchemeError::Cost(_) => "container.scheme.cost",
    };
    finding(
        rule,
        Severity::Error,
        at,
        Sentence::new(
            format!("이 암호화 방식은 열 수 없습니다: {error}"),
            format!("This encryption cannot be opened: {error}."),
        ),
        "RFC 8018; RFC 7292",
    )
}

fn unreadable_key(error: &ParseError) -> Finding {
    let rule = match error {
        ParseError::NotEncrypted => "key.form.encrypted",
        ParseError::NotAKeyFile(_) | ParseError::Cost(_) => "key.form.readable",
    };
    finding(
        rule,
        Severity::Error,
        "file",
        Sentence::new(
            format!("개인키 파일이 아닙니다: {error}"),
            format!("Not an encrypted private key file: {error}."),
        ),
        "RFC 5958 section 3",
    )
}

fn unreadable_pfx(error: &PfxParseError) -> Finding {
    finding(
        "pfx.form.readable",
        Severity::Error,
        "file",
        Sentence::new(
            format!("읽을 수 있는 PFX가 아닙니다: {error}"),
            format!("Not a PFX that can be read: {error}."),
        ),
        "RFC 7292 section 4",
    )
}

fn finding(
    rule: &'static str,
    severity: Severity,
    at: &str,
    sentence: Sentence,
    source: &'static str,
) -> Finding {
    Finding {
        rule,
        severity,
        at: at.to_owned(),
        sentence,
        source,
    }
}

/// Below this a key can be searched for in an afternoon.
const MIN_KEY_OCTETS: usize = 14;
/// RFC 8018 section 4.1.
const MIN_SALT_OCTETS: usize = 8;
