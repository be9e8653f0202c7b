//! What RFC 5280 asks of conforming CAs, over and above what its section 6 asks of who validates.

use const_oid::{
    ObjectIdentifier,
    db::rfc5280::{
        ID_CE_AUTHORITY_KEY_IDENTIFIER, ID_CE_BASIC_CONSTRAINTS, ID_CE_CRL_NUMBER,
        ID_CE_INHIBIT_ANY_POLICY, ID_CE_NAME_CONSTRAINTS, ID_CE_POLICY_CONSTRAINTS,
        ID_CE_SUBJECT_ALT_NAME, ID_CE_SUBJECT_KEY_IDENTIFIER,
    },
};
use npki_cert::{Certificate, Crl, KeyUsage};

/// The first rule that a certificate breaks.
pub(crate) fn broken_rule(certificate: &Certificate) -> Option<&'static str> {
    if certificate.version() < VERSION_3 {
        return None;
    }
    CRITICALITY
        .iter()
        .find(|(oid, wanted, _)| {
            certificate
                .extension(*oid)
                .is_some_and(|extension| extension.critical != (*wanted == Critical::Yes))
        })
        .map(|(_, _, rule)| *rule)
        .or_else(|| {
            RULES
                .iter()
                .find(|(holds, _)| !holds(certificate))
                .map(|(_, rule)| *rule)
        })
}

/// The first rule that a CRL breaks.
pub(crate) fn broken_crl_rule(crl: &Crl) -> Option<&'static str> {
    let number = crl.extensions().find(|e| e.oid == ID_CE_CRL_NUMBER);
    if number.is_none_or(|extension| extension.critical) {
        return Some("cRLNumber is there and not critical (5.2.3)");
    }
    if crl.authority_key_identifier().is_none() {
        return Some("authorityKeyIdentifier is there (5.2.1)");
    }
    None
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Critical {
    Yes,
    No,
}

/// How critical an extension has to be where it is.
const CRITICALITY: &[(ObjectIdentifier, Critical, &str)] = &[
    (
        ID_CE_AUTHORITY_KEY_IDENTIFIER,
        Critical::No,
        "authorityKeyIdentifier is not critical (4.2.1.1)",
    ),
    (
        ID_CE_SUBJECT_KEY_IDENTIFIER,
        Critical::No,
        "subjectKeyIdentifier is not critical (4.2.1.2)",
    ),
    (
        ID_CE_NAME_CONSTRAINTS,
        Critical::Yes,
        "nameConstraints is critical (4.2.1.10)",
    ),
    (
        ID_CE_POLICY_CONSTRAINTS,
        Critical::Yes,
        "policyConstraints is critical (4.2.1.11)",
    ),
    (
        ID_CE_INHIBIT_ANY_POLICY,
        Critical::Yes,
        "inhibitAnyPolicy is critical (4.2.1.14)",
    ),
];

type Rule = fn(&Certificate) -> bool;

/// What else has to hold.
const RULES: &[(Rule, &str)] = &[
    (
        |c| {
            let identifier = c.authority_key_identifier();
            c.is_self_issued() || identifier.is_some_and(|aki| aki.key_identifier.is_some())
        },
        "authorityKeyIdentifier has a key identifier (4.2.1.1)",
    ),
    (
        |c| !is_ca(c) || c.subject_key_identifier().is_some(),
        "a CA has a subjectKeyIdentifier (4.2.1.2)",
    ),
    (
        |c| is_ca(c) || !signs_certificates(c),
        "only a CA has keyCertSign (4.2.1.3)",
    ),
    (
        |c| {
            let critical = c
                .extension(ID_CE_BASIC_CONSTRAINTS)
                .is_some_and(|e| e.critical);
            !is_ca(c) || critical
        },
        "basicConstraints of a CA is critical (4.2.1.9)",
    ),
    (
        |c| {
            let has_length = c.basic_constraints().is_some_and(|b| b.path_len.is_some());
            !has_length || is_ca(c) && (c.key_usage().is_none() || signs_certificates(c))
        },
        "only a CA with keyCertSign has a pathLenConstraint (4.2.1.9)",
    ),
    (
        |c| is_ca(c) || c.extension(ID_CE_NAME_CONSTRAINTS).is_none(),
        "only a CA has nameConstraints (4.2.1.10)",
    ),
    (
        |c| !is_ca(c) || !c.subject().is_empty(),
        "a CA has a name (4.1.2.6)",
    ),
    (
        |c| {
            let names = c.extension(ID_CE_SUBJECT_ALT_NAME);
            !c.subject().is_empty() || names.is_some_and(|extension| extension.critical)
        },
        "without a subject, subjectAltName is there and critical (4.1.2.6)",
    ),
];

fn is_ca(certificate: &Certificate) -> bool {
    certificate.basic_constraints().is_some_and(|b| b.ca)
}

fn signs_certificates(certificate: &Certificate) -> bool {
    certificate
        .key_usage()
        .is_some_and(|usage| usage.contains(KeyUsage::KEY_CERT_SIGN))
}

const VERSION_3: u8 = 3;
