use npki_container::{
    Bounds, EncryptedPrivateKeyInfo, MacScheme, Pfx, PfxPair, Scheme, SchemeError, lint_key_file,
    lint_pfx,
};
use npki_core::{Finding, Sentence};
use npki_key::{KeyKind, PrivateKey};
use serde_json::{Value, json};

use crate::cli::Show;
use crate::context::Context;
use crate::failure::Failure;
use crate::json;
use crate::page::Page;
use crate::report::Report;

pub(super) fn key(
    key: &EncryptedPrivateKeyInfo,
    file: &[u8],
    args: &Show,
    context: &Context,
) -> Result<Report, Failure> {
    let findings = lint_key_file(file);
    let opened = if args.open {
        let password = context
            .secrets
            .password(&Sentence::fixed("비밀번호", "password"))?;
        Some(key.open(&password, &Bounds::DEFAULT)?)
    } else {
        None
    };
    let scheme = key.scheme();
    let mut page = context.page();
    page.say(&Sentence::fixed("암호화된 개인키", "encrypted private key"));
    page.field("암호화", "encryption", scheme_text(&scheme));
    if let Some(opened) = &opened {
        tell_key(opened, &mut page);
    }
    tell_findings(&findings, &mut page);
    let fields = json!({
        "kind": "private-key",
        "scheme": scheme_fields(&scheme),
        "opened": opened.as_ref().map(key_fields),
        "findings": findings.iter().map(json::finding).collect::<Vec<_>>(),
    });
    Ok(Report::done(page, fields))
}

pub(super) fn pfx(
    pfx: &Pfx,
    file: &[u8],
    args: &Show,
    context: &Context,
) -> Result<Report, Failure> {
    let findings = lint_pfx(file);
    let pairs = if args.open {
        let password = context
            .secrets
            .password(&Sentence::fixed("비밀번호", "password"))?;
        Some(pfx.open(&password, &Bounds::DEFAULT)?.into_pairs())
    } else {
        None
    };
    let (mac, schemes) = (pfx.mac()?, pfx.schemes()?);
    let mut page = context.page();
    page.say(&Sentence::fixed("PFX (PKCS#12)", "PFX (PKCS#12)"));
    page.field("MAC", "MAC", mac.as_ref().map(mac_text));
    for scheme in &schemes {
        page.field("암호화", "encryption", scheme.to_string());
    }
    if let Some(pairs) = &pairs {
        for pair in &pairs.pairs {
            page.line(pair.certificate.subject().to_npki_text());
            page.field("열쇠 용도", "key use", json::key_use(&pair.certificate));
            tell_key(&pair.key, &mut page);
        }
        for certificate in &pairs.chain {
            page.field(
                "짝 없는 인증서",
                "certificate without a key",
                certificate.subject().to_npki_text(),
            );
        }
        for key in &pairs.lone_keys {
            page.field("짝 없는 개인키", "key without a certificate", kind(key));
        }
    }
    tell_findings(&findings, &mut page);
    let opened = pairs.as_ref().map(|pairs| {
        let pair = |pair: &PfxPair| json!({ "certificate": json::summary(&pair.certificate), "key": key_fields(&pair.key) });
        json!({
            "pairs": pairs.pairs.iter().map(pair).collect::<Vec<_>>(),
            "chain": pairs.chain.iter().map(json::summary).collect::<Vec<_>>(),
            "lone_keys": pairs.lone_keys.iter().map(key_fields).collect::<Vec<_>>(),
        })
    });
    let fields = json!({
        "kind": "pfx",
        "mac": mac.as_ref().map(mac_text),
        "schemes": schemes.iter().map(|scheme| scheme_fields(&Ok(*scheme))).collect::<Vec<_>>(),
        "opened": opened,
        "findings": findings.iter().map(json::finding).collect::<Vec<_>>(),
    });
    Ok(Report::done(page, fields))
}

/// What a linter says, worst at the end where people look.
pub(in crate::commands) fn tell_findings(findings: &[Finding], page: &mut Page) {
    let mut findings: Vec<_> = findings.iter().collect();
    findings.sort_by_key(|finding| finding.severity);
    for finding in findings {
        let words = page.words(&finding.sentence);
        page.line(format_args!(
            "  ! {} {}: {words} [{}]",
            finding.rule, finding.at, finding.source
        ));
    }
}

fn tell_key(key: &PrivateKey, page: &mut Page) {
    page.field("열쇠", "key", kind(key));
    let r = match key.random_number() {
        Some(_) => Sentence::fixed("있음", "there"),
        None => Sentence::fixed(
            "없음: 본인확인(VID)을 할 수 없음",
            "missing: identity (VID) cannot be shown",
        ),
    };
    let r = page.words(&r);
    page.field("R", "R", r);
}

fn key_fields(key: &PrivateKey) -> Value {
    json!({ "key": kind(key), "random_number": key.random_number().is_some() })
}

fn kind(key: &PrivateKey) -> String {
    match key.kind() {
        KeyKind::Rsa { bits } => format!("RSA {bits}"),
        KeyKind::P256 => "P-256".to_owned(),
        _ => "?".to_owned(),
    }
}

fn scheme_text(scheme: &Result<Scheme, SchemeError>) -> String {
    match scheme {
        Ok(scheme) => scheme.to_string(),
        Err(error) => error.to_string(),
    }
}

fn scheme_fields(scheme: &Result<Scheme, SchemeError>) -> Value {
    match scheme {
        Ok(scheme) => json!({
            "cipher": scheme.cipher.to_string(),
            "derivation": scheme.derivation.to_string(),
            "iterations": scheme.iterations,
            "salt_octets": scheme.salt_octets,
        }),
        Err(error) => json!({ "unsupported": error.to_string() }),
    }
}

fn mac_text(mac: &MacScheme) -> String {
    format!("{}, {} iterations", mac.hash.name(), mac.iterations)
}
