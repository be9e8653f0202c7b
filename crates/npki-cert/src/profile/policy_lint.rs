use npki_core::{Sentence, Severity};

use super::{Deviations, Profile, findings::Findings, lint::rule, uri_lint::lint_uri};
use crate::{
    CertificatePolicies, PolicyInformation, PolicyQualifier, UserNotice, input::BMP_STRING,
};

/// Says what of the qualifiers of policies is against the profile. None of it is an error: nobody
/// decides by a qualifier.
pub(super) fn lint_qualifiers(
    policies: &CertificatePolicies,
    profile: Profile,
    deviations: Deviations,
    findings: &mut Findings,
) {
    for check in CHECKS {
        let is_asked = check.only_with.is_none_or(|only| only == deviations);
        if is_asked && policies.0.iter().any(check.wrong) {
            let sentence = Sentence::fixed(check.ko, check.en);
            let rule = (check.rule)(profile);
            findings.push(check.severity, rule, AT, sentence, check.source);
        }
    }
    let uris = policies.0.iter().flat_map(cps_uris);
    lint_uri(
        uris,
        rule!(profile, "certificate-policies.cps-uri"),
        AT,
        findings,
    );
}

/// What is asked of each policy.
struct Check {
    rule: fn(Profile) -> &'static str,
    severity: Severity,
    /// Where it is asked alone.
    only_with: Option<Deviations>,
    wrong: fn(&PolicyInformation) -> bool,
    ko: &'static str,
    en: &'static str,
    source: &'static str,
}

const CHECKS: &[Check] = &[
    Check {
        rule: |profile| rule!(profile, "certificate-policies.qualifiers"),
        severity: Severity::Warning,
        only_with: Some(Deviations::None),
        wrong: |policy| !policy.qualifiers.is_empty(),
        ko: "정책에 한정자가 있습니다",
        en: "a policy has qualifiers",
        source: "RFC 5280 4.2.1.4",
    },
    Check {
        rule: |profile| rule!(profile, "certificate-policies.notice-type"),
        severity: Severity::Notice,
        only_with: Some(Deviations::Korean),
        wrong: |policy| {
            notices(policy).any(|notice| notice.text_tag.is_some_and(|tag| tag != BMP_STRING))
        },
        ko: "고지의 문자열 형식이 BMPString이 아닙니다",
        en: "the text of a notice is no BMPString",
        source: "KCAC.TS.CERTPROF",
    },
    Check {
        rule: |profile| rule!(profile, "certificate-policies.notice-ref"),
        severity: Severity::Warning,
        only_with: None,
        wrong: |policy| notices(policy).any(|notice| notice.organization.is_some()),
        ko: "고지에 noticeRef가 있습니다",
        en: "a notice has a noticeRef",
        source: "RFC 5280 4.2.1.4",
    },
    Check {
        rule: |profile| rule!(profile, "certificate-policies.qualifier-unknown"),
        severity: Severity::Warning,
        only_with: None,
        wrong: |policy| {
            let mut qualifiers = policy.qualifiers.iter();
            qualifiers.any(|qualifier| matches!(qualifier, PolicyQualifier::Other(_)))
        },
        ko: "알려지지 않은 정책 한정자가 있습니다",
        en: "a policy has a qualifier that is neither CPS nor notice",
        source: "RFC 5280 4.2.1.4",
    },
    Check {
        rule: |profile| rule!(profile, "certificate-policies.cps-one"),
        severity: Severity::Warning,
        only_with: None,
        wrong: |policy| cps_uris(policy).count() > 1,
        ko: "한 정책에 CPS 주소가 둘 이상입니다",
        en: "a policy has more than one CPS",
        source: "KCAC.TS.CERTPROF",
    },
];

fn notices(policy: &PolicyInformation) -> impl Iterator<Item = &UserNotice> {
    policy.qualifiers.iter().filter_map(|q| match q {
        PolicyQualifier::UserNotice(notice) => Some(notice),
        _ => None,
    })
}

fn cps_uris(policy: &PolicyInformation) -> impl Iterator<Item = &str> {
    policy.qualifiers.iter().filter_map(|q| match q {
        PolicyQualifier::CpsUri(uri) => Some(uri.as_str()),
        _ => None,
    })
}

const AT: &str = "extensions.certificatePolicies";

#[cfg(test)]
mod tests {
    use hex_literal::hex;

    use super::*;
    use crate::output;

    /// The contents of policyQualifiers behind the policy 2.5.29.32.0.
    fn rules(qualifiers: &[&[u8]], deviations: Deviations) -> Vec<&'static str> {
        let mut information = hex!("0604 551d2000").to_vec();
        if !qualifiers.is_empty() {
            information.extend(output::sequence(qualifiers));
        }
        let der = output::sequence(&[&output::sequence(&[&information])]);
        let policies = CertificatePolicies::read(&der).unwrap();
        let mut findings = Findings::default();
        lint_qualifiers(
            &policies,
            Profile::SubscriberSign,
            deviations,
            &mut findings,
        );
        assert!(findings.0.iter().all(|f| f.severity < Severity::Error));
        let rules = findings.0.iter().map(|f| f.rule);
        rules
            .map(|rule| rule.trim_start_matches("cert.subscriber-sign.certificate-policies."))
            .collect()
    }

    #[test]
    fn qualifiers() {
        // http://a, a, BMPString "A", UTF8String "A", noticeRef and BMPString, a kind that nobody knows.
        let cps = hex!("3014 06082b06010505070201 1608687474703a2f2f61");
        let no_uri = hex!("300d 06082b06010505070201 160161");
        let bmp = hex!("3010 06082b06010505070202 3004 1e020041");
        let utf8 = hex!("300f 06082b06010505070202 3003 0c0141");
        let no_text = hex!("300c 06082b06010505070202 3000");
        let reference = hex!("301a 06082b06010505070202 300e 3008 0c014b 3003020101 1e020041");
        let other = hex!("3006 06022a03 0500");
        for (qualifiers, expected) in [
            (&[][..], &[][..]),
            (&[&cps[..]], &[]),
            (&[&bmp, &cps], &[]),
            (&[&cps, &bmp], &[]),
            (&[&no_text], &[]),
            (&[&utf8], &["notice-type"]),
            (&[&reference], &["notice-ref"]),
            (&[&other], &["qualifier-unknown"]),
            (&[&cps, &cps], &["cps-one"]),
            (&[&no_uri], &["cps-uri"]),
        ] {
            assert_eq!(
                rules(qualifiers, Deviations::Korean),
                expected,
                "{qualifiers:02x?}"
            );
        }
        assert_eq!(rules(&[], Deviations::None), [""; 0]);
        assert_eq!(rules(&[&utf8], Deviations::None), ["qualifiers"]);
    }
}
