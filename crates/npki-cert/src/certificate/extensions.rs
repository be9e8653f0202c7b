use const_oid::{ObjectIdentifier, db::rfc5912};

use crate::{
    AuthorityKeyIdentifier, BasicConstraints, CertError, CertificatePolicies, DistributionPoint,
    Extension, IdentifyData, KeyUsage, PolicyConstraints, PolicyMapping,
    extension::{GeneralName, general_name, read_skip_certs},
    input::{self, BOOLEAN, Input, OCTET_STRING, OID, SEQUENCE},
};

/// The extensions of a certificate, those that are known read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Extensions {
    list: Vec<Kept>,
    pub(crate) key_usage: Option<KeyUsage>,
    pub(crate) basic_constraints: Option<BasicConstraints>,
    pub(crate) policies: Option<CertificatePolicies>,
    pub(crate) authority_key_identifier: Option<AuthorityKeyIdentifier>,
    pub(crate) subject_key_identifier: Option<Vec<u8>>,
    pub(crate) crl_distribution_points: Vec<DistributionPoint>,
    pub(crate) ocsp_uris: Vec<String>,
    pub(crate) extended_key_usage: Option<Vec<ObjectIdentifier>>,
    pub(crate) policy_constraints: Option<PolicyConstraints>,
    pub(crate) policy_mappings: Vec<PolicyMapping>,
    pub(crate) inhibit_any_policy: Option<u32>,
    pub(crate) identify_data: Option<IdentifyData>,
}

#[derive(Clone, Debug)]
struct Kept {
    oid: ObjectIdentifier,
    critical: bool,
    value: Vec<u8>,
}

impl Extensions {
    /// Reads a SEQUENCE OF Extension.
    pub(crate) fn read(octets: &[u8]) -> Result<Self, CertError> {
        let mut extensions = Self::default();
        for extension in read_extensions(octets)? {
            extensions
                .take(&extension)
                .map_err(|source| CertError::Extension {
                    oid: extension.oid,
                    source: Box::new(source),
                })?;
            extensions.list.push(Kept {
                oid: extension.oid,
                critical: extension.critical,
                value: extension.value.to_vec(),
            });
        }
        Ok(extensions)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Extension<'_>> {
        self.list.iter().map(|kept| Extension {
            oid: kept.oid,
            critical: kept.critical,
            value: &kept.value,
        })
    }

    pub(crate) fn unknown_critical(&self) -> Vec<ObjectIdentifier> {
        self.iter()
            .filter(|e| e.critical && !KNOWN.contains(&e.oid))
            .map(|e| e.oid)
            .collect()
    }

    pub(crate) fn has_name_constraints(&self) -> bool {
        self.list
            .iter()
            .any(|e| e.oid == rfc5912::ID_CE_NAME_CONSTRAINTS)
    }

    fn take(&mut self, extension: &Extension<'_>) -> Result<(), CertError> {
        let value = extension.value;
        match extension.oid {
            rfc5912::ID_CE_KEY_USAGE => self.key_usage = Some(KeyUsage::read(value)?),
            rfc5912::ID_CE_BASIC_CONSTRAINTS => {
                self.basic_constraints = Some(BasicConstraints::read(value)?);
            }
            rfc5912::ID_CE_CERTIFICATE_POLICIES => {
                self.policies = Some(CertificatePolicies::read(value)?);
            }
            rfc5912::ID_CE_AUTHORITY_KEY_IDENTIFIER => {
                self.authority_key_identifier = Some(AuthorityKeyIdentifier::read(value)?);
            }
            rfc5912::ID_CE_SUBJECT_KEY_IDENTIFIER => {
                let octets = input::whole(value, OCTET_STRING, "SubjectKeyIdentifier")?.value;
                self.subject_key_identifier = Some(octets.to_vec());
            }
            rfc5912::ID_CE_CRL_DISTRIBUTION_POINTS => {
                self.crl_distribution_points = DistributionPoint::read_all(value)?;
            }
            rfc5912::ID_PE_AUTHORITY_INFO_ACCESS => self.ocsp_uris = read_ocsp_uris(value)?,
            rfc5912::ID_CE_EXT_KEY_USAGE => {
                self.extended_key_usage = Some(read_key_purposes(value)?);
            }
            rfc5912::ID_CE_POLICY_CONSTRAINTS => {
                self.policy_constraints = Some(PolicyConstraints::read(value)?);
            }
            rfc5912::ID_CE_POLICY_MAPPINGS => {
                self.policy_mappings = PolicyMapping::read_all(value)?;
            }
            rfc5912::ID_CE_INHIBIT_ANY_POLICY => {
                self.inhibit_any_policy = Some(read_skip_certs(value)?);
            }
            rfc5912::ID_CE_SUBJECT_ALT_NAME => {
                self.identify_data = IdentifyData::read_alt_name(value)?;
            }
            _ => {}
        }
        Ok(())
    }
}

/// Reads a SEQUENCE SIZE (1..MAX) OF Extension, of a certificate or a CRL, without two of a kind.
pub(crate) fn read_extensions(octets: &[u8]) -> Result<Vec<Extension<'_>>, CertError> {
    let mut input = input::open(octets, SEQUENCE, "Extensions")?;
    let mut extensions: Vec<Extension<'_>> = Vec::new();
    while !input.is_empty() {
        let extension = read_extension(input.nested(SEQUENCE, "Extension")?)?;
        if extensions.iter().any(|e| e.oid == extension.oid) {
            return Err(CertError::DuplicateExtension(extension.oid));
        }
        // Looking for two of a kind takes the square of their number: a bound before the work.
        if extensions.len() >= MAX_EXTENSIONS {
            return Err(CertError::TooLong {
                what: "Extensions",
                found: extensions.len().saturating_add(1),
                max: MAX_EXTENSIONS,
            });
        }
        extensions.push(extension);
    }
    if extensions.is_empty() {
        return Err(input.malformed());
    }
    Ok(extensions)
}

/// Reads the contents of an Extension.
pub(crate) fn read_extension(mut input: Input<'_>) -> Result<Extension<'_>, CertError> {
    let oid = input.decode(OID)?;
    // An explicit FALSE is not DER (X.690 11.5), and some CAs write it.
    let critical = match input.optional(BOOLEAN)? {
        Some(tlv) => input::decode(tlv.raw, "Extension")?,
        None => false,
    };
    let value = input.expect(OCTET_STRING)?.value;
    input.end()?;
    Ok(Extension {
        oid,
        critical,
        value,
    })
}

/// The OCSP URIs of an authorityInfoAccess (RFC 5280 section 4.2.2.1).
fn read_ocsp_uris(octets: &[u8]) -> Result<Vec<String>, CertError> {
    let mut input = input::open(octets, SEQUENCE, "AuthorityInfoAccess")?;
    let mut uris = Vec::new();
    while !input.is_empty() {
        let mut access = input.nested(SEQUENCE, "AccessDescription")?;
        let method: ObjectIdentifier = access.decode(OID)?;
        let location = general_name(access.any()?)?;
        access.end()?;
        if let (rfc5912::ID_AD_OCSP, GeneralName::Uri(uri)) = (method, location) {
            uris.push(uri);
        }
    }
    Ok(uris)
}

fn read_key_purposes(octets: &[u8]) -> Result<Vec<ObjectIdentifier>, CertError> {
    let mut input = input::open(octets, SEQUENCE, "ExtKeyUsage")?;
    let mut purposes = Vec::new();
    while !input.is_empty() {
        purposes.push(input.decode(OID)?);
    }
    if purposes.is_empty() {
        return Err(input.malformed());
    }
    Ok(purposes)
}

/// What [`Extensions::take`] reads.
const KNOWN: &[ObjectIdentifier] = &[
    rfc5912::ID_CE_KEY_USAGE,
    rfc5912::ID_CE_BASIC_CONSTRAINTS,
    rfc5912::ID_CE_CERTIFICATE_POLICIES,
    rfc5912::ID_CE_AUTHORITY_KEY_IDENTIFIER,
    rfc5912::ID_CE_SUBJECT_KEY_IDENTIFIER,
    rfc5912::ID_CE_CRL_DISTRIBUTION_POINTS,
    rfc5912::ID_PE_AUTHORITY_INFO_ACCESS,
    rfc5912::ID_CE_EXT_KEY_USAGE,
    rfc5912::ID_CE_POLICY_CONSTRAINTS,
    rfc5912::ID_CE_POLICY_MAPPINGS,
    rfc5912::ID_CE_INHIBIT_ANY_POLICY,
    rfc5912::ID_CE_SUBJECT_ALT_NAME,
];

/// A bound of ours: real certificates have at most ten.
pub(crate) const MAX_EXTENSIONS: usize = 64;
