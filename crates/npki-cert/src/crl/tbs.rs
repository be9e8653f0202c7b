use const_oid::{ObjectIdentifier, db::rfc5912};
use npki_core::Instant;
use spki::AlgorithmIdentifierOwned;

use super::{Crl, CrlEntry, IssuingDistributionPoint, RevocationReason, WHAT};
use crate::{
    AuthorityKeyIdentifier, CertError, Certificate, SerialNumber,
    certificate::{assemble, encode_algorithm},
    extension::{authority_of, write_extension},
    input::{ENUMERATED, SEQUENCE, context_constructed},
    output, time,
};

/// What a CRL that is to be signed says of itself.
#[derive(Clone, Copy, Debug)]
pub struct CrlParams<'a> {
    /// The CA's certificate: gives the issuer's name and the authorityKeyIdentifier.
    pub issuer: &'a Certificate,
    /// How the CRL will be signed.
    pub signature_algorithm: &'a AlgorithmIdentifierOwned,
    /// When it is issued.
    pub this_update: Instant,
    /// When the next one comes at the latest; after `this_update`.
    pub next_update: Instant,
    /// cRLNumber: greater than that of every CRL before.
    pub number: u64,
    /// The URI of the partition, as the certificates name it: gives the critical
    /// issuingDistributionPoint. `None`: the CRL covers every certificate of its issuer.
    pub distribution_point: Option<&'a str>,
}

/// Why a CRL cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CrlError {
    /// The entries do not ascend by serial number, or name one certificate twice.
    #[error("the entry of {after} comes after that of {before}; entries ascend by serial number")]
    Unsorted {
        /// The serial number before.
        before: SerialNumber,
        /// The one that should be greater.
        after: SerialNumber,
    },
    /// The next update is not after this one.
    #[error("the next update at {next} is not after this one at {this}")]
    Reversed {
        /// thisUpdate.
        this: Instant,
        /// nextUpdate.
        next: Instant,
    },
    /// A time before 1970, which neither kind of Time holds here.
    #[error("the time {0} cannot be written")]
    Time(Instant),
    /// removeFromCRL, which stands in delta CRLs alone.
    #[error("the entry of {0} has the reason removeFromCRL, which only a delta CRL may have")]
    RemoveFromCrl(SerialNumber),
    /// The distribution point is no URI of ASCII characters.
    #[error("{0:?} is no URI that a distribution point can hold")]
    Uri(String),
    /// The algorithm cannot be encoded.
    #[error("the signature algorithm cannot be written")]
    Algorithm(#[source] CertError),
}

/// Makes the TBSCertList of a complete v2 CRL, to be signed and handed to [`assemble_crl`].
///
/// Extensions: authorityKeyIdentifier, cRLNumber, and issuingDistributionPoint (critical) for a
/// partition; of an entry: reasonCode unless unspecified, invalidityDate if known.
///
/// # Errors
/// [`CrlError`]. The entries must ascend by serial number.
///
/// Source: RFC 5280 section 5; KCAC.TS.CRLPROF.
pub fn tbs_crl(
    params: &CrlParams<'_>,
    entries: impl IntoIterator<Item = CrlEntry>,
) -> Result<Vec<u8>, CrlError> {
    if params.next_update <= params.this_update {
        return Err(CrlError::Reversed {
            this: params.this_update,
            next: params.next_update,
        });
    }
    if let Some(uri) = params
        .distribution_point
        .filter(|u| !u.is_ascii() || u.is_empty())
    {
        return Err(CrlError::Uri(uri.to_owned()));
    }
    let entries = write_entries(entries)?;
    let entries = if entries.is_empty() {
        Vec::new()
    } else {
        output::tlv(SEQUENCE, &entries)
    };
    let algorithm =
        encode_algorithm(params.signature_algorithm, WHAT).map_err(CrlError::Algorithm)?;
    let extensions = output::tlv(SEQUENCE, &write_extensions(params));
    Ok(output::sequence(&[
        &output::unsigned(1), // v2
        &algorithm,
        params.issuer.subject().der(),
        &write_time(params.this_update)?,
        &write_time(params.next_update)?,
        &entries,
        &output::tlv(context_constructed(0), &extensions),
    ]))
}

/// Joins a TBSCertList, the algorithm that it names and the octets of the signature.
///
/// # Errors
/// [`CertError`] when the algorithm is not the one inside, or `tbs` is no TBSCertList.
pub fn assemble_crl(
    tbs: &[u8],
    algorithm: &AlgorithmIdentifierOwned,
    signature: &[u8],
) -> Result<Vec<u8>, CertError> {
    let der = assemble(tbs, algorithm, signature, WHAT)?;
    Crl::parse_with_bound(der, usize::MAX).map(|crl| crl.der)
}

fn write_entries(entries: impl IntoIterator<Item = CrlEntry>) -> Result<Vec<u8>, CrlError> {
    let mut octets = Vec::new();
    let mut previous: Option<SerialNumber> = None;
    for entry in entries {
        let serial = entry.serial_number;
        if let Some(before) = previous.filter(|before| *before >= serial) {
            return Err(CrlError::Unsorted {
                before,
                after: serial,
            });
        }
        previous = Some(serial);
        octets.extend_from_slice(&write_entry(&entry)?);
    }
    Ok(octets)
}

fn write_entry(entry: &CrlEntry) -> Result<Vec<u8>, CrlError> {
    let reason = match entry.reason {
        Some(RevocationReason::RemoveFromCrl) => {
            return Err(CrlError::RemoveFromCrl(entry.serial_number));
        }
        // RFC 5280 section 5.3.1: unspecified is left out.
        None | Some(RevocationReason::Unspecified) => Vec::new(),
        Some(reason) => write_extension(
            rfc5912::ID_CE_CRL_REASONS,
            false,
            &output::tlv(ENUMERATED, &[reason.code()]),
        ),
    };
    let invalidity = match entry.invalidity {
        Some(instant) => write_extension(
            rfc5912::ID_CE_INVALIDITY_DATE,
            false,
            &time::write_generalized(instant).ok_or(CrlError::Time(instant))?,
        ),
        None => Vec::new(),
    };
    let extensions = if reason.is_empty() && invalidity.is_empty() {
        Vec::new()
    } else {
        output::sequence(&[&reason, &invalidity])
    };
    Ok(output::sequence(&[
        &entry.serial_number.to_der(),
        &write_time(entry.revoked_at)?,
        &extensions,
    ]))
}

fn write_extensions(params: &CrlParams<'_>) -> Vec<u8> {
    let mut octets = Vec::new();
    let mut push = |oid: ObjectIdentifier, critical, value: &[u8]| {
        octets.extend_from_slice(&write_extension(oid, critical, value));
    };
    let authority: AuthorityKeyIdentifier = authority_of(params.issuer);
    push(
        rfc5912::ID_CE_AUTHORITY_KEY_IDENTIFIER,
        false,
        &authority.write(),
    );
    push(
        rfc5912::ID_CE_CRL_NUMBER,
        false,
        &output::unsigned(params.number),
    );
    if let Some(uri) = params.distribution_point {
        push(
            rfc5912::ID_CE_ISSUING_DISTRIBUTION_POINT,
            true,
            &IssuingDistributionPoint::write(uri),
        );
    }
    octets
}

fn write_time(instant: Instant) -> Result<Vec<u8>, CrlError> {
    time::write(instant).ok_or(CrlError::Time(instant))
}
