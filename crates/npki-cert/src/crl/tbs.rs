use const_oid::db::rfc5912;
use npki_core::Instant;
use spki::AlgorithmIdentifierOwned;

use super::{Crl, CrlEntry, IssuingDistributionPoint, RevocationReason, WHAT};
use crate::{
    CertError, Certificate, Criticality, CrlProfile, DistributionPoint, SerialNumber,
    certificate::{assemble, encode_algorithm},
    extension::{authority_of, write_extension},
    input::{ENUMERATED, INTEGER, SEQUENCE, context_constructed},
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
    /// The number of the CRL that this one amends: gives the critical deltaCRLIndicator. `None`: it is
    /// complete in its scope.
    pub base_number: Option<u64>,
    /// Where deltas to this CRL are found; not in a delta itself.
    pub freshest_crl: Option<&'a str>,
}

impl CrlParams<'_> {
    /// Which kind of CRL it is.
    #[must_use]
    pub const fn profile(&self) -> CrlProfile {
        match (self.base_number, self.distribution_point) {
            (Some(_), _) => CrlProfile::Delta,
            (None, Some(_)) => CrlProfile::Partition,
            (None, None) => CrlProfile::Complete,
        }
    }
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
    /// The number of a delta is not above that of the CRL that it amends.
    #[error("the delta's number {number} is not above {base}, which it amends")]
    BaseNumber {
        /// cRLNumber.
        number: u64,
        /// BaseCRLNumber.
        base: u64,
    },
    /// The algorithm cannot be encoded.
    #[error("the signature algorithm cannot be written")]
    Algorithm(#[source] CertError),
}

/// Makes the TBSCertList of a v2 CRL, to be signed and handed to [`assemble_crl`]. One of many entries
/// is better written as it comes: [`CrlStream`](super::CrlStream).
///
/// Extensions are those of [`CrlParams::profile`]; of an entry: reasonCode unless unspecified,
/// invalidityDate if known. removeFromCRL stands in a delta alone.
///
/// # Errors
/// [`CrlError`]. The entries must ascend by serial number.
///
/// Source: RFC 5280 section 5; KCAC.TS.CRLPROF.
pub fn tbs_crl(
    params: &CrlParams<'_>,
    entries: impl IntoIterator<Item = CrlEntry>,
) -> Result<Vec<u8>, CrlError> {
    let frame = Frame::new(params)?;
    let mut writer = frame.entry_writer();
    let mut octets = Vec::new();
    let mut previous = None;
    for entry in entries {
        check_order(previous.as_ref(), &entry)?;
        writer.write(&entry, &mut octets)?;
        previous = Some(entry);
    }
    let entries = if octets.is_empty() {
        octets
    } else {
        output::tlv(SEQUENCE, &octets)
    };
    Ok(output::sequence(&[&frame.head, &entries, &frame.tail]))
}

/// Joins a TBSCertList, the algorithm that it names and the octets of the signature, and reads the
/// result.
///
/// # Errors
/// [`CertError`] when the algorithm is not the one inside, or `tbs` is no TBSCertList.
pub fn assemble_crl(
    tbs: &[u8],
    algorithm: &AlgorithmIdentifierOwned,
    signature: &[u8],
) -> Result<Crl, CertError> {
    Crl::parse_with_bound(assemble(tbs, algorithm, signature, WHAT)?, usize::MAX)
}

/// What stands before and after the entries.
#[derive(Debug)]
pub(super) struct Frame {
    algorithm: Vec<u8>,
    /// version, signature, issuer, thisUpdate, nextUpdate.
    head: Vec<u8>,
    /// crlExtensions in their `[0]`.
    tail: Vec<u8>,
    profile: CrlProfile,
}

impl Frame {
    pub(super) fn new(params: &CrlParams<'_>) -> Result<Self, CrlError> {
        if params.next_update <= params.this_update {
            return Err(CrlError::Reversed {
                this: params.this_update,
                next: params.next_update,
            });
        }
        for uri in [params.distribution_point, params.freshest_crl]
            .into_iter()
            .flatten()
        {
            if !uri.is_ascii() || uri.is_empty() {
                return Err(CrlError::Uri(uri.to_owned()));
            }
        }
        if let Some(base) = params.base_number.filter(|base| params.number <= *base) {
            return Err(CrlError::BaseNumber {
                number: params.number,
                base,
            });
        }
        let algorithm =
            encode_algorithm(params.signature_algorithm, WHAT).map_err(CrlError::Algorithm)?;
        let head = [
            &output::unsigned(1), // v2
            &algorithm,
            params.issuer.subject().der(),
            &write_time(params.this_update)?,
            &write_time(params.next_update)?,
        ]
        .concat();
        let extensions = output::tlv(SEQUENCE, &write_extensions(params));
        Ok(Self {
            algorithm,
            head,
            tail: output::tlv(context_constructed(0), &extensions),
            profile: params.profile(),
        })
    }

    pub(super) fn algorithm(&self) -> &[u8] {
        &self.algorithm
    }

    pub(super) fn head(&self) -> &[u8] {
        &self.head
    }

    pub(super) fn tail(&self) -> &[u8] {
        &self.tail
    }

    /// Octets of the TBSCertList's contents with so many octets of entries.
    pub(super) fn content_len(&self, entries: usize) -> usize {
        let entries = if entries == 0 {
            0
        } else {
            output::tlv_len(entries)
        };
        self.head
            .len()
            .saturating_add(entries)
            .saturating_add(self.tail.len())
    }

    pub(super) fn entry_writer(&self) -> EntryWriter {
        EntryWriter {
            profile: self.profile,
            dates: Dates::new(),
        }
    }
}

/// Entries ascend by serial number, so that two writers write the same octets.
#[inline]
pub(super) fn check_order(before: Option<&CrlEntry>, entry: &CrlEntry) -> Result<(), CrlError> {
    match before.map(|before| before.serial_number) {
        Some(before) if before >= entry.serial_number => Err(CrlError::Unsorted {
            before,
            after: entry.serial_number,
        }),
        _ => Ok(()),
    }
}

/// Writes entries. An entry has 77 octets at most, so every length within it takes one octet.
///
/// Nearly all entries have a UTCTime and no invalidityDate: those are put together in one place of a
/// fixed size, for lists have millions of them.
#[derive(Debug)]
pub(super) struct EntryWriter {
    profile: CrlProfile,
    dates: Dates,
}

impl EntryWriter {
    /// Octets of the entry.
    #[inline]
    pub(super) fn length(&self, entry: &CrlEntry) -> Result<usize, CrlError> {
        let reason = self.reason(entry)?;
        let end = if is_plain(entry) {
            end_len(reason)
        } else {
            self.rare_end(entry, reason)?.len()
        };
        let sign = usize::from(entry.serial_number.needs_sign());
        Ok(4 + sign + entry.serial_number.octets().len() + end)
    }

    /// Adds the entry's octets to `out`.
    #[inline]
    pub(super) fn write(&mut self, entry: &CrlEntry, out: &mut Vec<u8>) -> Result<(), CrlError> {
        let reason = self.reason(entry)?;
        if is_plain(entry) {
            self.write_plain(entry, reason, out)
        } else {
            let end = self.rare_end(entry, reason)?;
            out.extend_from_slice(&output::sequence(&[&entry.serial_number.to_der(), &end]));
            Ok(())
        }
    }

    /// Adds an entry that [`is_plain`]. What it is made of is copied in sizes known here, over more
    /// octets than it has, and straight to its place: a processor waits for what it has just written.
    #[inline]
    fn write_plain(
        &mut self,
        entry: &CrlEntry,
        reason: Option<RevocationReason>,
        out: &mut Vec<u8>,
    ) -> Result<(), CrlError> {
        let serial = &entry.serial_number;
        let sign = usize::from(serial.needs_sign());
        let number = sign + serial.octets().len();
        let contents = 2 + number + end_len(reason);
        let before = out.len();
        out.extend_from_slice(&[0; PLAIN]);
        let place = out.get_mut(before..).unwrap_or_default();
        if let Some(head) = place.first_chunk_mut() {
            *head = [SEQUENCE, octet(contents), INTEGER, octet(number)];
        }
        if let Some(magnitude) = place.get_mut(4 + sign..).and_then(<[u8]>::first_chunk_mut) {
            *magnitude = *serial.padded();
        }
        if let Some(end) = place
            .get_mut(4 + number..)
            .and_then(<[u8]>::first_chunk_mut)
        {
            *end = END;
            let [_, _, y, yy, n, nn, d, dd, h, hh, m, mm, s, ss, .., code] = end;
            let seconds = u64::try_from(entry.revoked_at.unix_seconds()).unwrap_or(0);
            [*y, *yy, *n, *nn, *d, *dd] = self.dates.date(seconds / DAY, entry.revoked_at)?;
            let second = u32::try_from(seconds % DAY).unwrap_or(0);
            [*h, *hh] = two_digits(second / 3_600);
            [*m, *mm] = two_digits(second / 60 % 60);
            [*s, *ss] = two_digits(second % 60);
            *code = reason.map_or(0, RevocationReason::code);
        }
        out.truncate(before.saturating_add(2 + contents));
        Ok(())
    }

    /// The reason to be written. RFC 5280 section 5.3.1: unspecified is left out.
    fn reason(&self, entry: &CrlEntry) -> Result<Option<RevocationReason>, CrlError> {
        match entry.reason {
            Some(RevocationReason::RemoveFromCrl) if self.profile != CrlProfile::Delta => {
                Err(CrlError::RemoveFromCrl(entry.serial_number))
            }
            None | Some(RevocationReason::Unspecified) => Ok(None),
            reason => Ok(reason),
        }
    }

    /// The time and the extensions of an entry that has an invalidityDate or a time after 2049.
    #[cold]
    fn rare_end(
        &self,
        entry: &CrlEntry,
        reason: Option<RevocationReason>,
    ) -> Result<Vec<u8>, CrlError> {
        let mut end = write_time(entry.revoked_at)?;
        let mut extensions = Vec::new();
        if let Some(reason) = reason {
            let code = output::tlv(ENUMERATED, &[reason.code()]);
            extensions = write_extension(rfc5912::ID_CE_CRL_REASONS, false, &code);
        }
        if let Some(instant) = entry.invalidity {
            let date = time::write_generalized(instant).ok_or(CrlError::Time(instant))?;
            extensions.extend_from_slice(&write_extension(
                rfc5912::ID_CE_INVALIDITY_DATE,
                false,
                &date,
            ));
        }
        if !extensions.is_empty() {
            end.extend_from_slice(&output::tlv(SEQUENCE, &extensions));
        }
        Ok(end)
    }
}

/// Whether the entry ends with a UTCTime and at most a reason.
#[inline]
fn is_plain(entry: &CrlEntry) -> bool {
    entry.invalidity.is_none() && (0..UTC_TIME_ENDS).contains(&entry.revoked_at.unix_seconds())
}

/// Octets of [`END`] that such an entry has.
#[inline]
const fn end_len(reason: Option<RevocationReason>) -> usize {
    match reason {
        Some(_) => END.len(),
        None => UTC_TIME_LEN,
    }
}

/// The dates of UTCTimes: that of a day is written once, and kept until another day wants its place.
#[derive(Debug)]
struct Dates(Box<[(u64, [u8; 6])]>);

impl Dates {
    fn new() -> Self {
        Self(vec![(u64::MAX, [0; 6]); DAYS].into_boxed_slice())
    }

    /// The first six digits of the UTCTime of an instant from 1970 to 2049, of which `day` says how many
    /// days after 1970 it is.
    #[inline]
    fn date(&mut self, day: u64, at: Instant) -> Result<[u8; 6], CrlError> {
        let place = usize::try_from(day).unwrap_or(0) % DAYS;
        match self.0.get(place) {
            Some((known, date)) if *known == day => Ok(*date),
            _ => self.learn(place, day, at),
        }
    }

    #[cold]
    fn learn(&mut self, place: usize, day: u64, at: Instant) -> Result<[u8; 6], CrlError> {
        let time = write_time(at)?;
        let date = time.get(2..).and_then(|text| text.first_chunk().copied());
        let date = date.ok_or(CrlError::Time(at))?;
        if let Some(entry) = self.0.get_mut(place) {
            *entry = (day, date);
        }
        Ok(date)
    }
}

#[inline]
fn octet(length: usize) -> u8 {
    u8::try_from(length).unwrap_or(u8::MAX)
}

#[inline]
fn two_digits(value: u32) -> [u8; 2] {
    let value = u8::try_from(value).unwrap_or(0);
    [b'0' + value / 10, b'0' + value % 10]
}

/// The extensions of the profile's rows for which the parameters have something.
fn write_extensions(params: &CrlParams<'_>) -> Vec<u8> {
    let mut octets = Vec::new();
    for row in params.profile().rows() {
        let value = match row.extension {
            rfc5912::ID_CE_AUTHORITY_KEY_IDENTIFIER => Some(authority_of(params.issuer).write()),
            rfc5912::ID_CE_CRL_NUMBER => Some(output::unsigned(params.number)),
            rfc5912::ID_CE_DELTA_CRL_INDICATOR => params.base_number.map(output::unsigned),
            rfc5912::ID_CE_ISSUING_DISTRIBUTION_POINT => params
                .distribution_point
                .map(IssuingDistributionPoint::write),
            rfc5912::ID_CE_FRESHEST_CRL => params.freshest_crl.map(DistributionPoint::write),
            _ => None,
        };
        if let Some(value) = value {
            let critical = row.criticality == Criticality::Critical;
            octets.extend_from_slice(&write_extension(row.extension, critical, &value));
        }
    }
    octets
}

fn write_time(instant: Instant) -> Result<Vec<u8>, CrlError> {
    time::write(instant).ok_or(CrlError::Time(instant))
}

const DAY: u64 = 86_400;
/// 2050-01-01T00:00:00Z, from which on a Time is a GeneralizedTime (RFC 5280 section 5.1.2.4).
const UTC_TIME_ENDS: i64 = 2_524_608_000;
/// Octets of a UTCTime.
const UTC_TIME_LEN: usize = 15;
/// A UTCTime, and an Extension reasonCode in its SEQUENCE OF (RFC 5280 section 5.3.1).
const END: [u8; 29] = [
    0x17, 0x0d, b'7', b'0', b'0', b'1', b'0', b'1', b'0', b'0', b'0', b'0', b'0', b'0',
    b'Z', //
    0x30, 0x0c, 0x30, 0x0a, 0x06, 0x03, 0x55, 0x1d, 0x15, 0x04, 0x03, 0x0a, 0x01, 0x00,
];
/// No plain entry has more octets.
const PLAIN: usize = 64;
/// Days whose dates are kept: as many as a certificate lives, rounded up.
const DAYS: usize = 512;
