//! Object identifiers of CMP and CRMF.

use const_oid::ObjectIdentifier;

const fn oid(text: &'static str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

/// id-PasswordBasedMac (RFC 9481 section 6.1.1).
pub(crate) const PASSWORD_BASED_MAC: ObjectIdentifier = oid("1.2.840.113533.7.66.13");
/// id-PBMAC1 (RFC 8018 section 7.1; RFC 9481 section 6.1.2).
pub(crate) const PBMAC1: ObjectIdentifier = oid("1.2.840.113549.1.5.14");
/// id-PBKDF2 (RFC 8018 section 5.2).
pub(crate) const PBKDF2: ObjectIdentifier = oid("1.2.840.113549.1.5.12");

/// id-it-caProtEncCert (RFC 9810 section 5.3.19.1): a certificate to encrypt to.
pub const CA_PROT_ENC_CERT: ObjectIdentifier = oid("1.3.6.1.5.5.7.4.1");
/// id-it-implicitConfirm (RFC 9810 section 5.1.1.1).
pub const IMPLICIT_CONFIRM: ObjectIdentifier = oid("1.3.6.1.5.5.7.4.13");
/// id-it-confirmWaitTime (RFC 9810 section 5.1.1.2).
pub const CONFIRM_WAIT_TIME: ObjectIdentifier = oid("1.3.6.1.5.5.7.4.14");
/// id-it-caCerts (RFC 9810 section 5.3.19.14).
pub const CA_CERTS: ObjectIdentifier = oid("1.3.6.1.5.5.7.4.17");
/// id-it-signKeyPairTypes (RFC 9810 section 5.3.19.2).
pub const SIGN_KEY_PAIR_TYPES: ObjectIdentifier = oid("1.3.6.1.5.5.7.4.2");
/// id-regCtrl-oldCertID (RFC 4211 section 6.5).
pub const OLD_CERT_ID: ObjectIdentifier = oid("1.3.6.1.5.5.7.5.1.5");
/// id-EncryptedVID (KCAC.TS.SIVID).
pub const ENCRYPTED_VID: ObjectIdentifier = oid("1.2.410.200004.10.1.1.2");
/// yessign's infoType of the CA's km certificate, the one that EncryptedVID is made for.
pub const YESSIGN_KM_CERT: ObjectIdentifier = oid("1.2.410.200005.1.10.1");
/// CRLReason, an extension of a revocation's crlEntryDetails (RFC 5280 section 5.3.1).
pub const CRL_REASON: ObjectIdentifier = oid("2.5.29.21");
