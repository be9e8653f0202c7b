use const_oid::{
    ObjectIdentifier,
    db::{rfc5912, rfc6960},
};
use npki_core::Instant;
use spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};

use super::{Criticality, Deviations, Presence, Profile, ProfileRow};
use crate::{
    BasicConstraints, CertError, Certificate, CertificatePolicies, DistributionPoint, IdentifyData,
    KeyUsage, Name, PolicyConstraints, PolicyOid, SerialNumber,
    certificate::encode_algorithm,
    extension::{authority_of, write_extension, write_uri},
    input::{self, OCTET_STRING, SEQUENCE, context_constructed},
    key_identifier, output, time,
};

/// What goes into a certificate that is to be signed.
///
/// What a profile does not have is not written, so one value can serve a signing and a
/// key-management certificate.
#[derive(Clone, Copy, Debug)]
pub struct TbsParams<'a> {
    /// The serial number.
    pub serial_number: SerialNumber,
    /// The issuer's certificate; `None` for a root, which issues itself.
    pub issuer: Option<&'a Certificate>,
    /// Whom the certificate names.
    pub subject: &'a Name,
    /// The subject's public key.
    pub public_key: &'a SubjectPublicKeyInfoOwned,
    /// The first valid second.
    pub not_before: Instant,
    /// The last valid second.
    pub not_after: Instant,
    /// How the issuer will sign.
    pub signature_algorithm: &'a AlgorithmIdentifierOwned,
    /// The policy; `None`: anyPolicy, in a CA's certificate only.
    pub policy: Option<PolicyOid>,
    /// The userNotice, such as `이 인증서는 공동인증서 입니다`; written as BMPString.
    pub notice: Option<&'a str>,
    /// Where the certification practice statement stands.
    pub cps_uri: Option<&'a str>,
    /// Where the CRL is found.
    pub crl_uri: Option<&'a str>,
    /// Where OCSP is answered.
    pub ocsp_uri: Option<&'a str>,
    /// The real name and the VID.
    pub identify_data: Option<&'a IdentifyData>,
    /// CAs that may follow below; `None`: as many as there are. For CA certificates only.
    pub path_len: Option<u32>,
    /// Whether it has the ways of the Korean PKI. Without them neither notice nor CPS is written.
    pub deviations: Deviations,
}

/// Why a certificate cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProfileError {
    /// Something that the profile requires was not given.
    #[error("the profile {profile} needs {what}")]
    Missing {
        /// The profile.
        profile: &'static str,
        /// What is missing, by its name in the profile's rows.
        what: &'static str,
    },
    /// The subject is empty.
    #[error("a certificate names its subject")]
    NoSubject,
    /// The end of the validity is not after its beginning.
    #[error("the validity ends at {not_after}, not after its beginning at {not_before}")]
    Reversed {
        /// The first valid second.
        not_before: Instant,
        /// The last valid second.
        not_after: Instant,
    },
    /// A time before 1970, which neither kind of Time holds here.
    #[error("the time {0} cannot be written")]
    Time(Instant),
    /// A URI with other than ASCII characters, or an empty one.
    #[error("{0:?} is no URI that a certificate can hold")]
    Uri(String),
    /// A notice with a character outside of the basic plane, or an empty one.
    #[error("the notice {0:?} cannot be written as BMPString")]
    Notice(String),
    /// The algorithm or the key cannot be encoded.
    #[error("the algorithm or the public key cannot be written")]
    Encode(#[source] CertError),
}

impl Profile {
    /// Makes the TBSCertificate, to be linted, signed and handed to
    /// [`assemble_certificate`](crate::assemble_certificate).
    ///
    /// Writes the rows of the profile in their order. Times until the end of 2049 are UTCTime, later
    /// ones GeneralizedTime.
    ///
    /// # Errors
    /// [`ProfileError`], by what is missing or cannot be written. What is against the profile but
    /// can be written is [`lint_tbs`](crate::lint_tbs)'s to say.
    ///
    /// Source: RFC 5280 section 4.1; KCAC.TS.CERTPROF.
    pub fn tbs(self, params: &TbsParams<'_>) -> Result<Vec<u8>, ProfileError> {
        if params.subject.is_empty() {
            return Err(ProfileError::NoSubject);
        }
        if params.not_after <= params.not_before {
            return Err(ProfileError::Reversed {
                not_before: params.not_before,
                not_after: params.not_after,
            });
        }
        let issuer = match (params.issuer, self) {
            (Some(issuer), _) => issuer.subject(),
            (None, Self::Root) => params.subject,
            (None, _) => return Err(self.missing("issuer")),
        };
        let mut extensions = Vec::new();
        for row in self.rows_with(params.deviations) {
            match (self.value(row, params)?, row.presence) {
                (Some(value), _) => extensions.extend_from_slice(&write_extension(
                    row.extension,
                    row.criticality == Criticality::Critical,
                    &value,
                )),
                (None, Presence::Required) => return Err(self.missing(row.name)),
                (None, Presence::Optional) => {}
            }
        }
        let algorithm =
            encode_algorithm(params.signature_algorithm, WHAT).map_err(ProfileError::Encode)?;
        let validity = output::sequence(&[
            &write_time(params.not_before)?,
            &write_time(params.not_after)?,
        ]);
        let public_key = der::Encode::to_der(params.public_key).map_err(|source| {
            ProfileError::Encode(CertError::Malformed {
                what: "SubjectPublicKeyInfo",
                source: Some(source),
            })
        })?;
        Ok(output::sequence(&[
            &output::tlv(context_constructed(0), &output::unsigned(2)), // v3
            &params.serial_number.to_der(),
            &algorithm,
            issuer.der(),
            &validity,
            params.subject.der(),
            &public_key,
            &output::tlv(context_constructed(3), &output::tlv(SEQUENCE, &extensions)),
        ]))
    }

    /// The value of an extension, or `None` when the parameters have nothing for it.
    fn value(
        self,
        row: &ProfileRow,
        params: &TbsParams<'_>,
    ) -> Result<Option<Vec<u8>>, ProfileError> {
        Ok(match row.extension {
            rfc5912::ID_CE_AUTHORITY_KEY_IDENTIFIER => {
                params.issuer.map(|issuer| authority_of(issuer).write())
            }
            rfc5912::ID_CE_SUBJECT_KEY_IDENTIFIER => Some(output::tlv(
                OCTET_STRING,
                &key_identifier(params.public_key),
            )),
            rfc5912::ID_CE_KEY_USAGE => self.key_usage(params.deviations).map(KeyUsage::write),
            rfc5912::ID_CE_CERTIFICATE_POLICIES => self.policies(params)?,
            rfc5912::ID_CE_SUBJECT_ALT_NAME => {
                params.identify_data.map(IdentifyData::write_alt_name)
            }
            rfc5912::ID_CE_BASIC_CONSTRAINTS => Some(
                BasicConstraints {
                    ca: true,
                    path_len: params.path_len,
                }
                .write(),
            ),
            rfc5912::ID_CE_POLICY_CONSTRAINTS => Some(
                PolicyConstraints {
                    require_explicit_policy: Some(0),
                    inhibit_policy_mapping: None,
                }
                .write(),
            ),
            rfc5912::ID_CE_EXT_KEY_USAGE => self
                .extended_key_usage()
                .map(|usage| output::sequence(&[&output::oid(usage)])),
            // Who cannot look its state up is told not to (RFC 6960 section 4.2.2.2.1).
            rfc6960::ID_PKIX_OCSP_NOCHECK => params
                .crl_uri
                .is_none()
                .then(|| output::tlv(input::NULL, &[])),
            rfc5912::ID_CE_CRL_DISTRIBUTION_POINTS => {
                uri(params.crl_uri)?.map(DistributionPoint::write)
            }
            rfc5912::ID_PE_AUTHORITY_INFO_ACCESS => uri(params.ocsp_uri)?.map(|uri| {
                output::sequence(&[&output::sequence(&[&output::oid(OCSP), &write_uri(uri)])])
            }),
            _ => None,
        })
    }

    fn key_usage(self, deviations: Deviations) -> Option<KeyUsage> {
        let limits = self.limits();
        match (self, deviations) {
            // As at the roots of KISA.
            (Self::Root, Deviations::Korean) => None,
            // It signs its list too.
            (Self::Root, Deviations::None) => {
                Some(limits.key_usage_required.union(limits.key_usage_allowed))
            }
            _ => Some(limits.key_usage_required),
        }
    }

    fn policies(self, params: &TbsParams<'_>) -> Result<Option<Vec<u8>>, ProfileError> {
        let any = self.is_ca().then_some(PolicyOid::ANY_POLICY);
        let Some(policy) = params.policy.or(any) else {
            return Ok(None);
        };
        if params.deviations == Deviations::None {
            return Ok(CertificatePolicies::write(policy, None, None, false));
        }
        let cps_uri = uri(params.cps_uri)?;
        let cannot = || ProfileError::Notice(params.notice.unwrap_or_default().to_owned());
        if params.notice.is_some_and(str::is_empty) {
            return Err(cannot());
        }
        CertificatePolicies::write(policy, params.notice, cps_uri, self.is_ca())
            .map(Some)
            .ok_or_else(cannot)
    }

    const fn missing(self, what: &'static str) -> ProfileError {
        ProfileError::Missing {
            profile: self.name(),
            what,
        }
    }
}

fn uri(uri: Option<&str>) -> Result<Option<&str>, ProfileError> {
    match uri {
        Some(uri) if uri.is_empty() || !uri.is_ascii() => Err(ProfileError::Uri(uri.to_owned())),
        uri => Ok(uri),
    }
}

fn write_time(instant: Instant) -> Result<Vec<u8>, ProfileError> {
    time::write(instant).ok_or(ProfileError::Time(instant))
}

const OCSP: ObjectIdentifier = rfc5912::ID_AD_OCSP;
const WHAT: &str = "TBSCertificate";
