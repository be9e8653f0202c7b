use npki_cert::{
    Certificate, Deviations, IdentifyData, Name, PolicyOid, Profile, SerialNumber, TbsParams,
};
use npki_core::Instant;
use npki_key::SigningKey;
use rand_core::CryptoRng;
use spki::SubjectPublicKeyInfoOwned;

use super::signed;
use crate::CaError;

/// What a root or a CA says of a service beside the CAs: an OCSP responder, a time stamp authority.
#[derive(Clone, Debug)]
pub struct Service<'a> {
    /// Its name. Its O is that of the CA that it works for.
    pub name: &'a Name,
    /// Its organisation's name, for the subjectAltName.
    pub real_name: &'a str,
    /// Its key.
    pub public_key: &'a SubjectPublicKeyInfoOwned,
    /// The first valid second.
    pub not_before: Instant,
    /// The last valid second.
    pub not_after: Instant,
    /// The policy for CA services: 1.2.410.200004.2.1 of KISA, or one of the test arc.
    pub policy: PolicyOid,
    /// The notice, if there is one.
    pub notice: Option<&'a str>,
    /// Where the issuer's certification practice statement is.
    pub cps_uri: Option<&'a str>,
    /// Where its state is found. `None`: nobody asks for it, and a responder says so
    /// (id-pkix-ocsp-nocheck); then its life is short.
    pub crl_uri: Option<&'a str>,
}

/// Makes the certificate of an OCSP responder: of the root, as the Korean CAs have it, or of the CA that
/// it answers for, as RFC 6960 section 4.2.2.2 wants.
///
/// # Errors
/// [`CaError`] when the profile or the key refuses.
pub fn ocsp_responder(
    issuer: &Certificate,
    issuer_key: &dyn SigningKey,
    service: &Service<'_>,
    rng: &mut dyn CryptoRng,
) -> Result<Certificate, CaError> {
    make(Profile::OcspResponder, issuer, issuer_key, service, rng)
}

/// Makes the certificate of a time stamp authority.
///
/// # Errors
/// [`CaError`] when the profile or the key refuses, such as for want of an address of the CRL.
pub fn time_stamping(
    root: &Certificate,
    root_key: &dyn SigningKey,
    service: &Service<'_>,
    rng: &mut dyn CryptoRng,
) -> Result<Certificate, CaError> {
    make(Profile::TimeStamping, root, root_key, service, rng)
}

fn make(
    profile: Profile,
    issuer: &Certificate,
    issuer_key: &dyn SigningKey,
    service: &Service<'_>,
    rng: &mut dyn CryptoRng,
) -> Result<Certificate, CaError> {
    let identify_data = IdentifyData {
        real_name: service.real_name.to_owned(),
        vid: None,
    };
    let params = TbsParams {
        serial_number: SerialNumber::generate(rng),
        issuer: Some(issuer),
        subject: service.name,
        public_key: service.public_key,
        not_before: service.not_before,
        not_after: service.not_after,
        signature_algorithm: &issuer_key.algorithm().identifier(),
        policy: Some(service.policy),
        notice: service.notice,
        cps_uri: service.cps_uri,
        crl_uri: service.crl_uri,
        ocsp_uri: None,
        identify_data: Some(&identify_data),
        path_len: None,
        deviations: Deviations::Korean,
    };
    signed(issuer_key, profile, &params, rng)
}
