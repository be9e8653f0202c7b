use npki_core::{Instant, RevocationReason};

use super::{CertId, OcspTbsError, extensions::Extensions};
use crate::{
    CertError, Extension,
    input::{self, ENUMERATED, Input, context, context_constructed, malformed},
    output, time,
};

/// What a responder says of one certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CertStatus {
    /// 유효: nothing is known against it.
    Good,
    /// 폐지; with [`RevocationReason::CertificateHold`] 효력정지.
    Revoked {
        /// Since when.
        at: Instant,
        /// Why; `None` when nothing is said.
        reason: Option<RevocationReason>,
    },
    /// 확인 불가: the responder knows no such certificate.
    Unknown,
}

/// The answer about one certificate, with the time for which it holds.
///
/// Source: RFC 6960 section 4.2.1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SingleResponse {
    pub(super) id: CertId,
    pub(super) status: CertStatus,
    pub(super) this_update: Instant,
    pub(super) next_update: Option<Instant>,
    pub(super) extensions: Extensions,
}

impl SingleResponse {
    /// Which certificate.
    #[must_use]
    pub const fn id(&self) -> &CertId {
        &self.id
    }

    /// What is said of it.
    #[must_use]
    pub const fn status(&self) -> CertStatus {
        self.status
    }

    /// The instant at which this was known to be so.
    #[must_use]
    pub const fn this_update(&self) -> Instant {
        self.this_update
    }

    /// The instant at which newer word is to be had at the latest; `None`: at any time.
    #[must_use]
    pub const fn next_update(&self) -> Option<Instant> {
        self.next_update
    }

    /// The extensions of this answer, in order.
    pub fn extensions(&self) -> impl Iterator<Item = Extension<'_>> {
        self.extensions.iter()
    }

    pub(super) fn read(mut input: Input<'_>) -> Result<Self, CertError> {
        let read = Self {
            id: CertId::read(&mut input)?,
            status: CertStatus::read(&mut input)?,
            this_update: read_time(&mut input)?,
            next_update: match input.optional(context_constructed(0))? {
                Some(tlv) => Some(time::read_generalized(tlv.value)?),
                None => None,
            },
            extensions: Extensions::read(&mut input, 1)?,
        };
        input.end()?;
        Ok(read)
    }

    pub(super) fn write(&self) -> Result<Vec<u8>, OcspTbsError> {
        let next_update = match self.next_update {
            Some(next) => output::tlv(context_constructed(0), &write_time(next)?),
            None => Vec::new(),
        };
        Ok(output::sequence(&[
            &self.id.write()?,
            &self.status.write()?,
            &write_time(self.this_update)?,
            &next_update,
            &self.extensions.write(1),
        ]))
    }
}

impl CertStatus {
    /// The stable name: `good`, `revoked`, `unknown`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Revoked { .. } => "revoked",
            Self::Unknown => "unknown",
        }
    }

    fn read(input: &mut Input<'_>) -> Result<Self, CertError> {
        let tlv = input.any()?;
        match (tlv.tag, tlv.value) {
            (GOOD, []) => Ok(Self::Good),
            (UNKNOWN, []) => Ok(Self::Unknown),
            (REVOKED, value) => {
                let mut info = Input::new(value, "RevokedInfo");
                let at = read_time(&mut info)?;
                let reason = match info.optional(context_constructed(0))? {
                    Some(tlv) => Some(read_reason(tlv.value)?),
                    None => None,
                };
                info.end()?;
                Ok(Self::Revoked { at, reason })
            }
            _ => Err(malformed("CertStatus")),
        }
    }

    fn write(self) -> Result<Vec<u8>, OcspTbsError> {
        Ok(match self {
            Self::Good => output::tlv(GOOD, &[]),
            Self::Unknown => output::tlv(UNKNOWN, &[]),
            Self::Revoked { at, reason } => {
                let reason = match reason {
                    Some(reason) => output::tlv(
                        context_constructed(0),
                        &output::tlv(ENUMERATED, &[reason.code()]),
                    ),
                    None => Vec::new(),
                };
                output::constructed(REVOKED, &[&write_time(at)?, &reason])
            }
        })
    }
}

pub(super) fn read_time(input: &mut Input<'_>) -> Result<Instant, CertError> {
    let tlv = input.expect(input::GENERALIZED_TIME)?;
    time::read_generalized(tlv.raw)
}

pub(super) fn write_time(instant: Instant) -> Result<Vec<u8>, OcspTbsError> {
    time::write_generalized(instant).ok_or(OcspTbsError::Time(instant))
}

fn read_reason(octets: &[u8]) -> Result<RevocationReason, CertError> {
    match input::whole(octets, ENUMERATED, "CRLReason")?.value {
        [code] => RevocationReason::from_code(*code).ok_or(malformed("CRLReason")),
        _ => Err(malformed("CRLReason")),
    }
}

const GOOD: u8 = context(0);
const REVOKED: u8 = context_constructed(1);
const UNKNOWN: u8 = context(2);
