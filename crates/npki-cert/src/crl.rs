mod entry;
mod issuing_distribution_point;
mod reason;
mod stream;
mod tbs;

use core::{fmt, ops::Range};

use const_oid::{ObjectIdentifier, db::rfc5912};
use npki_core::Instant;
use spki::AlgorithmIdentifierOwned;

pub use entry::{CrlEntries, CrlEntry};
pub use issuing_distribution_point::IssuingDistributionPoint;
pub use reason::{RevocationReason, RevocationReasons};
pub use stream::{CrlStream, CrlWriteError};
pub use tbs::{CrlError, CrlParams, assemble_crl, tbs_crl};

use crate::{
    AuthorityKeyIdentifier, CertError, Extension, Name, SerialNumber,
    certificate::{Signed, check_algorithms, read_extensions, read_pem},
    input::{self, GENERALIZED_TIME, INTEGER, SEQUENCE, UTC_TIME, context_constructed},
    time,
};

/// A certificate revocation list (CRL, 인증서 효력정지 및 폐지목록) that keeps its DER.
///
/// Its entries are read one by one out of the kept octets; beside them it holds four octets per
/// entry, by which [`Crl::find`] looks one up in logarithmic time.
///
/// Source: RFC 5280 section 5; KCAC.TS.CRLPROF.
#[derive(Clone)]
pub struct Crl {
    der: Vec<u8>,
    tbs_range: Range<usize>,
    entries_range: Range<usize>,
    /// Where each entry begins within the entries, in the order of their serials.
    by_serial: Vec<u32>,
    version: u8,
    signature: Vec<u8>,
    signature_algorithm: AlgorithmIdentifierOwned,
    issuer: Name,
    this_update: Instant,
    next_update: Option<Instant>,
    extensions: Range<usize>,
    number: Option<Vec<u8>>,
    base_number: Option<Vec<u8>>,
    authority_key_identifier: Option<AuthorityKeyIdentifier>,
    issuing_distribution_point: Option<IssuingDistributionPoint>,
    unknown_critical_in_entries: Vec<ObjectIdentifier>,
}

impl Crl {
    /// The most octets that [`Crl::parse`] reads: some two million entries.
    pub const MAX_OCTETS: usize = 64 << 20;

    /// Reads a DER CRL, v2 or v1, of at most [`Crl::MAX_OCTETS`].
    ///
    /// # Errors
    /// [`CertError`], naming the type that could not be read.
    pub fn parse(der: &[u8]) -> Result<Self, CertError> {
        check_length(der, Self::MAX_OCTETS)?;
        Self::parse_with_bound(der.to_vec(), Self::MAX_OCTETS)
    }

    /// Reads DER or PEM with white space around it.
    ///
    /// # Errors
    /// As [`Crl::parse`], and [`CertError::Pem`].
    pub fn parse_any(octets: &[u8]) -> Result<Self, CertError> {
        let der = read_pem(octets, WHAT, &["X509 CRL"], Self::MAX_OCTETS)?;
        Self::parse_with_bound(der.into_owned(), Self::MAX_OCTETS)
    }

    /// Reads a DER CRL of at most `max_octets`, and keeps it without copying.
    ///
    /// # Errors
    /// [`CertError`], naming the type that could not be read. No bound over 4 GiB has effect.
    pub fn parse_with_bound(der: Vec<u8>, max_octets: usize) -> Result<Self, CertError> {
        check_length(
            &der,
            max_octets.min(u32::MAX.try_into().unwrap_or(usize::MAX)),
        )?;
        let signed = Signed::read(&der, WHAT)?;
        let mut input = input::open(signed.tbs, SEQUENCE, "TBSCertList")?;
        let version = match input.optional(INTEGER)? {
            Some(tlv) => match input::decode::<u64>(tlv.raw, "Version")? {
                1 => 2,
                found => {
                    return Err(CertError::Version {
                        what: "TBSCertList",
                        found,
                    });
                }
            },
            None => 1,
        };
        let signature_algorithm = input.decode(SEQUENCE)?;
        check_algorithms(&signature_algorithm, &signed.algorithm)?;
        let issuer = Name::parse(input.expect(SEQUENCE)?.raw)?;
        let this_update = time::read(&mut input)?;
        let next_update = match input.rest().first() {
            Some(&(UTC_TIME | GENERALIZED_TIME)) => Some(time::read(&mut input)?),
            _ => None,
        };
        // RFC 5280 section 5.1.2.6 wants an empty list left out; others write it.
        let entries = input.optional(SEQUENCE)?.map_or(&[][..], |tlv| tlv.value);
        let extensions = input
            .optional(context_constructed(0))?
            .map_or(&[][..], |tlv| tlv.value);
        input.end()?;
        if version == 1 && !extensions.is_empty() {
            return Err(CertError::Version {
                what: "TBSCertList",
                found: 0,
            });
        }
        let index = entry::index(entries)?;

        let mut crl = Self {
            tbs_range: signed.tbs_range.clone(),
            entries_range: range_in(&der, entries),
            by_serial: index.by_serial,
            version,
            signature: signed.signature.to_vec(),
            signature_algorithm,
            issuer,
            this_update,
            next_update,
            extensions: range_in(&der, extensions),
            number: None,
            base_number: None,
            authority_key_identifier: None,
            issuing_distribution_point: None,
            unknown_critical_in_entries: index.unknown_critical,
            der: Vec::new(),
        };
        if !extensions.is_empty() {
            for extension in read_extensions(extensions)? {
                crl.take(&extension)
                    .map_err(|source| CertError::Extension {
                        oid: extension.oid,
                        source: Box::new(source),
                    })?;
            }
        }
        crl.der = der;
        Ok(crl)
    }

    /// The whole CRL, as read.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The TBSCertList, as read: what the signature is over.
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
        &self.signature_algorithm
    }

    /// The version: 2 or 1.
    #[must_use]
    pub const fn version(&self) -> u8 {
        self.version
    }

    /// Who issued it.
    #[must_use]
    pub const fn issuer(&self) -> &Name {
        &self.issuer
    }

    /// When it was issued.
    #[must_use]
    pub const fn this_update(&self) -> Instant {
        self.this_update
    }

    /// When the next one comes at the latest.
    #[must_use]
    pub const fn next_update(&self) -> Option<Instant> {
        self.next_update
    }

    /// cRLNumber: a big-endian magnitude without leading zeros, empty for 0.
    #[must_use]
    pub fn number(&self) -> Option<&[u8]> {
        self.number.as_deref()
    }

    /// In a delta CRL, the cRLNumber of the complete CRL that it amends, in the form of
    /// [`Crl::number`].
    #[must_use]
    pub fn base_number(&self) -> Option<&[u8]> {
        self.base_number.as_deref()
    }

    /// Whether it holds only what has changed since another CRL.
    #[must_use]
    pub const fn is_delta(&self) -> bool {
        self.base_number.is_some()
    }

    /// Which key of the issuer signed.
    #[must_use]
    pub const fn authority_key_identifier(&self) -> Option<&AuthorityKeyIdentifier> {
        self.authority_key_identifier.as_ref()
    }

    /// What it covers; `None`: every certificate of its issuer.
    #[must_use]
    pub const fn issuing_distribution_point(&self) -> Option<&IssuingDistributionPoint> {
        self.issuing_distribution_point.as_ref()
    }

    /// All extensions of the CRL itself, in order.
    pub fn extensions(&self) -> impl Iterator<Item = Extension<'_>> {
        let octets = self.der.get(self.extensions.clone()).unwrap_or_default();
        // Read once already: an error does not come back.
        read_extensions(octets).unwrap_or_default().into_iter()
    }

    /// The critical extensions of the CRL that this room does not read. Such a CRL may tell that a
    /// certificate is revoked, never that it is not (RFC 5280 section 5.2).
    #[must_use]
    pub fn unknown_critical(&self) -> Vec<ObjectIdentifier> {
        self.extensions()
            .filter(|e| e.critical && !KNOWN.contains(&e.oid))
            .map(|e| e.oid)
            .collect()
    }

    /// The critical extensions of entries that this room does not read, each once; certificateIssuer
    /// of an indirect CRL is one.
    #[must_use]
    pub fn unknown_critical_in_entries(&self) -> &[ObjectIdentifier] {
        &self.unknown_critical_in_entries
    }

    /// How many entries there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.by_serial.len()
    }

    /// Whether nothing is revoked.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.by_serial.is_empty()
    }

    /// The entries in the order of the CRL, read as they are asked for.
    #[must_use]
    pub fn entries(&self) -> CrlEntries<'_> {
        CrlEntries::new(self.entries_octets())
    }

    /// The entry of a certificate, in logarithmic time; the first one, should there be two.
    ///
    /// # Security
    /// `None` says that the certificate is not revoked only when the CRL is current, signed by the
    /// right key, covers the certificate ([`Crl::issuing_distribution_point`]) and has no unknown
    /// critical extension.
    #[must_use]
    pub fn find(&self, serial: &SerialNumber) -> Option<CrlEntry> {
        let entries = self.entries_octets();
        let at = self.by_serial.partition_point(|offset| {
            entry::serial_at(entries, *offset).is_some_and(|found| found < *serial)
        });
        let offset = usize::try_from(*self.by_serial.get(at)?).ok()?;
        CrlEntries::new(entries.get(offset..)?)
            .next()
            .filter(|e| e.serial_number == *serial)
    }

    fn entries_octets(&self) -> &[u8] {
        self.der.get(self.entries_range.clone()).unwrap_or_default()
    }

    fn take(&mut self, extension: &Extension<'_>) -> Result<(), CertError> {
        let value = extension.value;
        match extension.oid {
            rfc5912::ID_CE_CRL_NUMBER => self.number = Some(read_number(value)?),
            rfc5912::ID_CE_DELTA_CRL_INDICATOR => self.base_number = Some(read_number(value)?),
            rfc5912::ID_CE_AUTHORITY_KEY_IDENTIFIER => {
                self.authority_key_identifier = Some(AuthorityKeyIdentifier::read(value)?);
            }
            rfc5912::ID_CE_ISSUING_DISTRIBUTION_POINT => {
                self.issuing_distribution_point = Some(IssuingDistributionPoint::read(value)?);
            }
            _ => {}
        }
        Ok(())
    }
}

impl PartialEq for Crl {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for Crl {}

impl fmt::Debug for Crl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Crl")
            .field("issuer", &self.issuer)
            .field("this_update", &self.this_update)
            .field("entries", &self.len())
            .finish_non_exhaustive()
    }
}

fn check_length(der: &[u8], max: usize) -> Result<(), CertError> {
    if der.len() <= max {
        return Ok(());
    }
    Err(CertError::TooLong {
        what: WHAT,
        found: der.len(),
        max,
    })
}

/// CRLNumber ::= INTEGER (0..MAX), of at most 20 octets (RFC 5280 section 5.2.3).
fn read_number(octets: &[u8]) -> Result<Vec<u8>, CertError> {
    let contents = input::whole(octets, INTEGER, "CRLNumber")?.value;
    let magnitude = match contents {
        [] | [0x80..=0xff, ..] | [0, 0..=0x7f, ..] if contents != [0] => None,
        [0, magnitude @ ..] => Some(magnitude),
        magnitude => Some(magnitude),
    };
    magnitude
        .filter(|_| contents.len() <= SerialNumber::MAX_OCTETS)
        .map(<[u8]>::to_vec)
        .ok_or(input::malformed("CRLNumber"))
}

/// Where `part` lies in `whole`, of which it is a slice.
fn range_in(whole: &[u8], part: &[u8]) -> Range<usize> {
    let range = whole.as_ptr_range();
    let start = part.as_ptr();
    if !range.contains(&start) {
        return 0..0;
    }
    let start = start.addr().saturating_sub(range.start.addr());
    start..start.saturating_add(part.len())
}

const WHAT: &str = "CertificateList";

/// What [`Crl::take`] reads.
const KNOWN: &[ObjectIdentifier] = &[
    rfc5912::ID_CE_CRL_NUMBER,
    rfc5912::ID_CE_DELTA_CRL_INDICATOR,
    rfc5912::ID_CE_AUTHORITY_KEY_IDENTIFIER,
    rfc5912::ID_CE_ISSUING_DISTRIBUTION_POINT,
];
