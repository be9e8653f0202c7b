use const_oid::{
    ObjectIdentifier,
    db::rfc5280::{
        ID_CE_AUTHORITY_KEY_IDENTIFIER, ID_CE_CERTIFICATE_ISSUER, ID_CE_CRL_NUMBER,
        ID_CE_DELTA_CRL_INDICATOR, ID_CE_ISSUER_ALT_NAME, ID_CE_ISSUING_DISTRIBUTION_POINT,
    },
};
use npki_cert::{Certificate, Crl, DistributionPoint, KeyUsage, RevocationReason};
use npki_core::Instant;
use npki_key::{PublicKey, SignatureAlgorithm, Verifier};
use spki::AlgorithmIdentifierOwned;

use crate::{AlgorithmPolicy, CrlError, WeakAlgorithm};

/// What a CRL says of one certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CrlVerdict {
    /// Not on it.
    Good,
    /// On it. With [`RevocationReason::CertificateHold`] it is suspended (효력정지).
    Revoked {
        /// Since when.
        at: Instant,
        /// Why; unspecified when the entry does not say.
        reason: RevocationReason,
    },
}

/// Asks one CRL about one certificate, at an instant.
///
/// `issuer` is the certificate of the CA that issued `certificate`; its own validity is the
/// caller's matter (a [`Validator`](crate::Validator) judges the whole path).
///
/// Checked are: the names, cRLSign in the key usage, thisUpdate and nextUpdate (both included),
/// the scope in issuingDistributionPoint against the certificate's distribution points, unknown
/// critical extensions of the CRL and of every entry, and the signature. A CRL without a
/// distribution point in its scope covers all certificates of its issuer.
///
/// # Errors
/// [`CrlError`] by cause: the CRL then tells nothing of the certificate, neither good nor bad. Indirect
/// CRLs and those for some reasons only are refused by name, and so is a delta CRL, which tells
/// something only beside the CRL that it amends ([`judge_crls`](crate::judge_crls)).
///
/// Source: RFC 5280 sections 5 and 6.3.3; KCAC.TS.CRLPROF for partitions.
pub fn judge_crl(
    crl: &Crl,
    issuer: &Certificate,
    certificate: &Certificate,
    at: Instant,
    algorithms: AlgorithmPolicy,
) -> Result<CrlVerdict, CrlError> {
    if !crl.issuer().matches(certificate.issuer()) {
        return Err(CrlError::WrongIssuer);
    }
    if crl.is_delta() {
        return Err(CrlError::NoBase);
    }
    check_about(crl, certificate)?;
    check_time(crl, at)?;
    check_signer(crl, issuer)?;
    verify_signature(crl, issuer, algorithms)?;
    look_up(crl, certificate)
}

/// Whether a CRL is about a certificate, and holds nothing that is not processed.
pub(crate) fn check_about(crl: &Crl, certificate: &Certificate) -> Result<(), CrlError> {
    if !crl.issuer().matches(certificate.issuer()) {
        return Err(CrlError::WrongIssuer);
    }
    let unknown = crl
        .extensions()
        .find(|extension| extension.critical && !PROCESSED.contains(&extension.oid));
    if let Some(extension) = unknown {
        return Err(CrlError::UnknownCriticalExtension(extension.oid));
    }
    if let Some(oid) = crl.unknown_critical_in_entries().first() {
        return Err(match *oid {
            ID_CE_CERTIFICATE_ISSUER => CrlError::Unsupported(INDIRECT),
            oid => CrlError::UnknownCriticalExtension(oid),
        });
    }
    check_scope(crl, certificate)
}

/// Whether an instant lies within thisUpdate and nextUpdate.
pub(crate) fn check_time(crl: &Crl, at: Instant) -> Result<(), CrlError> {
    let this_update = crl.this_update();
    if at < this_update {
        return Err(CrlError::NotYetValid { this_update });
    }
    let next_update = crl.next_update().ok_or(CrlError::NoNextUpdate)?;
    if at > next_update {
        return Err(CrlError::Stale { next_update });
    }
    Ok(())
}

/// Whether `signer` may have signed this CRL.
pub(crate) fn check_signer(crl: &Crl, signer: &Certificate) -> Result<(), CrlError> {
    if !crl.issuer().matches(signer.subject()) {
        return Err(CrlError::WrongIssuer);
    }
    if signer
        .key_usage()
        .is_some_and(|usage| !usage.contains(KeyUsage::CRL_SIGN))
    {
        return Err(CrlError::KeyUsage);
    }
    Ok(())
}

pub(crate) fn verify_signature(
    crl: &Crl,
    signer: &Certificate,
    algorithms: AlgorithmPolicy,
) -> Result<(), CrlError> {
    let verifier = prepare_verifying(crl.signature_algorithm(), signer, algorithms)
        .map_err(CrlError::Algorithm)?;
    verifier
        .verify(crl.tbs_der(), crl.signature())
        .ok_or(CrlError::Signature)
}

/// A signer's key with the algorithm that a signed object names.
#[derive(Debug)]
pub(crate) struct Verifying {
    key: PublicKey,
    algorithm: SignatureAlgorithm,
}

impl Verifying {
    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> Option<()> {
        self.key.verify(&self.algorithm, message, signature).ok()
    }
}

/// Checks algorithm and key against the policy before any arithmetic.
pub(crate) fn prepare_verifying(
    identifier: &AlgorithmIdentifierOwned,
    signer: &Certificate,
    algorithms: AlgorithmPolicy,
) -> Result<Verifying, WeakAlgorithm> {
    let algorithm = SignatureAlgorithm::from_identifier(identifier.into())?;
    algorithms.check_signature(algorithm)?;
    algorithms.check_key(signer.public_key())?;
    let key = PublicKey::parse(signer.public_key())?;
    Ok(Verifying { key, algorithm })
}

/// The entry of a certificate in a complete CRL that is good for it.
pub(crate) fn look_up(crl: &Crl, certificate: &Certificate) -> Result<CrlVerdict, CrlError> {
    let Some(entry) = crl.find(certificate.serial_number()) else {
        return Ok(CrlVerdict::Good);
    };
    let reason = entry.reason.unwrap_or(RevocationReason::Unspecified);
    // Only a delta CRL can take something off a list (RFC 5280 section 5.3.1).
    if reason == RevocationReason::RemoveFromCrl {
        return Err(CrlError::Unsupported("removeFromCRL in a complete CRL"));
    }
    Ok(CrlVerdict::Revoked {
        at: entry.revoked_at,
        reason,
    })
}

/// The entry of a certificate in a complete CRL and the delta CRL that amends it.
///
/// Source: RFC 5280 section 6.3.3 (i) to (k).
pub(crate) fn look_up_amended(
    complete: &Crl,
    delta: &Crl,
    certificate: &Certificate,
) -> Result<CrlVerdict, CrlError> {
    let Some(entry) = delta.find(certificate.serial_number()) else {
        return look_up(complete, certificate);
    };
    Ok(
        match entry.reason.unwrap_or(RevocationReason::Unspecified) {
            RevocationReason::RemoveFromCrl => CrlVerdict::Good,
            reason => CrlVerdict::Revoked {
                at: entry.revoked_at,
                reason,
            },
        },
    )
}

/// Whether a delta CRL brings a complete one up to date: of one issuer and key and for one scope, made
/// to the complete one's number or to one before it, and later than it.
///
/// Source: RFC 5280 sections 5.2.4 and 6.3.3 (c).
pub(crate) fn amends(delta: &Crl, complete: &Crl) -> bool {
    let (Some(base), Some(number), Some(known)) =
        (delta.base_number(), delta.number(), complete.number())
    else {
        return false;
    };
    delta.issuer().matches(complete.issuer())
        && scope(delta) == scope(complete)
        && delta.authority_key_identifier() == complete.authority_key_identifier()
        && magnitude(base) <= magnitude(known)
        && magnitude(known) < magnitude(number)
}

/// issuingDistributionPoint as written: what a CRL covers.
pub(crate) fn scope(crl: &Crl) -> Option<&[u8]> {
    crl.extensions()
        .find(|e| e.oid == ID_CE_ISSUING_DISTRIBUTION_POINT)
        .map(|e| e.value)
}

/// What cRLNumbers without leading zeros compare by.
pub(crate) fn magnitude(number: &[u8]) -> (usize, &[u8]) {
    (number.len(), number)
}

/// RFC 5280 section 6.3.3 (b)(2).
fn check_scope(crl: &Crl, certificate: &Certificate) -> Result<(), CrlError> {
    let Some(scope) = crl.issuing_distribution_point() else {
        return Ok(());
    };
    if scope.indirect_crl {
        return Err(CrlError::Unsupported(INDIRECT));
    }
    if scope.only_some_reasons.is_some() {
        return Err(CrlError::Unsupported("a CRL for some reasons only"));
    }
    let is_ca = certificate.basic_constraints().is_some_and(|b| b.ca);
    if scope.only_contains_attribute_certs
        || (scope.only_contains_user_certs && is_ca)
        || (scope.only_contains_ca_certs && !is_ca)
    {
        return Err(CrlError::Scope);
    }
    let Some(partition) = &scope.point else {
        return Ok(());
    };
    if partition.has_relative_name {
        return Err(CrlError::Unsupported(RELATIVE));
    }
    // Without a distribution point of its own, a certificate belongs to the one that is named as
    // its issuer (6.3.3, last paragraph).
    if partition
        .directory_names
        .iter()
        .any(|name| name.matches(certificate.issuer()))
    {
        return Ok(());
    }
    let mut refusal = CrlError::Scope;
    for point in certificate.crl_distribution_points() {
        if !point.crl_issuer.is_empty() && !point.crl_issuer.iter().any(|n| n.matches(crl.issuer()))
        {
            continue;
        }
        if point.has_relative_name {
            refusal = CrlError::Unsupported(RELATIVE);
        }
        if !same_point(partition, point) {
            continue;
        }
        if point.reasons.is_none() {
            return Ok(());
        }
        refusal = CrlError::Unsupported("a distribution point for some reasons only");
    }
    Err(refusal)
}

fn same_point(crl: &DistributionPoint, certificate: &DistributionPoint) -> bool {
    let uris = certificate
        .uris
        .iter()
        .any(|own| crl.uris.iter().any(|other| same_uri(own, other)));
    uris || certificate
        .directory_names
        .iter()
        .any(|own| crl.directory_names.iter().any(|other| own.matches(other)))
}

/// The same octets; or LDAP URIs of the same entry of which one leaves the attribute out, as
/// TradeSign's and SignKorea's do. The partition is the entry.
fn same_uri(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    let is_ldap = |uri: &str| {
        uri.get(..7)
            .is_some_and(|s| s.eq_ignore_ascii_case("ldap://"))
    };
    if !is_ldap(a) || !is_ldap(b) {
        return false;
    }
    match (a.split_once('?'), b.split_once('?')) {
        (Some((entry, _)), None) => entry == b,
        (None, Some((entry, _))) => entry == a,
        _ => false,
    }
}

const INDIRECT: &str = "an indirect CRL";
const RELATIVE: &str = "a distribution point named relative to its issuer";

/// What may be critical in a CRL.
const PROCESSED: &[ObjectIdentifier] = &[
    ID_CE_AUTHORITY_KEY_IDENTIFIER,
    ID_CE_CRL_NUMBER,
    ID_CE_DELTA_CRL_INDICATOR,
    ID_CE_ISSUER_ALT_NAME,
    ID_CE_ISSUING_DISTRIBUTION_POINT,
];
