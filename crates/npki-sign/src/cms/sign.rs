use const_oid::db::rfc5912::RSA_ENCRYPTION;
use der::{Any, Decode, Encode, asn1::OctetString};
use npki_cert::Certificate;
use npki_container::cms::ID_DATA;
use npki_core::{HashAlgorithm, Instant};
use npki_key::{SignatureAlgorithm, SigningKey};
use rand_core::CryptoRng;
use spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};

use super::{
    SignedData,
    asn1::{
        EncapsulatedContentInfo, IssuerAndSerialNumber, SetAsFound, SignedDataValue,
        SignerIdentifier, SignerInfo,
    },
    attributes,
    error::CmsSignError,
    profile::{Attributes, DigestParameters, Profile, RsaIdentifier},
};

/// What is to be signed, and how.
#[derive(Clone, Copy, Debug)]
pub struct Signing<'a> {
    content: &'a [u8],
    certificate: &'a Certificate,
    extra_certificates: &'a [Certificate],
    placement: Placement,
    profile: Profile,
    signing_time: Option<Instant>,
}

/// Where the content is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placement {
    /// In the message.
    Attached,
    /// Elsewhere; who verifies gets it by another way.
    Detached,
}

impl<'a> Signing<'a> {
    /// `content` to be signed by the key of `certificate`: attached, [`Profile::PLAIN`], without a
    /// signing time.
    #[must_use]
    pub const fn new(content: &'a [u8], certificate: &'a Certificate) -> Self {
        Self {
            content,
            certificate,
            extra_certificates: &[],
            placement: Placement::Attached,
            profile: Profile::PLAIN,
            signing_time: None,
        }
    }

    /// Another profile.
    #[must_use]
    pub const fn profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    /// Where the content goes.
    #[must_use]
    pub const fn placement(mut self, placement: Placement) -> Self {
        self.placement = placement;
        self
    }

    /// CA certificates that are sent along with the signer's own.
    #[must_use]
    pub const fn extra_certificates(mut self, certificates: &'a [Certificate]) -> Self {
        self.extra_certificates = certificates;
        self
    }

    /// The instant that the signer claims; profiles without signed attributes leave it out.
    #[must_use]
    pub const fn signing_time(mut self, instant: Instant) -> Self {
        self.signing_time = Some(instant);
        self
    }
}

impl SignedData {
    /// Signs with one key.
    ///
    /// # Errors
    /// [`CmsSignError::KeyMismatch`] when `key` is not the one in the certificate, and by what the
    /// key answers.
    ///
    /// # Security
    /// Show people the bytes that they sign. A signature by a certificate with nonRepudiation
    /// binds its holder.
    ///
    /// Source: RFC 5652 sections 5.4 and 5.5.
    pub fn sign(
        signing: &Signing<'_>,
        key: &dyn SigningKey,
        rng: &mut dyn CryptoRng,
    ) -> Result<Self, CmsSignError> {
        if !same_key(key.public_key(), signing.certificate.public_key()) {
            return Err(CmsSignError::KeyMismatch);
        }
        let profile = signing.profile;
        let algorithm = key.algorithm();
        let hash = algorithm.hash();
        let signed_attributes = match profile.attributes {
            Attributes::None => None,
            Attributes::Signed => Some(
                attributes::write(ID_DATA, &hash.digest(signing.content), signing.signing_time)
                    .ok_or(CmsSignError::SigningTime)??,
            ),
        };
        let signature = match &signed_attributes {
            None => key.sign(signing.content, rng)?,
            Some(attributes) => key.sign(&attributes.to_der()?, rng)?,
        };
        let digest_algorithm = digest_identifier(hash, profile);
        let signer = SignerInfo {
            version: VERSION,
            sid: SignerIdentifier::IssuerAndSerialNumber(issuer_and_serial(signing.certificate)?),
            digest_algorithm: digest_algorithm.clone(),
            signed_attributes,
            signature_algorithm: signature_identifier(algorithm, profile),
            signature: OctetString::new(signature.into_octets())?,
            unsigned_attributes: None,
        };
        let content = match signing.placement {
            Placement::Detached => None,
            Placement::Attached => Some(Any::encode_from(&OctetString::new(signing.content)?)?),
        };
        Ok(Self::new(SignedDataValue {
            version: VERSION,
            digest_algorithms: SetAsFound(vec![digest_algorithm]),
            encap_content_info: EncapsulatedContentInfo {
                content_type: ID_DATA,
                content,
            },
            certificates: Some(certificates(signing)?),
            crls: None,
            signer_infos: SetAsFound(vec![signer]),
        })?)
    }
}

/// The signer's certificate and the others, each once.
fn certificates(signing: &Signing<'_>) -> der::Result<SetAsFound<Any>> {
    let mut found: Vec<&[u8]> = vec![signing.certificate.der()];
    for certificate in signing.extra_certificates {
        if !found.contains(&certificate.der()) {
            found.push(certificate.der());
        }
    }
    let any = found.into_iter().map(Any::from_der);
    SetAsFound::sorted(any.collect::<der::Result<_>>()?)
}

fn issuer_and_serial(certificate: &Certificate) -> der::Result<IssuerAndSerialNumber> {
    Ok(IssuerAndSerialNumber {
        issuer: Any::from_der(certificate.issuer().der())?,
        serial_number: Any::from_der(&certificate.serial_number().to_der())?,
    })
}

fn digest_identifier(hash: HashAlgorithm, profile: Profile) -> AlgorithmIdentifierOwned {
    AlgorithmIdentifierOwned {
        oid: hash.oid(),
        parameters: match profile.digest_parameters {
            DigestParameters::Absent => None,
            DigestParameters::Null => Some(Any::null()),
        },
    }
}

fn signature_identifier(
    algorithm: SignatureAlgorithm,
    profile: Profile,
) -> AlgorithmIdentifierOwned {
    match (algorithm, profile.rsa_identifier) {
        (SignatureAlgorithm::RsaPkcs1(_), RsaIdentifier::RsaEncryption) => {
            AlgorithmIdentifierOwned {
                oid: RSA_ENCRYPTION,
                parameters: Some(Any::null()),
            }
        }
        _ => algorithm.identifier(),
    }
}

/// The same algorithm and key. The parameters of an RSA key are NULL in one place and absent in
/// another, so they do not count; those of an ECDSA key do.
fn same_key(a: &SubjectPublicKeyInfoOwned, b: &SubjectPublicKeyInfoOwned) -> bool {
    a.algorithm.oid == b.algorithm.oid
        && a.subject_public_key == b.subject_public_key
        && (a.algorithm.oid == RSA_ENCRYPTION || a.algorithm.parameters == b.algorithm.parameters)
}

/// CMSVersion: 1 for id-data, certificates and IssuerAndSerialNumber only (RFC 5652 sections 5.1, 5.3).
const VERSION: u8 = 1;
