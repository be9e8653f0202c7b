//! The profiles' one table.

use const_oid::db::{rfc5912, rfc6960};

use super::{
    Criticality::{Critical, NonCritical},
    Deviations,
    Presence::{Optional, Required},
    Profile, ProfileLimits, ProfileRow,
};
use crate::KeyUsage;

macro_rules! rows {
    ($profile:literal: $($oid:path, $name:literal, $presence:ident, $criticality:ident, $source:literal;)+) => {
        &[$(ProfileRow {
            extension: $oid,
            name: $name,
            presence: $presence,
            criticality: $criticality,
            source: $source,
            presence_rule: concat!("cert.", $profile, ".", $name, ".presence"),
            criticality_rule: concat!("cert.", $profile, ".", $name, ".critical"),
        }),+]
    };
}

pub(super) const fn rows(profile: Profile, deviations: Deviations) -> &'static [ProfileRow] {
    match (profile, deviations) {
        (Profile::Root, Deviations::Korean) => ROOT,
        (Profile::Root, Deviations::None) => PLAIN_ROOT,
        (Profile::IssuingCa, Deviations::Korean) => ISSUING_CA,
        (Profile::IssuingCa, Deviations::None) => PLAIN_ISSUING_CA,
        (Profile::SubscriberSign, _) => SUBSCRIBER_SIGN,
        (Profile::SubscriberKm, _) => SUBSCRIBER_KM,
        (Profile::CmpServer, _) => CMP_SERVER,
        (Profile::ServerKm, _) => SERVER_KM,
        (Profile::OcspResponder, _) => OCSP_RESPONDER,
        (Profile::TimeStamping, _) => TIME_STAMPING,
    }
}

pub(super) const fn limits(profile: Profile) -> &'static ProfileLimits {
    match profile {
        Profile::Root => &ROOT_LIMITS,
        Profile::IssuingCa => &CA_LIMITS,
        Profile::SubscriberSign => &SIGN_LIMITS,
        Profile::SubscriberKm => &KM_LIMITS,
        Profile::CmpServer => &CMP_LIMITS,
        Profile::ServerKm => &SERVER_LIMITS,
        Profile::OcspResponder | Profile::TimeStamping => &SERVICE_LIMITS,
    }
}

// RFC 5280 section 4.2.1.3 wants keyUsage in every CA certificate; the roots of KISA have none, and
// ours look like them. It may stand there.
#[rustfmt::skip]
const ROOT: &[ProfileRow] = rows!["root":
    rfc5912::ID_CE_SUBJECT_KEY_IDENTIFIER, "subject-key-identifier", Required, NonCritical, "RFC 5280 4.2.1.2; KCAC.TS.CERTPROF";
    rfc5912::ID_CE_KEY_USAGE, "key-usage", Optional, Critical, "RFC 5280 4.2.1.3, absent at KISA RootCA 1 and 4";
    rfc5912::ID_CE_BASIC_CONSTRAINTS, "basic-constraints", Required, Critical, "RFC 5280 4.2.1.9; KCAC.TS.CERTPROF";
];

#[rustfmt::skip]
const PLAIN_ROOT: &[ProfileRow] = rows!["root":
    rfc5912::ID_CE_SUBJECT_KEY_IDENTIFIER, "subject-key-identifier", Required, NonCritical, "RFC 5280 4.2.1.2";
    rfc5912::ID_CE_KEY_USAGE, "key-usage", Required, Critical, "RFC 5280 4.2.1.3";
    rfc5912::ID_CE_BASIC_CONSTRAINTS, "basic-constraints", Required, Critical, "RFC 5280 4.2.1.9";
];

// GnuTLS does not know policyConstraints, which are critical wherever they stand (RFC 5280 section 4.2.1.11).
#[rustfmt::skip]
const PLAIN_ISSUING_CA: &[ProfileRow] = rows!["issuing-ca":
    rfc5912::ID_CE_AUTHORITY_KEY_IDENTIFIER, "authority-key-identifier", Required, NonCritical, "RFC 5280 4.2.1.1";
    rfc5912::ID_CE_SUBJECT_KEY_IDENTIFIER, "subject-key-identifier", Required, NonCritical, "RFC 5280 4.2.1.2";
    rfc5912::ID_CE_KEY_USAGE, "key-usage", Required, Critical, "RFC 5280 4.2.1.3";
    rfc5912::ID_CE_CERTIFICATE_POLICIES, "certificate-policies", Required, Critical, "RFC 5280 4.2.1.4";
    rfc5912::ID_CE_SUBJECT_ALT_NAME, "subject-alt-name", Optional, NonCritical, "RFC 5280 4.2.1.6; KCAC.TS.SIVID";
    rfc5912::ID_CE_BASIC_CONSTRAINTS, "basic-constraints", Required, Critical, "RFC 5280 4.2.1.9";
    rfc5912::ID_CE_CRL_DISTRIBUTION_POINTS, "crl-distribution-points", Required, NonCritical, "RFC 5280 4.2.1.13";
];

#[rustfmt::skip]
const ISSUING_CA: &[ProfileRow] = rows!["issuing-ca":
    rfc5912::ID_CE_AUTHORITY_KEY_IDENTIFIER, "authority-key-identifier", Required, NonCritical, "RFC 5280 4.2.1.1; KCAC.TS.CERTPROF";
    rfc5912::ID_CE_SUBJECT_KEY_IDENTIFIER, "subject-key-identifier", Required, NonCritical, "RFC 5280 4.2.1.2; KCAC.TS.CERTPROF";
    rfc5912::ID_CE_KEY_USAGE, "key-usage", Required, Critical, "RFC 5280 4.2.1.3; KCAC.TS.CERTPROF";
    rfc5912::ID_CE_CERTIFICATE_POLICIES, "certificate-policies", Required, Critical, "RFC 5280 4.2.1.4; KCAC.TS.CERTPROF";
    rfc5912::ID_CE_SUBJECT_ALT_NAME, "subject-alt-name", Optional, NonCritical, "RFC 5280 4.2.1.6; KCAC.TS.SIVID";
    rfc5912::ID_CE_BASIC_CONSTRAINTS, "basic-constraints", Required, Critical, "RFC 5280 4.2.1.9; KCAC.TS.CERTPROF";
    rfc5912::ID_CE_POLICY_CONSTRAINTS, "policy-constraints", Required, Critical, "RFC 5280 4.2.1.11; KCAC.TS.CERTPROF";
    rfc5912::ID_CE_CRL_DISTRIBUTION_POINTS, "crl-distribution-points", Required, NonCritical, "RFC 5280 4.2.1.13; KCAC.TS.CERTPROF";
];

#[rustfmt::skip]
const SUBSCRIBER_SIGN: &[ProfileRow] = rows!["subscriber-sign":
    rfc5912::ID_CE_AUTHORITY_KEY_IDENTIFIER, "authority-key-identifier", Required, NonCritical, "RFC 5280 4.2.1.1; KCAC.TS.CERTPROF";
    rfc5912::ID_CE_SUBJECT_KEY_IDENTIFIER, "subject-key-identifier", Required, NonCritical, "RFC 5280 4.2.1.2; KCAC.TS.CERTPROF";
    rfc5912::ID_CE_KEY_USAGE, "key-usage", Required, Critical, "RFC 5280 4.2.1.3; KCAC.TS.CERTPROF";
    rfc5912::ID_CE_CERTIFICATE_POLICIES, "certificate-policies", Required, Critical, "RFC 5280 4.2.1.4; KCAC.TS.CERTPROF";
    rfc5912::ID_CE_SUBJECT_ALT_NAME, "subject-alt-name", Required, NonCritical, "RFC 5280 4.2.1.6; KCAC.TS.SIVID";
    rfc5912::ID_CE_CRL_DISTRIBUTION_POINTS, "crl-distribution-points", Required, NonCritical, "RFC 5280 4.2.1.13; KCAC.TS.CERTPROF";
    rfc5912::ID_PE_AUTHORITY_INFO_ACCESS, "authority-info-access", Required, NonCritical, "RFC 5280 4.2.2.1; KCAC.TS.CERTPROF";
];

// TradeSign's key-management certificates have no subjectAltName.
#[rustfmt::skip]
const SUBSCRIBER_KM: &[ProfileRow] = rows!["subscriber-km":
    rfc5912::ID_CE_AUTHORITY_KEY_IDENTIFIER, "authority-key-identifier", Required, NonCritical, "RFC 5280 4.2.1.1; KCAC.TS.CERTPROF";
    rfc5912::ID_CE_SUBJECT_KEY_IDENTIFIER, "subject-key-identifier", Required, NonCritical, "RFC 5280 4.2.1.2; KCAC.TS.CERTPROF";
    rfc5912::ID_CE_KEY_USAGE, "key-usage", Required, Critical, "RFC 5280 4.2.1.3; KCAC.TS.CERTPROF";
    rfc5912::ID_CE_CERTIFICATE_POLICIES, "certificate-policies", Required, Critical, "RFC 5280 4.2.1.4; KCAC.TS.CERTPROF";
    rfc5912::ID_CE_SUBJECT_ALT_NAME, "subject-alt-name", Optional, NonCritical, "RFC 5280 4.2.1.6; KCAC.TS.SIVID";
    rfc5912::ID_CE_CRL_DISTRIBUTION_POINTS, "crl-distribution-points", Required, NonCritical, "RFC 5280 4.2.1.13; KCAC.TS.CERTPROF";
    rfc5912::ID_PE_AUTHORITY_INFO_ACCESS, "authority-info-access", Required, NonCritical, "RFC 5280 4.2.2.1; KCAC.TS.CERTPROF";
];

// The key-management certificates of the tax office (by yessign, realName alone) and of CrossCert's
// servers (with a VID).
#[rustfmt::skip]
const SERVER_KM: &[ProfileRow] = rows!["server-km":
    rfc5912::ID_CE_AUTHORITY_KEY_IDENTIFIER, "authority-key-identifier", Required, NonCritical, "RFC 5280 4.2.1.1; KCAC.TS.CERTPROF";
    rfc5912::ID_CE_SUBJECT_KEY_IDENTIFIER, "subject-key-identifier", Required, NonCritical, "RFC 5280 4.2.1.2; KCAC.TS.CERTPROF";
    rfc5912::ID_CE_KEY_USAGE, "key-usage", Required, Critical, "RFC 5280 4.2.1.3; KCAC.TS.CERTPROF";
    rfc5912::ID_CE_CERTIFICATE_POLICIES, "certificate-policies", Required, Critical, "RFC 5280 4.2.1.4; KCAC.TS.CERTPROF";
    rfc5912::ID_CE_SUBJECT_ALT_NAME, "subject-alt-name", Required, NonCritical, "RFC 5280 4.2.1.6; KCAC.TS.SIVID";
    rfc5912::ID_CE_CRL_DISTRIBUTION_POINTS, "crl-distribution-points", Required, NonCritical, "RFC 5280 4.2.1.13; KCAC.TS.CERTPROF";
    rfc5912::ID_PE_AUTHORITY_INFO_ACCESS, "authority-info-access", Required, NonCritical, "RFC 5280 4.2.2.1; KCAC.TS.CERTPROF";
];

// Responders of the Korean CAs: realName, KISA's policy for CA services, critical extendedKeyUsage.
// Where its state is found stands there, or else that nobody asks for it.
#[rustfmt::skip]
const OCSP_RESPONDER: &[ProfileRow] = rows!["ocsp-responder":
    rfc5912::ID_CE_AUTHORITY_KEY_IDENTIFIER, "authority-key-identifier", Required, NonCritical, "RFC 5280 4.2.1.1; KCAC.TS.CERTPROF";
    rfc5912::ID_CE_SUBJECT_KEY_IDENTIFIER, "subject-key-identifier", Required, NonCritical, "RFC 5280 4.2.1.2; KCAC.TS.CERTPROF";
    rfc5912::ID_CE_KEY_USAGE, "key-usage", Required, Critical, "RFC 5280 4.2.1.3; KCAC.TS.CERTPROF";
    rfc5912::ID_CE_CERTIFICATE_POLICIES, "certificate-policies", Required, Critical, "RFC 5280 4.2.1.4; KCAC.TS.CERTPROF";
    rfc5912::ID_CE_SUBJECT_ALT_NAME, "subject-alt-name", Optional, NonCritical, "RFC 5280 4.2.1.6; KCAC.TS.SIVID";
    rfc5912::ID_CE_EXT_KEY_USAGE, "ext-key-usage", Required, Critical, "RFC 6960 4.2.2.2, critical at the responders of KISA RootCA 4";
    rfc5912::ID_CE_CRL_DISTRIBUTION_POINTS, "crl-distribution-points", Optional, NonCritical, "RFC 5280 4.2.1.13; KCAC.TS.CERTPROF";
    rfc6960::ID_PKIX_OCSP_NOCHECK, "ocsp-nocheck", Optional, NonCritical, "RFC 6960 4.2.2.2.1";
];

#[rustfmt::skip]
const TIME_STAMPING: &[ProfileRow] = rows!["time-stamping":
    rfc5912::ID_CE_AUTHORITY_KEY_IDENTIFIER, "authority-key-identifier", Required, NonCritical, "RFC 5280 4.2.1.1; KCAC.TS.CERTPROF";
    rfc5912::ID_CE_SUBJECT_KEY_IDENTIFIER, "subject-key-identifier", Required, NonCritical, "RFC 5280 4.2.1.2; KCAC.TS.CERTPROF";
    rfc5912::ID_CE_KEY_USAGE, "key-usage", Required, Critical, "RFC 5280 4.2.1.3; KCAC.TS.CERTPROF";
    rfc5912::ID_CE_CERTIFICATE_POLICIES, "certificate-policies", Required, Critical, "RFC 5280 4.2.1.4; KCAC.TS.CERTPROF";
    rfc5912::ID_CE_SUBJECT_ALT_NAME, "subject-alt-name", Optional, NonCritical, "RFC 5280 4.2.1.6; KCAC.TS.SIVID";
    rfc5912::ID_CE_EXT_KEY_USAGE, "ext-key-usage", Required, Critical, "RFC 3161 2.3";
    rfc5912::ID_CE_CRL_DISTRIBUTION_POINTS, "crl-distribution-points", Required, NonCritical, "RFC 5280 4.2.1.13; KCAC.TS.CERTPROF";
];

// A CA that requires explicit policies wants one here too; anyPolicy asserts nothing of its own.
#[rustfmt::skip]
const CMP_SERVER: &[ProfileRow] = rows!["cmp-server":
    rfc5912::ID_CE_AUTHORITY_KEY_IDENTIFIER, "authority-key-identifier", Required, NonCritical, "RFC 5280 4.2.1.1";
    rfc5912::ID_CE_SUBJECT_KEY_IDENTIFIER, "subject-key-identifier", Required, NonCritical, "RFC 9483 3.1: senderKID";
    rfc5912::ID_CE_KEY_USAGE, "key-usage", Required, Critical, "RFC 9483 3.2: digitalSignature";
    rfc5912::ID_CE_EXT_KEY_USAGE, "ext-key-usage", Required, NonCritical, "RFC 9810 4.5: id-kp-cmcCA";
    rfc5912::ID_CE_CERTIFICATE_POLICIES, "certificate-policies", Required, NonCritical, "RFC 5280 4.2.1.11";
    rfc5912::ID_CE_CRL_DISTRIBUTION_POINTS, "crl-distribution-points", Required, NonCritical, "RFC 5280 4.2.1.13";
];

const CA_USAGE: KeyUsage = KeyUsage::KEY_CERT_SIGN.union(KeyUsage::CRL_SIGN);

const ROOT_LIMITS: ProfileLimits = ProfileLimits {
    // Five leap days, and the day begun.
    max_validity_days: 7_306,
    max_validity_source: "KISA RootCA 1 and 4: 20 years",
    key_usage_required: KeyUsage::KEY_CERT_SIGN,
    key_usage_allowed: KeyUsage::CRL_SIGN,
    min_serial_bits: MIN_SERIAL_BITS,
};

const CA_LIMITS: ProfileLimits = ProfileLimits {
    max_validity_days: 3_653,
    max_validity_source: "CAs of the second and third generation: 10 years",
    key_usage_required: CA_USAGE,
    key_usage_allowed: KeyUsage::EMPTY,
    min_serial_bits: MIN_SERIAL_BITS,
};

const SIGN_LIMITS: ProfileLimits = ProfileLimits {
    max_validity_days: SUBSCRIBER_DAYS,
    max_validity_source: SUBSCRIBER_SOURCE,
    key_usage_required: KeyUsage::DIGITAL_SIGNATURE.union(KeyUsage::NON_REPUDIATION),
    key_usage_allowed: KeyUsage::EMPTY,
    min_serial_bits: MIN_SERIAL_BITS,
};

const KM_LIMITS: ProfileLimits = ProfileLimits {
    max_validity_days: SUBSCRIBER_DAYS,
    max_validity_source: SUBSCRIBER_SOURCE,
    key_usage_required: KeyUsage::KEY_ENCIPHERMENT,
    key_usage_allowed: KeyUsage::DATA_ENCIPHERMENT,
    min_serial_bits: MIN_SERIAL_BITS,
};

const CMP_LIMITS: ProfileLimits = ProfileLimits {
    max_validity_days: 3_653,
    max_validity_source: "as long as the CA",
    key_usage_required: KeyUsage::DIGITAL_SIGNATURE,
    key_usage_allowed: KeyUsage::EMPTY,
    min_serial_bits: MIN_SERIAL_BITS,
};

const SERVER_LIMITS: ProfileLimits = ProfileLimits {
    max_validity_days: 731,
    max_validity_source: "servers of yessign and CrossCert: one to two years",
    key_usage_required: KeyUsage::KEY_ENCIPHERMENT,
    key_usage_allowed: KeyUsage::DATA_ENCIPHERMENT,
    min_serial_bits: MIN_SERIAL_BITS,
};

/// What the root certifies beside CAs lives no longer than they do.
const SERVICE_LIMITS: ProfileLimits = ProfileLimits {
    max_validity_days: 3_653,
    max_validity_source: "as the CAs: 10 years",
    key_usage_required: KeyUsage::DIGITAL_SIGNATURE.union(KeyUsage::NON_REPUDIATION),
    key_usage_allowed: KeyUsage::EMPTY,
    min_serial_bits: MIN_SERIAL_BITS,
};

/// A year of 366 days, the 30 days by which a renewal may come early, and the day begun.
const SUBSCRIBER_DAYS: u32 = 397;
const SUBSCRIBER_SOURCE: &str = "R10, R11";
/// 128 random bits behind a leading one.
const MIN_SERIAL_BITS: u32 = 128;
