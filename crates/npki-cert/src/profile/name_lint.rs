use const_oid::{
    ObjectIdentifier,
    db::{rfc3280, rfc4519},
};
use npki_core::{Sentence, Severity};

use super::findings::Findings;
use crate::{Attribute, Name, input, string};

/// The ids of the rules on one name of a certificate or a CRL, and where that name stands.
pub(super) struct NameRules {
    pub(super) at: &'static str,
    pub(super) length: &'static str,
    pub(super) country: &'static str,
    pub(super) characters: &'static str,
    pub(super) string_type: &'static str,
    pub(super) multi_valued: &'static str,
    pub(super) country_absent: &'static str,
    pub(super) organization_absent: &'static str,
}

/// Says what of a name is against KCAC.TS.DN and RFC 5280; of one kind of fault, the first is told.
/// That a name is empty is not said here.
pub(super) fn lint_name(name: &Name, rules: &NameRules, findings: &mut Findings) {
    for check in ATTRIBUTE_CHECKS {
        let wrong = name.attributes().find_map(|attribute| {
            let (ko, en) = (check.wrong)(attribute)?;
            let label = label(attribute.oid());
            Some(Sentence::new(
                format!("이름 속성 {label}: {ko}"),
                format!("the attribute {label}: {en}"),
            ))
        });
        if let Some(sentence) = wrong {
            let rule = (check.rule)(rules);
            findings.push(check.severity, rule, rules.at, sentence, check.source);
        }
    }
    for check in NAME_CHECKS {
        if (check.wrong)(name) {
            let sentence = Sentence::fixed(check.ko, check.en);
            let rule = (check.rule)(rules);
            findings.push(Severity::Warning, rule, rules.at, sentence, check.source);
        }
    }
}

/// What is asked of each attribute: Korean and English words when it is wrong.
struct AttributeCheck {
    rule: fn(&NameRules) -> &'static str,
    severity: Severity,
    wrong: fn(&Attribute) -> Option<(String, String)>,
    source: &'static str,
}

const ATTRIBUTE_CHECKS: &[AttributeCheck] = &[
    AttributeCheck {
        rule: |rules| rules.length,
        severity: Severity::Error,
        wrong: length,
        source: "RFC 5280 A.1: ub-common-name and the other upper bounds",
    },
    AttributeCheck {
        rule: |rules| rules.country,
        severity: Severity::Error,
        wrong: country,
        source: "RFC 5280 A.1: X520countryName; KCAC.TS.DN",
    },
    AttributeCheck {
        rule: |rules| rules.characters,
        severity: Severity::Error,
        wrong: characters,
        source: "RFC 5280 4.1.2.4; RFC 4518 2.2",
    },
    AttributeCheck {
        rule: |rules| rules.string_type,
        severity: Severity::Notice,
        wrong: string_type,
        source: "KCAC.TS.DN; RFC 5280 4.1.2.4",
    },
];

/// What is asked of a name as a whole. All are warnings.
struct NameCheck {
    rule: fn(&NameRules) -> &'static str,
    wrong: fn(&Name) -> bool,
    ko: &'static str,
    en: &'static str,
    source: &'static str,
}

const NAME_CHECKS: &[NameCheck] = &[
    NameCheck {
        rule: |rules| rules.multi_valued,
        wrong: Name::has_multi_valued_rdn,
        ko: "한 RDN에 속성이 둘 이상입니다",
        en: "an RDN has more than one attribute",
        source: "KCAC.TS.DN",
    },
    NameCheck {
        rule: |rules| rules.country_absent,
        wrong: |name| lacks(name, rfc4519::COUNTRY_NAME),
        ko: "이름에 국가(C)가 없습니다",
        en: "the name has no C",
        source: "KCAC.TS.DN",
    },
    NameCheck {
        rule: |rules| rules.organization_absent,
        wrong: |name| lacks(name, rfc4519::ORGANIZATION_NAME),
        ko: "이름에 기관(O)이 없습니다",
        en: "the name has no O",
        source: "KCAC.TS.DN",
    },
];

/// The most characters of an attribute, which has one at least.
struct Bound {
    oid: ObjectIdentifier,
    label: &'static str,
    most: usize,
}

/// RFC 5280 appendix A.1. C has a rule of its own.
#[rustfmt::skip]
const BOUNDS: &[Bound] = &[
    Bound { oid: rfc4519::COMMON_NAME, label: "CN", most: 64 },
    Bound { oid: rfc4519::ORGANIZATION_NAME, label: "O", most: 64 },
    Bound { oid: rfc4519::ORGANIZATIONAL_UNIT_NAME, label: "OU", most: 64 },
    Bound { oid: rfc4519::SERIAL_NUMBER, label: "serialNumber", most: 64 },
    Bound { oid: rfc4519::TITLE, label: "title", most: 64 },
    Bound { oid: rfc4519::L, label: "L", most: 128 },
    Bound { oid: rfc4519::ST, label: "ST", most: 128 },
    Bound { oid: rfc3280::EMAIL_ADDRESS, label: "emailAddress", most: 255 },
];

fn length(attribute: &Attribute) -> Option<(String, String)> {
    let bound = BOUNDS.iter().find(|bound| bound.oid == attribute.oid())?;
    let found = attribute.text()?.chars().count();
    let most = bound.most;
    (found == 0 || found > most).then(|| {
        (
            format!("{found}자입니다. 1자에서 {most}자까지 쓸 수 있습니다"),
            format!("it has {found} characters; 1 to {most} may stand there"),
        )
    })
}

fn country(attribute: &Attribute) -> Option<(String, String)> {
    if attribute.oid() != rfc4519::COUNTRY_NAME {
        return None;
    }
    let is_code = attribute
        .text()
        .is_some_and(|text| text.len() == 2 && text.bytes().all(|b| b.is_ascii_alphabetic()));
    (!is_code || tag(attribute) != Some(string::PRINTABLE_STRING)).then(|| {
        (
            "PrintableString으로 된 두 글자여야 합니다".into(),
            "it is two letters as PrintableString".into(),
        )
    })
}

fn characters(attribute: &Attribute) -> Option<(String, String)> {
    let is_broken = !attribute.is_sound();
    let has_control = attribute
        .text()
        .is_some_and(|text| text.chars().any(char::is_control));
    (is_broken || has_control).then(|| {
        (
            "제어 문자이거나 그 문자열 형식의 문자가 아닌 것이 있습니다".into(),
            "it has a control character, or octets that are none of its string type".into(),
        )
    })
}

/// What new names have; T61String, BMPString and UniversalString are of old ones.
fn string_type(attribute: &Attribute) -> Option<(String, String)> {
    let tag = tag(attribute);
    let fine = match attribute.oid() {
        rfc4519::COUNTRY_NAME => true,
        rfc3280::EMAIL_ADDRESS | rfc4519::DOMAIN_COMPONENT => tag == Some(input::IA5_STRING),
        _ if tag == Some(string::PRINTABLE_STRING) => attribute
            .text()
            .is_some_and(|text| string::is_printable(&text)),
        _ => tag == Some(input::UTF8_STRING),
    };
    (!fine).then(|| {
        (
            "문자열 형식이 다릅니다".into(),
            "it has another string type".into(),
        )
    })
}

fn lacks(name: &Name, oid: ObjectIdentifier) -> bool {
    !name.is_empty() && name.attributes().all(|attribute| attribute.oid() != oid)
}

fn tag(attribute: &Attribute) -> Option<u8> {
    attribute.value_der().first().copied()
}

fn label(oid: ObjectIdentifier) -> String {
    match BOUNDS.iter().find(|bound| bound.oid == oid) {
        Some(bound) => bound.label.to_owned(),
        None if oid == rfc4519::COUNTRY_NAME => "C".to_owned(),
        None => oid.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        input::{BMP_STRING, SET, UTF8_STRING},
        output,
    };

    const RULES: NameRules = NameRules {
        at: "subject",
        length: "length",
        country: "country",
        characters: "characters",
        string_type: "string-type",
        multi_valued: "multi-valued",
        country_absent: "country.absent",
        organization_absent: "organization.absent",
    };

    fn rules(name: &Name) -> Vec<&'static str> {
        let mut findings = Findings::default();
        lint_name(name, &RULES, &mut findings);
        findings.0.iter().map(|finding| finding.rule).collect()
    }

    /// A row on each side of every bound: characters count, not octets.
    #[test]
    fn bounds() {
        for (kind, most) in [
            ("cn", 64),
            ("o", 64),
            ("ou", 64),
            ("serialNumber", 64),
            ("2.5.4.12", 64),
            ("l", 128),
            ("st", 128),
            ("email", 255),
        ] {
            for (count, wrong) in [(0, true), (1, false), (most, false), (most + 1, true)] {
                let one = if matches!(kind, "serialNumber" | "email") {
                    "7"
                } else {
                    "홍"
                };
                let value = one.repeat(count);
                let values = [(kind, &*value), ("o", "Lab"), ("c", "KR")];
                let name = Name::from_values(values).unwrap();
                let expected: &[&str] = if wrong { &["length"] } else { &[] };
                assert_eq!(rules(&name), expected, "{kind} {count}");
            }
        }
        // What has no bound here.
        let long = "7".repeat(300);
        let values = [("street", &*long), ("o", "Lab"), ("c", "KR")];
        assert_eq!(rules(&Name::from_values(values).unwrap()), [""; 0]);
    }

    #[test]
    fn values() {
        for (text, expected) in [
            ("cn=홍길동()0099,ou=KFTC,o=yessign,c=kr", &[][..]),
            ("cn=x,ou=a,ou=b,o=Lab,c=KR", &[]),
            ("cn=x,o=Lab,c=KOR", &["country"]),
            ("cn=x,o=Lab,c=K", &["country"]),
            ("cn=x,o=Lab,c=82", &["country"]),
            ("cn=x,o=Lab,c=#0c024b52", &["country"]),
            (r"cn=홍\0a길동,o=Lab,c=KR", &["characters"]),
            (r"cn=x\7f,o=Lab,c=KR", &["characters"]),
            // U+0085 is one of the controls of C1.
            ("cn=x,ou=\u{85},o=Lab,c=KR", &["characters"]),
            // EUC-KR in UTF8String.
            ("cn=#0c06c8abb1e6b5bf,o=Lab,c=KR", &["characters"]),
            ("cn=#1406c8abb1e6b5bf,o=Lab,c=KR", &["string-type"]),
            ("cn=#1e02d64d,o=Lab,c=KR", &["string-type"]),
            ("cn=#1303412a42,o=Lab,c=KR", &["string-type"]),
            ("cn=#1303412d42,o=Lab,c=KR", &[]),
            ("cn=#020141,o=Lab,c=KR", &["string-type"]),
            ("email=#0c03614062,o=Lab,c=KR", &["string-type"]),
            ("cn=x+ou=y,o=Lab,c=KR", &["multi-valued"]),
            ("cn=x,o=Lab", &["country.absent"]),
            ("cn=x,c=KR", &["organization.absent"]),
            ("cn=x", &["country.absent", "organization.absent"]),
            ("", &[]),
        ] {
            let name = Name::from_npki_text(text).unwrap();
            assert_eq!(rules(&name), expected, "{text}");
        }
    }

    /// Of a thousand faults of one kind, one is told.
    #[test]
    fn of_one_kind_the_first() {
        let unit = |value: &[u8], tag| {
            let oid = output::oid(rfc4519::ORGANIZATIONAL_UNIT_NAME);
            let attribute = output::sequence(&[&oid, &output::tlv(tag, value)]);
            output::constructed(SET, &[&attribute])
        };
        let units: Vec<_> = (0..500)
            .flat_map(|_| [unit(b"", UTF8_STRING), unit(b"\0A", BMP_STRING)])
            .collect();
        let name = Name::parse(&output::tlv(input::SEQUENCE, &units.concat())).unwrap();
        let expected = [
            "length",
            "string-type",
            "country.absent",
            "organization.absent",
        ];
        assert_eq!(rules(&name), expected);
    }
}
