use std::collections::BTreeSet;

use npki_cert::{Certificate, Deviations, Profile};
use npki_container::lint_key_file;
use npki_core::{Finding, Sentence, Severity};

use crate::{Entry, EntryState, Medium, MediumError, Pair, Part};

/// What is to be said of everything on a medium, without a password: of what lies there and cannot be
/// used, of certificates against their profiles, of key files, and of two entries of one subject.
///
/// Where a finding stands begins with the entry's id. An empty list means: every entry is as this
/// project writes it.
///
/// # Errors
/// [`MediumError`] when the medium cannot be listed. What is wrong with one entry is a finding.
pub fn lint_medium(medium: &dyn Medium) -> Result<Vec<Finding>, MediumError> {
    lint_medium_with(medium, Deviations::Korean)
}

/// As [`lint_medium`], the certificates with or without the ways of the Korean PKI.
///
/// # Errors
/// As [`lint_medium`].
pub fn lint_medium_with(
    medium: &dyn Medium,
    deviations: Deviations,
) -> Result<Vec<Finding>, MediumError> {
    let mut findings = Vec::new();
    let mut subjects = BTreeSet::new();
    for entry in medium.list()? {
        lint_entry(medium, &entry, deviations, &mut findings);
        let subject = entry.subject().map(|subject| subject.der().to_vec());
        if subject.is_some_and(|subject| !subjects.insert(subject)) {
            findings.push(finding(
                &entry,
                "medium.subject.twice",
                Severity::Notice,
                Sentence::fixed(
                    "같은 가입자의 인증서가 두 군데에 있습니다.",
                    "Another entry has the same subject.",
                ),
                "KCAC.TS.UI",
            ));
        }
    }
    Ok(findings)
}

fn lint_entry(
    medium: &dyn Medium,
    entry: &Entry,
    deviations: Deviations,
    findings: &mut Vec<Finding>,
) {
    match &entry.state {
        EntryState::Complete => {}
        EntryState::HalfPair { missing } => {
            let names: Vec<_> = missing.iter().copied().map(Part::file_name).collect();
            let names = names.join(", ");
            findings.push(finding(
                entry,
                "medium.half-pair",
                Severity::Error,
                Sentence::new(
                    format!("{names}이(가) 없어 쓸 수 없습니다."),
                    format!("{names} is missing, so the entry cannot be used."),
                ),
                "KCAC.TS.UI; R65",
            ));
        }
        EntryState::Broken { what } => findings.push(finding(
            entry,
            "medium.broken",
            Severity::Error,
            Sentence::new(
                format!("읽을 수 없습니다: {what}"),
                format!("It cannot be read: {what}"),
            ),
            "KCAC.TS.UI",
        )),
    }
    let certificates = [
        (Part::SignCert, entry.sign.as_ref(), Profile::SubscriberSign),
        (Part::KmCert, entry.km.as_ref(), Profile::SubscriberKm),
    ];
    for (part, certificate, profile) in certificates {
        let Some(certificate) = certificate else {
            continue;
        };
        let said = npki_cert::lint_with(certificate, profile, deviations);
        add(entry, part, said, findings);
    }
    lint_folder_name(entry, findings);
    let Ok(bundle) = medium.load(&entry.id) else {
        return;
    };
    let mut key = |part, pair: &Pair| {
        add(entry, part, lint_key_file(pair.key.as_der()), findings);
    };
    key(Part::SignPri, &bundle.sign);
    if let Some(km) = &bundle.km {
        key(Part::KmPri, km);
    }
}

/// The folder is called as the certificate's subject, which is what people and old programs go by.
fn lint_folder_name(entry: &Entry, findings: &mut Vec<Finding>) {
    let Some(wanted) = entry
        .sign
        .as_ref()
        .map(Certificate::subject)
        .map(npki_cert::Name::to_folder_name)
    else {
        return;
    };
    let found = entry.id.as_str().rsplit('/').next().unwrap_or_default();
    if found.contains('=') && !found.eq_ignore_ascii_case(&wanted) {
        findings.push(finding(
            entry,
            "medium.folder-name",
            Severity::Notice,
            Sentence::new(
                format!("폴더 이름이 인증서의 이름과 다릅니다. 인증서는 {wanted}입니다."),
                format!("The folder is not called as the certificate's subject, {wanted}."),
            ),
            "KCAC.TS.UI",
        ));
    }
}

fn add(entry: &Entry, part: Part, said: Vec<Finding>, findings: &mut Vec<Finding>) {
    findings.extend(said.into_iter().map(|finding| Finding {
        at: format!("{}/{}: {}", entry.id.as_str(), part.file_name(), finding.at),
        ..finding
    }));
}

fn finding(
    entry: &Entry,
    rule: &'static str,
    severity: Severity,
    sentence: Sentence,
    source: &'static str,
) -> Finding {
    Finding {
        rule,
        severity,
        at: entry.id.as_str().to_owned(),
        sentence,
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{MemoryMedium, Overwrite, conformance};

    #[test]
    fn what_is_stored_by_the_rules_has_no_error() {
        let medium = MemoryMedium::new();
        assert_eq!(lint_medium(&medium).unwrap(), []);
        medium
            .store(&conformance::subscriber().unwrap(), Overwrite::Refuse)
            .unwrap();
        let findings = lint_medium(&medium).unwrap();
        assert!(
            findings
                .iter()
                .all(|f| f.rule.starts_with("cert.") || f.rule.starts_with("key.")),
            "{findings:?}"
        );
    }
}
