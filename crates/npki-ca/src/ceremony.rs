//! Making the certificates of roots, CAs and their services: what is done once, with few people in the room.

mod service;

use npki_cert::{
    Certificate, Crl, CrlEntry, CrlParams, Deviations, IdentifyData, Name, PolicyOid, Profile,
    SerialNumber, TbsParams, assemble_certificate, assemble_crl, tbs_crl,
};
use npki_core::Instant;
use npki_key::SigningKey;
use rand_core::CryptoRng;
use spki::SubjectPublicKeyInfoOwned;

pub use service::{Service, ocsp_responder, time_stamping};

use crate::{CaError, tbs::linted};

/// Makes a root: self-signed, subjectKeyIdentifier and basicConstraints alone.
///
/// # Errors
/// [`CaError`] when the profile or the key refuses.
pub fn root(
    key: &dyn SigningKey,
    name: &Name,
    not_before: Instant,
    not_after: Instant,
    rng: &mut dyn CryptoRng,
) -> Result<Certificate, CaError> {
    root_with(Deviations::Korean, key, name, (not_before, not_after), rng)
}

/// As [`root`], with keyUsage, which RFC 5280 section 4.2.1.3 wants.
///
/// # Errors
/// As [`root`].
pub fn root_without_deviations(
    key: &dyn SigningKey,
    name: &Name,
    not_before: Instant,
    not_after: Instant,
    rng: &mut dyn CryptoRng,
) -> Result<Certificate, CaError> {
    root_with(Deviations::None, key, name, (not_before, not_after), rng)
}

fn root_with(
    deviations: Deviations,
    key: &dyn SigningKey,
    name: &Name,
    (not_before, not_after): (Instant, Instant),
    rng: &mut dyn CryptoRng,
) -> Result<Certificate, CaError> {
    let params = TbsParams {
        serial_number: SerialNumber::generate(rng),
        issuer: None,
        subject: name,
        public_key: key.public_key(),
        not_before,
        not_after,
        signature_algorithm: &key.algorithm().identifier(),
        policy: None,
        notice: None,
        cps_uri: None,
        crl_uri: None,
        ocsp_uri: None,
        identify_data: None,
        path_len: None,
        deviations,
    };
    signed(key, Profile::Root, &params, rng)
}

/// What a root says of a CA below it.
#[derive(Clone, Debug)]
pub struct IssuingCa<'a> {
    /// Its name.
    pub name: &'a Name,
    /// Its organisation's name, for the subjectAltName.
    pub real_name: &'a str,
    /// Its key.
    pub public_key: &'a SubjectPublicKeyInfoOwned,
    /// The first valid second.
    pub not_before: Instant,
    /// The last valid second.
    pub not_after: Instant,
    /// The notice, such as `이 인증서는 공동인증서입니다`.
    pub notice: &'a str,
    /// Where the root's certification practice statement is.
    pub cps_uri: &'a str,
    /// Where the root's list of revoked CAs (ARL) is.
    pub arl_uri: &'a str,
}

/// Makes the certificate of an issuing CA: anyPolicy, path length 0, requireExplicitPolicy 0.
///
/// # Errors
/// [`CaError`] when the profile or the key refuses.
pub fn issuing_ca(
    root: &Certificate,
    root_key: &dyn SigningKey,
    ca: &IssuingCa<'_>,
    rng: &mut dyn CryptoRng,
) -> Result<Certificate, CaError> {
    issuing_ca_with(Deviations::Korean, root, root_key, ca, rng)
}

/// As [`issuing_ca`], but nothing requires explicit policies, and notice and CPS are left out.
///
/// # Errors
/// As [`issuing_ca`].
pub fn issuing_ca_without_deviations(
    root: &Certificate,
    root_key: &dyn SigningKey,
    ca: &IssuingCa<'_>,
    rng: &mut dyn CryptoRng,
) -> Result<Certificate, CaError> {
    issuing_ca_with(Deviations::None, root, root_key, ca, rng)
}

fn issuing_ca_with(
    deviations: Deviations,
    root: &Certificate,
    root_key: &dyn SigningKey,
    ca: &IssuingCa<'_>,
    rng: &mut dyn CryptoRng,
) -> Result<Certificate, CaError> {
    let identify_data = IdentifyData {
        real_name: ca.real_name.to_owned(),
        vid: None,
    };
    let params = TbsParams {
        serial_number: SerialNumber::generate(rng),
        issuer: Some(root),
        subject: ca.name,
        public_key: ca.public_key,
        not_before: ca.not_before,
        not_after: ca.not_after,
        signature_algorithm: &root_key.algorithm().identifier(),
        policy: None,
        notice: Some(ca.notice),
        cps_uri: Some(ca.cps_uri),
        crl_uri: Some(ca.arl_uri),
        ocsp_uri: None,
        identify_data: Some(&identify_data),
        path_len: Some(0),
        deviations,
    };
    signed(root_key, Profile::IssuingCa, &params, rng)
}

/// What a CA says of a key that serves its CMP messages.
#[derive(Clone, Debug)]
pub struct CmpServiceKey<'a> {
    /// The key.
    pub public_key: &'a SubjectPublicKeyInfoOwned,
    /// The first valid second.
    pub not_before: Instant,
    /// The last valid second.
    pub not_after: Instant,
    /// Where the CA's CRL is.
    pub crl_uri: &'a str,
    /// Where the CA's OCSP responder is.
    pub ocsp_uri: &'a str,
}

/// Makes the certificate of the key that protects a CA's CMP messages, signed by the CA itself.
///
/// It asserts anyPolicy: whoever requires a policy on the way to it finds one.
///
/// # Errors
/// [`CaError`] when the profile or the key refuses.
pub fn cmp_server(
    ca: &Certificate,
    ca_key: &dyn SigningKey,
    service: &CmpServiceKey<'_>,
    rng: &mut dyn CryptoRng,
) -> Result<Certificate, CaError> {
    service_certificate(Profile::CmpServer, "CMP", ca, ca_key, service, None, rng)
}

/// Makes the certificate of the key that R is encrypted to when a certificate is asked for
/// (EncryptedVID), signed by the CA itself: a server's key-management certificate, of two years at
/// most.
///
/// `real_name` is the CA's organisation, `policy` that of the CA's servers.
///
/// # Errors
/// [`CaError`] when the profile or the key refuses, [`CaError::Lint`] for what the profile does not
/// allow, such as three years.
pub fn cmp_encryption(
    ca: &Certificate,
    ca_key: &dyn SigningKey,
    service: &CmpServiceKey<'_>,
    (real_name, policy): (&str, PolicyOid),
    rng: &mut dyn CryptoRng,
) -> Result<Certificate, CaError> {
    let identify_data = IdentifyData {
        real_name: real_name.to_owned(),
        vid: None,
    };
    let identity = Some((&identify_data, policy));
    service_certificate(
        Profile::ServerKm,
        "CMP km",
        ca,
        ca_key,
        service,
        identity,
        rng,
    )
}

fn service_certificate(
    profile: Profile,
    common_name: &str,
    ca: &Certificate,
    ca_key: &dyn SigningKey,
    service: &CmpServiceKey<'_>,
    identity: Option<(&IdentifyData, PolicyOid)>,
    rng: &mut dyn CryptoRng,
) -> Result<Certificate, CaError> {
    // The name of the CA with one more level: nobody who compares names takes one for the other.
    let under = format!("cn={common_name},{}", ca.subject().to_npki_text());
    let subject = Name::from_npki_text(&under).map_err(|_| CaError::Damaged {
        what: "a CA's name",
    })?;
    let params = TbsParams {
        serial_number: SerialNumber::generate(rng),
        issuer: Some(ca),
        subject: &subject,
        public_key: service.public_key,
        not_before: service.not_before,
        not_after: service.not_after,
        signature_algorithm: &ca_key.algorithm().identifier(),
        policy: Some(identity.map_or(PolicyOid::ANY_POLICY, |(_, policy)| policy)),
        notice: None,
        cps_uri: None,
        crl_uri: Some(service.crl_uri),
        ocsp_uri: Some(service.ocsp_uri),
        identify_data: identity.map(|(data, _)| data),
        path_len: None,
        // Neither notice nor CPS: there are none.
        deviations: Deviations::None,
    };
    signed(ca_key, profile, &params, rng)
}

/// Makes the list of CAs that a root has revoked (ARL), sorted by serial number.
///
/// # Errors
/// [`CaError`] when the list or the key refuses.
pub fn authority_revocation_list(
    root_key: &dyn SigningKey,
    params: &CrlParams<'_>,
    entries: impl IntoIterator<Item = CrlEntry>,
    rng: &mut dyn CryptoRng,
) -> Result<Crl, CaError> {
    let tbs = tbs_crl(params, entries)?;
    let signature = root_key.sign(&tbs, rng)?;
    let algorithm = params.signature_algorithm;
    Ok(assemble_crl(&tbs, algorithm, signature.octets())?)
}

fn signed(
    key: &dyn SigningKey,
    profile: Profile,
    params: &TbsParams<'_>,
    rng: &mut dyn CryptoRng,
) -> Result<Certificate, CaError> {
    let tbs = linted(profile, params)?;
    let signature = key.sign(&tbs, rng)?;
    let algorithm = params.signature_algorithm;
    Ok(assemble_certificate(&tbs, algorithm, signature.octets())?)
}
