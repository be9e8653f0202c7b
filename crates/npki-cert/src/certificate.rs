mod extensions;
mod pem;
mod shown;
mod tbs;

use core::{fmt, hash::Hash, ops::Range};

use const_oid::ObjectIdentifier;
use npki_core::{HashAlgorithm, Instant};
use spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};

pub use shown::KeyUse;

pub(crate) use extensions::{Extensions, MAX_EXTENSIONS, read_extension, read_extensions};
pub(crate) use pem::{read_pem, write_pem};
pub(crate) use tbs::Tbs;

use crate::{
    AuthorityKeyIdentifier, BasicConstraints, CertError, CertificatePolicies, DistributionPoint,
    Extension, IdentifyData, KeyUsage, Name, PolicyConstraints, PolicyMapping, SerialNumber,
    input::{self, BIT_STRING, SEQUENCE},
    output,
};

/// A certificate that keeps its DER.
///
/// A signature is checked over [`Certificate::tbs_der`], the octets that were signed; nothing is
/// ever written again from the fields. Two certificates are equal when their octets are.
///
/// Every extension that this room knows has been read when [`Certificate::parse`] returns, so the
/// accessors cannot fail; what is *decided* by them is not decided here.
///
/// Source: RFC 5280 section 4.1; KCAC.TS.CERTPROF.
#[derive(Clone)]
pub struct Certificate {
    der: Vec<u8>,
    tbs_range: Range<usize>,
    tbs: Tbs,
    signature: Vec<u8>,
}

impl Certificate {
    /// The most octets that are read. A bound of ours: real certificates have 900 to 2,000.
    pub const MAX_OCTETS: usize = 65_536;

    /// Reads a DER certificate, v3 or v1.
    ///
    /// Lenient for named cases only: an explicit `FALSE`, zero bits at the end of a keyUsage, a
    /// GeneralizedTime before 2050, strings in the wrong encoding.
    ///
    /// # Errors
    /// [`CertError`], naming the type that could not be read.
    pub fn parse(der: &[u8]) -> Result<Self, CertError> {
        if der.len() > Self::MAX_OCTETS {
            return Err(CertError::TooLong {
                what: WHAT,
                found: der.len(),
                max: Self::MAX_OCTETS,
            });
        }
        let signed = Signed::read(der, WHAT)?;
        let tbs = Tbs::read(signed.tbs)?;
        check_algorithms(&tbs.signature_algorithm, &signed.algorithm)?;
        Ok(Self {
            tbs_range: signed.tbs_range,
            tbs,
            signature: signed.signature.to_vec(),
            der: der.to_vec(),
        })
    }

    /// Reads DER or PEM with white space around it.
    ///
    /// # Errors
    /// As [`Certificate::parse`], and [`CertError::Pem`].
    pub fn parse_any(octets: &[u8]) -> Result<Self, CertError> {
        let der = read_pem(
            octets,
            WHAT,
            &["CERTIFICATE", "X509 CERTIFICATE"],
            Self::MAX_OCTETS,
        )?;
        Self::parse(&der)
    }

    /// The whole certificate, as read.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The certificate as PEM text.
    #[must_use]
    pub fn to_pem(&self) -> String {
        write_pem("CERTIFICATE", &self.der)
    }

    /// The TBSCertificate, as read: what the signature is over.
    #[must_use]
    pub fn tbs_der(&self) -> &[u8] {
        self.der.get(self.tbs_range.clone()).unwrap_or_default()
    }

    /// The octets of the signature.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// How it was signed; the same inside and outside of the signed part.
    #[must_use]
    pub const fn signature_algorithm(&self) -> &AlgorithmIdentifierOwned {
        &self.tbs.signature_algorithm
    }

    /// The version: 3 or 1.
    #[must_use]
    pub const fn version(&self) -> u8 {
        self.tbs.version
    }

    /// The serial number.
    #[must_use]
    pub const fn serial_number(&self) -> &SerialNumber {
        &self.tbs.serial_number
    }

    /// Who issued it.
    #[must_use]
    pub const fn issuer(&self) -> &Name {
        &self.tbs.issuer
    }

    /// Whom it names.
    #[must_use]
    pub const fn subject(&self) -> &Name {
        &self.tbs.subject
    }

    /// The first valid second.
    #[must_use]
    pub const fn not_before(&self) -> Instant {
        self.tbs.not_before
    }

    /// The last valid second.
    #[must_use]
    pub const fn not_after(&self) -> Instant {
        self.tbs.not_after
    }

    /// Whether `now` lies within the validity, its first and last second included.
    #[must_use]
    pub fn is_valid_at(&self, now: Instant) -> bool {
        (self.not_before()..=self.not_after()).contains(&now)
    }

    /// The public key.
    #[must_use]
    pub const fn public_key(&self) -> &SubjectPublicKeyInfoOwned {
        &self.tbs.public_key
    }

    /// The SubjectPublicKeyInfo, as read.
    #[must_use]
    pub fn public_key_der(&self) -> &[u8] {
        &self.tbs.public_key_der
    }

    /// SHA-256 over the whole DER.
    #[must_use]
    pub fn sha256_fingerprint(&self) -> [u8; 32] {
        fixed(HashAlgorithm::Sha256.digest(&self.der).octets())
    }

    /// All extensions, in order.
    pub fn extensions(&self) -> impl Iterator<Item = Extension<'_>> {
        self.tbs.extensions.iter()
    }

    /// One extension as it stands there.
    #[must_use]
    pub fn extension(&self, oid: ObjectIdentifier) -> Option<Extension<'_>> {
        self.extensions().find(|e| e.oid == oid)
    }

    /// The OIDs of all critical extensions.
    pub fn critical_extensions(&self) -> impl Iterator<Item = ObjectIdentifier> {
        self.extensions().filter(|e| e.critical).map(|e| e.oid)
    }

    /// The critical extensions that this room does not read, nameConstraints among them, of which
    /// it knows the presence alone. Who relies on a certificate refuses it when there is one that
    /// he does not process himself (RFC 5280 section 4.2).
    #[must_use]
    pub fn unknown_critical(&self) -> Vec<ObjectIdentifier> {
        self.tbs.extensions.unknown_critical()
    }

    /// What the key may be used for; `None`: not restricted.
    #[must_use]
    pub const fn key_usage(&self) -> Option<KeyUsage> {
        self.tbs.extensions.key_usage
    }

    /// Whether it is a CA's.
    #[must_use]
    pub const fn basic_constraints(&self) -> Option<BasicConstraints> {
        self.tbs.extensions.basic_constraints
    }

    /// The policies.
    #[must_use]
    pub const fn policies(&self) -> Option<&CertificatePolicies> {
        self.tbs.extensions.policies.as_ref()
    }

    /// Which key of the issuer signed.
    #[must_use]
    pub const fn authority_key_identifier(&self) -> Option<&AuthorityKeyIdentifier> {
        self.tbs.extensions.authority_key_identifier.as_ref()
    }

    /// The identifier of the public key.
    #[must_use]
    pub fn subject_key_identifier(&self) -> Option<&[u8]> {
        self.tbs.extensions.subject_key_identifier.as_deref()
    }

    /// Where the CRL is found. Empty when nothing is said.
    #[must_use]
    pub fn crl_distribution_points(&self) -> &[DistributionPoint] {
        &self.tbs.extensions.crl_distribution_points
    }

    /// Where OCSP is answered.
    #[must_use]
    pub fn ocsp_uris(&self) -> &[String] {
        &self.tbs.extensions.ocsp_uris
    }

    /// What the certificate may be used for; `None`: not restricted.
    #[must_use]
    pub fn extended_key_usage(&self) -> Option<&[ObjectIdentifier]> {
        self.tbs.extensions.extended_key_usage.as_deref()
    }

    /// When a path through this CA must have an explicit policy.
    #[must_use]
    pub const fn policy_constraints(&self) -> Option<PolicyConstraints> {
        self.tbs.extensions.policy_constraints
    }

    /// Which policies the issuer holds to be the same. Empty when nothing is said.
    #[must_use]
    pub fn policy_mappings(&self) -> &[PolicyMapping] {
        &self.tbs.extensions.policy_mappings
    }

    /// After how many further certificates anyPolicy counts no more.
    #[must_use]
    pub const fn inhibit_any_policy(&self) -> Option<u32> {
        self.tbs.extensions.inhibit_any_policy
    }

    /// Whether there are nameConstraints, which this room does not read.
    #[must_use]
    pub fn has_name_constraints(&self) -> bool {
        self.tbs.extensions.has_name_constraints()
    }

    /// The real name and the VID.
    #[must_use]
    pub const fn identify_data(&self) -> Option<&IdentifyData> {
        self.tbs.extensions.identify_data.as_ref()
    }

    pub(crate) const fn tbs(&self) -> &Tbs {
        &self.tbs
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for Certificate {}

impl Hash for Certificate {
    fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
        self.der.hash(state);
    }
}

/// Subject, issuer and serial; the subject's name is personal data.
impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("subject", self.subject())
            .field("issuer", self.issuer())
            .field("serial_number", self.serial_number())
            .finish_non_exhaustive()
    }
}

/// Joins a TBSCertificate, the algorithm that it names and the octets of the signature, and reads the
/// result.
///
/// # Errors
/// [`CertError`] when the result is no certificate that [`Certificate::parse`] reads, such as
/// [`CertError::AlgorithmsDiffer`].
///
/// Source: RFC 5280 section 4.1.
pub fn assemble_certificate(
    tbs: &[u8],
    algorithm: &AlgorithmIdentifierOwned,
    signature: &[u8],
) -> Result<Certificate, CertError> {
    Certificate::parse(&assemble(tbs, algorithm, signature, WHAT)?)
}

/// The identifier of a public key: SHA-1 over the octets of its BIT STRING.
///
/// Source: RFC 5280 section 4.2.1.2, method (1).
#[must_use]
pub fn key_identifier(public_key: &SubjectPublicKeyInfoOwned) -> [u8; 20] {
    fixed(
        HashAlgorithm::Sha1
            .digest(public_key.subject_public_key.raw_bytes())
            .octets(),
    )
}

/// The outer shape that a certificate, a request and a CRL share.
pub(crate) struct Signed<'a> {
    pub(crate) tbs: &'a [u8],
    pub(crate) tbs_range: Range<usize>,
    pub(crate) algorithm: AlgorithmIdentifierOwned,
    pub(crate) signature: &'a [u8],
}

impl<'a> Signed<'a> {
    pub(crate) fn read(der: &'a [u8], what: &'static str) -> Result<Self, CertError> {
        let outer = input::whole(der, SEQUENCE, what)?;
        let mut input = input::Input::new(outer.value, what);
        let tbs = input.expect(SEQUENCE)?.raw;
        let algorithm = input.decode(SEQUENCE)?;
        let (unused, signature) = input
            .expect(BIT_STRING)?
            .value
            .split_first()
            .ok_or_else(|| input.malformed())?;
        if *unused != 0 {
            return Err(input.malformed());
        }
        input.end()?;
        let start = der.len().saturating_sub(outer.value.len());
        Ok(Self {
            tbs,
            tbs_range: start..start.saturating_add(tbs.len()),
            algorithm,
            signature,
        })
    }
}

/// RFC 5280 sections 4.1.1.2 and 5.1.1.2: both must be the same.
pub(crate) fn check_algorithms(
    inner: &AlgorithmIdentifierOwned,
    outer: &AlgorithmIdentifierOwned,
) -> Result<(), CertError> {
    if inner == outer {
        return Ok(());
    }
    Err(CertError::AlgorithmsDiffer {
        inner: inner.oid,
        outer: outer.oid,
    })
}

pub(crate) fn assemble(
    tbs: &[u8],
    algorithm: &AlgorithmIdentifierOwned,
    signature: &[u8],
    what: &'static str,
) -> Result<Vec<u8>, CertError> {
    let algorithm = encode_algorithm(algorithm, what)?;
    Ok(output::sequence(&[
        tbs,
        &algorithm,
        &output::bit_string(signature),
    ]))
}

pub(crate) fn encode_algorithm(
    algorithm: &AlgorithmIdentifierOwned,
    what: &'static str,
) -> Result<Vec<u8>, CertError> {
    der::Encode::to_der(algorithm).map_err(|source| CertError::Malformed {
        what,
        source: Some(source),
    })
}

fn fixed<const N: usize>(octets: &[u8]) -> [u8; N] {
    let mut array = [0; N];
    for (to, from) in array.iter_mut().zip(octets) {
        *to = *from;
    }
    array
}

const WHAT: &str = "Certificate";
